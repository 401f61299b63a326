"""Languages: which of the four the reader gets, the interface's words in it, and the theme beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from flask import request

from geo.errors import MalformedFilter
from layers.styles.tokens import THEMES, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "DIRECTION",
    "FONTS",
    "LANGUAGES",
    "PageTheme",
    "page_language",
    "page_theme",
    "picture_theme",
    "read_strings",
]

FONTS: dict[str, tuple[str, ...]] = {
    "en": ("noto-sans-latin-400-normal", "noto-sans-latin-600-normal"),
    "fa": ("vazirmatn-arabic-400-normal", "vazirmatn-arabic-600-normal"),
    "ru": ("noto-sans-cyrillic-400-normal", "noto-sans-cyrillic-600-normal"),
    "kk": ("noto-sans-cyrillic-400-normal", "noto-sans-cyrillic-ext-400-normal"),
}
"""The files that set most of a page; asked for with the page, so that no line breaks anew when they come."""

PageTheme = Theme | Literal["auto"]
"""``auto`` is light or dark as the reader's system is."""

PAGE_THEMES: tuple[PageTheme, ...] = ("auto", *THEMES)

LANGUAGES: dict[str, str] = {"en": "English", "fa": "فارسی", "ru": "Русский", "kk": "Қазақша"}
"""ISO 639-1 code → the language's own name."""

DIRECTION: dict[str, str] = {"en": "ltr", "fa": "rtl", "ru": "ltr", "kk": "ltr", "ar": "rtl"}
"""ISO 639-1 code → writing direction; left to right when absent."""


def page_language() -> str:
    """Return the language of the current request: ``lang=``, else the browser's wish, else English.

    Raises
    ------
    MalformedFilter
        When ``lang`` is none of :data:`LANGUAGES`.
    """
    asked = request.args.get("lang")
    if asked is None:
        return request.accept_languages.best_match(list(LANGUAGES)) or "en"
    if asked not in LANGUAGES:
        raise MalformedFilter("lang", f"lang={asked!r} is not offered.", hint=f"Use one of: {', '.join(LANGUAGES)}.")
    return asked


def page_theme(otherwise: PageTheme = "auto") -> PageTheme:
    """Return the theme of the page that is asked for: ``theme=``, else as the reader's system is.

    Raises
    ------
    MalformedFilter
        When there is no such theme.
    """
    asked = request.args.get("theme", otherwise)
    for theme in PAGE_THEMES:
        if asked == theme:
            return theme
    raise MalformedFilter("theme", f"theme={asked!r} is not offered.", hint=f"Use one of: {', '.join(PAGE_THEMES)}.")


def picture_theme() -> Theme:
    """Return the theme of what is drawn before it is known who will see it: ``theme=``, else light; ``auto`` is light.

    Raises
    ------
    MalformedFilter
        When there is no such theme.
    """
    theme = page_theme("light")
    return "light" if theme == "auto" else theme


def read_strings(folder: Path, *, of_review: bool = True) -> Mapping[str, Mapping[str, Any]]:
    """Read the interface's words: language → key → text.

    Those of review lie in a folder of their own: readers of the map are not sent them.
    """
    more = {lang: _words(folder / "review" / f"{lang}.json") for lang in LANGUAGES} if of_review else {}
    return {lang: _words(folder / f"{lang}.json") | more.get(lang, {}) for lang in LANGUAGES}


def _words(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
