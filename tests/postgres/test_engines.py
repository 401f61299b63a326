"""One suite for both engines: what the columns answer, PostGIS answers too."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import MalformedFilter
from geo.tilegrid import Tile, tile_at
from layers.engines.tiles import COUNT
from layers.expression import parse
from layers.filter import Filter
from layers.mvt import encode_tile
from server.ogc.crs import EPSG_3857, from_crs

if TYPE_CHECKING:
    from layers.engines.engine import Features, Selection
    from layers.release import Release

FILTERS: tuple[dict[str, list[str]], ...] = (
    {},
    {"datetime": ["2000/2012"]},
    {"datetime": ["../2009-06"], "undated": ["exclude"]},
    {"datetime": ["2010-09/.."]},
    {"undated": ["exclude"]},
    {"category": ["attack,arrest"]},
    {"status": ["reviewed"], "where_prec": ["1,2,3"]},
    {"organization": ["taliban,imu"], "datetime": ["2005/.."]},
    {"attested": ["true"]},
    {"attested": ["false"]},
    {"bbox": ["60,30,75,45"]},
    {"bbox": ["170,-20,-170,80"]},
    {"bbox": ["68.7,38.5,68.7,38.5"]},
    {"category": ["attack"], "bbox": ["60,36,75,42"], "article": ["none-such"]},
)
TILES = (
    Tile(0, 0, 0),
    Tile(2, 2, 1),
    Tile(3, 7, 3),
    tile_at(69, 38, 5),
    tile_at(71.5, 37.5, 8),
    tile_at(68.8, 38.5, 12),
)
VIEWS = ("neutral", "iso")
LAYERS = (
    "basemap", "admin1_labels", "organizations", "borders", "border_segments", "corridor_bands", "corridors",
    "corridor_marks", "incidents",
)  # fmt: skip
"""Of each kind one or two: areas, labels, shapes that many share, lines, bands, mixed shapes, points with dates."""


def both(one: Release, other: Release, layer_id: str, view: str = "neutral") -> tuple[Features, Features]:
    return one.features(layer_id, view), other.features(layer_id, view)


def features_of(content: bytes) -> dict[str, dict[tuple[int, str], dict[str, Any]]]:
    """The features of a tile by layer, id and properties: a reader of our own bytes who knows neither engine."""
    decoded = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}) if content else {}
    return {
        name: {
            (each["id"], json.dumps(each["properties"], sort_keys=True)): each["geometry"] for each in layer["features"]
        }
        for name, layer in decoded.items()
    }


def assert_same_tile(one: bytes, other: bytes) -> None:
    """The same features with the same properties; places within one tile unit."""
    mine, others = features_of(one), features_of(other)
    assert mine.keys() == others.keys()
    for name, found in mine.items():
        assert found.keys() == others[name].keys()
        for key, geometry in found.items():
            drawn, again = (shapely.from_geojson(json.dumps(each)) for each in (geometry, others[name][key]))
            assert shapely.hausdorff_distance(drawn, again) <= 1, key


def told(selection: Selection) -> tuple[Any, ...]:
    return (
        selection.matched,
        selection.placed,
        selection.bounds,
        b"".join(selection.texts()),
        [text for batch in selection.batches(7) for text in batch],
        selection.page(2, 5),
        selection.earliest(6),
    )


def test_a_layer_says_the_same_of_itself(release: Release, in_postgis: Release) -> None:
    assert in_postgis.id == release.id
    for layer_id in release.layer_ids:
        for view in VIEWS:
            one, other = both(release, in_postgis, layer_id, view)
            assert list(one.kinds) == list(other.kinds), "in the order of exports"
            for name in ("count", "placed", "has_points", "kinds", "tile_properties", "shape_kinds", "temporal"):
                assert getattr(one, name) == getattr(other, name), (layer_id, name)
            assert one.queryables() == other.queryables()
            assert list(one.records(5)) == list(other.records(5))


@pytest.mark.parametrize("layer_id", LAYERS)
def test_the_same_features_in_the_same_order(release: Release, in_postgis: Release, layer_id: str) -> None:
    one, other = both(release, in_postgis, layer_id)
    for asked in FILTERS:
        wanted = Filter.parse(asked)
        assert told(one.select(wanted)) == told(other.select(wanted)), asked
        assert one.counts(wanted) == other.counts(wanted), asked


@pytest.mark.parametrize("layer_id", LAYERS)
def test_the_same_tiles(release: Release, in_postgis: Release, layer_id: str) -> None:
    one, other = both(release, in_postgis, layer_id)
    # Their low zooms are megabytes, which the reader takes its time for.
    is_large = layer_id in {"basemap", "organizations", "corridor_marks"}
    for asked in FILTERS[:: 6 if is_large else 2]:
        wanted = Filter.parse(asked)
        for tile in TILES[3:] if is_large else TILES:
            assert_same_tile(one.tile(layer_id, tile, wanted), other.tile(layer_id, tile, wanted))


@pytest.mark.parametrize(
    ("layer_id", "budget"), [("incidents", 0), ("incidents", 1), ("incidents", 3), ("admin1_labels", 3)]
)
def test_the_same_grids(release: Release, in_postgis: Release, layer_id: str, budget: int) -> None:
    """More points than the budget are drawn as cells, and a buffer shows no point of a neighbour that is drawn so."""
    one, other = both(release, in_postgis, layer_id)
    seen = 0
    for asked in FILTERS:
        wanted = Filter.parse(asked)
        for tile in TILES:
            mine = one.tile(layer_id, tile, wanted, budget=budget)
            assert_same_tile(mine, other.tile(layer_id, tile, wanted, budget=budget))
            seen += sum(f'"{COUNT}"' in key[1] for key in features_of(mine).get(layer_id, {}))
    assert seen > 0, "cells that hold several features"


def test_an_object_is_found_by_its_id(release: Release, in_postgis: Release) -> None:
    for layer_id in ("incidents", "borders", "corridors"):
        one, other = both(release, in_postgis, layer_id)
        for record in one.records(3):
            assert other.find(record["id"]) == one.find(record["id"])
        assert other.find("none-such") is None
        assert other.find("") is None


def test_drawn_shapes_are_the_same(release: Release, in_postgis: Release) -> None:
    box = (6_000_000.0, 3_000_000.0, 9_000_000.0, 6_000_000.0)
    for layer_id in ("borders", "basemap", "corridors"):
        one, other = both(release, in_postgis, layer_id)
        for z in (2, 7, 14):
            mine, others = one.drawn(box, z), other.drawn(box, z)
            # A box that a simplified shape does not reach may be reached by the whole one.
            shared = np.isin(mine[0], others[0])
            assert not shapely.intersects(mine[1][~shared], shapely.box(*box)).any()
            assert mine[0][shared].tolist() == others[0].tolist()
            assert shapely.equals_exact(mine[1][shared], others[1]).all()
            assert mine[2][shared].tolist() == others[2].tolist()
        assert one.cells("kind" if layer_id == "basemap" else "status") == other.cells(
            "kind" if layer_id == "basemap" else "status"
        )


EXPRESSIONS = (
    "category = 'attack'",
    "category <> 'attack' AND NOT status = 'candidate'",
    "category LIKE 'a%t' OR category LIKE '%\\_c%'",
    "category LIKE 'attack\\'",
    "CASEI(category) = CASEI('ATTACK')",
    "CASEI(title_en) LIKE CASEI('%TAJIK%')",
    "CASEI(category) IN (CASEI('ARREST'), CASEI('Seizure'))",
    "category IN ('attack', 'none')",
    "category > 'attack' AND category <= 'seizure'",
    "where_prec BETWEEN 2 AND 4",
    "NOT where_prec <= 3.5",
    "where_prec IS NULL OR date_start IS NULL",
    "area_id IS NULL",
    "NOT (title_fa LIKE '%ا%')",
    "date_start > DATE('2010-01-01')",
    "NOT date_end < TIMESTAMP('2010-06-01T00:00:00Z')",
    "T_INTERSECTS(INTERVAL(date_start, date_end), INTERVAL('2009-01-01', '..'))",
    "NOT T_DURING(INTERVAL(date_start, date_end), INTERVAL('2009-01-01', '2010-12-31'))",
    "T_BEFORE(date_end, DATE('2010-01-01')) OR T_MEETS(INTERVAL(date_start, '..'), INTERVAL('..', date_end))",
    "A_CONTAINS(organizations, ('imu'))",
    "A_OVERLAPS(organizations, ('imu', 'taliban', 'imu'))",
    "A_EQUALS(organizations, ('imu')) OR A_CONTAINEDBY(organizations, ('taliban'))",
    "organizations IS NULL",
    "S_INTERSECTS(geometry, BBOX(60, 36, 75, 42))",
    "NOT S_INTERSECTS(geometry, POLYGON((68 36, 72 36, 72 40, 68 36)))",
    "S_INTERSECTS(geometry, POINT(68.7864 38.5358)) OR geometry IS NULL",
    "single_article = true",
    "NOT single_article",
)
REFUSED = (
    "none_such = 1",
    "category = 5",
    "where_prec = 'x'",
    "organizations = 'imu'",
    "category = status",
    "date_start LIKE '2010%'",
    "S_INTERSECTS(category, BBOX(60, 36, 75, 42))",
    "S_INTERSECTS(geometry, BBOX(600, 36, 75, 42))",
    "S_WITHIN(geometry, BBOX(60, 36, 75, 42))",
    "A_CONTAINS(category, ('imu'))",
)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_keeps_the_same(release: Release, in_postgis: Release, text: str) -> None:
    one, other = both(release, in_postgis, "incidents")
    tree = parse(text, "cql2-text")
    assert told(one.select(Filter(), tree)) == told(other.select(Filter(), tree))


@pytest.mark.parametrize("text", REFUSED)
def test_an_expression_is_refused_alike(release: Release, in_postgis: Release, text: str) -> None:
    tree = parse(text, "cql2-text")
    refusals = []
    for features in both(release, in_postgis, "incidents"):
        with pytest.raises(MalformedFilter) as told_:
            features.select(Filter(), tree)
        refusals.append(str(told_.value))
    assert refusals[0] == refusals[1]


def test_an_expression_in_metres_and_a_box_that_keeps_the_unplaced(release: Release, in_postgis: Release) -> None:
    tree = parse("S_INTERSECTS(geometry, BBOX(7000000, 4300000, 8300000, 5200000))", "cql2-text")
    one, other = both(release, in_postgis, "incidents")
    kept = one.select(Filter(), tree, from_crs(EPSG_3857))
    assert 0 < kept.matched < one.count
    assert told(kept) == told(other.select(Filter(), tree, from_crs(EPSG_3857)))
    boxed = Filter(bbox=(60.0, 36.0, 75.0, 42.0))
    for layer_id in ("incidents", "organizations"):
        one, other = both(release, in_postgis, layer_id)
        with_unplaced = one.select(boxed, keeps_unplaced=True)
        assert with_unplaced.matched > one.select(boxed).matched
        assert told(with_unplaced) == told(other.select(boxed, keeps_unplaced=True))


def test_both_give_the_same_bytes_each_time_and_say_who_made_them(release: Release, in_postgis: Release) -> None:
    """A strong ETag is made from the release's mark: the same bytes under it, and another mark where bytes may differ."""
    assert release.tile_mark != in_postgis.tile_mark
    layers = [release.catalog["incidents"], release.catalog["borders"]]
    wanted = Filter.parse({"datetime": ["2000/2012"]})
    made = {encode_tile(in_postgis, layers, TILES[3], wanted, "neutral") for _ in range(3)}
    assert len(made) == 1
    assert_same_tile(made.pop(), encode_tile(release, layers, TILES[3], wanted, "neutral"))


