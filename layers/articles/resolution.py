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


_FITS: dict[str, dict[str, float]] = {
    "province": {"admin1": 1.0, "admin2": -0.3, "city": -0.3, "country": -1.0},
    "district": {"admin2": 1.0, "city": 0.2, "admin1": -0.7, "country": -1.0},
    "city": {"city": 1.0, "admin1": -0.5, "admin2": -0.2, "country": -0.7},
    "river": {"city": -0.5, "admin1": -0.5},
    "valley": {"city": 0.1, "admin1": -0.3},
    "crossing": {"feature": 0.7, "admin1": -0.5},
}


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
    capital: float = 1.0
    namesake: float = -1.3
    cue: float = 3.0
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
        priors: dict[tuple[str, tuple[int, ...], str], dict[int, float]] = {}
        candidates: list[dict[int, float]] = []
        for toponym in toponyms:
            key = (toponym.name, toponym.rows, toponym.cue)
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
        """Return how likely each place of a name is meant, whatever else the text says."""
        weights = self._weights
        places = [self._index.place(row) for row in toponym.rows]
        seats = {place.admin1 for place in places if place.kind == "city"}
        is_capital = any(place.is_capital for place in places)
        scores: dict[int, float] = {}
        for place in places:
            is_main = self._index.is_main_name(toponym.name, place.row)
            score = weights.population * math.log10(place.population + 100) + (weights.main_name if is_main else 0.0)
            if place.kind == "country":
                score += weights.country if is_main else 0.0
            elif place.kind == "region":
                score += weights.region
            elif place.kind == "feature":
                score += weights.feature
            elif place.kind == "admin2":
                score += weights.admin2
            elif place.kind == "admin1":
                score += weights.admin1 + (
                    weights.namesake if (is_capital or place.row in seats) and not toponym.cue else 0.0
                )
            elif place.is_capital and is_main:
                score += weights.capital
            if toponym.cue:
                score += weights.cue * fit(toponym.cue, place)
            scores[place.row] = score
        best = sorted(scores, key=lambda row: -scores[row])[:CANDIDATES]
        return {row: scores[row] for row in best}

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


def fit(cue: str, place: IndexedPlace) -> float:
    """Return how well a place is the kind that a word beside its name says, -1 to 1."""
    fits = _FITS.get(cue)
    if fits is None:
        return 0.0
    if cue in {"river", "valley"} and place.kind == "feature":
        return 1.0 if cue in place.id or cue in place.name.lower() else -1.0
    return fits.get(place.kind, 0.0)


def _distance_km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    first, second = math.radians(lat), math.radians(other_lat)
    half = math.sin((second - first) / 2) ** 2 + (
        math.cos(first) * math.cos(second) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))
