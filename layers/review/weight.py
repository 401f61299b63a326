"""Weight: how much a subject matters to the map while nobody has reviewed it, and the names that it can be found by.

A queue shows the heaviest first. Arrows between countries weigh more than incidents, what is drawn at a point more than what
colours a province, what many records rest on more than each of them, and what the reader is unsure of more than what it is
sure of. The numbers mean nothing but their order.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.review.subject import SubjectType

__all__ = ["names_of", "weight_of"]

Record = dict[str, Any]

_OFF_THE_MAP = 20
_FLOWS = ("drug_flow", "energy_flow", "trade_flow", "fighter_flow", "arms_flow", "migration_flow")
_BY_PRECISION = {1: 500, 2: 480, 3: 460, 4: 400, 5: 380, 6: 340, 7: 300}
_ON_THE_MAP = ("asserted", "alleged")
_CONFLICTS = {"conflict": 320, "benchmark_outlier": 260, "different_denominator": 140, "same_text": 60}


def weight_of(kind: SubjectType, record: Mapping[str, Any]) -> int:
    """Return the weight of a subject, 0 to 1000.

    >>> place = {"name": "Kulob", "where_prec": 1}
    >>> seizure = {"role": "event", "modality": "asserted", "place": place, "date_start": "2019-05-12", "confidence": 0.8}
    >>> weight_of("incident", seizure) > weight_of("incident", {**seizure, "place": None})
    True
    """
    doubt = 1 - float(record.get("confidence") or 0)
    weigh = {"incident": _incident, "claim": _claim, "conflict": _conflict}.get(kind, _name)
    return max(0, min(1000, round(weigh(record, doubt))))


def _incident(record: Mapping[str, Any], doubt: float) -> float:
    if record["role"] != "event" or record["modality"] not in _ON_THE_MAP:
        return _OFF_THE_MAP + 10 * doubt
    place = record.get("place") or {}
    weight = _BY_PRECISION.get(place.get("where_prec") or 0, 200) + 60 * doubt
    weight += 40 if record.get("date_start") else 0
    weight += 30 if record.get("date_integrity") == "suspect" else 0
    weight += min(60, 20 * len(record.get("organization_entities") or ()))
    deaths = (record.get("deaths") or {}).get("best") or 0
    return weight + min(100, 40 * math.log10(1 + max(0, deaths)))


def _claim(record: Mapping[str, Any], doubt: float) -> float:
    is_drawn = (
        record["type"] in _FLOWS and record.get("modality") in _ON_THE_MAP and record.get("polarity") != "negative"
    )
    ends = {slot["role"] for slot in record.get("slots") or ()} & {"origin", "transit", "destination"}
    if not is_drawn or len(ends) < 2:  # noqa: PLR2004 -- both ends of an arrow
        return 100 + 50 * doubt
    return 600 + 60 * len(ends) + 60 * doubt


def _conflict(record: Mapping[str, Any], _doubt: float) -> float:
    return _CONFLICTS.get(str(record.get("state")), 100)


def _name(record: Mapping[str, Any], doubt: float) -> float:
    """Names and numbers: as much as rests on them, the more the less sure the reader is."""
    rests = int(record.get("rests") or 0)
    if not rests:
        return _OFF_THE_MAP * (1 + doubt)
    unsure = doubt if record.get("entity") or "integrity" in record else 1.0
    return 120 + (180 + 140 * math.log2(1 + rests)) * (0.3 + 0.7 * unsure)


def names_of(kind: SubjectType, record: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Return what a subject can be found by: (``place`` or ``organization``, entity or folded name, name), sorted.

    >>> names_of("place", {"name": "Kulob", "entity": "geonames:1221194"})
    (('place', 'geonames:1221194', 'Kulob'),)
    """
    found: set[tuple[str, str, str]] = set()
    if kind in {"place", "organization"}:
        found.add(_named(kind, record.get("entity"), record["name"]))
    elif kind == "incident":
        place = record.get("place")
        if place and place.get("name"):
            found.add(_named("place", place.get("entity"), place["name"]))
        entities, names = record.get("organization_entities") or (), record.get("organizations") or ()
        told = dict(zip(entities, names, strict=False)) if len(entities) == len(names) else {}
        found |= {_named("organization", each, str(told.get(each, each))) for each in entities}
    elif kind == "claim":
        for slot in record.get("slots") or ():
            sort = "organization" if slot["role"] in {"organization", "carrier"} else "place"
            found.add(_named(sort, slot.get("entity"), slot["name"]))
    return tuple(sorted(found))


def _named(sort: str, entity: str | None, name: str) -> tuple[str, str, str]:
    return sort, (entity or name.casefold())[:200], name[:200]
