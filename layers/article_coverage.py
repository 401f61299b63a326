"""Article coverage: how many articles speak of each state and province, and of which none does.

An article covers a unit when an incident that it states happened in it (``inside`` or ``somewhere_in``), or when a corridor of
its names the unit as an end, as its area or as a side of its border. What an article says of a whole region covers no single
state, and what it says of a state covers no single province: silence is told at the precision that the articles give.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from geo.gazetteer import LANGUAGES
from layers.incidents import joined_incidents
from layers.layer import Layer
from layers.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import geopandas as gpd

    from layers.ingredients import Ingredients

__all__ = ["LAYERS"]

SHOWN_FOCUS = 2
"""States that far from the map's subject and no further are told of even when no article names them."""

_SOURCE = "natural-earth-admin1"
_WHOLLY = ("inside", "somewhere_in")


def _named(ingredients: Ingredients) -> dict[str, list[Mapping[str, Any]]]:
    """Return the attested records that speak of each unit, by its area id."""
    found: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    incidents = {record["id"]: record for record in ingredients.coverage.records("incidents")}
    for row in joined_incidents(ingredients).to_dict("records"):
        if row["right_layer"] == "areas" and row["relation"] in _WHOLLY:
            found[row["right_id"]][row["left_id"]] = incidents[row["left_id"]]
    for corridor in ingredients.coverage.records("corridors"):
        for unit in _units_of(corridor):
            found[unit][corridor["id"]] = corridor
    return {unit: list(records.values()) for unit, records in found.items()}


def _units_of(corridor: Mapping[str, Any]) -> Iterator[str]:
    for leg in corridor["legs"]:
        yield from (leg["from"], leg["to"])
    for part in corridor["areas"]:
        yield part["id"]
    for part in corridor["borders"]:
        yield from part["id"].split("-")


def _row(
    unit: str, kind: str, names: Mapping[str, str | None], told: Iterable[Mapping[str, Any]], ingredients: Ingredients
) -> dict[str, Any]:
    records = list(told)
    articles = [
        ingredients.coverage.article(id_) for id_ in sorted({i for record in records for i in record["articles"]})
    ]
    evidence = {
        (item["article"], item["start"], item["end"]): item for record in records for item in record["evidence"]
    }
    languages = sorted({article.language for article in articles})
    return {
        "id": f"coverage/{unit}",
        "kind": kind,
        "unit": unit,
        **{f"title_{lang}": names.get(lang) for lang in LANGUAGES},
        "basis": "attested" if evidence else "boundary",
        "article_count": len(articles),
        "group_count": len({article.independence_group for article in articles}),
        "language_count": len(languages),
        "record_count": len(records),
        "articles": [article.id for article in articles],
        "languages": languages,
        "single_article": len(articles) == 1,
        "evidence": [evidence[key] for key in sorted(evidence)],
        "references": []
        if evidence
        else [{"work": _SOURCE, "says": "The shape of the unit. No article of this release speaks of it."}],
    }


def _build(ingredients: Ingredients) -> gpd.GeoDataFrame:
    told = _named(ingredients)
    cut = set(ingredients.frame("naturalearth/admin1")["country"])
    rows = []
    for country in ingredients.frame("naturalearth/countries").to_dict("records"):
        unit = str(country["id"]).rsplit("/", 1)[-1]
        if unit in told or (country["focus"] is not None and country["focus"] <= SHOWN_FOCUS):
            names = {lang: country.get(f"name_{lang}") for lang in LANGUAGES}
            row = _row(unit, "state", names, told.get(unit, []), ingredients)
            rows.append({**row, "is_cut": unit in cut, "geometry": country["geometry"]})
    for province in ingredients.frame("naturalearth/admin1").to_dict("records"):
        unit = str(province["id"]).removeprefix("admin1/")
        names = {lang: province.get(f"name_{lang}") for lang in LANGUAGES}
        row = _row(unit, "province", names, told.get(unit, []), ingredients)
        rows.append({**row, "is_cut": False, "geometry": province["geometry"]})
    return frame_of(rows, LAYERS[0].columns)


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
