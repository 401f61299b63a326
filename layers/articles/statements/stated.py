"""Stated numbers: what independent sources say of one and the same thing, of many articles the little that tells them apart."""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, Protocol

from layers.articles.statements.claim import FLOWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from layers.articles.statements.claim import ReadClaim, SlotRole

__all__ = ["Stated", "Statement"]

Bounds = tuple[float, float]


class Stating(Protocol):
    """What states numbers: :class:`layers.articles.reading.Reading` is one."""

    @property
    def claims(self) -> Sequence[ReadClaim]:
        """What it claims."""

    @property
    def independence_group(self) -> str:
        """The article's group."""


class Statement(NamedTuple):
    """Where a number was first stated: ``article`` counts the articles as they came, ``claim`` is an index."""

    article: int
    start: int
    claim: int
    place: int
    group: str


class Stated:
    """The numbers of articles, which have to come in the order of their ids.

    Of each number of each thing the first statement is held and nothing else: some 300 bytes.
    """

    def __init__(self) -> None:
        self._articles = 0
        self._of: dict[bytes, dict[Bounds, Statement]] = defaultdict(dict)

    def add(self, place: int, reading: Stating) -> None:
        """Take the numbers of one more article that may be relied on; ``place`` is what it will be known by."""
        for index, claim in enumerate(reading.claims):
            if claim.value is not None and claim.value.is_trusted and claim.polarity == "positive":
                statement = Statement(self._articles, claim.stands.start, index, place, reading.independence_group)
                self._of[_subject(claim)].setdefault(claim.value.bounds, statement)
        self._articles += 1

    def apart(self) -> Iterator[tuple[Statement, ...]]:
        """Yield the statements about each thing of which sources of more than one group say what cannot all be true."""
        for statement_of in self._of.values():
            if len({each.group for each in statement_of.values()}) > 1 and _are_apart(statement_of):
                yield tuple(sorted(statement_of.values(), key=lambda each: each[:2]))


def _are_apart(bounds: Iterable[Bounds]) -> bool:
    """Whether one interval ends before another one begins."""
    least_end = float("inf")
    for low, high in sorted(bounds):
        if least_end < low:
            return True
        least_end = min(least_end, high)
    return False


def _subject(claim: ReadClaim) -> bytes:
    """Return what a number is of: two claims with one subject can be held against each other."""
    basis, unit = (claim.value.basis, claim.value.unit) if claim.value is not None else (None, None)
    roles: tuple[SlotRole, ...] = ("origin", "destination", "member", "organization")
    if claim.type in FLOWS:
        roles = ("origin", "transit", "destination")
    about = (claim.type, claim.relation, basis, unit, claim.commodity, claim.period)
    named = [sorted(claim.keys(role)) for role in roles]
    return blake2b(repr((about, named)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
