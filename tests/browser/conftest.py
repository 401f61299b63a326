"""A real browser against a real server; outside hosts do not exist for it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ARGUMENTS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The test's own newspaper page is made up by the test, not sent by a server of this machine.
    "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
    # Not even a name is looked up outside: whatever reaches for another host fails and is seen.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.fail("no Chromium: `make test` installs it on Debian as root; elsewhere install it yourself")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@dataclass
class Watched:
    """A page with everything that it complained of, and every request that left the machine."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def ready(self) -> Page:
        """Wait until the map is idle."""
        self.page.locator("html[data-ready='1']").wait_for(state="attached", timeout=60_000)
        return self.page


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[..., Watched]]:
    pages: list[Page] = []

    def make(width: int = 1280, height: int = 800, **context: object) -> Watched:
        page = browser.new_page(viewport={"width": width, "height": height}, **context)  # type: ignore[arg-type]  # passed through
        page.set_default_timeout(30_000)
        pages.append(page)
        watched = Watched(page)

        def console(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and "GPU stall" not in message.text:
                watched.complaints.append(message.text)

        def request(made: Request) -> None:
            if not made.url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:")):
                watched.outside.append(made.url)

        page.on("console", console)
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on("request", request)
        return watched

    yield make
    for page in pages:
        page.close()
