"""Candidates: what a machine read in articles and no person has reviewed yet, as records for a build.

A build takes them as they come from the coverage store, plain and sorted (:class:`MachineReading`), and makes records of
the same form as the reviewed ones (:class:`Candidates`): status ``candidate``, reliability F6, no finer than the evidence.
What a reviewed record of the same article says already is attached to that record instead of being drawn twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any

from layers.article_records import ArticleRecords
from layers.candidate_records import Ways, claim_record, conflict_record, incident_record
from layers.records import Coverage
from layers.spool import Records

if TYPE_CHECKING:
    from geo.gazetteer import Gazetteer
    from layers.review.subject import SubjectType

__all__ = ["NOTHING_READ", "REVIEWED", "SHOWN", "Candidates", "Found", "MachineReading", "ReadArticle"]

Record = Mapping[str, Any]

SHOWN = ("candidate", "reviewed", "corrected")
"""Statuses that a build takes along."""
REVIEWED = ("reviewed", "corrected")
"""Statuses that a build of reviewed records alone takes along."""


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """Bibliographic facts of an article that was read; ``None`` means: not known.

    ``sha256`` and ``length`` (characters) are those of its text as filed, ``file_sha256`` that of the file it came in.
    ``id`` is a slug. ``independence_group`` is the id of a group of articles that count as one source, ``None`` before
    the articles have been compared.
    """

    sha256: str
    id: str
    file_name: str
    file_sha256: str
    media_type: str
    title: str | None
    language: str
    languages: tuple[str, ...]
    authors: tuple[str, ...]
    year: int | None
    publisher: str | None
    doi: str | None
    url: str | None
    licence: str | None
    length: int
    independence_group: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One incident or claim that a machine found.

    ``article`` is the sha256 of its text; ``start`` and ``end`` are the trigger's offsets in it. ``found_by`` is the
    version of the reader. ``record`` is the JSON object of the reading's contract with what people corrected in it; a
    claim's has its ``slots`` too. ``evidence`` are objects with ``start``, ``end`` and ``locator``, at least one.
    ``changed`` are the fields that people set, ``target`` the public id of the record that it is one with, ``merged`` what
    is one with it.
    """

    id: str
    type: SubjectType
    article: str
    start: int
    end: int
    status: str
    found_by: str
    record: Record
    evidence: tuple[Record, ...] = ()
    changed: tuple[str, ...] = ()
    target: str | None = None
    merged: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class MachineReading:
    """All articles that were read and all that was found in them, as the store gives it. Empty without a store.

    ``found`` is a tuple in any order, or a sequence in the order of the articles' sha256.

    ``last_decision`` is the number of the last decision that it takes in, 0 without any: it is no part of a release.
    """

    articles: tuple[ReadArticle, ...] = ()
    found: Sequence[Found] = ()
    last_decision: int = 0

    def by_article(self) -> Iterator[list[Found]]:
        """Yield what was found in one article after the other, by sha256; of an article in the order of its text."""
        in_order = self.found if not isinstance(self.found, tuple) else sorted(self.found, key=_article_of)
        for _, found in groupby(in_order, key=_article_of):
            yield sorted(found, key=lambda each: (each.type, each.start, each.end, each.id))


def _article_of(found: Found) -> str:
    return found.article


