from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.area import Area
from geo.corridor import MAX_TURN_DEG, Axis, Corridor
from geo.curve import assign_lanes, bow_of_lane, bowed
from geo.errors import InvalidGeometry, MissingData, TooPrecise
from geo.gazetteer import Gazetteer, Place
from geo.route import Leg, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

WGS84 = Geod(ellps="WGS84")


def area(id_: str, lon: float, lat: float, half_deg: float = 3.0) -> Area:
    box = shapely.box(lon - half_deg, lat - half_deg, lon + half_deg, lat + half_deg)
    return Area(id_, {"en": id_}, box, lon, lat)


def place(id_: str, lon: float | None, lat: float | None) -> Place:
    return Place(id_, {"en": id_}, id_, "af", lon, lat, None if lon is None else 1)


AREAS: Mapping[str, Area] = {
    one.id: one
    for one in (
        area("af", 66, 34),
        area("tj", 72, 38, 1.5),
        area("kz", 68, 48, 6),
        area("ru", 48, 57, 8),
        area("far-east", 175, 62),
        area("far-west", -165, 64),
    )
}
PLACES = {
    one.id: one
    for one in (
        place("bukhara", 64.4, 39.8),
        place("termez", 67.3, 37.2),
        place("hairatan", None, None),
        place("mazar", 67.1, 36.7),
    )
}
GAZETTEER = Gazetteer(AREAS, PLACES)


def arrows(*pairs: tuple[str, str], id_: str = "a1") -> Corridor:
    return Corridor.between_areas(id_, Route.of(pairs), GAZETTEER)


def test_an_arrow_starts_and_ends_inside_its_areas_but_not_on_their_names() -> None:
    for axis in arrows(("af", "tj"), ("tj", "kz"), ("kz", "ru")).axes:
        for end, lonlat in ((axis.leg.origin, axis.lonlat[0]), (axis.leg.destination, axis.end)):
            assert GAZETTEER.covers(end, *lonlat)
            assert WGS84.inv(*GAZETTEER.area(end).label_point, *lonlat)[2] > 20_000


def test_an_arrow_reaches_the_label_point_where_stopping_short_would_leave_the_area() -> None:
    narrow = Area("strip", {"en": "strip"}, shapely.box(71.99, 37.99, 72.01, 38.01), 72, 38)
    gazetteer = Gazetteer({**AREAS, "strip": narrow}, {})
    (axis,) = Corridor.between_areas("a1", Route.of([("kz", "strip")]), gazetteer).axes
    assert axis.end == pytest.approx((72, 38))


def test_legs_between_the_same_areas_fan_out() -> None:
    routes = {"a1": Route.of([("af", "kz")]), "a2": Route.of([("af", "kz")]), "n0": Route.of([("kz", "af")])}
    lanes = assign_lanes(routes, GAZETTEER)
    assert lanes == {"a1": (0,), "a2": (1,), "n0": (2,)}
    middles = [Corridor.between_areas(id_, routes[id_], GAZETTEER, lanes[id_]).axes[0].at(0.5) for id_ in routes]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert WGS84.inv(*middles[one], *middles[other])[2] > 100_000


def test_legs_that_go_the_same_way_to_other_areas_fan_out_too() -> None:
    beyond = Gazetteer({**AREAS, "beyond": area("beyond", 67.5, 56)}, {})
    lanes = assign_lanes({"a1": Route.of([("af", "kz"), ("af", "beyond"), ("af", "tj")])}, beyond)
    assert lanes == {"a1": (0, 1, 0)}


@given(st.lists(st.sampled_from([("af", "tj"), ("tj", "kz"), ("kz", "ru"), ("ru", "af"), ("kz", "tj")]), max_size=6))
def test_an_earlier_record_keeps_its_lanes_whatever_follows(pairs: list[tuple[str, str]]) -> None:
    first = {"a1": Route.of([("af", "kz"), ("kz", "ru")])}
    alone = assign_lanes(first, GAZETTEER)["a1"]
    assert assign_lanes({**first, "n0": Route.of(pairs)}, GAZETTEER)["a1"] == alone


def test_the_first_lane_bows_south_both_ways() -> None:
    straight = bowed((50.0, 45.0), (80.0, 45.0))[24]
    east = bowed((50.0, 45.0), (80.0, 45.0), bow_of_lane(0))[24]
    assert east[1] < straight[1]
    gazetteer = Gazetteer({one.id: one for one in (area("w", 50, 45), area("e", 80, 45))}, {})
    there, back = (
        Corridor.between_areas("a1", Route.of([pair]), gazetteer).axes[0].at(0.5) for pair in (("w", "e"), ("e", "w"))
    )
    assert there[1] == pytest.approx(back[1], abs=0.01)
    assert there[1] < straight[1]


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.floats(-180, 179), st.floats(-60, 70)),
    st.tuples(st.floats(-180, 179), st.floats(-60, 70)),
    st.integers(0, 5),
)
def test_every_curve_is_smooth_and_longitudes_run_on(
    start: tuple[float, float], end: tuple[float, float], lane: int
) -> None:
    length_m = WGS84.inv(*start, *end)[2]
    if not 100_000 < length_m < 9_000_000:
        return
    curve = bowed(start, end, bow_of_lane(lane))
    axis = Axis(Leg("a", "b"), curve)
    assert axis.turns_deg().max() < MAX_TURN_DEG
    if max(abs(lat) for _, lat in curve) < 85:
        assert max(abs(b[0] - a[0]) for a, b in pairwise(curve)) < 20
    assert curve[0] == pytest.approx(start, abs=1e-6)
    assert math.isclose(curve[-1][1], end[1], abs_tol=1e-6)


