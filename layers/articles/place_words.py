"""PlaceWords: the words around names of places, and the words and personal names that look like places."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from geo.datasets import read_bytes
from geo.errors import InvalidRecords
from geo.letters import fold
from layers.articles.inflection import adjective_stem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from layers.articles.mention import Role

__all__ = ["PlaceAdjective", "PlaceWords"]

FILE = "lexicons/place_words.toml"
DEMONYMS = "lexicons/demonyms.toml"
LISTS = ("locative", "titles", "after_person", "facility", "area_words", "never")


class PlaceAdjective(NamedTuple):
    """A place that a word belongs to, by id of the gazetteer, and whether the word is an adjective or names a people."""

    entity: str
    role: Role


@dataclass(frozen=True, slots=True, eq=False)
class PlaceWords:
    """Folded words; the first six by language. ``adjectives`` holds whole words, ``adjective_stems`` Russian stems."""

    locative: Mapping[str, frozenset[str]]
    titles: Mapping[str, frozenset[str]]
    after_person: Mapping[str, frozenset[str]]
    facility: Mapping[str, frozenset[str]]
    area_words: Mapping[str, frozenset[str]]
    never: Mapping[str, frozenset[str]]
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
            for name in (*LISTS, "adjectives")
            for language, words in tables.get(name, {"": None}).items()
            if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words)
        ]
        if faults:
            raise InvalidRecords(faults)
        lists = {
            name: {language: frozenset(map(fold, words)) for language, words in tables[name].items()} for name in LISTS
        }
        whole, stems = _adjectives(tables["adjectives"], root)
        names = [line.split("\t") for line in read_bytes("lexicons/personal_names.tsv", root).decode().splitlines()]
        return cls(
            **lists,
            adjectives=whole,
            adjective_stems=stems,
            common=frozenset(read_bytes("lexicons/common_words.txt", root).decode().split()),
            first_names=frozenset(name for kind, name in names if kind == "first"),
            last_names=frozenset(name for kind, name in names if kind == "last"),
        )


def _adjectives(
    regions: Mapping[str, list[str]], root: Path | None
) -> tuple[dict[str, PlaceAdjective], dict[str, PlaceAdjective]]:
    whole: dict[str, PlaceAdjective] = {}
    stems: dict[str, PlaceAdjective] = {}

    def add(word: str, entity: str, role: Role) -> None:
        folded = fold(word)
        whole.setdefault(folded, PlaceAdjective(entity, role))
        if "Ѐ" <= folded[0] <= "ӿ" and role == "adjectival" and (stem := adjective_stem(folded)):
            stems.setdefault(stem, PlaceAdjective(entity, role))

    for entity, words in regions.items():
        for word in words:
            add(word, entity, "adjectival")
    for row in tomllib.loads(read_bytes(DEMONYMS, root).decode("utf-8"))["country"]:
        entity = row["code"].lower()
        for words in row.get("adjective", {}).values():
            for word in words:
                add(word, entity, "adjectival")
        for words in row.get("demonym", {}).values():
            for word in words:
                add(word, entity, "demonym")
    for word, adjective in list(whole.items()):
        if word.isascii() and adjective.role == "adjectival" and not word.endswith(("s", "h", "ese")):
            whole.setdefault(f"{word}s", PlaceAdjective(adjective.entity, "demonym"))
    return whole, stems
