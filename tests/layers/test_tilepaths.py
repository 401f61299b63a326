from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.shapes import repair
from geo.tilegrid import Tile, bounds, bounds_3857, project_3857, tile_at
from layers.tilepaths import BUFFER, EXTENT, commands, cut_paths
from tests.tilereader import decoded, frame_of, message_of, shapes_of, source_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DUSHANBE = (68.774, 38.56)

lons = st.floats(-179, 179, allow_nan=False).map(lambda value: round(value, 5))
lats = st.floats(-80, 80, allow_nan=False).map(lambda value: round(value, 5))


def expected_units(geometry: BaseGeometry, tile: Tile) -> BaseGeometry:
    """Return what a perfect encoder would draw: the shape in the tile and its buffer, in tile units."""
    box = bounds_3857(tile)
    scale = EXTENT / (box.east - box.west)
    units = shapely.transform(
        project_3857(geometry), lambda xy: (xy - np.array([box.west, box.north])) * np.array([scale, -scale])
    )
    return repair(units).intersection(shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER))


def test_of_no_features_there_are_no_paths_and_no_commands() -> None:
    none = np.array([], dtype=np.int64)
    paths = cut_paths(np.array([], dtype=object), none.astype(np.int8), none, Tile(0, 0, 0))
    assert (paths.xy.shape, paths.sizes.shape, paths.rows.shape, paths.kinds.shape) == ((0, 2), (0,), (0,), (0,))
    geometry, rows, kinds = commands(paths)
    assert [len(each) for each in (geometry.data, geometry.lengths, rows, kinds)] == [0, 0, 0, 0]


# ------------------------------------------------------------------------------------------------------------ points


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=25), st.integers(0, 20))
def test_a_point_lies_in_exactly_one_tile(points: list[tuple[float, float]], z: int) -> None:
    source = source_of(*(shapely.Point(each) for each in points))
    asked = {tile_at(lon, lat, z) for lon, lat in points}
    last = 2**z - 1
    around = {
        Tile(z, min(max(t.x + i, 0), last), min(max(t.y + j, 0), last))
        for t in asked
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    }
    seen: list[str] = []
    for tile in around:
        for feature in decoded(source.encode(tile)):
            x, y = feature["geometry"]["coordinates"]
            assert -BUFFER <= x < EXTENT + BUFFER
            assert -BUFFER <= y < EXTENT + BUFFER
            if 0 <= x < EXTENT and 0 <= y < EXTENT:
                seen.append(feature["properties"]["id"])
    assert sorted(seen) == sorted(source.ids)


@given(lons, lats, st.integers(0, 20))
def test_a_point_is_drawn_where_it_is(lon: float, lat: float, z: int) -> None:
    tile = tile_at(lon, lat, z)
    source = source_of(shapely.Point(lon, lat))
    (drawn,) = shapes_of(source.encode(tile))
    assert shapely.distance(drawn, expected_units(shapely.Point(lon, lat), tile)) <= 2**0.5 + 1e-6


def test_a_point_near_an_edge_is_in_the_neighbours_buffer_too() -> None:
    tile = Tile(6, 44, 24)
    east = bounds(tile).east
    source = source_of(shapely.Point(east - 0.01, bounds(tile).north - 2))
    (here,), (there,) = shapes_of(source.encode(tile)), shapes_of(source.encode(Tile(6, 45, 24)))
    assert here.equals(shapely.transform(there, lambda xy: xy + np.array([EXTENT, 0])))
    assert -BUFFER <= there.bounds[0] < 0


def test_points_of_one_feature_in_one_pixel_are_drawn_once() -> None:
    source = source_of(shapely.MultiPoint([(10, 10), (10.000001, 10), (20, 20), (10, 10)]))
    (drawn,) = shapes_of(source.encode(Tile(0, 0, 0)))
    assert len(shapely.get_parts(drawn)) == 2


def test_at_the_antimeridian_and_the_poles_a_point_stays_in_the_grid() -> None:
    source = source_of(shapely.Point(180, 0), shapely.Point(-180, 0), shapely.Point(190, 0), shapely.Point(0, 90))
    assert [feature["properties"]["id"] for feature in decoded(source.encode(Tile(3, 7, 4)))] == ["f0000"]
    assert [feature["properties"]["id"] for feature in decoded(source.encode(Tile(3, 0, 4)))] == ["f0001", "f0002"]
    assert decoded(source.encode(Tile(3, 4, 0)))[0]["geometry"]["coordinates"] == [0, 0]


