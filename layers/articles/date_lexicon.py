"""The words that say when, read from ``data/lexicons/dates.toml`` and compiled to one letter for each kind of word.

The letters spell out a text for the grammar in :mod:`layers.articles.dates`, which is a regular expression over them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.datasets import read_bytes
from geo.errors import InvalidRecords
from layers.articles.number_words import NumberWords, read_number_words
from layers.articles.phrases import PhraseIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["FILE", "DateLexicon", "DateWord", "DateWords"]

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
    "unknown_year": "u", "every": "e", "same_day": "B", "next_day": "F", "day_before": "G", "weekend": "K", "year": "y",
    "century": "c", "decade": "d", "ago": "A", "earlier": "V", "later": "Z", "last": "L", "next": "X", "this": "T", "to": "t",
    "from": "f", "fill": "o", "in": "i",
}  # fmt: skip
_PRECEDENCE = "ueBFGKMJWRSPycdAVZLXTUtfoi"
_BOTH = {frozenset("AL"): "l", frozenset("ZX"): "z"}
"""Letters of words that are two things at once: Persian «قبل» is "ago" and "last"."""


class DateWord(NamedTuple):
    """What a word or phrase is: a letter of the grammar and the value that its table gives it."""

    letter: str
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class DateWords:
    """The words of one language."""

    index: PhraseIndex[DateWord]
    numbers: NumberWords
    ambiguous: frozenset[str]

    @staticmethod
    def best(words: list[DateWord]) -> DateWord:
        """Return the one reading of a word that may be several things."""
        ordered = sorted(words, key=lambda word: _PRECEDENCE.index(word.letter))
        letters = frozenset(word.letter for word in words)
        for both, letter in _BOTH.items():
            if both <= letters and ordered[0].letter in both:
                return DateWord(letter, ordered[0].value)
        return ordered[0]


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
                languages[language] = DateWords(PhraseIndex(words), numbers[language], ambiguous)
        if faults:
            raise InvalidRecords(faults)
        return cls(languages)


def _words(language: str, table: Mapping[str, Any], faults: list[str]) -> Iterator[tuple[str, DateWord]]:
    for key in sorted(table.keys() - {*_TABLES, *_LISTS, "ambiguous"}):
        faults.append(f"data/{FILE}: [{language}] has the unknown key {key}; the header lists the keys")
    for key in sorted({*_TABLES, *_LISTS} - table.keys()):
        faults.append(f"data/{FILE}: [{language}] lacks {key}; add it, empty if need be")
    rows = [
        (f"{key}.{value}", letter, value, patterns)
        for key, letter in _TABLES.items()
        for value, patterns in table.get(key, {}).items()
    ]
    rows += [(key, letter, "", table.get(key, [])) for key, letter in _LISTS.items()]
    for key, letter, value, patterns in rows:
        if not isinstance(patterns, list) or not all(isinstance(each, str) and each.strip() for each in patterns):
            faults.append(f"data/{FILE}: [{language}] {key} should be a list of patterns in quotation marks")
            continue
        for pattern in patterns:
            yield pattern, DateWord(letter, value)
