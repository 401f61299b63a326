"""Similar: records of other articles, or of the same, that may tell of the same, and what they agree on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Other", "Similar", "ranked"]

MOST: Final = 6
_NEAR_DAYS: Final = 3
_NEAR_DEG: Final = 0.25
_WEIGHTS: Final = {"date": 3, "near_date": 2, "place": 3, "near_place": 2, "category": 1, "organization": 2, "quantity": 2,
                   "origin": 2, "destination": 2, "transit": 1, "type": 1}  # fmt: skip
_LEAST: Final = 3


@dataclass(frozen=True, slots=True)
class Other:
    """A record to compare with: its public id, the article's id and title, its status, and its fields as a reading has them."""

    id: str
    article: str
    title: str
    status: str
    record: Mapping[str, Any]
    is_same_article: bool = False


@dataclass(frozen=True, slots=True)
class Similar:
    """A record that may tell of the same. ``agrees`` and ``differs`` name what they say alike and otherwise."""

    other: Other
    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    score: int


def ranked(kind: str, record: Mapping[str, Any], others: Iterable[Other]) -> tuple[Similar, ...]:
    """Return those that agree with a record on enough, the most alike first, at most six."""
    compare = _incident if kind == "incident" else _claim
    found = []
    for other in others:
        agrees, differs = compare(record, other.record)
        score = sum(_WEIGHTS[each] for each in agrees) - sum(_WEIGHTS[each] for each in differs) // 2
        if score >= _LEAST:
            found.append(Similar(other, tuple(agrees), tuple(differs), score))
    found.sort(key=lambda each: (-each.score, each.other.is_same_article, each.other.id))
    return tuple(found[:MOST])


def _incident(record: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    agrees: list[str] = []
    differs: list[str] = []
    days = _days_apart(record, other)
    if days is not None:
        (agrees if days <= _NEAR_DAYS else differs).append("date" if days == 0 or days > _NEAR_DAYS else "near_date")
    here, there = record.get("place") or {}, other.get("place") or {}
    if here.get("name") and there.get("name"):
        if (here.get("entity") or here["name"]) == (there.get("entity") or there["name"]):
            agrees.append("place")
        elif _is_near(here, there):
            agrees.append("near_place")
        else:
            differs.append("place")
    (agrees if record.get("category") == other.get("category") else differs).append("category")
    ours, theirs = set(record.get("organization_entities") or ()), set(other.get("organization_entities") or ())
    if ours & theirs:
        agrees.append("organization")
    if _numbers(record) & _numbers(other):
        agrees.append("quantity")
    return agrees, differs


def _claim(record: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    agrees: list[str] = []
    differs: list[str] = []
    (agrees if record.get("type") == other.get("type") else differs).append("type")
    for role in ("origin", "transit", "destination"):
        ours, theirs = _ends(record, role), _ends(other, role)
        if ours and theirs:
            (agrees if ours & theirs else differs).append(role)
    value, their_value = record.get("value") or {}, other.get("value") or {}
    if value.get("best") is not None and value.get("best") == their_value.get("best"):
        agrees.append("quantity")
    return agrees, differs


def _ends(record: Mapping[str, Any], role: str) -> set[str]:
    return {slot.get("entity") or slot["name"].casefold() for slot in record.get("slots") or () if slot["role"] == role}


def _numbers(record: Mapping[str, Any]) -> set[tuple[str, float]]:
    return {(each["what"], each["best"]) for each in record.get("quantities") or () if each.get("best") is not None}


def _days_apart(record: Mapping[str, Any], other: Mapping[str, Any]) -> int | None:
    """Days between two intervals, 0 where they overlap; ``None`` where one is not known."""
    ends = [record.get("date_start"), record.get("date_end"), other.get("date_start"), other.get("date_end")]
    if not all(ends):
        return None
    first, last, start, end = (date.fromisoformat(str(each)[:10]) for each in ends)
    return max(0, (start - last).days, (first - end).days)


def _is_near(here: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    at = [here.get("lon"), here.get("lat"), there.get("lon"), there.get("lat")]
    if any(each is None for each in at):
        return False
    lon, lat, other_lon, other_lat = (float(each) for each in at if each is not None)
    return abs(lon - other_lon) <= _NEAR_DEG and abs(lat - other_lat) <= _NEAR_DEG
