from __future__ import annotations

from itertools import pairwise
from statistics import quantiles
from typing import TYPE_CHECKING

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.band import HALF_WIDTH_KM, Band, geodesic_buffer, half_width_km
from geo.corridor import ATTESTATION_CLASSES, Axis, Corridor
from geo.curve import bowed
from geo.errors import InvalidGeometry, TooPrecise
from geo.route import Leg

if TYPE_CHECKING:
    from geo.gazetteer import Gazetteer

WGS84 = Geod(ellps="WGS84")

KABUL_SIDE, VOLGA_SIDE = (66.5, 34.2), (48.5, 57.6)


def corridor(*ends: tuple[tuple[float, float], tuple[float, float]], bow: float = 0.09) -> Corridor:
    axes = tuple(Axis(Leg("a", "b"), bowed(start, end, bow)) for start, end in ends)
    return Corridor("a1", "statement", axes)


def band(*ends: tuple[tuple[float, float], tuple[float, float]], bow: float = 0.09) -> Band:
    made = Band.around(corridor(*ends, bow=bow))
    assert made is not None
    return made


def distances_km(lonlat: tuple[float, float], line: tuple[tuple[float, float], ...]) -> float:
    """From a point to a line, measured to points every kilometre or so of it."""
    dense = [
        (a[0] + (b[0] - a[0]) * step / 25, a[1] + (b[1] - a[1]) * step / 25)
        for a, b in pairwise(line)
        for step in range(26)
    ]
    lon, lat = zip(*dense, strict=True)
    n = len(dense)
    return float(min(WGS84.inv([lonlat[0]] * n, [lonlat[1]] * n, lon, lat)[2])) / 1000


def test_every_class_has_a_rule() -> None:
    assert set(HALF_WIDTH_KM) == set(ATTESTATION_CLASSES)


@pytest.mark.long
@settings(deadline=None, max_examples=25)
@given(st.floats(-179, 179), st.floats(-60, 68), st.floats(0, 359), st.floats(300, 3000))
def test_a_kilometre_is_a_kilometre_everywhere(lon: float, lat: float, azimuth: float, length_km: float) -> None:
    end_lon, end_lat, _ = WGS84.fwd(lon, lat, azimuth, length_km * 1000)
    if abs(end_lat) > 68:
        return
    line = bowed((lon, lat), (end_lon, end_lat), 0.09)
    polygon = geodesic_buffer(line, 120.0)
    assert polygon.is_valid
    edge = [xy for xy in shapely.get_coordinates(polygon) if abs(abs(xy[0]) - 180) > 1e-9]
    shifts = (-360.0, 0.0, 360.0)
    for x, y in edge[:: max(1, len(edge) // 12)]:
        near = min(distances_km((x, y), tuple((a + shift, b) for a, b in line)) for shift in shifts)
        assert near == pytest.approx(120, rel=0.02)


def test_rings_are_nested_and_the_last_is_the_band() -> None:
    made = band((KABUL_SIDE, VOLGA_SIDE), (KABUL_SIDE, (72.6, 38.3)))
    rings = made.rings(12)
    assert len(rings) == 12
    assert all(ring.is_valid and ring.geom_type in {"Polygon", "MultiPolygon"} for ring in rings)
    assert all(inner.difference(outer).area < 1e-9 for inner, outer in pairwise(rings))
    assert all(inner.area < outer.area for inner, outer in pairwise(rings))
    assert rings[-1].equals(made.polygon)


def test_the_band_holds_its_axis() -> None:
    made = band((KABUL_SIDE, VOLGA_SIDE))
    assert made.rings(12)[0].covers(shapely.LineString(made.lines[0]))


def test_a_band_over_the_antimeridian_is_cut_and_whole() -> None:
    made = band(((172.0, 62.0), (-168.0, 64.0)))
    polygon = made.polygon
    assert polygon.is_valid
    assert polygon.geom_type == "MultiPolygon"
    assert polygon.bounds[0] == -180
    assert polygon.bounds[2] == 180
    shifted = Band("a1", (tuple((lon - 100, lat) for lon, lat in made.lines[0]),), 120.0).polygon
    area_m2 = sum(abs(WGS84.geometry_area_perimeter(part)[0]) for part in shapely.get_parts(polygon))
    assert area_m2 == pytest.approx(abs(WGS84.geometry_area_perimeter(shifted)[0]), rel=1e-3)


def test_sharp_corners_keep_their_width() -> None:
    line = ((60.0, 40.0), (62.0, 40.0), (60.2, 40.3))
    polygon = geodesic_buffer(line, 60.0)
    assert polygon.is_valid
    assert polygon.covers(shapely.LineString(line))
    assert polygon.covers(shapely.Point(62.5, 40.0))


def test_a_band_narrower_than_its_class_is_too_precise() -> None:
    with pytest.raises(
        TooPrecise, match=r"a1: a band of ±40 km is narrower than its class statement allows \(±120 km\)"
    ):
        Band.around(corridor((KABUL_SIDE, VOLGA_SIDE)), 40.0)
    wider = Band.around(corridor((KABUL_SIDE, VOLGA_SIDE)), 200.0)
    assert wider is not None
    assert wider.half_width_km == 200


def test_an_area_and_a_gap_have_no_band() -> None:
    assert Band.around(Corridor("a6", "area", ())) is None
    gap = Axis(Leg("a", "b", unresolved=("x",)), bowed(KABUL_SIDE, VOLGA_SIDE))
    assert Band.around(Corridor("carec", "named_place", (gap,))) is None


@pytest.mark.parametrize("accuracy_km", [None, 0.2])
def test_a_path_without_a_sound_accuracy_has_no_band(accuracy_km: float | None) -> None:
    with pytest.raises(TooPrecise, match="accuracy"):
        half_width_km("path", accuracy_km)


@pytest.mark.parametrize(("lonlat", "radius_km"), [([], 10.0), ([(60.0, 40.0)], 0.0), ([(60.0, 88.9)], 120.0)])
def test_a_band_that_cannot_be_is_refused(lonlat: list[tuple[float, float]], radius_km: float) -> None:
    with pytest.raises(InvalidGeometry):
        geodesic_buffer(lonlat, radius_km)


def test_the_widths_stand_to_the_provinces_as_the_rule_says(gazetteer: Gazetteer) -> None:
    units = [id_ for id_ in gazetteer.areas if id_.startswith(("af-", "kg-", "tj-", "tm-", "uz-"))]
    first, median, third = quantiles([gazetteer.radius_km(id_) for id_ in units], n=4)
    assert len(units) > 60
    assert HALF_WIDTH_KM["statement"] == 120 > third
    assert HALF_WIDTH_KM["named_place"] == 60 < median
    assert gazetteer.radius_km("tj") / 2 < 120
    assert first < 60
