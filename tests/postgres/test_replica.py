"""A service over a streaming replica: the primary's answers, its releases as they come, and what a replica takes back."""

from __future__ import annotations

import json
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from geo.errors import QueryTimeout, UnknownRelease, UnreachableDatabase
from layers.engines.postgis.database import Database as PooledDatabase
from layers.engines.postgis.load import load_release
from layers.engines.postgis.source import PostgisSource
from layers.filter import Filter
from layers.release import Release
from server.app import create_app
from server.config import Config
from tests.live import PATIENCE_S
from tests.postgres.database import Database
from tests.postgres.test_serving import ask, other_release, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.workspace import Workspace

pytestmark = pytest.mark.long

AT_ONCE = {"max_standby_streaming_delay": "0"}
"""A replica that never waits for its readers: each conflict is met."""


@pytest.fixture(scope="module")
def small(small_workspace: Workspace) -> Release:
    return Release.open(small_workspace.release_path(small_workspace.latest()))


@pytest.fixture(scope="module")
def primary_url(postgres: Database, small: Release) -> str:
    """A database of the primary with the small release. Load further ones into it."""
    url = postgres.create(postgis=True)
    load_release(small, url)
    return url


@pytest.fixture(scope="module")
def replica(postgres: Database, loaded_url: str, primary_url: str) -> Iterator[Database]:
    assert loaded_url != primary_url, "both are there before they are copied"
    database = Database(primary=postgres, settings=AT_ONCE)
    try:
        database.start()
        yield database
    finally:
        database.remove()


def there(url: str, database: Database) -> str:
    """The same database on another server."""
    return database.url(url.rpartition("/")[2])


def conflict(primary_url: str, primary: Database, replica: Database) -> None:
    """Clean away on the primary what a reader of the replica may still see; return when the replica has done so too."""
    with psycopg.connect(primary_url, autocommit=True) as connection:
        for statement in (
            "CREATE TABLE IF NOT EXISTS dead (number int)",
            "INSERT INTO dead SELECT generate_series(1, 1000)",
            "DELETE FROM dead",
            "VACUUM dead",
        ):
            connection.execute(statement)
    replica.catch_up(primary)


def test_a_service_over_a_replica_answers_as_over_files(
    replica: Database, loaded_url: str, workspace: Workspace, root: Path, release: Release, tmp_path: Path
) -> None:
    own = create_app(Config(workspace=workspace.path, root=root)).test_client()
    with serving(there(loaded_url, replica), tmp_path) as server:
        assert json.loads(ask(f"{server.url}/readyz")[2])["release"] == release.id
        for address in (
            "/counts?layer=incidents&category=attack",
            "/list?layer=incidents&limit=20&datetime=2010/..",
            "/export/incidents.geojson?category=attack,arrest",
            "/export/incidents.geojsonl",
            "/export/borders.csv",
            "/ogc/collections/incidents/items?limit=7&offset=3",
        ):
            status, _, body = ask(server.url + address)
            assert (status, body) == (HTTPStatus.OK, own.get(address, base_url=server.url).get_data()), address
        for address in (f"/tiles/{release.id}/incidents,borders/5/22/12.mvt", "/export/incidents.gpkg?category=attack"):
            assert ask(server.url + address)[0] == HTTPStatus.OK, address
        with pytest.raises(AssertionError, match="read-only"):
            load_refused(release, there(loaded_url, replica))


def load_refused(release: Release, url: str) -> None:
    try:
        load_release(release, url)
    except Exception as error:
        raise AssertionError(str(error)) from error


def test_a_query_that_a_replica_takes_back_is_asked_again(
    postgres: Database, replica: Database, primary_url: str
) -> None:
    database = PooledDatabase(there(primary_url, replica), timeout_s=2 * PATIENCE_S)
    answers: list[Any] = []
    # Asked twice: what is taken back once is answered, what is taken back again is told.
    slow = sql.SQL("SELECT pg_sleep(200)::text FROM corridormap.latest")

    def read() -> None:
        try:
            answers.append(database.rows(slow))
        except Exception as error:  # noqa: BLE001 -- looked at by the main thread
            answers.append(error)

    def wait_for_query(other_than: int | None) -> int:
        with psycopg.connect(replica.url(), autocommit=True) as connection:
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline:
                row = connection.execute(
                    "SELECT pid, query_start::text FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(200)%'"
                    " AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL"
                ).fetchone()
                if row is not None and hash(row) != other_than:
                    return hash(row)
                time.sleep(0.02)
        pytest.fail("the query did not come")

    database.row(sql.SQL("SELECT 1"))
    reader = threading.Thread(target=read)
    reader.start()
    first = wait_for_query(None)
    conflict(primary_url, postgres, replica)
    wait_for_query(first)
    assert answers == [], "it is asked again"
    conflict(primary_url, postgres, replica)
    reader.join(timeout=PATIENCE_S)
    assert isinstance(answers[0], UnreachableDatabase)
    assert "replica" in str(answers[0])
    assert "postgres@" not in str(answers[0])
    assert database.row(sql.SQL("SELECT 1")) == (1,), "the next one is answered at once"
    database.close()


