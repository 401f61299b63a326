"""Borders as a layer: what status a line has, and on which work that rests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mapbox_vector_tile
import pytest
import shapely

from geo.point_of_view import POINTS_OF_VIEW
from geo.tilegrid import Tile, bounds
from layers import borders
from layers.engines.build import columns_of
from layers.engines.tiles import encode
from layers.filter import Filter
from layers.styles.borders import STATUSES
from layers.table import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from layers.ingredients import Ingredients

KASHMIR = "azad-kashmir-jammu-and-kashmir"


@pytest.fixture(scope="module")
def tables(ingredients: Ingredients) -> Mapping[str, gpd.GeoDataFrame]:
    (layer,) = borders.LAYERS
    return {view: normalise(layer.build(ingredients.seen_from(view)), layer) for view in POINTS_OF_VIEW}


def row(table: gpd.GeoDataFrame, id_: str) -> Mapping[str, Any]:
    (found,) = table[table["id"] == id_].to_dict("records")
    return dict(found)


def test_every_status_has_a_line_of_its_own_in_the_style(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    assert set(tables["neutral"]["status"]) == set(STATUSES)


def test_a_line_of_control_rests_on_the_work_that_made_it(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    line = row(tables["neutral"], KASHMIR)
    assert (line["status"], line["claimants"]) == ("line_of_control", ["in", "pk"])
    assert [item["work"] for item in line["references"]] == ["natural-earth-admin1", "loc-delineation-1972"]
    assert line["length_m"] == pytest.approx(425_000, rel=0.01)


def test_siachen_and_the_rest_of_the_disputed_lines_are_no_line_of_control(
    tables: Mapping[str, gpd.GeoDataFrame],
) -> None:
    for id_ in ("ladakh-siachen-glacier", "gilgit-baltistan-siachen-glacier", "jammu-and-kashmir-pk", "cn-ladakh"):
        assert row(tables["neutral"], id_)["status"] == "disputed"


def test_a_ceasefire_line_is_no_claim(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    table = tables["neutral"].set_index("id")
    assert set(table[table["kind"] == "ceasefire"]["status"]) == {"line_of_control"}
    assert table.loc["ceasefire-line-1994-1", "note"]["en"]
    assert set(table[table["kind"] == "claim"]["status"]) == {"claim"}


@pytest.mark.parametrize("view", POINTS_OF_VIEW[1:])
def test_no_view_settles_what_a_line_of_control_divides(tables: Mapping[str, gpd.GeoDataFrame], view: str) -> None:
    assert row(tables[view], "in-pk")["status"] == "disputed"


@pytest.mark.parametrize("tile", [Tile(0, 0, 0), Tile(1, 1, 0), Tile(3, 5, 3)])
@pytest.mark.parametrize("view", ["neutral", "iso"])
def test_every_border_is_in_the_tiles_of_low_zooms(
    tables: Mapping[str, gpd.GeoDataFrame], view: str, tile: Tile
) -> None:
    """A claim of a few metres too: who sees the world is told that a border there is claimed."""
    (layer,) = borders.LAYERS
    table = tables[view]
    content = encode(columns_of(table, layer), layer.id, tile, Filter())
    drawn = mapbox_vector_tile.decode(content)[layer.id]["features"]
    box = bounds(tile)
    lies_there = table.geometry.within(shapely.box(box.west, box.south, box.east, box.north))
    missing = set(table["id"][lies_there]) - {each["properties"]["id"] for each in drawn}
    assert not missing
    dots = [each for each in drawn if each["geometry"]["type"] == "Point"]
    assert 0 < len(dots) < len(drawn) / 20 or tile.z > 0


def test_no_border_is_maritime(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    """docs/borders.md says why: the data hold land polygons only."""
    assert "maritime" not in set(tables["neutral"]["status"])
    assert set(tables["neutral"]["type"].dropna()) == {"land", "river"}
