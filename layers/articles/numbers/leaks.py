"""Numbers of one article that are the scrambled digits of another.

Who translates an article with scrambled digits copies them. The copy looks sound; that it equals what the other article
*prints*, not what its author wrote, gives it away. Two articles are compared only where their numbers run alike; then a
number of the sound one that stands in line with a scrambled one is suspect when it equals the printed digits, or when it
is a year that the printed one cannot be.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layers.articles.numbers.numeral import Numeral
    from layers.articles.wording.document import Document

__all__ = ["Numbered", "leaked_numerals"]

_TELLING_DIGITS = 3
_FEWEST_LEAKS = 2
_YEAR = 4
_MISREAD_YEARS = 5
_COPY, _SAME, _NEAR = 3.0, 1.0, 0.3
_THOUSAND = re.compile(r"\s*(?:هزار|тыс|мың|ming|ҳазор)")


class Numbered(Protocol):
    """What is compared: :class:`layers.articles.reading.Reading` is one."""

    @property
    def document(self) -> Document:
        """The text with its parts."""

    @property
    def numerals(self) -> Sequence[Numeral]:
        """Its numbers, as :func:`layers.articles.numbers.numerals.find_numerals` finds them."""


def leaked_numerals(readings: Sequence[Numbered]) -> dict[str, tuple[Numeral, ...]]:
    """Return for each article, by id, the numerals that are scrambled digits of another one, marked suspect.

    A numeral returned has no value; its candidates are what the other article's numeral may stand for; where several come
    into question it is the first one's. Articles into which nothing leaked are left out. Readings are asked for one by
    one, two are held at once.
    """
    printed = _Printed(readings)
    leaked: dict[str, tuple[Numeral, ...]] = {}
    for place, target in enumerate(readings if printed else ()):
        sound = [numeral for numeral in target.numerals if numeral.integrity == "intact"]
        found: dict[int, Numeral] = {}
        for at in printed.alike(target.document, sound):
            if at != place:
                source = readings[at]
                for numeral in _leaks(source.document, _scrambled(source), target.document, sound):
                    found.setdefault(numeral.start, numeral)
        if found:
            leaked[target.document.id] = tuple(found[start] for start in sorted(found))
    return dict(sorted(leaked.items()))


def _scrambled(reading: Numbered) -> list[Numeral]:
    return [numeral for numeral in reading.numerals if numeral.integrity == "font_substituted"]


class _Printed:
    """Which articles print which scrambled digits, so that an article is compared with those alone whose it may have copied."""

    def __init__(self, readings: Sequence[Numbered]) -> None:
        self._places: dict[tuple[str, bool], array[int]] = {}
        for place, reading in enumerate(readings):
            keys = {key for theirs in _scrambled(reading) for key in self._copies(reading.document, theirs)}
            for key in keys:
                self._places.setdefault(key, array("L")).append(place)

    def __bool__(self) -> bool:
        return bool(self._places)

    def alike(self, target: Document, sound: Sequence[Numeral]) -> list[int]:
        """Return the places of articles of whose digits a text may have enough telling copies, ascending."""
        held: dict[int, set[str]] = {}
        for ours in sound:
            if _is_telling(target, ours):
                copy, is_share = _digits(ours), _is_share(target, ours)
                for key in ((copy, is_share), (_MOVED + "".join(sorted(copy)), is_share)):
                    for place in self._places.get(key, ()):
                        held.setdefault(place, set()).add(ours.as_printed)
        return sorted(place for place, copies in held.items() if len(copies) >= _FEWEST_LEAKS)

    @staticmethod
    def _copies(source: Document, theirs: Numeral) -> Iterator[tuple[str, bool]]:
        """Yield what copies of a number look like, see :func:`_is_copy`: all alike where a leading zero may have moved."""
        printed, is_share = _printed(source, theirs), _is_share(source, theirs)
        yield printed, is_share
        if printed.startswith("0"):
            yield _MOVED + "".join(sorted(printed)), is_share


_MOVED = "sorted "


def _leaks(source: Document, scrambled: Sequence[Numeral], target: Document, sound: Sequence[Numeral]) -> list[Numeral]:
    pairs = _aligned(source, scrambled, target, sound)
    copies = [(theirs, ours) for theirs, ours in pairs if _is_copy(source, theirs, target, ours)]
    if len({ours.as_printed for _, ours in copies if _is_telling(target, ours)}) < _FEWEST_LEAKS:
        return []
    found = [_suspect(ours, theirs, source, "equals the scrambled digits") for theirs, ours in copies]
    found += [
        _suspect(ours, theirs, source, "is none of the years that can be meant by the scrambled digits")
        for theirs, ours in pairs
        if (theirs, ours) not in copies and _is_misread(theirs, ours)
    ]
    return found


def _is_telling(document: Document, numeral: Numeral) -> bool:
    return len(_digits(numeral)) >= _TELLING_DIGITS or _is_share(document, numeral)


def _printed(document: Document, numeral: Numeral) -> str:
    """Return the digits of a number with its thousands, as a copy of it would have them."""
    digits = "".join(str(int(digit)) for digit in _digits(numeral))
    return digits + "000" if _THOUSAND.match(document.text.folded, numeral.reading.end) else digits


def _digits(numeral: Numeral) -> str:
    return "".join(letter for letter in numeral.as_printed if letter.isdigit())


def _is_share(document: Document, numeral: Numeral) -> bool:
    start, end = numeral.reading
    reading = document.text.reading
    return "%" in reading[end : end + 2] or "%" in reading[max(0, start - 2) : start] or "٪" in reading[end : end + 2]


def _is_copy(source: Document, theirs: Numeral, target: Document, ours: Numeral) -> bool:
    """Tell whether a numeral is another's printed digits; a leading zero may have moved, since no number begins so."""
    printed, copy = _printed(source, theirs), _digits(ours)
    if _is_share(source, theirs) != _is_share(target, ours):
        return False
    if printed == copy:
        return len(copy) >= _TELLING_DIGITS or _is_share(target, ours)
    if not printed.startswith("0") or len(printed) != len(copy) or len(copy) < _TELLING_DIGITS:
        return False
    rest = printed.lstrip("0")
    zeros = len(printed) - len(rest)
    return copy.replace("0", "", zeros) == rest and not copy.startswith("0")


