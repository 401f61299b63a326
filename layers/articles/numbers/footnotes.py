"""Footnote marks that stand among the words and numbers of a text as if they were numbers themselves.

A mark follows a word, a quotation or a full stop without a space: ``a year13 rests``. One mark proves little; marks that
count on from each other prove themselves, and with them those that are glued to a number (``until 201114`` after a mark
13 is 2011 and mark 14).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from layers.articles.numbers.numeral import Numeral
    from layers.articles.wording.document import Document

__all__ = ["note_numerals"]

_BEFORE_MARK = re.compile(r"(?:[^\W\d_]{3,}|[^\W\d_][.,;:!?؟،»”\"’)]|[»”\"])$")
_LOWER_WORD = re.compile(r"[^\W\d_]*[a-zа-яёәғқңөұүһі\u0620-\u06d3]{2}$")
_YEAR_WITH_NOTE = re.compile(r"(?:19|20)\d\d(\d{1,2})$")
_SENTENCE_BEGINS = re.compile(r"[\"'”»)]*\s+[\"'“«(]?[A-ZА-ЯЁ][a-zа-яё]*\s+[a-zа-яё]")
_HIGHEST = 300
_FAR = 3
"""So many numbers a mark may be ahead of the one before it: marks in between may be lost."""

_ENOUGH = 2


class _Mark(NamedTuple):
    at: int
    number: int
    glued: str
    """What stands before the mark: ``word``, ``year``, ``fraction`` or ``letters``."""


def note_numerals(document: Document, numerals: list[Numeral]) -> list[Numeral]:
    """Return the numerals, those that are or hold a footnote mark marked so."""
    marks = [mark for index, numeral in enumerate(numerals) for mark in _marks(document, index, numeral)]
    if not marks:
        return numerals
    found = list(numerals)
    for mark in _chain(marks):
        found[mark.at] = _noted(document, numerals[mark.at], mark)
    return found


def _marks(document: Document, index: int, numeral: Numeral) -> list[_Mark]:
    """Return the marks that a numeral may be or hold."""
    reading = document.text.reading
    start, end = numeral.reading
    printed = reading[start:end]
    found = None
    if numeral.integrity == "footnote_mark":
        found = ("raised", printed)
    elif printed.isdigit():
        if not reading[end : end + 1].isalnum():
            found = _mark_of_digits(printed, reading[max(0, start - 12) : start])
    elif numeral.integrity == "ocr_letters":
        found = ("letters", printed[-1]) if len(printed) > _ENOUGH and printed[0] != "l" else None
    else:
        whole, _, note = printed.partition(".")
        if whole.isdigit() and len(note) <= _ENOUGH and _SENTENCE_BEGINS.match(reading, end):
            found = ("fraction", note)
    if not found or not found[1].isdigit() or found[1].startswith("0") or len(found[1]) > len(str(_HIGHEST)):
        return []
    return [_Mark(index, int(found[1]), found[0])] if int(found[1]) <= _HIGHEST else []


def _mark_of_digits(printed: str, before: str) -> tuple[str, str] | None:
    """Return the mark that plain digits may be, behind a word, or hold, behind a year."""
    if year := _YEAR_WITH_NOTE.match(printed):
        return "year", year[1]
    if _BEFORE_MARK.search(before) and (_LOWER_WORD.search(before) or not before[-1:].isalpha()):
        return "word", printed
    return None


def _chain(marks: list[_Mark]) -> list[_Mark]:
    """Return the longest row of marks that count up, if there is enough of it to be one."""
    length = [1] * len(marks)
    before = [-1] * len(marks)
    for here, mark in enumerate(marks):
        for there in range(max(0, here - 40), here):
            step = mark.number - marks[there].number
            if 0 < step <= _FAR and marks[there].at != mark.at and length[there] + 1 > length[here]:
                length[here], before[here] = length[there] + 1, there
    at = max(range(len(marks)), key=lambda index: length[index])
    row = []
    while at >= 0:
        row.append(marks[at])
        at = before[at]
    sure = [mark for mark in marks if mark.glued == "raised"]
    proven = len(row) >= _ENOUGH + 1 or any(mark.glued in {"raised", "fraction"} for mark in row)
    return (
        row
        if proven and len(row) >= _ENOUGH
        else sure or [m for m in marks if m.glued == "fraction" and len(marks) == 1]
    )


def _noted(document: Document, numeral: Numeral, mark: _Mark) -> Numeral:
    if mark.glued in {"word", "raised"}:
        return replace(
            numeral,
            value=None,
            candidates=(mark.number,),
            integrity="footnote_mark",
            reason=f"Mark of footnote {mark.number}.",
        )
    start, end = numeral.reading
    printed = document.text.reading[start:end]
    whole = numeral.value
    before = {
        "year": lambda: int(printed[: -len(str(mark.number))]),
        "fraction": lambda: int(printed.split(".")[0]),
        "letters": lambda: int(re.sub("[OОo]", "0", printed[:-1]).replace("l", "1")),
    }[mark.glued]()
    # With its row a mark behind a year or before a new sentence leaves no doubt; behind scanned digits it does.
    return replace(
        numeral,
        value=before,
        candidates=tuple(sorted({before, *([] if whole is None else [whole])})),
        integrity="glued_footnote",
        reason=f"Mark of footnote {mark.number} behind {before}.",
    )
