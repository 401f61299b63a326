"""Content: the features that a figure shows, chosen by the same filter as tiles and exports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import EmptyView, MalformedFilter
from geo.tilegrid import HALF_WORLD_M
from layers.figures.frame import REGION
from layers.filter import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from layers.figures.figure import Figure
    from layers.release import Release

__all__ = ["Content", "Feature"]

_ALWAYS = ("borders", "transport_corridors", "context_corridors")
"""Layers that do not make a view by themselves: a figure of a filter that keeps nothing else shows nothing."""

_MARGIN = 0.12
_WORLD_ZOOM = 2
_RADIUS_M = 6_378_137.0


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature's id, its properties and its geometry in degrees, ``None`` where no place is stated."""

    id: str
    properties: Mapping[str, Any]
    shape: Any


class Content:
    """What a figure shows of a release.

    Raises
    ------
    MalformedFilter
        When none of the figure's layers can obey its filter.
    EmptyView
        When the filter keeps nothing of the layers that can.
    """

    def __init__(self, release: Release, figure: Figure) -> None:
        self.release, self.figure = release, figure
        self.layers = tuple(name for name in figure.layers if name in release.catalog)
        self.kept = {name: list(self._chosen(name)) for name in self.layers}
        refused: MalformedFilter | None = None
        obeying = []
        for name in self.layers:
            try:
                figure.wanted.check(name, release.features(name, figure.point_of_view).kinds)
                obeying.append(name)
            except MalformedFilter as error:
                refused = refused or error
        if refused is not None and not obeying:
            raise refused
        if figure.wanted != Filter() and not any(
            self.kept[name] for name in obeying if name not in _ALWAYS or len(obeying) == 1
        ):
            raise EmptyView(
                f"Nothing in release {release.id} matches {figure.wanted.canonical()} in {', '.join(obeying)}.",
                hint="Widen the filter, or name other layers.",
            )

    def _chosen(self, name: str) -> Iterator[Feature]:
        features = self.release.features(name, self.figure.point_of_view)
        try:
            self.figure.wanted.check(name, features.kinds)
            wanted = self.figure.wanted
        except MalformedFilter:
            wanted = Filter()
        for batch in features.select(wanted).batches():
            yield from (_feature(json.loads(text)) for text in batch)

    def near(self, name: str, bbox: tuple[float, float, float, float]) -> tuple[Feature, ...]:
        """Return all features of a layer that reach into a box, whatever the filter: land, names, marks."""
        view = self.figure.point_of_view

        def read() -> tuple[Feature, ...]:
            near = self.release.features(name, view).select(Filter(bbox=bbox))
            return tuple(_feature(json.loads(text)) for batch in near.batches() for text in batch)

        return self.release.derived(("figure features", name, bbox, view), read)

    def land_of_the_world(self) -> Any:  # noqa: ANN401 -- shapely is untyped here
        """Return the land as a map of the world shows it, an array of shapes in degrees."""
        features = self.release.features("basemap", self.figure.point_of_view)
        kinds = features.cells("kind")
        rows, shapes, _ = features.drawn((-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M), _WORLD_ZOOM)
        return shapely.transform(shapes[[kinds[row] == "land" for row in rows.tolist()]], _degrees)

    @cached_property
    def corridor_ids(self) -> frozenset[str]:
        """Ids of the corridors shown, of all layers."""
        return frozenset(
            feature.id for name, features in self.kept.items() if name.endswith("corridors") for feature in features
        )

    @cached_property
    def bbox(self) -> tuple[tuple[float, float, float, float], bool]:
        """West, south, east, north of the figure, and whether all of it must be seen.

        A filter by ``bbox`` frames that box, one by ``corridor`` (or ``framing=corridor``) what is kept of corridors and
        incidents, all else the whole region.
        """
        figure = self.figure
        if figure.framing != "region" and figure.wanted.bbox and figure.wanted.bbox[0] < figure.wanted.bbox[2]:
            return figure.wanted.bbox, True
        if figure.framing == "corridor" or (figure.framing == "auto" and figure.wanted.corridor):
            shapes = [
                feature.shape
                for name in ("corridors", "context_corridors", "transport_corridors", "incidents")
                for feature in self.kept.get(name, [])
                if feature.shape is not None and feature.properties.get("depiction") != "label"
            ]
            if shapes:
                west, south, east, north = shapely.total_bounds(shapes).tolist()
                pad = max((east - west) * _MARGIN, (north - south) * _MARGIN, 1.5)
                return (west - pad, max(-60.0, south - pad), east + pad, min(80.0, north + pad)), True
        return REGION, False


def _feature(document: Mapping[str, Any]) -> Feature:
    geometry = document["geometry"]
    shape = None if geometry is None else shapely.from_geojson(json.dumps(geometry))
    return Feature(document["id"], document["properties"], shape)


def _degrees(xy_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Degrees of metres in EPSG:3857, shape (n, 2)."""
    lat = np.degrees(2 * np.arctan(np.exp(xy_m[:, 1] / _RADIUS_M)) - np.pi / 2)
    return np.column_stack([np.degrees(xy_m[:, 0] / _RADIUS_M), lat])
