"""The public log of corrections: a page and a feed, also of a service that has no review."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from layers.release_status import Decision, write_decision
from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from layers.workspace import Workspace

ATOM = "{http://www.w3.org/2005/Atom}"
ENTRY = {
    "uid": "ab" * 16, "date": "2026-11-03", "kind": "retracted", "record": "read/2a88d79acbf07206",
    "title": {"en": "Seizure, Khatlon <2019>", "fa": "کشف و ضبط، ختلان"}, "reason": "Nobody seized anything & nothing moved.",
    "successor": "0123456789ab",
}  # fmt: skip


@pytest.fixture
def logged(own_small_workspace: Workspace) -> Workspace:
    entry = {**ENTRY, "releases": [own_small_workspace.latest()]}
    (own_small_workspace.releases / "corrections.json").write_text(json.dumps([entry]), encoding="utf-8")
    return own_small_workspace


def test_the_page_tells_what_when_and_why(logged: Workspace, root: Path) -> None:
    with create_app(Config(workspace=logged.path, root=root)).test_client() as client:
        page = client.get("/corrections?lang=en")
        persian = client.get("/corrections?lang=fa").text
    assert page.status_code == 200
    for words in (
        "Retracted",
        "Seizure, Khatlon &lt;2019&gt;",
        "Nobody seized anything &amp; nothing moved.",
        "3 November 2026",
    ):
        assert words in page.text
    assert f'href="/m/{logged.latest()}"' in page.text
    assert 'type="application/atom+xml"' in page.text
    assert "کشف و ضبط، ختلان" in persian
    assert 'dir="rtl"' in persian


def test_the_feed_is_atom(logged: Workspace, root: Path) -> None:
    write_decision(logged, logged.latest(), Decision("withdrawn", "An article was retracted.", "2026-11-20"))
    with create_app(
        Config(workspace=logged.path, root=root, public_url="https://maps.example.org/c")
    ).test_client() as client:
        # What was withdrawn is the latest here, which no operator can do: its log is told all the same.
        write_decision(logged, logged.latest(), None)
        answer = client.get("/corrections.atom?lang=en")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.data)  # noqa: S314 -- our own
    assert feed.find(f"{ATOM}id").text == "https://maps.example.org/c/corrections"  # type: ignore[union-attr]
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.find(f"{ATOM}title").text == "Retracted: Seizure, Khatlon <2019>"  # type: ignore[union-attr]
    assert entry.find(f"{ATOM}summary").text == ENTRY["reason"]  # type: ignore[union-attr]
    assert entry.find(f"{ATOM}updated").text == "2026-11-03T00:00:00Z"  # type: ignore[union-attr]
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"alternate", "self"}


def test_releases_that_the_operator_corrected_stand_there_too(own_small_workspace: Workspace, root: Path) -> None:
    write_decision(
        own_small_workspace, own_small_workspace.latest(), Decision("corrected", "A date was wrong.", "2026-11-20")
    )
    with create_app(Config(workspace=own_small_workspace.path, root=root)).test_client() as client:
        assert "A date was wrong." in client.get("/corrections").text
        assert client.get("/releases").get_json()["releases"][0]["records"] == "reviewed"


def test_an_empty_log_says_so(small_workspace: Workspace, root: Path) -> None:
    with create_app(Config(workspace=small_workspace.path, root=root)).test_client() as client:
        assert "Nothing has been corrected." in client.get("/corrections?lang=en").text
        feed = ET.fromstring(client.get("/corrections.atom").data)  # noqa: S314 -- our own
    assert feed.findall(f"{ATOM}entry") == []
