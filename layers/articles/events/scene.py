"""Scene: the place of an event whose own passage does not tell it, or names one that no gazetteer has.

A place is taken from what the text itself sets as its scene: the place beside an unknown name, the event told just before,
the dateline, the heading, the state whose body acted. Where none of these speaks, an event has no place.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from layers.articles.events.incident_places import CAPITALS, Tie, country_of, is_specific, place_of, unknown_place
from layers.articles.events.story import share_a_group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.dating.dates import DateMention
    from layers.articles.events.happenings import Happening
    from layers.articles.events.incident import IncidentPlace
    from layers.articles.events.story import Event
    from layers.articles.events.unit import Unit
    from layers.articles.mention import Mention
    from layers.articles.wording.document import Document
    from layers.articles.wording.text import Span

__all__ = ["WORDS", "Scene", "dateline_of", "is_silent", "points_elsewhere"]

WORDS = frozenset(["policy_statement", "diplomatic_event"])
"""What is done with words: it may be told far from where it was done."""

_DATELINE_LETTERS = 70
_HEADING_TOKENS = 20
_ENDS = frozenset(".!?…؟۔")
_LEADING = 2
"""A place named so often, and more often than any other, is the scene of a text."""
_AROUND = {"city": 3, "admin2": 3, "admin1": 4, "feature": 5}
"""UCDP's precision of a spot that is only known to be near, or in, a place of a kind."""
_AREA_PREC = 4
_AREA_RANK = 3
"""The rank of a province among places, see incident_places."""


@dataclass(slots=True, eq=False)
class Scene:
    """What one text says of where things are. ``region``: countries that a fallback may name."""

    places: Sequence[Mention]
    countries: Mapping[str, str]
    region: frozenset[str]
    dateline: Mention | None
    jurisdictions: Mapping[Span, Mention]
    _heading: Sequence[Mention] = field(default=(), repr=False)
    _known: dict[str, Mention] = field(init=False, repr=False)
    _leading: Mention | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._known = self._countries()
        self._leading = self._most_named()

    def note(self, unit: Unit) -> None:
        """Take the places of a first passage for those of the heading, if it is short and no sentence."""
        is_short = 0 < unit.passage.last - unit.passage.first <= _HEADING_TOKENS
        if unit.number == 0 and is_short and unit.tokens[unit.passage.last - 1].text not in _ENDS:
            self._heading = unit.places

    def settle(self, event: Event, before: Event | None) -> None:
        """Give an event its place; ``before`` is the one told just before it."""
        tie = event.tie
        lead = event.lead
        unknown = unknown_place(lead.unit, lead.start, lead.end)
        is_known = tie is not None and tie.rank > 0
        if tie is not None and is_known and not (unknown is not None and not is_specific(tie.mention)):
            event.place = place_of(tie.mention)
            return
        if unknown is not None:
            event.place = self._around(unknown, event, before)
            return
        own = self.jurisdiction_of(lead)
        if own is not None:
            event.tie, event.place = own, place_of(own.mention)
            return
        if before is not None and _is_told_beside(event, before):
            event.tie = before.tie
            event.place = before.place
            return
        if self.dateline is not None and self.dateline.name not in CAPITALS and is_silent(lead):
            event.place = place_of(self.dateline)
            return
        event.place = self._country(event)

    def jurisdiction_of(self, happening: Happening) -> Tie | None:
        """Return the unit whose name the acting body bears, where there is one: what it does by force it does there."""
        if happening.category in WORDS:
            return None
        found = (self.jurisdictions.get(each.reading) for each in happening.organizations)
        mention = next((each for each in found if each is not None), None)
        return Tie(mention, "of", _AREA_RANK) if mention is not None and is_specific(mention) else None

    def _around(self, name: str, event: Event, before: Event | None) -> IncidentPlace | None:
        """Return the known place that a spot without a point lies in or near, under the name of both."""
        country = event.tie.mention.country if event.tie is not None else None
        near = next(
            (
                tie.mention
                for tie in event.lead.ties
                if is_specific(tie.mention) and tie.kind in {"at", "none", "of"} and tie.mention.role == "literal"
            ),
            None,
        )
        if near is None and before is not None and before.tie is not None and _is_same_day(event, before):
            near = before.tie.mention if is_specific(before.tie.mention) else None
        is_beside = near is not None
        near = near or self._leading
        if near is None or (country is not None and near.country != country):
            whole = place_of(event.tie.mention) if event.tie is not None else self._country(event)
            return replace(whole, name=f"{name}, {whole.name}") if whole is not None else None
        prec = max(near.where_prec or 0, _AROUND.get(near.place_kind or "", _AREA_PREC), 0 if is_beside else _AREA_PREC)
        return replace(place_of(near), name=f"{name}, {near.name}", where_prec=prec)

    def _most_named(self) -> Mention | None:
        """Return the place finer than a country that a text names most; ``None`` where none leads."""
        counts: dict[str, list[Mention]] = {}
        for mention in self.places:
            is_named = mention.role == "literal" and mention is not self.dateline
            if is_named and is_specific(mention) and mention.country in self.region:
                counts.setdefault(mention.name, []).append(mention)
        ranked = sorted(counts.values(), key=lambda each: (-len(each), each[0].name))
        if not ranked or len(ranked[0]) < _LEADING or (ranked[1:] and len(ranked[1]) == len(ranked[0])):
            return None
        return ranked[0][0] if ranked[0][0].name not in CAPITALS else None

    def _country(self, event: Event) -> IncidentPlace | None:
        """Return the country that the passage, the dateline, the heading or the name of the acting body gives."""
        lead = event.lead
        here = [tie.mention for tie in lead.ties if tie.can_be_where and tie.mention.place_kind == "country"]
        acting = lead.organizations
        beside = [tie.mention for tie in lead.ties if tie.kind == "of" and tie.mention.place_kind == "country"]
        dateline = [self.dateline] if self.dateline is not None else []
        for mentions in (here, dateline, self._heading, acting, beside):
            code = self._only_country(mentions)
            if code is not None:
                return country_of(code, self.countries, self._known)
        return None

    def _only_country(self, mentions: Sequence[Mention]) -> str | None:
        """Return the one country of the region that most of some mentions lie in; ``None`` where none leads."""
        counts: dict[str, int] = {}
        for mention in mentions:
            if mention.country is not None and mention.country in self.region:
                counts[mention.country] = counts.get(mention.country, 0) + 1
        ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        if not ranked or (ranked[1:] and ranked[0][1] == ranked[1][1]):
            return None
        return ranked[0][0]

    def _countries(self) -> dict[str, Mention]:
        """Return the first mention of each country."""
        known: dict[str, Mention] = {}
        for place in self.places:
            if place.place_kind == "country" and place.country is not None and place.lon is not None:
                known.setdefault(place.country, place)
        return known


