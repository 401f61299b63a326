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


def test_hostile_text_of_an_article_is_shown_as_text(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch()
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
    page.goto(f"{live_server.url}/?lang=en&open=inc04")
    watched.ready()
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
    page.wait_for_timeout(500)
    assert picture.evaluate("e => e.complete && e.naturalWidth > 0")
    assert "category=attack" in (picture.get_attribute("src") or "")
    page.get_by_text("This browser cannot draw the map").wait_for()
    assert page.locator("#table tbody tr").count() == 3
    page.locator("[data-open='inc01']").first.click()
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
def test_a_failing_server_is_told_of_and_forgotten_when_it_is_back(
    watch: Callable[..., Any], live_server: LiveServer, broken: str
) -> None:
    watched = watch()
    page = watched.page
    page.goto(f"{live_server.url}/?lang=en")
    watched.ready()
    watched.settled()
    page.route(re.compile(re.escape(broken)), lambda route: route.fulfill(status=503, body="{}"))
    page.locator("[data-key='category.attack']").uncheck()
    if broken == "/tiles/":
        page.evaluate("corridormap.map.jumpTo({center: [100, 60], zoom: 5})")
    page.locator("#notice", has_text="The server does not answer").wait_for()
    page.unroute(re.compile(re.escape(broken)))
    if broken != "/tiles/":
        page.locator("[data-key='category.arrest']").uncheck()
        page.locator("#notice").wait_for(state="hidden")


def test_credits_are_in_sight_on_every_screen(watch: Callable[..., Any], live_server: LiveServer) -> None:
    for width, height in ((1280, 800), (390, 844)):
        watched = watch(width, height)
        watched.page.goto(f"{live_server.url}/?lang=en&table=incidents")
        page = watched.ready()
        line = page.locator("#credits")
        assert "Natural Earth" in line.inner_text()
        assert "imply no opinion" in line.inner_text()
        box = line.bounding_box()
        assert box
        assert box["y"] + box["height"] <= height


def test_in_print_the_map_its_legend_and_credits_stand_without_controls(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}/?lang=en&open=inc06")
    page = watched.ready()
    page.emulate_media(media="print")
    for hidden in (".bar", "#objects", ".maplibregl-ctrl-top-right"):
        assert not page.locator(hidden).first.is_visible()
    for shown in ("#map", "#legend", "#credits", "#evidence"):
        assert page.locator(shown).is_visible()
