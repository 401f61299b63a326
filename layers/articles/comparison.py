"""Comparison: what many articles tell together, with the readings of all of them wherever they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from layers.articles.reading import Reading
    from layers.articles.statements.conflict import ReadConflict

__all__ = ["Comparison", "Corrected"]


@dataclass(frozen=True, slots=True, eq=False)
class Corrected(Sequence["Reading"]):
    """Readings in their order, put right one by one as they are asked for.

    ``reread`` stand instead of some of them: ``place_of`` leads from the place here to the place there. ``groups`` are
    the independence groups by id, as far as they are known.
    """

    readings: Sequence[Reading]
    reread: Sequence[Reading]
    place_of: Mapping[int, int]
    groups: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.readings)

    @overload
    def __getitem__(self, place: int) -> Reading: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Reading]: ...
    def __getitem__(self, place: int | slice) -> Reading | Sequence[Reading]:
        if isinstance(place, slice):
            return tuple(map(self.__getitem__, range(len(self))[place]))
        at = range(len(self))[place]
        instead = self.place_of.get(at)
        reading = self.readings[at] if instead is None else self.reread[instead]
        group = self.groups.get(reading.id)
        return reading if group is None else replace(reading, independence_group=group)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What a comparison of articles tells.

    ``groups`` leads from an article's id to the smallest id of those that count as one source with it, sorted;
    ``conflicts`` is the ledger of all. ``readings`` are those that were compared, with their groups, and read again where
    numbers had leaked into them.
    """

    readings: Corrected
    groups: Mapping[str, str]
    conflicts: tuple[ReadConflict, ...]

    @property
    def reread(self) -> Sequence[Reading]:
        """The readings into which numbers leaked from others, as they are now, without groups."""
        return self.readings.reread
