"""Signing in and out: sessions that end when they should, doors that close, and nothing that a planted cookie could do."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from geo.errors import UnusableStore
from layers.releases import Releases
from layers.store.audit import Event
from layers.store.engine import writing
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config
from server.languages import DIRECTION, LANGUAGES
from server.people import clock, pages, passwords, sessions
from server.service import Service, bind
from tests.at_once import at_once
from tests.server.people.browsers import NAMES, WORDS, Browser

if TYPE_CHECKING:
    from layers.store.people import PeopleStore, Role

EDITOR = NAMES["editor"]


@pytest.fixture(autouse=True)
def time_s(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The clock of sessions and attempts: a list of one number that a test may change; by itself it stands still.

    A door that is closed for thirty seconds would be open again when a busy machine comes to the next attempt.
    """
    now = [clock.now_s()]
    monkeypatch.setattr(sessions, "now_s", lambda: now[0])
    return now


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie("corridormap")
    assert found is not None
    return found.value


def test_the_name_is_known_however_it_is_typed(browser: Browser) -> None:
    assert browser.sign_in("  ЗАХРА ").status_code == 303
    assert "Захра" in browser.get("/account").text


def test_the_cookie_is_for_this_service_alone(browser: Browser) -> None:
    answer = browser.sign_in(EDITOR)
    said = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(said.split("; "))
    assert "Secure" not in said, "plain http on this machine"
    assert "Domain" not in said
    assert "Expires" not in said


def test_over_tls_the_cookie_is_secure_and_limited_to_the_path(config: Config, people: PeopleStore) -> None:
    assert people.accounts()
    app = create_app(replace(config, public_url="https://maps.example.org/corridors", trust_proxy=True))
    answer = app.test_client().get("/login", headers={"Accept": "text/html"})
    said = answer.headers["Set-Cookie"]
    assert said.startswith("__Secure-corridormap=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/corridors"} <= set(said.split("; "))
    assert 'action="/corridors/login"' in answer.text
    app.extensions["corridormap.people"].close()


def test_signing_in_makes_a_new_session_and_a_new_token(browser: Browser) -> None:
    """Session fixation: what somebody else planted before is worth nothing after."""
    planted_token = browser.token("/login")
    planted = cookie(browser)
    assert browser.sign_in(EDITOR).status_code == 303
    assert cookie(browser) != planted
    stale = browser.client.post("/logout", data={"csrf_token": planted_token})
    assert stale.status_code == 403
    thief = Browser(browser.client.application.test_client())
    thief.client.set_cookie("corridormap", planted)
    assert thief.get("/account").status_code == 303


def test_signing_in_again_ends_the_session_before(browser: Browser) -> None:
    browser.sign_in(EDITOR)
    before = cookie(browser)
    token = browser.token()
    browser.client.post(
        "/login",
        data={"csrf_token": token, "name": NAMES["reader"], "password": WORDS},
        headers={"Accept": "text/html"},
    )
    thief = Browser(browser.client.application.test_client())
    thief.client.set_cookie("corridormap", before)
    assert thief.get("/account").status_code == 303
    assert NAMES["reader"] in browser.get("/account").text


def test_signing_out_ends_the_session_for_a_copied_cookie_too(browser: Browser, review_app: Flask) -> None:
    browser.sign_in(EDITOR)
    thief = Browser(review_app.test_client())
    thief.client.set_cookie("corridormap", cookie(browser))
    assert thief.get("/account").status_code == 200
    assert browser.post("/logout").location == "/login"
    assert thief.get("/account").status_code == 303
    assert browser.get("/account").status_code == 303


