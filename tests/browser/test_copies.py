"""Copies of the map that need no service: what a reader can choose there, and that it counts as the service does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from server.notebook import single_file
from tests.browser.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from flask import Flask

    from layers.release import Release

pytestmark = [pytest.mark.browser, pytest.mark.long]

FILTERS = (
    {"organization": "csto,imu"},
    {"article": "kaznu-drugs", "undated": "exclude"},
    {"datetime": "2006/2010", "corridor": "a3"},
    {"datetime": "2010-09-15", "language": "en", "undated": "exclude"},
    {"datetime": "../2007", "where_prec": "6,7", "category": "none"},
    {"datetime": "2011/..", "threat": "security", "status": "reviewed"},
)


def test_a_file_filters_and_counts_as_the_service_does(
    watch: Callable[..., Any], app: Flask, release: Release, tmp_path: Path
) -> None:
    file = tmp_path / "map.html"
    file.write_bytes(single_file(app, {"lang": "en", "release": release.id}))
    watched = watch(1100, 800)
    page = watched.page
    page.goto(file.as_uri())
    watched.ready()
    client = app.test_client()
    for path, left_out in (("/list", ("filter", "release", "rows")), ("/counts", ("filter", "release", "area"))):
        for wanted in FILTERS:
            query = urlencode({"layer": "incidents", **wanted})
            told = page.evaluate("asked => fetch(asked).then(answer => answer.json())", f"{path}?{query}")
            served = client.get(f"{path}?{query}").get_json()
            assert [row["id"] for row in told.get("rows", [])] == [row["id"] for row in served.get("rows", [])], wanted
            of = {name: told[name] for name in served if name not in left_out}
            assert of == {name: served[name] for name in served if name not in left_out}, wanted
    trays = (
        "corridormap.map.querySourceFeatures('trays').flatMap(f => f.properties.incidents.split(' '))"
        ".filter((id, at, all) => all.indexOf(id) === at).length"
    )
    assert page.evaluate(trays) > 2
    page.locator(".embed-legend > summary").click()
    page.locator(".embed-legend summary", has_text="Filters").click()
    page.locator("[data-facet=organization] > summary").click()
    page.locator("[data-key='organization.csto']").check()
    until(page, lambda: page.evaluate(trays) == 1, "one incident of this organization hangs in a tray")
    page.locator(".handle[data-side=from]").focus()
    page.keyboard.press("End")
    until(page, lambda: page.evaluate(trays) == 0, "no incident of this organization is of the last year")
    expect(page.locator(".time-head .note")).to_have_text("0 shown")
    assert watched.complaints == []
