"""Waiting for what a page comes to show, as long as a slow machine takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

import pytest

from tests.live import PATIENCE_S

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

Found = TypeVar("Found")

PATIENCE_MS = PATIENCE_S * 1000

READING_S = 5 * PATIENCE_S
"""How long a test waits for what was uploaded: the process that reads it lets all others go first."""


def until(page: Page, happens: Callable[[], Found | None], what: str) -> Found:
    """Ask again and again until something is so, and return it; meanwhile the page's own requests and messages go on."""
    end = time.monotonic() + PATIENCE_S
    while not (found := happens()):
        if time.monotonic() > end:
            pytest.fail(f"in {PATIENCE_S:g} s it did not happen: {what}")
        page.wait_for_timeout(50)
    return found


def resized(page: Page, width: int, height: int) -> None:
    """Give a page another size in px and wait until it has it: one process of the browser tells another."""
    page.set_viewport_size({"width": width, "height": height})
    until(page, lambda: page.evaluate("[innerWidth, innerHeight]") == [width, height], f"it has {width} x {height} px")


def answer_for(page: Page, address: str | re.Pattern[str], handle: Callable[[Route], object]) -> None:
    """Answer the page's requests to an address in the server's place, from now on.

    A loaded page hears later than this process that its requests are taken: on a busy machine what it asks meanwhile still goes
    to the server. So it asks for something else first, until that is taken.
    """
    page.route(address, handle)
    if page.url == "about:blank":
        return
    page.route(_PROBE, lambda route: route.fulfill(status=204))
    is_taken = "address => fetch(address, {cache: 'no-store'}).then(({status}) => status === 204)"
    probe = urljoin(page.url, _PROBE.removeprefix("**"))
    until(page, lambda: page.evaluate(is_taken, probe), "the page's requests are taken")
    page.unroute(_PROBE)


_PROBE = "**/healthz?taken"


def withheld(page: Page, address: str) -> list[Route]:
    """Return, growing, the page's requests to an address; each waits until the test answers it or lets it go on."""
    asked: list[Route] = []

    def keep(route: Route) -> None:
        asked.append(route)

    answer_for(page, address, keep)
    return asked
