"""Where what is told was: the scene that a text sets, spots that no gazetteer has, bodies of a province, no place at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.layers.articles.events import only, read

if TYPE_CHECKING:
    from layers.articles.events.incidents import ReadIncident
    from layers.articles.reader import Reader

PUBLISHED = date(2022, 8, 3)


def told(reader: Reader, text: str) -> list[ReadIncident]:
    return [each for each in reader.read(text, id="a", published=PUBLISHED).incidents if each.role == "event"]


def test_the_country_that_a_text_names_most_is_no_place_of_an_event() -> None:
    text = (
        "Trade between Tajikistan and Afghanistan grew, and Tajikistan opened a market.\n\n"
        "Customs officers seized 40 kg of heroin on 14 May 2019."
    )
    assert only(text).place is None


def test_the_heading_of_a_text_gives_the_land_of_what_it_tells() -> None:
    found = only("Drugs in Tajikistan\n\nCustoms officers seized 40 kg of heroin on 14 May 2019.")
    assert found.place is not None
    assert (found.place.name, found.place.where_prec) == ("Tajikistan", 6)


def test_what_a_passage_says_of_another_land_does_not_stay_at_the_place_before() -> None:
    first, second = read(
        "Rebels attacked a post near Batken in August 1999. In July 1993 an attack on a Tajikistan post killed 25 guards."
    )
    assert first.place is not None
    assert first.place.name == "Batken"
    assert second.date_start == "1993-07-01"


def test_two_events_of_one_sentence_share_its_place() -> None:
    found = read(
        "On 4 July 2022 three armed men tried to smuggle opium near Khorog; one of them was killed in a shootout."
    )
    assert {each.place.name for each in found if each.place is not None} == {"Khorog"}
    assert all(each.place is not None for each in found)


def test_residents_of_a_town_were_not_necessarily_caught_there() -> None:
    found = only(
        "Border guards seized 40 kg of heroin near Khorog on 14 May 2019. Two residents of Kunduz were detained."
    )
    assert found.place is not None
    assert found.place.name == "Khorog"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The drugs had been loaded in Kunduz and were seized on 14 May 2019: 40 kg of heroin near Khorog.", "Khorog"),
        ("40 кг героина, загруженные в Кундузе, изъяли в Хороге 14 мая 2019 года.", "Khorog"),
    ],
)
def test_where_goods_were_loaded_is_where_they_came_from(text: str, expected: str) -> None:
    found = only(text)
    assert found.place is not None
    assert found.place.name == expected


def test_a_consignment_told_of_again_is_no_other_event() -> None:
    found = read(
        "On 14 May 2019 customs seized 40 kg of heroin near Khorog.\n\nThe same consignment was found to be worth 2 million."
    )
    assert len(found) == 1


def test_a_text_that_says_that_two_reports_are_one_event_gives_one() -> None:
    found = read(
        "A bomb exploded in Kunduz on 4 July 2022.\n\nSome outlets wrote of an attack on 5 July 2022; it was the same attack."
    )
    assert [each.date_start for each in found] == ["2022-07-04"]


def test_an_attack_said_to_be_another_is_another_though_place_and_day_are_the_same() -> None:
    found = read(
        "On 18 April 2022 a bomb exploded in Kunduz, killing 12 people. Minutes later a mine exploded near a school, "
        "injuring three."
    )
    assert [each.category for each in found] == ["attack", "attack"]


def test_the_heading_and_what_it_heads_are_one_event() -> None:
    found = read("Attack near Khorog on 29 July 2018\n\nGunmen attacked seven cyclists that day, killing four people.")
    assert len(found) == 1
    assert found[0].deaths is not None
    assert found[0].deaths.best == 4


def test_the_dead_counted_in_the_next_sentence_belong_to_the_event() -> None:
    found = only("Police seized 40 kg of opium near Kunduz on 4 July 2022 after a chase. One officer died.")
    assert found.deaths is not None
    assert found.deaths.best == 1


def test_a_total_is_no_part_of_the_event_before_it() -> None:
    first, *others = read(
        "Police in Osh seized 12 kg of heroin on 28 July 2022. Since the beginning of the year 340 kg of drugs have been "
        "seized in Kyrgyzstan."
    )
    assert [each.best for each in first.quantities] == [12]
    assert all(each.role == "context" for each in others)


def test_capturing_a_town_is_an_attack_and_no_arrest() -> None:
    assert only("In August 2021 the Taliban captured Kunduz.").category == "attack"


def test_statements_without_a_day_are_background() -> None:
    found = read("The member states signed an agreement on Tajikistan and condemned the attack.")
    assert all(each.role == "context" for each in found)


def test_no_interval_reaches_past_the_years_that_texts_tell_of() -> None:
    found = read("Border guards seized 40 kg of heroin near Khorog in 2621.", published=None)
    assert all((each.date_end or "0") < "2101" for each in found)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("УВД Ошской области задержало двух курьеров с 4 кг опия 3 июня 2020 года.", "kg-o"),
        ("The Sughd Region Police Department seized 12 kg of opium on 5 March 2021.", "tj-su"),
        ("Жамбыл облысының полиция департаменті 2021 жылғы 5 наурызда 12 келі гашиш тәркіледі.", "kz-zha"),
    ],
)
def test_a_body_that_bears_the_name_of_a_province_acts_there(reader: Reader, text: str, unit: str) -> None:
    (found,) = told(reader, text)
    assert found.place is not None
    assert found.place.entity == unit
    assert found.place.where_prec == 4


def test_a_finer_place_goes_before_the_province_in_the_name_of_a_body(reader: Reader) -> None:
    (found,) = told(reader, "The Sughd Region Police Department seized 12 kg of opium in Isfara on 5 March 2021.")
    assert found.place is not None
    assert found.place.name == "Isfara"


def test_a_spot_that_no_gazetteer_has_lies_near_the_place_beside_it(reader: Reader) -> None:
    (found,) = told(reader, "В кишлаке Зебурхон, близ Хорога, 5 марта 2021 года изъяли 12 кг гашиша.")
    assert found.place is not None
    assert found.place.country == "TJ"
    assert found.place.lon is not None


def test_a_crossing_named_in_quotation_marks_is_finer_than_its_province(reader: Reader) -> None:
    (found,) = told(reader, "25 июля на посту «Яллама» в Ташкентской области обнаружили 5 кг героина.")
    assert found.place is not None
    assert found.place.entity == "yallama"


def test_a_year_written_in_a_paragraph_holds_to_its_end(reader: Reader) -> None:
    found = told(
        reader,
        "Боевики напали на пост в Кундузе 5 июля 2021 года. В ходе спецоперации 7 июля пост в Кундузе был отбит.",
    )
    assert [each.date_start for each in found] == ["2021-07-05", "2021-07-07"]


def test_the_lines_of_a_log_are_events_of_their_own() -> None:
    found = read(
        "14 July 2022. Khorog. Militants ambushed an army convoy: nine soldiers dead.\n"
        "16 July 2022. Osh. Special operation, four militants killed.\n"
        "20 July 2022. Dushanbe. The ministers signed a border agreement."
    )
    places = [(each.date_start, each.place.name if each.place else None) for each in found]
    assert places == [("2022-07-14", "Khorog"), ("2022-07-16", "Osh"), ("2022-07-20", "Dushanbe")]


def test_the_toll_told_next_brings_the_place_of_a_clash() -> None:
    found = only("A clash broke out between border guards on 28 April 2021. Three soldiers were killed near Batken.")
    assert found.place is not None
    assert found.place.name == "Batken"
