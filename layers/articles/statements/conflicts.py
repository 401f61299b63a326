"""Conflicts: the ledger of what articles state differently, and of agreement that proves nothing.

Versions of one text (:mod:`layers.articles.versions.independence`) are aligned and compared part by part; independent articles are
compared where they state a number of the same thing. Nothing is corrected, and a number that is not to be trusted is
never one side of a difference by its own value: it is listed with how it may be read.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, combinations
from typing import TYPE_CHECKING, Protocol

from layers.articles.statements.alignment import Claiming, align, same_digits
from layers.articles.statements.benchmarks import Benchmark, read_benchmarks
from layers.articles.statements.conflict import ReadConflict, Side
from layers.articles.statements.stated import Stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from layers.articles.statements.alignment import Aligned, Alignment, Printed, Swap
    from layers.articles.statements.claim import ClaimValue, ReadClaim, SlotRole
    from layers.articles.statements.conflict import ConflictTopic
    from layers.articles.statements.stated import Statement

__all__ = ["ReadConflict", "find_conflicts"]

_MANY_VERSIONS = 8
"""In a larger group every version is compared with the first alone."""
_MAX_SIDES = 12
_NEAR_LETTERS = 300
_SURE = 0.6
"""What one version leaves out counts only where two claims are surely the same."""
_ROLES: Mapping[SlotRole, ConflictTopic] = {
    "origin": "origin",
    "transit": "transit",
    "destination": "destination",
    "member": "members",
    "organization": "organization",
}
_CONFUSABLE = frozenset({"production", "consumption", "seizures", "funds", "transit", "trade"})


class Grouped(Claiming, Protocol):
    """What is compared: :class:`layers.articles.reading.Reading` is one."""

    @property
    def independence_group(self) -> str:
        """The article's group (see :func:`layers.articles.versions.independence.independence_groups`)."""


def find_conflicts(
    readings: Sequence[Grouped], benchmarks: Sequence[Benchmark] | None = None
) -> tuple[ReadConflict, ...]:
    """Return the ledger of all articles given, in the order of articles and offsets; empty where all is well.

    ``benchmarks`` are the recorded numbers to hold claims against; ``None`` means those under ``data/``. The readings'
    ids must differ and their groups be known. Readings are asked for one by one: no more than two are held at once, and
    of all of them their ids, groups and numbers.
    """
    recorded = read_benchmarks() if benchmarks is None else benchmarks
    named = sorted((reading.id, reading.independence_group, place) for place, reading in enumerate(readings))
    groups: dict[str, list[int]] = defaultdict(list)
    for _, group, place in named:
        groups[group].append(place)
    versions: list[ReadConflict] = []
    for places in groups.values():
        versions += _denominators(map(readings.__getitem__, places))
        for one, other in _pairs(places):
            versions += _between_versions(readings[one], readings[other])
    stated, outliers = Stated(), list[ReadConflict]()
    for *_, place in named:
        reading = readings[place]
        stated.add(place, reading)
        outliers += _against(reading, recorded)
    sources = (_of_sources(readings, statements) for statements in stated.apart())
    return tuple(sorted(dict.fromkeys(chain(versions, sources, outliers)), key=_place))


def _place(conflict: ReadConflict) -> tuple[object, ...]:
    first = conflict.sides[0]
    return (first.article, first.start or 0, conflict.state, conflict.topic, conflict.reason)


