"""Synthetic incidents: a release of any number of seeded points that `corridormap serve` serves, to measure with.

    python benchmarks/synthetic.py --count 1000000 --workspace DIR [--seed 7] [--csv FILE]

Points are clustered as places are: 400 towns between 55 and 80 °E, 33 and 55 °N, of unequal size, and a twentieth of all
spread evenly. Categories, organizations, articles and provinces are as unequal; dates run from 1960 to 2025 by day, month
or year; some incidents have no date, some no place. The same count and seed give the same bytes. Ten million points need
about 2 GB of memory. `--csv` writes the same incidents for other programs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from geo.featureid import integer_id
from layers.catalog import Catalog
from layers.engines.arrayfile import ArrayWriter
from layers.engines.build import OPEN_END, OPEN_START, Rows, degrees_e7, morton_of, write_rows
from layers.engines.coded import Coded, CodedList
from layers.engines.columns import Columns
from layers.engines.features import Members
from layers.engines.pyramid import write_pyramid, zooms_of
from layers.geojson import json_text
from layers.incidents import LAYERS
from layers.release import FORMAT_VERSION, file_sha256, tile_mark
from layers.table import PER_GROUP
from layers.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Array = npt.NDArray[Any]

CATEGORIES: Final = (
    "armed_clash", "arrest", "attack", "destruction", "diplomatic_event", "operation", "other_political_violence",
    "policy_statement", "seizure", "smuggling_attempt",
)  # fmt: skip
STATUS: Final = ("candidate", "corrected", "reviewed")
THREATS: Final = ("economic", "political", "security", "social")
LANGUAGES: Final = ("en", "fa", "kk", "ru")
TOWNS, ORGANIZATIONS, ARTICLES, AREAS, CORRIDORS = 400, 500, 200, 80, 20
FIRST_DAY, LAST_DAY = -3653, 20453
"""1960-01-01 and 2025-12-31 in days since 1970."""
EVENLY, UNPLACED, IN_TWO, ATTESTED = 0.05, 0.02, 0.3, 0.9
"""Shares: spread evenly, without a place, with a second organization, resting on a sentence."""
DAY, MONTH, YEAR, UNDATED = range(4)
PER_CHUNK: Final = 500_000
PER_PIECE: Final = 50_000


def _unequal(generator: np.random.Generator, count: int, kinds: int, steepness: float) -> Array:
    """Numbers below ``kinds``, the first ones the most frequent, as in Zipf's law."""
    weights = 1 / np.arange(1, kinds + 1) ** steepness
    return generator.choice(kinds, count, p=weights / weights.sum())


@dataclass(frozen=True)
class Incidents:
    """Synthetic incidents as arrays of one length, in no order that means anything; the row is the number in the id.

    ``lon``, ``lat`` in degrees (float64, 7 decimals), NaN without a place; ``first``, ``last`` in days since 1970;
    ``precision`` 0 day, 1 month, 2 year, 3 undated; all others index the lists above. The second organization is the first
    where there is only one.
    """

    lon: Array
    lat: Array
    category: Array
    status: Array
    threat: Array
    where_prec: Array
    area: Array
    article: Array
    organization: Array
    second_organization: Array
    corridor: Array
    language: Array
    attested: Array
    first: Array
    last: Array
    precision: Array

    @classmethod
    def make(cls, count: int, seed: int) -> Incidents:
        """Make ``count`` incidents, a chunk after the other."""
        chunks = [
            _chunk(np.random.default_rng([seed, number]), min(PER_CHUNK, count - start), seed)
            for number, start in enumerate(range(0, count, PER_CHUNK))
        ]
        names = list(cls.__dataclass_fields__)
        joined = {}
        for name in names:
            joined[name] = np.concatenate([chunk.pop(name) for chunk in chunks])
        return cls(**joined)

    def id_of(self, row: int) -> str:
        return f"syn{row:08d}"

    @cached_property
    def dates(self) -> tuple[list[str], Array, Array]:
        """Every day there is as text, and the places of each incident's first and last day among them."""
        texts = (np.datetime64("1970-01-01") + np.arange(FIRST_DAY, LAST_DAY + 1)).astype(str).tolist()
        return texts, self.first - FIRST_DAY, self.last - FIRST_DAY

    def geometries(self, order: Array) -> Iterator[list[str]]:
        """Yield what stands between id and properties in the GeoJSON texts of some rows, in pieces."""
        for start in range(0, len(order), PER_PIECE):
            rows = order[start : start + PER_PIECE]
            yield list(map(_geometry, self.lon[rows].tolist(), self.lat[rows].tolist()))


