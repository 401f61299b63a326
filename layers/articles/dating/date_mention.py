"""DateMention: one place where a text says when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from layers.articles.dating.calendars import Calendar
    from layers.articles.wording.text import Span

__all__ = ["Basis", "DateMention", "DatePrecision"]

DatePrecision = Literal["day", "week", "month", "season", "year", "decade", "century", "unknown"]
Basis = Literal["stated", "relative", "anaphoric", "inherited_year", "published_year", "unresolved"]


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text.

    ``date_start`` and ``date_end`` are the first and last day, both inclusive and Gregorian; both ``None`` where the
    text leaves open which year or day it was. ``reading`` is where the words stand in the reading. ``basis`` says where
    the year comes from: the words themselves, the day of publication that they count from (``relative``), the date
    before (``anaphoric``: "the same day"), the year of the text before, the year of publication. ``candidates`` are the
    years that suspect digits may be, of the calendar that the text uses. ``is_citation``: the year of a work that is
    cited, not of an event.
    """

    reading: Span
    surface: str
    date_start: date | None
    date_end: date | None
    date_prec: DatePrecision
    calendar: Calendar = "gregorian"
    basis: Basis = "stated"
    integrity: Literal["intact", "suspect"] = "intact"
    candidates: tuple[int, ...] = ()
    is_citation: bool = False
