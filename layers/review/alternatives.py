"""Alternatives: what else a record's place, date or number may be, from what the reader noted and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from layers.articles.dating.calendars import year_as_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from layers.review.subject import SubjectType

__all__ = ["Alternative", "alternatives"]

Record = dict[str, Any]

MOST: Final = 9
"""As many as there are digits to choose them by."""
_WHERE_PREC: Final = {"city": 1, "feature": 3, "admin2": 3, "admin1": 4, "country": 6, "region": 7}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One other reading: ``field`` tells of what (``place``, ``date``, ``number``, ``organization``), ``changes`` what it sets.

    ``label`` is what it is called, ``note`` the country or why it is offered (a key of the interface's words); ``lon`` and
    ``lat`` are degrees and ``where_prec`` is UCDP's, ``None`` for what is no place. ``weight`` is how likely it is, 0 to 1, by the reader's own word.
    """

    field: str
    label: str
    changes: Mapping[str, Any]
    note: str = ""
    lon: float | None = None
    lat: float | None = None
    where_prec: int | None = None
    weight: float = 0.0


def alternatives(
    kind: SubjectType,
    record: Mapping[str, Any],
    mentions: Sequence[Mapping[str, Any]],
    beside: Iterable[Mapping[str, Any]],
) -> tuple[Alternative, ...]:
    """Return what else a record may say, the likeliest first, at most nine.

    Parameters
    ----------
    kind, record
        What is reviewed.
    mentions
        Records of the mentions that stand in its passages or near them, in the order of the text.
    beside
        Records of incidents of the same article that stand near it: their dates are offered.
    """
    found: list[Alternative] = []
    if kind in {"incident", "place"}:
        found += _places(kind, record, mentions)
    if kind == "incident":
        found += _dates(record, beside)
    if kind == "organization":
        found += _organizations(record)
    if kind == "number":
        found += [
            Alternative("number", _digits(value), {"value": value}, "review.alt.reading")
            for value in record.get("candidates") or ()
        ]
    return tuple(found[:MOST])


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


def _dates(record: Mapping[str, Any], beside: Iterable[Mapping[str, Any]]) -> Iterable[Alternative]:
    own = (record.get("date_start"), record.get("date_end"))
    offered: dict[tuple[str, str], Alternative] = {}
    for year in record.get("date_candidates") or ():
        if (whole := year_as_read(year)) is None:
            continue
        days = (whole.start.isoformat(), whole.end.isoformat())
        changes = {"date_start": days[0], "date_end": days[1], "date_prec": "year"}
        offered[days] = Alternative("date", str(year), changes, "review.alt.reading")
    for each in beside:
        start, end = each.get("date_start"), each.get("date_end")
        if start and end and (start, end) != own and (start, end) not in offered:
            changes = {"date_start": start, "date_end": end, "date_prec": each.get("date_prec") or "day"}
            label = start if start == end else f"{start}/{end}"
            offered[start, end] = Alternative("date", label, changes, "review.alt.beside")
    return list(offered.values())[:4]


def _organizations(record: Mapping[str, Any]) -> Iterable[Alternative]:
    for each in record.get("alternatives") or ():
        changes = {"entity": each["entity"], "name": each["name"]}
        yield Alternative("organization", each["name"], changes, "review.alt.name", weight=each.get("score") or 0.0)
