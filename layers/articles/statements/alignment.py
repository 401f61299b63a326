"""Alignment: which place of one article tells the same as which place of another version of it, across languages.

Two versions name the same places and organizations in about the same order. Where they run alike they are anchors;
between anchors a letter of one text is taken to lie where the letter of the other does.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import exp
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from layers.articles.mention import Mention
    from layers.articles.statements.claim import ReadClaim, SlotRole
    from layers.articles.wording.document import Document
    from layers.articles.wording.text import Span

__all__ = ["Aligned", "Alignment", "Claiming", "Printed", "Swap", "align", "same_digits"]

_MAX_MENTIONS = 1500
"""Mentions behind these are not aligned: the time taken may grow with the square of their number."""
_MIN_BLOCK = 2
_NEAR_LETTERS = 1200.0
_MIN_SCORE = 0.45
_GAP_MENTIONS = 3
_BESIDE_LETTERS = 700
_OFTEN = 2
_SLOT_ROLES: tuple[SlotRole, ...] = ("origin", "transit", "destination", "member", "organization")


class Printed(Protocol):
    """What is needed of a number: :class:`layers.articles.numbers.numeral.Numeral` is one."""

    @property
    def start(self) -> int:
        """Its offset into the source."""

    @property
    def end(self) -> int:
        """Its end in the source."""

    @property
    def as_printed(self) -> str:
        """The letters of the source."""

    @property
    def candidates(self) -> Sequence[float]:
        """What it may say."""

    @property
    def integrity(self) -> str:
        """``"intact"``, or what is wrong with it."""

    @property
    def reading(self) -> Span:
        """Where it stands in the reading."""


class Claiming(Protocol):
    """What is aligned: :class:`layers.articles.reading.Reading` is one."""

    @property
    def id(self) -> str:
        """The article's id."""

    @property
    def document(self) -> Document:
        """The text with its parts."""

    @property
    def mentions(self) -> Sequence[Mention]:
        """Its places and organizations."""

    @property
    def numerals(self) -> Sequence[Printed]:
        """Its numbers."""

    @property
    def claims(self) -> Sequence[ReadClaim]:
        """What it claims."""


class Aligned(NamedTuple):
    """A claim of the first article and the claim of the second that tells the same, by index; ``score`` is 0 to 1."""

    first: int
    second: int
    score: float


class Swap(NamedTuple):
    """Two organizations that stand in the same place of two versions."""

    first: Mention
    second: Mention


@dataclass(frozen=True, slots=True)
class Alignment:
    """How two versions of one article lie beside each other.

    ``claims`` are sorted by index; ``swaps`` by where they stand in the first article; ``anchors`` are pairs of letters
    of the two readings, rising.
    """

    claims: tuple[Aligned, ...]
    swaps: tuple[Swap, ...]
    anchors: tuple[tuple[float, float], ...]

    def expected(self, letter: int) -> float:
        """Return where in the second reading a letter of the first is told."""
        firsts, seconds = zip(*self.anchors, strict=True)
        return float(np.interp(letter, firsts, seconds))


def align(one: Claiming, other: Claiming) -> Alignment:
    """Align two versions of an article; what has no counterpart is in no pair."""
    mine, yours = _named(one.mentions), _named(other.mentions)
    matcher = SequenceMatcher(None, [_key(m) for m in mine], [_key(m) for m in yours], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= _MIN_BLOCK]
    pairs = [
        (mine[block.a + at].reading.start, yours[block.b + at].reading.start)
        for block in blocks
        for at in range(block.size)
    ]
    ends = (len(one.document.text.reading), len(other.document.text.reading))
    anchors = np.array([(0, 0), *pairs, ends], dtype=np.float64)
    return Alignment(
        _claims(one, other, anchors),
        _swaps(mine, yours, matcher, anchors),
        tuple((float(first), float(second)) for first, second in anchors),
    )


def _named(mentions: Sequence[Mention]) -> list[Mention]:
    chosen = [each for each in mentions if each.role != "metadata"]
    return sorted(chosen, key=lambda each: each.reading)[:_MAX_MENTIONS]


def _key(mention: Mention) -> str:
    return mention.entity or mention.name.casefold()


