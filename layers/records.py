"""Records: what the project holds of the articles, as reviewed facts with evidence.

``read_coverage`` reads ``data/coverage/*.json``, the attested corridors of ``data/corridors.toml`` and the works of
``data/context/works.json``, checks every record against its schema and against the others, and raises one error with all
faults at once.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from geo.errors import InvalidRecords, UnknownFeature
from layers.corridor_file import FILE as CORRIDORS
from layers.corridor_file import parse
from layers.coverage_check import FILES, KINDS, faults_of
from layers.evidence import Evidence, Locator, Reference
from layers.record_types import (
    Alias,
    Article,
    Candidate,
    CitedReference,
    Claim,
    Conflict,
    CorridorRecord,
    Incident,
    Leg,
    Membership,
    Organization,
    Part,
    Quantity,
    Reliability,
    Side,
    Threat,
    Value,
    Work,
    decode,
)
from layers.spool import Records

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Alias",
    "Article",
    "Candidate",
    "CitedReference",
    "Claim",
    "Conflict",
    "CorridorRecord",
    "Coverage",
    "Evidence",
    "Incident",
    "Leg",
    "Locator",
    "Membership",
    "Organization",
    "Part",
    "Quantity",
    "Reference",
    "Reliability",
    "Side",
    "Threat",
    "Value",
    "Work",
    "read_coverage",
]

Plain = Mapping[str, Any]
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Everything that the project holds of the articles; each kind sorted by id.

    ``plain`` keeps the JSON records by kind (``articles``, ``organizations``, ``memberships``, ``incidents``, ``claims``,
    ``conflicts``, ``corridors``, ``threats``, ``references``, ``works``) for exports; those of many articles lie on disk
    (:class:`layers.spool.Records`). Typed records are made when they are first asked for. Lookups by id raise
    :class:`geo.errors.UnknownFeature`.
    """

    plain: Mapping[str, Sequence[Plain]] = field(repr=False)
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, plain: Mapping[str, Sequence[Plain]]) -> Coverage:
        """Make the coverage out of checked JSON records by kind, in any order; a kind that is missing is empty.

        Examples
        --------
        >>> Coverage.of({}).incidents
        ()
        """
        return cls(MappingProxyType({kind: _sorted(plain.get(kind, ())) for kind in (*KINDS, "works")}))

    def records(self, kind: str) -> Sequence[Plain]:
        """Return the JSON records of one kind, sorted by id. Raises ``KeyError`` for a kind that there is not."""
        return self.plain[kind]

    @property
    def articles(self) -> tuple[Article, ...]:
        """Articles, typed, sorted by id."""
        return tuple(self._by_id("articles", Article).values())

    @property
    def organizations(self) -> tuple[Organization, ...]:
        """Organizations, typed, sorted by id."""
        return tuple(self._by_id("organizations", Organization).values())

    @property
    def memberships(self) -> tuple[Membership, ...]:
        """Memberships, typed, sorted by id."""
        return tuple(self._by_id("memberships", Membership).values())

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """Incidents, typed, sorted by id."""
        return tuple(self._by_id("incidents", Incident).values())

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Claims, typed, sorted by id."""
        return tuple(self._by_id("claims", Claim).values())

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Conflicts, typed, sorted by id."""
        return tuple(self._by_id("conflicts", Conflict).values())

    @property
    def corridors(self) -> tuple[CorridorRecord, ...]:
        """Corridors, typed, sorted by id."""
        return tuple(self._by_id("corridors", CorridorRecord).values())

    @property
    def threats(self) -> tuple[Threat, ...]:
        """Threats, typed, sorted by id."""
        return tuple(self._by_id("threats", Threat).values())

    @property
    def references(self) -> tuple[CitedReference, ...]:
        """References, typed, sorted by id."""
        return tuple(self._by_id("references", CitedReference).values())

    @property
    def works(self) -> tuple[Work, ...]:
        """Works, typed, sorted by id."""
        return tuple(self._by_id("works", Work).values())

    def article(self, id_: str) -> Article:
        """Return an article by id."""
        return _found("article", id_, self._by_id("articles", Article))

    def organization(self, id_: str) -> Organization:
        """Return an organization by id."""
        return _found("organization", id_, self._by_id("organizations", Organization))

    def membership(self, id_: str) -> Membership:
        """Return a membership by id."""
        return _found("membership", id_, self._by_id("memberships", Membership))

    def incident(self, id_: str) -> Incident:
        """Return an incident by id."""
        return _found("incident", id_, self._by_id("incidents", Incident))

    def claim(self, id_: str) -> Claim:
        """Return a claim by id."""
        return _found("claim", id_, self._by_id("claims", Claim))

    def conflict(self, id_: str) -> Conflict:
        """Return a conflict by id."""
        return _found("conflict", id_, self._by_id("conflicts", Conflict))

    def corridor(self, id_: str) -> CorridorRecord:
        """Return a corridor by id."""
        return _found("corridor", id_, self._by_id("corridors", CorridorRecord))

    def threat(self, id_: str) -> Threat:
        """Return a threat dimension, level or strategy by id."""
        return _found("threat", id_, self._by_id("threats", Threat))

    def reference(self, id_: str) -> CitedReference:
        """Return a cited work by id."""
        return _found("reference", id_, self._by_id("references", CitedReference))

    def work(self, id_: str) -> Work:
        """Return a work of outside knowledge by id."""
        return _found("work", id_, self._by_id("works", Work))

    def document(self) -> dict[str, list[Plain]]:
        """Return all JSON records by kind, as one document."""
        return {kind: list(records) for kind, records in self.plain.items()}

    def canonical(self, kind: str) -> Iterator[bytes]:
        """Yield the records of one kind as canonical JSON (:func:`layers.table.canonical_json`), sorted by id."""
        for record in self.records(kind):
            yield json.dumps(
                record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
            ).encode()

    def record(self, kind: str, id_: str) -> Plain:
        """Return the JSON record of one kind by id."""
        records = self.records(kind)
        if isinstance(records, Records):
            record = records.find(id_)
            return _found(kind, id_, {} if record is None else {id_: record})
        return _found(kind, id_, self._made(kind, lambda: {str(each["id"]): each for each in records}))

    def languages_of(self, articles: Iterable[str]) -> list[str]:
        """Return the languages of articles, given by id, each once and sorted."""
        return sorted(self._of_articles("language", articles))

    def independent_sources(self, articles: Iterable[str]) -> int:
        """Return how many independent sources the articles, given by id, are: their independence groups.

        Two articles that run parallel are one source. No article is no source.
        """
        return len(self._of_articles("independence_group", articles))

    def _of_articles(self, name: str, articles: Iterable[str]) -> set[str]:
        known = self._made(name, lambda: {str(each["id"]): str(each[name]) for each in self.records("articles")})
        return {_found("article", id_, known) for id_ in articles}

    def _by_id(self, kind: str, record_type: type[R]) -> Mapping[str, R]:
        def typed() -> dict[str, R]:
            return {str(record["id"]): decode(record_type, record) for record in self.records(kind)}

        return self._made(f"{kind}, typed", typed)

    def _made(self, name: str, make: Callable[[], Mapping[str, R]]) -> Mapping[str, R]:
        if name not in self._kept:
            self._kept[name] = make()
        made: Mapping[str, R] = self._kept[name]
        return made


