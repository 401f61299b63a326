"""Base map: land, water and names, without any border."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from geo.shapes import geodesic_area_m2
from layers.layer import Layer

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.ingredients import Ingredients

__all__ = ["LAYERS"]

REGION = 1
"""Greatest ``focus`` of a country in the map's own region."""

_NAMES = ("name_en", "name_fa", "name_ru", "name_kk")
_PROPERTIES = ("kind", *_NAMES, "focus", "rank", "km")


def _near_land(countries: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the land of the countries that the map is about and of their region, which is drawn lighter."""
    near = countries[countries["focus"] <= REGION].copy()
    near["id"] = "land/" + near["id"]
    return near.assign(kind="land")[["id", "kind", "focus", "geometry"]]


def _rank(focus: int, geometry: BaseGeometry) -> int:
    """Return how early a country is named: 0 and 1 for the map's own region, then 2 to 6 by its size."""
    if focus <= REGION:
        return int(focus)
    area_km2 = geodesic_area_m2(geometry) / 1e6
    return 2 + sum(area_km2 < size for size in (1_500_000, 300_000, 50_000, 5_000))


def _labels(frame: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    """Points from the columns label_lon, label_lat (degrees)."""
    points = shapely.points(frame["label_lon"].to_numpy(float), frame["label_lat"].to_numpy(float))
    labels = frame.assign(kind=kind).set_geometry(gpd.GeoSeries(points, crs=4326, index=frame.index))
    labels["id"] = kind + "/" + labels["id"].astype(str)
    return labels


def _build(ingredients: Ingredients) -> gpd.GeoDataFrame:
    """Land, lakes and rivers as shapes; countries, regions and waters as label points, each with its ``kind``."""
    parts = []
    for kind, name in (("land", "land"), ("lake", "lakes"), ("river", "rivers"), ("border_river", "border_rivers")):
        parts.append(ingredients.frame(f"naturalearth/{name}").assign(kind=kind).rename(columns={"length_km": "km"}))
    countries = ingredients.frame("naturalearth/countries")
    countries = countries[~countries["disputed"].astype(bool)].copy()
    parts.append(_near_land(countries))
    countries["rank"] = [_rank(row.focus, row.geometry) for row in countries.itertuples()]
    points = [ingredients.gazetteer.area(country).label_point for country in countries["id"]]
    countries["label_lon"], countries["label_lat"] = zip(*points, strict=True)
    parts.append(_labels(countries, "country_label"))
    parts.append(ingredients.frame("naturalearth/water_labels").assign(kind="water_label"))
    labelled = [area for area in ingredients.gazetteer.regions if area.is_labelled]
    regions = gpd.GeoDataFrame(
        [
            {"id": area.id, "label_lon": area.label_lon, "label_lat": area.label_lat}
            | {f"name_{lang}": area.name.get(lang) for lang in ("en", "fa", "ru", "kk")}
            for area in labelled
        ],
        geometry=[None] * len(labelled),
        crs=4326,
    )
    parts.append(_labels(regions, "region_label"))
    together = pd.concat(parts, ignore_index=True)
    for name in _PROPERTIES:
        if name not in together:
            together[name] = None
    return gpd.GeoDataFrame(together[["id", *_PROPERTIES, "geometry"]], geometry="geometry", crs=4326)


LAYERS = (
    Layer(
        id="basemap",
        title={"en": "Base map", "fa": "نقشهٔ پایه", "ru": "Основа карты", "kk": "Негізгі карта"},
        description={
            "en": "Land, lakes, rivers and names, without borders.",
            "fa": "خشکی، دریاچه‌ها، رودها و نام‌ها، بدون مرز.",
            "ru": "Суша, озёра, реки и названия, без границ.",
            "kk": "Құрлық, көлдер, өзендер және атаулар, шекарасыз.",
        },
        role="base",
        build=_build,
        sources=("natural-earth-admin1", "natural-earth-waters", "corridormap-rules", "unicode-cldr"),
        tile_properties=_PROPERTIES,
    ),
)
