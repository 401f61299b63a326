"""Subject: the six sorts of objects that people review, and what may be corrected in each.

==================  =======================================================================================
``incident``        an event that a text tells of
``claim``           something that a text claims of a flow, a share, a count or a membership
``place``           what a name of a place stands for in one article, however often it stands there
``organization``    what a name of an organization stands for in one article
``number``          a number whose printed digits cannot be trusted
``conflict``        two or more passages that do not agree
==================  =======================================================================================
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from geo.errors import InvalidDecision
from layers.articles.events.incident import CATEGORIES
from layers.articles.statements.claim import ClaimType, SlotRole
from layers.articles.statements.conflict import ConflictState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["CORRECTABLE", "DOUBTED", "FOLDABLE", "SUBJECTS", "SubjectType", "checked_changes"]

SubjectType = Literal["incident", "claim", "place", "organization", "number", "conflict"]
SUBJECTS: Final[tuple[SubjectType, ...]] = get_args(SubjectType)

FOLDABLE: Final = ("incident", "claim")
"""Sorts of which two records may be one and the same; they alone can be merged, split and marked as duplicates."""

DOUBTED: Final = ("suspect", "ocr_letters", "font_substituted")
"""Integrities of a numeral for which the reader does not stand."""

_LONGEST = 300
_MODALITIES = ("asserted", "alleged", "planned", "denied")
_PRECISIONS = ("day", "month", "year", "unknown")
_HIGHEST_PREC = 7


def checked_changes(kind: SubjectType, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return corrections of a record in the form that it keeps them, each field checked.

    Raises
    ------
    InvalidDecision
        A field is not one of the sort's, or its value cannot be used; the message names it.

    Examples
    --------
    >>> checked_changes("incident", {"category": "attack"})
    {'category': 'attack'}
    >>> checked_changes("number", {"value": 2015})
    {'value': 2015}
    """
    rules = CORRECTABLE[kind]
    if unknown := sorted(set(changes) - set(rules)):
        raise InvalidDecision(
            f"{unknown[0]!r} cannot be corrected in a record of the sort {kind}.",
            hint=f"Correct one of: {', '.join(sorted(rules))}.",
        )
    made = {name: rules[name](name, value) for name, value in sorted(changes.items())}
    if made.get("date_start") and made.get("date_end") and made["date_start"] > made["date_end"]:
        raise InvalidDecision("The last day lies before the first one.", hint="Mend date_start or date_end.")
    return made


def _one_of(*allowed: str | None) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:  # noqa: ANN401 -- from JSON
        if value not in allowed:
            told = ", ".join("null" if each is None else each for each in allowed)
            raise InvalidDecision(f"{name} may not be {value!r}.", hint=f"Use one of: {told}.")
        return value

    return check


def _text(name: str, value: Any) -> str | None:  # noqa: ANN401 -- from JSON
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise InvalidDecision(f"{name} is no text of 1 to {_LONGEST} characters.", hint="Mend it, or leave it empty.")
    return " ".join(value.split())


def _day(name: str, value: Any) -> str | None:  # noqa: ANN401 -- from JSON
    if value is None:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise InvalidDecision(
            f"{name} {value!r} is no day.", hint="Write it as in 2019-05-12, or leave it empty."
        ) from error


def _number(name: str, value: Any) -> float | None:  # noqa: ANN401 -- from JSON
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidDecision(f"{name} {value!r} is no number.", hint="Write digits, or leave it empty.")
    return value


def _texts(name: str, value: Any) -> list[str]:  # noqa: ANN401 -- from JSON
    if not isinstance(value, list | tuple):
        raise InvalidDecision(f"{name} is no list.", hint="Give a list, which may be empty.")
    return list(dict.fromkeys(text for each in value if (text := _text(name, each)) is not None))


