"""The tile cache answers as Flask would, only sooner, and makes each tile once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.answers import IMMUTABLE
from server.app import create_app
from server.cache import AnswerCache
from server.config import Config
from server.tilecache import TileCache
from tests.at_once import at_once
from tests.live import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.release import Release
    from layers.workspace import Workspace


@pytest.fixture
def path(release: Release) -> str:
    return f"/tiles/{release.id}/borders,incidents/4/11/6.mvt"


def count_calls(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every request that reaches Flask behind the cache."""
    calls: list[str] = []
    cache = client.application.wsgi_app
    assert isinstance(cache, TileCache)
    behind = cache._application

    def noting(environ: Any, start_response: Any) -> Any:
        calls.append(environ["PATH_INFO"])
        return behind(environ, start_response)

    monkeypatch.setattr(cache, "_application", noting)
    return calls


@pytest.fixture
def fresh(workspace: Workspace, root: Path) -> FlaskClient:
    return create_app(Config(workspace=workspace.path, root=root)).test_client()


def test_the_second_answer_is_the_first_and_wakes_nobody(
    fresh: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = count_calls(fresh, monkeypatch)
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        first, second = (fresh.get(path, headers=headers) for _ in range(2))
        assert first.status_code == second.status_code == 200
        assert first.data == second.data
        assert dict(first.headers) == dict(second.headers)
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        assert first.headers["Vary"] == "Accept-Encoding"
        assert int(first.headers["Content-Length"]) == len(first.data)
    assert len(calls) == 2


def test_head_and_conditions_are_answered_from_the_cache(
    fresh: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = count_calls(fresh, monkeypatch)
    head = fresh.head(path)
    body = fresh.get(path)
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Length"] == body.headers["Content-Length"]
    etag = body.headers["ETag"]
    assert etag.startswith('"')
    for asked in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        answer = fresh.get(path, headers={"If-None-Match": asked})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == etag
        assert "Content-Length" not in answer.headers
    assert fresh.get(path, headers={"If-None-Match": '"x"'}).status_code == 200
    assert len(calls) == 1


def test_a_tile_that_a_browser_has_is_not_made(
    fresh: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch, client: FlaskClient
) -> None:
    import server.tiles

    etag = client.get(path).headers["ETag"]
    monkeypatch.setattr(server.tiles, "encode_tile", lambda *_: pytest.fail("it was made"))
    application = fresh.application.wsgi_app
    assert isinstance(application, TileCache)
    fresh.application.wsgi_app = application._application  # type: ignore[method-assign, assignment]  # Flask's own way
    assert fresh.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_an_etag_is_of_all_that_decides_the_bytes(client: FlaskClient, release: Release, path: str) -> None:
    def etag(address: str, **headers: str) -> str:
        return client.get(address, headers=headers).headers["ETag"]

    different = {
        etag(path),
        etag(path, **{"Accept-Encoding": "gzip"}),
        etag(path.replace("borders,incidents", "borders")),
        etag(f"{path}?category=attack"),
        etag(f"{path}?point_of_view=iso"),
        etag(path.replace("4/11/6", "3/5/3")),
    }
    assert len(different) == 6
    assert etag(f"{path}?category=attack,arrest") == etag(f"{path}?category=arrest&category=attack")
    assert etag(f"{path}?v={release.tile_mark}") == etag(path)


def test_only_tiles_are_kept(fresh: FlaskClient, release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count_calls(fresh, monkeypatch)
    for address, status in (
        (f"/tiles/{release.id}/borders/99/0/0.mvt", 404),
        (f"/tiles/{release.id}/borders/0/0/0.mvt?category=attack", 400),
        (f"/tiles/{release.id}/nothing/0/0/0.mvt", 404),
        ("/tiles/000000000000/borders/0/0/0.mvt", 404),
        ("/tiles/latest/borders/0/0/0.mvt", 307),
        ("/healthz", 200),
    ):
        assert [fresh.get(address).status_code for _ in range(2)] == [status, status]
    assert len(calls) == 12
    empty = f"/tiles/{release.id}/incidents/5/2/20.mvt?v={release.tile_mark}"
    assert [fresh.get(empty).status_code for _ in range(2)] == [204, 204]
    assert fresh.get(empty).headers["Cache-Control"] == IMMUTABLE
    assert len(calls) == 13


def test_what_many_ask_for_at_once_is_made_once() -> None:
    cache: AnswerCache[bytes] = AnswerCache()
    asked: list[int] = []
    made: list[int] = []

    def make() -> bytes:
        wait_until(lambda: len(asked) == 8, "all have asked")
        made.append(1)
        return b"tile"

    def ask(key: str) -> bytes:
        asked.append(1)
        return cache.get_or_make(key, make)

    assert at_once(ask, ["key"] * 8) == [b"tile"] * 8
    assert len(made) == 1


def test_an_error_is_everybodys_own_and_kept_by_nobody() -> None:
    cache: AnswerCache[bytes] = AnswerCache()

    def fail() -> bytes:
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            cache.get_or_make("key", fail)
    assert cache.get_or_make("key", lambda: b"after all") == b"after all"


def test_the_cache_keeps_to_its_bytes() -> None:
    cache: AnswerCache[bytes] = AnswerCache(limit_bytes=1000)
    for i in range(50):
        cache.get_or_make(f"{i:02}", lambda: b"x" * 98)
    assert cache.get("49") is not None
    assert cache.get("00") is None
    assert cache._size[0] <= 1000
    cache.get_or_make("large", lambda: b"x" * 900)
    assert cache.get("large") is None
