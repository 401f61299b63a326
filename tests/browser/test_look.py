"""The page as a reader's own settings want it: light or dark, digits and words of the scale."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.live import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.mark.slow
def test_the_system_decides_light_or_dark_until_the_reader_does(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch(color_scheme="dark")
    page = watched.page
    page.goto(f"{live_server.url}/?lang=fa")
    watched.ready()
    drawn = "[document.documentElement.dataset.theme, corridormap.map.getStyle().metadata.theme]"
    assert page.evaluate(drawn) == ["dark", "dark"]
    expect(page.locator(".scale")).to_have_text(re.compile(r"^\S+ کیلومتر"))
    expect(page.locator("#theme")).to_have_attribute("aria-label", "زمینهٔ روشن")
    page.locator("#theme").click()
    page.wait_for_url("**theme=light**")
    watched.ready()
    assert page.evaluate(drawn) == ["light", "light"]
    page.locator("#theme").click()
    page.wait_for_url(lambda address: "theme=" not in address)
    watched.ready()
    page.goto(f"{live_server.url}/articles?lang=fa")
    expect(page.locator("body")).to_have_css("background-color", "rgb(23, 29, 32)")
    assert watched.complaints == []
