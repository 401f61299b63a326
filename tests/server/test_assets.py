"""Front-end files: complete in four languages, licensed, light, and asking nothing of another host."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server import static_files
from server.answers import IMMUTABLE, REVALIDATE
from server.static_files import without_comments
from tests.missing import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from flask.testing import FlaskClient

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "server/static"
TEMPLATES = ROOT / "server/templates"
VENDOR = STATIC / "vendor"
LANGUAGES = ("en", "fa", "ru", "kk")
MODULES = sorted(STATIC.glob("*.mjs"))
SHEETS = sorted(STATIC.glob("*.css"))
PAGES = sorted(TEMPLATES.glob("*.html"))
DOI = "https://doi.org/"
"""A link that a reader may follow to a cited article; the page itself asks nothing of it."""

FIRST_VIEW_KB = 580


def load_vendor() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "server/assets/vendor.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def words(lang: str) -> dict[str, str]:
    loaded: dict[str, str] = json.loads((STATIC / f"i18n/{lang}.json").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_text(lang: str) -> None:
    assert list(words(lang)) == list(words("en"))
    assert all(text.strip() for text in words(lang).values())


@pytest.mark.parametrize(
    ("lang", "script"), [("fa", r"[\u0600-\u06FF]"), ("ru", r"[\u0400-\u04FF]"), ("kk", r"[\u0400-\u04FF]")]
)
def test_texts_are_in_their_own_script(lang: str, script: str) -> None:
    assert [key for key, text in words(lang).items() if not re.search(script, text)] == []


def test_every_text_that_a_page_names_exists() -> None:
    known = set(words("en"))
    in_templates = {key for page in PAGES for key in re.findall(r"strings\[[\"']([^\"'~]+)[\"']\]", page.read_text())}
    in_modules = {key for module in MODULES for key in re.findall(r"\bt\('([^']+)'\)", module.read_text())}
    assert len(in_templates) > 20
    assert len(in_modules) > 30
    assert in_templates | in_modules <= known


def test_every_row_of_the_legend_has_a_text_and_a_picture() -> None:
    legend = (STATIC / "layers.mjs").read_text() + (STATIC / "legend.mjs").read_text()
    rows = set(
        re.findall(r"'((?:corridors|context_corridors|transport_corridors|borders|organizations)\.[a-z_]+)'", legend)
    )
    pictures = set(re.findall(r"^  '([a-z_]+\.[a-z_]+)':", (STATIC / "swatches.mjs").read_text(), re.MULTILINE))
    rows = {
        row
        for row in rows
        if not row.endswith((".heading", ".note", "_note", ".choose", ".none", ".point_of_view", ".at"))
    }
    assert len(rows) > 12
    assert rows <= set(words("en"))
    assert rows <= pictures


def test_every_category_has_a_text() -> None:
    symbols = (STATIC / "symbols.mjs").read_text()
    categories = re.findall(r"^  ([a-z_]+): \['(?:violence|enforcement|movement|institution)'", symbols, re.MULTILINE)
    assert len(categories) == 10
    assert {f"category.{name}" for name in categories} <= set(words("en"))


def test_every_file_that_a_page_or_module_names_exists() -> None:
    named = {name for page in PAGES for name in re.findall(r"asset\('([^']+)'\)", page.read_text())}
    named |= {name for module in MODULES for name in re.findall(r"(?:from |import\()'\./([^']+)'", module.read_text())}
    named |= {name for sheet in SHEETS for name in re.findall(r"url\(\"([^\"]+)\"\)", sheet.read_text())}
    brought = set(load_vendor().FILES.values())
    missing = {name for name in named if not (STATIC / name).is_file() and name.removeprefix("vendor/") not in brought}
    assert len(named) > 25
    assert missing == set()


@pytest.mark.parametrize("path", [*PAGES, *MODULES, *SHEETS], ids=lambda path: path.name)
def test_no_file_asks_anything_of_another_host(path: Path) -> None:
    addresses = re.findall(r"https?://[\w.{}$-]+[^\s\"'`<)]*", path.read_text(encoding="utf-8"))
    assert [a for a in addresses if not a.startswith((DOI, "http://www.w3.org/2000/svg"))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_page_has_an_inline_script_or_style(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    for opening, body in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert 'type="application/json"' in opening or not body.strip()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_module_makes_markup_from_text_or_stores_anything(module: Path) -> None:
    forbidden = r"\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|sessionStorage|document\.cookie"
    assert not re.search(forbidden, module.read_text(encoding="utf-8"))


def test_the_lockfile_names_no_registry() -> None:
    lock = (ROOT / "server/assets/package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(lock)["packages"]
    assert "resolved" not in lock
    assert all(entry["integrity"].startswith("sha512-") for path, entry in packages.items() if path)


@pytest.fixture
def _vendor() -> None:
    if not VENDOR.is_dir():
        missing("the front-end assets are not here: `make assets` brings them")


needs_vendor = pytest.mark.usefixtures("_vendor")


@needs_vendor
def test_the_manifest_records_every_vendored_file() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()} - {"manifest.json"}
    assert set(manifest["files"]) == there
    for name, sha256 in manifest["files"].items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == sha256


@needs_vendor
def test_fresh_assets_are_not_brought_again() -> None:
    lines: list[str] = []
    assert load_vendor().vendor(lines.append) is False
    assert len(lines) == 1


def test_a_missing_or_changed_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = load_vendor()
    monkeypatch.setattr(vendor, "VENDOR", tmp_path)
    monkeypatch.setattr(vendor, "FILES", {"a/b.css": "b.css"})
    assert not vendor.is_fresh("0" * 64)
    (tmp_path / "b.css").write_text("a {}")
    recorded = {"b.css": hashlib.sha256(b"a {}").hexdigest()}
    (tmp_path / "manifest.json").write_text(json.dumps({"lock": "0" * 64, "files": recorded}))
    assert vendor.is_fresh("0" * 64)
    assert not vendor.is_fresh("1" * 64), "another lockfile"
    (tmp_path / "b.css").write_text("a { color: red }")
    assert not vendor.is_fresh("0" * 64), "a changed file"


@pytest.fixture
def replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of static files that a test may change while it is served."""
    for name in ("a.css", "b.css"):
        (tmp_path / name).write_text(f".{name[0]} {{}}\n", encoding="utf-8")
    monkeypatch.setattr(static_files, "STATIC", tmp_path)
    return tmp_path


