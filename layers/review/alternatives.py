"""Alternatives: what else a record's place, date or number may be: what the reader noted, and what is printed beside it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from layers.articles.dating.calendars import year_as_read
from layers.candidate_texts import COUNTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from layers.review.printed import Printed
    from layers.review.subject import SubjectType

__all__ = ["Alternative", "alternatives"]

Record = dict[str, Any]

DIGITS: Final = 9
"""As many as there are digits to choose them by; what is offered beyond is chosen by pointing."""
_SHARES: Final = (("place", 4), ("date", 3), ("number", 2), ("organization", 9))
"""How many of the digits each field has, the others' unused ones besides."""
_MOST: Final = 8
"""Of one field."""
_WHERE_PREC: Final = {"city": 1, "feature": 3, "admin2": 3, "admin1": 4, "country": 6, "region": 7}
_UNITS: Final = {"percent": "percent", "persons": "person"}
"""Units of a claim's value, and those of the quantities that it may be."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One other reading: ``field`` tells of what (``place``, ``date``, ``number``, ``organization``), ``changes`` what it sets.

    ``label`` is what it is called, ``note`` why it is offered and ``of`` what a number counts (keys of the interface's words);
    ``lon`` and ``lat`` are degrees and ``where_prec`` is UCDP's, ``None`` for what is no place. ``weight`` is how likely it is,
    0 to 1, by the reader's own word. ``span`` is where it is printed in the article's text, ``None`` where it is not, ``digit``
    the key that chooses it, 0 for none.
    """

    field: str
    label: str
    changes: Mapping[str, Any]
    note: str = ""
    lon: float | None = None
    lat: float | None = None
    where_prec: int | None = None
    weight: float = 0.0
    of: str = ""
    span: tuple[int, int] | None = None
    digit: int = 0


def alternatives(
    kind: SubjectType,
    record: Mapping[str, Any],
    mentions: Sequence[Mapping[str, Any]],
    beside: Iterable[Mapping[str, Any]],
    printed: Sequence[Printed] = (),
) -> tuple[Alternative, ...]:
    """Return what else a record may say, places before dates before numbers, the likeliest first; nine of them have a digit.

    Parameters
    ----------
    kind, record
        What is reviewed.
    mentions
        Records of the mentions that stand in its passages or near them, in the order of the text.
    beside
        Records of incidents of the same article that stand near it: their dates are offered.
    printed
        Dates and quantities of its passages and what is shown around them, the nearest to what it rests on first.
    """
    found: list[Alternative] = []
    if kind in {"incident", "place"}:
        found += _places(kind, record, mentions)
    if kind == "incident":
        found += _dates(record, printed, beside)
        found += _quantities(record, printed)
    if kind == "claim":
        found += _values(record, printed)
    if kind == "organization":
        found += _organizations(record)
    if kind == "number":
        found += [
            Alternative("number", _digits(value), {"value": value}, "review.alt.reading")
            for value in record.get("candidates") or ()
        ]
    return _with_digits(found)


def _with_digits(found: Sequence[Alternative]) -> tuple[Alternative, ...]:
    shares = dict(_SHARES)
    first = [each for field, share in shares.items() for each in [it for it in found if it.field == field][:share]]
    chosen = [*first, *(each for each in found if each not in first)][:DIGITS]
    digits = itertools.count(1)
    return tuple(replace(each, digit=next(digits)) if each in chosen else each for each in found)


def _digits(value: float) -> str:
    return f"{value:,.10g}".replace(",", " ") if abs(value) >= 10_000 else f"{value:.10g}"  # noqa: PLR2004 -- years have no gap


def _places(
    kind: SubjectType, record: Mapping[str, Any], mentions: Sequence[Mapping[str, Any]]
) -> Iterable[Alternative]:
    own = record if kind == "place" else record.get("place") or {}
    taken = {own.get("entity") or own.get("name")}
    offered: list[Alternative] = []
    same = [each for each in mentions if each.get("entity") == own.get("entity") or each.get("name") == own.get("name")]
    others = (
        record.get("alternatives") or ()
        if kind == "place"
        else (each for mention in same for each in mention.get("alternatives") or ())
    )
    for each in others:
        if each["entity"] not in taken:
            taken.add(each["entity"])
            offered.append(_place(each, "review.alt.name", each.get("score") or 0.0))
    if kind == "incident":
        for each in mentions:
            key = each.get("entity") or each.get("name")
            if each["kind"] == "place" and each.get("entity") and key not in taken:
                taken.add(key)
                offered.append(_place(each, "review.alt.beside", 0.0))
    return sorted(offered, key=lambda each: (each.note != "review.alt.name", -each.weight))[:6]


