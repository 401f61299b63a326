"""Stretch: the part of a corridor along which a path is sought, as chains of places with nothing unknown between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from geo.errors import UnreachablePlace
from geo.networkpath import Waypoint
from geo.route import Route

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from geo.gazetteer import Gazetteer
    from geo.route import Leg

__all__ = ["Stretch"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Chains of places, the gaps between them, and the places whose position is not known, in the corridor's order.

    A gap is a leg over such a place, or over a part of the source that was not read; no path is sought there.
    """

    chains: tuple[tuple[Waypoint, ...], ...]
    gaps: tuple[Leg, ...]
    unlocated: tuple[str, ...]

    @classmethod
    def of(
        cls,
        corridor_id: str,
        places: Sequence[str],
        gazetteer: Gazetteer,
        *,
        passed_over: Collection[str] = (),
        unseen: Collection[tuple[str, str]] = (),
        first: str | None = None,
        last: str | None = None,
    ) -> Stretch:
        """Take a stretch out of a corridor.

        Parameters
        ----------
        corridor_id
            For messages.
        places
            Ids in the corridor's order, each once.
        gazetteer
            Where the places lie.
        passed_over
            Those of ``places`` that this mode of transport does not pass: railway stations, for a road.
        unseen
            Pairs of neighbours in ``places`` between which the source was not read.
        first, last
            Its ends; ``None`` means those of the corridor.

        Raises
        ------
        UnreachablePlace
            An end is none of the places, the ends stand in the other order, or no two neighbours have a known position.

        Examples
        --------
        >>> from geo.gazetteer import Gazetteer
        >>> ids = ["bukhara", "termez", "hairatan", "mazar-e-sharif", "kandahar"]
        >>> stretch = Stretch.of("x", ids, Gazetteer.read())
        >>> [[place.id for place in chain] for chain in stretch.chains]
        [['bukhara', 'termez'], ['mazar-e-sharif', 'kandahar']]
        >>> stretch.gaps
        (Leg(origin='termez', destination='mazar-e-sharif', unresolved=('hairatan',), unseen=False),)
        """
        ids = [id_ for id_ in places if id_ not in passed_over]
        ends = [first or ids[0], last or ids[-1]]
        for end in ends:
            if end not in ids:
                raise UnreachablePlace(
                    f"Corridor {corridor_id} does not pass {end} in this mode.", hint=f"It passes {', '.join(ids)}."
                )
        start, stop = map(ids.index, ends)
        if start > stop:
            raise UnreachablePlace(
                f"Corridor {corridor_id} passes {ends[1]} before {ends[0]}.", hint="Exchange the two ends."
            )
        wanted = ids[start : stop + 1]
        known = {id_: point for id_ in wanted if (point := gazetteer.place(id_).point) is not None}
        row = {id_: i for i, id_ in enumerate(places)}
        # What was not read lies between neighbours of the whole corridor; without those passed over, these are others.
        holes = [
            (a, b) for a, b in pairwise(wanted) if not set(unseen).isdisjoint(pairwise(places[row[a] : row[b] + 1]))
        ]
        legs = Route.through(wanted, known, holes).legs
        chains: list[list[str]] = []
        for leg in legs:
            if leg.is_gap:
                continue
            if not chains or chains[-1][-1] != leg.origin:
                chains.append([leg.origin])
            chains[-1].append(leg.destination)
        if not chains:
            raise UnreachablePlace(
                f"Corridor {corridor_id}: no two neighbours of known position lie between {ends[0]} and {ends[1]}.",
                hint="Choose a longer part; data/places.json says which places have a position.",
            )
        return cls(
            tuple(tuple(Waypoint(id_, *known[id_]) for id_ in chain) for chain in chains),
            tuple(leg for leg in legs if leg.is_gap),
            tuple(id_ for id_ in wanted if id_ not in known),
        )
