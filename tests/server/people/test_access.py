"""Who may reach which route: every one of the app, as it is, is asked without a session, without a token, and by each role."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from layers.store.audit import Event
from layers.store.people import ROLES, PeopleStore
from server.app import create_app
from server.people.access import ANYBODY, role_of
from server.people.switch import CHANGING
from tests.live import CHECKOUT
from tests.server.people.browsers import NAMES, Browser

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from werkzeug.routing import Rule

    from layers.store.people import Role
    from server.config import Config

NOT_FOR_READERS = ("/review", "/account", "/logout")


def address(rule: Rule) -> str:
    """An address of a rule, with something in the place of each part that varies."""
    return re.sub(r"<[^>]+>", "1", rule.rule)


def guarded(app: Flask) -> list[tuple[Rule, str]]:
    marked = ((rule, role_of(app.view_functions[rule.endpoint])) for rule in app.url_map.iter_rules())
    return [(rule, role) for rule, role in marked if role is not None]


def changing(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method) for rule in app.url_map.iter_rules() for method in sorted(CHANGING & (rule.methods or set()))
    ]


def test_every_route_that_changes_something_says_who_may_call_it(review_app: Flask) -> None:
    found = changing(review_app)
    assert len(found) >= 4
    for rule, method in found:
        role = role_of(review_app.view_functions[rule.endpoint])
        assert role in ROLES or (role == ANYBODY and rule.rule == "/login"), f"{method} {rule.rule}"


def test_every_route_of_review_says_who_may_call_it(review_app: Flask) -> None:
    for rule in review_app.url_map.iter_rules():
        if rule.rule.startswith(NOT_FOR_READERS):
            assert role_of(review_app.view_functions[rule.endpoint]) in ROLES, rule.rule


def test_no_route_that_changes_something_answers_without_a_session(review_app: Flask) -> None:
    stranger = Browser(review_app.test_client())
    token = stranger.token("/login")
    for rule, method in changing(review_app):
        if rule.rule == "/login":
            continue
        for headers in ({}, {"X-CSRFToken": token}):
            answer = stranger.client.open(address(rule), method=method, headers=headers, data={"csrf_token": token})
            assert answer.status_code == 401, f"{method} {rule.rule}"
            assert answer.headers["WWW-Authenticate"]


def test_no_route_that_changes_something_answers_without_the_token(
    review_app: Flask, signed_in: dict[Role, Browser]
) -> None:
    for rule, method in changing(review_app):
        role = role_of(review_app.view_functions[rule.endpoint])
        who = signed_in["editor"] if role != ANYBODY else Browser(review_app.test_client())
        answer = who.client.open(address(rule), method=method, data={"name": "x"})
        assert answer.status_code == 403, f"{method} {rule.rule}"
        assert answer.json is not None
        assert answer.json["type"] == "urn:corridormap:problem:forged-request"
        assert "Reload the page" in answer.json["hint"]


def test_a_refusal_carries_the_id_of_its_request_and_has_a_line_in_the_log(
    review_app: Flask, signed_in: dict[Role, Browser], caplog: pytest.LogCaptureFixture
) -> None:
    asked = {
        401: (review_app.test_client(), "GET", "/review/decisions"),
        403: (signed_in["reader"].client, "GET", "/review/audit"),
        413: (signed_in["reviewer"].client, "POST", "/review/decisions"),
    }
    with caplog.at_level("INFO", logger="corridormap.requests"):
        for status, (client, method, path) in asked.items():
            caplog.clear()
            said = {"CONTENT_LENGTH": "60000000"} if status == 413 else {}
            headers = {"X-Request-ID": f"asked-{status}"}
            answer = client.open(path, method=method, headers=headers, environ_overrides=said)
            assert answer.status_code == status
            assert answer.headers["X-Request-ID"] == f"asked-{status}"
            answer.close()
            assert f"{method} {path} {status}" in caplog.messages


def test_no_page_of_another_site_is_let_in_by_an_address_of_people(
    review_app: Flask, signed_in: dict[Role, Browser]
) -> None:
    for rule, _ in guarded(review_app):
        for client in (review_app.test_client(), signed_in["editor"].client):
            answer = client.options(address(rule), headers={"Origin": "https://evil.example.org"})
            assert "Access-Control-Allow-Origin" not in answer.headers, rule.rule


def test_a_form_s_address_that_is_opened_says_how_it_is_used(review_app: Flask) -> None:
    answer = review_app.test_client().get("/logout")
    assert answer.status_code == 405
    assert answer.json is not None
    assert answer.json["hint"] == "This address takes POST, from the form of its page."


def test_the_token_of_another_session_is_worth_nothing(review_app: Flask, signed_in: dict[Role, Browser]) -> None:
    foreign = signed_in["reader"].token()
    for rule, method in changing(review_app):
        answer = signed_in["editor"].client.open(address(rule), method=method, data={"csrf_token": foreign})
        assert answer.status_code == 403, f"{method} {rule.rule}"
    for forged in ("", "x", foreign[:-2] + "xx", foreign.split(".")[0], "null"):
        answer = signed_in["editor"].client.post("/logout", headers={"X-CSRFToken": forged})
        assert answer.status_code == 403, forged
    assert signed_in["editor"].get("/account").status_code == 200, "nobody was signed out"


def test_roles_are_enforced_on_every_route(review_app: Flask, signed_in: dict[Role, Browser]) -> None:
    checked = 0
    for rule, needed in guarded(review_app):
        if needed == ANYBODY:
            continue
        for role in ROLES[: ROLES.index(needed)]:
            who = signed_in[role]
            token = who.token()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                answer = who.client.open(address(rule), method=method, headers={"X-CSRFToken": token})
                assert answer.status_code == 403, f"{method} {rule.rule} as {role}"
                assert answer.json is not None
                assert answer.json["type"].endswith("not-allowed")
                assert needed in answer.json["detail"]
                checked += 1
    assert checked >= 2


def test_a_page_sends_who_is_not_signed_in_to_sign_in_and_back(review_app: Flask, browser: Browser) -> None:
    for rule, needed in guarded(review_app):
        if needed == ANYBODY or "GET" not in (rule.methods or set()):
            continue
        answer = browser.get(address(rule) + "?lang=fa")
        assert answer.status_code == 303, rule.rule
        assert answer.location.startswith("/login?next=")
        assert "lang=fa" in answer.location
    answer = browser.sign_in(NAMES["editor"], then="/review/audit?lang=fa")
    assert answer.location == "/review/audit?lang=fa"
    assert browser.get(answer.location).status_code == 200


def test_a_script_is_told_instead(browser: Browser) -> None:
    answer = browser.client.get("/account", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["type"] == "urn:corridormap:problem:not-signed-in"


def test_what_is_for_one_person_is_for_nobody_else(review_app: Flask, signed_in: dict[Role, Browser]) -> None:
    stranger = Browser(review_app.test_client())
    for who in (signed_in["editor"], stranger):
        for rule, _ in guarded(review_app):
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                if rule.rule in {"/logout", "/account/sign-out-everywhere"} and who is not stranger:
                    continue
                answer = who.client.open(address(rule), method=method, headers={"Accept": "text/html"})
                headers = answer.headers
                told = f"{method} {rule.rule}"
                assert headers["Cache-Control"] == "no-store", told
                assert "Access-Control-Allow-Origin" not in headers, told
                assert headers["X-Content-Type-Options"] == "nosniff", told
                assert headers["Cross-Origin-Resource-Policy"] == "same-origin", told
                policy = headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy, told
                assert "frame-ancestors 'none'" in policy, told
                assert "unsafe" not in policy, told
                assert "*" not in policy, told


def test_public_answers_stay_as_cacheable_as_they_were(review_app: Flask, signed_in: dict[Role, Browser]) -> None:
    """No public page or tile looks at the session: it is the same for all, and caches may keep it."""
    for path in ("/healthz", "/static/base.css", "/", "/codebook"):
        answer = signed_in["editor"].get(path)
        assert "Cookie" not in answer.headers.get("Vary", ""), path
        assert "Set-Cookie" not in answer.headers, path
        assert Browser(review_app.test_client()).get(path).data == answer.data, path


def test_an_unmarked_view_that_changes_something_is_refused(config: Config, people: object) -> None:
    assert people
    app = create_app(config)
    app.add_url_rule("/forgotten", "forgotten", lambda: "it was done", methods=["POST"])
    client = app.test_client()
    browser = Browser(client)
    assert browser.sign_in(NAMES["editor"]).status_code == 303
    answer = browser.post("/forgotten")
    assert answer.status_code == 403
    assert "it was done" not in answer.text
    app.extensions["corridormap.people"].close()


def test_a_read_only_service_has_no_way_in_and_loads_none_of_it(tmp_path: Path) -> None:
    code = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "from server.app import create_app\n"
        "from server.config import Config\n"
        "from geo import datasets\n"
        f"app = create_app(Config(workspace=Path({str(tmp_path)!r}), root=datasets.data_root()))\n"
        "client = app.test_client()\n"
        "paths = ['/login', '/logout', '/account', '/review', '/review/audit', '/review/upload']\n"
        "print(json.dumps({'modules': sorted({n.split('.')[0] for n in sys.modules} | {n for n in sys.modules if n.startswith('server.people')}),"
        " 'answers': [client.get(p).status_code for p in paths], 'posts': [client.post(p).status_code for p in paths],"
        " 'rules': [r.rule for r in app.url_map.iter_rules() if set(r.methods) - {'GET', 'HEAD', 'OPTIONS'}],"
        " 'cookies': client.get('/healthz').headers.getlist('Set-Cookie')}))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    found = json.loads(told.stdout)
    assert {"flask_login", "flask_wtf", "wtforms", "argon2", "sqlalchemy", "server.people"} & set(
        found["modules"]
    ) == set()
    assert set(found["answers"]) == {404}
    assert set(found["posts"]) == {404}
    assert found["rules"] == []
    assert found["cookies"] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_changes_holds_from_the_next_request_on(
    role: Role, people: object, signed_in: dict[Role, Browser]
) -> None:
    assert isinstance(people, PeopleStore)
    people.set_role(NAMES["reviewer"], role, Event("2026-01-02T00:00:00Z", None, "role-changed"))
    status = signed_in["reviewer"].get("/review/audit").status_code
    assert status == (200 if role == "editor" else 403)


def test_the_addresses_of_review_are_documented_with_their_role_and_no_other(review_app: Flask, config: Config) -> None:
    app = create_app(replace(config, review=False))
    text = (CHECKOUT / "docs" / "reference.md").read_text(encoding="utf-8")
    section = text.split("### Addresses of review")[1].split("\n#")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (\w+) \|", section, re.MULTILINE)
    public = {rule.rule for rule in app.url_map.iter_rules()}
    known: dict[str, str | None] = {}
    for rule in review_app.url_map.iter_rules():
        if rule.rule not in public:
            name = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            role = role_of(review_app.view_functions[rule.endpoint])
            known[name] = min(known.get(name, role), role, key=[ANYBODY, *ROLES].index)  # type: ignore[arg-type]  # all are in it
    assert dict(rows) == known
