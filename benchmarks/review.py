"""Review at scale: how long a reviewer waits at 100,000 candidates in the store.

    python benchmarks/review.py [--count 100000] [--decisions 200] [--articles FILE...] [--workspace FOLDER] [--browser] [--json FILE]

Makes a store in a temporary folder, or in a folder that may be used again: the articles that are named, then invented ones, read by the real reader,
until it holds so many candidates. A real `corridormap serve` with review answers; a reviewer signs in and decides one record
after the other. Told are, in ms, the page, the next card, a decision, and what a reviewer waits for: the page with its first
record and the next one beside it (`--browser` measures that in Chromium, from the address to the mark that the page sets,
and what follows a decision: the next record's painting, and the mark again).
"""

from __future__ import annotations

import argparse
import contextlib
import html
import http.client
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from processes import Server

from geo.datasets import data_root
from layers.articles.documents.shelf import file_content
from layers.articles.reader import Reader
from layers.build import build_release
from layers.candidates import ReadArticle
from layers.catalog import Catalog, default_catalog
from layers.ingestion import Ingestion
from layers.store.audit import Event
from layers.store.coverage_store import CoverageStore
from layers.store.people import PeopleStore
from layers.workspace import Workspace
from server.people import passwords
from tests.live import start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME, WORDS = "Reviewer", "four plain words here"
TOWNS: Final = (
    "Khorog", "Kulob", "Termez", "Kunduz", "Osh", "Shymkent", "Almaty", "Bishkek", "Dushanbe", "Jalalabad", "Samarkand",
    "Tashkent", "Mazar-i-Sharif", "Faizabad", "Ishkashim", "Khujand", "Andijan", "Namangan", "Karaganda", "Taraz",
)  # fmt: skip
MONTHS: Final = ("January", "March", "May", "July", "September", "November")
EVENTS: Final = (
    "On {day} {month} {year} border guards seized {n} kg of opium near {town}.",
    "On {day} {month} {year} police arrested {n} men in {town}.",
    "Taliban fighters attacked a post in {town} on {day} {month} {year}, killing {n} soldiers.",
    "Opium passes from Afghanistan through Tajikistan to Russia, an official in {town} said.",
    "On {day} {month} {year} customs officers seized {n} kg of heroin in {town}.",
)
LOADS: Final = 8
"""So often the page is loaded."""
BASES: Final = 20
"""So many texts are read; further articles are copies of them under other titles."""


def text_of(number: int) -> str:
    """Return an invented article of about 60 sentences, the same for the same number."""
    sentences = []
    for at in range(60):
        seed = number * 61 + at
        sentences.append(
            EVENTS[seed % len(EVENTS)].format(
                day=1 + seed % 28,
                month=MONTHS[seed % len(MONTHS)],
                year=1999 + seed % 25,
                n=2 + seed % 90,
                town=TOWNS[(seed * 7) % len(TOWNS)],
            )
        )
    paragraphs = [" ".join(sentences[at : at + 6]) for at in range(0, 60, 6)]
    return f"Ledger {number:06d}\n\n" + "\n\n".join(paragraphs) + "\n"


def fill(workspace: Workspace, store: CoverageStore, reader: Reader, count: int) -> int:
    """Bring invented articles into the store until it holds so many candidates; return how many articles."""
    made = [reader.read(text_of(number), id=str(number)).without_words() for number in range(BASES)]
    number = 0
    while store.counts().get("candidates_candidate", 0) < count:
        for _ in range(50):
            base = number % BASES
            content = text_of(base).replace(f"Ledger {base:06d}", f"Ledger {number:06d}").encode()
            sha256 = file_content(workspace, content, "ledger.txt").sha256
            article = ReadArticle(
                sha256=sha256, id=f"ledger-{number:06d}", file_name="ledger.txt", file_sha256=sha256,
                media_type="text/plain", title=f"Ledger {number:06d}", language="en", languages=("en",), authors=(),
                year=2000 + number % 25, publisher=None, doi=None, url=None, licence=None, length=len(content),
            )  # fmt: skip
            store.keep(article, replace(made[base]), extractor=reader.version, published=None)
            number += 1
    return number


