"""Tiles as independent readers see them."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import mapbox_vector_tile
import pyogrio
import pytest

from geo import tilegrid

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.catalog import Catalog
    from layers.release import Release

EVERYTHING = "borders,corridors,context_corridors,transport_corridors,incidents,organizations"


def tile_over(lon: float, lat: float, z: int) -> str:
    tile = tilegrid.tile_at(lon, lat, z)
    return f"{tile.z}/{tile.x}/{tile.y}"


AFGHAN_TAJIK_BORDER = tile_over(70.0, 37.6, 5)


def test_the_tile_over_the_afghan_tajik_border_holds_borders_corridors_and_incidents(
    client: FlaskClient, release: Release
) -> None:
    answer = client.get(f"/tiles/{release.id}/{EVERYTHING}/{AFGHAN_TAJIK_BORDER}.mvt")
    assert answer.status_code == 200
    assert answer.content_type == "application/vnd.mapbox-vector-tile"
    layers = mapbox_vector_tile.decode(answer.data)
    assert {"borders", "corridors", "incidents"} <= set(layers)
    borders = {feature["properties"]["id"] for feature in layers["borders"]["features"]}
    assert {"af-tj", "af-uz", "tj-uz"} <= borders
    assert {"a4", "a6"} <= {feature["properties"]["id"] for feature in layers["corridors"]["features"]}
    for layer in layers.values():
        assert layer["extent"] == 4096
        for feature in layer["features"]:
            assert feature["properties"]["id"]
            assert 0 < feature["id"] < 2**53


def test_gdal_reads_the_same_tile(client: FlaskClient, release: Release, tmp_path: Path) -> None:
    content = client.get(f"/tiles/{release.id}/{EVERYTHING}/{AFGHAN_TAJIK_BORDER}.mvt").data
    path = tmp_path / "tile.mvt"
    path.write_bytes(content)
    expected = mapbox_vector_tile.decode(content)
    assert {str(name) for name, _ in pyogrio.list_layers(path)} == set(expected)
    for name in ("borders", "corridors", "incidents"):
        frame = pyogrio.read_dataframe(path, layer=name)
        assert set(frame["id"]) == {feature["properties"]["id"] for feature in expected[name]["features"]}
        assert frame.geometry.notna().all()


def test_an_incident_known_to_a_country_lies_on_its_label_point_and_says_so(
    client: FlaskClient, release: Release
) -> None:
    table = release.table("incidents").set_index("id")
    layers = mapbox_vector_tile.decode(client.get(f"/tiles/{release.id}/incidents/0/0/0.mvt").data)
    drawn = {feature["properties"]["id"]: feature["properties"] for feature in layers["incidents"]["features"]}
    assert set(drawn) == set(table.index[table.geometry.notna()])
    assert {properties["geometry_role"] for properties in drawn.values()} == {"representative"}


def test_a_filter_keeps_the_same_incidents_in_tile_and_export(client: FlaskClient, release: Release) -> None:
    query = "category=attack,armed_clash"
    tile = mapbox_vector_tile.decode(client.get(f"/tiles/{release.id}/incidents/0/0/0.mvt?{query}").data)
    export = client.get(f"/export/incidents.geojson?{query}").get_json(force=True)
    placed = {feature["id"] for feature in export["features"] if feature["geometry"]}
    assert {feature["properties"]["id"] for feature in tile["incidents"]["features"]} == placed
    assert placed


def test_a_tile_is_immutable_gzipped_once_and_revalidates(client: FlaskClient, release: Release) -> None:
    path = f"/tiles/{release.id}/borders/{AFGHAN_TAJIK_BORDER}.mvt?v={release.tile_mark}"
    assert "immutable" not in client.get(path.partition("?")[0]).headers["Cache-Control"]
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "immutable" in packed.headers["Cache-Control"]
    again = client.get(path, headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data


def test_a_tile_with_nothing_in_it_is_no_content(client: FlaskClient, release: Release) -> None:
    answer = client.get(f"/tiles/{release.id}/incidents/{tile_over(-150.0, -40.0, 5)}.mvt")
    assert (answer.status_code, answer.data) == (204, b"")


def test_latest_leads_to_the_pinned_release(client: FlaskClient, release: Release) -> None:
    answer = client.get(f"/tiles/latest/borders/{AFGHAN_TAJIK_BORDER}.mvt?bbox=60,30,80,40")
    assert answer.status_code == 307
    assert f"/tiles/{release.id}/borders/" in answer.headers["Location"]
    assert "bbox=" in answer.headers["Location"]


@pytest.mark.parametrize("layer_id", ["basemap", "borders", "corridors", "incidents", "organizations"])
def test_tilejson_describes_what_the_tiles_hold(client: FlaskClient, release: Release, layer_id: str) -> None:
    document = client.get(f"/tiles/{layer_id}.json").get_json(force=True)
    assert document["tilejson"] == "3.0.0"
    assert document["attribution"]
    assert document["disclaimer"]
    assert document["release"] == release.id
    (address,) = document["tiles"]
    path = address.removeprefix("http://localhost").format(z=0, x=0, y=0)
    layers = mapbox_vector_tile.decode(client.get(path).data)
    fields = document["vector_layers"][0]["fields"]
    assert document["vector_layers"][0]["id"] == layer_id
    for feature in layers[layer_id]["features"]:
        assert set(feature["properties"]) <= set(fields)
        for name, value in feature["properties"].items():
            kind = "Boolean" if isinstance(value, bool) else "String" if isinstance(value, str) else "Number"
            assert fields[name] == kind, name


@pytest.mark.long
def test_every_layer_has_tiles_that_decode_at_every_low_zoom(
    client: FlaskClient, release: Release, catalog: Catalog
) -> None:
    names = ",".join(catalog)
    for z in range(3):
        for x in range(2**z):
            for y in range(2**z):
                answer = client.get(f"/tiles/{release.id}/{names}/{z}/{x}/{y}.mvt")
                assert answer.status_code in {200, 204}
                if answer.data:
                    assert json.dumps(mapbox_vector_tile.decode(answer.data))
