"""Records: what the project holds of the articles, as reviewed facts with evidence.

``read_coverage`` reads ``data/coverage/*.json``, the attested corridors of ``data/corridors.toml`` and the works of
``data/context/works.json``, checks every record against its schema and against the others, and raises one error with all
faults at once.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
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
    ``conflicts``, ``corridors``, ``threats``, ``references``, ``works``) for exports. Lookups by id raise
    :class:`geo.errors.UnknownFeature`.
    """

    articles: tuple[Article, ...]
    organizations: tuple[Organization, ...]
    memberships: tuple[Membership, ...]
    incidents: tuple[Incident, ...]
    claims: tuple[Claim, ...]
    conflicts: tuple[Conflict, ...]
    corridors: tuple[CorridorRecord, ...]
    threats: tuple[Threat, ...]
    references: tuple[CitedReference, ...]
    works: tuple[Work, ...]
    plain: Mapping[str, tuple[Plain, ...]] = field(repr=False, compare=False)

    @classmethod
    def of(cls, plain: Mapping[str, tuple[Plain, ...]]) -> Coverage:
        """Make the coverage out of checked JSON records by kind, in any order; a kind that is missing is empty.

        Examples
        --------
        >>> Coverage.of({}).incidents
        ()
        """
        ordered = {
            kind: tuple(sorted(plain.get(kind, ()), key=lambda record: str(record["id"]))) for kind in (*KINDS, "works")
        }

        def made(kind: str, record_type: type[R]) -> tuple[R, ...]:
            return tuple(decode(record_type, record) for record in ordered[kind])

        return cls(
            articles=made("articles", Article),
            organizations=made("organizations", Organization),
            memberships=made("memberships", Membership),
            incidents=made("incidents", Incident),
            claims=made("claims", Claim),
            conflicts=made("conflicts", Conflict),
            corridors=made("corridors", CorridorRecord),
            threats=made("threats", Threat),
            references=made("references", CitedReference),
            works=made("works", Work),
            plain=MappingProxyType(ordered),
        )

    def records(self, kind: str) -> tuple[Plain, ...]:
        """Return the JSON records of one kind, sorted by id. Raises ``KeyError`` for a kind that there is not."""
        return self.plain[kind]

    def document(self) -> dict[str, list[Plain]]:
        """Return all JSON records by kind, as one document for export."""
        return {kind: list(records) for kind, records in self.plain.items()}

    def article(self, id_: str) -> Article:
        """Return an article by id."""
        return _found("article", id_, self.articles)

    def organization(self, id_: str) -> Organization:
        """Return an organization by id."""
        return _found("organization", id_, self.organizations)

    def membership(self, id_: str) -> Membership:
        """Return a membership by id."""
        return _found("membership", id_, self.memberships)

    def incident(self, id_: str) -> Incident:
        """Return an incident by id."""
        return _found("incident", id_, self.incidents)

    def claim(self, id_: str) -> Claim:
        """Return a claim by id."""
        return _found("claim", id_, self.claims)

    def conflict(self, id_: str) -> Conflict:
        """Return a conflict by id."""
        return _found("conflict", id_, self.conflicts)

    def corridor(self, id_: str) -> CorridorRecord:
        """Return a corridor by id."""
        return _found("corridor", id_, self.corridors)

    def threat(self, id_: str) -> Threat:
        """Return a threat dimension, level or strategy by id."""
        return _found("threat", id_, self.threats)

    def reference(self, id_: str) -> CitedReference:
        """Return a cited work by id."""
        return _found("reference", id_, self.references)

    def work(self, id_: str) -> Work:
        """Return a work of outside knowledge by id."""
        return _found("work", id_, self.works)

    def independent_sources(self, articles: tuple[str, ...]) -> int:
        """Return how many independent sources the articles, given by id, are: their independence groups.

        Two articles that run parallel are one source. No article is no source.
        """
        return len({self.article(id_).independence_group for id_ in articles})


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


def _found(kind: str, id_: str, records: tuple[R, ...]) -> R:
    for record in records:
        if getattr(record, "id", None) == id_:
            return record
    raise UnknownFeature(f"The coverage has no {kind} {id_!r}.", hint=f"It has {len(records)} of this kind.")
