"""Placenames: what the places and organizations of a record are called in the interface's languages, where that is known.

Countries, provinces and regions have names in all four languages, curated places in some. Of GeoNames' towns the curated table
lists spellings without their language; the first one in Arabic letters is the Persian one, and the first in Russian letters the
Russian one. Nothing is transliterated: where no name is known, the record's own one stands in, and says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from geo.placetable import PlaceTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from geo.gazetteer import Gazetteer

__all__ = ["Named", "Placenames"]

_SCRIPTS: Final = (("fa", re.compile(r"[\u0620-\u06D3\u200c\s-]+")), ("ru", re.compile(r"[А-Яа-яЁё\s-]+")))


class Named(NamedTuple):
    """A name and its language, which is not the one that was asked for where another name stands in; ``""`` if not known."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True, eq=False)
class Placenames:
    """Names by entity, as mentions have it, and language."""

    names: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, root: Path, gazetteer: Gazetteer, organizations: Mapping[str, Mapping[str, str | None]]) -> Self:
        """Read the curated names beside those of a gazetteer, and of organizations by id and language.

        Raises
        ------
        MissingData, DamagedData, UnrecordedSource, InvalidRecords
            See :meth:`geo.placetable.PlaceTable.read`.
        """
        table = PlaceTable.read(root)
        names: dict[str, dict[str, str]] = {id_: _by_script(spellings) for id_, spellings in table.aliases.items()}
        for curated in table.places:
            names[curated.id] = {lang: spellings[0] for lang, spellings in curated.names.items() if spellings}
        for place in gazetteer.places.values():
            ids = [place.id, *([f"geonames:{place.geonames_id}"] if place.geonames_id else [])]
            for id_ in ids:
                names[id_] = {**names.get(id_, {}), **_known(place.name)}
        for id_, known in organizations.items():
            names[id_] = _known(known)
        for area in gazetteer.areas.values():
            names[area.id] = _known(area.name)
        return cls(MappingProxyType(names))

    def of(self, said: Mapping[str, Any], lang: str) -> Named:
        """Return what a place or an organization of a record is called in a language; the text is empty where it has no name."""
        name = self.names.get(str(said.get("entity") or ""), {}).get(lang)
        own = str(said.get("name") or "")
        # The reader names in English; what no gazetteer knows it names as it is printed.
        return Named(name, lang) if name else Named(own, "en" if own.isascii() else "")


def _known(names: Mapping[str, str | None]) -> dict[str, str]:
    return {lang: name for lang, name in names.items() if name}


def _by_script(spellings: Iterable[str]) -> dict[str, str]:
    """Return names by the language that their letters tell.

    >>> _by_script(["Kulob", "Kulyab", "Куляб", "Кӯлоб", "کولاب"])
    {'fa': 'کولاب', 'ru': 'Куляб'}
    """
    found = {lang: next((name for name in spellings if script.fullmatch(name)), "") for lang, script in _SCRIPTS}
    return {lang: name for lang, name in found.items() if name}
