"""DateReader: turns what the grammar of dates has matched into days, with the text before as its memory."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from layers.articles.calendars import Interval, day_of, month_of, season_of, solar_year_of, year_of
from layers.articles.date_mention import DateMention
from layers.articles.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers.articles.calendars import Calendar
    from layers.articles.date_letters import Atom
    from layers.articles.date_lexicon import DateLexicon, Number
    from layers.articles.date_mention import Basis, DatePrecision
    from layers.articles.document import Document

__all__ = ["DateReader"]

_SOLAR_YEARS = range(1200, 1500)
_PLAIN_YEARS = range(1850, 2100)
_UNKNOWN_YEAR_WITHIN = 3
_DAYS_AHEAD = 31
"""A date without a year may lie so many days after publication and still be of that year: a plan."""
_PARTS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}
_WEEK = 7
_SUNDAY = 6
_LONGEST_PARENTHESIS = 60
"""Words."""


class DateReader:
    """Reads the matches of one document in order; what it found is in :attr:`found`.

    The last stated year and the last dated day are remembered, for dates without a year and for "the same day".
    """

    def __init__(
        self, document: Document, atoms: Sequence[Atom], letters: str, published: date | None, lexicon: DateLexicon
    ) -> None:
        self.document = document
        self.atoms = atoms
        self.letters = letters
        self.published = published
        self.lexicon = lexicon
        self.found: list[DateMention] = []
        self._year: tuple[int, Calendar] | None = None
        self._anchor: Interval | None = None
        self._depth = _parenthesis_depths(letters)
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
            return "solar_hijri" if any(each in _SOLAR_YEARS for each in readings) else "gregorian"
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
            choices = recent + [inherited] if inherited[0] in {each for each, _ in recent} else [inherited, *recent]
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

    def _not_ahead(self, readings: tuple[int, ...], calendar: Calendar) -> tuple[int, ...]:
        """Leave out readings of suspect digits that lie after the text was published, if others remain."""
        if self.published is None or len(readings) < 2:
            return readings
        now = solar_year_of(self.published) if calendar == "solar_hijri" else self.published.year
        return tuple(each for each in readings if each <= now) or readings

    def _numeric(self, first: int, last: int) -> None:
        dates = [atom.dates for atom in self.atoms[first:last] if atom.dates is not None]
        start, end, precision = dates[0][0], dates[-1][1], dates[-1][2]
        if precision == "month" and (whole := month_of(end.year, end.month)) is not None:
            end = whole.end
        self._year = (end.year, "gregorian")
        self._add(first, last, Interval(start, end), "month" if precision == "month" else "day")

    def _read_year_only(self, first: int, last: int) -> None:
        at = next(index for index in range(first, last) if self.letters[index] == "Y")
        self._bare_year(at, at + 1)

    def _bare_year(self, first: int, last: int) -> None:
        at = next(index for index in range(first, last) if self.letters[index] == "Y")
        number = self.atoms[at].number
        if number is None:
            return
        calendar = self._calendar(number, at, solar=False)
        is_named = "y" in self.letters[max(first - 1, 0) : last + 1]
        before = self.letters[first - 1] if first else "|"
        is_led = is_named or before in "ifto" or "P" in self.letters[first:at]
        readings = number.readings()
        plain = _SOLAR_YEARS if calendar == "solar_hijri" else _PLAIN_YEARS
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
        suspect = any(number.is_suspect for number in numbers)
        calendar = self._calendar(numbers[0], first, solar=False)
        self._add_years(first, last, readings, calendar, suspect, self._is_citation(first))

    def _decade(self, first: int, last: int) -> None:
        number = next((atom.number for atom in self.atoms[first:last] if atom.letter in "EY" and atom.number), None)
        if number is None or not (readings := number.readings()) or number.is_suspect:
            return
        calendar = self._calendar(number, first, solar=False)
        year = readings[0] if readings[0] >= 1000 else 1900 + readings[0]
        start, end = year_of(year, calendar), year_of(year + 9, calendar)
        if start is not None and end is not None:
            part = next((atom.word.value for atom in self.atoms[first:last] if atom.letter == "P" and atom.word), None)
            years = {"early": (0, 3), "mid": (3, 6), "late": (6, 9)}.get(part or "", (0, 9))
            start, end = year_of(year + years[0], calendar), year_of(year + years[1], calendar)
            if start is not None and end is not None:
                self._add(first, last, Interval(start.start, end.end), "decade", calendar)

    def _century(self, first: int, last: int) -> None:
        number = next((atom.number for atom in self.atoms[first:last] if atom.number is not None), None)
        if number is not None and number.value is not None and 1 <= number.value <= 21:
            start, end = year_of((number.value - 1) * 100 + 1), year_of(number.value * 100)
            if start is not None and end is not None:
                self._add(first, last, Interval(start.start, end.end), "century")

    # What counts from the day of publication, or from the date before.

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
        if start is None or count is None or not 0 < count <= 400:
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

    # What the rest share.

    def _unit(self, atom: Atom) -> str:
        return "year" if atom.letter == "y" else atom.word.value if atom.word is not None else ""

    def _language(self, index: int) -> str:
        sentence = self.document.sentence_at(index)
        return sentence.language if sentence is not None else self.document.language

    def _writes_gregorian(self) -> bool:
        return self._year is not None and self._year[1] == "gregorian"

    def _is_citation(self, at: int) -> bool:
        """Whether a year stands as in "(Name, 2009: 41)", "Name (2009)" or "(2009)"."""
        if not self._depth[at]:
            return False
        before, after = self.letters[:at][-2:], self.letters[at + 1 : at + 2]
        if self._language(self.atoms[at].start) == "fa" and before.endswith(",") and after in {")", ":", ",", ";"}:
            return True
        return (
            before in {"n,", "),"}
            or before.endswith("n")
            or before.endswith(".,")
            or (after in {")", ":", ",", ";"} and before in {"n(", ")("})
        )

    def _add(
        self,
        first: int,
        last: int,
        whole: Interval | None,
        precision: DatePrecision,
        calendar: Calendar = "gregorian",
        basis: Basis = "stated",
        candidates: tuple[int, ...] = (),
        *,
        citation: bool = False,
    ) -> None:
        while self.letters[first] in "iof" and first < last - 1:
            first += 1
        start, end = self.atoms[first].start, self.atoms[last - 1].end
        if not citation and not self._depth[first]:
            self._anchor = None if candidates else whole
        self.found.append(
            DateMention(
                Span(start, end),
                self.document.text.reading[start:end],
                whole.start if whole is not None else None,
                whole.end if whole is not None else None,
                precision if whole is not None else "unknown",
                calendar,
                basis,
                "suspect" if candidates else "intact",
                candidates,
                citation,
            )
        )


def _parenthesis_depths(letters: str) -> list[bool]:
    left, depths = 0, []
    for letter in letters:
        left = _LONGEST_PARENTHESIS if letter == "(" else 0 if letter == ")" else max(left - 1, 0)
        depths.append(left > 0)
    return depths


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
