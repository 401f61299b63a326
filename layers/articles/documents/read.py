"""Reading article files: plain text, Markdown, saved web pages and PDFs, one by one or whole folders.

Each gives a :class:`SourceText`, or one error that says what is wrong with the file and what to do.
"""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING

from geo.errors import UnreadableArticle
from layers.articles.documents.html import read_html
from layers.articles.documents.pdf import PdfLimits, extract_pdf
from layers.articles.documents.plaintext import authors_of, read_markdown, read_plaintext
from layers.articles.documents.source_text import SourceText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

__all__ = [
    "SUFFIXES",
    "PdfLimits",
    "SourceText",
    "article_bytes",
    "article_paths",
    "read_content",
    "read_file",
    "read_files",
    "shown_path",
]

_READERS: dict[str, Callable[[str, bytes], SourceText]] = {
    ".txt": read_plaintext,
    ".text": read_plaintext,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
}

SUFFIXES = frozenset({*_READERS, ".pdf"})
"""Suffixes of the files that are read, in lower case."""

_MOST_BYTES = 200_000_000
_UNTITLED = ("untitled", "microsoft word", "powerpoint", "document1", "slide 1")


def read_file(path: Path, *, limits: PdfLimits | None = None) -> SourceText:
    """Read one article file; its suffix says of what kind it is.

    Parameters
    ----------
    path
        The file.
    limits
        What reading a PDF may cost; ``None`` means the defaults of :class:`PdfLimits`.

    Raises
    ------
    UnreadableArticle
        The file cannot be opened, is empty, of another kind or damaged, or holds no text; the hint says what to do.
    """
    return read_content(shown_path(path.name), article_bytes(path), limits=limits)


def shown_path(path: Path | str) -> str:
    r"""Return a path as text that can be stored and printed: bytes of a file's name that are no UTF-8 become U+FFFD.

    >>> shown_path("stat\udcff.txt")
    'stat�.txt'
    """
    return os.fsencode(path).decode("utf-8", "replace")


def article_bytes(path: Path) -> bytes:
    """Return the bytes of an article file.

    Raises
    ------
    UnreadableArticle
        The file cannot be opened, or is so large that it is no article.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UnreadableArticle(
                f"{shown_path(path.name)} is larger than {_MOST_BYTES / 1e6:.0f} MB.",
                hint="Save the article's text as a .txt file.",
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableArticle(
            f"{shown_path(path.name)} cannot be read: {error.strerror or error}.", hint="Name a file that you may read."
        ) from error


def read_content(name: str, content: bytes, *, limits: PdfLimits | None = None) -> SourceText:
    """Read an article from a file's name and bytes; parameters and errors as of :func:`read_file`."""
    suffix = PurePath(name).suffix.lower()
    if not content.strip():
        raise UnreadableArticle(f"{name} is empty.", hint="Name a file that holds the article's text.")
    if suffix == ".pdf" or content.startswith(b"%PDF-"):
        read = _read_pdf(name, content, limits)
    elif suffix in _READERS:
        read = _READERS[suffix](name, content)
    else:
        raise UnreadableArticle(
            f"{name} is of a kind that is not read.",
            hint=f"Save it as one of {', '.join(sorted(SUFFIXES))}.",
        )
    if not read.text.strip():
        raise UnreadableArticle(f"{name} holds no text.", hint="Name a file that holds the article's text.")
    return read


def _read_pdf(name: str, content: bytes, limits: PdfLimits | None) -> SourceText:
    found = extract_pdf(content, name, limits)
    title = found.title
    if title and title.lower().startswith(_UNTITLED):
        title = None
    return SourceText.of(name, content, found.text, "application/pdf", title=title, authors=authors_of(found.author))


def article_paths(folder: Path) -> tuple[Path, ...]:
    """Return the article files in a folder and the folders in it, sorted; hidden ones are left out.

    Raises
    ------
    UnreadableArticle
        The folder cannot be listed.
    """
    if not folder.is_dir():
        raise UnreadableArticle(f"{folder} is no folder.", hint="Name a folder that holds article files.")
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return tuple(
        sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    )


def read_files(
    paths: Iterable[Path], *, limits: PdfLimits | None = None
) -> Iterator[tuple[Path, SourceText | UnreadableArticle]]:
    """Yield each file with its text, or with the error that says why it has none; one bad file stops no other."""
    for path in paths:
        try:
            yield path, read_file(path, limits=limits)
        except UnreadableArticle as error:
            yield path, error
