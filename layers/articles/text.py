"""An article's text as a reader takes it, letter by letter tied to the file that it came from.

``source`` is the text as filed. ``reading`` is what recognizers look at: compatibility characters resolved (NFKC), Arabic
letters in their Persian form, digits in ASCII, invisible characters gone; its case is kept. ``folded`` has the same
length: lower case, without diacritics, one kind of apostrophe, quote and dash. Whatever is found in them goes back to
``source`` by :meth:`Text.spans`, so that ``source[start:end]`` is always what was printed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Span", "Text", "fold"]

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


_MARKS_BETWEEN = 12
"""So many letters that the reading leaves out may stand inside one span."""


class Span(NamedTuple):
    """A half-open range of characters: ``start`` inclusive, ``end`` exclusive."""

    start: int
    end: int


@lru_cache(maxsize=8192)
def _read_letter(letter: str) -> str:
    code = ord(letter)
    if code in _READ:
        return _READ[code]
    if unicodedata.combining(letter):
        return ""
    if letter in "\n\t\r":
        return letter
    plain = unicodedata.normalize("NFKC", letter).translate(_READ)
    return "".join(each for each in plain if not unicodedata.combining(each)) if len(plain) > 1 else plain


@lru_cache(maxsize=8192)
def _fold_letter(letter: str) -> str:
    if letter in _FOLDED:
        return _FOLDED[letter]
    lower = letter.lower()
    lower = _FOLDED.get(lower[:1], lower[:1])
    if lower.isascii() or "Ѐ" <= lower <= "ӿ":  # й is a letter of its own, not an и with a mark
        return lower
    base = unicodedata.normalize("NFD", lower)[:1]
    return _FOLDED.get(base, base) if base else letter


def fold(name: str) -> str:
    """Return a name in the form in which names are compared: as ``Text.folded``, white space runs as one space.

    >>> fold("  Qŭrghonteppa’s ")
    "qurghonteppa's"
    >>> fold("آسياي‌مركزي") == fold("آسیای مرکزی")
    True
    """
    return " ".join(Text.of(name).folded.split())


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text in three forms; made by :meth:`of`. ``offsets`` is ``None`` where reading and source are letter for letter.

    ``offsets`` has shape (len(reading),): the index in ``source`` of each letter of ``reading``. It need not rise: text
    cut out of a PDF may have to be read in another order than it was printed in.
    """

    source: str
    reading: str
    folded: str
    offsets: npt.NDArray[np.int32] | None = None

    @classmethod
    def of(cls, source: str) -> Text:
        r"""Read a text letter by letter; any Unicode string will do, the empty one too.

        >>> text = Text.of("so­ft ﬁre")
        >>> text.reading, [text.source[a:b] for a, b in text.spans(0, 4)]
        ('soft fire', ['so\xadft'])
        """
        if source.isascii():
            return cls(source, source, source.lower())
        letters = [_read_letter(letter) for letter in source]
        reading = "".join(letters)
        folded = reading.lower() if reading.isascii() else "".join(map(_fold_letter, reading))
        if len(reading) == len(source) and all(map(len, letters)):
            return cls(source, reading, folded)
        lengths = np.fromiter(map(len, letters), dtype=np.int32, count=len(letters))
        return cls(source, reading, folded, np.repeat(np.arange(len(source), dtype=np.int32), lengths))

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Return where in the source the letters ``[start:end]`` of the reading stand, in reading order.

        Letters that the reading left out between two neighbours part the span only where more than marks lie between: a
        combining mark or a soft hyphen inside a word stays inside. An empty range gives no span.
        """
        if start >= end:
            return ()
        if self.offsets is None:
            return (Span(start, end),)
        offsets = self.offsets[start:end].tolist()
        runs: list[Span] = []
        first = offsets[0]
        for here, following in pairwise(offsets):
            if here <= following <= here + _MARKS_BETWEEN and not any(
                map(_read_letter, self.source[here + 1 : following])
            ):
                continue
            runs.append(Span(first, here + 1))
            first = following
        runs.append(Span(first, offsets[-1] + 1))
        return tuple(runs)
