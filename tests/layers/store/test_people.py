"""Accounts, sessions, attempts and uploads in the store, whatever the moment and the order."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.errors import InvalidAccount, UnknownAccount, UnusableStore
from layers.store.attempts import FORGOTTEN_S, Limit
from layers.store.audit import Event
from layers.store.engine import open_engine, writing
from layers.store.people import PeopleStore, checked_name, name_key
from layers.store.schema import downgrade, revision_of
from layers.store.sessions import Session
from layers.store.uploads import Upload, UploadStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = "2026-03-01T12:00:00Z"
LIMIT = Limit("account ali", free=3, first_lock_s=10, longest_lock_s=100, is_cleared=True)
SHARED = Limit("address 192.0.2.1", free=5, first_lock_s=10, longest_lock_s=100, is_cleared=False)


def event(what: str = "something", who: str | None = None) -> Event:
    return Event(AT, who, what)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PeopleStore]:
    with PeopleStore.open(f"sqlite:///{tmp_path / 'coverage.sqlite'}") as opened:
        yield opened


def test_an_account_is_found_by_any_spelling_of_its_name(store: PeopleStore) -> None:
    store.add("Әсел Нұрлан", "reviewer", "hash", event())
    for name in ("әсел нұрлан", " ӘСЕЛ  НҰРЛАН", "Әсел Нұрлан"):
        found = store.account(name)
        assert found is not None
        assert found.name == "Әсел Нұрлан"
    assert store.account("Асел") is None
    with pytest.raises(InvalidAccount, match="has an account already"):
        store.add("ӘСЕЛ НҰРЛАН", "editor", "hash", event())


@given(st.text(max_size=80))
@example("a\u200cb")
@example("ﷺ" * 64)
def test_a_name_has_one_form_and_one_key(name: str) -> None:
    try:
        checked = checked_name(name)
    except InvalidAccount:
        return
    assert checked_name(checked) == checked
    assert 1 <= len(checked) <= 64
    assert name_key(checked) == name_key(name)
    assert name_key(name_key(checked)) == name_key(checked)
    assert name_key(checked) == name_key(checked.upper().lower()) or not checked.isascii()


def test_what_needs_an_account_says_when_there_is_none(store: PeopleStore) -> None:
    store.add("Ali", "reader", "hash", event())
    store.remove("Ali", event())
    for name in ("Ali", "Nobody"):
        for action in (
            lambda name: store.set_role(name, "editor", event()),
            lambda name: store.set_password(name, "hash", event()),
            lambda name: store.remove(name, event()),
            lambda name: store.end_sessions(name, event()),
        ):
            with pytest.raises(UnknownAccount):
                action(name)
    found = store.account("Ali")
    assert found is not None
    assert (found.password, found.removed_at) == ("", AT)


def test_sessions_end_alone_all_but_one_and_all(store: PeopleStore) -> None:
    person = store.add("Ali", "reader", "hash", event())
    other = store.add("Zahra", "reader", "hash", event())
    for token, owner in (("a", person), ("b", person), ("c", person), ("z", other)):
        store.begin_session(Session(token, owner.id, 0, 0, 1000), event())
    store.end_session("a", event())
    assert store.person_of("a", now_s=1, idle_s=100) is None
    assert store.count_sessions("Ali", now_s=1, idle_s=100) == 2
    assert store.set_password("Ali", "new", event(), keep="b") == 1
    assert store.person_of("b", now_s=1, idle_s=100) is not None
    assert store.person_of("c", now_s=1, idle_s=100) is None
    assert store.end_sessions("Ali", event()) == 1
    assert store.person_of("z", now_s=1, idle_s=100) is not None, "of another person"


def test_a_session_is_written_to_once_in_a_while_only(store: PeopleStore) -> None:
    person = store.add("Ali", "reader", "hash", event())
    store.begin_session(Session("a", person.id, 0, 0, 10_000), event())
    for now_s in range(0, 1000, 10):
        assert store.person_of("a", now_s=now_s, idle_s=100) is not None
    assert store.person_of("a", now_s=1200, idle_s=100) is None
    store.begin_session(Session("b", person.id, 10_000, 10_000, 20_000), event())
    assert store.person_of("a", now_s=1, idle_s=100_000) is None, "forgotten, as it had ended"


@pytest.fixture(scope="module")
def counting() -> Iterator[PeopleStore]:
    """A store for attempts that are told apart by what they count."""
    with PeopleStore.open("sqlite://") as opened:
        yield opened


NUMBERS = count()


@settings(max_examples=30)
@given(steps=st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=40))
def test_no_order_of_attempts_passes_more_than_the_limit(counting: PeopleStore, steps: list[tuple[int, bool]]) -> None:
    """After the free failures each further one is let through only when the lock of the one before has ended."""
    limit = replace(LIMIT, of=f"account {next(NUMBERS)}")
    now_s, failures, locked_until_s = 1_000_000, 0, 0
    for later_s, succeeds in steps:
        now_s += later_s
        counted = counting.count_attempt([limit], now_s=now_s)
        assert counted.wait_s == max(0, locked_until_s - now_s)
        if counted.wait_s:
            continue
        failures += 1
        assert counted.locks == (failures >= limit.free)
        locked_until_s = now_s + limit.lock_s(failures)
        if succeeds:
            counting.attempt_succeeded([limit])
            failures, locked_until_s = 0, 0


def test_who_signs_in_does_not_open_the_door_for_their_address(store: PeopleStore) -> None:
    """A person with an account at the same address cannot keep its count low for another one's attempts."""
    passed = 0
    for number in range(30):
        if store.count_attempt([Limit(f"account {number}", 3, 10, 100, is_cleared=True), SHARED], now_s=1).wait_s == 0:
            passed += 1
        own = [LIMIT, SHARED]
        if store.count_attempt(own, now_s=1).wait_s == 0:
            store.attempt_succeeded(own)
    assert passed == SHARED.free


