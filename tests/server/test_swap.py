"""A release is swapped under readers: nobody gets an error, and nobody a view made of two releases."""

from __future__ import annotations

import json
import random
import shutil
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mapbox_vector_tile
import pytest

from layers.workspace import Workspace
from tests.live import PATIENCE_S, start_server, stop_server, wait_until
from tests.synthetic import synthetic_release

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import BuiltOnce
    from tests.live import LiveServer

COUNTS = {1: 3000, 2: 2500}
"""Seed of a release → its incidents: one number tells which release an answer was made from."""


def build_both(workspace: Workspace) -> None:
    ids = [synthetic_release(workspace, COUNTS[seed], seed) for seed in COUNTS]
    (workspace.path / "ids.json").write_text(json.dumps(ids), encoding="utf-8")


@pytest.fixture
def both(built_once: BuiltOnce, tmp_path: Path) -> Workspace:
    """A workspace with two releases, of the test's own."""
    return Workspace(shutil.copytree(built_once("swap", build_both).path, tmp_path / "workspace"))


@dataclass
class Reader:
    """Opens views, one after the other: TileJSON, then tiles and counts of the release that it names."""

    url: str
    totals: dict[str, int]
    faults: list[str]
    answered: list[int]

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=PATIENCE_S) as answer:
                self.answered.append(1)
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            self.faults.append(f"{error.code} {path}")
            return error.code, b""

    def read_until(self, ended: threading.Event) -> None:
        rng = random.Random(threading.get_ident())
        while not ended.is_set():
            view = json.loads(self.get("/tiles/incidents.json")[1])
            dated = f"&datetime={rng.randrange(1960, 2025)}/.."
            self.check(view, rng.choice(["", "&undated=exclude", "&category=attack", dated]), rng.choice([0, 1, 2]))

    def check(self, view: Any, query: str, z: int) -> None:
        release, address = view["release"], view["tiles"][0].removeprefix(self.url)
        tiles = [(z, x, y) for x in range(2**z) for y in range(2**z)]
        drawn = sum(drawn_in(self.get(address.format(z=z, x=x, y=y) + query)[1]) for z, x, y in tiles)
        counts = json.loads(self.get(f"/counts?layer=incidents&release={release}{query}")[1])
        if counts["release"] != release or (not query and counts["total"] != self.totals[release]):
            self.faults.append(f"{release} counts {counts['total']} of {counts['release']}")
        if drawn != counts["total"] - counts["unplaced"]:
            self.faults.append(f"{release}{query} z{z}: {drawn} drawn, {counts['total'] - counts['unplaced']} counted")


def drawn_in(tile: bytes) -> int:
    """How many incidents a tile shows inside its edges."""
    if not tile:
        return 0
    features = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})["incidents"]["features"]
    inside = [each for each in features if all(0 <= value < 4096 for value in each["geometry"]["coordinates"])]
    return sum(each["properties"].get("count", 1) for each in inside)


def served(server: LiveServer) -> str:
    with urllib.request.urlopen(f"{server.url}/readyz", timeout=PATIENCE_S) as answer:
        return str(answer.read().decode())


def swap_under_load(workspace: Workspace, seconds: float, every_s: float) -> None:
    ids = json.loads((workspace.path / "ids.json").read_text(encoding="utf-8"))
    releases = dict(zip(ids, COUNTS.values(), strict=True))
    server = start_server(workspace.path, workspace.path / "log.txt")
    faults: list[str] = []
    answered: list[int] = []
    ended = threading.Event()
    reader = Reader(server.url, releases, faults, answered)
    threads = [threading.Thread(target=reader.read_until, args=(ended,)) for _ in range(4)]
    try:
        until, turn = time.monotonic() + seconds, 0
        for thread in threads:
            thread.start()
        # On a slow machine longer: until there was something to see.
        while (time.monotonic() < until or turn < 3 or len(answered) < 21) and threads[0].is_alive():
            turn += 1
            latest = ids[turn % 2]
            workspace.set_latest(latest)
            wait_until(lambda: latest in served(server), "the workers notice")  # noqa: B023 -- asked at once
            time.sleep(every_s)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        stop_server(server)
    assert faults == []
    assert len(answered) > 20
    assert turn > 2


@pytest.mark.long
def test_a_release_is_swapped_under_readers(both: Workspace) -> None:
    swap_under_load(both, seconds=4, every_s=0.3)


@pytest.mark.slow
def test_a_release_is_swapped_under_readers_for_a_minute(both: Workspace) -> None:
    swap_under_load(both, seconds=60, every_s=0.5)
