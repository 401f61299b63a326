"""From an event that a text has told of, in however many passages, to its record: place, day, actors, figures, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from layers.articles.events.incident import REGION, ReadIncident, Toll
from layers.articles.events.scene import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.amounts.quantities import Quantity
    from layers.articles.events.story import Event
    from layers.articles.wording.document import Document
    from layers.articles.wording.text import Span

__all__ = ["is_anchored", "record_of"]


def record_of(document: Document, event: Event, threat: str | None) -> ReadIncident:
    """Return an event as the record that leaves the reader; ``threat`` is the kind of threat that its section is on."""
    lead, when, place = event.lead, event.when, event.place
    mention = when.mention if when is not None else None
    is_suspect = mention is not None and mention.integrity == "suspect"
    spans = _evidence(document, event)
    trigger = document.spans(lead.unit.tokens[lead.trigger.first].start, lead.unit.tokens[lead.trigger.last - 1].end)[0]
    organizations = {each.name: each for happening in event.told for each in happening.organizations}
    is_outside = place is not None and place.country is not None and place.country not in REGION
    is_background = lead.is_statistic or lead.is_war or (lead.category in WORDS and not _is_dated(event))
    role: Literal["event", "context"] = "context" if is_outside or is_background else "event"
    quantities = tuple(event.quantities)
    score = lead.score + 0.1 * min(len(event.more), 3)
    return ReadIncident(
        trigger=trigger,
        category=lead.category,
        role=role,
        modality=lead.modality,
        is_attempt=lead.is_attempt,
        date_start=when.start.isoformat() if when is not None and when.start is not None else None,
        date_end=when.end.isoformat() if when is not None and when.end is not None else None,
        date_prec=when.prec if when is not None else "unknown",
        date_basis=when.basis if when is not None else None,
        date_as_printed=mention.surface if mention is not None else None,
        date_integrity="suspect" if is_suspect else "intact",
        date_candidates=mention.candidates if mention is not None else (),
        place=place,
        organizations=tuple(sorted(organizations)),
        organization_entities=tuple(sorted({each.entity for each in organizations.values() if each.entity})),
        quantities=quantities,
        deaths=_toll(quantities, "killed"),
        injured=_toll(quantities, "injured"),
        threat=threat,
        evidence=spans,
        confidence=max(0.2, min(0.95, 0.3 + 0.25 * score)),
    )


def is_anchored(event: Event) -> bool:
    """Whether the text gives an event a day or a place: one with neither, nor a figure, is prose about events in general."""
    is_told = event.when is not None and event.when.is_told
    return event.lead.is_war or event.place is not None or is_told or bool(event.quantities)


def _is_dated(event: Event) -> bool:
    return event.when is not None and event.when.start is not None


def _evidence(document: Document, event: Event) -> tuple[Span, ...]:
    found: list[Span] = []
    for happening in event.told:
        found += document.spans(happening.start, happening.end)
    return tuple(dict.fromkeys(found))


def _toll(quantities: Sequence[Quantity], outcome: str) -> Toll | None:
    """Return how many were killed or injured, as first told."""
    found = next((each for each in quantities if each.outcome == outcome), None)
    return Toll(found.low, found.best, found.high, found.as_printed) if found is not None else None
