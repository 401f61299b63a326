"""Which of the places that bear a name is meant: by size, country, containment, company and the words beside it.

All names of a text are weighed together. Each name holds a probability over its places; in a few rounds every place
gains from the likely places of the other names: by lying in the same country, in the same first-level unit, near them,
or in the one that is named right after it ("Paris, Texas"). A name is taken in one sense throughout a text, except
where the words beside it tell two apart ("Panj district", "the Panj river"; "Faizabad in Tajikistan").

The weights are set by hand, in units of the decimal logarithm of a population; none is learned from a corpus.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from layers.articles.geoparsing.place_names import is_arabic

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from geo.gazetteer_index import Columns, GazetteerIndex, IndexedPlace
    from layers.articles.geoparsing.toponym import Toponym

    Floats = npt.NDArray[np.float64]

__all__ = ["Resolution", "Resolver", "fit"]

CANDIDATES = 25
"""So many places of one name are weighed, the likeliest."""

WINDOW = 40
"""So many different names are weighed together; a longer text is weighed in stretches."""

UNKNOWN_POPULATION = 3_000
"""GeoNames lists a town without its population only where it is the seat of something."""

ALTERNATIVES = 4
ABSTAIN_BELOW = 0.12
"""With a smaller probability than this the name stays unresolved."""

SEAT_POPULATION = 100_000
STRAY_POPULATION = 50_000
NAMESAKE_POPULATION = 200_000
"""A larger town gives its name to posts and newspapers far away."""
STRAY_OTHERS = 3
STRAY_KM = 1_500.0
"""A smaller place, alone in its country and so far from all of so many other places, is left open."""

POST_KM = 150.0
"""A post lies within this of something else that the text names, or it is not that of the town."""

_ROUNDS = 4
_SHARPNESS = 2.0
_NEAR_KM = 50.0
_EARTH_RADIUS_KM = 6371.0
_MAX_GAP = 8
_SEAT_SHARE = 0.08
"""A town with this share of a unit's people is as well known as the unit."""

_OWNED = frozenset(["'s ", "’s "])
"""Between a land and what lies in it: "Tajikistan's Gorno-Badakhshan"."""

_GAP = re.compile(r"\s*(?:,|\(|،|, ?in|in|در|в|of)\s*$")

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
    """How much each thing counts, in units of the decimal logarithm of a population."""

    population: float = 1.0
    country: float = 3.0
    region: float = 2.5
    feature: float = 0.5
    admin1: float = 0.8
    admin2: float = -0.5
    main_name: float = 1.2
    capital: float = 1.0
    namesake: float = -1.9
    """A first-level unit that bears the name of a town in it, or of a capital: the town is meant unless a word says so."""
    seat: float = 1.6
    """A large town that a first-level unit of its country is named after: Herat is not a village of that name."""
    cue: float = 3.0
    container: float = 6.0
    sibling: float = 3.0
    same_country: float = 1.6
    same_admin1: float = 1.0
    near: float = 2.5
    most_around: float = 12.0
    """No company makes more of a place than this: a village does not become Moscow."""


class _Key(NamedTuple):
    """What names of one sense share: the name, the cue beside it, the name of what contains it."""

    name: str
    cue: str
    container: str
    rows: tuple[int, ...]


