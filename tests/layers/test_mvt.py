from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mapbox_vector_tile
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.errors import OutsideTileMatrix
from geo.featureid import integer_id
from geo.generalization import is_coverage
from geo.tilegrid import Tile, bounds_3857, project_3857, tile_at
from geo.vocabulary import NEUTRAL
from layers.filter import Filter
from layers.mvt import encode_tile
from layers.tilepaths import BUFFER, EXTENT
from tests.tilereader import Source, decoded, shapes_of, source_of

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from layers.release import Release


def parse(**query: str) -> Filter:
    return Filter.parse({name: [value] for name, value in query.items()})


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


@pytest.mark.parametrize("areas", [0, 9])
def test_a_filter_hides_and_nothing_else(areas: int) -> None:
    rng = np.random.default_rng(3)
    shapes = [shapely.Point(*each) for each in rng.uniform(-80, 80, (60, 2))] + [
        shapely.box(0, 0, 5, 5).buffer(i) for i in range(areas)
    ]
    status = np.where(rng.random(len(shapes)) < 0.4, "shown", "hidden").tolist()
    source = source_of(*shapes, status=status)
    for tile in (Tile(0, 0, 0), Tile(2, 2, 1), Tile(2, 1, 2)):
        shown = [feature for feature in decoded(source.encode(tile)) if feature["properties"]["status"] == "shown"]
        assert shown
        assert decoded(source.encode(tile, Filter(status=("shown",)))) == shown
    assert source.encode(Tile(0, 0, 0), Filter(status=("neither",))) == b""


@pytest.mark.parametrize("geometry", [None, shapely.Point(), shapely.Polygon(), shapely.GeometryCollection()])
def test_what_is_nowhere_is_in_no_tile(geometry: BaseGeometry | None) -> None:
    assert source_of(geometry).encode(Tile(0, 0, 0)) == b""
    features = decoded(source_of(geometry, shapely.Point(1, 1)).encode(Tile(0, 0, 0)))
    assert [feature["properties"]["id"] for feature in features] == ["f0001"]


def test_an_empty_frame_gives_empty_tiles() -> None:
    assert source_of(kind=[]).encode(Tile(0, 0, 0)) == b""


@pytest.mark.parametrize("tile", [Tile(1, 2, 0), Tile(25, 0, 0), Tile(-1, 0, 0), Tile(3, -1, 2), Tile(14, 0, 2**40)])
def test_outside_the_grid_there_is_an_error(release: Release, tile: Tile) -> None:
    with pytest.raises(OutsideTileMatrix):
        source_of(shapely.Point(0, 0)).encode(tile)
    with pytest.raises(OutsideTileMatrix):
        encode_tile(release, [release.catalog["incidents"]], tile, Filter(), NEUTRAL)


def test_a_layer_is_empty_above_its_least_zoom(release: Release) -> None:
    admin1 = release.catalog["admin1"]
    assert admin1.minzoom == 4
    shown = [bool(encode_tile(release, [admin1], tile_at(69, 38.5, z), Filter(), NEUTRAL)) for z in (3, 4)]
    assert shown == [False, True]


def test_the_layers_of_a_tile_lie_side_by_side(release: Release) -> None:
    chosen = [release.catalog[name] for name in ("borders", "incidents")]
    tile = encode_tile(release, chosen, Tile(0, 0, 0), parse(category="attack"), NEUTRAL)
    parts = [encode_tile(release, [layer], Tile(0, 0, 0), parse(category="attack"), NEUTRAL) for layer in chosen]
    assert tile == b"".join(parts)
    layers = mapbox_vector_tile.decode(tile)
    assert list(layers) == ["borders", "incidents"]
    assert {feature["properties"]["category"] for feature in layers["incidents"]["features"]} == {"attack"}
    assert len(layers["borders"]["features"]) > 300


def test_the_same_input_gives_the_same_bytes_whatever_was_asked_before() -> None:
    shapes = [shapely.Point(i, i / 2).buffer(5) for i in range(20)]
    first, second = source_of(*shapes, simplify=True), source_of(*shapes, simplify=True)
    tiles = [tile_at(8, 4, z) for z in range(8)]
    forth = [first.encode(tile) for tile in tiles]
    back = [second.encode(tile) for tile in reversed(tiles)]
    assert forth == back[::-1] == [first.encode(tile) for tile in tiles]


# ---------------------------------------------------------------------------------------------------------- simplifying


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


@pytest.mark.long
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
    dots = Source(source_of(shapely.Point(1, 1)).columns, "dots")
    areas = Source(source_of(shapely.box(0, 0, 9, 9), None).columns, "areas")
    path.write_bytes(dots.encode(Tile(0, 0, 0)) + areas.encode(Tile(0, 0, 0)))
    assert {name: len(pyogrio.read_dataframe(path, layer=name, CLIP="NO")) for name in ("dots", "areas")} == {
        "dots": 1,
        "areas": 1,
    }
