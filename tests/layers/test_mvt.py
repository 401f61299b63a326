from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from geo.errors import OutsideTileMatrix
from geo.featureid import integer_id
from geo.shapes import is_coverage, repair
from geo.tilegrid import Tile, bounds, bounds_3857, project_3857, tile_at
from layers.mvt import BUFFER, EXTENT, TileSource, encode_tile, encode_value, varints, zigzag

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

DUSHANBE = (68.774, 38.56)

lons = st.floats(-179, 179, allow_nan=False).map(lambda value: round(value, 5))
lats = st.floats(-80, 80, allow_nan=False).map(lambda value: round(value, 5))


def frame_of(*geometries: BaseGeometry | None, **columns: list[Any]) -> gpd.GeoDataFrame:
    ids = [f"f{i:04d}" for i in range(len(geometries))]
    return gpd.GeoDataFrame({"id": ids, **columns}, geometry=list(geometries), crs="EPSG:4326")


def source_of(*geometries: BaseGeometry | None, simplify: bool = False, **columns: list[Any]) -> TileSource:
    return TileSource.from_frame(
        frame_of(*geometries, **columns), name="things", tile_properties=columns, simplify=simplify
    )


def decoded(data: bytes) -> list[dict[str, Any]]:
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    features: list[dict[str, Any]] = layers["things"]["features"] if layers else []
    return features


def shapes_of(data: bytes) -> list[BaseGeometry]:
    return [shapely.geometry.shape(feature["geometry"]) for feature in decoded(data)]


def message_of(data: bytes) -> Any:
    message = vector_tile_pb2.tile()
    message.ParseFromString(data)
    return message


def expected_units(geometry: BaseGeometry, tile: Tile) -> BaseGeometry:
    """Return what a perfect encoder would draw: the shape in the tile and its buffer, in tile units."""
    box = bounds_3857(tile)
    scale = EXTENT / (box.east - box.west)
    units = shapely.transform(
        project_3857(geometry), lambda xy: (xy - np.array([box.west, box.north])) * np.array([scale, -scale])
    )
    return repair(units).intersection(shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER))


# ---------------------------------------------------------------------------------------------------------- the wire


