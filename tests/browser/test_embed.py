"""An embed in a page of another origin, by snippet and by oEmbed, in a sandbox, under the policy that it is served with."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.heights import awaited_height
from tests.browser.waiting import until, withheld
from tests.live import start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Locator

    from layers.release import Release
    from layers.workspace import Workspace
    from tests.browser.conftest import Watched
    from tests.live import LiveServer

pytestmark = pytest.mark.browser


def told(server: LiveServer, path: str) -> Any:
    with urllib.request.urlopen(f"{server.url}{path}", timeout=60) as answer:
        return json.load(answer)


def host(page: Any, server: LiveServer, body: str) -> None:
    """Open a page of another origin with this in it."""
    origin = server.url.replace("127.0.0.1", "localhost")
    page.route(
        f"{origin}/newspaper",
        lambda route: route.fulfill(content_type="text/html", body=f"<!doctype html><title>News</title><body>{body}"),
    )
    page.goto(f"{origin}/newspaper")


def ready(page: Any) -> Any:
    frame = page.frame_locator("iframe")
    frame.locator("html[data-ready='1']").wait_for(state="attached")
    return frame


def test_the_snippet_draws_the_map_opens_evidence_and_asks_for_its_height(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    share = told(live_server, "/share.json?lang=en&open=inc04")
    watched = watch(1000, 900)
    page = watched.page
    host(
        page,
        live_server,
        f'<a href="#a">before</a>{share["snippet"]}{share["auto_height"]}<a id="after" href="#b">after</a>',
    )
    frame = ready(page)
    frame.locator("#evidence").wait_for(state="visible")
    assert watched.complaints == []
    wide = awaited_height(page, frame)
    assert 200 <= wide <= 1000
    page.set_viewport_size({"width": 400, "height": 900})
    until(page, lambda: page.locator("iframe").bounding_box()["width"] <= 400, "the frame has another width")
    narrow = awaited_height(page, frame)
    assert 200 <= narrow < wide
    # As a font that comes late does.
    frame.locator(".embed-credits").evaluate("e => { e.style.fontSize = '20px'; }")
    assert awaited_height(page, frame) > narrow
    assert frame.locator("html").evaluate("e => e.scrollWidth") <= 400
    assert watched.outside == []


def stop_of(page: Any) -> str | None:
    """Where the keyboard is: an element of the page or of the frame in it; `None` while the one hands it to the other."""
    outer: str = page.evaluate("document.activeElement.id || document.activeElement.tagName")
    inner: str | None = page.frames[1].evaluate(
        """() => document.hasFocus() && document.activeElement !== document.body
           ? document.activeElement.ariaLabel ?? document.activeElement.textContent : null"""
    )
    if outer == "IFRAME":
        return inner
    return None if inner or outer == "BODY" else outer


def left(page: Any, stop: str) -> str | None:
    found = stop_of(page)
    return None if found == stop else found


def test_the_keyboard_gets_out_of_the_frame(watch: Callable[..., Any], live_server: LiveServer) -> None:
    share = told(live_server, "/share.json?lang=en&legend=off")
    page = watch(900, 700).page
    host(page, live_server, f'<a id="before" href="#a">before</a>{share["snippet"]}<a id="after" href="#b">after</a>')
    ready(page)
    page.locator("a").first.focus()
    stops = ["before"]
    while stops[-1] != "after":
        # The frame has a process of its own, and a key that comes while the focus is handed over goes nowhere.
        page.keyboard.press("Tab")
        stops.append(until(page, lambda: left(page, stops[-1]), f"Tab leaves {stops[-1]}"))
        assert len(set(stops)) == len(stops), f"the keyboard comes back to {stops[-1]} and not out of the frame"
    assert len(stops) > 5, f"the keyboard comes to the map's own controls: {stops}"


def test_what_oembed_gives_works_in_the_sandbox_of_publishing_systems(
    watch: Callable[..., Any], live_server: LiveServer
) -> None:
    document = told(live_server, f"/oembed?url={quote(live_server.url + '/?lang=fa', safe='')}")
    markup = document["html"].replace('sandbox="allow-scripts allow-popups"', 'sandbox="allow-scripts"')
    markup = markup.replace("/embed?", "/embed?").replace('" title=', '#?secret=abcDEF1234" title=', 1)
    watched = watch(600, 800)
    page = watched.page
    page.add_init_script("addEventListener('message', e => { (window.heard ??= []).push([e.origin, e.data]); })")
    host(page, live_server, markup)
    ready(page)
    told_heights = "(window.heard ?? []).filter(([, data]) => data.message === 'height')"
    until(page, lambda: page.evaluate(told_heights), "the frame tells its height")
    heard = page.evaluate("window.heard")
    heights = [data for _, data in heard if data.get("message") == "height"]
    assert all(data["secret"] == "abcDEF1234" and 200 <= data["value"] <= 1000 for data in heights)  # noqa: S105 -- WordPress calls it so
    assert {origin for origin, _ in heard} == {"null"}
    assert watched.complaints == []
    assert watched.outside == []


@pytest.fixture
def dialog(at: Callable[..., Watched]) -> Iterator[Callable[..., Locator]]:
    """Give the dialog that a click on `#embed-open` shows over the loaded map, built anew and not shown yet."""
    used: list[Watched] = []

    def give(query: str = "") -> Locator:
        used.append(at(query))
        return used[-1].page.locator("#share-dialog")

    yield give
    for watched in used:
        # The page goes on without it, and with the browser's own clipboard, for other tests.
        watched.page.evaluate(
            """() => {
              document.getElementById('share-dialog')?.remove();
              for (const name of ['write', 'writeText']) delete navigator.clipboard[name];
              for (const name of ['begun', 'copied']) delete window[name];
            }"""
        )
        assert watched.complaints == []


def test_the_dialog_gives_a_snippet_that_says_what_the_editor_wrote(dialog: Callable[..., Locator]) -> None:
    opened = dialog("category=attack")
    opened.page.locator("#embed-open").click()
    opened.locator("[name=title]").fill("Attacks <here>")
    opened.locator("[name=legend]").uncheck()
    snippet = opened.locator("[name=snippet]")
    expect(snippet).to_have_value(re.compile("legend=off"))
    expect(snippet).to_have_value(re.compile('title="Attacks &lt;here&gt;"'))
    expect(snippet).to_have_value(re.compile("category=attack"))
    opened.page.keyboard.press("Escape")
    expect(opened).to_be_hidden()


def test_no_late_answer_changes_what_an_editor_has_begun(dialog: Callable[..., Locator]) -> None:
    opened = dialog()
    page, title, alt = opened.page, opened.locator("[name=title]"), opened.locator("[name=alt]")
    snippet = opened.locator("[name=snippet]")
    asked = withheld(page, "**/share.json?*")
    page.locator("#embed-open").click()
    until(page, lambda: asked, "the dialog asks")
    title.focus()
    asked.pop().continue_()
    expect(snippet).to_have_value(re.compile("<iframe"))
    expect(alt).to_have_value(re.compile(r"\w"))
    expect(title).to_have_value("")
    page.keyboard.type("Attacks")
    expect(title).to_have_value("Attacks")
    page.keyboard.press("Tab")
    until(page, lambda: asked, "the dialog asks for a snippet with the title")
    # Of two answers that come in the wrong order the one to the last question counts.
    opened.locator("[name=legend]").uncheck()
    until(page, lambda: len(asked) == 2, "the dialog asks again")
    asked.pop().continue_()
    expect(snippet).to_have_value(re.compile("legend=off"))
    with page.expect_response("**/share.json?*") as late:
        asked.pop().continue_()
    late.value.finished()
    page.wait_for_timeout(200)
    expect(opened).not_to_have_attribute("aria-busy", "true")
    expect(snippet).to_have_value(re.compile("legend=off"))
    # A field that is emptied says what is usual once it is left.
    title.fill("")
    expect(title).to_have_value("")
    alt.focus()
    until(page, lambda: asked, "the dialog asks without the title")
    asked.pop().continue_()
    expect(title).to_have_value(re.compile(r"\w"))


def test_what_is_copied_is_what_the_dialog_says_and_a_fault_is_told(dialog: Callable[..., Locator]) -> None:
    opened = dialog()
    page, snippet = opened.page, opened.locator("[name=snippet]")
    page.evaluate(
        """() => {
          navigator.clipboard.write = async ([item]) => {
            window.begun = true;
            window.copied = await (await item.getType('text/plain')).text();
          };
        }"""
    )
    asked = withheld(page, "**/share.json?*")
    page.locator("#embed-open").click()
    until(page, lambda: asked, "the dialog asks")
    asked.pop().continue_()
    expect(snippet).to_have_value(re.compile("<iframe"))
    opened.locator("[name=title]").fill("Convoys")
    copy = opened.locator(".share-copy", has=page.locator("[name=snippet]")).locator("button")
    copy.click()
    until(page, lambda: asked, "the dialog asks for a snippet with the title")
    # Safari refuses what begins after the click, so copying has begun; what is copied is on its way.
    until(page, lambda: page.evaluate("window.begun"), "copying has begun")
    assert page.evaluate("window.copied ?? null") is None
    asked.pop().continue_()
    expect(copy).to_have_text("Copied")
    assert 'title="Convoys"' in page.evaluate("window.copied")
    opened.locator("[name=filters]").check()
    until(page, lambda: asked, "the dialog asks once more")
    asked.pop().fulfill(status=200, content_type="text/html", body="<h1>A proxy's own page</h1>")
    expect(opened.locator("[role=status]")).to_contain_text("does not answer")
    expect(snippet).to_have_value("")
    expect(copy).to_have_text("Copy")


PICTURED = (230, 20, 200)
"""The one colour of the picture that a release carries in this test; no map has it."""


@pytest.fixture(scope="module")
def pictured_server(
    workspace: Workspace, release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A server of a release that carries a picture."""
    folder = tmp_path_factory.mktemp("pictured")
    shutil.copytree(workspace.path, folder, dirs_exist_ok=True)
    pictures = folder / "releases" / release.id / "pictures"
    pictures.mkdir(exist_ok=True)
    Image.new("RGB", (640, 400), PICTURED).save(pictures / "overview-en.png")
    sha = hashlib.sha256((pictures / "overview-en.png").read_bytes()).hexdigest()
    (pictures / "pictures.json").write_text(json.dumps({"overview-en.png": sha}), encoding="utf-8")
    server = start_server(folder, folder / "log.txt")
    yield server
    stop_server(server)


