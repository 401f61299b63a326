"""Applied: incidents and claims as decisions on names, numbers and doubles leave them.

A person who says what a name stands for in an article says it for every incident and claim there that rests on the name;
one who reads a doubtful number, for every quantity that prints it. What a person set in a record itself is stronger.
Records that are one are folded: the one that stands rests on the passages of all.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from layers.review.state import FOLDED, STANDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from layers.candidates import Found

__all__ = ["Applied"]

Record = dict[str, Any]

_PUBLIC = "read/"
_PLACE = ("name", "lon", "lat", "country", "where_prec", "entity")


class Applied:
    """People's other decisions, ready to be laid on incidents and claims one after the other.

    Parameters
    ----------
    names
        Decided places, organizations and numbers of all articles. What the machine said of a name before is its ``was``:
        the ``entity`` or name that incidents still have.
    folded
        All incidents and claims that are one with another (with ``target``).
    ends
        Those of them, and of the others, that a ``target`` may name; more than these do no harm.
    """

    def __init__(self, names: Iterable[Found], folded: Iterable[Found], ends: Iterable[Found]) -> None:
        self._names: dict[str, list[Found]] = defaultdict(list)
        for each in names:
            self._names[each.article].append(each)
        folded = [self._resolved(each) for each in folded]
        by_id = {each.id: each for each in (*ends, *folded)}
        self._merged: dict[str, list[Found]] = defaultdict(list)
        self._apart: dict[str, Found] = {}
        for each in folded:
            end = _end_of(each, by_id)
            if end is None:
                # What it was one with is not here: it stands for itself, as a person saw it.
                self._apart[each.id] = replace(each, status="reviewed", target=None)
            elif end in by_id:
                self._merged[end].append(each)
            else:
                self._apart[each.id] = replace(each, target=end)

    def to(self, found: Found) -> Found | None:
        """Return an incident or claim as the decisions leave it; ``None`` where it is told with the one that it is one with.

        What rests on a name that nobody decided on stays as it is.
        """
        if found.status in FOLDED:
            return self._apart.get(found.id)
        resolved = self._resolved(found)
        return _with(resolved, self._merged[found.id]) if found.id in self._merged else resolved

    def _resolved(self, found: Found) -> Found:
        names = self._names.get(found.article)
        return _resolved(found, names) if names else found


def _resolved(found: Found, names: Iterable[Found]) -> Found:
    record = dict(found.record)
    for name in sorted(names, key=lambda each: (each.type, each.start, each.id)):
        if name.type == "place":
            _resolve_place(found, record, name)
        elif name.type == "organization":
            _resolve_organization(found, record, name)
        elif name.type == "number" and name.status == "corrected":
            _resolve_number(found, record, name)
    return found if record == found.record else replace(found, record=record)


def _was(name: Found) -> str | None:
    """What incidents name by it: the entity that the machine took it for, else its name."""
    was = name.record.get("was") or name.record
    entity = was.get("entity") or was.get("name")
    return None if entity is None else str(entity)


def _resolve_place(found: Found, record: Record, name: Found) -> None:
    said = name.record
    is_place = name.status in STANDING and said.get("name") is not None
    if name.status in STANDING and "place" not in name.changed:
        return
    place = record.get("place")
    if place and "place" not in found.changed and (place.get("entity") or place.get("name")) == _was(name):
        record["place"] = {field: said.get(field) for field in _PLACE} if is_place else None
    slots = record.get("slots")
    if slots and "slots" not in found.changed:
        made = [_slot(slot, said, is_place=is_place) if _names(slot, name) else slot for slot in slots]
        if made != slots:
            record["slots"] = [slot for slot in made if slot is not None]
            for role in ("origin", "transit", "destination"):
                record[role] = list(dict.fromkeys(slot["name"] for slot in record["slots"] if slot["role"] == role))


def _names(slot: Mapping[str, Any], name: Found) -> bool:
    return bool((slot.get("entity") or slot["name"]) == _was(name))


def _slot(slot: Mapping[str, Any], said: Mapping[str, Any], *, is_place: bool) -> Record | None:
    if not is_place:
        return None
    return {**slot, "name": said["name"], "entity": said.get("entity"), "country": said.get("country")}


def _resolve_organization(found: Found, record: Record, name: Found) -> None:
    was = _was(name)
    entities = record.get("organization_entities") or []
    if was not in entities or "organization_entities" in found.changed:
        return
    if name.status in STANDING and not {"entity", "name"} & set(name.changed):
        return
    new = [name.record["entity"]] if name.status in STANDING and name.record.get("entity") else []
    record["organization_entities"] = sorted({*(each for each in entities if each != was), *new})


def _resolve_number(found: Found, record: Record, name: Found) -> None:
    """A quantity in a passage that holds the number, and prints it, says what the person read."""
    if not any(item["start"] <= name.start and name.end <= item["end"] for item in found.evidence):
        return
    value, printed = name.record.get("value"), str(name.record.get("as_printed") or "")
    if value is None or not printed or "quantities" in found.changed:
        return
    quantities = record.get("quantities") or []
    made = [
        {**each, "low": value, "best": value, "high": value, "integrity": "intact"}
        if printed in str(each["as_printed"]) and each["integrity"] != "intact"
        else each
        for each in quantities
    ]
    if made != quantities:
        record["quantities"] = made


def _end_of(found: Found, by_id: Mapping[str, Found]) -> str | None:
    """Follow a fold to the record that stands: its id here, or that of a record that people wrote; ``None`` if it is gone."""
    at, seen = found, {found.id}
    while at.status in FOLDED:
        target = at.target or ""
        if not target.startswith(_PUBLIC):
            return target or None
        id_ = target.removeprefix(_PUBLIC)
        # A record that has been split since stands in its first part.
        id_ = id_ if id_ in by_id else f"{id_}-1"
        if id_ not in by_id or id_ in seen:
            return None
        seen.add(id_)
        at = by_id[id_]
    return at.id


def _with(found: Found, merged: Sequence[Found]) -> Found:
    """Return a record with those that are one with it; of what was merged it takes over what it does not know itself."""
    record = dict(found.record)
    for each in sorted(merged, key=lambda other: (other.article, other.start, other.id)):
        if each.status == "merged":
            _take_over(record, each.record, found.changed)
    return replace(found, record=record, merged=tuple(merged))


def _take_over(record: Record, other: Mapping[str, Any], changed: Sequence[str]) -> None:
    for name in ("place", "commodity", "value"):
        if record.get(name) is None and other.get(name) is not None and name not in changed:
            record[name] = other[name]
    dates = ("date_start", "date_end", "date_prec", "date_integrity", "date_as_printed", "date_candidates")
    if "date_start" in record and not record["date_start"] and other.get("date_start") and "date_start" not in changed:
        record.update({name: other.get(name) for name in dates})
    if "organization_entities" in record and "organization_entities" not in changed:
        both = {*record["organization_entities"], *(other.get("organization_entities") or ())}
        record["organization_entities"] = sorted(both)
    if "quantities" in record and "quantities" not in changed:
        known = {each["what"] for each in record["quantities"]}
        record["quantities"] = [
            *record["quantities"], *(each for each in other.get("quantities") or () if each["what"] not in known),
        ]  # fmt: skip
