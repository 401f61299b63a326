"""Answers that come late, as on a slow network: none overtakes what the reader did meanwhile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import answer_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from tests.live import LiveServer

pytestmark = pytest.mark.browser

ADDRESS = "location.search"
ATTACKS = "[data-key='category.attack']"
ARRESTS = "[data-key='category.arrest']"
PRESSED_AGAIN = """e => {
  for (const type of ['pointerup', 'pointerdown']) e.dispatchEvent(new PointerEvent(type, {bubbles: true, button: 0}));
}"""


class Withheld:
    """Answers to all requests of a pattern, kept back until they are let go."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._held: list[Route] | None = []
        answer_for(page, re.compile(pattern), self._take)

    def _take(self, route: Route) -> None:
        if self._held is None:
            route.continue_()
        else:
            self._held.append(route)

    def let_go(self) -> None:
        """Answer what was asked, and whatever is asked from now on."""
        held, self._held = self._held or [], None
        for route in held:
            route.continue_()


def arrived(page: Page, pattern: str, withheld: Withheld) -> None:
    """Let an answer go and give the page time to draw what it says."""
    with page.expect_response(re.compile(pattern)) as answered:
        withheld.let_go()
    answered.value.finished()
    page.evaluate("new Promise(done => setTimeout(done, 200))")


