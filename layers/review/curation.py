"""Curation: decisions as lines of JSON, for git and for another store.

One line is one decision; a file is sorted by article and place in the text, so that two people who review different records
change different lines. A full line, as ``corridormap review export`` writes it, carries the record before and after. A person
may write a short one by hand: ``article``, ``candidate``, ``verdict``, ``reviewer``, ``decided_at`` and what goes with the
verdict; it decides on the record as it stands, and clashes with what was decided there after it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from geo.errors import InvalidDecision
from layers.review.state import State, canonical
from layers.review.subject import CORRECTABLE, SUBJECTS, checked_changes
from layers.review.verdicts import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from layers.review.subject import SubjectType
    from layers.review.verdicts import Verdict

__all__ = ["Line", "lines_of", "parse", "written"]

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_CANDIDATE: Final = re.compile(r"[0-9a-f]{16}")
_UID: Final = re.compile(r"[0-9a-f]{32}")
_STATUSES: Final = ("candidate", "reviewed", "rejected", "corrected", "merged", "duplicate", "retired")
_MOST_CHARACTERS: Final = 2_000
_HINT: Final = "Write it as `corridormap review export` does, or take the line out."
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "incident": ("category", "role", "modality", "date_start", "date_end", "place", "quantities"),
    "claim": ("type", "modality", "polarity", "slots"),
    "place": ("name",),
    "organization": ("name",),
    "number": ("as_printed",),
    "conflict": ("state", "claims"),
}
"""What a build reads of a record without asking whether it is there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One decision of a file. ``before`` and ``after`` are ``None`` in a short line, ``previous`` in a first decision.

    ``number`` is its line's. ``article`` is the sha256 of the text, ``type`` ``None`` where a short line leaves it out.
    """

    number: int
    uid: str
    previous: str | None
    article: str
    candidate: str
    type: SubjectType | None
    verdict: Verdict
    reviewer: str
    decided_at: str
    changes: Mapping[str, Any] | None
    target: str | None
    note: str | None
    before: State | None
    after: State | None
    corrects: bool


def written(lines: Iterable[Line]) -> str:
    """Return lines as a file: sorted keys, letters as they are, a line break after each."""
    return "".join(
        json.dumps(_said(line), ensure_ascii=False, sort_keys=True, separators=(", ", ": ")) + "\n" for line in lines
    )


def _said(line: Line) -> dict[str, Any]:
    said = {
        name: getattr(line, name)
        for name in ("uid", "previous", "article", "candidate", "type", "verdict", "reviewer", "decided_at")
    }
    for name in ("changes", "target", "note"):
        if getattr(line, name) is not None:
            said[name] = getattr(line, name)
    if line.corrects:
        said["corrects"] = True
    for name in ("before", "after"):
        state = getattr(line, name)
        if state is not None:
            said[name] = state.to_json()
    return said


def lines_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers, empty ones left out."""
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            yield number, line


def parse(number: int, line: bytes) -> Line:
    """Return the decision of one line.

    Raises
    ------
    InvalidDecision
        When it is none; names the line and what is wrong with it.
    """
    try:
        return _parsed(number, line)
    except InvalidDecision as error:
        raise InvalidDecision(f"Line {number}: {error.message}", hint=error.hint) from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InvalidDecision(
            f"Line {number}: it is no decision ({type(error).__name__}: {error}).", hint=_HINT
        ) from error


def _parsed(number: int, line: bytes) -> Line:
    said = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    if not isinstance(said, dict):
        raise InvalidDecision("it is no JSON object.", hint=_HINT)
    kind = said.get("type")
    if kind is not None and kind not in SUBJECTS:
        raise InvalidDecision(f"type {kind!r} is unknown.", hint=f"Use one of: {', '.join(SUBJECTS)}.")
    verdict = said.get("verdict")
    if verdict not in VERDICTS:
        raise InvalidDecision(f"verdict {verdict!r} is unknown.", hint=f"Use one of: {', '.join(VERDICTS)}.")
    before, after = (State.from_json(said[name]) if said.get(name) else None for name in ("before", "after"))
    if after is not None and (before is None or kind is None):
        raise InvalidDecision("it has the state after, but not type and before.", hint=_HINT)
    for state in filter(None, (before, after)):
        _check_state(kind, state)
    changes = said.get("changes")
    if verdict == "correct" and kind is not None:
        changes = checked_changes(kind, changes or {})
    made = {
        "article": _matching("article", said.get("article"), _SHA256),
        "candidate": _matching("candidate", said.get("candidate"), _CANDIDATE),
        "verdict": verdict,
        "reviewer": _text("reviewer", said.get("reviewer")),
        "decided_at": _time(said.get("decided_at")),
        "changes": changes,
        "target": _text("target", said["target"]) if said.get("target") else None,
        "note": _text("note", said["note"]) if said.get("note") else None,
    }
    uid = said.get("uid") or hashlib.sha256(canonical(made).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Line(
        number=number,
        uid=_matching("uid", uid, _UID),
        previous=_matching("previous", said["previous"], _UID) if said.get("previous") else None,
        type=kind,
        before=before,
        after=after,
        corrects=said.get("corrects") is True,
        **made,
    )


def _matching(name: str, value: Any, form: re.Pattern[str]) -> str:  # noqa: ANN401 -- from JSON
    if not isinstance(value, str) or not form.fullmatch(value):
        raise InvalidDecision(f"{name} {value!r} is none.", hint=_HINT)
    return value


def _text(name: str, value: Any) -> str:  # noqa: ANN401 -- from JSON
    if not isinstance(value, str) or not value.strip() or len(value) > _MOST_CHARACTERS:
        raise InvalidDecision(f"{name} is no text of 1 to {_MOST_CHARACTERS} characters.", hint=_HINT)
    return value


def _time(value: Any) -> str:  # noqa: ANN401 -- from JSON
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise InvalidDecision(f"decided_at {value!r} has no time zone.", hint="Write it as in 2026-11-25T12:00:00Z.")
    return str(value)


def _check_state(kind: SubjectType | None, state: State) -> None:
    """A state from a file goes into a build: its record is checked field by field."""
    if state.status not in _STATUSES or kind is None:
        raise InvalidDecision(f"status {state.status!r} is unknown.", hint=_HINT)
    if not state.evidence:
        raise InvalidDecision("it rests on no passage.", hint=_HINT)
    evidence = [*state.evidence, *(item for part in state.parts for item in part.evidence)]
    if any(type(item.get(end)) is not int for item in evidence for end in ("start", "end")):
        raise InvalidDecision("a passage has no start and end.", hint=_HINT)
    for record in (state.record, *(part.record for part in state.parts)):
        if lacking := [name for name in _NEEDED[kind] if name not in record]:
            raise InvalidDecision(f"its record lacks {', '.join(lacking)}.", hint=_HINT)
        checked_changes(kind, {name: record[name] for name in CORRECTABLE[kind] if name in record})
