"""SourceText: the text of a file with what the file says of itself."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

__all__ = ["SourceText", "spdx"]

_LICENCE = re.compile(
    r"creativecommons\.org/(?:licenses/(?P<kind>by(?:-nc)?(?:-nd|-sa)?)/(?P<version>\d\.\d)|publicdomain/(?P<zero>zero)/1\.0)"
    r"|\bCC[ -]?(?P<short>BY(?:-NC)?(?:-ND|-SA)?)[ -](?P<short_version>\d\.\d)\b"
    r"|\bCreative Commons Attribution(?P<long>(?:-?\s?(?:NonCommercial|NoDerivatives|NoDerivs|ShareAlike))*)\s(?P<long_version>\d\.\d)",
    re.IGNORECASE,
)
_LONG_PARTS = {"noncommercial": "NC", "noderivatives": "ND", "noderivs": "ND", "sharealike": "SA"}
_YEAR = re.compile(
    r"(?:©|\(c\)|copyright|published(?:\s+online)?:?|accepted:?|vol(?:ume|\.)?\s?\d+[^\n]{0,40}?)[^\n\d]{0,30}?"
    r"(?:\d{1,2}\s+\w+\s+)?\b((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_HEAD = 6_000
"""So far into a text and out of its end its licence and year are looked for."""

_TAIL = 3_000
_LONGEST_TITLE = 250


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text as it was read from a file.

    ``name`` is the file's name. ``text`` is what offsets of evidence count in. ``authors`` are for the bibliography only:
    a person is no object of the map. ``year``, ``licence`` (an SPDX expression) and ``title`` are ``None`` where the file
    does not say. ``sha256`` is that of the file's bytes, ``text_sha256`` that of the text in UTF-8. ``encoding`` is
    ``None`` for a PDF.
    """

    name: str
    text: str
    media_type: str
    sha256: str
    text_sha256: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    licence: str | None = None
    encoding: str | None = None

    @classmethod
    def of(
        cls,
        name: str,
        content: bytes,
        text: str,
        media_type: str,
        *,
        title: str | None = None,
        authors: tuple[str, ...] = (),
        year: int | None = None,
        licence: str | None = None,
        encoding: str | None = None,
    ) -> SourceText:
        """Make one of a file's content and the text in it; licence and year are looked for in the text if not given."""
        ends = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
        return cls(
            name=name,
            text=text,
            media_type=media_type,
            sha256=hashlib.sha256(content).hexdigest(),
            text_sha256=hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest(),
            title=title or _title(text),
            authors=authors,
            year=year or _year(text[:_HEAD]),
            licence=spdx(ends) if licence is None else spdx(licence) or licence,
            encoding=encoding,
        )


def spdx(said: str) -> str | None:
    """Return the SPDX expression of the Creative Commons licence that a text names, ``None`` for no or another one.

    >>> spdx("Licensed under CC BY-NC 4.0."), spdx("https://creativecommons.org/publicdomain/zero/1.0/"), spdx("All rights")
    ('CC-BY-NC-4.0', 'CC0-1.0', None)
    """
    match = _LICENCE.search(said)
    if match is None:
        return None
    if match["zero"]:
        return "CC0-1.0"
    kind, version = match["kind"] or match["short"], match["version"] or match["short_version"]
    if not kind:
        parts = [_LONG_PARTS[part.lower()] for part in re.findall(r"[A-Za-z]+", match["long"])]
        kind, version = "-".join(["BY", *parts]), match["long_version"]
    return f"CC-{kind.upper()}-{version}"


def _title(text: str) -> str | None:
    """Return the first line where it is a title: short, alone, and not closed like a sentence."""
    head, _, rest = text.lstrip("\ufeff \t\r\n").partition("\n")
    line = head.strip()
    alone = not rest.strip() or rest.lstrip(" \t\r").startswith("\n")
    return line if line and len(line) <= _LONGEST_TITLE and alone and line[-1] not in ".,;:" and rest.strip() else None


def _year(head: str) -> int | None:
    match = _YEAR.search(head)
    return int(match[1]) if match else None
