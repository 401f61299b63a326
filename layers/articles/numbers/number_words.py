"""Numbers in words: "forty-five", «девяносто пять», «دویست و سی», "он екі"."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from geo.datasets import read_bytes
from geo.errors import InvalidRecords
from layers.articles.wording.phrases import PhraseIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from layers.articles.wording.document import Token

__all__ = ["FILE", "NumberWord", "NumberWords", "WordedNumber", "read_number_words"]

FILE = "lexicons/numbers.toml"
_TEN, _MULTIPLIER, _THOUSAND = 10, 100, 1000
_MOST_WORDS = 12


class NumberWord(NamedTuple):
    """What one word says: its value, and whether it is an ordinal, a vague order of magnitude, or joins two parts."""

    kind: str
    value: int


class WordedNumber(NamedTuple):
    """A number said in the tokens ``[first:last]``. ``is_vague``: the value is only the least that the word allows."""

    first: int
    last: int
    value: int
    is_vague: bool


@dataclass(frozen=True, slots=True, eq=False)
class NumberWords:
    """The number words of one language."""

    index: PhraseIndex[NumberWord]

    def word(self, folded: str) -> NumberWord | None:
        """Return what a folded word says, ``None`` where it is no number."""
        labels = self.index.labels(folded)
        if labels:
            return labels[0]
        if "-" in folded:
            parts = [self.word(part) for part in folded.split("-")]
            known = [part for part in parts if part is not None and part.kind == "cardinal"]
            if len(known) == len(parts):
                return NumberWord("cardinal", _sum_of([part.value for part in known]))
        return None

    def at(self, tokens: Sequence[Token], first: int, last: int) -> WordedNumber | None:
        """Return the longest number that begins with the token ``first`` and ends before ``last``.

        >>> words = read_number_words()
        >>> from layers.articles.wording.document import Document
        >>> document = Document.of("two hundred and thirty-one men")
        >>> words["en"].at(document.tokens, 0, 5)
        WordedNumber(first=0, last=4, value=231, is_vague=False)
        """
        word = self.word(tokens[first].folded)
        if word is None or word.kind in {"and", "ordinal"}:
            return None
        if word.kind == "vague":
            return WordedNumber(first, first + 1, word.value, True)
        values = [word.value]
        at = end = first + 1
        while at < last and at - first < _MOST_WORDS:
            following = self.word(tokens[at].folded)
            if following is None:
                break
            if following.kind == "cardinal" and _continues(values, following.value):
                values.append(following.value)
                end = at + 1
            elif following.kind != "and":
                break
            at += 1
        return WordedNumber(first, end, _sum_of(values), False)


def _continues(values: list[int], following: int) -> bool:
    """Whether a value may follow within one number: a multiplier always, else only what fits below the last place."""
    last = values[-1]
    if following >= _MULTIPLIER and following % 10 == 0 and following > last:
        return True
    if last >= _MULTIPLIER:
        return following < last
    return last % 10 == 0 and 0 < following < _TEN


def _sum_of(values: list[int]) -> int:
    total = part = 0
    for value in values:
        if value >= _THOUSAND and value % _THOUSAND == 0:
            total += max(part, 1) * value
            part = 0
        elif value >= _MULTIPLIER and 0 < part < _TEN and value == _MULTIPLIER:
            part *= value
        else:
            part += value
    return total + part


def read_number_words(root: Path | None = None) -> Mapping[str, NumberWords]:
    """Read the number words by language; ``root`` is the data folder, ``None`` means the project's.

    Raises
    ------
    InvalidRecords
        A value is no number, or a table is missing; all faults at once.
    MissingData, DamagedData, UnrecordedSource
        As for :func:`geo.datasets.read_bytes`.
    """
    tables = tomllib.loads(read_bytes(FILE, root).decode())
    faults: list[str] = []
    found: dict[str, NumberWords] = {}
    for language, table in sorted(tables.items()):
        patterns: list[tuple[str, NumberWord]] = [
            (word, NumberWord("and", 0)) for word in str(table.get("ands", "")).split()
        ]
        for name, kind in (("cardinals", "cardinal"), ("ordinals", "ordinal"), ("vague", "vague")):
            rows = table.get(name)
            if not isinstance(rows, dict):
                faults.append(
                    f"data/{FILE}: [{language}] has no table {name}; add [{language}.{name}], empty if need be"
                )
                continue
            for value, words in rows.items():
                if not value.isdecimal() or not isinstance(words, str):
                    faults.append(f'data/{FILE}: [{language}.{name}] {value} = {words!r} should read number = "words"')
                    continue
                patterns += [(word.replace("\u200c", ""), NumberWord(kind, int(value))) for word in words.split()]
        found[language] = NumberWords(PhraseIndex(patterns))
    if faults:
        raise InvalidRecords(faults)
    return found
