"""A release is swapped under readers: nobody gets an error, and nobody a view made of two releases."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mapbox_vector_tile
import pytest

from layers.workspace import Workspace
from tests.live import CHECKOUT, start_server, stop_server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live import LiveServer

COUNTS = {1: 3000, 2: 2500}
"""Seed of a release → its incidents: one number tells which release an answer was made from."""


def build(workspace: Path, seed: int) -> str:
    command = [sys.executable, "benchmarks/synthetic.py", "--count", str(COUNTS[seed]), "--seed", str(seed)]
    done = subprocess.run([*command, "--workspace", str(workspace)], cwd=CHECKOUT, check=True, capture_output=True)
    return done.stdout.decode().strip()


@dataclass
class Reader:
    """Opens views, one after the other: TileJSON, then tiles and counts of the release that it names."""

    url: str
    totals: dict[str, int]
    faults: list[str]
    answered: list[int]

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as answer:
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
    with urllib.request.urlopen(f"{server.url}/readyz", timeout=60) as answer:
        return str(answer.read().decode())


def swap_under_load(tmp_path: Path, seconds: float, every_s: float) -> None:
    workspace = Workspace(tmp_path / "workspace")
    ids = {seed: build(workspace.path, seed) for seed in COUNTS}
    releases = {ids[seed]: COUNTS[seed] for seed in COUNTS}
    server = start_server(workspace.path, tmp_path / "log.txt")
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
            latest = ids[1 + turn % 2]
            workspace.set_latest(latest)
            wait_until(lambda: latest in served(server), "the workers notice", within_s=30)  # noqa: B023 -- asked at once
            time.sleep(every_s)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        stop_server(server)
    assert faults == []
    assert len(answered) > 20
    assert turn > 2


def test_a_release_is_swapped_under_readers(tmp_path: Path) -> None:
    swap_under_load(tmp_path, seconds=4, every_s=0.3)


@pytest.mark.slow
def test_a_release_is_swapped_under_readers_for_a_minute(tmp_path: Path) -> None:
    swap_under_load(tmp_path, seconds=60, every_s=0.5)
