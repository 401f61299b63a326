"""Mention: one place where a text names a place or an organization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from layers.articles.wording.text import Span  # noqa: TC001 -- a public field's type

__all__ = ["Candidate", "Kind", "Mention", "PlaceKind", "Role"]

Kind = Literal["place", "organization"]
PlaceKind = Literal["country", "admin1", "admin2", "city", "region", "feature"]
Role = Literal["literal", "adjectival", "demonym", "metonym", "metadata"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that a name may stand for: ``entity`` is an id of the gazetteer or of the organizations, ``score`` 0 to 1."""

    entity: str
    name: str
    score: float
    place_kind: PlaceKind | None = None
    lon: float | None = None
    lat: float | None = None
    geonames_id: int | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text and what it is taken to stand for.

    ``start`` and ``end`` are offsets into the source, of the first ``fragments`` in reading order where PDF extraction
    cut the name; ``surface`` is exactly ``source[start:end]``. ``reading`` is where it stands in the reading form.
    ``entity`` is ``None`` where the reader abstains: then ``lon``, ``lat`` (degrees) and the rest are ``None`` too and
    ``alternatives`` lists what it may be. ``country`` is an upper-case ISO 3166-1 alpha-2 code. ``where_prec`` is UCDP's,
    1 to 7. ``confidence`` is 0 to 1. ``method`` says which rule found it.
    """

    kind: Kind
    start: int
    end: int
    surface: str
    reading: Span
    name: str
    fragments: tuple[Span, ...] = ()
    aliases: tuple[str, ...] = ()
    entity: str | None = None
    place_kind: PlaceKind | None = None
    lon: float | None = None
    lat: float | None = None
    geonames_id: int | None = None
    country: str | None = None
    where_prec: int | None = None
    confidence: float = 0.0
    role: Role = "literal"
    method: str = ""
    language: str = ""
    alternatives: tuple[Candidate, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the mention as the public contract has it; keys without a value are ``None``, never left out."""
        return {
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
            "surface": self.surface,
            "fragments": [list(span) for span in self.fragments],
            "name": self.name,
            "aliases": list(self.aliases),
            "entity": self.entity,
            "place_kind": self.place_kind,
            "lon": self.lon,
            "lat": self.lat,
            "geonames_id": self.geonames_id,
            "country": self.country,
            "where_prec": self.where_prec,
            "confidence": round(self.confidence, 3),
            "role": self.role,
            "method": self.method,
            "alternatives": [
                {
                    "entity": each.entity,
                    "name": each.name,
                    "score": round(each.score, 3),
                    "place_kind": each.place_kind,
                    "lon": each.lon,
                    "lat": each.lat,
                    "geonames_id": each.geonames_id,
                    "country": each.country,
                }
                for each in self.alternatives
            ],
        }
