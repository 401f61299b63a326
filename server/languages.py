"""Languages: which of the four the reader gets, and the interface's words in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import request

from geo.errors import MalformedFilter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["DIRECTION", "LANGUAGES", "page_language", "read_strings"]

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


def read_strings(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Read the interface's words: language → key → text."""
    return {lang: json.loads((folder / f"{lang}.json").read_text(encoding="utf-8")) for lang in LANGUAGES}
