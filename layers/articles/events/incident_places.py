"""Where an event was: the most specific place that the words tie to it, never a capital that stands for a government."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.articles.events.incident import IncidentPlace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.events.unit import Unit
    from layers.articles.mention import Mention
    from layers.articles.wording.document import Token

__all__ = ["CAPITALS", "Tie", "best_place", "country_of", "is_specific", "place_of", "ties_of", "unknown_place"]

_RANKS = {"city": 5, "admin2": 4, "feature": 4, "admin1": 3, "country": 1, "region": 0}
_PREC = {"city": 1, "feature": 2, "admin2": 3, "admin1": 4, "country": 6, "region": 7}
_SPECIFIC = 3
_FINEST_AREA = 4
"""UCDP's precision of a province; a river or a valley that runs through several is coarser."""
_TIES = {"origin": "from", "destination": "to", "locative": "at"}
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
_CITIZEN_REACH, _PREPOSITION_REACH = 4, 4
_OPENING = 2
_ALONE = 3
"""A line of so few words, "Dushanbe.", names a place and no government."""
_QUOTES = frozenset("«»“”„\"‘’'")
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
    is_fine = mention.where_prec is None or mention.where_prec <= _FINEST_AREA
    return _RANKS.get(mention.place_kind or "", 0) >= _SPECIFIC and mention.lon is not None and is_fine


def ties_of(unit: Unit) -> tuple[Tie, ...]:
    """Return how each place of a passage is tied to what is told there."""
    ties: list[Tie] = []
    tokens = unit.tokens
    for mention in unit.places:
        if (mention.country is None and mention.lon is None) or _is_author(mention, unit):
            continue
        first, last = _tokens_of(mention, tokens, unit)
        kind = _kind(mention, unit, first, last)
        rank = _RANKS.get(mention.place_kind or "", 0) if mention.place_kind == "country" or is_specific(mention) else 0
        ties.append(Tie(mention, kind, rank))
    # "from Kunduz and Baghlan": what is joined to a place is tied as it is.
    for at in range(1, len(ties)):
        before, here = ties[at - 1], ties[at]
        gap = here.mention.reading.start - before.mention.reading.end
        if here.kind == "none" and before.kind in {"from", "to", "of"} and 0 <= gap <= _LETTERS_OF_A_WORD - 2:
            ties[at] = Tie(here.mention, before.kind, here.rank)
    return tuple(ties)


def _is_author(mention: Mention, unit: Unit) -> bool:
    """Whether a name stands before the year of a cited work: "(Halden, 2009: 41)"."""
    return any(
        date.is_citation and 0 <= date.reading.start - mention.reading.end <= _LETTERS_OF_A_WORD for date in unit.dates
    )


def _tokens_of(mention: Mention, tokens: Sequence[Token], unit: Unit) -> tuple[int, int]:
    """Return the range of tokens that a name takes up."""
    low, high = unit.passage.first, unit.passage.last
    first = bisect_right(tokens, mention.reading.start, low, high, key=lambda token: token.end)
    last = bisect_left(tokens, mention.reading.end, low, high, key=lambda token: token.start)
    return first, max(last, first + 1)


def _kind(mention: Mention, unit: Unit, first: int, last: int) -> str:
    """Return how the name in the tokens ``[first:last]`` is tied to what is told: at, from, to, of, none."""
    if mention.role in _NO_PLACE:
        return "of"
    if around := _by_neighbours(unit, first, last):
        return around
    found = _by_words_before(unit, first) or _by_ending(unit, last)
    if mention.role == "adjectival":
        return "of"
    is_alone = unit.passage.last - unit.passage.first <= _ALONE
    if mention.name in CAPITALS and not is_alone and (not found or (found == "at" and _is_speaker(unit, first))):
        return "of"
    return found or "none"


def _by_neighbours(unit: Unit, first: int, last: int) -> str:
    """Return the tie that "a citizen of" before a name, or «азаматы» or "tumanida" after it, makes; empty if none."""
    index = unit.words.prepositions.locative
    for hit in index.find(unit.tokens, last, min(last + 2, unit.passage.last)):
        if hit.first == last and hit.label in {"citizen_after", "locative_after"}:
            return "of" if hit.label == "citizen_after" else "at"
    start = max(first - _CITIZEN_REACH, unit.passage.first)
    hits = index.find(unit.tokens, start, first)
    is_led = any(hit.first == first - 1 and hit.label in _TIES for hit in hits)
    is_citizen = any(hit.label == "citizen" and hit.last >= first - (0 if is_led else 1) for hit in hits)
    return "of" if is_citizen else ""


