"""Source: the releases that are loaded in PostGIS, opened for serving.

What a release has beside its layers – receipt, documents, pictures – is unpacked once into a folder, from which it is read as
that of any other release. Its features are asked of the database.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from psycopg import sql

from geo.errors import DamagedRelease, MissingRelease, UnknownLayer, UnknownRelease, UnwritableWorkspace
from layers.engines.postgis.features import PostgisFeatures
from layers.engines.postgis.tables import LayerTable, schema_of
from layers.release import Release

if TYPE_CHECKING:
    from layers.engines.postgis.database import Database

__all__ = ["PostgisEngine", "PostgisSource"]

FORMAT: Final = 1
"""Of the tables of a release. A release of another format is not served: load it anew."""

_ENCODERS: Final = ("tiles", "conditions", "tables")
"""Modules that decide what a tile is made of."""


class PostgisEngine:
    """The layer tables of one release. Threads may share it."""

    def __init__(self, database: Database, schema: str, tables: dict[str, LayerTable], tile_mark: str) -> None:
        self.tile_mark = tile_mark
        self._features = {name: PostgisFeatures(database, schema, table) for name, table in tables.items()}

    def features(self, table: str) -> PostgisFeatures:
        """Return a layer by the name of its table.

        Raises
        ------
        UnknownLayer
            When the release has none of that name.
        """
        found = self._features.get(table)
        if found is None:
            raise UnknownLayer(f"The release holds no layer {table!r}.", hint=f"It holds: {', '.join(self._features)}.")
        return found


class PostgisSource:
    """Opens the releases of a database, see :class:`layers.releases.ReleaseSource`.

    Parameters
    ----------
    database
        Where they are.
    folder
        Where documents and pictures are unpacked to; made when the first release is opened.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder

    def close(self) -> None:
        """Close the connections; they are opened again when they are needed."""
        self._database.close()

    def latest(self) -> str:
        """Return the id of the release that is served when none is named.

        Raises
        ------
        MissingRelease
            When none has been loaded.
        """
        # A database into which nothing was ever loaded has no such table.
        if self._database.row(sql.SQL("SELECT to_regclass('corridormap.latest')::text"), prepare=True)[0] is None:
            raise _nothing()
        rows = self._database.rows(sql.SQL("SELECT release FROM corridormap.latest"), prepare=True)
        if not rows:
            raise _nothing()
        return str(rows[0][0])

    def open(self, release_id: str) -> Release:
        """Open a release.

        Raises
        ------
        UnknownRelease
            When it is not in the database.
        DamagedRelease
            When it was loaded by another version of corridormap.
        """
        rows = self._database.rows(
            sql.SQL("SELECT format FROM corridormap.releases WHERE id = %(id)s"), {"id": release_id}, prepare=True
        )
        if not rows:
            raise UnknownRelease(
                f"Release {release_id[:40]!r} is not in the database.", hint="Ask for the latest one, or load it."
            )
        if rows[0][0] != FORMAT:
            raise DamagedRelease(
                f"Release {release_id} was loaded in format {rows[0][0]}; this corridormap reads {FORMAT}.",
                hint="Drop it and run `corridormap load-release`.",
            )
        schema = schema_of(release_id)
        path = self._unpacked(release_id, schema)
        facts = self._database.rows(
            sql.SQL("SELECT name, facts FROM {} ORDER BY place").format(sql.Identifier(schema, "layers"))
        )
        tables = {name: LayerTable(**described) for name, described in facts}
        return Release.open(path, engine=PostgisEngine(self._database, schema, tables, self._tile_mark()))

    def _tile_mark(self) -> str:
        """What changes with the bytes of tiles besides release and layers: our SQL, and the PostGIS that runs it."""
        sha = hashlib.sha256()
        package = importlib.resources.files("layers.engines.postgis")
        for module in _ENCODERS:
            sha.update(package.joinpath(f"{module}.py").read_bytes())
        sha.update(str(self._database.row(sql.SQL("SELECT postgis_lib_version()"))[0]).encode())
        return sha.hexdigest()[:8]

    def _unpacked(self, release_id: str, schema: str) -> Path:
        """Return the folder of a release's documents; of several processes one after the other writes it, all the same."""
        path = self._folder / release_id
        if (path / "release.json").is_file():
            return path
        rows = self._database.rows(
            sql.SQL("SELECT name, content FROM {} ORDER BY name").format(sql.Identifier(schema, "files"))
        )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=self._folder))
            try:
                for name, content in rows:
                    target = draft / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
                draft.chmod(0o755)
                os.rename(draft, path)  # noqa: PTH104 -- it must fail where another process was faster
            except OSError:
                if not (path / "release.json").is_file():
                    raise
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        except OSError as error:
            raise UnwritableWorkspace(
                f"{self._folder} cannot be written ({error.strerror or error}).",
                hint="Mend it, or set CORRIDORMAP_WORKSPACE.",
            ) from error
        return path


def _nothing() -> MissingRelease:
    return MissingRelease("No release has been loaded into the database.", hint="Run `corridormap load-release`.")
