"""What takes seconds is refused in time, so that threads are left for the map."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from geo.errors import TooBusy
from server import exports
from server.cache import AnswerCache
from server.turns import MAKING, SENDING, THREADS, Turns, kept_or_made
from tests.live import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

LARGE = "/export/borders.geojson"


@contextmanager
def all_taken() -> Iterator[None]:
    """Hold all places of :data:`MAKING`, those of who waits too, which one thread cannot take by waiting."""
    held = 0
    while MAKING._places.acquire(blocking=False):
        held += 1
    try:
        yield
    finally:
        MAKING._places.release(held)


def test_threads_are_left_when_all_turns_are_taken() -> None:
    assert MAKING._places._value + SENDING._places._value <= THREADS - 4


def test_who_may_wait_waits_and_the_next_is_refused() -> None:
    turns = Turns(at_once=1, waiting=1, busy="Busy.")
    got_one = threading.Event()

    def wait() -> None:
        with turns.take():
            got_one.set()

    with turns.take():
        waiter = threading.Thread(target=wait)
        waiter.start()
        wait_until(lambda: not turns._places._value, "the waiter has its place")
        with pytest.raises(TooBusy, match="Ask again"), turns.take():
            pass
        assert not got_one.is_set()
    waiter.join(timeout=PATIENCE_S)
    assert got_one.is_set()
    with turns.take():
        pass


def test_a_turn_is_given_back_by_what_fails() -> None:
    turns = Turns(at_once=1, waiting=0, busy="Busy.")
    for _ in range(3):
        with pytest.raises(KeyError), turns.take():
            raise KeyError


def test_what_is_kept_needs_no_turn() -> None:
    cache: AnswerCache[bytes] = AnswerCache()
    assert kept_or_made(cache, "a", lambda: b"made") == b"made"
    with all_taken():
        assert kept_or_made(cache, "a", lambda: b"made again") == b"made"
        with pytest.raises(TooBusy):
            kept_or_made(cache, "b", lambda: b"")


def test_downloads_that_nobody_reads_keep_their_turns_until_they_are_closed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 0)
    opened: list[TestResponse] = []
    while (answer := client.get(LARGE, buffered=False)).status_code == 200:
        opened.append(answer)
    assert len(opened) == 4
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json is not None
    assert answer.json["type"] == "urn:corridormap:problem:too-busy"
    assert client.head(LARGE).status_code == 200
    assert client.get("/healthz").status_code == 200
    for each in opened:
        each.close()
    with client.get(LARGE, buffered=False) as again:
        assert again.status_code == 200
        assert again.get_data().startswith(b'{"type":"FeatureCollection"')


def test_a_file_that_cannot_be_written_gives_its_turn_back(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with all_taken():
        for _ in range(6):
            assert client.get("/export/borders.gpkg").status_code == 503
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 0)
    assert client.get(LARGE).status_code == 200
