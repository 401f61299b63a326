"""Phrases: patterns of words and stems, found among a text's words in one pass.

A pattern is words with spaces between. ``stem*`` stands for every word that begins so, ``a|b`` for either word, and
``..`` for up to three words of any kind. All patterns of a lexicon are compiled once; looking a word up costs one
dictionary access.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from layers.articles.wording.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from layers.articles.wording.document import Token

__all__ = ["Hit", "PhraseIndex"]

L = TypeVar("L")

_GAP = 3
_CACHED_WORDS = 32_768


class Hit(NamedTuple, Generic[L]):
    """A phrase that stands in a text: the tokens ``[first:last]`` and the label of its pattern."""

    first: int
    last: int
    label: L


class _Word(NamedTuple):
    """One place of a pattern: whole words, or the stems that a word may begin with."""

    words: frozenset[str]
    stems: tuple[str, ...]

    @classmethod
    def of(cls, pattern: str) -> _Word:
        parts = pattern.split("|")
        return cls(
            frozenset(part for part in parts if not part.endswith("*")),
            tuple(part[:-1] for part in parts if part.endswith("*")),
        )


class PhraseIndex(Generic[L]):
    """Patterns with a label each. Text and patterns are compared in the folded form of :class:`Text`.

    Raises
    ------
    ValueError
        A pattern is empty, or begins or ends with a gap.

    Examples
    --------
    >>> from layers.articles.wording.document import Document
    >>> document = Document.of("They took four men hostage after clashes.")
    >>> index = PhraseIndex([("took|taken .. hostage", "hostages"), ("clash*", "clash")])
    >>> [(hit.label, document.tokens[hit.first].text) for hit in index.find(document.tokens)]
    [('hostages', 'took'), ('clash', 'clashes')]
    """

    __slots__ = ("_exact", "_lengths", "_starting", "_stems")

    def __init__(self, patterns: Iterable[tuple[str, L]]) -> None:
        self._exact: dict[str, list[tuple[tuple[_Word | None, ...], L]]] = defaultdict(list)
        self._stems: dict[str, list[tuple[tuple[_Word | None, ...], L]]] = defaultdict(list)
        for pattern, label in patterns:
            words = [None if part == ".." else _Word.of(part) for part in fold(pattern).split()]
            if not words or words[0] is None or words[-1] is None:
                raise ValueError(f"the pattern {pattern!r} needs a word at both ends")
            entry = (tuple(words[1:]), label)
            for word in words[0].words:
                self._exact[word].append(entry)
            for stem in words[0].stems:
                self._stems[stem].append(entry)
        self._lengths = sorted({len(stem) for stem in self._stems}, reverse=True)
        self._starting: Callable[[str], tuple[tuple[tuple[_Word | None, ...], L], ...]] = lru_cache(_CACHED_WORDS)(
            self._look_up
        )

    def _look_up(self, word: str) -> tuple[tuple[tuple[_Word | None, ...], L], ...]:
        found = list(self._exact.get(word, ()))
        for length in self._lengths:
            if length <= len(word):
                found += self._stems.get(word[:length], ())
        found.sort(key=lambda entry: -len(entry[0]))
        return tuple(found)

    def labels(self, word: str) -> tuple[L, ...]:
        """Return the labels of the one-word patterns that a folded word fits."""
        known = self._starting(word)
        return tuple(label for rest, label in known if not rest) if known else ()

    def find(self, tokens: Sequence[Token], first: int = 0, last: int | None = None) -> list[Hit[L]]:
        """Return every phrase that begins among the tokens ``[first:last]``, in order, the longer first."""
        stop = len(tokens) if last is None else last
        starting = self._starting
        hits: list[Hit[L]] = []
        for at in range(first, stop):
            for rest, label in starting(tokens[at].folded):
                if not rest:
                    hits.append(Hit(at, at + 1, label))
                elif (end := _end_of(rest, tokens, at + 1, stop)) != 0:
                    hits.append(Hit(at, end, label))
        return hits


def _end_of(rest: tuple[_Word | None, ...], tokens: Sequence[Token], at: int, stop: int) -> int:
    """Return the index after the last word of a pattern whose rest should stand at ``at``; 0 where it does not."""
    slack = 0
    for word in rest:
        if word is None:
            slack = _GAP
            continue
        last = min(at + slack + 1, stop)
        while at < last:
            folded = tokens[at].folded
            if folded in word.words or (word.stems and folded.startswith(word.stems)):
                break
            at += 1
        else:
            return 0
        at, slack = at + 1, 0
    return at