def test_an_export_goes_on_after_what_a_replica_took_back(
    postgres: Database, replica: Database, primary_url: str, small: Release, tmp_path: Path
) -> None:
    database = PooledDatabase(there(primary_url, replica), timeout_s=PATIENCE_S)
    served = PostgisSource(database, tmp_path / "served").open(small.id)
    for wanted in (Filter(), Filter.parse({"bbox": ["40,20,100,60"]})):
        whole = [text for batch in small.features("border_segments").select(wanted).batches() for text in batch]
        reading = served.features("border_segments").select(wanted).batches(5)
        got = next(reading)
        for _ in range(3):
            conflict(primary_url, postgres, replica)
            got += next(reading)
        got += [text for batch in reading for text in batch]
        assert got == whole
    database.close()


def test_a_release_that_goes_while_it_is_read_ends_the_answer(
    postgres: Database, replica: Database, small: Release, small_workspace: Workspace, tmp_path: Path
) -> None:
    """An export of it breaks off, and is never taken for whole; the next request is told what there is."""
    url = postgres.create(postgis=True)
    load_release(small, url)
    replica.catch_up(postgres)
    database = PooledDatabase(there(url, replica), timeout_s=PATIENCE_S)
    source = PostgisSource(database, tmp_path / "served")
    served = source.open(source.latest())
    reading = served.features("border_segments").select(Filter()).batches(5)
    next(reading)
    second = other_release(small_workspace, tmp_path, "00000000000a")
    assert load_release(second, url, keep=1)["dropped"] == [small.id]
    replica.catch_up(postgres)
    with pytest.raises(UnknownRelease):
        list(reading)
    assert source.latest() == second.id
    assert source.open(second.id).features("borders").count == small.features("borders").count
    database.close()


def test_a_time_out_is_not_asked_again(replica: Database) -> None:
    database = PooledDatabase(replica.url(), timeout_s=0.2)
    with pytest.raises(QueryTimeout):
        database.rows(sql.SQL("SELECT pg_sleep(3)"))
    database.close()


@pytest.mark.slow
def test_a_release_comes_over_and_a_replica_becomes_primary_while_it_serves(
    postgres: Database, primary_url: str, small_workspace: Workspace, small: Release, tmp_path: Path
) -> None:
    """Every answer is right or a 503 that says when to ask again; after the change all are right."""
    replica = Database(primary=postgres)
    try:
        replica.start()
        url = there(primary_url, replica)
        with serving(url, tmp_path) as server:
            stop = threading.Event()
            answers: list[tuple[int, Any]] = []

            def load(place: int) -> None:
                number = 0
                while not stop.is_set():
                    number += 1
                    status, headers, body = ask(
                        f"{server.url}/export/borders.geojson?bbox=4{place},{number / 1e4},90,60"
                    )
                    document = json.loads(body)
                    if status == HTTPStatus.OK:
                        assert len(document["features"]) == document["numberMatched"]
                        answers.append((status, (document["release"], document["release_date"])))
                    else:
                        answers.append((status, headers.get("Retry-After")))

            threads = [threading.Thread(target=load, args=(place,)) for place in range(2)]
            for thread in threads:
                thread.start()
            second = other_release(small_workspace, tmp_path, "00000000000b")
            load_release(second, primary_url)
            replica.catch_up(postgres)
            assert json.loads(ask(f"{server.url}/readyz")[2])["release"] == second.id
            replica.promote()
            third = other_release(small_workspace, tmp_path, "00000000000c")
            load_release(third, url)
            assert json.loads(ask(f"{server.url}/readyz")[2])["release"] == third.id
            assert ask(f"{server.url}/counts?layer=borders")[0] == HTTPStatus.OK
            stop.set()
            for thread in threads:
                thread.join()
        dates = {each.id: each.receipt["date"] for each in (small, second, third)}
        assert {status for status, _ in answers} <= {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
        assert all(said for status, said in answers if status != HTTPStatus.OK)
        told = {said for status, said in answers if status == HTTPStatus.OK}
        assert all(dates[release_id] == date for release_id, date in told)
    finally:
        replica.remove()
