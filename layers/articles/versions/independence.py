"""Independence: which articles were taken or translated from one another, so that they count as one source.

Articles are compared only where they share something rare (a run of words, a number, a cited work, a run of places), so
ten thousand of them take seconds. Each kind of evidence has a weight; alone, a number or a run of places is never
enough, since two reporters of one event write down the same figures.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from layers.articles.versions.fingerprint import Fingerprint, Readable

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

__all__ = ["Likeness", "independence_groups", "likeness", "likenesses"]

_SAME_SOURCE = 0.6
"""From this score on two articles are one source."""
_COMMON = 24
"""What so many articles share is common property and says nothing."""
_WEIGHTS: Mapping[str, float] = {"text": 1.0, "citations": 0.85, "numbers": 0.45, "entities": 0.5}
_ENOUGH_TEXT = 0.7
"""So large a part of the shorter text in common is proof. A site's own notices make up to a third of a short text."""
_ENOUGH_CITATIONS = 6
_ENOUGH_NUMBERS = 4
_ENOUGH_RUNS = 10
_FEW_RUNS = 4
"""In short texts so many runs in common count by the part of the shorter text that they make up."""
_FEW_SHINGLES = 25
"""Texts with fewer runs of words are too short to be compared by them."""
_MIN_SHARED = {"text": 4, "citations": 2, "numbers": 1, "entities": 2}


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two articles (``first`` < ``second``) have in common.

    ``score`` is 0 to 1; ``reasons`` say in English what they share, the weightiest first.
    """

    first: str
    second: str
    score: float
    reasons: tuple[str, ...]

    @property
    def is_same_source(self) -> bool:
        """Whether the two count as one source."""
        return self.score >= _SAME_SOURCE


def _keys(each: Fingerprint) -> dict[str, Collection[Hashable]]:
    """Return what two articles may share, by kind of evidence."""
    return {"text": each.sketch, "citations": each.citations, "numbers": each.numbers, "entities": each.runs}


def independence_groups(readings: Iterable[Readable | Fingerprint]) -> dict[str, str]:
    """Return the group of each article: the smallest id among the articles that it is one source with.

    An article that shares nothing with another is a group of its own. Readings may be given one by one; only their
    fingerprints are kept.
    """
    prints = [each if isinstance(each, Fingerprint) else Fingerprint.of(each) for each in readings]
    parents = {each.id: each.id for each in prints}

    def root(id_: str) -> str:
        while parents[id_] != id_:
            parents[id_] = parents[parents[id_]]
            id_ = parents[id_]
        return id_

    for pair in likenesses(prints):
        if pair.is_same_source:
            low, high = sorted((root(pair.first), root(pair.second)))
            parents[high] = low
    return {id_: root(id_) for id_ in sorted(parents)}


def likenesses(prints: Iterable[Fingerprint]) -> tuple[Likeness, ...]:
    """Return the pairs of articles that share something rare, with their scores, sorted by ids."""
    by_id = {each.id: each for each in sorted(prints, key=lambda each: each.id)}
    found = []
    for (first, second), counts in sorted(_shared(by_id).items()):
        if any(count >= _MIN_SHARED[kind] for kind, count in counts.items()):
            pair = likeness(by_id[first], by_id[second], rare=counts)
            if pair.score > 0:
                found.append(pair)
    return tuple(found)


def _shared(by_id: Mapping[str, Fingerprint]) -> dict[tuple[str, str], dict[str, int]]:
    """Count what pairs of articles share that is rare, by kind."""
    shared: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for kind in _WEIGHTS:
        holders: dict[Hashable, list[str]] = defaultdict(list)
        repeated = _repeated(by_id.values()) if kind == "text" else None
        for each in by_id.values():
            for key in _keys(each)[kind]:
                if repeated is None or key in repeated:
                    holders[key].append(each.id)
        for ids in holders.values():
            if 1 < len(ids) <= _COMMON:
                for first, second in combinations(ids, 2):
                    shared[first, second][kind] += 1
    return shared


def _repeated(prints: Collection[Fingerprint]) -> frozenset[int]:
    """Return the hashes that more than one sketch holds: of a million, a few, so that memory stays small."""
    sketches = [np.array(each.sketch, dtype=np.uint64) for each in prints if each.sketch]
    if not sketches:
        return frozenset()
    hashes, counts = np.unique(np.concatenate(sketches), return_counts=True)
    return frozenset(hashes[counts > 1].tolist())


def likeness(one: Fingerprint, other: Fingerprint, *, rare: Mapping[str, int] | None = None) -> Likeness:
    """Compare two articles; ``rare`` counts what only few articles share, by kind (``None``: count all that they share)."""
    one, other = sorted((one, other), key=lambda each: each.id)
    if rare is None:
        mine, yours = _keys(one), _keys(other)
        rare = {kind: len(set(mine[kind]) & set(yours[kind])) for kind in _WEIGHTS}
    parts: dict[str, tuple[float, str]] = {}
    contained = _containment(one, other)
    if contained and rare.get("text", 0) >= _MIN_SHARED["text"]:
        parts["text"] = (min(1.0, contained / _ENOUGH_TEXT), f"{contained:.0%} of the shorter text is in the longer")
    cited = [work for work in one.citations if work in set(other.citations)]
    if len(cited) >= _MIN_SHARED["citations"]:
        order = _in_order(cited, other.citations) / len(cited)
        covered = len(cited) / min(len(one.citations), len(other.citations))
        parts["citations"] = (
            min(1.0, len(cited) / _ENOUGH_CITATIONS) * order * min(1.0, 2 * covered),
            f"{len(cited)} works are cited in both, {order:.0%} of them in the same order",
        )
    if numbers := rare.get("numbers", 0):
        alike = [number for number in one.numbers if number in set(other.numbers)]
        parts["numbers"] = (
            min(1.0, numbers / _ENOUGH_NUMBERS),
            f"{numbers} rare numbers are printed in both, such as {', '.join(alike[:3])}",
        )
    if (runs := rare.get("entities", 0)) >= _MIN_SHARED["entities"]:
        covered = runs / max(1, min(len(one.runs), len(other.runs)))
        parts["entities"] = (
            min(1.0, max(runs / _ENOUGH_RUNS, covered if runs >= _FEW_RUNS else 0.0)),
            f"{runs} runs of places and organizations come in the same order",
        )
    score = 1 - prod(1 - _WEIGHTS[kind] * strength for kind, (strength, _) in parts.items())
    ranked = sorted(parts, key=lambda kind: (-_WEIGHTS[kind] * parts[kind][0], kind))
    return Likeness(one.id, other.id, round(score, 4), tuple(parts[kind][1] for kind in ranked))


def _containment(one: Fingerprint, other: Fingerprint) -> float:
    """Estimate from two sketches which part of the shorter text's shingles the longer has too."""
    if min(one.shingles, other.shingles) < _FEW_SHINGLES:
        return 0.0
    size = min(len(one.sketch), len(other.sketch))
    mine, yours = set(one.sketch), set(other.sketch)
    union = sorted(mine | yours)[:size]
    resemblance = sum(hash_ in mine and hash_ in yours for hash_ in union) / size
    common = resemblance * (one.shingles + other.shingles) / (1 + resemblance)
    return min(1.0, common / min(one.shingles, other.shingles))


def _in_order(works: Sequence[str], others: Sequence[str]) -> int:
    """Return the length of the longest run of works that both texts cite in the same order (gaps allowed)."""
    place = {work: at for at, work in enumerate(others)}
    tails: list[int] = []
    for work in works:
        at = place[work]
        low = next((index for index, tail in enumerate(tails) if tail >= at), len(tails))
        tails[low : low + 1] = [at]
    return len(tails)
