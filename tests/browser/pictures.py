"""Pictures of the documents, drawn anew: ``python -m tests.browser.pictures`` writes docs/images. Look at them before they are kept.

The releases are built for it, so that every picture names the one that the data give now. The article of the evidence panel is
invented and says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS, HEIGHT, WIDTH, watched_page
from tests.live import CHECKOUT, start_server, stop_server

IMAGES = CHECKOUT / "docs" / "images"

VIEWS = {"map": "/?lang=en", "map-fa": "/?lang=fa", "border": "/?lang=en&lon=69&lat=38&z=5.5"}
PANEL = "/?lang=en&lon=69.5&lat=38.6&z=5.2&open="

ARTICLE = """Quiet roads, loud borders (an invented article, to show what a panel looks like)

On 14 March 2021 border guards seized 120 kilograms of heroin near Khorog in Tajikistan.

Two men were arrested in Batken in Kyrgyzstan on 2 May 2021. Opium from Afghanistan passes through Tajikistan to Russia.
"""


def corridormap(workspace: Path, *words: str | Path) -> None:
    """Run a command on a workspace."""
    command = [sys.executable, "-m", "server", *map(str, words), "--workspace", str(workspace)]
    subprocess.run(command, cwd=CHECKOUT, check=True)


def draw(browser: Browser, workspace: Path, views: dict[str, str]) -> None:
    """Write a picture of each view of a workspace's latest release."""
    server = start_server(workspace, workspace / "log.txt")
    context = browser.new_context()
    try:
        for name, address in views.items():
            watched = watched_page(context, WIDTH, HEIGHT)
            watched.page.goto(server.url + address)
            watched.ready()
            watched.settled()
            # Nothing that a pointer or the keyboard is on stands out.
            watched.page.mouse.move(1, HEIGHT - 1)
            watched.page.screenshot(path=IMAGES / f"{name}.png")
            assert not watched.complaints, watched.complaints
            watched.page.close()
            print(IMAGES / f"{name}.png")  # noqa: T201 -- a command of its own
    finally:
        context.close()
        stop_server(server)


def seizure(workspace: Path) -> str:
    """The public id of the seizure that the invented article tells of."""
    file = workspace / "incidents.geojson"
    corridormap(workspace, "export", "incidents", "--format", "geojson", "--filter", "category=seizure", "-o", file)
    found = json.loads(file.read_text(encoding="utf-8"))["features"]
    return min(str(feature["id"]) for feature in found if feature["id"].startswith("read/"))


def main() -> None:
    """Draw all of them."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        sys.exit("no Chromium: `make browser` installs it on Debian as root; elsewhere install it yourself")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = Path(folder) / "workspace"
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        corridormap(workspace, "build", "--no-pictures")
        draw(browser, workspace, VIEWS)
        article = Path(folder) / "quiet-roads.txt"
        article.write_text(ARTICLE, encoding="utf-8")
        corridormap(workspace, "ingest", article)
        corridormap(workspace, "build", "--no-pictures")
        draw(browser, workspace, {"evidence": PANEL + urllib.parse.quote(seizure(workspace), safe="")})
        browser.close()


if __name__ == "__main__":
    main()
