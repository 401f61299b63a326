"""Shapes of names: capitals, quotation marks and legal forms, by which organizations of no list are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from layers.articles.wording.name_words import Words

__all__ = [
    "CLOSING", "COMPANY", "FEW", "LIKELY", "MAX_LEFT", "MAX_WORDS", "PAIRS", "POOR", "SHORT", "SURE", "NounName", "adjoin",
    "begins_sentence", "closing_mark", "company", "is_capital", "quoted_until",
]  # fmt: skip

MAX_WORDS = 6
"""A name goes on for so many words from its noun, at most."""
MAX_LEFT = 4
FEW, SHORT = 2, 3
SURE, LIKELY, POOR = 0.7, 0.6, 0.5
PAIRS = {"«": "»", "“": "”", "„": "“”", '"': '"'}
"""Opening quotation mark → the marks that close it."""
CLOSING = frozenset('»”“"')
COMPANY = frozenset(("llc", "llp", "jsc", "ооо", "оао", "зао", "пао", "ао", "тоо"))
"""Legal forms of companies, folded."""
_MAX_QUOTED = 6


class NounName(NamedTuple):
    """A name around a noun: its first and last word (inclusive), and how sure it is."""

    first: int
    last: int
    confidence: float


def adjoin(words: Words, left: int) -> bool:
    """Whether only blanks, at most one line end, lie between a word and the next."""
    gap = words.document.text.reading[words.ends[left] : words.starts[left + 1]]
    return gap == " " or (gap.isspace() and gap.count("\n") <= 1) or gap == "-"


def is_capital(word: str) -> bool:
    """Whether a word begins with a capital."""
    return word[:1].isupper()


def begins_sentence(words: Words, at: int) -> bool:
    """Whether a word is the first of its sentence, where a capital says nothing."""
    sentence = words.document.sentence_at(words.starts[at])
    return sentence is None or sentence.start == words.starts[at]


def closing_mark(words: Words, opening: int) -> int | None:
    """Return the mark that closes a quotation of a few words, ``None`` for a longer one."""
    close = PAIRS[words.texts[opening]]
    for last in range(opening + 2, min(opening + 2 + _MAX_QUOTED, len(words))):
        if words.texts[last] in close:
            return last
        if not words.texts[last][0].isalnum() and words.texts[last] not in ".-":
            return None
    return None


def quoted_until(words: Words, at: int) -> int | None:
    """Return the mark that closes a short quoted name which opens at ``at`` and, where there are capitals, has one."""
    if at >= len(words) or words.texts[at] not in PAIRS:
        return None
    closing = closing_mark(words, at)
    if closing is None:
        return None
    first = words.texts[at + 1]
    return closing if is_capital(first) or first[:1].isdigit() or first[:1].lower() == first[:1].upper() else None


def company(words: Words, at: int) -> NounName | None:
    """A company with its legal form before or after its name."""
    if quoted := quoted_until(words, at + 1):
        return NounName(at, quoted, SURE)
    last = at
    while last + 1 < len(words) and last - at < MAX_LEFT and adjoin(words, last) and is_capital(words.texts[last + 1]):
        last += 1
    if last > at:
        return NounName(at, last, SURE)
    first = at
    while first and at - first < MAX_LEFT and is_capital(words.texts[first - 1]) and adjoin(words, first - 1):
        first -= 1
    return NounName(first, at, SURE) if first < at else None