def _chunk(generator: np.random.Generator, count: int, seed: int) -> dict[str, Array]:
    towns = np.random.default_rng(seed)
    centre_lon, centre_lat = towns.uniform(55.5, 79.5, TOWNS), towns.uniform(33.5, 54.5, TOWNS)
    spread_deg = np.exp(towns.normal(-2.3, 0.9, TOWNS))
    area_of = towns.integers(0, AREAS, TOWNS)
    town = _unequal(generator, count, TOWNS, 0.9)
    lon = centre_lon[town] + generator.standard_t(3, count) * spread_deg[town]
    lat = centre_lat[town] + generator.standard_t(3, count) * spread_deg[town] * 0.8
    anywhere = generator.random(count) < EVENLY
    lon[anywhere], lat[anywhere] = generator.uniform(55, 80, anywhere.sum()), generator.uniform(33, 55, anywhere.sum())
    lon, lat = np.clip(lon, -180, 180), np.clip(lat, -85, 85)
    unplaced = generator.random(count) < UNPLACED
    lon[unplaced] = lat[unplaced] = np.nan
    first = generator.integers(FIRST_DAY, LAST_DAY + 1, count)
    precision = generator.choice(4, count, p=[0.80, 0.10, 0.07, 0.03])
    first, last = _as_precise(first, precision)
    organization = _unequal(generator, count, ORGANIZATIONS, 0.9)
    second = np.where(generator.random(count) < IN_TWO, _unequal(generator, count, ORGANIZATIONS, 0.9), organization)
    return {
        "lon": np.round(lon, 7),
        "lat": np.round(lat, 7),
        "category": _unequal(generator, count, len(CATEGORIES), 0.7).astype(np.uint8),
        "status": _unequal(generator, count, len(STATUS), 0.5).astype(np.uint8),
        "threat": _unequal(generator, count, len(THREATS), 0.5).astype(np.uint8),
        "where_prec": np.where(unplaced, 7, generator.integers(1, 7, count)).astype(np.uint8),
        "area": area_of[town].astype(np.uint8),
        "article": _unequal(generator, count, ARTICLES, 0.8).astype(np.uint8),
        "organization": organization.astype(np.uint16),
        "second_organization": second.astype(np.uint16),
        "corridor": _unequal(generator, count, CORRIDORS, 0.5).astype(np.uint8),
        "language": generator.integers(0, len(LANGUAGES), count).astype(np.uint8),
        "attested": generator.random(count) < ATTESTED,
        "first": first.astype(np.int32),
        "last": last.astype(np.int32),
        "precision": precision.astype(np.uint8),
    }


def _as_precise(day: Array, precision: Array) -> tuple[Array, Array]:
    """Return the first and last day of the day, month or year that an incident is known to."""
    first, last = day.copy(), day.copy()
    for kind, unit in ((MONTH, "M"), (YEAR, "Y")):
        of_kind = precision == kind
        begin = day[of_kind].astype("datetime64[D]").astype(f"datetime64[{unit}]")
        first[of_kind] = begin.astype("datetime64[D]").astype(np.int64)
        last[of_kind] = (begin + 1).astype("datetime64[D]").astype(np.int64) - 1
    return first, last


def _geometry(lon: float, lat: float) -> str:
    if lon != lon:  # noqa: PLR0124 -- NaN
        return ',"geometry":null'
    return f',"geometry":{{"type":"Point","coordinates":[{_short(lon)},{_short(lat)}]}}'


def _short(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)


def _title(category: int, area: int) -> str:
    return f"{CATEGORIES[category].replace('_', ' ').capitalize()}, area {area:02d}"


KINDS: Final = {
    "title_en": "text", "category": "text", "status": "text", "threat": "text", "where_prec": "integer",
    "area_id": "text", "date_start": "text", "date_end": "text", "undated": "boolean", "basis": "text",
    "organizations": "json", "articles": "json", "languages": "json", "corridors": "json", "areas": "json",
}  # fmt: skip
TILE: Final = ("category", "status", "where_prec", "area_id", "title_en", "date_start", "date_end", "undated")


