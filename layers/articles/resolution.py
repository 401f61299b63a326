"""Which of the places that bear a name is meant: by size, country, containment, company and what the text is about."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.gazetteer_index import GazetteerIndex, IndexedPlace
    from layers.articles.toponyms import Toponym

__all__ = ["Resolution", "Resolver"]

CANDIDATES = 40
"""So many places of one name are weighed, the likeliest."""

ALTERNATIVES = 4

_EARTH_RADIUS_KM = 6371.0

_GAP = re.compile(r"\s*(?:,|\(|،|, ?in|in|در|в)\s*$")


@dataclass(frozen=True, slots=True)
class Resolution:
    """The place that is meant (``None``: it cannot be said), how sure that is (0 to 1), and the next likely ones."""

    place: IndexedPlace | None
    confidence: float
    alternatives: tuple[tuple[IndexedPlace, float], ...]


@dataclass(frozen=True, slots=True)
class _Weights:
    """How much each thing counts, in units of the logarithm of a population."""

    population: float = 1.0
    country: float = 3.0
    region: float = 2.5
    feature: float = 0.5
    admin1: float = 0.8
    admin2: float = -0.5
    main_name: float = 0.6
    comma: float = 6.0
    same_country: float = 1.2
    same_admin1: float = 1.0
    near: float = 1.5


class Resolver:
    """Chooses places for all names of a document together."""

    def __init__(self, index: GazetteerIndex, weights: _Weights | None = None) -> None:
        self._index = index
        self._weights = weights or _Weights()

    def resolve(self, reading: str, toponyms: Sequence[Toponym]) -> list[Resolution]:
        """Return what each name stands for, in their order, which must be that of the text."""
        index = self._index
        weights = self._weights
        priors: dict[tuple[str, tuple[int, ...]], dict[int, float]] = {}
        candidates: list[dict[int, float]] = []
        for toponym in toponyms:
            key = (toponym.name, toponym.rows)
            if key not in priors:
                priors[key] = self._priors(toponym)
            candidates.append(priors[key])
        if not candidates:
            return []
        containers = self._containers(reading, toponyms)
        groups: dict[str, list[int]] = defaultdict(list)
        for number, toponym in enumerate(toponyms):
            groups[toponym.name].append(number)
        chosen = [max(scores, key=lambda row: scores[row]) if scores else -1 for scores in candidates]
        sure = [1 / (1 + math.log(len(scores))) if scores else 0.0 for scores in candidates]
        final: list[dict[int, float]] = [dict(scores) for scores in candidates]
        for _ in range(3):
            countries: dict[str, float] = defaultdict(float)
            units: dict[int, float] = defaultdict(float)
            points: list[tuple[str, float, float]] = []
            for number, row in enumerate(chosen):
                if row < 0:
                    continue
                place = index.place(row)
                weight = sure[number]
                if place.country:
                    countries[place.country] += weight * (1.5 if place.kind in {"country", "admin1"} else 1.0)
                unit = place.row if place.kind == "admin1" else place.admin1
                if unit >= 0:
                    units[unit] += weight * (1.5 if place.kind == "admin1" else 1.0)
                if place.kind in {"city", "admin2", "feature"} and place.lon is not None and place.lat is not None:
                    points.append((toponyms[number].name, place.lon, place.lat))
            renewed = list(chosen)
            for name, numbers in groups.items():
                for number in numbers:
                    scores = candidates[number]
                    if len(scores) < 2:  # noqa: PLR2004
                        continue
                    own_countries: dict[str, float] = defaultdict(float)
                    own_units: dict[int, float] = defaultdict(float)
                    for other in numbers:
                        row = chosen[other]
                        if row >= 0:
                            place = index.place(row)
                            own_countries[place.country] += sure[other]
                            own_units[place.row if place.kind == "admin1" else place.admin1] += sure[other]
                    totals: dict[int, float] = {}
                    others = [(lon, lat) for other, lon, lat in points if other != name][:40]
                    for row, prior in scores.items():
                        place = index.place(row)
                        total = prior
                        if place.country:
                            seen = max(0.0, countries[place.country] - own_countries[place.country])
                            total += weights.same_country * math.log1p(4 * seen)
                        unit = place.row if place.kind == "admin1" else place.admin1
                        if unit >= 0:
                            seen = max(0.0, units[unit] - own_units[unit])
                            total += weights.same_admin1 * math.log1p(3 * seen)
                        if (
                            others
                            and place.kind in {"city", "admin2"}
                            and place.lon is not None
                            and place.lat is not None
                        ):
                            nearest = min(_distance_km(place.lon, place.lat, lon, lat) for lon, lat in others)
                            total += weights.near * math.exp(-nearest / 100)
                        for other in numbers:
                            if containers.get(other) is not None and self._lies_in(place, containers[other], chosen):
                                total += weights.comma
                                break
                        totals[row] = total
                    final[number] = totals
                    renewed[number] = max(totals, key=lambda row: totals[row])
            if renewed == chosen:
                break
            chosen = renewed
        return [self._resolution(scores) for scores in final]

    def _priors(self, toponym: Toponym) -> dict[int, float]:
        scores: dict[int, float] = {}
        for row in toponym.rows:
            place = self._index.place(row)
            scores[row] = self._prior(place, self._index.is_main_name(toponym.name, row))
        best = sorted(scores, key=lambda row: -scores[row])[:CANDIDATES]
        return {row: scores[row] for row in best}

    def _prior(self, place: IndexedPlace, is_main: bool) -> float:
        weights = self._weights
        score = weights.population * math.log10(place.population + 100)
        kind = {
            "country": weights.country,
            "region": weights.region,
            "feature": weights.feature,
            "admin1": weights.admin1,
            "admin2": weights.admin2,
        }
        return score + kind.get(place.kind, 0.0) + (weights.main_name if is_main else 0.0)

    def _containers(self, reading: str, toponyms: Sequence[Toponym]) -> dict[int, int]:
        """Return which name stands right after which with a comma or "in" between them: "Paris, Texas"."""
        found = {}
        for number in range(len(toponyms) - 1):
            gap = reading[toponyms[number].span.end : toponyms[number + 1].span.start]
            if len(gap) < 8 and _GAP.match(gap):  # noqa: PLR2004
                found[number] = number + 1
        return found

    def _lies_in(self, place: IndexedPlace, container: int, chosen: list[int]) -> bool:
        row = chosen[container]
        if row < 0 or row == place.row:
            return False
        other = self._index.place(row)
        if other.kind == "country":
            return other.country == place.country
        if other.kind == "admin1":
            return place.admin1 == other.row
        return False

    def _resolution(self, scores: dict[int, float]) -> Resolution:
        if not scores:
            return Resolution(None, 0.0, ())
        ranked = sorted(scores, key=lambda row: (-scores[row], row))
        top = scores[ranked[0]]
        weight = [math.exp(scores[row] - top) for row in ranked]
        total = sum(weight)
        alternatives = tuple(
            (self._index.place(row), share / total)
            for row, share in zip(ranked[1 : ALTERNATIVES + 1], weight[1 : ALTERNATIVES + 1], strict=False)
        )
        return Resolution(self._index.place(ranked[0]), weight[0] / total, alternatives)


def _distance_km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    first, second = math.radians(lat), math.radians(other_lat)
    half = math.sin((second - first) / 2) ** 2 + (
        math.cos(first) * math.cos(second) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))
