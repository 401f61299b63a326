"""Evidence: where in an article a record rests, on which row of a data set, and on which work outside knowledge rests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MAX_ANCHOR_WORDS", "Evidence", "Locator", "Reference", "RowEvidence", "row_titles", "rows_of"]

MAX_ANCHOR_WORDS = 5
"""An anchor, and words quoted as printed, are at most this long: enough to search for, too little to copy an article."""


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a person finds the passage in the published article, without its text at hand.

    ``section`` is the heading as printed, ``None`` where the article has none; ``paragraph`` counts from 1 inside that
    section, ``None`` for the heading itself; ``anchor`` is at most five words to search for.
    """

    section: str | None
    paragraph: int | None
    anchor: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage of an article, as proof for the machine.

    ``start`` and ``end`` are Python ``str`` offsets into the article's text decoded as UTF-8, ``end`` exclusive;
    ``sha256`` is that of the file's bytes.

    Examples
    --------
    >>> Evidence("sample", "0" * 64, 4, 9, Locator("Results", 1, "border posts")).length
    5
    """

    article: str
    sha256: str
    start: int
    end: int
    locator: Locator

    @property
    def length(self) -> int:
        """Number of characters of the passage."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class RowEvidence:
    """A row of an imported data set: the id of the data set, its version, and the row's own id in it.

    Its ``kind`` tells it from a passage, which has none.
    """

    dataset: str
    version: str
    row: str

    def to_json(self) -> dict[str, str]:
        """Return it as an item of a feature's ``evidence``.

        >>> RowEvidence("ucdp-ged", "25.1", "1234").to_json()
        {'kind': 'row', 'dataset': 'ucdp-ged', 'version': '25.1', 'row': '1234'}
        """
        return {"kind": "row", "dataset": self.dataset, "version": self.version, "row": self.row}


def rows_of(feature: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the rows of data sets that a feature rests on, as items of its evidence; passages are left out.

    Releases that were built before rows were evidence name them in the feature's own ``dataset``, ``dataset_version``, ``row``.

    >>> rows_of({"evidence": [], "dataset": "ucdp-ged", "dataset_version": "25.1", "row": "1234"})
    [{'kind': 'row', 'dataset': 'ucdp-ged', 'version': '25.1', 'row': '1234'}]
    """
    found = [item for item in feature.get("evidence") or () if item.get("kind") == "row"]
    names = (feature.get("dataset"), feature.get("dataset_version"), feature.get("row"))
    if found or not all(names):
        return found
    return [RowEvidence(*map(str, names)).to_json()]


def row_titles(item: Mapping[str, str], dataset: str) -> dict[str, str]:
    """Return in each language what a row is called, ``dataset`` being the title of its data set.

    >>> row_titles({"version": "25.1", "row": "1234"}, "UCDP GED")["en"]
    'Row 1234 of UCDP GED, version 25.1'
    """
    row, version = item["row"], item["version"]
    return {
        "en": f"Row {row} of {dataset}, version {version}",
        "fa": f"ردیف {row} از {dataset}، نسخهٔ {version}",
        "ru": f"Строка {row} набора «{dataset}», версия {version}",
        "kk": f"«{dataset}» жиынтығының {row} жолы, {version} нұсқасы",
    }


@dataclass(frozen=True, slots=True)
class Reference:
    """Outside knowledge: the id of a work of ``data/context/works.json`` and what it says, in our words."""

    work: str
    says: str
