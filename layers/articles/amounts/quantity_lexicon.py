"""Units, substances, people and outcomes, read from ``data/lexicons/units.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.datasets import read_bytes
from geo.errors import InvalidRecords
from layers.articles.numbers.number_words import NumberWords, read_number_words
from layers.articles.wording.phrases import PhraseIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["FILE", "LANGUAGES", "QuantityLexicon", "QuantityWord", "Unit"]

FILE = "lexicons/units.toml"
LANGUAGES = ("en", "ru", "fa", "kk", "uz", "tg")
_GROUPS = {"units": "unit", "substances": "substance", "outcomes": "outcome", "bounds": "bound", "things": "thing"}
_UNIT_FIELDS = frozenset(["dimension", "base", "factor"])


class Unit(NamedTuple):
    """A unit: what it measures, its base unit, and how many of them one of it is."""

    dimension: str
    base: str
    factor: float


class QuantityWord(NamedTuple):
    """What a word is: ``kind`` unit, substance, person, outcome, bound or thing; ``name`` the row that it stands in."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class QuantityLexicon:
    """The words of measure by language (ISO 639-1); made by :meth:`read`."""

    indexes: Mapping[str, PhraseIndex[QuantityWord]]
    units: Mapping[str, Unit]
    numbers: Mapping[str, NumberWords]

    @classmethod
    def read(cls, root: Path | None = None) -> QuantityLexicon:
        """Read the lexicon; ``root`` is the data folder, ``None`` means the project's.

        Raises
        ------
        InvalidRecords
            A table is unknown, a unit lacks its factor, or a value is no list of patterns; all faults at once.
        MissingData, DamagedData, UnrecordedSource
            As for :func:`geo.datasets.read_bytes`.
        """
        tables = tomllib.loads(read_bytes(FILE, root).decode())
        faults = [
            f"data/{FILE}: the table [{name}] is unknown; the header lists the tables"
            for name in sorted(tables.keys() - {*_GROUPS, "persons"})
        ]
        units: dict[str, Unit] = {}
        for name, row in tables.get("units", {}).items():
            if not row.keys() >= _UNIT_FIELDS or not isinstance(row["factor"], int | float):
                faults.append(f"data/{FILE}: [units.{name}] needs dimension, base and a number as factor")
                continue
            units[name] = Unit(str(row["dimension"]), str(row["base"]), float(row["factor"]))
        words: dict[str, list[tuple[str, QuantityWord]]] = {language: [] for language in LANGUAGES}
        for group, kind in _GROUPS.items():
            for name, row in tables.get(group, {}).items():
                rows = {key: value for key, value in row.items() if key not in _UNIT_FIELDS}
                for language, pattern in _patterns(f"{group}.{name}", rows, faults):
                    words[language].append((pattern, QuantityWord(kind, name)))
        for language, pattern in _patterns("persons", tables.get("persons", {}), faults):
            words[language].append((pattern, QuantityWord("person", "persons")))
        if faults:
            raise InvalidRecords(faults)
        return cls(
            {language: PhraseIndex(patterns) for language, patterns in words.items()}, units, read_number_words(root)
        )


def _patterns(name: str, row: Mapping[str, Any], faults: list[str]) -> Iterator[tuple[str, str]]:
    for language, patterns in row.items():
        if language not in LANGUAGES:
            faults.append(f"data/{FILE}: [{name}] {language} is no language of the reader; use {', '.join(LANGUAGES)}")
        elif not isinstance(patterns, list) or not all(isinstance(each, str) and each.strip() for each in patterns):
            faults.append(f"data/{FILE}: [{name}] {language} should be a list of patterns in quotation marks")
        else:
            for pattern in patterns:
                yield language, pattern
