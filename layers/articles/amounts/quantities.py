"""Quantities: how much and how many a text says, with the unit, the substance or the people, and what became of them.

A number counts only with a unit, a substance, people or an outcome beside it. "More than" and "up to" give an open bound,
ranges both. A number whose digits are suspect, or that is a footnote mark, gives no value: only what is printed.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from layers.articles.amounts.counts import MULTIPLIER, Count, find_counts, is_age, is_year
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers.articles.amounts.quantity_lexicon import QuantityLexicon, QuantityWord
    from layers.articles.dating.date_mention import DateMention
    from layers.articles.numbers.numerals import Numeral
    from layers.articles.wording.document import Document, Sentence, Token
    from layers.articles.wording.phrases import Hit

__all__ = ["Quantity", "find_quantities"]

_REACH = 5
"""So many words after a number may stand before the word that says what it counts."""
_REACH_BACK = 6
_BESIDE = 2
_PERSON_OR_TONNE = "تن"
"""Persian for "persons" and "tonnes" alike: tonnes only beside a substance or freight, or by the million."""
_FREIGHT = frozenset(
    ["کالا", "کالای", "کالاهای", "بار", "محموله", "گندم", "ارد", "برنج", "نفت", "سوخت", "سیمان", "کود", "زغال", "مس"]
)
_MILLION = 1_000_000
_STOPS = frozenset(".;:!?|()•\n")
_ANDS = frozenset(["and", "и", "و", "және", "мен", "va", "ва", "as well as", "а также"])
_COMMAS = frozenset(",،")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it measures.

    ``unit`` is ``"kg"``, ``"litre"``, ``"tablet"``, ``"person"``, an ISO 4217 code …, ``"unit"`` where a thing is only
    counted. ``dimension`` is mass, volume, count, area, length, share, money or persons. ``low``, ``best``, ``high`` are in
    that unit, ``None`` where open or not to be trusted. ``substance`` is a row of the lexicon, ``outcome`` is killed,
    injured, arrested, hostage or ``None``. ``reading`` is where number and unit stand in the reading.
    """

    reading: Span
    as_printed: str
    dimension: str
    unit: str
    low: float | None
    best: float | None
    high: float | None
    substance: str | None = None
    outcome: str | None = None
    integrity: str = "intact"

    def to_json(self) -> dict[str, Any]:
        """Return the quantity as the public contract has it."""
        return {
            "what": self.outcome or self.substance or self.dimension,
            "as_printed": self.as_printed,
            "unit": self.unit,
            "low": self.low,
            "best": self.best,
            "high": self.high,
            "integrity": self.integrity,
        }


def find_quantities(
    document: Document, numerals: Sequence[Numeral], lexicon: QuantityLexicon, dates: Sequence[DateMention] = ()
) -> tuple[Quantity, ...]:
    """Return the quantities of a document in order; the digits of ``dates`` count nothing.

    >>> from layers.articles.wording.document import Document
    >>> from layers.articles.numbers.numerals import find_numerals
    >>> from layers.articles.amounts.quantity_lexicon import QuantityLexicon
    >>> document = Document.of("Guards found more than 2 kg 600 g of heroin; three men were killed.")
    >>> found = find_quantities(document, find_numerals(document), QuantityLexicon.read())
    >>> [(each.best, each.unit, each.substance, each.outcome) for each in found]
    [(2.6, 'kg', 'heroin', None), (3, 'person', None, 'killed')]
    """
    dated = [each.reading for each in dates]
    dated_from = [span.start for span in dated]

    def is_dated(index: int) -> bool:
        at = bisect_right(dated_from, index) - 1
        return at >= 0 and index < dated[at].end

    starts = sorted(numeral.reading.start for numeral in numerals)
    known = {numeral.reading.start: numeral for numeral in numerals}
    found: list[Quantity] = []
    for sentence in document.sentences:
        found += _in_sentence(document, sentence, known, starts, lexicon, is_dated)
    return tuple(found)


def _in_sentence(
    document: Document,
    sentence: Sentence,
    numerals: dict[int, Numeral],
    starts: list[int],
    lexicon: QuantityLexicon,
    is_dated: Callable[[int], bool],
) -> list[Quantity]:
    index = lexicon.indexes.get(sentence.language) or lexicon.indexes["en"]
    tokens = document.tokens
    first, last = sentence.first_token, sentence.last_token
    counts = find_counts(document, sentence, numerals, starts, lexicon)
    if not counts:
        return []
    words: dict[int, list[Hit[QuantityWord]]] = {}
    for hit in index.find(tokens, first, last):
        words.setdefault(hit.first, []).append(hit)
    if not words:
        return []
    found: list[Quantity] = []
    previous: Count | None = None
    for count, following in zip(counts, [*counts[1:], None], strict=True):
        stop = following.first if following is not None else last
        quantity = _quantity(document, count, words, (first, stop, previous.last if previous else first), lexicon)
        previous = count
        if quantity is None or is_dated(tokens[count.first].start):
            continue
        if found and quantity.dimension == "persons" and quantity.outcome is None:
            between = document.text.folded[found[-1].reading.end : quantity.reading.start].strip()
            if found[-1].dimension == "persons" and between in _ANDS:
                quantity = replace(quantity, outcome=found[-1].outcome)  # "killed two guards and one driver"
        if found and _is_rest(found[-1], quantity, document):
            found[-1] = _joined(found[-1], quantity, document)
        else:
            found.append(quantity)
    return found