class Client:
    """A browser's part of the work: cookies, a connection that stays, the page's token."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, accept: str = "text/html"
    ) -> tuple[int, str]:
        """Send one request and return status and text."""
        headers = {"Accept": accept, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read().decode()

    def timed(
        self, method: str, path: str, form: dict[str, str] | None = None, accept: str = "text/html"
    ) -> tuple[float, str]:
        """Send one request that has to be answered, and return how many ms it took, and the text."""
        start = time.perf_counter()
        status, text = self.ask(method, path, form, accept)
        took = (time.perf_counter() - start) * 1000
        if status >= http.HTTPStatus.BAD_REQUEST:
            raise SystemExit(f"{path} was answered {status}: {text[:400]}")
        return took, text


def token_of(page: str) -> str:
    """Return the token that a page's forms carry."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    if found is None:
        raise SystemExit("the page carries no token")
    return html.unescape(found[1])


def review(server: Server, decisions: int, query: str) -> dict[str, list[float]]:
    """Sign in, decide so many records one after the other, and return what each step took in ms.

    On a machine that has other work waiting says little: what the server's processor did is told beside it, in the mean.
    """
    url = server.base
    client = Client(url)
    _, page = client.ask("GET", "/login")
    client.ask("POST", "/login", {"csrf_token": token_of(page), "name": NAME, "password": WORDS, "next": "/review"})
    took: dict[str, list[float]] = {"page": [], "card": [], "decision": [], "page and next card": []}
    # The first page of a process reads what small maps are drawn on.
    took["first page"] = [client.timed("GET", f"/review?{query}")[0]]
    before_s = server.cpu_s()
    for _ in range(LOADS):
        page_ms, page = client.timed("GET", f"/review?{query}")
        if not key_of(page):
            return {}
        card_ms, card = client.timed("GET", f"/review/card?{query}&after={key_of(page)}")
        took["page"].append(page_ms)
        took["page and next card"].append(page_ms + card_ms)
    took["page and next card, CPU"] = [(server.cpu_s() - before_s) * 1000 / LOADS]
    token, shown, before_s = token_of(page), page, server.cpu_s()
    for number in range(decisions):
        if not found_in(shown, "data-id"):
            break  # the queue is at its end
        card_ms, card = client.timed("GET", f"/review/card?{query}&after={key_of(shown)}")
        form = {
            "csrf_token": token, "candidate": found_in(shown, "data-id"), "seen": found_in(shown, "data-version"),
            "verdict": "accept" if number % 4 else "reject", "note": "",
        }  # fmt: skip
        decision_ms, _ = client.timed("POST", f"/review/decisions?{query}", form, accept="application/json")
        took["card"].append(card_ms)
        took["decision"].append(decision_ms)
        shown = card
    took["decision and next card, CPU"] = [(server.cpu_s() - before_s) * 1000 / max(1, len(took["decision"]))]
    return took


def found_in(text: str, name: str) -> str:
    """Return the value of an attribute of the card on a page."""
    found = re.search(rf'{name}="([^"]*)"', text)
    return found[1] if found else ""


def key_of(text: str) -> str:
    """Return what the next card comes after."""
    return found_in(text, "data-key")


NO_GRAPHICS_CARD: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""As a browser draws a page without WebGL where there is no graphics card: on the processor, without emulating a card."""

NEXT_SHOWN: Final = """async () => {
  const stage = document.getElementById('stage');
  const before = stage.querySelector('.record').dataset.id;
  const until = (isSo) => new Promise((done) => {
    const look = () => isSo() && (watcher.disconnect(), done());
    const watcher = new MutationObserver(look);
    watcher.observe(stage, {attributes: true, childList: true, subtree: true});
    look();
  });
  const start = performance.now();
  document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyA', key: 'a', bubbles: true}));
  await until(() => stage.querySelector('.record').dataset.id !== before);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const shown = performance.now() - start;
  await until(() => stage.dataset.ready === stage.querySelector('.record').dataset.key);
  return [shown, performance.now() - start];
}"""
"""Accepts the record on the desk; ms until the next one is painted, and until the one after it is here."""


def in_browser(url: str, loads: int, decisions: int) -> dict[str, list[float]]:
    """Return, in ms as a page in Chromium tells it, how long a reviewer waits.

    Of a page: from its address to the mark that its next record is here too, beside what all of the browser's processes
    computed for it, in the mean. Of a decision: from the key to the next record's painting, and to the mark.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only with --browser

    took: dict[str, list[float]] = {
        "page to next record ready": [],
        "key to next record shown": [],
        "key to next ready": [],
    }
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=path, args=list(NO_GRAPHICS_CARD))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{url}/login?lang=en")
        page.fill("#name", NAME)
        page.fill("#password", WORDS)
        page.press("#password", "Enter")
        page.wait_for_url("**/review**")
        page.locator("#stage[data-ready]").wait_for(state="attached")
        before_s = browser_cpu_s()
        for _ in range(loads):
            page.goto(f"{url}/review?lang=en")
            page.locator("#stage[data-ready]").wait_for(state="attached")
            took["page to next record ready"].append(
                float(page.evaluate("performance.getEntriesByName('next-ready')[0].startTime"))
            )
        took["page, CPU of the browser"] = [(browser_cpu_s() - before_s) * 1000 / loads]
        for _ in range(decisions):
            shown, ready = page.evaluate(NEXT_SHOWN)
            took["key to next record shown"].append(shown)
            took["key to next ready"].append(ready)
        browser.close()
    return {f"Chromium: {name}": values for name, values in took.items()}


