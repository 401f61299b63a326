"""Dataset: where imported records come from, how it wants to be cited, and on which terms its records may be passed on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Self, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IMPORTED", "REDISTRIBUTION", "RESTRICTED", "Dataset", "Redistribution"]

IMPORTED: Final = "imported_incidents"
RESTRICTED: Final = "restricted_incidents"
"""Layers of what may be passed on, and of what may not."""

Redistribution = Literal["open", "attribution", "share-alike", "none"]
REDISTRIBUTION: tuple[str, ...] = get_args(Redistribution)
"""May its records be passed on? ``open``: freely; ``attribution``: with the data set's name; ``share-alike``: also only under
the same licence; ``none``: not at all."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set from which records were imported.

    ``licence`` is an SPDX expression (``CC-BY-4.0``; ``LicenseRef-…`` for terms that have no id there). ``version`` is the
    latest one that was imported, ``retrieved`` the ISO 8601 day of that. ``files`` maps the names of the imported files to
    their sha256.
    """

    id: str
    title: str
    provider: str
    version: str
    url: str | None
    citation: str
    licence: str
    attribution: str
    redistribution: str
    retrieved: str
    files: Mapping[str, str]

    @property
    def is_restricted(self) -> bool:
        """Whether its terms forbid to pass its records on."""
        return self.redistribution == "none"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**asdict(self), "files": dict(sorted(self.files.items()))}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote."""
        return cls(**document)

    def passport(self) -> dict[str, Any]:
        """Return it in the form of the passports of the recorded data (:class:`geo.datasets.Source`), with what is its own.

        >>> Dataset("d", "Title", "Maker", "2", None, "Cite it so.", "CC0-1.0", "Maker", "open", "2026-01-05",
        ...         {}).passport()["title"]
        'Title, version 2'
        """
        return {
            "id": self.id,
            "title": f"{self.title}, version {self.version}",
            "provider": self.provider,
            "version": self.version,
            "url": self.url,
            "as_of": self.retrieved,
            "retrieved": self.retrieved,
            "licence": self.licence,
            "attribution": self.attribution,
            "made_by": "corridormap import",
            "files": dict(sorted(self.files.items())),
            "citation": self.citation,
            "redistribution": self.redistribution,
        }
