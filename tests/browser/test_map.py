"""The map as a reader meets it: a real browser, no other host, no complaint."""

from __future__ import annotations

import re
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from layers.articles.documents.shelf import file_text
from layers.workspace import Workspace
from tests.browser.waiting import resized, until
from tests.live import SHARED, LiveServer, start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.browser
ARTICLES = sorted((SHARED / "articles").glob("*.txt"))
RENDERED = "layers => corridormap.map.queryRenderedFeatures().map(f => f.sourceLayer || f.source)"
FITS = """([width, height]) => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  return innerWidth === width && innerHeight === height && scrollWidth <= width && scrollHeight <= height;
}"""


def check_drawn(watched: Any, lang: str, theme: str) -> None:
    """The page is in the language and theme, draws the map, and fits on a laptop and on a phone."""
    page = watched.ready()
    assert {"basemap", "borders", "corridors", "corridor_marks"} <= set(page.evaluate(RENDERED))
    html = page.evaluate(
        "({...document.documentElement.dataset, lang: document.documentElement.lang, dir: document.dir})"
    )
    assert (html["lang"], html["dir"], html["theme"]) == (lang, "rtl" if lang == "fa" else "ltr", theme)
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        until(page, partial(page.evaluate, FITS, [width, height]), f"the page fits into {width} x {height} px")
    assert watched.outside == []
    assert watched.complaints == []


@pytest.mark.parametrize(
    ("path", "lang", "theme"),
    [
        ("/", "fa", "dark"),
        pytest.param("/", "ru", "dark", marks=pytest.mark.slow),
        pytest.param("/", "kk", "light", marks=pytest.mark.slow),
        ("/embed", "en", "dark"),
        pytest.param("/embed", "fa", "light", marks=pytest.mark.slow),
    ],
)
def test_the_page_draws_the_map_with_no_complaint_and_no_outside_request(
    watch: Callable[..., Any], live_server: LiveServer, path: str, lang: str, theme: str
) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}{path}?lang={lang}&theme={theme}")
    if (path, lang) == ("/embed", "en"):
        watched.ready()
        check_click(watched)
    check_drawn(watched, lang, theme)


def click_border(page: Any) -> None:
    """Click the middle of a piece of the Afghan-Tajik border that is on the screen."""
    point = page.evaluate(
        """() => {
          const map = corridormap.map;
          map.jumpTo({center: [70.2, 37.9], zoom: 6});
          return new Promise(done => map.once('idle', () => {
            const hits = map.queryRenderedFeatures().filter(f => f.sourceLayer === 'borders' && f.properties.id === 'af-tj');
            const lines = hits.map(f => f.geometry.type === 'LineString' ? [f.geometry.coordinates] : f.geometry.coordinates).flat();
            const canvas = map.getCanvas().getBoundingClientRect();
            for (const line of lines) for (const at of line) {
              const p = map.project(at);
              if (p.x > 350 && p.x < canvas.width - 420 && p.y > 120 && p.y < canvas.height - 160) {
                return done({x: p.x + canvas.left, y: p.y + canvas.top});
              }
            }
            done(null);
          }));
        }"""
    )
    assert point
    page.mouse.click(point["x"], point["y"])


def check_click(watched: Any) -> None:
    page = watched.page
    click_border(page)
    panel = page.locator("#evidence")
    expect(panel.get_by_text("Tajikistan").first).to_be_visible()
    watched.settled()
    assert watched.complaints == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_click_on_the_map_opens_what_the_object_rests_on(at: Callable[..., Any]) -> None:
    check_click(at())


def test_the_cursor_names_what_a_click_would_open(at: Callable[..., Any]) -> None:
    page = at().page
    tray = page.evaluate(
        """() => {
          const { map } = corridormap;
          const one = map.queryRenderedFeatures().find(f => f.source === 'trays' && f.properties.incidents.includes('inc06'));
          const {x, y} = map.project(one.geometry.coordinates);
          const {left, top} = map.getContainer().getBoundingClientRect();
          return {x: left + x, y: top + y + 14};
        }"""
    )
    page.mouse.move(tray["x"] - 5, tray["y"])
    page.mouse.move(tray["x"], tray["y"])
    tip = page.locator(".tip")
    name = page.locator("#objects [data-open='inc06']").evaluate("a => a.firstChild.data.trim()")
    expect(tip).to_have_text(name, use_inner_text=True)
    expect(tip).to_be_visible()
    page.mouse.move(5, 5)
    tip.wait_for(state="hidden")


