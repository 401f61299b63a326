"""The page where things go wrong: hostile text, no WebGL, no network, a server that fails."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import PATIENCE_MS, answer_for, resized, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Route

    from tests.live import LiveServer

pytestmark = pytest.mark.browser

NO_WEBGL = (
    "HTMLCanvasElement.prototype.getContext = new Proxy(HTMLCanvasElement.prototype.getContext,"
    "{apply: (f, self, args) => /webgl/.test(args[0]) ? null : Reflect.apply(f, self, args)})"
)
HOSTILE = (
    "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'> \u202egnorw\u202c \u2067ab\u2069 "
    + "x" * 10_000
)


def test_hostile_text_of_an_article_is_shown_as_text(at: Callable[..., Any]) -> None:
    watched = at()
    page = watched.page

    def forge(route: Route) -> None:
        document = route.fetch(timeout=PATIENCE_MS).json()
        document["title"] = {"en": HOSTILE}
        document["gloss"] = {"en": HOSTILE}
        for item in document["evidence"]:
            item["locator"] = {"section": HOSTILE, "paragraph": 1, "anchor": HOSTILE}
            item["context"] = {"before": HOSTILE, "text": HOSTILE, "after": HOSTILE, "language": "en", "dir": "ltr"}
        for article in document["articles"].values():
            article |= {"title": {"en": HOSTILE}, "authors": [HOSTILE], "publisher": HOSTILE}
        route.fulfill(body=json.dumps(document), content_type="application/json")

    answer_for(page, re.compile(r"/evidence/"), forge)
    page.locator("#objects [data-open='inc04']").click()
    watched.settled()
    mark = page.locator("#evidence mark").first
    expect(mark).to_be_visible()
    assert mark.evaluate("m => m.textContent") == HOSTILE
    assert mark.evaluate("m => m.childElementCount") == 0
    assert page.evaluate("window.hit") is None
    assert page.locator("#evidence script, #evidence img").count() == 0
    panel = page.locator("#evidence .evidence-body")
    assert panel.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    # What a text overrides ends with it: the words after the quotation run as ever.
    assert page.locator("#evidence blockquote").first.evaluate("e => getComputedStyle(e).unicodeBidi") == "isolate"
    assert watched.complaints == []


def test_without_webgl_a_picture_the_list_and_the_table_stand_in(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch()
    page = watched.page
    page.add_init_script(NO_WEBGL)
    page.goto(f"{live_server.url}/?lang=en&category=attack&table=incidents")
    picture = page.get_by_role("img", name=re.compile("Picture of the map"))
    expect(picture).to_have_attribute("src", re.compile("category=attack"))
    assert picture.evaluate("async e => { await e.decode(); return e.naturalWidth > 0; }")
    expect(page.get_by_text("This browser cannot draw the map")).to_be_visible()
    expect(page.locator("#table tbody tr")).to_have_count(3)
    page.locator("#objects [data-open='inc01']").click()
    expect(page.locator("#evidence .facts").first).to_be_visible()
    # On a phone the list leaves room for the picture and for why it is there.
    resized(page, 390, 844)
    page.keyboard.press("Escape")
    expect(page.locator("#evidence")).to_be_hidden()
    list_begins = page.locator("#panel").evaluate("e => e.getBoundingClientRect().top")
    assert page.locator("#notice").evaluate("e => e.getBoundingClientRect().bottom") < list_begins
    # Five seconds after the page has come, the browser says that the map's style was fetched for nothing.
    assert [said for said in watched.complaints if "/style.json" not in said] == []


def test_offline_of_all_other_hosts_nothing_is_missing(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch()
    failed: list[str] = []
    watched.page.on("requestfailed", lambda request: failed.append(request.url))
    watched.page.goto(f"{live_server.url}/?lang=fa&open=inc04&table=incidents&coverage=silence")
    page = watched.ready()
    watched.settled()
    expect(page.locator("#evidence .facts").first).to_be_visible()
    assert watched.outside == []
    assert [url for url in failed if "/tiles/" not in url and "/list" not in url] == []


@pytest.mark.parametrize(
    ("broken", "end"),
    [
        ("/tiles/", "2018-05-06"),
        ("/counts", "2018-05-08"),
        pytest.param("/list", "2018-05-07", marks=pytest.mark.slow),
    ],
)
def test_a_failing_server_is_told_of_and_forgotten_when_it_is_back(
    at: Callable[..., Any], broken: str, end: str
) -> None:
    # A time that no other test chooses: what was answered once is not asked again.
    watched = at(f"datetime=2004-02-03/{end}")
    page = watched.page
    pattern = re.compile(re.escape(broken))
    answer_for(page, pattern, lambda route: route.fulfill(status=503, body="{}"))
    page.locator("[data-key='category.attack']").uncheck()
    if broken == "/tiles/":
        page.evaluate("void corridormap.map.jumpTo({center: [100, 60], zoom: 5})")
    expect(page.locator("#notice")).to_contain_text("The server does not answer")
    watched.settled()  # all that fails has failed
    page.unroute(pattern)
    page.locator("[data-key='category.armed_clash']").uncheck()
    expect(page.locator("#notice")).to_be_hidden()


def test_credits_are_in_sight_on_every_screen(at: Callable[..., Any]) -> None:
    page = at("table=incidents").page
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        line = page.locator("#credits")
        expect(line).to_contain_text("Natural Earth", use_inner_text=True)
        expect(line).to_contain_text("imply no opinion", use_inner_text=True)
        ends = f"e => innerHeight === {height} && e.getBoundingClientRect().bottom <= innerHeight"
        until(page, partial(line.evaluate, ends), "the credits end on the screen")


def test_in_print_the_map_its_legend_and_credits_stand_without_controls(at: Callable[..., Any]) -> None:
    page = at("open=inc06").page
    expect(page.locator("#evidence .facts").first).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (".bar", "#objects", ".maplibregl-ctrl-top-right"):
        expect(page.locator(hidden).first).to_be_hidden()
    for shown in ("#map", "#legend", "#credits", "#evidence"):
        expect(page.locator(shown)).to_be_visible()


def test_a_filter_that_keeps_nothing_says_so(at: Callable[..., Any]) -> None:
    page = at("category=none").page
    expect(page.get_by_text("No incident matches these filters.")).to_be_visible()
    expect(page.locator("#unplaced")).to_be_hidden()


def test_a_map_whose_memory_was_taken_away_comes_back_with_all_that_hung_in_it(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch()
    page = watched.page
    page.goto(f"{live_server.url}/?lang=en&category=attack&open=a1")
    watched.ready()
    expect(page.locator("#evidence-title")).to_be_visible()
    held = watched.settled().evaluate("corridormap.map.getGlobalState()")
    assert held["tray_areas"]
    assert held["corridor"] == "a1"
    page.evaluate(
        "window.memory = corridormap.map.getCanvas().getContext('webgl2').getExtension('WEBGL_lose_context');"
        "memory.loseContext()"
    )
    notice = page.locator("#notice")
    expect(notice).to_contain_text("The map could not be loaded")
    # What the reader chooses meanwhile is on the map that comes back.
    page.locator("[data-key='category.armed_clash']").check()
    expect(page.locator("#time .note")).to_have_text("5 shown")
    page.evaluate("memory.restoreContext()")
    expect(notice).to_be_hidden()
    now = watched.settled().evaluate("corridormap.map.getGlobalState()")
    assert now["corridor"] == "a1"
    assert now["tray_areas"] != held["tray_areas"]
    assert not watched.complaints
