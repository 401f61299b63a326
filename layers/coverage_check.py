"""Coverage records against each other: ids that lead nowhere, offsets outside a text, dates that run backwards.

Each rule of ``RULES`` looks at one record and needs some of its fields; it is skipped where one of these broke the
schema, so that one slip is told once and all others are told with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from layers.corridor_file import FILE as CORRIDORS
from layers.corridor_file import SCHEMAS as CORRIDOR_ARRAYS
from layers.coverage_rules import RULES, World, link_faults
from layers.coverage_schema import country_codes, form_faults, named_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layers.coverage_rules import Fault, Record

__all__ = ["FILES", "KINDS", "faults_of"]

KINDS = (
    "articles", "organizations", "memberships", "incidents", "claims", "conflicts", "corridors", "threats", "references",
)  # fmt: skip
"""Kinds of records."""

FILES = {kind: f"coverage/{kind}.json" for kind in KINDS} | {"corridors": CORRIDORS}
"""Kind → its file below ``data/``: one array of records each; corridors are an array of a file that holds others too."""


def faults_of(documents: Mapping[str, Any]) -> list[str]:
    """Return every fault of the coverage records as one line: file, record, field, what is wrong.

    Parameters
    ----------
    documents
        What each file of ``FILES`` holds (of ``corridors.toml`` what :func:`layers.corridor_file.parse` gives), of
        ``context/works.json`` and of ``areas.json``, by name below ``data/``. ``None`` where a file could not be read: that
        is told elsewhere, and what it would hold counts as known.

    Examples
    --------
    >>> faults_of({"coverage/claims.json": {}})
    ['data/coverage/claims.json: the file is no array of records']
    """
    world = _world(documents)
    faults: list[str] = []
    for kind, name in FILES.items():
        records = _array(kind, documents.get(name))
        if records is None:
            continue
        if not isinstance(records, list):
            faults.append(f"data/{name}: the file is no array of records")
            continue
        faults += [f"data/{name}: {line}" for line in _file_faults(kind, records, world)]
    if documents.get(CORRIDORS) is not None:
        faults += [f"data/{CORRIDORS}: {line}" for line in _corridor_file_faults(documents[CORRIDORS])]
    if documents.get("context/works.json") is not None:
        faults += [
            f"data/context/works.json: {line}"
            for line in named_faults("context_works", documents["context/works.json"])
        ]
    return faults


def _array(kind: str, document: object) -> object:
    """Return what a file holds of one kind."""
    return document.get("attested") if kind == "corridors" and isinstance(document, Mapping) else document


def _corridor_file_faults(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what concerns the arrays of the corridor file together; an id that one array doubles is told with it."""
    for name in sorted(document.keys() - CORRIDOR_ARRAYS.keys()):
        yield f"{name}: is no array of this file (allowed: {', '.join(f'[[{table}]]' for table in CORRIDOR_ARRAYS)})"
    ids = Counter(
        id_ for table in CORRIDOR_ARRAYS for id_ in {_name(record, 0) for record in document.get(table, [])} - {"#0"}
    )
    for id_, count in sorted(ids.items()):
        if count > 1:
            yield f"record {id_}: id: stands in {count} arrays (allowed: once)"


def _file_faults(kind: str, records: Sequence[Any], world: World) -> Iterator[str]:
    names = [_name(record, number) for number, record in enumerate(records, 1)]
    for name, count in sorted(Counter(names).items()):
        if count > 1:
            yield f"record {name}: id: stands {count} times (allowed: once)"
    # The corridor file is put in order by the command that writes it.
    for earlier, later in pairwise(names if kind != "corridors" else ()):
        if later < earlier:
            yield f"record {later}: id: stands after {earlier!r} (allowed: records sorted by id)"
    for name, record in zip(names, records, strict=True):
        if not isinstance(record, Mapping):
            yield f"record {name}: the record is no object"
            continue
        for field, message in _record_faults(kind, record, world):
            yield f"record {name}: {field}: {message}"


def _record_faults(kind: str, record: Record, world: World) -> list[Fault]:
    found = form_faults(kind, record)
    broken = {re.split(r"[.\[]", field)[0] for field, _ in found}
    sound = {field: value for field, value in record.items() if field not in broken}
    for needed, rule in RULES:
        if needed <= sound.keys():
            found += rule(kind, sound, world)
    return [*found, *link_faults(kind, sound, world)]


def _name(record: object, number: int) -> str:
    found = record.get("id") if isinstance(record, Mapping) else None
    return found if isinstance(found, str) else f"#{number}"


def _world(documents: Mapping[str, Any]) -> World:
    lists = {kind: _records(_array(kind, documents.get(name))) for kind, name in FILES.items()}
    return World(
        # A file that could not be read would make every link to it look broken: it is then left out of `ids`.
        ids={
            kind: frozenset(str(record.get("id")) for record in records)
            for kind, records in lists.items()
            if documents.get(FILES[kind]) is not None
        },
        articles={str(record.get("id")): record for record in lists["articles"] if not form_faults("articles", record)},
        about={
            str(record.get("id")): frozenset(map(str, record["about"]))
            for record in lists["conflicts"]
            if isinstance(record.get("about"), list)
        },
        works=_ids_within(documents.get("context/works.json"), "works"),
        regions=_ids_within(documents.get("areas.json"), "areas"),
        members={
            str(region.get("id")): tuple(map(str, region["members"]))
            for region in _entries(documents.get("areas.json"), "areas")
            if isinstance(region.get("members"), list)
        },
        countries=country_codes(),
    )


def _records(document: object) -> list[Record]:
    return [record for record in document if isinstance(record, Mapping)] if isinstance(document, list) else []


def _entries(document: object, key: str) -> list[Record]:
    return _records(document.get(key)) if isinstance(document, Mapping) else []


def _ids_within(document: object, key: str) -> frozenset[str] | None:
    if not isinstance(document, Mapping) or not isinstance(document.get(key), list):
        return None
    return frozenset(str(record.get("id")) for record in _entries(document, key))
