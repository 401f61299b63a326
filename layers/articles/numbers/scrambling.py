"""Digits that a PDF's font printed right and extraction gave back as other digits.

The same digit always comes out the same, but two may come out alike, so that a printed number can stand for several. A
text is taken to be scrambled when most of what stands where a year must stand can be none. The years, the order of
footnotes and sums that the text states then tell which digit may have become which (:mod:`layers.articles.numbers.digit_states`); every number in
Persian script bears the candidates that are left and no value, but where a sum proves it. Latin citations are set in
another font and stay as they are.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

from layers.articles.numbers.digit_states import State, preimages, solve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from layers.articles.numbers.numeral import Number, Numeral
    from layers.articles.wording.document import Document

__all__ = ["unscramble"]

_ARABIC = re.compile(r"[\u0621-\u064A\u066E-\u06D3]")
_LETTER = re.compile(r"[^\W\d_]")
_NATIVE = re.compile(r"[\u0660-\u0669\u06F0-\u06F9]")

_GREGORIAN_MONTH = "ژانویه|فوریه|مارس|اوریل|می|مه|ژوین|ژوییه|جولای|اوت|اگوست|سپتامبر|اکتبر|نوامبر|دسامبر"
_SOLAR_MONTH = "فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|مهر|ابان|اذر|دی|بهمن|اسفند|حمل|ثور|جوزا|سرطان|اسد|سنبله|میزان|عقرب|قوس|جدی|دلو|حوت"
_SEASON = "بهار|تابستان|پاییز|زمستان"
_YEAR_AHEAD = re.compile(r"(?:\bسال|\bسالهای|\bدر|\bدهه)\s*$")
_GREGORIAN_AHEAD = re.compile(rf"\b(?:{_GREGORIAN_MONTH})\s*(?:سال\s*)?$")
_SOLAR_AHEAD = re.compile(rf"\b(?:{_SOLAR_MONTH}|{_SEASON})\s*(?:ماه\s*)?(?:سال\s*)?$")
_GREGORIAN_BEHIND = re.compile(r"\s*میلادی")
_SOLAR_BEHIND = re.compile(r"\s*(?:شمسی|خورشیدی|هجری)")
_CITED_AHEAD = re.compile(r"[\u0621-\u06D3]\s*[،,]\s*$")
_CITED_BEHIND = re.compile(r"\s*[:)(.،]")
_RANGE_BETWEEN = re.compile(r"\s*(?:تا|-)\s*$")
_SUM_AHEAD = re.compile(r"(?:روی هم|در مجموع|مجموعا|جمعا|به مجموع)\s*$")
_UNIT_BEHIND = re.compile(r"\s*([\u0621-\u06D3]+)")

_NOTE = re.compile(r"^[ \t]*(\d)[ \t]?\.[ \t]*[A-Z]", re.MULTILINE)
_COUNTED = re.compile(r"\s*(?:هزار|میلیون|میلیارد|درصد|نفر|تن|کیلو|متر)")

_YEAR = 4
_LOOK = 24
_FIRST_GREGORIAN, _FIRST_SOLAR, _FIRST_CITED = 1900, 1300, 1340
_NOW = 2030
_SOLAR_BEHIND_GREGORIAN = 621
_FEWEST_YEARS = 2
_MOST_CANDIDATES = 81
_SAME = 1e-9
_MOST_TRIPLES = 4_000


class _Anchor(NamedTuple):
    """A printed year and the years that it can be."""

    at: int
    printed: str
    first: int
    last: int
    calendar: str


@dataclass(frozen=True, slots=True)
class _Sum:
    """Three numerals of which the last is the sum of the first two; indexes into the numerals."""

    parts: tuple[int, int]
    whole: int


def unscramble(document: Document, numerals: list[Numeral]) -> tuple[Numeral, ...]:
    """Return the numerals, those in Persian script marked where the font has scrambled the digits of the text."""
    if document.language != "fa" or not numerals:
        return tuple(numerals)
    native = [index for index, numeral in enumerate(numerals) if _is_native(document, numeral)]
    now = _newest_year(numerals, set(native))
    anchors = [anchor for index in native if (anchor := _anchor(document, numerals, index, now))]
    impossible = [anchor for anchor in anchors if not _possible(anchor)]
    if len({anchor.printed for anchor in impossible}) < _FEWEST_YEARS or 2 * len(impossible) < len(anchors):
        return tuple(numerals)
    anchors = _in_one_calendar(_same_calendar_in_ranges(document, numerals, anchors))
    sums = list(_sums(document, numerals, native))
    printed = {index: _digits(document, numerals[index]) for index in native}
    states = solve(
        [
            (anchor.printed, tuple(y for y in range(anchor.first, anchor.last + 1) if _is_year(y, anchor)))
            for anchor in anchors
        ],
        [(printed[one.parts[0]], printed[one.parts[1]], printed[one.whole]) for one in sums],
        _marks(document, numerals, native),
    )
    checked = _checked(sums, printed, states)
    years = {anchor.at: anchor for anchor in anchors}
    out = list(numerals)
    for index in native:
        marked = _marked(out[index], printed[index], states, years.get(index), proven=bool(checked))
        if index in checked:
            left = tuple(each for each in marked.candidates if each in checked[index])
            marked = replace(marked, candidates=left, value=left[0] if len(left) == 1 else None)
        out[index] = marked
    return tuple(out)


def _is_native(document: Document, numeral: Numeral) -> bool:
    """Tell whether a numeral is set in the Persian font: in Persian digits, or in ASCII ones amid Persian letters."""
    reading = document.text.reading
    if _NATIVE.search(numeral.as_printed):
        return True
    start, end = numeral.reading
    before = _nearest(reading[max(0, start - _LOOK) : start][::-1])
    after = _nearest(reading[end : end + _LOOK])
    if end - start <= _HEADING_DIGITS and reading[end : end + 1] in {".", " "}:
        line = reading.rfind("\n", 0, start) + 1, reading.find("\n", end, end + _SHORT_LINE)
        if not reading[max(line[0], start - _LOOK) : start].strip() and (
            line[1] >= 0 or len(reading) < end + _SHORT_LINE
        ):
            return False  # the number of a heading
    return before != "latin" and after != "latin" and "arabic" in {before, after}


_SHORT_LINE = 60
_HEADING_DIGITS = 2


def _nearest(text: str) -> str:
    match = _LETTER.search(text)
    return "" if match is None else "arabic" if _ARABIC.match(match[0]) else "latin"


def _digits(document: Document, numeral: Numeral) -> str:
    start, end = numeral.reading
    return document.text.reading[start:end].replace("/", ".").replace("\u066b", ".").replace(",", "")


def _anchor(document: Document, numerals: Sequence[Numeral], index: int, now: int) -> _Anchor | None:
    """Return a numeral as an anchor where it stands where a year must stand."""
    start, end = numerals[index].reading
    printed = document.text.reading[start:end]
    if len(printed) != _YEAR or not printed.isdigit():
        return None
    folded = document.text.folded
    before, after = folded[max(0, start - _LOOK) : start], folded[end : end + _LOOK]
    solar = now - _SOLAR_BEHIND_GREGORIAN
    if _GREGORIAN_AHEAD.search(before) or _GREGORIAN_BEHIND.match(after):
        return _Anchor(index, printed, _FIRST_GREGORIAN, now, "gregorian")
    if _SOLAR_AHEAD.search(before) or _SOLAR_BEHIND.match(after):
        return _Anchor(index, printed, _FIRST_SOLAR, solar, "solar")
    if _CITED_AHEAD.search(before) and _CITED_BEHIND.match(after):
        return _Anchor(index, printed, _FIRST_CITED, solar, "solar")
    if _YEAR_AHEAD.search(before) or _RANGE_BETWEEN.search(before):
        return _Anchor(index, printed, _FIRST_SOLAR, now, "either")
    return None


def _newest_year(numerals: Sequence[Numeral], native: set[int]) -> int:
    """Return the newest year that the text's own Latin citations name, the newest thinkable one where they name none."""
    years = [
        numeral.value
        for index, numeral in enumerate(numerals)
        if index not in native
        and numeral.integrity == "intact"
        and isinstance(numeral.value, int)
        and _FIRST_GREGORIAN < numeral.value <= _NOW
        and len(numeral.as_printed) == _YEAR
    ]
    return max(years, default=_NOW) + 1