class Resolver:
    """Chooses places for all names of a document together."""

    def __init__(self, index: GazetteerIndex) -> None:
        self._index = index
        self._weights = _Weights()

    def resolve(self, reading: str, toponyms: Sequence[Toponym]) -> list[Resolution]:
        """Return what each name stands for, in their order, which must be that of the text."""
        keys = self._keys(reading, toponyms)
        windows: list[list[_Key]] = [[]]
        seen: set[_Key] = set()
        for key in keys:
            if key not in seen and len(seen) >= WINDOW:
                windows.append([])
                seen = set()
            seen.add(key)
            windows[-1].append(key)
        found: list[Resolution] = []
        for window in windows:
            weighed = self._weigh(window)
            found += [weighed[key] for key in window]
        return found

    def _keys(self, reading: str, toponyms: Sequence[Toponym]) -> list[_Key]:
        keys: list[_Key] = []
        for number, toponym in enumerate(toponyms):
            container = ""
            if number + 1 < len(toponyms):
                following = toponyms[number + 1]
                gap = reading[toponym.span.end : following.span.start]
                is_izafa = gap.isspace() and is_arabic(reading[toponym.span.start])  # «بدخشان تاجیکستان»
                if len(gap) < _MAX_GAP and (is_izafa or _GAP.match(gap)) and following.name != toponym.name:
                    container = following.name
            if number and not container and toponym.role == "literal":
                before = toponyms[number - 1]
                gap = reading[before.span.end : toponym.span.start]
                is_adjective = before.role == "adjectival" and gap.isspace()  # "Afghan Badakhshan"
                if before.name != toponym.name and (is_adjective or gap in _OWNED):
                    container = before.name
            keys.append(_Key(toponym.name, toponym.cue, container, toponym.rows))
        return keys

    def _weigh(self, keys: Sequence[_Key]) -> dict[_Key, Resolution]:
        counts: dict[_Key, int] = {}
        for key in keys:
            counts[key] = counts.get(key, 0) + 1
        groups = [key for key in counts if key.rows]
        if not groups:
            return {key: Resolution(None, 0.0, ()) for key in counts}
        priors = [self._priors(key) for key in groups]
        rows = np.array([row for scores in priors for row in scores], dtype=np.int64)
        base = np.array([score for scores in priors for score in scores.values()], dtype=np.float64)
        sizes = np.array([len(scores) for scores in priors])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        total = self._totals(groups, counts, rows, base, sizes, starts) if len(groups) > 1 else base
        chance = _softmax(total, sizes, starts)
        likeliest = self._likeliest(groups, rows, total, starts, sizes)
        found: dict[_Key, Resolution] = {key: Resolution(None, 0.0, ()) for key in counts}
        for key, start, size in zip(groups, starts.tolist(), sizes.tolist(), strict=True):
            order = sorted(range(start, start + size), key=lambda at: (-total[at], rows[at]))
            best = self._index.place(int(rows[order[0]]))
            confidence = float(chance[order[0]])
            others = tuple((self._index.place(int(rows[at])), float(chance[at])) for at in order[1 : ALTERNATIVES + 1])
            if confidence < ABSTAIN_BELOW or _is_stray(best, key, likeliest):
                found[key] = Resolution(None, confidence, ((best, confidence), *others)[:ALTERNATIVES])
            else:
                found[key] = Resolution(best, confidence, others)
        return found

    def _likeliest(
        self,
        groups: Sequence[_Key],
        rows: npt.NDArray[np.int64],
        total: Floats,
        starts: npt.NDArray[np.int64],
        sizes: npt.NDArray[np.int64],
    ) -> dict[str, IndexedPlace]:
        """Return the likeliest place of each name."""
        return {
            key.name: self._index.place(int(rows[start + int(np.argmax(total[start : start + size]))]))
            for key, start, size in zip(groups, starts.tolist(), sizes.tolist(), strict=True)
        }

    def _totals(
        self,
        groups: Sequence[_Key],
        counts: dict[_Key, int],
        rows: npt.NDArray[np.int64],
        base: Floats,
        sizes: npt.NDArray[np.int64],
        starts: npt.NDArray[np.int64],
    ) -> Floats:
        """Return the score of every place in the company of the likely places of the other names."""
        weights = self._weights
        columns = self._index.columns(rows)
        group = np.repeat(np.arange(len(groups)), sizes)
        emphasis = np.array([1.0 + math.log(counts[key]) for key in groups])
        name_ids = {name: number for number, name in enumerate(dict.fromkeys(key.name for key in groups))}
        name_of = np.array([name_ids[key.name] for key in groups])[group]
        is_other = name_of[:, None] != name_of[None, :]
        same_country = is_other & (columns.country[:, None] == columns.country[None, :]) & columns.has_country[:, None]
        same_admin1 = is_other & (columns.unit[:, None] == columns.unit[None, :]) & (columns.unit >= 0)[:, None]
        closeness = np.where(is_other, _closeness(columns.xyz, columns.is_point), 0.0)
        same_place = (rows[:, None] == rows[None, :]) & ~is_other & (group[:, None] != group[None, :])
        inside = self._inside(groups, columns, group)
        chance = _softmax(base, sizes, starts)
        total = base
        for _ in range(_ROUNDS):
            weight = chance * emphasis[group]
            company = np.maximum.reduceat(closeness * chance[None, :], starts, axis=1).sum(axis=1)
            around = (
                weights.same_country * np.log1p(2 * (same_country @ weight))
                + weights.same_admin1 * np.log1p(2 * (same_admin1 @ weight))
                + weights.near * np.log1p(2 * company)
            )
            total = (
                base
                + weights.most_around * np.tanh(around / weights.most_around)
                + weights.sibling * np.minimum(1.0, same_place @ chance)
                + weights.container * np.minimum(1.0, inside @ chance)
            )
            chance = 0.5 * chance + 0.5 * _softmax(total, sizes, starts)
        return np.asarray(total, dtype=np.float64)

    def _inside(self, groups: Sequence[_Key], columns: Columns, group: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which place lies in which, for names that the text puts into one another."""
        pairs = np.array([[key.container == other.name for other in groups] for key in groups], dtype=np.bool_)
        if not pairs.any():
            return np.zeros((len(group), len(group)), dtype=np.bool_)
        in_country = (columns.country[:, None] == columns.country[None, :]) & columns.is_country[None, :]
        in_unit = (columns.unit[:, None] == columns.row[None, :]) & columns.is_admin1[None, :]
        in_unit |= (columns.unit[:, None] == columns.unit[None, :]) & columns.is_admin2[None, :]
        is_itself = columns.row[:, None] == columns.row[None, :]
        inside = pairs[group][:, group] & (in_country | in_unit) & ~is_itself & ~columns.is_country[:, None]
        return np.asarray(inside, dtype=np.bool_)

    def _priors(self, key: _Key) -> dict[int, float]:
        """Return how likely each place of a name is meant, whatever else the text says."""
        weights = self._weights
        places = [self._index.place(row) for row in key.rows]
        has_seat = self._has_seat(places)
        scores: dict[int, float] = {}
        for place in places:
            # Towns have their own name in Latin letters only: in other scripts all names count alike.
            is_main = not key.name.isascii() or self._index.is_main_name(key.name, place.row)
            people = place.population or (UNKNOWN_POPULATION if place.kind == "city" else 0)
            score = weights.population * math.log10(people + 100) + (weights.main_name if is_main else 0.0)
            score += self._kind_weight(place, is_main=is_main)
            if not key.cue and place.kind == "admin1" and place.country in has_seat:
                score += weights.namesake
            if place.kind == "city" and place.country in has_seat and place.population >= SEAT_POPULATION:
                score += weights.seat
            scores[place.row] = score + weights.cue * fit(key.cue, place)
        best = sorted(scores, key=lambda row: -scores[row])[:CANDIDATES]
        return {row: scores[row] for row in best}

    def _kind_weight(self, place: IndexedPlace, *, is_main: bool) -> float:
        weights = self._weights
        if place.kind == "country":
            return weights.country if is_main else 0.0
        if place.kind == "city":
            return weights.capital if place.is_capital and is_main else 0.0
        kinds = {
            "region": weights.region,
            "feature": weights.feature,
            "admin1": weights.admin1,
            "admin2": weights.admin2,
        }
        return kinds[place.kind]

    @staticmethod
    def _has_seat(places: Sequence[IndexedPlace]) -> frozenset[str]:
        """Return the countries in which a town of the name is as well known as the first-level unit, or a capital is."""
        units = {place.country: place.population for place in places if place.kind == "admin1"}
        if any(place.is_capital for place in places):
            return frozenset(units)
        return frozenset(
            place.country
            for place in places
            if place.kind == "city" and place.population >= _SEAT_SHARE * units.get(place.country, math.inf)
        )


def _is_stray(place: IndexedPlace, key: _Key, likeliest: dict[str, IndexedPlace]) -> bool:
    """Whether a small place lies far from all others of a text that names several, and alone in its country.

    Such a name is more likely that of a village which no gazetteer has. So is the name of a post that a town bears too,
    unless the text speaks of places near that town.
    """
    is_post = key.cue == "crossing" and place.kind == "city"
    is_small = place.kind in {"city", "admin2"} and place.population < (
        NAMESAKE_POPULATION if is_post else STRAY_POPULATION
    )
    if not is_small or key.container or place.lon is None or place.lat is None:
        return False
    others = [other for name, other in likeliest.items() if name != key.name and other.lon is not None]
    if len(others) < (1 if is_post else STRAY_OTHERS):
        return False
    here = _unit_vector(place.lon, place.lat)
    nearest = max(np.dot(here, _unit_vector(other.lon or 0.0, other.lat or 0.0)) for other in others)
    distance_km = _EARTH_RADIUS_KM * math.acos(max(-1.0, min(1.0, float(nearest))))
    if is_post:
        return distance_km > (POST_KM if len(others) >= STRAY_OTHERS else STRAY_KM)
    return distance_km > STRAY_KM and not any(other.country == place.country for other in others)


def _unit_vector(lon: float, lat: float) -> Floats:
    x, y = math.radians(lon), math.radians(lat)
    return np.array([math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)])


def fit(cue: str, place: IndexedPlace) -> float:
    """Return how well a place is the kind that a word beside its name says, -1 to 1."""
    fits = _FITS.get(cue)
    if fits is None:
        return 0.0
    if cue in {"river", "valley"} and place.kind == "feature":
        return 1.0 if cue in place.id or cue in place.name.lower() else -1.0
    return fits.get(place.kind, 0.0)


def _softmax(scores: Floats, sizes: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> Floats:
    """Return probabilities within each group of neighbouring scores."""
    top = np.repeat(np.maximum.reduceat(scores, starts), sizes)
    weight = np.exp(_SHARPNESS * (scores - top))
    return np.asarray(weight / np.repeat(np.add.reduceat(weight, starts), sizes), dtype=np.float64)


def _closeness(xyz: Floats, is_point: npt.NDArray[np.bool_]) -> Floats:
    """Return a number for each pair of unit vectors: 1 at the same place, near 0 beyond a few hundred km."""
    distance_km = _EARTH_RADIUS_KM * np.arccos(np.clip(xyz @ xyz.T, -1.0, 1.0))
    near = np.exp(-distance_km / _NEAR_KM)
    return np.asarray(near * (is_point[:, None] & is_point[None, :]), dtype=np.float64)
