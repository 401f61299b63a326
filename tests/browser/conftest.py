"""A real browser against a real server; outside hosts do not exist for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.live import CHECKOUT, LiveServer, start_server, stop_server

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

    def settled(self) -> Page:
        """Wait until what the reader changed has arrived everywhere. The page's own policy forbids waiting by a script."""
        for _ in range(300):
            if self.page.evaluate(_IS_SETTLED):
                return self.page
            self.page.wait_for_timeout(100)
        pytest.fail("the page did not come to rest within 30 seconds")


_IS_SETTLED = """!document.documentElement.dataset.busy && document.documentElement.dataset.ready === '1'
  && corridormap.map.loaded() && !corridormap.map.isMoving()"""


@pytest.fixture(scope="session")
def many_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of 30,000 incidents: more than trays can hold, in cells at low zooms."""
    folder = tmp_path_factory.mktemp("many")
    command = [sys.executable, "benchmarks/synthetic.py", "--count", "30000", "--workspace", str(folder)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    server = start_server(folder, folder / "log.txt")
    yield server
    stop_server(server)


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
