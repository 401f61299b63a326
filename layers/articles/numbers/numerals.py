"""Numbers in digits, each with a word on whether it can be trusted.

Every digit string of a text is a :class:`Numeral`, but those in addresses of the web and of mail. A date gives one for
each of its parts, a range one for each end. What extraction does to numbers is told apart: a footnote mark glued to a
word or to a number, a number split by a line's end, letters that a scanner took for digits, a font whose digits came
out as other digits (:mod:`layers.articles.numbers.scrambling`). Numbers in words stand in no danger of this kind.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from layers.articles.numbers.footnotes import note_numerals
from layers.articles.numbers.numeral import Integrity, Number, Numeral
from layers.articles.numbers.scrambling import unscramble
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from layers.articles.wording.document import Document

__all__ = ["Integrity", "Number", "Numeral", "find_numerals"]

_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\bdoi:\s?\S+|\S+@\S+\.\w+", re.IGNORECASE)

_PRINTED = re.compile(
    r"""
    (?=\d|l\d)(?:
      (?P<hyphened>(?<!\d)\d{1,3}-\n[ \t]*\d{1,3}(?!\d))
    | (?P<broken>(?<![\d.,/-])\d{1,3}\n[ \t]*0{2,3}(?!\d))
    | (?P<date>(?<!\d)\d{1,4}(?:(?:\.\d{1,2}\.)|(?:/\d{1,2}/))\d{2,4}(?!\d))
    | (?P<scanned>(?<!\w)(?:l\d{1,3}|\d+[OОo](?:[\dOОo]*[\dOО])?|\d+[OО]+)(?!\w))
    | (?P<grouped>(?<![\d.,])\d{1,3}(?:,\d{3}|\u066C\d{3}|'\d{3})+(?:[.\u066B]\d+)?(?!\d))
    | (?P<dotted>(?<![\d.,])\d{1,3}(?:\.\d{3}){2,}(?!\d))
    | (?P<spaced>(?<![\d.,/:-])[1-9]\d{0,2}(?:\ \d{3})+(?![\d]))
    | (?P<decimal>(?<![\d.,/])\d+[.,\u066B/]\d+(?![\d/]|[.,]\d))
    | (?P<plain>\d+)
    )
    """,
    re.VERBOSE,
)

_SUPERSCRIPT = re.compile("[⁰¹²³⁴-⁹]")
_NATIVE = re.compile(r"[\u0660-\u0669\u06F0-\u06F9]")
_UNIT_BEFORE_POWER = re.compile(r"(?:\b|\d)(?:[kcm]?m|[кс]?м)$", re.IGNORECASE)
_COMMA_DECIMAL = frozenset({"ru", "kk", "uz", "tg", "fa"})
_YEAR_DIGITS = 4
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATED = re.compile(rf"\b(?:{_MONTHS})\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?$")
_EARLIEST_YEAR, _LATEST_YEAR = 1000, 2100
_LOOK_BACK = 24
_DECIMALS_BEHIND_SLASH = 2


def find_numerals(document: Document) -> tuple[Numeral, ...]:
    """Return the numerals of a text in reading order.

    >>> from layers.articles.wording.document import Document
    >>> [(n.as_printed, n.value, n.integrity) for n in find_numerals(Document.of("On l8 May 1,200 of 2.5 million fled."))]
    [('l8', 18, 'ocr_letters'), ('1,200', 1200, 'intact'), ('2.5', 2.5, 'intact')]
    """
    reading = document.text.reading
    found = [
        numeral for match in _PRINTED.finditer(_without_addresses(reading)) for numeral in _numerals(document, match)
    ]
    return unscramble(document, note_numerals(document, found))


def _without_addresses(reading: str) -> str:
    if "://" not in reading and "@" not in reading and "www." not in reading and "doi:" not in reading:
        return reading
    return _ADDRESS.sub(lambda match: " " * len(match[0]), reading)


def _numerals(document: Document, match: re.Match[str]) -> list[Numeral]:
    kind, (start, end), printed = match.lastgroup or "plain", match.span(), match[0]
    if kind == "plain":
        return _plain(document, start, end)
    if kind == "hyphened":
        return _hyphened(document, start, end, printed)
    if kind == "decimal":
        return _decimal(document, start, end, printed)
    if kind == "date" or (kind == "spaced" and not _is_spaced(document, start, end)):
        return _parts(document, start, printed)
    return [_whole(document, start, end, printed, kind)]


def _whole(document: Document, start: int, end: int, printed: str, kind: str) -> Numeral:
    """Return what is one number for all that stands between its digits."""
    if kind == "broken":
        whole, first = int("".join(printed.split())), int(printed.split("\n", maxsplit=1)[0])
        return _numeral(document, start, end, whole, "split", "A line ends inside the number.", (first, whole))
    if kind == "scanned":
        value = int(re.sub("[OОo]", "0", printed).replace("l", "1"))
        return _numeral(document, start, end, value, "ocr_letters", "A scanner took digits for letters.")
    plain = re.sub("[,'\u066c ]" if kind == "grouped" else "[,.'\u066c ]", "", printed).replace("\u066b", ".")
    return _numeral(document, start, end, float(plain) if "." in plain else int(plain))


def _numeral(
    document: Document,
    start: int,
    end: int,
    value: Number | None,
    integrity: Integrity = "intact",
    reason: str = "",
    candidates: tuple[Number, ...] | None = None,
) -> Numeral:
    spans = document.spans(start, end)
    first, last = spans[0].start, spans[-1].end
    if first >= last or len(spans) > 1:
        first, last = spans[0]
    known = () if value is None else (value,)
    return Numeral(
        first,
        last,
        document.text.source[first:last],
        value,
        known if candidates is None else candidates,
        integrity,
        reason,
        Span(start, end),
    )


def _parts(document: Document, start: int, printed: str) -> list[Numeral]:
    """Return each digit string of a date, a range or a list as a numeral of its own."""
    return [
        _numeral(document, start + part.start(), start + part.end(), _int(part[0]))
        for part in re.finditer(r"\d+", printed)
    ]


def _int(digits: str) -> int:
    return int(digits[:_LONGEST])


_LONGEST = 300
"""Digits; what is longer is no number that anybody wrote down to be read."""


def _plain(document: Document, start: int, end: int) -> list[Numeral]:
    source = document.text.source
    printed = document.text.reading[start:end]
    numeral = _numeral(document, start, end, _int(printed))
    if _SUPERSCRIPT.match(source, numeral.start):
        if _UNIT_BEFORE_POWER.search(document.text.reading, max(0, start - 3), start):
            return []
        return [replace(numeral, value=None, integrity="footnote_mark", reason="Printed above the line.")]
    if len(printed) == _YEAR_DIGITS and not _EARLIEST_YEAR <= int(printed) <= _LATEST_YEAR:
        before = document.text.folded[max(0, start - _LOOK_BACK) : start]
        if _DATED.search(before):
            return [replace(numeral, value=None, integrity="suspect", reason="No year can be this.")]
    return [numeral]


def _hyphened(document: Document, start: int, end: int, printed: str) -> list[Numeral]:
    digits = re.findall(r"\d+", printed)
    whole = int("".join(digits))
    is_year = sum(map(len, digits)) == _YEAR_DIGITS and _EARLIEST_YEAR < whole < _LATEST_YEAR
    if not is_year:
        return _parts(document, start, printed)
    return [_numeral(document, start, end, whole, "split", "A line ends inside the number.")]


def _decimal(document: Document, start: int, end: int, printed: str) -> list[Numeral]:
    separator = next(letter for letter in printed if not letter.isdigit())
    whole, fraction = printed.split(separator)
    tongue = _language_at(document, start)
    if separator == "/":
        native = _NATIVE.match(document.text.source, document.spans(start, start + 1)[0].start)
        if not native or tongue != "fa" or len(fraction) > _DECIMALS_BEHIND_SLASH:
            return _parts(document, start, printed)
    elif separator == "," and tongue not in _COMMA_DECIMAL:
        return _parts(document, start, printed)
    if len(whole) > _LONGEST:
        return _parts(document, start, printed)
    return [_numeral(document, start, end, float(f"{whole}.{fraction}"))]


def _is_spaced(document: Document, start: int, end: int) -> bool:
    """Tell whether spaces part thousands here: as Russian does, or with a space that does not break."""
    if _language_at(document, start) in _COMMA_DECIMAL:
        return True
    first, last = document.spans(start, end)[0].start, document.spans(start, end)[-1].end
    return " " not in document.text.source[first:last]


def _language_at(document: Document, index: int) -> str:
    sentence = document.sentence_at(index)
    return sentence.language if sentence else document.language