# ------------------------------------------------------------------------------------------------------------- lines


@settings(deadline=None)
@given(st.lists(st.tuples(lons, lats), min_size=2, max_size=8), st.integers(0, 6), st.data())
def test_a_line_is_drawn_within_one_unit(path: list[tuple[float, float]], z: int, data: st.DataObject) -> None:
    # Steps of up to half the world are one line; longer ones go the other way round and are tested with the cut.
    path = [(lon / 2, lat) for lon, lat in path]
    tile = tile_at(*data.draw(st.sampled_from(path)), z)
    wanted = expected_units(shapely.LineString(path), tile)
    drawn = shapely.union_all(shapes_of(source_of(shapely.LineString(path)).encode(tile)))
    assert drawn.is_valid
    assert drawn.within(wanted.buffer(1)) or drawn.is_empty
    # What is shorter than a unit may be gone.
    assert shapely.difference(wanted, drawn.buffer(1)).length <= 2**0.5 * (1 + len(path) * (wanted.length < 2))


def test_a_line_shorter_than_a_unit_is_a_point_and_no_point_comes_twice() -> None:
    lon, lat = DUSHANBE
    dot = shapely.LineString([(lon, lat), (lon + 1e-6, lat)])
    stutter = shapely.LineString([(0, 0), (0, 0), (1e-6, 0), (40, 0), (40, 0)])
    source = source_of(dot, stutter, shapely.MultiLineString([dot, stutter]), shapely.MultiLineString([dot, dot]))
    features = decoded(source.encode(Tile(0, 0, 0)))
    assert [feature["properties"]["id"] for feature in features] == ["f0000", "f0001", "f0002", "f0003"]
    assert [feature["geometry"]["type"] for feature in features] == ["Point", "LineString", "LineString", "Point"]
    assert [len(feature["geometry"]["coordinates"]) for feature in features] == [2, 2, 2, 2]


@settings(deadline=None)
@given(
    lons,
    lats,
    st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), min_size=2, max_size=5, unique=True),
    st.integers(0, 20),
)
def test_every_line_is_in_the_tile_that_it_lies_in(
    lon: float, lat: float, steps: list[tuple[int, int]], z: int
) -> None:
    """However short: a claim of a few metres is still a claim on a map of the world."""
    line = shapely.LineString([(lon + dx / 1e6, lat + dy / 1e6) for dx, dy in steps])
    tile = tile_at(line.coords[0][0], line.coords[0][1], z)
    (drawn,) = shapes_of(source_of(line).encode(tile))
    wanted = expected_units(line, tile)
    assert drawn.within(wanted.buffer(1))
    assert drawn.geom_type != "Point" or np.ptp(shapely.get_coordinates(wanted), axis=0).max() <= 1


def test_a_longer_line_that_only_touches_a_tile_leaves_no_point_there() -> None:
    box = bounds(Tile(5, 20, 12))
    edge = box.west - (box.east - box.west) * BUFFER / EXTENT
    line = shapely.LineString([(edge - 3, box.south + 1), (edge, box.south + 2), (edge - 3, box.south + 3)])
    assert source_of(line).encode(Tile(5, 20, 12)) == b""
    assert len(shapes_of(source_of(line).encode(Tile(5, 19, 12)))) == 1


def test_a_line_that_leaves_and_comes_back_is_two_lines() -> None:
    west, east = bounds(Tile(4, 8, 7)).west, bounds(Tile(4, 8, 7)).east
    line = shapely.LineString([(west + 1, 5), (east + 9, 6), (east + 9, 7), (west + 1, 8)])
    (feature,) = decoded(source_of(line).encode(Tile(4, 8, 7)))
    assert feature["geometry"]["type"] == "MultiLineString"
    assert len(feature["geometry"]["coordinates"]) == 2


def test_a_line_over_the_antimeridian_is_drawn_on_both_sides() -> None:
    source = source_of(shapely.LineString([(170, 10), (-170, 10)]))
    assert shapes_of(source.encode(Tile(2, 3, 1)))[0].bounds[2] == EXTENT
    assert shapes_of(source.encode(Tile(2, 0, 1)))[0].bounds[0] == 0
    assert source.encode(Tile(2, 1, 1)) == b""


# ---------------------------------------------------------------------------------------------------------- polygons


