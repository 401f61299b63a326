"""The clients that people use, on a real server: GDAL, geopandas and OWSLib."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pyogrio
import pytest
from owslib.ogcapi.features import Features

from tests.live import free_port, start, stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.release import Release
    from layers.workspace import Workspace


@pytest.fixture(scope="module")
def served(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server in a process of its own, and the file in which it writes down what it is asked."""
    port, log = free_port(), tmp_path_factory.mktemp("served") / "asked.txt"
    command = [sys.executable, "-m", "tests.server.ogc.logged_server", str(workspace.path), str(port), str(log)]
    url = f"http://127.0.0.1:{port}/ogc"
    process = start(command, f"{url}/conformance", log.parent / "output.txt")
    yield url, log
    stop(process)


@pytest.fixture
def api_url(served: tuple[str, Path]) -> str:
    served[1].write_text("", encoding="utf-8")
    return served[0]


@pytest.fixture
def log(served: tuple[str, Path]) -> Path:
    return served[1]


def asked_items(log: Path) -> list[dict[str, list[str]]]:
    """The queries of the requests for features, in their order."""
    paths = [urlsplit(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [parse_qs(each.query) for each in paths if each.path.endswith("/items")]


def test_gdal_lists_every_collection(api_url: str, release: Release) -> None:
    listed = dict(pyogrio.list_layers(f"OAPIF:{api_url}").tolist())
    assert set(listed) == {layer.id for layer in release.catalog.exported}
    assert listed["incidents"] == "Point"


def test_gdal_reads_all_pages(api_url: str, log: Path, release: Release) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{api_url}", layer="borders", PAGE_SIZE=60)
    table = release.table("borders")
    assert sorted(frame["id"]) == sorted(table["id"])
    assert frame.crs is not None
    assert (frame.crs.to_authority() or ("", ""))[1] in {"CRS84", "4326"}
    assert frame.set_index("id").loc["af-tj"].geometry.equals_exact(table.set_index("id").loc["af-tj"].geometry, 1e-6)
    assert len([each for each in asked_items(log) if each.get("limit") == ["60"]]) == 7


def test_gdal_pushes_a_box_down(api_url: str, log: Path, release: Release) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{api_url}", layer="borders", bbox=(60, 36, 75, 42))
    assert sorted(frame["id"]) == sorted(release.table("borders").cx[60:75, 36:42]["id"])
    assert any("bbox" in each for each in asked_items(log))


def test_gdal_takes_an_interval(api_url: str, log: Path) -> None:
    whole = pyogrio.read_dataframe(f"OAPIF:{api_url}", layer="incidents")
    some = pyogrio.read_dataframe(f"OAPIF:{api_url}", layer="incidents", DATETIME="2010-01-01/2012-01-01")
    assert 0 < len(some) < len(whole)
    assert any(each.get("datetime") == ["2010-01-01/2012-01-01"] for each in asked_items(log))


def test_gdal_pushes_a_condition_down(api_url: str, log: Path) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{api_url}", layer="incidents", where="category = 'attack'")
    assert set(frame["category"]) == {"attack"}
    # The definition names category as a parameter, which GDAL prefers to a filter.
    assert any(each.get("category") == ["attack"] for each in asked_items(log)), log.read_text(encoding="utf-8")


def test_gdal_reads_another_crs(api_url: str, release: Release) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{api_url}", layer="incidents", CRS="EPSG:3857")
    assert frame.crs is not None
    assert frame.crs.to_epsg() == 3857
    expected = release.table("incidents").set_index("id").to_crs(3857).geometry
    for feature_id, point in frame.set_index("id").geometry.dropna().items():
        assert point.distance(expected[feature_id]) < 0.02


def test_geopandas_reads_a_page_as_it_is(api_url: str) -> None:
    frame = gpd.read_file(f"{api_url}/collections/corridors/items?limit=1000")
    assert len(frame) == 13
    assert frame.crs.to_epsg() == 4326
    assert {"title_en", "title_fa", "evidence", "attestation_class"} <= set(frame.columns)


def test_owslib_finds_features_and_their_schema(api_url: str, release: Release) -> None:
    api: Any = Features(api_url)
    assert "incidents" in api.feature_collections()
    assert api.api()["openapi"].startswith("3.0")
    assert any(each.endswith("/conf/core") for each in api.conformance()["conformsTo"])
    assert "geometry" in api.collection_queryables("incidents")["properties"]
    page = api.collection_items("borders", limit=5, bbox=[60, 36, 75, 42])
    assert page["numberReturned"] == 5
    assert page["numberMatched"] == len(release.table("borders").cx[60:75, 36:42])
    found = api.collection_items("incidents", filter="category = 'attack'")
    assert {each["properties"]["category"] for each in found["features"]} == {"attack"}
    assert api.collection_item("borders", "af-tj")["id"] == "af-tj"
