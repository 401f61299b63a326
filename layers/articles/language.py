"""Which language a passage is written in, by its script and letters."""

from __future__ import annotations

import re

__all__ = ["LANGUAGES", "language_of"]

LANGUAGES = ("en", "fa", "ru", "kk", "uz", "tg")
"""ISO 639-1 codes of the languages that are read or told apart."""

_ARABIC = re.compile(r"[\u0600-\u06FF\uFB50-\uFDFF\uFE70-\uFEFF]")
_CYRILLIC = re.compile(r"[\u0400-\u04FF]")
_LATIN = re.compile(r"[A-Za-z\u00C0-\u024F]")


def language_of(text: str, default: str = "en") -> str:
    """Return the ISO 639-1 code of the language of a passage; ``default`` where it has no letter.

    >>> language_of("Ауғанстан мен Тәжікстан"), language_of("Афганистан"), language_of("")
    ('kk', 'ru', 'en')
    """
    counts = {"fa": len(_ARABIC.findall(text)), "ru": len(_CYRILLIC.findall(text)), "en": len(_LATIN.findall(text))}
    best = max(counts, key=lambda code: counts[code])
    if not counts[best]:
        return default
    if best == "ru":
        lower = text.lower()
        if re.search("[ңұөүһ]|[әғқі].*[әғқі]", lower, re.DOTALL):
            return "kk"
        if re.search("[ҷӣӯ]", lower):
            return "tg"
        if re.search("ў", lower):
            return "uz"
    return best
