"""Catalog: the layers that exist, in the order in which they are drawn."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.errors import UnknownLayer
from layers.layer import Layer

__all__ = ["Catalog", "default_catalog"]


@dataclass(frozen=True, slots=True)
class Catalog(Mapping[str, Layer]):
    """An immutable mapping of layer id to :class:`Layer`, in drawing order (the ground first)."""

    layers: Mapping[str, Layer]

    @classmethod
    def of(cls, *layers: Layer) -> Catalog:
        """Bind layers into a catalog; two of one id are a programming error (``ValueError``)."""
        table = {layer.id: layer for layer in layers}
        if len(table) != len(layers):
            raise ValueError("two layers share an id")
        return cls(MappingProxyType(table))

    def __getitem__(self, layer_id: str) -> Layer:
        """Return a layer by id, or raise :class:`~geo.errors.UnknownLayer` with the nearest names."""
        try:
            return self.layers[layer_id]
        except KeyError:
            near = difflib.get_close_matches(layer_id, self.layers, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise UnknownLayer(
                f"There is no layer {layer_id!r}.{meant}", hint=f"The layers are: {', '.join(self.layers)}."
            ) from None

    def __contains__(self, layer_id: object) -> bool:
        return layer_id in self.layers

    def __iter__(self) -> Iterator[str]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    @property
    def exported(self) -> tuple[Layer, ...]:
        """The layers that ``/export`` and ``corridormap export`` offer."""
        return tuple(layer for layer in self.layers.values() if layer.is_exported)


def default_catalog() -> Catalog:
    """Return the catalog of this version of corridormap."""
    from layers import (  # noqa: PLC0415 -- the layers import what this module defines
        admin1,
        article_coverage,
        basemap,
        border_segments,
        borders,
        corridor_marks,
        corridors,
        incidents,
        organizations,
    )

    return Catalog.of(
        *basemap.LAYERS,
        *admin1.LAYERS,
        *article_coverage.LAYERS,
        *organizations.LAYERS,
        *borders.LAYERS,
        *border_segments.LAYERS,
        *corridors.LAYERS,
        *corridor_marks.LAYERS,
        *incidents.LAYERS,
    )