def browser_cpu_s() -> float:
    """Return the seconds that the processes of the browser which this one started have computed."""
    total_s = 0.0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "chrom" in process.name():
                total_s += sum(process.cpu_times()[:2])
    return total_s


def told(took: dict[str, list[float]]) -> Iterator[tuple[str, float, float, float]]:
    """Yield each step with its median, 95th percentile and greatest time in ms."""
    for name, values in took.items():
        ordered = sorted(values)
        yield name, statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))], ordered[-1]


def main() -> None:
    """Make the store, serve it, review, and print what was waited for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="candidates in the store")
    parser.add_argument("--decisions", type=int, default=200, help="records that are decided")
    parser.add_argument("--articles", type=Path, nargs="*", default=[], help="articles that come first")
    parser.add_argument("--workspace", type=Path, help="folder that is kept; what it holds already is not made again")
    parser.add_argument("--browser", action="store_true", help="measure in Chromium too")
    parser.add_argument("--json", type=Path, help="write the figures to a file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(given.workspace.absolute() if given.workspace else Path(folder) / "ws")
        workspace.prepare()
        reader = Reader.open(data_root())
        names: list[str] = []
        if given.articles:
            with Ingestion.open(workspace, workspace.store_url, reader) as ingestion:
                names = [ingestion.take(path).sha256 for path in given.articles]
        start = time.perf_counter()
        with CoverageStore.open(workspace.store_url) as store:
            articles = fill(workspace, store, reader, given.count)
            held = store.counts()["candidates_candidate"]
        print(f"{held:,} candidates; {articles:,} invented articles stored in {time.perf_counter() - start:.0f} s")
        with PeopleStore.open(workspace.store_url) as people:
            if not people.accounts():
                people.add(
                    NAME, "reviewer", passwords.hashed(WORDS), Event("2026-01-01T00:00:00Z", None, "account-added")
                )
        catalog = default_catalog()
        build_release(workspace, data_root(), Catalog.of(catalog["borders"]))
        environment = {"CORRIDORMAP_REVIEW": "1", "CORRIDORMAP_WORKERS": "1"}
        server = start_server(workspace.path, Path(folder) / "log.txt", environment=environment)
        try:
            ours = Server("ours", server.url, psutil.Process(server.process.pid))
            took = {f"all: {name}": values for name, values in review(ours, given.decisions, "lang=en").items()}
            for name in names:
                own = review(ours, min(given.decisions, 40), f"lang=en&article={name}")
                took |= {f"article {name[:6]}: {step}": values for step, values in own.items()}
            if given.browser:
                took |= in_browser(server.url, 20, 20)
        finally:
            stop_server(server)
        size_mb = sum(path.stat().st_size for path in workspace.path.glob("coverage.sqlite*")) / 1e6
    print(
        f"store {size_mb:,.0f} MB, {os.cpu_count()} cores\n\n| step | median ms | 95 % ms | most ms |\n|---|---|---|---|"
    )
    rows = list(told(took))
    for name, median, most, worst in rows:
        print(f"| {name} | {median:.0f} | {most:.0f} | {worst:.0f} |")
    if given.json:
        figures = {name: {"median_ms": median, "p95_ms": most, "max_ms": worst} for name, median, most, worst in rows}
        given.json.write_text(json.dumps({"candidates": held, "steps": figures}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