def _coded(codes: Array, values: list[Any]) -> Coded:
    """Code a property of which each row has a value: sorted as the build sorts them."""
    plain = Coded.of(values)
    return Coded(plain.codes[codes], plain.values)


def _single(codes: Array, values: list[str]) -> CodedList:
    return CodedList(np.arange(len(codes) + 1, dtype=np.uint32), codes, tuple(values))


def _organizations(incidents: Incidents, order: Array) -> CodedList:
    one, two = incidents.organization[order], incidents.second_organization[order]
    low, high = np.minimum(one, two), np.maximum(one, two)
    both = np.column_stack([low, high])
    counts = 1 + (low != high)
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
    kept = np.column_stack([np.ones(len(low), dtype=bool), low != high])
    return CodedList(ends, both[kept], tuple(f"org-{i:03d}" for i in range(ORGANIZATIONS)))


def _members(incidents: Incidents, order: Array, scalars: dict[str, Coded]) -> dict[str, Members]:
    """Return the properties of incidents as JSON texts, in the order of :data:`KINDS`."""
    low, high = np.sort(np.stack([incidents.organization[order], incidents.second_organization[order]]), axis=0)
    pairs, pair = np.unique(low.astype(np.int64) * ORGANIZATIONS + high, return_inverse=True)
    both = [
        sorted({f"org-{number // ORGANIZATIONS:03d}", f"org-{number % ORGANIZATIONS:03d}"}) for number in pairs.tolist()
    ]
    listed: dict[str, tuple[Array, list[Any]]] = {
        "basis": (incidents.attested[order].astype(np.uint8), ["context", "attested"]),
        "organizations": (pair, both),
        "articles": (incidents.article[order], [[f"art-{i:03d}"] for i in range(ARTICLES)]),
        "languages": (incidents.language[order], [[language] for language in LANGUAGES]),
        "corridors": (incidents.corridor[order], [[f"cor-{i:02d}"] for i in range(CORRIDORS)]),
        "areas": (incidents.area[order], [[f"area-{i:02d}"] for i in range(AREAS)]),
    }
    listed |= {name: (coded.codes, [None, *coded.values]) for name, coded in scalars.items()}
    return {name: Members(listed[name][0], list(map(json_text, listed[name][1]))) for name in KINDS}


def rows_of(incidents: Incidents, order: Array) -> Rows:
    """Return incidents as the rows of a column file."""
    texts, first, last = incidents.dates
    undated = incidents.precision[order] == UNDATED
    days = [*texts, None]
    no_day = len(texts)
    first_code, last_code = np.where(undated, no_day, first[order]), np.where(undated, no_day, last[order])
    titles = [_title(category, area) for category in range(len(CATEGORIES)) for area in range(AREAS)]
    pair = incidents.category[order].astype(np.int64) * AREAS + incidents.area[order]
    ids = [incidents.id_of(row) for row in order.tolist()]
    scalars = {
        "category": _coded(incidents.category[order], list(CATEGORIES)),
        "status": _coded(incidents.status[order], list(STATUS)),
        "threat": _coded(incidents.threat[order], list(THREATS)),
        "where_prec": _coded(incidents.where_prec[order], list(range(8))),
        "area_id": _coded(incidents.area[order], [f"area-{i:02d}" for i in range(AREAS)]),
        "title_en": _coded(pair, titles),
        "date_start": _coded(first_code, days),
        "date_end": _coded(last_code, days),
        "undated": _coded(undated.astype(np.uint8), [False, True]),
    }
    return Rows(
        count=len(order),
        feature_ids=np.fromiter(map(integer_id, ids), np.uint64, len(ids)),
        ids=(ids[start : start + PER_PIECE] for start in range(0, len(ids), PER_PIECE)),
        geometries=incidents.geometries(order),
        members=_members(incidents, order, scalars),
        kinds=KINDS,
        tile=TILE,
        scalars=scalars,
        lists={
            "organizations": _organizations(incidents, order),
            "articles": _single(incidents.article[order], [f"art-{i:03d}" for i in range(ARTICLES)]),
            "languages": _single(incidents.language[order], list(LANGUAGES)),
            "corridors": _single(incidents.corridor[order], [f"cor-{i:02d}" for i in range(CORRIDORS)]),
            "areas": _single(incidents.area[order], [f"area-{i:02d}" for i in range(AREAS)]),
        },
        start=np.where(undated, OPEN_START, incidents.first[order]).astype(np.int32),
        end=np.where(undated, OPEN_END, incidents.last[order]).astype(np.int32),
        attested=incidents.attested[order],
    )


