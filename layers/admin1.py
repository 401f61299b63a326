"""First-level units: provinces and regions, as shapes where the map looks closely and as names everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.layer import Layer

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.ingredients import Ingredients

__all__ = ["LAYERS"]

_NAMES = ("name_en", "name_fa", "name_ru")


def _build(ingredients: Ingredients) -> gpd.GeoDataFrame:
    return ingredients.frame("naturalearth/admin1")


def _build_labels(ingredients: Ingredients) -> gpd.GeoDataFrame:
    labels = ingredients.frame("naturalearth/admin1_labels").copy()
    focus = ingredients.frame("naturalearth/countries").set_index("id")["focus"]
    labels["focus"] = labels["country"].map(focus).astype("Int64")
    return labels


LAYERS = (
    Layer(
        id="admin1",
        title={"en": "Provinces", "fa": "استان‌ها", "ru": "Области", "kk": "Облыстар"},
        description={
            "en": "First-level units of Afghanistan and Central Asia.",
            "fa": "واحدهای سطح نخست افغانستان و آسیای مرکزی.",
            "ru": "Единицы первого уровня Афганистана и Центральной Азии.",
            "kk": "Ауғанстан мен Орталық Азияның бірінші деңгейлі бірліктері.",
        },
        role="base",
        build=_build,
        sources=("natural-earth-admin1",),
        tile_properties=(*_NAMES, "country"),
        minzoom=4,
    ),
    Layer(
        id="admin1_labels",
        title={"en": "Province names", "fa": "نام استان‌ها", "ru": "Названия областей", "kk": "Облыс атаулары"},
        description={
            "en": "Label points of the first-level units of all states.",
            "fa": "نقطه‌های نام واحدهای سطح نخست همهٔ کشورها.",
            "ru": "Точки подписей единиц первого уровня всех государств.",
            "kk": "Барлық мемлекеттердің бірінші деңгейлі бірліктерінің атау нүктелері.",
        },
        role="base",
        build=_build_labels,
        sources=("natural-earth-admin1",),
        tile_properties=(*_NAMES, "country", "focus", "iso_3166_2"),
        minzoom=4,
    ),
)