def is_silent(happening: Happening) -> bool:
    """Whether a passage names no land of its own, such as where things came from, that bars the place named before."""
    barring = {"from", "to", "of"}
    is_barred = any(tie.kind in barring and is_specific(tie.mention) for tie in happening.ties)
    return not is_barred and unknown_place(happening.unit, happening.start, happening.end) is None


def points_elsewhere(happening: Happening, country: str | None) -> bool:
    """Whether a passage with a day of its own names another land than a country: "In July 1993 a Tajik post was …"."""
    if happening.date is None:
        return False
    lands = {
        tie.mention.country
        for tie in happening.ties
        if tie.mention.place_kind == "country" and tie.mention.role == "adjectival"
    }
    return bool(lands) and country not in lands


def _is_same_day(first: Event, second: Event) -> bool:
    if first.when is None or second.when is None:
        return False
    return first.when.days <= 1 and first.when.overlaps(second.when)


def _is_told_beside(event: Event, before: Event) -> bool:
    """Whether an event without a place is told beside one of its kind that has one."""
    lead = event.lead
    return (
        before.tie is not None
        and is_specific(before.tie.mention)
        and lead.unit.block - before.lead.unit.block <= 1
        and not lead.unit.in_list
        and lead.category not in WORDS
        and is_silent(lead)
        and not points_elsewhere(lead, before.tie.mention.country)
        and share_a_group(lead.category, before.lead.category)
    )


def dateline_of(
    document: Document, places: Sequence[Mention], dates: Sequence[DateMention]
) -> tuple[int, Mention | None]:
    """Return where a dateline ("KHOROG, 25 July –") ends, 0 without one, and its place."""
    if not places or not dates or dates[0].reading.start > _DATELINE_LETTERS:
        return 0, None
    first, day = places[0], dates[0]
    reading = document.text.reading
    start = document.sentences[0].start if document.sentences else 0
    between = reading[first.reading.end : day.reading.start]
    if first.reading.start > start + 2 or first.reading.end > day.reading.start or len(between.strip(" ,.(،-–—")) > 0:
        return 0, None
    if reading[day.reading.end : day.reading.end + 3].strip()[:1] not in tuple(".-–—:،,)/"):
        return 0, None
    return day.reading.end, first