def read_varints(data: bytes) -> list[int]:
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return numbers


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_varints_are_read_back(numbers: list[int]) -> None:
    rows = varints(np.array(numbers, dtype=np.uint64))
    assert read_varints(rows.data.tobytes()) == numbers
    assert rows.lengths.tolist() == [max(1, -(-number.bit_length() // 7)) for number in numbers]


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_zigzag_is_undone(numbers: list[int]) -> None:
    coded = [int(each) for each in zigzag(np.array(numbers, dtype=np.int64))]
    assert [(each >> 1) ^ -(each & 1) for each in coded] == numbers


VALUES: list[tuple[object, object]] = [
    ("душанбе", "душанбе"),
    ("", ""),
    (True, True),
    (False, False),
    (0, 0),
    (2**64 - 1, 2**64 - 1),
    (-(2**63), -(2**63)),
    (0.1, 0.1),
    (0.5, 0.5),
    (1e300, 1e300),
    (-2.0, -2.0),
    (np.float32(0.1), float(np.float32(0.1))),
    (np.int16(-7), -7),
    (np.bool_(True), True),
    (np.str_("x"), "x"),
    (dt.date(2010, 5, 1), "2010-05-01"),
    (pd.Timestamp("2010-05-01T12:00:00Z"), "2010-05-01T12:00:00+00:00"),
    (["a", {"b": 1}], '["a",{"b":1}]'),
    (np.array([1, 2]), "[1,2]"),
]


@pytest.mark.parametrize(("value", "read"), VALUES)
def test_a_value_is_read_back_with_its_type(value: object, read: object) -> None:
    properties = decoded(source_of(shapely.Point(0, 0), v=[value]).encode(Tile(0, 0, 0)))[0]["properties"]
    assert properties == {"id": "f0000", "v": read}
    assert type(properties["v"]) is type(read)


@pytest.mark.parametrize("nothing", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT")])
def test_what_is_missing_is_left_out(nothing: object) -> None:
    message = message_of(source_of(shapely.Point(0, 0), v=[nothing]).encode(Tile(0, 0, 0)))
    assert list(message.layers[0].keys) == ["id"]
    assert len(message.layers[0].values) == 1


@pytest.mark.parametrize(
    ("value", "error"),
    [(b"x", TypeError), (1j, TypeError), ([b"x"], TypeError), (2**64, OverflowError), (-(2**63) - 1, OverflowError)],
)
def test_what_no_tile_can_hold_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        encode_value(value)


def test_keys_and_values_are_written_once_and_only_if_used() -> None:
    east, west = shapely.Point(90, 0), shapely.Point(-90, 0)
    source = source_of(west, west, east, kind=["a", "a", "b"], n=[1, True, 1.0], only_east=[None, None, "x"])
    layer = message_of(source.encode(Tile(1, 0, 0))).layers[0]
    assert list(layer.keys) == ["id", "kind", "n"]
    values = [value.SerializeToString() for value in layer.values]  # noqa: PD011 - a protobuf field
    assert len(values) == len(set(values)) == 5  # two ids, "a", 1, True


# ---------------------------------------------------------------------------------------------------------- the frame


def test_an_id_is_a_string_property_and_a_number() -> None:
    feature = decoded(source_of(shapely.Point(0, 0)).encode(Tile(0, 0, 0)))[0]
    assert feature["properties"] == {"id": "f0000"}
    assert feature["id"] == integer_id("f0000")


def test_features_keep_the_order_of_the_frame_whatever_their_kind() -> None:
    shapes = [
        shapely.box(0, 0, 9, 9),
        shapely.Point(5, 5),
        shapely.LineString([(0, 0), (9, 9)]),
        shapely.MultiPoint([(1, 1), (2, 2)]),
    ]
    features = decoded(source_of(*shapes).encode(Tile(0, 0, 0)))
    assert [feature["geometry"]["type"] for feature in features] == ["Polygon", "Point", "LineString", "MultiPoint"]
    assert [feature["properties"]["id"] for feature in features] == ["f0000", "f0001", "f0002", "f0003"]


def test_a_mask_hides_and_nothing_else() -> None:
    rng = np.random.default_rng(3)
    shapes = [shapely.Point(*each) for each in rng.uniform(-80, 80, (60, 2))] + [
        shapely.box(0, 0, 5, 5).buffer(i) for i in range(9)
    ]
    source = source_of(*shapes, n=list(range(len(shapes))))
    mask = rng.random(len(shapes)) < 0.4
    for tile in (Tile(0, 0, 0), Tile(2, 2, 1), Tile(2, 1, 2)):
        shown = [feature for feature in decoded(source.encode(tile)) if mask[feature["properties"]["n"]]]
        assert shown
        assert decoded(source.encode(tile, mask)) == shown
    assert source.encode(Tile(0, 0, 0), np.zeros(len(shapes), dtype=bool)) == b""


def test_a_mask_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(3,\) does not fit the 1 features"):
        source_of(shapely.Point(0, 0)).encode(Tile(0, 0, 0), np.ones(3, dtype=bool))


@pytest.mark.parametrize("geometry", [None, shapely.Point(), shapely.Polygon(), shapely.GeometryCollection()])
def test_what_is_nowhere_is_in_no_tile(geometry: BaseGeometry | None) -> None:
    assert source_of(geometry).encode(Tile(0, 0, 0)) == b""
    features = decoded(source_of(geometry, shapely.Point(1, 1)).encode(Tile(0, 0, 0)))
    assert [feature["properties"]["id"] for feature in features] == ["f0001"]


def test_an_empty_frame_gives_empty_tiles() -> None:
    assert source_of(kind=[]).encode(Tile(0, 0, 0)) == b""
    assert encode_tile([], Tile(0, 0, 0)) == b""


def test_outside_its_zooms_a_layer_is_empty_and_outside_the_grid_there_is_an_error() -> None:
    source = TileSource.from_frame(frame_of(shapely.Point(0, 0)), name="things", minzoom=1, maxzoom=3)
    assert [bool(source.encode(tile_at(0, 0, z))) for z in range(5)] == [False, True, True, True, False]
    for tile in (Tile(1, 2, 0), Tile(25, 0, 0), Tile(-1, 0, 0)):
        with pytest.raises(OutsideTileMatrix):
            source.encode(tile)
        with pytest.raises(OutsideTileMatrix):
            encode_tile([source], tile)


def test_a_frame_that_cannot_be_served_is_refused() -> None:
    frame = frame_of(shapely.Point(0, 0), shapely.Point(1, 1))
    with pytest.raises(ValueError, match="EPSG:3857"):
        TileSource.from_frame(frame.to_crs("EPSG:3857"), name="things")
    with pytest.raises(ValueError, match="no column colour"):
        TileSource.from_frame(frame, name="things", tile_properties=["colour"])
    with pytest.raises(ValueError, match="an id twice"):
        TileSource.from_frame(frame.assign(id="same"), name="things")


def test_the_layers_of_a_tile_lie_side_by_side() -> None:
    dots = TileSource.from_frame(frame_of(shapely.Point(1, 1), shapely.Point(2, 2)), name="dots")
    areas = TileSource.from_frame(frame_of(shapely.box(0, 0, 9, 9)), name="areas")
    tile = encode_tile([areas, dots], Tile(0, 0, 0), {"dots": np.array([True, False])})
    layers = mapbox_vector_tile.decode(tile)
    assert {name: len(layer["features"]) for name, layer in layers.items()} == {"areas": 1, "dots": 1}
    with pytest.raises(ValueError, match="same name"):
        encode_tile([dots, dots], Tile(0, 0, 0))


def test_the_same_input_gives_the_same_bytes_whatever_was_asked_before() -> None:
    shapes = [shapely.Point(i, i / 2).buffer(5) for i in range(20)]
    first, second = source_of(*shapes, simplify=True), source_of(*shapes, simplify=True)
    tiles = [tile_at(8, 4, z) for z in range(8)]
    forth = [first.encode(tile) for tile in tiles]
    back = [second.encode(tile) for tile in reversed(tiles)]
    assert forth == back[::-1] == [first.encode(tile) for tile in tiles]


# ------------------------------------------------------------------------------------------------------------ points


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=25), st.integers(0, 24))
def test_a_point_lies_in_exactly_one_tile(points: list[tuple[float, float]], z: int) -> None:
    source = TileSource.from_frame(frame_of(*(shapely.Point(each) for each in points)), name="things", maxzoom=24)
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
    assert sorted(seen) == list(source.ids)


@given(lons, lats, st.integers(0, 20))
def test_a_point_is_drawn_where_it_is(lon: float, lat: float, z: int) -> None:
    tile = tile_at(lon, lat, z)
    source = TileSource.from_frame(frame_of(shapely.Point(lon, lat)), name="things", maxzoom=20)
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


def test_a_line_shorter_than_a_unit_is_dropped_and_no_point_comes_twice() -> None:
    lon, lat = DUSHANBE
    dot = shapely.LineString([(lon, lat), (lon + 1e-6, lat)])
    stutter = shapely.LineString([(0, 0), (0, 0), (1e-6, 0), (40, 0), (40, 0)])
    source = source_of(dot, stutter, shapely.MultiLineString([dot, stutter]))
    features = decoded(source.encode(Tile(0, 0, 0)))
    assert [feature["properties"]["id"] for feature in features] == ["f0001", "f0002"]
    assert [len(feature["geometry"]["coordinates"]) for feature in features] == [2, 2]


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
    encoded = TileSource.from_frame(frame, name="things", simplify=False).encode(Tile(5, 22, 12))
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


def wavy_coverage(cells: int = 5) -> list[BaseGeometry]:
    """Return square cells of two degrees with wavy edges, 200 vertices to an edge, that share every vertex of an edge."""

    def warp(xy: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        # Two shears, one after the other: no edge can fold over another.
        xy = np.round(xy, 5)
        x = xy[:, 0] + 0.05 * (np.sin(xy[:, 1] * 11) + np.sin(xy[:, 1] * 43 + 2) / 2)
        y = xy[:, 1] + 0.05 * (np.sin(x * 13) + np.sin(x * 37 + 1) / 2)
        return np.column_stack([x, y])

    return [
        shapely.transform(shapely.segmentize(shapely.box(x, y, x + 2, y + 2), 0.01), warp)
        for x in range(60, 60 + 2 * cells, 2)
        for y in range(35, 35 + 2 * cells, 2)
    ]


def widest_gap(shapes: list[BaseGeometry]) -> float:
    """Return the width of the widest hole in the union, in tile units."""
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(shapely.union_all(shapes)) for ring in part.interiors]
    return max((2 * shapely.maximum_inscribed_circle(hole).length for hole in holes), default=0.0)


@pytest.mark.parametrize("z", [2, 4, 6])
def test_a_simplified_coverage_does_not_gape_in_the_tile(z: int) -> None:
    cells = wavy_coverage()
    assert is_coverage(np.array(cells))
    source, whole = source_of(*cells, simplify=True), source_of(*cells)
    tile = tile_at(65, 40, z)
    drawn = shapes_of(source.encode(tile))
    assert all(shape.is_valid for shape in drawn)
    # An eighth of a CSS pixel: what rounding to the grid may open where it folds a ring.
    assert widest_gap(drawn) <= 1
    union = shapely.union_all(drawn)
    assert sum(shape.area for shape in drawn) - union.area < 0.001 * union.area
    assert len(source.encode(tile)) < len(whole.encode(tile))


def test_a_simplified_line_stays_near_and_at_the_last_zoom_it_is_whole() -> None:
    wiggle = shapely.LineString([(60 + i / 1000, 40 + np.sin(i / 9) / 200) for i in range(3000)])
    source, whole = source_of(wiggle, simplify=True), source_of(wiggle)
    for z in (0, 3, 6, 9):
        tile = tile_at(60, 40, z)
        thin, thick = shapes_of(source.encode(tile)), shapes_of(whole.encode(tile))
        assert len(shapely.get_coordinates(thin)) < len(shapely.get_coordinates(thick))
        assert shapely.hausdorff_distance(thin[0], thick[0]) <= 4
    last = tile_at(60, 40, 14)
    assert source.encode(last) == whole.encode(last) != b""


# ------------------------------------------------------------------------------------------------ independent readers


def test_gdal_reads_a_tile_in_its_place(tmp_path: Path) -> None:
    shapes = [
        shapely.Point(68.8, 38.5),
        shapely.LineString([(67, 37.5), (69, 38), (71, 37)]),
        shapely.box(66, 36, 73, 41).difference(shapely.box(69, 38, 70, 39)),
        shapely.MultiPoint([(68, 38), (68.5, 38.2)]),
    ]
    tile = Tile(5, 22, 12)
    path = tmp_path / "5" / "22" / "12.mvt"
    path.parent.mkdir(parents=True)
    source = source_of(
        *shapes,
        name_en=["a", None, "c", "d"],
        n=[1, -2, 3, 4],
        share=[0.25, 0.1, None, 1.0],
        ok=[True, False, True, True],
    )
    path.write_bytes(source.encode(tile))
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["things"]
    read = pyogrio.read_dataframe(path, layer="things", CLIP="NO")
    assert read["id"].tolist() == list(source.ids)
    assert read["mvt_id"].tolist() == [integer_id(each) for each in source.ids]
    assert read["n"].tolist() == [1, -2, 3, 4]
    assert read["ok"].tolist() == [True, False, True, True]
    assert read["share"].tolist()[:2] == [0.25, pytest.approx(0.1)]
    assert pd.isna(read["name_en"][1])
    assert read.geometry.is_valid.all()
    assert read.crs.to_epsg() == 3857
    box = bounds_3857(tile)
    unit_m = (box.east - box.west) / EXTENT
    reach = shapely.box(box.west, box.south, box.east, box.north).buffer(unit_m * BUFFER, join_style="mitre")
    for seen, shape in zip(read.geometry, shapes, strict=True):
        assert shapely.hausdorff_distance(seen, project_3857(shape).intersection(reach)) <= 2 * unit_m


def test_gdal_reads_every_layer_of_a_tile(tmp_path: Path) -> None:
    path = tmp_path / "tile.pbf"
    dots = TileSource.from_frame(frame_of(shapely.Point(1, 1)), name="dots")
    areas = TileSource.from_frame(frame_of(shapely.box(0, 0, 9, 9), None), name="areas")
    path.write_bytes(encode_tile([dots, areas], Tile(0, 0, 0)))
    assert {name: len(pyogrio.read_dataframe(path, layer=name, CLIP="NO")) for name in ("dots", "areas")} == {
        "dots": 1,
        "areas": 1,
    }