@st.composite
def polygons(draw: st.DrawFn) -> BaseGeometry:
    """Draw a valid polygon about a place, of any size, with holes and several parts."""
    lon, lat = draw(lons) / 2, draw(lats) / 2
    size = draw(st.sampled_from([80.0, 10.0, 1.0, 0.1, 0.001])) / 2
    steps = st.tuples(*[st.floats(-1, 1).map(lambda value: round(value, 6))] * 2)
    shells = draw(st.lists(st.lists(steps, min_size=3, max_size=12, unique=True), min_size=1, max_size=3))
    rings = [[(lon + size * x, lat + size * y) for x, y in shell] for shell in shells]
    shape = repair(shapely.Polygon(rings[0]))
    for ring in rings[1:]:
        shape = repair(shape.symmetric_difference(repair(shapely.Polygon(ring))))
    return shape


def check_winding(data: bytes) -> None:
    """Hold MVT 4.3.4.4 on the command integers themselves: rings closed, no point twice, an exterior first and positive."""
    for layer in message_of(data).layers:
        assert (layer.version, layer.extent) == (2, EXTENT)
        for feature in layer.features:
            numbers, x, y, i, areas = list(feature.geometry), 0, 0, 0, []
            ring: list[tuple[int, int]] = []
            while i < len(numbers):
                command, count = numbers[i] & 7, numbers[i] >> 3
                i += 1
                if command == 7:
                    assert count == 1
                    assert len(set(ring)) >= 3
                    assert ring[0] != ring[-1]
                    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
                    areas.append(twice)
                    continue
                if command == 1:
                    ring = []
                for _ in range(count):
                    dx, dy = ((n >> 1) ^ -(n & 1) for n in numbers[i : i + 2])
                    assert command == 1 or (dx, dy) != (0, 0)
                    x, y, i = x + dx, y + dy, i + 2
                    ring.append((x, y))
            if feature.type == 3:
                assert areas[0] > 0
                assert 0 not in areas


@settings(deadline=None)
@given(polygons(), st.integers(0, 12), st.data())
def test_a_polygon_is_drawn_valid_and_within_one_unit(polygon: BaseGeometry, z: int, data: st.DataObject) -> None:
    lon, lat = data.draw(st.sampled_from(shapely.get_coordinates(polygon).tolist() or [DUSHANBE]))
    tile = tile_at(lon, lat, z)
    encoded = source_of(polygon).encode(tile)
    check_winding(encoded)
    drawn = shapely.union_all(shapes_of(encoded))
    assert all(shape.is_valid for shape in shapes_of(encoded))
    wanted = expected_units(polygon, tile)
    assert shapely.difference(drawn, wanted.buffer(1)).area < 1e-6
    assert shapely.difference(wanted.buffer(-1), drawn).area < 1e-6


def test_holes_are_wound_the_other_way_and_follow_their_exterior() -> None:
    ring = shapely.box(-60, -30, 60, 30).difference(shapely.box(-20, -10, 20, 10))
    island = shapely.box(-5, -5, 5, 5)
    encoded = source_of(shapely.union_all([ring, island])).encode(Tile(0, 0, 0))
    check_winding(encoded)
    (drawn,) = shapes_of(encoded)
    assert sorted(len(part.interiors) for part in shapely.get_parts(drawn)) == [0, 1]


def test_a_polygon_collapsing_to_a_line_is_dropped_at_a_low_zoom_only() -> None:
    lon, lat = DUSHANBE
    sliver = shapely.box(lon, lat, lon + 3, lat + 0.0005)
    for simplify in (False, True):
        source = source_of(sliver, simplify=simplify)
        assert source.encode(Tile(0, 0, 0)) == b""
        assert len(shapes_of(source.encode(tile_at(lon + 0.01, lat, 12)))) == 1


def test_a_spike_that_collapses_does_not_break_its_polygon() -> None:
    spike = shapely.Polygon([(0, 0), (20, 0), (20, 9.99), (40, 10), (20, 10.01), (20, 20), (0, 20)])
    encoded = source_of(spike).encode(Tile(0, 0, 0))
    check_winding(encoded)
    (drawn,) = shapes_of(encoded)
    assert drawn.is_valid
    assert drawn.area == pytest.approx(expected_units(spike, Tile(0, 0, 0)).area, rel=0.01)


