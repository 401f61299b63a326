"""Where a passage stands in an article, for a person who has the published article before them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.evidence import MAX_ANCHOR_WORDS

if TYPE_CHECKING:
    from layers.articles.wording.document import Document
    from layers.articles.wording.text import Span

__all__ = ["Headings"]

_HEADING_WORDS = 12
_NO_HEADING = re.compile(r"\n|[.!?؟…,;:]\s*\Z")
_WORD = re.compile(r"\S+")
_LOOK_AHEAD = 200
"""Five words stand within so many characters, or are no words."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The paragraphs of an article, each with its section and its number in it.

    ``starts`` are offsets into the source, rising; ``places`` the (section, paragraph) that begins at each: the number
    counts from 1 and is ``None`` for a heading itself, the section is ``None`` above the first heading.
    """

    source: str
    starts: tuple[int, ...]
    places: tuple[tuple[str | None, int | None], ...]

    @classmethod
    def of(cls, document: Document) -> Headings:
        """Find the headings of an article: short paragraphs of one line that are no sentence, with text after them."""
        found: list[tuple[int, str | None, int | None]] = []
        section, number = None, 0
        for paragraph in document.paragraphs:
            text = document.text.reading[paragraph.start : paragraph.end].strip()
            is_last = paragraph is document.paragraphs[-1]
            if not is_last and len(text.split()) <= _HEADING_WORDS and not _NO_HEADING.search(text):
                section, number = " ".join(text.split()), 0
            else:
                number += 1
            # Displaced words make a paragraph begin anywhere: its first letter in the source counts.
            spans = document.spans(paragraph.start, paragraph.end)
            found.append((min(span.start for span in spans), section, number or None))
        found.sort(key=lambda each: each[0])
        return cls(
            document.text.source,
            tuple(start for start, _, _ in found),
            tuple((section, number) for _, section, number in found),
        )

    def locate(self, passage: Span, anchor: Span) -> dict[str, Any]:
        r"""Return the locator of a passage, in the form of :class:`layers.evidence.Locator`.

        Parameters
        ----------
        passage, anchor
            Spans of the source, not empty. At most five words from the beginning of ``anchor`` on are what to search for.

        Examples
        --------
        >>> from layers.articles.wording.document import Document
        >>> from layers.articles.wording.text import Span
        >>> text = "Borders\n\nIt was calm. Guards seized two lorries at dawn near the bridge."
        >>> Headings.of(Document.of(text)).locate(Span(22, 70), Span(29, 35))
        {'section': 'Borders', 'paragraph': 1, 'anchor': 'seized two lorries at dawn'}
        """
        at = bisect_right(self.starts, passage.start) - 1
        section, paragraph = self.places[at] if at >= 0 else (None, None)
        end = max(anchor.end, min(passage.end, anchor.start + _LOOK_AHEAD))
        words = _WORD.findall(self.source[anchor.start : end])
        return {"section": section, "paragraph": paragraph, "anchor": " ".join(words[:MAX_ANCHOR_WORDS]) or "…"}
