"""`corridormap network` as a person or a script calls it. Downloads come from a server of this process on 127.0.0.1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner
from pyproj import Geod

from server.cli import main
from tests import overpass_server
from tests.live import CHECKOUT, PATIENCE_S
from tests.overpass_server import FakeOverpass, fake_overpass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from click.testing import Result

FIXTURES = CHECKOUT / "tests" / "fixtures"
OASIS, TWO_VALLEYS = FIXTURES / "oasis.osm", FIXTURES / "two_valleys.osm"
TO_TERMEZ = ("--corridor", "carec-6a", "--from", "bukhara", "--to", "termez")


def run(*words: object) -> Result:
    """Run a command in this process: osmnx is loaded once."""
    return CliRunner().invoke(main, ["network", *map(str, words)])


def start(*words: object, **environment: str) -> subprocess.Popen[str]:
    """Run a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "server", "network", *map(str, words)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )


pytestmark = pytest.mark.usefixtures("read_once_in_module")


@pytest.fixture
def overpass() -> Iterator[FakeOverpass]:
    with fake_overpass() as world:
        yield world


@pytest.mark.parametrize("command", ["", "read", "fetch", "path"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"Example: corridormap network {command}" in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("reed",),
        ("read",),
        ("read", OASIS, "--kind", "tram"),
        ("read", OASIS, "--class", "residential"),
        ("fetch",),
        ("fetch", "--bbox", "1,2,3"),
        ("fetch", "--bbox", "1,2,3,4", "--place", "termez"),
        ("path", OASIS),
        ("path", OASIS, *TO_TERMEZ, "--max-snap-km", "0"),
    ],
)
def test_a_misspelt_command_ends_with_2(words: tuple[object, ...]) -> None:
    assert run(*words).exit_code == 2


# read


