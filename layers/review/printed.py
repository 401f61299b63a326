"""Printed: the dates and quantities that stand in the passages of a record and around them, read again for a reviewer.

The store keeps what the machine chose; what it passed over stands in the article. It is offered, never taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Self

from layers.articles.amounts.quantities import find_quantities
from layers.articles.amounts.quantity_lexicon import QuantityLexicon
from layers.articles.dating.date_lexicon import DateLexicon
from layers.articles.dating.dates import find_dates
from layers.articles.numbers.numerals import find_numerals
from layers.articles.wording.document import Document

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from layers.articles.wording.text import Span

__all__ = ["Printed", "PrintedReader"]

_CONTEXT_CHARACTERS: Final = 1200
"""A date may lack its year, and a pronoun its day, for a sentence that stands so far before."""
_PRECISIONS: Final = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class Printed:
    """A date or a quantity at ``[start, end)`` of an article's text, and the fields of a record that it would set.

    Of a date these are ``date_start``, ``date_end`` (ISO 8601 days, both inclusive) and, where it has one of a record's
    precisions, ``date_prec``; of a quantity those of
    :meth:`layers.articles.amounts.quantities.Quantity.to_json`.
    """

    kind: str
    start: int
    end: int
    as_printed: str
    said: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class PrintedReader:
    """The reader's lexicons of dates and quantities; read once."""

    dates: DateLexicon
    quantities: QuantityLexicon

    @classmethod
    @lru_cache(maxsize=2)
    def open(cls, root: Path) -> Self:
        """Read the lexicons.

        Raises
        ------
        DataError
            One is missing or faulty.
        """
        return cls(DateLexicon.read(root), QuantityLexicon.read(root))

    def read(self, text: str, stretches: Iterable[tuple[int, int]], published: date | None) -> tuple[Printed, ...]:
        """Return what is printed within stretches ``[start, end)`` of a text, in the order of the text.

        Dates of which the day is left open, and years of works that are cited, are left out; so are numbers that cannot be
        trusted. ``published`` is the day that relative dates count from; without one they are left out.

        >>> from geo.datasets import data_root
        >>> text = "Guards seized 3 kg of opium on 4 May 2019. On 9 May they arrested two men."
        >>> found = PrintedReader.open(data_root()).read(text, [(43, 74)], None)
        >>> [(each.kind, each.as_printed, each.said.get("date_start")) for each in found]
        [('date', '9 May', '2019-05-09'), ('number', 'two men', None)]
        """
        found: dict[tuple[str, int, int], Printed] = {}
        for start, end in stretches:
            first = max(0, start - _CONTEXT_CHARACTERS)
            # A word that is cut is no number that was printed.
            while first > 0 and not text[first - 1].isspace():
                first -= 1
            document = Document.of(text[first:end])
            for each in self._found(document, published):
                at = Printed(each.kind, each.start + first, each.end + first, each.as_printed, each.said)
                if start <= at.start:
                    found[at.kind, at.start, at.end] = at
        return tuple(sorted(found.values(), key=lambda each: (each.start, each.end, each.kind)))

    def _found(self, document: Document, published: date | None) -> Iterable[Printed]:
        numerals = find_numerals(document)
        dates = find_dates(document, numerals, published, self.dates)
        for each in dates:
            if each.date_start and each.date_end and each.integrity == "intact" and not each.is_citation:
                said = {"date_start": each.date_start.isoformat(), "date_end": each.date_end.isoformat()}
                said |= {"date_prec": each.date_prec} if each.date_prec in _PRECISIONS else {}
                yield _printed("date", document, each.reading, said)
        for quantity in find_quantities(document, numerals, self.quantities, dates):
            if quantity.best is not None or quantity.low is not None or quantity.high is not None:
                yield _printed("number", document, quantity.reading, quantity.to_json())


def _printed(kind: str, document: Document, reading: Span, said: dict[str, Any]) -> Printed:
    spans = document.spans(reading.start, reading.end)
    start, end = spans[0].start, spans[-1].end
    return Printed(kind, start, end, document.text.source[start:end], said)
