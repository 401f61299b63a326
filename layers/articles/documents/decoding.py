"""The letters of a text file: which encoding its bytes are in, found out or refused, never guessed into mojibake."""

from __future__ import annotations

import codecs
import re

from geo.errors import UnreadableArticle
from layers.articles.wording.language import common_words_share

__all__ = ["decode"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = (
    ("windows-1251", ("ru",)),
    ("koi8-r", ("ru",)),
    ("windows-1256", ("fa", "ar")),
    ("windows-1252", ("en", "uz")),
)
_WORD = re.compile(r"[^\W\d_]+")
_SHARE = 0.06
_SAMPLE = 20_000
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Return a file's text and the name of its encoding.

    UTF-8, UTF-16 and UTF-32 are known for certain. Another encoding is taken only where the commonest words of its
    language come out of it: windows-1251 and KOI8-R for Russian, windows-1256 for Persian and Arabic, windows-1252.

    Raises
    ------
    UnreadableArticle
        The file is binary, or in an encoding that cannot be told.

    Examples
    --------
    >>> decode("Он был на границе и не был в городе".encode("windows-1251"), "a.txt")
    ('Он был на границе и не был в городе', 'windows-1251')
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding, name)
    if _CONTROL.search(content[:_SAMPLE]):
        raise UnreadableArticle(f"{name} is binary, not text.", hint="Save its text as a .txt file first.")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    best = max(_LEGACY, key=lambda each: _likelihood(content, *each))
    if _likelihood(content, *best) < _SHARE:
        raise UnreadableArticle(
            f"{name} is not UTF-8, and its encoding cannot be told.",
            hint="Save it as plain text in UTF-8 and try again.",
        )
    return _decoded(content, best[0], name)


def _decoded(content: bytes, encoding: str, name: str) -> tuple[str, str]:
    try:
        return content.decode(encoding), encoding.removesuffix("-sig")
    except UnicodeDecodeError as error:
        raise UnreadableArticle(
            f"{name} begins as {encoding.removesuffix('-sig').upper()} but is not (byte {error.start}).",
            hint="Save it as plain text in UTF-8 and try again.",
        ) from error


def _likelihood(content: bytes, encoding: str, languages: tuple[str, ...]) -> float:
    """Return the share of common words of the languages that an encoding makes of some bytes; 0 where it cannot."""
    try:
        text = content[:_SAMPLE].decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    words = [word.lower() for word in _WORD.findall(text)]
    if not words:
        return 0.0
    strange = sum(not word.isascii() and encoding == "windows-1252" for word in words) / len(words)
    return max(common_words_share(words, language) for language in languages) - strange
