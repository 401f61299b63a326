"""A published folder on a plain web server, in a browser that reaches nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.app import create_app
from server.config import Config
from server.publish import policy
from server.published_map import PublishedMap
from tests.browser.waiting import until
from tests.static_host import static_host

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from layers.release import Release
    from layers.workspace import Workspace

pytestmark = pytest.mark.browser

ADDRESS = "https://maps.example.org/corridors"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, workspace: Workspace, release: Release, root: Path) -> Path:
    made = tmp_path_factory.mktemp("published")
    app = create_app(Config(workspace=workspace.path, root=root, public_url=ADDRESS))
    for name, content in PublishedMap(app, release, ADDRESS, "neutral", 4).files(("en", "fa"), lambda _: None):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(content)
    return made


@pytest.mark.parametrize("has_ranges", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_the_map_works_from_a_plain_web_server(watch: Callable[..., Any], folder: Path, *, has_ranges: bool) -> None:
    own_policy = policy("http://{host}")
    with static_host(folder, has_ranges=has_ranges, policy=own_policy) as (url, answered):
        watched = watch(1100, 800)
        page = watched.page
        page.goto(f"{url}/index.html?open=a1&category=attack")
        watched.ready()
        drawn = "corridormap.map.queryRenderedFeatures().map(f => f.sourceLayer ?? f.source)"
        wanted = {"borders", "basemap", "map-corridors", "map-corridor_marks"}
        until(page, lambda: wanted <= set(page.evaluate(drawn)), f"{wanted} are drawn")
        panel = page.locator("#evidence")
        panel.get_by_text("10.22080/jpir.2020.2741").first.wait_for(state="attached")
        assert panel.locator("a[download]").first.get_attribute("href").startswith(f"{ADDRESS}/cite/a1.bib")
        assert panel.locator("a[href*='/articles/']").count() == 0, "a page that only the service has"
        assert "published copy" in page.locator(".embed-line").inner_text()
        archives = [status for path, status in answered if path.endswith("base.pmtiles")]
        assert archives[0] == (206 if has_ranges else 200)
        assert len(archives) > 2 if has_ranges else len(archives) <= 4
        assert [answer for answer in answered if answer[1] >= 400] == []
        # While the server answers still: what the page asks for later is none of its faults.
        assert watched.complaints == []
        assert watched.outside == []


def test_it_is_embedded_in_a_sandbox_and_a_category_can_be_chosen(watch: Callable[..., Any], folder: Path) -> None:
    with static_host(folder, policy=policy("http://{host}")) as (url, _):
        watched = watch(900, 700)
        page = watched.page
        page.route(
            "http://localhost:1/news",
            lambda route: route.fulfill(
                content_type="text/html",
                body=f'<!doctype html><title>News</title><iframe src="{url}/index-fa.html" sandbox="allow-scripts" width="860" height="560"></iframe>',
            ),
        )
        page.goto("http://localhost:1/news")
        frame = page.frame_locator("iframe")
        frame.locator("html[data-ready='1']").wait_for(state="attached")
        frame.locator(".embed-legend > summary").click()
        trays = "() => corridormap.map.getStyle().sources.trays.data.features?.length ?? 0"
        html = frame.locator("html")
        until(page, lambda: html.evaluate(trays) > 0, "trays are drawn")
        before = html.evaluate(trays)
        for key in ("attack", "armed_clash"):
            frame.locator(f"[data-key='category.{key}']").click()
        until(page, lambda: 0 < html.evaluate(trays) < before, "fewer trays are drawn")
        assert watched.complaints == []
        assert watched.outside == []
