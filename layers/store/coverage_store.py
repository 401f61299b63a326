"""CoverageStore: the one door to the coverage store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geo.errors import UnknownFeature
from layers.candidates import REVIEWED, SHOWN, MachineReading
from layers.found_spool import FoundSpool
from layers.review.applied import Applied
from layers.review.findings import conflict_id
from layers.review.state import DECIDED, FOLDED
from layers.store import articles as article_rows
from layers.store import candidates as candidate_rows
from layers.store import curation as curation_rows
from layers.store import decisions as decision_rows
from layers.store import publications as publication_rows
from layers.store import readings as reading_rows
from layers.store import tables
from layers.store.decisions import Decision
from layers.store.engine import open_engine, reading, writing
from layers.store.schema import upgrade
from layers.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from layers.articles.reading import Reading
    from layers.candidates import Found, ReadArticle
    from layers.review.curation import Line
    from layers.store.curation import Imported
    from layers.store.decisions import Event, Subject
    from layers.store.publications import CorrectingDecision

__all__ = ["CoverageStore", "Kept", "machine_reading"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What storing a reading changed: how many candidates are new, were found again, and were retired."""

    new: int
    again: int
    retired: int


@dataclass(frozen=True, slots=True)
class CoverageStore(Store):
    """The articles, readings, candidates and decisions of one database. Use it as a context manager.

    Every method is one transaction and raises :class:`geo.errors.UnusableStore` when the database does not do its part.
    """

    def is_read(self, sha256: str, *, extractor: str, published: str | None) -> bool:
        """Tell whether the text has been read by this version of the reader, with this date of publication."""
        wanted = (tables.readings.c.article == sha256, tables.readings.c.extractor == extractor)
        with reading(self.engine) as connection:
            found = connection.execute(sa.select(tables.readings.c.published).where(*wanted)).one_or_none()
        return found is not None and (published is None or found.published == published)

    def keep(self, article: ReadArticle, made: Reading, *, extractor: str, published: str | None) -> Kept:
        """Store an article and what was read in it.

        The article's bibliographic facts are stored the first time only. A reading takes the place of the one before:
        candidates keep their ids where triggers overlap, those found no more are retired, and a candidate that a person
        has decided on stays as the person saw it.
        """
        (kept,) = self.keep_all([(article, made)], extractor=extractor, published=published)
        return kept

    def keep_all(
        self, read: Sequence[tuple[ReadArticle, Reading]], *, extractor: str, published: str | None
    ) -> tuple[Kept, ...]:
        """Store several articles as :meth:`keep` does, all of them or none."""
        if not read:
            return ()
        kept = []
        with writing(self.engine) as connection:
            for article, made in read:
                article_rows.keep(connection, article)
                reading_rows.replace(connection, article.sha256, made, extractor=extractor, published=published)
                kept.append(Kept(*candidate_rows.merge(connection, article.sha256, made, extractor=extractor)))
        return tuple(kept)

    def article(self, sha256: str) -> ReadArticle:
        """Return an article by the sha256 of its text.

        Raises
        ------
        UnknownFeature
            When the store has none.
        """
        with reading(self.engine) as connection:
            found = article_rows.one_article(connection, tables.articles.c.sha256 == sha256)
        if found is None:
            raise UnknownFeature(f"The store has no article {sha256}.", hint="Ingest it first.")
        return found

    def article_of_file(self, file_sha256: str) -> ReadArticle | None:
        """Return the article that came in a file of this sha256, ``None`` where none did."""
        with reading(self.engine) as connection:
            return article_rows.one_article(connection, tables.articles.c.file_sha256 == file_sha256)

    def published(self, sha256: str) -> date | None:
        """Return the day of publication that an article was read with, ``None`` where none was given."""
        with reading(self.engine) as connection:
            return reading_rows.published(connection, sha256)

    def articles(self) -> tuple[ReadArticle, ...]:
        """Return all articles, sorted by id."""
        with reading(self.engine) as connection:
            return article_rows.all_articles(connection)

    def found(self, *statuses: str) -> tuple[Found, ...]:
        """Return the candidates of these statuses, of all where none is named; sorted by article, type and place."""
        with reading(self.engine) as connection:
            return candidate_rows.all_candidates(connection, statuses)

    def uncompared(self) -> bool:
        """Tell whether an article has been read or read again since all were last compared."""
        with reading(self.engine) as connection:
            return article_rows.uncompared(connection)

    def keep_comparison(self, groups: Mapping[str, str], conflicts: Sequence[Mapping[str, object]]) -> None:
        """Store the independence group of each article by its sha256, and all conflicts in place of those before.

        A conflict is an object with ``state``, ``articles`` (sha256) and ``record``, the contract's JSON. Each is also a
        candidate, which people can decide on.
        """
        records = [each["record"] for each in conflicts]
        found = {conflict_id(each): each for each in records if isinstance(each, dict)}
        with writing(self.engine) as connection:
            article_rows.group(connection, groups)
            reading_rows.replace_conflicts(connection, conflicts)
            candidate_rows.merge_conflicts(connection, found, reading_rows.latest_extractor(connection))

    def decide(self, decision: Decision, *, seen: str | None = None) -> int:
        """Add a person's decision and give the candidate the status that follows from it; return its number.

        ``seen`` is the mark of the state that the person saw (:attr:`layers.store.decisions.Subject.version`).

        Raises
        ------
        UnknownFeature
            When there is no such candidate.
        StaleDecision
            When the candidate is not as the person saw it.
        InvalidDecision
            When the verdict cannot be carried out.
        """
        with writing(self.engine) as connection:
            return decision_rows.add(connection, decision, seen=seen).id

    def undo(
        self, candidate: str, reviewer: str, decided_at: str, *, note: str | None = None, seen: str | None = None
    ) -> int:
        """Take back the last decision on a candidate that is not taken back yet; return the number of this one.

        Raises
        ------
        UnknownFeature, StaleDecision, InvalidDecision
            As for :meth:`decide`.
        """
        return self.decide(Decision(candidate, "undo", reviewer, decided_at, note=note), seen=seen)

    def subject(self, candidate: str) -> Subject:
        """Return a candidate as it stands, with the mark that a decision on it must name.

        Raises
        ------
        UnknownFeature
            When there is no such candidate.
        """
        with reading(self.engine) as connection:
            return decision_rows.subject(connection, candidate)

    def history(self, candidate: str) -> tuple[Event, ...]:
        """Return all decisions on a candidate with what was before and after each, the first one first."""
        with reading(self.engine) as connection:
            return decision_rows.history(connection, candidate)

    def exported(self) -> list[Line]:
        """Return all decisions as lines for a file, see :mod:`layers.review.curation`."""
        with reading(self.engine) as connection:
            return curation_rows.all_lines(connection)

    def imported(self, lines: Sequence[Line], *, prefer_file: bool = False) -> Imported:
        """Bring the decisions of a file into the store, all of those that can be brought or, at a fault, none.

        Raises
        ------
        InvalidDecision
            A decision cannot be carried out.
        """
        with writing(self.engine) as connection:
            return curation_rows.take(connection, lines, prefer_file=prefer_file)

    def published_as(self, release: str, *, last_decision: int, published_at: str, reviewed_only: bool) -> None:
        """Record that a release was built with all decisions up to a number."""
        with writing(self.engine) as connection:
            publication_rows.record(
                connection, release, last_decision=last_decision, published_at=published_at, reviewed_only=reviewed_only
            )

    def corrections(self, up_to: int) -> tuple[CorrectingDecision, ...]:
        """Return the decisions up to a number that changed what had been published, the first one first."""
        with reading(self.engine) as connection:
            return publication_rows.corrections(connection, up_to)

    def decisions(self, candidate: str) -> tuple[Decision, ...]:
        """Return all decisions on a candidate, the first one first."""
        with reading(self.engine) as connection:
            return decision_rows.of_candidate(connection, candidate)

    def counts(self) -> dict[str, int]:
        """Return how many articles, mentions, numerals, conflicts and decisions there are, and candidates by status."""
        with reading(self.engine) as connection:
            counted = {
                table.name: int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
                for table in (tables.articles, tables.mentions, tables.numerals, tables.conflicts, tables.decisions)
            }
            by_status = connection.execute(
                sa.select(tables.candidates.c.status, sa.func.count()).group_by(tables.candidates.c.status)
            ).all()
        return counted | {f"candidates_{status}": int(count) for status, count in sorted(map(tuple, by_status))}


