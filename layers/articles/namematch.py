"""Name matching: where names of a lexicon stand in a text, whatever their inflection, spacing and punctuation.

Names in Latin and Cyrillic letters are held in a trie of word stems (:mod:`layers.articles.stems`). Names in Arabic
letters are compared without white space, because a text may part the words of a name by a space, a zero-width
non-joiner or nothing; PDF extraction may also have swapped two words that stand without a space between them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from layers.articles.stems import name_key, word_keys
from layers.articles.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.articles.document import Document

__all__ = ["Match", "NameIndex", "Words", "is_arabic"]

T = TypeVar("T")

_ARABIC = re.compile(r"[\u0600-\u06FF]")
_PARTS = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?|[^\w\s]|_")
_QUOTES = frozenset("\"'«»“”„")
_HEAD = 3
"""So many letters of an Arabic-script name lead to it."""
_ENDINGS = ("های", "هایی", "ها", "ی", "یی", "ای", "یها", "یهای")
"""What may stand glued to an Arabic-script name: plural, indefinite article, relation."""
_AND = "و"
_MIN_AFTER_AND = 4
_MIN_GLUED = 4
_MAX_SWAPPED = 30


def is_arabic(text: str) -> bool:
    """Whether a text has a letter of the Arabic script."""
    return _ARABIC.search(text) is not None


class Words:
    """The words of a document as names see them: hyphenated words in their parts, ``'s`` cut off.

    ``starts``, ``ends`` and ``texts`` hold one item for each word or punctuation mark, in the reading's indexes.
    """

    __slots__ = ("_vocabulary", "document", "ends", "folded", "keys", "squeezed", "starts", "texts", "where")

    def __init__(self, document: Document) -> None:
        self.document = document
        starts: list[int] = []
        ends: list[int] = []
        folded: list[str] = []
        texts: list[str] = []
        arabic = False
        for token in document.tokens:
            word = token.folded
            if word.isalnum():
                starts.append(token.start)
                ends.append(token.end)
                folded.append(word)
                texts.append(token.text)
            else:
                for start, end in _parts(word):
                    starts.append(token.start + start)
                    ends.append(token.start + end)
                    folded.append(word[start:end])
                    texts.append(token.text[start:end])
            arabic = arabic or "\u0600" <= word[0] <= "\u06ff"
        self.starts, self.ends, self.folded, self.texts = starts, ends, folded, texts
        self.keys: list[tuple[str, ...]] = [word_keys(word) for word in folded]
        self.squeezed, self.where = _squeeze(document) if arabic else ("", [])
        self._vocabulary: frozenset[str] | None = None

    def __len__(self) -> int:
        return len(self.starts)

    def vocabulary(self) -> frozenset[str]:
        """Return the words that stand by themselves in the document, folded."""
        if self._vocabulary is None:
            self._vocabulary = frozenset(self.folded)
        return self._vocabulary

    def stems_in(self, start: int, end: int) -> list[str]:
        """Return the stems of the words that stand in ``[start:end]`` of the reading."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return [
            keys[0] for keys, word in zip(self.keys[first:last], self.folded[first:last], strict=True) if word.isalnum()
        ]


def _parts(word: str) -> list[tuple[int, int]]:
    """Cut a token at its hyphens and before a possessive ``'s``."""
    parts = []
    for match in _PARTS.finditer(word):
        start, end = match.span()
        if match[0].endswith("'s") and end - start > len("'s"):
            parts.append((start, end - 2))
        elif match[0].endswith("'") and end - start > 1:
            parts.append((start, end - 1))
        else:
            parts.append((start, end))
    return parts


def _squeeze(document: Document) -> tuple[str, list[int]]:
    """Return the folded text without white space, and where each of its letters stands."""
    folded = document.text.folded
    where: list[int] = []
    pieces: list[str] = []
    for match in re.finditer(r"\S+", folded):
        piece = match[0]
        where += range(match.start(), match.end())
        pieces.append(piece)
        if folded.startswith("\n\n", match.end()):  # a name does not run over into the next paragraph
            pieces.append("\n")
            where.append(match.end())
    where.append(len(folded))
    return "".join(pieces), where


class Match(NamedTuple, Generic[T]):
    """A name that stands at ``[start:end]`` of the reading, and what it may stand for."""

    start: int
    end: int
    label: T
    swapped: bool = False


@dataclass(slots=True)
class _Node(Generic[T]):
    following: dict[str, _Node[T]] = field(default_factory=dict)
    labels: list[tuple[T, str]] = field(default_factory=list)


