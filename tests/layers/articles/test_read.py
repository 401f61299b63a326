"""Article files: what is read from each kind, and that one bad file stops no other."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import UnreadableArticle
from layers.articles.documents.html import read_html
from layers.articles.documents.read import article_paths, read_file, read_files
from tests.pdfs import make_pdf

PAGE = """<html lang="en"><head><meta charset="utf-8"><title>Bridge shut | The Gazette</title>
<meta name="author" content="Ann Writer"><meta name="date" content="2021-03-04">
<link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/"></head>
<body><nav><a href="/">Home</a><a href="/all">All news</a></nav><article><h1>Bridge shut</h1>
<p>The bridge over the river was shut on Monday after the spring flood had damaged two of its pillars.</p>
<p>Lorries have to wait at the crossing until engineers have looked at it, the ministry of transport said.</p></article>
<footer>Imprint and cookies</footer></body></html>"""


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_plain_text_is_its_file(tmp_path: Path) -> None:
    content = "On the border\r\n\r\nGuards met. © 2019 The authors, CC BY 4.0\r\n".encode()
    read = read_file(put(tmp_path / "a.txt", content))
    assert read.text.encode() == content
    assert read.sha256 == read.text_sha256 == hashlib.sha256(content).hexdigest()
    assert (read.title, read.year, read.licence, read.authors) == ("On the border", 2019, "CC-BY-4.0", ())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Он был на границе, и это не было известно.", "windows-1251"),
        ("Он был на границе, и это не было известно.", "koi8-r"),
        ("اين كشور در مرز است و از آن به جنوب", "windows-1256"),
        ("The “border” was closed – it is said.", "windows-1252"),
        ("Шекара – the border, مرز", "utf-16"),
        ("Шекара – the border, مرز", "utf-8-sig"),
    ],
)
def test_an_encoding_is_found_out(text: str, encoding: str, tmp_path: Path) -> None:
    assert read_file(put(tmp_path / "a.txt", text.encode(encoding))).text == text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n\n ", "is empty"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0", "is binary"),
        ("a.txt", bytes(range(128, 256)) * 3, "encoding cannot be told"),
        ("a.txt", b"\xff\xfea", "is not"),
        ("a.docx", b"PK\x03\x04", "kind that is not read"),
        ("a.html", b"<html><body></body></html>", "no article"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(
    name: str, content: bytes, says: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableArticle, match=says) as caught:
        read_file(put(tmp_path / name, content))
    assert caught.value.hint


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="cannot be read"):
        read_file(tmp_path / "none.txt")


def test_markdown_gives_what_a_reader_sees(tmp_path: Path) -> None:
    source = (
        "---\ntitle: 'Two posts'\nauthor: Ann Writer and Ben Other\ndate: 2020-02-03\nlicense: CC BY 4.0\n---\n"
        "# Ignored *heading*\n\nGuards of **both** sides [met](https://example.org).\n\n- one\n- two\n"
    )
    read = read_file(put(tmp_path / "a.md", source.encode()))
    assert read.text == "Ignored heading\n\nGuards of both sides met.\n\none\n\ntwo"
    assert (read.title, read.authors, read.year, read.licence) == (
        "Two posts",
        ("Ann Writer", "Ben Other"),
        2020,
        "CC-BY-4.0",
    )


def test_a_web_page_gives_its_article(tmp_path: Path) -> None:
    read = read_file(put(tmp_path / "a.html", PAGE.encode()))
    assert "two of its pillars" in read.text
    assert "cookies" not in read.text
    assert "All news" not in read.text
    assert (read.title, read.authors, read.year, read.licence) == ("Bridge shut", ("Ann Writer",), 2021, "CC-BY-SA-4.0")


def test_a_page_is_read_in_the_encoding_that_it_declares() -> None:
    page = PAGE.replace("utf-8", "windows-1251").replace("The bridge over the river", "Мост через реку был закрыт")
    assert "Мост через реку" in read_html("a.html", page.encode("windows-1251")).text


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_mutated_page_gives_a_text_or_one_error(data: st.DataObject) -> None:
    content = bytearray(PAGE.encode())
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=20))
    try:
        assert read_html("fuzzed.html", bytes(content)).text.strip()
    except UnreadableArticle as error:
        assert error.hint  # noqa: PT017 -- either outcome is right


def test_a_page_nested_without_end_gives_a_text_or_one_error() -> None:
    page = b"<html><body>" + b"<div>" * 50_000 + b"The bridge is shut."
    with pytest.raises(UnreadableArticle):
        read_html("deep.html", page)


def test_a_folder_is_read_in_order_and_goes_on_after_bad_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    put(tmp_path / "sub" / "c.txt", b"Guards met at the bridge.")
    put(tmp_path / "b.pdf", make_pdf(["Guards met at the bridge."])[:150])
    put(tmp_path / "a.pdf", make_pdf(["Guards met at the bridge."]))
    put(tmp_path / ".git" / "d.txt", b"hidden")
    put(tmp_path / "e.png", b"picture")
    found = list(read_files(article_paths(tmp_path)))
    assert [path.name for path, _ in found] == ["a.pdf", "b.pdf", "c.txt"]
    assert [isinstance(read, UnreadableArticle) for _, read in found] == [False, True, False]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="is no folder"):
        article_paths(tmp_path / "none")
