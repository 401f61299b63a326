"""Review in a real browser: an article is brought, twenty records are decided by keyboard alone, and the map says just that."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from layers.articles.documents.shelf import file_content
from layers.store.audit import Event
from layers.store.coverage_store import CoverageStore
from layers.store.people import PeopleStore
from layers.workspace import Workspace
from server.people import passwords
from tests.browser.test_accessibility import complaints_of_axe
from tests.browser.waiting import PATIENCE_MS, READING_S, resized, until, withheld
from tests.layers.store import readings as made
from tests.live import CHECKOUT, PATIENCE_S, LiveServer, start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, Request

    from layers.release import Release

pytestmark = pytest.mark.browser

NAME, WORDS = "Захра", "four plain words here"
ARTICLE = """Northern Ledger: a year of seizures

On 12 March 2019 border guards seized 35 kg of opium near Khorog in Tajikistan. On 3 April 2019 police arrested four men in
Kulob. On 17 April 2019 customs officers seized 12 kg of heroin in Termez, Uzbekistan.

Fighters of the Islamic Movement of Uzbekistan attacked a post in Kunduz on 3 June 2018, killing 5 soldiers. On 9 June 2018
Afghan troops clashed with Taliban fighters near Faizabad. On 11 June 2018 the Taliban attacked a checkpoint in Imam Sahib.

Opium passes from Afghanistan through Tajikistan to Russia, an official said. Heroin is smuggled from Afghanistan through
Uzbekistan to Kazakhstan.

On 2 July 2019 police in Osh seized 8 kg of hashish. On 14 July 2019 guards arrested two couriers at Panj. In August 2019
troops destroyed a heroin laboratory in Badakhshan. On 5 September 2019 Kazakh police seized 60 kg of heroin in Shymkent. On
21 September 2019 gunmen attacked a convoy near Jalalabad. On 1 October 2019 border guards arrested three smugglers in Termez.

On 11 October 2019 police seized 22 kg of opium in Dushanbe. On 19 October 2019 officers arrested a dealer in Bishkek. On 4
November 2019 customs officers seized 15 kg of heroin in Almaty. On 28 November 2019 an armed group attacked a border post near
Ishkashim.

On 3 December 2019 police seized 9 kg of opium in Tashkent. On 6 December 2019 guards arrested five men in Khujand. On 10
December 2019 gunmen attacked a patrol in Mazar-i-Sharif. On 15 December 2019 customs officers seized 40 kg of hashish in
Samarkand. On 20 December 2019 police arrested two couriers in Andijan. On 27 December 2019 police seized 3 kg of heroin in
Taraz.
"""
OTHER = """The Border Weekly

Tajik border guards seized 35 kg of opium near Khorog on 12 March 2019, the agency reported.
"""


def add_reviewer(workspace: Workspace) -> None:
    with PeopleStore.open(workspace.store_url) as store:
        store.add(NAME, "editor", passwords.hashed(WORDS), Event("2026-01-01T00:00:00Z", None, "account-added"))


def run(*command: str, workspace: Workspace) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "server", *command, "--workspace", str(workspace.path)],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        env=os.environ | {"CORRIDORMAP_REVIEW": "1"},
    )
    return done.stdout.decode()


def signed_in(browser: Browser, server: LiveServer) -> BrowserContext:
    """A context in which the reviewer has signed in, by keyboard."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{server.url}/login?lang=en")
    page.locator("#name:focus").wait_for()
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review**")
    page.close()
    return context


