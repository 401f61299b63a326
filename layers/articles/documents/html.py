"""Web pages: the article on the page without what surrounds it, by trafilatura."""

from __future__ import annotations

import re

from geo.errors import UnreadableArticle
from layers.articles.documents.decoding import decode
from layers.articles.documents.plaintext import authors_of
from layers.articles.documents.source_text import SourceText

__all__ = ["read_html"]

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
_LICENCE_LINK = re.compile(r"<(?:link|a)\b[^>]{0,500}?\brel\s*=\s*[\"']?license\b[^>]{0,500}>", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*[\"']([^\"']{1,500})", re.IGNORECASE)
_MOST_BYTES = 10_000_000
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")


def read_html(name: str, content: bytes) -> SourceText:
    """Read a saved web page: its text is the main article, paragraphs parted by an empty line.

    Raises
    ------
    UnreadableArticle
        It is too large, in an encoding that cannot be told, or no article can be found on it.
    """
    if len(content) > _MOST_BYTES:
        raise UnreadableArticle(
            f"{name} is a page of {len(content) / 1e6:.0f} MB; at most {_MOST_BYTES / 1e6:.0f} MB are read.",
            hint="Save the article's text as a .txt file.",
        )
    page, encoding = _decoded(name, content)
    import trafilatura  # noqa: PLC0415 -- 0.2 s and 50 MB that only web pages need

    try:
        found = trafilatura.bare_extraction(page, with_metadata=True, include_comments=False, include_tables=True)
    except (RecursionError, MemoryError, ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError):
        found = None  # what a parser of damaged pages fails with
    text = None if found is None or isinstance(found, dict) else found.text
    if found is None or isinstance(found, dict) or not text or not text.strip():
        raise UnreadableArticle(f"{name} holds no article that can be found.", hint="Save its text as a .txt file.")
    dated = _YEAR.search(found.date or "")
    link = _LICENCE_LINK.search(page)
    href = _HREF.search(link[0]) if link else None
    return SourceText.of(
        name,
        content,
        "\n\n".join(text.split("\n")),
        "text/html",
        title=found.title or None,
        authors=authors_of(found.author),
        year=int(dated[1]) if dated else None,
        licence=found.license or (href[1] if href else None),
        encoding=encoding,
    )


def _decoded(name: str, content: bytes) -> tuple[str, str]:
    """Return a page's text by the encoding that it declares, if it is in it; else as any text file's."""
    declared = _DECLARED.search(content, 0, 4096)
    if declared:
        try:
            return content.decode(declared[1].decode("ascii")), declared[1].decode("ascii").lower()
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(content, name)
