"""Route: an ordered set of legs between areas or places, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Leg", "Route"]


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a route, from one area or place id to another.

    ``unresolved`` holds the ids of places that a source names between the two and whose position is not known;
    ``unseen`` says that the source's text between the two was not read. Either makes the leg a gap, drawn as one and
    never as a known line.
    """

    origin: str
    destination: str
    unresolved: tuple[str, ...] = ()
    unseen: bool = False

    @property
    def is_gap(self) -> bool:
        """Whether something that is not known lies between the two ends."""
        return self.unseen or bool(self.unresolved)


@dataclass(frozen=True, slots=True)
class Route:
    """Legs in the order in which a record names them. They need not form one chain: a record may name branches."""

    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        for leg in self.legs:
            if leg.origin == leg.destination:
                raise InvalidGeometry(
                    f"A leg runs from {leg.origin} to itself.", hint="Name two different ends, or leave the leg out."
                )

    @classmethod
    def of(cls, pairs: Iterable[Sequence[str]]) -> Route:
        """Make a route of (origin, destination) pairs.

        >>> Route.of([("af", "tj"), ("tj", "kg")]).ends
        ('af', 'kg', 'tj')
        """
        return cls(tuple(Leg(origin, destination) for origin, destination in pairs))

    @classmethod
    def through(cls, ids: Sequence[str], resolved: Iterable[str], unseen: Iterable[tuple[str, str]] = ()) -> Route:
        """Make the chain through the ``resolved`` of ``ids``, in their order.

        ``unseen`` lists pairs of neighbours in ``ids`` between which the source was not read.

        Ids that are not resolved turn the leg over them into a gap; at either end of the chain they have no leg at all.
        Fewer than two resolved ids give a route without legs.

        Examples
        --------
        >>> for leg in Route.through(["a", "x", "b", "c", "y"], resolved={"a", "b", "c"}).legs:
        ...     print(leg.origin, leg.destination, leg.unresolved)
        a b ('x',)
        b c ()
        """
        known, holes = set(resolved), set(unseen)
        stops = [index for index, id_ in enumerate(ids) if id_ in known]
        return cls(
            tuple(
                Leg(ids[i], ids[j], tuple(ids[i + 1 : j]), unseen=not holes.isdisjoint(pairwise(ids[i : j + 1])))
                for i, j in pairwise(stops)
            )
        )

    @property
    def ends(self) -> tuple[str, ...]:
        """Every id that a leg starts or ends at, sorted."""
        return tuple(sorted({id_ for leg in self.legs for id_ in (leg.origin, leg.destination)}))
