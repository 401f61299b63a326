"""Sentences: where they end and where a point is no end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.articles.wording.document import Document
from layers.articles.wording.sentences import paragraph_spans, sentence_spans


def split(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, 0, len(text), language)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. B. Omarov met Sgt. Lee at post No. 5.", "Then they left."],
        ["It cost 2.5 million, i.e. too much.", "Nobody paid."],
        ["The U.S. Army came on Jan. 5.", "The U.N. did not."],
        ["He works for the U.S.", "The post is shut."],
        ["“Go!” he said.", "“Why?”", "Nobody knew…", "They left."],
        ["Wait ... for it.", "Done."],
        ["KULOB, Aug. 14 (Agency) — Two men were held.", "They were freed."],
        ["41. The post was shut.", "It stayed so."],
        ["It was so.12 Later it was not."],
        ["The post is shut.The road is open."],
    ],
)
def test_english(sentences: list[str]) -> None:
    text = " ".join(sentences)
    expected = {
        "It was so.12 Later it was not.": ["It was so.12", "Later it was not."],
        "The post is shut.The road is open.": ["The post is shut.", "The road is open."],
    }.get(text, sentences)
    assert split(text) == expected


@pytest.mark.parametrize(
    "sentences",
    [
        ["В 2015 г. Застава им. Петрова получила 3 тыс. рублей.", "Потом ничего."],
        ["Инженер А. С. Серов, т. е. главный, уехал в г. Ош.", "Мост закрыт."],
        ["Он ушёл?", "Да!", "«Нет», — сказали все."],
        ["Колонна стояла на границе с весны до осени 2015 г.", "Мост открыли."],
    ],
)
def test_russian(sentences: list[str]) -> None:
    assert split(" ".join(sentences), "ru") == sentences


def test_kazakh() -> None:
    sentences = ["Бекет 2015 ж. ашылды.", "Көпір жабық."]
    assert split(" ".join(sentences), "kk") == sentences


def test_persian() -> None:
    assert split("پل بسته شد. راه باز است؟ نه!", "fa") == ["پل بسته شد.", "راه باز است؟", "نه!"]
    assert split("پل بسته شد.راه باز است", "fa") == ["پل بسته شد.", "راه باز است"]
    assert split("پل بسته شد .راه باز است", "fa") == ["پل بسته شد .", "راه باز است"]


def test_items_of_a_list_rows_and_headings_are_sentences() -> None:
    assert split("Posts:\n• North post\n• South post, shut") == ["Posts:", "• North post", "• South post, shut"]
    assert split("North post 12 kg\nSouth post 3 kg\nEast post 5 kg") == [
        "North post 12 kg",
        "South post 3 kg",
        "East post 5 kg",
    ]
    assert split("The posts\nGuards of both sides met at the bridge over the river.") == [
        "The posts",
        "Guards of both sides met at the bridge over the river.",
    ]


def test_a_line_that_goes_on_ends_no_sentence() -> None:
    text = "Guards of both sides met at the\nBridge of Friendship over the river, in\nTermez, on Monday."
    assert split(text) == [text]


@given(st.text(max_size=200) | st.text('a. A\n.!؟•-12г"»', max_size=80))
def test_sentences_hold_all_letters_in_order(text: str) -> None:
    document = Document.of(text)
    reading = document.text.reading
    kept = "".join(reading[start:end] for start, end, *_ in document.sentences)
    assert "".join(kept.split()) == "".join(reading.split())
    assert [token.start for token in document.tokens] == sorted(token.start for token in document.tokens)
    for sentence in document.sentences:
        assert document.sentence_at(sentence.start) == sentence
        for token in document.tokens[sentence.first_token : sentence.last_token]:
            assert sentence.start <= token.start < token.end <= sentence.end


def test_paragraphs_are_parted_by_empty_lines() -> None:
    text = "one\ntwo\n \t\nthree\n\n\n"
    assert [text[start:end].strip() for start, end in paragraph_spans(text)] == ["one\ntwo", "three"]
