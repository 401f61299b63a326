"""Permalinks: an old release serves the same bytes, says what was decided of it, and is gone when it was withdrawn."""

from __future__ import annotations

import itertools
import json
import shutil
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from lxml import html

from layers.workspace import Workspace
from server.app import create_app
from server.cli import main
from server.config import Config
from tests.live import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from flask.testing import FlaskClient

NEWER = "0123456789ab"


@pytest.fixture
def two(own_workspace: Workspace) -> Workspace:
    """The real release, and after it another one."""
    old = own_workspace.release_path(own_workspace.latest())
    new = shutil.copytree(old, own_workspace.releases / NEWER)
    receipt = json.loads((new / "release.json").read_text(encoding="utf-8"))
    (new / "release.json").write_text(json.dumps(receipt | {"id": NEWER, "date": "2099-01-01"}), encoding="utf-8")
    own_workspace.set_latest(NEWER)
    return own_workspace


@pytest.fixture
def service(two: Workspace, root: Path) -> FlaskClient:
    return create_app(Config(workspace=two.path, root=root)).test_client()


def run(workspace: Workspace, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["releases", *arguments, "--workspace", str(workspace.path)])


def test_latest_leads_to_a_release_and_keeps_the_view(service: FlaskClient) -> None:
    answer = service.get("/m/latest?lon=66&lat=40&z=4&category=attack")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/m/{NEWER}?lon=66&lat=40&z=4&category=attack")


def test_what_a_permalink_leads_to_is_of_its_release(service: FlaskClient, release: object) -> None:
    old = str(release.id)  # type: ignore[attr-defined]  # a Release
    page = html.fromstring(service.get(f"/m/{old}?lang=ru&category=attack").get_data(as_text=True))
    addresses = page.xpath(
        "//nav//a/@href | //*[@id='objects']//a/@href | //noscript//img/@src | //noscript//source/@srcset"
    )
    assert {urlsplit(address).path for address in addresses} >= {
        "/articles",
        "/conflicts",
        "/data",
        "/sketch.svg",
        "/evidence/a1",
    }
    for address in addresses:
        asked = parse_qs(urlsplit(address).query)
        assert asked.get("release", [old]) == [old], address
        assert asked.get("release") or address.startswith(f"/m/{old}"), address
        if address.startswith("/sketch.svg"):
            assert asked["category"] == ["attack"]


@pytest.mark.parametrize("path", ["/", "/embed", "/data", "/style.json", "/list?layer=incidents", "/share.json"])
def test_an_answer_is_of_one_release_although_another_becomes_the_latest_meanwhile(
    service: FlaskClient, release: object, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    ids = {NEWER, str(release.id)}  # type: ignore[attr-defined]  # a Release
    turns = itertools.cycle(sorted(ids))
    monkeypatch.setattr(Workspace, "latest", lambda _: next(turns))
    text = service.get(path).text
    assert len({each for each in ids if each in text}) == 1


@pytest.mark.long
def test_an_old_release_serves_the_same_bytes_whatever_was_built_or_said_since(
    service: FlaskClient, client: FlaskClient, two: Workspace, release: object
) -> None:
    old = str(release.id)  # type: ignore[attr-defined]  # a Release
    addresses = [
        f"/export/incidents.geojson?release={old}",
        f"/tiles/{old}/borders,corridors/4/11/6.mvt",
        f"/list?layer=incidents&release={old}",
    ]
    before = [client.get(address).data for address in addresses]
    assert run(two, "correct", old, "--reason", "One date was wrong.").exit_code == 0
    assert [service.get(address).data for address in addresses] == before
    page = service.get(f"/m/{old}?lang=en").get_data(as_text=True)
    assert "One date was wrong." in page
    assert f"/m/{NEWER}" in page
    assert f'"release": "{old}"' in page
    assert "One date was wrong." in service.get(f"/embed?release={old}").get_data(as_text=True)
    assert "One date was wrong." not in service.get("/").get_data(as_text=True)
    told = {row["release"]: row["status"] for row in service.get("/releases").get_json()["releases"]}
    assert told == {NEWER: None, old: "corrected"}


def test_a_withdrawn_release_answers_410_with_the_way_on(service: FlaskClient, two: Workspace, release: object) -> None:
    old = str(release.id)  # type: ignore[attr-defined]  # a Release
    assert run(two, "withdraw", NEWER, "--reason", "x").exit_code == 1
    tile = f"/tiles/{old}/borders/4/11/6.mvt"
    assert service.get(tile).status_code == 200, "it is in the cache now"
    assert run(two, "withdraw", old, "--reason", "An article was retracted.").exit_code == 0
    wait_until(lambda: service.get(tile).status_code != 200, "the cache has learned of it")
    for address in (
        tile,
        f"/m/{old}",
        f"/export/incidents.geojson?release={old}",
        f"/figure.svg?release={old}",
        f"/cite/release.bib?release={old}",
    ):
        answer = service.get(address)
        assert answer.status_code == 410, address
        assert "An article was retracted." in answer.get_json()["detail"]
        assert answer.get_json()["successor"].endswith(f"/m/{NEWER}")
    page = service.get(f"/m/{old}", headers={"Accept": "text/html"})
    assert f'href="http://localhost/m/{NEWER}"' in page.get_data(as_text=True)


def test_the_shell_lists_keeps_and_drops(two: Workspace, release: object) -> None:
    old = str(release.id)  # type: ignore[attr-defined]  # a Release
    assert run(two, "keep", old).exit_code == 0
    listed = {row["release"]: row for row in json.loads(run(two, "list", "--json").stdout)}
    assert listed[old]["status"] == "kept"
    assert listed[NEWER]["latest"] is True
    assert run(two, "drop", old).exit_code == 1
    assert run(two, "drop", NEWER).exit_code == 1
    assert run(two, "drop", "ffffffffffff").exit_code == 1
    assert run(two, "correct", old, "--reason", " ").exit_code == 2
    assert run(two, "correct", old, "--reason", "Mended.").exit_code == 0
    assert run(two, "drop", old).exit_code == 1, "it was corrected and stays kept"
    assert {row["release"]: (row["status"], row["kept"]) for row in json.loads(run(two, "list", "--json").stdout)}[
        old
    ] == (
        "corrected",
        True,
    )


def test_what_nobody_keeps_can_be_dropped(two: Workspace, release: object) -> None:
    old = str(release.id)  # type: ignore[attr-defined]  # a Release
    assert run(two, "correct", old, "--reason", "Mended.").exit_code == 0
    assert run(two, "drop", old).exit_code == 0
    assert not (two.releases / old).exists()


def test_a_release_that_nobody_knows_is_404(service: FlaskClient) -> None:
    assert service.get("/m/ffffffffffff").status_code == 404
    assert service.get("/m/../secret").status_code == 404


def test_a_status_file_that_cannot_be_read_hides_nothing(service: FlaskClient, two: Workspace) -> None:
    (two.releases / "status.json").write_text("{broken", encoding="utf-8")
    assert service.get(f"/m/{NEWER}").status_code == 503
