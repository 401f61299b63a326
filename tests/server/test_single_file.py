"""The map as one file: the same bytes twice, nothing to fetch, and what it must carry."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from server.cli import main
from server.single_file import single_file

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from layers.release import Release
    from layers.workspace import Workspace


@pytest.fixture(scope="module")
def made(app: Flask, release: Release) -> str:
    return single_file(app, {"lang": "en", "release": release.id}).decode()


def test_two_builds_are_the_same(app: Flask, release: Release, made: str) -> None:
    assert single_file(app, {"lang": "en", "release": release.id}).decode() == made


def test_nothing_in_it_would_be_fetched(made: str) -> None:
    markup = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", made, flags=re.DOTALL)
    assert (
        re.findall(
            r'<(?:script|img|iframe|link rel="(?:stylesheet|modulepreload|preload|icon)")[^>]*(?:src|href)=', markup
        )
        == []
    )
    styles = "".join(re.findall(r"<style>(.*?)</style>", made, re.DOTALL))
    assert re.findall(r"""url\((?!["']?(?:data:|#))[^)]{1,60}""", styles) == []


def test_it_carries_evidence_citation_and_disclaimer(made: str, release: Release) -> None:
    inside = json.loads(re.search(r'id="map-inside">(.*?)</script>', made, re.DOTALL)[1])  # type: ignore[index]  # it is there
    assert release.id in inside["answers"]["/evidence/a1"]["cite"]
    assert len(inside["answers"]["/list"]["rows"]) == release.receipt["layers"]["incidents"]["count"]
    assert "imply no opinion" in made
    assert "http://localhost" not in inside["answers"]["/evidence/a1"]["cite"], "nobody can reach it"
    assert len(made) < 9_000_000


def test_it_is_served_to_be_saved_and_refuses_nonsense(client: FlaskClient, release: Release) -> None:
    answer = client.get("/export/map.html?lang=en")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="corridormap-{release.id}.html"'
    assert client.get(f"/export/map.html?title={'x' * 2000}").status_code == 400
    assert client.get("/export/map.html?release=000000000000").status_code == 404


def test_the_command_states_the_size(workspace: Workspace, tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["export-map", "-o", str(tmp_path / "m.html"), "--workspace", str(workspace.path)])
    assert made.exit_code == 0, made.output
    assert re.search(r"\d\.\d MB from release [0-9a-f]{12}", made.output)
