"""Incidents: the events that a text tells of – seizures, arrests, clashes, attacks, operations, treaties – one record each.

Passages are searched for the words of ``data/lexicons/incidents.*.toml``; what they tell of gets its day, its place, its
actors and its figures from the passage itself and, where that is silent, from the paragraph, the dateline or the day of
the report. However often a text tells of an event, it gives one record. Totals, wars elsewhere and general statements
are no events: they are left out or marked as context.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.articles.events.chronicle import Chronicle
from layers.articles.events.incident import CATEGORIES, REGION, Category, IncidentPlace, ReadIncident
from layers.articles.events.unit import units_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from layers.articles.amounts.quantities import Quantity
    from layers.articles.dating.dates import DateMention
    from layers.articles.events.incident_lexicon import IncidentLexicon
    from layers.articles.mention import Mention
    from layers.articles.wording.document import Document
    from layers.articles.wording.text import Span

__all__ = ["CATEGORIES", "REGION", "Category", "IncidentPlace", "ReadIncident", "find_incidents"]


def find_incidents(
    document: Document,
    mentions: Sequence[Mention],
    dates: Sequence[DateMention],
    quantities: Sequence[Quantity],
    lexicon: IncidentLexicon,
    published: date | None = None,
    jurisdictions: Mapping[Span, Mention] | None = None,
) -> tuple[ReadIncident, ...]:
    """Return the events that a text tells of, in the order of their triggers.

    A text all of whose places lie outside the region gives none. ``published`` dates events of a news report that gives
    no day of its own, as an interval that ends on it. ``jurisdictions``: see :mod:`layers.articles.actors.jurisdictions`.
    """
    places = [each for each in mentions if each.kind == "place"]
    resolved = [each for each in places if each.country is not None]
    if resolved and not any(each.country in REGION for each in resolved):
        return ()
    reader = Chronicle(document, places, dates, lexicon, published, jurisdictions or {})
    body = [each for each in mentions if each.kind != "place" or each.reading.start >= reader.dateline_end]
    told = [each for each in dates if each.reading.start >= reader.dateline_end]
    for unit in units_of(document, body, told, quantities, lexicon):
        reader.read(unit)
    return reader.incidents()
