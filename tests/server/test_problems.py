"""Every error is RFC 9457 problem+json that says what to do – and a page for a browser."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from geo import errors
from server.app import create_app
from server.config import Config
from server.problems import STATUS

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.workspace import Workspace

CASES = [
    ("/tiles/{release}/nowhere/0/0/0.mvt", 404, "unknown-layer"),
    ("/tiles/{release}/borders,nowhere/0/0/0.mvt", 404, "unknown-layer"),
    ("/tiles/{release}/borders/3/8/0.mvt", 404, "outside-tile-matrix"),
    ("/tiles/{release}/borders/25/0/0.mvt", 404, "outside-tile-matrix"),
    ("/tiles/abcdefabcdef/borders/0/0/0.mvt", 404, "unknown-release"),
    ("/tiles/{release}/incidents/0/0/0.mvt?datetime=soon", 400, "malformed-filter"),
    ("/tiles/{release}/borders/0/0/0.mvt?category=attack", 400, "malformed-filter"),
    ("/tiles/nowhere.json", 404, "unknown-layer"),
    ("/tiles/borders.json?release=abcdefabcdef", 404, "unknown-release"),
    ("/export/nowhere.geojson", 404, "unknown-layer"),
    ("/export/corridor_marks.geojson", 404, "unknown-layer"),
    ("/export/incidents.geojson?colour=red", 400, "malformed-filter"),
    ("/export/incidents.geojson?bbox=1,2,3", 400, "malformed-filter"),
    ("/export/incidents.geojson?release=../../etc", 404, "unknown-release"),
    (f"/export/incidents.geojson?release={'a' * 300}", 404, "unknown-release"),
    (f"/tiles/{'a' * 300}/borders/0/0/0.mvt", 404, "unknown-release"),
    ("/tiles/borders.json?category=attack", 400, "malformed-filter"),
    ("/tiles/{release}/borders,admin1/1/1/0.mvt?category=attack", 400, "malformed-filter"),
    ("/export/admin1.geojson?attested=true", 400, "malformed-filter"),
    ("/export/incidents.geojson?datetime=2010-09-19T99:99:99Z", 400, "malformed-filter"),
    ("/evidence/nothing-of-the-kind", 404, "unknown-feature"),
    ("/?lang=de", 400, "malformed-filter"),
    ("/?theme=pink", 400, "malformed-filter"),
    ("/?lon=200&lat=0&z=3", 400, "malformed-filter"),
    ("/style.json?theme=pink", 400, "malformed-filter"),
]


@pytest.mark.parametrize(("path", "status", "kind"), CASES)
def test_an_error_is_a_problem_that_says_what_to_do(
    client: FlaskClient, workspace: Workspace, path: str, status: int, kind: str
) -> None:
    answer = client.get(path.format(release=workspace.latest()))
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    document = answer.get_json(force=True)
    assert document["type"] == f"urn:corridormap:problem:{kind}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert document["hint"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_malformed_filter_names_its_parameter(client: FlaskClient) -> None:
    document = client.get("/export/incidents.geojson?where_prec=9").get_json(force=True)
    assert document["parameter"] == "where_prec"


def test_an_unknown_address_and_a_wrong_method_are_problems_too(client: FlaskClient) -> None:
    assert client.get("/nowhere").get_json(force=True)["status"] == 404
    answer = client.post("/export/incidents.geojson")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.get_json(force=True)["hint"]


def test_a_very_long_name_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"/static/{'a' * 5000}").status_code == 404


def test_what_others_append_to_a_shared_link_does_no_harm(client: FlaskClient) -> None:
    assert client.get("/?fbclid=1&utm_source=newsletter").status_code == 200


def test_no_answer_tells_where_the_server_keeps_its_files(own_workspace: Workspace, root: Path, tmp_path: Path) -> None:
    path = own_workspace.release_path(own_workspace.latest())
    (path / "columns" / "borders.columns").write_bytes(b"no columns")
    for workspace in (own_workspace.path, tmp_path / "empty"):
        text = create_app(Config(workspace=workspace, root=root)).test_client().get("/export/borders.geojson").text
        assert "hint" in text
        assert str(tmp_path) not in text


@pytest.mark.parametrize("name", ["columns/incidents.columns", "coverage.json", "sources.json", "layers.json"])
def test_a_service_that_cannot_draw_the_map_is_not_ready(own_workspace: Workspace, root: Path, name: str) -> None:
    (own_workspace.release_path(own_workspace.latest()) / name).write_bytes(b"?")
    client = create_app(Config(workspace=own_workspace.path, root=root)).test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_browser_gets_a_page_that_says_the_same(client: FlaskClient) -> None:
    answer = client.get("/evidence/nothing-of-the-kind", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")
    assert "nothing-of-the-kind" in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("path", "lang", "said"),
    [
        ("/m/nothing", "fa", "در این نشانی چیزی نیست"),
        ("/?datetime=never", "ru", "Этот адрес не удалось прочитать"),
        ("/nothing", "kk", "Бұл мекенжайда ештеңе жоқ"),
        ("/nothing", "en", "Nothing is at this address"),
    ],
)
def test_a_page_says_in_the_readers_language_what_kind_of_error_it_is(
    client: FlaskClient, path: str, lang: str, said: str
) -> None:
    answer = client.get(path, headers={"Accept": "text/html", "Accept-Language": lang})
    assert f"<h1>{said}</h1>" in answer.text
    assert f'<html lang="{lang}"' in answer.text


def test_a_page_never_runs_what_an_address_holds(client: FlaskClient) -> None:
    answer = client.get("/evidence/%3Cscript%3Ealert(1)%3C/script%3E", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_without_a_release_the_service_lives_and_says_what_to_do(tmp_path: Path, root: Path) -> None:
    client = create_app(Config(workspace=tmp_path, root=root)).test_client()
    assert client.get("/healthz").status_code == 200
    for path in ("/", "/embed", "/readyz", "/export/borders.geojson", "/tiles/borders.json", "/style.json"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "corridormap build" in answer.get_json(force=True)["hint"]


def test_a_damaged_release_is_a_problem_and_the_service_goes_on(own_workspace: Workspace, root: Path) -> None:
    path = own_workspace.release_path(own_workspace.latest())
    (path / "columns" / "borders.columns").write_bytes(b"no columns")
    client = create_app(Config(workspace=own_workspace.path, root=root)).test_client()
    answer = client.get("/export/borders.geojson")
    assert answer.status_code == 503
    assert "corridormap verify" in answer.get_json(force=True)["hint"]
    assert client.get("/export/incidents.geojson").status_code == 200


def test_every_error_has_a_status() -> None:
    leaves = [
        error
        for _, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, errors.CorridorMapError) and not error.__subclasses__()
    ]
    assert len(leaves) > 10
    assert [error.__name__ for error in leaves if error not in STATUS] == []


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    tree = errors.__doc__ or ""
    defined = {
        name
        for name, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, errors.CorridorMapError)
    }
    assert [name for name in sorted(defined) if name not in tree] == []
    assert set(errors.__all__) == defined
