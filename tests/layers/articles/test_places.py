"""Places in articles: found in six languages, told from persons and common words, resolved or left open."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from geo.errors import MissingData
from layers.articles.actors.organizations import OrganizationLexicon, find_organizations
from layers.articles.geoparsing.place_models import SpacyRecognizer
from layers.articles.geoparsing.place_words import PlaceWords
from layers.articles.geoparsing.places import PlaceFinder
from layers.articles.geoparsing.toponym import Toponym
from layers.articles.geoparsing.toponyms import GazetteerRecognizer
from layers.articles.wording.document import Document
from layers.articles.wording.inflection import dictionary_forms
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.articles.mention import Mention


SHARED = Path(__file__).parents[4] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared articles and annotations are not here")

FINDER = PlaceFinder.open()
LEXICON = OrganizationLexicon.read()
NAMES = FINDER.index


@pytest.fixture(scope="module")
def finder() -> PlaceFinder:
    return FINDER


def places(finder: PlaceFinder, text: str) -> list[Mention]:
    document = Document.of(text)
    return list(finder.find(document, find_organizations(document, LEXICON)))


def found(finder: PlaceFinder, text: str) -> dict[str, str | None]:
    return {mention.surface: mention.entity for mention in places(finder, text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Trucks from Hairatan reached Termez in Uzbekistan and went on to Osh.",
            {
                "Hairatan": "hairatan",
                "Termez": "geonames:1215957",
                "Uzbekistan": "uz",
                "Osh": "geonames:1527534",
            },
        ),
        (
            "Обоз вышел из Ташкента и под Курганом-на-Оби не был; в Хороге его ждали, Ошская область молчала.",
            {"Ташкента": "geonames:1512569", "Хороге": "geonames:1221328", "Ошская область": "kg-o"},
        ),
        (
            "کاروان از بندر حیرتان به ترمذ در ازبکستان رفت و سه روز در شهر کندز ماند.",
            {"بندر حیرتان": "hairatan", "ترمذ": "geonames:1215957", "ازبکستان": "uz", "کندز": "geonames:1135689"},
        ),
        (
            "Керуен Қазақстанның оңтүстігінен шығып, Алматыда тоқтады, кейін Ақтөбе облысына жетті.",
            {"Қазақстанның": "kz", "Алматыда": "geonames:1526384", "Ақтөбе облысына": "kz-akt"},
        ),
        (
            "Karvon Termizdan chiqib, Tojikistonga o‘tdi va bu haqida Toshkentda xabar berildi.",
            {"Termizdan": "geonames:1215957", "Tojikistonga": "tj", "Toshkentda": "geonames:1512569"},
        ),
        (
            "Корвон аз Афғонистон ба Тоҷикистон омад ва дар шаҳри Кӯлоб истод.",
            {"Афғонистон": "af", "Тоҷикистон": "tj", "Кӯлоб": "geonames:1221194"},
        ),
    ],
)
def test_places_are_found_and_resolved_in_six_languages(
    finder: PlaceFinder, text: str, expected: dict[str, str]
) -> None:
    assert expected.items() <= found(finder, text).items()


@pytest.mark.parametrize(
    ("text", "surface", "entity"),
    [
        ("The army of Georgia left Tbilisi for Gori.", "Georgia", "ge"),
        ("He drove from Atlanta, Georgia, to Savannah.", "Georgia", "us-ga"),
        ("They met in Paris, Texas, on Monday.", "Paris", "geonames:4717560"),
        ("They met in Paris and then in Lyon, France.", "Paris", "geonames:2988507"),
        ("The road from Kabul to Jalalabad in Nangarhar was shut.", "Jalalabad", "geonames:1139715"),
        ("From Bishkek the bus goes to Jalal-Abad.", "Jalal-Abad", "geonames:1528249"),
        ("Faizabad, the capital of Badakhshan in Afghanistan, is quiet.", "Faizabad", "geonames:1142170"),
        ("Farmers of Jirgatol in Tajikistan sold potatoes.", "Jirgatol", "geonames:1221802"),
        ("Snow closed the road to Kurgan-Tyube in Tajikistan.", "Kurgan-Tyube", "geonames:1220747"),
        ("Trains from Chelyabinsk stop in Kurgan.", "Kurgan", "geonames:1501321"),
        ("Sheep drank from the Panj river.", "Panj", "panj-river"),
        ("The fair is held in the town of Panj.", "Panj", "geonames:1220750"),
        ("Elders of Kunduz province met.", "Kunduz", "af-kdz"),
        ("A shop in the city of Kunduz burned.", "Kunduz", "geonames:1135689"),
        ("В Оше прошёл дождь, в Бишкеке было сухо.", "Оше", "geonames:1527534"),
        ("Washington, D.C., and Baltimore share a railway.", "Washington, D.C.", "us-dc"),
    ],
)
def test_namesakes_are_told_apart(finder: PlaceFinder, text: str, surface: str, entity: str) -> None:
    assert found(finder, text).get(surface) == entity


@pytest.mark.parametrize(
    "text",
    [
        "President Lincoln met Mr. Jackson and George Washington in his dream.",
        "Halden (2019) and others disagree (Austin, 2011: 4; Houston et al. 2014).",
        "He was reading a nice book on a sunny March day.",
        "In the end, Most of them left.",
        "Владимир Назаров и Марина Белова пели.",
        "او پنج کتاب مالی را خواند و میانه راه را رفت.",
        "Енді бәрі жақсы болады.",
    ],
)
def test_persons_and_common_words_are_no_places(finder: PlaceFinder, text: str) -> None:
    assert [mention.surface for mention in places(finder, text) if mention.role == "literal"] == []


def test_a_place_inside_the_name_of_an_organization_is_none(finder: PlaceFinder) -> None:
    text = "The Shanghai Cooperation Organization met in Shanghai."
    mentions = places(finder, text)
    assert [(mention.surface, mention.start) for mention in mentions] == [("Shanghai", text.rindex("Shanghai"))]


@pytest.mark.parametrize(
    ("text", "surface", "role"),
    [
        ("Afghan traders came.", "Afghan", "adjectival"),
        ("Central Asian states agreed.", "Central Asian", "adjectival"),
        ("Many Tajiks work abroad.", "Tajiks", "demonym"),
        ("На афганской границе тихо.", "афганской", "adjectival"),
        ("Тараздық саудагер келді.", "Тараздық", "adjectival"),
        ("Moscow denied the report.", "Moscow", "metonym"),
        ("It snowed in Moscow.", "Moscow", "literal"),
        ("A. Author, Institute of Maps, Almaty, Kazakhstan\n\nAbstract\n\nText.", "Almaty", "metadata"),
        ("Text.\n\nReferences\n\nA. Author (1999). Maps. Boston: Invented Press.", "Boston", "metadata"),
    ],
)
def test_the_role_of_a_name_is_told(finder: PlaceFinder, text: str, surface: str, role: str) -> None:
    document = Document.of(text)
    assert {mention.surface: mention.role for mention in finder.find(document)}.get(surface) == role


def test_a_mention_says_how_precisely_its_place_is_known(finder: PlaceFinder) -> None:
    text = "From Tajikistan, Kunduz province, the Wakhan district and the city of Khorog to Hairatan and Central Asia."
    precision = {mention.surface: mention.where_prec for mention in places(finder, text)}
    assert precision == {"Tajikistan": 6, "Kunduz": 4, "Wakhan": 3, "Khorog": 1, "Hairatan": 2, "Central Asia": 7}


def test_an_unknown_name_beside_a_word_for_a_place_is_found_and_left_open(finder: PlaceFinder) -> None:
    mention = next(each for each in places(finder, "Rain fell on the village of Zzyrkh.") if each.surface == "Zzyrkh")
    assert (mention.entity, mention.lon, mention.lat, mention.country) == (None, None, None, None)
    assert mention.method == "cue"


def test_a_namesake_at_the_other_end_of_the_world_is_not_taken(finder: PlaceFinder) -> None:
    """Sino is a district of Dushanbe that no gazetteer has, and a county of Liberia."""
    text = "Carts went from Isfara to Khujand and Kulob. Snow fell in the Sino district of Dushanbe."
    mention = next(each for each in places(finder, text) if each.surface == "Sino")
    assert mention.entity is None
    assert [each.country for each in mention.alternatives][:1] == ["LR"]


def test_alternatives_are_listed_with_shares(finder: PlaceFinder) -> None:
    mention = places(finder, "They stayed in Springfield for a year.")[0]
    assert mention.alternatives
    assert all(each.entity != mention.entity for each in mention.alternatives)
    assert mention.confidence + sum(each.score for each in mention.alternatives) <= 1.0 + 1e-9
    assert [each.score for each in mention.alternatives] == sorted(
        (each.score for each in mention.alternatives), reverse=True
    )


def test_the_kind_that_a_plural_names_goes_for_all_names_before_it(finder: PlaceFinder) -> None:
    entities = found(finder, "Hashish went to Karaganda, Kostanay and Turkistan regions of Kazakhstan.")
    assert entities["Karaganda"] == "kz-kar"
    assert entities["Kostanay"] == "kz-kus"


def test_a_name_cut_by_a_line_end_is_one_mention(finder: PlaceFinder) -> None:
    mentions = places(finder, "Guards came from Sher Khan\nBandar and from Tajik-\nAfghan villages.")
    assert mentions[0].surface == "Sher Khan\nBandar"
    assert mentions[0].entity == "shirkhan-bandar"


WORDS = ("Kabul", "in", "Osh,", "پنج", "کابل", "в", "Оше", "U.S.", "Ky.", "Paris,", "Texas", "Tajik-Afghan", "(Halden, 2009)", "«Ош»",
         "Қазақстанның", "River", "district", "of", "\n\n", "\ud800", "\x00", "ﬁ", "\u200c", "A.", "Mr.", "New", "York")  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)))
@example("")
@example("A" * 100_000)
def test_any_text_is_read_and_every_mention_leads_back_to_it(text: str) -> None:
    document = Document.of(text)
    mentions = FINDER.find(document)
    assert mentions == FINDER.find(Document.of(text))
    end = 0
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.surface
        assert mention.reading.start >= end
        end = mention.reading.end
        assert 0.0 <= mention.confidence <= 1.0
        assert (mention.entity is None) <= (mention.lon is None)


def test_long_texts_take_no_more_than_their_length(finder: PlaceFinder) -> None:
    """A book of different names is weighed in stretches; the same places come out as from its first page."""
    page = "Trucks from Hairatan reached Termez in Uzbekistan and went on to Osh.\n\n"
    filler = " ".join(f"In {finder.index.place(finder.index.rows - 1 - 7 * n).name} it rained." for n in range(800))
    mentions = places(finder, page + filler)
    assert [mention.entity for mention in mentions[:4]] == [
        "hairatan",
        "geonames:1215957",
        "uz",
        "geonames:1527534",
    ]


class _Fake:
    """A recognizer that knows one word, behind the same protocol as ours."""

    def toponyms(self, document: Document, taken: Sequence[Span]) -> Iterable[Toponym]:
        at = document.text.reading.find("Osh")
        if at >= 0 and not taken:
            yield Toponym(Span(at, at + 3), "osh", NAMES.rows_of("osh"))


def test_another_recognizer_serves_through_the_same_protocol() -> None:
    finder = PlaceFinder(NAMES, PlaceWords.read(), _Fake())
    assert found(finder, "Rain in Osh and in Bishkek.") == {"Osh": "geonames:1527534"}


def test_a_spacy_pipeline_finds_names_and_the_gazetteer_says_which_they_are() -> None:
    text = "Rain in Osh, said Bishkek Bank near Talas."
    entities = [
        SimpleNamespace(start_char=text.index(name), end_char=text.index(name) + len(name), label_=label)
        for name, label in (("Osh", "GPE"), ("Bishkek Bank", "ORG"), ("Talas", "LOC"))
    ]
    names = GazetteerRecognizer(NAMES, PlaceWords.read())
    recognizer = SpacyRecognizer(lambda _: SimpleNamespace(ents=entities), names)
    document = Document.of(text)
    at = text.index("Talas")
    assert [toponym.name for toponym in recognizer.toponyms(document, ())] == ["osh", "talas"]
    assert [toponym.name for toponym in recognizer.toponyms(document, [Span(at, at + 5)])] == ["osh"]


def test_a_missing_pipeline_names_the_extra() -> None:
    with pytest.raises(MissingData, match=r"corridormap\[models\]"):
        PlaceFinder.open(pipeline="no_such_pipeline")


def _benchmark(monkeypatch: pytest.MonkeyPatch, name: str) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3] / "benchmarks"))
    return importlib.import_module(name)


@pytest.mark.long
@needs_shared
def test_the_places_of_the_two_articles_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    corpora, benchmark = (_benchmark(monkeypatch, name) for name in ("reading_corpora", "reading_articles"))
    reading, console = corpora.PlaceReading(lambda _: None), Console(quiet=True)
    for name, until, least in (("places_en.json", 10**9, 0.95), ("places_fa_dev.json", 16_000, 0.90)):
        folders = SHARED / "gold", SHARED / "articles"
        assert benchmark.report_article(console, reading, *folders, name, until=until) >= least, name


@needs_shared
@pytest.mark.slow
def test_places_of_news_in_english_are_found_and_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    benchmark = _benchmark(monkeypatch, "reading_corpora")
    reading, console = benchmark.PlaceReading(lambda _: None), Console(quiet=True)
    for name, least in (("lgl-dev", 0.83), ("geowebnews", 0.70)):
        path = SHARED / "corpora" / f"{name}.jsonl"
        figures = benchmark.report_corpus(console, reading, path, worst=0, is_quick=True)
        assert figures["overlap F1"] >= 0.75, name
        assert figures["A@161 km, gold names"] >= least, name
        assert figures["A@161 km, gold names"] <= figures["A@161 km, oracle"]


@pytest.mark.parametrize(
    ("word", "language", "form"),
    [
        ("ташкентом", "ru", "ташкент"),
        ("киргизии", "ru", "киргизия"),
        ("москве", "ru", "москва"),
        ("балканах", "ru", "балканы"),
        ("алматыдан", "kk", "алматы"),
        ("облысының", "kk", "облысы"),
        ("termizdan", "uz", "termiz"),
        ("душанберо", "tg", "душанбе"),
    ],
)
def test_inflected_names_lead_to_their_dictionary_form(word: str, language: str, form: str) -> None:
    assert form in dictionary_forms(word, language)
    assert dictionary_forms(word, language)[0] == word


def test_a_reader_of_places_is_small() -> None:
    """In a process of its own, after a text in each script: far below what the gazetteer takes when loaded whole."""
    script = (
        "from layers.articles.geoparsing.places import PlaceFinder\n"
        "from layers.articles.wording.document import Document\n"
        "finder = PlaceFinder.open()\n"
        "for text in ('Rain in Osh.', 'Дождь в Оше.', 'باران در کابل'):\n"
        "    assert finder.find(Document.of(text))\n"
        "status = open('/proc/self/status').read()\n"
        "print(int(status.split('VmRSS:')[1].split()[0]) / 1000)\n"
    )
    if not Path("/proc/self/status").is_file():
        pytest.skip("this system does not tell a process's memory in /proc")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 250


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Мост в Кулябском районе закрыт.", {"Кулябском районе": "geonames:1221194"}),
        (
            "Снег в Раштском и Мургабском районах.",
            {"Раштском": "geonames:1221740", "Мургабском районах": "geonames:1220962"},
        ),
        ("Дорога через Горно-Бадахшанскую автономную область.", {"Горно-Бадахшанскую автономную область": "tj-gb"}),
        ("Снег в Кундузской и Тахарской провинциях.", {"Кундузской": "af-kdz", "Тахарской провинциях": "af-tak"}),
        ("Пост в Небылинском районе.", {"Небылинском районе": None}),
        ("Нижний район города спит.", {}),
    ],
)
def test_russian_units_are_known_by_their_adjectives(finder: PlaceFinder, text: str, expected: dict[str, str]) -> None:
    assert found(finder, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("پل در ناحیه گلخندان بسته است.", {"گلخندان": None}),
        (
            "در شهرستان‌های تایباد، خواف و سرخس برف آمد.",
            {"تایباد": "geonames:1159384", "خواف": "geonames:1160544", "سرخس": "geonames:1159716"},
        ),
        ("Snow fell at the village of Zork-Dash.", {"Zork-Dash": None}),
        ("Дар ноҳияи Гулрези Навин барф борид.", {"Гулрези Навин": None}),
        ("Барф дар Тоҷикистону Афғонистон.", {"Тоҷикистону": "tj", "Афғонистон": "af"}),
        ("Баткен облысында қар жауды.", {"Баткен": "kg-b"}),
        ("«Күмісбел» бекетінде қар жауды.", {"Күмісбел": None}),
        ("Тәжікстанның Ойран-Бұлақ қаласында қар жауды.", {"Тәжікстанның": "tj", "Ойран-Бұлақ": None}),
        ("Снег на посту «Айрибулак» и на полигоне Чормайдон.", {"Айрибулак": None, "Чормайдон": None}),
        ("Snow fell in Khwaja Zahirbek district of Takhar.", {"Khwaja Zahirbek": None, "Takhar": "af-tak"}),
        ("برف در ولسوالی گل‌تپک بارید.", {"گل‌تپک": None}),
        ("Snow fell in Marzobak, Badghis.", {"Marzobak": None, "Badghis": "af-bdg"}),
        (
            "Two residents of Chui Region stayed near Kara-Balta.",
            {"Chui Region": "kg-c", "Kara-Balta": "geonames:1528182"},
        ),
        ("برف در ولسوالی خواجه ظاهربیگ بارید.", {"خواجه ظاهربیگ": None}),
        ("برف در ولسوالی مرزی و ناحیه شمالی بارید.", {}),
        ("Пули нав дар деҳа кушода шуд.", {}),
    ],
)
def test_a_word_for_a_kind_of_place_makes_a_name_a_mention(
    finder: PlaceFinder, text: str, expected: dict[str, str | None]
) -> None:
    assert found(finder, text) == expected


@pytest.mark.parametrize("text", ["روز دوشنبه برف آمد.", "دوشنبه شب برف آمد.", "دوشنبه، ۳ خرداد برف آمد."])
def test_monday_in_persian_is_not_dushanbe(finder: PlaceFinder, text: str) -> None:
    assert found(finder, text) == {}
    assert found(finder, "در شهر دوشنبه برف آمد.") == {"دوشنبه": "geonames:1221874"}


def test_a_russian_adjective_that_begins_a_sentence_is_no_place(finder: PlaceFinder) -> None:
    assert found(finder, "Ехали через Полоцк и Минск. Высокая прибыль манит. Белая гвардия ушла.").keys() == {
        "Полоцк",
        "Минск",
    }


def test_both_halves_of_a_joined_adjective_are_countries(finder: PlaceFinder) -> None:
    assert list(found(finder, "На таджикско-афганской границе тихо.").values()) == ["tj", "af"]


def test_a_seat_of_a_province_is_not_a_village_of_its_name_across_the_border(finder: PlaceFinder) -> None:
    assert found(finder, "راه‌آهن خواف–هرات گشایش یافت. وزیر راه ایران گفت.")["هرات"] == "geonames:1140026"
