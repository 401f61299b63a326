"""Where an event was: the most specific place that the words tie to it, never a capital that stands for a government."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.articles.incident import IncidentPlace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.document import Token
    from layers.articles.mention import Mention
    from layers.articles.unit import Unit

__all__ = ["CAPITALS", "Tie", "best_place", "country_of", "is_specific", "place_of", "ties_of"]

_RANKS = {"city": 5, "admin2": 4, "feature": 4, "admin1": 3, "country": 1, "region": 0}
_PREC = {"city": 1, "feature": 2, "admin2": 3, "admin1": 4, "country": 6, "region": 7}
_SPECIFIC = 3
_NO_PLACE = frozenset(["metonym", "metadata", "demonym"])
CAPITALS = frozenset(
    [
        "Kabul", "Dushanbe", "Tashkent", "Bishkek", "Astana", "Ashgabat", "Moscow", "Tehran", "Islamabad", "Beijing",
        "Washington", "Brussels", "London", "Geneva", "Vienna", "New Delhi", "Ankara", "Minsk", "Kyiv", "Paris", "Berlin",
        "Tokyo", "New York",
    ]
)  # fmt: skip
"""Cities whose name often stands for a government or a headquarters."""
_AHEAD = 2.0
_LETTERS_OF_A_WORD = 7
_CITIZEN_REACH = 4
_DATELINE_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Tie:
    """A place of a passage and how it is tied to what is told there: ``kind`` at, from, to, of, none."""

    mention: Mention
    kind: str
    rank: int

    @property
    def can_be_where(self) -> bool:
        """Whether an event may have happened there."""
        return self.kind in {"at", "none"}


def is_specific(mention: Mention) -> bool:
    """Whether a place is finer than a country."""
    return _RANKS.get(mention.place_kind or "", 0) >= _SPECIFIC and mention.lon is not None


def ties_of(unit: Unit) -> tuple[Tie, ...]:
    """Return how each place of a passage is tied to what is told there."""
    ties: list[Tie] = []
    tokens = unit.tokens
    for mention in unit.places:
        if mention.country is None and mention.lon is None:
            continue
        first, last = _tokens_of(mention, tokens, unit)
        kind = _kind(mention, unit, first, last)
        rank = _RANKS.get(mention.place_kind or "", 0)
        ties.append(Tie(mention, kind, rank))
    # "from Kunduz and Baghlan": what is joined to a place is tied as it is.
    for at in range(1, len(ties)):
        before, here = ties[at - 1], ties[at]
        gap = here.mention.reading.start - before.mention.reading.end
        if here.kind == "none" and before.kind in {"from", "to", "of"} and 0 <= gap <= _LETTERS_OF_A_WORD - 2:
            ties[at] = Tie(here.mention, before.kind, here.rank)
    return tuple(ties)


def _tokens_of(mention: Mention, tokens: Sequence[Token], unit: Unit) -> tuple[int, int]:
    first = last = unit.passage.first
    for at in range(unit.passage.first, unit.passage.last):
        if tokens[at].end <= mention.reading.start:
            first = at + 1
        if tokens[at].start < mention.reading.end:
            last = at + 1
    return first, max(last, first + 1)


def _kind(mention: Mention, unit: Unit, first: int, last: int) -> str:
    if mention.role in _NO_PLACE:
        return "of"
    index = unit.words.prepositions.locative
    tokens, start = unit.tokens, unit.passage.first
    for hit in index.find(tokens, last, min(last + 2, unit.passage.last)):
        if hit.first == last and hit.label == "citizen_after":
            return "of"
    for hit in index.find(tokens, max(first - _CITIZEN_REACH, start), first):
        if hit.label == "citizen" and hit.last >= first - 1:
            return "of"
    found = ""
    for back in range(1, 5):
        at = first - back
        if at < start or tokens[at].text in ",.;:()":
            break
        hits = [hit for hit in index.find(tokens, at, first) if hit.first == at]
        labels = {hit.label for hit in hits if hit.last >= first - (1 if back > 1 else 0)}
        for label, kind in (("origin", "from"), ("destination", "to"), ("locative", "at")):
            if label in labels and not found:
                found = kind
        if found:
            break
        if back >= 2 and not tokens[at].text[0].isupper():
            break
    if not found:
        word = tokens[last - 1].folded if last - 1 < unit.passage.last else ""
        for key, kind in (("origin", "from"), ("locative", "at"), ("destination", "to")):
            endings = unit.words.prepositions.endings[key]
            if endings and word.endswith(endings):
                found = kind
                break
    if mention.role == "adjectival":
        return "of"
    if found in {"", "to"} and mention.name in CAPITALS and found != "at":
        return "of" if not found else found
    return found or "none"


def best_place(ties: Sequence[Tie], at: int, first: int, last: int) -> Tie | None:
    """Return the place among the letters ``[first:last]`` where an event told at the letter ``at`` was, if any.

    A finer place goes before a coarser one, a place with "in" or "near" before one without, a near one before a far one.
    """
    choices = [
        tie for tie in ties if first <= tie.mention.reading.start < last and tie.can_be_where and tie.rank > 0
    ]
    if not choices:
        return None

    def score(tie: Tie) -> tuple[float, int]:
        distance = abs(tie.mention.reading.start - at) / max(last - first, 1)
        led = 1.5 if tie.kind == "at" else 0.0
        return (min(tie.rank, 4) + (0.5 if tie.rank == 5 else 0) + led - _AHEAD * distance, -tie.mention.reading.start)

    return max(choices, key=score)


def place_of(mention: Mention) -> IncidentPlace:
    """Return the place of a mention."""
    prec = mention.where_prec or _PREC.get(mention.place_kind or "")
    return IncidentPlace(mention.name, mention.lon, mention.lat, mention.country, prec, mention.entity)


def country_of(code: str, countries: Mapping[str, str], known: Mapping[str, Mention]) -> IncidentPlace:
    """Return a whole country; its point, a representative one, from a mention of it where there is one."""
    mention = known.get(code)
    if mention is not None:
        return place_of(mention)
    return IncidentPlace(countries.get(code, code), None, None, code, 6, None)
