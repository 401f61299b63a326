"""The recorded data set: where it lies, what its passports say, and whether its files are the ones they name.

``data/sources.toml`` holds one passport (a :class:`Source`) for each origin. Every other file under ``data/``, except
the release date in ``release.toml``, stands with its sha256 in the ``files`` table of exactly one passport. A file is
compared with its passport whenever it is read, so nothing unrecorded or changed by accident reaches a map.

A maintainer who has changed a recorded file on purpose renews the hashes::

    python -m geo.datasets stamp [--root DIR]

The command writes the sha256 of every file that a passport lists already, and names the files that none lists.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from geo.errors import CorridorMapError, DamagedData, MissingData, UnrecordedSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

__all__ = ["Source", "data_root", "read_bytes", "read_features", "read_json", "read_sources", "stamp", "verify"]

PASSPORTS = "sources.toml"
UNRECORDED_BY_DESIGN = frozenset({PASSPORTS, "release.toml"})
STAMP_HINT = "If you changed the file on purpose, run `python -m geo.datasets stamp`; otherwise restore it with git."

_FILE_LINE = re.compile(r'^(?P<before>\s*"(?P<path>[^"]+)"\s*=\s*)"[^"]*"(?P<after>.*)$')


@dataclass(frozen=True, slots=True)
class Source:
    """The passport of one origin of data.

    ``licence`` is an SPDX expression (``LicenseRef-Public-Domain`` for works in the public domain), ``as_of`` the date
    or year that the data describe, ``retrieved`` the day on which the project took them over, ``made_by`` the command
    or habit that makes the files again. ``url`` is ``None`` for what exists nowhere else. ``files`` maps paths relative
    to the data root (with ``/``) to their sha256, sorted by path.
    """

    id: str
    title: str
    provider: str
    version: str
    url: str | None
    as_of: str
    retrieved: date
    licence: str
    attribution: str
    made_by: str
    files: Mapping[str, str]


def data_root() -> Path:
    """Return the folder of the recorded data.

    ``geo/_data`` in an installed wheel, ``data`` beside the package in a checkout.

    Raises
    ------
    MissingData
        Neither folder exists.

    Examples
    --------
    >>> (data_root() / "sources.toml").is_file()
    True
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_data", package.parent / "data"):
        if folder.is_dir():
            return folder
    raise MissingData("The recorded data are missing: there is no folder data/.", hint="Install corridormap again.")


def read_sources(root: Path | None = None) -> tuple[Source, ...]:
    """Read all passports, sorted by id.

    Parameters
    ----------
    root
        The data folder; ``None`` means :func:`data_root`.

    Raises
    ------
    MissingData
        There is no ``sources.toml``.
    DamagedData
        It is no valid TOML.
    UnrecordedSource
        A passport lacks a field, or two passports list the same file.

    Examples
    --------
    >>> [source.licence for source in read_sources() if source.id == "natural-earth-admin1"]
    ['LicenseRef-Public-Domain']
    """
    root = root or data_root()
    path = root / PASSPORTS
    if not path.is_file():
        raise MissingData(f"{path} is missing.", hint="It holds the passports of all data; restore it with git.")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DamagedData(f"{path} cannot be read: {error}.", hint="Mend the line that it names.") from error
    sources = tuple(_source(id_, tables[id_]) for id_ in sorted(tables))
    owners: dict[str, str] = {}
    for source in sources:
        for name in source.files:
            if name in owners:
                raise UnrecordedSource(
                    f"data/{name} stands in two passports, {owners[name]} and {source.id}.",
                    hint="A file has one origin: take it out of one of them in data/sources.toml.",
                )
            owners[name] = source.id
    return sources


def verify(root: Path | None = None) -> tuple[Source, ...]:
    """Compare every file under the data folder with its passport and return the passports.

    Raises
    ------
    MissingData
        A passport lists a file that is not there.
    UnrecordedSource
        A file has no passport.
    DamagedData
        A file's sha256 is not the recorded one.

    Examples
    --------
    >>> len(verify()) > 0
    True
    """
    root = root or data_root()
    sources = read_sources(root)
    for source in sources:
        for name, expected in source.files.items():
            _checked_bytes(root, name, expected)
    unlisted = _unlisted(root, sources)
    if unlisted:
        raise UnrecordedSource(
            f"No passport lists data/{', data/'.join(unlisted)}.",
            hint="Add each to the files table of its source in data/sources.toml, or remove it.",
        )
    return sources


def read_bytes(name: str, root: Path | None = None) -> bytes:
    """Read one recorded file and compare it with its passport.

    Parameters
    ----------
    name
        The path relative to the data folder, with ``/``: ``"naturalearth/land.geojson"``.
    root
        The data folder; ``None`` means :func:`data_root`.

    Raises
    ------
    UnrecordedSource
        No passport lists the file.
    MissingData, DamagedData
        It is not there, or is not the recorded one.
    """
    root = root or data_root()
    for source in read_sources(root):
        if name in source.files:
            return _checked_bytes(root, name, source.files[name])
    raise UnrecordedSource(
        f"No passport lists data/{name}.",
        hint="Check the name, or add the file to its source in data/sources.toml.",
    )


def read_json(name: str, root: Path | None = None) -> Any:  # noqa: ANN401 -- JSON holds any type
    """Read one recorded JSON file, checked as by :func:`read_bytes`.

    Raises
    ------
    DamagedData
        The file is the recorded one, yet no JSON.

    Examples
    --------
    >>> next(entry["claimants"] for entry in read_json("territories.json") if entry["id"] == "crimea")
    ['ru', 'ua']
    """
    raw = read_bytes(name, root)
    try:
        return json.loads(raw)
    except ValueError as error:
        raise DamagedData(f"data/{name} is no JSON: {error}.", hint=STAMP_HINT) from error


