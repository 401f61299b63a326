"""The buffer of a tile of points, against every point looked at one by one."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.tilegrid import Tile, tile_at
from layers.engines import tiles
from layers.filter import Filter
from layers.tilepaths import BUFFER, EXTENT
from tests.tilereader import Source, source_of

Z = 9
CORNER = (67.5, 38.8225909761771)
"""Where four tiles of zoom 9 meet."""

steps = st.floats(-0.02, 0.02).map(lambda degrees: round(degrees, 7))
crowds = st.lists(st.tuples(steps, steps, st.sampled_from(["attack", "arrest"])), min_size=1, max_size=40)


def drawn(source: Source, tile: Tile, wanted: Filter, budget: int) -> set[str]:
    """The ids that a tile shows, its buffer among them."""
    content = source.encode(tile, wanted, budget=budget)
    features = mapbox_vector_tile.decode(content)["things"]["features"] if content else []
    return {feature["properties"]["id"] for feature in features}


def expected(tile: Tile, kept: dict[str, Tile], units: dict[str, tuple[int, int]], budget: int) -> set[str]:
    """The ids of the kept points in a tile and its buffer, but for those in neighbours that hold more than the budget."""
    near = set()
    for feature_id, home in kept.items():
        x, y = units[feature_id][0] - tile.x * EXTENT, units[feature_id][1] - tile.y * EXTENT
        is_crowded = list(kept.values()).count(home) > budget
        if -BUFFER <= x < EXTENT + BUFFER and -BUFFER <= y < EXTENT + BUFFER and (home == tile or not is_crowded):
            near.add(feature_id)
    return near


@pytest.mark.parametrize("dense", [0, 50_000])
@given(crowds, st.sampled_from([Filter(), Filter(category=("attack",))]), st.sampled_from([3, 12, 5000]))
@settings(max_examples=25)
def test_a_buffer_holds_what_is_near(dense: int, crowd: list[Any], wanted: Filter, budget: int) -> None:
    places = [(CORNER[0] + east, CORNER[1] + north) for east, north, _ in crowd]
    source = source_of(*map(shapely.Point, places), category=[category for *_, category in crowd])
    columns = source.columns
    x, y = tiles._in_tile(columns.file.array("morton"), Tile(Z, 0, 0))
    ids = source.ids
    units = dict(zip(ids, zip(x.tolist(), y.tolist(), strict=True), strict=True))
    categories = dict(zip(ids, columns.cells("category"), strict=True))
    kept = {
        feature_id: Tile(Z, place[0] // EXTENT, place[1] // EXTENT)
        for feature_id, place in units.items()
        if not wanted.category or categories[feature_id] in wanted.category
    }
    corner = tile_at(*CORNER, Z)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "_DENSE", dense)
        for tile in (Tile(Z, corner.x + dx, corner.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            if list(kept.values()).count(tile) <= budget:  # a tile of more is drawn as a grid, which has no buffer
                assert drawn(source, tile, wanted, budget) == expected(tile, kept, units, budget)


def test_a_buffer_ends_at_the_edge_of_the_world() -> None:
    source = source_of(shapely.Point(-180, 0.001), shapely.Point(180, 0.001), shapely.Point(179.99, 84))
    shown = {(x, y): drawn(source, Tile(1, x, y), Filter(), 5000) for x in (0, 1) for y in (0, 1)}
    assert shown == {(0, 0): {"f0000"}, (1, 0): {"f0001", "f0002"}, (0, 1): {"f0000"}, (1, 1): {"f0001"}}