def read_coverage(root: Path) -> Coverage:
    """Read and check the coverage records.

    Parameters
    ----------
    root
        The data folder, see :func:`geo.datasets.data_root`. Passports are not looked at: ``geo.datasets.verify`` does.

    Raises
    ------
    InvalidRecords
        With one line for every fault: file, record, field, what is wrong and what is allowed. A file that is missing, is
        no UTF-8 or is no JSON is a fault among the others.

    Examples
    --------
    >>> from geo.datasets import data_root
    >>> coverage = read_coverage(data_root())
    >>> coverage.claim("fl01").integrity
    'suspect'
    >>> coverage.independent_sources(coverage.claim("fl01").articles)
    1
    """
    faults: list[str] = []
    documents = {name: _read(root, name, faults) for name in (*FILES.values(), "context/works.json", "areas.json")}
    faults += faults_of(documents)
    if faults:
        raise InvalidRecords(faults)
    plain = {kind: tuple(documents[FILES[kind]]) for kind in KINDS if kind != "corridors"}
    plain["corridors"] = tuple(documents[CORRIDORS]["attested"])
    return Coverage.of(plain | {"works": tuple(documents["context/works.json"]["works"])})


def _read(root: Path, name: str, faults: list[str]) -> Any:  # noqa: ANN401 -- JSON holds any type
    """Return what one file holds; ``None``, and a fault more, where it cannot be read."""
    try:
        text = (root / name).read_bytes().decode("utf-8")
        return parse(text) if name == CORRIDORS else json.loads(text)
    except FileNotFoundError:
        faults.append(f"data/{name}: the file is missing (restore it with git)")
    except UnicodeDecodeError as error:
        faults.append(f"data/{name}: byte {error.start}: is no UTF-8 (save the file as UTF-8)")
    except json.JSONDecodeError as error:
        faults.append(f"data/{name}: line {error.lineno}, column {error.colno}: is no JSON: {error.msg}")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"data/{name}: is no TOML: {error}")
    except OSError as error:
        faults.append(f"data/{name}: cannot be read: {error.strerror}")
    return None


def _sorted(records: Sequence[Plain]) -> Sequence[Plain]:
    if isinstance(records, Records):
        return records
    return tuple(sorted(records, key=lambda record: str(record["id"])))


def _found(kind: str, id_: str, records: Mapping[str, R]) -> R:
    try:
        return records[id_]
    except KeyError:
        raise UnknownFeature(
            f"The coverage has no {kind} {id_!r}.", hint=f"It has {len(records)} of this kind."
        ) from None
