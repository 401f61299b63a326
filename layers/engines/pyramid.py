"""Pyramid: the tiles of a layer's lowest zooms as the build made them, one PMTiles archive per layer in the release.

Those tiles hold the most and are asked for by every reader, and no filter applies to them. Only layers whose tiles cost
something have one (:func:`zooms_of`). Its ``metadata`` name the mark of what encoded the tiles
(:attr:`layers.release.Release.tile_mark`): after an upgrade they are encoded anew when they are asked for.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, TileType, deserialize_directory, find_tile, zxy_to_tileid
from pmtiles.writer import Writer

from geo.errors import DamagedRelease
from geo.morton import interleave
from geo.tilegrid import MAX_LATITUDE_DEG, Tile, tile_at
from layers.engines.columns import Columns
from layers.engines.tiles import encode
from layers.filter import Filter
from layers.workers import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from layers.workers import Workers

__all__ = ["Pyramid", "write_archive", "write_pyramid", "zooms_of"]

MANY_POINTS: Final = 100_000
PER_RUN: Final = 24
"""Tiles that a worker makes at once."""

MANY_BYTES: Final = 8_000_000
"""Of a layer's lines and polygons, in all levels."""


def zooms_of(columns: Columns) -> range:
    """Return the zooms for which a layer's tiles are worth making beforehand; none for most layers.

    Points: to zoom 6, where a tile of many still reads a good part of them. Lines and polygons: to zoom 2, where a tile
    holds nearly all of them.
    """
    if columns.has_points:
        return range(7 if columns.placed >= MANY_POINTS else 0)
    return range(3 if columns.levels.size_bytes >= MANY_BYTES else 0)


def write_pyramid(
    file: BinaryIO,
    columns: Columns,
    name: str,
    zooms: range,
    mark: str,
    workers: Workers = HERE,
    path: Path | None = None,
) -> None:
    """Write the tiles of some zooms, at least one, as PMTiles version 3, uncompressed so that layers can be joined.

    The same columns, of which one at least has a geometry, give the same bytes. An empty tile has no place in an archive:
    that it is known to be empty stands with the checksums. Workers that see the columns' file at ``path`` encode runs of
    neighbouring tiles, zoom by zoom.
    """
    west, south, east, north = columns.bounds(np.arange(columns.count)) or (0.0, 0.0, 0.0, 0.0)
    south, north = max(south, -MAX_LATITUDE_DEG), min(north, MAX_LATITUDE_DEG)
    wanted = []
    for z in zooms:
        first, last = tile_at(west, north, z), tile_at(east, south, z)
        # One more on each side: a tile's buffer reaches over its neighbours' edges.
        across = range(max(first.x - 1, 0), min(last.x + 2, 2**z))
        down = range(max(first.y - 1, 0), min(last.y + 2, 2**z))
        wanted += sorted((Tile(z, x, y) for x in across for y in down), key=_morton)
    if workers.count and path is not None and workers.sees(path):
        runs = [wanted[at : at + PER_RUN] for at in range(0, len(wanted), PER_RUN)]
        contents = [content for run in workers.map(_encoded, (path, name), runs) for content in run]
    else:
        contents = [encode(columns, name, tile, Filter()) for tile in wanted]
    made = {zxy_to_tileid(tile.z, tile.x, tile.y): content for tile, content in zip(wanted, contents, strict=True)}
    checksums = {str(tile_id): zlib.crc32(made[tile_id]) for tile_id in sorted(made)}
    _write(file, made, (west, south, east, north), {"name": name, "mark": mark, "crc32": checksums}, Compression.NONE)


def _morton(tile: Tile) -> int:
    """Where a tile stands among those of its zoom, in the order of the points."""
    return int(interleave(np.array([tile.x], dtype=np.uint64), np.array([tile.y], dtype=np.uint64))[0])


