"""Catalog: the layers that exist, in the order in which they are drawn."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.errors import RestrictedRecords, UnknownLayer
from layers.layer import Layer

__all__ = ["Catalog", "default_catalog"]


@dataclass(frozen=True, slots=True)
class Catalog(Mapping[str, Layer]):
    """An immutable mapping of layer id to :class:`Layer`, in drawing order (the ground first).

    ``withheld`` are ids of layers that a release holds and that this catalog does not show; see :meth:`open`.
    """

    layers: Mapping[str, Layer]
    withheld: tuple[str, ...] = ()

    @classmethod
    def of(cls, *layers: Layer) -> Catalog:
        """Bind layers into a catalog; two of one id are a programming error (``ValueError``)."""
        table = {layer.id: layer for layer in layers}
        if len(table) != len(layers):
            raise ValueError("two layers share an id")
        return cls(MappingProxyType(table))

    def open(self) -> Catalog:
        """Return the catalog without the layers that may not be passed on; itself where there are none."""
        closed = tuple(layer.id for layer in self.layers.values() if layer.is_restricted)
        if not closed:
            return self
        kept = {id_: layer for id_, layer in self.layers.items() if id_ not in closed}
        return Catalog(MappingProxyType(kept), (*self.withheld, *closed))

    def with_layers(self, *layers: Layer) -> Catalog:
        """Return the catalog with more layers, drawn on top."""
        return Catalog.of(*self.layers.values(), *layers)

    def __getitem__(self, layer_id: str) -> Layer:
        """Return a layer by id.

        Raises
        ------
        UnknownLayer
            When there is none; with the nearest names.
        RestrictedRecords
            When it is withheld.
        """
        try:
            return self.layers[layer_id]
        except KeyError:
            if layer_id in self.withheld:
                raise RestrictedRecords(
                    f"Layer {layer_id!r} holds records of data sets whose terms forbid to pass them on.",
                    hint="Who runs the service may set CORRIDORMAP_PRIVATE=1 where nobody else reaches it.",
                ) from None
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
