"""Measure the join of points with polygons; geopandas and a plain script run beside ours, so that ratios hold anywhere.

A million seeded points, half of them over Central Asia, with 300 polygons: countries and provinces of the recorded data,
and made ones with holes, overlaps and a jagged edge. Nothing here is asserted by a test, but the answers are: the run
stops when ours differs from geopandas, from shapely polygon by polygon over all points, or from ray casting in plain numpy
(which knows nothing of GEOS) on a sample.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from rich.console import Console
from rich.table import Table

from geo import datasets
from geo.containment import join_points

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

SEED = 20_240_101
POINTS = 1_000_000
POLYGONS = 300
SAMPLE = 20_000
RUNS = 3


def make_points(rng: np.random.Generator, count: int = POINTS) -> npt.NDArray[np.float64]:
    """Return lon, lat in degrees, shape (count, 2): one half even over the globe, the other over Central Asia."""
    half = count // 2
    lon = np.concatenate([rng.uniform(45, 90, half), rng.uniform(-180, 180, count - half)])
    sine = np.concatenate(
        [rng.uniform(np.sin(np.radians(28)), np.sin(np.radians(56)), half), rng.uniform(-1, 1, count - half)]
    )
    return np.column_stack([lon, np.degrees(np.arcsin(sine))])


def make_polygons(rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Return 300 polygons in EPSG:4326: all provinces, the countries of most vertices, and 40 made stars with a hole."""
    root = datasets.data_root()
    provinces = datasets.read_features(root, "naturalearth/admin1").sort_values("id")
    countries = datasets.read_features(root, "naturalearth/countries").sort_values("id")
    real = np.concatenate([np.asarray(each.geometry.array, dtype=object) for each in (provinces, countries)])
    stars = [_star(rng) for _ in range(40)]
    kept = POLYGONS - len(stars)
    is_province = np.arange(len(real)) < len(provinces)
    by_vertices = np.argsort(-(shapely.get_num_coordinates(real) + 10**9 * is_province), kind="stable")
    return np.concatenate([real[by_vertices[:kept]], np.array(stars, dtype=object)])


def _star(rng: np.random.Generator) -> shapely.Polygon:
    lon, lat, count = rng.uniform(40, 100), rng.uniform(20, 60), 400
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    rim = rng.uniform(2, 8) * rng.uniform(0.6, 1.0, count)
    ring = np.column_stack([lon + rim * np.cos(turn), lat + rim * np.sin(turn)])
    return shapely.Polygon(ring, [(lon, lat) + (ring - (lon, lat)) * 0.3])


def by_ray(lonlat: npt.NDArray[np.float64], shape: shapely.Geometry) -> npt.NDArray[np.bool_]:
    """Tell which points a ray to the east leaves an odd number of times: no library takes part."""
    inside = np.zeros(len(lonlat), dtype=bool)
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        x, y = shapely.get_coordinates(ring).T
        for first in range(0, len(x) - 1, 4096):
            last = min(first + 4096, len(x) - 1)
            x0, x1, y0, y1 = x[first:last], x[first + 1 : last + 1], y[first:last], y[first + 1 : last + 1]
            spans = (y0 > lonlat[:, 1:]) != (y1 > lonlat[:, 1:])
            row, edge = np.nonzero(spans)
            at = x0[edge] + (lonlat[row, 1] - y0[edge]) * (x1[edge] - x0[edge]) / (y1[edge] - y0[edge])
            crossed = np.bincount(row[lonlat[row, 0] < at], minlength=len(lonlat))
            inside ^= crossed % 2 == 1
    return inside


def theirs(points: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, predicate: str) -> npt.NDArray[np.int64]:
    joined = gpd.sjoin(points, polygons, predicate=predicate)
    return np.stack([joined.index.to_numpy(), joined["index_right"].to_numpy()])


def each_polygon(lonlat: npt.NDArray[np.float64], polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Test every point against every polygon: no box, no index, no sorting."""
    found = []
    for position, shape in enumerate(polygons):
        shapely.prepare(shape)
        hits = np.flatnonzero(shapely.intersects_xy(shape, lonlat[:, 0], lonlat[:, 1]))
        found.append(np.stack([hits, np.full(len(hits), position)]))
    return np.concatenate(found, axis=1)


def in_order(pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return pairs[:, np.lexsort((pairs[1], pairs[0]))]


def timed(work: Callable[[], npt.NDArray[np.int64]], runs: int = RUNS) -> tuple[float, float, npt.NDArray[np.int64]]:
    """Return the median CPU and wall seconds of some runs, and the last answer in order."""
    cpu, wall = [], []
    for _ in range(runs):
        cpu_started, wall_started = time.process_time(), time.perf_counter()
        answer = work()
        cpu.append(time.process_time() - cpu_started)
        wall.append(time.perf_counter() - wall_started)
    return statistics.median(cpu), statistics.median(wall), in_order(answer)


def main() -> None:
    """Join, compare the answers and print the figures."""
    console = Console(width=110)
    rng = np.random.default_rng(SEED)
    lonlat, polygons = make_points(rng), make_polygons(rng)
    points = np.asarray(shapely.points(lonlat), dtype=object)
    left = gpd.GeoDataFrame(geometry=points, crs=4326)
    right = gpd.GeoDataFrame(geometry=polygons, crs=4326)
    vertices = int(shapely.get_num_coordinates(polygons).sum())
    console.print(
        f"{len(points):,} points × {len(polygons)} polygons of {vertices:,} vertices; {os.cpu_count()} cores; "
        f"geopandas {gpd.__version__}, shapely {shapely.__version__}, GEOS {shapely.geos_version_string}"
    )
    # Copies, so that no run finds the polygons prepared by another.
    fresh = [np.asarray(shapely.from_wkb(shapely.to_wkb(polygons)), dtype=object) for _ in range(RUNS)]
    measured = {
        "ours: join_points": timed(lambda: join_points(points, fresh.pop())),
        "geopandas sjoin, within": timed(lambda: theirs(left, right, "within")),
        "geopandas sjoin, intersects": timed(lambda: theirs(left, right, "intersects"), runs=1),
        "shapely, every polygon on all points": timed(lambda: each_polygon(lonlat, polygons), runs=1),
    }
    cpu_ours, _, answer = measured["ours: join_points"]
    table = Table("engine", "CPU s", "wall s", "against ours", "pairs", title="Points in polygons")
    for name, (cpu, wall, pairs) in measured.items():
        if not np.array_equal(pairs, answer):
            raise SystemExit(f"{name} gives {pairs.shape[1]:,} pairs, ours {answer.shape[1]:,}: they differ.")
        table.add_row(name, f"{cpu:.2f}", f"{wall:.2f}", f"{cpu / cpu_ours:.2f} ×", f"{pairs.shape[1]:,}")
    console.print(table)
    chosen = np.sort(rng.choice(len(lonlat), SAMPLE, replace=False))
    cast = np.concatenate(
        [
            np.stack([hits := chosen[by_ray(lonlat[chosen], shape)], np.full(len(hits), position)])
            for position, shape in enumerate(polygons)
        ],
        axis=1,
    )
    wanted = answer[:, np.isin(answer[0], chosen)]
    if not np.array_equal(in_order(cast), wanted):
        raise SystemExit(f"Ray casting gives {cast.shape[1]:,} pairs for the sample, ours {wanted.shape[1]:,}.")
    console.print(f"ray casting in numpy, {SAMPLE:,} of the points: the same {cast.shape[1]:,} pairs")


if __name__ == "__main__":
    main()
