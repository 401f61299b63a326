"""Alternatives: what is printed beside a record is offered with its place in the text, and nine of all have a digit."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datasets import data_root
from geo.gazetteer import Gazetteer
from layers.review.alternatives import DIGITS, alternatives
from layers.review.passage import Mark, marks_of, passages, reaches, with_offers
from layers.review.placenames import Placenames
from layers.review.printed import Printed, PrintedReader
from layers.review.state import State
from layers.review.verdicts import corrected

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "en": (
        "On 12 May 2019 guards seized 3 kg of opium near Kulob. On 9 June they arrested four men.", "seized",
        [("2019-06-09", "9 June")],
    ),
    "ru": (
        "12 мая 2019 года пограничники изъяли 3 кг опия близ Куляба. 9 июня задержали четырёх человек.", "изъяли",
        [("2019-06-09", "9 июня")],
    ),
    "fa": (
        "در ۲۲ اردیبهشت ۱۳۹۸ مرزبانان ۳ کیلوگرم تریاک کشف کردند. در ۱۹ خرداد ۱۳۹۸ چهار نفر بازداشت شدند.", "کشف",
        [("2019-06-09", "۱۹ خرداد ۱۳۹۸")],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> PrintedReader:
    return PrintedReader.open(data_root())


def incident(**changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "date_start": "2019-05-12",
        "date_end": "2019-05-12",
        "place": None,
        "quantities": [],
        "modality": "asserted",
    }
    return {**said, **changes}


@pytest.mark.parametrize("language", TEXTS)
def test_other_dates_of_the_passage_are_offered_where_they_are_printed(language: str, reader: PrintedReader) -> None:
    text, _, dates = TEXTS[language]
    evidence = [{"start": 0, "end": text.index(".") + 1}]
    printed = reader.read(text, reaches(text, evidence), None)
    offered = [each for each in alternatives("incident", incident(), [], [], printed) if each.field == "date"]
    assert [(each.changes["date_start"], text[slice(*each.span)]) for each in offered if each.span] == dates


def test_a_number_that_is_taken_takes_the_place_of_what_was_said_of_the_same(reader: PrintedReader) -> None:
    text = "Guards seized 3 kg of heroin and 5 kg of opium; two men were killed."
    record = incident(quantities=[{"what": "heroin", "as_printed": "30 kg", "unit": "kg", "low": 30, "best": 30, "high": 30, "integrity": "intact"}])  # fmt: skip
    offered = alternatives("incident", record, [], [], reader.read(text, [(0, len(text))], None))
    by_what = {each.of: each for each in offered if each.field == "number"}
    assert set(by_what) == {"counted.heroin", "counted.opium", "counted.killed"}
    told = {name: [(each["what"], each["best"]) for each in one.changes["quantities"]] for name, one in by_what.items()}
    assert told["counted.heroin"] == [("heroin", 3)]
    assert told["counted.opium"] == [("heroin", 30), ("opium", 5)]


def test_relative_dates_count_from_the_day_of_publication(reader: PrintedReader) -> None:
    text = "Yesterday guards seized opium."
    assert reader.read(text, [(0, len(text))], None) == ()
    (found,) = reader.read(text, [(0, len(text))], date(2019, 6, 3))
    assert found.said["date_start"] == "2019-06-02"


def test_what_is_offered_can_be_taken(reader: PrintedReader) -> None:
    text, _, _ = TEXTS["en"]
    state = State(
        "candidate", incident(category="seizure", role="event"), ({"start": 0, "end": 54},), 15, 21, "reader 1"
    )
    for each in alternatives("incident", state.record, [], [], reader.read(text, [(0, len(text))], None)):
        made = corrected("incident", state, each.changes)
        assert all(made.record[name] == value for name, value in each.changes.items() if name != "quantities")


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_nine_have_a_digit_and_no_field_takes_all(places: int, dates: int, numbers: int) -> None:
    mentions = [
        {"kind": "place", "entity": f"p{n}", "name": f"P{n}", "country": "TJ", "lon": 70, "lat": 38, "where_prec": 1}
        for n in range(places)
    ]
    printed = [
        *(Printed("date", n, n + 1, "x", {"date_start": f"2018-01-{n + 1:02d}", "date_end": f"2018-01-{n + 1:02d}"}) for n in range(dates)),
        *(Printed("number", 90 + n, 91 + n, "x", {"what": "opium", "as_printed": f"{n} kg", "low": n, "best": n, "high": n}) for n in range(numbers)),
    ]  # fmt: skip
    offered = alternatives("incident", incident(), mentions, [], printed)
    digits = [each.digit for each in offered if each.digit]
    assert digits == list(range(1, min(DIGITS, len(offered)) + 1)), "in the order in which they stand"
    for field, held in (("place", places), ("date", dates), ("number", numbers)):
        if held:
            assert any(each.digit for each in offered if each.field == field)


def test_offers_are_marked_where_nothing_else_is() -> None:
    text = "On 12 May 2019 guards seized opium. On 9 June they left."
    evidence = [{"start": 0, "end": 35}]
    marks = marks_of(text, evidence, {"date_as_printed": "12 May 2019"}, (22, 28), [])
    both = with_offers(text, marks, [Mark(3, 14, "date", 1), Mark(39, 45, "date", 2)])
    (passage,) = passages(text, evidence, both, "en")
    assert [(piece.text, piece.offer) for piece in passage.pieces if piece.kind] == [
        ("12 May 2019", 0),
        ("seized", 0),
        ("9 June", 2),
    ]
    assert "".join(piece.text for piece in passage.pieces) == text


def test_places_are_named_in_the_language_or_say_in_which(root: Path) -> None:
    organizations = {"taliban": {"en": "Taliban", "fa": "طالبان", "ru": "Талибан", "kk": None}}
    names = Placenames.read(root, Gazetteer.read(root), organizations)
    khorog = {"entity": "geonames:1221328", "name": "Khorog"}
    assert names.of(khorog, "ru") == ("Хорог", "ru")
    assert names.of(khorog, "fa").lang == "fa"
    assert names.of({"entity": "taliban", "name": "Taliban"}, "fa") == ("طالبان", "fa")
    assert names.of({"entity": "taliban", "name": "Taliban"}, "kk") == ("Taliban", "en"), "no name is made up"
    assert names.of({"entity": None, "name": "Ақкөл"}, "fa") == ("Ақкөл", "")
