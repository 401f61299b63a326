"""Each control changes map, table, counts and address alike, and the address brings all of it back."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.live import LiveServer

pytestmark = pytest.mark.browser

TRAYS = """corridormap.map.queryRenderedFeatures().filter(f => f.source === 'trays')
  .flatMap(f => f.properties.incidents.split(' '))"""


def fetch(server: LiveServer, path: str) -> Any:
    with urllib.request.urlopen(f"{server.url}{path}", timeout=60) as answer:
        return json.load(answer)


def query_of(page: Page) -> dict[str, str]:
    # Not page.url, which hears of a new address only after the page.
    return {name: values[0] for name, values in parse_qs(page.evaluate("location.search.slice(1)")).items()}


def filter_of(page: Page) -> str:
    known = ("datetime", "undated", "category", "organization", "article", "language", "status", "threat", "where_prec")
    return "&".join(f"{name}={value}" for name, value in query_of(page).items() if name in known)


def unfold(page: Page, summary: str) -> None:
    """Open a section of the panel where it is shut."""
    page.locator("#panel details:not([open]) > summary", has_text=summary).first.evaluate_all(
        "all => all.forEach(one => one.click())"
    )


def check_all_alike(watched: Any, server: LiveServer) -> int:
    """Map, table, counts and export show the same incidents under the filter of the address; return how many placed."""
    page = watched.settled()
    wanted = filter_of(page)
    features = fetch(server, f"/export/incidents.geojson?{wanted}")["features"]
    placed = {feature["id"] for feature in features if feature["geometry"]}
    counts = fetch(server, f"/counts?layer=incidents&{wanted}")
    assert counts["total"] == len(features)
    assert set(page.evaluate(TRAYS)) == placed
    expect(page.locator("#table .note")).to_have_text(f"{len(placed)} in view")
    assert set(page.locator("#table tbody [data-open]").evaluate_all("all => all.map(e => e.dataset.open)")) == placed
    expect(page.locator("#time .note")).to_have_text(f"{len(features)} shown")
    download = page.locator("#table [data-key=download]").get_attribute("href")
    assert download
    assert {feature["id"] for feature in fetch(server, download)["features"]} == placed
    assert watched.complaints == []
    return len(placed)


def test_each_filter_changes_map_table_counts_and_address_alike(
    at: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = at("table=incidents")
    page = watched.page
    everything = check_all_alike(watched, live_server)
    page.locator("[data-key='category.attack']").uncheck()
    without_attacks = check_all_alike(watched, live_server)
    assert "attack" not in query_of(page)["category"].split(",")
    assert without_attacks < everything
    unfold(page, "Filters")
    for facet, key in (("article", "jpir-narcoterrorism"), ("where_prec", "country")):
        group = page.locator(f"[data-facet={facet}]")
        group.evaluate("e => { e.open = true; }")
        told = int(
            group.locator("label", has=page.locator(f"[data-key='{facet}.{key}']")).locator(".count").inner_text()
        )
        page.locator(f"[data-key='{facet}.{key}']").check()
        check_all_alike(watched, live_server)
        assert facet in query_of(page)
        assert fetch(live_server, f"/counts?layer=incidents&{filter_of(page)}")["total"] == told
    page.locator("#time input").uncheck()
    check_all_alike(watched, live_server)
    assert query_of(page)["undated"] == "exclude"
    page.locator("#reset").click()
    watched.settled()
    assert not filter_of(page)


def test_the_time_handles_work_by_keyboard_and_by_pointer(at: Callable[..., Any], live_server: LiveServer) -> None:
    watched = at("table=incidents")
    page = watched.page
    begin, end = page.locator("[role=slider]").all()
    first, last = (int(begin.get_attribute(f"aria-value{name}") or 0) for name in ("min", "max"))
    years = [int(year) for year in fetch(live_server, "/counts?layer=incidents")["year"]]
    assert (first, last) == (min(years), max(years))
    begin.focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowRight")
    until(page, lambda: query_of(page).get("datetime") == f"{first + 6}/{last}", "six years less are chosen")
    expect(begin).to_have_attribute("aria-valuenow", str(first + 6))
    check_all_alike(watched, live_server)
    box, track = end.bounding_box(), page.locator(".track").bounding_box()
    assert box
    assert track
    page.mouse.move(box["x"] + 9, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * 0.75, box["y"] + 10, steps=4)
    page.mouse.up()
    until(page, lambda: int(query_of(page)["datetime"].split("/")[1]) < last, "it ends earlier")
    check_all_alike(watched, live_server)
    page.go_back()
    until(page, lambda: query_of(page)["datetime"] == f"{first + 6}/{last}", "one step back takes back all of the drag")
    expect(end).to_have_attribute("aria-valuenow", str(last))


def test_play_moves_the_time_on_to_its_end_and_stops_when_told(at: Callable[..., Any], live_server: LiveServer) -> None:
    last = max(int(year) for year in fetch(live_server, "/counts?layer=incidents")["year"])
    watched = at(f"table=incidents&datetime={last - 3}/{last - 1}")
    page = watched.page
    play = page.get_by_role("button", name="Play through the years")
    # In one go, or a slow machine would let it come to its end before it is told to stop.
    said = page.locator("#time .play").evaluate(
        "e => { e.click(); const said = e.getAttribute('aria-label'); e.click(); return said; }"
    )
    assert said == "Pause"
    expect(play).to_be_visible()
    play.click()
    until(page, lambda: query_of(page)["datetime"] == f"{last - 2}/{last}", "it has come to the last year")
    expect(play).to_be_visible()
    check_all_alike(watched, live_server)


def test_back_and_forward_bring_back_each_step(at: Callable[..., Any], live_server: LiveServer) -> None:
    # The object that is opened is in sight here, so that the map stays and holds all others too.
    watched = at("table=incidents&lon=60&lat=41&z=2.6")
    page = watched.page
    page.locator("[data-key='category.attack']").uncheck()
    watched.settled()
    page.locator("#table [data-open=inc06]").click()
    watched.settled()
    page.go_back()
    expect(page.locator("#evidence")).to_be_hidden()
    assert "category" in query_of(page)
    watched.settled()
    page.go_back()
    check_all_alike(watched, live_server)
    assert "category" not in query_of(page)
    assert page.locator("[data-key='category.attack']").is_checked()
    page.go_forward()
    check_all_alike(watched, live_server)
    assert not page.locator("[data-key='category.attack']").is_checked()
    page.go_forward()
    expect(page.locator("#evidence")).to_be_visible()
    watched.settled()
    page.reload()
    watched.ready()
    expect(page.locator("#evidence .facts").first).to_be_visible()
    assert query_of(page)["open"] == "inc06"
    check_all_alike(watched, live_server)


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("kabul", "lon"),
        pytest.param("narco-terrorism", "article", marks=pytest.mark.slow),
        pytest.param("taliban", "open", marks=pytest.mark.slow),
        pytest.param("carec corridor 3b", "open", marks=pytest.mark.slow),
    ],
)
def test_search_finds_what_bears_a_name_by_keyboard_alone(at: Callable[..., Any], text: str, then: str) -> None:
    watched = at("table=incidents")
    page = watched.page
    before = query_of(page)
    page.get_by_role("combobox", name=re.compile("Search places")).fill(text)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_be_hidden()
    watched.settled()
    assert query_of(page).get(then) != before.get(then)
    assert watched.complaints == []


@pytest.mark.parametrize(
    ("metric", "layer"),
    [("articles", "coverage-far"), pytest.param("silence", "silence-far", marks=pytest.mark.slow)],
)
def test_coverage_and_silence_are_filled_and_open_what_they_rest_on(
    at: Callable[..., Any], live_server: LiveServer, metric: str, layer: str
) -> None:
    watched = at("table=incidents")
    page = watched.page
    unfold(page, "Coverage and silence")
    page.locator("[data-key=coverage]").select_option(metric)
    watched.settled()
    drawn = page.evaluate(
        f"corridormap.map.queryRenderedFeatures().filter(f => f.layer.id === '{layer}').map(f => [f.properties.unit, f.properties.article_count])"
    )
    assert drawn
    features = fetch(live_server, "/export/article_coverage.geojson")["features"]
    told = {feature["properties"]["unit"]: feature["properties"]["article_count"] for feature in features}
    assert all(told[unit] == number for unit, number in drawn)
    assert all((number == 0) == (metric == "silence") for _, number in drawn if metric == "silence")
    assert query_of(page)["coverage"] == metric


def test_members_are_those_at_the_end_of_the_chosen_time(at: Callable[..., Any]) -> None:
    members = """[...new Set(corridormap.map.queryRenderedFeatures()
      .filter(f => f.source === 'members' && f.properties.basis === 'context').map(f => f.properties.member))].sort()"""
    early = at("members=sco&datetime=2005/2010").page.evaluate(members)
    late = at("members=sco&datetime=2005/2019").page.evaluate(members)
    assert "in" not in early
    assert set(late) > set(early)
    assert "in" in late


def test_a_filter_that_cannot_be_read_is_refused_in_words(watch: Callable[..., Any], live_server: LiveServer) -> None:
    page = watch().page
    answer = page.goto(f"{live_server.url}/?datetime=tomorrow")
    assert answer is not None
    assert answer.status == 400
    assert "datetime" in page.locator("main").inner_text()
