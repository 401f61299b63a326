"""Receipt: what ``release.json`` says of a release, all of it computed from the files beside it."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

import shapely

from geo.errors import DamagedData, MissingData
from geo.vocabulary import LANGUAGES, POINTS_OF_VIEW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from layers.spooled_table import SpooledTable

__all__ = ["read_facts", "summary"]

_TEXTS = ("borders_as_of", "licence")


def read_facts(root: Path) -> dict[str, Any]:
    """Read ``data/release.toml``: the inputs of a release that are no record. The date comes back as ISO 8601 text.

    Raises
    ------
    MissingData
        When the file is not there.
    DamagedData
        When it is no TOML, or a key is missing or of another kind; all faults at once.
    """
    path = root / "release.toml"
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingData(
            f"{path} is missing.", hint="It holds date, title and licence; restore it with git."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DamagedData(f"{path} cannot be read: {error}.", hint="Mend the line that it names.") from error
    title = facts.get("title", {})
    faults = [name for name in _TEXTS if not isinstance(facts.get(name), str)]
    faults += [] if type(facts.get("date")) is date else ["date (a plain date, such as 2026-11-21)"]
    faults += [f"title.{lang}" for lang in LANGUAGES if not (isinstance(title, dict) and title.get(lang))]
    if faults:
        raise DamagedData(f"{path} lacks or misspells: {', '.join(faults)}.", hint="See docs/data.md.")
    return {**facts, "date": facts["date"].isoformat()}


def summary(
    facts: Mapping[str, Any],
    sources: Iterable[Mapping[str, Any]],
    tables: Mapping[str, SpooledTable],
    json_columns: Mapping[str, Iterable[str]],
) -> dict[str, Any]:
    """Return the part of a receipt that follows from facts, passports and tables.

    ``tables`` by name (``borders``, ``borders@iso``), with the columns of each that hold JSON. A layer's counts are those
    of its neutral table.
    """
    layers = {name: _layer(table) for name, table in sorted(tables.items()) if "@" not in name}
    return {
        "date": facts["date"],
        "borders_as_of": facts["borders_as_of"],
        "licence": facts["licence"],
        "title": facts["title"],
        "points_of_view": list(POINTS_OF_VIEW),
        "layers": layers,
        "candidates": _candidates(tables),
        "tables": {name: {"json": sorted(json_columns[name])} for name in sorted(tables)},
        "inputs": {source["id"]: dict(source["files"]) for source in sources},
    }


def _layer(table: SpooledTable) -> dict[str, Any]:
    shapes = table.shapes
    unplaced = int(shapely.is_missing(shapes).sum())
    bbox = [round(float(value), 7) for value in shapely.total_bounds(shapes)] if unplaced < len(table) else None
    return {"count": len(table), "unplaced": unplaced, "bbox": bbox}


def _candidates(tables: Mapping[str, SpooledTable]) -> dict[str, int]:
    """Return how many features of each layer a machine read and nobody has reviewed; empty where all are reviewed."""
    counts = {
        name: sum(text == b'"candidate"' for text in table.texts("status"))
        for name, table in sorted(tables.items())
        if "@" not in name and "status" in table
    }
    return {name: count for name, count in counts.items() if count}
