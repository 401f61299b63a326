"""Export: a layer's filtered features as a file, with its terms inside; the same for the service and the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import UnknownLayer
from layers.engines.masks import rows_of
from layers.geojson import collection_head
from layers.imprint import Imprint, attribution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.catalog import Catalog
    from layers.filter import Filter
    from layers.layer import Layer
    from layers.release import Release

__all__ = ["exported_layer", "geojson_chunks"]


def exported_layer(catalog: Catalog, layer_id: str) -> Layer:
    """Return a layer that may be exported.

    Raises
    ------
    UnknownLayer
        When there is none of that id, or it only draws another layer's objects.
    """
    layer = catalog[layer_id]
    if not layer.is_exported:
        offered = ", ".join(item.id for item in catalog.exported)
        raise UnknownLayer(f"Layer {layer_id!r} is a drawing aid, not data.", hint=f"These are exported: {offered}.")
    return layer


def geojson_chunks(release: Release, layer: Layer, wanted: Filter, imprint: Imprint) -> Iterator[bytes]:
    """Return a layer's filtered features as one GeoJSON FeatureCollection, in pieces, sorted by id.

    Its foreign members (RFC 7946, section 6.1) say what it is, whence, under which terms and how to cite it.

    Raises
    ------
    MalformedFilter
        At once, before the first piece, when the layer cannot obey the filter.
    DamagedRelease
        When the layer's file is not what was written; of the features themselves as soon as one of them is met.
    """
    columns = release.columns(layer.id, imprint.point_of_view)
    wanted.check(layer.id, columns.kinds)
    chosen = columns.in_order(rows_of(columns, wanted))
    members = {
        "name": layer.id,
        "title": layer.title["en"],
        "description": layer.description["en"],
        "attribution": attribution(release, [layer]),
        **imprint.metadata(release, [layer]),
        "filter": wanted.canonical(),
        "numberMatched": len(chosen),
    }
    head = collection_head(members, columns.bounds(chosen)).encode()

    def pieces() -> Iterator[bytes]:
        yield head
        yield from columns.texts(chosen)
        yield b"\n]}\n" if len(chosen) else b"]}\n"

    return pieces()
