"""Real processes of Dask: the same results in the same order, also when workers are killed while they work."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask
import pytest

from geo.errors import UnreadableArticle, UnusableCluster
from layers.build import build_release
from layers.catalog import Catalog
from layers.cluster.connection import connected
from layers.store.coverage_store import machine_reading
from layers.workspace import Workspace
from tests.live import CHECKOUT, PATIENCE_S, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from layers.workers import Workers

pytestmark = pytest.mark.long

PLACES = ("Kulob", "Khorog", "Panj", "Osh", "Termez", "Kunduz", "Batken")


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with connected("local", workers=2, tell=lambda _: None) as made:
        yield made


def add(given: int, part: int) -> int:
    time.sleep(0.05)
    return given + part


def fails(_given: None, part: int) -> int:
    if part == 3:
        raise UnreadableArticle("Part 3 is none.", hint="Take another.")
    return part


def dies(folder: str, part: int) -> int:
    """Kill the process at each part's first try."""
    mark = f"{folder}/{part}"
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return part * part
    os.kill(os.getpid(), signal.SIGKILL)
    return -1


def always_dies(_given: None, _part: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return -1


def test_results_come_in_the_order_of_the_parts(workers: Workers) -> None:
    assert workers.count == 2
    assert list(workers.map(add, 100, range(40))) == list(range(100, 140))
    assert list(workers.map(add, 100, [])) == []


def test_parts_are_taken_as_they_are_needed_and_what_is_not_wanted_is_left(workers: Workers) -> None:
    taken: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(10_000):
            taken.append(number)
            yield number

    results = workers.map(add, 0, parts())
    assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(taken) < 20
    assert list(workers.map(add, 1, [1])) == [2]


def test_an_error_of_ours_comes_back_as_it_is(workers: Workers) -> None:
    with pytest.raises(UnreadableArticle, match=r"Part 3 is none\. Take another\."):
        list(workers.map(fails, None, range(10)))


def test_workers_see_a_file_only_where_it_is_the_same(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"something")
    assert workers.sees(tmp_path / "a")
    assert not workers.sees(tmp_path / "b")


def test_what_a_killed_worker_did_is_done_again(tmp_path: Path) -> None:
    with connected("local", workers=2, tell=lambda _: None) as own:
        assert list(own.map(dies, str(tmp_path), range(3))) == [0, 1, 4]


def test_a_worker_that_is_slow_to_come_back_is_waited_for(tmp_path: Path) -> None:
    """Here any is: by the time that Dask gives a lost worker, no process has started again."""
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "1 ms"}),
        connected("local", workers=1, tell=lambda _: None) as own,
    ):
        assert list(own.map(dies, str(tmp_path), range(2))) == [0, 1]
        assert own.count == 1


@pytest.mark.slow
def test_a_part_that_kills_every_worker_is_told() -> None:
    with (
        connected("local", workers=2, tell=lambda _: None) as own,
        pytest.raises(UnusableCluster, match="has ended 4 workers"),
    ):
        list(own.map(always_dies, None, [1]))


