"""Layer: what one layer of the map is, before and apart from its features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from layers.ingredients import Ingredients

Role = Literal["base", "boundary", "attested", "context", "infrastructure", "drawing"]
"""What a layer's objects rest on.

``base`` and ``boundary``: recorded data sets; ``attested``: sentences of articles; ``context``: outside knowledge with
a reference; ``infrastructure``: public works, said of no article; ``drawing``: marks that draw another layer's objects
(band rings, arrow heads) and are never exported.
"""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the map.

    ``build`` makes its features: a GeoDataFrame in EPSG:4326 with a string column ``id`` (unique in the whole release),
    ``geometry`` (``None`` where no place is stated) and one column per property. Columns named in ``json_properties``
    hold lists or dicts. Only ``tile_properties`` travel in a tile. ``has_views`` says that the features differ with the
    point of view (:mod:`geo.point_of_view`): the release then holds the layer once for each.
    """

    id: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    role: Role
    build: Callable[[Ingredients], Any]
    sources: tuple[str, ...]
    tile_properties: tuple[str, ...] = ()
    json_properties: tuple[str, ...] = ()
    minzoom: int = 0
    maxzoom: int = 14
    simplify: bool = True
    has_views: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The properties that every table of the layer has, whether or not a feature has a value."""
        return tuple(dict.fromkeys([*self.tile_properties, *self.json_properties]))

    @property
    def is_exported(self) -> bool:
        """Whether ``/export`` and ``corridormap export`` offer this layer."""
        return self.role != "drawing"
