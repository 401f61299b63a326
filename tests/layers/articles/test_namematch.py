"""Names in texts: stems, case, spacing, and what PDF extraction does to Persian. All sentences are invented."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.datasets import data_root, stamp
from geo.errors import InvalidRecords
from layers.articles.actors.acronyms import find_definitions, is_acronym
from layers.articles.geoparsing.country_words import CountryWords
from layers.articles.wording.document import Document
from layers.articles.wording.name_words import Words
from layers.articles.wording.namematch import NameIndex
from layers.articles.wording.stems import MAX_LETTERS, name_key, word_keys
from layers.articles.wording.text import fold

if TYPE_CHECKING:
    from pathlib import Path


def found(index: NameIndex[str], text: str) -> list[tuple[str, str]]:
    document = Document.of(text)
    return [(document.text.reading[m.start : m.end], m.label) for m in index.find(Words(document))]


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("ru", "организация организации организацию организацией организациям"),
        ("ru", "шанхайская шанхайской шанхайскую"),
        ("ru", "агентство агентства агентству агентством"),
        ("ru", "талибан талибана талибану талибаном талибане"),
        ("kk", "ұйымы ұйымын ұйымының ұйымына ұйымында ұйымынан ұйымымен"),
        ("kk", "комитеті комитетінің комитетіне комитетінде"),
        ("kk", "одақ одағы одаққа одағының одақтан"),
        ("uz", "vazirligi vazirligining vazirligiga vazirlik"),
        ("uz", "қўмитаси қўмитасининг қўмитасидан"),
        ("tg", "вазорат вазорати вазоратро"),
        ("en", "organisation organization"),
    ],
)
def test_the_forms_of_a_word_have_one_key(language: str, forms: str) -> None:
    assert len({name_key(fold(form), language) for form in forms.split()}) == 1


@pytest.mark.parametrize("pair", ["совет советник", "полк полковник", "банк банкир"])
def test_other_words_have_other_keys(pair: str) -> None:
    one, other = map(fold, pair.split())
    assert name_key(one, "ru") != name_key(other, "ru")


@given(
    st.text(alphabet="абвгдежиклмнопрстуыьюяқғұіө", min_size=1, max_size=12), st.sampled_from(["ru", "kk", "uz", "tg"])
)
def test_a_word_of_a_text_has_the_key_of_the_same_word_in_a_name(word: str, language: str) -> None:
    assert name_key(word, language) in word_keys(word)


def test_what_is_too_long_for_a_word_has_no_key() -> None:
    assert word_keys("x" * (MAX_LETTERS + 1)) == ()


def test_capitals_count_as_the_name_is_written() -> None:
    index = NameIndex([("DEA", "en", "dea"), ("Border Forces", "en", "forces"), ("foreign ministry", "en", "mfa")])
    assert found(index, "dea Dea DEA") == [("DEA", "dea")]
    assert found(index, "Border forces. Border Forces.") == [("Border Forces", "forces")]
    assert found(index, "Foreign Ministry, FOREIGN MINISTRY, foreign ministry") == [
        ("Foreign Ministry", "mfa"),
        ("FOREIGN MINISTRY", "mfa"),
        ("foreign ministry", "mfa"),
    ]


def test_hyphens_quotes_and_possessives_make_no_difference() -> None:
    index = NameIndex([("Asia-Plus", "en", "ap"), ("Радио Свобода", "ru", "rs"), ("Taliban", "en", "t")])
    assert found(index, "Asia Plus, Asia-Plus, the Taliban’s and anti-Taliban men") == [
        ("Asia Plus", "ap"),
        ("Asia-Plus", "ap"),
        ("Taliban", "t"),
        ("Taliban", "t"),
    ]
    assert found(index, "По Радио «Свобода» передали.") == [("Радио «Свобода", "rs")]


def test_persian_names_are_found_with_any_spacing_and_with_endings() -> None:
    index = NameIndex([("حزب التحریر", "fa", "ht"), ("طالبان", "fa", "t"), ("اکو", "fa", "eco")])
    assert [label for _, label in found(index, "حزب التحریر، حزب‌التحریر، حزبالتحریر، التحریرحزب")] == ["ht"] * 4
    assert found(index, "طالبان‌ها و طالبانی و وطالبان") == [("طالبان", "t")] * 3
    assert found(index, "اکوسیستم و پژواکوند") == []
    assert found(index, "حزب\n\nالتحریر") == []


def test_every_label_of_a_name_is_given_and_the_longer_name_first() -> None:
    index = NameIndex([("Red Star", "en", "a"), ("Red Star", "en", "b"), ("Red Star Bank", "en", "c")])
    assert sorted(found(index, "the Red Star Bank")) == [("Red Star", "a"), ("Red Star", "b"), ("Red Star Bank", "c")]
    assert found(index, "the Red Star Bank")[0] == ("Red Star Bank", "c")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["Taliban", "طالبان", "Талибан"]), st.text(max_size=40))
def test_a_name_between_blanks_is_found_whatever_stands_around_it(before: str, name: str, after: str) -> None:
    index = NameIndex([("Taliban", "en", "t"), ("طالبان", "fa", "t"), ("Талибан", "ru", "t")])
    document = Document.of(f"{before} . {name} . {after}")
    assert any(document.text.reading[m.start : m.end] == name for m in index.find(Words(document)))


def test_acronyms_are_told_from_words() -> None:
    assert [word for word in ("UNODC", "КазНУ", "ШЫҰ", "Taliban", "A", "", "the") if is_acronym(word)] == [
        "UNODC",
        "КазНУ",
        "ШЫҰ",
    ]


def test_a_definition_needs_a_name_of_several_words() -> None:
    class Name:
        def __init__(self, start: int, end: int) -> None:
            self.start, self.end = start, end

    text = "KHOROG (Reuters) - The Herders Union (далее - HU) met the WTO (World Trade Organization)."
    words = Words(Document.of(text))
    names = [
        Name(text.index(name), text.index(name) + len(name))
        for name in ("Reuters", "Herders Union", "World Trade Organization")
    ]
    assert {key: names.index(value) for key, value in find_definitions(words, names).items()} == {"HU": 1, "WTO": 2}


def test_countries_are_known_by_name_adjective_and_capital_in_six_languages() -> None:
    countries = CountryWords.read()
    text = "Tajikistan таджикского Тәжікстанда تاجیکستان Tojikistonda Тоҷикистонро Afghans Ташкенте"
    document = Document.of(text)
    labels = [match.label for match in countries.index.find(Words(document))]
    assert [code for code, _ in labels].count("TJ") == 6
    assert ("AF", "demonym") in labels
    assert ("UZ", "capital") in labels


def test_all_faults_of_the_words_for_countries_are_told_at_once(tmp_path: Path) -> None:
    root = tmp_path / "data"
    (root / "lexicons").mkdir(parents=True)
    shutil.copy(data_root() / "lexicons/demonyms.toml", root / "lexicons")
    with (root / "lexicons/demonyms.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[country]]\ncode = "tj"\nname.en = ["X"]\n\n[[country]]\ncode = "AF"\nname.xx = ["Y"]\nriver.en = ["Z"]\n'
        )
    head = (data_root() / "sources.toml").read_text(encoding="utf-8").split("[organization-lexicon]")[1]
    fields = head.split("[organization-lexicon.files]")[0]
    (root / "sources.toml").write_text(
        f'[organization-lexicon]{fields}[organization-lexicon.files]\n"lexicons/demonyms.toml" = ""\n', encoding="utf-8"
    )
    stamp(root)
    with pytest.raises(InvalidRecords) as caught:
        CountryWords.read(root)
    told = "\n".join(caught.value.faults)
    for part in ("`code` must be", "earlier row", "`name.en` is missing", "`name.xx`", "`river` is unknown"):
        assert part in told
