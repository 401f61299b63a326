"""Tables: the canonical form is the same in memory and after GeoParquet."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon

from geo.errors import InvalidGeometry
from layers.spooled_table import SpooledTable
from layers.table import digest, normalise, read_table, write_table
from tests.tilereader import made_up_layer

LAYER = made_up_layer(json_properties=("evidence",), types={"count": "integer", "width": "number", "focus": "boolean"})

text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
cells: dict[str, st.SearchStrategy[Any]] = {
    "title": text | st.none(),
    "count": st.integers(-(2**53), 2**53) | st.none(),
    "width": st.floats(-1e9, 1e9, allow_nan=False) | st.none(),
    "focus": st.booleans() | st.none(),
    "evidence": st.lists(st.fixed_dictionaries({"start": st.integers(0, 10**6), "anchor": text}), max_size=2),
}
place = st.tuples(st.floats(-180, 180), st.floats(-90, 90)) | st.none()
rows = st.lists(st.tuples(st.fixed_dictionaries(cells), place), min_size=1, max_size=8)


def frame_of(rows: list[tuple[dict[str, Any], tuple[float, float] | None]]) -> gpd.GeoDataFrame:
    properties = [{"id": f"id-{number:02}", **values} for number, (values, _) in enumerate(rows)]
    return gpd.GeoDataFrame(properties, geometry=[None if xy is None else Point(xy) for _, xy in rows], crs=4326)


def spooled(*pieces: gpd.GeoDataFrame) -> SpooledTable:
    return SpooledTable.of(pieces, LAYER)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_a_table_is_the_same_after_geoparquet(rows: list[tuple[dict[str, Any], tuple[float, float] | None]]) -> None:
    table = normalise(frame_of(rows), LAYER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write_table(spooled(table), path)
        again = read_table(path, LAYER)
    assert digest([("made-up", spooled(again))]) == digest([("made-up", spooled(table))])


@settings(max_examples=40, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_the_digest_does_not_know_the_order_of_rows(
    rows: list[tuple[dict[str, Any], tuple[float, float] | None]], random: Any
) -> None:
    frame = frame_of(rows)
    order = list(range(len(frame)))
    random.shuffle(order)
    shuffled = frame.iloc[order].reset_index(drop=True)
    assert digest([("x", spooled(normalise(shuffled, LAYER)))]) == digest([("x", spooled(normalise(frame, LAYER)))])


def test_the_digest_sees_a_centimetre_and_no_less() -> None:
    def of(lon: float) -> str:
        return digest([("x", spooled(normalise(frame_of([({"title": "a"}, (lon, 38.0))]), LAYER)))])

    assert of(70.0) != of(70.0000001)
    assert of(70.0) == of(70.00000000001)
    assert of(-0.0) == of(0.0)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (gpd.GeoDataFrame({"id": ["a", "a"]}, geometry=[Point(1, 1)] * 2, crs=4326), "stand twice"),
        (gpd.GeoDataFrame({"id": [None]}, geometry=[Point(1, 1)], crs=4326), "no id"),
        (gpd.GeoDataFrame({"id": [""]}, geometry=[Point(1, 1)], crs=4326), "no id"),
        (gpd.GeoDataFrame({"id": ["a"]}, geometry=[Point(1, 1)], crs=3857), "EPSG:4326"),
        (gpd.GeoDataFrame({"id": ["a"]}, geometry=[Point(200, 1)], crs=4326), "outside the world"),
        (gpd.GeoDataFrame({"id": ["a"]}, geometry=[Polygon()], crs=4326), "empty or invalid"),
    ],
)
def test_a_frame_that_breaks_a_rule_is_refused(frame: gpd.GeoDataFrame, message: str) -> None:
    with pytest.raises(InvalidGeometry, match=message):
        normalise(frame.assign(evidence=[[]] * len(frame)), LAYER)
