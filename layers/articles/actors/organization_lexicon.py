"""The lexicon of organizations: names in six languages, bodies that every state has, and names that are often mistaken.

It is read from four files that a researcher can edit (each begins with how to add a row):

- ``data/lexicons/organizations.toml`` – organizations, and in ``[[confusion]]`` names that texts confuse;
- ``data/lexicons/state_bodies.toml`` – bodies of a state ("ministry of the interior"), joined with a country when found;
- ``data/lexicons/organization_patterns.toml`` – words by which an organization that is in no list is recognised;
- ``data/lexicons/demonyms.toml`` – words for countries.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.datasets import read_bytes
from geo.errors import InvalidRecords
from layers.articles.actors.organization_rows import (
    Need,
    OrganizationClass,
    confusion_faults,
    pattern_faults,
    row_faults,
)
from layers.articles.geoparsing.country_words import CountryWords
from layers.articles.wording.language import LANGUAGES
from layers.articles.wording.namematch import NameIndex
from layers.articles.wording.stems import name_key
from layers.articles.wording.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "Body",
    "Confusion",
    "Heads",
    "Name",
    "Need",
    "OrganizationClass",
    "OrganizationLexicon",
    "OrganizationRow",
    "slug",
]

ORGANIZATIONS = "lexicons/organizations.toml"
BODIES = "lexicons/state_bodies.toml"
PATTERNS = "lexicons/organization_patterns.toml"


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """An organization of the lexicon.

    ``country`` is an ISO 3166-1 alpha-2 code, ``None`` for what belongs to no state; ``part_of`` is the id of the
    organization that it is an organ of. ``names`` holds its English name, its acronym and its names in other languages,
    without repetition.
    """

    id: str
    name: str
    class_: OrganizationClass
    acronym: str | None
    country: str | None
    wikidata: str | None
    part_of: str | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A kind of body that states have; ``name`` has ``{country}`` where the country's English name goes.

    ``alone`` says whether it is named without a country ("the Foreign Ministry"). ``countries`` are the only ones that
    have it; empty means any.
    """

    id: str
    name: str
    class_: OrganizationClass
    alone: bool
    countries: tuple[str, ...]
    names: tuple[str, ...]


class Name(NamedTuple):
    """One name of an organization or a body, and what must stand around it before it counts.

    ``needs`` is empty, ``organization`` (another organization beside it, or its own full name elsewhere in the text),
    ``quotes`` (quotation marks around it), ``definition`` (the text gives another of its names) or ``country`` (the
    text names its country) ``language`` (its sentence is in the name's language) or ``actor`` (it is not
    where something was said: "on Twitter").
    """

    text: str
    owner: OrganizationRow | Body
    needs: Need
    countries: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """A name that texts print for another: ``names`` are folded, ``may_be`` the ids of what may be meant as well.

    It is flagged where one of ``near`` stands in the text and none of ``unless`` does (folded beginnings of words; an empty
    ``near`` means everywhere). ``entity`` is what it is taken for all the same; ``None``: the reader abstains.
    """

    names: frozenset[str]
    may_be: tuple[str, ...]
    entity: str | None
    near: tuple[str, ...]
    unless: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Heads:
    """Words by which an organization is recognised that no list has; see ``organization_patterns.toml``.

    ``heads`` maps a key of :mod:`layers.articles.wording.stems` to the class that the word speaks for and to how its forms in a
    text begin; ``never`` holds the keys of names that only look like an organization's; the rest are folded words.
    """

    heads: Mapping[str, tuple[OrganizationClass, str]]
    stop: frozenset[str]
    joins: frozenset[str]
    places: frozenset[str]
    never: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class OrganizationLexicon:
    """All that is known beforehand about organizations; made by :meth:`read`."""

    organizations: Mapping[str, OrganizationRow]
    bodies: Mapping[str, Body]
    index: NameIndex[Name]
    countries: CountryWords
    confusions: Mapping[str, Confusion]
    """Folded name → its confusion."""
    heads: Mapping[str, Heads]
    """Language → its words of recognition."""
    all_heads: Mapping[str, tuple[str, OrganizationClass, str]]
    """The keys of all ``heads`` → their language, class, and how forms begin."""

    @classmethod
    def read(cls, root: Path | None = None) -> OrganizationLexicon:
        """Read and check the lexicon; ``root`` is the data folder, ``None`` means the project's own.

        Raises
        ------
        InvalidRecords
            Rows break the rules in the files' headers; all faults at once.
        MissingData, DamagedData, UnrecordedSource
            A file is not there, or is not the recorded one.

        Examples
        --------
        >>> OrganizationLexicon.read().organizations["csto"].name
        'Collective Security Treaty Organization'
        """
        tables = tomllib.loads(read_bytes(ORGANIZATIONS, root).decode())
        bodies = tomllib.loads(read_bytes(BODIES, root).decode())["body"]
        patterns = tomllib.loads(read_bytes(PATTERNS, root).decode())
        rows, confusions = tables["organization"], tables.get("confusion", [])
        faults = row_faults(ORGANIZATIONS, "organization", rows) + row_faults(BODIES, "body", bodies)
        ids = {row.get("id") for row in rows}
        faults += confusion_faults(ORGANIZATIONS, confusions, ids) + pattern_faults(PATTERNS, patterns)
        if faults:
            raise InvalidRecords(faults)
        known = {row["id"]: _organization(row) for row in rows}
        kinds = {row["id"]: _body(row) for row in bodies}
        names = [entry for row in rows for entry in _names(row, known[row["id"]])]
        names += [entry for row in bodies for entry in _names(row, kinds[row["id"]])]
        index = NameIndex(((name.text, language, name) for language, name in names), lambda name: name.owner.id)
        read = [_confusion(row) for row in confusions]
        heads = {language: _heads(language, table) for language, table in patterns.items()}
        return cls(
            known,
            kinds,
            index,
            CountryWords.read(root),
            {name: each for each in read for name in each.names},
            heads,
            {key: (language, *head) for language, each in heads.items() for key, head in each.heads.items()},
        )

    def class_of(self, entity: str | None, name: str = "") -> OrganizationClass:
        """Return the class of what a mention stands for, by its entity, else by the words of its name.

        >>> lexicon = OrganizationLexicon.read()
        >>> lexicon.class_of("taliban"), lexicon.class_of("org:kabul bank", "Kabul Bank")
        ('armed_group', 'company')
        """
        if entity is not None and entity in self.organizations:
            return self.organizations[entity].class_
        for body in self.bodies.values():
            if entity is not None and (entity == body.id or entity.startswith(f"{body.id}-of-")):
                return body.class_
        words = fold(name).split()
        for language, heads in self.heads.items():
            for word in words:
                if (key := name_key(word, language)) in heads.heads:
                    return heads.heads[key][0]
        return "other"


