"""More incidents than trays can hold: cells whose counts add up, symbols where they stand alone."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from tests.live import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.live import LiveServer

pytestmark = pytest.mark.browser

DRAWN = """(() => {
  const found = new Map();
  for (const f of corridormap.map.queryRenderedFeatures()) {
    if (f.source === 'incidents' && f.layer.id !== 'incident-cell-counts') found.set(f.id, f.properties.count ?? 1);
  }
  return [...found.values()];
})()"""


def counts(server: LiveServer, query: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{server.url}/counts?layer=incidents&{query}", timeout=PATIENCE_S) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def check_sum(page: Page, server: LiveServer, query: str) -> None:
    told = counts(server, query)
    assert sum(page.evaluate(DRAWN)) == told["total"] - told["unplaced"] > 0


@pytest.mark.parametrize("query", [pytest.param("", marks=pytest.mark.slow), "category=seizure,arrest"])
def test_the_cells_add_up_to_the_filtered_total_across_tile_edges(
    at: Callable[..., Any], many_server: LiveServer, query: str
) -> None:
    watched = at(f"lon=67&lat=48&z=2.7&{query}", server=many_server)
    page = watched.page
    check_sum(page, many_server, query)
    assert max(page.evaluate(DRAWN)) > 1
    page.locator("[data-key='category.seizure']").uncheck()
    watched.settled()
    chosen = parse_qs(page.evaluate("location.search.slice(1)"))["category"][0]
    assert "seizure" not in chosen.split(",")
    check_sum(page, many_server, f"category={chosen}")
    assert watched.complaints == []


def test_what_stands_alone_is_a_symbol_and_few_hang_in_trays(at: Callable[..., Any], many_server: LiveServer) -> None:
    page = at("lon=67&lat=44&z=2.7&category=smuggling_attempt&datetime=1990/1991", server=many_server).page
    trays = page.evaluate(
        "[...new Set(corridormap.map.queryRenderedFeatures().filter(f => f.source === 'trays').flatMap(f => f.properties.incidents.split(' ')))].length"
    )
    told = counts(many_server, "category=smuggling_attempt&datetime=1990/1991")
    assert 0 < told["total"] < 1500
    assert trays == told["total"] - told["unplaced"]
    assert page.evaluate(DRAWN) == []
