"""Letters as readers of names take them: which mark, digit or form of a letter makes no difference.

``read_letter`` gives the plain form in which a text is searched, ``fold_letter`` the form in which names are compared,
:func:`fold` does both to a whole name. The gazetteer is indexed with these rules and articles are read with them.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["fold", "fold_letter", "read_letter"]

_GONE = dict.fromkeys(
    [
        0x00AD,
        0x200B,
        0x200D,
        0x2060,
        0xFEFF,
        0x0640,
        *range(0x200E, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ],
    "",
)
"""Soft hyphen, zero-width space and joiner, word joiner, byte-order mark, tatweel, marks and overrides of direction."""

_READ = {
    **_GONE,
    **dict.fromkeys((0x200C, 0x00A0, 0x2007, 0x2028, 0x2029, 0x202F), " "),  # a zero-width non-joiner parts words
    ord("ي"): "ی",
    ord("ى"): "ی",
    ord("ك"): "ک",
    ord("ۀ"): "ه",
    ord("ة"): "ه",
    **{0x0660 + digit: str(digit) for digit in range(10)},
    **{0x06F0 + digit: str(digit) for digit in range(10)},
}

_FIRST_SURROGATE, _LAST_SURROGATE = 0xD800, 0xDFFF

_FOLDED = {
    **dict.fromkeys("آأإٱ", "ا"),
    "ؤ": "و",
    "ئ": "ی",
    "ё": "е",
    "ı": "i",
    "ß": "s",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    **dict.fromkeys("’‘ʻʼ`´ʹ′", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("‐‑‒–—−", "-"),
}


@lru_cache(maxsize=8192)
def read_letter(letter: str) -> str:
    """Return how one letter of a source is read: the empty string for a mark, several letters for a ligature."""
    code = ord(letter)
    if code in _READ:
        return _READ[code]
    if _FIRST_SURROGATE <= code <= _LAST_SURROGATE:
        return "\ufffd"  # half a letter: no library that looks names up could take it
    if unicodedata.combining(letter):
        return ""
    if letter in "\n\t\r":
        return letter
    plain = unicodedata.normalize("NFKC", letter).translate(_READ)
    return "".join(each for each in plain if not unicodedata.combining(each)) if len(plain) > 1 else plain


@lru_cache(maxsize=8192)
def fold_letter(letter: str) -> str:
    """Return one letter of a reading in the form in which names are compared; always one letter."""
    if letter in _FOLDED:
        return _FOLDED[letter]
    lower = letter.lower()
    lower = _FOLDED.get(lower[:1], lower[:1])
    if lower.isascii() or "Ѐ" <= lower <= "ӿ":  # й is a letter of its own, not an и with a mark
        return lower
    base = unicodedata.normalize("NFD", lower)[:1]
    return _FOLDED.get(base, base) if base else letter


def fold(name: str) -> str:
    """Return a name in the form in which names are compared, white space runs as one space.

    >>> fold("  Qŭrghonteppa’s ")
    "qurghonteppa's"
    >>> fold("آسياي‌مركزي") == fold("آسیای مرکزی")
    True
    """
    if name.isascii():
        return " ".join(name.lower().split())
    reading = "".join(map(read_letter, name))
    folded = reading.lower() if reading.isascii() else "".join(map(fold_letter, reading))
    return " ".join(folded.split())
