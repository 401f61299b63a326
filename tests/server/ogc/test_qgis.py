"""QGIS: what its provider asks for. The filters are those that QGIS 3.32 and later compile; the provider itself is run where it is."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.live import CHECKOUT, PATIENCE_S
from tests.server.ogc.test_clients import asked_items, served

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from layers.release import Release

__all__ = ["served"]

Row = dict[str, Any]
PYTHON = Path("/usr/bin/python3")
SCRIPT = CHECKOUT / "tests" / "clients" / "qgis_reads.py"

FILTERS: list[tuple[str, Callable[[Row], bool]]] = [
    ("(category = 'attack')", lambda row: row["category"] == "attack"),
    ("(category <> 'attack')", lambda row: row["category"] != "attack"),
    ('("where_prec" <= 4)', lambda row: (row["where_prec"] or 9) <= 4),
    ('"where_prec" BETWEEN 4 AND 6', lambda row: 4 <= (row["where_prec"] or 0) <= 6),
    ('"where_prec" NOT IN (6,7)', lambda row: row["where_prec"] is not None and row["where_prec"] not in {6, 7}),
    ("category IN ('attack','arrest')", lambda row: row["category"] in {"attack", "arrest"}),
    ("(\"title_en\" LIKE '%ttack%')", lambda row: "ttack" in row["title_en"]),
    ("(NOT (\"title_en\" NOT LIKE '%ttack%'))", lambda row: "ttack" in row["title_en"]),
    ("(CASEI(\"title_en\") LIKE CASEI('%ATTACK%'))", lambda row: "attack" in row["title_en"].lower()),
    ('("date_start" IS NULL)', lambda row: row["date_start"] is None),
    ('("date_start" IS NOT NULL)', lambda row: row["date_start"] is not None),
    ("(undated = TRUE)", lambda row: row["undated"]),
    (
        "((\"date_start\" >= DATE('2010-01-01')) AND (category = 'attack'))",
        lambda row: (row["date_start"] or "") >= "2010-01-01" and row["category"] == "attack",
    ),
    (
        "((\"date_start\" < DATE('2001-01-01')) OR (category = 'arrest'))",
        lambda row: (row["date_start"] or "9") < "2001-01-01" or row["category"] == "arrest",
    ),
]


def ids_of(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    document = answer.get_json(force=True)
    assert document["numberMatched"] == document["numberReturned"] == len(document["features"])
    return sorted(feature["id"] for feature in document["features"])


@pytest.mark.parametrize(("text", "keeps"), FILTERS, ids=[text for text, _ in FILTERS])
def test_the_filters_that_newer_ones_push_down(
    client: FlaskClient, release: Release, text: str, keeps: Callable[[Row], bool]
) -> None:
    rows = list(release.columns("incidents").records())
    asked = {"limit": "1000", "filter": text, "filter-lang": "cql2-text"}
    found = ids_of(client.get("/ogc/collections/incidents/items", query_string=asked))
    assert found == sorted(row["id"] for row in rows if keeps(row))
    assert 0 < len(found) < len(rows)


def test_a_box_in_an_expression_follows_the_axes_of_its_crs(client: FlaskClient) -> None:
    plain = {"filter": "S_INTERSECTS(geometry,BBOX(60,36,75,42))", "filter-lang": "cql2-text"}
    turned = {
        "filter": "S_INTERSECTS(geometry,BBOX(36,60,42,75))",
        "filter-lang": "cql2-text",
        "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326",
    }
    one, other = (
        ids_of(client.get("/ogc/collections/borders/items", query_string=q | {"limit": "1000"}))
        for q in (plain, turned)
    )
    assert one == other
    assert "af-tj" in one


def test_it_learns_that_filters_are_understood(client: FlaskClient) -> None:
    """QGIS pushes a filter down where these are claimed and /queryables answers."""
    claimed = client.get("/ogc/conformance?f=json").get_json()["conformsTo"]
    for part in (
        "ogcapi-features-3/1.0/conf/filter", "ogcapi-features-3/1.0/conf/features-filter", "cql2/1.0/conf/cql2-text",
        "cql2/1.0/conf/basic-cql2", "cql2/1.0/conf/advanced-comparison-operators", "cql2/1.0/conf/case-insensitive-comparison",
    ):  # fmt: skip
        assert f"http://www.opengis.net/spec/{part}" in claimed
    queryables = client.get("/ogc/collections/incidents/queryables").get_json(force=True)["properties"]
    assert queryables["date_start"]["format"] == "date"
    assert "geometry" in queryables
    assert client.options("/ogc/collections/incidents/items").headers["Allow"].count("POST") == 0


@pytest.mark.parametrize(
    ("interval", "same"),
    [("0000-01-01T00:00:00Z/2001-01-01", "../2001-01-01"), ("2010-01-01/9999-12-31T00:00:00Z", "2010-01-01/..")],
)
def test_the_ends_that_it_writes_for_open_ones_are_open(client: FlaskClient, interval: str, same: str) -> None:
    one, other = (
        ids_of(client.get("/ogc/collections/incidents/items", query_string={"datetime": text, "limit": "1000"}))
        for text in (interval, same)
    )
    assert one == other


@cache
def has_qgis() -> bool:
    asked = [str(PYTHON), "-c", "import qgis.core"]
    return PYTHON.exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(("collection", "box"), [("incidents", ""), ("borders", ""), ("borders", "60,36,75,42")])
def test_its_own_provider_reads_all_and_asks_for_the_box(
    served: tuple[str, Path],
    client: FlaskClient,
    collection: str,
    box: str,
) -> None:
    if not has_qgis():
        pytest.skip("QGIS is not here: apt-get install python3-qgis (5 minutes)")
    url, log = served
    log.write_text("", encoding="utf-8")
    done = subprocess.run(
        [str(PYTHON), str(SCRIPT), url, collection, *([box] if box else [])],
        env={"PATH": os.environ["PATH"], "HOME": str(log.parent), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["valid"], found["error"]
    assert found["crs"] == "EPSG:4326"
    export = client.get(f"/export/{collection}.geojson").get_json(force=True)
    assert found["count"] == len(export["features"]) == export["numberMatched"]
    within = client.get(f"/ogc/collections/{collection}/items?limit=10000{f'&bbox={box}' if box else ''}")
    assert found["ids"] == ids_of(within)
    assert any(each.get("bbox") == [box] for each in asked_items(log)) is bool(box)
    assert found["fields"][1:] == list(export["features"][0]["properties"])
