"""What Prometheus is told: counted exactly, over all processes, in the form that its own parser reads."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from layers.store.coverage_store import CoverageStore
from layers.store.decisions import Decision
from server.app import create_app
from server.config import Config
from server.meter import BUCKETS_S, Meter
from server.metrics import meter_of
from tests.layers.store import readings as made
from tests.live import CHECKOUT, PATIENCE_S, LiveServer, start_server, stop_server, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from flask import Flask
    from prometheus_client import Metric

    from layers.release import Release
    from layers.workspace import Workspace

TILE = "/tiles/<release_id>/<layers>/<int:z>/<int:x>/<int:y>.mvt"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str, parse: Callable[[str], Iterable[Metric]] = text_string_to_metric_families) -> Samples:
    """Every sample of an exposition, by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parse(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((f"corridormap_{name}", frozenset(labels.items())), 0.0)


@pytest.fixture
def app(workspace: Workspace, root: Path) -> Flask:
    """An app of its own, which has counted nothing."""
    return create_app(Config(workspace=workspace.path, root=root))


def test_requests_are_counted_by_route_and_status(app: Flask) -> None:
    client = app.test_client()
    for path in ("/healthz", "/healthz", "/evidence/nothing", "/nowhere", "/nowhere/else"):
        client.get(path)
    client.post("/healthz")
    found = samples(client.get("/metrics").text)
    assert value(found, "requests_total", route="/healthz", status="200") == 2
    assert value(found, "requests_total", route="/healthz", status="405") == 0
    assert value(found, "requests_total", route="other", status="404") == 2
    assert value(found, "requests_total", route="other", status="405") == 1, "no route answers a POST"
    assert value(found, "requests_total", route="/evidence/<path:feature_id>", status="404") == 1
    again = samples(client.get("/metrics").text)
    assert value(again, "requests_total", route="/metrics", status="200") == 1, "the scrape before this one"


def test_tiles_are_counted_once_whether_made_or_kept(app: Flask, release: Release) -> None:
    client = app.test_client()
    first = client.get(f"/tiles/{release.id}/borders/3/5/3.mvt")
    client.get(f"/tiles/{release.id}/borders/3/5/3.mvt")
    client.get(f"/tiles/{release.id}/borders/3/5/3.mvt", headers={"If-None-Match": first.headers["ETag"]})
    client.get(f"/tiles/{release.id}/incidents/9/0/0.mvt")
    client.get(f"/tiles/{release.id}/nowhere/3/5/3.mvt")
    client.get("/no/route.mvt")
    found = samples(client.get("/metrics").text)
    by_status = {
        dict(labels)["status"]: count
        for (name, labels), count in found.items()
        if name == "corridormap_requests_total" and dict(labels)["route"] == TILE
    }
    assert by_status == {"200": 2, "304": 1, "204": 1, "404": 1}
    assert value(found, "requests_total", route="other", status="404") == 1
    assert value(found, "tile_cache_requests_total", result="hit") == 2
    assert value(found, "tile_cache_requests_total", result="miss") == 2
    assert value(found, "tile_seconds_count") == 2, "an error is no tile"
    assert 0 < value(found, "tile_seconds_sum") < 60
    ends = [value(found, "tile_seconds_bucket", le=str(end)) for end in (*BUCKETS_S, "+Inf")]
    assert ends == sorted(ends)
    assert ends[-1] == 2


def test_the_release_and_the_lag_of_the_store_are_told(own_workspace: Workspace, root: Path) -> None:
    config = Config(workspace=own_workspace.path, root=root)
    found = samples(create_app(config).test_client().get("/metrics").text)
    release = own_workspace.latest()
    (served,) = [dict(labels) for name, labels in found if name == "corridormap_release"]
    assert served["release"] == release
    assert not [name for name, _ in found if "store_lag" in name], "there is no store"
    with CoverageStore.open(own_workspace.store_url) as store:
        for text in (made.TEXT, made.TEXT.replace("12 May", "13 May")):
            incident = made.incident("seized", "seizure", "Kulob", text=text)
            store.keep(
                made.article(text, "quiet"), made.reading([incident], [], text=text), extractor="1", published=None
            )
        first, second = (
            store.decide(Decision(found.id, "accept", "Umed", "2026-11-25T12:00:00Z")) for found in store.found()[:2]
        )
    assert lag_told(config) == (2, 2), "of a release that was not built from this store all is ahead"
    with sqlite3.connect(own_workspace.path / "coverage.sqlite") as connection:
        connection.execute(
            "INSERT INTO publications (release, last_decision, published_at, reviewed_only) VALUES (?, ?, 'now', 0)",
            (release, first),
        )
        known = json.loads((own_workspace.release_path(release) / "coverage.json").read_text(encoding="utf-8"))
        sha256 = known["articles"][0]["sha256"]
        connection.execute("UPDATE articles SET sha256 = ? WHERE id = (SELECT min(id) FROM articles)", (sha256,))
    connection.close()
    assert second > first
    for store_url in ("", f"sqlite:///{own_workspace.path / 'coverage.sqlite'}?timeout=5"):
        assert lag_told(replace(config, store=store_url)) == (1, 1)


def lag_told(config: Config) -> tuple[float, float]:
    """What a process that has not looked before says of articles and decisions."""
    found = samples(create_app(config).test_client().get("/metrics").text)
    return value(found, "store_lag_articles"), value(found, "store_lag_decisions")


def test_it_tells_the_same_in_openmetrics(app: Flask) -> None:
    client = app.test_client()
    client.get("/healthz")
    answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.content_type.startswith("application/openmetrics-text")
    found = samples(answer.text, parse_openmetrics)
    assert value(found, "requests_total", route="/healthz", status="200") == 1


def test_without_a_release_requests_are_counted_all_the_same(tmp_path: Path, root: Path) -> None:
    client = create_app(Config(workspace=tmp_path, root=root)).test_client()
    client.get("/")
    found = samples(client.get("/metrics").text)
    assert value(found, "requests_total", route="/", status="503") == 1
    assert not [name for name, _ in found if name == "corridormap_release"]


@pytest.mark.parametrize(
    ("setting", "address", "status"),
    [
        ("on", "203.0.113.7", 200), ("off", "127.0.0.1", 404), ("127.0.0.1,10.0.0.0/8", "10.9.8.7", 200),
        ("127.0.0.1,10.0.0.0/8", "203.0.113.7", 404), ("::1", "::1", 200), ("::1", "127.0.0.1", 404), ("::1", "", 404),
    ],
)  # fmt: skip
def test_who_may_read_is_a_setting(workspace: Workspace, root: Path, setting: str, address: str, status: int) -> None:
    config = Config.from_environment(
        {"CORRIDORMAP_METRICS": setting, "CORRIDORMAP_WORKSPACE": str(workspace.path)}, root=root
    )
    client = create_app(config).test_client()
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == status


def test_threads_lose_no_count() -> None:
    meter = Meter(["/a"])
    cell = meter.cell("/a", 200)

    def work(_: int) -> None:
        for _ in range(5_000):
            meter.hit(cell)
            meter.count("/a", 404)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
    finally:
        sys.setswitchinterval(before)
    sums = meter.sums()
    assert sums.requests == {("/a", "200"): 20_000, ("/a", "404"): 20_000}
    assert sums.tile_hits == 20_000


def test_every_status_has_a_place_and_every_time_a_bucket() -> None:
    meter = Meter(["/a", "/b"])
    for status in range(100, 600):
        meter.count("/b", status)
    for seconds in (0.0, *BUCKETS_S, 1e9):
        meter.made(meter.cell("/a", 200), seconds)
    sums = meter.sums()
    assert sum(count for (route, _), count in sums.requests.items() if route == "/b") == 500
    assert sums.requests["/b", "2xx"] == 97
    assert sums.tiles_made == (2, *[1] * len(BUCKETS_S[1:]), 1)


def test_processes_of_one_start_are_added_up_and_others_swept_away(tmp_path: Path) -> None:
    script = (
        "import multiprocessing, os\n"
        "from server.meter import Meter\n"
        "def work(times):\n"
        "    meter = Meter.shared(['/a'])\n"
        "    for _ in range(times): meter.count('/a', 200)\n"
        "if __name__ == '__main__':\n"
        "    fork = multiprocessing.get_context('fork')\n"
        "    for times in (3, 4):\n"
        "        child = fork.Process(target=work, args=(times,)); child.start(); child.join()\n"
        "    print(Meter.shared(['/a']).sums().requests, Meter.shared(['/b']).sums().requests)\n"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", script], env=environment, capture_output=True, text=True, check=False
        )
        assert run.stderr == ""
        assert run.stdout == "{('/a', '200'): 7} {}\n"
    (base,) = tmp_path.iterdir()
    assert base.stat().st_mode & 0o077 == 0
    assert len([each for each in base.iterdir() if each.is_dir()]) == 1, "the first start's folder has gone"


def test_a_worker_that_is_given_the_number_of_a_dead_one_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 4711)
    for _ in range(2):
        Meter(["/a"], tmp_path).count("/a", 200)
    assert Meter(["/a"], tmp_path).sums().requests == {("/a", "200"): 2}