def test_who_opens_objects_before_the_map_is_there_goes_on_reading(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch()
    page = watched.page
    style, parts = Withheld(page, r"/style\b"), Withheld(page, r"evidence_parts\.mjs")
    corridor = Withheld(page, "/evidence/a1")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/?lang=en&datetime=2005/2012", wait_until="domcontentloaded")
    # The handles know no years yet.
    page.locator("#time [role=slider]").first.evaluate("e => e.focus()")
    page.keyboard.press("ArrowRight")
    assert "datetime=2005/2012" in page.evaluate(ADDRESS)
    panel = page.locator("#evidence")
    with page.expect_response(re.compile("/evidence/inc04")):
        page.locator("#objects [data-open=inc04]").click()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.locator("#objects [data-open=a1]").click()
    with page.expect_response(re.compile(r"evidence_parts\.mjs")):
        parts.let_go()
    # The table needs no map. With it on the screen, what was let go has long been heard of.
    page.get_by_role("button", name="Table").first.click()
    expect(page.locator("#table tbody [data-open]").first).to_be_visible()
    expect(panel).to_have_attribute("aria-busy", "true")
    corridor.let_go()
    expect(panel.locator(".facts").first).to_be_visible()
    expect(page.locator("#notice")).to_be_hidden()
    search = page.get_by_role("combobox", name=re.compile("Search places"))
    search.focus()
    style.let_go()
    watched.ready()
    watched.settled()
    expect(search).to_be_focused()
    expect(panel.locator(".tag")).to_have_text("A1")
    assert len([url for url in asked if "/evidence/a1" in url]) == 1
    stressed = "corridormap.map.getGlobalState().corridor"
    assert page.evaluate(stressed) == "a1"
    assert watched.complaints == []


def test_evidence_that_arrives_leaves_the_focus_where_the_reader_types(at: Callable[..., Any]) -> None:
    watched = at()
    page = watched.page
    record = Withheld(page, "/evidence/")
    page.locator("#objects [data-open=inc04]").click()
    expect(page.locator("#evidence h2")).to_be_focused()
    search = page.get_by_role("combobox", name=re.compile("Search places"))
    search.fill("kab")
    record.let_go()
    expect(page.locator("#evidence .facts").first).to_be_visible()
    page.keyboard.type("ul")
    expect(search).to_have_value("kabul")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.locator("#evidence .close").click()
    watched.settled()


def test_enter_takes_what_was_found_for_the_text_that_stands_there(at: Callable[..., Any]) -> None:
    watched = at()
    page = watched.page
    search = page.get_by_role("combobox", name=re.compile("Search places"))
    search.fill("kabul")
    expect(page.get_by_role("option", name=re.compile("^Kabul")).first).to_be_visible()
    before = page.evaluate(ADDRESS)
    answer = Withheld(page, r"/search\?")
    with page.expect_request(re.compile(r"/search\?q=taliban")):
        search.fill("taliban")
        page.keyboard.press("Enter")
    assert page.evaluate(ADDRESS) == before
    answer.let_go()
    expect(search).to_have_value(re.compile("Taliban"))
    watched.settled()
    assert "open=" in page.evaluate(ADDRESS)


def test_what_was_sought_is_not_shown_to_who_has_gone_elsewhere(at: Callable[..., Any]) -> None:
    page = at().page
    search = page.get_by_role("combobox", name=re.compile("Search places"))
    answer = Withheld(page, r"/search\?")
    with page.expect_request(re.compile(r"/search\?")):
        search.fill("kabu")
    with page.expect_event("requestfailed"):
        page.keyboard.press("Tab")
    answer.let_go()
    expect(page.get_by_role("listbox")).to_be_hidden()
    search.focus()
    expect(page.get_by_role("option", name=re.compile("^Kabul")).first).to_be_visible()
    page.keyboard.press("Escape")


def test_a_control_that_the_pointer_is_down_on_is_not_drawn_anew(at: Callable[..., Any]) -> None:
    watched = at()
    page = watched.page
    rows = Withheld(page, r"/list\?")
    page.locator(ATTACKS).uncheck()
    page.locator(ARRESTS).hover()
    page.mouse.down()
    # Who clicks twice quickly presses again before a busy page has come to the end of the first press.
    page.locator(ARRESTS).evaluate(PRESSED_AGAIN)
    arrived(page, r"/list\?", rows)
    page.mouse.up()
    watched.settled()
    check_neither_attacks_nor_arrests(page)


def test_a_control_that_the_space_bar_is_down_on_is_not_drawn_anew(at: Callable[..., Any]) -> None:
    watched = at()
    page = watched.page
    rows = Withheld(page, r"/list\?")
    page.locator(ATTACKS).uncheck()
    page.locator(ARRESTS).focus()
    page.keyboard.down("Space")
    arrived(page, r"/list\?", rows)
    page.keyboard.up("Space")
    watched.settled()
    check_neither_attacks_nor_arrests(page)
    expect(page.locator(ARRESTS)).to_be_focused()


def check_neither_attacks_nor_arrests(page: Page) -> None:
    chosen = page.evaluate("new URLSearchParams(location.search).get('category')").split(",")
    assert not {"attack", "arrest"} & set(chosen)
    assert not page.locator(ARRESTS).is_checked()


def test_the_cross_can_be_pressed_while_the_record_arrives(at: Callable[..., Any]) -> None:
    watched = at()
    page = watched.page
    panel, cross = page.locator("#evidence"), page.locator("#evidence .close")
    record = Withheld(page, "/evidence/inc04")
    page.locator("#objects [data-open=inc04]").click()
    cross.focus()
    record.let_go()
    expect(panel.locator(".facts").first).to_be_visible()
    expect(cross).to_be_focused()
    record = Withheld(page, "/evidence/inc06")
    page.locator("#objects [data-open=inc06]").click()
    expect(panel).to_have_attribute("aria-busy", "true")
    cross.hover()
    page.mouse.down()
    arrived(page, "/evidence/inc06", record)
    page.mouse.up()
    expect(panel).to_be_hidden()
    watched.settled()


def test_the_focus_stays_on_a_chip_that_is_drawn_anew(at: Callable[..., Any]) -> None:
    watched = at("article=jpir-narcoterrorism")
    page = watched.page
    rows = Withheld(page, r"/list\?")
    page.locator(ATTACKS).uncheck()
    chip = page.locator("#chosen .chip")
    chip.focus()
    old = chip.element_handle()
    rows.let_go()
    watched.settled()
    assert not old.evaluate("e => e.isConnected"), "the chip was not drawn anew"
    expect(chip).to_be_focused()


def test_steps_taken_while_the_browser_goes_back_are_steps_still(at: Callable[..., Any]) -> None:
    watched = at()
    page = watched.page
    panel = page.locator("#evidence")
    page.locator("#objects [data-open=inc04]").click()
    watched.settled()
    page.evaluate(
        """() => {
          document.querySelector('#evidence .close').click();
          document.querySelector("[data-key='category.attack']").click();
          document.querySelector('#objects [data-open=inc06]').click();
        }"""
    )
    watched.settled()
    expect(panel).to_be_visible()
    assert {"open=inc06", "category="} <= set(re.findall(r"open=\w+|category=", page.evaluate(ADDRESS)))
    page.go_back()
    expect(panel).to_be_hidden()
    watched.settled()
    assert re.findall(r"open=\w+|category=", page.evaluate(ADDRESS)) == ["category="]
    page.go_back()
    watched.settled()
    assert re.findall(r"open=\w+|category=", page.evaluate(ADDRESS)) == []
    expect(page.locator(ATTACKS)).to_be_checked()
    expect(panel).to_be_hidden()


def test_the_focus_finds_its_row_again_in_a_table_drawn_anew(at: Callable[..., Any]) -> None:
    watched = at("table=incidents")
    page = watched.page
    page.locator("#table [data-open=inc06]").click()
    watched.settled()
    old = page.locator("#table [data-open=inc06]").element_handle()
    page.evaluate("void corridormap.map.zoomTo(corridormap.map.getZoom() - 0.1, {animate: false})")
    watched.settled()
    assert not old.evaluate("e => e.isConnected"), "the table was not drawn anew"
    page.keyboard.press("Escape")
    expect(page.locator("#table [data-open=inc06]")).to_be_focused()


def test_a_table_drawn_anew_stays_where_it_was_scrolled_to_and_another_begins_at_its_top(
    at: Callable[..., Any],
) -> None:
    watched = at("table=incidents")
    page = watched.page
    rows = page.locator("#table .scrolls")
    rows.evaluate("e => { e.scrollTop = 60; }")
    old = rows.element_handle()
    page.evaluate("void corridormap.map.zoomTo(corridormap.map.getZoom() - 0.1, {animate: false})")
    watched.settled()
    assert not old.evaluate("e => e.isConnected"), "the table was not drawn anew"
    assert rows.evaluate("e => e.scrollTop") == 60
    page.locator("#table [data-key=layer]").select_option("corridors")
    watched.settled()
    assert rows.evaluate("e => e.scrollTop") == 0


def test_a_group_of_filters_that_the_reader_shuts_stays_shut(at: Callable[..., Any]) -> None:
    watched = at("article=jpir-narcoterrorism")
    page = watched.page
    group = page.locator("[data-facet=article]")
    assert group.evaluate("e => e.open")
    group.evaluate("e => { e.open = false; }")
    old = group.element_handle()
    page.locator(ATTACKS).uncheck()
    watched.settled()
    assert not old.evaluate("e => e.isConnected"), "the group was not drawn anew"
    assert not group.evaluate("e => e.open")


def test_what_is_said_of_tiles_that_fail_outlasts_answers_that_come(at: Callable[..., Any]) -> None:
    watched = at("datetime=2004-03-04/2018-06-07")
    page = watched.page
    rows = Withheld(page, r"/list\?")
    tiles = re.compile("/tiles/")
    answer_for(page, tiles, lambda route: route.fulfill(status=503, body="{}"))
    page.locator(ATTACKS).uncheck()
    page.evaluate("void corridormap.map.jumpTo({center: [110, 60], zoom: 5})")
    notice = page.locator("#notice")
    expect(notice).to_contain_text("The server does not answer")
    rows.let_go()
    watched.settled()
    expect(notice).to_be_visible()
    page.unroute(tiles)
    page.evaluate("void corridormap.map.jumpTo({center: [90, 50], zoom: 5})")
    expect(notice).to_be_hidden()
