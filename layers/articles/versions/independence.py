"""Independence: which articles were taken or translated from one another, so that they count as one source.

Articles are compared only where they share something rare (a run of words, a number, a cited work, a run of places), and
what is compared of them lies on disk: the work grows with the articles, the memory hardly. Each kind of evidence has a weight; alone, a number or a run of places is never
enough, since two reporters of one event write down the same figures.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from layers.articles.versions.fingerprint import Fingerprint, Readable
from layers.articles.versions.shared_keys import SharedKeys, hash_of
from layers.pickled import Pickled

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

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


def _hashes(each: Fingerprint) -> Iterator[Iterable[int]]:
    """Yield what two articles may share, by kind in the order of the weights, as hashes."""
    for kind, keys in _keys(each).items():
        yield each.sketch if kind == "text" else (hash_of("\0".join((kind, *_parts(key)))) for key in keys)


def _parts(key: Hashable) -> Iterable[str]:
    return key if isinstance(key, tuple) else (str(key),)


def independence_groups(readings: Iterable[Readable | Fingerprint]) -> dict[str, str]:
    """Return the group of each article: the smallest id among the articles that it is one source with, sorted by ids.

    An article that shares nothing with another is a group of its own. Readings may be given one by one; only their ids
    are held, their fingerprints are put aside on disk.
    """
    prints, ids = Pickled[Fingerprint](), []
    for each in readings:
        ids.append(each.id)
        prints.add(each if isinstance(each, Fingerprint) else Fingerprint.of(each))
    order = sorted(range(len(ids)), key=ids.__getitem__)
    parents = array("L", range(len(ids)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    for first, second, pair in _likenesses(prints, order):
        if pair.is_same_source:
            low, high = sorted((root(first), root(second)))
            parents[high] = low
    return {ids[each]: ids[order[root(place)]] for place, each in enumerate(order)}


def likenesses(prints: Sequence[Fingerprint]) -> Iterator[Likeness]:
    """Yield the pairs of articles that share something rare, with their scores, sorted by ids."""
    ids = [each.id for each in prints]
    for _, _, pair in _likenesses(prints, sorted(range(len(ids)), key=ids.__getitem__)):
        yield pair


def _likenesses(prints: Sequence[Fingerprint], order: Sequence[int]) -> Iterator[tuple[int, int, Likeness]]:
    """Yield pairs as :func:`likenesses` does, with the places of both in the order of ids; two fingerprints are held."""
    shared = SharedKeys(len(_WEIGHTS))
    for place, each in enumerate(order):
        for kind, hashes in enumerate(_hashes(prints[each])):
            shared.add(place, kind, hashes)
    for first, second, counts in shared.pairs(_COMMON, [_MIN_SHARED[kind] for kind in _WEIGHTS]):
        rare = dict(zip(_WEIGHTS, counts, strict=True))
        pair = likeness(prints[order[first]], prints[order[second]], rare=rare)
        if pair.score > 0:
            yield first, second, pair


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
