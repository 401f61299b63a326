"""Readings for the tests of the store: real documents and mentions, with incidents and claims as the tests want them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.articles.mention import Mention
from layers.articles.reading import Reading
from layers.articles.statements.claim import ReadClaim, Slot
from layers.articles.wording.document import Document
from layers.articles.wording.text import Span
from layers.candidates import ReadArticle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.mention import PlaceKind

TEXT = (
    "Quiet days\n\nOn 12 May 2019 guards seized 3 kg of opium near Kulob. Two men were arrested in Khorog.\n\n"
    "Opium from Afghanistan passes through Tajikistan to Russia, an official said."
)
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
PLACES: dict[str, tuple[str, float, float, int, PlaceKind]] = {
    "Kulob": ("TJ", 69.78, 37.91, 1, "city"),
    "Khorog": ("TJ", 71.55, 37.49, 1, "city"),
    "Afghanistan": ("AF", 66.0, 34.0, 6, "country"),
    "Tajikistan": ("TJ", 71.0, 39.0, 6, "country"),
    "Russia": ("RU", 100.0, 60.0, 6, "country"),
}


@dataclass(frozen=True)
class Incident:
    """What the store asks of an incident: a trigger, evidence and the contract's JSON."""

    trigger: Span
    evidence: tuple[Span, ...]
    record: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {**self.record, "evidence": [{"start": span.start, "end": span.end} for span in self.evidence]}


def span_of(words: str, text: str = TEXT) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def sentence_of(words: str, text: str = TEXT) -> Span:
    at = text.index(words)
    return next(Span(m.start(), m.end()) for m in re.finditer(r"[^\n.]+\.", text) if m.start() <= at < m.end())


def mention(name: str, text: str = TEXT) -> Mention:
    country, lon, lat, where_prec, kind = PLACES[name]
    span = span_of(name, text)
    return Mention(
        "place", span.start, span.end, name, span, name, (span,), entity=f"place/{name.lower()}",
        place_kind=kind, lon=lon, lat=lat, country=country, where_prec=where_prec, confidence=0.9,
    )  # fmt: skip


def incident(
    trigger: str, category: str, place: str | dict[str, Any] | None, *, text: str = TEXT, **more: Any
) -> Incident:
    """An incident at one of PLACES, at a place of the contract's form, or nowhere."""
    where = place
    if isinstance(place, str):
        country, lon, lat, where_prec, _ = PLACES[place]
        where = {"name": place, "lon": lon, "lat": lat, "country": country, "where_prec": where_prec}
    record = {
        "category": category, "role": "event", "modality": "asserted", "date_start": "2019-05-12",
        "date_end": "2019-05-12", "date_prec": "day", "date_integrity": "intact", "date_as_printed": None,
        "date_candidates": [], "place": where, "organizations": [], "organization_entities": [], "quantities": [],
    } | more  # fmt: skip
    return Incident(span_of(trigger, text), (sentence_of(trigger, text),), record)


def flow(*ends: tuple[str, str], trigger: str = "passes through", text: str = TEXT) -> ReadClaim:
    slots = tuple(
        Slot(role, name, f"place/{name.lower()}", *span_of(name, text), place_kind="country")  # type: ignore[arg-type]
        for role, name in ends
    )
    return ReadClaim("drug_flow", slots, "opium", None, span_of(trigger, text), (sentence_of(trigger, text),))


def reading(
    incidents: Sequence[Incident] = (), claims: Sequence[ReadClaim] = (), *, text: str = TEXT, id_: str = "quiet-days"
) -> Reading:
    document = Document.of(text, id=id_)
    mentions = tuple(mention(name, text) for name in PLACES if name in text)
    return Reading(document, None, mentions, (), (), (), tuple(incidents), tuple(claims), id_)  # type: ignore[arg-type]


SEIZURE = incident("seized", "seizure", "Kulob")
ARREST = incident("arrested", "arrest", "Khorog")
FLOW = flow(("origin", "Afghanistan"), ("transit", "Tajikistan"), ("destination", "Russia"))
WHOLE = reading([SEIZURE, ARREST], [FLOW])


def article(text: str = TEXT, id_: str = "quiet-days", **more: Any) -> ReadArticle:
    content = text.encode()
    sha256 = hashlib.sha256(content).hexdigest()
    facts: dict[str, Any] = {
        "sha256": sha256, "id": id_, "file_name": f"{id_}.txt", "file_sha256": sha256, "media_type": "text/plain",
        "title": "Quiet days", "language": "en", "languages": ("en",), "authors": (), "year": 2019, "publisher": None,
        "doi": None, "url": None, "licence": None, "length": len(text),
    } | more  # fmt: skip
    return ReadArticle(**facts)
