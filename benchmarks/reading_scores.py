"""How places found are held against places that annotators marked: pairs, F1, kilometres, intervals."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from layers.articles.mention import Mention

__all__ = [
    "CLOSE_KM", "METRICS", "NEAR_KM", "UNRESOLVED_KM", "Name", "Score", "bootstrap", "distance_km", "error_km", "f1",
    "overlap_pairs", "read_corpus",
]  # fmt: skip

NEAR_KM, CLOSE_KM = 161.0, 25.0
UNRESOLVED_KM = 20_037.5
BOOTSTRAPS = 1000


@dataclass(frozen=True)
class Name:
    """A place in a gold file; ``lat`` is ``None`` where the annotators gave no position."""

    start: int
    end: int
    name: str
    lat: float | None = None
    lon: float | None = None
    geonames_id: int | None = None


@dataclass
class Score:
    """What one document gave: counts for F1, errors in km with gold names, of the best candidate, and end to end."""

    id: str
    strict: int = 0
    overlap: int = 0
    predicted: int = 0
    gold: int = 0
    errors_km: list[float] = field(default_factory=list)
    oracle_km: list[float] = field(default_factory=list)
    end_to_end_km: list[float] = field(default_factory=list)
    same_id: int = 0
    with_id: int = 0


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    p, q = math.radians(lat), math.radians(other_lat)
    half = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 12_742 * math.asin(min(1.0, math.sqrt(half)))


def read_corpus(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def overlap_pairs(gold: Sequence[Any], found: Sequence[Mention]) -> list[tuple[int, int]]:
    """Pair one to one, the longest overlaps first."""
    pairs = sorted(
        (
            (min(g.end, m.end) - max(g.start, m.start), -abs(g.start - m.start) - abs(g.end - m.end), i, j)
            for i, g in enumerate(gold)
            for j, m in enumerate(found)
            if min(g.end, m.end) > max(g.start, m.start)
        ),
        reverse=True,
    )
    seen_gold: set[int] = set()
    seen_found: set[int] = set()
    result = []
    for _, _, i, j in pairs:
        if i not in seen_gold and j not in seen_found:
            seen_gold.add(i)
            seen_found.add(j)
            result.append((i, j))
    return result


def error_km(row: Name, lat: float | None, lon: float | None) -> float:
    if lat is None or lon is None or row.lat is None or row.lon is None:
        return UNRESOLVED_KM
    return distance_km(row.lat, row.lon, lat, lon)


def f1(hits: int, predicted: int, gold: int) -> float:
    return 2 * hits / (predicted + gold) if predicted + gold else 1.0


def within(errors: Iterable[float], limit_km: float) -> float:
    errors = list(errors)
    return sum(error <= limit_km for error in errors) / len(errors) if errors else 0.0


METRICS: dict[str, Callable[[Sequence[Score]], float]] = {
    "strict F1": lambda s: f1(sum(x.strict for x in s), sum(x.predicted for x in s), sum(x.gold for x in s)),
    "overlap F1": lambda s: f1(sum(x.overlap for x in s), sum(x.predicted for x in s), sum(x.gold for x in s)),
    "overlap precision": lambda s: sum(x.overlap for x in s) / max(1, sum(x.predicted for x in s)),
    "overlap recall": lambda s: sum(x.overlap for x in s) / max(1, sum(x.gold for x in s)),
    "A@161 km, gold names": lambda s: within((e for x in s for e in x.errors_km), NEAR_KM),
    "A@161 km, oracle": lambda s: within((e for x in s for e in x.oracle_km), NEAR_KM),
    "A@25 km, gold names": lambda s: within((e for x in s for e in x.errors_km), CLOSE_KM),
    "A@25 km, oracle": lambda s: within((e for x in s for e in x.oracle_km), CLOSE_KM),
    "same GeoNames id": lambda s: sum(x.same_id for x in s) / max(1, sum(x.with_id for x in s)),
    "A@161 km of those found": lambda s: within((e for x in s for e in x.end_to_end_km), NEAR_KM),
    "end to end F1 @161 km": lambda s: f1(
        sum(e <= NEAR_KM for x in s for e in x.end_to_end_km), sum(x.predicted for x in s), sum(x.gold for x in s)
    ),
    "median error, km": lambda s: statistics.median([e for x in s for e in x.errors_km] or [0.0]),
    "mean error, km": lambda s: statistics.fmean([e for x in s for e in x.errors_km] or [0.0]),
}


def bootstrap(scores: Sequence[Score], metric: Callable[[Sequence[Score]], float]) -> tuple[float, float]:
    generator = np.random.default_rng(20_240_601)
    values = [metric([scores[i] for i in generator.integers(0, len(scores), len(scores))]) for _ in range(BOOTSTRAPS)]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
