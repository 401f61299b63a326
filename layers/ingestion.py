"""Ingestion: articles onto the shelf, through the reader, and into the coverage store.

Each article is filed, then stored with all that was read in it in one transaction: a run that is killed at any moment has
each article whole or not at all, and the next run goes on where it ended. Articles are compared with each other at the end
of a run; until that is done the store says so.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from geo.errors import UnreadableArticle
from layers.articles.documents.read import read_file
from layers.articles.documents.shelf import file_content, filed_text
from layers.candidates import ReadArticle
from layers.store.articles import slug
from layers.store.coverage_store import CoverageStore

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from layers.articles.documents.source_text import SourceText
    from layers.articles.reader import Reader
    from layers.articles.reading import Reading
    from layers.store.coverage_store import Kept
    from layers.workspace import Workspace

__all__ = ["Compared", "Ingested", "Ingestion"]

_SECOND_LANGUAGE = 0.1
"""A language of so large a part of an article is one of its languages."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file. ``kept`` is ``None`` where it had been read before by this version of the reader.

    ``sha256`` and ``length`` (characters) are those of the article's text, ``article`` is its id in the store.
    """

    path: Path
    article: str
    sha256: str
    length: int
    is_new: bool
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class Compared:
    """How many articles were compared, and how many independence groups and conflicts that gave."""

    articles: int
    groups: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class Ingestion:
    """One run over files. Use it as a context manager: the store is closed at its end."""

    workspace: Workspace
    store: CoverageStore
    reader: Reader
    _made: dict[str, Reading] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, workspace: Workspace, url: str, reader: Reader) -> Self:
        """Open the store at a SQLAlchemy URL for a run.

        Raises
        ------
        UnusableStore
            See :meth:`layers.store.coverage_store.CoverageStore.open`.
        """
        return cls(workspace, CoverageStore.open(url), reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.store.engine.dispose()

    def take(self, path: Path, published: date | None = None) -> Ingested:
        """File one article, read it and store what was found; what was done before is not done again.

        Parameters
        ----------
        path
            A file of any kind that :func:`layers.articles.documents.read.read_file` reads.
        published
            The day on which the article appeared; ``None`` keeps the day of an earlier reading.

        Raises
        ------
        UnreadableArticle
            The file cannot be read; nothing has changed.
        UnwritableWorkspace, UnusableStore
            The text cannot be filed, or the store cannot be written.
        """
        day = published.isoformat() if published else None
        raw = _bytes_of(path)
        file_sha256 = hashlib.sha256(raw).hexdigest()
        known = self.store.article_of_file(file_sha256)
        if known is not None and self._is_done(known, day):
            return Ingested(path, known.id, known.sha256, known.length, is_new=False, kept=None)
        source = read_file(path)
        content = _as_filed(source, raw)
        filed = file_content(self.workspace, content, path.name)
        if self.store.is_read(filed.sha256, extractor=self.reader.version, published=day):
            stored = self.store.article(filed.sha256)
            return Ingested(path, stored.id, filed.sha256, filed.length, is_new=filed.is_new, kept=None)
        reading = self.reader.read(content.decode(), id=filed.sha256, published=published)
        article = ReadArticle(
            sha256=filed.sha256,
            id=slug(path.name, filed.sha256),
            file_name=path.name,
            file_sha256=file_sha256,
            media_type=source.media_type,
            title=source.title,
            language=reading.language,
            languages=_languages_of(reading),
            authors=source.authors,
            year=source.year,
            publisher=None,
            doi=None,
            url=None,
            licence=source.licence,
            length=filed.length,
        )
        kept = self.store.keep(article, reading, extractor=self.reader.version, published=day)
        self._made[filed.sha256] = reading.without_words()
        return Ingested(path, self.store.article(filed.sha256).id, filed.sha256, filed.length, filed.is_new, kept)

    def _is_done(self, article: ReadArticle, published: str | None) -> bool:
        return (
            self.store.is_read(article.sha256, extractor=self.reader.version, published=published)
            and filed_text(self.workspace, article.sha256) is not None
        )

    def compare(self) -> Compared:
        """Compare all articles of the store with each other and keep what that tells.

        Articles of earlier runs are read again from the shelf; one whose text is there no more counts for itself.

        Raises
        ------
        UnusableStore
            The store cannot be read or written.
        """
        articles = {article.sha256: article for article in self.store.articles()}
        readings = [reading for sha256 in sorted(articles) if (reading := self._reading_of(sha256)) is not None]
        compared = self.reader.compared(readings)
        for before, after in zip(readings, compared, strict=True):
            if after.numerals != before.numerals:
                day = after.published.isoformat() if after.published else None
                self.store.keep(articles[after.id], after, extractor=self.reader.version, published=day)
        groups = {sha256: article.id for sha256, article in articles.items()}
        groups |= {reading.id: articles[reading.independence_group].id for reading in compared}
        conflicts = list(dict.fromkeys(each for reading in compared for each in reading.conflicts))
        self.store.keep_comparison(
            groups,
            [{"state": each.state, "articles": list(each.articles), "record": each.to_json()} for each in conflicts],
        )
        return Compared(len(articles), len(set(groups.values())), len(conflicts))

    def _reading_of(self, sha256: str) -> Reading | None:
        if sha256 not in self._made:
            text = filed_text(self.workspace, sha256)
            if text is None:
                return None
            published = self.store.published(sha256)
            self._made[sha256] = self.reader.read(text, id=sha256, published=published).without_words()
        return self._made[sha256]


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableArticle(
            f"{path} cannot be read: {error.strerror or error}.", hint="Name a file that you may read."
        ) from error


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


def _languages_of(reading: Reading) -> tuple[str, ...]:
    """Return the languages of an article: its own, then those of a tenth of its letters and more, sorted."""
    letters: Counter[str] = Counter()
    for paragraph in reading.document.paragraphs:
        letters[paragraph.language] += paragraph.end - paragraph.start
    least = letters.total() * _SECOND_LANGUAGE
    others = {language for language, count in letters.items() if count >= least}
    return (reading.language, *sorted(others - {reading.language}))
