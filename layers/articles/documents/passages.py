"""Passages: the stretches of a text within which the parts of one claim are looked for.

Mostly a sentence. A sentence that a page break or a line of a PDF has cut is put together again, and the rows of a list
or a table, which have no full stops, are taken apart.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from layers.articles.wording.document import Document, Sentence

__all__ = ["Passage", "passages_of"]

_CLOSED = frozenset('.!?؟…:;؛»"”)]')
_MIN_CUT = 40
"""A shorter sentence without a full stop is a heading, not one that was cut."""
_MAX_LETTERS = 1500
_MAX_WORDS = 400
_WRAPPED = 0.75
"""A line this much shorter than its paragraph's longest was ended by its author, not by the width of the page."""
_MAX_WIDTH = 110
_BULLETS = frozenset("-–—•*·▪►")


class Passage(NamedTuple):
    """A range of letters of the reading with its tokens ``[first:last]`` and its language (ISO 639-1)."""

    start: int
    end: int
    first: int
    last: int
    language: str


def passages_of(document: Document) -> tuple[Passage, ...]:
    """Return the passages of a document in the order of its reading."""
    reading = document.text.reading
    found: list[Passage] = []
    for sentence in document.sentences:
        pieces = _rows(document, sentence)
        if found and _goes_on(reading, found[-1], pieces[0]):
            before = found.pop()
            pieces[0] = Passage(before.start, pieces[0].end, before.first, pieces[0].last, before.language)
        found += pieces
    return tuple(piece for passage in found for piece in _bounded(document, passage))


def _bounded(document: Document, passage: Passage) -> list[Passage]:
    """Cut what is no sentence of any writer into pieces that can be read in bounded time."""
    if passage.last - passage.first <= _MAX_WORDS:
        return [passage]
    tokens = document.tokens
    edges = [*range(passage.first, passage.last, _MAX_WORDS), passage.last]
    return [
        Passage(tokens[first].start, tokens[last - 1].end, first, last, passage.language)
        for first, last in pairwise(edges)
    ]


def _goes_on(reading: str, before: Passage, after: Passage) -> bool:
    """Whether a sentence that was cut at a paragraph's end goes on in the next."""
    if after.end - before.start > _MAX_LETTERS or before.end - before.start < _MIN_CUT:
        return False
    if before.language != after.language or reading[before.end - 1] in _CLOSED:
        return False
    if "\n" not in reading[before.end : after.start]:
        return False
    return reading[after.start].islower()


def _width(document: Document, sentence: Sentence) -> int:
    """Return the length of the longest line of the paragraph that a sentence stands in."""
    at = bisect_right(document.paragraphs, sentence.start, key=lambda paragraph: paragraph.start) - 1
    paragraph = document.paragraphs[max(at, 0)]
    return max(map(len, document.text.reading[paragraph.start : paragraph.end].split("\n")))


def _rows(document: Document, sentence: Sentence) -> list[Passage]:
    """Take a sentence apart where its lines are the rows of a list or a table."""
    reading = document.text.reading
    whole = Passage(sentence.start, sentence.end, sentence.first_token, sentence.last_token, sentence.language)
    text = reading[sentence.start : sentence.end]
    if "\n" not in text:
        return [whole]
    lines = text.split("\n")
    width = _width(document, sentence)
    cuts: list[int] = []
    at = 0
    for line, following in pairwise(lines):
        at += len(line) + 1
        head = following.lstrip()[:1]
        if head in _BULLETS or (
            (head.isupper() or head.isdigit())
            and line.rstrip()[-1:] not in {",", "،"}
            and (width > _MAX_WIDTH or len(line) < _WRAPPED * width)
        ):
            cuts.append(sentence.start + at)
    if not cuts:
        return [whole]
    starts = [token.start for token in document.tokens[sentence.first_token : sentence.last_token]]
    edges = [0, *(bisect_left(starts, cut) for cut in cuts), len(starts)]
    pieces = []
    for low, high in pairwise(edges):
        if low < high:
            first, last = sentence.first_token + low, sentence.first_token + high
            pieces.append(
                Passage(document.tokens[first].start, document.tokens[last - 1].end, first, last, sentence.language)
            )
    return pieces or [whole]
