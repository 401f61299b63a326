from __future__ import annotations

import subprocess
import sys

import morecantile
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import OutsideTileMatrix
from geo.tilegrid import (
    HALF_WORLD_M,
    MAX_LATITUDE_DEG,
    MAX_ZOOM,
    Tile,
    bounds,
    bounds_3857,
    check,
    project_3857,
    tile_at,
    tile_matrix_set,
)

longitudes = st.floats(-180, 180, allow_nan=False)
latitudes = st.floats(-85, 85, allow_nan=False)
zooms = st.integers(0, MAX_ZOOM)


@st.composite
def tiles(draw: st.DrawFn) -> Tile:
    z = draw(zooms)
    return Tile(z, draw(st.integers(0, 2**z - 1)), draw(st.integers(0, 2**z - 1)))


@given(tiles())
def test_the_middle_of_a_tile_lies_in_that_tile(tile: Tile) -> None:
    box = bounds(tile)
    # The middle in degrees of latitude is not the middle of the square, but it is inside.
    assert tile_at((box.west + box.east) / 2, (box.south + box.north) / 2, tile.z) == tile


@given(longitudes, latitudes, zooms)
def test_a_point_lies_within_the_bounds_of_its_tile(lon: float, lat: float, z: int) -> None:
    box = bounds(tile_at(lon, lat, z))
    assert box.west - 1e-9 <= lon <= box.east + 1e-9
    assert box.south - 1e-9 <= lat <= box.north + 1e-9


@given(longitudes, latitudes, st.integers(1, MAX_ZOOM))
def test_the_parent_of_a_points_tile_holds_the_point(lon: float, lat: float, z: int) -> None:
    child = tile_at(lon, lat, z)
    assert tile_at(lon, lat, z - 1) == Tile(z - 1, child.x // 2, child.y // 2)


@given(tiles())
def test_bounds_in_metres_are_the_bounds_in_degrees_projected(tile: Tile) -> None:
    degrees, metres = bounds(tile), bounds_3857(tile)
    x, y = project_3857([degrees.west, degrees.east], [degrees.south, degrees.north])
    assert x.tolist() == pytest.approx([metres.west, metres.east], abs=1e-5)
    assert y.tolist() == pytest.approx([metres.south, metres.north], abs=1e-5)


@given(tiles())
def test_morecantile_agrees_on_the_bounds(tile: Tile) -> None:
    judge = tile_matrix_set().bounds(morecantile.Tile(tile.x, tile.y, tile.z))
    box = bounds(tile)
    assert (box.west, box.south, box.east, box.north) == pytest.approx(tuple(judge), abs=1e-9)


@given(tiles())
def test_neighbours_share_their_edge_exactly(tile: Tile) -> None:
    if tile.x + 1 < 2**tile.z:
        assert bounds_3857(tile).east == bounds_3857(Tile(tile.z, tile.x + 1, tile.y)).west
    if tile.y + 1 < 2**tile.z:
        assert bounds_3857(tile).south == bounds_3857(Tile(tile.z, tile.x, tile.y + 1)).north


@given(longitudes, latitudes)
def test_pyproj_agrees_on_the_projection(lon: float, lat: float) -> None:
    judge = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    x, y = project_3857(lon, lat)
    assert (float(x), float(y)) == pytest.approx(judge.transform(lon, lat), abs=1e-5)


def test_the_poles_lie_on_the_edge_of_the_square() -> None:
    assert pytest.approx(85.05112878, abs=1e-8) == MAX_LATITUDE_DEG
    x, y = project_3857(np.array([-180.0, 180.0]), np.array([-90.0, 90.0]))
    assert x.tolist() == [-HALF_WORLD_M, HALF_WORLD_M]
    assert y.tolist() == pytest.approx([-HALF_WORLD_M, HALF_WORLD_M])


@pytest.mark.parametrize(
    ("lon", "lat", "tile"),
    [
        (-180, 85, Tile(2, 0, 0)),
        (180, 0, Tile(2, 3, 2)),
        (200, 0, Tile(2, 3, 2)),
        (-200, 89, Tile(2, 0, 0)),
        (0, 0, Tile(2, 2, 2)),
        (-1e-9, 1e-9, Tile(2, 1, 1)),
    ],
)
def test_every_point_of_the_earth_has_a_tile(lon: float, lat: float, tile: Tile) -> None:
    assert tile_at(lon, lat, 2) == tile


def test_geometries_are_projected_whole_and_none_and_empty_stay() -> None:
    projected = project_3857(np.array([shapely.Point(180, 0), None, shapely.Point()]))
    assert projected[0].equals_exact(shapely.Point(HALF_WORLD_M, 0), 1e-6)
    assert projected[1] is None
    assert projected[2].is_empty


@pytest.mark.parametrize(
    "tile", [Tile(-1, 0, 0), Tile(9, 0, 0), Tile(25, 0, 0), Tile(3, 8, 0), Tile(3, -1, 0), Tile(0, 0, 1)]
)
def test_a_tile_that_is_not_there_is_refused_with_the_range(tile: Tile) -> None:
    with pytest.raises(OutsideTileMatrix) as caught:
        check(tile, maxzoom=8)
    assert f"{tile.z}/{tile.x}/{tile.y}" in caught.value.message
    allowed = f"0 to {2**tile.z - 1}" if 0 <= tile.z <= 8 else "0 to 8"
    assert allowed in caught.value.hint


def test_no_zoom_is_deeper_than_the_tile_matrix_set() -> None:
    assert check(Tile(24, 2**24 - 1, 0), maxzoom=30) == Tile(24, 2**24 - 1, 0)
    for asked in (lambda: check(Tile(25, 0, 0), maxzoom=30), lambda: tile_at(0, 0, 25), lambda: bounds(Tile(25, 0, 0))):
        with pytest.raises(OutsideTileMatrix):
            asked()
    assert tile_matrix_set().maxzoom == MAX_ZOOM


def test_importing_the_grid_does_not_import_morecantile() -> None:
    code = "import sys, geo.tilegrid; assert 'morecantile' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
