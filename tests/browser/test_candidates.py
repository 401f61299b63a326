"""What a machine read and nobody has reviewed, as a reader meets it: hollow, counted apart, with its sentence."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from layers.build import build_release
from layers.catalog import Catalog, default_catalog
from layers.store.coverage_store import machine_reading
from layers.workspace import Workspace
from server.config import Config
from tests.live import CHECKOUT, LiveServer, start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.long]

SEIZURE = "On 14 March 2021 border guards seized 120 kilograms of heroin near Khorog in Tajikistan."
WAY = "Opium is smuggled from Afghanistan through Turkmenistan to Iran."
ARTICLE = f"""Quiet roads, loud borders

The reporter spent a season in the border districts. Nothing in this text ever happened.

{SEIZURE} On 3 June 2021 gunmen attacked a police post in Batken province of Kyrgyzstan.

{WAY}
"""
LAYERS = ("borders", "corridors", "corridor_marks", "incidents")
"""Of the release that these tests look at; the land below them says nothing of candidates."""


@pytest.fixture(scope="module")
def read_server(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[LiveServer]:
    """A server of a release that holds an invented article's candidates beside what people reviewed."""
    folder = tmp_path_factory.mktemp("read")
    (folder / "invented.txt").write_text(ARTICLE, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "server",
        "ingest",
        "--workspace",
        str(folder / "own"),
        str(folder / "invented.txt"),
    ]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    config = Config(workspace=folder / "own", root=root)
    catalog = default_catalog()
    build_release(
        Workspace(config.workspace),
        root,
        Catalog.of(*(catalog[layer_id] for layer_id in LAYERS)),
        machine=machine_reading(config.store_url),
    )
    server = start_server(config.workspace, folder / "log.txt")
    yield server
    stop_server(server)


def rows(server: LiveServer, layer: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{server.url}/list?layer={layer}", timeout=60) as answer:
        told: list[dict[str, Any]] = json.load(answer)["rows"]
    return [row for row in told if row.get("status") == "candidate"]


def test_candidates_are_hollow_counted_and_taken_off_by_one_switch(
    at: Callable[..., Any], read_server: LiveServer
) -> None:
    read = rows(read_server, "incidents")
    assert {row["category"] for row in read} == {"seizure", "attack"}
    watched = at("table=incidents", server=read_server)
    page = watched.page
    drawn = """Object.fromEntries(corridormap.map.queryRenderedFeatures().filter(f => f.source === 'trays')
      .flatMap(f => f.properties.incidents.split(' ').map(id => [id, f.properties.image])))"""
    trays = page.evaluate(drawn)
    for row in read:
        assert f"{row['category']}.candidate" in trays[row["id"]]
        symbol = page.locator(f"#table [data-open='{row['id']}'] .symbol")
        assert "hollow" in (symbol.get_attribute("class") or "")
    total = len(read) + len(rows(read_server, "corridors"))
    assert page.locator(".candidates").inner_text().endswith(f": {total}")
    switch = page.locator(".statuses label", has=page.locator("[data-key='shown.candidate']"))
    assert switch.locator(".count").inner_text() == str(len(read))
    switch.locator("input").uncheck()
    watched.settled()
    assert not {row["id"] for row in read} & set(page.evaluate(drawn))
    assert page.evaluate(drawn)
    # Not page.url, which hears of a new address only after the page.
    assert "status=reviewed" in page.evaluate("location.search")
    expect(page.locator("#table")).not_to_contain_text("(machine-read)")
    page.locator("[data-key='shown.candidate']").check()
    watched.settled()
    assert "status=" not in page.evaluate("location.search")
    assert {row["id"] for row in read} <= set(page.evaluate(drawn))
    assert watched.complaints == []


def test_the_panel_says_that_nobody_reviewed_it_and_shows_the_sentence(
    at: Callable[..., Any], read_server: LiveServer
) -> None:
    (seizure,) = (row for row in rows(read_server, "incidents") if row["category"] == "seizure")
    page = at(f"open={seizure['id']}", server=read_server).page
    panel = page.locator("#evidence")
    expect(panel.locator(".badge.candidate")).to_be_visible()
    assert panel.locator("mark").all_inner_texts() == [SEIZURE]
    assert "no person has reviewed it" in panel.inner_text()


def test_a_corridor_that_was_read_has_open_arrows_a_key_and_no_number_for_a_name(
    at: Callable[..., Any], read_server: LiveServer
) -> None:
    (way,) = rows(read_server, "corridors")
    watched = at(f"open={way['id']}", server=read_server)
    page = watched.page
    panel = page.locator("#evidence")
    expect(panel.locator(".facts").first).to_be_visible()
    assert panel.locator("mark").first.inner_text() in WAY
    assert panel.locator(".tag").count() == 0
    assert panel.locator(".card").count() == 0
    expect(page.locator("#legend").get_by_text("Read by machine, not reviewed")).to_be_visible()
    marks = page.evaluate(
        """id => [...new Set(corridormap.map.queryRenderedFeatures()
          .filter(f => f.sourceLayer === 'corridor_marks' && f.properties.corridor === id).map(f => f.properties.candidate))]""",
        way["id"],
    )
    assert marks == [1]
    assert watched.complaints == []
