from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from geo.errors import InvalidRecords
from geo.placetable import PlaceTable

if TYPE_CHECKING:
    from pathlib import Path

PASSPORT = """[made-up]
title = "t"
provider = "p"
version = "1"
as_of = "2026"
retrieved = 2026-01-01
licence = "CC0-1.0"
attribution = "a"
made_by = "m"

[made-up.files]
"lexicons/places.toml" = "{sha256}"
"""


def table(root: Path, text: str) -> PlaceTable:
    (root / "lexicons").mkdir()
    (root / "lexicons/places.toml").write_text(text, encoding="utf-8")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    (root / "sources.toml").write_text(PASSPORT.format(sha256=sha256), encoding="utf-8")
    return PlaceTable.read(root)


def test_all_faults_are_told_at_once_with_row_and_remedy(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecords) as caught:
        table(
            tmp_path,
            '[[place]]\nid = "a"\nkind = "castle"\nnames.en = ["A"]\nheight = 3\n'
            '[[place]]\nid = "a"\nkind = "city"\nnames.xx = ["A"]\nwhere_prec = 9\n'
            '[[known]]\nid = "tj"\n[points]\nus = { lon = 1.0 }\n',
        )
    told = str(caught.value)
    for fault in (
        "place 1 (a): `kind` must be one of admin2, city, region, feature",
        "place 1 (a): height is unknown",
        "place 2 (a): `id` must be a slug that no other row has",
        "place 2 (a): `names.en` is missing",
        "`names.xx` must be a list of names",
        "`where_prec` must be 1 to 7",
        "known 1 (tj): give `id` and a list of `names`",
        "points.us: give `lon`, `lat` and `why`",
    ):
        assert fault in told


def test_broken_toml_is_one_clear_fault(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecords, match="is no TOML"):
        table(tmp_path, "[[place]")


@pytest.mark.parametrize(
    ("at", "point"),
    [
        ("geonames:7", (10.0, 20.0)),
        ("near geonames:7", (10.0, 20.0)),
        ("centre geonames:7 tj", (15.0, 30.0)),
        ("continent Asia", (1.0, 2.0)),
    ],
)
def test_a_position_is_that_of_the_places_that_the_row_names(
    tmp_path: Path, at: str, point: tuple[float, float]
) -> None:
    place = table(tmp_path, f'[[place]]\nid = "a"\nkind = "city"\nat = "{at}"\nnames.en = ["A"]\n').places[0]
    known = {"geonames:7": (10.0, 20.0), "tj": (20.0, 40.0), "continent Asia": (1.0, 2.0)}
    assert place.position(known) == point


def test_a_river_lies_in_the_middle_of_its_line() -> None:
    place = next(place for place in PlaceTable.read().places if place.id == "panj-river")
    point = place.position({})
    assert point is not None
    assert 67 < point[0] < 74
    assert 36 < point[1] < 39


def test_a_position_that_nothing_gives_is_refused(tmp_path: Path) -> None:
    place = table(tmp_path, '[[place]]\nid = "a"\nkind = "city"\nat = "near b"\nnames.en = ["A"]\n').places[0]
    with pytest.raises(InvalidRecords, match="`at` names b"):
        place.position({})
