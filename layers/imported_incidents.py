"""Imported incidents: records of data sets that users brought, in context layers of their own.

They are outside knowledge: what each rests on is a row of a data set, which is its evidence, never an article. Those of which the terms forbid to
pass them on stand in a layer by themselves, so that the whole layer can be withheld. The rule of the incidents holds here
too: a point is drawn only where the row knows one (``where_prec`` 1 to 3), otherwise the label point of the province or
country around it, never the town that the data set put in its stead.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely import Point

from geo.gazetteer import LANGUAGES
from layers.candidate_texts import COUNTED, UNITS, event_title
from layers.coverage import feature_lists, join_incidents
from layers.evidence import RowEvidence
from layers.imports.dataset import IMPORTED, RESTRICTED
from layers.layer import Layer
from layers.surroundings import Surroundings
from layers.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from layers.imports.dataset import Dataset
    from layers.imports.record import Imported, ImportedRecord, Quantity
    from layers.ingredients import Ingredients

__all__ = ["layers_of"]

_PREFIX: Final = "imported"

_POINT, _COUNTRY, _REGION = 3, 6, 7
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG: Final = 60
_HASH_DIGITS: Final = 16

_TILE_PROPERTIES: Final = (
    "category", "status", "role", "where_prec", "area_id", *(f"title_{lang}" for lang in LANGUAGES),
    "date_start", "date_end", "undated", "geometry_role", "dataset",
)  # fmt: skip
_JSON_PROPERTIES: Final = (
    "organizations", "actors", "quantities", "articles", "languages", "corridors", "areas", "place", "evidence", "references",
)  # fmt: skip
_JOINED: Final = ("corridors", "areas")
_TITLES: Final = {
    IMPORTED: {
        "en": "Incidents of data sets",
        "fa": "رویدادهای مجموعه‌داده‌ها",
        "ru": "Инциденты из наборов данных",
        "kk": "Деректер жиынтықтарындағы оқиғалар",
    },
    RESTRICTED: {
        "en": "Incidents of data sets, not to be passed on",
        "fa": "رویدادهای مجموعه‌داده‌ها، بازنشر ممنوع",
        "ru": "Инциденты из наборов данных, без права передачи",
        "kk": "Деректер жиынтықтарындағы оқиғалар, таратуға болмайды",
    },
}
_DESCRIPTION: Final = {
    "en": "What data sets record that were imported; each names its row. No article says it.",
    "fa": "آنچه مجموعه‌داده‌های واردشده ثبت کرده‌اند؛ هر یک ردیف خود را نام می‌برد. هیچ مقاله‌ای آن را نمی‌گوید.",
    "ru": "Что записано в импортированных наборах данных; у каждого указана строка. Ни одна статья этого не сообщает.",
    "kk": "Импортталған деректер жиынтықтарында не жазылған; әрқайсысының жолы көрсетілген. Мұны ешбір мақала айтпайды.",
}


def layers_of(imported: Imported) -> tuple[Layer, ...]:
    """Return the layers that imported records need: none without any, one or two.

    >>> from layers.imports.record import NOTHING_IMPORTED
    >>> layers_of(NOTHING_IMPORTED)
    ()
    """
    found = []
    for layer_id in (IMPORTED, RESTRICTED):
        is_restricted = layer_id == RESTRICTED
        datasets = tuple(each.id for each in imported.datasets if each.is_restricted == is_restricted)
        if not any(record.dataset in datasets for record in imported.records):
            continue
        found.append(
            Layer(
                id=layer_id,
                title=_TITLES[layer_id],
                description=_DESCRIPTION,
                role="context",
                build=partial(_build, datasets=datasets),
                sources=(*datasets, "natural-earth-admin1"),
                tile_properties=_TILE_PROPERTIES,
                json_properties=_JSON_PROPERTIES,
                is_restricted=is_restricted,
            )
        )
    return tuple(found)


def _build(ingredients: Ingredients, datasets: tuple[str, ...]) -> gpd.GeoDataFrame:
    around = ingredients.once("surroundings", lambda: Surroundings.of(ingredients))
    known = {dataset.id: dataset for dataset in ingredients.imported.datasets}
    records = [record for record in ingredients.imported.records if record.dataset in datasets]
    names = _organization_names(ingredients)
    rows = [
        _row(id_, record, known[record.dataset], area, ingredients, names)
        for id_, record, area in zip(_ids(records), records, _areas(records, around), strict=True)
    ]
    frame = frame_of(rows, [name for name in (*_TILE_PROPERTIES, *_JSON_PROPERTIES) if name not in _JOINED])
    for name, lists in _joined(frame, around).items():
        frame[name] = lists
    return frame


def _joined(frame: gpd.GeoDataFrame, around: Surroundings) -> dict[str, list[list[str]]]:
    """Return for each row the areas that it happened in, and the corridors, of those that may be.

    A point has the corridors whose band, border or area it lies in; what stands for an area has those that the join of the
    incidents gives that area. Many rows stand for one area, which is joined once. No distances are measured: that takes
    milliseconds for a row, and data sets have a hundred thousand of them.
    """
    role, area = frame["geometry_role"].to_numpy(), frame["area_id"].to_numpy()
    found: dict[str, list[list[str]]] = {name: [[] for _ in range(len(frame))] for name in _JOINED}
    areal = np.flatnonzero(role == "representative")
    keys = list(zip(area[areal].tolist(), frame["where_prec"].to_numpy()[areal].tolist(), strict=True))
    first = dict(zip(reversed(keys), reversed(areal.tolist()), strict=True))
    samples = frame.iloc[sorted(first.values())]
    lists = feature_lists(join_incidents(samples, around), samples["id"])
    ids = frame["id"].tolist()
    for row, key in zip(areal.tolist(), keys, strict=True):
        for name in _JOINED:
            found[name][row] = lists[ids[first[key]]][name]
    placed = np.flatnonzero(role == "place")
    lon, lat = frame.geometry.iloc[placed].x.to_numpy(), frame.geometry.iloc[placed].y.to_numpy()
    for target in around.corridors:
        for row in placed[shapely.intersects_xy(target.shape, lon, lat)].tolist():
            found["corridors"][row].append(target.id)
    for row in placed.tolist():
        found["corridors"][row].sort()
        if area[row] is not None:
            found["areas"][row] = sorted(filter(None, {area[row], around.country_of.get(area[row])}))
    return found


def _ids(records: Sequence[ImportedRecord]) -> list[str]:
    """Return an id for each record: its row's own id as a slug, or a hash where it is none or two rows would share it."""
    slugs = [_slug(record.row) for record in records]
    shared = Counter(zip((record.dataset for record in records), slugs, strict=True))
    return [
        f"{_PREFIX}/{record.dataset}/{slug if slug and shared[record.dataset, slug] == 1 else _hashed(record.row)}"
        for record, slug in zip(records, slugs, strict=True)
    ]


