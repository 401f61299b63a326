"""Mapbox Vector Tile 2.1: the layers of a tile laid side by side.

What one layer shows is cut out by the engine that holds its features. Beneath lie :mod:`layers.tilepaths` (shapes as
command integers), :mod:`layers.tilelayer` (the message of a layer) and :mod:`layers.wire` (columns of protobuf bytes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.tilegrid import MAX_ZOOM, check
from layers.filter import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.tilegrid import Tile
    from layers.layer import Layer
    from layers.release import Release

__all__ = ["encode_tile"]


def encode_tile(release: Release, layers: Iterable[Layer], tile: Tile, wanted: Filter, point_of_view: str) -> bytes:
    """Return one tile of some layers of a release, uncompressed.

    Parameters
    ----------
    release
        Where the features are.
    layers
        In the order that they are to have, each once. A layer is empty above its ``minzoom``; below its ``maxzoom`` it is
        drawn as there.
    tile
        ``z, x, y``.
    wanted
        Features that may appear. A layer that cannot obey a field of it stays as it is.
    point_of_view
        From which borders are drawn.

    Returns
    -------
    bytes
        A Tile message; ``b""`` when no layer has anything there.

    Raises
    ------
    OutsideTileMatrix
        When there is no such tile.
    UnknownLayer, DamagedRelease
        When the release has no such layer, or its file is not what was written.
    """
    check(tile, MAX_ZOOM)
    return b"".join(_part(release, layer, tile, wanted, point_of_view) for layer in layers if layer.minzoom <= tile.z)


def _part(release: Release, layer: Layer, tile: Tile, wanted: Filter, point_of_view: str) -> bytes:
    if wanted == Filter() and (pyramid := release.pyramid(layer.id, point_of_view)) is not None:
        made = pyramid.get(tile)
        if made is not None:
            return made
    return release.features(layer.id, point_of_view).tile(layer.id, tile, wanted)
