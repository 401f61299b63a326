"""Mappings: those that come along are sound, and one that is not is told at once, with every fault."""

from __future__ import annotations

import pytest

from geo.errors import InvalidImport
from layers.imports.mapping import MAPPINGS, ImportMapping, mapping_text

SOUND = """
[dataset]
id = "sample"
title = "A sample"
provider = "Nobody"
citation = "Nobody: A sample."
licence = "CC0-1.0"
attribution = "Nobody"
redistribution = "open"
[columns]
row = "id"
lon = "x"
lat = "y"
[constants]
category = "seizure"
where_prec = 4
"""


@pytest.mark.parametrize("name", MAPPINGS)
def test_the_mappings_that_come_along_are_sound(name: str) -> None:
    mapping = ImportMapping.parse(mapping_text(name), name)
    assert mapping.columns["row"]
    assert mapping.dataset["redistribution"] == ("none" if name == "acled" else "attribution")


def test_no_mapping_reads_notes_or_sources() -> None:
    for name in MAPPINGS:
        named = ImportMapping.included(name).named
        assert not [column for column in named if "note" in column or "source" in column]


def test_columns_are_named_each_once() -> None:
    mapping = ImportMapping.included("acled")
    assert len(mapping.named) == len(set(mapping.named))
    assert set(mapping.named) >= {"event_id_cnty", "sub_event_type", "event_type", "actor1", "fatalities"}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('licence = "CC0-1.0"', 'licence = ""', "dataset.licence"),
        ('redistribution = "open"', 'redistribution = "maybe"', 'dataset.redistribution: "maybe" is not allowed'),
        ('row = "id"', "", "columns.row: is missing"),
        ('lat = "y"', "", "columns.lat: is missing, and columns.lon is there"),
        ("where_prec = 4", "", "columns.where_prec: is missing"),
        ("where_prec = 4", "where_prec = 8", "constants.where_prec: 8 is not allowed"),
        ('category = "seizure"', 'category = "theft"', "constants.category"),
        ('row = "id"', 'row = "id"\nwhere_prec = "p"', "constants.where_prec: stands in columns too"),
        ('id = "sample"', 'id = "A sample"', "dataset.id"),
        ('row = "id"', 'row = "id"\ncolour = "c"', "columns.colour: is no field"),
        ('category = "seizure"', "", "columns.category: is missing"),
        ('title = "A sample"', 'title = "A sample', "is no TOML"),
    ],
)
def test_what_a_mapping_cannot_say_is_told(old: str, new: str, fault: str) -> None:
    assert old in SOUND
    with pytest.raises(InvalidImport) as caught:
        ImportMapping.parse(SOUND.replace(old, new), "mine.toml")
    assert fault in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidImport) as caught:
        ImportMapping.parse(SOUND.replace('"open"', '"maybe"').replace('row = "id"', ""), "mine.toml")
    assert len(caught.value.faults) == 2
