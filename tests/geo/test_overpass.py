"""Downloads, from a server of this process on 127.0.0.1. Nothing here leaves the machine."""

from __future__ import annotations

import fcntl
import json
import socket
import time
from typing import TYPE_CHECKING, Any

import osmnx
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import FailedDownload, InvalidGeometry, UnknownNetworkKind, UnwritableWorkspace
from geo.network import read_network
from geo.networkpath import Waypoint, path_between
from geo.overpass import CELL_DEG, Cell, Fetched, area_along, area_of_bbox, cells_of, fetch_network
from tests import overpass_server
from tests.live import free_port
from tests.overpass_server import FakeOverpass, fake_overpass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

AREA = area_of_bbox(60, 40, 64, 42)


@pytest.fixture
def overpass() -> Iterator[FakeOverpass]:
    with fake_overpass() as world:
        yield world


def fetch(overpass: FakeOverpass, folder: Path, **more: Any) -> Fetched:
    words = {"kind": "road", "endpoint": overpass.url, "contact": "map@example.org"} | more
    return fetch_network(AREA, cache=folder / "cells", output=folder / "road.osm", **words)


def test_a_download_is_a_file_that_can_be_read(overpass: FakeOverpass, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    fetched = fetch(overpass, tmp_path, on_cell=lambda done, total: seen.append((done, total)))
    assert fetched == Fetched(tmp_path / "road.osm", asked=2, kept=0, ways=2)
    assert seen == [(0, 2), (1, 2), (2, 2)]
    network = read_network(fetched.path, kind="road")
    assert network.node_ids.tolist() == [1, 2, 3, 4]
    assert network.summary()["parts"] == 1, "a way that crosses cells is whole"
    assert network.as_of == "2026-01-02T03:04:05Z"
    path = path_between(network, [Waypoint("a", 60.5, 40.5), Waypoint("b", 63.5, 41.5)])
    assert path.legs[0].nodes == (1, 2, 3, 4)
    text = fetched.path.read_text(encoding="utf-8")
    assert "openstreetmap.org/copyright" in text
    assert "opendatacommons.org/licenses/odbl" in text


def test_it_is_polite(overpass: FakeOverpass, tmp_path: Path) -> None:
    fetch(overpass, tmp_path)
    assert overpass.most_at_once == 1
    assert overpass.status_requests >= len(overpass.queries) == 2, "it asks first whether a request is welcome"
    assert all(agent.startswith("corridormap/") for agent in overpass.agents)
    assert all("map@example.org" in agent for agent in overpass.agents)
    assert all(
        "^(motorway|motorway_link|trunk|trunk_link|primary|primary_link)$" in query for query in overpass.queries
    )


def test_what_is_there_is_not_asked_for_again(overpass: FakeOverpass, tmp_path: Path) -> None:
    fetch(overpass, tmp_path)
    first = (tmp_path / "road.osm").read_bytes()
    asked, greeted = len(overpass.queries), overpass.status_requests
    assert fetch(overpass, tmp_path).kept == 2
    assert (len(overpass.queries), overpass.status_requests) == (asked, greeted)
    assert (tmp_path / "road.osm").read_bytes() == first
    assert fetch(overpass, tmp_path, refresh=True).asked == 2
    assert fetch(overpass, tmp_path, classes=["trunk"]).asked == 2, "another filter is another question"
    assert fetch(overpass, tmp_path, kind="rail").ways == 1, "the yard is left out"


def test_a_damaged_cell_is_asked_for_again(overpass: FakeOverpass, tmp_path: Path) -> None:
    fetch(overpass, tmp_path)
    whole = (tmp_path / "road.osm").read_bytes()
    (cell,) = (tmp_path / "cells").rglob("n40e060.osm")
    cell.write_bytes(cell.read_bytes()[:200])
    assert fetch(overpass, tmp_path).asked == 1
    assert (tmp_path / "road.osm").read_bytes() == whole


def test_too_many_requests_makes_it_wait_and_ask_again(
    overpass: FakeOverpass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []
    monkeypatch.setattr(time, "sleep", naps.append)
    overpass.faults = [overpass_server.too_many_requests, overpass_server.too_many_requests]
    assert fetch(overpass, tmp_path).ways == 2
    assert len(overpass.queries) == 4
    assert sum(nap > 30 for nap in naps) == 2, naps


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (overpass_server.web_page, "gave no usable answer"),
        (overpass_server.cut_off, "gave no usable answer"),
        (overpass_server.server_error, "gave an incomplete answer"),
        (overpass_server.remark, "gave an incomplete answer"),
        (overpass_server.foreign_json, "something else than OSM data"),
        (overpass_server.nodes_missing, "something else than OSM data"),
    ],
)
def test_a_broken_answer_ends_it_and_what_was_done_stays_done(
    overpass: FakeOverpass, tmp_path: Path, fault: Callable[[BaseHTTPRequestHandler], None], says: str
) -> None:
    fetch(overpass, tmp_path / "whole")
    overpass.queries.clear()
    resolver, cache_folder = socket.getaddrinfo, osmnx.settings.cache_folder

    def right(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"elements": overpass_server.found(overpass.queries[-1])})
        overpass_server.answer(handler, 200, body.encode())

    overpass.faults = [right, fault]
    with pytest.raises(FailedDownload, match=says) as caught:
        fetch(overpass, tmp_path)
    assert "Cell n40e062" in caught.value.message
    assert "finished cells are kept" in caught.value.hint
    assert socket.getaddrinfo is resolver
    assert osmnx.settings.cache_folder == cache_folder
    assert not (tmp_path / "road.osm").exists()
    fetched = fetch(overpass, tmp_path)
    assert (fetched.asked, fetched.kept, len(overpass.queries)) == (1, 1, 3)
    assert read_network(fetched.path, kind="road").node_ids.tolist() == [1, 2, 3, 4]


