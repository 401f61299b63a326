"""The words that tell of events, read from ``data/lexicons/incidents.<language>.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.datasets import read_bytes
from geo.errors import InvalidRecords
from layers.articles.amounts.quantity_lexicon import FILE as UNITS
from layers.articles.events.incident import CATEGORIES
from layers.articles.geoparsing.country_words import CountryWords
from layers.articles.wording.phrases import PhraseIndex
from layers.articles.wording.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["LANGUAGES", "IncidentLexicon", "IncidentWords", "Mark", "Prepositions"]

LANGUAGES = ("en", "ru", "fa", "kk", "uz", "tg")
FILE = "lexicons/incidents.{}.toml"

_CLASSES = ("goods", "armed", "suspects", "laboratory")
_CUES = (
    "denied", "not_denied", "alleged", "planned", "prevented", "attempted", "generic", "hypothetical", "statistics", "war", "negation",
    "negation_after", "said", "anaphoric", "retold", "already", "another", "same_place", "killing", "production", "joins", "pronouns", "happened",
)  # fmt: skip
_PREPOSITIONS = (
    "locative", "origin", "destination", "citizen", "citizen_after", "locative_after", "fillers", "origin_suffixes",
    "destination_suffixes",
    "locative_suffixes",
)  # fmt: skip
_WORDS_AROUND = ("locative", "origin", "destination", "citizen", "citizen_after", "locative_after", "fillers")
_THREATS = ("heading", "end", "security", "political", "economic", "social")
_TRIGGERS = ("verbs", "nouns")


class Mark(NamedTuple):
    """What a phrase is: ``group`` verb, noun, not, class, cue or threat; ``name`` the category, class or cue."""

    group: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Prepositions:
    """How a language ties a place to what is said of it: words before it, words after it, endings of the name."""

    locative: PhraseIndex[str]
    endings: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class IncidentWords:
    """The words of one language. ``needs`` names, by category, the classes of which one must stand beside a trigger."""

    index: PhraseIndex[Mark]
    needs: Mapping[str, frozenset[str]]
    prepositions: Prepositions


@dataclass(frozen=True, slots=True, eq=False)
class IncidentLexicon:
    """The words that tell of events, by language (ISO 639-1), and the English names of countries; see :meth:`read`."""

    languages: Mapping[str, IncidentWords]
    countries: Mapping[str, str]

    @classmethod
    def read(cls, root: Path | None = None) -> IncidentLexicon:
        """Read the lexicon; ``root`` is the data folder, ``None`` means the project's.

        Raises
        ------
        InvalidRecords
            A table or key is unknown or missing, or a value is no list of patterns; all faults at once.
        MissingData, DamagedData, UnrecordedSource
            As for :func:`geo.datasets.read_bytes`.

        Examples
        --------
        >>> lexicon = IncidentLexicon.read()
        >>> [mark.name for mark in lexicon.languages["en"].index.labels("skirmishes")]
        ['armed_clash']
        """
        substances = tomllib.loads(read_bytes(UNITS, root).decode()).get("substances", {})
        faults: list[str] = []
        languages: dict[str, IncidentWords] = {}
        for language in LANGUAGES:
            name = FILE.format(language)
            table = tomllib.loads(read_bytes(name, root).decode())
            words = list(_words(name, table, faults))
            words += [(each, Mark("class", "drugs")) for row in substances.values() for each in row.get(language, ())]
            needs: dict[str, frozenset[str]] = {
                category: frozenset(table.get(category, {}).get("needs", ()))
                for category in CATEGORIES
                if table.get(category, {}).get("needs")
            }
            for category, classes in needs.items():
                faults += [
                    f"data/{name}: [{category}] needs {unknown!r}, which [classes] does not have"
                    for unknown in sorted(classes - {*_CLASSES})
                ]
            if not faults:
                languages[language] = IncidentWords(PhraseIndex(words), needs, _prepositions(table["prepositions"]))
        if faults:
            raise InvalidRecords(faults)
        return cls(languages, CountryWords.read(root).english)


def _words(name: str, table: Mapping[str, Any], faults: list[str]) -> Iterator[tuple[str, Mark]]:
    known = {*CATEGORIES, "classes", "cues", "prepositions", "threats"}
    tables = ", ".join(sorted(known))
    faults += [
        f"data/{name}: the table [{unknown}] is unknown; the tables are {tables}"
        for unknown in sorted(table.keys() - known)
    ]
    for category in CATEGORIES:
        yield from _triggers(name, category, table.get(category), faults)
    groups = (("classes", "class", _CLASSES), ("cues", "cue", _CUES), ("threats", "threat", _THREATS))
    for key, group, names in groups:
        row = table.get(key, {})
        for each in names:
            for pattern in _list(name, f"{key}.{each}", row.get(each), faults):
                yield pattern, Mark(group, each)
        listed = ", ".join(names)
        faults += [
            f"data/{name}: [{key}] {unknown} is unknown; use {listed}" for unknown in sorted(row.keys() - {*names})
        ]
    for each in _PREPOSITIONS:
        _list(name, f"prepositions.{each}", table.get("prepositions", {}).get(each), faults)


def _triggers(name: str, category: str, row: Mapping[str, Any] | None, faults: list[str]) -> Iterator[tuple[str, Mark]]:
    if row is None:
        faults.append(f"data/{name}: the table [{category}] is missing; add it with empty lists")
        return
    for key, group in (("verbs", "verb"), ("nouns", "noun"), ("not", "not")):
        for pattern in _list(name, f"{category}.{key}", row.get(key), faults):
            yield pattern, Mark(group, category)


def _list(name: str, key: str, patterns: object, faults: list[str]) -> list[str]:
    if isinstance(patterns, list) and all(isinstance(each, str) and each.strip() for each in patterns):
        return patterns
    faults.append(f"data/{name}: {key} should be a list of patterns in quotation marks, empty if there are none")
    return []


def _prepositions(row: Mapping[str, list[str]]) -> Prepositions:
    phrases = [(pattern, key) for key in _WORDS_AROUND for pattern in row[key]]
    endings = {
        key: tuple(fold(each) for each in row[f"{key}_suffixes"]) for key in ("origin", "destination", "locative")
    }
    return Prepositions(PhraseIndex(phrases), endings)
