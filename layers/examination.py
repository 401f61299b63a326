"""Examination: what a file says, found from its bytes alone: its text, and the reading of it. Any process can do it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from geo.errors import UnreadableArticle, UnusableCluster
from layers.articles.documents.read import read_content
from layers.workers import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from layers.articles.documents.source_text import SourceText
    from layers.articles.reader import Reader
    from layers.articles.reading import Reading
    from layers.workers import Workers

__all__ = [
    "PER_CHUNK",
    "Examined",
    "TextToRead",
    "Unexamined",
    "check_version",
    "examine",
    "examine_all",
    "own_reader",
    "read_texts",
]

PER_CHUNK: Final = 32
"""How many articles are handed to a worker at once: some tenths of a second of reading."""


@dataclass(frozen=True, slots=True)
class Unexamined:
    """A file as it lies there; ``published`` is the day on which the article appeared, as far as that is known."""

    name: str
    content: bytes
    published: date | None


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file says. ``source`` is without its text: that is the reading's; ``reading`` is without words."""

    file_sha256: str
    source: SourceText
    reading: Reading

    @property
    def content(self) -> bytes:
        """The text as it is filed, in UTF-8; the sha256 of it is the reading's id."""
        return self.reading.document.text.source.encode()


@dataclass(frozen=True, slots=True)
class TextToRead:
    """A text under an id; ``published`` as above."""

    id: str
    text: str
    published: date | None


def examine(reader: Reader, file: Unexamined) -> Examined:
    """Read one file.

    Raises
    ------
    UnreadableArticle
        See :func:`layers.articles.documents.read.read_content`.
    """
    source = read_content(file.name, file.content)
    content = _as_filed(source, file.content)
    reading = reader.read(content.decode(), id=hashlib.sha256(content).hexdigest(), published=file.published)
    file_sha256 = hashlib.sha256(file.content).hexdigest()
    return Examined(file_sha256, replace(source, text=""), reading.without_words())


def examine_all(
    reader: Reader | None, files: Sequence[Unexamined]
) -> tuple[str, tuple[Examined | UnreadableArticle, ...]]:
    """Read some files with a reader, ``None`` for the one of this process; return its version and what became of each."""
    reader = reader or own_reader()
    return reader.version, tuple(_examined(reader, file) for file in files)


def _examined(reader: Reader, file: Unexamined) -> Examined | UnreadableArticle:
    try:
        return examine(reader, file)
    except UnreadableArticle as error:
        return error


def read_texts(reader: Reader, texts: Iterable[TextToRead], workers: Workers = HERE) -> Iterator[Reading]:
    """Read texts with a reader, or let workers do it with theirs; yield the readings in order, without words.

    Raises
    ------
    UnusableCluster
        Workers are lost, or read with another version.
    """
    remaining = iter(texts)
    parts = iter(lambda: list(islice(remaining, PER_CHUNK if workers.count else 1)), [])
    for version, readings in workers.map(_read_part, None if workers.count else reader, parts):
        check_version(reader, version)
        yield from readings


def check_version(reader: Reader, version: str) -> None:
    """Refuse what another version has read.

    Raises
    ------
    UnusableCluster
        When the version is not that of the reader.
    """
    if version != reader.version:
        raise UnusableCluster(
            f"A worker reads with version {version}, this process with {reader.version}.",
            hint="Install the same corridormap on all machines.",
        )


def _read_part(reader: Reader | None, texts: Sequence[TextToRead]) -> tuple[str, tuple[Reading, ...]]:
    reader = reader or own_reader()
    return reader.version, tuple(
        reader.read(each.text, id=each.id, published=each.published).without_words() for each in texts
    )


_OWN: list[Reader] = []


def own_reader() -> Reader:
    """Return the reader of this process, of its installation's own data; made once."""
    if not _OWN:
        from layers.articles.reader import Reader  # noqa: PLC0415 -- who only hands files on needs no lexicons

        _OWN.append(Reader.open())
    return _OWN[0]


def _as_filed(source: SourceText, raw: bytes) -> bytes:
    """Return what goes onto the shelf: a plain text in UTF-8 as it is, byte by byte, of any other file its text.

    Reviewed records name the sha256 of a text file's own bytes and count its letters, a byte-order mark too.
    """
    if source.media_type == "text/plain":
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return raw
    return source.text.encode("utf-8", "replace")
