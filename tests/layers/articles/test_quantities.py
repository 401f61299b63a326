"""Quantities: amounts with their units, people with what became of them, bounds and doubts kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.articles.amounts.quantities import find_quantities
from layers.articles.amounts.quantity_lexicon import QuantityLexicon
from layers.articles.dating.date_lexicon import DateLexicon
from layers.articles.dating.dates import find_dates
from layers.articles.numbers.number_words import read_number_words
from layers.articles.numbers.numerals import find_numerals
from layers.articles.wording.document import Document

if TYPE_CHECKING:
    from layers.articles.amounts.quantities import Quantity

LEXICON = QuantityLexicon.read()
WORDS = read_number_words()


def quantities(text: str) -> tuple[Quantity, ...]:
    document = Document.of(text)
    return find_quantities(document, find_numerals(document), LEXICON)


@pytest.mark.parametrize(
    ("text", "best", "unit", "substance"),
    [
        ("They found 96 kg of hashish.", 96, "kg", "hashish"),
        ("They found 2 kg 600 g of heroin.", 2.6, "kg", "heroin"),
        ("They found 1.5 tonnes of opium.", 1500, "kg", "opium"),
        ("They found 8,080 tablets of tramadol.", 8080, "tablet", "tramadol"),
        ("Heroin: 25 kg.", 25, "kg", "heroin"),
        ("Some 40 hectares were cleared.", 40, "hectare", None),
        ("The valley covers 1,200 square kilometres.", 120_000, "hectare", None),
        ("Завод отгрузил 48 тыс. тонн цемента.", 48_000_000, "kg", None),
        ("از این بندر سه میلیون تن کالا گذشت.", 3_000_000_000, "kg", None),
        ("در انبار ۲۰۰ تن گندم ماند.", 200_000, "kg", None),
        ("یک تن و ۲۵۰ کیلوگرم تریاک سوخت.", 1250, "kg", "opium"),
        ("It was worth $15 million.", 15_000_000, "USD", None),
        ("Нашли 13,5 кг марихуаны.", 13.5, "kg", "cannabis"),
        ("Стоимость – 20 000 тенге.", 20_000, "KZT", None),
        ("ده کیلوگرم هروئین یافت شد.", 10, "kg", "heroin"),
        ("۲۷ کیلوگرم تریاک یافت شد.", 27, "kg", "opium"),
        ("Барлығы 24 келі 480 грамм есірткі табылды, жүк көлікте еді.", 24.48, "kg", "drugs"),
    ],
)
def test_amounts_come_in_base_units(text: str, best: float, unit: str, substance: str | None) -> None:
    (found,) = quantities(text)
    assert (found.best, found.unit, found.substance) == (best, unit, substance)


@pytest.mark.parametrize(
    ("text", "best", "outcome"),
    [
        ("Three soldiers were killed.", 3, "killed"),
        ("At the post 12 people were wounded.", 12, "injured"),
        ("Guards arrested two smugglers.", 2, "arrested"),
        ("Militants took four geologists hostage.", 4, "hostage"),
        ("Двое пограничников погибли.", 2, "killed"),
        ("Задержаны сорок пять человек.", 45, "arrested"),
        ("سه سرباز کشته شدند.", 3, "killed"),
        ("هشت تن از جنگجویان کشته شدند.", 8, "killed"),
        ("Екі әскери қаза тапты, бұл туралы қауіпсіздік органы айтты.", 2, "killed"),
    ],
)
def test_people_are_counted_with_what_became_of_them(text: str, best: float, outcome: str) -> None:
    (found,) = quantities(text)
    assert (found.best, found.dimension, found.outcome) == (best, "persons", outcome)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("More than 50 kg of opium burned.", (50, 50, None)),
        ("At least 50 kg of opium burned.", (50, 50, None)),
        ("Up to 50 kg of opium burned.", (None, 50, 50)),
        ("About 50 kg of opium burned.", (50, 50, 50)),
        ("Some 40-50 kg of opium burned.", (40, None, 50)),
        ("Сгорело не менее 50 кг опия.", (50, 50, None)),
        ("بیش از ۵۰ کیلوگرم تریاک سوخت.", (50, 50, None)),
    ],
)
def test_bounds_stay_open(text: str, bounds: tuple[float | None, float | None, float | None]) -> None:
    (found,) = quantities(text)
    assert (found.low, found.best, found.high) == bounds


@pytest.mark.parametrize(
    "text",
    ["In 2019 they left.", "В 2018 г. они ушли.", "Table 6 has rows.", "Chapter two.", "Olim, 34, of Osh, died."],
)
def test_years_ages_and_bare_numbers_are_no_quantities(text: str) -> None:
    assert quantities(text) == ()


def test_a_number_that_is_not_to_be_trusted_gives_no_value() -> None:
    from dataclasses import replace

    document = Document.of("Guards found 27 kg of heroin.")
    (numeral,) = find_numerals(document)
    doubtful = replace(numeral, integrity="suspect", value=None, candidates=(27, 78))
    (found,) = find_quantities(document, (doubtful,), LEXICON)
    assert (found.low, found.best, found.high, found.integrity) == (None, None, None, "suspect")
    assert found.as_printed == "27 kg"


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "two hundred and thirty-one", 231),
        ("en", "fifteen thousand", 15_000),
        ("ru", "девяносто пять", 95),
        ("ru", "две тысячи триста", 2300),
        ("fa", "دویست و سی و یک", 231),
        ("kk", "он екі", 12),
        ("uz", "yigirma besh", 25),
    ],
)
def test_numbers_in_words(language: str, text: str, value: int) -> None:
    document = Document.of(text)
    found = WORDS[language].at(document.tokens, 0, len(document.tokens))
    assert found is not None
    assert (found.value, found.last) == (value, len(document.tokens))


@pytest.mark.parametrize("printed", ["15-20 kg", "20-15 kg", "۲۰-۱۵ کیلوگرم"])
def test_a_range_is_what_lies_between_whichever_end_stands_first(printed: str) -> None:
    document = Document.of(f"{printed} .")
    (found,) = find_quantities(document, find_numerals(document), LEXICON)
    assert (found.low, found.best, found.high) == (15, None, 20)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=8),
            st.sampled_from(
                ["12", "kg", "killed", "men", "more than", "$", "3-4", "4-0", "کیلوگرم", "ده", "г", "two", ",", "\n"]
            ),
        ),
        max_size=25,
    )
)
def test_any_text_gives_ordered_bounds(parts: list[str]) -> None:
    document = Document.of(" ".join(parts))
    for found in find_quantities(document, find_numerals(document), LEXICON):
        known = [each for each in (found.low, found.best, found.high) if each is not None]
        assert known == sorted(known)
        assert found.as_printed == document.text.reading[found.reading.start : found.reading.end]


@pytest.mark.parametrize(
    "text",
    [
        "2018 жылғы 7 наурызда Шу қаласында полиция үйді тінтті.",
        "On 9 July officers searched the yard.",
        "7 апреля пограничники закрыли мост.",
        "۷ فروردین مرزبانان پل را بستند.",
        "2018-yil 7-may kuni chegarachilar yo'lni yopdi.",
    ],
)
def test_the_digits_of_a_date_count_nobody(text: str) -> None:
    document = Document.of(text)
    numerals = find_numerals(document)
    assert find_quantities(document, numerals, LEXICON, find_dates(document, numerals, None, DateLexicon.read())) == ()


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("Убиты двое, ранены пятеро.", [(2, "killed"), (5, "injured")]),
        ("Ранены: 4, убиты: 2.", [(4, "injured"), (2, "killed")]),
        ("Трое ранены, изъято 2 пистолета.", [(3, "injured")]),
        ("They killed two guards and one driver.", [(2, "killed"), (1, "killed")]),
        ("Погибли один солдат и один водитель.", [(1, "killed"), (1, "killed")]),
        ("The band seized two lorries and fled.", []),
        ("It was seized along the 1,210-km border.", []),
        ("Задержаны люди в возрасте от 21 до 33 лет.", []),
        ("سه نفر دستگیر و ۴ دستگاه خودرو توقیف شد.", [(3, "arrested")]),
        ("پلیس ۳ تبعه افغانستان را بازداشت کرد.", [(3, "arrested")]),
        ("Группа из 15 вооружённых лиц задержана.", [(15, "arrested")]),
    ],
)
def test_an_outcome_stays_with_the_number_beside_it(text: str, outcomes: list[tuple[int, str]]) -> None:
    assert [(each.best, each.outcome) for each in quantities(text)] == outcomes


def test_people_after_what_became_of_others_are_not_printed_with_them() -> None:
    found = quantities("Two guards were killed and six wounded when militants came.")
    assert [(each.as_printed, each.outcome) for each in found] == [("Two guards", "killed"), ("six", "injured")]


def test_ranges_in_words() -> None:
    (found,) = quantities("The strip is 13 to 65 km wide.")
    assert (found.low, found.best, found.high) == (13, None, 65)


@pytest.mark.parametrize(
    ("text", "best", "unit"),
    [
        ("Trade rose to $1.1bn.", 1.1e9, "USD"),
        ("They paid €5m for it.", 5e6, "EUR"),
        ("Выплачено 5млн тенге.", 5e6, "KZT"),
        ("Trade rose to $3.5 million.", 3.5e6, "USD"),
    ],
)
def test_letters_glued_to_a_number_multiply_it(text: str, best: float, unit: str) -> None:
    (found,) = quantities(text)
    assert (found.best, found.unit) == (best, unit)


def test_a_participle_of_killing_counts_what_follows_it() -> None:
    found = quantities("Gunmen attacked seven cyclists, killing at least four people.")
    assert [(each.best, each.low, each.outcome) for each in found] == [(7, 7, None), (4, 4, "killed")]


def test_an_ending_on_a_number_is_no_age() -> None:
    (found,) = quantities("Сонда 100-ден астам адам қаза тапты.")
    assert (found.low, found.outcome) == (100, "killed")