def test_a_printed_host_page_shows_the_picture(
    watch: Callable[..., Any], pictured_server: LiveServer, tmp_path: Path
) -> None:
    share = told(pictured_server, "/share.json?lang=en")
    page = watch(900, 800).page
    host(page, pictured_server, f"<h1>News</h1>{share['snippet']}<p>After the map.</p>")
    frame = ready(page)
    picture = frame.locator("img.printed")
    expect(picture).to_be_hidden()
    until(page, lambda: picture.evaluate("e => e.complete && e.naturalWidth"), "the picture has come")
    pdf = page.pdf(path=tmp_path / "printed.pdf", print_background=True)
    printed = PdfReader(io.BytesIO(pdf))
    colours = {
        picture.image.convert("RGB").getpixel((5, 5))
        for sheet in printed.pages
        for picture in sheet.images
        if picture.image is not None
    }
    assert PICTURED in colours
    assert "Release" in "".join(sheet.extract_text() for sheet in printed.pages), "the credits are printed too"


def test_without_frames_or_scripts_the_snippet_is_a_link_and_a_picture(
    watch: Callable[..., Any], pictured_server: LiveServer
) -> None:
    share = told(pictured_server, "/share.json?lang=en&category=attack")
    page = watch(900, 800, java_script_enabled=False).page
    host(page, pictured_server, share["snippet"])
    picture = page.locator("blockquote img")
    assert picture.get_attribute("alt") == share["alt"]
    assert page.locator("blockquote a").get_attribute("href") == share["permalink"]
    # The frame itself, too, has a list of all objects where no script runs. It is read by itself: a frame of another origin has
    # a process of its own, which may have begun to read the page before it hears that no script is to run.
    page.goto(page.locator("iframe").get_attribute("src"))
    expect(page.locator("body")).to_contain_text("Without JavaScript", use_inner_text=True)
    # Picture, credits and list stand one below the other.
    tops = []
    for part in ("img.printed", "#credits", "#objects"):
        expect(page.locator(part)).to_be_visible()
        tops.append(page.locator(part).evaluate("e => e.getBoundingClientRect().top"))
    assert tops == sorted(tops)


