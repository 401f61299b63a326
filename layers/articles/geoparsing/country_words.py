"""Words for countries – names, adjectives, people, capitals – from ``data/lexicons/demonyms.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from geo.datasets import read_bytes
from geo.errors import InvalidRecords
from layers.articles.wording.language import LANGUAGES
from layers.articles.wording.namematch import NameIndex

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CountryWord", "CountryWords", "WordKind"]

FILE = "lexicons/demonyms.toml"

WordKind = Literal["name", "adjective", "demonym", "capital", "short", "town"]
_KINDS: tuple[WordKind, ...] = ("name", "adjective", "demonym", "capital", "short", "town")
_CODE_LENGTH = 2


class CountryWord(NamedTuple):
    """A word that points to a country: its ISO 3166-1 alpha-2 code, and what kind of word it is."""

    code: str
    kind: WordKind


@dataclass(frozen=True, slots=True, eq=False)
class CountryWords:
    """The words of ``demonyms.toml``, ready to be found; ``english`` maps a code to the country's English name."""

    english: Mapping[str, str]
    index: NameIndex[CountryWord]

    @classmethod
    def read(cls, root: Path | None = None) -> CountryWords:
        """Read the words; ``root`` is the data folder, ``None`` means the project's own.

        Raises
        ------
        InvalidRecords
            A row lacks its code, repeats one or names an unknown kind or language; all faults at once.

        Examples
        --------
        >>> CountryWords.read().english["TJ"]
        'Tajikistan'
        """
        rows = tomllib.loads(read_bytes(FILE, root).decode())["country"]
        if faults := _faults(rows):
            raise InvalidRecords(faults)
        names = [
            (word, language, CountryWord(row["code"], kind))
            for row in rows
            for kind in _KINDS
            for language, words in row.get(kind, {}).items()
            for word in words
        ]
        return cls({row["code"]: row["name"]["en"][0] for row in rows}, NameIndex(names))


def _faults(rows: list[dict[str, Any]]) -> list[str]:
    faults = []
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        code = row.get("code", "")
        where = f"data/{FILE}, country {number} ({code or 'no code'})"
        if not (isinstance(code, str) and len(code) == _CODE_LENGTH and code.isupper()):
            faults.append(f"{where}: `code` must be an ISO 3166-1 alpha-2 code in capitals.")
        elif code in seen:
            faults.append(f"{where}: the code stands in an earlier row too; join the two.")
        seen.add(code)
        if not row.get("name", {}).get("en"):
            faults.append(f"{where}: `name.en` is missing.")
        for key, value in row.items():
            if key == "code":
                continue
            if key not in _KINDS:
                faults.append(f"{where}: `{key}` is unknown; write one of {', '.join(_KINDS)}.")
                continue
            faults += [
                f"{where}: `{key}.{language}` must be a list of words in one of {', '.join(LANGUAGES)}."
                for language, words in value.items()
                if language not in LANGUAGES or not isinstance(words, list) or not all(map(str.strip, words))
            ]
    return faults