def _claims(one: Claiming, other: Claiming, anchors: npt.NDArray[np.float64]) -> tuple[Aligned, ...]:
    """Pair the claims of two articles one to one, the likest first."""
    scored = []
    for first, mine in enumerate(one.claims):
        expected = float(np.interp(mine.order, anchors[:, 0], anchors[:, 1]))
        for second, yours in enumerate(other.claims):
            if _comparable(mine, yours):
                near = exp(-abs(yours.order - expected) / _NEAR_LETTERS)
                scored.append((_score(mine, yours, near), first, second))
    found: list[Aligned] = []
    firsts: set[int] = set()
    seconds: set[int] = set()
    for score, first, second in sorted(scored, key=lambda each: (-each[0], each[1], each[2])):
        if score >= _MIN_SCORE and first not in firsts and second not in seconds:
            firsts.add(first)
            seconds.add(second)
            found.append(Aligned(first, second, round(score, 3)))
    return tuple(sorted(found))


def _comparable(mine: ReadClaim, yours: ReadClaim) -> bool:
    if mine.type != yours.type or mine.relation != yours.relation:
        return False
    return (
        mine.value is None
        or yours.value is None
        or (mine.value.basis, mine.value.unit)
        == (
            yours.value.basis,
            yours.value.unit,
        )
    )


def _score(mine: ReadClaim, yours: ReadClaim, near: float) -> float:
    shares = []
    for role in _SLOT_ROLES:
        left, right = mine.keys(role), yours.keys(role)
        if left or right:
            shares.append(len(left & right) / len(left | right))
    slots = sum(shares) / len(shares) if shares else 0.0
    if mine.value is None or yours.value is None:
        return 0.5 * slots + 0.5 * near
    same = bool(mine.value.digits) and same_digits(mine.value.digits, yours.value.digits)
    return 0.4 * slots + 0.4 * near + 0.2 * same


def same_digits(one: str, other: str) -> bool:
    """Whether two printed numbers have the same digits, thousands written out or not, a leading zero moved or not.

    >>> same_digits("1000", "1"), same_digits("5055", "0555"), same_digits("75", "15")
    (True, True, False)
    """
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if long == short + "000":
        return True
    return len(one) == len(other) and "0" in {one[:1], other[:1]} and sorted(one) == sorted(other)


def _swaps(
    mine: Sequence[Mention],
    yours: Sequence[Mention],
    matcher: SequenceMatcher[str],
    anchors: npt.NDArray[np.float64],
) -> tuple[Swap, ...]:
    """Find organizations of one version where the other has an organization of its own in the same place.

    Either they stand alone between the same neighbours, or they stand beside each other again and again.
    """
    foreign = {_key(m) for m in mine} & {_key(m) for m in yours}
    left = [m for m in mine if m.kind == "organization" and _key(m) not in foreign]
    right = [m for m in yours if m.kind == "organization" and _key(m) not in foreign]
    found = _beside(left, right, anchors)
    taken = {_key(m) for swap in found for m in swap}
    for tag, a_low, a_high, b_low, b_high in matcher.get_opcodes():
        if tag != "replace" or max(a_high - a_low, b_high - b_low) > _GAP_MENTIONS:
            continue
        firsts = [m for m in left if m in mine[a_low:a_high] and _key(m) not in taken]
        seconds = [m for m in right if m in yours[b_low:b_high] and _key(m) not in taken]
        if len({_key(m) for m in firsts}) == 1 and len({_key(m) for m in seconds}) == 1:
            found.append(Swap(firsts[0], seconds[0]))
    return tuple(sorted(found, key=lambda swap: (swap.first.reading, swap.second.reading)))


def _beside(left: Sequence[Mention], right: Sequence[Mention], anchors: npt.NDArray[np.float64]) -> list[Swap]:
    """Return the places where two organizations, each of one version alone, keep standing beside each other."""
    pairs: dict[tuple[str, str], list[Swap]] = defaultdict(list)
    for first in left:
        expected = float(np.interp(first.reading.start, anchors[:, 0], anchors[:, 1]))
        near: dict[str, tuple[float, Mention]] = {}
        for second in right:
            away = abs(second.reading.start - expected)
            if away <= _BESIDE_LETTERS and away < near.get(_key(second), (_BESIDE_LETTERS + 1, second))[0]:
                near[_key(second)] = (away, second)
        for key, (_, second) in near.items():
            pairs[_key(first), key].append(Swap(first, second))
    found: list[Swap] = []
    taken: set[str] = set()
    for (first_key, second_key), swaps in sorted(pairs.items(), key=lambda each: (-len(each[1]), each[0])):
        fewest = min(sum(_key(m) == first_key for m in left), sum(_key(m) == second_key for m in right))
        if len(swaps) >= _OFTEN and 2 * len(swaps) >= fewest and taken.isdisjoint((first_key, second_key)):
            taken |= {first_key, second_key}
            found += swaps
    return found