def _object(name: str, value: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- from JSON
    if not isinstance(value, dict):
        raise InvalidDecision(f"{name} is no object.", hint="Give its fields by name.")
    return value


def _place(name: str, value: Any) -> dict[str, Any] | None:  # noqa: ANN401 -- from JSON
    """A place of the reading's form: a position counts only where both of its numbers are on the globe."""
    if value is None:
        return None
    said = _object(name, value)
    lon, lat = _number("lon", said.get("lon")), _number("lat", said.get("lat"))
    if (lon is None) != (lat is None) or (lon is not None and not (abs(lon) <= 180 and abs(lat or 0) <= 90)):  # noqa: PLR2004 -- degrees
        raise InvalidDecision(f"{name} has no position on the globe.", hint="Give lon and lat in degrees, or neither.")
    where_prec = said.get("where_prec")
    if where_prec is not None and where_prec not in range(1, _HIGHEST_PREC + 1):
        raise InvalidDecision(f"where_prec may not be {where_prec!r}.", hint="Use UCDP's 1 to 7.")
    country = _text("country", said.get("country"))
    return {
        "name": _text("name", said.get("name")),
        "lon": lon,
        "lat": lat,
        "country": country.upper() if country else None,
        "where_prec": where_prec,
        "entity": _text("entity", said.get("entity")),
    }


def _quantities(name: str, value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- from JSON
    if not isinstance(value, list):
        raise InvalidDecision(f"{name} is no list.", hint="Give a list, which may be empty.")
    return [
        {
            "what": _text("what", said.get("what")) or "count",
            "as_printed": str(said.get("as_printed") or ""),
            "unit": _text("unit", said.get("unit")) or "unit",
            **{bound: _number(bound, said.get(bound)) for bound in ("low", "best", "high")},
            "integrity": _one_of("intact", "suspect", *DOUBTED, "glued_footnote", "split")(
                "integrity", said.get("integrity")
            ),
        }
        for said in (_object(name, each) for each in value)
    ]


def _slots(name: str, value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- from JSON
    if not isinstance(value, list):
        raise InvalidDecision(f"{name} is no list.", hint="Give a list, which may be empty.")
    role = _one_of(*get_args(SlotRole))
    return [
        {
            "role": role("role", said.get("role")),
            "name": _text("name", said.get("name")) or "",
            "entity": _text("entity", said.get("entity")),
            "place_kind": _text("place_kind", said.get("place_kind")),
            "country": _text("country", said.get("country")),
        }
        for said in (_object(name, each) for each in value)
    ]


def _value(name: str, value: Any) -> dict[str, Any] | None:  # noqa: ANN401 -- from JSON
    if value is None:
        return None
    said = dict(_object(name, value))
    return said | {bound: _number(bound, said.get(bound)) for bound in ("low", "best", "high")}


def _integers(name: str, value: Any) -> list[int]:  # noqa: ANN401 -- from JSON
    if not isinstance(value, list) or any(type(each) is not int for each in value):
        raise InvalidDecision(f"{name} is no list of whole numbers.", hint="Give a list, which may be empty.")
    return value


CORRECTABLE: Final[Mapping[SubjectType, Mapping[str, Callable[[str, Any], Any]]]] = {
    "incident": {
        "category": _one_of(*CATEGORIES),
        "role": _one_of("event", "context"),
        "modality": _one_of(*_MODALITIES),
        "date_start": _day,
        "date_end": _day,
        "date_prec": _one_of(*_PRECISIONS, None),
        "date_integrity": _one_of("intact", "suspect"),
        "date_candidates": _integers,
        "place": _place,
        "organizations": _texts,
        "organization_entities": _texts,
        "quantities": _quantities,
    },
    "claim": {
        "type": _one_of(*get_args(ClaimType)),
        "modality": _one_of(*_MODALITIES),
        "polarity": _one_of("positive", "negative"),
        "commodity": _text,
        "slots": _slots,
        "value": _value,
    },
    "place": {"place": _place},
    "organization": {"entity": _text, "name": _text},
    "number": {"value": _number},
    "conflict": {"state": _one_of(*get_args(ConflictState)), "reason": _text},
}
"""By sort: the fields that a person may correct, and what each value must be."""
