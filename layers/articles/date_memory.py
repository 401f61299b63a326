"""DateMemory: what reading one document's dates builds on – its letters, its day of publication, the dates before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.articles.date_mention import DateMention
from layers.articles.text import Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from layers.articles.calendars import Calendar, Interval
    from layers.articles.date_letters import Atom
    from layers.articles.date_lexicon import DateLexicon
    from layers.articles.date_mention import Basis, DatePrecision
    from layers.articles.document import Document

__all__ = ["DateMemory"]

_LONGEST_PARENTHESIS = 60
"""Words."""


class DateMemory:
    """The last stated year and the last dated day of a document, and what was found in it so far, in :attr:`found`."""

    def __init__(
        self, document: Document, atoms: Sequence[Atom], letters: str, published: date | None, lexicon: DateLexicon
    ) -> None:
        self.document = document
        self.atoms = atoms
        self.letters = letters
        self.published = published
        self.lexicon = lexicon
        self.found: list[DateMention] = []
        self._year: tuple[int, Calendar] | None = None
        self._anchor: Interval | None = None
        self._depth = _parenthesis_depths(letters)

    def _unit(self, atom: Atom) -> str:
        return "year" if atom.letter == "y" else atom.word.value if atom.word is not None else ""

    def _language(self, index: int) -> str:
        sentence = self.document.sentence_at(index)
        return sentence.language if sentence is not None else self.document.language

    def _writes_gregorian(self) -> bool:
        return self._year is not None and self._year[1] == "gregorian"

    def _is_citation(self, at: int) -> bool:
        """Whether a year stands as in "(Name, 2009: 41)", "Name (2009)" or "(2009)"."""
        if not self._depth[at]:
            return False
        before, after = self.letters[max(at - 2, 0) : at], self.letters[at + 1 : at + 2]
        if self._language(self.atoms[at].start) == "fa" and before.endswith(",") and after in {")", ":", ",", ";"}:
            return True
        return (
            before in {"n,", "),"}
            or before.endswith(("n", ".,"))
            or (after in {")", ":", ",", ";"} and before in {"n(", ")("})
        )

    def _add(
        self,
        first: int,
        last: int,
        whole: Interval | None,
        precision: DatePrecision,
        calendar: Calendar = "gregorian",
        basis: Basis = "stated",
        candidates: tuple[int, ...] = (),
        *,
        citation: bool = False,
    ) -> None:
        while self.letters[first] in "iof" and first < last - 1:
            first += 1
        start, end = self.atoms[first].start, self.atoms[last - 1].end
        if not citation and not self._depth[first]:
            self._anchor = None if candidates else whole
        self.found.append(
            DateMention(
                Span(start, end),
                self.document.text.reading[start:end],
                whole.start if whole is not None else None,
                whole.end if whole is not None else None,
                precision if whole is not None else "unknown",
                calendar,
                basis,
                "suspect" if candidates else "intact",
                candidates,
                citation,
            )
        )


def _parenthesis_depths(letters: str) -> list[bool]:
    left, depths = 0, []
    for letter in letters:
        left = _LONGEST_PARENTHESIS if letter == "(" else 0 if letter == ")" else max(left - 1, 0)
        depths.append(left > 0)
    return depths
