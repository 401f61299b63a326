"""Measure tiles and requests; a peer runs beside ours, so that ratios hold on any machine.

``make bench`` prints a table. CPU is this process's own time; nothing here is asserted by a test.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import mapbox_vector_tile
import numpy as np
import shapely
from rich.console import Console
from rich.table import Table

from geo import datasets
from geo.tilegrid import Tile, bounds_3857, project_3857, tile_at
from layers.build import build_release
from layers.catalog import default_catalog
from layers.engines.build import columns_of
from layers.engines.tiles import encode
from layers.filter import Filter
from layers.table import plain
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.release import Release

FEWEST = 5
"""Calls that a median needs at the least."""

LON, LAT = 70.0, 37.6
"""A point on the Afghan-Tajik border."""


def cpu_ms(work: Callable[[], object], *, least_s: float = 1.0) -> tuple[float, int]:
    """Return the median CPU milliseconds of a call, and how often it was called; the first call warms up."""
    work()
    spent = []
    until = time.perf_counter() + least_s
    while time.perf_counter() < until or len(spent) < FEWEST:
        started = time.process_time()
        work()
        spent.append((time.process_time() - started) * 1000)
    return statistics.median(spent), len(spent)


def peer_tile(table: gpd.GeoDataFrame, shapes_3857: np.ndarray, keys: tuple[str, ...], name: str, tile: Tile) -> bytes:
    """Encode a tile as a plain script would: clip with shapely, encode with mapbox-vector-tile. Nothing is simplified."""
    bounds = bounds_3857(tile)
    box = (bounds.west, bounds.south, bounds.east, bounds.north)
    inside = np.flatnonzero(shapely.intersects(shapes_3857, shapely.box(*box)))
    clipped = shapely.clip_by_rect(shapes_3857[inside], *box)
    rows = table.iloc[inside][list(keys)].to_dict("records")
    features = [
        {
            "geometry": shape,
            "properties": {key: value for key, cell in row.items() if (value := plain(cell)) is not None},
        }
        for shape, row in zip(clipped, rows, strict=True)
        if not shape.is_empty
    ]
    encoded: bytes = mapbox_vector_tile.encode(
        {"name": name, "features": features}, default_options={"quantize_bounds": box, "y_coord_down": False}
    )
    return encoded


def measure_encoder(release: Release, table: Table) -> None:
    """Ours against the peer, for real layers at three zooms."""
    for layer_id in ("borders", "organizations", "admin1_labels"):
        layer, rows = release.catalog[layer_id], release.table(layer_id)
        rows = rows[rows.geometry.notna()].reset_index(drop=True)
        source = columns_of(rows, layer)
        shapes_3857 = np.asarray(project_3857(np.asarray(rows.geometry.array, dtype=object)), dtype=object)
        for z in (0, 3, 6):
            tile = tile_at(LON, LAT, z)
            ours, _ = cpu_ms(lambda source=source, tile=tile, name=layer_id: encode(source, name, tile, Filter()))
            peer, _ = cpu_ms(
                lambda rows=rows, shapes=shapes_3857, keys=layer.tile_properties, name=layer_id, tile=tile: peer_tile(
                    rows, shapes, keys, name, tile
                )
            )
            size = len(encode(source, layer_id, tile, Filter()))
            table.add_row(f"{layer_id} z{z}", f"{ours:.2f}", f"{peer:.2f}", f"{peer / ours:.1f} ×", f"{size:,}")


def measure_requests(workspace: Workspace, root: Path, table: Table) -> None:
    """CPU of whole requests through the WSGI app, without the network."""
    client = create_app(Config(workspace=workspace.path, root=root)).test_client()
    release = workspace.latest()
    tile = tile_at(LON, LAT, 5)
    together = "borders,corridors,context_corridors,transport_corridors,corridor_marks,incidents,organizations"
    where = f"{tile.z}/{tile.x}/{tile.y}.mvt"
    counter = iter(range(10**9))
    paths: dict[str, Callable[[], str]] = {
        "page /": lambda: "/?lang=en",
        "cached composite tile z5": lambda: f"/tiles/{release}/{together}/{where}",
        # A new box each time is a new filter: nothing of it is cached.
        "filtered incidents tile z0": lambda: (
            f"/tiles/{release}/incidents/0/0/0.mvt?bbox=0,0,{80 + next(counter) % 10**4 / 100},80"
        ),
        "incidents.geojson": lambda: "/export/incidents.geojson",
        "borders.geojson": lambda: "/export/borders.geojson",
        "evidence JSON": lambda: "/evidence/inc04",
    }
    for name, path in paths.items():
        took, _ = cpu_ms(lambda path=path: client.get(path(), headers={"Accept-Encoding": "gzip"}).data)
        size = len(client.get(path(), headers={"Accept-Encoding": "gzip"}).data)
        table.add_row(name, f"{took:.2f}", f"{size:,}")


def main() -> None:
    """Build a release in a temporary folder and print the figures."""
    console = Console(width=100)
    root = datasets.data_root()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        started = time.process_time()
        release, _ = build_release(workspace, root, default_catalog())
        console.print(
            f"release {release.id}: built in {time.process_time() - started:.1f} s of CPU; {os.cpu_count()} cores"
        )
        encoder = Table("tile", "ours, CPU ms", "mapbox-vector-tile, CPU ms", "ratio", "bytes", title="Encoding")
        measure_encoder(release, encoder)
        console.print(encoder)
        requests = Table("request", "CPU ms", "bytes sent (gzip)", title="Requests, warm")
        measure_requests(workspace, root, requests)
        console.print(requests)


if __name__ == "__main__":
    main()
