"""The height of an embed's frame: awaited until it is the one that the frame asks for at its present width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

_SIZES = """() => {
  const below = ['.embed-line', '#time'].reduce((sum, part) => sum + (document.querySelector(part)?.offsetHeight ?? 0), 0);
  const wanted = Math.round(Math.min(720, Math.max(360, innerWidth * 0.62)) + below);
  return [innerWidth, innerHeight, Math.min(1000, Math.max(200, wanted))];
}"""


def awaited_height(page: Page, frame: FrameLocator) -> int:
    """Return the height in px of the page's only frame, once it knows its width and has the height that it asks for."""
    told: list[int] = []

    def is_so() -> bool:
        box = page.locator("iframe").bounding_box()
        told[:] = frame.locator("html").evaluate(_SIZES)
        width, height, wanted = told
        return box is not None and (width, height) == (round(box["width"]), round(box["height"])) and height == wanted

    until(page, is_so, "the frame has the height that it asks for")
    return told[1]
