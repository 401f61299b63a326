"""The rows of the gazetteer index, gathered from the recorded data and from GeoNames: places and the names they bear."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geo import geonames
from geo.datasets import read_bytes, read_json
from geo.errors import MissingData
from geo.gazetteer_index import KINDS
from geo.gazetteer_units import unit_id
from geo.letters import fold
from geo.placetable import PlaceTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["GazetteerRows", "gather"]

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
_TOWN = re.compile(r" (?:Shahri|Shahrak|Shahar|Qalasy)$")
_CODE = re.compile(r"[A-Z]{2,3}$|[A-Z]?\d+$")
_MAX_NAME = 60

REGION_WEIGHT = 50_000_000
WATER_WEIGHT = 1_000_000
"""How well known regions and seas are taken to be, in people of a country as well known."""


@dataclass
class GazetteerRows:
    """Places as they are gathered, row by row; ``names`` maps a folded name to its rows, with whether it is their own."""

    ids: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, dict[int, bool]] = field(default_factory=lambda: defaultdict(dict))
    by_id: dict[str, int] = field(default_factory=dict)
    special: int = 0
    """So many places, the first ones, are no populated places of GeoNames."""

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
        geonames_id: int | None = None,
    ) -> int:
        """Add a place at (lon, lat) in degrees, ``None`` where that is not known, and return its row."""
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
            "geonames_id": geonames_id or 0,
        }
        for name, value in values.items():
            self.columns[name].append(value)
        return row

    def name(self, row: int, names: Iterable[str | None], *, is_main: bool = True) -> None:
        """Let a place bear names; ``is_main`` for those that are its own, not alternate ones."""
        for name in names:
            if name and len(name) <= _MAX_NAME and (folded := fold(name)):
                found = self.names[folded]
                found[row] = found.get(row, False) or is_main


def gather(root: Path) -> GazetteerRows:
    """Gather all places; ``root`` is the data folder.

    Raises
    ------
    MissingData, DamagedData, UnrecordedSource, InvalidRecords
        An input is missing or damaged.
    """
    rows = GazetteerRows()
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
        row = rows.by_id.get(entry.id, -1)
        if row < 0:
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
    rows.special = len(rows.ids)
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


def _add_countries(rows: GazetteerRows, root: Path, people: dict[str, int]) -> None:
    geonames_ids = {row["iso"].lower(): int(row["geonameid"]) for row in geonames.read_countries()}
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
            geonames_id=geonames_ids.get(id_),
        )
        rows.name(row, [properties.get(f"name_{language}") for language in ("en", "fa", "ru", "kk")])
        rows.name(row, [properties.get("name_uz"), properties.get("name_tg")], is_main=False)


def _add_admin1(rows: GazetteerRows, root: Path) -> dict[str, int]:
    """Add the first-level units and return GeoNames' code → row."""
    lines = _read_csv("gazetteer/admin1.csv", root)
    people: dict[str, int] = defaultdict(int)
    for line in lines:
        people[line["unit"]] += int(line["population"])
    states = {f"us-{row['code'].lower()}": int(row["geonameid"]) for row in geonames.read_us_states()}
    for feature in read_json("naturalearth/admin1_labels.geojson", root)["features"]:
        properties = feature["properties"]
        id_ = unit_id(feature["id"], properties["iso_3166_2"])
        if not properties["name_en"]:
            continue
        lon, lat = feature["geometry"]["coordinates"]
        row = rows.by_id.get(id_, -1)
        if row < 0:
            row = rows.add(
                id_,
                "admin1",
                properties["name_en"],
                (lon, lat),
                country=properties["country"] if len(properties["country"]) == len("af") else id_[:2],
                population=people.get(id_, 0),
                geonames_id=states.get(id_),
            )
        rows.name(row, [properties["name_en"], _GENERIC_EN.sub("", properties["name_en"])])
        if properties["name_fa"]:
            name = properties["name_fa"].replace("\u200c", " ")
            rows.name(row, [_GENERIC_FA.sub("", name)])  # the word before it is a cue, not the name
        if properties["name_ru"]:
            rows.name(row, [properties["name_ru"], _GENERIC_RU.sub("", properties["name_ru"])])
    admin1_of: dict[str, int] = {}
    for line in lines:
        row = rows.by_id.get(line["unit"], -1)
        if row < 0 and line["name"]:
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
        if row < 0:
            continue
        rows.name(row, [line["name"], _GENERIC_EN.sub("", line["name"])], is_main=line["unit"] == "")
        admin1_of[line["code"]] = row
    return admin1_of


def _add_admin2(rows: GazetteerRows, root: Path, admin1_of: dict[str, int]) -> None:
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


def _add_regions(rows: GazetteerRows, root: Path) -> None:
    continents = {fold(row["name"]): row for row in geonames.read_continents()}
    for area in read_json("areas.json", root)["areas"]:
        name = area["name"]["en"]
        continent = continents.get(fold(name))
        position = (
            (float(continent["lng"]), float(continent["lat"])) if continent else (area["label_lon"], area["label_lat"])
        )
        geonames_id = int(continent["geonameId"]) if continent else None
        row = rows.add(area["id"], "region", name, position, population=REGION_WEIGHT, geonames_id=geonames_id)
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
        is_namesake = bool(name) and fold(city["name"]) in {name, name.removesuffix(" d.c.")}
        if is_namesake and (country not in found or city["population"] > found[country]["population"]):
            found[country] = city
    return {city["geonameid"] for city in found.values()}


def _add_city(rows: GazetteerRows, city: dict[str, Any], admin1_of: dict[str, int], *, is_capital: bool) -> None:
    country = city["countrycode"]
    row = rows.add(
        f"geonames:{city['geonameid']}",
        "city",
        city["name"],
        (city["longitude"], city["latitude"]),
        geonames_id=city["geonameid"],
        country=country,
        admin1=admin1_of.get(f"{country}.{city['admin1code']}", -1),
        population=city["population"],
        is_capital=is_capital,
    )
    rows.name(row, [city["name"], _TOWN.sub("", city["name"])])
    rows.name(row, [name for name in city["alternatenames"] if _is_readable(name)], is_main=False)


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
