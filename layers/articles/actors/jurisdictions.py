"""Jurisdictions: the province or town that the name of a body bears ("Osh Region Police"), where it acts.

Places inside names of bodies are no places of a text. But what such a body seized it seized where it has power, as far
as nothing finer is told.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.gazetteer_index import IndexedPlace
    from layers.articles.geoparsing.places import PlaceFinder
    from layers.articles.mention import Mention
    from layers.articles.wording.document import Document, Token

__all__ = ["find_jurisdictions"]

_UNITS: dict[str, tuple[str, bool]] = {
    "region": ("admin1", True), "province": ("admin1", True), "oblast": ("admin1", True), "district": ("admin2", True),
    "област": ("admin1", True), "район": ("admin2", True), "облыс": ("admin1", True), "аудан": ("admin2", True),
    "viloyat": ("admin1", True), "вилоят": ("admin1", True), "tuman": ("admin2", True), "туман": ("admin2", True),
    "вилояти": ("admin1", False), "ноҳияи": ("admin2", False), "ولایت": ("admin1", False), "استان": ("admin1", False),
    "ولسوالی": ("admin2", False), "شهرستان": ("admin2", False),
}  # fmt: skip
"""How the words for a unit begin, its kind, and whether its name stands before the word (else after it)."""
_FITS = {"admin1": ("admin1",), "admin2": ("admin2", "city")}
_BEGINNINGS = sorted(_UNITS, key=len, reverse=True)
_BEHIND = 2
"""Words behind a body's name that ends in "ولایت" may be the name of the province."""


def find_jurisdictions(
    document: Document, organizations: Iterable[Mention], places: Sequence[Mention], finder: PlaceFinder
) -> Mapping[Span, Mention]:
    """Return the unit that the name of each body bears, by where the body stands in the reading.

    Of units that share a name the one in the country that the places of the text lie in most is taken; none where
    several remain.
    """
    countries: Counter[str] | None = None
    found: dict[Span, Mention] = {}
    for body in organizations:
        for name, kind in _names(document, body.reading):
            countries = countries or Counter(place.country for place in places if place.country is not None)
            ((mention, choices),) = finder.resolve(document, [name])
            meant = _likeliest([each for each in choices if each.kind in _FITS[kind]], countries, mention)
            if meant is not None:
                found[body.reading] = finder.mention_of(document, name, meant)
                break
            if (whole := _inflected(document, name, kind, finder)) is not None:
                found[body.reading] = whole
                break
    return found


def _inflected(document: Document, name: Span, kind: str, finder: PlaceFinder) -> Mention | None:
    """Return the unit whose name in several words is inflected ("Ошской области"), read as a text of its own."""
    piece = document.text.reading[name.start : name.end]
    if " " not in piece:
        return None
    return next((each for each in finder.find(type(document).of(piece)) if each.place_kind in _FITS[kind]), None)


def _likeliest(choices: Sequence[IndexedPlace], countries: Counter[str], mention: Mention) -> IndexedPlace | None:
    most = max((countries[each.country] for each in choices), default=0)
    likely = [each for each in choices if countries[each.country] == most]
    if len(likely) == 1:
        return likely[0]
    return next((each for each in likely if each.id == mention.entity), None)


def _names(document: Document, body: Span) -> list[tuple[Span, str]]:
    """Return what may be the name of a unit in a body's name, the longest first, with the kind of unit."""
    first = bisect_left(document.tokens, body.start, key=_start)
    last = bisect_left(document.tokens, body.end, key=_start)
    for at in range(first, last):
        folded = document.tokens[at].folded
        unit = next((_UNITS[start] for start in _BEGINNINGS if folded.startswith(start)), None)
        if unit is None:
            continue
        kind, is_before = unit
        # "Osh Region" is a name as a whole, or "Osh" is; "вилояти Суғд" is not.
        near = [(at - 2, at), (at - 1, at + 1), (at - 1, at)] if is_before else [(at + 1, at + 3), (at + 1, at + 2)]
        return [
            (Span(document.tokens[start].start, document.tokens[end - 1].end), kind)
            for start, end in near
            if first <= start and end <= min(last + (0 if is_before else _BEHIND), len(document.tokens))
        ]
    return []


def _start(token: Token) -> int:
    return token.start
