"""ReadIncident: one event that a text tells of, as a machine reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from layers.articles.amounts.quantities import Quantity
    from layers.articles.wording.text import Span

__all__ = ["CATEGORIES", "REGION", "Category", "IncidentPlace", "Modality", "ReadIncident", "Toll"]

REGION = frozenset(["AF", "CN", "IR", "KG", "KZ", "PK", "RU", "TJ", "TM", "UZ"])
"""Where an event is one of the map: Central Asia and the states that its corridors run through or start from."""

Category = Literal[
    "seizure",
    "arrest",
    "armed_clash",
    "attack",
    "smuggling_attempt",
    "operation",
    "destruction",
    "diplomatic_event",
    "policy_statement",
    "other_political_violence",
]
Modality = Literal["asserted", "alleged", "planned", "denied"]

CATEGORIES: tuple[Category, ...] = get_args(Category)


@dataclass(frozen=True, slots=True)
class IncidentPlace:
    """Where an event was, as precisely as the text says: ``lon``, ``lat`` in degrees, ``where_prec`` UCDP's 1 to 7.

    ``lon`` and ``lat`` are ``None`` where only the country is known from the text around it.
    """

    name: str
    lon: float | None
    lat: float | None
    country: str | None
    where_prec: int | None
    entity: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the place as the public contract has it."""
        return {
            "name": self.name,
            "lon": self.lon,
            "lat": self.lat,
            "country": self.country,
            "where_prec": self.where_prec,
            "entity": self.entity,
        }


@dataclass(frozen=True, slots=True)
class Toll:
    """A number of people: ``None`` where a bound is open or not to be trusted."""

    low: float | None
    best: float | None
    high: float | None
    as_printed: str

    def to_json(self) -> dict[str, Any]:
        """Return the number as the public contract has it."""
        return {"low": self.low, "best": self.best, "high": self.high, "as_printed": self.as_printed}


@dataclass(frozen=True, slots=True)
class ReadIncident:
    """An event that a text tells of, however often it tells of it.

    ``trigger`` is where the word stands that gave it away, ``evidence`` every passage that tells of it; both count
    letters of the source. ``date_start`` and ``date_end`` are ISO 8601 days, both ``None`` with precision ``unknown``;
    ``date_basis`` says whether the day is ``stated``, counted from publication (``relative``), taken from the text before
    (``context``) or from the day of the report (``reported``). ``date_candidates`` are the years that suspect digits may
    be: the interval then spans them all. ``role`` ``context`` marks totals, wars elsewhere and statements that are no
    event of the map. ``is_attempt``: it was tried, and the text does not say that it succeeded.
    """

    trigger: Span
    category: Category
    role: Literal["event", "context"]
    modality: Modality
    is_attempt: bool
    date_start: str | None
    date_end: str | None
    date_prec: str
    date_basis: str | None
    date_as_printed: str | None
    date_integrity: Literal["intact", "suspect"]
    date_candidates: tuple[int, ...]
    place: IncidentPlace | None
    organizations: tuple[str, ...]
    organization_entities: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    deaths: Toll | None
    injured: Toll | None
    threat: str | None
    evidence: tuple[Span, ...]
    confidence: float

    @property
    def polarity(self) -> Literal["affirmed", "negated"]:
        """``negated`` where the text presents the event as untrue."""
        return "negated" if self.modality == "denied" else "affirmed"

    def to_json(self) -> dict[str, Any]:
        """Return the incident as the public contract has it; keys without a value are ``None``, never left out."""
        return {
            "trigger": list(self.trigger),
            "category": self.category,
            "role": self.role,
            "modality": self.modality,
            "polarity": self.polarity,
            "is_attempt": self.is_attempt,
            "date_start": self.date_start,
            "date_end": self.date_end,
            "date_prec": self.date_prec,
            "date_basis": self.date_basis,
            "date_as_printed": self.date_as_printed,
            "date_integrity": self.date_integrity,
            "date_candidates": list(self.date_candidates),
            "place": self.place.to_json() if self.place is not None else None,
            "organizations": list(self.organizations),
            "organization_entities": list(self.organization_entities),
            "quantities": [each.to_json() for each in self.quantities],
            "deaths": self.deaths.to_json() if self.deaths is not None else None,
            "injured": self.injured.to_json() if self.injured is not None else None,
            "threat": self.threat,
            "evidence": [{"start": start, "end": end} for start, end in self.evidence],
            "confidence": round(self.confidence, 3),
        }
