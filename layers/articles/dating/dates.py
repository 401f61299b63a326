"""Dates: when a text says that something happened, as intervals with the precision that the words give.

Gregorian and Solar Hijri dates, ranges, parts of months, seasons, decades, and words that count from the day of
publication ("yesterday", «в понедельник», «دیروز»). A missing year is taken from the text before, from a weekday that
fits, or from the day of publication, and :attr:`DateMention.basis` says so. A year whose digits are suspect gives no
year: the interval spans its candidate readings, and :attr:`DateMention.integrity` says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.articles.dating.date_letters import spell
from layers.articles.dating.date_mention import DateMention, DatePrecision
from layers.articles.dating.date_reader import DateReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from layers.articles.dating.date_lexicon import DateLexicon
    from layers.articles.numbers.numerals import Numeral
    from layers.articles.wording.document import Document

__all__ = ["DateMention", "DatePrecision", "find_dates"]

_TAIL = "(?:[o,y]{0,2}Yy?)?"
_D = "[DQO]"
_PART = "(?:Po*)?"
_ON = "(?:W[ox,f]{0,2})?"
_RULES = {
    "numeric": "#(?:[-t]#)?",
    "days": rf"{_ON}{_D}[-t]o?{_D}o?[MJ]{_TAIL}",
    "months_days": rf"{_D}o?[MJ][-t]o?{_D}o?[MJ]{_TAIL}",
    "year_month_day": rf"Yy?[o,]?{_D}(?:[-t]{_D})?o?[MJ]",
    "day": rf"{_ON}{_D}o*[MJ]{_TAIL}",
    "month_day_range": rf"[MJ]o?[DQ]-[DQ]{_TAIL}",
    "month_day": rf"{_ON}[MJ]o?[DQ](?![-.:]?N){_TAIL}",
    "months": rf"(?:Yy?)?(?:{_PART}[MJ][-t]o*{_PART}[MJ]|[MJ]P[MJ]P){_TAIL}",
    "year_month": f"Yy?o?(?:[MJ]P|{_PART}[MJ])",
    "month": rf"{_PART}[MJ]P?{_TAIL}",
    "season": rf"{_PART}S{_TAIL}",
    "year_season": "Yy?S",
    "decade": f"{_PART}(?:Ey?|dY)",
    "century": f"{_PART}(?:[QDNO]-?c|c[QDNO])",
    "years": f"{_PART}(?:Yy?[-/]Yy?|Yy?tYy?|yY[-t]Y)",
    "year": f"{_PART}(?:yY|Yy?)",
    "ago": "(?:[DNC]|x)?[Uy][Al]",
    "after": "(?:[DNCn]|x)?[Uy][Zz](?!Y)",
    "earlier": "(?:[DNCn]|x)?[Uy]V",
    "last": "[Ll][UyWSKM]|[UyWK][Ll]",
    "next": "[Xz][UyWSM]|[UyW][Xz]",
    "this": "T[UyWSKM]",
    "offset": "R",
    "same": "[BHFG]",
    "weekend": "o?K",
    "weekday_day": rf"o?W,o?{_D}",
    "weekday": "o?W",
    "day_alone": "oQ(?=[,.|);i])",
}
_GRAMMAR = re.compile("|".join(f"(?P<{name}>{rule})" for name, rule in _RULES.items()))


def find_dates(
    document: Document, numerals: Sequence[Numeral], published: date | None, lexicon: DateLexicon
) -> tuple[DateMention, ...]:
    """Return the dates of a document in order.

    Parameters
    ----------
    document, numerals
        The text and the numerals found in it.
    published
        The day of publication, from which relative dates count; ``None`` leaves them unresolved, unless the text opens
        with a full date of its own (a dateline).
    lexicon
        The words that say when.

    Examples
    --------
    >>> from datetime import date
    >>> from layers.articles.dating.date_lexicon import DateLexicon
    >>> from layers.articles.wording.document import Document
    >>> from layers.articles.numbers.numerals import find_numerals
    >>> document = Document.of("The raid of 14 May 2019 was the second. Yesterday came a third.")
    >>> found = find_dates(document, find_numerals(document), date(2019, 6, 3), DateLexicon.read())
    >>> [(each.surface, each.date_start.isoformat(), each.date_prec) for each in found]
    [('14 May 2019', '2019-05-14', 'day'), ('Yesterday', '2019-06-02', 'day')]
    """
    atoms = spell(document, numerals, lexicon)
    letters = "".join(atom.letter for atom in atoms)
    reader = DateReader(document, atoms, letters, published, lexicon)
    for match in _GRAMMAR.finditer(letters):
        reader.read(match.lastgroup or "", match.start(), match.end())
    return tuple(reader.found)