def machine_reading(url: str, *, reviewed_only: bool = False) -> MachineReading:
    """Return what a build takes along of a store; nothing where there is no store yet.

    With ``reviewed_only`` these are the candidates that people have accepted or corrected, and their articles.

    Raises
    ------
    UnusableStore
        The store cannot be read.
    """
    engine = open_engine(url)
    try:
        # SQLite makes a file that is not there; a build must not.
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
            return MachineReading()
        upgrade(engine)
        with reading(engine) as connection:
            return _machine_reading(connection, REVIEWED if reviewed_only else SHOWN, reviewed_only=reviewed_only)
    finally:
        engine.dispose()


def _machine_reading(connection: sa.Connection, shown: Sequence[str], *, reviewed_only: bool) -> MachineReading:
    """Read the store in one transaction, some hundred articles at a time."""
    articles = article_rows.all_articles(connection)
    names = candidate_rows.all_candidates(connection, DECIDED, ("place", "organization", "number"))
    folded = candidate_rows.all_candidates(connection, FOLDED)
    ends = candidate_rows.candidates_of(connection, _ends(folded), shown)
    decisions = Applied(names, folded, ends)
    named: set[str] = set()

    def found() -> Iterator[Found]:
        hashes = [article.sha256 for article in articles]
        for each in candidate_rows.candidates_by_article(connection, hashes, (*shown, *FOLDED)):
            if (left := decisions.to(each)) is not None:
                yield left
        yield from candidate_rows.all_candidates(connection, REVIEWED, ("conflict",))

    def told() -> Iterator[Found]:
        for each in found():
            if reviewed_only:
                named.update(one.article for one in (each, *each.merged))
            yield each

    spooled = FoundSpool(told())
    if reviewed_only:
        articles = tuple(article for article in articles if article.sha256 in named)
    return MachineReading(
        articles, spooled if len(spooled) else (), last_decision=decision_rows.last_number(connection)
    )


def _ends(folded: Sequence[Found]) -> list[str]:
    """The ids of the candidates that folded records name by their public ids, parts of split ones too."""
    return sorted({each.target.rpartition("/")[2].partition("-")[0] for each in folded if each.target is not None})
