"""What a tile, an export and a count refuse, and what a damaged release answers: never a 500, a wrong count or half a tile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.release import Release
    from layers.workspace import Workspace


@pytest.mark.parametrize(
    "where",
    ["-1/0/0", "0/-1/0", "0/0/1", "15/0/0", "99999999999999999999/0/0", "3/9007199254740993/0", "1/1/two", "1/1"],
)
def test_a_tile_outside_the_grid_is_not_found(client: FlaskClient, release: Release, where: str) -> None:
    assert client.get(f"/tiles/{release.id}/incidents/{where}.mvt").status_code == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("datetime=2011/2010", "datetime"),
        ("datetime=2010-13", "datetime"),
        ("bbox=170,10,-170,-10", "bbox"),
        ("bbox=nan,0,1,1", "bbox"),
        ("bbox=1e400,0,1,1", "bbox"),
        ("category=%22quoted%22%20%F0%9F%9A%9A", "category"),
        ("category=" + ",".join(["attack"] * 1300), "category"),
        ("organization=" + "a" * 8193, "organization"),
        ("&".join(f"article=a{i}" for i in range(4000)), "article"),
        ("where_prec=0", "where_prec"),
        ("undated=", "undated"),
        ("x" * 9000 + "=1", None),
    ],
)
def test_a_filter_that_cannot_be_read_names_its_parameter(
    client: FlaskClient, release: Release, query: str, parameter: str | None
) -> None:
    for address in (
        f"/tiles/{release.id}/incidents/0/0/0.mvt?{query}",
        f"/export/incidents.geojson?{query}",
        f"/counts?layer=incidents&{query}",
        f"/tiles/incidents.json?{query}",
    ):
        answer = client.get(address)
        assert answer.status_code == 400
        problem = answer.get_json(force=True)
        assert problem["hint"]
        if parameter is not None:
            assert problem["parameter"] == parameter
        assert len(answer.data) < 2000


def test_a_box_over_180_and_every_open_interval_are_read(client: FlaskClient) -> None:
    total = client.get("/counts?layer=incidents").get_json(force=True)["total"]
    for datetime in ("../..", "/", "1900/..", "1900/", "../2100", "/2100", "1900-01/2100-12-31"):
        found = client.get("/counts", query_string={"layer": "incidents", "datetime": datetime}).get_json(force=True)
        assert found["total"] == total, datetime
    assert client.get("/counts?layer=incidents&bbox=170,-90,-170,90").get_json(force=True)["total"] == 0


@pytest.mark.parametrize("damage", ["half", "empty", "changed", "missing", "other"])
def test_a_damaged_column_file_is_told_and_nothing_of_it_is_served(
    own_workspace: Workspace, root: Path, damage: str
) -> None:
    folder = own_workspace.release_path(own_workspace.latest())
    path = folder / "columns" / "incidents.columns"
    content = path.read_bytes()
    client = create_app(Config(workspace=own_workspace.path, root=root)).test_client()
    if damage == "changed":
        path.write_bytes(b"\xff" * 1000 + content[1000:])
    elif damage == "missing":
        path.unlink()
    elif damage == "other":
        path.write_bytes((folder / "layers" / "incidents.parquet").read_bytes())
    else:
        path.write_bytes(content[: len(content) // 2 if damage == "half" else 0])
    for address in (
        f"/tiles/{folder.name}/incidents/0/0/0.mvt",
        f"/tiles/{folder.name}/borders,incidents/0/0/0.mvt?category=attack",
        "/export/incidents.geojson",
        "/counts?layer=incidents",
        "/counts?layer=incidents&category=attack",
    ):
        answer = client.get(address)
        assert answer.status_code == 503, address
        assert "corridormap" in answer.get_json(force=True)["hint"]
        assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/export/borders.geojson").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_a_file_cut_under_a_running_service_is_told(own_workspace: Workspace, root: Path) -> None:
    folder = own_workspace.release_path(own_workspace.latest())
    client = create_app(Config(workspace=own_workspace.path, root=root)).test_client()
    assert client.get("/counts?layer=borders").status_code == 200
    with (folder / "columns" / "borders.columns").open("r+b") as file:
        file.truncate(5000)
    assert client.get("/counts?layer=borders").status_code == 503
    assert client.get(f"/tiles/{folder.name}/borders/0/0/0.mvt").status_code == 503
