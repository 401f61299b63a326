from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.affinity import translate

from geo.antimeridian import cut_antimeridian
from geo.border import border_id
from geo.corridor import Axis, Corridor
from geo.curve import bowed
from geo.mosaic import Mosaic, runs, surface_km2
from geo.passage import passage
from geo.route import Leg
from layers.corridors import drawn_corridors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from shapely.geometry.base import BaseGeometry

    from geo.passage import Passage
    from layers.ingredients import Ingredients

WGS84 = Geod(ellps="WGS84")

LonLat = tuple[float, float]


def grid(turn: float = 0.0, *, west: int = 40, east: int = 100) -> dict[str, BaseGeometry]:
    """Boxes of ten degrees side by side from 20° to 80° north, named by column and row."""
    boxes = {
        f"{column:02d}{row}": shapely.box(lon + turn, lat, lon + turn + 10, lat + 10)
        for column, lon in enumerate(range(west, east, 10))
        for row, lat in enumerate(range(20, 80, 10))
    }
    return {id_: cut_antimeridian(shape) for id_, shape in boxes.items()}


@cache
def grid_borders() -> dict[str, BaseGeometry]:
    return borders_of(grid())


def borders_of(areas: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    ids = sorted(areas)
    shared = {
        border_id(a, b): shapely.intersection(areas[a].boundary, areas[b].boundary)
        for i, a in enumerate(ids)
        for b in ids[i + 1 :]
    }
    return {id_: line for id_, line in shared.items() if line.length > 0}


def corridor(*ends: tuple[LonLat, LonLat], bow: float = 0.09, attestation: str = "statement") -> Corridor:
    axes = tuple(Axis(Leg(f"p{i}", f"p{i + 1}"), bowed(start, end, bow)) for i, (start, end) in enumerate(ends))
    return Corridor("a1", attestation, axes)  # type: ignore[arg-type]  # one of the known classes


def total_km(lonlat: tuple[LonLat, ...]) -> float:
    lon, lat = zip(*lonlat, strict=True)
    return float(WGS84.line_length(lon, lat)) / 1000


def curve(start: LonLat, azimuth: float, km: float) -> tuple[LonLat, ...]:
    lon, lat, _ = WGS84.fwd(*start, azimuth, km * 1000)
    return bowed(start, (lon, lat), 0.09)


STARTS = st.tuples(st.floats(60, 80), st.floats(40, 60))


@settings(deadline=None, max_examples=60)
@given(STARTS, st.floats(0, 359), st.floats(50, 900))
def test_over_areas_without_gaps_the_kilometres_add_up(start: LonLat, azimuth: float, km: float) -> None:
    line = curve(start, azimuth, km)
    passed = runs(line, Mosaic.of(grid()))
    assert all(run.area is not None for run in passed)
    assert sum(run.km for run in passed) == pytest.approx(total_km(line), rel=1e-9)
    assert all(before.area != after.area for before, after in pairwise(passed))


@settings(deadline=None, max_examples=60)
@given(STARTS, st.floats(0, 359), st.floats(50, 2500), st.sets(st.integers(0, 35), max_size=20))
def test_where_areas_lack_their_kilometres_are_no_areas(
    start: LonLat, azimuth: float, km: float, lacking: set[int]
) -> None:
    line = curve(start, azimuth, km)
    assume(max(abs(lat) for _, lat in line) < 79)
    whole = grid()
    kept = {id_: shape for index, (id_, shape) in enumerate(whole.items()) if index not in lacking}
    passed = runs(line, Mosaic.of(kept))
    inside = sum(run.km for run in passed if run.area is not None)
    assert inside <= total_km(line) * (1 + 1e-9)
    assert sum(run.km for run in passed) == pytest.approx(total_km(line), rel=1e-9)
    for id_ in {run.area for run in passed if run.area}:
        by_shapely = shapely.intersection(shapely.LineString(line), kept[id_])
        mine = sum(run.km for run in passed if run.area == id_)
        assert mine == pytest.approx(WGS84.geometry_length(by_shapely) / 1000, rel=1e-4, abs=0.01)


@settings(deadline=None, max_examples=30)
@given(STARTS, st.floats(0, 359), st.floats(100, 900), st.integers(-300, 300))
def test_180_is_a_meridian_like_any_other(start: LonLat, azimuth: float, km: float, turn: int) -> None:
    line = curve(start, azimuth, km)
    # On the very edge of an area the last digit decides where a vertex is.
    assume(all(abs(value / 10 - round(value / 10)) > 1e-8 for vertex in line for value in vertex))
    turned = tuple((lon + turn, lat) for lon, lat in line)
    here, there = grid(), grid(turn)
    before = passage(
        Corridor("x", "statement", (Axis(Leg("a", "b"), line),)), Mosaic.of(here), Mosaic.of({}), grid_borders()
    )
    after = passage(
        Corridor("x", "statement", (Axis(Leg("a", "b"), turned),)),
        Mosaic.of(there),
        Mosaic.of({}),
        turned_borders(turn),
    )
    # The cut lies on the straight line in lon, lat between two vertices 25 km apart, metres beside the geodesic: a detour
    # of millimetres to decimetres by latitude. The parts below are held to the same metre.
    assert after.drawn_km == pytest.approx(before.drawn_km, abs=1e-3)
    assert after.direction_deg == pytest.approx(before.direction_deg, abs=1e-6)
    assert km_in(after) == pytest.approx(km_in(before), abs=1e-3)
    covered = {each.area: each.band_km2 for each in before.states if each.band_km2 > 1}
    assert {each.area: each.band_km2 for each in after.states if each.band_km2 > 1} == pytest.approx(
        covered, rel=1e-3, abs=5
    )
    assert after.borders_under_band == pytest.approx(before.borders_under_band, rel=1e-3, abs=0.5)
    (leg,), (leg_after,) = before.legs, after.legs
    assert [each.border for each in leg_after.borders] == [each.border for each in leg.borders]


def turned_borders(turn: float) -> dict[str, BaseGeometry]:
    moved = {id_: translate(line, turn) for id_, line in grid_borders().items()}
    return {id_: cut_antimeridian(shapely.line_merge(line)) for id_, line in moved.items()}


def km_in(passed: Passage) -> dict[str, float]:
    return {each.area: each.axis_km for each in passed.states if each.axis_km > 1e-3}


def test_a_corridor_across_chukotka_draws_nothing_across_the_map() -> None:
    halves = {"ru": shapely.union(shapely.box(160, 60, 180, 72), shapely.box(-180, 60, -170, 72)),
              "us": shapely.box(-170, 55, -140, 72), "fr": shapely.box(-5, 60, 8, 72)}  # fmt: skip
    sea = {"ru-us": shapely.LineString([(-170, 60), (-170, 72)])}
    line = bowed((172, 66), (-160, 66), 0.09)
    passed = passage(Corridor("x", "statement", (Axis(Leg("ru", "us"), line),)), Mosaic.of(halves), Mosaic.of({}), sea)
    (leg,) = passed.legs
    assert [run.area for run in leg.states] == ["ru", "us"]
    assert [each.area for each in passed.states] == ["ru", "us"]
    assert 1200 < passed.drawn_km < 1600
    assert 30 < (passed.direction_deg or 0) < 100
    (crossed,) = leg.borders
    assert (crossed.border, crossed.crossings) == ("ru-us", 1)
    # The band is 240 km wide, so it covers somewhat more than that of a border that it meets aslant.
    assert 235 < crossed.stretch_km < 330


@settings(deadline=None, max_examples=25)
@given(st.floats(-180, 180), st.floats(78, 84), st.floats(0, 359), st.floats(100, 300))
def test_near_the_pole_the_kilometres_still_add_up(lon: float, lat: float, azimuth: float, km: float) -> None:
    line = curve((lon, lat), azimuth, km)
    assume(max(each for _, each in line) < 86.5)
    slices = {f"s{west:+d}": shapely.box(west, 60, west + 30, 90) for west in range(-180, 180, 30)}
    passed = passage(Corridor("x", "statement", (Axis(Leg("a", "b"), line),)), Mosaic.of(slices), Mosaic.of({}), {})
    assert passed.drawn_km == pytest.approx(total_km(line), rel=1e-4)
    assert sum(each.axis_km for each in passed.states) == pytest.approx(passed.drawn_km, rel=1e-9)
    assert sum(each.share_of_band for each in passed.states) == pytest.approx(1, abs=0.01)


@settings(deadline=None, max_examples=30)
@given(STARTS, st.floats(0, 359), st.floats(100, 900), st.randoms(use_true_random=False))
def test_the_order_of_areas_and_borders_makes_no_difference(
    start: LonLat, azimuth: float, km: float, random: Random
) -> None:
    one = Corridor("x", "named_place", (Axis(Leg("a", "b"), curve(start, azimuth, km)),))
    areas, lines = list(grid().items()), list(grid_borders().items())
    expected = passage(one, Mosaic.of(dict(areas)), Mosaic.of(dict(areas)), dict(lines))
    random.shuffle(areas)
    random.shuffle(lines)
    assert passage(one, Mosaic.of(dict(areas)), Mosaic.of(dict(areas)), dict(lines)) == expected


def test_a_border_is_met_along_a_stretch_as_wide_as_the_doubt_and_in_order() -> None:
    areas = grid()
    passed = passage(corridor(((55, 45), (85, 45)), bow=0.0), Mosaic.of(areas), Mosaic.of({}), grid_borders())
    (leg,) = passed.legs
    assert [each.border for each in leg.borders] == ["012-022", "022-032", "032-042"]
    for each in leg.borders:
        assert each.crossings == 1
        assert each.stretch is not None
        assert each.stretch.geom_type == "LineString"
        assert each.stretch_km == pytest.approx(240, abs=6)
    narrow = passage(
        corridor(((55, 45), (85, 45)), bow=0.0, attestation="named_place"),
        Mosaic.of(areas),
        Mosaic.of({}),
        grid_borders(),
    )
    assert narrow.legs[0].borders[0].stretch_km == pytest.approx(120, abs=4)
    assert narrow.half_width_km == 60


def test_a_winding_border_is_one_border_however_often_the_line_meets_it() -> None:
    comb = shapely.LineString([(60 + 0.5 * i, 45 + 0.3 * (-1) ** i) for i in range(21)])
    whole = shapely.box(55, 40, 75, 50)
    south, north = sorted(
        shapely.get_parts(shapely.polygonize([*shapely.get_parts(shapely.node(shapely.union_all([
            whole.boundary, comb, shapely.LineString([(55, 45), (60, 45.3)]), shapely.LineString([(70, 45.3), (75, 45)]),
        ])))])),
        key=lambda shape: shape.centroid.y,
    )  # fmt: skip
    areas = {"n": north, "s": south}
    passed = passage(corridor(((61, 45), (69, 45)), bow=0.0), Mosaic.of(areas), Mosaic.of({}), {"n-s": comb})
    (met,) = passed.legs[0].borders
    assert met.border == "n-s"
    assert met.crossings > 10
    assert passed.properties()["drawn_over_borders"] == [{"border": "n-s", "band_km": round(met.stretch_km)}]


def test_a_line_along_a_shared_border_is_counted_once() -> None:
    areas = {"b": shapely.box(0, 0, 10, 1), "a": shapely.box(0, -1, 10, 0)}
    passed = runs([(x / 10, 0.0) for x in range(20, 41)], Mosaic.of(areas))
    assert [run.area for run in passed] == ["a"]
    assert passed[0].km == pytest.approx(WGS84.inv(2, 0, 4, 0)[2] / 1000)


def test_over_the_sea_no_border_is_crossed() -> None:
    shores = {"az": shapely.box(45, 40, 50, 45), "tm": shapely.box(54, 40, 60, 45)}
    passed = passage(corridor(((48, 42.5), (57, 42.5))), Mosaic.of(shores), Mosaic.of({}), {})
    (leg,) = passed.legs
    assert [run.area for run in leg.states] == ["az", None, "tm"]
    assert leg.borders == ()
    assert sum(each.axis_km for each in passed.states) < passed.drawn_km


def test_a_chain_has_a_direction_and_branches_have_none() -> None:
    mosaic = Mosaic.of(grid())
    chain = passage(corridor(((55, 45), (65, 45)), ((65, 45), (75, 45))), mosaic, mosaic, {})
    assert chain.direction_deg == pytest.approx(WGS84.inv(55, 45, 75, 45)[0] % 360)
    branches = Corridor(
        "x",
        "statement",
        tuple(Axis(Leg("a", end), bowed((55, 45), at)) for end, at in (("b", (65, 50)), ("c", (65, 40)))),
    )
    passed = passage(branches, mosaic, mosaic, {})
    assert passed.direction_deg is None
    assert passed.properties()["drawn_direction_deg"] is None
    assert [leg.direction_deg < 90 for leg in passed.legs] == [True, False]


def test_gaps_and_corridors_without_a_line_pass_nothing() -> None:
    mosaic = Mosaic.of(grid())
    gap = Corridor("x", "named_place", (Axis(Leg("a", "b", unseen=True), bowed((55, 45), (65, 45))),))
    for nothing in (gap, Corridor("y", "area", ())):
        passed = passage(nothing, mosaic, mosaic, grid_borders())
        assert (passed.drawn_km, passed.states, passed.units, passed.legs, passed.half_width_km) == (
            0,
            (),
            (),
            (),
            None,
        )
        assert passed.properties()["drawn_through"] == []


def test_a_mosaic_leaves_out_what_has_no_shape() -> None:
    assert Mosaic.of({"b": None, "c": shapely.Polygon()}).ids == ()
    (alone,) = runs([(0.0, 0.0), (1.0, 0.0)], Mosaic.of({}))
    assert alone.area is None
    assert alone.km == pytest.approx(111.32, abs=0.01)
    assert runs([(0.0, 0.0)], Mosaic.of({})) == ()
    assert runs([(5.0, 5.0), (5.0, 5.0)], Mosaic.of({})) == ()
    assert surface_km2(shapely.GeometryCollection([shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])])) == 0


