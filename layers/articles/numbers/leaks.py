"""Numbers of one article that are the scrambled digits of another.

Who translates an article with scrambled digits copies them. The copy looks sound; that it equals what the other article
*prints*, not what its author wrote, gives it away. Two articles are compared only where their numbers run alike; then a
number of the sound one that stands in line with a scrambled one is suspect when it equals the printed digits, or when it
is a year that the printed one cannot be.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.numbers.numeral import Numeral
    from layers.articles.wording.document import Document

__all__ = ["leaked_numerals"]

_TELLING_DIGITS = 3
_FEWEST_LEAKS = 2
_YEAR = 4
_MISREAD_YEARS = 5
_COPY, _SAME, _NEAR = 3.0, 1.0, 0.3
_THOUSAND = re.compile(r"\s*(?:هزار|тыс|мың|ming|ҳазор)")


def leaked_numerals(
    documents: Sequence[Document], numerals: Mapping[str, Sequence[Numeral]] | None = None
) -> dict[str, tuple[Numeral, ...]]:
    """Return for each document, by id, the numerals that are scrambled digits of another one, marked suspect.

    ``numerals`` gives what :func:`layers.articles.numbers.numerals.find_numerals` found in each, by id, and is found anew where
    it is ``None``. A numeral returned has no value; its candidates are what the other article's numeral may stand for.
    Documents into which nothing leaked are left out.
    """
    if numerals is None:
        from layers.articles.numbers.numerals import find_numerals  # noqa: PLC0415 -- it names this module's function as its own

        numerals = {document.id: find_numerals(document) for document in documents}
    leaked: dict[str, dict[int, Numeral]] = {}
    for source in documents:
        scrambled = [n for n in numerals[source.id] if n.integrity == "font_substituted"]
        if not scrambled:
            continue
        for target in documents:
            if target is source:
                continue
            sound = [n for n in numerals[target.id] if n.integrity == "intact"]
            for numeral in _leaks(source, scrambled, target, sound):
                leaked.setdefault(target.id, {}).setdefault(numeral.start, numeral)
    return {id_: tuple(found[start] for start in sorted(found)) for id_, found in sorted(leaked.items())}


def _leaks(source: Document, scrambled: Sequence[Numeral], target: Document, sound: Sequence[Numeral]) -> list[Numeral]:
    printed = {_key(source, theirs) for theirs in scrambled}
    if len({ours.as_printed for ours in sound if _key(target, ours) in printed}) < _FEWEST_LEAKS:
        return []
    pairs = _aligned(source, scrambled, target, sound)
    copies = [(theirs, ours) for theirs, ours in pairs if _is_copy(source, theirs, target, ours)]
    telling = {
        ours.as_printed for _, ours in copies if len(_digits(ours)) >= _TELLING_DIGITS or _is_share(target, ours)
    }
    if len(telling) < _FEWEST_LEAKS:
        return []
    found = [_suspect(ours, theirs, source, "equals the scrambled digits") for theirs, ours in copies]
    found += [
        _suspect(ours, theirs, source, "is none of the years that can be meant by the scrambled digits")
        for theirs, ours in pairs
        if (theirs, ours) not in copies and _is_misread(theirs, ours)
    ]
    return found


def _key(document: Document, numeral: Numeral) -> tuple[str, bool]:
    """Return what a numeral and its copy have in common, so that most pairs of articles are told apart at once."""
    digits = "".join(str(int(digit)) for digit in _digits(numeral))
    thousands = "000" if _THOUSAND.match(document.text.folded, numeral.reading.end) else ""
    return "".join(sorted(digits + thousands)), _is_share(document, numeral)


def _digits(numeral: Numeral) -> str:
    return "".join(letter for letter in numeral.as_printed if letter.isdigit())


def _is_share(document: Document, numeral: Numeral) -> bool:
    start, end = numeral.reading
    reading = document.text.reading
    return "%" in reading[end : end + 2] or "%" in reading[max(0, start - 2) : start] or "٪" in reading[end : end + 2]


def _is_copy(source: Document, theirs: Numeral, target: Document, ours: Numeral) -> bool:
    """Tell whether a numeral is another's printed digits; a leading zero may have moved, since no number begins so."""
    printed, copy = "".join(str(int(digit)) for digit in _digits(theirs)), _digits(ours)
    if _THOUSAND.match(source.text.folded, theirs.reading.end):
        printed += "000"
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