def _pairs(group: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(group) <= _MANY_VERSIONS:
        yield from combinations(group, 2)
    else:
        yield from ((group[0], other) for other in group[1:])


def _side(reading: Claiming, index: int, role: SlotRole | None = None) -> Side:
    """Return a claim as a side: its number, or its places in one role, or all of it."""
    claim = reading.claims[index]
    source = reading.document.text.source
    if role is not None:
        slots = sorted((slot for slot in claim.slots if slot.role == role), key=lambda slot: slot.start)
        printed = "; ".join(source[slot.start : slot.end] for slot in slots)
        start, end = (slots[0].start, slots[0].end) if slots else claim.trigger
        names = ", ".join(claim.names(role)) or "none"
        return Side(reading.id, index, start, end, printed or source[start:end], names)
    if claim.value is not None:
        start, end = claim.stands
        return Side(
            reading.id,
            index,
            start,
            end,
            claim.value.as_printed,
            claim.value.denominator or _told(claim),
            claim.value.candidates,
            claim.value.integrity,
        )
    start, end = claim.trigger
    return Side(reading.id, index, start, end, source[start:end], _told(claim))


def _told(claim: ReadClaim) -> str:
    parts = (
        ("", claim.commodity or claim.relation or claim.type),
        ("from ", ", ".join(claim.origin)),
        ("through ", ", ".join(claim.transit)),
        ("to ", ", ".join(claim.destination)),
        ("of ", ", ".join(claim.names("organization"))),
    )
    return " ".join(word + names for word, names in parts if names)


def _between_versions(one: Grouped, other: Grouped) -> Iterator[ReadConflict]:
    """Compare two versions of one text."""
    alignment = align(one, other)
    told: tuple[list[ReadClaim], list[ReadClaim]] = ([], [])
    for pair in alignment.claims:
        mine, yours = one.claims[pair.first], other.claims[pair.second]
        if mine.value is not None and yours.value is not None:
            told[0].append(mine)
            told[1].append(yours)
            yield from _values(one, other, pair, mine.value, yours.value)
        yield from _slots(one, other, pair)
    yield from _swapped(one, other, alignment.swaps)
    yield from _numbers(one, other, told[0], alignment)
    yield from _numbers(other, one, told[1], None)


def _numbers(
    one: Grouped, other: Grouped, told: Sequence[ReadClaim], alignment: Alignment | None
) -> Iterator[ReadConflict]:
    """Tell of numbers that one version took from the other's damaged digits, or read otherwise.

    Those of the claims in ``told`` have been compared already.

    Such a number of ``one`` is suspect, with the candidates of the number of ``other`` that it stands in line with (see
    :mod:`layers.articles.numbers.leaks`).
    """
    spans = [span for claim in told for span in (claim.trigger, *claim.evidence)]
    for numeral in one.numerals:
        if (
            numeral.integrity != "suspect"
            or not numeral.candidates
            or any(span.start <= numeral.start < span.end for span in spans)
        ):
            continue
        sources = [
            each
            for each in other.numerals
            if each.integrity == "font_substituted" and tuple(each.candidates) == tuple(numeral.candidates)
        ]
        if not sources:
            continue
        expected = alignment.expected(numeral.reading.start) if alignment else 0.0
        source = min(sources, key=lambda each: (abs(each.reading.start - expected), each.start))
        sides = (_number_side(one, numeral), _number_side(other, source))
        if same_digits(_digits(numeral.as_printed), _digits(source.as_printed)):
            reason = "Both print the same digits, which are not to be trusted: they do not confirm each other."
            yield ReadConflict("same_text", "value", sides, reason)
        else:
            reason = "The numbers are printed differently, and no reading of the damaged digits makes them agree."
            yield ReadConflict("conflict", "value", sides, reason)


def _number_side(reading: Claiming, numeral: Printed) -> Side:
    readings = ", ".join(f"{each:g}" for each in numeral.candidates[:_MAX_SIDES])
    return Side(
        reading.id,
        None,
        numeral.start,
        numeral.end,
        numeral.as_printed,
        f"not to be trusted; may be {readings}",
        tuple(map(float, numeral.candidates)),
        numeral.integrity,
    )


def _digits(printed: str) -> str:
    return "".join(str(int(letter)) for letter in printed if letter.isdecimal())


def _values(one: Grouped, other: Grouped, pair: Aligned, mine: ClaimValue, yours: ClaimValue) -> Iterator[ReadConflict]:
    sides = (_side(one, pair.first), _side(other, pair.second))
    if mine.digits and same_digits(mine.digits, yours.digits):
        reason = "Both print the same number, and one was taken from the other: they do not confirm each other."
        if not (mine.is_trusted and yours.is_trusted):
            reason = "Both print the same digits, which are not to be trusted: they do not confirm each other."
        yield ReadConflict("same_text", "value", sides, reason)
    elif mine.is_trusted and yours.is_trusted:
        if _disjoint(mine, yours):
            yield ReadConflict("conflict", "value", sides, "Two versions of one text state different numbers.")
    elif _may_agree(mine, yours):
        yield ReadConflict("same_text", "value", sides, "One number is a reading of the other's damaged digits.")
    else:
        reason = "The numbers are printed differently, and no reading of the damaged digits makes them agree."
        yield ReadConflict("conflict", "value", sides, reason)


def _disjoint(mine: ClaimValue, yours: ClaimValue) -> bool:
    (low, high), (other_low, other_high) = mine.bounds, yours.bounds
    if mine.low is not None and yours.low is not None and mine.best is None and yours.best is None:
        return mine.low != yours.low  # "more than 60" and "more than 75" of one and the same text
    return high < other_low or other_high < low


def _may_agree(mine: ClaimValue, yours: ClaimValue) -> bool:
    """Whether a trusted number, or the printed digits of one, is among the readings of the other."""
    readings = [set(value.candidates) or {float(value.digits or "nan")} for value in (mine, yours)]
    for value, others in ((mine, readings[1]), (yours, readings[0])):
        stated = {each for each in (value.low, value.best, value.high) if each is not None}
        if value.is_trusted and stated & others:
            return True
        if not value.is_trusted and value.digits and float(value.digits) in others:
            return True
    return False


def _slots(one: Grouped, other: Grouped, pair: Aligned) -> Iterator[ReadConflict]:
    """Compare the places and organizations of two claims that tell the same, role by role."""
    mine, yours = one.claims[pair.first], other.claims[pair.second]
    for role, topic in _ROLES.items():
        left, right = mine.keys(role), yours.keys(role)
        missing = (_foreign(mine, yours, role) - _named_near(other, yours)) | (
            _foreign(yours, mine, role) - _named_near(one, mine)
        )
        if not missing or (mine.type == "quantity" and role != "origin"):
            continue
        left_out = not left or not right
        if left_out and not (role == "transit" and pair.score >= _SURE and mine.keys("origin") == yours.keys("origin")):
            continue
        sides = (_side(one, pair.first, role), _side(other, pair.second, role))
        reason = f"One names {sides[0].reading}, the other {sides[1].reading} ({topic})."
        yield ReadConflict("conflict", topic, sides, reason)


def _foreign(mine: ReadClaim, yours: ReadClaim, role: SlotRole) -> frozenset[str]:
    """Return what one claim names in a role and the other does not, neither as the same thing nor by the same name."""
    if any(slot.relative and slot.entity for slot in yours.slots if slot.role == role):
        return frozenset()  # "this region" may be any
    names = {name.casefold() for name in yours.names(role)}
    named = (slot for slot in mine.slots if slot.role == role and not slot.relative)
    return frozenset(slot.key for slot in named if slot.name.casefold() not in names) - yours.keys(role)


def _named_near(reading: Claiming, claim: ReadClaim) -> frozenset[str]:
    """Return what is named close to a claim: what the claim lacks of it was not left out, but not recognized."""
    return frozenset(
        mention.entity or mention.name.casefold()
        for mention in reading.mentions
        if abs(mention.reading.start - claim.order) <= _NEAR_LETTERS
    )


def _swapped(one: Grouped, other: Grouped, swaps: Sequence[Swap]) -> Iterator[ReadConflict]:
    """Tell each pair of organizations that stand for each other once, with every place where they do."""
    by_names: dict[tuple[str, str], list[Swap]] = defaultdict(list)
    for swap in swaps:
        by_names[swap.first.name, swap.second.name].append(swap)
    for (first, second), found in sorted(by_names.items()):
        sides = []
        for swap in found[: _MAX_SIDES // 2]:
            for reading, mention in ((one, swap.first), (other, swap.second)):
                sides.append(Side(reading.id, None, mention.start, mention.end, mention.surface, mention.name))
        reason = f"In the same place one version names {first}, the other {second}; neither is corrected."
        yield ReadConflict("conflict", "entity", tuple(sides), reason)


def _denominators(group: Iterable[Grouped]) -> Iterator[ReadConflict]:
    """List shares of one source that may be taken for each other but are shares of different things."""
    by_basis: dict[str, list[Side]] = defaultdict(list)
    for reading in group:
        for index, claim in enumerate(reading.claims):
            value = claim.value
            if value is not None and value.unit == "percent" and value.basis in _CONFUSABLE:
                by_basis[value.basis].append(_side(reading, index))
    for first, second in combinations(sorted(by_basis), 2):
        sides = [*by_basis[first], *by_basis[second]]
        if not any({each.article for each in by_basis[first]} & {each.article for each in by_basis[second]}):
            continue
        sides.sort(key=lambda side: (side.article, side.start or 0))
        reason = f"One share is of {first}, the other of {second}: they neither contradict nor confirm each other."
        yield ReadConflict("different_denominator", "denominator", tuple(sides[:_MAX_SIDES]), reason)


def _of_sources(readings: Sequence[Grouped], statements: Sequence[Statement]) -> ReadConflict:
    sides = tuple(_side(readings[each.place], each.claim) for each in statements[:_MAX_SIDES])
    return ReadConflict("conflict", "value", sides, "Independent sources state different numbers of the same thing.")


def _against(reading: Claiming, benchmarks: Sequence[Benchmark]) -> Iterator[ReadConflict]:
    """Hold an article's numbers against recorded benchmarks; a damaged one only where none of its readings fits."""
    for index, claim in enumerate(reading.claims):
        for benchmark in benchmarks:
            value = claim.value
            if value is None or not benchmark.bears_on(claim):
                continue
            if value.is_trusted:
                low, high = value.bounds
                if high >= benchmark.low and low <= benchmark.high:
                    continue
            elif not value.candidates or any(benchmark.low <= each <= benchmark.high for each in value.candidates):
                continue
            recorded = Side(benchmark.work, None, None, None, f"{benchmark.low:g}", benchmark.says)
            reason = f"A recorded work says otherwise: {benchmark.says}"
            yield ReadConflict(
                "benchmark_outlier", "benchmark", (_side(reading, index), recorded), reason, work=benchmark.work
            )