def _is_misread(theirs: Numeral, ours: Numeral) -> bool:
    """Tell whether a numeral is a year of the time that a scrambled one means, but none of the years that it can be."""
    if len(ours.as_printed) != _YEAR or not isinstance(ours.value, int) or ours.value in theirs.candidates:
        return False
    return bool(theirs.candidates) and _years_off(theirs, ours) <= _MISREAD_YEARS


def _years_off(theirs: Numeral, ours: Numeral) -> float:
    return min(abs((ours.value or 0) - year) for year in theirs.candidates)


def _suspect(ours: Numeral, theirs: Numeral, source: Document, how: str) -> Numeral:
    thousands = len(_digits(ours)) > len(_digits(theirs)) and _THOUSAND.match(source.text.folded, theirs.reading.end)
    return replace(
        ours,
        value=None,
        candidates=tuple(1000 * each for each in theirs.candidates) if thousands else theirs.candidates,
        integrity="suspect",
        reason=f"{ours.as_printed} {how} {theirs.as_printed} of {source.id or 'another article'}.",
    )


def _aligned(
    source: Document, scrambled: Sequence[Numeral], target: Document, sound: Sequence[Numeral]
) -> list[tuple[Numeral, Numeral]]:
    """Return pairs of numerals that stand in line in both texts: the best row of likenesses that never crosses."""
    rows, columns = len(scrambled), len(sound)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    likeness = [[_likeness(source, theirs, target, ours) for ours in sound] for theirs in scrambled]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            together = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    pairs = []
    i = j = 0
    while i < rows and j < columns:
        if likeness[i][j] and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            pairs.append((scrambled[i], sound[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likeness(source: Document, theirs: Numeral, target: Document, ours: Numeral) -> float:
    if _is_copy(source, theirs, target, ours):
        return _COPY
    if _is_share(source, theirs) != _is_share(target, ours) or len(ours.as_printed) != _YEAR:
        return 0.0
    if _is_cited(source, theirs) or _is_cited(target, ours):
        return 0.0
    if ours.value in theirs.candidates:
        return _SAME
    return _NEAR - 0.01 * _years_off(theirs, ours) if _is_misread(theirs, ours) else 0.0


def _is_cited(document: Document, numeral: Numeral) -> bool:
    """Tell whether a numeral stands in brackets or before a page number, as the year of a work does."""
    start, end = numeral.reading
    reading = document.text.reading
    behind = reading[end : end + 3].lstrip()[:1]
    return behind in {")", "]", ":", "("} or reading[max(0, start - 1) : start] in {"(", "["}
