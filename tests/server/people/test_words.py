"""The words of review: in all languages, in their own script, and none that a page asks for in vain."""

from __future__ import annotations

import json
import re

import pytest

from server.languages import LANGUAGES, read_strings
from server.static_files import STATIC
from tests.live import CHECKOUT

TEMPLATES = sorted((CHECKOUT / "server" / "templates" / "review").glob("*.html"))
WORDS = {
    lang: json.loads((STATIC / "i18n" / "review" / f"{lang}.json").read_text(encoding="utf-8")) for lang in LANGUAGES
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_word_once(lang: str) -> None:
    assert list(WORDS[lang]) == list(WORDS["en"])
    assert all(text.strip() for text in WORDS[lang].values())
    of_the_map = json.loads((STATIC / "i18n" / f"{lang}.json").read_text(encoding="utf-8"))
    assert not WORDS[lang].keys() & of_the_map.keys()
    assert read_strings(STATIC / "i18n")[lang] == of_the_map | WORDS[lang]


@pytest.mark.parametrize(
    ("lang", "script"), [("fa", r"[\u0600-\u06FF]"), ("ru", r"[\u0400-\u04FF]"), ("kk", r"[\u0400-\u04FF]")]
)
def test_words_are_in_their_own_script(lang: str, script: str) -> None:
    assert [key for key, text in WORDS[lang].items() if not re.search(script, text)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_filled_in_is_the_same_in_every_language(lang: str) -> None:
    for key, text in WORDS["en"].items():
        assert set(re.findall(r"\{\w+\}", WORDS[lang][key])) == set(re.findall(r"\{\w+\}", text)), key


def test_every_word_that_a_page_asks_for_exists() -> None:
    known = set(read_strings(STATIC / "i18n")["en"])
    asked = {
        key for path in TEMPLATES for key in re.findall(r"strings\[[\"']([^\"'~]+)[\"']\]", path.read_text("utf-8"))
    }
    assert len(asked) > 60
    assert asked <= known


def test_every_file_that_a_page_names_exists() -> None:
    named = {name for path in TEMPLATES for name in re.findall(r"asset\('([^']+)'\)", path.read_text("utf-8"))}
    assert named
    assert [name for name in named if not (STATIC / name).is_file()] == []


def test_the_map_loads_nothing_of_review() -> None:
    assert not [path for path in STATIC.glob("*.mjs") if "upload" in path.name or "review" in path.name]
