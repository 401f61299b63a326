"""The Abstract Test Suite of OGC API – Features – Part 1: Core (OGC 17-069r4, annex A), one test for each abstract test.

The names are the standard's own: ``/ats/core/root-op`` is ``test_core_root_op``.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import shapely
from shapely.geometry import shape

from layers.catalog import default_catalog
from layers.filter import interval_of
from server.ogc.conformance import CONFORMS_TO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from layers.release import Release

COLLECTIONS = [layer.id for layer in default_catalog().exported]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
each_collection = pytest.mark.parametrize("collection_id", COLLECTIONS)


_ANSWERS: dict[tuple[str, str], TestResponse] = {}


def get(client: FlaskClient, address: str, accept: str = "application/geo+json, application/json") -> TestResponse:
    """Return the answer of an address; it is asked for once, whichever test asks first."""
    if (address, accept) not in _ANSWERS:
        parts = urlsplit(address)
        _ANSWERS[address, accept] = client.get(f"{parts.path}?{parts.query}", headers={"Accept": accept})
    return _ANSWERS[address, accept]


def read(client: FlaskClient, address: str) -> dict[str, Any]:
    answer = get(client, address)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json(force=True)
    return found


def links(document: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    return [each for each in document["links"] if each["rel"] == rel]


def the_link(document: dict[str, Any], rel: str) -> str:
    found = links(document, rel)
    assert found, f"no link {rel} among {[each['rel'] for each in document['links']]}"
    return str(found[0]["href"])


def all_items(client: FlaskClient, collection_id: str, query: str = "") -> Iterator[dict[str, Any]]:
    address = f"/ogc/collections/{collection_id}/items?limit=1000&{query}"
    while address:
        page = read(client, address)
        yield from page["features"]
        following = links(page, "next")
        address = following[0]["href"] if following else ""


def touches(feature: dict[str, Any], *boxes: tuple[float, float, float, float]) -> bool:
    return feature["geometry"] is None or any(
        shapely.intersects(shape(feature["geometry"]), shapely.box(*box)) for box in boxes
    )


_WHOLE: dict[str, dict[str, dict[str, Any]]] = {}


def everything_of(client: FlaskClient, collection_id: str) -> dict[str, dict[str, Any]]:
    """All features of a collection by id, asked for once."""
    if collection_id not in _WHOLE:
        _WHOLE[collection_id] = {feature["id"]: feature for feature in all_items(client, collection_id)}
    return _WHOLE[collection_id]


class Page(HTMLParser):
    """The addresses in the links of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.addresses.append(dict(attrs).get("href") or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def test_core_http(client: FlaskClient) -> None:
    """/ats/core/http: the API answers as HTTP 1.1 wants it: unknown paths 404, other methods 405 with Allow."""
    assert get(client, "/ogc/nothing").status_code == 404
    refused = client.post("/ogc/collections")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    assert client.head("/ogc/collections").status_code == 200


@each_collection
def test_core_crs84(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/crs84: geometries are WGS 84 longitude, latitude unless another CRS is asked for."""
    document = read(client, f"/ogc/collections/{collection_id}")
    assert document["extent"]["spatial"]["crs"] == CRS84
    answer = get(client, f"/ogc/collections/{collection_id}/items?limit=50")
    assert answer.headers["Content-Crs"] == f"<{CRS84}>"
    for feature in answer.get_json(force=True)["features"]:
        if feature["geometry"] is not None:
            west, south, east, north = shape(feature["geometry"]).bounds
            assert -180 <= west <= east <= 180
            assert -90 <= south <= north <= 90


def test_core_root_op(client: FlaskClient) -> None:
    """/ats/core/root-op: a landing page can be retrieved from the expected location."""
    for address in ("/ogc", "/ogc/"):
        assert get(client, address).status_code == 200


def test_core_root_success(client: FlaskClient) -> None:
    """/ats/core/root-success: the landing page has links to the API's definition, conformance and the data."""
    document = read(client, "/ogc/")
    for rel in ("service-desc", "service-doc", "conformance", "data", "self", "alternate"):
        assert get(client, the_link(document, rel)).status_code == 200, rel


def test_core_api_definition_op(client: FlaskClient) -> None:
    """/ats/core/api-definition-op: the definition can be retrieved from the links of the landing page."""
    document = read(client, "/ogc/")
    for rel in ("service-desc", "service-doc"):
        for each in links(document, rel):
            answer = get(client, each["href"], accept=each["type"])
            assert answer.status_code == 200
            assert answer.content_type.replace(" ", "").startswith(each["type"])


def test_core_api_definition_success(client: FlaskClient) -> None:
    """/ats/core/api-definition-success: the definition is the one that its media type says."""
    answer = get(client, the_link(read(client, "/ogc/"), "service-desc"), accept=OPENAPI)
    assert answer.content_type.replace(" ", "") == OPENAPI
    assert answer.get_json(force=True)["openapi"].startswith("3.0.")


def test_core_conformance_op(client: FlaskClient) -> None:
    """/ats/core/conformance-op: the conformance declaration can be retrieved from the expected location."""
    assert get(client, "/ogc/conformance").status_code == 200
    assert the_link(read(client, "/ogc/"), "conformance").endswith("/ogc/conformance")


def test_core_conformance_success(client: FlaskClient) -> None:
    """/ats/core/conformance-success: it lists the classes that the API conforms to."""
    document = read(client, "/ogc/conformance")
    assert document["conformsTo"] == list(CONFORMS_TO)
    for name in ("core", "geojson", "html", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" in document["conformsTo"]


def test_core_fc_md_op(client: FlaskClient) -> None:
    """/ats/core/fc-md-op: information about the collections can be retrieved from the expected location."""
    assert get(client, "/ogc/collections").status_code == 200
    assert the_link(read(client, "/ogc/"), "data").endswith("/ogc/collections")


def test_core_fc_md_success(client: FlaskClient) -> None:
    """/ats/core/fc-md-success: the answer has links and every collection, each as its own address gives it."""
    document = read(client, "/ogc/collections")
    assert sorted(each["id"] for each in document["collections"]) == sorted(COLLECTIONS)
    for rel in ("self", "alternate"):
        assert the_link(document, rel)


def test_core_fc_md_links(client: FlaskClient) -> None:
    """/ats/core/fc-md-links: self and alternate, each with rel and type."""
    document = read(client, "/ogc/collections")
    for each in document["links"]:
        assert each["rel"]
        assert each["type"]


@each_collection
def test_core_fc_md_items(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/fc-md-items: each collection has an id and links to its items."""
    (found,) = [each for each in read(client, "/ogc/collections")["collections"] if each["id"] == collection_id]
    assert found["title"]
    assert found["itemType"] == "feature"


@each_collection
def test_core_fc_md_items_links(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/fc-md-items-links: a link to the items in every form, with rel and type."""
    (found,) = [each for each in read(client, "/ogc/collections")["collections"] if each["id"] == collection_id]
    items = links(found, "items")
    assert {each["type"] for each in items} == {"application/geo+json", "text/html"}
    for each in items:
        assert get(client, each["href"], accept=each["type"]).content_type.startswith(each["type"])


@pytest.mark.long
@each_collection
def test_core_fc_md_extent(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/fc-md-extent: the extent holds all features, in space and time."""
    extent = read(client, f"/ogc/collections/{collection_id}")["extent"]
    (box,) = extent["spatial"]["bbox"]
    start, end = extent["temporal"]["interval"][0]
    for feature in everything_of(client, collection_id).values():
        if feature["geometry"] is not None:
            west, south, east, north = shape(feature["geometry"]).bounds
            assert box[0] <= west <= east <= box[2]
            assert box[1] <= south <= north <= box[3]
        first = feature["properties"].get("date_start") or feature["properties"].get("valid_from")
        last = feature["properties"].get("date_end") or feature["properties"].get("valid_to")
        if first:
            assert start[:10] <= interval_of(first)[0].isoformat()
        if last and end:
            assert interval_of(last)[1].isoformat() <= end[:10]


@each_collection
def test_core_sfc_md_op(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/sfc-md-op: a collection's metadata can be retrieved from the expected location."""
    assert get(client, f"/ogc/collections/{collection_id}").status_code == 200


@each_collection
def test_core_sfc_md_success(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/sfc-md-success: it says the same as the list of collections."""
    (listed,) = [each for each in read(client, "/ogc/collections")["collections"] if each["id"] == collection_id]
    assert read(client, f"/ogc/collections/{collection_id}") == listed


@each_collection
def test_core_fc_op(client: FlaskClient, release: Release, collection_id: str) -> None:
    """/ats/core/fc-op: features can be identified and extracted from a collection."""
    found = list(everything_of(client, collection_id))
    assert sorted(found) == sorted(release.table(collection_id)["id"])


def parameter(client: FlaskClient, name: str) -> dict[str, Any]:
    document = read(client, "/ogc/api?f=json")
    operation = document["paths"]["/collections/{collectionId}/items"]["get"]
    assert {"$ref": f"#/components/parameters/{name}"} in operation["parameters"]
    found: dict[str, Any] = document["components"]["parameters"][name]
    return found


def test_core_fc_bbox_definition(client: FlaskClient) -> None:
    """/ats/core/fc-bbox-definition: the parameter bbox is defined as the standard defines it."""
    found = parameter(client, "bbox")
    assert (found["in"], found["required"], found["style"], found["explode"]) == ("query", False, "form", False)
    assert found["schema"]["type"] == "array"
    assert found["schema"]["items"] == {"type": "number"}
    assert [(each["minItems"], each["maxItems"]) for each in found["schema"]["oneOf"]] == [(4, 4), (6, 6)]


@pytest.mark.parametrize("collection_id", ["incidents", "borders", "admin1_labels"])
@pytest.mark.parametrize(
    ("box", "plain"),
    [
        ("60,36,75,42", [(60, 36, 75, 42)]),
        ("60,36,0,75,42,9000", [(60, 36, 75, 42)]),
        ("170,40,-160,80", [(170, 40, 180, 80), (-180, 40, -160, 80)]),
        ("-180,-90,180,90", [(-180, -90, 180, 90)]),
        ("0,0,0,0", [(0, 0, 0, 0)]),
    ],
)  # fmt: skip
def test_core_fc_bbox_response(
    client: FlaskClient, collection_id: str, box: str, plain: list[tuple[float, float, float, float]]
) -> None:
    """/ats/core/fc-bbox-response: only features that touch the box, and all that have no geometry, are in the answer."""
    everything = everything_of(client, collection_id)
    found = {feature["id"] for feature in all_items(client, collection_id, f"bbox={box}")}
    assert found == {each for each, feature in everything.items() if touches(feature, *plain)}


def test_core_fc_limit_definition(client: FlaskClient) -> None:
    """/ats/core/fc-limit-definition: the parameter limit is defined as the standard defines it."""
    found = parameter(client, "limit")
    assert (found["in"], found["required"], found["style"], found["explode"]) == ("query", False, "form", False)
    assert found["schema"] == {"type": "integer", "minimum": 1, "maximum": 10000, "default": 100}


@each_collection
def test_core_fc_limit_response(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/fc-limit-response: never more features than asked for; a limit above the maximum is no error."""
    for limit in (1, 7, 99999):
        page = read(client, f"/ogc/collections/{collection_id}/items?limit={limit}")
        assert len(page["features"]) == min(limit, 10000, page["numberMatched"])


def test_core_fc_time_definition(client: FlaskClient) -> None:
    """/ats/core/fc-time-definition: the parameter datetime is defined as the standard defines it."""
    found = parameter(client, "datetime")
    assert (found["in"], found["required"], found["style"], found["explode"]) == ("query", False, "form", False)
    assert found["schema"] == {"type": "string"}


def overlaps(feature: dict[str, Any], start: str, end: str) -> bool:
    properties = feature["properties"]
    first = properties.get("date_start") or properties.get("valid_from")
    last = properties.get("date_end") or properties.get("valid_to")
    begins = interval_of(first)[0].isoformat() if first else "0001-01-01"
    ends = interval_of(last)[1].isoformat() if last else "9999-12-31"
    return begins <= end and start <= ends


@pytest.mark.parametrize("collection_id", ["incidents", "borders"])
@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("2010-09-15T12:00:00Z", "2010-09-15", "2010-09-15"),
        ("2010-09-15", "2010-09-15", "2010-09-15"),
        ("2002-01-01T00:00:00Z/2010-12-31T23:59:59Z", "2002-01-01", "2010-12-31"),
        ("2002-01-01/2010-12-31", "2002-01-01", "2010-12-31"),
        ("../1991-12-31T00:00:00Z", "0001-01-01", "1991-12-31"),
        ("/1991-12-31T00:00:00Z", "0001-01-01", "1991-12-31"),
        ("2007-06-01T00:00:00Z/..", "2007-06-01", "9999-12-31"),
        ("2007-06-01T00:00:00Z/", "2007-06-01", "9999-12-31"),
        ("1937-01-01T12:00:27.87+05:00", "1937-01-01", "1937-01-01"),
        ("1900-01-01/1969-12-31", "1900-01-01", "1969-12-31"),
    ],
)
def test_core_fc_time_response(client: FlaskClient, collection_id: str, asked: str, start: str, end: str) -> None:
    """/ats/core/fc-time-response: only features whose time touches the interval, and all that have none, are in the answer."""
    everything = everything_of(client, collection_id)
    asked = asked.replace("+", "%2B")
    found = {feature["id"] for feature in all_items(client, collection_id, f"datetime={asked}")}
    assert found == {each for each, feature in everything.items() if overlaps(feature, start, end)}


def test_core_fc_time_response_of_intervals_that_go_on(client: FlaskClient) -> None:
    """/ats/core/fc-time-response: what began and has not ended is in every later interval."""
    everything = everything_of(client, "organizations")
    found = {feature["id"] for feature in all_items(client, "organizations", "datetime=../1991-12-31T00:00:00Z")}
    assert found == {each for each, feature in everything.items() if overlaps(feature, "0001-01-01", "1991-12-31")}
    assert found < set(everything)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=-1", "limit=ten", "limit=1.5", "limit=", "offset=-1", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=1,2,3,4,5",
        "bbox=0,50,10,40", "bbox=0,0,200,10", "bbox=nan,0,1,1", "datetime=yesterday", "datetime=2010-13-01", "datetime=2012/2010",
        "datetime=2010-01-01/2011-01-01/2012-01-01", "crs=EPSG:9999", "bbox-crs=x", "filter=category%20%3D", "filter=foo%3D1",
        "filter-lang=cql-text", "filter-crs=x", "f=xml", "limit=1&limit=2", "bbox=1,2,3,4&bbox=1,2,3,4", "category=A%20B",
        "where_prec=9", "release=nope%2F", "point_of_view=mine",
    ],
)  # fmt: skip
def test_core_query_param_invalid(client: FlaskClient, query: str) -> None:
    """/ats/core/query-param-invalid: a parameter with a value that cannot be used is answered with 400."""
    answer = get(client, f"/ogc/collections/incidents/items?{query}")
    assert answer.status_code == (404 if query.startswith("release") else 400)
    assert answer.content_type == "application/problem+json"
    if answer.status_code == 400:
        assert answer.get_json(force=True)["parameter"] in query


@pytest.mark.parametrize(
    "path",
    ["", "api", "conformance", "collections", "collections/borders", "collections/borders/items", "collections/borders/items/af-tj",
     "collections/borders/queryables", "collections/borders/schema", "collections/borders/tiles",
     "collections/borders/tiles/WebMercatorQuad", "tileMatrixSets", "tileMatrixSets/WebMercatorQuad"],
)  # fmt: skip
def test_core_query_param_unknown(client: FlaskClient, path: str) -> None:
    """/ats/core/query-param-unknown: a parameter that the API does not define is answered with 400."""
    answer = get(client, f"/ogc/{path}?colour=red")
    assert answer.status_code == 400
    assert answer.get_json(force=True)["parameter"] == "colour"


@each_collection
def test_core_fc_response(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/fc-response: the answer is a FeatureCollection of what was selected."""
    page = read(client, f"/ogc/collections/{collection_id}/items?limit=3")
    assert page["type"] == "FeatureCollection"
    assert all(feature["type"] == "Feature" for feature in page["features"])


def test_core_fc_links(client: FlaskClient) -> None:
    """/ats/core/fc-links: self, alternate, next and prev, each with rel and type, and each leads where it says."""
    first = read(client, "/ogc/collections/borders/items?limit=50")
    assert not links(first, "prev")
    second = read(client, the_link(first, "next"))
    assert [each["id"] for each in read(client, the_link(second, "prev"))["features"]] == [
        each["id"] for each in first["features"]
    ]
    assert [each["id"] for each in read(client, the_link(second, "self"))["features"]] == [
        each["id"] for each in second["features"]
    ]
    for each in [*first["links"], *second["links"]]:
        assert each["type"]
        assert get(client, each["href"]).status_code == 200
    assert get(client, the_link(first, "alternate")).content_type.startswith("text/html")
    last = read(client, "/ogc/collections/borders/items?limit=50&offset=390")
    assert not links(last, "next")


def test_core_fc_time_stamp(client: FlaskClient) -> None:
    """/ats/core/fc-timeStamp: a time stamp is no part of the answer, so nothing is to be tested; ETag and Last-Modified say more."""
    answer = get(client, "/ogc/collections/borders/items")
    assert "timeStamp" not in answer.get_json(force=True)
    assert answer.headers["ETag"]
    assert answer.headers["Last-Modified"].endswith("GMT")


@pytest.mark.parametrize("collection_id", ["incidents", "borders", "admin1_labels", "transport_corridors"])
def test_core_fc_number_matched(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/fc-numberMatched: it is the number of all features that match."""
    page = read(client, f"/ogc/collections/{collection_id}/items?limit=5&bbox=55,30,80,50")
    assert page["numberMatched"] == len(list(all_items(client, collection_id, "bbox=55,30,80,50")))


@each_collection
def test_core_fc_number_returned(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/fc-numberReturned: it is the number of features in the answer."""
    page = read(client, f"/ogc/collections/{collection_id}/items?limit=5")
    assert page["numberReturned"] == len(page["features"])


@each_collection
def test_core_f_op(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/f-op: each feature can be retrieved by its id."""
    for feature in read(client, f"/ogc/collections/{collection_id}/items?limit=20")["features"]:
        found = read(client, f"/ogc/collections/{collection_id}/items/{feature['id'].replace('/', '%2F')}")
        assert found["properties"] == feature["properties"]
        assert found["geometry"] == feature["geometry"]
    assert get(client, f"/ogc/collections/{collection_id}/items/nothing").status_code == 404


@each_collection
def test_core_f_success(client: FlaskClient, collection_id: str) -> None:
    """/ats/core/f-success: the answer is a Feature with its links."""
    (first,) = read(client, f"/ogc/collections/{collection_id}/items?limit=1")["features"]
    found = read(client, f"/ogc/collections/{collection_id}/items/{first['id']}")
    assert found["type"] == "Feature"
    assert found["id"] == first["id"]


def test_core_f_links(client: FlaskClient) -> None:
    """/ats/core/f-links: self, alternate and collection, each with rel and type; evidence beside them."""
    found = read(client, "/ogc/collections/incidents/items/inc04")
    for rel in ("self", "alternate", "collection", "evidence"):
        assert get(client, the_link(found, rel)).status_code == 200, rel
    assert all(each["type"] for each in found["links"])
    assert read(client, the_link(found, "evidence"))["id"] == "inc04"


RESOURCES = (
    "", "conformance", "collections", "collections/incidents", "collections/incidents/items", "collections/incidents/items/inc04",
    "collections/incidents/queryables", "collections/incidents/schema", "collections/incidents/tiles",
    "collections/incidents/tiles/WebMercatorQuad", "tileMatrixSets", "tileMatrixSets/WebMercatorQuad",
)  # fmt: skip


def test_geojson_definition(client: FlaskClient) -> None:
    """/ats/geojson/definition: features are application/geo+json, all else application/json."""
    for path in RESOURCES:
        media_type = get(client, f"/ogc/{path}").content_type
        expected = (
            "geo+json" if "/items" in path else "schema+json" if path.endswith(("queryables", "schema")) else "json"
        )
        assert media_type == f"application/{expected}", path


@each_collection
def test_geojson_content(client: FlaskClient, collection_id: str) -> None:
    """/ats/geojson/content: a FeatureCollection and a Feature by RFC 7946, with their links in the member links."""
    page = read(client, f"/ogc/collections/{collection_id}/items?limit=20")
    assert "crs" not in page
    for document in (page, *page["features"]):
        assert document["links"]
    for feature in page["features"]:
        assert {"type", "id", "geometry", "properties"} <= set(feature)
        if feature["geometry"] is not None:
            shapely.from_geojson(json.dumps(feature))


@pytest.mark.parametrize("path", [*RESOURCES, "api"])
def test_html_definition(client: FlaskClient, path: str) -> None:
    """/ats/html/definition: every resource is offered as text/html, by the Accept header and by f=html."""
    for answer in (client.get(f"/ogc/{path}", headers={"Accept": "text/html"}), client.get(f"/ogc/{path}?f=html")):
        assert answer.status_code == 200
        assert answer.content_type == "text/html; charset=utf-8"
        assert answer.text.startswith("<!doctype html>")
        assert "<script" not in answer.text


@pytest.mark.parametrize("path", RESOURCES)
def test_html_content(client: FlaskClient, path: str) -> None:
    """/ats/html/content: the page says what the document says, and links where it links."""
    document = read(client, f"/ogc/{path}?f=json")
    page = Page(client.get(f"/ogc/{path}?f=html").text)
    for each in document.get("links", []):
        if each["rel"] not in {"self", "alternate", "next", "prev"} and not each.get("templated"):
            assert each["href"] in page.addresses, each["rel"]
    for name in ("description", "attribution", "licence", "release", "disclaimer", "citation", "title"):
        if name in document:
            assert str(document[name]) in " ".join(page.text.split()) or str(document[name]) in page.text, name
    for feature in document.get("features", []):
        assert feature["id"] in page.text


def test_oas30_completeness(client: FlaskClient) -> None:
    """/ats/oas30/completeness: every operation names all status codes and the schemas of its answers."""
    document = read(client, "/ogc/api?f=json")
    served = {
        "/" + rule.rule.removeprefix("/ogc/").replace("<int:z>", "<tileMatrix>").replace("<int:row>", "<tileRow>")
        .replace("<int:column>", "<tileCol>").replace("<path:", "<").replace("<", "{").replace(">", "}")
        .replace("{collection_id}", "{collectionId}").replace("{feature_id}", "{featureId}")
        .replace("{tile_matrix_set_id}", "{tileMatrixSetId}")
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/ogc")
    }  # fmt: skip
    assert set(document["paths"]) == served
    for path in document["paths"].values():
        assert {"200", "304", "400", "404", "500", "503"} <= set(path["get"]["responses"])


def test_oas30_exceptions_codes(client: FlaskClient) -> None:
    """/ats/oas30/exceptions-codes: the codes of errors are those of the definition, their bodies as it says."""
    problem = read(client, "/ogc/api?f=json")["components"]["schemas"]["problem"]
    for address, status in (
        ("/ogc/collections/nothing", 404),
        ("/ogc/collections?x=1", 400),
        ("/ogc/?release=abc", 404),
    ):
        answer = get(client, address)
        assert answer.status_code == status
        assert set(problem["required"]) <= set(answer.get_json(force=True))


def test_oas30_oas_definition_1(client: FlaskClient) -> None:
    """/ats/oas30/oas-definition-1: the definition is there as JSON and as a page."""
    document = read(client, "/ogc/")
    assert [each["type"] for each in links(document, "service-desc")] == [OPENAPI]
    assert [each["type"] for each in links(document, "service-doc")] == ["text/html"]


def test_oas30_oas_definition_2(client: FlaskClient) -> None:
    """/ats/oas30/oas-definition-2: the JSON is OpenAPI 3.0: every reference leads somewhere, every parameter in a path is defined."""
    document = read(client, "/ogc/api?f=json")
    assert {"openapi", "info", "paths"} <= set(document)
    assert {"title", "version"} <= set(document["info"])

    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from ([node["$ref"]] if "$ref" in node else [])
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                yield from references(child)

    for reference in references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    names: list[str] = []
    for path, methods in document["paths"].items():
        names.append(methods["get"]["operationId"])
        defined = {each["$ref"].rpartition("/")[2] for each in methods["get"]["parameters"]}
        assert {part.strip("{}") for part in path.split("/") if part.startswith("{")} <= defined
    assert len(names) == len(set(names))


def test_oas30_oas_impl(client: FlaskClient) -> None:
    """/ats/oas30/oas-impl: all that the definition specifies is there (each operation once; test_schemathesis.py asks more)."""
    values = {
        "collectionId": "incidents", "featureId": "inc04", "tileMatrixSetId": "WebMercatorQuad", "tileMatrix": "0", "tileRow": "0", "tileCol": "0",
    }  # fmt: skip
    for path in read(client, "/ogc/api?f=json")["paths"]:
        assert get(client, "/ogc" + path.format(**values)).status_code == 200, path


def test_oas30_security(client: FlaskClient) -> None:
    """/ats/oas30/security: nothing needs a key, and the definition names none."""
    document = read(client, "/ogc/api?f=json")
    assert "security" not in document
    assert "securitySchemes" not in document["components"]