def test_read_tells_what_a_file_holds() -> None:
    result = run("read", OASIS, "--kind", "road")
    assert result.exit_code == 0, result.output
    assert "as of 2026-01-02T03:04:05Z" in result.output
    assert "trunk" in result.output
    document = json.loads(run("read", OASIS, "--kind", "rail", "--json").output)
    assert document["nodes"] == 3
    assert document["kind"] == "rail"
    assert len(document["sha256"]) == 64


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("read", FIXTURES / "truncated.osm"), "truncated"),
        (("read", FIXTURES / "web_page.osm"), "it is not OSM XML"),
        (("read", FIXTURES / "broken.osm"), "complete_ways"),
        (("read", FIXTURES / "nowhere.osm"), "corridormap network fetch"),
        (("read", OASIS, "--kind", "road", "--class", "tertiary"), "--class"),
        (("read", OASIS, "--kind", "rail", "--class", "trunk"), "A rail network has no class trunk"),
        (("path", FIXTURES / "nowhere.osm", *TO_TERMEZ), "there is no such file"),
        (("path", TWO_VALLEYS, "--corridor", "carec-9z"), "There is no corridor 'carec-9z'"),
        (("path", TWO_VALLEYS, "--corridor", "carec-6a"), "krasny-yar lies"),
        (("path", TWO_VALLEYS, "--corridor", "carec-6a", "--from", "osh"), "does not pass osh"),
        (("path", TWO_VALLEYS, "--corridor", "carec-6a", "--from", "ganyushkino"), "in this mode"),
        (("path", TWO_VALLEYS, *TO_TERMEZ, "--kind", "rail"), "no way with railway=rail"),
        (("path", TWO_VALLEYS, *TO_TERMEZ, "--max-snap-km", "0.5"), "bukhara lies 1.1 km from it"),
        (("path", TWO_VALLEYS, *TO_TERMEZ, "-o", "/proc/nowhere/x.geojson"), "cannot be written"),
        (("fetch", "--bbox", "70,36,66,99"), "outside the world"),
        (("fetch", "--place", "bukhara", "--place", "hairatan"), "Where hairatan lies is not known"),
        (("fetch", "--place", "bukara"), "Did you mean bukhara"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_1(words: tuple[object, ...], says: str) -> None:
    result = run(*words)
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("corridormap: ")
    assert says in result.stderr
    assert result.stdout == ""


# path


@pytest.mark.parametrize("corridor", ["a1", "a3", "unodc-b1"])
def test_what_is_stated_of_countries_never_gets_a_road(corridor: str, tmp_path: Path) -> None:
    file = tmp_path / "road.geojson"
    result = run("path", TWO_VALLEYS, "--corridor", corridor, "-o", file)
    assert result.exit_code == 1
    assert f"Corridor {corridor} is of class" in result.stderr
    assert "no source names a place on it" in result.stderr
    assert not file.exists()


def test_a_path_is_a_file_of_its_own_with_its_terms(tmp_path: Path) -> None:
    file = tmp_path / "road.geojson"
    result = run("path", TWO_VALLEYS, *TO_TERMEZ, "--kind", "road", "-o", file)
    assert result.exit_code == 0, result.output
    assert "plausible road, not attested" in result.stderr
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["title"] == "plausible road, not attested"
    assert document["attested"] is False
    assert document["licence"] == "ODbL-1.0"
    assert "© OpenStreetMap contributors" in document["attribution"]
    assert "GeoNames" in document["attribution"]
    assert document["disclaimer"].startswith("Not attested: drawn by the publisher of this map")
    assert document["corridor"] == "carec-6a"
    assert document["references"]
    assert document["gaps"] == []
    (feature,) = document["features"]
    assert feature["id"] == "carec-6a/road/bukhara--termez"
    assert feature["properties"]["parent"] == "carec-6a"
    assert feature["properties"]["attested"] is False
    assert feature["properties"]["licence"] == "ODbL-1.0"
    line = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert line.geom_type == "LineString"
    assert feature["properties"]["length_m"] == pytest.approx(Geod(ellps="WGS84").geometry_length(line), abs=0.1)
    assert feature["properties"]["length_m"] > feature["properties"]["straight_m"]
    assert document["length_m"] == feature["properties"]["length_m"]
    frame = gpd.read_file(file)
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.is_valid.all()


def test_no_road_is_drawn_over_a_place_that_was_not_found(tmp_path: Path) -> None:
    file = tmp_path / "road.geojson"
    words = ("--corridor", "carec-6a", "--from", "bukhara", "--to", "chaman")
    result = run("path", TWO_VALLEYS, *words, "-o", file)
    assert result.exit_code == 0, result.output
    document = json.loads(file.read_text(encoding="utf-8"))
    ends = [(each["properties"]["from"], each["properties"]["to"]) for each in document["features"]]
    assert ends == [("bukhara", "termez"), ("mazar-e-sharif", "kandahar"), ("kandahar", "chaman")]
    (gap,) = document["gaps"]
    assert (gap["from"], gap["to"], gap["unresolved"]) == ("termez", "mazar-e-sharif", ["hairatan"])
    assert document["unlocated"] == ["hairatan"]


def test_the_same_file_and_corridor_give_the_same_bytes(tmp_path: Path) -> None:
    turned = tmp_path / "turned.osm"
    lines = TWO_VALLEYS.read_text(encoding="utf-8").splitlines()
    turned.write_text("\n".join([*lines[:2], *reversed(lines[2:-1]), lines[-1]]), encoding="utf-8")
    outputs = []
    for name, source in (("a", TWO_VALLEYS), ("b", TWO_VALLEYS), ("c", turned)):
        file = tmp_path / f"{name}.geojson"
        assert run("path", source, *TO_TERMEZ, "-o", file).exit_code == 0
        outputs.append(file.read_bytes())
    assert outputs[0] == outputs[1]
    one, other = (json.loads(output) for output in (outputs[0], outputs[2]))
    assert one["network"].pop("sha256") != other["network"].pop("sha256")
    assert one == other, "only the file's own hash tells that its lines stood in another order"


@pytest.mark.long
def test_a_path_goes_to_standard_output_in_a_process_of_its_own_with_the_publishers_name() -> None:
    process = start("path", TWO_VALLEYS, *TO_TERMEZ, CORRIDORMAP_PUBLISHER="Example Institute")
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert errors == ""
    document = json.loads(output)
    assert "Example Institute" in document["disclaimer"]
    assert "Example Institute" in document["citation"]


# fetch


def test_fetch_writes_a_file_that_read_reads(overpass: FakeOverpass, tmp_path: Path) -> None:
    words = ("fetch", "--bbox", "60,40,64,42", "--endpoint", overpass.url, "--workspace", tmp_path / "w")
    result = run(*words, "--kind", "road", "-o", tmp_path / "networks")
    assert result.exit_code == 0, result.output
    assert "2 ways. Cells: 2 downloaded, 0 kept." in result.stdout
    assert "OpenStreetMap" in result.stdout
    assert "ODbL-1.0" in result.stdout
    assert result.stderr == "", "progress is for a terminal"
    assert run("read", tmp_path / "networks" / "road.osm").exit_code == 0
    again = run(*words)
    assert "0 downloaded, 2 kept" in again.stdout
    written = (tmp_path / "w" / "networks" / "road.osm").read_bytes()
    assert written == (tmp_path / "networks" / "road.osm").read_bytes()


def test_fetch_along_places_asks_for_the_cells_on_the_way(overpass: FakeOverpass, tmp_path: Path) -> None:
    words = ("fetch", "--place", "bukhara", "--place", "termez", "--endpoint", overpass.url, "--workspace", tmp_path)
    result = run(*words)
    assert result.exit_code == 0, result.output
    cells = sorted(path.stem for path in (tmp_path / "networks" / "cells").rglob("*.osm"))
    assert len(cells) == 7, "their box, widened by the margin, has nine"
    assert {"n38e064", "n36e066"} <= set(cells)
    assert len(overpass.queries) == len(cells)


def test_a_broken_answer_is_one_line_and_a_rerun_goes_on(overpass: FakeOverpass, tmp_path: Path) -> None:
    words = ("fetch", "--bbox", "60,40,64,42", "--endpoint", overpass.url, "--workspace", tmp_path)
    overpass.faults = [overpass_server.web_page]
    result = run(*words)
    assert result.exit_code == 1
    assert result.stderr.startswith("corridormap: Cell n40e060: ")
    assert len(result.stderr.strip().splitlines()) == 1
    assert "finished cells are kept" in result.stderr
    assert run(*words).exit_code == 0


@pytest.mark.long
def test_a_download_that_is_killed_goes_on_where_it_was(overpass: FakeOverpass, tmp_path: Path) -> None:
    second_request, killed = threading.Event(), threading.Event()

    def right(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"elements": overpass_server.found(overpass.queries[-1])})
        overpass_server.answer(handler, 200, body.encode())

    def never(handler: BaseHTTPRequestHandler) -> None:
        second_request.set()
        killed.wait(PATIENCE_S)
        handler.close_connection = True

    overpass.faults = [right, never]
    words = ("fetch", "--bbox", "60,40,64,42", "--endpoint", overpass.url, "--workspace", tmp_path)
    process = start(*words)
    try:
        assert second_request.wait(PATIENCE_S)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
    finally:
        killed.set()
    assert not (tmp_path / "networks" / "road.osm").exists()
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert "2 ways. Cells: 1 downloaded, 1 kept." in result.stdout
