"""Upgrade: what an earlier version of corridormap wrote, made readable for this one, beside the release.

A release never changes, but what answers requests is read in the form of the day. :func:`upgrade` makes what is missing or of
an older form from the release's own GeoParquet and records, in its folder ``upgraded/``, of which the receipt and the id say
nothing. What was written then stays as it was.

Format 1 (until November 2026) held GeoParquet and records alone. Format 2 added ``layers.json``, columns and the list for the
search; columns have a format of their own, which changed since.

``python -m layers.upgrade WORKSPACE`` brings all releases of a workspace up to date: the service starts it when it must, so
that it need not load what reads GeoParquet.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import CorridorMapError, DamagedRelease
from layers.release import UPGRADED, Release, read_receipt, table_names
from layers.workspace import Workspace, write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from layers.catalog import Catalog
    from layers.layer import Layer
    from layers.spooled_table import SpooledTable

__all__ = ["is_outdated", "main", "outdated", "upgrade"]


def is_outdated(path: Path) -> bool:
    """Tell whether a release cannot be served as it lies there, though this version can bring it up to date.

    Raises
    ------
    DamagedRelease
        When the receipt cannot be read, or a later version wrote it.
    """
    receipt = read_receipt(path)
    for name in ("layers.json", "search.json"):
        if not ((path / name).is_file() or (path / UPGRADED / name).is_file()):
            return True
    try:
        release = Release.open(path)
        for name, layer, view in table_names(release.catalog):
            if name in receipt["tables"]:
                release.columns(layer.id, view)
    except DamagedRelease:
        return True
    return False


def outdated(workspace: Workspace) -> Iterator[str]:
    """Yield the ids of the releases of a workspace that :func:`upgrade` must see before they serve; damaged ones are passed over."""
    for release_id, _ in workspace.receipts():
        try:
            if is_outdated(workspace.release_path(release_id)):
                yield release_id
        except DamagedRelease:
            continue


def upgrade(path: Path, *, progress: Callable[[str], None] = lambda _: None) -> None:
    """Make what this version reads of a release and its folder lacks; there is nothing to do for one that is up to date.

    Raises
    ------
    DamagedRelease
        When a file of the release is missing, or not what its receipt says: nothing may be made of it.
    OSError
        When the release's folder cannot be written.
    """
    from layers.catalog import default_catalog  # noqa: PLC0415 -- who serves imports this module to ask what is outdated
    from layers.engines.build import write_columns  # noqa: PLC0415
    from layers.spooled_table import SpooledTable as Table  # noqa: PLC0415
    from layers.table import canonical_json, read_pieces  # noqa: PLC0415

    receipt = read_receipt(path)
    _check(path)
    described = path / "layers.json"
    known = Release.open(path).catalog if described.is_file() else default_catalog()
    catalog = _as_it_was(path, known, set(receipt["layers"]))
    aside = path / f".{UPGRADED}"
    shutil.rmtree(aside, ignore_errors=True)
    (aside / "columns").mkdir(parents=True)
    tables: dict[str, SpooledTable] = {}
    for name, layer, _ in table_names(catalog):
        if name not in receipt["tables"]:
            continue
        progress(name)
        tables[name] = Table.of(read_pieces(path / "layers" / f"{name}.parquet", layer), layer)
        with (aside / "columns" / f"{name}.columns").open("wb") as file:
            write_columns(file, tables[name])
    documents = {"layers.json": [layer.to_dict() for layer in catalog.values()]}
    if not (path / "search.json").is_file():
        documents["search.json"] = _searchable(path, tables)
    for name, document in documents.items():
        if not (path / name).is_file():
            write_atomically(aside / name, (canonical_json(document) + "\n").encode())
    shutil.rmtree(path / UPGRADED, ignore_errors=True)
    aside.rename(path / UPGRADED)


def _check(path: Path) -> None:
    """Refuse a release of which a file is not the one that was written."""
    faults = Release.damage_of(path)
    if faults:
        raise DamagedRelease(
            f"Release {path.name} is damaged: {'; '.join(faults)}.", hint="Take it from a backup, or drop it."
        )


def _as_it_was(path: Path, known: Catalog, held: set[str]) -> Catalog:
    """The layers that a release holds, each with the properties that its tables have."""
    from pyarrow import parquet  # noqa: PLC0415 -- see above

    from layers.catalog import Catalog  # noqa: PLC0415

    found: list[Layer] = []
    for layer in known.values():
        if layer.id in held:
            columns = set(parquet.read_schema(path / "layers" / f"{layer.id}.parquet").names)
            drawn = tuple(name for name in layer.tile_properties if name in columns)
            packed = tuple(name for name in layer.json_properties if name in columns)
            found.append(replace(layer, tile_properties=drawn, json_properties=packed))
    return Catalog.of(*found)


def _searchable(path: Path, tables: dict[str, SpooledTable]) -> list[dict[str, object]]:
    """What can be found by its name, with the areas and places that this version knows."""
    from geo import datasets  # noqa: PLC0415 -- see above
    from geo.gazetteer import Gazetteer  # noqa: PLC0415
    from layers.search import search_entries  # noqa: PLC0415

    coverage = json.loads((path / "coverage.json").read_text(encoding="utf-8"))
    return list(search_entries(tables, Gazetteer.read(datasets.data_root()), coverage))


def main() -> int:
    """Bring all releases of the workspace that the command line names up to date; 1 when one of them could not be."""
    workspace = Workspace(Path(sys.argv[1]))
    failed = False
    for release_id in list(outdated(workspace)):
        sys.stderr.write(f"Release {release_id} was written by an earlier version; it is made readable.\n")
        try:
            with workspace.building():
                path = workspace.release_path(release_id)
                # Unless another process made it readable while this one waited: it may serve it already.
                if is_outdated(path):
                    upgrade(path)
        except (CorridorMapError, OSError) as error:
            sys.stderr.write(f"corridormap: {error}\n")
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
