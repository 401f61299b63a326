"""English names of organizations around their noun: a run of capitals, with "of the …" after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.articles.wording.name_shapes import (
    COMPANY,
    FEW,
    LIKELY,
    MAX_LEFT,
    MAX_WORDS,
    SURE,
    NounName,
    adjoin,
    company,
    is_capital,
)

if TYPE_CHECKING:
    from layers.articles.actors.organization_lexicon import Heads
    from layers.articles.wording.name_words import Words

__all__ = ["english_name"]

_STREETS = frozenset(("street", "avenue", "road", "drive", "boulevard", "lane", "park", "county", "square", "highway"))
_WEAK = frozenset((
    "school", "office", "fund", "service", "guard", "program", "mission", "initiative", "court", "post", "times",
    "division", "network", "channel", "church", "front", "corps",
))  # fmt: skip
"""English nouns that make a name only with two capitalised words before them, or with "of"."""
_WITH_OF = frozenset((
    "university", "college", "institute", "academy", "ministry", "committee", "commission", "council", "bureau",
    "department", "parliament", "directorate", "association", "society", "organization", "federation", "union", "bank",
    "party", "movement", "front", "school", "center", "office", "foundation", "alliance", "museum", "agency",
))  # fmt: skip
_PREPOSITIONS = frozenset(("of", "for", "on", "against"))
_LEVELS = frozenset(("city", "regional", "provincial", "province", "region", "oblast", "district", "municipal"))
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_UNITS = re.compile(r"(?:detachment|regiment|division|brigade|battalion|police|department)$")


def english_name(words: Words, at: int, heads: Heads) -> NounName | None:
    """Return the name that the noun at a word gives away, ``None`` where it stands alone."""
    folded = words.folded
    if folded[at] in COMPANY:
        return company(words, at)
    if not is_capital(words.texts[at]):
        return _unit(words, at, heads) if _UNITS.search(folded[at]) else None
    if at + 1 < len(words) and adjoin(words, at) and is_capital(words.texts[at + 1]):
        following = words.keys[at + 1]
        if folded[at + 1] in _STREETS or (following and following[0] in heads.heads):
            return None  # the last noun of a run of capitals names it
    first = _first_capital(words, at, heads)
    last = _after_of(words, at, heads) if folded[at] in _WITH_OF or first < at else at
    if last == at and (first == at or (at - first < FEW and folded[at] in _WEAK)):
        return None
    return NounName(first, last, SURE if at - first > 1 or last > at else LIKELY)


def _first_capital(words: Words, at: int, heads: Heads) -> int:
    """Return the first of the capitalised words that lead to a noun."""
    first = at
    while first and at - first < MAX_WORDS and adjoin(words, first - 1):
        before = first - 1
        is_name = is_capital(words.texts[before]) and words.folded[before] not in heads.stop
        if not is_name and not (words.texts[before] == "&" and before and is_capital(words.texts[before - 1])):
            break
        first = before
    return first


def _unit(words: Words, at: int, heads: Heads) -> NounName | None:
    """A unit by its place or number: "Yol border detachment", "201st motor rifle division", "Osh city police"."""
    first = at
    while first and at - first < MAX_LEFT and adjoin(words, first - 1) and words.texts[first - 1][0].isalnum():
        first -= 1
        word = words.texts[first]
        between = words.folded[first + 1 : at]
        is_military = words.folded[at] not in {"police", "department"}
        if is_military:
            named = _ORDINAL.fullmatch(word) or (is_capital(word) and "border" in between)
        else:
            named = (
                is_capital(word)
                and bool(between)
                and between[0] in _LEVELS
                and "police" in words.folded[first : at + 1]
            )
        if named:
            return NounName(first, at, LIKELY) if words.folded[first] not in heads.stop else None
    return None


def _after_of(words: Words, at: int, heads: Heads) -> int:
    """Return the last word of "of the Arts and Sciences" after a noun; the noun itself where nothing follows."""
    last = here = at
    while here + 1 < len(words) and here - at < MAX_WORDS and adjoin(words, here):
        here += 1
        word = words.folded[here]
        if here == at + 1 and word not in _PREPOSITIONS:
            break
        if is_capital(words.texts[here]) and word not in heads.stop:
            last = here
        elif word not in heads.joins:
            break
    return last
