"""Reading: all that the reader found in one article, and the JSON object that scripts get of it.

The form is documented in docs/reading.md and in ``layers/schemas/reading.schema.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from layers.articles.versions.fingerprint import Fingerprint

if TYPE_CHECKING:
    from datetime import date

    from layers.articles.amounts.quantities import Quantity
    from layers.articles.dating.date_mention import DateMention
    from layers.articles.events.incident import ReadIncident
    from layers.articles.mention import Mention
    from layers.articles.numbers.numeral import Numeral
    from layers.articles.statements.claim import ReadClaim
    from layers.articles.statements.conflict import ReadConflict
    from layers.articles.wording.document import Document

__all__ = ["Reading"]

_MENTION = (
    "kind", "start", "end", "surface", "name", "aliases", "entity", "place_kind", "lon", "lat", "geonames_id", "country",
    "where_prec", "confidence", "role", "alternatives",
)  # fmt: skip
_INCIDENT = (
    "category", "role", "modality", "date_start", "date_end", "date_prec", "place", "organizations", "quantities",
    "evidence",
)  # fmt: skip
_CLAIM = ("type", "origin", "transit", "destination", "commodity", "value", "evidence")
_NUMERAL = ("start", "end", "as_printed", "candidates", "integrity")
_CONFLICT = ("state", "claims")
_PLACE_KINDS = {"admin2": "region"}


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What was found in one article, each kind in the order of the text.

    ``published`` is the day that relative dates were counted from. ``independence_group`` is the article's own id, and
    ``conflicts`` is empty, until it has been compared with others, be they none (:meth:`Reader.compared`).
    """

    document: Document
    published: date | None
    mentions: tuple[Mention, ...]
    numerals: tuple[Numeral, ...]
    dates: tuple[DateMention, ...]
    quantities: tuple[Quantity, ...]
    incidents: tuple[ReadIncident, ...]
    claims: tuple[ReadClaim, ...]
    independence_group: str
    conflicts: tuple[ReadConflict, ...] = ()
    fingerprint: Fingerprint | None = None

    @property
    def id(self) -> str:
        """The article's id, as the caller gave it."""
        return self.document.id

    @property
    def language(self) -> str:
        """The article's language (ISO 639-1): that of most of its letters."""
        return self.document.language

    def without_words(self) -> Reading:
        """Return the reading without the words of its document: so light that thousands can wait to be compared.

        What they are compared by, ``fingerprint``, is taken first.
        """
        return replace(
            self,
            document=replace(self.document, tokens=()),
            fingerprint=self.fingerprint or Fingerprint.of(self),
        )

    def to_compare(self) -> Reading:
        """Return what a comparison of articles needs of a reading that is kept elsewhere, or can be read again.

        That is its text, names, numerals and claims; dates, quantities and incidents are no part of it.
        """
        return replace(self.without_words(), dates=(), quantities=(), incidents=())

    def to_json(self) -> dict[str, Any]:
        """Return the reading as the public contract has it, its keys first and in its order, then ours.

        No key is ever left out: what has no value is ``None``. A second-level unit (a district) has the ``place_kind``
        ``region``, since the contract has no word of its own for it.
        """
        return {
            "id": self.id,
            "language": self.language,
            "independence_group": self.independence_group,
            "mentions": [_mention(each.to_json()) for each in self.mentions],
            "incidents": [_ordered(each.to_json(), _INCIDENT) for each in self.incidents],
            "claims": [_ordered(each.to_json(), _CLAIM) for each in self.claims],
            "numerals": [_ordered(each.to_json(), _NUMERAL) for each in self.numerals],
            "conflicts": [_ordered(each.to_json(), _CONFLICT) for each in self.conflicts],
        }


def _ordered(record: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    """Put the contract's keys first; all of them must be there."""
    return {name: record[name] for name in first} | record


def _mention(record: dict[str, Any]) -> dict[str, Any]:
    for each in (record, *record["alternatives"]):
        each["place_kind"] = _PLACE_KINDS.get(each["place_kind"], each["place_kind"])
    return _ordered(record, _MENTION)
