"""Coded values: whatever code a record may hold and a page or the desk shows has a word in every language."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, get_args

import pytest

from layers.articles.amounts.quantities import Quantity
from layers.articles.statements.claim import SlotRole
from layers.candidate_texts import COUNTED
from layers.review.subject import CORRECTABLE, SUBJECTS
from layers.store.decisions import STATUS_OF
from server.languages import LANGUAGES, read_strings
from server.static_files import STATIC
from tests.live import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMAS = CHECKOUT / "layers" / "schemas"
LEXICONS = CHECKOUT / "data" / "lexicons"

WORDS_OF = {
    "common/$defs/modality": "modality",
    "common/$defs/status": "status",
    "common/$defs/threat": "threat",
    "common/$defs/integrity": "integrity",
    "conflicts/properties/state": "conflict",
    "context_corridors/properties/attestation_class": "class",
    "context_transport_corridors/properties/attestation_class": "class",
    "context_transport_corridors/properties/modes/items": "mode",
    "context_transport_corridors/properties/place_modes/additionalProperties": "mode",
    "corridors/properties/attestation_class": "class",
    "corridors/properties/flow": "flow",
    "import_mapping/properties/constants/properties/category": "category",
    "import_mapping/properties/codes/properties/category/additionalProperties": "category",
    "import_mapping/properties/codes/properties/date_prec/additionalProperties": "date_prec",
    "import_mapping/properties/dataset/properties/redistribution": "redistribution",
    "import_mapping/properties/quantities/items/properties/what": "counted",
    "incidents/properties/category": "category",
    "incidents/properties/date_prec": "date_prec",
    "incidents/properties/level": "level",
    "incidents/properties/role": "incident_role",
    "incidents/properties/where_prec": "review.prec",
    "memberships/properties/basis": "organization.basis",
    "memberships/properties/relation": "relation",
    "organizations/properties/class": "organization_class",
    "reading/$defs/claim/properties/modality": "modality",
    "reading/$defs/claim/properties/polarity": "polarity",
    "reading/$defs/claim/properties/type": "claim",
    "reading/$defs/conflict/properties/state": "conflict",
    "reading/$defs/incident/properties/category": "category",
    "reading/$defs/incident/properties/date_integrity": "integrity",
    "reading/$defs/incident/properties/modality": "modality",
    "reading/$defs/incident/properties/role": "incident_role",
    "reading/$defs/mention/properties/kind": "review.type",
    "reading/$defs/numeral/properties/integrity": "integrity",
}
"""By the place of an enumeration in the schemas: the words that the interface has for it."""

NOT_SHOWN = {
    "claims/properties/kind": "a claim is shown by its title",
    "claims/properties/polarity": "said by the claim's title",
    "claims/properties/property": "said by the claim's title",
    "common/$defs/country": "named by the areas' own names",
    "context_areas/properties/areas/items/properties/label_basis/properties/how": "of the data, not of the map",
    "context_areas/properties/label_points/items/properties/label_basis/properties/how": "of the data, not of the map",
    "corridors/properties/depiction": "seen on the map",
    "import_mapping/properties/codes/properties/date_span/additionalProperties": "of the mapping alone",
    "import_mapping/properties/quantities/items/properties/unit": "told by layers.candidate_texts.UNITS",
    "incidents/properties/reliability/properties/information": "a code that readers know as such (NATO's)",
    "incidents/properties/reliability/properties/source": "a code that readers know as such (NATO's)",
    "incidents/properties/strategy": "an organization, named by its record",
    "reading/$defs/alternative/properties/place_kind": "a place is told by its precision",
    "reading/$defs/incident/properties/polarity": "told by the modality",
    "reading/$defs/mention/properties/place_kind": "a place is told by its precision",
    "reading/$defs/mention/properties/role": "no page tells how a name is used",
    "references/properties/kind": "of the data, not of the map",
    "threats/properties/kind": "of the data, not of the map",
}
"""Enumerations whose codes no page shows, and why."""


def _enumerations(said: Any, at: str) -> Iterator[tuple[str, list[str | int]]]:
    if isinstance(said, dict):
        if isinstance(said.get("enum"), list):
            yield at, [each for each in said["enum"] if each not in {None, ""}]
        for name, each in said.items():
            yield from _enumerations(each, f"{at}/{name}")
    elif isinstance(said, list):
        for each in said:
            yield from _enumerations(each, at)


ENUMERATIONS = [
    found
    for path in sorted(SCHEMAS.glob("*.schema.json"))
    for found in _enumerations(json.loads(path.read_text("utf-8")), path.name.removesuffix(".schema.json"))
]


def _lacking(keys: set[str]) -> dict[str, list[str]]:
    strings = read_strings(STATIC / "i18n")
    return {lang: lacking for lang in LANGUAGES if (lacking := sorted(keys - strings[lang].keys()))}


def test_every_enumeration_has_words_or_is_not_shown() -> None:
    places = {at for at, _ in ENUMERATIONS}
    assert len(places) > 40
    assert places == WORDS_OF.keys() | NOT_SHOWN.keys()
    assert not WORDS_OF.keys() & NOT_SHOWN.keys()


@pytest.mark.parametrize("at", sorted(WORDS_OF))
def test_every_code_of_a_record_has_a_word_in_every_language(at: str) -> None:
    joint = "_" if WORDS_OF[at] == "organization.basis" else "."
    codes = {f"{WORDS_OF[at]}{joint}{code}" for place, values in ENUMERATIONS if place == at for code in values}
    assert codes
    assert _lacking(codes) == {}


def commodities() -> list[str]:
    """What the lexicon of flows says that moves, and the soldiers of whom it counts how many."""
    read = tomllib.loads((LEXICONS / "flows.toml").read_text("utf-8"))
    return sorted({row["id"] for row in read["commodity"]} | {"troops"})


def test_every_commodity_has_a_word_and_stands_in_the_form() -> None:
    fields = (CHECKOUT / "server" / "templates" / "review" / "fields.html").read_text("utf-8")
    offered = re.search(r"set commodities = \(([^)]+)\)", fields)
    assert offered
    assert sorted(re.findall(r'"([^"]+)"', offered[1])) == commodities()
    assert _lacking({f"counted.{each.replace(' ', '_')}" for each in commodities()}) == {}


def test_everything_that_is_counted_has_a_word() -> None:
    units = tomllib.loads((LEXICONS / "units.toml").read_text("utf-8"))
    dimensions = {"mass", "volume", "count", "area", "length", "share", "money", "persons"}
    told = re.search(r"``dimension`` is ([a-z, ]+?) or ([a-z]+)\.", " ".join((Quantity.__doc__ or "").split()))
    assert told
    assert {*told[1].split(", "), told[2]} == dimensions
    counted = {*COUNTED, *units["substances"], *units["outcomes"], *dimensions}
    assert _lacking({f"counted.{each}" for each in counted}) == {}


def test_what_the_desk_calls_states_sorts_and_fields_has_a_word() -> None:
    keys = {f"slot.{role}" for role in get_args(SlotRole)} | {f"review.type.{sort}" for sort in SUBJECTS}
    keys |= {f"status.{status}" for status in (*STATUS_OF.values(), "retired", "imported")}
    keys |= {f"verdict.{verdict}" for verdict in (*STATUS_OF, "keep", "undo")}
    keys |= {f"review.field.{name}" for fields in CORRECTABLE.values() for name in fields}
    assert _lacking(keys) == {}
