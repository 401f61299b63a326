"""Paragraphs and sentences of a text in English, Persian, Russian and Kazakh.

A sentence ends at ``. ! ? ؟ …`` where what follows can begin one, unless the point belongs to an abbreviation, to
initials, to the number of a list's item or to a date. Items of a list and headings are sentences of their own though
nothing closes them.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from layers.articles.wording.text import Span

__all__ = ["paragraph_spans", "sentence_spans"]

_PARAGRAPH = re.compile(r"[^\n](?:[^\n]|\n(?![ \t\r]*\n))*")
_CLOSERS = r"[\"'’”»)\]]*"
_END = re.compile(
    rf"""
      (?P<mark>[.!?؟…]+){_CLOSERS}(?P<note>\d{{1,3}})?(?P<gap>\s+)(?=[\"'‘’“„«(\[—–-]*\s?[^\W_])
    | (?<=\s)(?P<before>[.؟!])(?=[\u0620-\u06D3]{{2}})
    | (?<=[\u0620-\u06D3]{{2}})(?P<tight>[.؟!])(?=[\u0620-\u06D3]{{2}})
    | (?<=[a-zа-яё]{{2}})(?P<glued>[.!?])(?=[A-ZА-ЯЁ][a-zа-яё]+\s)
    | (?P<line>\n)(?=[ \t]*(?:[•▪●◦‣*–—-][ \t]|\(?\d{{1,2}}[.)][ \t]+[^\W\d_]))
    | (?P<short>\n)(?=[ \t]*[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ«“\"\d\u0620-\u06D3])
    """,
    re.VERBOSE,
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_TITLES = _words(
    "mr mrs ms dr prof gen col lt maj capt sgt cpl pvt adm cmdr sen rep gov pres rev hon st mt ft vs cf e.g i.e al approx "
    "ca fig vol ed eds p pp ch sec art op cit viz jan feb mar apr jun jul aug sept sep oct nov dec lt.col brig "
    "им ул пр пл пер просп обл пос дер д с стр см ст т.е т.к т.н напр проф акад ген полк подполк майор капит лейт гос рис "
    "табл ред изд сост ок ср тов гр зам нач о б кв корп оз ж.-д с.-х"
)
"""Abbreviations behind which no sentence ends."""

_ENDINGS = _words(
    "u.s u.n u.k u.a.e a.m p.m etc inc ltd co corp no nos ph.d d.c "
    "г гг в вв тыс млн млрд трлн руб долл коп т.д т.п др пр чел кг км м га т мин сек ч н.э ж жж т.б т.с.с"
)
"""Abbreviations behind which a sentence may end."""

_STARTERS = _words(
    "the a an in on at he she it they we but and this that these those there however for as after before when while if "
    "meanwhile according since from his her its their one some many no by with what who"
)
"""Words that begin a sentence and, with a capital, seldom a name."""

_DANGLING = _words("the a an of and or to in on at by for from with as is was и в на с по из для от о к за не что за")
"""Words with which no row of a table and no heading ends."""

_LAST_WORD = re.compile(r"(?:^|[\s(\[«“\"'—–-])([^\W\d_]+(?:[.\-][^\W\d_]+)*)$")
_NEXT = re.compile(r"[\"'‘’“„«(\[—–-]*\s?([^\W_]+)")
_SPACE = re.compile(r"\s*")
_LOOK_BACK = 200
_OF_YEARS = frozenset(["г", "гг", "в", "вв", "ж"])
_NUMBER_ONLY = re.compile(r"[\s\"'“«(\[]*(?:\d{1,3}|[IVXivx]{1,4}|[A-Za-zА-Яа-я])$")
_LONGEST_ABBREVIATION = 12
_WORDS_BEFORE_YEAR = 5
_SHORT_LINE = 0.6
_FEWEST_ROWS = 3


def paragraph_spans(reading: str) -> tuple[Span, ...]:
    """Return the paragraphs of a text: runs of lines without an empty line between them."""
    return tuple(Span(*match.span()) for match in _PARAGRAPH.finditer(reading) if match[0].strip())


def sentence_spans(reading: str, start: int, end: int, language: str) -> tuple[Span, ...]:
    """Return the sentences of ``reading[start:end]``, which is of one language, without the white space around them.

    The abbreviations of all languages are told apart by their letters, so that ``language`` changes nothing yet.

    >>> text = "Dr. A. Smith left the U.S. Army in Jan. 2014. He came to No. 7 at 9.30 a.m. on Sunday."
    >>> [text[a:b] for a, b in sentence_spans(text, 0, len(text), "en")]
    ['Dr. A. Smith left the U.S. Army in Jan. 2014.', 'He came to No. 7 at 9.30 a.m. on Sunday.']
    """
    del language
    cuts = [start]
    lines = _Lines.of(reading, start, end) if reading.find("\n", start, end) >= 0 else None
    for match in _END.finditer(reading, start, end):
        kind = match.lastgroup
        if kind == "short":
            if lines is None or not lines.closes(reading, cuts[-1], match.start(), match.end()):
                continue
        elif kind in {"gap", "note"} and not _closes(reading, cuts[-1], match):
            continue
        cuts.append(match.end())
    spans = []
    for first, last in pairwise([*cuts, end]):
        piece = reading[first:last]
        if stripped := piece.strip():
            at = first + piece.index(stripped[0])
            spans.append(Span(at, at + len(stripped)))
    return tuple(spans)


class _Lines(NamedTuple):
    """What the lines of a paragraph have in common."""

    longest: int
    rows: bool
    """Whether each line begins as a sentence does and most stay open: the rows of a table, the lines of a list."""

    @classmethod
    def of(cls, reading: str, start: int, end: int) -> _Lines:
        lines = [line.strip() for line in reading[start:end].split("\n")]
        upper = all(line[:1].isupper() or not line[:1].isalpha() for line in lines)
        open_ = sum(line[-1:].isalnum() for line in lines)
        whole = not any(line.rpartition(" ")[2].lower() in _DANGLING for line in lines)
        return cls(max(map(len, lines)), len(lines) >= _FEWEST_ROWS and upper and whole and 2 * open_ >= len(lines))

    def closes(self, reading: str, first: int, at: int, following: int) -> bool:
        """Tell whether the line that ends at ``at`` is a row or a heading: short, open, and a sentence's first line."""
        letter = reading[following : following + 2].strip()[:1]
        if self.rows:
            return True
        begins = max(first, reading.rfind("\n", 0, at) + 1)
        line = reading[begins:at].strip()
        gap = _SPACE.match(reading, first)
        if not line or first > begins or not letter.isupper() or gap is None or gap.end() < begins:
            return False
        word = line.rpartition(" ")[2].lower()
        return len(line) < _SHORT_LINE * self.longest and line[-1].isalnum() and word not in _DANGLING


def _closes(reading: str, first: int, match: re.Match[str]) -> bool:
    """Tell whether a mark with white space behind it ends the sentence that began at ``first``."""
    following = _NEXT.match(reading, match.end())
    word = following[1] if following else ""
    if word[:1].islower():
        return False
    if match["mark"] != ".":
        return True
    before = reading[max(first, match.start() - _LOOK_BACK) : match.start()]
    if _NUMBER_ONLY.match(before) and "\n" not in match["gap"]:
        return False
    last = _LAST_WORD.search(reading, max(first, match.start() - _LONGEST_ABBREVIATION), match.start())
    return last is None or _closes_behind(last[1], word, before)


def _closes_behind(abbreviation: str, word: str, before: str) -> bool:
    """Tell whether a point behind ``abbreviation`` ends a sentence when ``word`` follows."""
    lower = abbreviation.lower()
    if len(abbreviation) == 1 and abbreviation.isupper():
        return word.lower() in _STARTERS
    if lower in _TITLES or (lower in _ENDINGS and word[:1].isdigit()):
        return False
    if lower not in _ENDINGS:
        return True
    if lower.isascii():
        return word.lower() in _STARTERS or lower == "no"
    if lower in _OF_YEARS and not before[: -len(abbreviation)].rstrip()[-1:].isdigit():
        return False  # the г. of a city
    return len(before.split()) > _WORDS_BEFORE_YEAR
