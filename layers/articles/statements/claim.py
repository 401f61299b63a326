"""ReadClaim: what a text claims about a flow, a share, a count or a membership, as a machine reads it.

The names of claims read from articles are kept apart from the reviewed records of ``data/coverage/claims.json``: a read
claim is a candidate until a person has looked at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from layers.articles.wording.text import Span  # noqa: TC001 -- a public field's type

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FLOWS", "ClaimType", "ClaimValue", "DatedSpan", "Modality", "Number", "ReadClaim", "Slot", "SlotRole"]

ClaimType = Literal[
    "drug_flow",
    "energy_flow",
    "trade_flow",
    "fighter_flow",
    "arms_flow",
    "migration_flow",
    "share",
    "quantity",
    "membership",
]
SlotRole = Literal["origin", "transit", "destination", "carrier", "member", "organization", "denominator"]
Modality = Literal["asserted", "alleged", "planned", "denied"]

FLOWS = frozenset({"drug_flow", "energy_flow", "trade_flow", "fighter_flow", "arms_flow", "migration_flow"})
"""The types that say that something moves."""


class Number(Protocol):
    """What claims need to know of a number that stands in a text (see :mod:`layers.articles.numbers.numerals`)."""

    @property
    def reading(self) -> Span:
        """Where it stands in the reading."""

    @property
    def as_printed(self) -> str:
        """The letters of the source."""

    @property
    def value(self) -> float | None:
        """What it says; ``None`` where that cannot be known."""

    @property
    def candidates(self) -> Sequence[float]:
        """What it may say."""

    @property
    def integrity(self) -> str:
        """``"intact"``, or what is wrong with it."""


class DatedSpan(Protocol):
    """What claims need to know of a date that stands in a text (see :mod:`layers.articles.dating.dates`)."""

    @property
    def reading(self) -> Span:
        """Where it stands in the reading."""

    @property
    def date_start(self) -> object:
        """The first day, as a date or its ISO form; ``None`` where open."""

    @property
    def date_end(self) -> object:
        """The last day."""

    @property
    def date_prec(self) -> object:
        """How precise it is."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place or organization that a claim names, in its role.

    ``name`` is the English name, ``entity`` the id of the mention (``None``: a place of no gazetteer, or the reader
    abstained). ``start`` and ``end`` are offsets into the source; of ``relative`` slots ("this region") those of the
    words that stand for the place. ``place_kind`` is the mention's.
    """

    role: SlotRole
    name: str
    entity: str | None
    start: int
    end: int
    relative: bool = False
    place_kind: str | None = None

    @property
    def key(self) -> str:
        """What two slots of different articles are compared by."""
        return self.entity or self.name.casefold()


@dataclass(frozen=True, slots=True)
class ClaimValue:
    """A number that a claim states. ``unit`` is ``"percent"`` or ``"persons"``.

    ``low``, ``best`` and ``high`` are ``None`` where the text gives no such bound, and all of them where the number is
    not to be trusted: then ``candidates`` lists how it may be read and ``integrity`` says what is wrong with it.
    ``numerator`` and ``denominator`` say in English what is a share of what; ``basis`` is the denominator's kind
    (``production``, ``consumption``, ``seizures``, ``funds``, ``transit``, ``trade``), ``None`` where the text leaves it
    open. ``digits`` are the printed digits alone, in ASCII.
    """

    as_printed: str
    digits: str
    unit: str
    low: float | None
    best: float | None
    high: float | None
    numerator: str | None
    denominator: str | None
    basis: str | None
    candidates: tuple[float, ...] = ()
    integrity: str = "intact"

    @property
    def is_trusted(self) -> bool:
        """Whether the number may be taken for what it says."""
        return self.integrity in {"intact", "glued_footnote"}

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most that it may mean; infinite where the text sets no bound."""
        low = self.low if self.low is not None else self.best
        high = self.high if self.high is not None else self.best
        return float("-inf") if low is None else low, float("inf") if high is None else high

    def to_json(self) -> dict[str, Any]:
        """Return the value as the public contract has it."""
        return {
            "as_printed": self.as_printed,
            "unit": self.unit,
            "low": self.low,
            "best": self.best,
            "high": self.high,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "basis": self.basis,
            "candidates": list(self.candidates),
            "integrity": self.integrity,
        }


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """A claim and where it stands. ``trigger`` and ``evidence`` are spans of the source; evidence is never empty.

    ``commodity`` is an English word of the lexicon, ``None`` for claims about nothing that moves. ``relation`` is
    ``"member"`` or ``"founder"`` for memberships, else ``None``. ``polarity`` is ``"negative"`` where the text says that
    it is not so. ``period`` is (ISO start, ISO end, precision), ``None`` where the passage holds no single date.
    ``confidence`` is 0 to 1. ``order`` is the letter of the reading at which the claim begins.
    """

    type: ClaimType
    slots: tuple[Slot, ...]
    commodity: str | None
    value: ClaimValue | None
    trigger: Span
    evidence: tuple[Span, ...]
    modality: Modality = "asserted"
    polarity: Literal["positive", "negative"] = "positive"
    period: tuple[str | None, str | None, str] | None = None
    relation: str | None = None
    confidence: float = 0.0
    language: str = ""
    order: int = 0

    def names(self, role: SlotRole) -> tuple[str, ...]:
        """Return the English names in one role, each once, in the order of the text."""
        return tuple(dict.fromkeys(slot.name for slot in self.slots if slot.role == role))

    def keys(self, role: SlotRole) -> frozenset[str]:
        """Return what the slots of one role are compared by."""
        return frozenset(slot.key for slot in self.slots if slot.role == role)

    @property
    def stands(self) -> Span:
        """Where a claim with a number is shown: its trigger, of a flow its first passage."""
        return self.evidence[0] if self.type in FLOWS else self.trigger

    @property
    def origin(self) -> tuple[str, ...]:
        """Where it comes from; English names."""
        return self.names("origin")

    @property
    def transit(self) -> tuple[str, ...]:
        """What it passes through; English names."""
        return self.names("transit")

    @property
    def destination(self) -> tuple[str, ...]:
        """Where it goes; English names."""
        return self.names("destination")

    def to_json(self) -> dict[str, Any]:
        """Return the claim as the public contract has it; keys without a value are ``None``, never left out."""
        return {
            "type": self.type,
            "origin": list(self.origin),
            "transit": list(self.transit),
            "destination": list(self.destination),
            "commodity": self.commodity,
            "value": self.value.to_json() if self.value else None,
            "evidence": [{"start": span.start, "end": span.end} for span in self.evidence],
            "organizations": list(dict.fromkeys((*self.names("organization"), *self.names("carrier")))),
            "members": list(self.names("member")),
            "relation": self.relation,
            "candidates": list(self.value.candidates) if self.value else [],
            "integrity": self.value.integrity if self.value else None,
            "period": (
                {"start": self.period[0], "end": self.period[1], "precision": self.period[2]} if self.period else None
            ),
            "modality": self.modality,
            "polarity": self.polarity,
            "confidence": round(self.confidence, 3),
            "trigger": list(self.trigger),
        }
