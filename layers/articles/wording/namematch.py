"""Name matching: where names of a lexicon stand in a text, whatever their inflection, spacing and punctuation.

Names in Latin and Cyrillic letters are held in a trie of word stems (:mod:`layers.articles.wording.stems`). Names in Arabic
letters are compared without white space, because a text may part the words of a name by a space, a zero-width
non-joiner or nothing; PDF extraction may also have swapped two words that stand without a space between them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from layers.articles.wording.name_words import Words, parts_of
from layers.articles.wording.stems import name_key
from layers.articles.wording.text import Span, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from layers.articles.wording.name_words import Squeezed

__all__ = ["Match", "NameIndex", "Words", "is_arabic"]

T = TypeVar("T")

_ARABIC = re.compile(r"[\u0600-\u06FF]")
_QUOTES = frozenset("\"'«»“”„")
_HEAD = 3
"""So many letters of an Arabic-script name lead to it."""
_ENDINGS = ("های", "هایی", "ها", "ی", "یی", "ای", "یها", "یهای")
"""What may stand glued to an Arabic-script name: plural, indefinite article, relation."""
_AND = "و"
_MIN_AFTER_AND = 4
_MIN_GLUED = 4
_PAIR = 2
_SHORT_ACRONYM = 3
_MIN_CUT_WORDS, _MIN_CUT_LAST, _MIN_CUT_FIRST = 3, 7, 12
_GAP = 4
"""So many letters of the reading – blanks and a line end – may lie between two letters of a name."""


def is_arabic(text: str) -> bool:
    """Whether a text has a letter of the Arabic script."""
    return _ARABIC.search(text) is not None


class Match(NamedTuple, Generic[T]):
    """A name that stands at ``[start:end]`` of the reading, and what it may stand for.

    ``swapped``: two words stand in the wrong order without a space. ``is_cut``: PDF extraction has cut its last word.
    ``source`` is where it stands in the source if only there its letters follow each other (else ``None``); then
    ``[start:end]`` is what of it is together in the reading.
    """

    start: int
    end: int
    label: T
    swapped: bool = False
    is_cut: bool = False
    source: Span | None = None


@dataclass(slots=True)
class _Node(Generic[T]):
    following: dict[str, _Node[T]] = field(default_factory=dict)
    labels: list[tuple[T, str]] = field(default_factory=list)


def _itself(label: object) -> object:
    return label


class _Form(Enum):
    """What PDF extraction has done to a name: nothing, put a word elsewhere, or swapped two words without a space."""

    WHOLE = "whole"
    WITHOUT_FIRST = "without first"
    WITHOUT_LAST = "without last"
    SWAPPED = "swapped"

    @property
    def shortest(self) -> int:
        """The fewest letters that must be left to know the name."""
        return _MIN_CUT_FIRST if self is _Form.WITHOUT_FIRST else _MIN_CUT_LAST


class NameIndex(Generic[T]):
    """Names with a label each, ready to be found in any text; labels of one ``owner`` are names of the same thing.

    A name written with a capital letter is found only with a capital, one in capitals only in capitals, one in small
    letters in either.

    Examples
    --------
    >>> from layers.articles.wording.document import Document
    >>> index = NameIndex([("Комитет национальной безопасности", "ru", "knb")])
    >>> words = Words(Document.of("По данным Комитета национальной безопасности, пост закрыт."))
    >>> [(m.start, m.end, m.label) for m in index.find(words)]
    [(10, 44, 'knb')]
    """

    __slots__ = ("_arabic", "_owner", "_root", "_words_of")

    def __init__(self, names: Iterable[tuple[str, str, T]], owner: Callable[[T], object] | None = None) -> None:
        self._owner = owner or _itself
        self._root: _Node[T] = _Node()
        self._arabic: dict[str, list[tuple[str, T, _Form]]] = defaultdict(list)
        self._words_of: dict[str, list[str]] = {}
        for name, language, label in names:
            if is_arabic(name):
                self._add_arabic(name, label)
            else:
                self._add(name, language, label)
        self._add_cut_names()
        for entries in self._arabic.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry[2].value))

    def _add(self, name: str, language: str, label: T) -> None:
        node = self._root
        for start, end in _parts_of_name(folded := fold(name)):
            node = node.following.setdefault(name_key(folded[start:end], language), _Node())
        node.labels.append((label, name))

    def _add_arabic(self, name: str, label: T) -> None:
        words = fold(name).split()
        squeezed = "".join(words)
        self._arabic[squeezed[:_HEAD]].append((squeezed, label, _Form.WHOLE))
        self._words_of[squeezed] = words
        if len(words) == _PAIR:
            swapped = words[1] + words[0]
            self._arabic[swapped[:_HEAD]].append((swapped, label, _Form.SWAPPED))
            self._words_of[swapped] = words

    def _add_cut_names(self) -> None:
        """Add names of three words and more without their last or first, where that is part of no other's name."""
        entries = [entry for entries in self._arabic.values() for entry in entries]
        whole = [(name, label) for name, label, form in entries if form is _Form.WHOLE]
        for name, label in whole:
            words = self._words_of[name]
            if len(words) < _MIN_CUT_WORDS:
                continue
            for cut, kind, is_part in (
                ("".join(words[:-1]), _Form.WITHOUT_LAST, str.startswith),
                ("".join(words[1:]), _Form.WITHOUT_FIRST, str.endswith),
            ):
                if len(cut) >= kind.shortest and all(
                    self._owner(other) == self._owner(label) for rival, other in whole if is_part(rival, cut)
                ):
                    self._arabic[cut[:_HEAD]].append((cut, label, kind))

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
                is_word = at == first and len(name) <= _SHORT_ACRONYM and name.isupper() and words.is_shouted(first)
                if not is_word and _has_case_of(name, words.texts[first], words.texts[at]):
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
        for squeezed in words.squeezed:
            for at, end in zip(squeezed.begins, squeezed.ends, strict=True):
                self._match_at(words, squeezed, at, found)
                if squeezed.letters[at] == _AND and end > at + 1:
                    self._match_at(words, squeezed, at + 1, found, shortest=_MIN_AFTER_AND)
        return found

    def _match_at(self, words: Words, squeezed: Squeezed, at: int, found: list[Match[T]], *, shortest: int = 0) -> None:
        letters, where = squeezed.letters, squeezed.where
        for name, label, form in self._arabic.get(letters[at : at + _HEAD], ()):
            last = at + len(name)
            if len(name) < shortest or not letters.startswith(name, at):
                continue
            if form is _Form.WHOLE:
                rest = "" if squeezed.ends_word(last) else squeezed.rest_of_word(last)
                stands = not rest or rest in _ENDINGS or _is_glued(words, name, rest)
            elif form is _Form.SWAPPED:
                stands = squeezed.ends_word(last) and _is_run(squeezed.source or where, at, last)
            else:
                stands = (
                    len(words.squeezed) > 1
                    and squeezed.ends_word(last)
                    and _is_cut_off(words, squeezed, at, last, form)
                )
            if not stands:
                continue
            together = next(
                (here for here in range(at + 1, last) if not 0 < where[here] - where[here - 1] <= _GAP), last
            )
            swapped, is_cut = form is _Form.SWAPPED, form in {_Form.WITHOUT_FIRST, _Form.WITHOUT_LAST}
            if squeezed.source is None:
                found.append(Match(where[at], where[last - 1] + 1, label, swapped, is_cut))
            elif together < last:  # in the order of the reading it is not to be seen
                span = Span(squeezed.source[at], squeezed.source[last - 1] + 1)
                found.append(Match(where[at], where[together - 1] + 1, label, swapped, is_cut, span))