def test_a_leg_over_the_antimeridian_is_cut_there_and_as_long_as_the_geodesic() -> None:
    (axis,) = arrows(("far-east", "far-west")).axes
    line = axis.line
    assert line.geom_type == "MultiLineString"
    assert line.is_valid
    west, _, east, _ = line.bounds
    assert (west, east) == (-180, 180)
    length_m = sum(WGS84.geometry_length(part) for part in shapely.get_parts(line))
    assert length_m == pytest.approx(WGS84.inv(*axis.lonlat[0], *axis.lonlat[-1])[2], rel=0.05)
    assert -180 <= axis.end[0] <= 180


@pytest.mark.parametrize(
    ("lonlat", "bearing_deg"),
    [
        (((60.0, 40.0), (60.0, 41.0)), 0.0),
        (((60.0, 0.0), (61.0, 0.0)), 90.0),
        (((60.0, 41.0), (60.0, 40.0)), 180.0),
        (((60.0, 0.0), (59.0, 0.0)), 270.0),
        # At 60° north a degree of latitude is twice as tall on the screen as a degree of longitude is wide.
        (((60.0, 59.5), (62.0, 60.5)), 45.0),
    ],
)
def test_the_bearing_is_that_of_the_web_mercator_screen(
    lonlat: tuple[tuple[float, float], ...], bearing_deg: float
) -> None:
    assert Axis(Leg("a", "b"), lonlat).bearing_deg == pytest.approx(bearing_deg, abs=0.3)


def test_places_are_joined_and_an_unknown_one_leaves_a_gap() -> None:
    corridor = Corridor.through_places("carec", ["bukhara", "termez", "hairatan", "mazar"], GAZETTEER)
    corridor.check(GAZETTEER)
    assert [(axis.leg.origin, axis.leg.is_gap, axis.leg.unresolved) for axis in corridor.axes] == [
        ("bukhara", False, ()),
        ("termez", True, ("hairatan",)),
    ]
    assert corridor.geometry is not None
    assert shapely.get_num_geometries(corridor.geometry) == 1
    assert shapely.get_coordinates(corridor.geometry)[-1] == pytest.approx([67.3, 37.2])


def test_a_stretch_of_the_source_that_was_not_read_is_a_gap() -> None:
    corridor = Corridor.through_places("carec", ["bukhara", "termez"], GAZETTEER, unseen=[("bukhara", "termez")])
    assert corridor.axes[0].leg.is_gap
    assert corridor.geometry is None


def test_a_statement_that_ends_at_a_town_is_too_precise() -> None:
    with pytest.raises(TooPrecise, match=r"a9.*af → termez.*named place termez.*statement"):
        Corridor.between_areas("a9", Route.of([("af", "termez")]), GAZETTEER)
    drawn = Corridor("a9", "statement", (Axis(Leg("af", "termez"), bowed((66, 34), (67.3, 37.2))),))
    with pytest.raises(TooPrecise, match="a9"):
        drawn.check(GAZETTEER)


def test_a_statement_bent_like_a_road_is_too_precise() -> None:
    corridor = arrows(("af", "kz"))
    corridor.check(GAZETTEER)
    (axis,) = corridor.axes
    bent = list(axis.lonlat)
    bent[20] = PLACES["termez"].point or (0, 0)
    with pytest.raises(TooPrecise, match=r"a1.*af → kz turns by \d+° at one vertex"):
        replace(corridor, axes=(Axis(axis.leg, tuple(bent)),)).check(GAZETTEER)


def test_a_line_through_an_unresolved_place_is_too_precise() -> None:
    axis = Axis(Leg("termez", "hairatan"), bowed((67.3, 37.2), (67.4, 37.1)))
    with pytest.raises(TooPrecise, match=r"carec is drawn through hairatan"):
        Corridor("carec", "named_place", (axis,), stops=("termez", "hairatan")).check(GAZETTEER)


def test_a_gap_drawn_as_known_is_too_precise() -> None:
    axis = Axis(Leg("termez", "mazar"), bowed((67.3, 37.2), (67.1, 36.7)))
    with pytest.raises(TooPrecise, match=r"carec.*termez → mazar is drawn as known"):
        Corridor("carec", "named_place", (axis,), stops=("termez", "hairatan", "mazar")).check(GAZETTEER)


def test_what_is_an_area_or_a_border_has_no_line() -> None:
    axes = arrows(("af", "kz")).axes
    for attestation_class in ("area", "border"):
        with pytest.raises(TooPrecise, match="a6 is drawn as a line"):
            Corridor("a6", attestation_class, axes).check(GAZETTEER)


def test_a_path_needs_an_accuracy() -> None:
    axes = arrows(("af", "kz")).axes
    with pytest.raises(TooPrecise, match="p1 is a path without an accuracy"):
        Corridor("p1", "path", axes).check(GAZETTEER)
    Corridor("p1", "path", axes, accuracy_km=2.0).check(GAZETTEER)


def test_an_unknown_area_is_named_with_its_neighbours() -> None:
    with pytest.raises(MissingData, match=r"no area 'far-est'.*far-(east|west)"):
        arrows(("af", "far-est"))


def test_a_leg_without_length_is_refused() -> None:
    with pytest.raises(InvalidGeometry, match="from af to itself"):
        Route.of([("af", "af")])
    twin = Gazetteer({**AREAS, "twin": area("twin", 66, 34)}, {})
    with pytest.raises(InvalidGeometry, match="from af to twin has no length"):
        Corridor.between_areas("a1", Route.of([("af", "twin")]), twin)


def test_the_result_is_the_same_every_time() -> None:
    pairs = (("af", "tj"), ("tj", "kz"))
    first, second = arrows(*pairs).geometry, arrows(*pairs).geometry
    assert np.array_equal(shapely.get_coordinates(first), shapely.get_coordinates(second))
