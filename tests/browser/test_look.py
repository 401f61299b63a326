"""The page as a reader's own settings want it: light or dark, digits and words of the scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.live import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_the_system_decides_light_or_dark_until_the_reader_does(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch(color_scheme="dark")
    page = watched.page
    page.goto(f"{live_server.url}/?lang=fa")
    watched.ready()
    drawn = "[document.documentElement.dataset.theme, corridormap.map.getStyle().metadata.theme]"
    assert page.evaluate(drawn) == ["dark", "dark"]
    assert page.locator(".scale").inner_text().split()[1] == "کیلومتر"
    assert page.locator("#theme").get_attribute("aria-label") == "زمینهٔ روشن"
    page.locator("#theme").click()
    page.wait_for_url("**theme=light**")
    watched.ready()
    assert page.evaluate(drawn) == ["light", "light"]
    page.locator("#theme").click()
    page.wait_for_url(lambda address: "theme=" not in address)
    page.goto(f"{live_server.url}/articles?lang=fa")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 29, 32)"
    assert watched.complaints == []