def _quantity(
    document: Document,
    count: Count,
    words: dict[int, list[Hit[QuantityWord]]],
    reach: tuple[int, int, int],
    lexicon: QuantityLexicon,
) -> Quantity | None:
    tokens = document.tokens
    first, stop, back = reach
    unit, unit_last = _unit(count, words, tokens, stop)
    money = _money_before(count, words, tokens, lexicon)
    unit = money or unit
    if unit is None and count.integrity == "footnote_mark":
        return None
    if unit == "g" and count.first + 1 == count.last and is_year(tokens[count.first].text):
        return None  # «2018 г.» is a year
    ahead = _words_ahead(words, tokens, count.last, min(stop, (unit_last or count.last) + _REACH))
    substance = next((hit.label.name for hit in ahead if hit.label.kind == "substance"), None)
    if unit == "t" and tokens[unit_last - 1].folded == _PERSON_OR_TONNE and substance is None:
        following = tokens[unit_last].folded if unit_last < stop else ""
        is_weighed = following == "و" and any(
            hit.label == ("unit", "kg") for at in (unit_last + 2, unit_last + 3) for hit in words.get(at, ())
        )  # «یک تن و ۸۵۰ کیلوگرم»
        unit = unit if is_weighed or following in _FREIGHT or (count.low or 0) >= _MILLION else None
    if unit is not None:
        measure = lexicon.units[unit]
        end = tokens[unit_last - 1].end if unit_last else tokens[count.last - 1].end
        measured = measure.dimension in {"mass", "volume", "count"}
        if measured and substance is None:
            substance = _substance_before(words, tokens, max(back, count.first - _REACH), count.first)
        low, best, high = _bounded(count, words, first, measure.factor)
        start = tokens[count.first].start
        printed = document.text.reading[start:end]
        kept = substance if measured else None
        span = Span(start, end)
        return Quantity(span, printed, measure.dimension, measure.base, low, best, high, kept, None, count.integrity)
    return _persons(document, count, words, (first, stop, back), ahead)


def _persons(
    document: Document,
    count: Count,
    words: dict[int, list[Hit[QuantityWord]]],
    reach: tuple[int, int, int],
    ahead: list[Hit[QuantityWord]],
) -> Quantity | None:
    tokens = document.tokens
    first, stop, back = reach
    person = next((hit for hit in ahead if hit.label.kind == "person"), None)
    is_round = count.low is not None and count.low % MULTIPLIER == 0
    if is_year(tokens[count.first].text) and not (is_round and person is not None and person.first == count.last):
        return None
    if is_age(tokens, count, stop) or _is_of_things(words, count, person):
        return None
    outcome = _outcome_among(ahead, tokens)
    led = _outcome_before(words, tokens, max(back, count.first - _BESIDE), count.first, False)
    if led is not None and (outcome is None or _is_parted(tokens, count, ahead)):
        outcome = led
    if person is not None and outcome is None:
        rest = _words_ahead(words, tokens, person.last, min(stop, person.last + _REACH))
        outcome = _outcome_among(rest, tokens)
    if outcome is None and (person is not None or not any(hit.label.kind == "substance" for hit in ahead)):
        outcome = _outcome_before(words, tokens, max(back, count.first - _REACH_BACK), count.first, person is not None)
    if person is None and outcome in {None, "hostage"}:
        return None
    if person is not None and _is_beyond(person, ahead):
        person = None  # "six others wounded when militants came"
    low, best, high = _bounded(count, words, first, 1)
    start, end = tokens[count.first].start, tokens[(person.last if person else count.last) - 1].end
    printed = document.text.reading[start:end]
    return Quantity(Span(start, end), printed, "persons", "person", low, best, high, None, outcome, count.integrity)


def _is_of_things(words: dict[int, list[Hit[QuantityWord]]], count: Count, person: Hit[QuantityWord] | None) -> bool:
    """Whether what is counted are things: "two rifles", "3 armoured vehicles", «۲ دستگاه»."""
    return any(
        hit.label.kind == "thing" and (person is None or hit.first < person.first)
        for at in (count.last, count.last + 1)
        for hit in words.get(at, ())
    )


def _is_beyond(person: Hit[QuantityWord], ahead: Sequence[Hit[QuantityWord]]) -> bool:
    """Whether a word for people is parted from the number by an outcome and more."""
    return any(hit.label.kind == "outcome" and hit.last < person.first for hit in ahead)


def _is_parted(tokens: Sequence[Token], count: Count, ahead: Sequence[Hit[QuantityWord]]) -> bool:
    """Whether a comma stands between a number and the outcome after it: "убиты двое, ранены пятеро"."""
    outcome = next(hit for hit in ahead if hit.label.kind == "outcome")
    return any(token.text in _COMMAS for token in tokens[count.last : outcome.first])


