"""Forms: the fields of a card's forms as the changes of a decision; what is as it was is no change."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from geo.errors import InvalidDecision
from layers.review.verdicts import MOST_PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from layers.review.subject import SubjectType

__all__ = ["changes_of", "parts_of"]

Form = "MultiDict[str, str]"
_WORDS = (
    "category",
    "role",
    "modality",
    "date_prec",
    "type",
    "polarity",
    "commodity",
    "state",
    "reason",
    "name",
    "entity",
)
_DAYS = ("date_start", "date_end")
_MOST_ROWS = 40


def changes_of(kind: SubjectType, form: MultiDict[str, str], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form says otherwise than a record: fields by name, ready for a decision.

    A field named ``changes`` holds them as one JSON object.

    Raises
    ------
    InvalidDecision
        A field cannot be read.
    """
    if form.get("changes"):
        return dict(_json("changes", form["changes"]))
    found = _simple(form)
    if "place" in form:
        found["place"] = _place(form["place"])
    if "value" in form:
        number = _number("value", form["value"])
        found["value"] = (
            number
            if kind == "number"
            else {**(record.get("value") or {}), "low": number, "best": number, "high": number}
        )
    if kind == "claim" and "slots" in form:
        found["slots"] = _slots(form, record)
    if kind == "incident" and "organizations" in form:
        kept = form.getlist("organization_entities")
        found["organization_entities"] = [each for each in record.get("organization_entities") or () if each in kept]
    if kind == "incident" and "quantities" in form:
        found["quantities"] = _quantities(form, record)
    return {name: value for name, value in found.items() if _differs(kind, name, value, record)}


def _differs(kind: SubjectType, name: str, value: Any, record: Mapping[str, Any]) -> bool:  # noqa: ANN401 -- from a form
    if kind == "place" and name == "place":
        return value is None or value.get("entity") != record.get("entity")
    if name == "place" and value is not None:
        before = record.get("place") or {}
        return any(value.get(part) != before.get(part) for part in ("name", "entity", "lon", "lat", "country"))
    if name == "value" and kind == "claim":
        before = record.get("value") or {}
        return bool(value.get("best") != before.get("best"))
    return bool(value != record.get(name))


def _simple(form: MultiDict[str, str]) -> dict[str, Any]:
    return {name: form[name].strip() or None for name in (*_WORDS, *_DAYS) if name in form}


def _json(name: str, text: str) -> Any:  # noqa: ANN401 -- JSON
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidDecision(f"{name} is no JSON.", hint="Reload the page and try again.") from error
    if value is not None and not isinstance(value, dict):
        raise InvalidDecision(f"{name} is no JSON object.", hint="Reload the page and try again.")
    return value


def _place(text: str) -> dict[str, Any] | None:
    said = _json("place", text) if text.strip() else None
    if said is None:
        return None
    return {name: said.get(name) for name in ("name", "lon", "lat", "country", "where_prec", "entity")}


def _number(name: str, text: str) -> float | None:
    plain = re.sub(r"[\s_\u00a0\u202f٬]", "", text).replace("٫", ".").replace(",", ".")
    if not plain:
        return None
    try:
        # float() reads the digits of every script.
        value = float(plain)
    except ValueError as error:
        raise InvalidDecision(f"{name} {text!r} is no number.", hint="Write digits, or leave it empty.") from error
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _slots(form: MultiDict[str, str], record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows ``slot_0_role`` and ``slot_0_place``; a row without a role is left out."""
    before = list(record.get("slots") or ())
    found = []
    for number in range(_MOST_ROWS):
        role = form.get(f"slot_{number}_role")
        if role is None:
            break
        said = form.get(f"slot_{number}_place", "")
        if not role:
            continue
        if not said and number < len(before):
            found.append({**before[number], "role": role})
        elif place := _json("place", said) if said else None:
            found.append(
                {"role": role, **{name: place.get(name) for name in ("name", "entity", "place_kind", "country")}}
            )
    return found


def _quantities(form: MultiDict[str, str], record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows ``quantity_0`` with the number; one that is emptied is left out, one that is changed is intact."""
    found = []
    for number, each in enumerate(record.get("quantities") or ()):
        text = form.get(f"quantity_{number}")
        value = each["best"] if text is None else _number("quantity", text)
        if text is not None and value is None and each["best"] is not None:
            continue
        is_same = value == each["best"]
        found.append(each if is_same else {**each, "low": value, "best": value, "high": value, "integrity": "intact"})
    return found


def parts_of(kind: SubjectType, form: MultiDict[str, str], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a split: fields ``part_0_evidence`` (several), ``part_0_category`` and so on.

    Raises
    ------
    InvalidDecision
        A field cannot be read.
    """
    parts = []
    for number in range(MOST_PARTS):
        prefix = f"part_{number}_"
        if not any(name.startswith(prefix) for name in form):
            break
        own = type(form)(
            (name.removeprefix(prefix), value) for name, value in form.items(multi=True) if name.startswith(prefix)
        )
        if not own.getlist("evidence") and number > 1:
            continue
        evidence = [int(each) for each in own.getlist("evidence") if each.isascii() and each.isdigit()]
        changes = changes_of(kind, own, record)
        if kind == "claim" and "slot" in own:
            kept = {int(each) for each in own.getlist("slot") if each.isascii() and each.isdigit()}
            changes["slots"] = [slot for at, slot in enumerate(record.get("slots") or ()) if at in kept]
        parts.append({"evidence": evidence, "changes": changes})
    return {"parts": parts}
