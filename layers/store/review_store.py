"""ReviewStore: the door to the coverage store for the pages of review: queue, cards, decisions, quality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from layers.store import articles as article_rows
from layers.store import cards, quality, queue, tables
from layers.store import decisions as decision_rows
from layers.store import readings as reading_rows
from layers.store.engine import reading, writing
from layers.store.store import Store

if TYPE_CHECKING:
    from datetime import date

    from layers.candidates import ReadArticle
    from layers.review.quality import OfArticle, Tally
    from layers.review.similar import Other
    from layers.store.decisions import Decision, Event, Subject
    from layers.store.queue import OpenName, Row, Wanted

__all__ = ["Beside", "Lists", "LogEntry", "ReviewStore"]


@dataclass(frozen=True, slots=True)
class Beside:
    """A subject with what stands beside it: its article, its history, mentions, neighbours, likely doubles, what it holds.

    ``published`` is the day that the article's relative dates were counted from, ``None`` where none was given.
    """

    subject: Subject
    article: ReadArticle
    published: date | None
    history: tuple[Event, ...]
    mentions: list[dict[str, Any]]
    neighbours: list[dict[str, Any]]
    others: list[Other]
    folded: list[str]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One decision in the log, with its candidate's sort and the article's title, or its id where it has none."""

    event: Event
    type: str
    article: str


@dataclass(frozen=True, slots=True)
class Lists:
    """What a queue can be narrowed to: articles with how many wait, places and organizations with how many name them."""

    articles: list[dict[str, Any]]
    places: tuple[OpenName, ...]
    organizations: tuple[OpenName, ...]


@dataclass(frozen=True, slots=True)
class ReviewStore(Store):
    """One database; every method is one transaction and raises :class:`geo.errors.UnusableStore` at its faults."""

    def page(self, wanted: Wanted, *, after: str = "", limit: int = 20) -> tuple[Row, ...]:
        """Return the first subjects of a queue after a key."""
        with reading(self.engine) as connection:
            return queue.page(connection, wanted, after=after, limit=limit)

    def count(self, wanted: Wanted) -> int:
        """Return how many subjects a queue holds."""
        with reading(self.engine) as connection:
            return queue.count(connection, wanted)

    def counts(self) -> dict[str, int]:
        """Return how many subjects wait, disagree with a newer reading, and are found no more."""
        with reading(self.engine) as connection:
            return {view: queue.count(connection, queue.Wanted(view=view)) for view in ("open", "disagrees", "retired")}

    def beside(self, candidate: str) -> Beside:
        """Return a subject with what stands beside it.

        Raises
        ------
        UnknownFeature
            When there is no such candidate.
        """
        with reading(self.engine) as connection:
            found = decision_rows.subject(connection, candidate)
            article = article_rows.one_article(connection, tables.articles.c.sha256 == found.article)
            if article is None:
                raise AssertionError(found.article)  # a foreign key holds it
            return Beside(
                subject=found,
                article=article,
                published=reading_rows.published(connection, found.article),
                history=decision_rows.history(connection, candidate) if found.last_decision else (),
                mentions=cards.mentions_near(connection, found),
                neighbours=cards.neighbours(connection, found) if found.type == "incident" else [],
                others=cards.others(connection, found),
                folded=cards.folded_into(connection, f"{decision_rows.PUBLIC}{candidate}"),
            )

    def decide(self, decision: Decision, *, seen: str | None, may_correct: bool = True) -> tuple[Event, Subject]:
        """Add a decision; return it with the candidate as it leaves it, before anybody else decides.

        See :func:`layers.store.decisions.add`.
        """
        with writing(self.engine) as connection:
            event = decision_rows.add(connection, decision, seen=seen, may_correct=may_correct)
            return event, decision_rows.subject(connection, decision.candidate)

    def subject(self, candidate: str) -> Subject:
        """Return a candidate as it stands; see :meth:`layers.store.coverage_store.CoverageStore.subject`."""
        with reading(self.engine) as connection:
            return decision_rows.subject(connection, candidate)

    def names_of(self, wanted: Wanted) -> list[str]:
        """Return what the article, place and organization of a queue are called, those that it has."""
        with reading(self.engine) as connection:
            return queue.names_of(connection, wanted)

    def lists(self) -> Lists:
        """Return what a queue can be narrowed to."""
        with reading(self.engine) as connection:
            return Lists(
                cards.articles(connection), queue.names(connection, "place"), queue.names(connection, "organization")
            )

    def log(self, *, reviewer: str = "", verdict: str = "", before: int = 0, limit: int = 50) -> tuple[LogEntry, ...]:
        """Return decisions, the last one first: of one reviewer, of one verdict, older than a number."""
        with reading(self.engine) as connection:
            return tuple(
                LogEntry(*row)
                for row in decision_rows.latest(
                    connection, reviewer=reviewer, verdict=verdict, before=before, limit=limit
                )
            )

    def reviewers(self) -> tuple[tuple[str, int], ...]:
        """Return who decided, and how often, sorted by name."""
        table = tables.decisions
        query = sa.select(table.c.reviewer, sa.func.count()).group_by(table.c.reviewer).order_by(table.c.reviewer)
        with reading(self.engine) as connection:
            return tuple((row[0], int(row[1])) for row in connection.execute(query))

    def quality(self) -> tuple[tuple[Tally, ...], tuple[Tally, ...], tuple[OfArticle, ...]]:
        """Return tallies by category and by month, and articles; see :mod:`layers.store.quality`."""
        with reading(self.engine) as connection:
            return quality.by_category(connection), quality.by_month(connection), quality.by_article(connection)
