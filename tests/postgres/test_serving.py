"""A service over PostGIS: real processes, a database that goes away and comes back, a release that changes under load."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

import mapbox_vector_tile
import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from geo.errors import MissingRelease, QueryTimeout, UnknownRelease, UnreachableDatabase, UnusableStore
from layers.engines.postgis.database import Database as PooledDatabase
from layers.engines.postgis.database import told as fault_told
from layers.engines.postgis.load import load_release
from layers.engines.postgis.source import PostgisSource
from layers.filter import Filter
from layers.release import Release
from server.app import create_app
from server.cli import main
from server.config import Config
from tests.live import PATIENCE_S, LiveServer, start_server, stop_server, wait_until
from tests.postgres.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

    from layers.workspace import Workspace


@contextmanager
def serving(url: str, folder: Path) -> Iterator[LiveServer]:
    """A service with a workspace in which there is nothing: all that it needs comes from the database."""
    environment = {"CORRIDORMAP_DATABASE": url, "CORRIDORMAP_ENGINE": "postgis", "CORRIDORMAP_DATABASE_TIMEOUT_S": "60"}
    server = start_server(folder / "empty", folder / "log.txt", environment=environment)
    try:
        yield server
    finally:
        stop_server(server)


def ask(url: str) -> tuple[int, Message, bytes]:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
            status, headers, body = response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        status, headers, body = error.code, error.headers, error.read()
    return status, headers, gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body


@pytest.fixture(scope="module")
def small_url(postgres: Database, small_workspace: Workspace) -> str:
    """A database with the small release."""
    url = postgres.create(postgis=True)
    load_release(Release.open(small_workspace.release_path(small_workspace.latest())), url)
    return url


def statuses_of(answers: list[tuple[int, bool]]) -> set[int]:
    return {status for status, _ in answers}


def other_release(workspace: Workspace, folder: Path, new_id: str) -> Release:
    """A release that differs: the same features under another id, and all titles of its receipt changed."""
    path = folder / new_id
    shutil.copytree(workspace.release_path(workspace.latest()), path)
    receipt = json.loads((path / "release.json").read_text(encoding="utf-8"))
    receipt |= {"id": new_id, "date": "2031-01-01"}
    (path / "release.json").write_text(json.dumps(receipt), encoding="utf-8")
    return Release.open(path)


def test_the_service_answers_as_over_its_own_files(
    small_url: str, small_workspace: Workspace, root: Path, tmp_path: Path
) -> None:
    config = Config(workspace=small_workspace.path, root=root)
    own = create_app(config).test_client()
    theirs = create_app(
        Config(workspace=tmp_path / "empty", root=root, engine="postgis", database=small_url)
    ).test_client()
    release_id = small_workspace.latest()
    for address in (
        "/counts?layer=borders&bbox=60,30,75,45",
        "/list?layer=borders&limit=7",
        "/export/borders.geojson",
        "/export/borders.csv?bbox=60,30,75,45",
        "/export/borders.geojsonl",
        "/ogc/collections",
        "/ogc/collections/borders/items?limit=3&offset=2",
        "/ogc/collections/borders/items?limit=2&filter=status%3D'agreed'&crs=http://www.opengis.net/def/crs/EPSG/0/3857",
        "/ogc/collections/borders/queryables",
        "/codebook",
        "/object/none-such.geojson",
        "/counts?layer=none-such",
        "/counts?layer=borders&category=x",
    ):
        one, other = own.get(address), theirs.get(address)
        assert (one.status_code, one.get_data()) == (other.status_code, other.get_data()), address
        if one.status_code == HTTPStatus.OK:
            assert one.headers["ETag"] == other.headers["ETag"], address
            etag = other.headers["ETag"]
            assert theirs.get(address, headers={"If-None-Match": etag}).status_code == HTTPStatus.NOT_MODIFIED
    tile = f"/tiles/{release_id}/borders/4/11/6.mvt"
    one, other = own.get(tile), theirs.get(tile)
    assert mapbox_vector_tile.decode(one.get_data()) == mapbox_vector_tile.decode(other.get_data())
    assert one.headers["ETag"] != other.headers["ETag"], "bytes may differ, so a strong ETag must"
    assert theirs.get(tile, headers={"If-None-Match": other.headers["ETag"]}).status_code == HTTPStatus.NOT_MODIFIED


@pytest.mark.long
def test_a_web_node_needs_the_database_alone(loaded_url: str, tmp_path: Path, release: Release) -> None:
    with serving(loaded_url, tmp_path) as server:
        status, _, body = ask(f"{server.url}/readyz")
        assert (status, json.loads(body)["release"]) == (HTTPStatus.OK, release.id)
        for address in (
            "/",
            f"/tiles/{release.id}/incidents,borders/3/5/3.mvt",
            "/export/incidents.gpkg?category=attack",
        ):
            assert ask(server.url + address)[0] == HTTPStatus.OK, address
        status, _, body = ask(f"{server.url}/export/incidents.csv?category=attack")
        kept = release.features("incidents").select(Filter(category=("attack",)))
        assert body.count(b"\r\n") == kept.matched + 1


@pytest.mark.long
def test_a_database_that_goes_away_and_comes_back(small_workspace: Workspace, tmp_path: Path) -> None:
    """503 with Retry-After while it is away, the same bytes when it is back, and no restart."""
    database = Database()
    try:
        database.start()
        url = database.create(postgis=True)
        release = Release.open(small_workspace.release_path(small_workspace.latest()))
        load_release(release, url)
        with serving(url, tmp_path) as server:
            # Each request asks for something else, so that no cache answers.
            numbers = iter(range(1, 50_000))
            answers: list[tuple[int, bool]] = []

            def load() -> None:
                while not stop.is_set():
                    year = next(numbers)
                    tile = f"{server.url}/tiles/{release.id}/borders/4/11/6.mvt?bbox=40,{year / 1000},90,60"
                    status, headers, body = ask(tile)
                    answers.append((status, body == before if status == HTTPStatus.OK else "Retry-After" in headers))

            _, _, before = ask(f"{server.url}/tiles/{release.id}/borders/4/11/6.mvt?bbox=40,0,90,60")
            stop = threading.Event()
            threads = [threading.Thread(target=load) for _ in range(2)]
            for thread in threads:
                thread.start()
            wait_until(lambda: len(answers) >= 4, "some are answered")
            away = len(answers)
            database.stop()
            wait_until(lambda: HTTPStatus.SERVICE_UNAVAILABLE in statuses_of(answers), "it is seen to be away")
            status, headers, body = ask(f"{server.url}/counts?layer=borders&bbox=1,1,2,2")
            assert status == HTTPStatus.SERVICE_UNAVAILABLE
            assert int(headers["Retry-After"]) > 0
            assert json.loads(body)["type"].endswith(("unreachable-database",))
            assert ask(f"{server.url}/readyz")[0] == HTTPStatus.SERVICE_UNAVAILABLE
            assert ask(f"{server.url}/healthz")[0] == HTTPStatus.OK
            database.start()
            # Both workers find out by themselves, each at its next request.
            wait_until(lambda: statuses_of(answers[-20:]) == {HTTPStatus.OK}, "both workers recover")
            assert ask(f"{server.url}/counts?layer=borders&bbox=1,1,2,2")[0] == HTTPStatus.OK
            back = len(answers)
            wait_until(lambda: len(answers) >= back + 20, "they go on")
            stop.set()
            for thread in threads:
                thread.join()
        assert statuses_of(answers) == {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
        assert all(is_right for _, is_right in answers), "no wrong data, and Retry-After with every 503"
        assert statuses_of(answers[:away]) == {HTTPStatus.OK}
        assert statuses_of(answers[back:]) == {HTTPStatus.OK}
    finally:
        database.remove()


@pytest.mark.slow
def test_a_release_that_changes_under_load_gives_no_mixed_answer(
    postgres: Database, small_workspace: Workspace, tmp_path: Path
) -> None:
    """What an answer says of its release and what it holds belong together at every moment."""
    url = postgres.create(postgis=True)
    first = Release.open(small_workspace.release_path(small_workspace.latest()))
    load_release(first, url)
    dates = {first.id: first.receipt["date"]}
    seen: list[tuple[str, str]] = []
    failures: list[int] = []
    with serving(url, tmp_path) as server:
        stop = threading.Event()

        def load() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                status, _, body = ask(f"{server.url}/export/borders.geojson?bbox=40,{number % 500 / 100},90,60")
                if status != HTTPStatus.OK:
                    failures.append(status)
                    continue
                document = json.loads(body)
                seen.append((document["release"], document["release_date"]))
                assert len(document["features"]) == document["numberMatched"]

        threads = [threading.Thread(target=load) for _ in range(2)]
        for thread in threads:
            thread.start()
        for number in range(3):
            new = other_release(small_workspace, tmp_path, f"{number:012x}")
            dates[new.id] = new.receipt["date"]
            load_release(new, url, keep=10)
            wait_until(lambda: any(said == new.id for said, _ in seen), "it is read")  # noqa: B023 -- asked at once
            status, _, body = ask(f"{server.url}/readyz")
            assert (status, json.loads(body)["release"]) == (HTTPStatus.OK, new.id), "at the next request"
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert {release_id for release_id, _ in seen} == set(dates)
    assert all(dates[release_id] == date for release_id, date in seen)


def test_what_fails_leaves_nothing_and_old_releases_go(
    postgres: Database, small_workspace: Workspace, tmp_path: Path
) -> None:
    url = postgres.create(postgis=True)
    database = PooledDatabase(url, timeout_s=PATIENCE_S)
    source = PostgisSource(database, tmp_path / "served")
    with pytest.raises(MissingRelease, match="load-release"):
        source.latest()
    first = Release.open(small_workspace.release_path(small_workspace.latest()))
    assert load_release(first, url)["new"]
    assert not load_release(first, url)["new"]
    assert source.latest() == first.id
    second = other_release(small_workspace, tmp_path, "0123456789ab")
    (second.path / "columns" / "border_segments.columns").unlink()
    with pytest.raises(Exception, match="border_segments"):
        load_release(second, url)
    assert source.latest() == first.id
    with pytest.raises(UnknownRelease):
        source.open(second.id)
    third = other_release(small_workspace, tmp_path, "ba9876543210")
    assert load_release(third, url, keep=1)["dropped"] == [first.id]
    assert source.latest() == third.id
    with psycopg.connect(url) as connection:
        schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'corridormap%' ORDER BY 1")
        assert [row[0] for row in schemas] == ["corridormap", f"corridormap_{third.id}"]
    database.close()


def test_faults_are_told(
    postgres: Database, small_workspace: Workspace, small_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = PooledDatabase(small_url, timeout_s=1.5)
    with pytest.raises(QueryTimeout, match=r"1\.5 s"):
        slow.rows(sql.SQL("SELECT pg_sleep(60)"))
    assert slow.row(sql.SQL("SELECT 1")) == (1,)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        slow.rows(sql.SQL("CREATE TABLE written (id int)"))
    slow.close()
    monkeypatch.setattr("layers.engines.postgis.database.WAIT_S", 1.0)
    away = PooledDatabase("postgresql://maps:secret@127.0.0.1:1/maps")
    with pytest.raises(UnreachableDatabase, match=r"maps on 127\.0\.0\.1") as told:
        away.rows(sql.SQL("SELECT 1"))
    assert "secret" not in str(told.value)
    away.close()
    release = Release.open(small_workspace.release_path(small_workspace.latest()))
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
    with pytest.raises(UnusableStore, match="Name one that you own"):
        load_release(release, small_url.replace("postgres@", "reader@"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('FATAL:  password authentication failed for user "maps"', "refuses the user or the password.*Mend them"),
        ("fe_sendauth: no password supplied", "refuses the user or the password"),
        ('FATAL:  role "maps" does not exist', "refuses the user or the password"),
        ('FATAL:  database "none" does not exist', "There is no database none on db.*createdb"),
        ("Connection refused", "none on db does not answer.*Try again"),
    ],
)
def test_why_a_database_cannot_be_reached_is_told_without_the_user(said: str, expected: str) -> None:
    with pytest.raises(UnreachableDatabase, match=expected) as met, fault_told("postgresql://maps:secret@db/none", 1):
        raise psycopg.OperationalError(f"connection failed: {said}")
    assert "maps" not in str(met.value)
    assert "secret" not in str(met.value)


def test_a_release_is_not_loaded_into_a_database_that_is_not_there(
    postgres: Database, small_workspace: Workspace
) -> None:
    release = Release.open(small_workspace.release_path(small_workspace.latest()))
    with pytest.raises(UnreachableDatabase, match="There is no database nowhere on"):
        load_release(release, postgres.url("nowhere"))


def test_the_command_loads_and_says_so(postgres: Database, small_workspace: Workspace) -> None:
    url = postgres.create()
    asked = ["load-release", "--workspace", str(small_workspace.path), "--database", url]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    assert "It is served now" in result.output
    told = json.loads(CliRunner().invoke(main, [*asked, "--json"]).output)
    assert (told["release"], told["new"]) == (small_workspace.latest(), False)
    garbled = CliRunner().invoke(main, [*asked[:-1], "not=a url=with sesame"])
    assert garbled.exit_code == 1
    assert "postgresql://user@host/name" in garbled.output
    assert "sesame" not in garbled.output
    nameless = CliRunner().invoke(main, asked[:3])
    assert nameless.exit_code == 1
    assert "CORRIDORMAP_DATABASE" in nameless.output
