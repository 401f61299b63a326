"""What may stand in a row of the lexicon of organizations; every fault is told with its file, its row and a remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, get_args

from layers.articles.wording.language import LANGUAGES
from layers.articles.wording.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["COUNTRY", "Need", "OrganizationClass", "confusion_faults", "pattern_faults", "row_faults"]

OrganizationClass = Literal[
    "international_organization",
    "regional_organization",
    "state_body",
    "military_formation",
    "armed_group",
    "political_movement",
    "company",
    "university",
    "media",
    "education",
    "other",
]
CLASSES: tuple[str, ...] = get_args(OrganizationClass)

Need = Literal["", "organization", "quotes", "definition", "country", "language", "actor"]
NEEDS: tuple[str, ...] = get_args(Need)

COUNTRY = "{country}"
"""Where the English name of a country goes in the name of a body."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_QID = re.compile(r"Q[1-9]\d*")
_CODE = re.compile(r"[A-Z]{2}")


def row_faults(file: str, kind: str, rows: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong with rows of a file; ``kind`` is ``organization`` or ``body``."""
    faults: list[str] = []
    seen: set[str] = set()
    allowed = {"id", "name", "class", "countries", *LANGUAGES}
    allowed |= {"acronym", "acronym_needs", "country", "wikidata", "part_of"} if kind == "organization" else {"alone"}
    ids = {row.get("id") for row in rows}
    for number, row in enumerate(rows, 1):
        id_ = str(row.get("id", ""))
        where = f"data/{file}, {kind} {number} ({id_ or 'no id'})"
        if not _SLUG.fullmatch(id_):
            faults.append(f"{where}: `id` must be small letters, digits and single hyphens.")
        if id_ in seen:
            faults.append(f"{where}: the id stands in an earlier row too; join the two or rename one.")
        seen.add(id_)
        if not row.get("name"):
            faults.append(f"{where}: `name`, the English name, is missing.")
        elif kind == "body" and COUNTRY not in row["name"]:
            faults.append(f"{where}: `name` must have {COUNTRY} where the country goes.")
        if row.get("class") not in CLASSES:
            faults.append(f"{where}: `class` must be one of {', '.join(CLASSES)}.")
        faults += [f"{where}: `{key}` is unknown; remove or rename it." for key in row if key not in allowed]
        faults += [f"{where}: {fault}" for fault in _odd_values(row, ids)]
        for language in LANGUAGES:
            faults += [f"{where}: {language}: {fault}" for entry in row.get(language, ()) for fault in _ill(entry)]
    return faults


def _odd_values(row: Mapping[str, Any], ids: set[Any]) -> list[str]:
    codes = [*row.get("countries", ()), *([row["country"]] if "country" in row else [])]
    faults = [f"{code!r} is no ISO 3166-1 alpha-2 code in capitals." for code in codes if not _is(code)]
    if "wikidata" in row and not _QID.fullmatch(str(row["wikidata"])):
        faults.append("`wikidata` must be a Q-number; leave it out where you are not sure.")
    if "part_of" in row and row["part_of"] not in ids:
        faults.append(f"`part_of` = {row['part_of']!r} is the id of no row in this file.")
    if row.get("acronym_needs", "") not in {*NEEDS, "never"}:
        faults.append(f"`acronym_needs` must be one of {', '.join(NEEDS[1:])}, never.")
    return faults


def _is(code: object) -> bool:
    return isinstance(code, str) and _CODE.fullmatch(code) is not None


def _ill(entry: object) -> list[str]:
    if isinstance(entry, str):
        return [] if fold(entry) else ["an empty name."]
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str) or not fold(entry["text"]):
        return [f'{entry!r} must be a name in quotes or a table {{text = "…", needs = "…"}}.']
    if entry.get("needs", "") not in NEEDS:
        return [f"{entry['text']!r}: `needs` must be one of {', '.join(NEEDS[1:])}."]
    return [f"{entry['text']!r}: {code!r} is no code." for code in entry.get("countries", ()) if not _is(code)]


def confusion_faults(file: str, rows: list[dict[str, Any]], ids: set[str | None]) -> list[str]:
    """Return what is wrong with tables of confusions; ``ids`` are those of the organizations."""
    faults = []
    for number, row in enumerate(rows, 1):
        where = f"data/{file}, confusion {number}"
        faults += [f"{where}: `{key}` is missing." for key in ("names", "may_be", "reason") if not row.get(key)]
        named = [*row.get("may_be", ()), *([row["entity"]] if "entity" in row else [])]
        faults += [f"{where}: {id_!r} is the id of no organization in this file." for id_ in named if id_ not in ids]
    return faults


def pattern_faults(file: str, tables: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the words of recognition, by language."""
    faults = []
    for language, table in tables.items():
        where = f"data/{file}, {language}"
        if language not in LANGUAGES:
            faults.append(f"{where}: the language must be one of {', '.join(LANGUAGES)}.")
        if not table.get("heads"):
            faults.append(f"{where}: `heads` is missing.")
        faults += [
            f"{where}: heads of unknown class `{class_}`." for class_ in table.get("heads", {}) if class_ not in CLASSES
        ]
    return faults
