"""A map with records of data sets in a real browser: legend, filter, panel; what may not be passed on is shown in private only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from layers.build import build_release
from layers.catalog import Catalog
from layers.workspace import Workspace
from tests.browser.test_accessibility import complaints_of_axe
from tests.browser.waiting import until
from tests.layers.test_imported_incidents import imported_from
from tests.live import LiveServer, start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPEN, CLOSED = "imported/ucdp-ged/910001", "imported/acled/tjk901"
NEAR = "lon=70&lat=37&z=5"


@pytest.fixture(scope="module")
def imported_workspace(tmp_path_factory: pytest.TempPathFactory, root: Path, catalog: Catalog) -> Workspace:
    """A map of incidents with records of two data sets, of which one may not be passed on."""
    folder = tmp_path_factory.mktemp("imported")
    workspace = Workspace(folder / "workspace")
    held = Catalog.of(*(catalog[id_] for id_ in ("basemap", "borders", "incidents")))
    build_release(workspace, root, held, imported=imported_from(folder))
    return workspace


@pytest.fixture(scope="module")
def public(imported_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = start_server(imported_workspace.path, tmp_path_factory.mktemp("public") / "log.txt")
    yield server
    stop_server(server)


@pytest.fixture(scope="module")
def private(imported_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    log = tmp_path_factory.mktemp("private") / "log.txt"
    server = start_server(imported_workspace.path, log, environment={"CORRIDORMAP_PRIVATE": "1"})
    yield server
    stop_server(server)


def test_the_legend_switches_them_and_the_panel_names_the_row(at: Callable[..., Watched], public: LiveServer) -> None:
    watched = at(f"{NEAR}&open={OPEN}", server=public)
    page = watched.page
    panel = page.locator("#evidence")
    expect(panel.locator(".of-row h3")).to_have_text(
        "Row 910001 of UCDP Georeferenced Event Dataset (GED) Global, version 7"
    )
    expect(panel.locator(".of-row")).to_contain_text("CC-BY-4.0")
    expect(panel.locator(".of-row")).to_contain_text("Sundberg")
    expect(panel.locator("blockquote")).to_have_count(0)
    assert complaints_of_axe(page) == []
    row = page.locator('#legend [data-key="imported_incidents"]')
    expect(row).to_be_checked()
    assert page.locator('#legend [data-key="restricted_incidents"]').count() == 0
    assert "ACLED" not in page.content()
    drawn = "corridormap.map.queryRenderedFeatures({layers: corridormap.map.getStyle().layers.filter((each) => each['source-layer'] === 'imported_incidents').map((each) => each.id)}).map((each) => each.properties.id ?? each.id).length"
    until(page, lambda: page.evaluate(drawn) > 0, "the records are drawn")
    row.uncheck()
    until(page, lambda: page.evaluate(drawn) == 0, "they are drawn no more")
    assert watched.complaints == []


def test_the_filter_keeps_what_matches(at: Callable[..., Watched], public: LiveServer) -> None:
    watched = at(f"{NEAR}&category=attack", server=public)
    rows = watched.page.evaluate("fetch('/list?layer=imported_incidents&category=attack').then((each) => each.json())")
    assert [each["id"] for each in rows["rows"]] == ["imported/ucdp-ged/910002"]
    shown = "new Set(corridormap.map.queryRenderedFeatures().filter((each) => each.sourceLayer === 'imported_incidents').map((each) => each.properties.category))"
    until(watched.page, lambda: watched.page.evaluate(f"[...{shown}]") == ["attack"], "attacks alone are drawn")


def test_what_may_not_be_passed_on_is_shown_in_private_only(
    at: Callable[..., Watched], public: LiveServer, private: LiveServer
) -> None:
    hidden = at(f"{NEAR}&open={CLOSED}", server=public)
    expect(hidden.page.locator("#evidence [role=alert]")).to_be_visible()
    shown = at(f"{NEAR}&open={CLOSED}", server=private)
    expect(shown.page.locator("#evidence .of-row h3")).to_contain_text("Row TJK901 of")
    expect(shown.page.locator('#legend [data-key="restricted_incidents"]')).to_be_checked()
