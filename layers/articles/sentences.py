"""Paragraphs and sentences of a text in English, Persian, Russian and Kazakh."""

from __future__ import annotations

import re
from itertools import pairwise

from layers.articles.text import Span

__all__ = ["paragraph_spans", "sentence_spans"]

_PARAGRAPH = re.compile(r"[^\n](?:[^\n]|\n(?![ \t\r]*\n))*")
_END = re.compile(r"(?<=[.!?؟…])[\"'»”)\]]*\s+(?=[\"'«“(\[]?\w)")


def paragraph_spans(reading: str) -> tuple[Span, ...]:
    """Return the paragraphs of a text: runs of lines without an empty line between them."""
    return tuple(Span(*match.span()) for match in _PARAGRAPH.finditer(reading) if match[0].strip())


def sentence_spans(reading: str, start: int, end: int, language: str) -> tuple[Span, ...]:
    """Return the sentences of ``reading[start:end]``, which is of one language, without the white space around them."""
    del language
    cuts = [start, *(match.end() for match in _END.finditer(reading, start, end)), end]
    spans = []
    for first, last in pairwise(cuts):
        piece = reading[first:last]
        if stripped := piece.strip():
            at = first + piece.index(stripped[0])
            spans.append(Span(at, at + len(stripped)))
    return tuple(spans)
