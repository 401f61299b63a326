"""Quality: how often the machine was right, told from what people decided, with how sure that is."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.review.state import FOLDED

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

__all__ = ["OfArticle", "Precision", "Tally", "grouped", "tallied", "wilson"]

_Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Precision:
    """A share with its 95 % interval, each 0 to 1."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How many candidates of one ``key`` wait, and how many people accepted, edited and rejected.

    Merged and duplicate ones count as accepted: the machine was right, though not alone.
    """

    key: tuple[str, ...]
    waiting: int = 0
    accepted: int = 0
    edited: int = 0
    rejected: int = 0

    @property
    def decided(self) -> int:
        """How many people have decided on."""
        return self.accepted + self.edited + self.rejected

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.decided

    @property
    def precision(self) -> Precision | None:
        """The share that needed no edit; ``None`` before the first decision."""
        return wilson(self.accepted, self.decided)

    @property
    def found(self) -> Precision | None:
        """The share that was right or became so by an edit; ``None`` before the first decision."""
        return wilson(self.accepted + self.edited, self.decided)


@dataclass(frozen=True, slots=True)
class OfArticle:
    """An article (``sha256`` of its text, its ``id``, title, language, year) and what became of its candidates."""

    sha256: str
    id: str
    title: str | None
    language: str
    year: int | None
    tally: Tally


def wilson(right: int, of: int) -> Precision | None:
    """Return a share with Wilson's 95 % interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927); ``None`` of nothing.

    >>> told = wilson(8, 10)
    >>> round(told.low, 3), told.share, round(told.high, 3)
    (0.49, 0.8, 0.943)
    """
    if not of:
        return None
    share, z2 = right / of, _Z_95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z_95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Precision(share, max(0.0, middle - half), min(1.0, middle + half))


_COLUMN = {
    "candidate": "waiting",
    "reviewed": "accepted",
    "corrected": "edited",
    "rejected": "rejected",
} | dict.fromkeys(FOLDED, "accepted")


def tallied(rows: Iterable[tuple[tuple[str, ...], str, int]]) -> tuple[Tally, ...]:
    """Return tallies of rows (key, status, count), sorted by key; what no reading finds any more is left out.

    >>> tallied([(("en",), "reviewed", 3), (("en",), "merged", 1), (("en",), "retired", 9)])
    (Tally(key=('en',), waiting=0, accepted=4, edited=0, rejected=0),)
    """
    counts: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, status, count in rows:
        if status in _COLUMN:
            counts[key][_COLUMN[status]] += count
    return tuple(Tally(key, **counts[key]) for key in sorted(counts))


def grouped(tallies: Iterable[Tally], by: Callable[[Tally], Hashable]) -> dict[Hashable, Tally]:
    """Return tallies summed by what ``by`` gives, each with the key of its first."""
    made: dict[Hashable, Tally] = {}
    for each in tallies:
        before = made.get(by(each), Tally(each.key))
        made[by(each)] = Tally(
            before.key,
            before.waiting + each.waiting,
            before.accepted + each.accepted,
            before.edited + each.edited,
            before.rejected + each.rejected,
        )
    return made
