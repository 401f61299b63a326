"""Requests that nobody should send: each ends in an answer that says what is wrong, none in a fault of the service."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.workspace import Workspace

NAMES = (
    "article", "attested", "bbox", "bbox-crs", "category", "center", "corridor", "crs", "datetime", "f", "filter",
    "filter-crs", "filter-lang", "format", "id", "lang", "layer", "layers", "limit", "maxwidth", "offset", "organization",
    "point_of_view", "q", "release", "status", "theme", "undated", "url", "where_prec", "zoom",
)  # fmt: skip
VALUES = (
    "", "%00", "a%00b", "%ff", "%ed%a0%80", "%", "%zz", "-1", "0", "1e309", "NaN", "Infinity", "9" * 20, "1,2,3,4",
    "1,2,3", "200,100,300,400", "nan,nan,nan,nan", "..", "2010/2009", "2010-02-30", "0000/9999", "/", "borders",
    "status='agreed'", "(" * 60 + "1=1", "name%20LIKE%20'%25%25a", "http://[::1", "javascript:alert(1)", "%D9%A3", "+",
    "%0d%0aX:%20y", "<script>alert(1)</script>", "a" * 5000,
)  # fmt: skip
HEADERS = (
    ("Range", "bytes=5-1"), ("Range", "lines=1"), ("If-None-Match", 'W/"a", "b",,"c'), ("If-None-Match", "*"),
    ("If-Modified-Since", "yesterday"), ("Accept", "*/*;q=0"), ("Accept", "text/html;q=abc"), ("Accept", "," * 500),
    ("Accept-Encoding", "identity;q=0, *;q=0"), ("Accept-Encoding", "\xe9;q=1"), ("Accept-Language", "fa-IR,kk;q=zz,*"),
    ("Cookie", "a=\xff; ;=;"), ("Host", "[::1]:99"), ("Host", "a b"), ("Origin", "null"), ("X-Request-ID", "a" * 5000),
    ("X-Forwarded-Host", 'evil"<script>alert(1)</script>'), ("X-Forwarded-Prefix", "/../"), ("X-Forwarded-For", "x"),
)  # fmt: skip
METHODS = ("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.fixture(scope="module")
def small_client(small_workspace: Workspace, root: Path) -> FlaskClient:
    return create_app(Config(workspace=small_workspace.path, root=root, trust_proxy=True)).test_client()


def paths(release: str) -> tuple[str, ...]:
    return (
        "/", "/articles", "/articles/x", "/cite/x.bib", "/codebook", "/conflicts", "/corrections", "/corrections.atom",
        "/counts", "/data", "/embed", "/evidence/x", "/export/borders.geojson", "/export/borders.csv",
        "/export/borders.kml", "/export/borders.csv-metadata.json", "/export/borders.zz", "/healthz", "/list",
        f"/m/{release}", "/m/000000000000", "/object/x.geojson", "/oembed", "/ogc/", "/ogc/api", "/ogc/collections",
        "/ogc/collections/borders", "/ogc/collections/borders/items", "/ogc/collections/borders/items/x",
        "/ogc/collections/borders/queryables", "/ogc/collections/borders/tiles/WebMercatorQuad/3/3/5",
        "/ogc/conformance", "/organizations/x", "/picture/x.png", "/readyz", "/releases", "/search", "/share.json",
        "/sketch.svg", "/sources", "/static/../config.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/style.json",
        "/tiles/borders.json", f"/tiles/{release}/borders/3/5/3.mvt", f"/tiles/{release}/borders,,/3/5/3.mvt",
        f"/tiles/{release}/borders/3/{'5' * 30}/3.mvt", f"/tiles/{release}/borders/99/5/3.mvt", "/tiles/x/borders/3/5/3.mvt",
    )  # fmt: skip


@pytest.mark.long
@settings(max_examples=300, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_request_breaks_the_service(
    small_client: FlaskClient, small_workspace: Workspace, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(paths(small_workspace.latest())))
    asked = data.draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=3))
    method = data.draw(st.sampled_from(METHODS))
    headers = data.draw(st.lists(st.sampled_from(HEADERS), max_size=2))
    query = "&".join(f"{name}={value}" for name, value in asked)
    answer = small_client.open(f"{path}?{query}", method=method, headers=headers)
    body = answer.get_data()
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, (path, query, method, headers, body[:300])
    assert "X" not in answer.headers, "a header is nothing that a query may write"
    is_page = answer.content_type is not None and answer.content_type.startswith("text/html")
    assert not (is_page and b"<script>alert(1)" in body)
    if answer.status_code >= HTTPStatus.BAD_REQUEST and method != "HEAD" and not is_page:
        assert answer.content_type == "application/problem+json", (path, query, method, headers)
        assert json.loads(body)["detail"]


def test_names_without_values_and_values_without_names_are_no_fault(small_client: FlaskClient) -> None:
    for query in (
        "&&&",
        "=",
        "=x",
        "%00",
        "a" * 8000,
        "&".join(f"category={each}" for each in range(2000)),
        "?",
        "%ff%fe",
    ):
        for path in ("/", "/counts", "/list", "/ogc/collections/borders/items", "/export/borders.geojson"):
            assert small_client.get(f"{path}?{query}").status_code in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}, query
