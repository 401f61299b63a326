"""Languages: told by script, letters and words, never guessed for a few words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.articles.wording.document import Document
from layers.articles.wording.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The guards of both posts met at the bridge in the morning.", "en"),
        ("Сотрудники заставы встретились утром на мосту через реку.", "ru"),
        ("Шекарашылар таңертең көпірде кездесті, үкімет бұл туралы хабарлады.", "kk"),
        ("Чек арачылар эртең менен көпүрөдө жолугушту, бул тууралуу өкмөт билдирди.", "ky"),
        ("Марзбонон субҳ дар пули дарё вохӯрданд ва ҳукумат гуфт, ки роҳ кушода аст.", "tg"),
        ("Чегарачилар эрталаб кўприкда учрашди, ҳукумат бу ҳақда хабар қилди.", "uz"),
        ("Chegarachilar ertalab ko‘prikda uchrashdi va bu haqida hukumat xabar berdi.", "uz"),
        ("Прикордонники зустрілися вранці на мосту, про це повідомив уряд і її міністр.", "uk"),
        ("مرزبانان صبح در پل رودخانه دیدار کردند و دولت آن را اعلام کرد.", "fa"),
        ("التقى حرس الحدود في الصباح على الجسر وقالت الحكومة إن الطريق مفتوح أمام الشاحنات.", "ar"),
        ("د پولې ساتونکي سهار په پله کې سره ولیدل او حکومت وویل چې لاره خلاصه ده.", "ps"),
        ("سرحدی محافظوں نے صبح پل پر ملاقات کی اور حکومت نے کہا کہ راستہ کھلا ہے۔", "ur"),
        ("Die Grenzwachen trafen sich am Morgen an der Brücke, und die Regierung sagte, dass der Weg offen ist.", "de"),
    ],
)
def test_a_passage_is_told(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "around"), [("Астана", "kk"), ("Душанбе, 5 июл", "tg"), ("TOSHKENT", "uz"), ("1999", "fa")]
)
def test_a_few_words_go_on_in_the_language_around(text: str, around: str) -> None:
    assert language_of(text, around) == around


def test_a_foreign_name_changes_no_language() -> None:
    assert language_of("В городе Өскемен, по сообщению властей, открыли мост; это было вчера на берегу.") == "ru"


@given(st.text(max_size=100))
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text, "en")


def test_each_paragraph_has_its_own() -> None:
    document = Document.of("The guards of both sides met at the bridge.\n\nПограничники встретились.\n\n2019")
    assert [paragraph.language for paragraph in document.paragraphs] == ["en", "ru", "en"]
