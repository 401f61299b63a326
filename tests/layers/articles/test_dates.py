"""Dates: what the words say, at the precision that they say it, in six languages and two calendars."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InvalidRecords
from layers.articles.dating.calendars import day_of, month_of, season_of, solar_year_of, year_of
from layers.articles.dating.date_lexicon import DateLexicon
from layers.articles.dating.dates import DateMention, find_dates
from layers.articles.numbers.numeral import Numeral
from layers.articles.numbers.numerals import find_numerals
from layers.articles.wording.document import Document
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = DateLexicon.read()
PUBLISHED = date(2021, 7, 7)  # a Wednesday


def dates(text: str, published: date | None = PUBLISHED) -> tuple[DateMention, ...]:
    document = Document.of(text)
    return find_dates(document, find_numerals(document), published, LEXICON)


def intervals(text: str, published: date | None = PUBLISHED) -> list[tuple[str, str, str]]:
    return [(str(each.date_start), str(each.date_end), each.date_prec) for each in dates(text, published)]


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("The post fell on 14 May 2019.", "2019-05-14", "2019-05-14", "day"),
        ("The post fell on May 14, 2019.", "2019-05-14", "2019-05-14", "day"),
        ("The post fell on the 14th of May, 2019.", "2019-05-14", "2019-05-14", "day"),
        ("The post fell in May 2019.", "2019-05-01", "2019-05-31", "month"),
        ("Guards met them in early May 2019.", "2019-05-01", "2019-05-10", "month"),
        ("Guards met them in 2019.", "2019-01-01", "2019-12-31", "year"),
        ("Guards met them in 1956.", "1956-01-01", "1956-12-31", "year"),
        ("Fighting went on between 3 and 5 May 2014.", "2014-05-03", "2014-05-05", "day"),
        ("Fighting went on from 30 April to 2 May 2014.", "2014-04-30", "2014-05-02", "day"),
        ("The road was closed in the winter of 2019.", "2019-01-01", "2020-02-29", "season"),
        ("The route grew in the 1990s.", "1990-01-01", "1999-12-31", "decade"),
        ("A border of the 19th century.", "1801-01-01", "1900-12-31", "century"),
        ("Checked on 31/05/2024 by hand.", "2024-05-31", "2024-05-31", "day"),
        ("Заставу закрыли 14 мая 2019 г.", "2019-05-14", "2019-05-14", "day"),
        ("Бои шли с 3 по 5 мая 2014 года.", "2014-05-03", "2014-05-05", "day"),
        ("Пост открыли в начале мая 2014 года.", "2014-05-01", "2014-05-10", "month"),
        ("پاسگاه در ۲۴ تیر ۱۳۹۹ بسته شد.", "2020-07-14", "2020-07-14", "day"),
        ("پاسگاه در ۲۴ سرطان ۱۳۹۹ بسته شد.", "2020-07-14", "2020-07-14", "day"),
        ("پاسگاه در زمستان ۱۴۰۱ بسته شد.", "2022-12-22", "2023-03-20", "season"),
        ("پاسگاه در سال ۱۳۸۹ بسته شد.", "2010-03-21", "2011-03-20", "year"),
        ("Бекет 2019 жылғы 14 мамырда жабылды, әскер кетті, қақпа бос.", "2019-05-14", "2019-05-14", "day"),
    ],
)
def test_written_dates_keep_their_precision(text: str, start: str, end: str, precision: str) -> None:
    assert intervals(text) == [(start, end, precision)]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Yesterday the guards returned.", "2021-07-06", "2021-07-06"),
        ("On Monday the guards returned.", "2021-07-05", "2021-07-05"),
        ("Last Saturday the guards returned.", "2021-07-03", "2021-07-03"),
        ("The guards returned two days ago.", "2021-07-05", "2021-07-05"),
        ("The guards returned last week.", "2021-06-28", "2021-07-04"),
        ("The guards returned last month.", "2021-06-01", "2021-06-30"),
        ("The guards returned on 5 July.", "2021-07-05", "2021-07-05"),
        ("The guards returned on 5 December.", "2020-12-05", "2020-12-05"),
        ("Вчера пограничники вернулись.", "2021-07-06", "2021-07-06"),
        ("В понедельник пограничники вернулись.", "2021-07-05", "2021-07-05"),
        ("Два дня назад пограничники вернулись.", "2021-07-05", "2021-07-05"),
        ("مرزبانان دیروز بازگشتند.", "2021-07-06", "2021-07-06"),
        ("مرزبانان روز دوشنبه بازگشتند.", "2021-07-05", "2021-07-05"),
        ("Кеше шекарашылар қайтты, ұзақ жол болды, әңгіме көп.", "2021-07-06", "2021-07-06"),
    ],
)
def test_relative_dates_count_from_publication(text: str, start: str, end: str) -> None:
    assert [each[:2] for each in intervals(text)] == [(start, end)]
    relative = dates(text, None)
    assert all(each.date_start is None for each in relative), "nothing to count from"


def test_a_year_is_inherited_from_the_text_before() -> None:
    found = dates("The raids of 1999 were three. The first came on 3 August; the same day a bridge fell.")
    assert [(str(each.date_start), each.basis) for each in found[1:]] == [
        ("1999-08-03", "inherited_year"),
        ("1999-08-03", "anaphoric"),
    ]


def test_a_weekday_picks_the_year_that_fits() -> None:
    assert intervals("It was on Monday, 6 July.")[0][0] == "2020-07-06"


def test_an_open_year_stays_open() -> None:
    (found,) = dates("20 January, year not given: a lorry burned.")
    assert (found.date_start, found.date_prec, found.basis) == (None, "unknown", "unresolved")


def test_the_years_of_cited_works_are_citations() -> None:
    found = dates("The share fell (Halvorsen, 2009: 41; Petrova and Lund, 2014), and in 2016 it rose.")
    assert [(each.surface, each.is_citation) for each in found] == [("2009", True), ("2014", True), ("2016", False)]


def test_the_verb_may_and_the_city_of_dushanbe_are_no_dates() -> None:
    assert dates("They may come. The 2000 men may march.") == ()
    assert dates("دوشنبه تاکنون سخنی نگفته است.") == ()


def test_suspect_digits_give_no_year_but_the_span_of_their_readings() -> None:
    text = "پاسگاه در سال ۱۵۴۲ بسته شد."
    document = Document.of(text)
    at = document.text.reading.index("1542")
    numeral = Numeral(10, 14, "۱۵۴۲", None, (1397, 1399), "font_substituted", "scrambled", Span(at, at + 4))
    (found,) = find_dates(document, (numeral,), None, LEXICON)
    assert (str(found.date_start), str(found.date_end)) == ("2018-03-21", "2021-03-20")
    assert (found.integrity, found.candidates, found.calendar) == ("suspect", (1397, 1399), "solar_hijri")


@given(st.dates(date(1900, 1, 1), date(2090, 12, 31)))
def test_calendar_intervals_hold_the_day_and_lie_in_each_other(day: date) -> None:
    month, year = month_of(day.year, day.month), year_of(day.year)
    assert month is not None
    assert year is not None
    assert year.start <= month.start <= day <= month.end <= year.end
    solar = year_of(solar_year_of(day), "solar_hijri")
    assert solar is not None
    assert solar.start <= day <= solar.end
    assert (solar.start.month, solar.end.month) == (3, 3)


@given(st.integers(1300, 1450), st.integers(1, 12))
def test_solar_months_follow_each_other_without_a_gap(year: int, month: int) -> None:
    here, following = month_of(year, month, "solar_hijri"), month_of(year + month // 12, month % 12 + 1, "solar_hijri")
    assert here is not None
    assert following is not None
    assert here.end + timedelta(days=1) == following.start
    assert 29 <= (here.end - here.start).days + 1 <= 31


def test_days_that_no_calendar_has_are_none() -> None:
    assert day_of(2021, 2, 29) is None
    assert day_of(1400, 12, 30, "solar_hijri") is None
    assert month_of(2021, 13) is None
    assert season_of(99999, 1) is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=8),
            st.sampled_from(
                [
                    "14",
                    "May",
                    "2019",
                    "ago",
                    "two",
                    "days",
                    "last",
                    "-",
                    "of",
                    "مهر",
                    "۱۳۹۹",
                    "мая",
                    "31/12/2020",
                    "\n",
                    ".",
                ]
            ),
        ),
        max_size=25,
    )
)
def test_any_text_gives_sound_intervals_that_lead_back_to_it(parts: list[str]) -> None:
    document = Document.of(" ".join(parts))
    for found in find_dates(document, find_numerals(document), PUBLISHED, LEXICON):
        assert found.surface == document.text.reading[found.reading.start : found.reading.end]
        assert document.spans(*found.reading)
        assert (found.date_start is None) == (found.date_end is None)
        if found.date_start is not None and found.date_end is not None:
            assert found.date_start <= found.date_end


def test_a_broken_lexicon_tells_all_faults_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecords) as caught:
        DateLexicon.read(_copied(tmp_path, '[en]\nmonths = "May"\nunheard = []\n[xx]\n'))
    assert len(caught.value.faults) > 3
    assert "unheard" in str(caught.value)
    assert "months should be a table" in str(caught.value)


def _copied(folder: Path, dates_toml: str) -> Path:
    from hashlib import sha256

    from geo.datasets import data_root

    (folder / "lexicons").mkdir(exist_ok=True)
    (folder / "lexicons" / "dates.toml").write_text(dates_toml, encoding="utf-8")
    numbers = (data_root() / "lexicons" / "numbers.toml").read_bytes()
    (folder / "lexicons" / "numbers.toml").write_bytes(numbers)
    passport = (
        '[words]\ntitle = "t"\nprovider = "p"\nversion = "1"\nas_of = "2026"\nretrieved = 2026-01-01\n'
        'licence = "CC0-1.0"\nattribution = "a"\nmade_by = "m"\n[words.files]\n'
        f'"lexicons/dates.toml" = "{sha256(dates_toml.encode()).hexdigest()}"\n'
        f'"lexicons/numbers.toml" = "{sha256(numbers).hexdigest()}"\n'
    )
    (folder / "sources.toml").write_text(passport, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("NURAK, 5 May 2020 — A mast fell on Sunday.", "2020-05-03"),
        ("Osh. 5 May 2020. A mast fell yesterday.", "2020-05-04"),
        ("A mast falls\n5 May 2020\nThe mast fell yesterday.", "2020-05-04"),
        ("НУРАК (Вести), 5 мая 2020 года – Мачта упала в воскресенье.", "2020-05-03"),
        ("نارک، ۱۶ اردیبهشت ۱۳۹۹ - دکل روز یکشنبه افتاد.", "2020-05-03"),
        ("Нұрек, 2020 жылғы 5 мамыр — Дүйсенбі күні діңгек құлап, жол жабылды.", "2020-05-04"),
    ],
)
def test_days_count_from_the_dateline_where_nobody_says_when_a_text_appeared(text: str, last: str) -> None:
    assert intervals(text, None)[-1][:2] == (last, last)


@pytest.mark.parametrize(
    "text",
    [
        "On 5 May 2020 a mast fell. Another fell on Sunday.",
        "- 5 May 2020. A mast fell.\n- 6 June 2021. Another fell on Sunday.",
        "5 May 2020 — A mast fell.\n6 June 2021 — Another fell on Sunday.",
        "В Нуреке 5 мая 2020 года упала мачта. В воскресенье её подняли.",
    ],
)
def test_the_date_of_an_event_is_no_dateline(text: str) -> None:
    assert all(each.basis == "stated" for each in dates(text, None))


def test_a_weekday_in_a_bulletin_is_of_the_week_that_its_heading_says() -> None:
    text = "Road bulletin (11–17 May 2020)\n- Nurak: the pass was closed on Thursday."
    assert intervals(text, None)[-1] == ("2020-05-14", "2020-05-14", "day")


def test_years_of_birth_date_nothing() -> None:
    assert dates("Задержаны двое мужчин 1985 и 1990 г.р. и женщина 1977 года рождения.", None) == ()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("In fiscal year 2022/23 trade fell.", ("2022-01-01", "2023-12-31")),
        ("In 2021–22 trade fell.", ("2021-01-01", "2022-12-31")),
    ],
)
def test_two_years_share_a_fiscal_year(text: str, days: tuple[str, str]) -> None:
    (found,) = dates(text)
    assert (str(found.date_start), str(found.date_end), found.date_prec) == (*days, "year")


def test_a_year_and_a_month_are_no_fiscal_year() -> None:
    assert [str(each.date_end) for each in dates("In 2011-12 trade fell.")] == ["2011-12-31"]