def _slug(row: str) -> str:
    made = row.lower()
    return made if _SLUG.fullmatch(made) and len(made) <= _LONGEST_SLUG else ""


def _hashed(row: str) -> str:
    return f"row-{hashlib.sha256(row.encode()).hexdigest()[:_HASH_DIGITS]}"


def _areas(records: Sequence[ImportedRecord], around: Surroundings) -> list[str | None]:
    """Return the area that each record's point stands in: the province where it is known so precisely, else the country."""
    placed = [
        number for number, record in enumerate(records) if record.lon is not None and record.where_prec != _REGION
    ]
    found: list[str | None] = [None] * len(records)
    if not placed:
        return found
    lonlat = np.array([(records[number].lon, records[number].lat) for number in placed], dtype=float)
    units, states = around.units.holders(lonlat), around.states.holders(lonlat)
    for number, unit, state in zip(placed, units.tolist(), states.tolist(), strict=True):
        is_country = records[number].where_prec == _COUNTRY
        country = around.states.ids[state] if state >= 0 else None
        found[number] = around.units.ids[unit] if unit >= 0 and not is_country else country
    return found


def _row(
    id_: str,
    record: ImportedRecord,
    dataset: Dataset,
    area_id: str | None,
    ingredients: Ingredients,
    organizations: dict[str, str],
) -> dict[str, Any]:
    area = ingredients.gazetteer.area(area_id) if area_id else None
    is_point = record.where_prec is not None and record.where_prec <= _POINT
    names = dict(area.name) if area else {}
    if is_point and record.place and record.place != names.get("en"):
        names["en"] = ", ".join(filter(None, [record.place, names.get("en")]))
    row: dict[str, Any] = {"id": id_, "role": "event", "status": "imported", "basis": "context"}
    row["evidence"] = [RowEvidence(dataset.id, record.version, record.row).to_json()]
    row |= {
        f"title_{lang}": event_title(record.category, names, record.date_start, record.date_end, lang)
        for lang in LANGUAGES
    }
    row |= {
        name: getattr(record, name)
        for name in (
            "category",
            "date_start",
            "date_end",
            "date_prec",
            "date_prec_code",
            "where_prec",
            "where_prec_code",
        )
    }
    row |= {"undated": record.date_start is None, "threat": None, "articles": [], "languages": [], "border": None}
    row |= {"dataset": dataset.id, "dataset_version": record.version, "row": record.row}
    row |= {"licence": dataset.licence, "redistribution": dataset.redistribution}
    row["actors"] = list(record.actors)
    row["organizations"] = sorted(
        {organizations[key] for name in record.actors if (key := name.casefold()) in organizations}
    )
    row["quantities"] = [_quantity(each) for each in record.quantities]
    row["references"] = [{"work": dataset.id, "says": _says(record)}]
    row["area_id"], row["geometry"], row["geometry_role"], row["place"] = area_id, None, None, None
    row |= {f"area_name_{lang}": area.name.get(lang) if area else None for lang in LANGUAGES}
    if is_point and record.lon is not None and record.lat is not None:
        row["geometry"], row["geometry_role"] = Point(record.lon, record.lat), "place"
        row["place"] = {"name": record.place, "lon": record.lon, "lat": record.lat}
    elif area is not None:
        row["geometry"], row["geometry_role"] = Point(area.label_lon, area.label_lat), "representative"
    return row


def _says(record: ImportedRecord) -> dict[str, str]:
    return {
        "en": f"Row {record.row} of version {record.version}.",
        "fa": f"ردیف {record.row} از نسخهٔ {record.version}.",
        "ru": f"Строка {record.row} версии {record.version}.",
        "kk": f"{record.version} нұсқасының {record.row} жолы.",
    }


def _quantity(said: Quantity) -> dict[str, Any]:
    what = {
        lang: f"{text} ({UNITS[said.unit][lang]})" if said.unit else text for lang, text in COUNTED[said.what].items()
    }
    return {
        "what": what,
        "as_printed": {},
        "low": said.low,
        "best": said.best,
        "high": said.high,
        "integrity": "intact",
    }


def _organization_names(ingredients: Ingredients) -> dict[str, str]:
    """Return the organizations of the coverage records by their names in any language, folded; ambiguous names are left out."""
    named: dict[str, set[str]] = {}
    for record in ingredients.coverage.records("organizations"):
        names: Iterable[str] = [*record["name"].values(), *(alias["text"] for alias in record["aliases"])]
        for name in names:
            named.setdefault(name.casefold(), set()).add(record["id"])
    return {name: next(iter(ids)) for name, ids in named.items() if len(ids) == 1}
