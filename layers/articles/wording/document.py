"""Document: a text taken apart into paragraphs, sentences and words, ready to be searched for what it reports."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from layers.articles.wording.language import language_of
from layers.articles.wording.sentences import paragraph_spans, sentence_spans
from layers.articles.wording.text import Span, Text

__all__ = ["Document", "Paragraph", "Sentence", "Token"]

_WORD = re.compile(
    r"[\u0620-\u065F\u066E-\u06D3\u06FA-\u06FF]++(?:[-‐‑][\u0620-\u065F\u066E-\u06D3]++)*+"  # no digit in a Persian word
    r"|[^\W\d_]{2,}+(?:['’ʻʼ‘\-‐‑][^\W\d_]++)*+(?=\d{1,3}(?!\w))"  # a word before the mark of a footnote
    r"|[^\W_\u0620-\u06D3]++(?=[\u0620-\u06D3])"
    r"|[^\W_]++(?:['’ʻʼ‘\-‐‑][^\W_]++)*+"
    r"|[^\w\s]|_"
)


class Token(NamedTuple):
    """A word or a punctuation mark; ``start`` and ``end`` are indexes of the reading, ``folded`` its folded form."""

    start: int
    end: int
    text: str
    folded: str


class Paragraph(NamedTuple):
    """A paragraph with its language (ISO 639-1); indexes of the reading."""

    start: int
    end: int
    language: str


class Sentence(NamedTuple):
    """A sentence, with its language and the range of its tokens; indexes of the reading."""

    start: int
    end: int
    language: str
    first_token: int
    last_token: int
    """Exclusive."""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A text with its parts. All indexes count letters of ``text.reading``; :meth:`spans` leads back to the source."""

    id: str
    text: Text
    language: str
    paragraphs: tuple[Paragraph, ...]
    sentences: tuple[Sentence, ...]
    tokens: tuple[Token, ...]

    @classmethod
    def of(cls, source: str, *, id: str = "") -> Document:  # noqa: A002 -- the record's own word
        """Take a text apart; any Unicode string will do, the empty one gives a document without parts.

        >>> document = Document.of("Trucks left Termez. They reached Hairatan.")
        >>> [document.text.reading[s.start : s.end] for s in document.sentences]
        ['Trucks left Termez.', 'They reached Hairatan.']
        """
        text = Text.of(source)
        reading, folded = text.reading, text.folded
        language = language_of(reading)
        paragraphs: list[Paragraph] = []
        sentences: list[Sentence] = []
        tokens: list[Token] = []
        for start, end in paragraph_spans(reading):
            tongue = language_of(reading[start:end], language)
            paragraphs.append(Paragraph(start, end, tongue))
            for first, last in sentence_spans(reading, start, end, tongue):
                before = len(tokens)
                tokens += [
                    Token(a, b, reading[a:b], folded[a:b])
                    for a, b in (match.span() for match in _WORD.finditer(reading, first, last))
                ]
                sentences.append(Sentence(first, last, tongue, before, len(tokens)))
        return cls(id, text, language, tuple(paragraphs), tuple(sentences), tuple(tokens))

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Return where in the source the letters ``[start:end]`` of the reading stand; see :meth:`Text.spans`."""
        return self.text.spans(start, end)

    def sentence_at(self, index: int) -> Sentence | None:
        """Return the sentence that holds a letter of the reading, ``None`` between sentences."""
        at = bisect_right(self.sentences, index, key=lambda sentence: sentence.start) - 1
        if at < 0 or index >= self.sentences[at].end:
            return None
        return self.sentences[at]
