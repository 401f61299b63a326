"""Modality: asserted, alleged, planned, denied – what is denied never counts as having happened."""

from __future__ import annotations

import pytest

from tests.layers.articles.events import only, read


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("On 5 May 2018 gunmen attacked a post in Khorog and killed two soldiers.", "asserted"),
        ("On 5 May 2018 gunmen allegedly attacked a post in Khorog and killed two soldiers.", "alleged"),
        ("Militants claimed that they attacked a post in Khorog on 5 May 2018 and killed two soldiers.", "alleged"),
        ("The ministry denied that gunmen attacked a post in Khorog on 5 May 2018.", "denied"),
        ("A report of an attack in Khorog on 5 May 2018 turned out to be false.", "denied"),
        ("A joint operation will be carried out near Khorog on 5 September 2022.", "planned"),
        ("По неподтвержденным данным, 5 мая 2018 года боевики напали на пост в Хороге, убиты двое солдат.", "alleged"),
        ("Министерство опровергло сообщения о нападении на пост в Хороге 5 мая 2018 года.", "denied"),
        ("۵ می ۲۰۱۸ گویا جنگجویان در کندز حمله کردند و سه سرباز کشته شدند.", "alleged"),
    ],
)
def test_how_a_thing_is_told(text: str, modality: str) -> None:
    assert only(text).modality == modality


@pytest.mark.parametrize(
    "denial",
    ["There was not.", "Nothing happened there.", "The ministry rejected this report."],
)
def test_a_denial_in_the_next_sentence_reaches_back(denial: str) -> None:
    found = only(f"Local media reported that gunmen attacked a post in Khorog on 5 May 2018. {denial}")
    assert found.modality == "denied"
    assert found.polarity == "negated"


def test_a_denied_part_in_an_event_leaves_the_event() -> None:
    found = only("Gunmen attacked a post in Khorog on 5 May 2018, but the group denied any role in it.")
    assert found.modality == "asserted"


def test_an_attempt_is_marked_as_one() -> None:
    found = only("On 5 May 2018 two men tried to smuggle heroin into Tajikistan near Khorog.")
    assert found.is_attempt
    assert found.modality == "asserted"


def test_a_load_stopped_on_its_way_was_seized() -> None:
    found = only("On 5 May 2018 guards prevented a smuggling attempt near Khorog and seized 12 kg of heroin.")
    assert (found.category, found.modality) == ("seizure", "asserted")


@pytest.mark.parametrize(
    "text",
    [
        "No one was arrested in Khorog on 5 May 2018.",
        "На посту в Хороге 5 мая 2018 года никто не задержан из курьеров.",
    ],
)
def test_what_did_not_happen_is_no_event(text: str) -> None:
    assert [each for each in read(text) if each.modality != "denied"] == []
