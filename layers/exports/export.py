"""Export: a layer's filtered features on their way into a file, with its terms; the same for the service and the shell.

GeoJSON, GeoJSONL, CSV and KML are written from the columns, piece by piece (:mod:`layers.exports.texts`, :mod:`layers.exports.kml`).
GeoPackage, GeoParquet and FlatGeobuf are written from the release's GeoParquet by GDAL and Arrow (:mod:`layers.exports.files`), which
the service leaves to a process of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geo.errors import RestrictedRecords, UnknownLayer
from layers.geojson import collection_head
from layers.imprint import attribution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.catalog import Catalog
    from layers.engines.engine import Features, Selection
    from layers.filter import Filter
    from layers.imprint import Imprint
    from layers.layer import Layer
    from layers.release import Release

__all__ = ["FORMATS", "TEXTS", "Export", "exported_layer", "geojson_chunks"]

FORMATS: Final = {
    "geojson": "application/geo+json",
    "geojsonl": "application/geo+json-seq",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "fgb": "application/flatgeobuf",
    "csv": "text/csv; charset=utf-8; header=present",
    "kml": "application/vnd.google-earth.kml+xml",
}
"""Ending of a file → its media type."""

TEXTS: Final = ("geojson", "geojsonl", "csv", "kml")
"""Formats that are written from the columns alone."""


def exported_layer(catalog: Catalog, layer_id: str) -> Layer:
    """Return a layer that may be exported.

    Raises
    ------
    UnknownLayer
        When there is none of that id, or it only draws another layer's objects.
    RestrictedRecords
        When the terms of its data sets forbid to pass it on.
    """
    if layer_id in catalog.withheld or (layer_id in catalog and catalog[layer_id].is_restricted):
        raise RestrictedRecords(
            f"Layer {layer_id!r} is not exported: the terms of its data sets forbid to pass their records on.",
            hint="Ask the publisher of the data set for them.",
        )
    layer = catalog[layer_id]
    if not layer.is_exported:
        offered = ", ".join(item.id for item in catalog.exported)
        raise UnknownLayer(f"Layer {layer_id!r} is a drawing aid, not data.", hint=f"These are exported: {offered}.")
    return layer


@dataclass(frozen=True, slots=True)
class Export:
    """What goes into one file: the features of a layer that a filter keeps, and in whose name. Made by :meth:`of`."""

    release: Release
    layer: Layer
    wanted: Filter
    imprint: Imprint
    features: Features
    """All of the layer."""
    chosen: Selection
    """Those that are kept."""

    @classmethod
    def of(cls, release: Release, layer: Layer, wanted: Filter, imprint: Imprint) -> Export:
        """Choose the features.

        Raises
        ------
        MalformedFilter
            When the layer cannot obey the filter.
        DamagedRelease
            When the layer's file is not what was written.
        """
        features = release.features(layer.id, imprint.point_of_view)
        wanted.check(layer.id, features.kinds)
        return cls(release, layer, wanted, imprint, features, features.select(wanted))

    @property
    def terms(self) -> dict[str, str]:
        """The metadata for formats that hold text alone; several values stand with commas between them."""
        return {
            name: ", ".join(value) if isinstance(value, list | tuple) else str(value)
            for name, value in self.metadata.items()
        }

    @property
    def metadata(self) -> dict[str, Any]:
        """Title, attribution, terms, release, filter and citation: what every format carries in its own place."""
        return {
            "name": self.layer.id,
            "title": self.layer.title["en"],
            "description": self.layer.description["en"],
            "attribution": attribution(self.release, [self.layer]),
            **self.imprint.metadata(self.release, [self.layer]),
            "filter": self.wanted.canonical(),
            "numberMatched": self.chosen.matched,
        }

    def filename(self, ending: str) -> str:
        """Return a name that says release, layer and filter.

        Values of a filter that a file name cannot hold become hyphens; a long filter is cut.
        """
        asked = re.sub(r"[^A-Za-z0-9.]+", "-", self.wanted.canonical()).strip("-.")[:80]
        return f"corridormap-{self.release.id}-{self.layer.id}{f'-filtered-{asked}' if asked else ''}.{ending}"


def geojson_chunks(export: Export) -> Iterator[bytes]:
    """Return a layer's filtered features as one GeoJSON FeatureCollection, in pieces, sorted by id.

    Its foreign members (RFC 7946, section 6.1) say what it is, whence, under which terms and how to cite it.

    Raises
    ------
    DamagedRelease
        When the layer's file is not what was written: at once, or of the features as soon as one of them is met.
    """
    chosen = export.chosen
    head = collection_head(export.metadata, chosen.bounds).encode()

    def pieces() -> Iterator[bytes]:
        yield head
        yield from chosen.texts()
        yield b"\n]}\n" if chosen.matched else b"]}\n"

    return pieces()
