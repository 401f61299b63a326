"""Names of the gazetteer in a text: the longest one that begins at a word, inflected or not.

A :class:`PlaceText` is a document as names see it: its words, with hyphens parted unless the whole is a name
("Kurgan-Tyube" is one word, "Kunduz-Khorog" two).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from layers.articles.wording.inflection import adjective_bases, adjective_stem, dictionary_forms
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.gazetteer_index import GazetteerIndex
    from layers.articles.wording.document import Document, Token

__all__ = ["NameMatch", "NameMatcher", "PlaceText", "Word", "is_arabic", "is_cyrillic"]

LONGEST = 60
"""No name has more letters."""

_SPACES = str.maketrans("\n\t\r", "   ")
_LINKS = frozenset(
    ["of", "the", "and", "de", "la", "le", "du", "da", "di", "del", "der", "den", "van", "von", "al", "el", "an", "am", "auf", "en",
     "y", "e", "i", "na", "ob", "upon", "on", "sur", "les", "los", "las", "do", "dos", "by", "in"]
)  # fmt: skip
"""Words that stay small inside names."""

_CITATION = re.compile(r"\((?=[^()\n]{0,90}(?:[^\W\d_], |\bal\.,? )(?:1[89]|20)\d\d[a-z]?\s?[:;,)])[^()\n]{1,160}\)")
_PART = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]|_")
_UNIT = re.compile(r"(?:район|област|уезд|округ|провинци|вилаят|вилоят|волост)\w{0,4}$")
_MAX_WORDS = 3
_MIN_NAME = 2


class Word(NamedTuple):
    """A word or a punctuation mark; indexes of the reading. ``folded`` ends before a possessive ``'s``."""

    start: int
    end: int
    text: str
    folded: str


class NameMatch(NamedTuple):
    """A name at ``span`` of the reading, in the gazetteer's form, with the rows of the places that bear it.

    ``stop`` is the index of the first word after it; ``is_inflected`` tells that the text has another form of the name.
    """

    span: Span
    stop: int
    name: str
    rows: tuple[int, ...]
    is_inflected: bool = False


def is_arabic(letter: str) -> bool:
    """Whether a letter is of the Arabic script."""
    return "\u0600" <= letter <= "\u06ff"


def is_cyrillic(letter: str) -> bool:
    """Whether a letter is of the Cyrillic script."""
    return "\u0400" <= letter <= "\u052f"


class PlaceText:
    """The words of a document; ``sentences`` are (first word, first word after, language)."""

    __slots__ = ("_text", "citations", "folded", "reading", "sentences", "words")

    def __init__(self, document: Document, index: GazetteerIndex) -> None:
        self._text = document.text
        self.reading = document.text.reading
        self.folded = document.text.folded.translate(_SPACES)
        self.citations = [match.span() for match in _CITATION.finditer(self.reading)]
        """Where works are cited in brackets with author and year."""
        self.words: list[Word] = []
        self.sentences: list[tuple[int, int, str]] = []
        for sentence in document.sentences:
            first = len(self.words)
            for token in document.tokens[sentence.first_token : sentence.last_token]:
                if token.folded.isalnum():
                    self.words.append(Word(*token))
                else:
                    self.words += self._parts(token, sentence.language, index)
            self.sentences.append((first, len(self.words), sentence.language))

    def is_tied(self, at: int) -> bool:
        """Whether a zero-width non-joiner ties a word to the one after it, which must exist."""
        end, start = self.words[at].end, self.words[at + 1].start
        return start == end + 1 and any(self._text.source[a:b] == "\u200c" for a, b in self._text.spans(end, start))

    def _parts(self, token: Token, language: str, index: GazetteerIndex) -> Iterator[Word]:
        folded = token.folded
        if "-" in folded and 1 < len(folded) <= LONGEST:
            whole = folded.removesuffix("'s")
            if any(form in index for form in dictionary_forms(whole, language)):
                yield Word(token.start, token.start + len(whole), token.text[: len(whole)], whole)
                return
        for match in _PART.finditer(folded):
            if match[0] == "-" and len(folded) > 1:
                continue
            start, end = match.span()
            if end - start > len("'s") and folded.endswith("'s", start, end):
                end -= len("'s")
            yield Word(token.start + start, token.start + end, token.text[start:end], folded[start:end])


