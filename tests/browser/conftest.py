"""A real browser against a real server; outside hosts do not exist for it.

Loading the map costs seconds where no graphics card draws it, so most tests share one loaded page: they go to another
address within it, as a reader does with Back and Forward. What a fresh load does is tested by those that load.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, expect, sync_playwright

from tests.browser.waiting import PATIENCE_MS
from tests.live import LiveServer, start_server, stop_server
from tests.synthetic import synthetic_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import BuiltOnce

WIDTH, HEIGHT = 1280, 800
"""Size of a page in px, unless a test says otherwise: a laptop's."""

expect.set_options(timeout=PATIENCE_MS)

HOME = "lon=60&lat=45&z=2.6"
"""A view in which every incident lies."""

ARGUMENTS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # WebGL alone is drawn so; a page is put together without it, as Chromium itself does where there is no graphics card.
    # Else each page compiles what draws its text and boxes too: two seconds of the processor.
    "--disable-gpu-compositing",
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
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=PATIENCE_MS)
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
        self.page.locator("html[data-ready='1']").wait_for(state="attached")
        return self.page

    def settled(self) -> Page:
        """Wait until what the reader changed has arrived everywhere. The page's own policy forbids waiting by a script."""
        assert self.page.evaluate(_WAIT_UNTIL_SETTLED, PATIENCE_MS), "the page did not come to rest"
        return self.page

    def is_usable(self) -> bool:
        """Whether what an earlier test did with the page has come to its end; a test that failed may have left anything."""
        try:
            return bool(self.page.evaluate(_WAIT_UNTIL_SETTLED, PATIENCE_MS / 4))
        except Error:
            return False

    def go(self, address: str) -> Page:
        """Go to an address within the loaded page, as Back and Forward do, and wait until it is shown."""
        self.page.evaluate(
            """address => {
              document.activeElement?.blur();
              history.pushState(null, '', address);
              dispatchEvent(new PopStateEvent('popstate'));
            }""",
            address,
        )
        return self.settled()


# That tiles are loaded does not say that their symbols are placed: only a map that is idle has drawn all. It takes up a new
# size of its own at most every 50 ms.
_WAIT_UNTIL_SETTLED = """async patience => {
  const html = document.documentElement;
  const { map } = corridormap;
  const pause = time => new Promise(done => setTimeout(done, time));
  const isCalm = () => !html.dataset.busy && !html.dataset.returning && html.dataset.ready === '1'
    && !document.querySelector('[aria-busy="true"]') && !map.isMoving();
  const idle = () => new Promise(done => { map.once('idle', () => done(true)); map.triggerRepaint(); });
  for (const end = performance.now() + patience; performance.now() < end;) {
    if (isCalm() && await Promise.race([idle(), pause(end - performance.now())])) {
      await pause(60);
      if (isCalm() && map.loaded()) return true;
    }
    await pause(20);
  }
  return false;
}"""


@pytest.fixture(scope="session")
def many_server(built_once: BuiltOnce, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of 30,000 incidents: more than trays can hold, in cells at low zooms."""
    workspace = built_once("many", lambda made: synthetic_release(made, 30_000))
    server = start_server(workspace.path, tmp_path_factory.mktemp("many") / "log.txt")
    yield server
    stop_server(server)


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """The context that most pages share, so that a file is fetched once a run."""
    made = browser.new_context()
    yield made
    made.close()


def watched_page(context: BrowserContext, width: int, height: int) -> Watched:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.set_default_timeout(PATIENCE_MS)
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


@pytest.fixture
def watch(browser: Browser, context: BrowserContext) -> Iterator[Callable[..., Watched]]:
    """Open a page of its own; options of a context, such as ``reduced_motion``, give it a context of its own too."""
    opened: list[Page | BrowserContext] = []

    def make(width: int = WIDTH, height: int = HEIGHT, **options: Any) -> Watched:
        own = browser.new_context(**options) if options else context
        watched = watched_page(own, width, height)
        opened.append(own if options else watched.page)
        return watched

    yield make
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def loaded(context: BrowserContext) -> Iterator[Callable[[LiveServer, str, str], Watched]]:
    """Give the map of a server in one language and theme, loaded once a run."""
    pages: dict[tuple[str, str, str], Watched] = {}

    def give(server: LiveServer, lang: str, theme: str) -> Watched:
        key = (server.url, lang, theme)
        if key in pages and not pages[key].is_usable():
            pages.pop(key).page.close()
        if key not in pages:
            pages[key] = watched_page(context, WIDTH, HEIGHT)
            pages[key].page.goto(f"{server.url}/?lang={lang}&theme={theme}")
            # A quarter of the pixels is drawn in half the time. Only the canvas is coarser: not what lies where on the page.
            pages[key].ready().evaluate("() => { corridormap.map.setPixelRatio(0.5); }")
        return pages[key]

    yield give
    for watched in pages.values():
        watched.page.close()


@pytest.fixture
def at(loaded: Callable[[LiveServer, str, str], Watched], live_server: LiveServer) -> Iterator[Callable[..., Watched]]:
    """Show a view in the loaded map: its filter and what is open as a query, where it looks as ``HOME`` unless it says."""
    used: list[Watched] = []

    def show(query: str = "", *, lang: str = "en", theme: str = "light", server: LiveServer = live_server) -> Watched:
        watched = loaded(server, lang, theme)
        used.append(watched)
        watched.complaints.clear()
        watched.outside.clear()
        place = "" if "lon=" in query else HOME
        watched.go("/?" + "&".join(filter(None, [f"lang={lang}&theme={theme}", place, query])))
        return watched

    yield show
    for watched in used:
        watched.page.unroute_all(behavior="ignoreErrors")
        watched.page.emulate_media(media="screen", reduced_motion="no-preference")
        watched.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
