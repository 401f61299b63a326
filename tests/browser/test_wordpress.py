"""An embed in WordPress, whose own script gives a frame the height that it asks for, between 200 and 1000 px."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.browser.heights import awaited_height
from tests.browser.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.live import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.long]

_PUBLISHING_SYSTEM = """
addEventListener('message', ({data, source}) => {
  if (data?.type === 'corridormap:height') (window.said ??= []).push(data.height);
  const frame = document.querySelector('iframe');
  if (!data || !(data.secret || data.message || data.value) || /[^a-zA-Z0-9]/.test(data.secret)) return;
  if (frame?.contentWindow !== source || data.secret !== frame.dataset.secret || data.message !== 'height') return;
  const height = Number.parseInt(data.value, 10);
  frame.height = height > 1000 ? 1000 : ~~height < 200 ? 200 : height;
  (window.given ??= []).push(frame.height);
});
"""
"""The rules by which publishing systems of this kind take a height from a frame in a sandbox."""


def test_a_frame_has_the_height_that_it_asks_for_at_every_width(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    watched = watch(1000, 900)
    page = watched.page
    page.add_init_script(_PUBLISHING_SYSTEM)
    origin = live_server.url.replace("127.0.0.1", "localhost")
    frame = (
        f'<iframe sandbox="allow-scripts" security="restricted" data-secret="aB3dE" width="100%" height="300" '
        f'style="border:0" src="{live_server.url}/embed?lang=ru&filters=on#?secret=aB3dE"></iframe>'
    )
    page.route(
        f"{origin}/post",
        lambda route: route.fulfill(
            content_type="text/html", body=f'<!doctype html><title>Post</title><body style="margin:0">{frame}'
        ),
    )
    page.goto(f"{origin}/post")
    inside = page.frame_locator("iframe")
    inside.locator("html[data-ready='1']").wait_for(state="attached")
    heights: dict[int, int] = {}
    for width in (1000, 600, 400):
        page.set_viewport_size({"width": width, "height": 900})
        is_wide = partial(page.locator("iframe").evaluate, "(each, width) => each.offsetWidth === width", width)
        until(page, is_wide, f"the frame is {width} px wide")
        heights[width] = awaited_height(page, inside)
        fits = partial(inside.locator("html").evaluate, "(each, width) => each.scrollWidth <= width", width)
        until(page, fits, f"all of the frame fits into {width} px")
        assert inside.locator("#stage").evaluate("e => e.offsetHeight") >= 200, "the map itself is worth looking at"
    assert 1000 >= heights[1000] > heights[600] >= 200
    # Scripts of the page that were late have heard nothing: they ask, each in its own way.
    for question in ({"type": "corridormap:ready"}, {"message": "ready", "secret": "aB3dE"}):
        page.evaluate("() => { window.given = []; window.said = []; }")
        page.evaluate("question => document.querySelector('iframe').contentWindow.postMessage(question, '*')", question)
        until(page, lambda: page.evaluate("given.length && said.length"), f"it tells who asks {question}")
        assert page.evaluate("[...given, ...said].map(Number)") == [heights[400]] * 2
    # Their secret may be late as well.
    page.evaluate(
        """() => {
          const frame = document.querySelector('iframe');
          window.given = [];
          frame.dataset.secret = 'Zz9';
          frame.src = frame.src.replace('aB3dE', 'Zz9');
        }"""
    )
    until(page, lambda: page.evaluate("given.length"), "it tells with the secret that it was given late")
    assert page.evaluate("given.map(Number)") == [heights[400]]
    assert watched.complaints == []
    assert watched.outside == []
