"""Survey: what each layer of a release holds, in figures that an expert asks for first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from layers.layer import Layer
    from layers.release import Release

__all__ = ["survey"]


def survey(release: Release, layer: Layer, point_of_view: str) -> dict[str, Any]:
    """Return features, vertices, extent, accuracy, sources, licences, as-of date and point of view of one layer.

    ``extent`` is west, south, east, north in degrees, ``None`` when nothing has a place. ``accuracy_m`` is the least and
    the greatest of the stated median errors of measured lines, ``half_width_km`` those of the bands of doubt around
    schematic ones; each is ``None`` where none is stated. ``as_of`` holds each source's date.
    """
    table = release.table(layer.id, point_of_view)
    passports = {source["id"]: source for source in release.document("sources")}
    used = [passports[source_id] for source_id in layer.sources if source_id in passports]
    medians_m = [cell["median"] for cell in table.get("accuracy_m", ()) if isinstance(cell, dict)]
    widths_km = sorted(table["half_width_km"].dropna().astype(float)) if "half_width_km" in table else []
    return {
        "features": len(table),
        "vertices": int(shapely.get_num_coordinates(np.asarray(table.geometry.array, dtype=object)).sum()),
        "extent": release.receipt["layers"][layer.id]["bbox"],
        "accuracy_m": {"least_median": min(medians_m), "greatest_median": max(medians_m)} if medians_m else None,
        "half_width_km": {"least": widths_km[0], "greatest": widths_km[-1]} if widths_km else None,
        "sources": [{"id": source["id"], "title": source["title"], "licence": source["licence"]} for source in used],
        "licence": release.receipt["licence"],
        "as_of": {source["id"]: source["as_of"] for source in used},
        "point_of_view": point_of_view if layer.has_views else None,
        "release": release.id,
    }
