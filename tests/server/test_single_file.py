"""The map as one file, composed by folium: the same bytes twice, nothing to fetch, and what it must carry."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import unquote

import folium
import pytest
from click.testing import CliRunner

from geo.errors import MalformedFilter
from layers import open_release
from server.cli import main
from server.notebook import single_file, to_folium
from tests.live import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from flask import Flask

    from layers.release import Release
    from layers.workspace import Workspace

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def made(app: Flask, release: Release) -> str:
    return single_file(app, {"lang": "en", "release": release.id}).decode()


def fetched(page: str) -> list[str]:
    """What a browser would ask for, in markup and style sheets."""
    markup = re.sub(r"<(script|style)\b[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    markup += "".join(re.findall(r"<script[^>]*>", page))
    asked = re.findall(r'<(?:script|img|iframe|link)[^>]*\s(?:src|href)="([^"]{0,60})', markup)
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    for packed in re.findall(r"data:text/css;base64,([A-Za-z0-9+/=]+)", page):
        styles += base64.b64decode(packed).decode()
    asked += re.findall(r"""url\(["']?([^)]{1,60})""", styles)
    return [address for address in asked if not address.startswith(("data:", "#"))]


def inside(page: str) -> Any:
    found = re.search(r'id="map-inside">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.slow
def test_two_builds_are_the_same(app: Flask, release: Release, made: str) -> None:
    assert single_file(app, {"lang": "en", "release": release.id}).decode() == made


def test_nothing_in_it_would_be_fetched(made: str) -> None:
    assert fetched(made) == []


def test_folium_composes_it_with_leaflet_inside_and_no_random_name(made: str) -> None:
    assert re.findall(r'<div class="folium-map" id="(\w+)">', made) == [f"map_{1:032x}"]
    names = set(re.findall(r"\b\w+_([0-9a-f]{32})\b", re.sub(r'<script type="importmap">.*?</script>', "", made)))
    assert {int(name, 16) < 20 for name in names} == {True}
    assert "cdn.jsdelivr.net" not in made


def test_it_carries_evidence_citation_and_disclaimer(made: str, release: Release) -> None:
    answers = inside(made)["answers"]
    assert release.id in answers["/evidence/a1"]["cite"]
    assert len(answers["/list"]["rows"]) == release.receipt["layers"]["incidents"]["count"]
    assert "imply no opinion" in made
    assert "http://localhost" not in answers["/evidence/a1"]["cite"], "nobody can reach it"
    assert len(made) < 9_000_000


@pytest.mark.slow
def test_a_view_stays_in_the_file(app: Flask, release: Release) -> None:
    view = {"datetime": "../2010", "category": "attack", "lon": "66", "lat": "39", "z": "5"}
    page = single_file(app, {"release": release.id, **view}).decode()
    config = json.loads(re.search(r'id="map-config">(.*?)</script>', page)[1])  # type: ignore[index]  # it is there
    assert "category=attack" in config["query"]
    assert "datetime=../2010" in unquote(config["query"])
    assert config["view"] == {"lon": 66, "lat": 39, "zoom": 5}
    rows = inside(page)["answers"]["/list"]["rows"]
    assert len(rows) == release.receipt["layers"]["incidents"]["count"], (
        "a reader can bring back what the view leaves out"
    )
    assert all(row["facets"]["category"] == [row["category"]] for row in rows)
    boxed = single_file(app, {"release": release.id, "bbox": "60,36,75,39"}).decode()
    assert 0 < len(inside(boxed)["answers"]["/list"]["rows"]) < len(rows), "no control of the page changes a box"
    assert '"center": [39.0, 66.0]' in page
    with pytest.raises(MalformedFilter, match="someday"):
        single_file(app, {"release": release.id, "datetime": "someday"})


def test_the_service_answers_it_without_loading_folium(release: Release, workspace: Workspace) -> None:
    code = f"""
import sys
from pathlib import Path
from server.app import create_app
from server.config import Config
client = create_app(Config(workspace=Path({str(workspace.path)!r}), root=Path("data"))).test_client()
answer = client.get("/export/map.html?lang=en")
assert answer.status_code == 200, answer.data
assert answer.headers["Content-Disposition"] == 'attachment; filename="corridormap-{release.id}.html"'
assert client.get("/export/map.html?title=" + "x" * 2000).status_code == 400
assert client.get("/export/map.html?release=000000000000").status_code == 404
print(sorted({{"folium", "branca"}} & set(sys.modules)), answer.data.count(b"folium-map"))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[] 2", 0), done.stderr


@pytest.mark.slow
def test_the_command_states_the_size(workspace: Workspace, tmp_path: Path) -> None:
    command = ["export-map", "-o", str(tmp_path / "m.html"), "--workspace", str(workspace.path)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert re.search(r"\d\.\d MB from release [0-9a-f]{12}", done.output)
    refused = CliRunner().invoke(main, [*command, "--title", "x" * 10_000])
    assert refused.exit_code == 1
    assert "10,000 characters" in refused.output


def test_to_folium_gives_a_map_that_one_can_add_to(release: Release) -> None:
    opened = open_release(release.path, point_of_view="iso")
    drawn = to_folium(opened, {"lang": "ru", "category": "attack"})
    assert isinstance(drawn, folium.Map)
    plain = drawn.get_root().render()
    assert '"point_of_view":"iso"' in plain
    assert "jquery" not in plain[: plain.index("<body")].lower()
    folium.CircleMarker((38.5, 68.8), popup=folium.Popup("Dushanbe")).add_to(drawn)
    folium.GeoJson(opened.layer("incidents", category="attack")[["id", "geometry"]].dropna()).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    page = drawn.get_root().render()
    assert fetched(page) == [], "a popup's jQuery is inside too"
    assert "L.circleMarker" in page
    assert "corridormap" in page[page.index("L.control.layers") - 2000 : page.index("L.control.layers")]
    assert "<iframe srcdoc=" in drawn._repr_html_()
    folium.Marker((38.5, 68.8), icon=folium.Icon()).add_to(drawn)
    assert "awesome-markers" in drawn.get_root().render()
    with pytest.raises(MalformedFilter, match="lon"):
        to_folium(opened, {"lon": "east"})
