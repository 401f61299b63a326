"""PlaceWords: the words around names of places, and the words and personal names that look like places."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from geo.datasets import read_bytes
from geo.errors import InvalidRecords
from geo.letters import fold
from layers.articles.geoparsing.place_names import is_cyrillic
from layers.articles.wording.inflection import adjective_stem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from layers.articles.mention import Role

__all__ = ["PlaceAdjective", "PlaceWords"]

FILE = "lexicons/place_words.toml"
DEMONYMS = "lexicons/demonyms.toml"
LISTS = (
    "locative",
    "titles",
    "first_names",
    "after_person",
    "facility",
    "street",
    "street_after",
    "never",
    "unknown_before",
    "unknown_after",
    "cues",
    "saying",
)


class PlaceAdjective(NamedTuple):
    """A place that a word belongs to, by id of the gazetteer, and whether the word is an adjective or names a people."""

    entity: str
    role: Role


@dataclass(frozen=True, slots=True, eq=False)
class PlaceWords:
    """Folded words by language, cues by kind. ``adjectives`` holds whole words, ``adjective_stems`` Russian stems."""

    locative: Mapping[str, frozenset[str]]
    titles: Mapping[str, frozenset[str]]
    after_person: Mapping[str, frozenset[str]]
    facility: Mapping[str, frozenset[str]]
    street: Mapping[str, frozenset[str]]
    street_after: Mapping[str, frozenset[str]]
    never: Mapping[str, frozenset[str]]
    unknown_before: Mapping[str, frozenset[str]]
    unknown_after: Mapping[str, frozenset[str]]
    cues: Mapping[str, frozenset[str]]
    saying: Mapping[str, frozenset[str]]
    adjectives: Mapping[str, PlaceAdjective]
    adjective_stems: Mapping[str, PlaceAdjective]
    common: frozenset[str]
    first_names: frozenset[str]
    last_names: frozenset[str]

    @classmethod
    def read(cls, root: Path | None = None) -> PlaceWords:
        """Read the words; ``root`` is the data folder, ``None`` means the project's own.

        Raises
        ------
        MissingData, DamagedData, UnrecordedSource
            See :mod:`geo.datasets`.
        InvalidRecords
            A list lacks or is no list of words; all faults at once.

        Examples
        --------
        >>> PlaceWords.read().adjectives["afghans"]
        PlaceAdjective(entity='af', role='demonym')
        """
        tables = tomllib.loads(read_bytes(FILE, root).decode("utf-8"))
        faults = [
            f"data/{FILE}: [{name}] {language} must be a list of words."
            for name in (*LISTS, "adjectives", "demonyms")
            for language, words in tables.get(name, {"": None}).items()
            if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words)
        ]
        if faults:
            raise InvalidRecords(faults)
        lists = {
            name: {language: frozenset(map(fold, words)) for language, words in tables[name].items()} for name in LISTS
        }
        whole, stems = _adjectives(tables, root)
        names = [line.split("\t") for line in read_bytes("lexicons/personal_names.tsv", root).decode().splitlines()]
        return cls(
            **{name: words for name, words in lists.items() if name != "first_names"},
            first_names=frozenset(name for kind, name in names if kind == "first").union(
                *lists["first_names"].values()
            ),
            adjectives=whole,
            adjective_stems=stems,
            common=frozenset(read_bytes("lexicons/common_words.txt", root).decode().split()),
            last_names=frozenset(name for kind, name in names if kind == "last"),
        )


def _adjectives(
    tables: Mapping[str, Mapping[str, list[str]]], root: Path | None
) -> tuple[dict[str, PlaceAdjective], dict[str, PlaceAdjective]]:
    """Return adjectives and demonyms by folded word, and Russian adjectives by stem."""
    whole: dict[str, PlaceAdjective] = {}
    roles: tuple[tuple[str, Role], ...] = (("adjective", "adjectival"), ("demonym", "demonym"))
    listed = [
        (row["code"].lower(), role, words)
        for row in tomllib.loads(read_bytes(DEMONYMS, root).decode("utf-8"))["country"]
        for key, role in roles
        for words in row.get(key, {}).values()
    ]
    listed += [(entity, role, words) for key, role in roles for entity, words in tables[f"{key}s"].items()]
    for entity, role, words in listed:
        for word in words:
            whole.setdefault(fold(word), PlaceAdjective(entity, role))
    stems = {
        stem: adjective
        for word, adjective in whole.items()
        if adjective.role == "adjectival" and is_cyrillic(word[0]) and (stem := adjective_stem(word))
    }
    for word, adjective in list(whole.items()):
        if word.isascii() and adjective.role == "adjectival" and not word.endswith(("s", "sh", "ch", "ese")):
            whole.setdefault(f"{word}s", PlaceAdjective(adjective.entity, "demonym"))
    return whole, stems
