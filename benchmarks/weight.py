"""Weight of the first view: every file that a browser fetches for the map page, in bytes as they travel, and how long it takes.

    python benchmarks/weight.py [--workspace DIR] [--url URL] [--points N]

A release is built unless a workspace or a running service is named. Tiles and data (tiles, counts, rows) are listed but not
counted against the limit of its language. ``--points 1000000`` opens a release of so many synthetic incidents too, twice, and tells
when the second view is usable: idle, with its counts and its time strip. Exit code 1 when a first view is too heavy.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.live import start_server, stop_server

LIMIT_BYTES = {"en": 580_000, "fa": 580_000, "ru": 600_000, "kk": 600_000}
"""Of a first view by language; Cyrillic needs Latin digits and punctuation beside its own files."""
DATA = ("/tiles/", "/counts", "/list")
CHECKOUT = Path(__file__).resolve().parents[1]


def first_view(browser: Browser, url: str) -> dict[str, int]:
    """Return path and gzipped size of all that a fresh browser fetches for a page, its worker's script too."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: dict[str, str] = {}
    page.on("request", lambda request: asked.setdefault(urlsplit(request.url).path, request.url))
    page.goto(url)
    page.locator("html[data-ready='1']").wait_for(state="attached", timeout=120_000)
    page.close()
    return {path: _travelling(address) for path, address in asked.items() if address.startswith("http")}


def _travelling(address: str) -> int:
    """Bytes of an answer's body as the service sends it to a browser; a worker's request tells a page nothing of them."""
    wish = {"Accept-Encoding": "gzip", "Accept": "text/html" if urlsplit(address).path == "/" else "*/*"}
    request = urllib.request.Request(address, headers=wish)  # noqa: S310 -- an address of the service that is weighed
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- likewise
        return len(answer.read())


def weigh(browser: Browser, url: str, lang: str) -> bool:
    """Print the first view of a language file by file; tell whether it is light enough."""
    found = sorted(first_view(browser, f"{url}/?lang={lang}").items(), key=lambda item: -item[1])
    page = [(path, size) for path, size in found if not path.startswith(DATA)]
    data = [size for path, size in found if path.startswith(DATA)]
    total = sum(size for _, size in page)
    print(
        f"\nfirst view, {lang}: {total / 1000:.1f} kB in {len(page)} files; tiles and data {sum(data) / 1000:.1f} kB in {len(data)}"
    )
    for path, size in page:
        print(f"  {size / 1000:8.1f} kB  {path.split('/', 3)[-1] or '/'}")
    return total <= LIMIT_BYTES[lang]


def usable_s(browser: Browser, url: str) -> tuple[float, float]:
    """Return after how many seconds the first and the second view of a page are usable."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    taken = []
    for _ in range(2):
        page = context.new_page()
        begun = time.perf_counter()
        page.goto(f"{url}/?lang=en&lon=67&lat=44&z=3")
        page.locator("html[data-ready='1']").wait_for(state="attached", timeout=180_000)
        taken.append(time.perf_counter() - begun)
        page.close()
    context.close()
    return taken[0], taken[1]


def main() -> int:
    parser = argparse.ArgumentParser(description="Weigh the first view of the map page.")
    parser.add_argument("--workspace", type=Path, help="workspace with a release; built when it is left out")
    parser.add_argument("--url", help="a running service to weigh instead")
    parser.add_argument("--points", type=int, default=0, help="also open a release of so many synthetic incidents")
    asked = parser.parse_args()
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        print("weight.py needs Chromium: install it (it is called chromium in most systems).", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        workspace = asked.workspace or Path(folder) / "workspace"
        if not asked.url and not asked.workspace:
            subprocess.run(
                [sys.executable, "-m", "server", "build", "--workspace", str(workspace)], cwd=CHECKOUT, check=True
            )
        server = None if asked.url else start_server(workspace, Path(folder) / "log.txt")
        try:
            url = asked.url or (server.url if server else "")
            is_light = [weigh(browser, url, lang) for lang in LIMIT_BYTES]
        finally:
            if server:
                stop_server(server)
        if asked.points:
            many = Path(folder) / "many"
            command = ["benchmarks/synthetic.py", "--count", str(asked.points), "--workspace", str(many)]
            subprocess.run([sys.executable, *command], cwd=CHECKOUT, check=True)
            crowded = start_server(many, Path(folder) / "log2.txt")
            try:
                cold_s, warm_s = usable_s(browser, crowded.url)
                print(f"\n{asked.points:,} incidents: usable after {cold_s:.1f} s, warm {warm_s:.1f} s")
            finally:
                stop_server(crowded)
        browser.close()
    return 0 if all(is_light) else 1


if __name__ == "__main__":
    raise SystemExit(main())