@pytest.fixture(scope="module")
def small_server(small_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A service over two invented articles that tell of one seizure."""
    folder = tmp_path_factory.mktemp("review")
    shutil.copytree(small_workspace.path, folder / "ws")
    workspace = Workspace(folder / "ws")
    place = {"name": "Kulob", "lon": 69.78, "lat": 37.91, "country": "TJ", "where_prec": 1, "entity": "place/kulob"}
    with CoverageStore.open(workspace.store_url) as store:
        for text, id_ in ((made.TEXT, "quiet-days"), (made.TEXT.replace("Quiet", "Loud"), "loud-days")):
            file_content(workspace, text.encode(), f"{id_}.txt")
            incidents = [
                made.incident("seized", "seizure", place, text=text),
                made.incident("arrested", "arrest", "Khorog", text=text),
            ]
            flow = made.flow(("origin", "Afghanistan"), ("transit", "Tajikistan"), ("destination", "Russia"), text=text)
            reading = made.reading(incidents, [flow], text=text, id_=id_)
            store.keep(made.article(text, id_), reading, extractor="reader 1", published=None)
    add_reviewer(workspace)
    server = start_server(workspace.path, folder / "log.txt", environment={"CORRIDORMAP_REVIEW": "1"})
    yield server
    stop_server(server)


@pytest.fixture(scope="module")
def desk(browser: Browser, small_server: LiveServer) -> Iterator[BrowserContext]:
    context = signed_in(browser, small_server)
    yield context
    context.close()


@pytest.fixture
def page(desk: BrowserContext) -> Iterator[Page]:
    """A page of the reviewer that may complain of nothing."""
    opened = desk.new_page()
    opened.set_viewport_size({"width": 1280, "height": 800})
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def shown(page: Page) -> dict[str, str]:
    """The record on the desk, once the next one has arrived too."""
    page.locator("#stage[data-ready]").wait_for(state="attached")
    facts: dict[str, str] = page.locator(".record").evaluate("each => ({...each.dataset})")
    return facts


def advanced(page: Page, before: str) -> None:
    page.locator(f'.record:not([data-id="{before}"])').or_(page.locator(".empty:not([hidden])")).first.wait_for()


@pytest.mark.parametrize(("lang", "theme"), [pytest.param("en", "light", marks=pytest.mark.slow), ("fa", "dark")])
def test_no_page_of_review_has_a_serious_violation(lang: str, theme: str, page: Page, small_server: LiveServer) -> None:
    query = f"lang={lang}&theme={theme}"
    found = {}
    page.goto(f"{small_server.url}/review?{query}&type=incident")
    assert page.locator("html").get_attribute("dir") == ("rtl" if lang == "fa" else "ltr")
    id_ = shown(page)["id"]
    found["queue"] = complaints_of_axe(page)
    for key, name in (("e", "edit"), ("m", "merge"), ("s", "split")):
        page.keyboard.press(key)
        page.locator(f"#pane-{name}").wait_for()
        found[name] = complaints_of_axe(page)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.keyboard.press("Shift+Slash")
    page.locator("#help[open]").wait_for()
    found["help"] = complaints_of_axe(page)
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    resized(page, 390, 800)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "too wide for a phone"
    found["queue on a phone"] = complaints_of_axe(page)
    for path in (f"/review/records/{id_}", "/review/narrow", "/review/decisions", "/review/quality", "/corrections"):
        page.goto(f"{small_server.url}{path}?{query}")
        found[path] = complaints_of_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide for a phone"
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_keys_are_places_on_the_keyboard_and_nothing_is_lost_to_another(
    page: Page, desk: BrowserContext, small_server: LiveServer
) -> None:
    page.goto(f"{small_server.url}/review?lang=fa&type=incident")
    first = shown(page)
    other = desk.new_page()
    other.goto(f"{small_server.url}/review?lang=en&type=incident")
    assert shown(other)["id"] == first["id"]
    # Under a Persian layout the key A gives ش.
    other.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyR', key: 'ق', bubbles: true}))")
    advanced(other, first["id"])
    page.keyboard.press("n")
    page.keyboard.type("به چشم خود دیدم")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("#fault")).to_contain_text(NAME)
    assert shown(page)["id"] == first["id"]
    assert shown(page)["status"] == "rejected"
    assert page.locator(".why [name=note]").input_value() == "به چشم خود دیدم", "what was typed is still there"
    page.keyboard.press("a")
    advanced(page, first["id"])
    page.goto(f"{small_server.url}/review/records/{first['id']}?lang=en")
    history = page.locator(".history")
    expect(history).to_contain_text("rejected")
    expect(history).to_contain_text("accepted")
    expect(history).to_contain_text("به چشم خود دیدم")
    other.close()


def test_what_was_skipped_comes_back_and_the_last_decision_is_undone(page: Page, small_server: LiveServer) -> None:
    page.goto(f"{small_server.url}/review?lang=en&type=claim")
    first = shown(page)["id"]
    left = page.locator("[data-left]").first
    before = int(left.inner_text())
    page.keyboard.press("j")
    advanced(page, first)
    second = shown(page)["id"]
    page.keyboard.press("k")
    advanced(page, second)
    assert shown(page)["id"] == first
    page.keyboard.press("r")
    advanced(page, first)
    expect(left).to_have_text(str(before - 1))
    page.keyboard.press("u")
    page.locator(f'.record[data-id="{first}"][data-status="candidate"]').wait_for()
    expect(left).to_have_text(str(before))


def test_the_desk_works_without_scripts(browser: Browser, desk: BrowserContext, small_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=desk.storage_state(), locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{small_server.url}/review?lang=en&type=place")
    first = str(page.locator(".record").get_attribute("data-id"))
    page.locator('.verdicts [value="accept"]').click()
    expect(page.locator(".record")).not_to_have_attribute("data-id", first)
    context.close()


def taken_back(page: Page, id_: str) -> None:
    """Let a record wait again that was decided last, so that other tests find the queue as it was."""
    page.keyboard.press("u")
    page.locator(f'.record[data-id="{id_}"][data-status="candidate"]').wait_for()


def test_a_record_is_split_into_three_by_keyboard(page: Page, small_server: LiveServer) -> None:
    page.goto(f"{small_server.url}/review?lang=fa&type=incident")
    first = shown(page)["id"]
    page.keyboard.press("s")
    adds, parts = page.locator("[data-adds]"), page.locator("#pane-split fieldset")
    sent: list[Request] = []
    page.on("request", lambda made: sent.append(made) if made.method == "POST" else None)
    # A key that is held down adds one part, and sends nothing from the field that has the focus then.
    adds.focus()
    page.keyboard.down("Enter")
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(parts).to_have_count(3)
    for number in range(4, 10):
        adds.press("Enter")
        expect(parts).to_have_count(number)
    expect(adds).to_be_disabled()
    names = page.locator("#pane-split [name]").evaluate_all("all => all.map((each) => each.name + ' ' + each.value)")
    assert len(names) == len(set(names)), "each part has fields of its own"
    for number in range(8, 2, -1):
        page.locator("[data-removes]:visible").press("Enter")
        expect(parts).to_have_count(number)
    assert sent == []
    # Two parts may not say the same, and which record comes first depends on what was decided before.
    own = page.locator("#p0-category").input_value()
    for number, category in enumerate([each for each in ("arrest", "attack", "seizure") if each != own][:2], 1):
        page.select_option(f"#p{number}-category", category)
    page.locator("#pane-split [value=split]").press("Enter")
    advanced(page, first)
    page.goto(f"{small_server.url}/review/records/{first}?lang=en")
    expect(page.locator(".history ol > li").last.locator(".parts-told li")).to_have_count(3)
    page.locator('.verdicts [value="undo"]').click()
    expect(page.locator(".record")).to_have_attribute("data-status", "candidate")


def test_a_refusal_that_comes_late_is_told_and_the_desk_goes_on(page: Page, small_server: LiveServer) -> None:
    page.goto(f"{small_server.url}/review?lang=fa&type=incident")
    first = shown(page)["id"]
    sent = withheld(page, "**/review/decisions?*")
    page.keyboard.press("s")
    splits = page.locator("#pane-split [value=split]")
    for number in (0, 1):
        page.locator(f"[name=part_{number}_evidence]").first.check()
        page.select_option(f"#p{number}-category", "operation")
    splits.press("Enter")
    until(page, lambda: sent, "the decision is sent")
    expect(page.locator(".record")).to_have_attribute("inert", "")
    for key in ("Enter", "a", "j", "k", "u"):
        page.keyboard.press(key)
    sent.pop().continue_()
    fault = page.locator("#fault [lang=en]")
    expect(fault).to_have_text("Two parts say the same. Change a field or a passage of one of them.")
    expect(page.locator(".record")).not_to_have_attribute("inert", "")
    expect(splits).to_be_focused()
    assert sent == [], "keys that are pressed meanwhile decide nothing"
    assert shown(page)["id"] == first
    page.select_option("#p1-category", "destruction")
    splits.press("Enter")
    until(page, lambda: sent, "the decision is sent again")
    sent.pop().continue_()
    advanced(page, first)
    expect(fault).to_be_hidden()
    page.unroute_all()
    taken_back(page, first)


def test_a_decision_whose_next_record_does_not_come_is_kept(desk: BrowserContext, small_server: LiveServer) -> None:
    page = desk.new_page()
    cards = "**/review/card?*"
    page.route(cards, lambda route: route.fulfill(status=503, json={"detail": "Too many ask.", "hint": "Wait."}))
    page.goto(f"{small_server.url}/review?lang=en&type=claim")
    page.locator("html[data-keys]").wait_for()
    first = str(page.locator(".record").get_attribute("data-id"))
    page.keyboard.press("r")
    expect(page.locator("#fault")).to_contain_text("try again")
    expect(page.locator("#stage")).not_to_have_attribute("aria-busy", "true")
    page.unroute(cards)
    # The same key once more decides nothing anew: it goes on to the next record.
    page.keyboard.press("r")
    advanced(page, first)
    expect(page.locator("#fault")).to_be_hidden()
    shown(page)
    taken_back(page, first)
    page.close()


FOUND = [
    {
        "label": "Garm, TJ",
        "place": {"name": "Garm", "lon": 70.3, "lat": 39.0, "country": "TJ", "where_prec": 1, "entity": "geonames/1"},
    }
]


def test_a_decision_waits_for_the_place_that_was_typed(page: Page, small_server: LiveServer) -> None:
    page.goto(f"{small_server.url}/review?lang=en&type=incident")
    first = shown(page)["id"]
    searches = withheld(page, "**/review/places?*")
    sent: list[Request] = []
    page.on("request", lambda made: sent.append(made) if made.method == "POST" else None)
    page.keyboard.press("e")
    page.locator("#e-search").fill("Gharmm")
    page.locator("#e-search").press("Enter")
    until(page, lambda: searches, "the place is searched for at once")
    assert sent == []
    searches.pop().fulfill(json=[])
    expect(page.locator("#fault")).to_have_text("No place of this name")
    expect(page.locator("#e-search")).to_be_focused()
    assert sent == []
    page.locator("#e-search").fill("Garm")
    page.locator("#e-search").press("Enter")
    until(page, lambda: searches, "the other place is searched for")
    searches.pop().fulfill(json=FOUND)
    advanced(page, first)
    assert '"Garm"' in str(sent[0].post_data)
    page.goto(f"{small_server.url}/review/records/{first}?lang=en")
    expect(page.locator(".before-after").last).to_contain_text("Garm")
    page.locator('.verdicts [value="undo"]').click()
    expect(page.locator(".record")).to_have_attribute("data-status", "candidate")


def test_a_place_that_is_found_late_does_not_replace_one_chosen_by_hand(page: Page, small_server: LiveServer) -> None:
    page.goto(f"{small_server.url}/review?lang=en&type=incident")
    shown(page)
    searches = withheld(page, "**/review/places?*")
    page.keyboard.press("e")
    page.locator("#e-search").fill("Garm")
    until(page, lambda: searches, "the place is searched for")
    page.select_option("#e-place", "")
    page.locator("#e-note").focus()
    with page.expect_response("**/review/places?*"):
        searches.pop().fulfill(json=FOUND)
    expect(page.locator("#e-place")).to_have_value("")
    page.locator("#e-search").fill("Garmi")
    until(page, lambda: searches, "another place is searched for")
    searches.pop().fulfill(json=FOUND)
    expect(page.locator("#e-place")).to_have_value(re.compile("Garm"))


def test_words_of_the_passage_are_taken_by_a_click_or_their_digit(page: Page, small_server: LiveServer) -> None:
    page.goto(f"{small_server.url}/review?lang=en&type=incident")
    shown(page)
    words = page.locator("mark.offer").first
    button = page.locator(f'.alternative[data-number="{words.get_attribute("data-offer")}"]')
    words.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".pending")).to_be_visible()
    page.keyboard.press(f"Digit{button.get_attribute('data-digit')}")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".pending")).to_be_hidden()


def test_the_next_record_is_asked_for_once_and_before_a_script_runs(page: Page, small_server: LiveServer) -> None:
    asked: list[str] = []
    page.on("request", lambda made: asked.append(made.url) if "/review/card?" in made.url else None)
    page.goto(f"{small_server.url}/review?lang=en")
    shown(page)
    assert len(asked) == 1


def test_a_record_is_edited_without_scripts(browser: Browser, desk: BrowserContext, small_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=desk.storage_state(), locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{small_server.url}/review?lang=en&type=incident")
    first = str(page.locator(".record").get_attribute("data-id"))
    page.select_option("#e-modality", "alleged")
    page.locator("#pane-edit [value=correct]").click()
    expect(page.locator(".record")).not_to_have_attribute("data-id", first)
    page.goto(f"{small_server.url}/review/records/{first}?lang=en")
    expect(page.locator(".record")).to_have_attribute("data-status", "corrected")
    page.locator('.verdicts [value="undo"]').click()
    expect(page).to_have_url(re.compile(r"/review\?"))
    context.close()


# The whole way: brought, decided, built, shown.


class Desk:
    """A reviewer who has nothing but a keyboard, and remembers what each record should have become."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.expected: dict[str, str] = {}
        self.merged: dict[str, str] = {}
        self.corrected = ""

    def decide(self) -> None:
        """Decide on what lies on the desk, in one of several ways."""
        facts = shown(self.page)
        id_, kind = facts["id"], self.page.locator(".record .sort").inner_text()
        said = set(self.expected.values())
        similar = self.page.locator("#pane-merge [data-digit='1']")
        if kind == "Incident" and "merged" not in said and similar.count():
            self.merged[id_] = str(similar.get_attribute("value"))
            self.keys("m", "Digit1", "Enter")
            self.expected[id_] = "merged"
        elif kind == "Incident" and "corrected" not in said:
            self.keys("e", "o", "Enter")  # the category's list has the focus: O is for operation
            self.expected[id_] = "corrected"
            self.corrected = id_
        elif kind == "Incident" and "rejected" not in said:
            self.keys("n", *"A rumour.", "Escape", "r")
            self.expected[id_] = "rejected"
        else:
            self.keys("a")
            self.expected[id_] = "reviewed"
        advanced(self.page, id_)

    def keys(self, *pressed: str) -> None:
        for key in pressed:
            self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def newsroom(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, Workspace]]:
    """A service with all layers, an invented article in its store already, and a reviewer."""
    folder = tmp_path_factory.mktemp("newsroom")
    shutil.copytree(workspace.path, folder / "ws")
    own = Workspace(folder / "ws")
    (folder / "weekly.txt").write_text(OTHER, encoding="utf-8")
    run("ingest", str(folder / "weekly.txt"), workspace=own)
    add_reviewer(own)
    server = start_server(own.path, folder / "log.txt", environment={"CORRIDORMAP_REVIEW": "1"})
    yield server, own
    stop_server(server)


