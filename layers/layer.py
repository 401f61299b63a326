"""Layer: what one layer of the map is, before and apart from its features."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from layers.ingredients import Ingredients

Kind = Literal["text", "integer", "number", "boolean", "json"]
"""Type of a property; see :mod:`layers.properties`."""

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
    hold lists or dicts, the types of others are declared in :mod:`layers.properties`, or in ``types`` where a name means
    something else here. Only ``tile_properties`` travel in a tile. ``has_views`` says that the features differ with the
    point of view (:mod:`geo.point_of_view`): the release then holds the layer once for each. ``is_restricted`` says that the
    terms of its data sets forbid to pass it on: it is drawn for who may see it, and never exported. A layer that grows with
    the articles has a ``spool`` too, which makes the same features piece by piece: a :class:`layers.spooled_table.SpooledTable`.

    A release carries its layers with it (:meth:`to_dict`, :meth:`from_dict`), so that what serves it needs none of what
    builds: a layer read back has no ``build``.
    """

    id: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    role: Role
    build: Callable[[Ingredients], Any] = field(repr=False, compare=False)
    sources: tuple[str, ...]
    tile_properties: tuple[str, ...] = ()
    json_properties: tuple[str, ...] = ()
    minzoom: int = 0
    maxzoom: int = 14
    simplify: bool = True
    has_views: bool = False
    types: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))
    is_restricted: bool = False
    spool: Callable[[Ingredients], Any] | None = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the layer as JSON, without ``build``."""
        listed = {name: list(getattr(self, name)) for name in _LISTS}
        plain = {name: getattr(self, name) for name in _PLAIN}
        restricted = {"is_restricted": True} if self.is_restricted else {}
        return {**plain, **listed, **{name: dict(getattr(self, name)) for name in _MAPPINGS}, **restricted}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Layer:
        """Read what :meth:`to_dict` wrote; a ``KeyError`` when a member is missing."""
        known: dict[str, Any] = {name: document[name] for name in (*_PLAIN, *_MAPPINGS)}
        known |= {name: tuple(document[name]) for name in _LISTS}
        return cls(build=_read_only, is_restricted=bool(document.get("is_restricted")), **known)

    @property
    def columns(self) -> tuple[str, ...]:
        """The properties that every table of the layer has, whether or not a feature has a value."""
        return tuple(dict.fromkeys([*self.tile_properties, *self.json_properties]))

    @property
    def is_exported(self) -> bool:
        """Whether ``/export`` and ``corridormap export`` offer this layer."""
        return self.role != "drawing" and not self.is_restricted


_PLAIN = ("id", "role", "minzoom", "maxzoom", "simplify", "has_views")
_LISTS = ("sources", "tile_properties", "json_properties")
_MAPPINGS = ("title", "description", "types")


def _read_only(_ingredients: Ingredients) -> Any:  # noqa: ANN401 -- as the builders' own type
    raise TypeError(
        "This layer was read from a release; layers.catalog.default_catalog() holds those that can be built."
    )
