from __future__ import annotations

import datetime as dt
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.errors import InvalidGeometry
from geo.shapes import highest_dimension, repair
from layers.geojson import iter_feature_collection, iter_features, to_feature, to_feature_collection

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry


def frame_of(*geometries: BaseGeometry | None, **columns: list[Any]) -> gpd.GeoDataFrame:
    ids = [f"f{i:04d}" for i in range(len(geometries))]
    return gpd.GeoDataFrame({"id": ids, **columns}, geometry=list(geometries), crs="EPSG:4326")


def collection_of(*geometries: BaseGeometry | None, **columns: list[Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(to_feature_collection(frame_of(*geometries, **columns)))
    return read


def feature_of(geometry: BaseGeometry | None, **properties: object) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(to_feature("x", geometry, properties))
    return read


# -------------------------------------------------------------------------------------------------------- properties


def test_properties_keep_their_order_and_their_nesting() -> None:
    evidence = [{"article": "a", "start": 3, "locator": {"section": None, "anchor": "کندز"}}]
    data = to_feature("x", None, {"b": 1, "a": evidence, "c": {"z": 1, "y": (2, 3)}})
    assert data.decode() == (
        '{"type":"Feature","id":"x","geometry":null,"properties":{"b":1,"a":[{"article":"a","start":3,'
        '"locator":{"section":null,"anchor":"کندز"}}],"c":{"z":1,"y":[2,3]}}}'
    )


@pytest.mark.parametrize(
    "nothing", [None, float("nan"), float("inf"), np.float64("nan"), pd.NA, pd.NaT, np.datetime64("NaT")]
)
def test_what_is_missing_is_null(nothing: object) -> None:
    assert feature_of(None, v=nothing, nested={"v": [nothing]})["properties"] == {"v": None, "nested": {"v": [None]}}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.float32(0.5), 0.5),
        (1.0, 1.0),
        (np.array(["a", "b"]), ["a", "b"]),
        (dt.date(2010, 5, 1), "2010-05-01"),
        (pd.Timestamp("2010-05-01T00:00:00Z"), "2010-05-01T00:00:00+00:00"),
        ('"\n\u2028', '"\n\u2028'),
    ],
)
def test_a_value_becomes_what_json_has(value: object, read: object) -> None:
    written = feature_of(None, v=value)["properties"]["v"]
    assert written == read
    assert type(written) is type(read)


def test_what_json_has_no_place_for_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        feature_of(None, v=b"x")


# ---------------------------------------------------------------------------------------------------------- geometry


positions = st.tuples(st.floats(-170, 170), st.floats(-85, 85))


@given(st.lists(positions, min_size=3, max_size=10, unique=True), st.booleans())
def test_a_polygon_is_written_valid_and_right_handed_and_read_back(
    ring: list[tuple[float, float]], is_open: bool
) -> None:
    shape = repair(shapely.Polygon(ring))
    if is_open:
        shape = highest_dimension(repair(shape.difference(shapely.Point(ring[0]).buffer(1))))
    assume(shapely.get_dimensions(shape) == 2)  # of a ring along one line a line is left
    feature = feature_of(shape)
    if feature["geometry"] is None:
        assert shape.area < 1e-5
        return
    read = shapely.geometry.shape(feature["geometry"])
    assert read.is_valid
    assert read.area == pytest.approx(shape.area, abs=1e-4)
    for part in shapely.get_parts(read):
        assert part.exterior.is_ccw
        assert not any(hole.is_ccw for hole in part.interiors)
    assert feature["bbox"] == pytest.approx(list(read.bounds), abs=1e-12)


@given(positions)
def test_a_coordinate_has_at_most_seven_decimals_and_no_trailing_zero(lonlat: tuple[float, float]) -> None:
    text = to_feature("x", shapely.Point(lonlat), {}).decode()
    numbers = text.split('"coordinates":[')[1].split("]")[0].split(",")
    for number, value in zip(numbers, lonlat, strict=True):
        assert float(number) == pytest.approx(value, abs=6e-8)
        assert number != "-0"
        mantissa, _, exponent = number.partition("e")
        whole, _, decimals = mantissa.partition(".")
        assert len(decimals) - int(exponent or 0) <= 7
        assert not decimals.endswith("0")
        assert whole


def test_a_coordinate_that_has_no_short_binary_form_is_written_short() -> None:
    assert b"[0,8.2192558]" in to_feature("x", shapely.Point(0, 8.219255810432486), {})


def test_a_third_coordinate_is_dropped() -> None:
    assert feature_of(shapely.Point(1, 2, 3))["geometry"] == {"type": "Point", "coordinates": [1, 2]}


@pytest.mark.parametrize("nowhere", [None, shapely.Point(), shapely.Polygon(), shapely.GeometryCollection()])
def test_a_feature_that_is_nowhere_is_kept(nowhere: BaseGeometry | None) -> None:
    read = collection_of(nowhere, shapely.Point(1, 2))
    assert [feature["geometry"] is None for feature in read["features"]] == [True, False]
    assert read["bbox"] == [1, 2, 1, 2]
    assert "bbox" not in collection_of(nowhere)


def test_the_antimeridian_is_cut_and_the_box_crosses_it() -> None:
    read = collection_of(shapely.LineString([(170, 0), (-170, 10)]), shapely.box(175, 0, 185, 1), shapely.Point(190, 5))
    line, box, point = read["features"]
    assert line["geometry"]["coordinates"] == [[[170, 0], [180, 5]], [[-180, 5], [-170, 10]]]
    assert line["bbox"] == [170, 0, -170, 10]
    assert box["geometry"]["type"] == "MultiPolygon"
    assert box["bbox"] == [175, 0, -175, 1]
    assert point["geometry"]["coordinates"] == [-170, 5]
    assert read["bbox"] == [170, 0, -170, 10]