def _possible(anchor: _Anchor) -> bool:
    year = int(anchor.printed)
    return anchor.first <= year <= anchor.last and (anchor.calendar != "either" or _is_year(year, anchor))


def _is_year(year: int, anchor: _Anchor) -> bool:
    """Tell whether a number can be the year of an anchor; between both calendars lie centuries that are neither."""
    if not anchor.first <= year <= anchor.last:
        return False
    newest = anchor.last - _SOLAR_BEHIND_GREGORIAN
    return anchor.calendar != "either" or year >= _FIRST_GREGORIAN or year <= newest


def _same_calendar_in_ranges(document: Document, numerals: Sequence[Numeral], anchors: list[_Anchor]) -> list[_Anchor]:
    """Return the anchors, those that follow a Persian ``from … to`` together told apart no further: both of one calendar."""
    out = list(anchors)
    for at, (one, two) in enumerate(pairwise(anchors)):
        between = document.text.folded[numerals[one.at].reading.end : numerals[two.at].reading.start]
        if re.fullmatch(r"\s*(?:تا|-)\s*", between) and one.printed[0] != two.printed[0]:
            # Only 19xx to 20xx changes the first digit inside one calendar.
            now = max(one.last, two.last)
            out[at] = one._replace(first=_FIRST_GREGORIAN, last=1999, calendar="gregorian")
            out[at + 1] = two._replace(first=2000, last=now, calendar="gregorian")
    return out


