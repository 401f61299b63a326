"""Numbers of a sentence before it is known what they count: in digits and in words, ranges as one, ages told apart."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.amounts.quantity_lexicon import QuantityLexicon
    from layers.articles.numbers.numerals import Numeral
    from layers.articles.wording.document import Document, Sentence, Token

__all__ = ["MULTIPLIER", "Count", "find_counts", "is_age", "is_year"]

MULTIPLIER = 100
"""Words for numbers from here on multiply the number before them."""
_AGE_WORDS = frozenset(
    [
        "years",
        "year-old",
        "летний",
        "летняя",
        "лет",
        "года",
        "ساله",
        "yoshli",
        "yoshdagi",
        "жастағы",
        "жасар",
        "ёшли",
        "ёшдаги",
        "сола",
    ]
)
_UNTIL = frozenset(["to", "and", "до", "и", "-", "–", "تا", "мен"])
_ABBREVIATED = frozenset(["тыс", "млн", "млрд", "mln", "bln", "ming", "минг"])
_GLUED: dict[str, float] = {
    "bn": 1e9,
    "mn": 1e6,
    "mln": 1e6,
    "bln": 1e9,
    "тыс": 1e3,
    "млн": 1e6,
    "млрд": 1e9,
    "мың": 1e3,
}
_GLUED_MONEY: dict[str, float] = {"k": 1e3, "m": 1e6, "b": 1e9, "tn": 1e12}
_CURRENCIES = frozenset("$€£₽₸¥")
_CASE_ENDINGS = (
    "-ден", "-дан", "-тен", "-тан", "-нен", "-нан", "-ға", "-ге", "-қа", "-ке", "-dan", "-tadan", "-ga", "-ta", "-та", "-тадан", "-дан", "-га",
)  # fmt: skip
_TRUSTED = frozenset(["intact", "glued_footnote", "split", "ocr_letters"])
_TO = frozenset(["to", "до", "تا"])
_DASHES = frozenset("-–—")


class Count(NamedTuple):
    """A number in the tokens ``[first:last]``; ``low`` and ``high`` differ in a range."""

    first: int
    last: int
    low: float | None
    high: float | None
    integrity: str


def find_counts(
    document: Document, sentence: Sentence, numerals: dict[int, Numeral], starts: list[int], lexicon: QuantityLexicon
) -> list[Count]:
    """Return the numbers of a sentence, ranges as one."""
    tokens = document.tokens
    numbers = lexicon.numbers.get(sentence.language) or lexicon.numbers["en"]
    counts: list[Count] = []
    at = sentence.first_token
    while at < sentence.last_token:
        token = tokens[at]
        near = bisect_left(starts, token.start)
        if near < len(starts) and starts[near] < token.end:
            numeral = numerals[starts[near]]
            end = numeral.reading.end
            value = numeral.value if numeral.integrity in _TRUSTED else None
            last = at + 1
            while last < sentence.last_token and tokens[last].start < end:
                last += 1
            low = high = float(value) if value is not None else None
            if near + 1 < len(starts) and starts[near + 1] < token.end:  # "5-6" is one word
                second = numerals[starts[near + 1]]
                high = float(second.value) if second.value is not None and second.integrity in _TRUSTED else None
                if low is not None and high is not None and high < low:
                    low, high = high, low  # "20-15": between both, whichever stands first
            glued = _glued_factor(document, tokens, (at, last), end)
            if glued is not None and low is not None:
                low, high = low * glued, (high or low) * glued
            factor = numbers.at(tokens, last, sentence.last_token) if last < sentence.last_token else None
            if factor is not None and factor.value >= MULTIPLIER and factor.last == last + 1 and low is not None:
                low, high, last = low * factor.value, (high or low) * factor.value, factor.last
                if tokens[last - 1].folded in _ABBREVIATED and last < sentence.last_token and tokens[last].text == ".":
                    last += 1  # «48 тыс. тонн»
            counts.append(Count(at, last, low, high, numeral.integrity))
            at = last
            continue
        worded = numbers.at(tokens, at, sentence.last_token)
        if worded is not None:
            high_ = None if worded.is_vague else float(worded.value)
            counts.append(Count(at, worded.last, float(worded.value), high_, "intact"))
            at = worded.last
            continue
        at += 1
    return _ranges(tokens, counts)


def _glued_factor(document: Document, tokens: Sequence[Token], number: tuple[int, int], end: int) -> float | None:
    """Return what letters printed right behind a number multiply it by: "$1.1bn", «5млн»; ``None`` where they do not.

    A single letter does so only behind the sign of a currency: "5m" may be metres.
    """
    at, last = number
    letters = document.text.folded[end : tokens[last - 1].end]
    factor = _GLUED.get(letters)
    if factor is None and at and tokens[at - 1].text in _CURRENCIES:
        factor = _GLUED_MONEY.get(letters)
    return factor


def _ranges(tokens: Sequence[Token], counts: list[Count]) -> list[Count]:
    """Join "20 – 25" into one number."""
    joined: list[Count] = []
    for count in counts:
        before = joined[-1] if joined else None
        if (
            before is not None
            and count.first == before.last + 1
            and (tokens[before.last].text in _DASHES or tokens[before.last].folded in _TO)
            and before.low is not None
            and count.high is not None
            and before.low < count.high
        ):
            joined[-1] = Count(before.first, count.last, before.low, count.high, count.integrity)
        else:
            joined.append(count)
    return joined


def is_age(tokens: Sequence[Token], count: Count, stop: int) -> bool:
    """Whether a number is somebody's age: "Olim, 34, of Osh", "a man of 34", "a 16-year-old boy", «34 лет»."""
    digits, before = tokens[count.first].text, tokens[max(count.first - 1, 0)].folded
    after = tokens[count.last].folded if count.last < stop else ""
    end = tokens[count.last - 1].text
    if (
        after in _AGE_WORDS
        or (end[0].isdigit() and end[-1].isalpha() and not end.lower().endswith(_CASE_ENDINGS))
        or (digits[0].isdigit() and digits[-1].isalpha() and not digits.lower().endswith(_CASE_ENDINGS))
    ):
        return True
    if after in _UNTIL and any(token.folded in _AGE_WORDS for token in tokens[count.last + 2 : count.last + 3]):
        return True  # «от 19 до 26 лет»
    return (
        count.last == count.first + 1
        and digits.isdecimal()
        and (
            (before in {",", "("} and after in {",", ")"})
            or (before in {"of", "aged"} and after in {"", ",", ".", "caught", "was"})
        )
    )


def is_year(digits: str) -> bool:
    """Whether digits look like a year of either calendar."""
    return digits.isdecimal() and len(digits) == len("2019") and digits[:2] in {"18", "19", "20", "13", "14"}