def test_failures_are_forgotten_after_a_day(store: PeopleStore) -> None:
    for _ in range(LIMIT.free):
        store.count_attempt([LIMIT], now_s=0)
    assert store.count_attempt([LIMIT], now_s=5).wait_s == 5
    assert not store.count_attempt([LIMIT], now_s=FORGOTTEN_S + 11).locks


def test_a_clock_that_is_set_back_locks_nobody_out(store: PeopleStore) -> None:
    for _ in range(LIMIT.free):
        store.count_attempt([LIMIT, SHARED], now_s=10_000_000)
    assert store.count_attempt([LIMIT, SHARED], now_s=10_000_001).wait_s == 9
    counted = store.count_attempt([LIMIT, SHARED], now_s=1_000)
    assert (counted.wait_s, counted.locks) == (0, True), "the failures still count"
    assert store.count_attempt([LIMIT, SHARED], now_s=1_000).wait_s == 20


def test_a_session_of_a_clock_that_is_set_back_far_has_ended(store: PeopleStore) -> None:
    person = store.add("Ali", "reader", "hash", event())
    store.begin_session(Session("a", person.id, 10_000, 10_000, 20_000), event())
    assert store.person_of("a", now_s=9_000, idle_s=1_000) is not None
    assert store.count_sessions("Ali", now_s=9_000, idle_s=1_000) == 1
    assert store.person_of("a", now_s=8_001, idle_s=1_000) is not None, "it was seen at the clock's own time"
    assert store.person_of("a", now_s=7_000, idle_s=1_000) is None
    assert store.count_sessions("Ali", now_s=7_000, idle_s=1_000) == 0


def test_uploads_wait_in_the_order_in_which_they_came(store: PeopleStore) -> None:
    store.add("Ali", "reviewer", "hash", event())
    uploads = UploadStore(store.engine)
    for number in range(3):
        at = f"2026-03-01T12:00:0{number}.000Z"
        uploads.add(
            Upload(f"{9 - number}", "Ali", f"{number}.txt", "text", "0" * 64, 5, None, at), event("uploaded", "Ali")
        )
    assert uploads.count_open() == uploads.count_open("Ali") == 3
    assert uploads.count_open("Zahra") == 0
    taken = [uploads.take_next() for _ in range(4)]
    assert [each and each.file_name for each in taken] == ["0.txt", "1.txt", "2.txt", None]
    uploads.done("9", article="a" * 64, candidates=2, event=event("upload-read", "Ali"))
    uploads.failed("8", fault="No.", hint="Do.", event=event("upload-failed", "Ali"))
    assert [each.state for each in uploads.latest(9)] == ["reading", "failed", "done"]
    assert uploads.one("9") == uploads.latest(9)[2]
    assert uploads.one("x") is None
    assert not uploads.give_back("9"), "it is done"


def test_going_back_drops_people_and_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'coverage.sqlite'}"
    with PeopleStore.open(url) as store:
        store.add("Ali", "reader", "hash", event())
    engine = open_engine(url)
    downgrade(engine, "0001")
    assert revision_of(engine) == "0001"
    with writing(engine) as connection, pytest.raises(Exception, match="no such table"):
        connection.exec_driver_sql("SELECT * FROM people")
    engine.dispose()
    with PeopleStore.open(url) as store:
        assert store.accounts() == ()


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableStore, match="cannot be used"):
        PeopleStore.open(f"sqlite:///{tmp_path / 'missing' / 'coverage.sqlite'}")
