"""Pages of articles, organizations, conflicts and sources: complete, in four languages, text only ever as text."""

from __future__ import annotations

import dataclasses
import html
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from markupsafe import escape

from layers.articles.documents.shelf import Passage
from server import passages
from server.app import create_app
from server.config import TEXT_LEVELS, Config

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.release import Release
    from layers.workspace import Workspace

HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 10_000
PAGES = ("/articles", "/articles/kaznu-drugs", "/organizations/sco", "/conflicts", "/sources")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["en", "fa", "ru", "kk"])
def test_a_page_speaks_the_language_and_runs_no_script(client: FlaskClient, path: str, lang: str) -> None:
    answer = client.get(f"{path}?lang={lang}&theme=dark")
    assert answer.status_code == 200
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "fa" else "ltr"}" data-theme="dark"' in answer.text
    assert "<script" not in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "Natural Earth" in answer.text
    others = re.findall(rf'href="{path}\?lang=(\w+)&amp;theme=dark" lang="\w+" hreflang="(\w+)"', answer.text)
    assert others == [(code, code) for code in ("en", "fa", "ru", "kk")]
    assert all(
        f"lang={lang}" in address
        for address in re.findall(r'href="(/(?:articles|conflicts|sources)[^"]*)"(?! lang=)', answer.text)
    )


def test_an_article_lists_all_that_is_derived_from_it(client: FlaskClient, release: Release) -> None:
    for article_id in release.records("articles"):
        page = client.get(f"/articles/{article_id}").text
        for layer_id in ("incidents", "corridors", "organizations"):
            features = client.get(f"/export/{layer_id}.geojson?article={article_id}").get_json(force=True)["features"]
            assert features
            for feature in features:
                assert f"/evidence/{feature['id']}" in page
        [src] = re.findall(r'<iframe [^>]*src="([^"]+)"', page)
        map_page = urlsplit(html.unescape(src))
        assert (map_page.path, parse_qs(map_page.query)["article"]) == ("/embed", [article_id])


def test_an_organization_lists_its_members_over_time_and_its_incidents(client: FlaskClient, release: Release) -> None:
    for organization_id in ("sco", "imu", "csto"):
        page = client.get(f"/organizations/{organization_id}").text
        features = client.get(f"/export/organizations.geojson?organization={organization_id}").get_json(force=True)
        for feature in features["features"]:
            if feature["properties"]["kind"] == "membership":
                assert f"/evidence/{feature['id']}" in page
        incidents = client.get(f"/export/incidents.geojson?organization={organization_id}").get_json(force=True)
        for feature in incidents["features"]:
            assert f"/evidence/{feature['id']}" in page
    assert release.records("organizations")


def test_conflicts_stand_side_by_side_as_printed(client: FlaskClient, release: Release) -> None:
    page = client.get("/conflicts?lang=en").text
    for id_, conflict in release.records("conflicts").items():
        assert f'id="{id_}"' in page
        assert all(str(escape(side["as_printed"])) in page for side in conflict["sides"] if side["as_printed"])
    assert "70, or 60" in page


def test_sources_name_every_licence(client: FlaskClient, release: Release) -> None:
    page = client.get("/sources").text
    for source in release.document("sources"):
        assert source["licence"] in page


@pytest.mark.parametrize("path", ["/articles/nothing", "/organizations/nothing", "/articles/%3Cscript%3E"])
def test_what_is_not_there_is_said_to_be_unknown(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "<script" not in answer.text


@pytest.fixture
def hostile_passages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles whose every sentence is hostile."""
    monkeypatch.setattr(passages, "read_passage", lambda *_: Passage(HOSTILE, HOSTILE, HOSTILE))


@pytest.mark.usefixtures("hostile_passages")
@pytest.mark.parametrize("path", ["/evidence/inc04", "/conflicts", "/articles/kaznu-drugs", "/organizations/imu"])
def test_hostile_text_is_only_ever_text(workspace: Workspace, root: Path, path: str) -> None:
    client = create_app(Config(workspace=workspace.path, root=root, text="context")).test_client()
    page = client.get(path, headers={"Accept": "text/html"}).text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.usefixtures("hostile_passages")
@pytest.mark.parametrize("level", TEXT_LEVELS)
def test_how_much_text_is_public_is_a_setting(workspace: Workspace, root: Path, release: Release, level: str) -> None:
    client = create_app(Config(workspace=workspace.path, root=root, text=level)).test_client()
    for feature_id in release.table("incidents")["id"]:
        items = client.get(f"/evidence/{feature_id}").get_json(force=True)["evidence"]
        shown = [item["context"] for item in items if item["context"]]
        if level == "none":
            assert shown == []
        elif level == "sentence":
            assert 0 < sum(len(each["text"]) for each in shown) <= passages.MOST_CHARACTERS
            assert all(each["before"] == "" and len(each["after"]) <= 1 for each in shown)
        else:
            assert {each["text"] for each in shown} == {HOSTILE}
            assert {each["before"] for each in shown} == {HOSTILE}


@pytest.mark.parametrize(
    ("level", "licence", "role", "is_shown"),
    [
        ("full", "CC-BY-4.0", None, True),
        ("full", "CC0-1.0", None, True),
        ("full", "CC-BY-ND-4.0", None, False),
        ("full", None, None, False),
        ("full", "proprietary", None, False),
        ("full", "proprietary", "reader", False),
        ("full", "proprietary", "reviewer", True),
        ("full", None, "editor", True),
        ("context", "CC-BY-4.0", None, False),
        ("context", "CC-BY-4.0", "editor", False),
    ],
)
def test_a_whole_text_needs_the_setting_and_an_open_licence_or_a_reviewer(
    workspace: Workspace, root: Path, level: str, licence: str | None, role: str | None, *, is_shown: bool
) -> None:
    app = create_app(dataclasses.replace(Config(workspace=workspace.path, root=root), text=level))
    with app.test_request_context("/"):
        assert passages.full_text_allowed({"licence": licence}, role) is is_shown
        assert passages.reader_role() is None


def test_a_whole_text_marks_its_passages(workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passages, "filed_text", lambda *_: "One. Two. Three.")
    app = create_app(Config(workspace=workspace.path, root=root, text="full"))
    article = {"licence": "CC-BY-4.0", "sha256": "0" * 64}
    with app.test_request_context("/"):
        pieces = passages.whole_text(article, [(5, 9, "b"), (0, 4, "a"), (2, 7, "overlaps"), (10, 99, "too far")])
    assert pieces == [("One.", "a"), (" ", None), ("Two.", "b"), (" Three.", None)]
