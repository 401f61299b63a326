"""DateMemory: what reading one document's dates builds on – its letters, its day of publication, the dates before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.articles.dating.date_mention import DateMention
from layers.articles.wording.text import Span, fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from layers.articles.dating.calendars import Calendar, Interval
    from layers.articles.dating.date_letters import Atom
    from layers.articles.dating.date_lexicon import DateLexicon
    from layers.articles.dating.date_mention import Basis, DatePrecision
    from layers.articles.wording.document import Document

__all__ = ["DateMemory"]

_LONGEST_PARENTHESIS = 60
"""Words."""

_WEEK_AT_MOST = 8
_HEAD, _LONGEST_PLACE, _LONGEST_LINE = 600, 70, 90
_MOST_PLACE_WORDS = 6
_AFTER_DATELINE = re.compile(
    r"(?:\s*(?:г\b\.?|года?\b|year\b|йил\b|жыл\b|سال\b))?[\s,،]*(?:\d{1,2}[:.]\d\d)?[\s)\]]*(?:[(\[][^()\[\]\n]{1,40}[)\]]\s*)?"
    r"(?P<mark>[-–—−:|/•]|\.\s|\.?\s*$)"
)
_LEADS = frozenset(
    [
        "published",
        "updated",
        "posted",
        "date",
        "dated",
        "опубликовано",
        "обновлено",
        "дата",
        "تاریخ",
        "انتشار",
        "منتشر",
        "жарияланды",
        "сана",
    ]
)
_SAYS_WHEN = frozenset(
    [
        "on",
        "in",
        "by",
        "until",
        "till",
        "since",
        "from",
        "after",
        "before",
        "of",
        "between",
        "and",
        "в",
        "во",
        "на",
        "с",
        "со",
        "до",
        "от",
        "после",
        "к",
        "ко",
        "между",
        "и",
        "در",
        "از",
        "تا",
        "روز",
        "شب",
        "به",
        "و",
    ]
)
_ITEM = re.compile(r"(?m)^[^\w\n]{0,4}\d{1,2}[^\n]{0,20}\d{4}")


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
        self._year_paragraph = -1
        """Where the year was written with a day or a month."""
        self._anchor: Interval | None = None
        self._depth = _parenthesis_depths(letters)
        self._period: Interval | None = None
        """The days that the heading of a bulletin says it covers; a weekday is one of them."""

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
        if self.published is None and precision == "day" and basis == "stated" and whole is not None:
            self._note_dateline(start, end, whole)
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

    def _note_dateline(self, start: int, end: int, whole: Interval) -> None:
        """Take the date of a dateline for that of publication: "TERMEZ, 3 May 2021 – …", a date in a line of its own."""
        reading = self.document.text.reading
        if start > _HEAD:
            return
        line = max(reading.rfind("\n", 0, start) + 1, start - _LONGEST_LINE)
        close = reading.find("\n", end)
        before, after = reading[line:start], reading[end : close if close >= 0 else len(reading)]
        match = _AFTER_DATELINE.match(after)
        if match is None or len(before) > _LONGEST_PLACE:
            return
        is_last = match.end() == len(after)
        if whole.start < whole.end:
            if is_last and self._period is None and (whole.end - whole.start).days <= _WEEK_AT_MOST:
                self._period = whole
        elif _is_dateline(reading, before, match["mark"], is_first=line == 0, is_last=is_last):
            self.published = whole.start


def _is_dateline(reading: str, before: str, mark: str, *, is_first: bool, is_last: bool) -> bool:
    """Whether a date is one, by the words before it in its line and the mark after it."""
    words = re.findall(r"[^\W\d_]+", before)
    if not words:  # a chronology begins each of its lines so
        return is_last or (mark in "-–—−" and is_first and len(_ITEM.findall(reading)) == 1)
    if fold(words[-1]) in _SAYS_WHEN or fold(words[0]) in _SAYS_WHEN:
        return False
    is_named = all(word[0].isupper() or not word[0].isalpha() or fold(word) in _LEADS for word in words)
    if "\u0600" <= words[0][0] <= "\u06ff":  # no capitals: a place or two at most
        is_named = len(words) <= 3  # noqa: PLR2004
    return is_named and len(words) <= _MOST_PLACE_WORDS


def _parenthesis_depths(letters: str) -> list[bool]:
    left, depths = 0, []
    for letter in letters:
        left = _LONGEST_PARENTHESIS if letter == "(" else 0 if letter == ")" else max(left - 1, 0)
        depths.append(left > 0)
    return depths