def test_a_folder_that_others_may_enter_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"corridormap-{os.getuid()}").mkdir(mode=0o777)
    (tmp_path / f"corridormap-{os.getuid()}").chmod(0o777)
    with pytest.raises(PermissionError, match="may be entered by others"):
        Meter.shared(["/a"])


def test_an_app_has_the_meter_that_it_was_given(app: Flask) -> None:
    assert meter_of(app).sums().requests == {}


def fetch(url: str, headers: Mapping[str, str] | None = None) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers or {})), timeout=PATIENCE_S) as answer:
        return str(answer.read().decode())


@pytest.fixture
def server(workspace: Workspace, tmp_path: Path) -> Iterator[LiveServer]:
    started = start_server(workspace.path, tmp_path / "log.txt", environment={"TMPDIR": str(tmp_path)})
    yield started
    stop_server(started)


@pytest.mark.long
def test_any_worker_tells_of_all_and_a_killed_one_takes_nothing_away(server: LiveServer) -> None:
    def counted() -> float:
        return value(samples(fetch(f"{server.url}/metrics")), "requests_total", route="/healthz", status="200")

    def started() -> int:
        return server.log.read_text(encoding="utf-8").count("Started worker")

    wait_until(lambda: started() == 2, "both workers have started")
    before = counted()
    for _ in range(60):
        fetch(f"{server.url}/healthz")
    assert {counted() for _ in range(10)} == {before + 60}
    listed = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True)
    os.kill(int(listed.stdout.split()[0]), signal.SIGKILL)
    wait_until(lambda: started() == 3, "another worker takes its place")
    assert {counted() for _ in range(10)} == {before + 60}
