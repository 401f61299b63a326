"""The whole reader: deterministic, never at a loss, and right where a hand-made list says what is right."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from layers.articles.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from layers.articles.reading import Reading

    Check = Callable[[Reading], dict[str, Any]]

SHARED = Path(__file__).parents[4] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared articles and annotations are not here")

TEXT = (
    "On 12 May 2019 border guards seized 3 kg of heroin near Kulob, Tajikistan. Opium from Afghanistan passes through "
    "Tajikistan to Russia, an official of the Collective Security Treaty Organization said."
)
LETTERS = "\n\n .,:-’«»0189۰۹٪%قطرتاАсфЖқңҰüßﬁ\u200c\u00ad\ufeff\x00\ud800\U0001f5fa"
WORDS = (
    "seized", "attacked", "opium", "Kulob", "Tajikistan", "to", "from", "through", "Afghanistan", "75%", "2019", "May",
    "изъяли", "Афганистана", "в", "Россию", "تریاک", "افغانستان", "از", "کشف", "Ауғанстан", "арқылы", "Taliban", "(SCO)",
    "yesterday", "\n\n", ".", "1585", "l8", "201114", "Hezbollah", "Shanghai",
)  # fmt: skip


@pytest.fixture(scope="module")
def check() -> Check:
    schema = json.loads(files("layers").joinpath("schemas/reading.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)

    def checked(reading: Reading) -> dict[str, Any]:
        """Hold a reading against the contract: its form, and that every offset leads back to what is printed."""
        told: dict[str, Any] = json.loads(json.dumps(reading.to_json()))
        assert [error.message for error in validator.iter_errors(told)] == []
        source = reading.document.text.source
        for mention in told["mentions"]:
            assert source[mention["start"] : mention["end"]] == mention["surface"]
            assert mention["fragments"][0] == [mention["start"], mention["end"]]
        for numeral in told["numerals"]:
            assert source[numeral["start"] : numeral["end"]] == numeral["as_printed"]
        for found in (*told["incidents"], *told["claims"]):
            spans = [found["trigger"], *([span["start"], span["end"]] for span in found["evidence"])]
            for start, end in spans:
                assert 0 <= start < end <= len(source)
        return told

    return checked


def test_it_finds_what_a_person_finds(reader: Reader, check: Check) -> None:
    told = check(reader.read(TEXT, id="a"))
    assert [mention["name"] for mention in told["mentions"]] == [
        "Kulob", "Tajikistan", "Afghanistan", "Tajikistan", "Russia", "Collective Security Treaty Organization",
    ]  # fmt: skip
    (incident,) = told["incidents"]
    assert (incident["category"], incident["date_start"], incident["place"]["name"]) == (
        "seizure",
        "2019-05-12",
        "Kulob",
    )
    claim = told["claims"][0]
    assert (claim["origin"], claim["transit"], claim["destination"]) == (["Afghanistan"], ["Tajikistan"], ["Russia"])


def test_the_same_text_gives_the_same_reading_whatever_was_read_before(reader: Reader) -> None:
    first = reader.read(TEXT, id="a").to_json()
    reader.read("Shanghai is a city. Two men were killed in Osh on 3 June 2010.", id="b")
    assert reader.read(TEXT, id="a").to_json() == first
    assert Reader.open().read(TEXT, id="a").to_json() == first


def test_relative_dates_count_from_the_day_of_publication(reader: Reader) -> None:
    text = "Yesterday border guards seized 3 kg of heroin near Kulob, Tajikistan."
    (dated,) = reader.read(text, id="a", published=date(2019, 5, 13)).incidents
    assert (dated.date_start, dated.date_end) == ("2019-05-12", "2019-05-12")
    (undated,) = reader.read(text, id="a").incidents
    assert undated.date_start is None


def test_a_place_inside_an_organizations_name_is_no_place(reader: Reader) -> None:
    reading = reader.read("The Shanghai Cooperation Organization met. Then it met in Shanghai, China.", id="a")
    assert [mention.kind for mention in reading.mentions] == ["organization", "place", "place"]


def test_the_version_names_code_and_lexicons(reader: Reader) -> None:
    package, digits = reader.version.split("+")
    assert package
    assert len(digits) == 8
    assert Reader.open().version == reader.version


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\x00", "\ud800", "۱۲۳", "a" * 50_000, "۱" * 20_000, "(" * 20_000])
def test_texts_that_are_hardly_texts(reader: Reader, check: Check, text: str) -> None:
    check(reader.read(text, id="a"))


@given(st.text(max_size=300))
@example("\ud800 seized 3 kg near Kulob")
@settings(max_examples=60)
def test_any_unicode_is_read_and_every_offset_leads_back(reader: Reader, check: Check, text: str) -> None:
    check(reader.read(text, id="a"))


@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(LETTERS, max_size=6)), max_size=60))
@settings(max_examples=60)
def test_any_words_in_any_order_are_read_and_every_offset_leads_back(
    reader: Reader, check: Check, words: list[str]
) -> None:
    reading = reader.read(" ".join(words), id="a", published=date(2019, 5, 13))
    check(reading)
    check(reader.compared([reading.without_words()])[0])


def test_articles_are_compared_without_changing_their_order(reader: Reader) -> None:
    texts = {"z": TEXT, "a": "Nothing happened in Osh.", "m": TEXT.replace("said", "told reporters")}
    compared = reader.compared([reader.read(text, id=id_) for id_, text in texts.items()])
    assert [reading.id for reading in compared] == list(texts)
    assert compared[1].independence_group == "a"
    for reading in compared:
        assert all(reading.id in conflict.articles for conflict in reading.conflicts)


def test_reading_light_and_whole_compare_alike(reader: Reader) -> None:
    whole = [reader.read(text, id=id_) for id_, text in (("a", TEXT), ("b", TEXT + " So it was."))]
    light = [reading.without_words() for reading in whole]
    assert light[0].document.tokens == ()
    assert [each.to_json() for each in reader.compared(light)] == [each.to_json() for each in reader.compared(whole)]


# The articles of the first map, where they are at hand.


def article(prefix: str) -> str:
    (path,) = (SHARED / "articles").glob(f"{prefix}*.txt")
    return path.read_bytes().decode("utf-8")


def annotated(name: str, zones: set[str]) -> list[dict[str, Any]]:
    rows = json.loads((SHARED / "gold" / f"{name}.json").read_text(encoding="utf-8"))
    return [row for row in (rows if isinstance(rows, list) else rows["mentions"]) if row.get("zone") in zones]


@pytest.fixture(scope="module")
def two_articles(reader: Reader) -> tuple[Reading, ...]:
    return reader.compared([reader.read(article(prefix), id=prefix) for prefix in ("000", "002")])


@needs_shared
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_country_and_organization_of_the_abstracts_is_found(
    two_articles: tuple[Reading, ...], language: str
) -> None:
    zones = {f"{zone}_{language}" for zone in ("abstract", "title", "keywords", "affiliation")}
    mentions = two_articles[0].mentions
    countries = [row for row in annotated("places_en", zones) if row["kind"] == "country" and row["resolves"]]
    organizations = annotated("orgs_en", zones)
    assert countries
    assert len(organizations) >= 5
    for kind, rows in (("place", countries), ("organization", organizations)):
        missed = [
            row["surface"]
            for row in rows
            if not any(
                mention.kind == kind
                and mention.start < row["end"]
                and row["start"] < mention.end
                and (kind == "organization" or mention.name == row["canonical"])
                for mention in mentions
            )
        ]
        assert missed == [], kind


@needs_shared
def test_the_two_articles_are_one_source(two_articles: tuple[Reading, ...], check: Check) -> None:
    english, persian = (check(reading) for reading in two_articles)
    assert english["independence_group"] == persian["independence_group"]
    assert english["conflicts"]
    assert persian["conflicts"]


@needs_shared
def test_no_corrupted_number_is_asserted(two_articles: tuple[Reading, ...]) -> None:
    for reading in two_articles:
        doubted = {
            numeral.as_printed for numeral in reading.numerals if numeral.integrity not in {"intact", "footnote_mark"}
        }
        for claim in reading.claims:
            if claim.value is not None and claim.value.digits in doubted:
                assert (claim.value.low, claim.value.best, claim.value.high) == (None, None, None)
    flagged = {n.as_printed for n in two_articles[0].numerals if n.integrity == "suspect"}
    assert {"8,555", "5,055", "1983"} <= flagged


def corpus_texts() -> Iterator[tuple[str, str]]:
    for path in sorted((SHARED / "gold" / "texts24" / "texts").glob("*.txt")):
        yield path.stem, path.read_bytes().decode("utf-8")
    for path in sorted((SHARED / "corpora").glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for number, line in zip(range(8), file, strict=False):
                record = json.loads(line)
                yield f"{path.stem}-{number}", record.get("text") or " ".join(record.get("tokens", ()))


@pytest.mark.long
@needs_shared
def test_every_reading_of_the_corpora_keeps_the_contract(reader: Reader, check: Check) -> None:
    readings = [reader.read(text, id=id_).without_words() for id_, text in corpus_texts()]
    assert len(readings) > 40
    for reading in reader.compared(readings):
        check(reading)
