"""Counts and search over HTTP, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from layers.release import Release


@pytest.mark.parametrize(
    "query", ["", "category=attack", "article=kaznu-drugs&undated=exclude", "bbox=60,30,75,45", "datetime=../2009"]
)
def test_counts_agree_with_the_export_and_the_tile(client: FlaskClient, release: Release, query: str) -> None:
    import mapbox_vector_tile

    counts = client.get(f"/counts?layer=incidents&{query}").get_json(force=True)
    features = client.get(f"/export/incidents.geojson?{query}").get_json(force=True)["features"]
    tile = client.get(f"/tiles/{release.id}/incidents/0/0/0.mvt?{query}").data
    drawn = mapbox_vector_tile.decode(tile)["incidents"]["features"] if tile else []
    assert counts["total"] == len(features)
    assert counts["total"] - counts["unplaced"] == len(drawn)
    assert sum(counts["category"].values()) == len(features)
    assert counts["article"] == {
        name: sum(name in feature["properties"]["articles"] for feature in features) for name in counts["article"]
    }
    assert counts["release"] == release.id


def test_counts_of_every_layer(client: FlaskClient, release: Release) -> None:
    for layer_id in release.layer_ids:
        counts = client.get(f"/counts?layer={layer_id}").get_json(force=True)
        assert counts["total"] == release.receipt["layers"][layer_id]["count"]
        assert counts["unplaced"] == release.receipt["layers"][layer_id]["unplaced"]


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        ("/counts", 400, "layer"),
        ("/counts?layer=incidents&layer=borders", 400, "layer"),
        ("/counts?layer=incidents&colour=red", 400, "colour"),
        ("/counts?layer=basemap&category=attack", 400, "category"),
        ("/counts?layer=nothing", 404, None),
        ("/search", 400, "q"),
        ("/search?q=%20", 400, "q"),
        ("/search?q=" + "a" * 201, 400, "q"),
        ("/search?q=kabul&limit=0", 400, "limit"),
        ("/search?q=kabul&limit=%C2%B2", 400, "limit"),
    ],
)
def test_what_cannot_be_asked_is_refused(client: FlaskClient, address: str, status: int, parameter: str | None) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.get_json(force=True).get("parameter") == parameter


@pytest.mark.parametrize(
    ("text", "kind", "id_"),
    [
        ("Kabul", "place", "af-kab"),
        ("كابل", "place", "af-kab"),
        ("کابل", "place", "af-kab"),
        ("КАБУЛ", "place", "af-kab"),
        ("taliban", "organization", "taliban"),
        ("CAREC corridor 3b", "corridor", "carec-3b"),
        ("narco-terrorism", "article", "jpir-narcoterrorism"),
        ("آسياي‌مركزي", "place", "central-asia"),
        ("multilateralism narco", "article", "jpir-narcoterrorism"),
    ],
)
def test_a_name_is_found_however_it_is_written(client: FlaskClient, text: str, kind: str, id_: str) -> None:
    found = client.get("/search", query_string={"q": text}).get_json(force=True)
    assert (found["results"][0]["kind"], found["results"][0]["id"]) == (kind, id_)
    assert "keys" not in found["results"][0]


def test_what_a_search_opens_exists(client: FlaskClient) -> None:
    found = client.get("/search?q=a&limit=100").get_json(force=True)
    assert found["total"] > len(found["results"]) == 100
    for result in found["results"]:
        if "open" in result:
            assert client.get(f"/evidence/{result['open']}").status_code == 200
    assert client.get("/search?q=zzzzzz").get_json(force=True)["results"] == []
