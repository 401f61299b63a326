"""A release need not hold incidents: page, embed and copies of it are whole, and say that there are none."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from server.app import create_app
from server.config import Config
from server.notebook import single_file
from server.published_map import PublishedMap
from tests.live import LiveServer, start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from flask import Flask

    from layers.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.long]

NONE = "This release holds no incidents."
LAYERS = "[...new Set(corridormap.map.queryRenderedFeatures().map(f => f.sourceLayer || f.source))]"


@pytest.fixture(scope="module")
def server(small_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of a release that holds borders and no other layer that a reader sees."""
    started = start_server(small_workspace.path, tmp_path_factory.mktemp("server") / "log.txt")
    yield started
    stop_server(started)


@pytest.fixture(scope="module")
def small_app(small_workspace: Workspace, root: Path) -> Flask:
    return create_app(Config(workspace=small_workspace.path, root=root))


def test_the_page_is_whole_and_says_that_there_are_none(watch: Callable[..., Any], server: LiveServer) -> None:
    watched = watch()
    watched.page.goto(f"{server.url}/?lang=en&theme=light&lon=69&lat=38&z=5&table=incidents")
    page = watched.ready()
    expect(page.locator("#legend [data-section=incidents] .note")).to_have_text(NONE)
    expect(page.locator("#legend [data-section=incidents] input")).to_have_count(0)
    page.locator("details.section", has=page.locator("#facets")).locator("summary").first.click()
    expect(page.locator("#facets")).to_have_text(NONE)
    for part in ("#time", "#unplaced", "#notice", "#table"):
        expect(page.locator(part)).to_be_hidden()
    watched.settled()
    assert page.evaluate(LAYERS) == ["borders"]

    page.locator("header .show-table").click()
    expect(page.locator("#table select")).to_have_value("borders")
    page.locator("#table [data-open=af-tj]").click()
    expect(page.locator("#evidence .facts").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#legend [data-section=borders] > summary").click()
    page.locator("#legend [data-key='borders.agreed']").uncheck()
    watched.settled()
    expect(page).to_have_url(re.compile("layers="))
    page.locator("#reset").click()
    watched.settled()
    expect(page).not_to_have_url(re.compile("layers="))
    assert watched.complaints == []


def test_the_embed_is_whole(watch: Callable[..., Any], server: LiveServer) -> None:
    watched = watch(800, 560)
    watched.page.goto(f"{server.url}/embed?lang=fa&filters=on")
    page = watched.ready()
    page.locator(".embed-legend > summary").click()
    expect(page.locator("#legend [data-section=incidents] .note")).to_have_text("این نسخه هیچ رویدادی ندارد.")
    expect(page.locator("#time")).to_be_hidden()
    assert watched.complaints == []


def test_the_single_file_is_whole(watch: Callable[..., Any], small_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    file.write_bytes(single_file(small_app, {"lang": "en", "lon": "69", "lat": "38", "z": "4"}))
    watched = watch(1000, 700)
    watched.page.goto(file.as_uri())
    page = watched.ready()
    page.locator(".embed-legend > summary").click()
    expect(page.locator("#legend [data-section=incidents] .note")).to_have_text(NONE)
    expect(page.locator("#time")).to_be_hidden()
    assert watched.complaints == []


def test_a_published_folder_asks_for_nothing_that_is_not_there(small_app: Flask, small_workspace: Workspace) -> None:
    release = small_app.extensions["corridormap"].releases.get(small_workspace.latest())
    made = PublishedMap(small_app, release, "https://maps.example.org/border", "neutral", deepest_z=0)
    files = dict(made.files(("en",), lambda _: None))
    assert "index.html" in files
    assert not {"list.json", "counts.json"} & set(files)
    assert "incidents" not in json.loads(files["style-en.json"])["sources"]
