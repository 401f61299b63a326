"""Plain text and Markdown files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.articles.documents.decoding import decode
from layers.articles.documents.source_text import SourceText, spdx

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token

__all__ = ["authors_of", "read_markdown", "read_plaintext"]

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(\w+)[ \t]*:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_BETWEEN_AUTHORS = re.compile(r"\s*(?:;|,?\s+and\s+|\s+&\s+|\s*\|\s*)\s*")


def read_plaintext(name: str, content: bytes) -> SourceText:
    """Read a plain text: its text is the file, decoded.

    Raises
    ------
    UnreadableArticle
        It is binary, or in an encoding that cannot be told.
    """
    text, encoding = decode(content, name)
    return SourceText.of(name, content, text, "text/plain", encoding=encoding)


def read_markdown(name: str, content: bytes) -> SourceText:
    """Read a Markdown file: its text is what a reader of the page sees, blocks parted by an empty line.

    Title, authors, year and licence come from YAML front matter (``title``, ``author`` or ``authors``, ``date`` or
    ``year``, ``license`` or ``licence``) where there is any; the title else from the first heading.

    Raises
    ------
    UnreadableArticle
        It is binary, or in an encoding that cannot be told.
    """
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- only Markdown needs it

    source, encoding = decode(content, name)
    fields: dict[str, str] = {}
    if matter := _FRONT_MATTER.match(source):
        fields = {key.lower(): value.strip("\"'[]") for key, value in _FIELD.findall(matter[1])}
        source = source[matter.end() :]
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    dated = _YEAR.search(fields.get("date", "") or fields.get("year", ""))
    said = fields.get("license") or fields.get("licence") or ""
    return SourceText.of(
        name,
        content,
        "\n\n".join(_blocks(tokens)),
        "text/markdown",
        title=fields.get("title") or _first_heading(tokens),
        authors=authors_of(fields.get("authors") or fields.get("author")),
        year=int(dated[1]) if dated else None,
        licence=(spdx(said) or said) or None,
        encoding=encoding,
    )


def authors_of(said: str | None) -> tuple[str, ...]:
    """Return the authors that a line names; a comma parts them where no other sign does and each has two words.

    >>> authors_of("A. Writer; B. Coauthor"), authors_of("Ann Writer, Ben Other"), authors_of("Writer, Ann"), authors_of(None)
    (('A. Writer', 'B. Coauthor'), ('Ann Writer', 'Ben Other'), ('Writer, Ann',), ())
    """
    names = [name for name in _BETWEEN_AUTHORS.split(said or "") if name]
    if len(names) == 1 and "," in names[0]:
        parts = [part.strip() for part in names[0].split(",") if part.strip()]
        if all(" " in part for part in parts):
            names = parts
    return tuple(names)


def _blocks(tokens: Iterable[Token]) -> list[str]:
    blocks = []
    for token in tokens:
        if token.type == "inline":
            blocks.append("".join(map(_inline, token.children or ())).strip())
        elif token.type in {"fence", "code_block"}:
            blocks.append(token.content.strip())
    return [block for block in blocks if block]


def _inline(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    return token.content if token.type in {"text", "code_inline"} else ""


def _first_heading(tokens: list[Token]) -> str | None:
    for at, token in enumerate(tokens[:-1]):
        if token.type == "heading_open":
            return "".join(map(_inline, tokens[at + 1].children or ())).strip() or None
    return None