def write_articles(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        place = PLACES[number % len(PLACES)]
        text = (
            f"Guards seized {number + 1} kg of opium near {place} on {number % 27 + 1} May 2019.\n\n"
            f"Opium from Afghanistan passes through Tajikistan to Russia, said {number % 7 + 2} officials in {place}."
        )
        (folder / f"article{number:04d}.txt").write_text(text, encoding="utf-8")
    (folder / "again.txt").write_bytes((folder / "article0000.txt").read_bytes())
    (folder / "article0001b.txt").touch()
    (folder / "page.html").write_text(
        "<html><head><title>Calm</title></head><body><article><p>Nothing happened in Osh today, and nobody was seen "
        "at the border by anyone who would have told of it.</p></article></body></html>",
        encoding="utf-8",
    )
    return folder


def stored(workspace: Path) -> dict[str, list[Any]]:
    """All rows of all tables of a store."""
    with closing(sqlite3.connect(workspace / "coverage.sqlite")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}  # noqa: S608 -- names of our own


def called(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server", *map(str, words)]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=300)


@contextmanager
def a_scheduler(tmp_path: Path, count: int = 2) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler of Dask and its workers, each a process as an operator starts it; give its address and the workers."""
    address = f"tcp://127.0.0.1:{free_port()}"
    place = ["--local-directory", str(tmp_path / "dask")]
    started = [
        subprocess.Popen(
            [
                sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard",
                "--port", address.rpartition(":")[2],
            ],
            cwd=CHECKOUT, stderr=subprocess.DEVNULL,
        )
    ]  # fmt: skip
    try:
        started += [
            subprocess.Popen(
                [
                    sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--nworkers", "1",
                    "--no-nanny", "--no-dashboard", *place,
                ],
                cwd=CHECKOUT, stderr=subprocess.DEVNULL,
            )
            for _ in range(count)
        ]  # fmt: skip
        from distributed import Client

        with Client(address, timeout=PATIENCE_S) as client:
            client.wait_for_workers(count, timeout=PATIENCE_S)
        yield address, started[1:]
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.mark.slow
def test_ingesting_with_a_worker_killed_in_the_middle_stores_the_same(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles", 300)
    alone = called("ingest", folder, "--workspace", tmp_path / "alone", "--json")
    assert alone.returncode == 1
    assert "article0001b.txt is empty" in alone.stderr
    with a_scheduler(tmp_path) as (address, (victim, _)):
        command = [
            sys.executable, "-m", "server", "ingest", str(folder), "--workspace", str(tmp_path / "many"), "--json",
            "--scheduler", address,
        ]  # fmt: skip
        # Read to the end through one reader: communicate() would pass over the lines that a reader has already taken in.
        with (
            (tmp_path / "errors.txt").open("w+", encoding="utf-8") as told,
            subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=told, text=True) as many,
        ):
            assert many.stdout is not None
            lines = [many.stdout.readline() for _ in range(40)]
            victim.kill()
            lines += many.stdout.readlines()
            many.wait(timeout=300)
        errors = (tmp_path / "errors.txt").read_text(encoding="utf-8")
    assert many.returncode == 1
    assert [json.loads(line) for line in lines] == [json.loads(line) for line in alone.stdout.splitlines()]
    assert "article0001b.txt is empty" in errors
    assert stored(tmp_path / "many") == stored(tmp_path / "alone")
    again = called("ingest", folder, "--workspace", tmp_path / "many", "--json", "--scheduler", "local")
    assert {json.loads(line)["new"] for line in again.stdout.splitlines()} == {False}
    assert stored(tmp_path / "many") == stored(tmp_path / "alone")


class LosingOne:
    """Workers of which one is killed once the first part of each job is there."""

    def __init__(self, workers: Workers, victims: list[subprocess.Popen[bytes]]) -> None:
        self._workers = workers
        self._victims = victims
        self.jobs: list[str] = []

    @property
    def count(self) -> int:
        return self._workers.count

    def sees(self, path: Path) -> bool:
        return self._workers.sees(path)

    def map(self, function: Callable[[Any, Any], Any], given: object, parts: Iterable[Any]) -> Iterator[Any]:
        self.jobs.append(function.__name__)
        for number, result in enumerate(self._workers.map(function, given, parts)):
            if number == 0 and self._victims:
                self._victims.pop().kill()
            yield result


@pytest.mark.slow
def test_building_with_a_worker_killed_in_each_job_gives_the_same_bytes(
    tmp_path: Path, root: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.coverage.PER_PARTITION", 5)
    monkeypatch.setattr("layers.engines.pyramid.MANY_POINTS", 10)
    monkeypatch.setattr("layers.engines.pyramid.PER_RUN", 3)
    few = Catalog.of(*(catalog[name] for name in ("borders", "corridors", "incidents")))
    folder = write_articles(tmp_path / "articles", 40)
    store = Workspace(tmp_path / "store")
    called("ingest", folder, "--workspace", store.path)
    machine = machine_reading(store.store_url)
    alone, _ = build_release(Workspace(tmp_path / "alone"), root, few, machine=machine)
    assert alone.receipt["layers"]["incidents"]["count"] > 40
    with a_scheduler(tmp_path, 3) as (address, started), connected(address, tell=lambda _: None) as workers:
        losing = LosingOne(workers, started[1:])
        many, is_new = build_release(Workspace(tmp_path / "many"), root, few, machine=machine, workers=losing)
    assert is_new
    assert losing.jobs == ["_joined", "_encoded"]
    assert many.id == alone.id
    files = {path.relative_to(alone.path) for path in alone.path.rglob("*") if path.is_file()}
    assert Path("pyramids/incidents.pmtiles") in files
    assert {path: (many.path / path).read_bytes() for path in files} == {
        path: (alone.path / path).read_bytes() for path in files
    }


@pytest.mark.slow
def test_reading_lines_with_workers_prints_the_same_bytes(tmp_path: Path) -> None:
    texts = sorted(write_articles(tmp_path / "articles", 70).glob("article*.txt"))
    lines = [json.dumps({"id": path.stem, "text": path.read_text(encoding="utf-8")}) for path in texts]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    outputs = []
    for scheduler in ("none", "local"):
        out = tmp_path / f"{scheduler}.jsonl"
        assert called("read", "--jsonl", tmp_path / "in.jsonl", "--out", out, "--scheduler", scheduler).returncode == 0
        outputs.append(out.read_bytes())
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b"\n") == len(texts)