@pytest.fixture(scope="module")
def passed(ingredients: Ingredients) -> dict[str, Passage]:
    countries, units, borders = (
        ingredients.frame(f"naturalearth/{name}") for name in ("countries", "admin1", "borders")
    )
    states = Mosaic.of(dict(zip(countries["id"], countries.geometry, strict=True)))
    provinces = Mosaic.of(dict(zip(units["id"].str.removeprefix("admin1/"), units.geometry, strict=True)))
    lines = dict(zip(borders["id"], borders.geometry, strict=True))
    return {id_: passage(each, states, provinces, lines) for id_, each in drawn_corridors(ingredients).items()}


def test_the_arrow_of_a1_leaves_afghanistan_and_ends_in_europe_and_russia(passed: dict[str, Passage]) -> None:
    a1 = passed["a1"]
    first, second, third = a1.legs
    assert first.states[0].area == "af"
    assert (first.origin, first.destination, third.destination) == ("af", "central-asia", "ru")
    assert [run.area for run in third.states] == ["kz", "ru"]
    assert [each.border for each in third.borders] == ["kz-ru"]
    assert second.states[0].area == "kz"
    assert a1.half_width_km == 120
    assert sum(each.axis_km for each in a1.states) == pytest.approx(a1.drawn_km, rel=1e-6)
    assert sum(leg.drawn_km for leg in a1.legs) == pytest.approx(a1.drawn_km)
    assert {each.area for each in a1.units if each.area.startswith("af-")}


