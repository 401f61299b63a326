"""State: what is held of one subject at one moment, by the machine or by what a person decided."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DECIDED", "FOLDED", "STANDING", "Part", "State", "canonical", "version_of"]

FOLDED = ("merged", "duplicate")
"""Statuses of what is one with another record and is not drawn beside it."""
STANDING = ("reviewed", "corrected")
"""Statuses of what people let stand."""
DECIDED = (*STANDING, *FOLDED, "rejected")
"""Statuses that a person gave; no machine changes them."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the records into which a person split one: its record and the passages that it rests on."""

    record: Record
    evidence: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A subject's record, what it rests on, and its status.

    ``start`` and ``end`` are the trigger's offsets in the article; ``evidence`` holds objects with ``start``, ``end`` and
    ``locator``. ``target`` is the public id of the record that it was merged into or is a duplicate of, else ``None``.
    ``parts`` is empty unless it was split. ``changed`` are the fields that a person set, sorted.
    """

    status: str
    record: Record
    evidence: tuple[Record, ...]
    start: int
    end: int
    found_by: str
    target: str | None = None
    parts: tuple[Part, ...] = ()
    changed: tuple[str, ...] = ()

    def to_json(self) -> Record:
        """Return the state as a JSON object; :meth:`from_json` gives it back."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]  # an object, by asdict

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Return the state of a JSON object.

        Raises
        ------
        KeyError, TypeError
            When it is none.
        """
        return cls(
            status=said["status"],
            record=dict(said["record"]),
            evidence=tuple(dict(each) for each in said["evidence"]),
            start=said["start"],
            end=said["end"],
            found_by=said["found_by"],
            target=said.get("target"),
            parts=tuple(
                Part(dict(each["record"]), tuple(dict(item) for item in each["evidence"]))
                for each in said.get("parts") or ()
            ),
            changed=tuple(said.get("changed") or ()),
        )

    def with_status(self, status: str, *, target: str | None = None) -> Self:
        """Return the same record under another status, no longer split."""
        return replace(self, status=status, target=target, parts=())

    def says_as(self, other: State) -> bool:
        """Tell whether a release would show the same of both, reviewed and corrected being one to readers."""
        standing = self.status in STANDING and other.status in STANDING
        return (standing or self.status == other.status) and (self.record, self.evidence, self.target, self.parts) == (
            other.record, other.evidence, other.target, other.parts,
        )  # fmt: skip


def canonical(value: object) -> str:
    """Return JSON that two equal values have in common."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def version_of(last_decision: int, shown: object) -> str:
    """Return the mark of what a page shows of a subject: it changes with every decision and with every other reading.

    >>> version_of(7, {"status": "candidate"})
    '7.0bc1bd46'
    """
    return f"{last_decision}.{hashlib.sha256(canonical(shown).encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
