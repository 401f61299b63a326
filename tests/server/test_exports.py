"""GeoJSON exports as geopandas and the standard see them."""

from __future__ import annotations

import html
import io
import json
import re
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import shape

from layers.catalog import Catalog, default_catalog

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from layers.release import Release

EXPORTED = [layer.id for layer in default_catalog().exported]
WITH_EVIDENCE = [layer.id for layer in default_catalog().exported if layer.role != "base"]


@pytest.mark.parametrize("layer_id", EXPORTED)
def test_an_export_opens_in_geopandas_valid_and_whole(client: FlaskClient, release: Release, layer_id: str) -> None:
    answer = client.get(f"/export/{layer_id}.geojson")
    assert answer.content_type == "application/geo+json"
    assert f"corridormap-{release.id}-{layer_id}" in answer.headers["Content-Disposition"]
    frame = gpd.read_file(io.BytesIO(answer.data))
    assert len(frame) == release.receipt["layers"][layer_id]["count"]
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.dropna().is_valid.all()


@pytest.mark.parametrize("layer_id", WITH_EVIDENCE)
def test_every_feature_rests_on_evidence_or_a_reference(client: FlaskClient, layer_id: str) -> None:
    document = client.get(f"/export/{layer_id}.geojson").get_json(force=True)
    assert document["features"]
    for feature in document["features"]:
        evidence, references = feature["properties"]["evidence"], feature["properties"]["references"]
        assert evidence or references, feature["id"]
        for item in evidence:
            assert set(item) == {"article", "sha256", "start", "end", "locator"}
            assert 0 <= item["start"] < item["end"]
            assert len(item["locator"]["anchor"].split()) <= 5
        assert all(item["work"] for item in references)


@pytest.mark.parametrize("layer_id", EXPORTED)
def test_an_export_is_rfc_7946_and_carries_its_terms(client: FlaskClient, release: Release, layer_id: str) -> None:
    text = client.get(f"/export/{layer_id}.geojson").text
    document = json.loads(text)
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    for name in ("attribution", "licence", "disclaimer", "release_date", "borders_as_of", "point_of_view", "citation"):
        assert document[name], name
    assert document["release"] == release.id
    assert document["numberMatched"] == len(document["features"])
    for feature in document["features"]:
        assert isinstance(feature["id"], str)
        geometry = feature["geometry"]
        if geometry is None:
            continue
        made = shape(geometry)
        assert all(abs(value - round(value, 7)) < 1e-12 for value in shapely.get_coordinates(made).ravel()[:2000])
        for polygon in getattr(made, "geoms", [made]):
            if polygon.geom_type == "Polygon":
                assert polygon.exterior.is_ccw
                assert not any(ring.is_ccw for ring in polygon.interiors)


def test_russia_does_not_cross_the_antimeridian_in_one_piece(client: FlaskClient) -> None:
    document = client.get("/export/organizations.geojson?organization=sco").get_json(force=True)
    russia = next(f for f in document["features"] if f["properties"].get("member") == "ru")
    for polygon in shapely.get_parts(shape(russia["geometry"])):
        west, _, east, _ = polygon.bounds
        assert -180 <= west < east <= 180
        assert east - west < 180


def test_a_filter_is_written_into_the_file_and_its_name(client: FlaskClient) -> None:
    answer = client.get("/export/incidents.geojson?category=attack&undated=exclude")
    assert answer.get_json(force=True)["filter"] == "category=attack&undated=exclude"
    assert "filtered" in answer.headers["Content-Disposition"]


def test_an_export_is_asked_about_each_time_since_its_terms_may_change(client: FlaskClient, release: Release) -> None:
    pinned = client.get(f"/export/borders.geojson?release={release.id}")
    latest = client.get("/export/borders.geojson")
    assert pinned.data == latest.data
    assert "immutable" not in pinned.headers["Cache-Control"]
    assert client.get("/export/borders.geojson", headers={"If-None-Match": latest.headers["ETag"]}).status_code == 304


def test_context_never_stands_under_an_articles_name(client: FlaskClient, catalog: Catalog) -> None:
    for layer in catalog.exported:
        if layer.role in {"context", "infrastructure"}:
            for feature in client.get(f"/export/{layer.id}.geojson").get_json(force=True)["features"]:
                assert feature["properties"]["evidence"] == []
                assert feature["properties"]["references"]


def test_the_download_page_lists_every_export(client: FlaskClient) -> None:
    page = client.get("/data").text
    for layer_id in EXPORTED:
        assert f"/export/{layer_id}.geojson" in page
    for address in re.findall(r'href="(/(?:codebook|ogc/)\?[^"]*)"', page):
        assert client.get(html.unescape(address)).content_type == "text/html; charset=utf-8"
    assert "/codebook?" in page
    assert "/ogc/?" in page


@pytest.mark.parametrize(("view", "owner"), [("neutral", None), ("as-depicted", "ru"), ("iso", "ua")])
def test_a_point_of_view_is_asked_for_and_recorded_in_every_output(
    client: FlaskClient, release: Release, view: str, owner: str | None
) -> None:
    document = client.get(f"/export/borders.geojson?point_of_view={view}").get_json(force=True)
    assert document["point_of_view"] == view
    assert {feature["properties"]["point_of_view"] for feature in document["features"]} == {view}
    pairs = {feature["id"] for feature in document["features"]}
    assert ("crimea-ua" in pairs) is (owner is None)
    inland = shapely.Point(34.1, 45.2)
    members = client.get(f"/export/organizations.geojson?point_of_view={view}").get_json(force=True)["features"]
    holding = {f["properties"]["member"] for f in members if f["geometry"] and shape(f["geometry"]).contains(inland)}
    assert holding <= {owner}
    tile = f"/tiles/{release.id}/borders/5/19/11.mvt"
    plain = client.get(tile).data
    assert (client.get(f"{tile}?point_of_view={view}").data == plain) is (view == "neutral")
    assert client.get(f"/tiles/borders.json?point_of_view={view}").get_json(force=True)["point_of_view"] == view


def test_an_unknown_point_of_view_is_a_problem_that_names_the_parameter(client: FlaskClient) -> None:
    for path in ("/", "/style.json", "/export/borders.geojson", "/tiles/borders.json", "/evidence/af-tj"):
        answer = client.get(f"{path}?point_of_view=mine")
        assert answer.status_code == 400
        assert answer.get_json(force=True)["parameter"] == "point_of_view"