def _is_cut_off(words: Words, squeezed: Squeezed, at: int, last: int, form: _Form) -> bool:
    """Whether a line ends beside what is left of a name, or a gap shows that something else was put there."""
    reading = words.document.text.reading
    if form is _Form.WITHOUT_LAST:
        end = squeezed.where[last - 1] + 1
        gap = reading[end : end + 2]
    else:
        gap = reading[max(squeezed.where[at] - 2, 0) : squeezed.where[at]]
    return gap == "  " or "\n" in gap.strip(" ")


def _is_run(places: list[int], at: int, last: int) -> bool:
    """Whether letters stand side by side, with no blank between."""
    return places[last - 1] - places[at] == last - 1 - at


def _is_glued(words: Words, name: str, rest: str) -> bool:
    """Whether the rest of a word, after a name, is a word that the document has elsewhere: then a space was lost."""
    return len(name) >= _MIN_GLUED and len(rest) >= _MIN_GLUED and rest in words.vocabulary()


def _parts_of_name(folded: str) -> list[tuple[int, int]]:
    parts = []
    for match in re.finditer(r"[^\s\-\"«»“”„]+", folded):
        parts += [(match.start() + a, match.start() + b) for a, b in parts_of(match[0])]
    return parts


def _has_case_of(name: str, first: str, last: str) -> bool:
    """Whether words of a text are written as a name wants it: in capitals, with a capital, or any way."""
    if name.isupper():
        return first[:2].isupper() and last[:1].isupper()
    if name.isascii() and name.istitle() and len(name.split()) == _PAIR:
        return first[:1].isupper() and last[:1].isupper()  # not "Border forces" at the start of a sentence
    return name.islower() or first[:1].isupper() or last[:1].isupper()