class NameMatcher:
    """Finds names of the gazetteer at words of a text."""

    def __init__(self, index: GazetteerIndex) -> None:
        self._index = index

    def longest(self, text: PlaceText, at: int, last: int, language: str) -> NameMatch | None:
        """Return the longest name in Latin or Cyrillic letters that begins with a capitalised word."""
        found = next(self.printed(text, at, last, is_cased=True), None)
        head = text.words[at].folded[0]
        if language == "en" or (is_cyrillic(head) is False and language != "uz"):
            return found
        inflected = self._inflected(text, at, last, language if language != "en" else "ru")
        if inflected is None or (found is not None and found.span.end > inflected.span.end):
            return found
        if found is None or found.span.end < inflected.span.end:
            return inflected
        return found._replace(rows=tuple(dict.fromkeys((*found.rows, *inflected.rows))))

    def unit(self, text: PlaceText, at: int, last: int) -> NameMatch | None:
        """Return the unit that a Russian adjective begins: «Кулябский район», «в Раштском и Аштском районах».

        Its rows are empty where no gazetteer has the place: the words say that there is one.
        """
        words = text.words
        stop = at + 1
        while stop < last and text.reading[words[stop - 1].end : words[stop].start] == "-":
            stop += 1
        stem = adjective_stem("-".join(word.folded for word in words[at:stop]))
        bases = adjective_bases(stem)
        noun = _unit_noun(text, stop, last) if bases else None
        if noun is None:
            return None
        end = noun + 1 if noun - stop <= 1 and words[stop : noun + 1][0].text[0].islower() else stop
        long = {"о": "ая область", "п": "ая провинция"}.get(words[noun].folded[0], "ий район")
        wholes = [f"{stem}{long}", f"{stem}ая автономная область"]
        rows = next((found for name in wholes if (found := self._index.rows_of(name))), ())
        rows = rows or tuple(dict.fromkeys(row for base in bases for row in self._index.rows_of(base)))
        name = next((base for base in bases if base in self._index), stem)
        return NameMatch(Span(words[at].start, words[end - 1].end), end, name, rows, True)

    def printed(self, text: PlaceText, at: int, last: int, *, is_cased: bool) -> Iterator[NameMatch]:
        """Yield the names that begin with a word exactly as they are printed, the longest first."""
        words = text.words
        start = words[at].start
        limit = min(start + LONGEST, words[last - 1].end)
        for name in reversed(self._index.names_at(text.folded[start:limit])):
            end = start + len(name)
            if len(name) < _MIN_NAME or text.folded[end : end + 1].isalnum():
                continue
            stop = at
            while stop < last and words[stop].start < end:
                stop += 1
            if words[stop - 1].end > end and name[-1] != ".":
                continue  # inside a word: "Kurgan" of "Kurgan-Tyube"
            if is_cased and stop - at > 1 and not _is_capitalised(words[at:stop]):
                continue
            yield NameMatch(Span(start, end), stop, name, self._index.rows_of(name))

    def _inflected(self, text: PlaceText, at: int, last: int, language: str) -> NameMatch | None:
        """Return the longest name of up to three inflected words."""
        words = text.words
        heads = dictionary_forms(words[at].folded, language)
        for length in range(min(_MAX_WORDS, last - at), 1, -1):
            group = words[at : at + length]
            if not all(word.folded[0].isalpha() for word in group) or not _is_one_line(text, group):
                continue
            if name := self._combined(heads, group, language):
                return NameMatch(
                    Span(group[0].start, group[-1].end), at + length, name, self._index.rows_of(name), True
                )
        word = words[at]
        known = [form for form in heads if len(form) >= _MIN_NAME and form in self._index]
        if not known:
            return None
        rows = dict.fromkeys(row for form in known for row in self._index.rows_of(form))
        is_inflected = known[0] != word.folded
        return NameMatch(Span(word.start, word.end), at + 1, known[0], tuple(rows), is_inflected)

    def _combined(self, heads: Sequence[str], group: Sequence[Word], language: str) -> str | None:
        tails = [dictionary_forms(word.folded, language) for word in group[1:]]
        for head in heads:
            if not self._index.has_prefix(f"{head} "):
                continue
            names = [f"{head} {tail}" for tail in tails[0]]
            if len(tails) > 1:
                names = [f"{name} {tail}" for name in names if self._index.has_prefix(f"{name} ") for tail in tails[1]]
            for name in names:
                if name in self._index:
                    return name
        return None


def _unit_noun(text: PlaceText, at: int, last: int) -> int | None:
    """Return where the noun of an adjective stands, past "автономной" and other adjectives that share it."""
    words = text.words
    while at < last:
        word = words[at]
        if _UNIT.match(word.folded) and word.text[0].islower():
            return at
        is_between = word.text == "," or word.folded in {"и", "а", "также", "-"} or word.folded.startswith("автономн")
        if not is_between and not (word.text[0].isupper() and adjective_stem(word.folded)):
            return None
        at += 1
    return None


def _is_one_line(text: PlaceText, words: Sequence[Word]) -> bool:
    return all(text.reading[left.end : right.start] in {" ", "\n", "-", "  "} for left, right in pairwise(words))


def _is_capitalised(words: Sequence[Word]) -> bool:
    return all(word.text[0].isupper() or word.folded in _LINKS or not word.text[0].isalpha() for word in words)