def got(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
        return json.loads(answer.read())


def drawn(server: LiveServer) -> dict[str, dict[str, Any]]:
    """Incidents of the latest release that were read by a machine, by the candidate's id."""
    features = got(f"{server.url}/export/incidents.geojson")["features"]
    return {each["id"].removeprefix("read/"): each["properties"] for each in features if each["id"].startswith("read/")}


@pytest.mark.slow
def test_twenty_records_decided_by_keyboard_are_what_the_map_says(
    browser: Browser, newsroom: tuple[LiveServer, Workspace], release: Release, tmp_path: Path
) -> None:
    server, workspace = newsroom
    context = signed_in(browser, server)
    page = context.new_page()
    page.goto(f"{server.url}/review/upload?lang=en")
    page.set_input_files("#file", {"name": "ledger.txt", "mimeType": "text/plain", "buffer": ARTICLE.encode()})
    page.get_by_role("button", name="Upload").press("Enter")
    row = page.locator("#uploads tr", has_text="ledger.txt").first
    expect(row).to_contain_text(re.compile(r"Read; new candidates: \d\d"), timeout=READING_S * 1000)

    page.goto(f"{server.url}/review?lang=en")
    reviewer = Desk(page)
    while len(reviewer.expected) < 20:
        reviewer.decide()
    assert {"merged", "corrected", "rejected", "reviewed"} == set(reviewer.expected.values())
    rejected = next(id_ for id_, status in reviewer.expected.items() if status == "rejected")

    # A mistake is taken back at once.
    last = shown(page)["id"]
    page.keyboard.press("r")
    advanced(page, last)
    page.keyboard.press("u")
    page.locator(f'.record[data-id="{last}"]').wait_for()

    with CoverageStore.open(workspace.store_url) as store:
        found = {each.id: each for each in store.found()}
        now = {id_: store.subject(id_).state.status for id_ in reviewer.expected}
        assert now == reviewer.expected
        assert store.subject(last).state.status == "candidate"
        told = sum(len(store.history(id_)) for id_ in (*reviewer.expected, last))
        assert told == store.counts()["decisions"] == len(reviewer.expected) + 2

    told_build = json.loads(run("build", "--no-pictures", "--json", workspace=workspace))
    assert told_build["records"] == "candidates"
    incidents = {id_ for id_, each in found.items() if each.type == "incident"}
    gone = {id_ for id_, status in reviewer.expected.items() if status in {"rejected", "merged"}}
    on_map = drawn(server)
    assert set(on_map) == incidents - gone
    assert {id_: on_map[id_]["status"] for id_ in on_map} == {
        id_: reviewer.expected.get(id_, "candidate") for id_ in on_map
    }
    assert on_map[reviewer.corrected]["category"] == "operation"
    for id_, target in reviewer.merged.items():
        evidence = on_map[target.removeprefix("read/")]["evidence"]
        articles = {item["sha256"] for item in evidence}
        assert {found[id_].article, found[target.removeprefix("read/")].article} <= articles, "the passages of both"

    # Counts and figure agree with the export.
    base = release.receipt["layers"]["incidents"]["count"]
    count = base + len(on_map)
    assert got(f"{server.url}/ogc/collections/incidents/items?limit=1")["numberMatched"] == count
    assert told_build["layers"]["incidents"] == count
    run("figure", "-o", str(tmp_path / "map.svg"), "--layers", "incidents", workspace=workspace)
    assert f"Incidents: {count} " in (tmp_path / "map.svg").read_text(encoding="utf-8")

    check_the_map(page, server, on_map, reviewer, rejected)
    check_the_log(page, server, reviewer)
    context.close()


def check_the_map(
    page: Page, server: LiveServer, on_map: dict[str, dict[str, Any]], reviewer: Desk, rejected: str
) -> None:
    """The panel of the map tells who looked at it, and a rejected record has no address."""
    accepted = next(id_ for id_, status in reviewer.expected.items() if status == "reviewed" and id_ in on_map)
    page.goto(f"{server.url}/?lang=en&open=read/{accepted}")
    expect(page.locator("#evidence")).to_contain_text("Reviewed")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{server.url}/evidence/read/{rejected}", timeout=PATIENCE_S)


def check_the_log(page: Page, server: LiveServer, reviewer: Desk) -> None:
    """The log tells the story, and a record's page what was before."""
    page.goto(f"{server.url}/review/decisions?lang=en")
    log = page.locator("tbody")
    for words in ("accepted", "rejected", "corrected", "merged", "took back the last decision", "A rumour.", NAME):
        expect(log).to_contain_text(words)
    page.goto(f"{server.url}/review/records/{reviewer.corrected}?lang=en")
    expect(page.locator(".before-after").first).to_contain_text("Operation")
