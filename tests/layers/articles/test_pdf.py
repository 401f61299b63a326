"""PDFs: what their text and their faults are, and that nothing in them reaches beyond the child process."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import UnreadableArticle
from layers.articles.documents.pdf import PdfLimits, extract_pdf
from layers.articles.documents.read import read_file
from tests.pdfs import make_pdf, packed_pdf, with_image

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
        extract_pdf(packed_pdf(300_000_000), "bomb.pdf", PdfLimits(memory_mb=400, cpu_s=20, timeout_s=30))


def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableArticle, match="takes more than"):
        extract_pdf(make_pdf([LINE] * 200), "slow.pdf", PdfLimits(timeout_s=0.05))
    assert time.monotonic() - started < 30


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
