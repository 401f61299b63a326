"""Incidents: what happened, when, where and how sure, one record for each event, nothing out of general talk."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.articles.events.incident import CATEGORIES
from layers.articles.events.incidents import find_incidents
from layers.articles.wording.document import Document
from tests.layers.articles.developed import read_all
from tests.layers.articles.events import DATES, LEXICON, QUANTITIES, only, read

SHARED = Path(__file__).resolve().parents[4] / "shared" / "gold" / "texts24"


@pytest.mark.parametrize(
    ("text", "category", "place"),
    [
        ("Border guards seized 40 kg of heroin near Khorog on 14 May 2019.", "seizure", "Khorog"),
        ("Police in Osh arrested two couriers on 3 June 2020.", "arrest", "Osh"),
        (
            "On 30 April 2021 guards of both sides exchanged fire near Batken, and four men were wounded.",
            "armed_clash",
            "Batken",
        ),
        ("A suicide bomber attacked a checkpoint in Kunduz on Monday, killing six policemen.", "attack", "Kunduz"),
        ("A special operation was carried out near Khorog on 24 July 2012.", "operation", "Khorog"),
        ("In Kunduz officials burned 3 tonnes of opium on 2 June 2021.", "destruction", "Kunduz"),
        ("Two men tried to smuggle opium into Tajikistan near Khorog on 5 May 2018.", "smuggling_attempt", "Khorog"),
        ("The two ministers signed a border agreement in Bishkek on 13 March 2021.", "diplomatic_event", "Bishkek"),
        ("Под Баткеном 30 апреля 2021 года началась перестрелка между военными двух стран.", "armed_clash", "Batken"),
        ("В Хороге 14 мая 2019 года изъяли 40 кг героина.", "seizure", "Khorog"),
        ("Боевики напали на пост в Кундузе в понедельник, погибли шесть солдат.", "attack", "Kunduz"),
        ("نیروهای امنیتی در کندز روز دوشنبه ۴۰ کیلوگرم هروئین کشف کردند.", "seizure", "Kunduz"),
        ("روز شنبه جنگجویان مسلح در کندز حمله کردند و سه سرباز کشته شدند.", "attack", "Kunduz"),
        ("Таразда кеше 15 келі героин тәркіленді, бұл туралы полиция хабарлады, іс қозғалды.", "seizure", "Taraz"),
    ],
)
def test_events_get_category_and_place(text: str, category: str, place: str) -> None:
    found = only(text)
    assert found.category == category
    assert found.place is not None
    assert found.place.name == place
    assert found.role == "event"
    assert found.modality == "asserted"
    assert found.date_start is not None


@pytest.mark.parametrize(
    "text",
    [
        "Drug trafficking in Tajikistan often leads to clashes with border guards.",
        "States must fight against smuggling and arrest traffickers in Afghanistan.",
        "The risk of attacks in Afghanistan is one of the main threats to the region.",
        "Heroin is transported from Afghanistan through Tajikistan every year.",
        "No seizure was reported in Tajikistan in 2019.",
        "A heart attack killed the poet in Dushanbe in 1980.",
        "The article asks whether an operation in Tajikistan could be carried out.",
        "Борьба с наркотиками в Афганистане требует совместных усилий.",
        "مبارزه با مواد مخدر باید در کندز ادامه یابد.",
        "Refugees crossed from Afghanistan into Tajikistan on 5 July 2021.",
    ],
)
def test_general_talk_is_no_event(text: str) -> None:
    assert read(text) == ()


def test_other_lands_alone_give_nothing_and_beside_ours_context() -> None:
    assert read("Police in Houston arrested two drug dealers on 3 June 2020.") == ()
    found = read("Police in Houston arrested two drug dealers on 3 June 2020. They came from Tajikistan.")
    assert {each.role for each in found} <= {"context"}


def test_totals_are_context() -> None:
    found = read("In 2015 a total of 335 kg of drugs were seized in Kyrgyzstan.")
    assert [each.role for each in found] in ([], ["context"])


def test_wars_and_ends_of_states_are_context() -> None:
    found = read(
        "After the Georgia war of 2008 troops came to Tajikistan. The outbreak of the civil war closed the road."
    )
    assert found
    assert {each.role for each in found} == {"context"}


def test_one_event_told_three_times_is_one_record() -> None:
    found = only(
        "On 14 May 2019 gunmen attacked a post near Khorog and killed three soldiers. The attack came at dawn. "
        "Two more soldiers were wounded.\n\nA ministry said on 15 May 2019 that three soldiers were killed near Khorog."
    )
    assert found.deaths is not None
    assert found.injured is not None
    assert (found.deaths.best, found.injured.best) == (3, 2)
    assert len(found.evidence) >= 3


def test_events_of_two_days_and_places_are_two() -> None:
    found = read(
        "On 14 May 2019 guards seized 40 kg of heroin near Khorog. On 20 May 2019 police seized 12 kg of opium in Osh."
    )
    assert [(each.date_start, each.place and each.place.name) for each in found] == [
        ("2019-05-14", "Khorog"),
        ("2019-05-20", "Osh"),
    ]


def test_a_capital_that_speaks_is_no_place() -> None:
    found = only("Dushanbe said that guards killed two smugglers in a clash near Khorog on 5 May 2018.")
    assert found.place is not None
    assert found.place.name == "Khorog"
    found = only("In Kabul, a spokesman said that militants attacked a post on Monday and killed two soldiers.")
    assert found.place is None or found.place.name != "Kabul"


def test_origin_and_destination_are_no_place() -> None:
    found = only("On 5 May 2018 police seized 12 kg of heroin from Afghanistan in Osh on its way to Tajikistan.")
    assert found.place is not None
    assert found.place.name == "Osh"


def test_the_paragraph_gives_the_day_and_the_place_that_a_sentence_does_not() -> None:
    found = read("The convoy halted in Khorog on 5 May 2018. Gunmen attacked it and three men were killed.")
    (attack,) = [each for each in found if each.category == "attack"]
    assert (attack.date_start, attack.date_basis) == ("2018-05-05", "context")
    assert attack.place is not None
    assert attack.place.name == "Khorog"


def test_a_dateline_is_the_place_of_the_report_not_of_the_event() -> None:
    found = only("DUSHANBE, August 2 - Guards seized 30 kg of opium from two couriers.".replace("DUSHANBE", "Dushanbe"))
    assert found.place is None or found.place.name != "Dushanbe"
    assert found.date_basis == "reported"
    assert (found.date_start, found.date_end) == ("2022-07-02", "2022-08-02")


def test_lists_without_verbs_are_read() -> None:
    found = read("- 20 April 2021. Osh. Heroin: 25 kg.\n- 3 June 2021. Batken. Two kilos of hashish, three men held.")
    assert [(each.category, each.place and each.place.name) for each in found] == [
        ("seizure", "Osh"),
        ("seizure", "Batken"),
    ]


def test_amounts_that_are_not_to_be_trusted_stay_as_printed() -> None:
    from dataclasses import replace

    from layers.articles.amounts.quantities import find_quantities
    from layers.articles.dating.dates import find_dates
    from layers.articles.numbers.numerals import find_numerals

    document = Document.of("On 14 May 2019 guards seized 27 kg of heroin in Tajikistan.")
    numerals = [
        replace(each, integrity="suspect", value=None) if each.as_printed == "27" else each
        for each in find_numerals(document)
    ]
    dates = find_dates(document, numerals, None, DATES)
    (found,) = find_incidents(document, (), dates, find_quantities(document, numerals, QUANTITIES), LEXICON)
    (amount,) = [each for each in found.quantities if each.unit == "kg"]
    assert (amount.best, amount.as_printed, amount.integrity) == (None, "27 kg", "suspect")


def test_the_section_gives_the_threat() -> None:
    found = read("2. Political threats\n\nMilitants tried to overthrow the government of Tajikistan in May 2001.\n")
    assert [each.threat for each in found] == ["political"]


def test_the_record_is_plain_json_and_its_spans_lead_to_the_text() -> None:
    text = "Border guards seized 40 kg of heroin near Khorog on 14 May 2019."
    plain: dict[str, Any] = json.loads(json.dumps(only(text).to_json()))
    start, end = plain["trigger"]
    assert text[start:end] == "seized"
    assert plain["evidence"] == [{"start": 0, "end": len(text)}]
    assert plain["quantities"][0]["best"] == 40
    assert plain["place"]["country"] == "TJ"
    assert plain["category"] in CATEGORIES


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=6),
            st.sampled_from(
                [
                    "attacked",
                    "Khorog",
                    "killed",
                    "3",
                    "kg",
                    "heroin",
                    "seized",
                    ";",
                    "and",
                    ".",
                    "\n\n",
                    "- ",
                    "denied",
                    "کشته شد",
                    "Хорог",
                ]
            ),
        ),
        max_size=40,
    )
)
def test_any_text_is_read_and_spans_round_trip(parts: list[str]) -> None:
    text = " ".join(parts)
    for found in read(text):
        assert 0 <= found.trigger.start < found.trigger.end <= len(text)
        assert all(0 <= start < end <= len(text) for start, end in found.evidence)
        assert (found.date_start or "") <= (found.date_end or "")
        assert 0 < found.confidence < 1


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "killed; " * 20_000, "\ud800\x00" * 500, "attack in Khorog and " * 5_000, ""]
)
def test_odd_texts_cost_no_more_than_their_length(text: str) -> None:
    assert isinstance(read(text), tuple)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the development texts are not at hand")
def test_the_development_texts_are_read_well_enough() -> None:
    """With the places and organizations of the gold: what remains are the incidents' own faults."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    gold = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((SHARED / "gold").glob("*.json"))
    }
    result = score.score(gold, read_all(SHARED, gold))
    assert result["incidents_lenient"]["F1"] >= 0.75
    assert result["modality"]["false_alarms"] == 0
