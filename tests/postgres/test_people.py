"""People on PostgreSQL: the same answers as on SQLite, also when many ask at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo.errors import UnusableStore
from layers.store.attempts import Limit
from layers.store.audit import Event
from layers.store.engine import writing
from layers.store.people import PeopleStore
from layers.store.sessions import Session
from layers.store.uploads import Upload, UploadStore
from tests.at_once import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = "2026-03-01T12:00:00Z"


@pytest.fixture
def store(store_url: str) -> Iterator[PeopleStore]:
    with PeopleStore.open(store_url) as opened:
        yield opened


def test_a_person_signs_in_uploads_and_leaves(store: PeopleStore) -> None:
    person = store.add("Захра", "reviewer", "hash", Event(AT, None, "account-added"))
    store.begin_session(Session("a" * 64, person.id, 0, 0, 4_000_000_000), Event(AT, "Захра", "signed-in", "192.0.2.1"))
    found = store.person_of("a" * 64, now_s=100, idle_s=1000)
    assert found == person
    assert store.has_signed_in("Захра", "192.0.2.1")
    assert not store.has_signed_in("Захра", "192.0.2.2")
    uploads = UploadStore(store.engine)
    uploads.add(
        Upload("1" * 32, "Захра", "a.pdf", "pdf", "0" * 64, 5, None, AT), Event(AT, "Захра", "uploaded", None, {"n": 1})
    )
    taken = uploads.take_next()
    assert taken is not None
    assert (taken.state, taken.tries) == ("reading", 1)
    assert uploads.give_back(taken.id)
    store.remove("захра", Event(AT, None, "account-removed"))
    assert store.person_of("a" * 64, now_s=100, idle_s=1000) is None
    assert [event.what for _, event in store.events(most=9)] == [
        "account-removed", "uploaded", "signed-in", "account-added",
    ]  # fmt: skip
    assert store.events(most=1, what="uploaded")[0][1].detail == {"n": 1}


def test_the_audit_log_cannot_be_changed(store: PeopleStore) -> None:
    store.record(Event(AT, None, "something"))
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with pytest.raises(UnusableStore, match="only added to"), writing(store.engine) as connection:
            connection.exec_driver_sql(statement)


def test_attempts_at_the_same_moment_are_no_way_around(store: PeopleStore) -> None:
    limit = Limit("account ali", free=3, first_lock_s=10, longest_lock_s=100, is_cleared=True)
    waits_s = at_once(lambda at_s: store.count_attempt([limit], now_s=at_s).wait_s, [1] * 10)
    assert waits_s.count(0) == 3
    assert len(waits_s) == 10
