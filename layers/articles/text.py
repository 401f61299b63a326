"""An article's text as a reader takes it, letter by letter tied to the file that it came from.

``source`` is the text as filed. ``reading`` is what recognizers look at: compatibility characters resolved (NFKC), Arabic
letters in their Persian form, digits in ASCII, invisible characters gone; its case is kept. ``folded`` has the same
length: lower case, without diacritics, one kind of apostrophe, quote and dash. Whatever is found in them goes back to
``source`` by :meth:`Text.spans`, so that ``source[start:end]`` is always what was printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.letters import fold, fold_letter, read_letter
from layers.articles.displaced import is_displaced, put_in_order

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Span", "Text", "fold"]

_MARKS_BETWEEN = 12
"""So many letters that the reading leaves out may stand inside one span."""


class Span(NamedTuple):
    """A half-open range of characters: ``start`` inclusive, ``end`` exclusive."""

    start: int
    end: int


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
        letters = [read_letter(letter) for letter in source]
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
                map(read_letter, self.source[here + 1 : following])
            ):
                continue
            runs.append(Span(first, here + 1))
            first = following
        runs.append(Span(first, offsets[-1] + 1))
        return tuple(runs)