def _by_words_before(unit: Unit, first: int) -> str:
    """Return the tie that a preposition makes, with at most a few capitalized words between; empty if none."""
    index, tokens = unit.words.prepositions.locative, unit.tokens
    first = _before_fillers(unit, first)
    hits = index.find(tokens, max(first - _PREPOSITION_REACH, unit.passage.first), first)
    phrases = [hit for hit in hits if hit.last == first and hit.last - hit.first > 1 and hit.label in _TIES]
    if phrases:
        return _TIES[phrases[0].label]  # the longest: "by way of" goes before "of"
    for back in range(1, _PREPOSITION_REACH + 1):
        at = first - back
        if at < unit.passage.first or tokens[at].text in ",.;:()":
            break
        slack = 0 if back == 1 else 1
        labels = {hit.label for hit in index.find(tokens, at, first) if hit.first == at and hit.last >= first - slack}
        for label, kind in _TIES.items():
            if label in labels:
                return kind
        if back > 1 and not tokens[at].text[0].isupper():
            break
    return ""


def _before_fillers(unit: Unit, first: int) -> int:
    """Return the token that a name begins at with the marks and the word for its kind before it: "at the post «…"."""
    index, tokens = unit.words.prepositions.locative, unit.tokens
    start = max(first - _PREPOSITION_REACH, unit.passage.first)
    while first > start and tokens[first - 1].text in _QUOTES:
        first -= 1
    fillers = [hit for hit in index.find(tokens, start, first) if hit.label == "fillers"]
    while (hit := next((each for each in fillers if each.last == first), None)) is not None:
        first = hit.first
    return first


def _by_ending(unit: Unit, last: int) -> str:
    """Return the tie that the ending of the name itself makes, in Kazakh and Uzbek; empty if none."""
    word = unit.tokens[min(last, unit.passage.last) - 1].folded
    endings = unit.words.prepositions.endings
    for key, kind in (("origin", "from"), ("locative", "at"), ("destination", "to")):
        if endings[key] and word.endswith(endings[key]):
            return kind
    return ""


def _is_speaker(unit: Unit, at: int) -> bool:
    """Whether "In Kabul, a spokesman said …" opens a passage: the place of the speaker, not of what is told."""
    if at - unit.passage.first > _OPENING:
        return False
    said = [hit.first for name in ("said", "alleged") for hit in unit.cues(name) if hit.first > at]
    told = [hit.first for hit in unit.marks if hit.label.group == "verb" and hit.first > at]
    return bool(said) and bool(told) and min(said) < min(told)


def unknown_place(unit: Unit, start: int, end: int) -> str | None:
    """Return the first name among the letters ``[start:end]`` of a passage that may be where and that no gazetteer has.

    ``None`` without one; the name of an author is none, nor is a place that somebody came from or went to.
    """
    for mention in unit.places:
        if (
            mention.lon is None
            and mention.country is None
            and mention.place_kind is None
            and mention.role == "literal"
            and start <= mention.reading.start < end
            and not _is_author(mention, unit)
            and _kind(mention, unit, *_tokens_of(mention, unit.tokens, unit)) in {"at", "none"}
        ):
            return mention.name
    return None


def best_place(ties: Sequence[Tie], at: int, first: int, last: int, *, is_target: bool = False) -> Tie | None:
    """Return the place among the letters ``[first:last]`` where an event told at the letter ``at`` was, if any.

    ``is_target``: what the event is done to may be named as its aim, "an attack on Kunduz". A finer place goes before a
    coarser one, a place with "in" or "near" before one without, a near one before a far one.
    """
    inside = [tie for tie in ties if first <= tie.mention.reading.start < last and tie.rank > 0]
    choices = [tie for tie in inside if tie.can_be_where]
    if is_target and not any(is_specific(tie.mention) for tie in choices):
        choices = [tie for tie in inside if tie.kind == "to" and is_specific(tie.mention)] or choices
    if not choices:
        return None

    def score(tie: Tie) -> tuple[float, int]:
        distance = abs(tie.mention.reading.start - at) / max(last - first, 1)
        led = 1.5 if tie.kind == "at" else 0.0
        return (
            min(tie.rank, 4) + (0.5 if tie.rank == _RANKS["city"] else 0) + led - _AHEAD * distance,
            -tie.mention.reading.start,
        )

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
