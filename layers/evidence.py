"""Evidence: where in an article a record rests, and on which work outside knowledge rests."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MAX_ANCHOR_WORDS", "Evidence", "Locator", "Reference"]

MAX_ANCHOR_WORDS = 5
"""An anchor, and words quoted as printed, are at most this long: enough to search for, too little to copy an article."""


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a person finds the passage in the published article, without its text at hand.

    ``section`` is the heading as printed, ``None`` where the article has none; ``paragraph`` counts from 1 inside that
    section, ``None`` for the heading itself; ``anchor`` is at most five words to search for.
    """

    section: str | None
    paragraph: int | None
    anchor: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage of an article, as proof for the machine.

    ``start`` and ``end`` are Python ``str`` offsets into the article's text decoded as UTF-8, ``end`` exclusive;
    ``sha256`` is that of the file's bytes.

    Examples
    --------
    >>> Evidence("sample", "0" * 64, 4, 9, Locator("Results", 1, "border posts")).length
    5
    """

    article: str
    sha256: str
    start: int
    end: int
    locator: Locator

    @property
    def length(self) -> int:
        """Number of characters of the passage."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Reference:
    """Outside knowledge: the id of a work of ``data/context/works.json`` and what it says, in our words."""

    work: str
    says: str
