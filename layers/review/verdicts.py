"""Verdicts: what each of a person's decisions makes of a subject.

=============  ==========================================================================================
``accept``     it is right as it stands
``correct``    it is right with these changes
``reject``     it is wrong: the text does not say so
``merge``      it tells of the same as another record, which takes over what it knows besides
``duplicate``  it is said again what another record says; that record takes over its passage alone
``split``      it is two or more
``keep``       what was decided still holds, whatever a newer reading says
``reopen``     the machine's word again, nobody's decision
``undo``       what stood before the last decision that is not undone
=============  ==========================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from geo.errors import InvalidDecision
from layers.review.state import DECIDED, Part, State
from layers.review.subject import FOLDABLE, checked_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from layers.review.subject import SubjectType

__all__ = ["FEWEST_PARTS", "MOST_PARTS", "VERDICTS", "Verdict", "corrected", "decided", "undone"]

Verdict = Literal["accept", "reject", "correct", "reopen", "merge", "duplicate", "split", "keep", "undo"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)

_FOLD: Final[Mapping[str, str]] = {"merge": "merged", "duplicate": "duplicate"}
FEWEST_PARTS: Final = 2
MOST_PARTS: Final = 9
"""Into so many parts a record is split."""


def decided(
    kind: SubjectType,
    now: State,
    verdict: Verdict,
    *,
    changes: Mapping[str, Any] | None = None,
    target: str | None = None,
) -> State:
    """Return the state after a verdict other than ``reopen`` and ``undo``.

    Parameters
    ----------
    kind
        The subject's sort.
    now
        The state that the person saw.
    verdict
        What the person decided.
    changes
        For ``correct`` the fields with their new values; for ``split`` an object with ``parts``: of each ``evidence``,
        indexes of the passages that it rests on, and ``changes``.
    target
        For ``merge`` and ``duplicate`` the public id of the other record.

    Raises
    ------
    InvalidDecision
        When the verdict cannot be carried out; says what to do.
    """
    if verdict in _FOLD or verdict == "split":
        if kind not in FOLDABLE:
            raise InvalidDecision(
                f"A record of the sort {kind} cannot be merged or split.", hint="Accept, correct or reject it."
            )
        return _split(kind, now, changes or {}) if verdict == "split" else _folded(now, _FOLD[verdict], target)
    make = _MADE.get(verdict)
    if make is None:
        raise InvalidDecision(f"There is no verdict {verdict!r}.", hint=f"Use one of: {', '.join(VERDICTS)}.")
    return make(kind, now, changes or {})


def _kept(_kind: SubjectType, now: State, _changes: Mapping[str, Any]) -> State:
    if now.status not in DECIDED:
        raise InvalidDecision("Nobody has decided on this record.", hint="Accept, correct or reject it.")
    return now


def _accepted(_kind: SubjectType, now: State, _changes: Mapping[str, Any]) -> State:
    return now.with_status("corrected" if now.changed else "reviewed")


def _rejected(_kind: SubjectType, now: State, _changes: Mapping[str, Any]) -> State:
    return now.with_status("rejected")


def _changed(kind: SubjectType, now: State, changes: Mapping[str, Any]) -> State:
    made = corrected(kind, now, changes)
    if made.record == now.record:
        raise InvalidDecision("The correction changes nothing.", hint="Accept the record, or change a field.")
    return made


_MADE: Final[Mapping[str, Callable[[SubjectType, State, Mapping[str, Any]], State]]] = {
    "keep": _kept,
    "accept": _accepted,
    "reject": _rejected,
    "correct": _changed,
}


def _folded(now: State, status: str, target: str | None) -> State:
    if not target:
        raise InvalidDecision("No record is named that it is one with.", hint="Choose the other record first.")
    return now.with_status(status, target=target)


def corrected(kind: SubjectType, now: State, changes: Mapping[str, Any]) -> State:
    """Return the state with corrected fields; those that follow from them are set too.

    Raises
    ------
    InvalidDecision
        See :func:`layers.review.subject.checked_changes`.
    """
    made = checked_changes(kind, changes)
    record = {**now.record, **made, **_following(kind, now.record, made)}
    if kind in {"place", "organization"}:
        # What incidents and claims of the article still name it by.
        record.setdefault("was", {name: now.record.get(name) for name in ("entity", "name")})
    changed = tuple(sorted({*now.changed, *(name for name in made if record[name] != now.record.get(name))}))
    return State("corrected", record, now.evidence, now.start, now.end, now.found_by, changed=changed)


def _following(kind: SubjectType, before: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that are said twice in a record, or that a correction settles."""
    if kind == "incident" and {"date_start", "date_end"} & set(made) and "date_integrity" not in made:
        start = made.get("date_start", before.get("date_start"))
        end = made.get("date_end", before.get("date_end"))
        precision = {} if "date_prec" in made else {"date_prec": _precision(start, end)}
        # A person who names the day has read what the printed digits mean.
        return {"date_integrity": "intact", "date_candidates": [], **precision}
    if kind == "claim" and "slots" in made:
        return {
            role: list(dict.fromkeys(slot["name"] for slot in made["slots"] if slot["role"] == role))
            for role in ("origin", "transit", "destination")
        }
    if kind == "place" and "place" in made:
        names = ("name", "entity", "lon", "lat", "country", "where_prec")
        return {name: (made["place"] or {}).get(name) for name in names}
    return {}


def _precision(start: str | None, end: str | None) -> str:
    if not start or not end:
        return "unknown" if not (start or end) else "day"
    if start == end:
        return "day"
    return "month" if start[:7] == end[:7] else "year"


def _split(kind: SubjectType, now: State, changes: Mapping[str, Any]) -> State:
    parts = changes.get("parts")
    if not isinstance(parts, list) or not FEWEST_PARTS <= len(parts) <= MOST_PARTS:
        raise InvalidDecision(
            f"A record is split into {FEWEST_PARTS} to {MOST_PARTS} parts.",
            hint="Say of each part which passages it rests on.",
        )
    made = []
    for number, said in enumerate(parts, 1):
        chosen = said.get("evidence") if isinstance(said, dict) else None
        known = range(len(now.evidence))
        if not isinstance(chosen, list) or not chosen or any(each not in known for each in chosen):
            raise InvalidDecision(
                f"Part {number} rests on no passage of the record.", hint="Choose at least one passage for each part."
            )
        record = corrected(kind, now, said.get("changes") or {}).record
        made.append(Part(record, tuple(now.evidence[each] for each in sorted(set(chosen)))))
    if any(made.count(part) > 1 for part in made):
        raise InvalidDecision("Two parts say the same.", hint="Change a field or a passage of one of them.")
    return State(
        "corrected", now.record, now.evidence, now.start, now.end, now.found_by, parts=tuple(made), changed=now.changed
    )


def undone(history: Sequence[tuple[str, State, State]]) -> State:
    """Return the state before the last decision that is not undone yet.

    Parameters
    ----------
    history
        Verdict, state before and state after of each decision on the subject, the first one first.

    Raises
    ------
    InvalidDecision
        When there is nothing to undo.
    """
    standing: list[State] = []
    for verdict, before, _ in history:
        if verdict == "undo":
            standing.pop()
        else:
            standing.append(before)
    if not standing:
        raise InvalidDecision("There is no decision to undo.", hint="Nothing was decided on this record.")
    return standing[-1]