def test_an_address_brings_back_view_and_object_at_once(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch()
    page = watched.page
    page.goto(f"{live_server.url}/?lang=en&theme=light&lon=70&lat=38&z=6&open=a1")
    watched.ready()
    watched.settled()
    panel = page.locator("#evidence")
    expect(panel.locator(".facts").first).to_be_visible()
    text = panel.inner_text()
    assert "75" in text
    assert "suspect" in text.lower()
    assert "10.22080/jpir.2020.2741" in text
    center = page.evaluate("corridormap.map.getCenter()")
    assert (round(center["lng"], 2), round(center["lat"], 2)) == (70, 38)
    link = panel.locator(".proof a[href*='/m/']").get_attribute("href")
    assert link
    assert re.fullmatch(rf"{re.escape(live_server.url)}/m/[0-9a-f]{{12}}\?open=a1", link)
    check_drawn(watched, "en", "light")


def test_the_keyboard_alone_opens_and_closes_the_evidence(at: Callable[..., Any]) -> None:
    page = at().page
    page.locator("#objects [data-open='inc04']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#evidence h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#evidence")).to_be_hidden()
    expect(page.locator("#objects [data-open='inc04']")).to_be_focused()


def test_closing_what_was_opened_takes_one_step_and_keeps_the_view(at: Callable[..., Any]) -> None:
    """On a phone Back closes the panel; the cross does the same, and leaves no step behind that does nothing."""
    watched = at()
    page = watched.page
    page.evaluate("history.replaceState('before', '')")  # the length of the history says nothing: it ends at 50 steps
    page.locator("#objects [data-open='inc04']").click()
    watched.settled()
    page.locator("#objects [data-open='inc06']").first.click()
    watched.settled()
    page.evaluate("void corridormap.map.jumpTo({center: [66, 41], zoom: 4})")
    watched.settled()
    page.locator("#evidence .close").click()
    expect(page.locator("#evidence")).to_be_hidden()
    watched.settled()
    assert page.evaluate("history.state") == "before", "it has gone back"
    address = page.evaluate("location.href")
    assert "open=" not in address
    assert "lon=66.000" in address
    assert page.evaluate("corridormap.map.getCenter().lng") == pytest.approx(66)
    page.locator("#objects [data-open='inc04']").click()
    watched.settled()
    page.go_back()
    expect(page.locator("#evidence")).to_be_hidden()
    assert page.evaluate("location.href") == address


def test_on_a_phone_back_lets_the_legend_down(at: Callable[..., Any]) -> None:
    watched = at()
    page = watched.page
    resized(page, 390, 844)
    grab = page.locator("#grab")
    grab.click()
    expect(grab).to_have_attribute("aria-expanded", "true")
    page.go_back()
    expect(grab).to_have_attribute("aria-expanded", "false")
    grab.click()
    expect(grab).to_have_attribute("aria-expanded", "true")
    grab.click()
    expect(grab).to_have_attribute("aria-expanded", "false")
    watched.settled()
    grab.click()
    expect(grab).to_have_attribute("aria-expanded", "true")
    # The browser takes its time to go back: who is quicker than it goes back once only.
    grab.evaluate("e => { e.click(); e.click(); }")
    watched.settled()
    expect(grab).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("history.state") == "sheet"


def test_an_object_is_brought_out_from_under_the_panel(at: Callable[..., Any]) -> None:
    for width, height in ((1280, 800), (900, 700), (390, 844)):
        watched = at("lon=20&lat=50&z=4")
        page = watched.page
        resized(page, width, height)
        page.evaluate("document.querySelector('[data-open=inc04]').click()")
        watched.settled()
        expect(page.locator("#evidence .facts").first).to_be_visible()
        seen = page.evaluate(
            """async () => {
              const {lon, lat} = await (await fetch('/list?layer=incidents')).json()
                .then(told => told.rows.find(row => row.id === 'inc04'));
              const box = corridormap.map.getContainer().getBoundingClientRect();
              const {x, y} = corridormap.map.project([lon, lat]);
              const top = document.elementFromPoint(box.left + x, box.top + y);
              return corridormap.map.getContainer().contains(top);
            }"""
        )
        assert seen, (width, height)


