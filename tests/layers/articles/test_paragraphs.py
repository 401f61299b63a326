"""Paragraphs in the styles of agencies, aid bodies, scholars and monitors, read by the whole reader.

They stand in ``paragraphs.toml`` with what the reader shall make of them; each names only the aspects that it is about.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.articles.reader import Reader
    from layers.articles.reading import Reading

ROWS = tomllib.loads((Path(__file__).parent / "paragraphs.toml").read_text(encoding="utf-8"))["paragraph"]


def _incidents(reading: Reading) -> list[list[str]]:
    return [
        [each.category, each.modality, each.place.name if each.place else "", each.date_start or ""]
        for each in reading.incidents
        if each.role == "event"
    ]


def _flows(reading: Reading) -> list[list[str]]:
    return [
        [each.type, *("+".join(names) for names in (each.origin, each.transit, each.destination))]
        for each in reading.claims
        if each.type.endswith("flow")
    ]


def _places(reading: Reading) -> list[list[str]]:
    return [
        [each.surface, each.entity or ""]
        for each in reading.mentions
        if each.kind == "place" and each.role not in {"adjectival", "demonym"}
    ]


def _bodies(reading: Reading) -> list[str]:
    return [each.entity or each.name for each in reading.mentions if each.kind == "organization"]


def _quantities(reading: Reading) -> list[list[str]]:
    return [
        ["" if each.best is None else f"{each.best:.12g}", each.unit or "", each.outcome or each.substance or ""]
        for each in reading.quantities
    ]


def _dates(reading: Reading) -> list[list[str]]:
    return [[str(each.date_start or ""), str(each.date_end or ""), each.date_prec] for each in reading.dates]


ASPECTS: dict[str, Callable[[Reading], list[Any]]] = {
    "incidents": _incidents,
    "flows": _flows,
    "places": _places,
    "bodies": _bodies,
    "quantities": _quantities,
    "dates": _dates,
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_paragraph_is_read_as_a_person_reads_it(reader: Reader, row: dict[str, Any]) -> None:
    reading = reader.read(row["text"], id=row["id"], published=row["published"])
    wanted = {aspect: row[aspect] for aspect in ASPECTS if aspect in row}
    assert wanted
    assert {aspect: ASPECTS[aspect](reading) for aspect in wanted} == wanted


def test_there_are_paragraphs_enough_in_each_language(reader: Reader) -> None:
    languages = [reader.read(row["text"], id=row["id"]).language for row in ROWS]
    assert all(languages.count(language) >= 10 for language in ("en", "fa", "ru", "kk"))
    assert len({row["id"] for row in ROWS}) == len(ROWS) >= 60
