"""Identity: which incident, claim or name of a new reading is which one of the readings before.

A candidate's id is made from its article, its type and the span of its trigger at its first reading. A later version of
the reader may see the trigger a little longer or shorter, or elsewhere: what overlaps is the same candidate and keeps
its id, what is found no more is retired, what is new gets an id of its own.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from layers.articles.wording.text import Span
    from layers.review.subject import SubjectType

__all__ = ["Known", "Matched", "candidate_id", "match"]


@dataclass(frozen=True, slots=True)
class Known:
    """A candidate of an earlier reading: its id and the span of its trigger, in the order of that reading."""

    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Matched:
    """Ids of the spans of a new reading, in its order; which of them are new; and the known ids found no more, sorted."""

    ids: tuple[str, ...]
    new: frozenset[str]
    retired: tuple[str, ...]


def candidate_id(sha256: str, kind: SubjectType, span: Span, nth: int = 0) -> str:
    """Return the 16 hex digits that name what a trigger gave away.

    ``sha256`` is the article's text's, ``nth`` counts candidates of one type whose trigger is the very same.

    >>> from layers.articles.wording.text import Span
    >>> candidate_id("0" * 64, "incident", Span(10, 16))
    '2a88d79acbf07206'
    """
    told = f"{sha256} {kind} {span.start} {span.end}" + (f" {nth}" if nth else "")
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def match(
    sha256: str,
    kind: SubjectType,
    known: Sequence[Known],
    found: Sequence[Span],
    taken: Collection[str] = (),
) -> Matched:
    """Give each span that was found its id.

    Spans and known candidates that overlap are paired one to one: equal ones first, then those that share most, then
    the earlier before the later. Known candidates that touch nothing found are retired. Ids in ``taken`` are given to
    nothing new.

    >>> from layers.articles.wording.text import Span
    >>> match("0" * 64, "claim", [Known("a", 5, 9), Known("b", 30, 34)], [Span(4, 9)])
    Matched(ids=('a',), new=frozenset(), retired=('b',))
    """
    index = sorted((old.start, at) for at, old in enumerate(known))
    pairs = sorted(
        ((old.start, old.end) != (span.start, span.end), -_shared(old, span), abs(old_at - new_at), old_at, new_at)
        for new_at, span in enumerate(found)
        for old_at, old in _overlapping(known, span, index)
    )
    id_of: dict[int, str] = {}
    used: set[int] = set()
    for *_, old_at, new_at in pairs:
        if old_at not in used and new_at not in id_of:
            used.add(old_at)
            id_of[new_at] = known[old_at].id
    occupied = {*taken, *(old.id for old in known)}
    new: set[str] = set()
    for at, span in enumerate(found):
        if at in id_of:
            continue
        nth = 0
        while (id_ := candidate_id(sha256, kind, span, nth)) in occupied:
            nth += 1
        occupied.add(id_)
        new.add(id_)
        id_of[at] = id_
    return Matched(
        ids=tuple(id_of[at] for at in range(len(found))),
        new=frozenset(new),
        retired=tuple(sorted(old.id for at, old in enumerate(known) if at not in used)),
    )


def _overlapping(known: Sequence[Known], span: Span, index: list[tuple[int, int]]) -> Iterator[tuple[int, Known]]:
    """Known candidates that share a character with a span; ``index`` holds (start, position in ``known``), sorted."""
    longest = max((old.end - old.start for old in known), default=0)
    for _, at in index[bisect_left(index, (span.start - longest, -1)) : bisect_left(index, (span.end, -1))]:
        if _shared(known[at], span) > 0:
            yield at, known[at]


def _shared(old: Known, span: Span) -> int:
    return min(old.end, span.end) - max(old.start, span.start)
