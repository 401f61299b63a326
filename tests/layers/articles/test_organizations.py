"""Organizations: what is found, what it is taken for, and what is no organization. All sentences are invented."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.datasets import data_root, stamp
from geo.errors import InvalidRecords
from layers.articles.actors.organizations import OrganizationLexicon, find_organizations
from layers.articles.wording.document import Document

if TYPE_CHECKING:
    from pathlib import Path

    from layers.articles.mention import Mention


class Finder:
    """Finds organizations in a text with one lexicon for all tests."""

    def __init__(self, lexicon: OrganizationLexicon) -> None:
        self.lexicon = lexicon

    def __call__(self, text: str) -> tuple[Mention, ...]:
        return find_organizations(Document.of(text), self.lexicon)

    def entities(self, text: str) -> list[tuple[str, str | None]]:
        return [(each.surface, each.entity) for each in self(text)]


@pytest.fixture(scope="module")
def lexicon() -> OrganizationLexicon:
    return OrganizationLexicon.read()


@pytest.fixture(scope="module")
def find(lexicon: OrganizationLexicon) -> Finder:
    return Finder(lexicon)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Envoys of the Shanghai Cooperation Organisation met.", [("Shanghai Cooperation Organisation", "sco")]),
        ("В рамках Организации Договора о коллективной безопасности прошла встреча.",
         [("Организации Договора о коллективной безопасности", "csto")]),
        ("Представители ШОС и Шанхайской организацией сотрудничества недовольны.",
         [("ШОС", "sco"), ("Шанхайской организацией сотрудничества", "sco")]),
        ("Елдер Шанхай ынтымақтастық ұйымына және ШЫҰ-ға қосылды.",
         [("Шанхай ынтымақтастық ұйымына", "sco"), ("ШЫҰ", "sco")]),
        ("نمایندگان سازمان همکاری شانگهای آمدند.", [("سازمان همکاری شانگهای", "sco")]),
        ("نمایندگان سازمان همکاریشانگهای آمدند.", [("سازمان همکاریشانگهای", "sco")]),
        ("نمایندگان سازمان‌همکاری‌های‌شانگهای آمدند.", [("سازمان‌همکاری‌های‌شانگهای", "sco")]),
        ("Толибон бо ДОИШ ҷангид.", [("Толибон", "taliban"), ("ДОИШ", "isis")]),
        ("Tolibon vakili va Davlat xavfsizlik xizmatining xodimi keldi.",
         [("Tolibon", "taliban"), ("Davlat xavfsizlik xizmatining", "state-security-service-of-uzbekistan")]),
        ("A NATO-led force and the Taliban's men.", [("NATO", "nato"), ("Taliban", "taliban")]),
        ("Fighters of al-Qaida, Al Qaeda and al-Qaeda.", [(name, "al-qaeda") for name in ("al-Qaida", "Al Qaeda", "al-Qaeda")]),
    ],
)  # fmt: skip
def test_names_are_found_in_every_form_of_theirs(find: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert find.entities(text) == expected


@pytest.mark.parametrize(
    ("text", "surface", "entity", "name", "country"),
    [
        ("The Tajik interior ministry denied it.", "Tajik interior ministry",
         "ministry-of-internal-affairs-of-tajikistan", "Ministry of Internal Affairs of Tajikistan", "TJ"),
        ("Uzbekistan's Foreign Ministry was silent.", "Uzbekistan's Foreign Ministry",
         "ministry-of-foreign-affairs-of-uzbekistan", "Ministry of Foreign Affairs of Uzbekistan", "UZ"),
        ("The Ministry of Defence of Afghanistan spoke.", "Ministry of Defence of Afghanistan",
         "ministry-of-defence-of-afghanistan", "Ministry of Defence of Afghanistan", "AF"),
        ("Сводку МВД Таджикистана читали все.", "МВД Таджикистана",
         "ministry-of-internal-affairs-of-tajikistan", "Ministry of Internal Affairs of Tajikistan", "TJ"),
        ("Узбекским министерством обороны это отрицается.", "Узбекским министерством обороны",
         "ministry-of-defence-of-uzbekistan", "Ministry of Defence of Uzbekistan", "UZ"),
        ("Так заявил МИД РК вечером.", "МИД РК",
         "ministry-of-foreign-affairs-of-kazakhstan", "Ministry of Foreign Affairs of Kazakhstan", "KZ"),
        ("سخنگوی وزارت دفاع افغانستان آن را رد کرد.", "وزارت دفاع افغانستان",
         "ministry-of-defence-of-afghanistan", "Ministry of Defence of Afghanistan", "AF"),
        ("Тәжікстан Ішкі істер министрлігінің өкілі келді.", "Тәжікстан Ішкі істер министрлігінің",
         "ministry-of-internal-affairs-of-tajikistan", "Ministry of Internal Affairs of Tajikistan", "TJ"),
        ("Дар Вазорати корҳои дохилии Тоҷикистон гуфтанд.", "Вазорати корҳои дохилии Тоҷикистон",
         "ministry-of-internal-affairs-of-tajikistan", "Ministry of Internal Affairs of Tajikistan", "TJ"),
        ("The Chinese Embassy in Dushanbe protested.", "Chinese Embassy", "embassy-of-china", "Embassy of China", "CN"),
        ("The government of Kyrgyzstan agreed.", "government of Kyrgyzstan",
         "government-of-kyrgyzstan", "Government of Kyrgyzstan", "KG"),
    ],
)  # fmt: skip
def test_a_body_is_joined_with_the_country_beside_it(
    find: Finder, text: str, surface: str, entity: str, name: str, country: str
) -> None:
    (mention,) = find(text)
    assert (mention.surface, mention.entity, mention.name, mention.country) == (surface, entity, name, country)
    assert mention.method == "body"


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        (
            "BISHKEK, May 3 - Two men were held, the Interior Ministry said.",
            "ministry-of-internal-affairs-of-kyrgyzstan",
        ),
        (
            "Afghan troops left. In Tashkent the Foreign Ministry kept silent.",
            "ministry-of-foreign-affairs-of-uzbekistan",
        ),
        ("ГКНБ сообщил об этом в Душанбе.", "state-committee-for-national-security-of-tajikistan"),
        ("Комитет национальной безопасности молчит.", "national-security-committee-of-kazakhstan"),
        ("The interior ministry said nothing.", "ministry-of-internal-affairs"),
    ],
)
def test_a_body_alone_takes_the_country_that_its_text_speaks_of(find: Finder, text: str, entity: str) -> None:
    (mention,) = find(text)
    assert mention.entity == entity
    assert mention.confidence < 1


def test_one_body_has_one_country_in_a_text(find: Finder) -> None:
    text = "The Kazakh Interior Ministry spoke. Uzbekistan and Uzbekistan's guards waited. The Interior Ministry added."
    assert {each.entity for each in find(text)} == {"ministry-of-internal-affairs-of-kazakhstan"}


def test_an_acronym_that_the_text_defines_stands_for_its_name_later_on(find: Finder) -> None:
    text = "The Drug Control Agency (DCA) of Tajikistan grew. Later the DCA shrank. A Northern Herders Union (NHU) formed; NHU members met."
    found = {(each.surface, each.entity) for each in find(text)}
    assert ("DCA", "drug-control-agency-of-tajikistan") in found
    assert ("NHU", "org:northern herders union") in found


def test_an_acronym_means_nothing_without_its_definition(find: Finder) -> None:
    assert find("The DCA shrank, and the NHU and TIP with it.") == ()


@pytest.mark.parametrize(
    "text",
    [
        "The committee met; the embassy, the ministry and the police kept silent.",
        "Комитет собрался, посольство молчит, министерство думает.",
        "Комитет жиналды, министрлік үндемеді.",
        "این سازمان و آن وزارت خاموش ماندند.",
        "Trucks left Shanghai for Almaty.",
        "He moved from Shanghai to Tashkent in May.",
        "The Soviet Union fell; the West Bank did not.",
        "Карим Ахмедов из Хорога приехал вечером.",
        "Border forces fired back.",
        "WHO ARE THEY AND WHO IS TO BLAME",
        "He is a member of Shanghai's council.",
        "He wrote on Twitter and on Facebook.",
        "",
        "\0\ud800 12",
    ],
)
def test_what_is_no_name_of_an_organization(find: Finder, text: str) -> None:
    assert find(text) == ()


def test_a_bare_shanghai_is_the_organization_only_in_its_company(find: Finder) -> None:
    beside = "Bodies such as ECO and Shanghai were founded for it."
    assert find.entities(beside) == [("ECO", "eco"), ("Shanghai", "sco")]
    assert find.entities("کشورها در اکو و شانگهای همکاری می‌کنند.") == [("اکو", "eco"), ("شانگهای", "sco")]
    defined = "The Shanghai Cooperation Organization grew. Ships left the port of Shanghai, or waited in Shanghai."
    assert find(defined)[0].surface == "Shanghai Cooperation Organization"
    assert not any(each.surface == "Shanghai" and each.start > 90 for each in find(defined))


def test_a_name_that_texts_confuse_is_flagged_and_not_corrected(find: Finder) -> None:
    (mention,) = find("In Central Asia a party called Hezbollah wants a caliphate.")
    assert (mention.name, mention.entity, mention.country) == ("Hezbollah", None, None)
    assert {each.entity for each in mention.alternatives} == {"hizb-ut-tahrir", "hezbollah"}
    assert mention.method.startswith("doubtful")
    (real,) = find("In Lebanon, Hezbollah fired rockets.")
    assert (real.entity, real.country, real.alternatives) == ("hezbollah", "LB", ())


def test_an_organization_in_a_sentence_that_cannot_be_its_own_is_doubted(find: Finder) -> None:
    doubted, plain = find("The OECD held exercises with its troops. The OECD published figures on growth.")
    assert (doubted.entity, plain.entity) == ("oecd", "oecd")
    assert doubted.method.startswith("doubtful")
    assert plain.method == "name"
    assert doubted.confidence < plain.confidence
    (forces,) = find("The non-aligned forces stayed for years.")
    assert forces.entity is None
    assert forces.alternatives[0].entity == "nato"


def test_two_persian_words_that_a_pdf_has_swapped_are_still_a_name(find: Finder) -> None:
    (mention,) = find('گروهی به نام "التحریرحزب" در این کشور کار می‌کند.')
    assert (mention.surface, mention.entity) == ("التحریرحزب", "hizb-ut-tahrir")


def test_a_lost_space_is_seen_where_the_rest_is_a_word_of_the_text(find: Finder) -> None:
    assert find.entities("نیروهای ناتومتعهد رفتند. آنها متعهد بودند.") == [("ناتو", "nato")]
    assert find("او ناتوان بود و ناتوانی کرد.") == ()


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("He works for Zarafshan Bank in the city.", "Zarafshan Bank"),
        ("The University of Upper Panj opened.", "University of Upper Panj"),
        ("LLC Kuhi Safed built the road.", "LLC Kuhi Safed"),
        ("The Vanj border detachment returned fire.", "Vanj border detachment"),
        ("Об этом пишет газета «Горный вестник».", "газета «Горный вестник"),
        ("Комитет матерей Ошской области собрался.", "Комитет матерей Ошской области"),
        ("Сот мәжілісін Алатау аудандық полиция басқармасы күзетті.", "Алатау аудандық полиция басқармасы"),
        ("خبر را دانشگاه بدخشان پخش کرد.", "دانشگاه بدخشان"),
    ],
)
def test_an_organization_of_no_list_is_known_by_its_noun(find: Finder, text: str, surface: str) -> None:
    (mention,) = find(text)
    assert mention.surface.rstrip("»") == surface
    assert mention.method == "pattern"
    assert mention.entity is not None
    assert mention.entity.startswith("org:")
    assert mention.confidence < 0.8


def test_inflected_forms_of_an_unknown_name_are_one_organization(find: Finder) -> None:
    first, second = find("Создан Комитет матерей Оша. Позже к Комитету матерей Оша пришли люди.")
    assert first.entity == second.entity == "org:комитет матерей оша"


def test_a_group_called_by_a_quoted_name_is_a_group(find: Finder) -> None:
    (mention,) = find('A group calling itself "White Horse" claimed it.')
    assert (mention.surface, mention.method) == ("White Horse", "group")
    assert [each.surface for each in find('در این حمله گروهی تحت عنوان 8 "سپیده" دست داشت.')] == ["سپیده"]


def test_the_longest_name_wins(find: Finder) -> None:
    assert find.entities("Tehrik-i-Taliban Pakistan and the Islamic Movement of Uzbekistan.") == [
        ("Tehrik-i-Taliban Pakistan", "ttp"),
        ("Islamic Movement of Uzbekistan", "imu"),
    ]


def test_authors_employers_and_references_are_metadata(find: Finder) -> None:
    text = (
        "Tajik National University, Dushanbe\n\nThe Taliban came to Khorog and left again in May.\n\n"
        "References\n\nRoutledge, London 2001."
    )
    assert [(each.entity, each.role) for each in find(text)] == [
        ("tajik-national-university", "metadata"),
        ("taliban", "literal"),
        ("routledge", "metadata"),
    ]


def test_names_of_coverage_records_and_of_the_lexicon_have_the_same_ids(lexicon: OrganizationLexicon) -> None:
    records = json.loads((data_root() / "coverage/organizations.json").read_text(encoding="utf-8"))
    composed = {f"{body}-of-" for body in lexicon.bodies}
    for record in records:
        known = lexicon.organizations.get(record["id"])
        if known is None:
            assert any(record["id"].startswith(start) for start in composed), record["id"]
        else:
            assert (known.class_, known.wikidata) == (record["class"], record["wikidata"]), record["id"]


def test_every_plain_name_of_the_lexicon_finds_its_organization(lexicon: OrganizationLexicon, find: Finder) -> None:
    wrong = [
        (row.name, mention.entity)
        for row in lexicon.organizations.values()
        for mention in find(f"{row.name} .")
        if mention.entity != row.id and not mention.method.startswith("doubtful")
    ]
    assert wrong == []


def test_class_of_known_composed_and_unknown_ones(lexicon: OrganizationLexicon) -> None:
    assert lexicon.class_of("imu") == "armed_group"
    assert lexicon.class_of("ministry-of-defence-of-tajikistan") == "state_body"
    assert lexicon.class_of("org:x", "Комитет матерей") == "state_body"
    assert lexicon.class_of(None, "") == "other"


def test_all_faults_of_a_lexicon_are_told_at_once(tmp_path: Path) -> None:
    root = tmp_path / "data"
    shutil.copytree(data_root(), root, ignore=shutil.ignore_patterns("naturalearth", "coverage"))
    sources = root / "sources.toml"
    kept = sources.read_text(encoding="utf-8").split("[organization-lexicon]")
    sources.write_text("[organization-lexicon]" + kept[1].split("\n[unicode-cldr]")[0], encoding="utf-8")
    path = root / "lexicons/organizations.toml"
    with path.open("a", encoding="utf-8") as file:
        file.write('\n[[organization]]\nid = "Bad Id"\nname = "X"\nclass = "gang"\nwikidata = "nine"\ncolour = 1\n')
        file.write('\n[[organization]]\nid = "un"\nname = "Y"\nclass = "other"\nru = [{text = "Z", needs = "luck"}]\n')
        file.write('\n[[confusion]]\nnames = ["A"]\nmay_be = ["nobody-known"]\n')
    stamp(root)
    with pytest.raises(InvalidRecords) as caught:
        OrganizationLexicon.read(root)
    told = "\n".join(caught.value.faults)
    for part in ("Bad Id", "`class`", "`wikidata`", "`colour`", "earlier row", "`needs`", "nobody-known", "`reason`"):
        assert part in told
    assert "organizations.toml" in told


WORDS = [
    "Taliban", "NATO", "(NATO)", "ООН", "Комитет", "национальной", "безопасности", "министрлігі", "Ішкі", "سازمان",
    "همکاری", "شانگهای", "طالبان", "و", "«", "»", '"', "University", "of", "the", "Tajik", "government", "\n\n", "\n", "-",
    "’s", "201", "-я", "дивизия", "Вазорати", "корҳои", "дохилӣ", "گروه", "(", ")", "LLC", "\u200c", "\u00ad", "\0", "\ud800",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=25).map(" ".join))
def test_any_text_is_read_and_every_offset_leads_back(lexicon: OrganizationLexicon, text: str) -> None:
    document = Document.of(text)
    found = find_organizations(document, lexicon)
    ends = 0
    for mention in found:
        assert text[mention.start : mention.end] == mention.surface
        assert mention.surface
        assert mention.name
        assert 0 < mention.confidence <= 1
        assert mention.reading.start >= ends
        ends = mention.reading.end
    assert found == find_organizations(document, lexicon)


@pytest.mark.parametrize(
    "text", ["a" * 300_000, "Taliban " * 5_000, "سازمان" * 30_000, "University of " * 5_000, "(" * 30_000]
)
def test_long_monotonous_texts_take_no_long_time(find: Finder, text: str) -> None:
    find(text)


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        (
            "TERMEZ, 9 May 2018 — A lorry from Balkh in Afghanistan burnt, the State Customs Committee said.",
            "customs-committee-of-uzbekistan",
        ),
        (
            "OSH (Vesti). The State Committee for National Security asked Uzbekistan.",
            "state-committee-for-national-security-of-kyrgyzstan",
        ),
        ("ХОРОГ, 9 мая. ГКНБ ищет двух граждан Афганистана.", "state-committee-for-national-security-of-tajikistan"),
        (
            "Uzbek guards found a raft near Imam Sahib in Afghanistan, the State Customs Committee said.",
            "customs-committee-of-uzbekistan",
        ),
    ],
)
def test_the_country_of_the_dateline_and_of_who_acts_outweighs_the_scene(find: Finder, text: str, entity: str) -> None:
    assert [each.entity for each in find(text)] == [entity]


@pytest.mark.parametrize(
    ("text", "surface", "entity"),
    [
        ("МВД РК молчит.", "МВД РК", "ministry-of-internal-affairs-of-kazakhstan"),
        ("МВД КР закрыло дело.", "МВД КР", "ministry-of-internal-affairs-of-kyrgyzstan"),
        ("Так решили погранвойска ГКНБ РТ.", "погранвойска ГКНБ РТ", "border-troops-of-tajikistan"),
        ("وزارت کشور تاجیکستان پاسخ نداد.", "وزارت کشور تاجیکستان", "ministry-of-internal-affairs-of-tajikistan"),
        ("وزارت کشور پاسخ نداد.", "وزارت کشور", "ministry-of-internal-affairs-of-iran"),
    ],
)
def test_short_names_side_by_side_are_no_line_of_capitals_and_words_of_one_state_serve_others(
    find: Finder, text: str, surface: str, entity: str
) -> None:
    assert [(each.surface, each.entity) for each in find(text)] == [(surface, entity)]


def test_a_court_in_a_town_does_not_bear_its_name(find: Finder) -> None:
    assert find("Суд в Оше отложил дело.") == ()


def test_journalists_are_no_newspaper(find: Finder) -> None:
    assert find("روزنامه نگاران در بازار ماندند.") == ()
    assert [each.surface for each in find("خبرگزاری صدای افغان این را نوشت.")] == ["خبرگزاری صدای افغان"]


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("کمیته امنیت ملی تاجیکستان پاسخ نداد.", "state-committee-for-national-security-of-tajikistan"),
        (
            "The National Security Committee closed a market in Bishkek.",
            "state-committee-for-national-security-of-kyrgyzstan",
        ),
        ("The National Security Committee of Kazakhstan closed a market.", "national-security-committee-of-kazakhstan"),
        ("The National Security Committee closed a market.", "national-security-committee-of-kazakhstan"),
    ],
)
def test_a_body_of_one_state_gives_way_to_its_namesake_in_a_text_on_another(
    find: Finder, text: str, entity: str
) -> None:
    assert [each.entity for each in find(text)] == [entity]


def test_a_quoted_name_after_its_noun_keeps_both_marks(find: Finder) -> None:
    assert [each.name for each in find("На участке погранотряда «Чинара» тихо.")] == ["погранотряда «Чинара»"]


@pytest.mark.parametrize(
    "text",
    [
        "The border police of these countries met.",
        "پلیس مبارزه با مواد مخدر این کشورها همکاری می‌کند.",
        "Пограничные войска этих стран провели встречу.",
    ],
)
def test_a_body_of_several_states_is_that_of_none(find: Finder, text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("مرکز مطالعات آسیای مرکزی کتابی چاپ کرد.", "مرکز مطالعات آسیای مرکزی"),
        ("موسسه مطالعات ایران و اوراسیا نشستی داشت.", "موسسه مطالعات ایران و اوراسیا"),
        ("پژوهشکده مطالعات راهبردی و دانشگاه پاسخ ندادند.", "پژوهشکده مطالعات راهبردی"),
    ],
)
def test_an_institute_is_told_by_what_it_studies(find: Finder, text: str, surface: str) -> None:
    assert [each.surface for each in find(text)] == [surface]


def test_a_group_that_calls_itself_so_has_a_name(find: Finder) -> None:
    found = find("Группировка, называющая себя «Ветер долины», молчит.")
    assert [each.surface for each in found] == ["Ветер долины"]