def test_no_border_of_a_real_corridor_is_met_at_a_point(ingredients: Ingredients, passed: dict[str, Passage]) -> None:
    borders = ingredients.frame("naturalearth/borders").set_index("id")["length_m"] / 1000
    for each in passed.values():
        for leg in each.legs:
            for met in leg.borders:
                assert each.half_width_km is not None
                assert met.stretch_km >= min(each.half_width_km, borders[met.border] / 2), (each.corridor, met.border)


def test_units_never_pass_more_than_their_states(passed: dict[str, Passage]) -> None:
    for each in passed.values():
        states = {state.area: state for state in each.states}
        for country in ("af", "kg", "kz", "tj", "tm", "uz"):
            mine = [unit for unit in each.units if unit.area.startswith(f"{country}-")]
            if country in states:
                assert sum(u.axis_km for u in mine) == pytest.approx(states[country].axis_km, rel=0.01, abs=1)
                assert sum(u.band_km2 for u in mine) == pytest.approx(states[country].band_km2, rel=0.01, abs=20)


def test_properties_say_of_what_they_speak_and_no_more_exactly_than_a_kilometre(passed: dict[str, Passage]) -> None:
    for each in passed.values():
        properties = each.properties()
        assert all(name.startswith("drawn_") for name in properties)
        assert properties["drawn_length_km"] == round(each.drawn_km)
        for leg in properties["drawn_legs"]:
            areas = [run["area"] for run in leg["through"]]
            assert all(before != after for before, after in pairwise(areas))
            assert all(isinstance(run["km"], int) for run in leg["through"])
