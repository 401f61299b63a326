"""The map as a reader meets it: a real browser, no other host, no complaint."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from layers.articles.documents.shelf import file_text
from layers.workspace import Workspace
from tests.live import SHARED, LiveServer, start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.browser
ARTICLES = sorted((SHARED / "articles").glob("*.txt"))
RENDERED = "layers => corridormap.map.queryRenderedFeatures().map(f => f.sourceLayer || f.source)"


@pytest.mark.parametrize("lang", ["en", "fa", "ru", "kk"])
@pytest.mark.parametrize("path", ["/", "/embed"])
def test_the_page_draws_the_map_with_no_complaint_and_no_outside_request(
    watch: Callable[..., Any], live_server: LiveServer, path: str, lang: str
) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}{path}?lang={lang}")
    page = watched.ready()
    drawn = set(page.evaluate(RENDERED))
    assert {"basemap", "borders", "corridors", "corridor_marks"} <= drawn
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.evaluate("document.documentElement.dir") == ("rtl" if lang == "fa" else "ltr")
    assert watched.complaints == []
    assert watched.outside == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overflows_the_screen(
    watch: Callable[..., Any], live_server: LiveServer, width: int, height: int, theme: str
) -> None:
    watched = watch(width, height)
    watched.page.goto(f"{live_server.url}/?theme={theme}&lang=fa")
    page = watched.ready()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert watched.complaints == []


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


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_a_click_on_the_map_opens_what_the_object_rests_on(
    watch: Callable[..., Any], live_server: LiveServer, path: str
) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}{path}?lang=en")
    page = watched.ready()
    click_border(page)
    panel = page.locator("#evidence")
    panel.wait_for(state="visible")
    panel.get_by_text("Tajikistan").first.wait_for()
    assert watched.complaints == []
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")


def test_an_address_with_open_shows_the_evidence_at_once(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}/?lang=en&open=a1")
    page = watched.ready()
    panel = page.locator("#evidence")
    panel.wait_for(state="visible")
    text = panel.inner_text()
    assert "75" in text
    assert "suspect" in text.lower()
    assert "10.22080/jpir.2020.2741" in text
    assert watched.complaints == []


def test_the_keyboard_alone_opens_and_closes_the_evidence(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}/?lang=en")
    page = watched.ready()
    button = page.locator("[data-open='inc04']").first
    button.focus()
    page.keyboard.press("Enter")
    page.locator("#evidence").wait_for(state="visible")
    page.keyboard.press("Escape")
    page.locator("#evidence").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.dataset.open") == "inc04"


def test_a_layer_can_be_switched_off_and_the_address_remembers(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}/?lang=en&layers=borders,incidents")
    page = watched.ready()
    drawn = set(page.evaluate(RENDERED))
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
        page.locator("[data-open='inc04']").first.click()
        mark = page.locator("#evidence mark").first
        mark.wait_for(state="visible")
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
    frame.locator("html[data-ready='1']").wait_for(state="attached", timeout=60_000)
    assert watched.complaints == []
    assert watched.outside == []


def test_members_of_an_organization_load_when_it_is_chosen(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch()
    page = watched.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/?lang=en")
    watched.ready()
    assert not any("/organizations/" in url for url in asked)
    page.locator("#legend summary", has_text="Organizations").click()
    page.get_by_label("Show the members of").select_option("sco")
    drawn = """corridormap.map.queryRenderedFeatures()
      .filter(f => f.sourceLayer === 'organizations').map(f => f.properties.organization)"""
    for _ in range(100):  # the page's own policy forbids the browser's waiting by a script of the test
        if page.evaluate(drawn):
            break
        page.wait_for_timeout(100)
    assert set(page.evaluate(drawn)) == {"sco"}
    assert any("/organizations/" in url for url in asked)
    assert watched.complaints == []


def test_an_object_that_is_not_there_is_said_to_be_unknown(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}/?lang=en&open=nothing-of-the-kind")
    page = watched.ready()
    page.locator("#evidence").get_by_text("This release has no such object.").wait_for()


def test_an_address_that_names_a_view_is_shown_as_it_is(watch: Callable[..., Any], live_server: LiveServer) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}/?lang=en&lon=70&lat=38&z=6&open=inc01")
    page = watched.ready()
    center = page.evaluate("corridormap.map.getCenter()")
    assert (round(center["lng"], 2), round(center["lat"], 2)) == (70, 38)


def test_the_map_shows_as_many_placed_incidents_as_the_legend_counts(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch()
    watched.page.goto(f"{live_server.url}/?lang=en")
    page = watched.ready()
    drawn = page.evaluate(
        "corridormap.map.queryRenderedFeatures().filter(f => f.source === 'trays').map(f => f.properties.incidents)"
    )
    assert len({incident for tray in drawn for incident in tray.split()}) == 8