def test_what_an_article_prints_is_quoted_in_an_embed_too(watch: Callable[..., Any], live_server: LiveServer) -> None:
    page = watch(900, 700).page
    page.goto(f"{live_server.url}/embed?lang=en&open=inc01")
    quoted = page.locator("#evidence .facts .printed, #evidence dd .printed").first
    expect(quoted).to_be_visible()
    expect(quoted).to_contain_text("1585")


def test_links_in_a_sandbox_say_their_address(watch: Callable[..., Any], live_server: LiveServer) -> None:
    """A sandbox without popups opens no window: what a link leads to stands there to be copied."""
    watched = watch(900, 700)
    page = watched.page
    markup = told(live_server, "/share.json?lang=en&open=a1")["snippet"].replace(" allow-popups", "")
    host(page, live_server, markup)
    frame = ready(page)
    panel = frame.locator("#evidence")
    panel.get_by_text("10.22080/jpir.2020.2741").first.wait_for(state="attached")
    outside = panel.locator("a[target=_blank]").evaluate_all("links => links.map(a => [a.href, a.textContent])")
    assert outside
    assert [href for href, text in outside if href.replace("https://doi.org/", "").rstrip("/") not in text] == []
    assert "/m/" in frame.locator(".embed-address").inner_text()
    assert watched.complaints == []
