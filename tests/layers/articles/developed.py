"""Reading the development texts with their own gold places and organizations, in the form that their scorer takes."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from layers.articles.amounts.quantities import find_quantities
from layers.articles.dating.dates import find_dates
from layers.articles.events.incidents import find_incidents
from layers.articles.mention import Mention, PlaceKind
from layers.articles.numbers.numerals import find_numerals
from layers.articles.wording.document import Document
from layers.articles.wording.text import Span
from tests.layers.articles.events import DATES, LEXICON, QUANTITIES

if TYPE_CHECKING:
    from pathlib import Path

    from layers.articles.events.incident import ReadIncident

_KINDS = {"country": "country", "province": "admin1", "region": "region", "river": "feature", "district": "admin2"}


def read_all(folder: Path, gold: dict[str, Any]) -> dict[str, Any]:
    """Return, by text, the incidents that the reader finds."""
    index = {row["id"]: row for row in json.loads((folder / "index.json").read_text(encoding="utf-8"))}
    answers: dict[str, Any] = {}
    for name, expected in gold.items():
        source = (folder / "texts" / f"{name}.txt").read_bytes().decode()
        document = Document.of(source)
        numerals = find_numerals(document)
        published = date.fromisoformat(index[name]["date"])
        found = find_incidents(
            document,
            _mentions(document, expected),
            find_dates(document, numerals, published, DATES),
            find_quantities(document, numerals, QUANTITIES),
            LEXICON,
            published,
        )
        answers[name] = {"id": name, "incidents": [_plain(each) for each in found]}
    return answers


def _plain(found: ReadIncident) -> dict[str, Any]:
    place = found.place
    return found.to_json() | {
        "lat": place.lat if place is not None else None,
        "lon": place.lon if place is not None else None,
        "country_iso2": place.country if place is not None else None,
    }


def _mentions(document: Document, expected: dict[str, Any]) -> list[Mention]:
    places = {index: at for at, index in reversed(list(enumerate(_offsets(document))))}
    mentions = []
    for row in expected["places"] + expected["organizations"]:
        inside = [places[index] for index in range(row["start"], row["end"]) if index in places]
        reading = Span(min(inside), max(inside) + 1)
        common = (row["start"], row["end"], row["surface"], reading, row["canonical"])
        if "kind" not in row:
            mentions.append(Mention("organization", *common, entity=row["canonical"]))
            continue
        kind = _KINDS.get(row["kind"], "city") if row["resolves"] else "region"
        mentions.append(
            Mention(
                "place", *common, entity=row["canonical"], place_kind=cast("PlaceKind", kind), lon=row["lon"],
                lat=row["lat"], country=row["country_iso2"],
            )
        )  # fmt: skip
    return sorted(mentions, key=lambda each: each.reading.start)


def _offsets(document: Document) -> list[int]:
    offsets = document.text.offsets
    return list(range(len(document.text.reading))) if offsets is None else [int(each) for each in offsets]