def _place(said: Mapping[str, Any], note: str, weight: float) -> Alternative:
    where_prec = said.get("where_prec") or _WHERE_PREC.get(said.get("place_kind") or "", 6)
    place = {name: said.get(name) for name in ("name", "lon", "lat", "country", "entity")}
    label = ", ".join(str(part) for part in (said["name"], said.get("country")) if part)
    return Alternative(
        "place",
        label,
        {"place": {**place, "where_prec": where_prec}},
        note,
        said.get("lon"),
        said.get("lat"),
        where_prec,
        weight,
    )


def _dates(
    record: Mapping[str, Any], printed: Iterable[Printed], beside: Iterable[Mapping[str, Any]]
) -> Iterable[Alternative]:
    own = (record.get("date_start"), record.get("date_end"))
    offered: dict[tuple[str, str], Alternative] = {}
    for year in record.get("date_candidates") or ():
        if (whole := year_as_read(year)) is None:
            continue
        days = (whole.start.isoformat(), whole.end.isoformat())
        changes = {"date_start": days[0], "date_end": days[1], "date_prec": "year"}
        offered[days] = Alternative("date", str(year), changes, "review.alt.reading")
    for at in printed:
        days = (str(at.said.get("date_start")), str(at.said.get("date_end")))
        if at.kind == "date" and days != own and days not in offered:
            offered[days] = Alternative("date", _period(*days), at.said, "review.alt.printed", span=(at.start, at.end))
    for each in beside:
        start, end = each.get("date_start"), each.get("date_end")
        if start and end and (start, end) != own and (start, end) not in offered:
            changes = {"date_start": start, "date_end": end, "date_prec": each.get("date_prec") or "day"}
            offered[start, end] = Alternative("date", _period(start, end), changes, "review.alt.beside")
    return list(offered.values())[:_MOST]


def _period(start: str, end: str) -> str:
    return start if start == end else f"{start}/{end}"


def _quantities(record: Mapping[str, Any], printed: Iterable[Printed]) -> Iterable[Alternative]:
    """Numbers that the passage counts: each takes the place of what the record says of the same thing, or is added to it."""
    own = list(record.get("quantities") or ())
    told = {(each.get("what"), _bounds(each)) for each in own}
    taken = {each.get("as_printed") for each in own}
    found: list[Alternative] = []
    for at in printed:
        what = at.said.get("what")
        key = (what, _bounds(at.said))
        if at.kind != "number" or what not in COUNTED or key in told or at.said.get("as_printed") in taken:
            continue
        told.add(key)
        others = [each for each in own if each.get("what") != what]
        found.append(
            Alternative(
                "number", at.as_printed, {"quantities": [*others, at.said]}, "review.alt.printed", of=f"counted.{what}",
                span=(at.start, at.end),
            )
        )  # fmt: skip
    return found[:_MOST]


def _values(record: Mapping[str, Any], printed: Iterable[Printed]) -> Iterable[Alternative]:
    """Numbers of the passage that may be what a claim with a number says."""
    own = record.get("value")
    if not own:
        return []
    told = {_bounds(own)}
    found: list[Alternative] = []
    for at in printed:
        bounds = _bounds(at.said)
        if at.kind != "number" or at.said.get("unit") != _UNITS.get(str(own.get("unit"))) or bounds in told:
            continue
        told.add(bounds)
        value = {**own, "as_printed": at.as_printed, **dict(zip(_BOUNDS, bounds, strict=True)), "integrity": "intact"}
        found.append(
            Alternative("number", at.as_printed, {"value": value}, "review.alt.printed", span=(at.start, at.end))
        )
    return found[:_MOST]


_BOUNDS: Final = ("low", "best", "high")


def _bounds(said: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(said.get(bound) for bound in _BOUNDS)


def _organizations(record: Mapping[str, Any]) -> Iterable[Alternative]:
    for each in record.get("alternatives") or ():
        changes = {"entity": each["entity"], "name": each["name"]}
        yield Alternative("organization", each["name"], changes, "review.alt.name", weight=each.get("score") or 0.0)
