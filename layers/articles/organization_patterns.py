"""Organizations that stand in no list, recognised by a noun that says what they are ("Kabul Bank", "Ошский университет").

What a name looks like depends on the language. In English it is a run of capitalised words around the noun; in Russian
the noun with adjectives before it and genitives or a quoted name after it; in Kazakh and Uzbek the noun ends the name,
which begins with a capital; in Tajik and Persian the noun begins it. A noun alone ("the committee") is no name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from layers.articles.namematch import Words
    from layers.articles.organization_lexicon import OrganizationClass, OrganizationLexicon

__all__ = ["Pattern", "find_patterns"]

_MAX_WORDS = 7
_MAX_PERSIAN = 2
_OPEN, _CLOSE = '«“„"', '»”“"'
_ADJECTIVE = re.compile(r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ом|ем|ую|юю|ой|ей|ых|их|ыми|ими)$")
_GENITIVE = re.compile(r"(?:ов|ев|ей|ий|ого|его|ой|ых|их|ы|и|а|я|ам|ям|ами|ью|тв|нок|ств|ии)$")
_VERB = re.compile(r"(?:л|ла|ло|ли|ет|ит|ют|ят|ут|ся|сь|ть|ны|но|ена|ено|ены|ана)$")
_MINISTRY = re.compile(
    r"Мин(?:обр|эко|юст|здрав|фин|транс|энерго|связ|комсвяз|сельхоз|природ|труд|строй|пром|торг|спорт|культ|цифр|обороны)\w*"
)
_WATCHDOG = re.compile(r"[А-ЯЁ][а-яё]{2,}надзор(?:а|у|ом|е)?")
_STREETS = frozenset(("street", "avenue", "road", "drive", "boulevard", "lane", "park", "county", "square", "highway"))
_ONLY_WITH_OF = frozenset(
    ("school", "office", "fund", "service", "center", "guard", "program", "mission", "initiative")
)
_ALONE_WITH_OF = frozenset((
    "university", "college", "institute", "academy", "ministry", "committee", "commission", "council", "bureau",
    "department", "court", "parliament", "directorate", "association", "society", "organization", "federation", "union",
    "bank", "party", "movement", "front", "school", "center", "office", "foundation", "alliance", "church", "museum",
))  # fmt: skip
_CYRILLIC_BEFORE = ("kk", "uz")


class Pattern(NamedTuple):
    """A name found by its noun: indexes of the reading, the class that the noun speaks for, and how sure it is."""

    start: int
    end: int
    class_: OrganizationClass
    confidence: float


def find_patterns(words: Words, lexicon: OrganizationLexicon) -> list[Pattern]:
    """Return the names that their nouns give away, by start; they may overlap."""
    del words, lexicon
    return []
