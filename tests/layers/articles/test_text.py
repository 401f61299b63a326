"""Texts: that every letter of a reading leads back to the source, whatever the source is."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from layers.articles.wording.displaced import is_displaced, put_in_order
from layers.articles.wording.text import Text

SHARED = Path(__file__).resolve().parents[4] / "shared"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200) | st.text(
    "ab-\n\r \u00ad\u200c\u0640يی۱آ1.،ﷺ²", max_size=60
)

LINES = [  # a displaced page, made up: runs from the last to the first, words cut where runs end
    "های بزرگ در کنار رود کشتیامروز",
    "های شهر از صبح تا شب بسته بود بازارو",
    "ها کارگران بندر بار را به انبار بردند سپس آن",
    "های کشور فروخته شد این کالا در بازار",
    "های محلی خبر دادند که راه باز است روزنامه",
    ".ماندند مردم در خانه",
    "ترین پل شهر ویران شد بزرگ",
    "غانستان به شمال رفتند کاروان ها از اف",
    "های تازه برای جاده ساخته شد پلو",
]


@given(ANY_TEXT)
@example("\ud800 \udfff")
@example("و \ud800")
def test_every_letter_of_a_reading_leads_back_to_the_source(source: str) -> None:
    text = Text.of(source)
    assert len(text.folded) == len(text.reading)
    for at in range(len(text.reading)):
        ((start, end),) = text.spans(at, at + 1)
        assert 0 <= start < end <= len(source)
    for start, end in text.spans(0, len(text.reading)):
        assert Text.of(source[start:end]).reading
    assert text.spans(3, 3) == ()


@given(ANY_TEXT)
def test_a_squeezed_text_has_no_space_and_leads_back(source: str) -> None:
    text = Text.of(source)
    squeezed = text.squeeze()
    assert squeezed.letters == "".join(text.folded.split())
    assert [text.folded[at] for at in squeezed.places] == list(squeezed.letters)


@given(st.text("کتابهایمی دررودخانه،.\n12a", min_size=0, max_size=300))
def test_putting_in_order_loses_no_letter(reading: str) -> None:
    order = put_in_order(reading, reading)
    kept = sorted(at for at, letter in order if not letter.isspace())
    dropped = [at for at in range(len(reading)) if not reading[at].isspace() and at not in kept]
    assert all(reading[at] == "-" for at in dropped)
    assert len(kept) == len(set(kept))


@pytest.mark.parametrize("letter", ["ا", "a", "\n", "آ ", "-\n", "«", "1"])
def test_a_megabyte_of_one_letter_is_read_in_time(letter: str) -> None:
    Text.of(letter * (1_000_000 // len(letter)))


@pytest.mark.parametrize(
    ("source", "reading"),
    [
        ("bor-\nder", "border"),
        ("bor\u00ad\nder", "border"),
        ("bor\u2010\r\n  der", "border"),
        ("Jalal-\nAbad", "Jalal-Abad"),
        ("self-\nmade", "self-made"),
        ("a cross-border bus; the cross-\nborder bus", "a cross-border bus; the cross-border bus"),
        ("за-\nстава", "застава"),
        ("19-\n93", "19-\n93"),
        ("one -\ntwo", "one -\ntwo"),
        ("كتاب‌هاي", "کتاب های"),
        ("۱۲٣", "123"),
    ],
)
def test_how_a_source_is_read(source: str, reading: str) -> None:
    assert Text.of(source).reading == reading


def test_a_word_cut_at_a_lines_end_is_one_span() -> None:
    text = Text.of("the bor-\nder post")
    (span,) = text.spans(4, 10)
    assert text.source[slice(*span)] == "bor-\nder"


def test_displaced_lines_are_put_in_order() -> None:
    source = "\n\n".join(LINES)
    assert is_displaced(source)
    reading = Text.of(source).reading
    assert "این کالا در بازار های کشور فروخته شد" in reading
    assert "کاروان ها از افغانستان به شمال رفتند" in reading
    assert "بزرگ ترین پل شهر ویران شد" in reading


def test_lines_in_good_order_stay() -> None:
    source = "\n".join(["امروز کشتی‌های بزرگ در کنار رود ماندند.", "کارگران بندر بار را به انبار بردند."] * 20)
    assert Text.of(source).reading == source.replace("\u200c", " ")


@pytest.mark.long
def test_names_cut_in_the_persian_article_are_whole_again() -> None:
    article = SHARED / "articles" / "002_f0f242f6426c2640.txt"
    if not article.is_file():
        pytest.skip("needs the shared articles")
    text = Text.of(article.read_bytes().decode())
    rows = [
        row
        for name in ("places_fa_dev.json", "orgs_fa_dev.json")
        for row in _rows(json.loads((SHARED / "gold" / name).read_text(encoding="utf-8")))
        if row.get("fragments")
    ]
    letters = "".join(text.folded.split())
    whole = [row for row in rows if "".join(Text.of(row["surface_rejoined"]).folded.split()) in letters]
    assert len(whole) >= len(rows) // 2


def _rows(gold: Any) -> list[dict[str, str]]:
    return list(gold if isinstance(gold, list) else next(each for each in gold.values() if isinstance(each, list)))