class NameIndex(Generic[T]):
    """Names with a label each, ready to be found in any text.

    A name written with a capital letter is found only with a capital, one in capitals only in capitals, one in small
    letters in either.

    Examples
    --------
    >>> from layers.articles.document import Document
    >>> index = NameIndex([("Комитет национальной безопасности", "ru", "knb")])
    >>> words = Words(Document.of("По данным Комитета национальной безопасности, пост закрыт."))
    >>> [(m.start, m.end, m.label) for m in index.find(words)]
    [(10, 44, 'knb')]
    """

    __slots__ = ("_arabic", "_root", "_swapped")

    def __init__(self, names: Iterable[tuple[str, str, T]]) -> None:
        self._root: _Node[T] = _Node()
        self._arabic: dict[str, list[tuple[str, T]]] = defaultdict(list)
        self._swapped: dict[str, T] = {}
        for name, language, label in names:
            if is_arabic(name):
                self._add_arabic(name, label)
            else:
                self._add(name, language, label)
        for entries in self._arabic.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def _add(self, name: str, language: str, label: T) -> None:
        node = self._root
        for start, end in _parts_of_name(folded := fold(name)):
            node = node.following.setdefault(name_key(folded[start:end], language), _Node())
        node.labels.append((label, name))

    def _add_arabic(self, name: str, label: T) -> None:
        words = fold(name).split()
        squeezed = "".join(words)
        self._arabic[squeezed[:_HEAD]].append((squeezed, label))
        if len(words) == 2:  # noqa: PLR2004 -- only a pair has one other order
            self._swapped.setdefault(words[1] + words[0], label)

    def find(self, words: Words) -> list[Match[T]]:
        """Return every name that stands in a text, also where names overlap, by start; the longer first."""
        found = self._find_words(words)
        if words.squeezed:
            found += self._find_arabic(words)
        found.sort(key=lambda match: (match.start, -match.end))
        return found

    def _find_words(self, words: Words) -> list[Match[T]]:
        found: list[Match[T]] = []
        roots = self._root.following
        for at, keys in enumerate(words.keys):
            for key in keys:
                if key in roots:
                    self._walk(words, at, roots[key], found)
        return found

    def _walk(self, words: Words, first: int, node: _Node[T], found: list[Match[T]]) -> None:
        paths = [(first, node)]
        while paths:
            at, node = paths.pop()
            for label, name in node.labels:
                if _has_case_of(name, words.texts[first], words.texts[at]):
                    found.append(Match(words.starts[first], words.ends[at], label))
            if not node.following:
                continue
            following = at + 1
            while following < len(words) and words.folded[following] in _QUOTES | {"-"}:
                following += 1
            if following < len(words):
                paths += [(following, node.following[key]) for key in words.keys[following] if key in node.following]

    def _find_arabic(self, words: Words) -> list[Match[T]]:
        found: list[Match[T]] = []
        squeezed, where = words.squeezed, words.where
        for token in words.document.tokens:
            if not "\u0600" <= token.folded[0] <= "\u06ff":
                continue
            word = token.folded
            if len(word) <= _MAX_SWAPPED and word in self._swapped:
                found.append(Match(token.start, token.end, self._swapped[word], swapped=True))
        ends = {token.end for token in words.document.tokens}
        starts = {token.start for token in words.document.tokens}
        for at, position in enumerate(where[:-1]):
            if position not in starts:
                continue
            self._match_at(words, at, 0, ends, found)
            if squeezed[at] == _AND and where[at + 1] == position + 1 and position + 1 not in starts:
                self._match_at(words, at + 1, _MIN_AFTER_AND, ends, found)
        return found

    def _match_at(self, words: Words, at: int, shortest: int, ends: set[int], found: list[Match[T]]) -> None:
        squeezed, where = words.squeezed, words.where
        for name, label in self._arabic.get(squeezed[at : at + _HEAD], ()):
            if len(name) < shortest or not squeezed.startswith(name, at):
                continue
            end = where[at + len(name) - 1] + 1
            last = at + len(name)
            has_ending = any(
                squeezed.startswith(ending, last) and where[last + len(ending) - 1] + 1 in ends for ending in _ENDINGS
            )
            if end in ends or has_ending or _is_glued(words, name, end):
                found.append(Match(where[at], end, label))


def _is_glued(words: Words, name: str, end: int) -> bool:
    """Whether the rest of a word, after a name, is a word that the document has elsewhere: then a space was lost."""
    if len(name) < _MIN_GLUED:
        return False
    folded = words.document.text.folded
    last = end
    while last < len(folded) and folded[last].isalpha():
        last += 1
    rest = folded[end:last]
    return len(rest) >= _MIN_GLUED and rest in words.vocabulary()


def _parts_of_name(folded: str) -> list[tuple[int, int]]:
    parts = []
    for match in re.finditer(r"[^\s\-\"«»“”„]+", folded):
        parts += [(match.start() + a, match.start() + b) for a, b in _parts(match[0])]
    return parts


def _has_case_of(name: str, first: str, last: str) -> bool:
    """Whether words of a text are written as a name wants it: in capitals, with a capital, or any way."""
    if name.isupper():
        return first[:2].isupper() and last[:1].isupper()
    return name.islower() or first[:1].isupper() or last[:1].isupper()
