"""DateReader: turns what the grammar of dates has matched into days, with the text before as its memory."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date, timedelta
from typing import TYPE_CHECKING

from layers.articles.dating.calendars import (
    SOLAR_YEARS,
    Interval,
    day_of,
    month_of,
    season_of,
    solar_year_of,
    year_of,
)
from layers.articles.dating.relative_dates import RelativeDates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from layers.articles.dating.calendars import Calendar
    from layers.articles.dating.date_letters import Atom
    from layers.articles.dating.date_lexicon import DateLexicon, Number
    from layers.articles.dating.date_mention import Basis, DatePrecision
    from layers.articles.wording.document import Document

__all__ = ["DateReader"]

_PLAIN_YEARS = range(1850, 2100)
_PLAUSIBLE: Mapping[Calendar, tuple[int, int]] = {"gregorian": (1800, 2100), "solar_hijri": (1180, 1480)}
"""The first year that suspect digits are read as, and the last that any are: past it, a number is no year."""
_UNKNOWN_YEAR_WITHIN = 3
_DAYS_AHEAD = 31
"""A date without a year may lie so many days after publication and still be of that year: a plan."""
_PARTS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}
_BIRTH = re.compile(r"\.?\s?(?:р\b|рожд|туған|متولد)")
_FIRST_WHOLE_YEAR, _THIS_CENTURY = 1000, 21


class DateReader(RelativeDates):
    """Reads the matches of one document in order; what it found is in :attr:`found`.

    The last stated year and the last dated day are remembered, for dates without a year and for "the same day".
    """

    def __init__(
        self, document: Document, atoms: Sequence[Atom], letters: str, published: date | None, lexicon: DateLexicon
    ) -> None:
        super().__init__(document, atoms, letters, published, lexicon)
        self._rules: dict[str, Callable[[int, int], None]] = {
            "numeric": self._numeric,
            "ago": self._ago,
            "after": self._after,
            "earlier": self._earlier,
            "last": self._last,
            "next": self._next,
            "this": self._this,
            "offset": self._offset,
            "same": self._same,
            "weekend": self._weekend,
            "weekday": self._weekday,
            "weekday_day": self._weekday_day,
            "day_alone": self._weekday_day,
            "year": self._bare_year,
            "years": self._years,
            "decade": self._decade,
            "century": self._century,
        }

    def read(self, rule: str, first: int, last: int) -> None:
        """Read the atoms ``[first:last]``, which the rule of that name has matched."""
        if "e" not in self.letters[max(first - 1, 0) : first]:
            self._rules.get(rule, self._calendar_date)(first, last)

    # What is written out: day, month, season, year.

    def _calendar_date(self, first: int, last: int) -> None:
        while self.letters[first] == "W" and not self._is_weekday(first):
            first += 2 if self.letters[first + 1] in "ox,f" else 1
        atoms = self.atoms[first:last]
        months = [atom for atom in atoms if atom.letter in "MJ"]
        days = [atom.number for atom in atoms if atom.letter in "DQO" and atom.number is not None]
        year = next((atom.number for atom in atoms if atom.letter == "Y"), None)
        season = next((atom.word for atom in atoms if atom.letter == "S"), None)
        if months and days and not self._is_capital(months[0]):
            return
        if months and not days and not self._is_month(first, last, has_year=year is not None):
            if year is not None:
                self._read_year_only(first, last)
            return
        calendar = self._calendar(year, first, solar=any(atom.letter == "J" for atom in months))
        weekday = next((int(atom.word.value) for atom in atoms if atom.letter == "W" and atom.word is not None), None)
        part = next((atom.word.value for atom in atoms if atom.letter == "P" and atom.word is not None), None)
        numbers = [int(atom.word.value) for atom in months if atom.word is not None]

        def interval(each: int) -> Interval | None:
            if season is not None:
                return season_of(each, int(season.value), calendar)
            return _in_months(each, numbers, days, calendar)

        readings, basis = self._years_for(year, calendar, interval, last, weekday)
        spans = [span for each in readings if (span := interval(each)) is not None]
        precision: DatePrecision = "season" if season is not None else "day" if days else "month"
        if not spans:
            if year is None and numbers:
                self._add(first, last, None, precision, calendar, "unresolved")
            return
        whole = Interval(min(span.start for span in spans), max(span.end for span in spans))
        if part is not None and not days and len(spans) == len(numbers) == 1:
            whole = _part_of(whole, part)
        suspect = year is not None and year.is_suspect
        candidates = year.readings() if year is not None and suspect else ()
        self._add(first, last, whole, precision, calendar, basis, candidates)

    def _is_capital(self, month: Atom) -> bool:
        """Whether a month that is also another word ("may") is written as a month; always in other languages."""
        if self._language(month.start) != "en":
            return True
        words = self.lexicon.languages.get("en")
        folded = self.document.text.folded[month.start : month.end]
        return words is None or folded not in words.ambiguous or self.document.text.reading[month.start].isupper()

    def _is_month(self, first: int, last: int, *, has_year: bool) -> bool:
        """Whether a month's name without a day is one: not the verb "may", nor the Persian prefix «می»."""
        at = next(index for index in range(first, last) if self.letters[index] in "MJ")
        atom = self.atoms[at]
        reading, folded = self.document.text.reading, self.document.text.folded
        word = folded[atom.start : atom.end]
        language = self._language(atom.start)
        if language == "en" and not reading[atom.start].isupper():
            return False
        words = self.lexicon.languages.get(language)
        if words is None or word not in words.ambiguous:
            return True
        if language == "fa":
            return "o" in self.letters[max(at - 1, 0) : at] + self.letters[at + 1 : at + 2] and not word.startswith(
                "می"
            )
        return has_year or self.letters[at + 1 : at + 2] in {"o", "U"} or self.letters[max(at - 1, 0)] in "ifPLTXo"

    def _calendar(self, year: Number | None, first: int, *, solar: bool) -> Calendar:
        if solar:
            return "solar_hijri"
        if year is not None and (readings := year.readings()) and self._language(self.atoms[first].start) == "fa":
            return "solar_hijri" if any(each in SOLAR_YEARS for each in readings) else "gregorian"
        return "gregorian"

    def _years_for(
        self,
        year: Number | None,
        calendar: Calendar,
        interval: Callable[[int], Interval | None],
        last: int,
        weekday: int | None,
    ) -> tuple[tuple[int, ...], Basis]:
        """Return the years that a date may be of, and where they come from."""
        if year is not None:
            readings = year.readings()
            if not year.is_suspect and len(readings) == 1:
                self._year = (readings[0], calendar)
                self._year_paragraph = self._paragraph_at(last)
            return self._not_ahead(readings, calendar), "stated"
        if "u" in self.letters[last : last + _UNKNOWN_YEAR_WITHIN]:
            self._anchor = None
            return (), "unresolved"
        choices: list[tuple[int, Basis]] = []
        recent: list[tuple[int, Basis]] = []
        if self.published is not None:
            now = solar_year_of(self.published) if calendar == "solar_hijri" else self.published.year
            horizon = self.published + timedelta(days=_DAYS_AHEAD)
            past = [each for each in (now, now - 1) if (span := interval(each)) is not None and span.start <= horizon]
            recent = [(each, "published_year") for each in past]
        if self._year is not None and self._year[1] == calendar:
            inherited: tuple[int, Basis] = (self._year[0], "inherited_year")
            is_near = self._paragraph_at(last) == self._year_paragraph
            is_recent = inherited[0] in {each for each, _ in recent}
            choices = [*recent, inherited] if is_recent and not is_near else [inherited, *recent]
        else:
            choices = recent
        if weekday is not None:
            fitting = [
                choice
                for choice in choices
                if (span := interval(choice[0])) is not None and span.start.weekday() == weekday
            ]
            choices = fitting or choices
        if not choices:
            return (), "unresolved"
        return (choices[0][0],), choices[0][1]

    def _paragraph_at(self, last: int) -> int:
        """Return the number of the paragraph in which the atom before ``last`` stands."""
        return bisect_right(self.document.paragraphs, self.atoms[last - 1].start, key=lambda paragraph: paragraph.start)

    def _not_ahead(self, readings: tuple[int, ...], calendar: Calendar) -> tuple[int, ...]:
        """Leave out years that no text of our day tells of, and of suspect digits those after publication if others remain."""
        first, last = _PLAUSIBLE[calendar]
        readings = tuple(each for each in readings if each <= last and (each >= first or not readings[1:]))
        if self.published is None or not readings[1:]:
            return readings
        now = solar_year_of(self.published) if calendar == "solar_hijri" else self.published.year
        return tuple(each for each in readings if each <= now) or readings

    def _numeric(self, first: int, last: int) -> None:
        dates = [atom.dates for atom in self.atoms[first:last] if atom.dates is not None]
        start, end, precision = dates[0][0], dates[-1][1], dates[-1][2]
        if precision == "month" and (whole := month_of(end.year, end.month)) is not None:
            end = whole.end
        self._year = (end.year, "gregorian")
        printed: DatePrecision = "year" if precision == "year" else "month" if precision == "month" else "day"
        self._add(first, last, Interval(start, end), printed)

    def _read_year_only(self, first: int, last: int) -> None:
        at = next(index for index in range(first, last) if self.letters[index] == "Y")
        self._bare_year(at, at + 1)

    def _bare_year(self, first: int, last: int) -> None:
        at = next(index for index in range(first, last) if self.letters[index] == "Y")
        number = self.atoms[at].number
        if number is None or self._is_birth(last):
            return
        calendar = self._calendar(number, at, solar=False)
        is_named = "y" in self.letters[max(first - 1, 0) : last + 1]
        before = self.letters[first - 1] if first else "|"
        is_led = is_named or before in "ifto" or "P" in self.letters[first:at]
        readings = number.readings()
        plain = SOLAR_YEARS if calendar == "solar_hijri" else _PLAIN_YEARS
        is_citation = self._is_citation(at)
        if not number.is_suspect and not is_led and not is_citation:
            after = self.letters[last : last + 1]
            if readings[0] not in plain or (after == "x" and (readings[0] % 100 == 0 or before not in "n,(|-")):
                return
        if (
            is_led
            and not is_named
            and before == "o"
            and readings[0] % 100 == 0
            and self.letters[last : last + 1] == "x"
        ):
            return  # "the 2000 men"
        if number.is_suspect and not is_led:
            return
        self._add_years(first, last, readings, calendar, number.is_suspect, is_citation)

    def _is_birth(self, last: int) -> bool:
        """Whether somebody's year of birth ends before the atom ``last``: «1985 г.р.», «1990 года рождения»."""
        return _BIRTH.match(self.document.text.folded, self.atoms[last - 1].end) is not None

    def _add_years(
        self, first: int, last: int, readings: tuple[int, ...], calendar: Calendar, suspect: bool, citation: bool
    ) -> None:
        readings = self._not_ahead(readings, calendar)
        spans = [span for each in readings if (span := year_of(each, calendar)) is not None]
        if not spans:
            return
        whole = Interval(min(span.start for span in spans), max(span.end for span in spans))
        if not suspect and not citation:
            self._year = (readings[-1], calendar)
        part = next((atom.word.value for atom in self.atoms[first:last] if atom.letter == "P" and atom.word), None)
        if part is not None:
            days = (whole.end - whole.start).days // 3
            start = {"early": 0, "mid": days, "late": 2 * days}[part]
            whole = Interval(
                whole.start + timedelta(days=start),
                whole.end if part == "late" else whole.start + timedelta(start + days),
            )
        self._add(first, last, whole, "year", calendar, "stated", readings if suspect else (), citation=citation)

    def _years(self, first: int, last: int) -> None:
        numbers = [atom.number for atom in self.atoms[first:last] if atom.letter == "Y" and atom.number is not None]
        readings = tuple(sorted({each for number in numbers for each in number.readings()}))
        if not readings or numbers[0].readings()[0] > numbers[-1].readings()[-1]:
            return
        if self._is_birth(last):
            return
        suspect = any(number.is_suspect for number in numbers)
        calendar = self._calendar(numbers[0], first, solar=False)
        self._add_years(first, last, readings, calendar, suspect, self._is_citation(first))

    def _decade(self, first: int, last: int) -> None:
        number = next((atom.number for atom in self.atoms[first:last] if atom.letter in "EY" and atom.number), None)
        if number is None or not (readings := number.readings()) or number.is_suspect:
            return
        calendar = self._calendar(number, first, solar=False)
        year = readings[0] if readings[0] >= _FIRST_WHOLE_YEAR else 1900 + readings[0]
        start, end = year_of(year, calendar), year_of(year + 9, calendar)
        if start is not None and end is not None:
            part = next((atom.word.value for atom in self.atoms[first:last] if atom.letter == "P" and atom.word), None)
            years = {"early": (0, 3), "mid": (3, 6), "late": (6, 9)}.get(part or "", (0, 9))
            start, end = year_of(year + years[0], calendar), year_of(year + years[1], calendar)
            if start is not None and end is not None:
                self._add(first, last, Interval(start.start, end.end), "decade", calendar)

    def _century(self, first: int, last: int) -> None:
        number = next((atom.number for atom in self.atoms[first:last] if atom.number is not None), None)
        if number is not None and number.value is not None and 1 <= number.value <= _THIS_CENTURY:
            start, end = year_of((number.value - 1) * 100 + 1), year_of(number.value * 100)
            if start is not None and end is not None:
                self._add(first, last, Interval(start.start, end.end), "century")


def _in_months(year: int, months: list[int], days: list[Number], calendar: Calendar) -> Interval | None:
    """Return the days that a range of days or months covers in one year."""
    if not days:
        first, last = month_of(year, months[0], calendar), month_of(year, months[-1], calendar)
        if first is None or last is None:
            return None
        if last.end < first.start:
            last = month_of(year + 1, months[-1], calendar)
        return Interval(first.start, last.end) if last is not None else None
    spans = []
    for month, day in ((months[0], days[0]), (months[-1], days[-1])):
        if day.is_suspect or day.value is None:
            spans.append(month_of(year, month, calendar))
        else:
            spans.append(day_of(year, month, day.value, calendar))
    if spans[0] is None or spans[1] is None or spans[1].end < spans[0].start:
        return spans[0]
    return Interval(spans[0].start, spans[1].end)


def _part_of(month: Interval, part: str) -> Interval:
    first, last = _PARTS[part]
    start = month.start + timedelta(days=first - 1)
    return Interval(start, month.end if part == "late" else month.start + timedelta(days=last - 1))
