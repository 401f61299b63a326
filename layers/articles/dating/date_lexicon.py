"""The words that say when, read from ``data/lexicons/dates.toml`` and compiled to one letter for each kind of word.

The letters spell out a text for the grammar in :mod:`layers.articles.dating.dates`, which is a regular expression over them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.datasets import read_bytes
from geo.errors import InvalidRecords
from layers.articles.numbers.number_words import NumberWords, read_number_words
from layers.articles.wording.phrases import PhraseIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ["FILE", "DateLexicon", "DateWord", "DateWords", "Number"]

FILE = "lexicons/dates.toml"

_TABLES = {
    "months": "M",
    "solar_months": "J",
    "weekdays": "W",
    "offsets": "R",
    "seasons": "S",
    "parts": "P",
    "units": "U",
}
_LISTS = {
    "unknown_year": "u", "every": "e", "same_day": "B", "hours_later": "H", "next_day": "F", "day_before": "G", "weekend": "K", "year": "y",
    "century": "c", "decade": "d", "ago": "A", "earlier": "V", "later": "Z", "last": "L", "next": "X", "this": "T", "to": "t",
    "from": "f", "fill": "o", "in": "i",
}  # fmt: skip
_PRECEDENCE = "ueHBFGKMJWRSPycdlzAVZLXTUtfoi"
_MARKS = {
    ",": ",", "(": "(", ")": ")", "-": "-", "–": "-", "—": "-", ":": ":", ".": ".", ";": ";", "،": ",", "/": "/",
}  # fmt: skip
_ROMAN = {"XVIII": 18, "XIX": 19, "XX": 20, "XXI": 21}
_CACHED_WORDS = 32_768
_BOTH = {frozenset("AL"): "l", frozenset("ZX"): "z"}
"""Letters of words that are two things at once: Persian «قبل» is "ago" and "last"."""


class DateWord(NamedTuple):
    """What a word or phrase is: a letter of the grammar and the value that its table gives it."""

    letter: str
    value: str


class Number(NamedTuple):
    """What digits or words say: the value, or the ``candidates`` where the digits are not to be trusted."""

    value: int | None
    candidates: tuple[int, ...] = ()
    is_suspect: bool = False

    def readings(self) -> tuple[int, ...]:
        """Return every value that it may have."""
        return (self.value,) if self.value is not None and not self.is_suspect else self.candidates


@dataclass(frozen=True, slots=True, eq=False)
class DateWords:
    """The words of one language. ``letter_of`` spells a word that is no phrase of the lexicon; see :func:`_speller`."""

    index: PhraseIndex[DateWord]
    numbers: NumberWords
    ambiguous: frozenset[str]
    letter_of: Callable[[str], tuple[str, Number | None]]

    @staticmethod
    def best(words: list[DateWord]) -> DateWord:
        """Return the one reading of a word that may be several things."""
        ordered = sorted(words, key=lambda word: _PRECEDENCE.index(word.letter))
        letters = frozenset(word.letter for word in words)
        for both, letter in _BOTH.items():
            if both <= letters and ordered[0].letter in both:
                return DateWord(letter, ordered[0].value)
        return ordered[0]


def _speller(numbers: NumberWords) -> Callable[[str], tuple[str, Number | None]]:
    """Return the function that spells one word: a mark, a number in words, ``n`` for a capital, ``x`` for the rest."""

    @lru_cache(_CACHED_WORDS)
    def letter_of(text: str) -> tuple[str, Number | None]:
        if (mark := _MARKS.get(text)) is not None:
            return mark, None
        if text in _ROMAN:
            return "N", Number(_ROMAN[text])
        word = numbers.word(text.lower())
        if word is not None and word.kind in {"cardinal", "ordinal"}:
            return "O" if word.kind == "ordinal" else "C", Number(word.value)
        return "n" if text[0].isupper() else "x", None

    return letter_of


@dataclass(frozen=True, slots=True, eq=False)
class DateLexicon:
    """The words that say when, by language (ISO 639-1); made by :meth:`read`."""

    languages: Mapping[str, DateWords]

    @classmethod
    def read(cls, root: Path | None = None) -> DateLexicon:
        """Read the lexicon; ``root`` is the data folder, ``None`` means the project's.

        Raises
        ------
        InvalidRecords
            A key is unknown or missing, or a value is no list of patterns; all faults at once.
        MissingData, DamagedData, UnrecordedSource
            As for :func:`geo.datasets.read_bytes`.
        """
        tables = tomllib.loads(read_bytes(FILE, root).decode())
        numbers = read_number_words(root)
        faults: list[str] = []
        languages: dict[str, DateWords] = {}
        for language, table in sorted(tables.items()):
            words = list(_words(language, table, faults))
            if language not in numbers:
                faults.append(f"data/{FILE}: [{language}] has no number words; add them to data/lexicons/numbers.toml")
            elif not faults:
                ambiguous = frozenset(str(word) for word in table.get("ambiguous", ()))
                languages[language] = DateWords(
                    PhraseIndex(words), numbers[language], ambiguous, _speller(numbers[language])
                )
        if faults:
            raise InvalidRecords(faults)
        return cls(languages)


def _words(language: str, table: Mapping[str, Any], faults: list[str]) -> Iterator[tuple[str, DateWord]]:
    faults += [
        f"data/{FILE}: [{language}] has the unknown key {key}; the header lists the keys"
        for key in sorted(table.keys() - {*_TABLES, *_LISTS, "ambiguous"})
    ]
    faults += [
        f"data/{FILE}: [{language}] lacks {key}; add it, empty if need be"
        for key in sorted({*_TABLES, *_LISTS} - table.keys())
    ]
    rows = []
    for key, letter in _TABLES.items():
        values = table.get(key, {})
        if isinstance(values, dict):
            rows += [(f"{key}.{value}", letter, value, patterns) for value, patterns in values.items()]
        else:
            faults.append(f"data/{FILE}: [{language}] {key} should be a table [{language}.{key}] of lists")
    rows += [(key, letter, "", table.get(key, [])) for key, letter in _LISTS.items()]
    for key, letter, value, patterns in rows:
        if not isinstance(patterns, list) or not all(isinstance(each, str) and each.strip() for each in patterns):
            faults.append(f"data/{FILE}: [{language}] {key} should be a list of patterns in quotation marks")
            continue
        for pattern in patterns:
            yield pattern, DateWord(letter, value)