def test_a_layer_can_be_switched_off_and_the_address_remembers(at: Callable[..., Any]) -> None:
    drawn = set(at("layers=borders,incidents").page.evaluate(RENDERED))
    assert "borders" in drawn
    assert not drawn & {"corridors", "corridor_marks", "context_corridors"}


@pytest.mark.skipif(not ARTICLES, reason="the two articles are not beside this checkout")
def test_after_ingest_a_click_shows_the_exact_sentence_in_context(
    watch: Callable[..., Any], workspace: Workspace, tmp_path: Path
) -> None:
    shutil.copytree(workspace.path, tmp_path / "own")
    own = Workspace(tmp_path / "own")
    for path in ARTICLES:
        file_text(own, path)
    persian = next(path for path in ARTICLES if path.name.startswith("002")).read_text(encoding="utf-8")
    server = start_server(own.path, tmp_path / "log.txt")
    try:
        watched = watch()
        watched.page.goto(f"{server.url}/?lang=en")
        page = watched.ready()
        page.locator("#objects [data-open='inc04']").click()
        mark = page.locator("#evidence mark").first
        expect(mark).to_be_visible()
        watched.settled()
        shown = mark.evaluate("m => m.textContent")
        assert shown in persian
        assert len(shown) > 20
        quote = mark.evaluate("m => { const q = m.closest('[lang]'); return [q.lang, q.dir]; }")
        assert quote == ["fa", "rtl"]
        assert watched.complaints == []
        assert watched.outside == []
    finally:
        stop_server(server)


def test_an_embed_works_in_a_sandboxed_frame_of_another_origin(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch()
    page = watched.page
    host = live_server.url.replace("127.0.0.1", "localhost")
    page.route(
        f"{host}/newspaper",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<!doctype html><title>News</title><iframe title="Map" sandbox="allow-scripts" width="900" height="600" '
            f'src="{live_server.url}/embed?lang=en"></iframe>',
        ),
    )
    page.goto(f"{host}/newspaper")
    frame = page.frame_locator("iframe")
    frame.locator("html[data-ready='1']").wait_for(state="attached")
    assert watched.complaints == []
    assert watched.outside == []


def test_members_of_an_organization_load_when_it_is_chosen(at: Callable[..., Any]) -> None:
    # Of this day no test before has asked, so that no tile is here already.
    watched = at("datetime=2001-02-03/2018-03-09")
    page = watched.page
    asked: list[str] = []
    note = lambda request: asked.append(request.url)  # noqa: E731 -- the same function is taken off again
    page.on("request", note)
    page.locator("#legend [data-section=organizations]").evaluate("e => { e.open = true; }")
    assert not any("/organizations/" in url for url in asked)
    page.get_by_label("Show the members of").select_option("sco")
    watched.settled()
    until(page, lambda: any("/organizations/" in url for url in asked), "the members are asked for")
    page.remove_listener("request", note)
    drawn = """corridormap.map.queryRenderedFeatures()
      .filter(f => f.sourceLayer === 'organizations').map(f => f.properties.organization)"""
    assert set(page.evaluate(drawn)) == {"sco"}
    assert watched.complaints == []


def test_an_object_that_is_not_there_is_said_to_be_unknown(at: Callable[..., Any]) -> None:
    page = at("open=nothing-of-the-kind").page
    page.locator("#evidence").get_by_text("This release has no such object.").wait_for()


def test_the_map_shows_as_many_placed_incidents_as_the_legend_counts(at: Callable[..., Any]) -> None:
    drawn = at().page.evaluate(
        "corridormap.map.queryRenderedFeatures().filter(f => f.source === 'trays').map(f => f.properties.incidents)"
    )
    assert len({incident for tray in drawn for incident in tray.split()}) == 8


def test_no_name_is_drawn_twice_where_a_tray_hangs(at: Callable[..., Any]) -> None:
    """A province with incidents is named by its tray alone."""
    names = at("lon=69&lat=37&z=6").page.evaluate(
        """corridormap.map.queryRenderedFeatures().filter(f => f.layer.type === 'symbol')
          .map(f => f.source === 'trays' ? f.properties.name : f.layer.id === 'admin1-names' ? f.properties.name_en : '')
          .filter(name => name === 'Kunduz')"""
    )
    assert names == ["Kunduz"]
