"""Which digit a font may have printed as which, given years and sums that must come out.

A *state* says for each true digit as what it is printed; several may be printed alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["State", "preimages", "solve"]

_BEAM = 200
_MOST_COLLAPSES = 3
_ALIKE = 2
_LIKELY_YEARS = 45
"""So many years before the newest one most of what a text dates lies; older readings come second."""

_TOO_MUCH = 1_000

State = tuple[int, ...]
"""For each true digit 0 to 9 the digit that it is printed as, -1 where that is open."""

_OPEN: State = (-1,) * 10
_Costs = dict[State, int]


def solve(
    years: Sequence[tuple[str, Sequence[int]]],
    sums: Sequence[tuple[str, str, str]] = (),
    marks: Sequence[tuple[str, str]] = (),
) -> list[State]:
    """Return every way in which digits can have been printed as others so that all years and sums come out.

    ``years`` holds printed strings with the years that each can be, ``sums`` triples of printed
    strings of which the third is the sum, ``marks`` pairs of printed and true digits. Of the ways found only those are
    returned in which the fewest digits are printed alike and the fewest years lie far back. Empty where nothing fits.

    >>> {state[1] for state in solve([("7990", range(1975, 2000)), ("7992", range(1975, 2000))])}
    {7}
    """
    costs: _Costs = {_OPEN: 0}
    for printed, true in marks:
        costs = _best({new: cost for state, cost in costs.items() if (new := _with(state, true, printed))}) or costs
    for one, two, whole in sums:
        costs = _best({new: cost for state, cost in costs.items() for new in _adding(state, one, two, whole)}) or costs
    for printed, possible in sorted({(shown, tuple(each)) for shown, each in years}, key=lambda y: (len(y[1]), y[0])):
        newest = max(possible)
        new_costs: _Costs = {}
        for year in possible:
            text, dated = str(year), int(newest - year > _LIKELY_YEARS)
            for state, cost in costs.items():
                if new := _with(state, text, printed):
                    new_costs[new] = min(cost + dated, new_costs.get(new, _TOO_MUCH))
        costs = _best(new_costs) or costs
    if not costs:
        return []
    least = min(_collapses(state) + cost for state, cost in costs.items())
    return sorted(state for state, cost in costs.items() if _collapses(state) + cost == least and state != _OPEN)


def _with(state: State, true: str, printed: str) -> State | None:
    """Return a state in which ``true`` is printed as ``printed`` too, ``None`` where that contradicts it."""
    new = list(state)
    for digit, shown in zip(map(int, true), map(int, printed), strict=True):
        if new[digit] < 0:
            new[digit] = shown
        elif new[digit] != shown:
            return None
    return tuple(new)


def _collapses(state: State) -> int:
    shown = [digit for digit in state if digit >= 0]
    return len(shown) - len(set(shown))


def _best(costs: _Costs) -> _Costs:
    def rank(item: tuple[State, int]) -> tuple[int, int, State]:
        state, cost = item
        return _collapses(state) + cost, sum(digit >= 0 for digit in state), state

    kept = [(state, cost) for state, cost in costs.items() if _collapses(state) <= _MOST_COLLAPSES]
    return dict(sorted(kept, key=rank)[:_BEAM] if len(kept) > _BEAM else kept)


def _adding(state: State, one: str, two: str, whole: str) -> Iterator[State]:
    """Yield the states in which ``one`` + ``two`` = ``whole``, column by column from the right."""
    columns = _columns(one, two, whole)
    stack: list[tuple[int, int, State]] = [(0, 0, state)]
    while stack:
        at, carry, here = stack.pop()
        if at == len(columns):
            if not carry:
                yield here
            continue
        first, second, third = columns[at]
        for a in _may_be(here, first):
            with_first = _put(here, a, first)
            for b in _may_be(with_first, second):
                with_second = _put(with_first, b, second)
                carried, digit = divmod(a + b + carry, 10)
                if digit in _may_be(with_second, third):
                    new = _put(with_second, digit, third)
                    if _collapses(new) <= _collapses(state) + 1:
                        stack.append((at + 1, carried, new))


def _columns(one: str, two: str, whole: str) -> list[tuple[str, str, str]]:
    """Return the columns of a sum from the right; an empty string where a number has no digit in a column."""
    places = max(len(number.partition(".")[2]) for number in (one, two, whole))
    rows = []
    for number in (one, two, whole):
        before, _, behind = number.partition(".")
        rows.append([*reversed(behind.ljust(places, "_")), *reversed(before)])
    width = max(map(len, rows))
    padded = [row + ["_"] * (width - len(row)) for row in rows]
    return [(a.strip("_"), b.strip("_"), c.strip("_")) for a, b, c in zip(*padded, strict=True)]


def _may_be(state: State, printed: str) -> list[int]:
    """Return the digits that may have been printed as ``printed``; a missing digit is a zero."""
    if not printed:
        return [0]
    return [digit for digit in range(10) if state[digit] in {-1, int(printed)}]


def _put(state: State, true: int, printed: str) -> State:
    if not printed or state[true] >= 0:
        return state
    return (*state[:true], int(printed), *state[true + 1 :])


def preimages(states: Sequence[State], shown: int) -> list[int]:
    """Return the digits that may have been printed as ``shown``.

    Where two digits are known to come out alike a third may too, and where none is known any may: each that is not
    sure to be printed as another.
    """
    known = {digit for state in states for digit in range(10) if state[digit] == shown}
    if known and all(state.count(shown) < _ALIKE for state in states):
        return sorted(known)
    first = states[0]
    sure = {digit for digit in range(10) if first[digit] >= 0 and all(state[digit] == first[digit] for state in states)}
    return sorted(known | (set(range(10)) - sure))
