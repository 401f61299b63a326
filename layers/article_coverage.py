"""Article coverage: how many articles speak of each state and province, and of which none does.

An article covers a unit when an incident that it states happened in it (``inside`` or ``somewhere_in``), or when a corridor of
its names the unit as an end, as its area or as a side of its border. What an article says of a whole region covers no single
state, and what it says of a state covers no single province: silence is told at the precision that the articles give.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.gazetteer import LANGUAGES
from layers.incidents import joined_incidents
from layers.layer import Layer
from layers.spooled_table import SpooledTable
from layers.table import frame_of, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from layers.ingredients import Ingredients
    from layers.records import Coverage

__all__ = ["LAYERS"]

SHOWN_FOCUS = 2
"""States that far from the map's subject and no further are told of even when no article names them."""

_SOURCE = "natural-earth-admin1"
RECORDS_HELD = 5_000


class _Told:
    """The attested records that speak of each unit, read when a unit is told of: together they may be all there are."""

    def __init__(self, ingredients: Ingredients) -> None:
        joined = joined_incidents(ingredients)
        self._ids = joined.table.ids
        self._places = joined.in_areas
        self._coverage = ingredients.coverage
        self._corridors: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
        for corridor in ingredients.coverage.records("corridors"):
            for unit in _units_of(corridor):
                self._corridors[unit][corridor["id"]] = corridor

    def __contains__(self, unit: object) -> bool:
        return unit in self._places or unit in self._corridors

    def count(self, unit: str) -> int:
        """How many records :meth:`of` yields."""
        return len(self._places.get(unit, ())) + len(self._corridors.get(unit, ()))

    def of(self, unit: str) -> Iterator[Mapping[str, Any]]:
        """Yield the records that speak of a unit, by its area id."""
        for place in self._places.get(unit, ()):
            yield self._coverage.record("incidents", self._ids[place])
        yield from self._corridors.get(unit, {}).values()


def _units_of(corridor: Mapping[str, Any]) -> Iterator[str]:
    for leg in corridor["legs"]:
        yield from (leg["from"], leg["to"])
    for part in corridor["areas"]:
        yield part["id"]
    for part in corridor["borders"]:
        yield from part["id"].split("-")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A state or province as it lies on the map."""

    id: str
    kind: str
    names: Mapping[str, str | None]
    geometry: BaseGeometry | None
    is_cut: bool

    def row(self, told: Iterable[Mapping[str, Any]], coverage: Coverage) -> dict[str, Any]:
        """Return the feature of the unit, of which these records tell."""
        count = 0
        articles: set[str] = set()
        evidence: dict[tuple[str, int, int], Mapping[str, Any]] = {}
        for record in told:
            count += 1
            articles.update(record["articles"])
            evidence |= {(item["article"], item["start"], item["end"]): item for item in record["evidence"]}
        languages = coverage.languages_of(articles)
        return {
            "id": f"coverage/{self.id}",
            "kind": self.kind,
            "unit": self.id,
            **{f"title_{lang}": self.names.get(lang) for lang in LANGUAGES},
            "basis": "attested" if evidence else "boundary",
            "article_count": len(articles),
            "group_count": coverage.independent_sources(articles),
            "language_count": len(languages),
            "record_count": count,
            "articles": sorted(articles),
            "languages": languages,
            "single_article": len(articles) == 1,
            "evidence": [evidence[key] for key in sorted(evidence)],
            "references": []
            if evidence
            else [{"work": _SOURCE, "says": "The shape of the unit. No article of this release speaks of it."}],
            "is_cut": self.is_cut,
            "geometry": self.geometry,
        }


def _units(ingredients: Ingredients, told: _Told) -> Iterator[_Unit]:
    """Yield the states that are told of or near, and all provinces."""
    cut = set(ingredients.frame("naturalearth/admin1")["country"])
    for country in ingredients.frame("naturalearth/countries").to_dict("records"):
        unit = str(country["id"]).rsplit("/", 1)[-1]
        if unit in told or (country["focus"] is not None and country["focus"] <= SHOWN_FOCUS):
            names = {lang: country.get(f"name_{lang}") for lang in LANGUAGES}
            yield _Unit(unit, "state", names, country["geometry"], unit in cut)
    for province in ingredients.frame("naturalearth/admin1").to_dict("records"):
        unit = str(province["id"]).removeprefix("admin1/")
        names = {lang: province.get(f"name_{lang}") for lang in LANGUAGES}
        yield _Unit(unit, "province", names, province["geometry"], is_cut=False)


def _pieces(ingredients: Ingredients) -> Iterator[gpd.GeoDataFrame]:
    """Yield some units after the other, in the order of their ids, never many more than :data:`RECORDS_HELD` records at once."""
    told = _Told(ingredients)
    rows: list[dict[str, Any]] = []
    held = 0
    for unit in sorted(_units(ingredients, told), key=lambda each: each.id):
        if rows and held + told.count(unit.id) > RECORDS_HELD:
            yield frame_of(rows, LAYERS[0].columns)
            rows, held = [], 0
        rows.append(unit.row(told.of(unit.id), ingredients.coverage))
        held += told.count(unit.id)
    yield frame_of(rows, LAYERS[0].columns)


def _build(ingredients: Ingredients) -> gpd.GeoDataFrame:
    return _spool(ingredients).frame()


def _spool(ingredients: Ingredients) -> SpooledTable:
    return SpooledTable.of((normalise(piece, LAYERS[0]) for piece in _pieces(ingredients)), LAYERS[0])


LAYERS = (
    Layer(
        id="article_coverage",
        title={
            "en": "Coverage by articles",
            "fa": "پوشش مقاله‌ها",
            "ru": "Охват статьями",
            "kk": "Мақалалардың қамтуы",
        },
        description={
            "en": "How many articles, independent groups and languages speak of each state and province; zero is silence.",
            "fa": "شمار مقاله‌ها، گروه‌های مستقل و زبان‌هایی که از هر کشور و استان سخن می‌گویند؛ صفر یعنی سکوت.",
            "ru": "Сколько статей, независимых групп и языков говорят о каждом государстве и области; ноль — молчание.",
            "kk": "Әр мемлекет пен облыс туралы қанша мақала, тәуелсіз топ және тіл айтады; нөл — үнсіздік.",
        },
        role="attested",
        build=_build,
        spool=_spool,
        sources=("corridormap-records", _SOURCE),
        tile_properties=(
            "kind", "unit", "is_cut", "article_count", "group_count", "language_count", *(f"title_{lang}" for lang in LANGUAGES),
        ),
        json_properties=("articles", "languages", "evidence", "references"),
        types={
            "is_cut": "boolean", "article_count": "integer", "group_count": "integer", "language_count": "integer",
            "record_count": "integer",
        },
    ),
)  # fmt: skip
