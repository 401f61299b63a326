"""Reading: all that the reader found in one article, and the JSON object that scripts get of it.

The form is documented in docs/reading.md and in ``layers/schemas/reading.schema.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layers.articles.claims import ReadClaim
    from layers.articles.conflicts import ReadConflict
    from layers.articles.dates import DateMention
    from layers.articles.document import Document
    from layers.articles.incidents import ReadIncident
    from layers.articles.mention import Mention
    from layers.articles.numerals import Numeral
    from layers.articles.quantities import Quantity

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What was found in one article, each kind in the order of the text.

    ``independence_group`` is the article's own id, and ``conflicts`` those within the article alone, until it has been
    compared with others (:func:`layers.articles.reader.compared`).
    """

    document: Document
    mentions: tuple[Mention, ...]
    numerals: tuple[Numeral, ...]
    dates: tuple[DateMention, ...]
    quantities: tuple[Quantity, ...]
    incidents: tuple[ReadIncident, ...]
    claims: tuple[ReadClaim, ...]
    independence_group: str
    conflicts: tuple[ReadConflict, ...] = ()

    @property
    def id(self) -> str:
        """The article's id, as the caller gave it."""
        return self.document.id

    @property
    def language(self) -> str:
        """The article's language (ISO 639-1): that of most of its letters."""
        return self.document.language

    def to_json(self) -> dict[str, Any]:
        """Return the reading as the public contract has it, keys in its order; what has no value is ``None``."""
        return {
            "id": self.id,
            "language": self.language,
            "independence_group": self.independence_group,
            "mentions": [each.to_json() for each in self.mentions],
            "incidents": [each.to_json() for each in self.incidents],
            "claims": [each.to_json() for each in self.claims],
            "numerals": [each.to_json() for each in self.numerals],
            "conflicts": [each.to_json() for each in self.conflicts],
        }
