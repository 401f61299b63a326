"""Opened: a release for Python – each exported layer as a GeoDataFrame that says what it is.

::

    from layers import open_release

    release = open_release("workspace")
    incidents = release["incidents"]
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.vocabulary import NEUTRAL, POINTS_OF_VIEW
from layers.codebook import codebook
from layers.exports.export import Export, exported_layer
from layers.filter import Filter
from layers.imprint import Imprint
from layers.release import Release
from layers.releases import Releases
from layers.workspace import Workspace

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["OpenRelease", "open_release"]


@dataclass(frozen=True, slots=True)
class OpenRelease(Mapping[str, "gpd.GeoDataFrame"]):
    """A mapping of layer id to GeoDataFrame (EPSG:4326, sorted by ``id``), what is drawn first coming first.

    Whole numbers are ``Int64``, numbers ``Float64``, truth values ``boolean``, each with NA for what is not said; dates are ISO
    8601 text, since they are as exact as their source; lists and objects are Python's. ``frame.attrs`` holds title, attribution,
    licence, disclaimer, release and citation. Each frame is a copy: change it freely.
    """

    release: Release
    point_of_view: str = NEUTRAL

    @property
    def id(self) -> str:
        """The release's 12 hex digits."""
        return self.release.id

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The receipt: title, date, licence, inputs, counts, library versions. Do not change it."""
        return self.release.receipt

    def __getitem__(self, layer_id: str) -> gpd.GeoDataFrame:
        """Return a layer; raises :class:`~geo.errors.UnknownLayer` with the nearest names when there is none."""
        return self.layer(layer_id)

    def __contains__(self, layer_id: object) -> bool:
        return layer_id in list(self)

    def __iter__(self) -> Iterator[str]:
        return (layer.id for layer in self.release.catalog.exported)

    def __len__(self) -> int:
        return len(self.release.catalog.exported)

    def layer(self, layer_id: str, **filters: str) -> gpd.GeoDataFrame:
        """Return a layer, or the part of it that the map's filters keep: ``layer("incidents", category="attack")``.

        Raises
        ------
        UnknownLayer
            When there is no such layer, or it only draws another one.
        MalformedFilter
            When there is no such filter, or the layer cannot obey it.
        """
        layer = exported_layer(self.release.catalog, layer_id)
        wanted = Filter.parse({name: [value] for name, value in filters.items()})
        chosen = Export.of(self.release, layer, wanted, Imprint(point_of_view=self.point_of_view))
        table = self.release.table(layer_id, self.point_of_view)
        kept = {json.loads(text)["id"] for batch in chosen.chosen.batches() for text in batch}
        frame = table[table["id"].isin(kept)].reset_index(drop=True).copy()
        # What the file says in full is this one; a short name prints as people know it.
        frame = frame.set_crs("EPSG:4326", allow_override=True)
        frame.attrs = chosen.metadata
        return frame

    def codebook(self, layer_id: str) -> list[dict[str, Any]]:
        """Return what each property of a layer means, with type, unit, codes and what an absent value says."""
        return codebook(self.release)[exported_layer(self.release.catalog, layer_id).id]


def open_release(folder: str | Path, release: str = "latest", *, point_of_view: str = NEUTRAL) -> OpenRelease:
    """Open a release.

    Parameters
    ----------
    folder
        A workspace, or the folder of one release.
    release
        Which one of a workspace.
    point_of_view
        How disputed areas are drawn: ``neutral``, ``as-depicted`` or ``iso``.

    Raises
    ------
    MissingRelease, UnknownRelease
        When the workspace holds none, or not that one.
    DamagedRelease
        When it cannot be read.
    ValueError
        When there is no such point of view.
    """
    if point_of_view not in POINTS_OF_VIEW:
        raise ValueError(f"point_of_view={point_of_view!r} is not offered; use one of: {', '.join(POINTS_OF_VIEW)}.")
    path = Path(folder)
    if (path / "release.json").is_file():
        return OpenRelease(Release.open(path), point_of_view)
    return OpenRelease(Releases(Workspace(path.absolute())).get(release), point_of_view)
