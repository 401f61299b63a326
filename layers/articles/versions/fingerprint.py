"""Fingerprint: the little of an article by which another that was taken or translated from it can be told.

Small enough to be kept instead of the article, in a store or aside on disk.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from layers.articles.wording.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from layers.articles.mention import Mention
    from layers.articles.wording.document import Document

__all__ = ["Fingerprint", "Readable"]

_SHINGLE = 5
"""A shingle is a run of so many words."""
_SKETCH = 96
"""So many of a text's smallest shingle hashes are kept (bottom-k sketch)."""
_ENTITY_RUN = 4
"""A run of so many places and organizations, each other than the one before."""
_MAX_ENTITIES = 4000
_MAX_NUMBERS = 400
_MAX_CITATIONS = 400

_NUMBER = re.compile(r"\d[\d,.٫٬]*\d|\d")
_MIN_DIGITS = 4
_ROUND = re.compile(r"\d{1,2}0{2,}")
_YEAR = re.compile(r"(?:1[3489]|20)\d\d")
_CITED_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_BRACKETS = re.compile(r"\(([^()]{4,160})\)")
_LATIN_NAME = re.compile(r"(?<![A-Za-z])[A-Za-z][A-Za-z'\-]{3,}")
_WORD = re.compile(r"[^\W_]+")
_NAME_BEFORE_YEAR = 48
_NO_AUTHORS = frozenset(
    {
        "accessed",
        "available",
        "chapter",
        "figure",
        "from",
        "http",
        "https",
        "ibid",
        "page",
        "pages",
        "since",
        "table",
        "vol",
        "volume",
        "www",
    }
)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Readable(Protocol):
    """What a fingerprint is made of: :class:`layers.articles.reading.Reading` is one."""

    @property
    def id(self) -> str:
        """The article's id."""

    @property
    def document(self) -> Document:
        """The text with its parts."""

    @property
    def mentions(self) -> Sequence[Mention]:
        """Its places and organizations."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared of an article.

    ``sketch`` are the smallest hashes of its runs of five words, sorted, ``shingles`` how many it has in all; ``numbers``
    its rare numbers, as printed, without separators; ``citations`` the works it cites, as "author year", ``entities`` the
    ids of its places and organizations: all three in the order of the text.
    """

    id: str
    language: str
    sketch: tuple[int, ...]
    shingles: int
    numbers: tuple[str, ...]
    citations: tuple[str, ...]
    entities: tuple[str, ...]

    @classmethod
    def of(cls, reading: Readable) -> Fingerprint:
        """Take the fingerprint of a reading."""
        document = reading.document
        sketch, shingles = _sketch(document)
        return cls(
            reading.id,
            document.language,
            sketch,
            shingles,
            _numbers(document),
            _citations(document),
            _entities(reading.mentions),
        )

    @property
    def runs(self) -> frozenset[tuple[str, ...]]:
        """The runs of four places and organizations, in the order of the text."""
        return frozenset(
            run
            for at in range(len(self.entities) - _ENTITY_RUN + 1)
            if len(set(run := self.entities[at : at + _ENTITY_RUN])) >= _ENTITY_RUN - 1
        )


def _sketch(document: Document) -> tuple[tuple[int, ...], int]:
    """Return the bottom-k sketch of a text's shingles and how many shingles it has."""
    words = _WORD.findall(document.text.folded)  # not its tokens: a document that waits to be compared has none
    if len(words) < _SHINGLE:
        return (), 0
    known: dict[str, int] = {}
    codes = np.fromiter(
        (known[word] if word in known else known.setdefault(word, _code(word)) for word in words),
        dtype=np.uint64,
        count=len(words),
    )
    hashed: npt.NDArray[np.uint64] = np.zeros(len(words) - _SHINGLE + 1, dtype=np.uint64)
    for at in range(_SHINGLE):
        hashed = (hashed ^ codes[at : len(words) - _SHINGLE + 1 + at]) * _MIX
        hashed ^= hashed >> np.uint64(29)
    distinct = np.unique(hashed)
    return tuple(distinct[:_SKETCH].tolist()), len(distinct)


def _code(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _numbers(document: Document) -> tuple[str, ...]:
    """Return the numbers that chance hardly puts into two texts: of four digits and more, no round ones, no years."""
    found: dict[str, None] = {}
    for match in _NUMBER.finditer(document.text.reading):
        plain = re.sub(r"[,٬](?=\d{3})", "", match[0])
        digits = re.sub(r"\D", "", plain)
        if len(digits) >= _MIN_DIGITS and not _ROUND.fullmatch(plain) and not _YEAR.fullmatch(plain):
            found[plain] = None
            if len(found) >= _MAX_NUMBERS:
                break
    return tuple(found)


def _citations(document: Document) -> tuple[str, ...]:
    """Return the cited works as "author year": Latin names before a year in brackets, in other scripts anywhere."""
    reading = document.text.reading
    latin = document.language in {"en", "uz"}
    stretches = [match[1] for match in _BRACKETS.finditer(reading)] if latin else [reading]
    found: dict[str, None] = {}
    for stretch in stretches:
        for year in _CITED_YEAR.finditer(stretch):
            names = _LATIN_NAME.findall(stretch, max(0, year.start() - _NAME_BEFORE_YEAR), year.start())
            for name in names:
                folded = fold(name)
                if folded not in _NO_AUTHORS and (not latin or name[0].isupper()):
                    found[f"{folded} {year[0]}"] = None
            if len(found) >= _MAX_CITATIONS:
                return tuple(found)
    return tuple(found)


def _entities(mentions: Sequence[Mention]) -> tuple[str, ...]:
    sequence: list[str] = []
    for mention in sorted(mentions, key=lambda each: each.reading):
        if mention.role == "metadata":
            continue
        entity = mention.entity or mention.name.casefold()
        if not sequence or sequence[-1] != entity:
            sequence.append(entity)
        if len(sequence) >= _MAX_ENTITIES:
            break
    return tuple(sequence)