def test_a_tile_inside_a_polygon_is_full_and_inside_its_hole_empty() -> None:
    ring = shapely.box(-60, -30, 60, 60).difference(shapely.box(-20, -10, 20, 40))
    source = source_of(ring)
    (drawn,) = shapes_of(source.encode(tile_at(40, 20, 8)))
    assert drawn.equals(shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER))
    assert source.encode(tile_at(0, 20, 8)) == b""
    assert source.encode(tile_at(150, 20, 8)) == b""


def test_a_ring_that_touches_the_clip_edge_leaves_no_trace_behind_it() -> None:
    box = bounds_3857(Tile(5, 22, 12))
    side = box.east - box.west
    reach_east = box.east + side * BUFFER / EXTENT
    touching = shapely.box(reach_east, box.south, reach_east + side, box.north)
    through = shapely.box(box.west, box.south, box.east, box.north)
    along = shapely.LineString([(reach_east, box.south), (reach_east, box.north)])
    frame = frame_of(*gpd.GeoSeries([touching, through, along], crs="EPSG:3857").to_crs("EPSG:4326"))
    encoded = source_of(*frame.geometry).encode(Tile(5, 22, 12))
    check_winding(encoded)
    drawn = dict(zip([f["properties"]["id"] for f in decoded(encoded)], shapes_of(encoded), strict=True))
    assert "f0000" not in drawn
    assert drawn["f0001"].equals(shapely.box(0, 0, EXTENT, EXTENT))


def test_parts_that_fall_upon_each_other_when_rounded_become_one() -> None:
    """The cut leaves a collection here, whose polygons are valid alone but overlap on the grid."""
    slivers = shapely.from_wkt(
        "MULTIPOLYGON (((0 1.393939393939394, 3.625 1.8333333333333333, 0 1.3939393939393938, 0 1.393939393939394)),"
        "((0 -3, -3.90625 0.90625, -2.4264705882352944 1.1176470588235294, -2.734375 1.0625, 0 1.3939393939393938, 0 -3)),"
        "((-3.90625 0.90625, -5 0.75, -3.9285714285714284 0.9285714285714286, -3.90625 0.90625)),"
        "((-5 2, 0 2, 0 1.5833333333333333, -3.9285714285714284 0.9285714285714286, -5 2)),"
        "((0 1.5833333333333333, 2.5 2, 3.75 2, 0 1.4642857142857142, 0 1.5522388059701493, 0 1.5833333333333333)),"
        "((0 1.5522388059701493, -2.426470588235294 1.1176470588235294, -2.4264705882352944 1.1176470588235294,"
        " 0 1.5522388059701493)), ((-2.734375 1.0625, -2.426470588235294 1.1176470588235294, 0 1.4642857142857142,"
        " 0 1.393939393939394, -2.734375 1.0625)), ((5 2, 0 -3, 3.625 1.8333333333333333, 3.75 2, 5 2)))"
    )
    for z in range(1, 9):
        encoded = source_of(slivers).encode(tile_at(0, 1.393939393939394, z))
        check_winding(encoded)
        assert all(shape.is_valid for shape in shapes_of(encoded))


def test_a_polygon_over_the_antimeridian_is_drawn_on_both_sides() -> None:
    source = source_of(shapely.box(170, -10, 190, 10))
    west, east = shapes_of(source.encode(Tile(1, 1, 0)))[0], shapes_of(source.encode(Tile(1, 0, 0)))[0]
    assert west.bounds[2] == EXTENT
    assert east.bounds[0] == 0
    assert west.area == pytest.approx(east.area, rel=0.01)


def test_a_bow_tie_and_a_polar_cap_are_drawn_valid() -> None:
    bow_tie = shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)])
    cap = shapely.Polygon([(-180, -90), (180, -90), (180, -70), (0, -60), (-180, -70)])
    encoded = source_of(bow_tie, cap).encode(Tile(0, 0, 0))
    check_winding(encoded)
    assert [shape.is_valid for shape in shapes_of(encoded)] == [True, True]
    assert shapes_of(encoded)[1].bounds[3] == EXTENT


def test_a_mixed_collection_is_drawn_by_its_polygons() -> None:
    mixed = shapely.GeometryCollection(
        [shapely.Point(50, 50), shapely.box(0, 0, 9, 9), shapely.LineString([(0, 0), (50, 50)])]
    )
    assert [shape.geom_type for shape in shapes_of(source_of(mixed).encode(Tile(0, 0, 0)))] == ["Polygon"]