def test_a_bow_tie_is_mended_and_a_sliver_below_the_grid_is_nowhere() -> None:
    assert feature_of(shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]))["geometry"]["type"] == "MultiPolygon"
    assert feature_of(shapely.box(0, 0, 1e-9, 1))["geometry"] is None


def test_a_coordinate_that_is_no_number_is_refused() -> None:
    with np.errstate(invalid="ignore"):
        point = shapely.Point(float("nan"), 0)
        line = shapely.LineString([(0, 0), (1, float("inf"))])
    with pytest.raises(InvalidGeometry):
        feature_of(line)
    with pytest.raises(InvalidGeometry):
        feature_of(shapely.MultiPoint([point, shapely.Point(0, 0)]))


# -------------------------------------------------------------------------------------------------------- collection


def test_members_stand_before_the_features_in_their_order() -> None:
    members = {"title": "Границы", "attribution": ["Natural Earth"], "as_of": "2021-05-01", "license": None}
    data = to_feature_collection(frame_of(shapely.Point(1, 2)), members=members)
    read = json.loads(data)
    assert list(read) == ["type", *members, "bbox", "features"]
    assert {name: read[name] for name in members} == members
    feature = json.loads(to_feature("x", None, {}, members=members))
    assert list(feature) == ["type", "id", *members, "geometry", "properties"]


@pytest.mark.parametrize("name", ["features", "type", "bbox", "crs", "geometry"])
def test_a_member_cannot_take_the_name_of_a_standard_one(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        to_feature_collection(frame_of(), members={name: 1})
    with pytest.raises(ValueError, match=name):
        to_feature("x", None, {}, members={name: 1})


def test_a_frame_that_cannot_be_written_is_refused() -> None:
    frame = frame_of(shapely.Point(1, 2))
    with pytest.raises(ValueError, match="EPSG:3857"):
        to_feature_collection(frame.to_crs("EPSG:3857"))
    with pytest.raises(ValueError, match="no column id"):
        to_feature_collection(frame.drop(columns="id"))
    with pytest.raises(ValueError, match="EPSG:3857"):
        list(iter_features(frame.to_crs("EPSG:3857")))


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
def test_pieces_make_the_same_document_as_the_whole(count: int) -> None:
    frame = frame_of(*(shapely.Point(i / 100, 1) for i in range(count)), n=list(range(count)))
    pieces = list(iter_feature_collection(frame, members={"title": "t"}))
    assert len(pieces) == -(-count // 1000) + 1
    whole = to_feature_collection(frame, members={"title": "t"})
    assert b"".join(pieces) == whole
    features = json.loads(whole)["features"]
    assert [feature["properties"]["n"] for feature in features] == list(range(count))
    assert [json.loads(line) for line in iter_features(frame)] == features
    assert not any(b"\n" in line for line in iter_features(frame))


def test_several_frames_make_one_collection() -> None:
    frames = [frame_of(shapely.Point(1, 2)), frame_of(), frame_of(shapely.Point(3, 4), None)]
    read = json.loads(b"".join(iter_feature_collection(iter(frames), bbox=(1, 2, 3, 4))))
    assert read["bbox"] == [1, 2, 3, 4]
    assert len(read["features"]) == 3
    assert "bbox" not in json.loads(b"".join(iter_feature_collection(frames)))
    assert json.loads(b"".join(iter_feature_collection([])))["features"] == []


@pytest.mark.long
def test_the_document_is_never_in_memory_whole() -> None:
    frame = frame_of(*[shapely.Point(1, 2)] * 20_000, text=["x" * 500] * 20_000)
    tracemalloc.start()
    total = sum(len(piece) for piece in iter_feature_collection(frame))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total > 11_000_000
    assert peak < total / 2


def test_the_same_frame_gives_the_same_bytes() -> None:
    frame = frame_of(shapely.box(0, 0, 1, 1), shapely.Point(0.1, 0.2), kind=["a", None], n=[1, 2])
    assert to_feature_collection(frame) == to_feature_collection(frame.copy())


# ------------------------------------------------------------------------------------------------ independent readers


def test_geopandas_opens_it(tmp_path: Path) -> None:
    shapes = [
        shapely.Point(68.774, 38.56),
        None,
        shapely.box(60, 30, 70, 40),
        shapely.LineString([(60, 30), (75.5, 45)]),
    ]
    frame = frame_of(
        *shapes, name=["Душанбе", "نامعلوم", "area", None], n=[1, 2, 3, 4], share=[0.5, float("nan"), 1.0, 2.5]
    )
    path = tmp_path / "things.geojson"
    path.write_bytes(to_feature_collection(frame, members={"title": "Things", "attribution": "us"}))
    read = gpd.read_file(path)
    assert read.crs.to_epsg() == 4326
    assert read["id"].tolist() == frame["id"].tolist()
    assert read["name"].tolist()[:3] == ["Душанбе", "نامعلوم", "area"]
    assert pd.isna(read["name"][3])
    assert read["n"].tolist() == [1, 2, 3, 4]
    assert read["share"].isna().tolist() == [False, True, False, False]
    assert read.geometry[1] is None
    for seen, shape in zip(read.geometry, shapes, strict=True):
        assert shape is None or (seen.is_valid and seen.equals_exact(shape, 1e-7, normalize=True))


def test_gdal_opens_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "things.geojsonl"
    frame = frame_of(shapely.Point(1, 2), shapely.Point(3, 4), n=[1, 2])
    path.write_bytes(b"\n".join(iter_features(frame)) + b"\n")
    read = gpd.read_file(path)
    assert read["n"].tolist() == [1, 2]
    assert read.geometry.tolist() == frame.geometry.tolist()
