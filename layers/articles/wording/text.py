"""An article's text as a reader takes it, letter by letter tied to the file that it came from.

``source`` is the text as filed. ``reading`` is what recognizers look at: compatibility characters resolved (NFKC), Arabic
letters in their Persian form, digits in ASCII, invisible characters gone; its case is kept. ``folded`` has the same
length: lower case, without diacritics, one kind of apostrophe, quote and dash. Whatever is found in them goes back to
``source`` by :meth:`Text.spans`, so that ``source[start:end]`` is always what was printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.letters import fold, fold_letter, read_letter
from layers.articles.wording.displaced import is_displaced, put_in_order

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Span", "Squeezed", "Text", "fold"]

_CUT_WORD = re.compile(r"(?<=[^\W\d_])([-\u2010\u00AD\u00AC])[ \t]*\r?\n[ \t]*(?=([^\W\d_]))")
"""A word cut at the end of a line: the hyphen, and the first letter of what follows."""

_COMPOUNDS = (
    "all anti cross ex half non north pro self semi south well twenty thirty forty fifty sixty seventy eighty ninety"
)
_COMPOUNDS_RU = "северо юго контр экс по во"
_PARTS_OF_COMPOUNDS = frozenset(f"{_COMPOUNDS} {_COMPOUNDS_RU}".split())
"""Behind these a hyphen at a line's end is one that the word has anyway."""

_COMPOUND = re.compile(r"\b[^\W\d_]+-[^\W\d_]+")
_LAST_LETTERS = re.compile(r"[^\W\d_]++$")
_FIRST_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_WORD = 40

_MARKS_BETWEEN = 12
"""So many letters that the reading leaves out may stand inside one span."""


class Span(NamedTuple):
    """A half-open range of characters: ``start`` inclusive, ``end`` exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Squeezed:
    """A text without white space. ``letters`` is folded, ``places`` (shape (len(letters),)) their indexes in ``reading``."""

    letters: str
    places: npt.NDArray[np.int32]
    reading: str

    def span(self, start: int, end: int) -> tuple[Span, bool, bool]:
        """Return where the letters ``[start:end]`` stand in the reading, and whether a word begins and ends there.

        Raises
        ------
        ValueError
            The range is empty.

        Examples
        --------
        >>> squeezed = Text.of("در آسیایمرکزی").squeeze()
        >>> squeezed.span(*(at := squeezed.letters.index("اسیایمرکزی"), at + 10)[:2])
        (Span(start=3, end=13), True, True)
        """
        if start >= end:
            raise ValueError("An empty range stands nowhere.")
        first, last = int(self.places[start]), int(self.places[end - 1]) + 1
        begins = first == 0 or not self.reading[first - 1].isalpha()
        ends = last == len(self.reading) or not self.reading[last].isalpha()
        return Span(first, last), begins, ends


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
        cut = _CUT_WORD.search(source)
        if source.isascii() and not cut:
            return cls(source, source, source.lower())
        letters = [read_letter(letter) for letter in source]
        if cut:
            for start, end in _cuts(source):
                letters[start:end] = [""] * (end - start)
        reading = "".join(letters)
        folded = reading.lower() if reading.isascii() else "".join(map(fold_letter, reading))
        offsets = None
        if len(reading) != len(source) or not all(map(len, letters)):
            lengths = np.fromiter(map(len, letters), dtype=np.int32, count=len(letters))
            offsets = np.repeat(np.arange(len(source), dtype=np.int32), lengths)
        if is_displaced(folded):
            ordered = put_in_order(reading, folded)
            places = np.fromiter((at for at, _ in ordered), dtype=np.int32, count=len(ordered))
            reading = "".join(letter for _, letter in ordered)
            folded = "".join(map(fold_letter, reading))
            offsets = places if offsets is None else offsets[places]
        return cls(source, reading, folded, offsets)

    def squeeze(self) -> Squeezed:
        """Return the folded form without white space, for names whose spaces were lost or gained.

        A name found in ``letters`` may begin or end inside a word: ``شام`` stands in ``شامل``, ``آسی`` in ``آسیب``. Ask
        :meth:`Squeezed.span` for the place in the reading, and take only what it says to end at a border, unless the
        name is long enough (some 9 letters) to be no part of a word by chance.
        """
        places = [at for at, letter in enumerate(self.folded) if not letter.isspace()]
        return Squeezed("".join(self.folded.split()), np.array(places, dtype=np.int32), self.reading)

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Return where in the source the letters ``[start:end]`` of the reading stand, in reading order.

        What the reading left out between two neighbours stays inside a span where it is marks, white space or a hyphen: a
        soft hyphen inside a word, a word cut at a line's end. An empty range gives no span.
        """
        if start >= end:
            return ()
        if self.offsets is None:
            return (Span(start, end),)
        offsets = self.offsets[start:end].tolist()
        runs: list[Span] = []
        first = offsets[0]
        for here, following in pairwise(offsets):
            if here <= following <= here + _MARKS_BETWEEN and not any(map(_is_text, self.source[here + 1 : following])):
                continue
            runs.append(Span(first, here + 1))
            first = following
        runs.append(Span(first, offsets[-1] + 1))
        return tuple(runs)


def _is_text(letter: str) -> bool:
    """Tell whether a letter that is left out of the reading is more than a mark, a space or a hyphen."""
    return not letter.isspace() and letter not in "-\u2010\u00ac" and read_letter(letter) != ""


def _cuts(source: str) -> list[Span]:
    r"""Return what parts the halves of words that are cut at the ends of lines: the hyphen too, unless the word has one.

    >>> [source[a:b] for source in ("bor-\nder", "Jalal-\nAbad") for a, b in _cuts(source)]
    ['-\n', '\n']
    """
    found = []
    compounds = {compound.lower() for compound in _COMPOUND.findall(source)}
    for match in _CUT_WORD.finditer(source):
        start, end = match.span()
        keeps = match[1] in "-\u2010" and (match[2].isupper() or _is_compound(source, start, end, compounds))
        found.append(Span(start + 1 if keeps else start, end))
    return found


def _is_compound(source: str, start: int, end: int, compounds: set[str]) -> bool:
    """Tell whether the halves of a word stand together with a hyphen elsewhere in the text, or would in any."""
    before = _LAST_LETTERS.search(source, max(0, start - _LONGEST_WORD), start)
    behind = _FIRST_LETTERS.match(source, end, end + _LONGEST_WORD)
    if before is None or behind is None:
        return False
    first = before[0].lower()
    return first in _PARTS_OF_COMPOUNDS or f"{first}-{behind[0].lower()}" in compounds
