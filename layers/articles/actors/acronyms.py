"""Acronyms that a text itself defines: "Drug Control Agency (DCA)", "ФСКН (Федеральная служба …)"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.wording.name_words import Words

__all__ = ["find_definitions"]

_AFTER = re.compile(
    r"\s*[\"»”]?\s*\(\s*(?:далее|hereinafter|henceforth|or|или|the|бұдан әрі|از این پس)?\s*[-–—:,]?\s*[\"«“]?\s*"
    r"([^\W\d_][\w\-/&.]{1,11})\s*[\"»”]?\s*[),;]"
)
_BEFORE = re.compile(r"([^\W\d_][\w\-/&.]{1,11})\s*\(\s*[\"«“]?$")
_MIN_CAPITALS = 2


class _Name(Protocol):
    start: int
    end: int


N = TypeVar("N", bound=_Name)


def is_acronym(text: str) -> bool:
    """Whether a word is written as acronyms are: two capitals at least, and more capitals than small letters.

    >>> is_acronym("UNODC"), is_acronym("КазНУ"), is_acronym("Taliban")
    (True, True, False)
    """
    capitals = sum(letter.isupper() for letter in text)
    return capitals >= _MIN_CAPITALS and capitals > sum(letter.islower() for letter in text)


def find_definitions(words: Words, names: Sequence[N]) -> dict[str, N]:
    """Return the acronyms that stand in parentheses after a name, or before a name in parentheses, with that name.

    The first definition of an acronym holds for the whole text.
    """
    reading = words.document.text.reading
    defined: dict[str, N] = {}
    for name in names:
        if " " not in " ".join(reading[name.start : name.end].split()):
            continue  # "WASHINGTON (AP)" defines nothing
        after = _AFTER.match(reading, name.end, name.end + 60)
        if after and is_acronym(after[1]):
            defined.setdefault(after[1], name)
            continue
        before = _BEFORE.search(reading, max(0, name.start - 20), name.start)
        if before and is_acronym(before[1]) and reading[name.end : name.end + 2].lstrip()[:1] == ")":
            defined.setdefault(before[1], name)
    return defined
