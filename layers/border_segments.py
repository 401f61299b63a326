"""The Afghan, Tajik, Uzbek and Turkmen borders at full detail: per stretch the provinces beside it, its river, its length.

Crossing points are not here: none is curated with a source yet, and none is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.border import Border, tripoints
from geo.gazetteer import LANGUAGES
from layers.layer import Layer
from layers.table import frame_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from layers.ingredients import Ingredients

__all__ = ["LAYERS", "PAIRS"]

PAIRS = ("af-tj", "af-tm", "af-uz", "tj-uz", "tm-uz")
"""The borders that are cut into stretches."""

_SOURCE = "natural-earth-admin1"
_COMMON = {"basis": "boundary", "as_of": "2022", "articles": [], "evidence": []}


def _borders(ingredients: Ingredients) -> dict[str, Border]:
    rows = ingredients.frame("naturalearth/borders").to_dict("records")
    return {row["id"]: Border(row["left"], row["right"], row["geometry"]) for row in rows}


def _segments(ingredients: Ingredients, borders: Mapping[str, Border]) -> Iterator[dict[str, Any]]:
    units = ingredients.frame("naturalearth/admin1")
    rivers = ingredients.frame("naturalearth/border_rivers")
    accuracy = ingredients.frame("naturalearth/borders").set_index("id")["accuracy_m"]
    river_names = {row["river"]: row for row in rivers.drop(columns="geometry").to_dict("records")}
    for pair in PAIRS:
        border = borders[pair]
        left, right = (
            {row.id.removeprefix("admin1/"): row.geometry for row in units[units["country"] == country].itertuples()}
            for country in (border.left, border.right)
        )
        along = {row.river: row.geometry for row in rivers[rivers["border"] == pair].itertuples()}
        for segment in border.segments(left, right, along):
            sides = [ingredients.gazetteer.area(unit) for unit in (segment.first_unit, segment.second_unit)]
            river = river_names.get(segment.river) if segment.river else None
            yield {
                "id": segment.id,
                "kind": "segment",
                "border": pair,
                **{f"title_{lang}": _title([side.name.get(lang) for side in sides]) for lang in LANGUAGES},
                "first_unit": segment.first_unit,
                "second_unit": segment.second_unit,
                "river": segment.river,
                "rivers": {segment.river: {lang: river[f"name_{lang}"] for lang in LANGUAGES}} if river else {},
                "length_m": round(segment.length_m, 1),
                "accuracy_m": plain(accuracy[pair]),
                "references": [{"work": _SOURCE, "says": "The edge that the polygons of both provinces share."}],
                "geometry": segment.geometry,
                **_COMMON,
            }


def _title(names: list[str | None]) -> str | None:
    return " – ".join(name for name in names if name) if all(names) else None


def _tripoints(ingredients: Ingredients, borders: Mapping[str, Border]) -> Iterator[dict[str, Any]]:
    shown = {territory for pair in PAIRS for territory in pair.split("-")}
    for tripoint in tripoints(borders.values()):
        if len(shown.intersection(tripoint.territories)) < 2:  # noqa: PLR2004 -- an end of one of the borders shown
            continue
        areas = [ingredients.gazetteer.area(territory) for territory in tripoint.territories]
        yield {
            "id": tripoint.id,
            "kind": "tripoint",
            **{f"title_{lang}": _title([area.name.get(lang) for area in areas]) for lang in LANGUAGES},
            "territories": list(tripoint.territories),
            "references": [{"work": _SOURCE, "says": "The point that the polygons of these territories share."}],
            "geometry": tripoint.point,
            **_COMMON,
        }


def _build(ingredients: Ingredients) -> gpd.GeoDataFrame:
    borders = _borders(ingredients)
    rows = [*_segments(ingredients, borders), *_tripoints(ingredients, borders)]
    return frame_of(rows, LAYERS[0].columns)


LAYERS = (
    Layer(
        id="border_segments",
        title={
            "en": "Border stretches",
            "fa": "پاره‌های مرز",
            "ru": "Участки границы",
            "kk": "Шекара бөліктері",
        },
        description={
            "en": "The Afghan, Tajik, Uzbek and Turkmen borders cut where a province or the river beside them changes, "
            "with lengths, and the points where three territories meet.",
            "fa": "مرزهای افغانستان، تاجیکستان، ازبکستان و ترکمنستان، بریده در جایی که ولایت یا رود کنارشان عوض می‌شود، "
            "با درازا، و نقطه‌های برخورد سه سرزمین.",
            "ru": "Границы Афганистана, Таджикистана, Узбекистана и Туркменистана, разрезанные там, где меняется область "
            "или река, с длиной, и точки стыка трёх территорий.",
            "kk": "Ауғанстан, Тәжікстан, Өзбекстан және Түрікменстан шекаралары: облыс не өзен ауысқан жерде бөлінген, "
            "ұзындығымен, және үш аумақ түйісетін нүктелер.",
        },
        role="boundary",
        build=_build,
        sources=("natural-earth-admin1", "corridormap-rules", "unicode-cldr"),
        tile_properties=("kind", "border", "river", "length_m", *(f"title_{lang}" for lang in LANGUAGES)),
        json_properties=("rivers", "accuracy_m", "territories", "articles", "evidence", "references"),
        minzoom=4,
    ),
)