NOTHING_READ = MachineReading()
"""What a build without a store takes along."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Records for a build.

    ``plain`` holds them by kind (``articles``, ``incidents``, ``claims``, ``corridors``, ``conflicts``). ``also_found`` maps the id of a
    reviewed record to what a machine found in the same sentences: objects with ``id``, ``found_by``, ``article``,
    ``start`` and ``end``.
    """

    plain: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    also_found: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, read: MachineReading, coverage: Coverage, gazetteer: Gazetteer) -> Candidates:
        """Make records of what was found.

        Left out are incidents that belong to an article alone (role ``context``), what the text denies or only plans,
        and claims of which nothing can be drawn: these stay in the store for review. Conflicts are taken along once a
        person has accepted or corrected them.

        Examples
        --------
        >>> Candidates.of(MachineReading(), Coverage.of({}), None).plain
        {}
        """
        articles = ArticleRecords(read.articles, coverage)
        reviewed = _Reviewed.of(coverage)
        organizations = frozenset(str(record["id"]) for record in coverage.records("organizations"))
        also_found: dict[str, list[Record]] = defaultdict(list)
        incidents, claims, conflicts, ways = Records(), Records(), list[Found](), Ways(gazetteer)
        for found in map(reviewed.settled, chain.from_iterable(read.by_article())):
            if found.type == "conflict":
                conflicts.append(found)
                continue
            if found.article not in articles:
                continue
            article = articles[found.article]
            known = reviewed.known_as(found, article["id"])
            for id_ in known:
                also_found[id_].append(_attached(found, article["id"]))
            if known:
                continue
            if found.type == "incident":
                if (record := incident_record(found, articles, organizations, gazetteer)) is not None:
                    incidents.add(record)
            elif found.type == "claim" and (claim := claim_record(found, articles, gazetteer)) is not None:
                claims.add(claim)
                ways.add(claim, found.status)
        plain: dict[str, Sequence[Record]] = {
            "articles": articles.read,
            "incidents": incidents,
            "claims": claims,
            "conflicts": _conflicts(conflicts, articles),
            "corridors": ways.corridors(),
        }
        return cls(
            {kind: records for kind, records in plain.items() if len(records)},
            {id_: tuple(items) for id_, items in sorted(also_found.items())},
        )

    def added_to(self, coverage: Coverage) -> Coverage:
        """Return the coverage with these records; the very same where there are none."""
        if not self.plain:
            return coverage
        return Coverage.of(
            {kind: _together(records, self.plain.get(kind, ())) for kind, records in coverage.plain.items()},
        )

    def found_again(self, *ids: str) -> list[Record]:
        """Return what was found in the sentences of reviewed records, each once, sorted."""
        items = {item["id"]: item for id_ in ids for item in self.also_found.get(id_, ())}
        return [dict(items[id_]) for id_ in sorted(items)]


@dataclass(frozen=True, slots=True)
class _Reviewed:
    """Where the reviewed records stand: by kind and article, (start, end, category or kind, id), sorted."""

    articles: frozenset[str]
    ids: frozenset[str]
    spans: Mapping[tuple[str, str], Sequence[tuple[int, int, str, str]]]

    @classmethod
    def of(cls, coverage: Coverage) -> _Reviewed:
        spans: dict[tuple[str, str], list[tuple[int, int, str, str]]] = defaultdict(list)
        for kind, type_ in (("incidents", "incident"), ("claims", "claim"), ("corridors", "corridor")):
            for record in coverage.records(kind):
                for item in record["evidence"]:
                    sort = record.get("category") or record.get("kind") or ""
                    spans[type_, item["article"]].append((item["start"], item["end"], sort, record["id"]))
        return cls(
            frozenset(record["id"] for record in coverage.records("articles")),
            frozenset(
                record["id"] for kind in ("incidents", "claims", "corridors") for record in coverage.records(kind)
            ),
            {key: sorted(items) for key, items in spans.items()},
        )

    def settled(self, found: Found) -> Found:
        """Return what is one with a record that is not here any more as a record of its own, reviewed."""
        is_lost = found.target is not None and found.target not in self.ids
        return replace(found, status="reviewed", target=None) if is_lost else found

    def known_as(self, found: Found, article: str) -> list[str]:
        """Ids of the reviewed records that say it already: the one that a person named, else those of its sentences."""
        return [found.target] if found.target is not None else self.records_of(found, article)

    def records_of(self, found: Found, article: str) -> list[str]:
        """Ids of the reviewed records that say it already: of each kind the one that shares most with its evidence."""
        kinds = ("incident",) if found.type == "incident" else ("claim", "corridor")
        sort = found.record.get("category") or found.record.get("type")
        ids = []
        for kind in kinds:
            shared = [
                (theirs == sort, min(end, item["end"]) - max(start, item["start"]), id_)
                for start, end, theirs, id_ in self.spans.get((kind, article), ())
                for item in found.evidence
                if min(end, item["end"]) > max(start, item["start"])
            ]
            if shared:
                ids.append(min(shared, key=lambda each: (not each[0], -each[1], each[2]))[2])
        return ids


def _together(reviewed: Sequence[Record], found: Sequence[Record]) -> Sequence[Record]:
    return found.with_more(reviewed) if isinstance(found, Records) else (*reviewed, *found)


def _conflicts(found: Iterable[Found], articles: Mapping[str, Record]) -> tuple[Record, ...]:
    chosen = sorted(found, key=lambda each: each.id)
    return tuple(record for each in chosen if (record := conflict_record(each, articles)) is not None)


def _attached(found: Found, article: str) -> Record:
    return {"id": found.id, "found_by": found.found_by, "article": article, "start": found.start, "end": found.end}