def _write_table(incidents: Incidents, path: Path) -> None:
    """Write the incidents, sorted by id, as the build writes a layer's canonical table: GeoParquet, lists as JSON."""
    import pyarrow as pa  # noqa: PLC0415 -- only whoever writes a release needs it
    import pyarrow.parquet as pq  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    texts, first, last = incidents.dates
    undated = incidents.precision == UNDATED
    low = np.minimum(incidents.organization, incidents.second_organization)
    high = np.maximum(incidents.organization, incidents.second_organization)
    pairs, pair_of = np.unique(np.column_stack([low, high]), axis=0, return_inverse=True)
    listed = [json.dumps([f"org-{i:03d}" for i in sorted(set(pair))], separators=(",", ":")) for pair in pairs.tolist()]
    titles = [_title(category, area) for category in range(len(CATEGORIES)) for area in range(AREAS)]

    def chosen(values: list[str], codes: Array, mask: Array | None = None) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=mask), values).cast(pa.string())

    def single(stem: str, count: int, digits: int, codes: Array) -> pa.Array:
        return chosen([f'["{stem}-{i:0{digits}d}"]' for i in range(count)], codes)

    points = shapely.points(incidents.lon, incidents.lat)
    wkb = shapely.to_wkb(points, byte_order=1)
    columns = {
        "id": pa.array([incidents.id_of(row) for row in range(len(incidents.lon))]),
        "title_en": chosen(titles, incidents.category.astype(np.int64) * AREAS + incidents.area),
        "category": chosen(list(CATEGORIES), incidents.category),
        "status": chosen(list(STATUS), incidents.status),
        "threat": chosen(list(THREATS), incidents.threat),
        "where_prec": pa.array(incidents.where_prec.astype(np.int64)),
        "area_id": chosen([f"area-{i:02d}" for i in range(AREAS)], incidents.area),
        "date_start": chosen(texts, first, undated),
        "date_end": chosen(texts, last, undated),
        "undated": pa.array(undated),
        "basis": chosen(["context", "attested"], incidents.attested),
        "organizations": chosen(listed, pair_of.reshape(-1)),
        "articles": single("art", ARTICLES, 3, incidents.article),
        "languages": chosen([f'["{code}"]' for code in LANGUAGES], incidents.language),
        "corridors": single("cor", CORRIDORS, 2, incidents.corridor),
        "areas": single("area", AREAS, 2, incidents.area),
        "geometry": pa.array(wkb, pa.binary(), mask=np.isnan(incidents.lon)),
    }
    geo = {
        "version": "1.0.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    table = pa.table(columns).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, path, compression="zstd", row_group_size=PER_GROUP)


def write_release(workspace: Workspace, incidents: Incidents, mark: str) -> str:
    """Write a release of one layer, serve it from now on, and return its id; ``mark`` says what is in it."""
    workspace.prepare()
    release_id = hashlib.sha256(f"synthetic {FORMAT_VERSION} {mark}".encode()).hexdigest()[:12]
    folder = workspace.releases / f".building-{release_id}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "columns").mkdir(parents=True)
    placed = np.flatnonzero(~np.isnan(incidents.lon))
    codes = morton_of(incidents.lon[placed], incidents.lat[placed])
    along = np.argsort(codes, kind="stable")
    codes, placed = codes[along], placed[along]
    order = np.concatenate([placed, np.flatnonzero(np.isnan(incidents.lon))])
    points = (codes, degrees_e7(incidents.lon[placed]), degrees_e7(incidents.lat[placed]))
    with (folder / "columns" / "incidents.columns").open("wb") as file:
        write_rows(ArrayWriter(file), rows_of(incidents, order), points, order)
    columns = Columns.open(folder / "columns" / "incidents.columns")
    archives = []
    if zooms := zooms_of(columns):
        (folder / "pyramids").mkdir()
        archives = ["pyramids/incidents.pmtiles"]
        with (folder / archives[0]).open("wb") as archive:
            write_pyramid(archive, columns, "incidents", zooms, tile_mark(Catalog.of(LAYERS[0])))
    (folder / "layers").mkdir()
    _write_table(incidents, folder / "layers" / "incidents.parquet")
    documents = _documents()
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    lon, lat = incidents.lon[placed], incidents.lat[placed]
    box = [float(v) for v in (lon.min(), lat.min(), lon.max(), lat.max())] if len(placed) else None
    names = ["columns/incidents.columns", "layers/incidents.parquet", *archives, *documents]
    receipt = {
        "id": release_id,
        "format_version": FORMAT_VERSION,
        "date": "2026-01-01",
        "borders_as_of": "2026",
        "licence": "CC0-1.0",
        "title": dict.fromkeys(("en", "fa", "ru", "kk"), "Synthetic incidents"),
        "points_of_view": ["neutral", "as-depicted", "iso"],
        "layers": {"incidents": {"count": len(order), "unplaced": len(order) - len(placed), "bbox": box}},
        "tables": {"incidents": {"json": sorted(name for name, kind in KINDS.items() if kind == "json")}},
        "inputs": {},
        "files": {name: file_sha256(folder / name) for name in names},
        "libraries": {},
    }
    (folder / "release.json").write_text(json.dumps(receipt, sort_keys=True) + "\n", encoding="utf-8")
    target = workspace.releases / release_id
    shutil.rmtree(target, ignore_errors=True)
    os.rename(folder, target)  # noqa: PTH104 -- as the build does
    workspace.set_latest(release_id)
    return release_id


def _documents() -> dict[str, Any]:
    names = {f"org-{i:03d}": f"Organization {i:03d}" for i in range(ORGANIZATIONS)}
    articles = [
        {
            "id": f"art-{i:03d}", "title": {"en": f"Article {i:03d}"}, "authors": [], "year": 2000 + i % 26, "publisher": None,
            "doi": None, "url": None, "language": LANGUAGES[i % 4], "licence": None, "independence_group": f"g{i}",
        }
        for i in range(ARTICLES)
    ]  # fmt: skip
    organizations = [{"id": id_, "name": {"en": name}, "aliases": []} for id_, name in names.items()]
    return {
        "coverage.json": {"articles": articles, "organizations": organizations},
        "layers.json": [LAYERS[0].to_dict()],
        "sources.json": [],
        "facts.json": {},
        "search.json": [],
    }


def write_csv(incidents: Incidents, path: Path) -> None:
    """Write incidents for other programs: one line each, lists in braces as PostgreSQL writes them, empty for none."""
    texts, first, last = incidents.dates
    with path.open("w", encoding="utf-8") as file:
        file.write(
            "id,lon,lat,category,status,threat,where_prec,area_id,article,organizations,language,date_start,date_end\n"
        )
        for row in range(len(incidents.lon)):
            lon, lat = float(incidents.lon[row]), float(incidents.lat[row])
            place = "," if lon != lon else f"{lon!r},{lat!r}"  # noqa: PLR0124 -- NaN
            both = sorted({int(incidents.organization[row]), int(incidents.second_organization[row])})
            days = "," if incidents.precision[row] == UNDATED else f"{texts[first[row]]},{texts[last[row]]}"
            listed = '"{' + ",".join(f"org-{i:03d}" for i in both) + '}"'
            file.write(
                f"{incidents.id_of(row)},{place},{CATEGORIES[incidents.category[row]]},{STATUS[incidents.status[row]]},"
                f"{THREATS[incidents.threat[row]]},{incidents.where_prec[row]},area-{incidents.area[row]:02d},"
                f"art-{incidents.article[row]:03d},{listed},{LANGUAGES[incidents.language[row]]},{days}\n"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description="Make a release of synthetic incidents.")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--csv", type=Path, help="also write the incidents as CSV")
    asked = parser.parse_args()
    incidents = Incidents.make(asked.count, asked.seed)
    release_id = write_release(Workspace(asked.workspace.absolute()), incidents, f"{asked.count} {asked.seed}")
    if asked.csv:
        write_csv(incidents, asked.csv)
    print(release_id)


if __name__ == "__main__":
    main()
