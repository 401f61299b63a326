"""The shortcut answers as the routes would, byte for byte, and leaves to them what it is not sure of."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from server.app import create_app
from server.config import Config
from server.meter import Meter
from server.shortcut import Shortcut
from server.tilecache import TileCache

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.release import Release
    from layers.workspace import Workspace

QUICK = [
    "/tiles/{id}/incidents/4/11/6.mvt?category=attack,arrest",
    "/tiles/{id}/borders,incidents/4/11/6.mvt?datetime=2010%2F..&v={mark}",
    "/tiles/{id}/incidents,borders/4/11/6.mvt?organization=nobody&point_of_view=iso",
    "/tiles/{id}/incidents/0/0/0.mvt",
    "/tiles/{id}/incidents/5/2/20.mvt?category=attack",
    "/export/incidents.geojson?category=attack",
    "/export/incidents.geojson?category=attack&release={id}&datetime=1990/2020&bbox=50,30,80,50",
    "/export/incidents.geojson?organization=nobody",
    "/export/borders.geojson?bbox=60,36,75,42&point_of_view=as-depicted",
]
SLOW = [
    ("/tiles/{id}/incidents/4/11/6.mvt?category=Attack!", 400),
    ("/tiles/{id}/incidents/4/11/6.mvt?colour=red", 400),
    ("/tiles/{id}/incidents/4/11/6.mvt?point_of_view=mine", 400),
    ("/tiles/{id}/incidents/4/11/6.mvt?category=%FF", 400),
    ("/tiles/{id}/borders/4/11/6.mvt?category=attack", 400),
    ("/tiles/{id}/incidents/4/99/6.mvt?category=attack", 404),
    ("/tiles/{id}/nothing/4/11/6.mvt?category=attack", 404),
    ("/tiles/000000000000/incidents/4/11/6.mvt", 404),
    ("/tiles/latest/incidents/4/11/6.mvt?category=attack", 307),
    ("/export/incidents.geojson", 200),
    ("/export/incidents.geojson?bbox=1,2", 400),
    ("/export/nothing.geojson?category=attack", 404),
    ("/export/incidents.csv?category=attack", 200),
]


def client_of(workspace: Workspace, root: Path, **settings: Any) -> tuple[FlaskClient, Shortcut, list[str]]:
    """A service of its own, its shortcut, and the paths that reach the routes."""
    app = create_app(Config(workspace=workspace.path, root=root, **settings))
    inner: Any = app.wsgi_app
    while not isinstance(inner, Shortcut):
        inner = inner._application
    reached: list[str] = []
    routes = inner._application

    def noting(environ: Any, start_response: Any) -> Any:
        reached.append(environ["PATH_INFO"])
        return routes(environ, start_response)

    inner._application = noting
    return app.test_client(), inner, reached


@pytest.fixture(scope="module")
def quick(workspace: Workspace, root: Path) -> tuple[FlaskClient, list[str]]:
    client, _, reached = client_of(workspace, root)
    return client, reached


@pytest.fixture(scope="module")
def slow(workspace: Workspace, root: Path) -> FlaskClient:
    client, shortcut, _ = client_of(workspace, root)
    shortcut._answer = lambda environ: None  # type: ignore[method-assign]  # noqa: ARG005 -- every request goes to the routes
    return client


@pytest.mark.parametrize("address", QUICK)
@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_an_answer_is_that_of_the_route(
    quick: tuple[FlaskClient, list[str]], slow: FlaskClient, release: Release, address: str, coding: str
) -> None:
    path = address.format(id=release.id, mark=release.tile_mark)
    headers = {"Accept-Encoding": coding, "X-Request-ID": "7f3a"}
    client, reached = quick
    reached.clear()
    found, expected = (each.get(path, headers=headers) for each in (client, slow))
    assert reached == []
    assert found.status == expected.status
    assert found.data == expected.data
    assert dict(found.headers) == dict(expected.headers)


@pytest.mark.parametrize(("address", "status"), SLOW)
def test_what_is_not_plain_is_the_routes_to_tell(
    quick: tuple[FlaskClient, list[str]], release: Release, address: str, status: int
) -> None:
    client, reached = quick
    reached.clear()
    assert client.get(address.format(id=release.id)).status_code == status
    assert len(reached) == 1


def test_conditions_and_heads_of_exports_are_the_routes(quick: tuple[FlaskClient, list[str]]) -> None:
    client, reached = quick
    reached.clear()
    path = "/export/incidents.geojson?category=attack"
    etag = client.get(path).headers["ETag"]
    assert reached == []
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert client.head(path).headers["ETag"] == etag
    assert len(reached) == 2


def test_the_address_is_that_of_the_request_or_of_the_setting(
    quick: tuple[FlaskClient, list[str]], workspace: Workspace, root: Path
) -> None:
    path = "/export/incidents.geojson?category=attack"
    client, reached = quick
    reached.clear()
    assert b"http://maps.example:8000/m/" in client.get(path, headers={"Host": "maps.example:8000"}).data
    assert reached == []
    assert client.get(path, headers={"Host": "a b"}).status_code == 400
    client, _, reached = client_of(workspace, root, public_url="https://maps.example/maps")
    assert b"https://maps.example/maps/m/" in client.get(f"/maps{path}", headers={"Host": "another.example"}).data
    assert reached == []


def test_an_export_is_counted_once_and_given_an_id(workspace: Workspace, root: Path) -> None:
    client, shortcut, _ = client_of(workspace, root)
    path = "/export/incidents.geojson?category=attack"
    one, other = (client.get(path).headers["X-Request-ID"] for _ in range(2))
    assert one != other
    assert client.get(path, headers={"X-Request-ID": "a b"}).headers["X-Request-ID"] != "a b"
    assert shortcut._meter.sums().requests == {("/export/<layer_id>.<ending>", "200"): 3}
    assert isinstance(shortcut._meter, Meter)


def test_a_tile_is_counted_by_the_cache(workspace: Workspace, root: Path, release: Release) -> None:
    client, shortcut, _ = client_of(workspace, root)
    path = f"/tiles/{release.id}/incidents/4/11/6.mvt?category=attack"
    bodies = {gzip.decompress(client.get(path, headers={"Accept-Encoding": "gzip"}).data) for _ in range(2)}
    assert len(bodies) == 1
    sums = shortcut._meter.sums()
    assert sums.requests == {("/tiles/<release_id>/<layers>/<int:z>/<int:x>/<int:y>.mvt", "200"): 2}
    assert (sums.tile_hits, sum(sums.tiles_made)) == (1, 1)
    assert isinstance(client.application.wsgi_app, TileCache)
