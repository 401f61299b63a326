"""The map as one file, opened from a disk by a browser that reaches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.single_file import single_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from flask import Flask

    from layers.release import Release

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_it_opens_without_a_network_and_shows_its_evidence(
    watch: Callable[..., Any], app: Flask, release: Release, tmp_path: Path, lang: str
) -> None:
    file = tmp_path / "map.html"
    file.write_bytes(single_file(app, {"lang": lang, "release": release.id}))
    watched = watch(1100, 800)
    page = watched.page
    page.goto(file.as_uri())
    watched.ready()
    assert watched.outside == [file.as_uri()]
    assert {"borders", "corridors", "basemap"} <= set(
        page.evaluate("corridormap.map.queryRenderedFeatures().map(f => f.sourceLayer)")
    )
    page.evaluate("""() => {
        const canvas = corridormap.map.getCanvas().getBoundingClientRect();
        const tray = corridormap.map.queryRenderedFeatures().find(f => f.source === 'trays' && f.properties.incidents.includes('inc06'));
        const at = corridormap.map.project(tray.geometry.coordinates);
        window.trayAt = {x: at.x + canvas.left, y: at.y + canvas.top + 14};
    }""")
    at = page.evaluate("window.trayAt")
    page.mouse.click(at["x"], at["y"])
    panel = page.locator("#evidence")
    panel.wait_for(state="visible")
    panel.get_by_text("10.22080/jpir.2020.2741").first.wait_for(state="attached")
    assert watched.outside == [file.as_uri()]
    assert watched.complaints == []
