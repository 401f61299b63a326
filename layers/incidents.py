"""Incidents: what the articles report as having happened, at the place precision that they give.

Records know areas, not points: an incident stands at the label point of the area in which it happened, never at its
capital, and says that this point is ``representative``. Without a place its geometry is ``None``: it is counted and
listed but in no tile. Statements, period claims and wars outside the region have the role
``context``: they stay with the coverage records and are no object of the map.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from shapely import Point

from geo.gazetteer import LANGUAGES
from layers import coverage
from layers.coverage import LISTS
from layers.filter import interval_of
from layers.layer import Layer
from layers.spool import Spool
from layers.spooled_table import SpooledTable
from layers.surroundings import Surroundings
from layers.table import canonical_json, frame_of, normalise
from layers.workers import HERE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from layers.ingredients import Ingredients

__all__ = ["LAYERS", "JoinedIncidents", "date_interval", "joined_incidents"]

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
    row["languages"] = ingredients.coverage.languages_of(record["articles"])
    row["area_id"] = record["area"]
    row["geometry"], row["geometry_role"] = None, None
    area = None if record["area"] is None else ingredients.gazetteer.area(record["area"])
    row |= {f"area_name_{lang}": area and area.name.get(lang) for lang in LANGUAGES}
    if area is not None:
        row["geometry"], row["geometry_role"] = Point(area.label_lon, area.label_lat), "representative"
    # Only what a machine read names a place that it knows by a point.
    row["place"] = record.get("place")
    if row["place"] is not None:
        row["geometry"], row["geometry_role"] = Point(row["place"]["lon"], row["place"]["lat"]), "place"
    row["also_found_by_machine"] = ingredients.candidates.found_again(record["id"])
    return row


def _alone(records: Sequence[Mapping[str, Any]], ingredients: Ingredients) -> gpd.GeoDataFrame:
    """Incidents of the map, before they are joined with anything."""
    rows = [_row(record, ingredients) for record in records]
    return frame_of(rows, [name for name in LAYERS[0].columns if name not in LISTS])


@dataclass(frozen=True, slots=True)
class JoinedIncidents:
    """The incidents of the map as the release holds them, and what the join says of them.

    ``rows`` are the rows of the join as canonical JSON, in order, some thousand of them to an entry with commas between.
    ``in_areas`` maps the id of each area to the places, in ``table``, of the incidents that happened in it, ascending.
    """

    table: SpooledTable
    rows: Spool
    in_areas: Mapping[str, Sequence[int]]


def joined_incidents(ingredients: Ingredients) -> JoinedIncidents:
    """Return the incidents joined with areas, borders and corridors (:mod:`layers.coverage`), made once a build."""
    return ingredients.once("joined incidents", lambda: _join(ingredients))


def _join(ingredients: Ingredients) -> JoinedIncidents:
    """Make the incidents some thousand at a time, in the order of their ids; no more of them is ever held."""
    around = ingredients.once("surroundings", lambda: Surroundings.of(ingredients))
    records = ingredients.coverage.records("incidents")
    events = (record for record in records if record["role"] == "event")
    pieces = (_alone(piece, ingredients) for piece in iter(lambda: list(islice(events, coverage.PER_PARTITION)), []))
    table, rows = SpooledTable(LAYERS[0]), Spool()
    in_areas: dict[str, array[int]] = {}
    workers = ingredients.workers if len(records) > coverage.PER_PARTITION else HERE
    for frame, joined in coverage.join_pieces(pieces, around, workers):
        place_of = {id_: len(table) + place for place, id_ in enumerate(frame["id"])}
        for row in joined:
            if row["right_layer"] == "areas" and row["relation"] in _WHOLLY:
                told = in_areas.setdefault(row["right_id"], array("L"))
                if not told or told[-1] != place_of[row["left_id"]]:
                    told.append(place_of[row["left_id"]])
        lists = coverage.lists_of(joined, place_of)
        for name in LISTS:
            frame[name] = [lists[incident][name] for incident in place_of]
        table.add(normalise(frame, LAYERS[0]))
        rows.add(",".join(map(canonical_json, joined)).encode())
    if not len(table):
        table.add(normalise(_alone([], ingredients).assign(**dict.fromkeys(LISTS)), LAYERS[0]))
    return JoinedIncidents(table, rows, in_areas)


_WHOLLY = ("inside", "somewhere_in")
"""Relations by which an incident happened in an area, and not perhaps."""


def _build(ingredients: Ingredients) -> gpd.GeoDataFrame:
    return joined_incidents(ingredients).table.frame()


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
        spool=lambda ingredients: joined_incidents(ingredients).table,
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
