"""Dates: ISO days and intervals in words of four languages; in Persian with the Solar Hijri date beside the Gregorian."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from persiantools.jdatetime import JalaliDate

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["period", "persian_digits"]

_MONTHS: Final = {
    "en": "January February March April May June July August September October November December",
    "fa": "ژانویهٔ فوریهٔ مارس آوریل مهٔ ژوئن ژوئیهٔ اوت سپتامبر اکتبر نوامبر دسامبر",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
}
_MONTHS_ALONE: Final = _MONTHS | {
    "ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
}
_SOLAR_MONTHS: Final = [
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
]
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)
_JALALI: Callable[[date], Any] = JalaliDate


def persian_digits(text: object) -> str:
    """Set Western digits in Persian ones.

    >>> persian_digits("12 of 30")
    '۱۲ of ۳۰'
    """
    return str(text).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))


def period(text: str, lang: str) -> str:
    """Put a date or an interval (``2016-06 – 2017-06``, an open end is ``…``) in words; any other text stays as it is.

    >>> period("2010-09-19", "en"), period("2016-06 – …", "ru"), period("2010-09-19", "fa")
    ('19 September 2010', 'июнь 2016 – …', '۱۹ سپتامبر ۲۰۱۰ (۲۸ شهریور ۱۳۸۹)')
    >>> period("2018-03", "fa")
    'مارس ۲۰۱۸ (اسفند ۱۳۹۶/فروردین ۱۳۹۷)'
    """
    parts = text.split(" – ")
    if not all(part == "…" or _is_date(part) for part in parts):
        return persian_digits(text) if lang == "fa" else text
    written = " – ".join(part if part == "…" else _gregorian(part, lang) for part in parts)
    if lang != "fa":
        return written
    solar = " – ".join(part if part == "…" else _solar(part) for part in parts)
    return persian_digits(f"{written} ({solar})")


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True


def _gregorian(text: str, lang: str) -> str:
    year, *rest = text.split("-")
    if not rest:
        return year
    names = (_MONTHS_ALONE if len(rest) == 1 else _MONTHS)[lang].split()
    month = names[int(rest[0]) - 1]
    if lang == "kk":
        return f"{year} ж. {month}" if len(rest) == 1 else f"{year} ж. {int(rest[1])} {month}"
    return f"{month} {year}" if len(rest) == 1 else f"{int(rest[1])} {month} {year}"


def _solar(text: str) -> str:
    """The Solar Hijri date of a Gregorian day; of a month or a year those that it begins and ends in."""
    year, *rest = (int(part) for part in text.split("-"))
    if len(rest) == 2:  # noqa: PLR2004 -- month and day
        day = _JALALI(date(year, *rest))
        return f"{day.day} {_SOLAR_MONTHS[day.month - 1]} {day.year}"
    month = rest[0] if rest else 1
    first = _JALALI(date(year, month, 1))
    last = _JALALI(date(year, month, 28) if rest else date(year, 12, 31))
    if rest:
        begins, ends = _SOLAR_MONTHS[first.month - 1], _SOLAR_MONTHS[last.month - 1]
        is_one_year = first.year == last.year
        return f"{begins}-{ends} {last.year}" if is_one_year else f"{begins} {first.year}/{ends} {last.year}"
    return f"{first.year}/{last.year}"
