"""Every page under axe-core: nothing serious or critical, in both themes and both directions; and by keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.live import LiveServer

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "server/assets/node_modules/axe-core/axe.min.js"
RUN = """async () => {
  const { violations } = await axe.run(document, { iframes: false, resultTypes: ['violations'] });
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, any }) => html.slice(0, 160) + ' ' + (any[0]?.message ?? '')).join(' | ')}`);
}"""

MAPS = {
    "map": "/?",
    "evidence and table": "/?open=inc04&table=incidents",
    "filters, members, time": "/?members=sco&datetime=2005/2012&status=reviewed&open=a1",
    "embed": "/embed?",
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


def complaints_of_axe(watch: Callable[..., Any], address: str, *, is_map: bool, width: int = 1280) -> list[str]:
    assert AXE.is_file(), "axe-core is not here: run `make assets`"
    watched = watch(width, 800)
    watched.page.add_init_script(path=AXE)
    watched.page.goto(address)
    if is_map:
        watched.ready()
        watched.settled()
        if "open=" in address:
            watched.page.locator("#evidence .facts").first.wait_for()
        # On a phone the evidence lies over the panel.
        for section in watched.page.locator("#panel > details:not([open]) > summary:visible").all():
            section.click()
    found: list[str] = watched.page.evaluate(RUN)
    return found


@pytest.mark.parametrize(("lang", "theme"), [("en", "light"), ("fa", "dark")])
@pytest.mark.parametrize("name", MAPS)
def test_the_map_has_no_serious_violation(
    watch: Callable[..., Any], live_server: LiveServer, name: str, lang: str, theme: str
) -> None:
    address = f"{live_server.url}{MAPS[name]}&lang={lang}&theme={theme}"
    assert complaints_of_axe(watch, address, is_map=True) == []


@pytest.mark.parametrize(("lang", "theme"), [("en", "dark"), ("fa", "light")])
def test_a_phone_has_no_serious_violation(
    watch: Callable[..., Any], live_server: LiveServer, lang: str, theme: str
) -> None:
    address = f"{live_server.url}/?lang={lang}&theme={theme}&open=inc06"
    assert complaints_of_axe(watch, address, is_map=True, width=390) == []


@pytest.mark.parametrize(("lang", "theme"), [("en", "light"), ("fa", "dark"), ("ru", "dark"), ("fa", "light")])
def test_no_page_of_text_has_a_serious_violation(
    watch: Callable[..., Any], live_server: LiveServer, lang: str, theme: str
) -> None:
    found = {
        name: complaints_of_axe(watch, f"{live_server.url}{path}&lang={lang}&theme={theme}", is_map=False)
        for name, path in PAGES.items()
    }
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def test_the_table_opens_the_evidence_and_gets_the_focus_back(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}/?lang=en")
    page = watched.ready()
    page.get_by_role("button", name="Table").first.focus()
    page.keyboard.press("Enter")
    row = page.locator("#table tbody [data-open]").first
    row.focus()
    name = row.get_attribute("data-open")
    page.keyboard.press("Enter")
    page.locator("#evidence .facts").wait_for()
    page.keyboard.press("Escape")
    page.locator("#evidence").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.dataset.open") == name
    heading = page.locator("#table thead button").first
    heading.focus()
    page.keyboard.press("Enter")
    assert page.locator("#table th[aria-sort=ascending]").inner_text().startswith("Object")
    titles = [text.strip() for text in page.locator("#table tbody th").all_inner_texts()]
    assert titles == sorted(titles, key=str.casefold)


def test_nothing_moves_where_the_reader_wants_no_motion(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch(reduced_motion="reduce")
    watched.page.goto(f"{live_server.url}/?lang=en")
    page = watched.ready()
    page.locator("[data-open='inc06']").first.click()
    panel = page.locator("#evidence")
    panel.wait_for(state="visible")
    assert panel.evaluate("e => getComputedStyle(e).animationName") == "none"
    assert not page.evaluate("corridormap.map.isMoving()")
