"""RelativeDates: days that count from publication ("yesterday") or from the date before ("the same day")."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from layers.articles.dating.calendars import Interval, day_of, month_of, season_of, solar_year_of, year_of
from layers.articles.dating.date_memory import DateMemory

if TYPE_CHECKING:
    from layers.articles.dating.calendars import Calendar
    from layers.articles.dating.date_mention import Basis, DatePrecision

__all__ = ["RelativeDates"]

_DAYS_AHEAD = 31
_WEEK, _SUNDAY = 7, 6
_MOST_UNITS = 400


class RelativeDates(DateMemory):
    """Reads what the rules for relative dates have matched; the atoms ``[first:last]`` each time."""

    def _offset(self, first: int, last: int) -> None:
        word = self.atoms[first].word
        if self.published is not None and word is not None:
            at = self.published + timedelta(days=int(word.value))
            self._add(first, last, Interval(at, at), "day", basis="relative")

    def _same(self, first: int, last: int) -> None:
        shift = {"B": 0, "H": 0, "F": 1, "G": -1}[self.letters[first]]
        if self._anchor is not None and (self._anchor.end - self._anchor.start).days <= _WEEK:
            at = Interval(
                self._anchor.start + timedelta(days=shift),
                self._anchor.end + timedelta(days=1 if self.letters[first] == "H" else shift),  # past midnight, maybe
            )
            self._add(first, last, at, "day", basis="anaphoric")

    def _after(self, first: int, last: int) -> None:
        self._shifted(first, last, 1, self._anchor, "anaphoric")

    def _earlier(self, first: int, last: int) -> None:
        self._shifted(first, last, -1, self._anchor, "anaphoric")

    def _ago(self, first: int, last: int) -> None:
        if self.letters[first] in "DNC" or self.letters[max(first - 1, 0)] not in "DNC":
            now = Interval(self.published, self.published) if self.published is not None else None
            self._shifted(first, last, -1, now, "relative")

    def _shifted(self, first: int, last: int, sign: int, start: Interval | None, basis: Basis) -> None:
        atoms = self.atoms[first:last]
        number = next((atom.number for atom in atoms if atom.number is not None), None)
        count = 1 if number is None else number.value
        unit = next((self._unit(atom) for atom in atoms if atom.letter in "Uy"), "")
        if start is None or count is None or not 0 < count <= _MOST_UNITS:
            return
        shifted = _shift(start.start, sign * count, unit), _shift(start.end, sign * count, unit)
        if shifted[0] is None or shifted[1] is None:
            return
        if unit == "day":
            self._add(first, last, Interval(shifted[0], shifted[1]), "day", basis=basis)
            return
        whole = _unit_around(shifted[0], unit)
        if whole is not None:
            self._add(first, last, whole, _precision_of(unit), basis=basis)

    def _last(self, first: int, last: int) -> None:
        if self.letters[max(first - 1, 0)] in "CDN":
            return  # "in the last two years" is no year
        self._stepped(first, last, -1)

    def _next(self, first: int, last: int) -> None:
        self._stepped(first, last, 1)

    def _this(self, first: int, last: int) -> None:
        self._stepped(first, last, 0)

    def _stepped(self, first: int, last: int, step: int) -> None:
        """Read "last May", "next week", "this year"."""
        now = self.published
        atom = next(atom for atom in self.atoms[first:last] if atom.letter in "UyWSKM")
        if step > 0 and atom.letter in "Uy" and self.letters[max(first - 1, 0)] == "o":
            self._following(first, last, self._unit(atom))
            return
        if now is None:
            return
        language = self._language(atom.start)
        solar = language == "fa" and atom.letter in "yS" and not self._writes_gregorian()
        whole: Interval | None
        precision: DatePrecision
        if atom.letter in "Uy":
            unit = self._unit(atom)
            if unit == "year" and solar:
                whole = year_of(solar_year_of(now) + step, "solar_hijri")
            else:
                shifted = _shift(now, step, unit)
                whole = _unit_around(shifted, unit) if shifted is not None else None
            precision = _precision_of(unit)
        elif atom.letter == "K":
            self._weekend(first, last)
            return
        elif atom.letter == "W" and atom.word is not None:
            days = (now.weekday() - int(atom.word.value)) % _WEEK
            at = now - timedelta(days=days or (_WEEK if step < 0 else 0))
            at = at + timedelta(days=_WEEK) if step > 0 else at
            whole, precision = Interval(at, at), "day"
        else:
            value = int(atom.word.value) if atom.word is not None else 1
            calendar: Calendar = "solar_hijri" if solar else "gregorian"
            make = season_of if atom.letter == "S" else month_of
            year = solar_year_of(now) if solar else now.year
            spans = [span for each in (year - 1, year, year + 1) if (span := make(each, value, calendar)) is not None]
            past, ahead = [s for s in spans if s.end < now], [s for s in spans if s.start > now]
            around = [s for s in spans if s.start <= now <= s.end]
            chosen = past[-1:] if step < 0 else ahead[:1] if step > 0 else around or past[-1:]
            if not chosen:
                return
            whole, precision = chosen[0], "season" if atom.letter == "S" else "month"
        if whole is not None:
            self._add(first, last, whole, precision, basis="relative")

    def _following(self, first: int, last: int, unit: str) -> None:
        """Read "the following year", which counts from the date before."""
        if unit == "year" and self._year is not None:
            whole = year_of(self._year[0] + 1, self._year[1])
            if whole is not None:
                self._year = (self._year[0] + 1, self._year[1])
                self._add(first, last, whole, "year", basis="anaphoric")
        else:
            self._shifted(first, last, 1, self._anchor, "anaphoric")

    def _weekend(self, first: int, last: int) -> None:
        if self.published is not None:
            sunday = self.published - timedelta(days=(self.published.weekday() - _SUNDAY) % _WEEK)
            self._add(first, last, Interval(sunday - timedelta(days=1), sunday), "day", basis="relative")

    def _weekday(self, first: int, last: int) -> None:
        atom = self.atoms[last - 1]
        if atom.word is None or not self._is_weekday(last - 1):
            return
        day = int(atom.word.value)
        if self.letters[first] == "o" and self._language(atom.start) == "en" and self._anchor is not None:
            at = self._anchor.end + timedelta(days=(day - self._anchor.end.weekday()) % _WEEK)
            self._add(first, last, Interval(at, at), "day", basis="anaphoric")
        elif self._period is not None:
            at = self._period.start + timedelta(days=(day - self._period.start.weekday()) % _WEEK)
            if at <= self._period.end:
                self._add(first, last, Interval(at, at), "day", basis="relative")
        elif self.published is not None:
            at = self.published - timedelta(days=(self.published.weekday() - day) % _WEEK)
            self._add(first, last, Interval(at, at), "day", basis="relative")

    def _is_weekday(self, at: int) -> bool:
        """Whether it is a weekday and not Dushanbe, whose name is Monday in Persian and Tajik."""
        atom = self.atoms[at]
        language = self._language(atom.start)
        words = self.lexicon.languages.get(language)
        reading, folded = self.document.text.reading, self.document.text.folded
        if words is None or folded[atom.start : atom.end] not in words.ambiguous:
            return True
        return folded[max(atom.start - 5, 0) : atom.start].split()[-1:] in (["روز"], ["рӯзи"]) and (
            language != "tg" or reading[atom.start].islower()
        )

    def _weekday_day(self, first: int, last: int) -> None:
        """Read "Monday, the twenty-second" and "the 27th": a day of the latest month that fits."""
        atoms = self.atoms[first:last]
        number = next((atom.number for atom in atoms if atom.number is not None), None)
        weekday = next((int(atom.word.value) for atom in atoms if atom.letter == "W" and atom.word is not None), None)
        start = self._anchor.end if weekday is None and self._anchor is not None else self.published
        if number is None or number.value is None or start is None:
            return
        months = [_shift(start.replace(day=1), -each, "month") for each in range(12 if weekday is not None else 2)]
        for month in months:
            day = day_of(month.year, month.month, number.value) if month is not None else None
            if (
                day is not None
                and (
                    day.start.weekday() == weekday
                    if weekday is not None
                    else day.start <= start + timedelta(days=_DAYS_AHEAD)
                )
                and (weekday is None or day.start <= start)
            ):
                self._add(first, last, day, "day", basis="relative" if self._anchor is None else "inherited_year")
                return


def _precision_of(unit: str) -> DatePrecision:
    known: dict[str, DatePrecision] = {"day": "day", "week": "week", "month": "month"}
    return known.get(unit, "year")


def _shift(day: date, count: int, unit: str) -> date | None:
    """Return the day so many units away; ``None`` outside the years that a date can have."""
    try:
        if unit in {"day", "week"}:
            return day + timedelta(days=count * (_WEEK if unit == "week" else 1))
        months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
        return date(months // 12, months % 12 + 1, min(day.day, 28))
    except (ValueError, OverflowError):
        return None


def _unit_around(day: date, unit: str) -> Interval | None:
    if unit == "day":
        return Interval(day, day)
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Interval(monday, monday + timedelta(days=6))
    return month_of(day.year, day.month) if unit == "month" else year_of(day.year)