def _in_one_calendar(anchors: list[_Anchor]) -> list[_Anchor]:
    """Return the anchors, the years of unknown calendar taken for those of the only calendar that the text names."""
    calendars = {anchor.calendar for anchor in anchors} - {"either"}
    if len(calendars) != 1:
        return anchors
    known = next(anchor for anchor in anchors if anchor.calendar != "either")
    return [
        anchor._replace(first=known.first, last=known.last, calendar=known.calendar)
        if anchor.calendar == "either"
        else anchor
        for anchor in anchors
    ]


def _marks(document: Document, numerals: Sequence[Numeral], native: Sequence[int]) -> list[tuple[str, str]]:
    """Return pairs of a printed footnote mark and its number.

    The notes of a page stand below it as ``1 . Note``, in sound digits. Where as many lone digits stand above them as
    there are notes, they are the marks in their order.
    """
    reading = document.text.reading
    pairs: list[tuple[str, str]] = []
    above = 0
    notes: list[re.Match[str]] = []
    for note in (*_NOTE.finditer(reading), None):
        if note and (not notes or int(note[1]) == int(notes[-1][1]) + 1):
            notes.append(note)
            continue
        if notes:
            lone = [
                i
                for i in native
                if above <= numerals[i].reading.start < notes[0].start() and _is_lone(document, numerals[i])
            ]
            if len(lone) == len(notes):
                pairs += zip((reading[numerals[i].reading.start] for i in lone), (n[1] for n in notes), strict=True)
            above = notes[-1].end()
        notes = [note] if note else []
    return pairs


def _is_lone(document: Document, numeral: Numeral) -> bool:
    """Tell whether a numeral is one digit that counts nothing: what follows is no unit, share or number of pages."""
    start, end = numeral.reading
    reading = document.text.reading
    around = reading[max(0, start - 2) : start] + reading[end : end + 2]
    return (
        end - start == 1
        and not any(mark in around for mark in "%:-/")
        and not _COUNTED.match(document.text.folded, end)
    )


def _sums(document: Document, numerals: Sequence[Numeral], native: Sequence[int]) -> Iterator[_Sum]:
    """Yield the sums that a text states: ``a … b … together c`` and ``c kg …: a kg … b kg``."""
    folded = document.text.folded
    for first, second, third in zip(native, native[1:], native[2:], strict=False):
        spans = [numerals[index].reading for index in (first, second, third)]
        if document.sentence_at(spans[0].start) != document.sentence_at(spans[2].start):
            continue
        units = {unit[1] for span in spans if (unit := _UNIT_BEHIND.match(folded, span.end))}
        if len(units) != 1:
            continue
        if _SUM_AHEAD.search(folded[max(0, spans[2].start - _LOOK) : spans[2].start]):
            yield _Sum((first, second), third)
        elif ":" in folded[spans[0].end : spans[1].start] and len(document.text.reading[slice(*spans[0])]) > 1:
            yield _Sum((second, third), first)


def _checked(sums: Sequence[_Sum], printed: Mapping[int, str], states: Sequence[State]) -> dict[int, set[Number]]:
    """Return for each numeral in a sum what it can be for the sum to come out; nothing where one cannot come out."""
    found: dict[int, set[Number]] = {}
    for one in sums:
        members = (*one.parts, one.whole)
        for state in states:
            readings = [_candidates(printed[index], [state], None) for index in members]
            if math.prod(map(len, readings)) > _MOST_TRIPLES:
                continue
            for a, b, whole in product(*readings):
                if abs(a + b - whole) < _SAME:
                    for index, number in zip(members, (a, b, whole), strict=True):
                        found.setdefault(index, set()).add(number)
    return found


def _marked(
    numeral: Numeral, printed: str, states: Sequence[State], anchor: _Anchor | None, *, proven: bool
) -> Numeral:
    candidates = _candidates(printed, states, anchor)
    sure = proven and len(candidates) == 1
    reason = "The font printed other digits than the text holds: years that cannot be show it."
    if numeral.integrity in {"footnote_mark", "glued_footnote"}:
        reason += " Perhaps a footnote mark."
    return replace(
        numeral,
        value=candidates[0] if sure else None,
        candidates=candidates,
        integrity="font_substituted",
        reason=reason,
    )


def _candidates(printed: str, states: Sequence[State], anchor: _Anchor | None) -> tuple[Number, ...]:
    """Return the numbers that a printed one may stand for, rising; none where they are too many to mean anything."""
    if not states:
        return ()
    before = {shown: preimages(states, int(shown)) for shown in set(printed) - {"."}}
    count = 1
    for shown in printed:
        count *= len(before.get(shown, [0]))
    if count > _MOST_CANDIDATES * (10 if anchor else 1):
        return ()
    numbers: set[Number] = set()
    for digits in product(*(["."] if shown == "." else map(str, before[shown]) for shown in printed)):
        text = "".join(digits)
        number = float(text) if "." in text else int(text)
        if anchor is None or (isinstance(number, int) and _is_year(number, anchor)):
            numbers.add(number)
    return tuple(sorted(numbers))[:_MOST_CANDIDATES]
