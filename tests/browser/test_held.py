"""What a reader holds, presses or moves while something arrives: none of it is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import answer_for, until, withheld

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from tests.live import LiveServer

pytestmark = pytest.mark.browser

ARREST = "[data-key='category.arrest']"
PRESSED = """control => {
  if ('busy' in document.documentElement.dataset) return false; // no step comes then
  window.pressed = document.querySelector(control);
  return pressed.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true, button: 0}));
}"""


def let_go(page: Page, asked: list[Route], address: str) -> None:
    """Let the one request that is withheld go on, and give the page the time to take up its answer."""
    (route,) = asked
    with page.expect_response(address) as answered:
        route.continue_()
    answered.value.finished()
    page.wait_for_timeout(250)


def chosen(page: Page) -> list[str]:
    """The categories that the address names."""
    told: str = page.evaluate("new URLSearchParams(location.search).get('category') ?? ''")
    return told.split(",")


@pytest.mark.long
def test_nothing_is_drawn_anew_under_the_finger_while_the_years_play(at: Callable[..., Any]) -> None:
    watched = at("datetime=2001/2002")
    page = watched.page
    play = page.locator("#time .play")
    play.click()
    until(page, lambda: "datetime=2001/2002" not in page.evaluate("location.search"), "the years play")
    until(page, lambda: page.evaluate(PRESSED, ARREST), "there is time to press between two steps")
    page.wait_for_timeout(2000)  # two of them
    assert page.evaluate("window.pressed.isConnected"), "what is pressed was drawn anew"
    page.evaluate("pressed.dispatchEvent(new PointerEvent('pointerup', {bubbles: true, button: 0})); pressed.click()")
    until(page, lambda: "arrest" not in chosen(page) and len(chosen(page)) > 1, "arrests are taken off")
    play.evaluate("e => { if (e.getAttribute('aria-label') === 'Pause') e.click(); }")
    watched.settled()
    expect(page.locator(ARREST)).not_to_be_checked()


def test_a_map_that_the_reader_moves_stays_where_it_was_put(at: Callable[..., Any]) -> None:
    watched = at("lon=20&lat=50&z=4")
    page = watched.page
    asked = withheld(page, "**/evidence/inc04?*")
    page.locator("#objects [data-open=inc04]").click()
    until(page, lambda: asked, "the panel asks for its record")
    box = page.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + 300, box["y"] + 200
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y, steps=4)
    page.mouse.up()
    until(
        page,
        lambda: page.evaluate("!corridormap.map.isMoving() && corridormap.map.getCenter().lng > 20.5"),
        "the map was moved",
    )
    put = page.evaluate("corridormap.map.getCenter().lng")
    let_go(page, asked, "**/evidence/inc04?*")
    expect(page.locator("#evidence .facts").first).to_be_visible()
    watched.settled()
    assert page.evaluate("corridormap.map.getCenter().lng") == pytest.approx(put)
    page.unroute_all()
    # What is opened next is looked for again.
    page.locator("#objects [data-open=inc06]").click()
    watched.settled()
    assert page.evaluate("corridormap.map.getCenter().lng") > put + 5


def test_escape_shuts_a_dialog_and_not_the_panel_below_it(at: Callable[..., Any]) -> None:
    watched = at("open=inc04")
    page = watched.page
    dialog = page.locator("#share-dialog")
    page.locator("#embed-open").click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#evidence")).to_be_visible()
    assert "open=inc04" in page.evaluate("location.search")
    page.evaluate("document.getElementById('share-dialog').remove()")


def test_of_several_objects_that_did_not_come_one_can_try_again(at: Callable[..., Any]) -> None:
    watched = at()
    page = watched.page
    found = page.evaluate(
        """() => {
          const { map } = corridormap;
          const tray = map.queryRenderedFeatures().find(f => f.source === 'trays' && f.properties.incidents.includes(' '));
          const { left, top } = map.getContainer().getBoundingClientRect();
          const { x, y } = map.project(tray.geometry.coordinates);
          return { ids: tray.properties.incidents.split(' '), x: left + x, y: top + y };
        }"""
    )
    records = re.compile("/evidence/")
    answer_for(page, records, lambda route: route.fulfill(status=503, body="{}"))
    page.mouse.click(found["x"], found["y"])
    panel = page.locator("#evidence")
    expect(panel.get_by_role("alert")).to_be_visible()
    page.unroute(records)
    panel.get_by_role("button", name="Try again").click()
    expect(panel.locator(".objects li").first).to_be_visible()
    assert panel.locator(".objects li").count() >= len(found["ids"])
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


@pytest.mark.slow
def test_on_a_phone_what_follows_the_sheet_at_once_is_not_undone(at: Callable[..., Any]) -> None:
    watched = at("lon=61&lat=45&z=2.7")
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    grab = page.locator("#grab")
    grab.click()
    expect(grab).to_have_attribute("aria-expanded", "true")
    watched.settled()
    # Down, a switch, and up again before the browser has gone back to what was there before the sheet.
    page.evaluate(
        """() => {
          document.getElementById('grab').click();
          document.querySelector("[data-key='category.attack']").click();
          document.getElementById('grab').click();
        }"""
    )
    watched.settled()
    expect(grab).to_have_attribute("aria-expanded", "true")
    assert len(chosen(page)) > 1
    assert "attack" not in chosen(page)
    page.go_back()
    expect(grab).to_have_attribute("aria-expanded", "false")
    watched.settled()
    assert "attack" not in chosen(page)
    page.go_back()
    watched.settled()
    assert chosen(page) == [""]
    assert "lon=61.000" in page.evaluate("location.search")


@pytest.mark.long
def test_on_a_phone_a_sheet_that_was_open_is_open_when_the_page_comes_anew(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    page = watch(390, 844).page
    page.goto(f"{live_server.url}/?lang=en", wait_until="domcontentloaded")
    grab = page.locator("#grab")
    grab.click()
    expect(grab).to_have_attribute("aria-expanded", "true")
    page.reload(wait_until="domcontentloaded")
    expect(grab).to_have_attribute("aria-expanded", "true")
    page.go_back()
    expect(grab).to_have_attribute("aria-expanded", "false")


@pytest.mark.long
def test_a_dialog_that_cannot_be_fetched_is_told_of_and_comes_when_it_can(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch()
    page = watched.page
    module = re.compile(r"/share\.mjs")
    page.route(module, lambda route: route.abort())
    page.goto(f"{live_server.url}/?lang=en", wait_until="domcontentloaded")
    page.locator("#embed-open").click()
    notice = page.locator("#notice")
    expect(notice).to_contain_text("The server does not answer")
    # What else arrives meanwhile takes nothing back.
    watched.ready()
    expect(notice).to_contain_text("The server does not answer")
    page.unroute(module)
    page.locator("#embed-open").click()
    expect(page.locator("#share-dialog")).to_be_visible()
    expect(notice).to_be_hidden()
