"""Findings: what there is to review of a reading besides its incidents and claims.

Names of places and organizations, each once for an article and for what it stands for; numbers whose digits are suspect;
and conflicts, which lie between articles.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.articles.wording.text import Span
from layers.review.state import canonical
from layers.review.subject import DOUBTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from layers.articles.mention import Mention
    from layers.articles.reading import Reading
    from layers.articles.wording.document import Document
    from layers.review.subject import SubjectType

__all__ = ["Finding", "conflict_id", "findings_of", "resting_on"]

Record = dict[str, Any]

_MOST_PASSAGES = 3
"""Passages shown of a name that stands in many."""
_PLACE = ("name", "entity", "place_kind", "lon", "lat", "country", "where_prec", "confidence")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to review: ``trigger`` and ``evidence`` are spans of the source; evidence is never empty."""

    type: SubjectType
    trigger: Span
    evidence: tuple[Span, ...]
    record: Record


def findings_of(made: Reading) -> tuple[Finding, ...]:
    """Return the names and suspect numbers of a reading, sorted by sort and place in the text.

    A name's ``record`` tells how much ``rests`` on it: how many incidents and claims of the article are where it says, or
    name it. Names that only stand in the article's metadata are left out.
    """
    rests = resting_on([each.to_json() for each in made.incidents], [_claim(each) for each in made.claims])
    found = [*_names(made, "place", rests), *_names(made, "organization", rests), *_numbers(made)]
    return tuple(sorted(found, key=lambda each: (each.type, each.trigger)))


def _claim(claim: Any) -> Record:  # noqa: ANN401 -- a ReadClaim
    return {"slots": [{"name": slot.name, "entity": slot.entity} for slot in claim.slots]}


def resting_on(incidents: Iterable[Mapping[str, Any]], claims: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many incidents and claims rest on each entity, or on the name of what has none."""
    counts: dict[str, int] = defaultdict(int)
    for incident in incidents:
        place = incident.get("place") or {}
        named = {place.get("entity") or place.get("name"), *incident.get("organization_entities", ())}
        for key in named - {None}:
            counts[key] += 1
    for claim in claims:
        for key in {slot["entity"] or slot["name"] for slot in claim["slots"]}:
            counts[key] += 1
    return dict(counts)


def _names(made: Reading, kind: SubjectType, rests: Mapping[str, int]) -> Iterable[Finding]:
    groups: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in made.mentions:
        if mention.kind == kind and mention.role != "metadata":
            groups[mention.name.casefold(), mention.entity or ""].append(mention)
    for mentions in groups.values():
        first = mentions[0]
        record = first.to_json()
        names = _PLACE if kind == "place" else ("name", "entity", "confidence")
        told = {name: record[name] for name in names}
        # The least sure of them decides how much the name wants to be looked at.
        told["confidence"] = round(min(each.confidence for each in mentions), 3)
        told["alternatives"] = record["alternatives"]
        told["mentions"] = [[each.start, each.end] for each in mentions]
        told["rests"] = rests.get(first.entity or first.name, 0)
        passages = dict.fromkeys(_passage(made.document, each.reading, Span(each.start, each.end)) for each in mentions)
        yield Finding(kind, Span(first.start, first.end), tuple(passages)[:_MOST_PASSAGES], told)


def _passage(document: Document, reading: Span, source: Span) -> Span:
    """Return the sentence in which something stands, as one span of the source; what stands there where there is none."""
    sentence = document.sentence_at(reading.start)
    if sentence is None:
        return source
    spans = document.spans(sentence.start, sentence.end)
    # Where PDF extraction cut the sentence up, the piece that holds the name is shown.
    return next((span for span in spans if span.start <= source.start < span.end), source)


def _numbers(made: Reading) -> Iterable[Finding]:
    passages = [span for each in made.incidents for span in each.evidence]
    passages += [span for each in made.claims for span in each.evidence]
    told = sorted((span.start, span.end) for span in passages)
    starts = [start for start, _ in told]
    for numeral in made.numerals:
        if numeral.integrity not in DOUBTED:
            continue
        source = Span(numeral.start, numeral.end)
        before = told[: bisect_right(starts, numeral.start)]
        record = numeral.to_json()
        record["rests"] = sum(1 for _, end in before if end >= numeral.end)
        yield Finding("number", source, (_passage(made.document, numeral.reading, source),), record)


def conflict_id(record: Mapping[str, Any]) -> str:
    """Return the 16 hex digits that name a conflict: by its topic and where its sides stand, whatever is said of it."""
    sides: Sequence[Mapping[str, Any]] = record["claims"]
    where = sorted([str(each["article"]), each["start"] or 0, each["end"] or 0] for each in sides)
    return hashlib.sha256(canonical(["conflict", record.get("topic"), where]).encode()).hexdigest()[:16]
