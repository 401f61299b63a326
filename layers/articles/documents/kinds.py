"""Kinds of files, told by what they hold and not by what they are called.

What somebody sends from a browser may be called anything. An article is a PDF, a web page, Markdown or plain text; archives,
pictures, programs and files that are two things at once are refused with what to do instead. The signatures are those of the
formats' own specifications.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from geo.errors import UnreadableArticle

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SUFFIX_OF", "Kind", "kind_of"]

Kind = Literal["pdf", "html", "markdown", "text"]

SUFFIX_OF: dict[Kind, str] = {"pdf": ".pdf", "html": ".html", "markdown": ".md", "text": ".txt"}
"""The suffix under which :func:`layers.articles.documents.read.read_file` reads a kind."""

_HEAD_BYTES = 8_192
_TAIL_BYTES = 66_000
"""Holds a ZIP's end record with its longest comment."""

_TEXT = "Save its text as a .txt file."
_PDF = "Save it as PDF, web page or plain text first."

_OTHERS: tuple[tuple[bytes, int, str, str], ...] = (
    (b"PK\x03\x04", 0, "a ZIP archive (as Word, OpenDocument and EPUB files are)", _PDF),
    (b"PK\x05\x06", 0, "an empty ZIP archive", _PDF),
    (b"\x1f\x8b", 0, "a gzip archive", "Unpack it first."),
    (b"BZh", 0, "a bzip2 archive", "Unpack it first."),
    (b"\xfd7zXZ\x00", 0, "an xz archive", "Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", 0, "a 7z archive", "Unpack it first."),
    (b"Rar!\x1a\x07", 0, "a RAR archive", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", 0, "a Zstandard archive", "Unpack it first."),
    (b"ustar", 257, "a tar archive", "Unpack it first."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "an old Office document", _PDF),
    (b"{\\rtf", 0, "a rich text document", _PDF),
    (b"%!PS", 0, "a PostScript file", _PDF),
    (b"AT&TFORM", 0, "a DjVu document", "Save it as PDF with its text, or run text recognition over it."),
    (b"\x89PNG\r\n\x1a\n", 0, "a picture", "Run text recognition (OCR) over it and send the text."),
    (b"\xff\xd8\xff", 0, "a picture", "Run text recognition (OCR) over it and send the text."),
    (b"GIF8", 0, "a picture", "Run text recognition (OCR) over it and send the text."),
    (b"II*\x00", 0, "a picture", "Run text recognition (OCR) over it and send the text."),
    (b"MM\x00*", 0, "a picture", "Run text recognition (OCR) over it and send the text."),
    (b"MZ", 0, "a program", "Send the article itself."),
    (b"\x7fELF", 0, "a program", "Send the article itself."),
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SKIPPED = re.compile(r"\s+|<!--.*?-->|<\?xml[^>]*\?>", re.DOTALL)
_PAGE = re.compile(r"<(!doctype\s+html|html|head|body|article|main|title|meta)\b", re.IGNORECASE)
_IN_PDF = re.compile(rb"<(!doctype|html|script|body|iframe)\b", re.IGNORECASE)
_MAIL = re.compile(rb"(?i)^(?:from|mime-version|subject|snapshot-content-location): .*\r?$", re.MULTILINE)
_FEWEST_HEADERS = 2


def kind_of(path: Path, name: str) -> Kind:
    """Return what kind of article a file holds.

    Parameters
    ----------
    path
        The file, of which the beginning and the end are read.
    name
        What its sender called it: for errors, and to tell Markdown from plain text, which is all it decides.

    Raises
    ------
    UnreadableArticle
        The file is empty, of another kind, or two things at once; the hint says what to do.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = path.stat().st_size
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
    if not head.strip(b"\x00 \t\r\n"):
        raise UnreadableArticle(f"{name} is empty.", hint="Send a file that holds the article's text.")
    if head.startswith(b"%PDF-"):
        _check_pdf(name, head, tail)
        return "pdf"
    for signature, at, what, hint in _OTHERS:
        if head[at : at + len(signature)] == signature:
            raise UnreadableArticle(f"{name} is {what}, which is not read.", hint=hint)
    if b"%PDF-" in head:
        raise UnreadableArticle(
            f"{name} holds a PDF, but begins with something else.", hint="Print it to a new PDF and send that."
        )
    return _kind_of_text(name, head)


def _check_pdf(name: str, head: bytes, tail: bytes) -> None:
    other = ""
    if b"PK\x05\x06" in tail and b"PK\x01\x02" in tail:
        other = "a ZIP archive"
    elif _IN_PDF.search(head[:1024]):
        other = "a web page"
    if other:
        raise UnreadableArticle(
            f"{name} is a PDF and {other} at once.", hint="Print it to a new PDF, which holds the article only."
        )


def _kind_of_text(name: str, head: bytes) -> Kind:
    if not head.startswith(_MARKS) and _CONTROL.search(head):
        raise UnreadableArticle(f"{name} is binary, not text.", hint=_TEXT)
    encoding = "utf-16" if head.startswith(_MARKS[1:]) else "utf-8-sig"
    text = head[: len(head) // 2 * 2].decode(encoding, "replace")
    begun = text
    while match := _SKIPPED.match(begun):
        begun = begun[match.end() :]
    if len(_MAIL.findall(head)) >= _FEWEST_HEADERS and b"content-type:" in head.lower():
        raise UnreadableArticle(
            f"{name} is a mail or a web archive (MHTML).", hint="Save the page as “web page, HTML only”."
        )
    if begun.startswith("<"):
        if _PAGE.match(begun):
            return "html"
        if text.lstrip("\ufeff \t\r\n").startswith("<?xml"):
            raise UnreadableArticle(f"{name} is XML of a kind that is not read.", hint=_TEXT)
        return "html" if _PAGE.search(begun) else "text"
    return "markdown" if name.lower().endswith((".md", ".markdown")) else "text"