def test_files_that_go_while_they_are_looked_for_are_not_there(
    client: FlaskClient, replaced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps = static_files._stamps()
    assert [name for name, _, _ in stamps] == ["a.css", "b.css"]
    walk = os.walk

    def goes(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        for found in walk(folder):
            (replaced / "b.css").unlink(missing_ok=True)
            yield found

    monkeypatch.setattr(os, "walk", goes)
    assert [name for name, _, _ in static_files._stamps()] == ["a.css"]
    assert static_files._mark(stamps) == static_files._mark(stamps[:1]), "what it was of is there no more"
    monkeypatch.setattr(static_files, "_read", lambda path, *_: Path(path).with_name("gone").read_bytes())
    assert client.get("/static/a.css").status_code == 404


def test_a_file_that_is_replaced_while_it_is_sent_is_kept_under_no_mark(
    client: FlaskClient, replaced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (replaced / "a.css").read_text(encoding="utf-8")
    (replaced / "a.css").write_text("/* new */ .a {}\n", encoding="utf-8")
    new_mark = static_files._mark(static_files._stamps())
    (replaced / "a.css").write_text(old, encoding="utf-8")
    read = static_files._read

    def while_it_is_replaced(path: str, *stamp: int) -> tuple[bytes, bytes | None]:
        content = read(path, *stamp)
        (replaced / "a.css").write_text("/* new */ .a {}\n", encoding="utf-8")
        return content

    # Who asks so has the mark from another process, which has seen the new file already.
    monkeypatch.setattr(static_files, "_read", while_it_is_replaced)
    answer = client.get(f"/static/{new_mark}/a.css")
    assert (answer.text, answer.headers["Cache-Control"]) == (old, REVALIDATE)
    monkeypatch.setattr(static_files, "_read", read)
    answer = client.get(f"/static/{new_mark}/a.css")
    assert (answer.text, answer.headers["Cache-Control"]) == ("/* new */ .a {}\n", IMMUTABLE)


@pytest.mark.parametrize("path", [*MODULES, *SHEETS], ids=lambda path: path.name)
def test_readers_are_sent_all_lines_but_comments(client: FlaskClient, path: Path) -> None:
    written = path.read_text("utf-8").split("\n")
    sent = client.get(f"/static/{path.name}").get_data(as_text=True).split("\n")
    assert len(sent) == len(written), "a line keeps its number"
    left_out = [line.strip() for line, is_sent in zip(written, sent, strict=True) if line != is_sent]
    assert all(is_sent in {line, ""} for line, is_sent in zip(written, sent, strict=True))
    assert all(line.startswith(("//", "/*", "*")) or path.suffix == ".css" for line in left_out)
    assert not any(line.lstrip().startswith(("//", "/**")) for line in sent)


@needs_vendor
@pytest.mark.parametrize(("lang", "scripts"), [("en", ("latin",)), ("ru", ("latin", "cyrillic"))])
def test_the_first_view_is_light(lang: str, scripts: tuple[str, ...]) -> None:
    """Everything that the first view loads besides tiles and data, gzipped as the service sends it; fonts are as they are."""
    later = {
        name for path in MODULES for name in re.findall(r"await import\('\./([a-z_]+\.mjs)'\)", path.read_text("utf-8"))
    }
    page = "".join((TEMPLATES / name).read_text("utf-8") for name in ("base.html", "map.html"))
    code = [
        *(path for path in MODULES if path.name not in later),
        *(path for path in SHEETS if f"asset('{path.name}')" in page),
        VENDOR / "maplibre-gl.mjs",
        VENDOR / "maplibre-gl-worker.mjs",
        VENDOR / "maplibre-gl.css",
    ]
    bodies = [path.read_bytes() if VENDOR in path.parents else without_comments(path.read_bytes()) for path in code]
    size = sum(len(gzip.compress(body, 6)) for body in bodies)
    size += len(gzip.compress(json.dumps(words(lang)).encode(), 6))
    faces = ("400-normal", "600-normal", "400-italic")
    size += sum((VENDOR / f"fonts/noto-sans-{s}-{face}.woff2").stat().st_size for s in scripts for face in faces)
    assert size < FIRST_VIEW_KB * 1000