slugs = st.lists(
    st.sampled_from(["attack", "arrest", "seizure", "reviewed", "imu", "1", "4", "en"]), max_size=2, unique=True
)
days = st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2024, 12, 31))
filters = st.builds(
    Filter,
    datetime=st.none() | st.tuples(st.none() | days, st.none() | days),
    category=slugs.map(tuple),
    organization=slugs.map(tuple) | st.just(("taliban",)),
    status=st.just(()) | st.just(("reviewed",)),
    where_prec=slugs.map(tuple) | st.just(()),
    attested=st.none() | st.booleans(),
    undated=st.booleans(),
    bbox=st.none() | st.tuples(st.floats(50, 80), st.floats(20, 40), st.floats(50, 80), st.floats(40, 60)),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    wanted=filters,
    layer_id=st.sampled_from(["incidents", "corridors", "organizations"]),
    z=st.integers(0, 12),
    budget=st.sampled_from([0, 2, 5000]),
)
def test_any_filter_keeps_the_same(
    release: Release, in_postgis: Release, wanted: Filter, layer_id: str, z: int, budget: int
) -> None:
    one, other = both(release, in_postgis, layer_id)
    kept = one.select(wanted)
    assert told(kept) == told(other.select(wanted))
    assert one.counts(wanted) == other.counts(wanted)
    tile = tile_at(69.3, 38.1, z)
    assert_same_tile(one.tile(layer_id, tile, wanted, budget=budget), other.tile(layer_id, tile, wanted, budget=budget))
