"""Reading a data set: rows become records, and every row that cannot is told, all at once.

Nothing is made finer than the row says it: a single day that stands for a week or a month becomes that interval, and the
codes of precision are kept beside what they mean.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from layers.filter import interval_of
from layers.imports.record import ImportedRecord, Quantity
from layers.imports.tables import read_csv, read_geojson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from layers.imports.mapping import ImportMapping, QuantityColumns
    from layers.imports.tables import Row

__all__ = ["FORMATS", "ReadDataset", "read_dataset"]

T = TypeVar("T")

FORMATS: Final = {"csv": read_csv, "geojson": read_geojson}
"""Form of a file → what reads its rows."""

_SPAN_DAYS: Final = {"week": 3}
_MONTH_DAYS: Final = 31
_LONGEST_LAT: Final = 90.0
_LONGEST_LON: Final = 180.0


@dataclass(frozen=True, slots=True)
class ReadDataset:
    """What a file gave: records sorted by row, faults (one line each), and how many rows were left out and why."""

    records: tuple[ImportedRecord, ...]
    faults: tuple[str, ...]
    left_out: Mapping[str, int]


class _Fault(ValueError):
    """What is wrong with one cell: the column and the words."""


def read_dataset(
    path: Path,
    form: str,
    mapping: ImportMapping,
    version: str,
    *,
    bbox: tuple[float, float, float, float] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> ReadDataset:
    """Read a file.

    Parameters
    ----------
    path
        The file.
    form
        ``csv`` or ``geojson``.
    mapping
        What its columns mean.
    version
        The data set's version, kept with every record.
    bbox
        west, south, east, north in degrees: rows whose point lies outside are left out, those without a point too.
    progress
        Told how many rows have been read since it was last told.

    Raises
    ------
    InvalidImport
        The file as a whole cannot be read; faults of single rows come back in the result.
    """
    mapping = mapping.of_points() if form == "geojson" else mapping
    records: dict[str, ImportedRecord] = {}
    first_in: dict[str, str] = {}
    faults: list[str] = []
    left_out: Counter[str] = Counter()
    for number, row in enumerate(FORMATS[form](path, mapping), 1):
        if number % 1000 == 0:
            progress(1000)
        id_ = row.cells[mapping.columns["row"]]
        name = f"{row.name} ({id_})" if id_ else row.name
        told, reason, record = _converted(row, mapping, version)
        faults += [f"{name}: {fault}" for fault in told]
        if id_ in first_in:
            faults.append(f"{name}: {mapping.columns['row']}: stands in {first_in[id_]} too (allowed: once)")
            continue
        if id_:
            first_in[id_] = row.name
        if reason:
            left_out[reason] += 1
        elif record is not None and bbox is not None and not _is_inside(record, bbox):
            left_out["outside the box"] += 1
        elif record is not None:
            records[record.row] = record
    return ReadDataset(tuple(records[id_] for id_ in sorted(records)), tuple(faults), dict(sorted(left_out.items())))


def _is_inside(record: ImportedRecord, bbox: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bbox
    if record.lon is None or record.lat is None or not south <= record.lat <= north:
        return False
    return west <= record.lon <= east if west <= east else record.lon >= west or record.lon <= east


def _converted(row: Row, mapping: ImportMapping, version: str) -> tuple[list[str], str, ImportedRecord | None]:
    """Return the faults of a row, why it is left out (``""``: it is not), and its record where there is no fault."""
    faults: list[str] = []

    def told(make: Callable[[], T]) -> T | None:
        try:
            return make()
        except _Fault as fault:
            faults.append(str(fault))
            return None

    cell = _Cells(row, mapping)
    id_, category = told(cell.row) or "", told(cell.category)
    dates, point = told(cell.dates) or (None, None), told(cell.point) or (None, None)
    where_prec, date_prec = told(cell.where_prec), told(partial(cell.coded, "date_prec"))
    quantities = [told(partial(cell.quantity, columns)) for columns in mapping.quantities]
    if faults:
        return faults, "", None
    if not category:
        return [], f"{cell.category_word()} is no kind of event of this map", None
    record = ImportedRecord(
        dataset=mapping.dataset["id"],
        version=version,
        row=id_,
        category=category,
        date_start=dates[0],
        date_end=dates[1],
        date_prec=date_prec or _precision(*dates),
        date_prec_code=cell.text("date_prec"),
        lon=point[0],
        lat=point[1],
        where_prec=where_prec,
        where_prec_code=cell.text("where_prec"),
        place=cell.first("place") or mapping.constants.get("place"),
        actors=tuple(dict.fromkeys(filter(None, (row.cells[name] for name in mapping.lists.get("actors", ()))))),
        quantities=tuple(quantity for quantity in quantities if quantity is not None),
    )
    return [], "", record


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row, asked by the fields of a record."""

    of: Row
    mapping: ImportMapping

    def text(self, field: str) -> str | None:
        column = self.mapping.columns.get(field)
        return None if column is None else self.of.cells[column] or None

    def first(self, field: str) -> str | None:
        return next((text for name in self.mapping.lists.get(field, ()) if (text := self.of.cells[name])), None)

    def row(self) -> str:
        text = self.text("row")
        if text is None:
            raise _Fault(f"{self.mapping.columns['row']}: is empty (allowed: an id of the row's own)")
        return text

    def coded(self, field: str) -> str | None:
        """What a field's code means; the text itself where the mapping explains no codes of it."""
        text, codes = self.text(field), self.mapping.codes.get(field)
        if text is None or codes is None:
            return None
        if text not in codes:
            raise _Fault(f"{self.mapping.columns[field]}: {text!r} is not explained (allowed: {', '.join(codes)})")
        return str(codes[text])

    def category_word(self) -> str:
        return next(iter(self._category_words()), "")

    def _category_words(self) -> Iterator[str]:
        codes = self.mapping.codes.get("category", {})
        return (text for name in self.mapping.lists.get("category", ()) if (text := self.of.cells[name]) in codes)

    def category(self) -> str:
        if "category" in self.mapping.constants:
            return str(self.mapping.constants["category"])
        for word in self._category_words():
            return str(self.mapping.codes["category"][word])
        names = self.mapping.lists["category"]
        said = ", ".join(repr(self.of.cells[name]) for name in names)
        raise _Fault(f"{', '.join(names)}: {said} is not explained (allowed: what codes.category of the mapping lists)")

    def where_prec(self) -> int | None:
        if self.text("lon") is None:
            return None
        if "where_prec" in self.mapping.constants:
            return int(self.mapping.constants["where_prec"])
        column, text = self.mapping.columns["where_prec"], self.text("where_prec")
        if text is None:
            raise _Fault(f"{column}: is empty (allowed: how precisely the point is known)")
        code = self.coded("where_prec") or text
        if code not in set("1234567"):
            raise _Fault(f"{column}: {text!r} is no precision from 1 to 7 and codes.where_prec does not explain it")
        return int(code)

    def point(self) -> tuple[float | None, float | None]:
        lon, lat = self.text("lon"), self.text("lat")
        if lon is None and lat is None:
            return None, None
        where = ", ".join(self.mapping.columns[name] for name in ("lon", "lat"))
        numbers = (_number(lon), _number(lat))
        if numbers[0] is None or numbers[1] is None:
            raise _Fault(f"{where}: {lon or ''!r}, {lat or ''!r} are no degrees (allowed: two numbers, or both empty)")
        if abs(numbers[0]) > _LONGEST_LON or abs(numbers[1]) > _LONGEST_LAT:
            raise _Fault(f"{where}: {lon}, {lat} lies on no map (allowed: -180 to 180, -90 to 90)")
        if numbers == (0.0, 0.0):
            raise _Fault(f"{where}: 0, 0 stands for no place (allowed: both empty where none is known)")
        return numbers

    def dates(self) -> tuple[str | None, str | None]:
        start, end = self.text("date_start"), self.text("date_end")
        first, last = self._days("date_start", start or end), self._days("date_end", end or start)
        if first is None or last is None:
            return None, None
        span = self.mapping.codes.get("date_span", {}).get(self.text("date_prec") or "")
        earliest, latest = _widened(first[0], last[1], span)
        if earliest > latest:
            raise _Fault(f"{self.mapping.columns['date_start']}: {start} is after {end}")
        return earliest.isoformat(), latest.isoformat()

    def _days(self, field: str, text: str | None) -> tuple[date, date] | None:
        if text is None:
            return None
        for format_ in self.mapping.date_formats:
            try:
                day = datetime.strptime(text, format_).date()  # noqa: DTZ007 -- a day has no time zone
            except ValueError:
                continue
            return day, day
        try:
            # A time after the day says nothing here: "2019-05-12 00:00:00.000".
            return interval_of(text.split(" ")[0].split("T")[0])
        except ValueError:
            column = self.mapping.columns.get(field, self.mapping.columns["date_start"])
            allowed = ", ".join(self.mapping.date_formats) or "2019-05-12, 2019-05 or 2019"
            raise _Fault(f"{column}: {text!r} is no date (allowed: {allowed})") from None

    def quantity(self, columns: QuantityColumns) -> Quantity | None:
        numbers: dict[str, float | None] = {}
        for field in ("low", "best", "high"):
            column = getattr(columns, field)
            text = "" if column is None else self.of.cells[column]
            numbers[field] = _number(text) if text else None
            if text and (numbers[field] is None or (numbers[field] or 0) < 0):
                raise _Fault(f"{column}: {text!r} is no amount (allowed: a number that is not negative)")
        if all(number is None for number in numbers.values()):
            return None
        known = [number for number in (numbers["low"], numbers["best"], numbers["high"]) if number is not None]
        if known != sorted(known):
            raise _Fault(f"{', '.join(columns.columns)}: {', '.join(map(str, known))} do not rise from low to high")
        return Quantity(columns.what, columns.unit, numbers["low"], numbers["best"], numbers["high"])


def _number(text: str | None) -> float | None:
    """Read a number; ``None`` for what is none, or not finite.

    >>> _number("12"), _number("nan"), _number("1,5"), _number("٣")
    (12.0, None, None, None)
    """
    try:
        number = float(text or "") if (text or "").isascii() and "_" not in (text or "") else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _widened(first: date, last: date, span: str | None) -> tuple[date, date]:
    """Return the interval that single days stand for.

    >>> [str(day) for day in _widened(date(2019, 5, 12), date(2019, 5, 12), "month")]
    ['2019-05-01', '2019-05-31']
    """
    if span == "month":
        return first.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1])
    if span == "year":
        return first.replace(month=1, day=1), last.replace(month=12, day=31)
    wide = timedelta(days=_SPAN_DAYS.get(span or "", 0))
    return first - wide, last + wide


def _precision(start: str | None, end: str | None) -> str | None:
    if start is None or end is None:
        return None
    days = (date.fromisoformat(end) - date.fromisoformat(start)).days
    return "day" if days == 0 else "month" if days <= _MONTH_DAYS else "year"