def read_features(root: Path | None, name: str) -> gpd.GeoDataFrame:
    """Read a recorded GeoJSON FeatureCollection.

    Parameters
    ----------
    root
        The data folder; ``None`` means :func:`data_root`.
    name
        The path relative to it, without the suffix: ``"naturalearth/countries"``.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4326 (lon, lat). The first column ``id`` is the feature's id; then one column per property in the
        order of their first appearance, ``None`` where a feature lacks it, lists as lists; last ``geometry``, which is
        ``None`` for a feature without place.

    Raises
    ------
    UnrecordedSource, MissingData, DamagedData
        As for :func:`read_bytes`.

    Examples
    --------
    >>> borders = read_features(None, "naturalearth/borders")
    >>> borders.set_index("id").loc["af-tj", ["left", "right"]].tolist()
    ['af', 'tj']
    """
    import geopandas as gpd  # noqa: PLC0415 -- who only asks where the data lies needs no tables

    collection = read_json(f"{name}.geojson", root)
    features = collection["features"]
    keys = list(dict.fromkeys(key for feature in features for key in feature["properties"] if key != "id"))
    columns = {"id": _column([str(feature["id"]) for feature in features])}
    for key in keys:
        columns[key] = _column([feature["properties"].get(key) for feature in features])
    geometries = shapely.from_geojson(
        [json.dumps(feature["geometry"]) if feature["geometry"] is not None else None for feature in features],
    )
    return gpd.GeoDataFrame(columns, geometry=list(geometries), crs="EPSG:4326")


def _column(values: list[Any]) -> pd.Series[Any]:
    """Keep texts, lists and ``None`` as they are; pandas would turn a text column's ``None`` into a number."""
    import pandas as pd  # noqa: PLC0415 -- as above

    is_plain = all(isinstance(value, bool | int | float) for value in values)
    return pd.Series(values, dtype=None if is_plain else object)


def stamp(root: Path | None = None) -> list[str]:
    """Renew the sha256 of every file that a passport lists, leaving the rest of ``sources.toml`` as it is.

    Returns
    -------
    list of str
        The paths of files under the data folder that no passport lists; empty when all is recorded.

    Raises
    ------
    MissingData
        A listed file is not there.
    """
    root = root or data_root()
    sources = read_sources(root)
    listed = {name for source in sources for name in source.files}
    path = root / PASSPORTS
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        match = _FILE_LINE.match(line)
        if match and match["path"] in listed:
            lines.append(f'{match["before"]}"{_sha256(_bytes(root, match["path"]))}"{match["after"]}')
        else:
            lines.append(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return _unlisted(root, sources)


def _source(id_: str, table: object) -> Source:
    if not isinstance(table, dict):
        raise UnrecordedSource(f"data/{PASSPORTS}: {id_} is no table.", hint="A passport is a table [id].")
    texts = {}
    for field in ("title", "provider", "version", "as_of", "licence", "attribution", "made_by"):
        value = table.get(field)
        if not isinstance(value, str) or not value.strip():
            raise UnrecordedSource(f"data/{PASSPORTS}: passport {id_} has no {field}.", hint="Write it as a text.")
        texts[field] = value
    retrieved = table.get("retrieved")
    if not isinstance(retrieved, date):
        raise UnrecordedSource(f"data/{PASSPORTS}: passport {id_} has no date `retrieved`.", hint="Write 2026-11-21.")
    files = table.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(value, str) for value in files.values()):
        raise UnrecordedSource(f"data/{PASSPORTS}: passport {id_} has no table of files.", hint="Map paths to sha256.")
    return Source(id=id_, url=table.get("url"), retrieved=retrieved, files=dict(sorted(files.items())), **texts)


def _bytes(root: Path, name: str) -> bytes:
    try:
        return (root / name).read_bytes()
    except FileNotFoundError as error:
        raise MissingData(
            f"{root / name} is missing, though a passport in data/{PASSPORTS} lists it.",
            hint="Restore it with git, or make it again as the passport's made_by says.",
        ) from error


def _checked_bytes(root: Path, name: str, expected: str) -> bytes:
    raw = _bytes(root, name)
    found = _sha256(raw)
    if found != expected:
        raise DamagedData(f"{root / name} has sha256 {found}, its passport says {expected}.", hint=STAMP_HINT)
    return raw


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _unlisted(root: Path, sources: Sequence[Source]) -> list[str]:
    listed = {name for source in sources for name in source.files} | UNRECORDED_BY_DESIGN
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return sorted(name for name in found if name not in listed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m geo.datasets stamp`` and return the exit code: 0 done, 1 files without passport, 2 no use."""
    parser = argparse.ArgumentParser(prog="python -m geo.datasets", description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=["stamp"], help="renew the sha256 of the recorded files")
    parser.add_argument("--root", type=Path, default=None, metavar="DIR", help="the data folder")
    options = parser.parse_args(arguments)
    try:
        unlisted = stamp(options.root)
    except CorridorMapError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for name in unlisted:
        sys.stderr.write(f"data/{name} has no passport: add it to its source in data/{PASSPORTS}.\n")
    return 1 if unlisted else 0


if __name__ == "__main__":
    sys.exit(main())