def _encoded(given: tuple[Path, str], tiles: Sequence[Tile]) -> list[bytes]:
    """Encode some tiles of a column file: a worker's part."""
    path, name = given
    columns = Columns.open(path)
    return [encode(columns, name, tile, Filter()) for tile in tiles]


def write_archive(
    file: BinaryIO,
    tiles: Iterable[tuple[Tile, bytes]],
    bounds: tuple[float, float, float, float],
    metadata: dict[str, Any],
) -> None:
    """Write gzipped vector tiles as PMTiles version 3, for readers other than ours; the same tiles give the same bytes.

    At least one of them is not empty. ``bounds`` are west, south, east, north in degrees; ``metadata`` are what TileJSON calls
    so (``name``, ``attribution``, ``vector_layers`` …).
    """
    made = {zxy_to_tileid(tile.z, tile.x, tile.y): content for tile, content in tiles}
    _write(file, made, bounds, metadata, Compression.GZIP)


def _write(
    file: BinaryIO,
    made: dict[int, bytes],
    bounds: tuple[float, float, float, float],
    metadata: dict[str, Any],
    compression: Compression,
) -> None:
    writer = Writer(file)
    for tile_id in sorted(tile_id for tile_id, content in made.items() if content):
        writer.write_tile(tile_id, made[tile_id])
    west, south, east, north = bounds
    corners = {"min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north}
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": compression,
        **{key: round(value * 1e7) for key, value in corners.items()},
        "center_zoom": 0,
        "center_lon_e7": round((west + east) / 2 * 1e7),
        "center_lat_e7": round((south + north) / 2 * 1e7),
    }
    writer.finalize(header, metadata)


class Pyramid:
    """An archive, opened for reading. Header and directories are read once and kept.

    Raises
    ------
    DamagedRelease
        When it is missing, cut off or no PMTiles archive.
    """

    def __init__(self, path: Path) -> None:
        self._name = "/".join(path.parts[-3:])
        try:
            with path.open("rb") as file:
                self._bytes = MmapSource(file)  # the mapping outlives the handle
            reader = Reader(self._bytes)
            self._header = reader.header()
            self._metadata: dict[str, Any] = reader.metadata()
            self._root = deserialize_directory(self._bytes(self._header["root_offset"], self._header["root_length"]))
            end = self._header["tile_data_offset"] + self._header["tile_data_length"]
            is_whole = path.stat().st_size == end
        except Exception as error:
            # pmtiles has errors of its own for a wrong magic number and version, and lets those of gzip and JSON pass.
            raise self._damage(f"cannot be read ({type(error).__name__})") from error
        if not is_whole:
            raise self._damage("is cut off")
        self._leaves: dict[int, Any] = {}

    @property
    def mark(self) -> str:
        """The mark of what encoded the tiles."""
        return str(self._metadata["mark"])

    def get(self, tile: Tile) -> bytes | None:
        """Return a tile, ``b""`` where it is known to be empty, ``None`` where the archive does not reach.

        Raises
        ------
        DamagedRelease
            When its bytes are not those that were written.
        """
        tile_id = zxy_to_tileid(tile.z, tile.x, tile.y)
        if str(tile_id) not in self._metadata["crc32"]:
            return None
        entry = find_tile(self._root, tile_id)
        while entry is not None and entry.run_length == 0 and entry.length:
            offset = self._header["leaf_directory_offset"] + entry.offset
            if offset not in self._leaves:
                self._leaves[offset] = deserialize_directory(self._bytes(offset, entry.length))
            entry = find_tile(self._leaves[offset], tile_id)
        content = b"" if entry is None else self._bytes(self._header["tile_data_offset"] + entry.offset, entry.length)
        if zlib.crc32(content) != self._metadata["crc32"][str(tile_id)]:
            raise self._damage(f"has changed since it was written ({tile.z}/{tile.x}/{tile.y})")
        return bytes(content)

    def _damage(self, what: str) -> DamagedRelease:
        return DamagedRelease(
            f"{self._name} {what}.", hint="Run `corridormap verify` to see what differs, then `corridormap build`."
        )
