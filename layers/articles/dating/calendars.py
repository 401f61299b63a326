"""Calendars: days, months and years of the Gregorian and the Solar Hijri calendar as ISO 8601 intervals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from persiantools.jdatetime import JalaliDate

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "SOLAR_YEARS",
    "Calendar",
    "Interval",
    "day_of",
    "month_of",
    "season_of",
    "solar_year_of",
    "year_as_read",
    "year_of",
]

Calendar = Literal["gregorian", "solar_hijri"]

SOLAR_YEARS = range(1200, 1500)
"""Years that are Solar Hijri wherever they stand: a text of our day tells of no Gregorian one of them."""

_SOLAR: Callable[..., Any] = JalaliDate
_DECEMBER = 12
_SOLAR_WINTER = 10
_MONTHS_OF_A_SEASON = 3


class Interval(NamedTuple):
    """The first and the last day, both inclusive, always Gregorian."""

    start: date
    end: date


def _first_day(year: int, month: int, calendar: Calendar) -> date | None:
    try:
        if calendar == "gregorian":
            return date(year, month, 1)
        gregorian: date = _SOLAR(year, month, 1).to_gregorian()
    except ValueError:
        return None
    return gregorian


def _months(year: int, month: int, count: int, calendar: Calendar) -> Interval | None:
    past = month - 1 + count
    first = _first_day(year, month, calendar)
    following = _first_day(year + past // 12, past % 12 + 1, calendar)
    if first is None or following is None:
        return None
    return Interval(first, following - timedelta(days=1))


def day_of(year: int, month: int, day: int, calendar: Calendar = "gregorian") -> Interval | None:
    """Return one day; ``None`` where the calendar has no such day.

    >>> day_of(1399, 4, 24, "solar_hijri").start.isoformat(), day_of(2021, 2, 29)
    ('2020-07-14', None)
    """
    whole = month_of(year, month, calendar)
    if whole is None or not 1 <= day <= (whole.end - whole.start).days + 1:
        return None
    at = whole.start + timedelta(days=day - 1)
    return Interval(at, at)


def month_of(year: int, month: int, calendar: Calendar = "gregorian") -> Interval | None:
    """Return a month; ``None`` where the calendar has none such.

    >>> [day.isoformat() for day in month_of(1404, 12, "solar_hijri")]
    ['2026-02-20', '2026-03-20']
    """
    return _months(year, month, 1, calendar)


def season_of(year: int, season: int, calendar: Calendar = "gregorian") -> Interval | None:
    """Return a season, 1 spring to 4 winter, of the northern hemisphere.

    A Gregorian winter begins in December of its year: "the winter of 2019" may also mean the months before, so it spans
    both ends of that year. A Solar Hijri winter is the last quarter of its year.

    >>> [day.isoformat() for day in season_of(1401, 4, "solar_hijri")]
    ['2022-12-22', '2023-03-20']
    """
    if calendar == "solar_hijri":
        return _months(year, 1 + (season - 1) * _MONTHS_OF_A_SEASON, _MONTHS_OF_A_SEASON, calendar)
    if season * _MONTHS_OF_A_SEASON == _DECEMBER:
        first, last = month_of(year, 1), _months(year, 12, 3, calendar)
        return None if first is None or last is None else Interval(first.start, last.end)
    return _months(year, season * _MONTHS_OF_A_SEASON, _MONTHS_OF_A_SEASON, calendar)


def year_of(year: int, calendar: Calendar = "gregorian") -> Interval | None:
    """Return a year.

    >>> [day.isoformat() for day in year_of(1389, "solar_hijri")]
    ['2010-03-21', '2011-03-20']
    """
    return _months(year, 1, 12, calendar)


def year_as_read(year: int) -> Interval | None:
    """Return a year whose calendar is known by its size alone; ``None`` where there is none such.

    >>> [day.isoformat() for day in year_as_read(1389)], [day.isoformat() for day in year_as_read(2019)]
    (['2010-03-21', '2011-03-20'], ['2019-01-01', '2019-12-31'])
    """
    return year_of(year, "solar_hijri" if year < SOLAR_YEARS.stop else "gregorian")


def solar_year_of(day: date) -> int:
    """Return the Solar Hijri year of a Gregorian day.

    >>> solar_year_of(date(2026, 3, 20)), solar_year_of(date(2026, 3, 21))
    (1404, 1405)
    """
    year: int = _SOLAR(day).year
    return year
