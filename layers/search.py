"""Search: places, organizations, corridors and articles of a release, found by any of their names.

Names are compared as articles are read (:func:`geo.letters.fold`): ی and ي, ک and ك, a zero-width non-joiner and a space,
letters with and without marks, capitals and small letters make no difference. The list is made by the build and lies in the
release as ``search.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import shapely

from geo.letters import fold
from geo.vocabulary import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from geo.gazetteer import Gazetteer
    from layers.spooled_table import SpooledTable

    Entry = Mapping[str, Any]

__all__ = ["CORRIDOR_LAYERS", "KINDS", "search", "search_entries"]

KINDS: Final = ("place", "organization", "corridor", "article")
"""What is found, in the order in which equally good matches are told."""

CORRIDOR_LAYERS: Final = ("corridors", "context_corridors", "transport_corridors")

_PLACE_NAMES: Final = (*(f"name_{lang}" for lang in LANGUAGES), "iso_3166_2")
_TITLES: Final = tuple(f"title_{lang}" for lang in LANGUAGES)

_EXACT, _BEGINS, _WORD, _WITHIN, _WORDS = range(5)


def search(entries: Iterable[Entry], text: str) -> list[Entry]:
    """Return the entries that a text finds, the best first.

    A name that is the text comes first, then one that begins with it, that has a word which does, that holds it anywhere,
    and that holds all of its words. No text finds nothing.
    """
    wanted = fold(text)
    if not wanted:
        return []
    words = wanted.split()
    found = []
    for place, entry in enumerate(entries):
        ranks = [rank for key in entry["keys"] if (rank := _rank(key, wanted, words)) is not None]
        if ranks:
            found.append((min(ranks), KINDS.index(entry["kind"]), place, entry))
    return [entry for *_, entry in sorted(found, key=lambda row: row[:3])]


def _rank(key: str, wanted: str, words: Sequence[str]) -> int | None:
    if wanted not in key:
        return _WORDS if len(words) > 1 and all(word in key for word in words) else None
    if key == wanted:
        return _EXACT
    if key.startswith(wanted):
        return _BEGINS
    return _WORD if f" {wanted}" in key else _WITHIN


def search_entries(
    tables: Mapping[str, SpooledTable], gazetteer: Gazetteer, coverage: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """Yield what can be found in a release, sorted by kind and id.

    Parameters
    ----------
    tables
        Tables by name; of those that are missing nothing is found.
    gazetteer
        Areas and places that records may name.
    coverage
        Coverage records by kind, articles sorted by id.

    Yields
    ------
    dict
        ``kind``, ``id``, ``title`` by language, folded names as ``keys``, and where it is known ``lon``, ``lat`` in degrees;
        for what a click opens also ``open``, the feature's id.
    """
    for made in (_places(tables, gazetteer), _organizations(coverage), _corridors(tables)):
        yield from sorted(made, key=lambda entry: str(entry["id"]))
    # There are many of them.
    yield from _articles(coverage)


def _entry(
    kind: str, id_: str, title: Mapping[str, str | None], names: Iterable[str | None] = (), **more: str | float | None
) -> dict[str, Any]:
    known = {lang: text for lang in LANGUAGES if (text := title.get(lang))}
    keys = sorted({folded for name in (*title.values(), *names) if name and (folded := fold(str(name)))})
    return {
        "kind": kind,
        "id": id_,
        "title": known,
        "keys": keys,
        **{key: value for key, value in more.items() if value is not None},
    }


def _places(tables: Mapping[str, SpooledTable], gazetteer: Gazetteer) -> Iterator[dict[str, Any]]:
    told: set[tuple[str, int, int]] = set()

    def new(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
        # An area of the records is a label of the base map too: one of both is enough.
        mark = (fold(entry["title"].get("en", entry["id"])), round(entry["lon"]), round(entry["lat"]))
        if mark not in told:
            told.add(mark)
            yield entry

    for area in gazetteer.areas.values():
        yield from new(_entry("place", area.id, area.name, lon=area.label_lon, lat=area.label_lat))
    for place in gazetteer.places.values():
        if place.lon is not None:
            yield from new(_entry("place", place.id, place.name, [place.name_in_source], lon=place.lon, lat=place.lat))
    for name in ("basemap", "admin1_labels"):
        for row in _rows(tables, name, _PLACE_NAMES):
            point = row["geometry"]
            if point is not None and point.geom_type == "Point":
                title = {lang: row.get(f"name_{lang}") for lang in LANGUAGES}
                is_area = str(row.get("iso_3166_2")).lower() in gazetteer.areas
                if title["en"] and not is_area:
                    yield from new(_entry("place", row["id"], title, lon=point.x, lat=point.y))


def _organizations(coverage: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[dict[str, Any]]:
    for record in coverage.get("organizations", ()):
        names = [record.get("acronym"), *(alias["text"] for alias in record.get("aliases") or ())]
        yield _entry("organization", record["id"], record["name"], names, open=record["id"])


def _corridors(tables: Mapping[str, SpooledTable]) -> Iterator[dict[str, Any]]:
    for name in CORRIDOR_LAYERS:
        for row in _rows(tables, name, _TITLES):
            title = {lang: row.get(f"title_{lang}") for lang in LANGUAGES}
            point = None if row["geometry"] is None else shapely.point_on_surface(row["geometry"])
            where = {} if point is None else {"lon": round(point.x, 4), "lat": round(point.y, 4)}
            yield _entry("corridor", row["id"], title, [row["id"]], open=row["id"], **where)


def _articles(coverage: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[dict[str, Any]]:
    for record in coverage.get("articles", ()):
        yield _entry("article", record["id"], record["title"], record.get("authors") or ())


def _rows(tables: Mapping[str, SpooledTable], name: str, columns: Sequence[str]) -> Iterable[dict[str, Any]]:
    return tables[name].records(columns) if name in tables else ()
