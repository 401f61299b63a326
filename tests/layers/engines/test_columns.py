"""Tiles, counts and exports of one layer agree to the feature, for any data, filter and zoom."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.morton import BITS, deinterleave, interleave
from geo.tilegrid import Tile, tile_at
from layers.engines.build import columns_of
from layers.engines.facets import count
from layers.engines.masks import rows_of
from layers.filter import Filter, interval_of
from layers.tilepaths import EXTENT
from tests.tilereader import Source, made_up_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.engines.columns import Columns

LAYER = made_up_layer("category", "where_prec", "date_start", json_properties=("organizations", "areas", "evidence"))
ODD = 'say "hi" 🚚, \\ و‌ا'
"""A value with everything that quoting can get wrong."""

texts = st.sampled_from(["attack", "arrest", ODD]) | st.none()
whens = st.sampled_from(["1893", "1931-02", "1969-12-31", "1970-01-01", "2010", "2010-09", "2010-09-19"]) | st.none()
lons = st.floats(-180, 180).map(lambda v: round(v, 7))
lats = st.floats(-85, 85).map(lambda v: round(v, 7))
places = st.tuples(lons, lats) | st.tuples(
    st.sampled_from([60.0, 60.0000001, 180.0, -180.0]), st.sampled_from([0.0, 37.5])
)
records = st.lists(
    st.fixed_dictionaries(
        {
            "category": texts,
            "where_prec": st.integers(1, 7) | st.none(),
            "organizations": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True) | st.none(),
            "areas": st.lists(st.sampled_from(["af", "tj"]), max_size=2, unique=True),
            "evidence": st.sampled_from([[], [{"article": "x"}]]),
            "when": st.tuples(whens, whens),
            "place": places | st.none(),
        }
    ),
    max_size=25,
)
filters = st.builds(
    Filter,
    datetime=st.none()
    | st.sampled_from([(date(1960, 1, 1), None), (None, date(1931, 2, 3)), (date(2010, 9, 19),) * 2, (None, None)]),
    category=st.sampled_from([(), ("attack",), ("arrest", ODD), ("nothing",)]),
    organization=st.sampled_from([(), ("a",), ("b", "c"), ("none",)]),
    where_prec=st.sampled_from([(), ("1", "2"), ("7",)]),
    bbox=st.none()
    | st.sampled_from(
        [(59.0, -10.0, 61.0, 40.0), (60.0, 0.0, 60.0, 37.5), (170.0, -90.0, -170.0, 90.0), (-180.0, -90.0, 180.0, 90.0)]
    ),
    attested=st.sampled_from([None, True, False]),
    undated=st.booleans(),
)


def frame_of(rows: list[dict[str, Any]], shapes: list[Any] | None = None) -> gpd.GeoDataFrame:
    columns: dict[str, list[Any]] = {"id": [f"f{i:03d}" for i in range(len(rows))]}
    for name in ("category", "where_prec", "organizations", "areas", "evidence"):
        columns[name] = [row[name] for row in rows]
    columns["date_start"] = [row["when"][0] for row in rows]
    columns["date_end"] = [row["when"][1] for row in rows]
    points = [None if row["place"] is None else shapely.Point(row["place"]) for row in rows]
    frame = gpd.GeoDataFrame(columns, geometry=points if shapes is None else shapes, crs=4326)
    return frame.astype(dict.fromkeys(columns, object))


def is_kept(row: Mapping[str, Any], shape: Any, wanted: Filter) -> bool:
    """The filter as its documentation has it, on one record, without any of the engine."""
    start, end = row["when"]
    is_undated = start is None and end is None
    first, last = wanted.datetime or (None, None)
    begins_late = start is not None and last is not None and interval_of(start)[0] > last
    ends_early = end is not None and first is not None and interval_of(end)[1] < first
    asked = [
        not wanted.category or row["category"] in wanted.category,
        not wanted.where_prec or str(row["where_prec"]) in wanted.where_prec,
        not wanted.organization or bool(set(row["organizations"] or ()) & set(wanted.organization)),
        wanted.attested is None or bool(row["evidence"]) is wanted.attested,
        wanted.undated if is_undated else not begins_late and not ends_early,
    ]
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        sides = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        asked.append(shape is not None and any(shape.intersects(shapely.box(a, south, b, north)) for a, b in sides))
    return all(asked)


def ids_of(columns: Columns, wanted: Filter) -> list[str]:
    return [columns.id_of(row) for row in columns.in_order(rows_of(columns, wanted)).tolist()]


def drawn(columns: Columns, wanted: Filter, z: int, budget: int) -> list[dict[str, Any]]:
    """Every feature of every tile of a zoom that may hold one, but for the buffers."""
    tiles = {Tile(z, x, y) for x in range(2**z) for y in range(2**z)}
    found = []
    for tile in tiles:
        content = Source(columns).encode(tile, wanted, budget=budget)
        if not content:
            continue
        for feature in mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["things"]["features"]:
            x, y = feature["geometry"]["coordinates"]
            if 0 <= x < EXTENT and 0 <= y < EXTENT:
                found.append(feature["properties"])
    return found


@settings(max_examples=60)
@given(records, filters)
def test_a_filter_keeps_what_it_says(rows: list[dict[str, Any]], wanted: Filter) -> None:
    frame = frame_of(rows)
    expected = [
        feature_id
        for feature_id, row, shape in zip(frame["id"], rows, frame.geometry, strict=True)
        if is_kept(row, shape, wanted)
    ]
    assert ids_of(columns_of(frame, LAYER), wanted) == expected


@settings(max_examples=40)
@given(records, filters, st.integers(0, 3), st.sampled_from([0, 2, 5000]))
def test_the_tiles_of_a_zoom_hold_each_kept_point_once(
    rows: list[dict[str, Any]], wanted: Filter, z: int, budget: int
) -> None:
    columns = columns_of(frame_of(rows), LAYER)
    kept = rows_of(columns, wanted)
    placed = sorted(columns.id_of(row) for row in kept.tolist() if row < columns.placed)
    found = drawn(columns, wanted, z, budget)
    assert sum(each.get("count", 1) for each in found) == len(placed)
    alone = sorted(each["id"] for each in found if "id" in each)
    assert set(alone) <= set(placed)
    assert len(set(alone)) == len(alone)
    if budget == 5000:
        assert alone == placed


@settings(max_examples=40)
@given(records, filters)
def test_counts_are_those_of_the_export(rows: list[dict[str, Any]], wanted: Filter) -> None:
    columns = columns_of(frame_of(rows), LAYER)
    found = count(columns, wanted)
    chosen = columns.in_order(rows_of(columns, wanted))
    exported = json.loads(b"[" + b"".join(columns.texts(chosen)) + b"]")
    assert found["total"] == len(exported)
    assert found["unplaced"] == sum(each["geometry"] is None for each in exported)
    properties = [each["properties"] for each in exported]
    undated = [each for each in properties if each["date_start"] is None and each["date_end"] is None]
    assert found["undated"] == len(undated)
    for facet, name in (("organization", "organizations"), ("area", "areas")):
        listed = [value for each in properties for value in each[name] or ()]
        assert found[facet] == {value: listed.count(value) for value in sorted(set(listed))}
    categories = [each["category"] for each in properties if each["category"] is not None]
    assert found["category"] == {value: categories.count(value) for value in sorted(set(categories))}
    for year, total in found["year"].items():
        if wanted.datetime is None:
            only = interval_of(year)
            asked = Filter(**{**{n: getattr(wanted, n) for n in wanted.__slots__}, "datetime": only, "undated": False})
            assert total == len(rows_of(columns, asked)), year


@settings(max_examples=25)
@given(records, filters, st.integers(0, 4), st.randoms(use_true_random=False))
def test_tiles_of_areas_and_lines_hold_the_ids_that_the_filter_keeps(
    rows: list[dict[str, Any]], wanted: Filter, z: int, random: Any
) -> None:
    shapes = []
    for row in rows:
        lon, lat = row["place"] or (0.0, 0.0)
        point = shapely.Point(min(max(lon, -170), 170), min(max(lat, -75), 75))
        far = shapely.Point(point.x + random.uniform(1, 9), point.y + random.uniform(1, 9))
        shape = point.buffer(random.uniform(2, 9)) if random.random() < 0.5 else shapely.LineString([point, far])
        shapes.append(None if row["place"] is None else shape)
    frame = frame_of(rows, shapes)
    columns = columns_of(frame, LAYER)
    expected = [
        feature_id
        for feature_id, row, shape in zip(frame["id"], rows, shapes, strict=True)
        if is_kept(row, shape, wanted)
    ]
    assert ids_of(columns, wanted) == expected
    if columns.has_points:
        return
    seen: set[str] = set()
    for x in range(2**z):
        for y in range(2**z):
            content = Source(columns).encode(Tile(z, x, y), wanted)
            if content:
                layer = mapbox_vector_tile.decode(content)["things"]
                seen |= {feature["properties"]["id"] for feature in layer["features"]}
    assert seen == {each for each in expected if frame.set_index("id").geometry[each] is not None}


def test_a_grid_tells_number_and_most_frequent_category_and_leaves_the_lonely_alone() -> None:
    rng = np.random.default_rng(5)
    here = rng.normal((60, 40), 0.01, (300, 2)).round(7).tolist()
    rows: list[dict[str, Any]] = [
        {"category": "attack" if i % 3 else "arrest", "where_prec": 1, "organizations": [], "areas": [], "evidence": [], "when": (None, None), "place": tuple(place)}
        for i, place in enumerate([*here, (75.0, 50.0)])
    ]  # fmt: skip
    columns = columns_of(frame_of(rows), LAYER)
    tile = tile_at(60, 40, 2)
    features = mapbox_vector_tile.decode(Source(columns).encode(tile, budget=100))["things"]["features"]
    cells = [feature for feature in features if "count" in feature["properties"]]
    assert sum(cell["properties"]["count"] for cell in cells) == 300
    assert max(cells, key=lambda cell: cell["properties"]["count"])["properties"]["category"] == "attack"
    assert all(set(cell["properties"]) == {"count", "category"} for cell in cells)
    (lonely,) = [feature for feature in features if "count" not in feature["properties"]]
    assert lonely["properties"]["id"] == "f300"
    # The number of a cell does not change with the filter.
    again = mapbox_vector_tile.decode(Source(columns).encode(tile, Filter(category=("attack",)), budget=10))
    assert {c["id"] for c in again["things"]["features"] if "count" in c["properties"]} <= {c["id"] for c in cells}


def test_ten_thousand_organizations_on_one_feature() -> None:
    many = [f"org-{i:05d}" for i in range(10_000)]
    row = {
        "category": ODD,
        "where_prec": None,
        "organizations": many,
        "areas": ["af"],
        "evidence": [],
        "when": (None, "2010"),
        "place": (69.0, 37.0),
    }
    other = row | {"organizations": ["org-00007"], "category": None}
    columns = columns_of(frame_of([row, other]), LAYER)
    assert ids_of(columns, Filter(organization=("org-09999",))) == ["f000"]
    assert ids_of(columns, Filter(organization=("org-00007",))) == ["f000", "f001"]
    found = count(columns, Filter())
    assert len(found["organization"]) == 10_000
    assert found["organization"]["org-00007"] == 2
    assert columns.record(0)["organizations"] == many
    features = mapbox_vector_tile.decode(Source(columns).encode(Tile(0, 0, 0)))["things"]["features"]
    assert [feature["properties"].get("category") for feature in features] == [ODD, None]


def test_a_feature_is_found_by_its_id_and_by_no_other() -> None:
    rows: list[dict[str, Any]] = [
        {"category": None, "where_prec": None, "organizations": None, "areas": [], "evidence": [], "when": (None, None), "place": place}
        for place in [(1.0, 1.0), None, (-90.0, 5.0), (1.0, 1.0)]
    ]  # fmt: skip
    columns = columns_of(frame_of(rows), LAYER)
    for name in ("f000", "f001", "f002", "f003"):
        row = columns.locate(name)
        assert row is not None
        assert columns.record(row)["id"] == name
    assert columns.locate("f004") is None
    assert columns.locate("") is None
    assert [record["id"] for record in columns.records(2)] == ["f000", "f001"]


def test_an_empty_layer_has_nothing_and_is_no_fault() -> None:
    columns = columns_of(frame_of([]), LAYER)
    assert ids_of(columns, Filter(bbox=(0, 0, 1, 1), category=("attack",))) == []
    assert count(columns, Filter())["total"] == 0
    assert Source(columns).encode(Tile(3, 1, 1), Filter(undated=False)) == b""
    assert b"".join(columns.texts(np.arange(0))) == b""
    assert columns.bounds(np.arange(0)) is None


@given(st.integers(0, 2**BITS - 1), st.integers(0, 2**BITS - 1))
def test_a_morton_code_reads_back(x: int, y: int) -> None:
    column, row = deinterleave(interleave([x], [y]))
    assert (int(column[0]), int(row[0])) == (x, y)


@pytest.mark.parametrize("z", [0, 5, 20])
def test_points_on_the_edges_of_the_world_are_in_a_tile(z: int) -> None:
    corners = [(-180.0, 90.0), (180.0, 90.0), (-180.0, -90.0), (180.0, -90.0)]
    rows: list[dict[str, Any]] = [
        {"category": None, "where_prec": None, "organizations": None, "areas": [], "evidence": [], "when": (None, None), "place": place}
        for place in corners
    ]  # fmt: skip
    columns = columns_of(frame_of(rows), LAYER)
    for number, (lon, lat) in enumerate(corners):
        content = Source(columns).encode(tile_at(lon, lat, z))
        found = {feature["properties"]["id"] for feature in mapbox_vector_tile.decode(content)["things"]["features"]}
        assert f"f{number:03d}" in found
