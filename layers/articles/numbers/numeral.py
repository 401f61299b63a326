"""Numeral: one number in digits, and whether what is printed can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from layers.articles.wording.text import Span  # noqa: TC001 -- a public field's type

__all__ = ["Integrity", "Number", "Numeral"]

Number = int | float

Integrity = Literal["intact", "suspect", "footnote_mark", "glued_footnote", "split", "ocr_letters", "font_substituted"]


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in digits.

    ``start`` and ``end`` are offsets into the source, ``as_printed`` is ``source[start:end]``, ``reading`` is where it
    stands in the reading form. ``value`` is ``None`` for a footnote mark and wherever the author's number cannot be
    known from the text: nothing may be sized, ranked, filtered or summed by such a numeral. ``candidates`` are the
    numbers that it may stand for, rising; for an intact numeral its value alone. ``reason`` says in a sentence why it is
    not intact; empty when it is.
    """

    start: int
    end: int
    as_printed: str
    value: Number | None
    candidates: tuple[Number, ...]
    integrity: Integrity
    reason: str
    reading: Span

    def to_json(self) -> dict[str, Any]:
        """Return the numeral as the public contract has it."""
        return {
            "start": self.start,
            "end": self.end,
            "as_printed": self.as_printed,
            "value": self.value,
            "candidates": list(self.candidates),
            "integrity": self.integrity,
            "reason": self.reason,
        }
