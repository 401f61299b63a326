"""ReadConflict: two or more places of one or several articles that do not agree, or agree only because one copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["ConflictState", "ConflictTopic", "ReadConflict", "Side"]

ConflictState = Literal["conflict", "different_denominator", "same_text", "benchmark_outlier"]
ConflictTopic = Literal[
    "value", "denominator", "origin", "transit", "destination", "members", "organization", "entity", "benchmark"
]


@dataclass(frozen=True, slots=True)
class Side:
    """What one article prints: ``start`` and ``end`` are offsets into its source, ``claim`` the index among its claims.

    ``claim`` is ``None`` where the side is a name or a number outside any claim, and for a recorded benchmark, whose
    ``article`` is the id of the work instead and whose offsets are ``None``. ``reading`` says in English what is meant,
    ``candidates`` how a number that is not to be trusted may be read.
    """

    article: str
    claim: int | None
    start: int | None
    end: int | None
    as_printed: str
    reading: str
    candidates: tuple[float, ...] = ()
    integrity: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the side as the public contract has it."""
        return {
            "article": self.article,
            "claim": self.claim,
            "start": self.start,
            "end": self.end,
            "as_printed": self.as_printed,
            "reading": self.reading,
            "candidates": list(self.candidates),
            "integrity": self.integrity,
        }


@dataclass(frozen=True, slots=True)
class ReadConflict:
    """An entry of the ledger of conflicts.

    ``state`` is the ledger's word: ``conflict`` (they cannot both be right), ``different_denominator`` (they are shares
    of different things), ``same_text`` (they agree because one was taken from the other: no corroboration),
    ``benchmark_outlier`` (a recorded work says otherwise). ``topic`` names the part that is at odds. Nothing is
    corrected: ``reason`` says in English what was seen. ``work`` is the id of the benchmark's work.
    """

    state: ConflictState
    topic: ConflictTopic
    sides: tuple[Side, ...]
    reason: str
    work: str | None = None

    @property
    def articles(self) -> tuple[str, ...]:
        """The ids of the articles that it touches, sorted."""
        return tuple(sorted({side.article for side in self.sides if side.start is not None}))

    def to_json(self) -> dict[str, Any]:
        """Return the entry as the public contract has it; ``claims`` are its sides."""
        return {
            "state": self.state,
            "claims": [side.to_json() for side in self.sides],
            "topic": self.topic,
            "articles": list(self.articles),
            "reason": self.reason,
            "work": self.work,
        }
