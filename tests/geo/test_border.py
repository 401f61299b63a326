"""Borders: one line for two territories, cut into stretches that add up to it."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geo.border import Border, border_id, tripoints
from geo.datasets import data_root, read_features
from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.border import Segment

SHOWN = ("af-tj", "af-tm", "af-uz", "tj-uz", "tm-uz")


@pytest.fixture(scope="module")
def borders() -> dict[str, Border]:
    rows = read_features(data_root(), "naturalearth/borders").to_dict("records")
    return {row["id"]: Border(row["left"], row["right"], row["geometry"]) for row in rows}


@pytest.fixture(scope="module")
def units() -> gpd.GeoDataFrame:
    return read_features(data_root(), "naturalearth/admin1")


def segments_of(border: Border, units: gpd.GeoDataFrame) -> tuple[Segment, ...]:
    rivers = read_features(data_root(), "naturalearth/border_rivers")
    left, right = (
        dict(zip(rows["id"], rows.geometry, strict=True))
        for rows in (units[units["country"] == side] for side in (border.left, border.right))
    )
    along = rivers[rivers["border"] == border.id]
    return border.segments(left, right, dict(zip(along["river"], along.geometry, strict=True)))


@given(st.sampled_from(["af", "tj", "uz", "crimea"]), st.sampled_from(["kz", "ru", "tm", "ua"]))
def test_a_border_does_not_know_who_was_named_first(first: str, second: str) -> None:
    line = LineString([(60, 40), (61, 41)])
    assert Border.between(first, second, line) == Border.between(second, first, line)
    assert border_id(first, second) == Border.between(first, second, line).id


@pytest.mark.parametrize("shape", [LineString(), Point(1, 1), box(0, 0, 1, 1)])
def test_a_border_is_a_line(shape: shapely.geometry.base.BaseGeometry) -> None:
    with pytest.raises(InvalidGeometry):
        Border.between("af", "tj", shape)


def test_nothing_borders_on_itself() -> None:
    with pytest.raises(InvalidGeometry, match="itself"):
        Border.between("af", "af", LineString([(60, 40), (61, 41)]))


@pytest.mark.parametrize("pair", SHOWN)
def test_stretches_add_up_to_the_border_and_nothing_is_there_twice(
    borders: dict[str, Border], units: gpd.GeoDataFrame, pair: str
) -> None:
    segments = segments_of(borders[pair], units)
    assert sum(segment.length_m for segment in segments) == pytest.approx(borders[pair].length_m, abs=1)
    together = [edge for segment in segments for edge in edges(segment.geometry)]
    assert len(together) == len(set(together))
    assert set(together) == set(edges(borders[pair].geometry))
    assert [segment.id for segment in segments] == sorted({segment.id for segment in segments})


@pytest.mark.parametrize("pair", SHOWN)
def test_every_point_of_a_stretch_lies_on_both_provinces(
    borders: dict[str, Border], units: gpd.GeoDataFrame, pair: str
) -> None:
    outlines = dict(zip(units["id"], units.geometry.boundary, strict=True))
    for segment in segments_of(borders[pair], units):
        for point in map(Point, shapely.get_coordinates(segment.geometry)):
            assert outlines[segment.first_unit].distance(point) == 0
            assert outlines[segment.second_unit].distance(point) == 0


def test_the_panj_and_the_amu_darya_run_where_they_should(borders: dict[str, Border], units: gpd.GeoDataFrame) -> None:
    by_river: dict[str | None, float] = {}
    for segment in segments_of(borders["af-tj"], units):
        by_river[segment.river] = by_river.get(segment.river, 0) + segment.length_m
    assert set(by_river) == {"amu-darya", "panj", "pamir", None}
    assert by_river["panj"] > sum(length for river, length in by_river.items() if river != "panj")
    assert {segment.river for segment in segments_of(borders["af-uz"], units)} == {"amu-darya"}


def test_provinces_of_another_topology_are_refused(borders: dict[str, Border], units: gpd.GeoDataFrame) -> None:
    shifted = units.assign(geometry=units.geometry.translate(0.01, 0))
    with pytest.raises(InvalidGeometry, match="differ from the border"):
        segments_of(borders["af-tj"], shifted)


def test_three_countries_meet_at_termez_and_nowhere_else_twice(borders: dict[str, Border]) -> None:
    found = {point.id: point.point for point in tripoints(borders.values())}
    meeting = found["tripoint/af-tj-uz"]
    for pair in ("af-tj", "af-uz", "tj-uz"):
        assert borders[pair].geometry.distance(meeting) == 0
    assert 67 < meeting.x < 69
    assert 36.5 < meeting.y < 37.5


def test_the_order_of_borders_changes_nothing(borders: dict[str, Border]) -> None:
    shuffled = list(borders.values())
    random.Random(7).shuffle(shuffled)
    assert tripoints(shuffled) == tripoints(borders.values())


def edges(shape: shapely.geometry.base.BaseGeometry) -> list[tuple[tuple[float, float], ...]]:
    """The undirected pieces between neighbouring vertices."""
    found = []
    for line in shapely.get_parts(shape):
        points = list(map(tuple, np.asarray(line.coords)))
        found += [tuple(sorted(pair)) for pair in itertools.pairwise(points)]
    return found
