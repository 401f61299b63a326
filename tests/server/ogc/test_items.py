"""Pages of features: whole, once, filtered alike by text, JSON and the map's own names, in every CRS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from layers.release import Release

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def read(client: FlaskClient, address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    answer = client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json(force=True)
    return found


def link(document: dict[str, Any], rel: str) -> str | None:
    return next((each["href"] for each in document["links"] if each["rel"] == rel), None)


def items(client: FlaskClient, collection_id: str, **query: object) -> dict[str, Any]:
    return read(client, f"/ogc/collections/{collection_id}/items?{urlencode(query)}")


@settings(max_examples=25)
@given(
    st.sampled_from(["incidents", "borders", "corridors", "border_segments"]),
    st.integers(1, 60),
    st.sampled_from(
        [
            {}, {"bbox": "60,36,75,42"}, {"bbox": "170,40,-160,80"}, {"filter": "S_INTERSECTS(geometry, BBOX(40, 20, 90, 60))"},
            {"datetime": "../1969-12-31"}, {"attested": "true"}, {"bbox": "0,0,1,1", "filter": "geometry IS NOT NULL"},
        ]
    ),
)  # fmt: skip
def test_the_pages_are_all_features_once_whatever_the_limit_and_filter(
    app: Flask, release: Release, collection_id: str, limit: int, query: dict[str, str]
) -> None:
    client = app.test_client()
    whole = items(client, collection_id, limit=10000, **query)
    page = items(client, collection_id, limit=limit, **query)
    found, pages = [], 0
    while True:
        assert page["numberMatched"] == whole["numberMatched"] == len(whole["features"])
        assert page["numberReturned"] == len(page["features"]) <= limit
        found += [feature["id"] for feature in page["features"]]
        pages += 1
        following = link(page, "next")
        if following is None:
            break
        assert f"release={release.id}" in following
        before, page = page, read(client, following)
        assert read(client, str(link(page, "prev")))["features"] == before["features"]
    assert found == [feature["id"] for feature in whole["features"]]
    assert len(found) == len(set(found))
    assert pages == max(1, -(-len(found) // limit))


def test_unfiltered_items_are_what_the_export_holds(client: FlaskClient) -> None:
    for collection_id in ("incidents", "borders", "corridors"):
        export = client.get(f"/export/{collection_id}.geojson").get_json(force=True)["features"]
        served = items(client, collection_id, limit=10000)["features"]
        assert {f["id"]: (f["properties"], f["geometry"]) for f in served} == {
            f["id"]: (f["properties"], f["geometry"]) for f in export
        }


def test_an_offset_past_the_end_is_an_empty_page(client: FlaskClient) -> None:
    page = items(client, "incidents", offset=10**9)
    assert page["features"] == []
    assert page["numberReturned"] == 0
    assert page["numberMatched"] > 0
    assert link(page, "next") is None


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ({"filter": "category = 'attack'"}, {"category": "attack"}),
        ({"filter": '("category" = \'attack\')', "filter-lang": "cql2-text"}, {"category": "attack"}),
        ({"filter": '{"op":"=","args":[{"property":"category"},"attack"]}', "filter-lang": "cql2-json"}, {"category": "attack"}),
        ({"filter": "A_OVERLAPS(organizations, ('taliban', 'imu'))"}, {"organization": "taliban,imu"}),
        ({"filter": "threat = 'security' AND where_prec IN (4, 5)"}, {"threat": "security", "where_prec": "4,5"}),
        ({"filter": "category = 'attack'", "threat": "security"}, {"category": "attack", "threat": "security"}),
        ({"bbox": "40,20,90,60", "filter": "geometry IS NOT NULL"}, {"filter": "S_INTERSECTS(geometry, BBOX(40, 20, 90, 60))"}),
        (
            {"filter": "date_start <= DATE('2010-12-31') AND date_end >= DATE('2002-01-01')"},
            {"datetime": "2002/2010", "undated": "exclude"},
        ),
    ],
)  # fmt: skip
def test_one_question_in_several_languages_has_one_answer(
    client: FlaskClient, query: dict[str, str], same: dict[str, str]
) -> None:
    one, other = items(client, "incidents", **query), items(client, "incidents", **same)
    assert [f["id"] for f in one["features"]] == [f["id"] for f in other["features"]]
    assert 0 < one["numberMatched"] < items(client, "incidents")["numberMatched"]


def test_more_than_there_is_may_be_asked_for(client: FlaskClient) -> None:
    """A limit above the most counts as the most, however long it is; a page behind the last one is empty."""
    there = items(client, "incidents", limit=10000)["features"]
    assert items(client, "incidents", limit="9" * 30)["features"] == there
    behind = items(client, "incidents", offset="9" * 30)
    assert (behind["features"], behind["numberMatched"]) == ([], len(there))
    assert "next" not in {link["rel"] for link in behind["links"]}


def test_the_request_that_newer_qgis_sends_is_answered(client: FlaskClient) -> None:
    """QGIS from 3.34 on pushes a filter of a layer down as CQL2 text beside bbox and limit; identifiers stand in quotes."""
    query = urlencode(
        {
            "bbox": "40,20,90,60",
            "limit": 1000,
            "filter": '(("category" = \'attack\') OR ("where_prec" >= 6))',
            "filter-lang": "cql2-text",
        },
        quote_via=quote,
    )
    page = read(client, f"/ogc/collections/incidents/items?{query}")
    assert page["features"]
    assert all(f["properties"]["category"] == "attack" or f["properties"]["where_prec"] >= 6 for f in page["features"])


@pytest.mark.parametrize(("code", "decimals"), [("4326", 7), ("3857", 2)])
@pytest.mark.parametrize("collection_id", ["incidents", "borders", "corridor_bands"])
def test_another_crs_has_its_own_axes(client: FlaskClient, collection_id: str, code: str, decimals: int) -> None:
    plain = {f["id"]: f for f in items(client, collection_id, limit=60)["features"]}
    answer = client.get(f"/ogc/collections/{collection_id}/items?limit=60&crs={EPSG}{code}")
    assert answer.headers["Content-Crs"] == f"<{EPSG}{code}>"
    transformer = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{code}")
    for feature in answer.get_json(force=True)["features"]:
        expected = plain[feature["id"]]["geometry"]
        assert (feature["geometry"] is None) is (expected is None)
        if expected is None:
            continue
        lonlat, got = (shapely.get_coordinates(shape(each)) for each in (expected, feature["geometry"]))
        assert np.abs(np.column_stack(transformer.transform(*lonlat.T)) - got).max() <= 0.51 * 10**-decimals
    one = client.get(f"/ogc/collections/borders/items/af-tj?crs={EPSG}{code}")
    assert one.headers["Content-Crs"] == f"<{EPSG}{code}>"


@pytest.mark.parametrize(
    ("code", "box"), [("4326", "36,60,42,75"), ("3857", "6679169.45,4300621.37,8348961.81,5160979.44")]
)
def test_a_box_in_another_crs_is_the_same_box(client: FlaskClient, code: str, box: str) -> None:
    plain = [f["id"] for f in items(client, "borders", bbox="60,36,75,42", limit=500)["features"]]
    given_crs = {"bbox": box, "bbox-crs": f"{EPSG}{code}", "limit": 500}
    assert [f["id"] for f in items(client, "borders", **given_crs)["features"]] == plain
    in_filter = {"filter": f"S_INTERSECTS(geometry, BBOX({box}))", "filter-crs": f"{EPSG}{code}", "limit": 500}
    assert [f["id"] for f in items(client, "borders", **in_filter)["features"]] == plain


def test_each_feature_links_to_its_evidence_and_keeps_its_address(client: FlaskClient, release: Release) -> None:
    for feature in items(client, "incidents")["features"]:
        (found,) = feature["links"]
        assert found["rel"] == "evidence"
        evidence = read(client, found["href"])
        assert (evidence["id"], evidence["release"]) == (feature["id"], release.id)
        assert (
            read(client, f"/ogc/collections/incidents/items/{feature['id']}?release={release.id}")["id"]
            == feature["id"]
        )


def test_an_id_with_a_slash_is_found(client: FlaskClient) -> None:
    feature = next(f for f in items(client, "organizations", limit=100)["features"] if "/" in f["id"])
    answer = client.get(f"/ogc/collections/organizations/items/{quote(feature['id'], safe='')}")
    assert answer.get_json(force=True)["id"] == feature["id"]


def test_an_answer_is_kept_until_the_release_changes(client: FlaskClient) -> None:
    for path in (
        "",
        "collections",
        "collections/borders",
        "collections/borders/items?limit=5",
        "collections/borders/items/af-tj",
    ):
        first = client.get(f"/ogc/{path}")
        assert first.headers["Vary"] == "Accept-Encoding, Accept"
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        again = client.get(f"/ogc/{path}", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        page = client.get(f"/ogc/{path}", headers={"Accept": "text/html"})
        assert page.headers["ETag"] != first.headers["ETag"]


def test_the_point_of_view_goes_with_every_link(client: FlaskClient) -> None:
    page = items(client, "borders", point_of_view="iso", limit=5)
    assert page["point_of_view"] == "iso"
    assert "point_of_view=iso" in str(link(page, "next"))
    ids = {f["id"] for f in items(client, "borders", point_of_view="iso", limit=1000)["features"]}
    assert "crimea-ua" not in ids
    assert "crimea-ua" in {f["id"] for f in items(client, "borders", limit=1000)["features"]}


def test_a_drawing_aid_is_no_collection(client: FlaskClient) -> None:
    assert client.get("/ogc/collections/corridor_marks").status_code == 404
    assert "corridor_marks" not in json.dumps(read(client, "/ogc/collections"))


def test_a_tile_is_the_one_of_the_map(client: FlaskClient, release: Release) -> None:
    tile = client.get("/ogc/collections/borders/tiles/WebMercatorQuad/5/12/22")
    assert tile.content_type == "application/vnd.mapbox-vector-tile"
    assert tile.data == client.get(f"/tiles/{release.id}/borders/5/22/12.mvt").data
    assert client.get("/ogc/collections/incidents/tiles/WebMercatorQuad/14/0/0").status_code == 204
    assert client.get("/ogc/collections/borders/tiles/WebMercatorQuad/1/2/0").status_code == 404
    assert client.get("/ogc/collections/borders/tiles/WorldCRS84Quad/1/0/0").status_code == 404
    some = client.get("/ogc/collections/incidents/tiles/WebMercatorQuad/0/0/0?category=attack").data
    assert some == client.get(f"/tiles/{release.id}/incidents/0/0/0.mvt?category=attack").data


def test_the_tile_matrix_set_is_the_registered_one(client: FlaskClient) -> None:
    from geo.tilegrid import tile_matrix_set

    ours = read(client, "/ogc/tileMatrixSets/WebMercatorQuad")
    theirs = json.loads(tile_matrix_set().model_dump_json(exclude_none=True, by_alias=True))
    assert ours["uri"] == theirs["uri"]
    for mine, other in zip(ours["tileMatrices"], theirs["tileMatrices"], strict=False):
        assert (mine["id"], mine["matrixWidth"], mine["tileWidth"]) == (
            other["id"],
            other["matrixWidth"],
            other["tileWidth"],
        )
        assert mine["scaleDenominator"] == pytest.approx(other["scaleDenominator"], rel=1e-9)
        assert mine["cellSize"] == pytest.approx(other["cellSize"], rel=1e-9)
        assert mine["pointOfOrigin"] == pytest.approx(other["pointOfOrigin"], rel=1e-9)
    limits = read(client, "/ogc/collections/incidents/tiles/WebMercatorQuad")["tileMatrixSetLimits"]
    for each in limits[:8]:
        rows = range(each["minTileRow"], each["maxTileRow"] + 1)
        assert len(rows) > 0


def test_the_page_of_queryables_writes_values_as_filters_take_them(client: FlaskClient) -> None:
    page = client.get("/ogc/collections/incidents/queryables?f=html").text
    assert "false, true" in page
    assert "False" not in page


def test_a_page_draws_no_pin_for_what_lies_somewhere_in_an_area(client: FlaskClient) -> None:
    page = client.get("/ogc/collections/incidents/items/inc04?f=html").text
    assert "<circle" not in page
    assert "somewhere in it" in page
    assert "<circle" not in client.get("/ogc/collections/incidents/items?f=html").text
    assert '<path class="line"' in client.get("/ogc/collections/borders/items/af-tj?f=html").text