def test_a_server_that_is_not_there_is_told_at_once(
    overpass: FakeOverpass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # osmnx would wait a minute before it says so.
    monkeypatch.setattr("geo.overpass.query_overpass", lambda *_, **__: pytest.fail("osmnx was asked"))
    with pytest.raises(FailedDownload, match="cannot be reached"):
        fetch(overpass, tmp_path, endpoint=f"http://127.0.0.1:{free_port()}/api")
    with pytest.raises(FailedDownload, match="no address of an Overpass API"):
        fetch(overpass, tmp_path, endpoint="file:///etc/passwd")


def test_an_area_without_roads_says_so_and_is_not_asked_for_again(overpass: FakeOverpass, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(FailedDownload, match="no way with highway=motorway in this area"):
            fetch(overpass, tmp_path, classes=["motorway"])
    assert len(overpass.queries) == 2


def test_two_downloads_do_not_run_at_once(overpass: FakeOverpass, tmp_path: Path) -> None:
    (tmp_path / "cells").mkdir()
    with (tmp_path / "cells" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(FailedDownload, match="Another download is at work"):
            fetch(overpass, tmp_path)
    assert overpass.queries == []
    assert fetch(overpass, tmp_path).asked == 2


def test_a_folder_in_the_way_and_an_unknown_kind_are_named(overpass: FakeOverpass, tmp_path: Path) -> None:
    (tmp_path / "cells").write_text("in the way", encoding="utf-8")
    with pytest.raises(UnwritableWorkspace, match="cells cannot be written"):
        fetch(overpass, tmp_path)
    with pytest.raises(UnknownNetworkKind):
        fetch(overpass, tmp_path, kind="canal")
    assert overpass.queries == []


# Cells


def test_cells_lie_on_a_fixed_grid_and_have_names() -> None:
    assert [cell.id for cell in cells_of(area_of_bbox(65.5, 35.5, 66.5, 36.5))] == [
        "n34e064",
        "n34e066",
        "n36e064",
        "n36e066",
    ]
    assert [cell.id for cell in cells_of(area_of_bbox(-1, -1, 0, 0))] == ["s02w002"]
    assert [cell.id for cell in cells_of(area_of_bbox(66, 36, 68, 38))] == ["n36e066"], "touching is not reaching"
    assert cells_of(shapely.Polygon()) == ()


def test_a_box_across_the_antimeridian_has_cells_on_both_sides_and_none_between() -> None:
    cells = cells_of(area_of_bbox(178, 64, -178, 66))
    assert [cell.id for cell in cells] == ["n64w180", "n64e178"]
    assert [cell.bbox for cell in cells] == [(-179.95, 64.0, -178.0, 66.0), (178.0, 64.0, 179.95, 66.0)]


def test_a_line_across_the_antimeridian_too() -> None:
    wests = {cell.west for cell in cells_of(area_along([(178.5, 65.0), (-178.5, 65.0)]))}
    assert wests == {-180, 178}


def test_a_region_along_places_is_narrower_than_their_box() -> None:
    places = [(48.3, 46.5), (56.1, 44.8), (64.4, 39.8), (67.3, 37.2), (65.7, 31.6), (62.3, 25.1)]
    along = cells_of(area_along(places))
    box = cells_of(shapely.box(*shapely.MultiPoint(places).bounds))
    assert 0 < len(along) < len(box) / 2
    assert len(cells_of(area_along(places[:1]))) == 2


@pytest.mark.parametrize("box", [(66, 39, 70, 36), (66, 36, 66, 39), (36, 66, 39, 170), (float("nan"), 1, 2, 3)])
def test_a_box_that_is_none_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidGeometry):
        area_of_bbox(*box)


@given(st.floats(-179, 170), st.floats(-80, 75), st.floats(0.01, 8), st.floats(0.01, 8))
def test_cells_cover_their_area(west: float, south: float, width: float, height: float) -> None:
    area = area_of_bbox(west, south, west + width, south + height)
    cells = cells_of(area)
    assert list(cells) == sorted(set(cells), key=lambda cell: (cell.south, cell.west))
    squares = [shapely.box(c.west, c.south, c.west + CELL_DEG, c.south + CELL_DEG) for c in cells]
    assert shapely.union_all(squares).buffer(1e-9).covers(area)
    assert all(isinstance(cell, Cell) and cell.south % CELL_DEG == cell.west % CELL_DEG == 0 for cell in cells)
