"""Rows for the table, single objects, citations and the plain picture."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely

from layers.styles.tokens import colors

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from layers.release import Release

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("query", ["", "category=attack", "undated=exclude", "bbox=60,30,75,45", "datetime=../2009"])
def test_rows_are_those_of_the_export_by_day_and_id(client: FlaskClient, query: str) -> None:
    told = client.get(f"/list?layer=incidents&{query}").get_json(force=True)
    features = client.get(f"/export/incidents.geojson?{query}").get_json(force=True)["features"]
    assert told["total"] == len(features) == len(told["rows"])
    assert told["unplaced"] == sum(feature["geometry"] is None for feature in features)
    days = {feature["id"]: feature["properties"]["date_start"] or "9999" for feature in features}
    ids = [row["id"] for row in told["rows"]]
    assert ids == sorted(days, key=lambda id_: (days[id_], id_))
    some = client.get(f"/list?layer=incidents&limit=2&{query}").get_json(force=True)
    assert [row["id"] for row in some["rows"]] == ids[:2]
    assert some["total"] == told["total"]


def test_every_exported_layer_can_be_listed(client: FlaskClient, release: Release) -> None:
    for layer in release.catalog.exported:
        told = client.get(f"/list?layer={layer.id}&limit=5").get_json(force=True)
        assert told["total"] == release.receipt["layers"][layer.id]["count"]
        assert told["unplaced"] == release.receipt["layers"][layer.id]["unplaced"]
        assert all(row["title"]["en"] for row in told["rows"])


def test_rows_tell_of_doubt(client: FlaskClient, release: Release) -> None:
    rows = {row["id"]: row for row in client.get("/list?layer=incidents").get_json(force=True)["rows"]}
    doubted = set(release.table("incidents").query("date_integrity == 'suspect'")["id"])
    assert doubted
    assert all(rows[id_]["suspect"] for id_ in doubted)


@pytest.mark.parametrize(
    ("address", "parameter"),
    [("/list", "layer"), ("/list?layer=incidents&limit=0", "limit"), ("/list?layer=incidents&limit=5001", "limit"),
     ("/list?layer=incidents&colour=red", "colour")],
)  # fmt: skip
def test_what_cannot_be_listed_is_refused(client: FlaskClient, address: str, parameter: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert answer.get_json(force=True)["parameter"] == parameter


def test_one_object_is_the_feature_of_the_export_with_its_notices(client: FlaskClient) -> None:
    (exported,) = [
        feature
        for feature in client.get("/export/organizations.geojson").get_json(force=True)["features"]
        if feature["id"] == "sco/kz/stated"
    ]
    answer = client.get("/object/sco/kz/stated.geojson")
    assert answer.content_type == "application/geo+json"
    single = answer.get_json(force=True)
    assert {name: single[name] for name in exported} == exported
    assert single["disclaimer"]
    assert client.get("/object/nothing.geojson").status_code == 404


def test_an_object_is_cited_with_the_articles_that_it_rests_on(client: FlaskClient, release: Release) -> None:
    articles = set(release.records("articles"))
    items = json.loads(client.get("/cite/a1.json").text)
    assert [item["type"] for item in items] == ["dataset", "article-journal", "article-journal"]
    assert {item["id"] for item in items[1:]} == articles
    assert items[0]["version"] == release.id
    assert "open=a1" in items[0]["URL"]
    ris = client.get("/cite/a1.ris").text
    assert ris.count("TY  - ") == ris.count("ER  - ") == 3
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in ris.split("\r\n")[:-1])
    bib = client.get("/cite/a1.bib").text
    assert re.findall(r"^@(\w+)\{([\w-]+),$", bib, re.MULTILINE)[0] == ("misc", "a1")
    assert bib.count("{") == bib.count("}")
    (article,) = json.loads(client.get("/cite/jpir-narcoterrorism.json").text)
    assert article["DOI"] == "10.22080/jpir.2020.2741"


@pytest.mark.parametrize("path", ["/cite/a1.docx", "/cite/nothing.bib"])
def test_what_cannot_be_cited_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_the_plain_picture_shows_the_filtered_incidents(client: FlaskClient, lang: str) -> None:
    for query in ("", "category=attack", "category=none"):
        answer = client.get(f"/sketch.svg?lang={lang}&theme=dark&{query}")
        assert answer.content_type == "image/svg+xml"
        root = ET.fromstring(answer.data)  # noqa: S314 -- our own picture
        dots = root.findall(f"{SVG}circle")
        texts = [element.text for element in root.findall(f"{SVG}text")]
        numbers = [int(text) for text in texts if text and text.isdigit()]
        counts = client.get(f"/counts?layer=incidents&{query}").get_json(force=True)
        # A dot without a number is one incident.
        assert sum(numbers) + len(dots) - len(numbers) == counts["total"] - counts["unplaced"]
        outline = root.findall(f"{SVG}path")[0].get("d") or ""
        vertices = np.array([pair.split() for pair in re.findall(r"-?\d+ -?\d+", outline)], dtype=int)
        assert len(vertices) > 1000


def _holds(outline: str, point: shapely.Point) -> bool:
    """Whether a path that is filled by the even-odd rule covers a point."""
    rings = (ring.rstrip("Z").split("L") for ring in outline.split("M")[1:])
    around = (shapely.Polygon(np.array([pair.split() for pair in ring], float)) for ring in rings)
    return sum(shapely.contains_xy(ring, point.x, point.y) for ring in around) % 2 == 1


def test_the_plain_picture_draws_no_country_as_water(client: FlaskClient) -> None:
    root = ET.fromstring(client.get("/sketch.svg?lang=en").data)  # noqa: S314 -- our own picture
    light = colors("light")
    lands = {light[name] for name in ("land", "land-ca", "land-focus")}
    names = {element.text: element for element in root.findall(f"{SVG}text") if not (element.text or "").isdigit()}
    paths = [path for path in root.findall(f"{SVG}path") if path.get("fill") in {*lands, light["water"]}]
    for name in ("Kazakhstan", "Afghanistan", "Russia"):
        point = shapely.Point(*(float(names[name].get(axis) or 0) for axis in ("x", "y")))
        fills = [path.get("fill") for path in paths if _holds(path.get("d") or "", point)]
        assert fills[-1] in lands, name


def test_the_plain_picture_draws_no_corridor_as_a_line(client: FlaskClient) -> None:
    root = ET.fromstring(client.get("/sketch.svg").data)  # noqa: S314 -- our own picture
    hue = colors("light")
    of_articles = [
        path for path in root.findall(f"{SVG}path") if path.get("stroke") in {hue["movement"], hue["movement-other"]}
    ]
    assert len(of_articles) > 1
    for path in of_articles:
        chevrons = re.findall(r"M[^M]+", path.get("d") or "")
        assert path.get("stroke-dasharray") or all(mark.count("L") == 2 for mark in chevrons)
    bands = [path for path in root.findall(f"{SVG}path") if path.get("fill-opacity")]
    assert {path.get("fill") for path in bands} == {hue["context"], hue["movement"], hue["movement-other"]}
