"""Incidents: what the articles report as having happened, at the place precision that they give.

Records know areas, not points: an incident stands at the label point of the area in which it happened, never at its
capital, and says that this point is ``representative``. Without a place its geometry is ``None``: it is counted and
listed but in no tile. Statements, period claims and wars outside the region have the role
``context``: they stay with the coverage records and are no object of the map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely import Point

from geo.gazetteer import LANGUAGES
from layers.coverage import LISTS, feature_lists, join_incidents
from layers.filter import interval_of
from layers.layer import Layer
from layers.surroundings import Surroundings
from layers.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from layers.ingredients import Ingredients

__all__ = ["LAYERS", "date_interval", "joined_incidents"]

_COPIED = (
    "category", "role", "status", "date_start", "date_end", "date_prec", "date_as_printed", "date_integrity",
    "date_candidates", "date_note", "where_prec", "area_note", "border", "organizations", "threat", "strategy", "level",
    "quantities", "modality", "reliability", "conflicts", "articles", "evidence", "references",
)  # fmt: skip


def date_interval(record: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the first and last day (ISO 8601) on which an incident may have happened; ``None`` where nothing is said.

    A suspect date must not pass for a known one in a filter: its interval spans every candidate reading.

    >>> date_interval({"date_start": None, "date_end": None, "date_integrity": "suspect",
    ...                "date_candidates": ["2018-03", "2019-03"]})
    ('2018-03-01', '2019-03-31')
    """
    known = [text for text in (record["date_start"], record["date_end"]) if text is not None]
    if record["date_integrity"] == "suspect":
        known += [part for candidate in record["date_candidates"] for part in candidate.split("/")]
    if not known:
        return None, None
    intervals = [interval_of(text) for text in known]
    return min(first for first, _ in intervals).isoformat(), max(last for _, last in intervals).isoformat()


def _row(record: Mapping[str, Any], ingredients: Ingredients) -> dict[str, Any]:
    row: dict[str, Any] = {"id": record["id"]}
    row |= {f"title_{lang}": record["title"].get(lang) for lang in LANGUAGES}
    row |= {f"gloss_{lang}": record["gloss"].get(lang) for lang in LANGUAGES[:2]}
    row |= {name: record[name] for name in _COPIED}
    row["basis"] = "attested"
    row["date_start"], row["date_end"] = date_interval(record)
    row["undated"] = row["date_start"] is None
    row["single_article"] = len(record["articles"]) == 1
    row["languages"] = sorted({ingredients.coverage.article(article).language for article in record["articles"]})
    row["area_id"] = record["area"]
    row["geometry"], row["geometry_role"] = None, None
    if record["area"] is not None:
        area = ingredients.gazetteer.area(record["area"])
        row |= {f"area_name_{lang}": area.name.get(lang) for lang in LANGUAGES}
        row["geometry"], row["geometry_role"] = Point(area.label_lon, area.label_lat), "representative"
    # Only what a machine read names a place that it knows by a point.
    row["place"] = record.get("place")
    if row["place"] is not None:
        row["geometry"], row["geometry_role"] = Point(row["place"]["lon"], row["place"]["lat"]), "place"
    row["also_found_by_machine"] = ingredients.candidates.found_again(record["id"])
    return row


def _alone(ingredients: Ingredients) -> gpd.GeoDataFrame:
    """The incidents of the map, before they are joined with anything."""
    rows = [
        _row(record, ingredients) for record in ingredients.coverage.records("incidents") if record["role"] == "event"
    ]
    return frame_of(rows, [name for name in LAYERS[0].columns if name not in LISTS])


def joined_incidents(ingredients: Ingredients) -> pd.DataFrame:
    """Return the join of the incidents with areas, borders and corridors (:mod:`layers.coverage`), made once a build."""
    around = ingredients.once("surroundings", lambda: Surroundings.of(ingredients))
    return ingredients.once("incident join", lambda: join_incidents(_alone(ingredients), around, ingredients.workers))


def _build(ingredients: Ingredients) -> gpd.GeoDataFrame:
    frame = _alone(ingredients)
    lists = feature_lists(joined_incidents(ingredients), frame["id"])
    for name in LISTS:
        frame[name] = [lists[incident][name] for incident in frame["id"]]
    return frame


LAYERS = (
    Layer(
        id="incidents",
        title={"en": "Incidents", "fa": "رویدادها", "ru": "Инциденты", "kk": "Оқиғалар"},
        description={
            "en": "What the articles report, at the precision that they give: a point stands for its whole area.",
            "fa": "آنچه مقاله‌ها گزارش می‌کنند، با همان دقتی که داده‌اند: هر نقطه نمایندهٔ کل ناحیه است.",
            "ru": "О чём сообщают статьи, с той точностью, какую они дают: точка обозначает всю территорию.",
            "kk": "Мақалалар хабарлаған оқиғалар, өз дәлдігімен: нүкте бүкіл аумақты білдіреді.",
        },
        role="attested",
        build=_build,
        sources=("corridormap-records", "natural-earth-admin1"),
        tile_properties=(
            "category", "status", "role", "where_prec", "area_id", *(f"title_{lang}" for lang in LANGUAGES),
            "date_start", "date_end", "undated", "single_article", "geometry_role",
        ),
        json_properties=(
            "date_as_printed", "date_candidates", "date_note", "area_note", "organizations", "quantities", "reliability",
            "conflicts", "articles", "languages", *LISTS, "place", "also_found_by_machine", "evidence", "references",
        ),
    ),
)  # fmt: skip