def _unit(
    count: Count, words: dict[int, list[Hit[QuantityWord]]], tokens: Sequence[Token], stop: int
) -> tuple[str | None, int]:
    """Return the unit right after a number, "kg" or the like with at most one word between, and where it ends."""
    for at in range(count.last, min(count.last + 2, stop)):
        for hit in words.get(at, ()):
            if hit.label.kind == "unit":
                return hit.label.name, hit.last
        if tokens[at].text in _STOPS or tokens[at].text == ",":
            break
    return None, 0


def _money_before(
    count: Count, words: dict[int, list[Hit[QuantityWord]]], tokens: Sequence[Token], lexicon: QuantityLexicon
) -> str | None:
    """Return the currency whose sign or code stands right before a number: "$15 million"."""
    printed = tokens[count.first - 1].text if count.first else ""
    for hit in words.get(count.first - 1, ()):
        if hit.label.kind == "unit" and lexicon.units[hit.label.name].dimension == "money" and hit.last == count.first:
            if printed.isalpha() and not (printed.isascii() and printed.isupper()):
                continue  # a word belongs to the number before it
            return hit.label.name
    return None


def _words_ahead(
    words: dict[int, list[Hit[QuantityWord]]], tokens: Sequence[Token], first: int, last: int
) -> list[Hit[QuantityWord]]:
    """Return the words of measure among the tokens ``[first:last]``, up to the end of the clause."""
    found: list[Hit[QuantityWord]] = []
    for at in range(first, last):
        if tokens[at].text in _STOPS:
            break
        found += words.get(at, ())
    return found


def _outcome_among(ahead: Sequence[Hit[QuantityWord]], tokens: Sequence[Token]) -> str | None:
    """Return the first outcome behind a number; a participle looks ahead: "attacked seven cyclists, killing four"."""
    return next(
        (
            hit.label.name
            for hit in ahead
            if hit.label.kind == "outcome" and not tokens[hit.last - 1].folded.endswith("ing")
        ),
        None,
    )


def _outcome_before(
    words: dict[int, list[Hit[QuantityWord]]], tokens: Sequence[Token], first: int, last: int, are_people: bool
) -> str | None:
    """Return the nearest outcome before a number, within its clause; over a comma only if the number counts people."""
    last -= last - 1 > first and tokens[last - 1].text == ":"  # "Killed: 4"
    for at in range(last - 1, first - 1, -1):
        for hit in words.get(at, ()):
            if hit.label.kind == "outcome":
                return hit.label.name
        if tokens[at].text in _STOPS or (not are_people and tokens[at].text in _COMMAS):
            break
    return None


def _substance_before(
    words: dict[int, list[Hit[QuantityWord]]], tokens: Sequence[Token], first: int, last: int
) -> str | None:
    """Return the substance named before a number, as lists do: "Heroin: 25 kg"."""
    for at in range(last - 1, first - 1, -1):
        for hit in words.get(at, ()):
            if hit.label.kind == "substance":
                return hit.label.name
        if tokens[at].text in ".;!?":
            break
    return None


def _bounded(
    count: Count, words: dict[int, list[Hit[QuantityWord]]], first: int, factor: float
) -> tuple[float | None, float | None, float | None]:
    low, high = count.low, count.high
    if low is None:
        return None, None, None
    low = _rounded(low * factor)
    if high is None:
        return low, None, None
    high = _rounded(high * factor)
    if low != high:
        return low, None, high
    bounds = [
        hit.label.name
        for at in range(max(first, count.first - 4), count.first)
        for hit in words.get(at, ())
        if hit.label.kind == "bound" and hit.last == count.first
    ]
    bounds += [
        hit.label.name
        for at in range(count.last, count.last + 2)
        for hit in words.get(at, ())
        if hit.label.kind == "bound" and hit.label.name == "at_least"
    ]
    if "at_least" in bounds:
        return low, low, None
    if "up_to" in bounds:
        return None, low, low
    return low, low, low


def _rounded(value: float) -> float:
    rounded = round(float(value), 6)
    return int(rounded) if rounded.is_integer() else rounded


def _is_rest(before: Quantity, after: Quantity, document: Document) -> bool:
    """Whether a quantity goes on with the smaller unit of the one before: "2 kg 600 g"."""
    between = document.text.reading[before.reading.end : after.reading.start]
    return (
        before.dimension == after.dimension == "mass"
        and between.strip() in {"", "و", "and", "и"}
        and before.best is not None
        and after.best is not None
        and after.best < before.best
        and (before.substance is None or after.substance is None or before.substance == after.substance)
    )


def _joined(before: Quantity, after: Quantity, document: Document) -> Quantity:
    start, end = before.reading.start, after.reading.end
    best = _rounded((before.best or 0) + (after.best or 0))
    return replace(
        before,
        reading=Span(start, end),
        as_printed=document.text.reading[start:end],
        low=best if before.low is not None else None,
        best=best,
        high=best if before.high is not None else None,
        substance=before.substance or after.substance,
    )
