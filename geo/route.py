"""Route: an ordered set of legs between areas or places, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = ["Leg", "Route", "way_back"]


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


def way_back(pairs: Iterable[tuple[str, str]], members: Mapping[str, Collection[str]] | None = None) -> tuple[str, ...]:
    """Return a way along legs that comes back to ground which it has left; empty when there is none.

    A corridor leads from somewhere to somewhere else: what goes round is a slip of the pen, or two corridors.

    Parameters
    ----------
    pairs
        Legs as (origin, destination), in any order; branches are followed one by one.
    members
        Region id → ids of its countries: to leave Tajikistan and come to Central Asia later is to come back. So it is
        with a province and its country. Neighbours may share ground: from a region into one of its countries is no way
        back.

    Returns
    -------
    tuple of str
        The ids in order, from the ground that is left to the one that is come back to; the first such way by id.

    Examples
    --------
    >>> way_back([("af", "tj"), ("tj", "ru"), ("af", "uz"), ("uz", "ru")])
    ()
    >>> way_back([("af", "tj"), ("tj", "uz"), ("uz", "tj")])
    ('tj', 'uz', 'tj')
    >>> way_back([("tj", "ru"), ("ru", "central-asia")], {"central-asia": ["kg", "tj"]})
    ('tj', 'ru', 'central-asia')
    """
    onward: dict[str, list[str]] = {}
    for origin, destination in sorted(set(pairs)):
        onward.setdefault(origin, []).append(destination)
    known = members or {}
    ways: list[tuple[str, ...]] = [(origin,) for origin in sorted(onward, reverse=True)]
    while ways:
        way = ways.pop()
        for following in reversed(onward.get(way[-1], [])):
            for position, passed in enumerate(way):
                is_neighbour = position == len(way) - 1
                if passed == following or (not is_neighbour and _share_ground(passed, following, known)):
                    return (*way[position:], following)
            ways.append((*way, following))
    return ()


def _share_ground(one: str, other: str, members: Mapping[str, Collection[str]]) -> bool:
    pairs = ((a, b) for a in (members.get(one) or (one,)) for b in (members.get(other) or (other,)))
    return any(a == b or a.startswith(f"{b}-") or b.startswith(f"{a}-") for a, b in pairs)
