"""Figures over HTTP and from the shell, drawn in a process of their own; pictures that a release carries."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from PIL import Image

from geo.errors import DamagedRelease
from layers.build import verify_release
from layers.figures.pictures import render_pictures, wanted_pictures
from layers.release import Release
from layers.releases import Releases
from server import figures
from server.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.workspace import Workspace


@pytest.mark.long
def test_a_figure_is_answered_pinned_and_the_same(client: FlaskClient, release: Release) -> None:
    address = f"/figure.png?width=single&release={release.id}&corridor=a4"
    first, again = client.get(address), client.get(address)
    assert first.status_code == 200
    assert first.content_type == "image/png"
    assert first.data == again.data
    assert Image.open(io.BytesIO(first.data)).width == pytest.approx(1004, abs=1)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/figure.gif", 404, ".svg, .pdf or .png"),
        ("/figure.png?width=99999", 400, "single, double, slide"),
        ("/figure.png?release=000000000000", 404, "no release"),
        ("/figure.png?layers=incidents&category=smuggling_attempt", 404, "Widen the filter"),
        ("/picture/pipelines.png", 404, "no such picture"),
    ],
)
def test_what_cannot_be_drawn_is_answered_clearly(client: FlaskClient, address: str, status: int, said: str) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert said in answer.get_data(as_text=True)


def test_without_the_extra_it_says_how_to_get_it(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "is_installed", lambda: False)
    answer = client.get("/figure.svg?corridor=a5")
    assert answer.status_code == 501
    assert "corridormap[figures]" in answer.get_json()["hint"]


@pytest.mark.long
def test_the_command_takes_the_format_from_the_suffix(workspace: Workspace, tmp_path: Path) -> None:
    run = CliRunner()
    made = run.invoke(
        main,
        [
            "figure",
            "-o",
            str(tmp_path / "map.pdf"),
            "--workspace",
            str(workspace.path),
            "--filter",
            "corridor=a4",
            "--width",
            "single",
        ],
    )
    assert made.exit_code == 0, made.output
    assert (tmp_path / "map.pdf").read_bytes().startswith(b"%PDF")
    assert run.invoke(main, ["figure", "-o", "map.gif"]).exit_code == 2


def test_pictures_lie_beside_a_release_and_are_watched(own_workspace: Workspace) -> None:
    release = Releases(own_workspace).get()
    drawn: list[str] = []

    def draw(query: object) -> bytes:
        drawn.append(str(query))
        return b"picture"

    assert render_pictures(release, draw, progress=lambda _: None) == len(wanted_pictures(release)) == len(drawn)
    assert render_pictures(release, draw, progress=lambda _: None) == 0
    verify_release(release)
    picture = release.path / "pictures" / "overview-fa.png"
    picture.write_bytes(b"another")
    with pytest.raises(DamagedRelease, match=r"pictures/overview-fa\.png"):
        verify_release(Release.open(release.path))
    assert render_pictures(release, draw, progress=lambda _: None) == 1


def test_the_picture_in_persian_is_for_persian_pages_only(own_workspace: Workspace, client: FlaskClient) -> None:
    release = Releases(own_workspace).get()
    render_pictures(release, lambda query: query["lang"].encode(), progress=lambda _: None)
    service = client.application.extensions["corridormap"]
    client.application.extensions["corridormap"] = replace(
        service, workspace=own_workspace, releases=Releases(own_workspace)
    )
    try:
        assert client.get("/picture/overview.png?lang=fa").data == b"fa"
        assert client.get("/picture/overview.png?lang=kk").data == b"en"
    finally:
        client.application.extensions["corridormap"] = service
