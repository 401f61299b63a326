"""Numerals: each digit string, and a word on whether it can be trusted."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.articles.numbers.digit_states import solve
from layers.articles.numbers.leaks import leaked_numerals
from layers.articles.numbers.numerals import Numeral, find_numerals
from layers.articles.wording.document import Document

SHARED = Path(__file__).resolve().parents[4] / "shared"


@dataclass(frozen=True)
class Numbered:
    document: Document
    numerals: tuple[Numeral, ...]

    @classmethod
    def of(cls, source: str, id_: str) -> "Numbered":
        document = Document.of(source, id=id_)
        return cls(document, find_numerals(document))


def numerals(source: str) -> list[tuple[str, object, str]]:
    return [(n.as_printed, n.value, n.integrity) for n in find_numerals(Document.of(source))]


def values(source: str) -> list[object]:
    return [value for _, value, _ in numerals(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("It took 1,200 of 2.5 million, or 12,5 and 1,200,000.5", [1200, 2.5, 12, 5, 1200000.5]),
        ("От 1 200 до 270 000, то есть 23,7 км, за 2003–2009 гг.", [1200, 270000, 23.7, 2003, 2009]),
        ("On 31.05.2024 and 01/06/2025 at 15:30", [31, 5, 2024, 1, 6, 2025, 15, 30]),
        ("pages 12-14, the 12th, the 1990s, B52", [12, 14, 12, 1990, 52]),
        ("See https://example.org/2019/05 or a1@example.org, 7 of them", [7]),
        ("an area of 5 km² (3 m³)", [5, 3]),
        ("در سال ۱۳۹۸ بیش از ۲/۵ کیلوگرم و ۳۰۰ تن", [1398, 2.5, 300]),
        ("2 kg 60 g uchun 40 000 dollar va bu haqida yil", [2, 60, 40000]),
        ("in the year 2015 100 men came", [2015, 100]),
    ],
)
def test_values_as_printed(source: str, expected: list[object]) -> None:
    assert values(source) == expected
    assert {integrity for _, _, integrity in numerals(source)} == {"intact"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "On l8 May 2O1O some 4OO came.",
            [("l8", 18, "ocr_letters"), ("2O1O", 2010, "ocr_letters"), ("4OO", 400, "ocr_letters")],
        ),
        ("in 19-\n93 it", [("19-\n93", 1993, "split")]),
        ("more than 1\n00 were hurt", [("1\n00", 100, "split")]),
        ("the road¹⁷ was shut", [("¹⁷", None, "footnote_mark")]),
        ("in May 8015 it", [("8015", None, "suspect")]),
        ("a total of 125.7 At noon it ended.", [("125.7", 125, "glued_footnote")]),
    ],
)
def test_damage_is_told(source: str, expected: list[tuple[str, object, str]]) -> None:
    assert numerals(source) == expected


def test_marks_that_count_up_prove_each_other() -> None:
    source = "A road7 was built until 20118, they say, and a bridge”9 in 201010 or so. The end.11 It fell."
    assert [(n.as_printed, n.value, n.integrity) for n in find_numerals(Document.of(source))] == [
        ("7", None, "footnote_mark"),
        ("20118", 2011, "glued_footnote"),
        ("9", None, "footnote_mark"),
        ("201010", 2010, "glued_footnote"),
        ("11", None, "footnote_mark"),
    ]


def test_one_number_behind_a_word_proves_nothing() -> None:
    assert numerals("the group of covid19 and a flight mh17 fell") == [("19", 19, "intact"), ("17", 17, "intact")]


@given(st.text(st.characters(exclude_categories=()), max_size=120) | st.text("l0O1۱٢,./ -\n'²%a", max_size=40))
def test_every_numeral_leads_back_and_what_is_not_whole_has_a_reason(source: str) -> None:
    for numeral in find_numerals(Document.of(source)):
        assert source[numeral.start : numeral.end] == numeral.as_printed
        assert bool(numeral.reason) == (numeral.integrity != "intact")
        assert numeral.value is None or numeral.value in numeral.candidates


# A made-up page whose font prints 1 as 8, 9 as 3, 3 as 9, 0 as 5, 2 and 4 both as 1; in good order otherwise.
PAGE = (
    "در سال 8335 پل بسته شد و در سال 8938 راه باز شد. در ژوئن 1551 بیش از 75% بار و 8555 تن آمد. "
    "به گفته رضایی، 8935: 11 و در سال 1585 میلادی 0555 نفر رفتند (Smith, 2019: 14)."
)
TRANSLATION = "In 1990 the bridge was shut. In June 2002 more than 75% of the freight and 8,555 tonnes came. In 2010 some 5,055 people left."


def test_scrambled_digits_are_found_out_and_never_asserted() -> None:
    found = find_numerals(Document.of(PAGE))
    scrambled = [n for n in found if n.integrity == "font_substituted"]
    assert [n.as_printed for n in found if n.integrity == "intact"] == ["2019", "14"]
    assert all(n.value is None and n.reason for n in scrambled)
    by_print = {n.as_printed: n.candidates for n in scrambled}
    assert 1990 in by_print["8335"]
    assert 1000 in by_print["8555"]
    assert 2010 in by_print["1585"]


def test_a_sum_can_prove_a_scrambled_number() -> None:
    assert solve([], [("12", "13", "55")])
    states = solve([("7990", range(1975, 2000)), ("7992", range(1975, 2000))])
    assert {state[1] for state in states} == {7}
    assert solve([("1234", [1111])]) == []


def test_persian_in_good_order_is_not_suspected() -> None:
    source = "در سال 1398 پل بسته شد و در سال 2010 میلادی باز شد. در مهر 1400 بیش از 8555 تن آمد."
    assert {n.integrity for n in find_numerals(Document.of(source))} == {"intact"}


def test_copies_of_scrambled_digits_are_found_in_a_translation() -> None:
    leaked = leaked_numerals([Numbered.of(PAGE, "fa"), Numbered.of(TRANSLATION, "en")])
    assert list(leaked) == ["en"]
    assert [n.as_printed for n in leaked["en"]] == ["75", "8,555", "5,055"]
    for numeral in leaked["en"]:
        assert numeral.value is None
        assert numeral.integrity == "suspect"
        assert "of fa" in numeral.reason
        assert TRANSLATION[numeral.start : numeral.end] == numeral.as_printed


def test_of_many_articles_only_those_are_compared_that_have_telling_digits_in_common() -> None:
    others = [
        Numbered.of(f"In {1990 + at} some {at}{at}{at} people left, {at}% of all.", f"{at}") for at in range(1, 9)
    ]
    asked: list[int] = []

    class Asked(list[Numbered]):
        def __getitem__(self, place: int) -> Numbered:  # type: ignore[override]  # slices are not asked for
            asked.append(place)
            return super().__getitem__(place)

    readings = Asked([*others, Numbered.of(PAGE, "fa"), Numbered.of(TRANSLATION, "en")])
    assert list(leaked_numerals(readings)) == ["en"]
    assert asked == [len(others)]


def test_an_article_of_its_own_is_not_suspected_for_one_equal_number() -> None:
    other = "In 1990 the bridge was shut. Some 300 people left, 75% of all."
    assert leaked_numerals([Numbered.of(PAGE, "fa"), Numbered.of(other, "en")]) == {}


def _shared(*parts: str) -> str:
    path = SHARED.joinpath(*parts)
    if not path.is_file():
        pytest.skip("needs the shared articles")
    return path.read_bytes().decode()


@pytest.mark.long
def test_no_damaged_number_of_the_persian_article_is_asserted() -> None:
    source = _shared("articles", "002_f0f242f6426c2640.txt")
    found = find_numerals(Document.of(source, id="fa"))
    for row in json.loads(_shared("gold", "digits_fa.json"))["numbers"]:
        within = [n for n in found if row["start"] <= n.start < row["end"]]
        assert within, row["printed"]
        assert all(n.value is None and n.integrity == "font_substituted" for n in within), row["printed"]


@pytest.mark.long
def test_what_leaked_into_the_english_article_is_flagged() -> None:
    readings = [
        Numbered.of(_shared("articles", "002_f0f242f6426c2640.txt"), "fa"),
        Numbered.of(_shared("articles", "000_203dc2129966de1d.txt"), "en"),
    ]
    leaked = leaked_numerals(readings)["en"]
    assert {"8,555", "5,055", "1983", "75", "15"} <= {n.as_printed for n in leaked}


def test_news_in_good_order_is_hardly_ever_suspected() -> None:
    lines = _shared("corpora", "lgl-dev.jsonl").splitlines()[:60]
    counts = Counter(n.integrity for line in lines for n in find_numerals(Document.of(json.loads(line)["text"])))
    assert counts["intact"] >= 0.995 * counts.total()
