"""PDFs: what their text and their faults are, and that nothing in them reaches beyond the child process."""

import fcntl
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.errors import UnreadableArticle
from layers.articles.documents import pdf, pdf_process
from layers.articles.documents.pdf import PdfLimits, extract_pdf
from layers.articles.documents.pdf_process import logical_line
from layers.articles.documents.read import read_file
from tests.pdfs import make_pdf, packed_pdf, seen_pdf, with_image

LINE = "A lorry with four tonnes of flour crossed the bridge."


def test_a_pdf_gives_its_text_title_and_authors(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(make_pdf([LINE, "It came back empty."], title="A bridge", author="Ann Writer; Ben Other"))
    read = read_file(path)
    assert read.text == f"{LINE}\n\nIt came back empty."
    assert (read.title, read.authors, read.media_type) == ("A bridge", ("Ann Writer", "Ben Other"), "application/pdf")
    assert read.licence is None
    assert read.year is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (make_pdf([LINE], password=LINE), "is encrypted"),
        (make_pdf([LINE])[:200], "damaged or cut short"),
        (make_pdf([""]), "holds no text"),
        (with_image(make_pdf([""])), "images only"),
        (make_pdf(["x"] * 500), "has 500 pages"),
        (b"%PDF-1.7\nnothing else", "damaged or cut short"),
    ],
    ids=["encrypted", "truncated", "empty", "images", "500 pages", "header only"],
)
def test_a_pdf_that_cannot_be_read_says_why_and_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableArticle, match=says) as caught:
        extract_pdf(content, "paper.pdf")
    assert caught.value.hint


@pytest.mark.long
def test_a_pdf_that_unpacks_to_too_much_is_given_up() -> None:
    with pytest.raises(UnreadableArticle, match="needs more than"):
        extract_pdf(packed_pdf(300_000_000), "bomb.pdf", PdfLimits(memory_mb=400))


@pytest.mark.long
def test_a_pdf_that_takes_a_processor_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child that limits itself, with a reader that never comes to an end."""
    endless = tmp_path / "endless.py"
    endless.write_text(
        f"import runpy\nchild = runpy.run_path({str(pdf._PROCESS)!r})\n"
        "def read(*_):\n    while True:\n        pass\n"
        "child['main'].__globals__['extract'] = read\nchild['main']()\n"
    )
    monkeypatch.setattr(pdf, "_PROCESS", endless)
    with pytest.raises(UnreadableArticle, match="takes more than 1 s"):
        extract_pdf(make_pdf([LINE]), "slow.pdf", PdfLimits(cpu_s=1))


def test_a_child_that_does_not_answer_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, held = tmp_path / "waiting.py", tmp_path / "held"
    waiting.write_text(
        "import fcntl, subprocess, sys\n"
        f"with open({str(held)!r}, 'w') as file:\n    fcntl.flock(file, fcntl.LOCK_EX)\n"
        "    subprocess.run(['sleep', '1000'], pass_fds=[file.fileno()], check=False)\n"
    )
    monkeypatch.setattr(pdf, "_PROCESS", waiting)
    with pytest.raises(UnreadableArticle, match=r"has not been read within 0\.5 s") as caught:
        extract_pdf(make_pdf([LINE]), "slow.pdf", PdfLimits(timeout_s=0.5))
    assert caught.value.hint
    with held.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # had once whoever held it is gone


WORDS = ("مرزبانان", "در", "کولاب", "کیلوگرم", "تریاک", "کشف", "کردند")
APART = ("۳۵", "۱۳۹۸/۱/۱۲", "12.5", "45", "UNODC", "The Hague of 2019", "COVID-19")


def as_seen(tokens: list[str]) -> str:
    """Lay a line of Persian out as a reader sees it, left to right: the last word first, only Persian words turned around."""
    return " ".join(token[::-1] if token in WORDS else token for token in reversed(tokens))


def test_persian_that_a_browser_printed_is_read_in_order() -> None:
    lines = [
        ["مرزبانان", "۱۲", "تریاک", "۱۳۹۸", "در", "کولاب", "12.5", "کیلوگرم", "کشف", "کردند"],
        ["در", "کولاب", "UNODC", "تریاک", "کشف"],
    ]
    found = extract_pdf(seen_pdf([as_seen(line) for line in lines]), "printed.pdf").text
    assert [line for line in found.splitlines() if line] == [" ".join(line) for line in lines]


def test_a_page_that_cannot_be_drawn_is_read_as_its_producer_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: bytes) -> None:
        raise ValueError("no PDF that PDFium knows")

    monkeypatch.setattr(pdf_process, "_drawn", fail)
    found = pdf_process.extract(seen_pdf([as_seen(["در", "کولاب", "کشف"])]), 9)
    assert "کولاب" in found["text"]


def test_forms_of_letters_become_letters() -> None:
    """What a font draws at the end, in the middle and at the beginning of a word, and its ligature of lam and alef."""
    assert extract_pdf(seen_pdf(["\ufe8f\ufefb\ufeee\u06a9", "\ufeae\ufed4\ufee7"]), "printed.pdf").text.split() == [
        "کولاب",
        "نفر",
    ]


def test_columns_of_persian_are_not_read_across() -> None:
    words = [as_seen(["مرزبانان", "در", "کولاب"]), as_seen(["تریاک", "کشف", "کردند"])]
    found = extract_pdf(seen_pdf([(" " * 12).join(words)] * 6), "journal.pdf").text
    assert "کردند مرزبانان" not in found
    assert found.count("کولاب") == 6


@given(
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=8),
    st.lists(st.sampled_from(APART), min_size=1, max_size=7),
)
def test_a_line_as_it_is_seen_becomes_the_line_as_it_is_read(words: list[str], apart: list[str]) -> None:
    tokens = [words[0]]
    for word, other in zip(words[1:], apart, strict=False):
        tokens += [other, word]
    assume(3 * sum(map(len, words)) > len("".join(apart)))
    assert logical_line(as_seen(tokens)) == " ".join(tokens)


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("", ""),
        ("An abstract (in English), 2019.", "An abstract (in English), 2019."),
        (".درک فشک (UNODC) 35% ", " %35 (UNODC) کشف کرد."),
        ("The Persian word زرم means border.", "The Persian word مرز means border."),
        ("۱۳۹۹-۱۳۹۸ یاهلاس", "سالهای ۱۳۹۸-۱۳۹۹"),
    ],
)
def test_brackets_signs_and_other_directions(seen: str, read: str) -> None:
    assert logical_line(seen) == read


@pytest.mark.long
@settings(max_examples=6, deadline=None)
@given(st.data())
def test_a_mutated_pdf_gives_a_text_or_one_error(data: st.DataObject) -> None:
    content = bytearray(make_pdf([LINE, LINE]))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    try:
        read = extract_pdf(bytes(content), "fuzzed.pdf", PdfLimits(memory_mb=600, cpu_s=10, timeout_s=20))
    except UnreadableArticle:
        return
    assert read.pages


def test_the_child_writes_no_file_and_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    extract_pdf(make_pdf([LINE]), "paper.pdf")
    assert list(tmp_path.iterdir()) == []
