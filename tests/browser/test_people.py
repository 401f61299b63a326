"""People in a real browser: signing in, bringing articles, and every page of theirs under axe-core in both directions."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload, expect

from layers.store.audit import Event
from layers.store.people import PeopleStore
from layers.workspace import Workspace
from server.people import passwords
from tests.browser.test_accessibility import complaints_of_axe
from tests.browser.waiting import PATIENCE_MS, READING_S, answer_for, resized, until
from tests.live import LiveServer, start_server, stop_server, wait_until
from tests.server.people.reading import still_reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = pytest.mark.browser

NAME, WORDS = "زهرا", "چهار واژه بی ربط"
ARTICLE = "Border guards seized 12 kilograms of opium near Kunduz on 3 May 2014. Two men were arrested at the post.\n"
PAGES = ("/login", "/account", "/review/upload", "/review/audit")
DROP = """([name, size, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text || new Uint8Array(size)], name));
  document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def people_server(small_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("people")
    shutil.copytree(small_workspace.path, folder / "ws")
    workspace = Workspace(folder / "ws")
    with PeopleStore.open(workspace.store_url) as store:
        store.add(NAME, "editor", passwords.hashed(WORDS), Event("2026-01-01T00:00:00Z", None, "account-added"))
    server = start_server(workspace.path, folder / "log.txt", environment={"CORRIDORMAP_REVIEW": "1"})
    yield server
    stop_server(server)
    wait_until(lambda: not still_reading(workspace), "what reads uploads ends by itself", within_s=READING_S)


@pytest.fixture(scope="module")
def context(browser: Browser, people_server: LiveServer) -> Iterator[BrowserContext]:
    """A context in which an editor has signed in, by keyboard alone."""
    made = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    made.set_default_timeout(PATIENCE_MS)
    page = made.new_page()
    page.goto(f"{people_server.url}/account")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/account$"))
    page.close()
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of the editor that may complain of nothing."""
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    made.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def test_files_are_dropped_sent_and_followed_until_they_are_read(page: Page, people_server: LiveServer) -> None:
    page.goto(f"{people_server.url}/review/upload?lang=en")
    page.get_by_label("Day of publication").fill("2014-05-04")
    page.evaluate(DROP, ["Kunduz.txt", 0, ARTICLE])
    row = page.locator("#uploads tr", has_text="Kunduz.txt").first
    expect(row).to_contain_text(re.compile(r"Read; new candidates: [1-9]"), timeout=READING_S * 1000)
    assert NAME in row.inner_text()
    assert row.get_by_role("link", name="To the queue").get_attribute("href").startswith("/review?lang=en&article=")  # type: ignore[union-attr]
    with page.expect_download() as saved:
        row.get_by_role("link", name="Save the text").click()
    assert saved.value.suggested_filename == "Kunduz.txt"
    assert saved.value.path().read_text(encoding="utf-8") == ARTICLE
    expect(page.locator("#said")).to_contain_text("Kunduz.txt: Read")
    page.evaluate(DROP, ["report.pdf", 0, "PK\x03\x04 and so on"])
    expect(page.locator("#uploads tr", has_text="report.pdf").first).to_contain_text("is a ZIP archive")
    page.evaluate(DROP, ["large.pdf", 51_000_000, ""])
    expect(page.locator("#uploads tr", has_text="large.pdf").first).to_contain_text("larger than 50 MB")
    page.set_input_files("#file", files=FilePayload(name="again.md", mimeType="text/markdown", buffer=ARTICLE.encode()))
    page.get_by_role("button", name="Upload").press("Enter")
    again = page.locator("#uploads tr", has_text="again.md").first
    expect(again).to_contain_text("Had been read before", timeout=READING_S * 1000)
    page.reload()
    expect(again).to_contain_text("Had been read before")
    page.goto(f"{people_server.url}/review/audit?lang=en")
    for said in ("uploaded a file", "uploaded file read", "upload refused", "failed to sign in", "signed in"):
        expect(page.locator("tbody")).to_contain_text(said)


def test_the_day_that_is_typed_for_the_next_files_is_not_taken_for_these(page: Page, people_server: LiveServer) -> None:
    page.goto(f"{people_server.url}/review/upload?lang=en")
    day = page.get_by_label("Day of publication")
    day.fill("2014-05-04")
    sent: list[Route] = []
    address = "**/review/uploads?*"
    answer_for(page, address, lambda route: sent.append(route) if route.request.method == "POST" else route.continue_())
    files = [
        FilePayload(name=f"{name}.pdf", mimeType="application/pdf", buffer=b"PK\x03\x04") for name in ("one", "two")
    ]
    page.set_input_files("#file", files=files)
    page.get_by_role("button", name="Upload").press("Enter")
    for name in ("one", "two"):
        until(page, lambda: sent, f"{name} is sent")
        day.fill("2020-01-01")
        body = sent[0].request.post_data_buffer or b""
        assert f'filename="{name}.pdf"'.encode() in body
        assert b"2014-05-04" in body
        sent.pop().continue_()
        expect(page.locator("#uploads tr", has_text=f"{name}.pdf").first).to_contain_text("is a ZIP archive")


def test_without_scripts_the_form_does_it(browser: Browser, context: BrowserContext, people_server: LiveServer) -> None:
    made = browser.new_context(java_script_enabled=False, storage_state=context.storage_state(), locale="en-GB")
    made.set_default_timeout(PATIENCE_MS)
    page = made.new_page()
    page.goto(f"{people_server.url}/review/upload?lang=en")
    page.set_input_files(
        "#file", files=FilePayload(name="plain.txt", mimeType="text/plain", buffer=ARTICLE.encode() * 2)
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#uploads")).to_contain_text("plain.txt")
    made.close()


@pytest.mark.parametrize(("lang", "theme"), [pytest.param("en", "light", marks=pytest.mark.slow), ("fa", "dark")])
def test_no_page_has_a_serious_violation(
    lang: str, theme: str, page: Page, browser: Browser, people_server: LiveServer
) -> None:
    found = {}
    stranger = browser.new_context().new_page()
    stranger.set_default_timeout(PATIENCE_MS)
    for path in PAGES:
        shown = stranger if path == "/login" else page
        shown.goto(f"{people_server.url}{path}?lang={lang}&theme={theme}")
        assert shown.locator("html").get_attribute("dir") == ("rtl" if lang == "fa" else "ltr")
        found[path] = complaints_of_axe(shown)
        resized(shown, 360, 740)
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide for a phone"
        found[f"{path} on a phone"] = complaints_of_axe(shown)
        resized(shown, 1280, 800)
    stranger.context.close()
    assert {path: faults for path, faults in found.items() if faults} == {}
