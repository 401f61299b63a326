"""The page where things go wrong: hostile text, no WebGL, no network, a server that fails."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

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
        document = route.fetch().json()
        document["title"] = {"en": HOSTILE}
        document["gloss"] = {"en": HOSTILE}
        for item in document["evidence"]:
            item["locator"] = {"section": HOSTILE, "paragraph": 1, "anchor": HOSTILE}
            item["context"] = {"before": HOSTILE, "text": HOSTILE, "after": HOSTILE, "language": "en", "dir": "ltr"}
        for article in document["articles"].values():
            article |= {"title": {"en": HOSTILE}, "authors": [HOSTILE], "publisher": HOSTILE}
        route.fulfill(body=json.dumps(document), content_type="application/json")

    page.route(re.compile(r"/evidence/"), forge)
    page.locator("#objects [data-open='inc04']").click()
    mark = page.locator("#evidence mark").first
    mark.wait_for()
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
    picture.wait_for()
    assert picture.evaluate("async e => { await e.decode(); return e.naturalWidth > 0; }")
    assert "category=attack" in (picture.get_attribute("src") or "")
    page.get_by_text("This browser cannot draw the map").wait_for()
    assert page.locator("#table tbody tr").count() == 3
    page.locator("#objects [data-open='inc01']").click()
    page.locator("#evidence .facts").wait_for()
    assert watched.complaints == []


def test_offline_of_all_other_hosts_nothing_is_missing(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch()
    failed: list[str] = []
    watched.page.on("requestfailed", lambda request: failed.append(request.url))
    watched.page.goto(f"{live_server.url}/?lang=fa&open=inc04&table=incidents&coverage=silence")
    page = watched.ready()
    watched.settled()
    page.locator("#evidence .facts").wait_for()
    assert watched.outside == []
    assert [url for url in failed if "/tiles/" not in url and "/list" not in url] == []


@pytest.mark.parametrize("broken", ["/tiles/", "/list", "/counts"])
def test_a_failing_server_is_told_of_and_forgotten_when_it_is_back(at: Callable[..., Any], broken: str) -> None:
    page = at().page
    page.route(re.compile(re.escape(broken)), lambda route: route.fulfill(status=503, body="{}"))
    # Choices that no test before has made: what was answered once is not asked again.
    others = {"/tiles/": "attack", "/list": "arrest", "/counts": "operation"}
    page.locator(f"[data-key='category.{others[broken]}']").uncheck()
    if broken == "/tiles/":
        page.evaluate("void corridormap.map.jumpTo({center: [100, 60], zoom: 5})")
    page.locator("#notice", has_text="The server does not answer").wait_for()
    page.unroute(re.compile(re.escape(broken)))
    page.locator("[data-key='category.armed_clash']").uncheck()
    page.locator("#notice").wait_for(state="hidden")


def test_credits_are_in_sight_on_every_screen(at: Callable[..., Any]) -> None:
    page = at("table=incidents").page
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        line = page.locator("#credits")
        assert "Natural Earth" in line.inner_text()
        assert "imply no opinion" in line.inner_text()
        box = line.bounding_box()
        assert box
        assert box["y"] + box["height"] <= height


def test_in_print_the_map_its_legend_and_credits_stand_without_controls(at: Callable[..., Any]) -> None:
    page = at("open=inc06").page
    page.locator("#evidence .facts").first.wait_for()
    page.emulate_media(media="print")
    for hidden in (".bar", "#objects", ".maplibregl-ctrl-top-right"):
        assert not page.locator(hidden).first.is_visible()
    for shown in ("#map", "#legend", "#credits", "#evidence"):
        assert page.locator(shown).is_visible()


def test_a_filter_that_keeps_nothing_says_so(at: Callable[..., Any]) -> None:
    page = at("category=none").page
    page.get_by_text("No incident matches these filters.").wait_for()
    assert page.locator("#unplaced").is_hidden()
