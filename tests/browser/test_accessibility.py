"""Every page under axe-core: nothing serious or critical, in both themes and both directions; and by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.live import LiveServer

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "server/assets/node_modules/axe-core/axe.min.js"
RUN = """async () => {
  // What fades in has its own colours when it is there.
  const passing = document.getAnimations().filter(one => Number.isFinite(one.effect.getComputedTiming().endTime));
  await Promise.allSettled(passing.map(one => one.finished));
  const { violations } = await axe.run(document, { iframes: false, resultTypes: ['violations'] });
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, any }) => html.slice(0, 160) + ' ' + (any[0]?.message ?? '')).join(' | ')}`);
}"""

MAPS = {
    "map": "",
    "evidence and table": "open=inc04&table=incidents",
    "filters, members, time": "members=sco&datetime=2005/2012&status=reviewed&open=a1",
}
PAGES = {
    "articles": "/articles?",
    "article": "/articles/jpir-narcoterrorism?",
    "organization": "/organizations/sco?",
    "conflicts": "/conflicts?",
    "sources": "/sources?",
    "data": "/data?",
    "object": "/evidence/inc04?",
    "corridor": "/evidence/a1?",
    "error": "/evidence/nothing?",
}


def complaints_of_axe(page: Page) -> list[str]:
    """Run axe-core over the page as it is."""
    assert AXE.is_file(), "axe-core is not here: run `make assets`"
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize(("lang", "theme"), [("en", "light"), pytest.param("fa", "dark", marks=pytest.mark.slow)])
def test_the_map_has_no_serious_violation(at: Callable[..., Any], lang: str, theme: str) -> None:
    found = {}
    for name, query in MAPS.items():
        watched = at(query, lang=lang, theme=theme)
        page = watched.page
        if "open=" in query:
            expect(page.locator("#evidence .facts").first).to_be_visible()
        page.evaluate(
            "document.querySelectorAll('#panel > details, #legend > details').forEach(one => { one.open = true; })"
        )
        found[name] = complaints_of_axe(page)
    page.set_viewport_size({"width": 390, "height": 800})
    until(page, lambda: page.evaluate("innerWidth") == 390, "the page is as narrow as a phone")
    watched.settled()
    found["on a phone"] = complaints_of_axe(page)
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


@pytest.mark.parametrize(("lang", "theme"), [pytest.param("en", "dark", marks=pytest.mark.slow), ("fa", "light")])
def test_an_embed_has_no_serious_violation(
    watch: Callable[..., Any], live_server: LiveServer, lang: str, theme: str
) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}/embed?lang={lang}&theme={theme}")
    assert complaints_of_axe(watched.ready()) == []


@pytest.mark.parametrize(
    ("lang", "theme"),
    [
        ("en", "light"),
        ("fa", "dark"),
        pytest.param("ru", "dark", marks=pytest.mark.slow),
        pytest.param("fa", "light", marks=pytest.mark.slow),
    ],
)
def test_no_page_of_text_has_a_serious_violation(
    watch: Callable[..., Any], live_server: LiveServer, lang: str, theme: str
) -> None:
    page = watch().page
    # The maps inside these pages are pages of their own, which are tested above.
    page.route("**/embed?**", lambda route: route.fulfill(content_type="text/html", body="<title>Map</title>"))
    found = {}
    for name, path in PAGES.items():
        page.goto(f"{live_server.url}{path}&lang={lang}&theme={theme}")
        found[name] = complaints_of_axe(page)
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def test_the_table_opens_the_evidence_and_gets_the_focus_back(
    at: Callable[..., Any],
) -> None:
    watched = at()
    page = watched.page
    page.get_by_role("button", name="Table").first.focus()
    page.keyboard.press("Enter")
    watched.settled()
    name = page.locator("#table tbody [data-open]").first.get_attribute("data-open")
    row = page.locator(f"#table tbody [data-open='{name}']")
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#evidence h2")).to_be_focused()
    watched.settled()
    page.keyboard.press("Escape")
    expect(page.locator("#evidence")).to_be_hidden()
    expect(row).to_be_focused()
    watched.settled()
    heading = page.locator("#table thead button").first
    heading.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#table th[aria-sort=ascending]")).to_have_text(re.compile("^Object"))
    titles = [text.strip() for text in page.locator("#table tbody th").all_inner_texts()]
    assert titles == sorted(titles, key=str.casefold)


def test_nothing_moves_where_the_reader_wants_no_motion(at: Callable[..., Any]) -> None:
    watched = at("lon=20&lat=50&z=4")
    page = watched.page
    page.emulate_media(reduced_motion="reduce")
    until(page, lambda: page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches"), "no motion is wanted")
    page.evaluate(
        """() => {
          const { map } = corridormap;
          window.centers = new Set([map.getCenter().lng]);
          map.on('move', () => window.centers.add(map.getCenter().lng));
        }"""
    )
    page.locator("#objects [data-open='inc06']").click()
    panel = page.locator("#evidence")
    expect(panel.locator(".facts").first).to_be_visible()
    assert panel.evaluate("e => getComputedStyle(e).animationName") == "none"
    # The map jumps to the object, in one step.
    watched.settled()
    assert page.evaluate("window.centers.size") == 2