def test_another_password_ends_all_other_sessions(browser: Browser, review_app: Flask, people: PeopleStore) -> None:
    browser.sign_in(EDITOR)
    other = Browser(review_app.test_client())
    other.sign_in(EDITOR)
    before = cookie(browser)
    new = "ene mene muh und raus"
    answer = browser.post("/account/password", {"now": WORDS, "new": new, "again": new})
    assert answer.location == "/account?said=password"
    assert 'role="status"' in browser.get(answer.location).text
    assert other.get("/account").status_code == 303
    thief = Browser(review_app.test_client())
    thief.client.set_cookie("corridormap", before)
    assert thief.get("/account").status_code == 303, "the session goes on under a new token only"
    assert other.sign_in(EDITOR).status_code == 403
    assert other.sign_in(EDITOR, new).status_code == 303
    assert "password-changed" in {event.what for _, event in people.events(most=50)}


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        (
            {"now": "wrong wrong wrong", "new": "ene mene muh und raus", "again": "ene mene muh und raus"},
            403,
            "This is not the password",
        ),
        ({"now": WORDS, "new": "ene mene muh und raus", "again": "ene mene muh"}, 400, "twice"),
        ({"now": WORDS, "new": "short", "again": "short"}, 400, "shorter than 12"),
        ({"now": WORDS, "new": "aaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaa"}, 400, "repeats"),
        ({"now": WORDS, "new": "password1234", "again": "password1234"}, 400, "common password"),
        ({"now": WORDS, "new": "x" * 300, "again": "x" * 300}, 400, "longer than 256"),
        ({}, 403, "This is not the password"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(
    form: dict[str, str], status: int, said: str, browser: Browser
) -> None:
    browser.sign_in(EDITOR)
    answer = browser.post("/account/password?lang=en", form)
    assert answer.status_code == status
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert browser.post("/logout").status_code == 303
    assert browser.sign_in(EDITOR).status_code == 303


def test_signing_out_everywhere_ends_every_session(browser: Browser, review_app: Flask) -> None:
    browser.sign_in(EDITOR)
    other = Browser(review_app.test_client())
    other.sign_in(EDITOR)
    assert "2" in browser.get("/account").text
    assert browser.post("/account/sign-out-everywhere").status_code == 303
    assert other.get("/account").status_code == 303
    assert browser.get("/account").status_code == 303


def test_a_person_who_was_removed_is_out_at_once(browser: Browser, people: PeopleStore) -> None:
    browser.sign_in(EDITOR)
    people.remove(EDITOR, Event("2026-01-02T00:00:00Z", None, "account-removed"))
    assert browser.get("/account").status_code == 303
    assert browser.sign_in(EDITOR).status_code == 403


def test_a_session_ends_after_its_hours_and_after_idle_ones(
    browser: Browser, config: Config, time_s: list[int]
) -> None:
    browser.sign_in(EDITOR)
    time_s[0] += sessions.IDLE_S
    assert browser.get("/account").status_code == 200, "used in time, and so goes on"
    time_s[0] += sessions.IDLE_S
    assert browser.get("/account").status_code == 200
    time_s[0] += sessions.IDLE_S + 61
    assert browser.get("/account").status_code == 303
    browser.sign_in(EDITOR)
    for _ in range(config.session_hours):
        assert browser.get("/account").status_code == 200
        time_s[0] += 3600
    assert browser.get("/account").status_code == 303, "however much it is used"


@pytest.mark.parametrize("forged", ["", "x", "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb", "a" * 4000])
def test_a_forged_cookie_is_nobody(forged: str, review_app: Flask) -> None:
    browser = Browser(review_app.test_client())
    browser.client.set_cookie("corridormap", forged)
    assert browser.get("/account").status_code == 303


def test_a_cookie_signed_with_the_key_but_with_a_made_up_token_is_nobody(review_app: Flask) -> None:
    """Even who knows the key has no session: the store knows which there are."""
    client = review_app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = EDITOR
    assert Browser(client).get("/account").status_code == 303


def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nobody(browser: Browser, people: PeopleStore) -> None:
    wrong = browser.sign_in(EDITOR, "not the password")
    unknown = browser.sign_in("nobody of that name", "not the password")
    assert wrong.status_code == unknown.status_code == 403
    token = browser.token("/login")
    assert wrong.text.count("Name and password") == 1
    assert len(wrong.text) - len(unknown.text) == len(EDITOR) - len("nobody of that name")
    assert token
    logged = [event for _, event in people.events(most=9, what="sign-in-failed")]
    assert [event.who for event in logged] == [None, EDITOR]
    assert "nobody of that name" not in str(logged), "people type passwords into the field of names"
    assert "not the password" not in str(logged)


def test_an_unknown_name_costs_a_hash_too(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str | None] = []
    real = passwords.verified

    def counted(password: str, known: str | None) -> bool:
        compared.append(known)
        return real(password, known)

    monkeypatch.setattr(passwords, "verified", counted)
    browser.sign_in("nobody of that name", "not the password")
    browser.sign_in(EDITOR, "not the password")
    assert [bool(known) for known in compared] == [False, True]
    assert passwords._nobody().split("$")[:4] == (compared[1] or "").split("$")[:4], "the same work"


def test_failures_close_the_door_for_longer_and_longer(browser: Browser, time_s: list[int]) -> None:
    waits = []
    for _ in range(40):
        answer = browser.sign_in(EDITOR, "not the password")
        if answer.status_code == 429:
            wait_s = int(answer.headers["Retry-After"])
            assert str(wait_s) in answer.text
            waits.append(wait_s)
            assert browser.sign_in(EDITOR).status_code == 429, "the right password helps no more"
            time_s[0] += wait_s
        else:
            assert answer.status_code == 403
    assert waits[:6] == [30, 60, 120, 240, 480, 960]
    assert max(waits) <= 3600


def test_a_door_that_opened_again_lets_the_right_password_in(browser: Browser, time_s: list[int]) -> None:
    for _ in range(5):
        browser.sign_in(EDITOR, "not the password")
    assert browser.sign_in(EDITOR).status_code == 429
    time_s[0] += 30
    assert browser.sign_in(EDITOR).status_code == 303


def test_a_list_of_passwords_for_many_names_from_one_address_is_stopped(browser: Browser) -> None:
    statuses = [browser.sign_in(f"name{number}", "123456").status_code for number in range(40)]
    assert statuses.count(403) == 20
    assert statuses[20:] == [429] * 20


def test_a_list_from_many_addresses_is_stopped_but_shuts_nobody_out(review_app: Flask, time_s: list[int]) -> None:
    assert time_s

    def attempt(address: str, password: str) -> int:
        browser = Browser(review_app.test_client())
        token = browser.token("/login")
        form = {"csrf_token": token, "name": EDITOR, "password": password}
        return browser.client.post("/login", data=form, environ_base={"REMOTE_ADDR": address}).status_code

    assert attempt("192.0.2.200", WORDS) == 303
    statuses = [attempt(f"192.0.2.{number}", "not the password") for number in range(30)]
    assert statuses == [403] * 15 + [429] * 15
    assert attempt("192.0.2.77", WORDS) == 429
    assert attempt("192.0.2.200", WORDS) == 303, "from where they have signed in before they come in"


def test_one_ipv6_network_counts_as_one_address(review_app: Flask) -> None:
    statuses = []
    for number in range(25):
        browser = Browser(review_app.test_client())
        form = {"csrf_token": browser.token("/login"), "name": f"name{number}", "password": "123456"}
        address = f"2001:db8:1:2::{number:x}"
        statuses.append(browser.client.post("/login", data=form, environ_base={"REMOTE_ADDR": address}).status_code)
    assert statuses == [403] * 20 + [429] * 5


def test_two_processes_share_the_count(config: Config, people: PeopleStore) -> None:
    assert people.accounts()
    apps = [create_app(config), create_app(config)]
    browsers = [Browser(app.test_client()) for app in apps]
    statuses = [browsers[number % 2].sign_in(EDITOR, "not the password").status_code for number in range(8)]
    assert statuses == [403] * 5 + [429] * 3
    for app in apps:
        app.extensions["corridormap.people"].close()


def test_attempts_at_the_same_moment_are_no_way_around(review_app: Flask) -> None:
    browsers = [Browser(review_app.test_client()) for _ in range(12)]
    answers = at_once(lambda browser: browser.sign_in(EDITOR, "not the password"), browsers)
    assert sorted(answer.status_code for answer in answers) == [403] * 5 + [429] * 7


def test_a_script_that_is_locked_out_is_told_as_json(browser: Browser) -> None:
    for _ in range(5):
        browser.sign_in(EDITOR, "not the password")
    form = {"csrf_token": browser.token("/login"), "name": EDITOR, "password": WORDS}
    answer = browser.client.post("/login", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 429
    assert answer.json is not None
    assert answer.json["type"].endswith("too-many-attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= 30


ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "http:evil.example", "/\t/evil.example",
    "/\n/evil.example", "javascript:alert(1)", "evil.example", " /account", "/%0d%0aSet-Cookie:x=1\r\n", "///evil.example", "",
    "/login", "/logout", "/maps/../evil",
]  # fmt: skip


def test_signing_in_leads_to_pages_of_ours_only(review_app: Flask) -> None:
    for wanted in ELSEWHERE:
        browser = Browser(review_app.test_client())
        answer = browser.sign_in(EDITOR, then=wanted)
        assert answer.status_code == 303
        assert answer.location in {"/account", "/review"}, wanted
        again = browser.client.get("/login", query_string={"next": wanted})
        assert again.location in {"/account", "/review"}, wanted


@cache
def under_a_prefix() -> Flask:
    app = Flask(__name__)
    space = Workspace(Path("nowhere"))
    config = Config(workspace=space.path, root=Path("nowhere"), public_url="https://maps.example.org/maps")
    bind(app, Service(config, space, Releases(space), {}))
    return app


@given(st.text(max_size=40))
@example("/maps//evil.example/@x")
@example("/mapsx/account")
@example("/maps/account?next=//evil.example")
def test_next_never_leaves_the_prefix(wanted: str) -> None:
    with under_a_prefix().test_request_context("/login"):
        found = pages.own_path(wanted)
    landed = urlsplit(urljoin("https://maps.example.org/maps/login", found))
    assert (landed.scheme, landed.netloc) == ("https", "maps.example.org")
    assert landed.path.startswith("/maps/")


def test_every_page_is_there_in_four_languages(signed_in: dict[Role, Browser]) -> None:
    for lang in LANGUAGES:
        for path in ("/account", "/review/audit"):
            text = signed_in["editor"].get(f"{path}?lang={lang}").text
            assert f'<html lang="{lang}" dir="{DIRECTION[lang]}"' in text
            assert f'action="/logout?lang={lang}"' in text
    assert "تغییر گذرواژه" in signed_in["editor"].get("/account?lang=fa").text
    assert signed_in["editor"].get("/account?lang=xx").status_code == 400


def test_the_audit_page_tells_who_did_what_from_where(signed_in: dict[Role, Browser], people: PeopleStore) -> None:
    signed_in["reader"].get("/account")
    signed_in["reviewer"].post("/logout")
    text = signed_in["editor"].get("/review/audit?lang=en").text
    for said in (*NAMES.values(), "signed in", "signed out", "account added", "operator", "127.0.0.1"):
        assert said in text
    for number in range(120):
        people.record(Event(f"2026-01-01T00:00:{number % 60:02}Z", EDITOR, "signed-in", "192.0.2.1", {"n": number}))
    first = signed_in["editor"].get(f"/review/audit?who={EDITOR}").text
    assert first.count("<tr>") == 101
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = signed_in["editor"].get(html.unescape(following[1])).text
    assert "n: 19" in second
    assert "n: 20" not in second
    assert 'rel="next"' not in second
    assert signed_in["editor"].get("/review/audit?before=x").status_code == 400


def test_the_audit_log_cannot_be_changed(people: PeopleStore) -> None:
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with pytest.raises(UnusableStore, match="only added to"), writing(people.engine) as connection:
            connection.exec_driver_sql(statement)


def test_nothing_of_a_password_or_a_token_is_in_the_store(browser: Browser, config: Config) -> None:
    browser.sign_in(EDITOR)
    with browser.client.session_transaction() as session:
        token = session["_user_id"]
    content = b"".join(path.read_bytes() for path in config.workspace.glob("coverage.sqlite*"))
    assert token.encode() not in content
    assert WORDS.encode() not in content
    assert b"$argon2id$" in content
