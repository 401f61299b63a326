"""The map as one file, opened from a disk by a browser that reaches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import folium
import pytest
from playwright.sync_api import expect

from layers import open_release
from server.notebook import single_file, to_folium
from tests.browser.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from flask import Flask

    from layers.release import Release

pytestmark = pytest.mark.browser


def open_tray(page: Any, incident: str) -> None:
    """Click the first symbol of the tray that holds an incident."""
    at = page.evaluate(
        """id => {
        const frame = corridormap.map.getCanvas().getBoundingClientRect();
        const tray = corridormap.map.queryRenderedFeatures().find(f => f.source === 'trays' && f.properties.incidents.includes(id));
        const at = corridormap.map.project(tray.geometry.coordinates);
        return {x: at.x + frame.left, y: at.y + frame.top + 14};
    }""",
        incident,
    )
    page.mouse.click(at["x"], at["y"])


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.slow), "fa"])
def test_it_opens_without_a_network_and_shows_its_evidence(
    watch: Callable[..., Any], app: Flask, release: Release, tmp_path: Path, lang: str
) -> None:
    file = tmp_path / "map.html"
    file.write_bytes(single_file(app, {"lang": lang, "release": release.id}))
    watched = watch(1100, 800)
    page = watched.page
    page.goto(file.as_uri())
    watched.ready()
    watched.settled()
    assert watched.outside == [file.as_uri()]
    assert {"borders", "corridors", "basemap"} <= set(
        page.evaluate("corridormap.map.queryRenderedFeatures().map(f => f.sourceLayer)")
    )
    open_tray(page, "inc06")
    panel = page.locator("#evidence")
    expect(panel).to_be_visible()
    panel.get_by_text("10.22080/jpir.2020.2741").first.wait_for(state="attached")
    assert watched.outside == [file.as_uri()]
    assert watched.complaints == []


@pytest.mark.slow
def test_it_moves_zooms_filters_and_speaks_as_the_page_does(
    watch: Callable[..., Any], app: Flask, release: Release, tmp_path: Path
) -> None:
    file = tmp_path / "map.html"
    file.write_bytes(
        single_file(app, {"lang": "ru", "release": release.id, "category": "attack", "title": "Мой заголовок"})
    )
    watched = watch(1000, 700)
    page = watched.page
    page.goto(file.as_uri())
    watched.ready()
    expect(page.locator(".embed-line strong")).to_have_text("Мой заголовок")
    expect(page.locator(".leaflet-control-zoom-in")).to_have_attribute("aria-label", "Приблизить")
    trays = "[...new Set(corridormap.map.queryRenderedFeatures().filter(f => f.source === 'trays').flatMap(f => f.properties.incidents.split(' ')))].length"
    few = page.evaluate(trays)
    page.locator(".embed-legend > summary").click()
    page.locator("[data-key='category.armed_clash']").click()
    until(page, lambda: page.evaluate(trays) > few > 0, "more incidents hang in trays")
    watched.settled()
    zoom = page.evaluate("corridormap.map.getZoom()")
    page.locator(".leaflet-control-zoom-in").click()
    # Leaflet takes no drag while it zooms.
    still = "document.querySelector('.leaflet-zoom-anim') === null && corridormap.map.getZoom()"
    until(page, lambda: page.evaluate(still) == pytest.approx(zoom + 1, abs=0.01), "it has zoomed in")
    lon = page.evaluate("corridormap.map.getCenter().lng")
    page.mouse.move(600, 300)
    page.mouse.down()
    page.mouse.move(500, 340, steps=6)
    page.mouse.up()
    until(page, lambda: page.evaluate("corridormap.map.getCenter().lng") > lon, "the map was dragged")
    watched.settled()
    assert page.locator("#evidence").is_hidden(), "a drag is no click"
    assert watched.complaints == []


@pytest.mark.slow
def test_a_notebook_adds_to_it(watch: Callable[..., Any], release: Release, tmp_path: Path) -> None:
    drawn = to_folium(open_release(release.path), {"lon": "69", "lat": "39", "z": "4"})
    folium.Marker((38.56, 68.77), popup="Our office").add_to(drawn)
    folium.LayerControl().add_to(drawn)
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><title>Notebook</title><body>{drawn._repr_html_()}", encoding="utf-8")
    watched = watch(1000, 700)
    page = watched.page
    page.goto(file.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("html[data-ready='1']").wait_for(state="attached")
    icon = frame.locator(".leaflet-marker-icon")
    icon.click()
    expect(frame.locator(".leaflet-popup-content")).to_have_text("Our office")
    until(page, lambda: icon.evaluate("e => e.naturalWidth") > 0, "the marker's picture is there")
    layers = frame.locator(".leaflet-control-layers")
    layers.hover()
    # As long as the control unfolds, Leaflet takes no click in it.
    layers.evaluate("() => new Promise(done => setTimeout(done))")
    box = layers.locator("input[type=checkbox]")
    box.uncheck()
    expect(frame.locator("canvas")).to_have_count(0)
    box.check()
    expect(frame.locator("canvas")).to_be_visible()
    assert [address for address in watched.outside if not address.startswith("file:")] == []
    assert watched.complaints == []
