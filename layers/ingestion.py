"""Ingestion: articles onto the shelf, through the reader, and into the coverage store.

Each article is filed, then stored with all that was read in it in one transaction: a run that is killed at any moment has
each article whole or not at all, and the next run goes on where it ended. Where workers read (:mod:`layers.workers`), a
transaction holds a chunk of articles. Articles are compared with each other at the end of a run; until that is done the
store says so.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from geo.errors import UnreadableArticle
from layers.articles.documents.read import article_bytes, shown_path
from layers.articles.documents.shelf import file_content, filed_text
from layers.candidates import ReadArticle
from layers.examination import PER_CHUNK, Examined, TextToRead, Unexamined, check_version, examine_all, read_texts
from layers.pickled import Pickled
from layers.store.articles import slug
from layers.store.coverage_store import CoverageStore
from layers.workers import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path
    from types import TracebackType

    from layers.articles.documents.shelf import FiledText
    from layers.articles.reader import Reader
    from layers.articles.reading import Reading
    from layers.store.coverage_store import Kept
    from layers.workers import Workers
    from layers.workspace import Workspace

__all__ = ["Compared", "Ingested", "Ingestion"]

BYTES_PER_CHUNK: Final = 4_000_000
"""Of large files fewer than usual are handed to a worker at once."""

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
    # What waits to be compared lies on disk; of each article its place there is known.
    _made: Pickled[Reading] = field(default_factory=Pickled, repr=False)
    _place_of: dict[str, int] = field(default_factory=dict, repr=False)

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
        ((_, outcome),) = self.take_all([path], published)
        if isinstance(outcome, UnreadableArticle):
            raise outcome
        return outcome

    def take_all(
        self, paths: Iterable[Path], published: date | None = None, workers: Workers = HERE
    ) -> Iterator[tuple[Path, Ingested | UnreadableArticle]]:
        """Take articles as :meth:`take` does, and yield each with what became of it, in order.

        Workers read chunks of files; this process, the only one that writes, commits the chunks one by one. What has been
        yielded is stored.

        Raises
        ------
        UnwritableWorkspace, UnusableStore
            As above.
        UnusableCluster
            Workers are lost, or read with another version.
        """
        waiting: deque[list[_Step]] = deque()

        def parts() -> Iterator[list[Unexamined]]:
            for chunk in self._chunks(paths, published, PER_CHUNK if workers.count else 1):
                waiting.append(chunk)
                yield [step.state for step in chunk if isinstance(step.state, Unexamined)]

        for version, examined in workers.map(examine_all, None if workers.count else self.reader, parts()):
            check_version(self.reader, version)
            yield from self._kept(waiting.popleft(), examined, published)

    def _chunks(self, paths: Iterable[Path], published: date | None, length: int) -> Iterator[list[_Step]]:
        """What is to be done with each file, in chunks of so many files and of not too many bytes."""
        chunk: list[_Step] = []
        size = 0
        for path in paths:
            step = _Step(path, self._looked_at(path, published))
            chunk.append(step)
            size += len(step.state.content) if isinstance(step.state, Unexamined) else 0
            if len(chunk) >= length or size >= BYTES_PER_CHUNK:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def _looked_at(self, path: Path, published: date | None) -> Ingested | UnreadableArticle | Unexamined:
        try:
            raw = article_bytes(path)
        except UnreadableArticle as error:
            return error
        known = self.store.article_of_file(hashlib.sha256(raw).hexdigest())
        if known is not None and self._is_done(known, published):
            return Ingested(path, known.id, known.sha256, known.length, is_new=False, kept=None)
        return Unexamined(shown_path(path.name), raw, published)

    def _kept(
        self, chunk: list[_Step], examined: Sequence[Examined | UnreadableArticle], published: date | None
    ) -> Iterator[tuple[Path, Ingested | UnreadableArticle]]:
        """File and store a chunk in one transaction, then tell what became of its files."""
        found = iter(examined)
        outcomes = [next(found) if isinstance(step.state, Unexamined) else step.state for step in chunk]
        filed: dict[int, FiledText] = {}
        fresh: dict[str, int] = {}
        for place, (step, outcome) in enumerate(zip(chunk, outcomes, strict=True)):
            if isinstance(outcome, Examined):
                filed[place] = text = file_content(self.workspace, outcome.content, shown_path(step.path.name))
                # The same text may come in two files of one run, and a file may have been read while it waited.
                if text.sha256 not in fresh and not self._is_read(text.sha256, published):
                    fresh[text.sha256] = place
                    self._put_aside(outcome.reading)
        kept = self.store.keep_all(
            [
                (_article(shown_path(chunk[place].path.name), outcome, filed[place].length), outcome.reading)
                for place in fresh.values()
                if isinstance(outcome := outcomes[place], Examined)
            ],
            extractor=self.reader.version,
            published=_day(published),
        )
        kept_at = dict(zip(fresh.values(), kept, strict=True))
        for place, (step, outcome) in enumerate(zip(chunk, outcomes, strict=True)):
            if not isinstance(outcome, Examined):
                yield step.path, outcome
                continue
            text = filed[place]
            id_ = self.store.article(text.sha256).id
            yield step.path, Ingested(step.path, id_, text.sha256, text.length, text.is_new, kept_at.get(place))

    def _is_read(self, sha256: str, published: date | None) -> bool:
        return self.store.is_read(sha256, extractor=self.reader.version, published=_day(published))

    def _is_done(self, article: ReadArticle, published: date | None) -> bool:
        return self._is_read(article.sha256, published) and filed_text(self.workspace, article.sha256) is not None

    def compare(self, workers: Workers = HERE) -> Compared:
        """Compare all articles of the store with each other and keep what that tells.

        Articles of earlier runs are read again from the shelf, by the workers; one whose text is there no more counts for
        itself. The comparison itself is made here.

        Raises
        ------
        UnusableStore
            The store cannot be read or written.
        UnusableCluster
            Workers are lost, or read with another version.
        """
        ids = {article.sha256: article.id for article in self.store.articles()}
        self._read_again([sha256 for sha256 in sorted(ids) if sha256 not in self._place_of], workers)
        places = [self._place_of[sha256] for sha256 in sorted(ids) if sha256 in self._place_of]
        compared = self.reader.compare(self._made.chosen(places))
        for reading in compared.reread:
            self.store.keep(
                self.store.article(reading.id),
                reading,
                extractor=self.reader.version,
                published=_day(reading.published),
            )
        groups = ids | {sha256: ids[group] for sha256, group in compared.groups.items()}
        self.store.keep_comparison(
            groups,
            [
                {"state": each.state, "articles": list(each.articles), "record": each.to_json()}
                for each in compared.conflicts
            ],
        )
        return Compared(len(ids), len(set(groups.values())), len(compared.conflicts))

    def _read_again(self, hashes: Sequence[str], workers: Workers) -> None:
        """Read filed texts; those that are there no more are left out."""
        texts = (
            TextToRead(sha256, text, self.store.published(sha256))
            for sha256 in hashes
            if (text := filed_text(self.workspace, sha256)) is not None
        )
        for reading in read_texts(self.reader, texts, workers):
            self._put_aside(reading)

    def _put_aside(self, reading: Reading) -> None:
        self._place_of[reading.id] = self._made.add(reading.to_compare())


@dataclass(frozen=True, slots=True)
class _Step:
    """A file and what is known of it before it is read."""

    path: Path
    state: Ingested | UnreadableArticle | Unexamined


def _day(published: date | None) -> str | None:
    return published.isoformat() if published else None


def _article(file_name: str, examined: Examined, length: int) -> ReadArticle:
    source, reading = examined.source, examined.reading
    return ReadArticle(
        sha256=reading.id,
        id=slug(file_name, reading.id),
        file_name=file_name,
        file_sha256=examined.file_sha256,
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
        length=length,
    )


def _languages_of(reading: Reading) -> tuple[str, ...]:
    """Return the languages of an article: its own, then those of a tenth of its letters and more, sorted."""
    letters: Counter[str] = Counter()
    for paragraph in reading.document.paragraphs:
        letters[paragraph.language] += paragraph.end - paragraph.start
    least = letters.total() * _SECOND_LANGUAGE
    others = {language for language, count in letters.items() if count >= least}
    return (reading.language, *sorted(others - {reading.language}))