def slug(name: str) -> str:
    """Return a name as an id.

    >>> slug("Ministry of Defence of Tajikistan")
    'ministry-of-defence-of-tajikistan'
    """
    return re.sub(r"[^a-z0-9]+", "-", fold(name).replace("'", "")).strip("-")


def _names(row: Mapping[str, Any], owner: OrganizationRow | Body) -> list[tuple[str, Name]]:
    found: list[tuple[str, Name]] = []
    countries = tuple(row.get("countries", ()))
    if isinstance(owner, OrganizationRow):
        found.append(("en", Name(owner.name, owner, "", countries, "en")))
        if owner.acronym and row.get("acronym_needs") != "never":
            found.append(("en", Name(owner.acronym, owner, row.get("acronym_needs", ""), countries, "en")))
    for language in LANGUAGES:
        for entry in row.get(language, ()):
            text, needs, only = _entry(entry)
            found.append((language, Name(text, owner, needs, only or countries, language)))
    return list({(language, name.text): (language, name) for language, name in reversed(found)}.values())


def _entry(entry: Any) -> tuple[str, Need, tuple[str, ...]]:  # noqa: ANN401 -- what TOML holds
    if isinstance(entry, str):
        return entry, "", ()
    return entry["text"], entry.get("needs", ""), tuple(entry.get("countries", ()))


def _organization(row: Mapping[str, Any]) -> OrganizationRow:
    texts = [row["name"], row.get("acronym"), *(_entry(e)[0] for code in LANGUAGES for e in row.get(code, ()))]
    return OrganizationRow(
        row["id"],
        row["name"],
        row["class"],
        row.get("acronym"),
        row.get("country"),
        row.get("wikidata"),
        row.get("part_of"),
        tuple(dict.fromkeys(text for text in texts if text)),
    )


def _body(row: Mapping[str, Any]) -> Body:
    texts = [_entry(each)[0] for code in LANGUAGES for each in row.get(code, ())]
    return Body(
        row["id"],
        row["name"],
        row["class"],
        row.get("alone", True),
        tuple(row.get("countries", ())),
        tuple(dict.fromkeys(texts)),
    )


def _confusion(row: Mapping[str, Any]) -> Confusion:
    return Confusion(
        frozenset(map(fold, row["names"])),
        tuple(row["may_be"]),
        row.get("entity"),
        tuple(map(fold, row.get("near", ()))),
        tuple(map(fold, row.get("unless", ()))),
        row["reason"],
    )


def _heads(language: str, table: Mapping[str, Any]) -> Heads:
    heads: dict[str, tuple[OrganizationClass, str]] = {}
    for class_, words in table["heads"].items():
        for word in map(fold, words):
            # In Kazakh and Uzbek the noun of a name has a possessive ending, which a plain noun has not.
            beginning = word if language in {"kk", "uz"} else word[:-1] if language == "ru" else ""
            heads[name_key(word, language)] = class_, beginning
    stop, joins, places = (frozenset(map(fold, table.get(key, ()))) for key in ("stop", "joins", "places"))
    never = tuple(tuple(name_key(word, language) for word in fold(name).split()) for name in table.get("never", ()))
    return Heads(heads, stop, joins, places, never)
