"""Rules of the coverage records: each looks at one record and tells what in it contradicts itself or leads nowhere.

Every rule yields (field, message). ``RULES`` says which fields a rule needs in good form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from geo.route import way_back
from layers.evidence import MAX_ANCHOR_WORDS

__all__ = ["RULES", "Fault", "Record", "Rule", "World", "link_faults", "way_faults"]

Record = Mapping[str, Any]
Fault = tuple[str, str]

_LINKS: Mapping[str, Mapping[str, str]] = {
    "memberships": {"organization": "organizations", "articles": "articles"},
    "incidents": {
        "organizations": "organizations", "threat": "threats", "strategy": "threats", "conflicts": "conflicts",
        "articles": "articles",
    },
    "claims": {
        "organizations": "organizations", "threat": "threats", "conflicts": "conflicts", "articles": "articles",
    },
    "corridors": {
        "claims": "claims", "incidents": "incidents", "conflicts": "conflicts", "articles": "articles",
    },
    "references": {"article": "articles", "resolves_to": "references"},
}  # fmt: skip
"""Kind → field → the kind of records whose ids the field holds."""

_AREAS: Mapping[str, tuple[str, ...]] = {
    "incidents": ("area", "other_areas", "border"),
    "claims": ("origin", "transit", "destination"),
}
"""Kind → fields that hold ids of areas or borders."""

_PREC_PROVINCE, _PREC_COUNTRY, _PREC_REGION, _PREC_POINT = 4, 6, 7, 3


_NO_AREA = (
    "names no area (allowed: a lower-case ISO 3166-1 alpha-2 code, an ISO 3166-2 code, a region of data/areas.json; "
    "for borders two country codes such as 'af-tj')"
)


@dataclass(frozen=True, slots=True)
class World:
    """What records may name. ``None`` where the file that says it could not be read."""

    ids: Mapping[str, frozenset[str]]
    articles: Mapping[str, Record]
    about: Mapping[str, frozenset[str]]
    works: frozenset[str] | None
    regions: frozenset[str] | None
    countries: frozenset[str]
    members: Mapping[str, tuple[str, ...]]


def _each(value: object) -> Iterable[str]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Sequence) else ()


def link_faults(kind: str, record: Record, world: World) -> Iterator[Fault]:
    """Yield a fault for each id in a record that leads nowhere: records by ``_LINKS``, areas by ``_AREAS``.

    Fields that the record does not have are skipped; so are kinds whose file could not be read.
    """
    for field, target in _LINKS.get(kind, {}).items():
        if target not in world.ids:
            continue
        for id_ in _each(record.get(field)):
            if id_ not in world.ids[target]:
                yield field, f"there is no {target.removesuffix('s')} {id_!r} (allowed: an id of {target}.json)"
    for field in _AREAS.get(kind, ()):
        for id_ in _each(record.get(field)):
            yield from _area_faults(field, id_, world)


def _area_faults(field: str, id_: str, world: World) -> Iterator[Fault]:
    first, _, second = id_.partition("-")
    is_border = first in world.countries and second in world.countries and field in {"border", "transit", "borders"}
    if is_border and first >= second:
        yield field, f"{id_!r} is no border id (allowed: the two codes in alphabetical order, '{second}-{first}')"
    is_province = first in world.countries and re.fullmatch("[a-z0-9]{1,3}", second) is not None
    is_province = is_province and field not in {"border", "borders"}
    is_region = world.regions is None or id_ in world.regions
    if not (is_border or is_province or is_region or (id_ in world.countries and field != "borders")):
        yield field, f"{id_!r} {_NO_AREA}"


def _evidence(_kind: str, record: Record, world: World) -> Iterator[Fault]:
    for number, item in enumerate(record["evidence"]):
        where = f"evidence[{number}]"
        if item["start"] >= item["end"]:
            yield f"{where}.end", f"{item['end']} is not after start {item['start']} (allowed: end above start)"
        if len(item["locator"]["anchor"].split()) > MAX_ANCHOR_WORDS:
            yield f"{where}.locator.anchor", f"has more than {MAX_ANCHOR_WORDS} words (allowed: {MAX_ANCHOR_WORDS})"
        if "articles" in world.ids and item["article"] not in world.ids["articles"]:
            yield f"{where}.article", f"there is no article {item['article']!r} (allowed: an id of articles.json)"
        article = world.articles.get(item["article"])
        if article is None:
            continue
        if item["sha256"] != article["sha256"]:
            yield f"{where}.sha256", f"is not that of article {item['article']} (allowed: {article['sha256']})"
        if item["end"] > article["length"]:
            yield f"{where}.end", f"{item['end']} lies beyond the article (allowed: at most {article['length']})"


def _references(_kind: str, record: Record, world: World) -> Iterator[Fault]:
    for number, item in enumerate(record["references"]):
        if world.works is not None and item["work"] not in world.works:
            yield (
                f"references[{number}].work",
                f"there is no work {item['work']!r} (allowed: an id of data/context/works.json)",
            )


def _rests_on_something(_kind: str, record: Record, _world: World) -> Iterator[Fault]:
    if not record["evidence"] and not record.get("references"):
        yield "evidence", "evidence and references are both empty (allowed: at least one of them)"


def _basis(_kind: str, record: Record, _world: World) -> Iterator[Fault]:
    needed = {"attested": "evidence", "context": "references"}[record["basis"]]
    if not record[needed]:
        yield needed, f"is empty, but the basis is {record['basis']} (allowed: at least one item)"


def _articles_of_evidence(kind: str, record: Record, _world: World) -> Iterator[Fault]:
    found = sorted({item["article"] for item in record["evidence"]})
    stated = record["articles"]
    if kind == "corridors":
        for id_ in sorted(set(stated) - set(found)):
            yield "articles", f"{id_!r} has no item in evidence (allowed: articles of the evidence)"
    elif stated != found:
        yield (
            "articles",
            f"is {', '.join(stated) or 'empty'} (allowed: the articles of the evidence: {', '.join(found)})",
        )


def _dates(first: str, last: str) -> Rule:
    def rule(_kind: str, record: Record, _world: World) -> Iterator[Fault]:
        bounds: dict[str, tuple[date, date]] = {}
        for field in (first, last):
            if record[field] is None:
                continue
            try:
                bounds[field] = _bounds(record[field])
            except ValueError:
                yield field, f"{record[field]!r} is no day of the calendar (allowed: an ISO 8601 date)"
        if len(bounds) == len((first, last)) and bounds[last][1] < bounds[first][0]:
            yield last, f"{record[last]} is before {first} {record[first]} (allowed: the same date or a later one)"

    return rule


def _bounds(iso: str) -> tuple[date, date]:
    """First and last day of an ISO 8601 year, month or day."""
    year, month, day = (int(part) for part in (*iso.split("-"), "0", "0")[:3])
    if day:
        return date(year, month, day), date(year, month, day)
    if month:
        following = date(year + month // 12, month % 12 + 1, 1)
        return date(year, month, 1), following - timedelta(days=1)
    if len(iso.split("-")) > 1:
        raise ValueError(iso)
    return date(year, 1, 1), date(year, 12, 31)


def _date_integrity(_kind: str, record: Record, _world: World) -> Iterator[Fault]:
    if record["date_integrity"] == "suspect" and not record["date_as_printed"]:
        yield "date_as_printed", "is empty, but the date is suspect (allowed: the words as printed, by article)"
    if (record["date_start"] is None) != (record["date_end"] is None):
        yield "date_end", "only one of date_start and date_end is null (allowed: both or neither)"
    if (record["date_start"] is None) != (record["date_prec"] is None):
        yield "date_prec", "is null and date_start is not, or the other way round (allowed: both or neither)"


def _level_of(area: str, world: World) -> int | None:
    """The where_prec that an area's own size asks for; ``None`` for an unknown area, which another rule reports."""
    if area in world.countries:
        return _PREC_COUNTRY
    if world.regions and area in world.regions:
        return _PREC_REGION
    return _PREC_PROVINCE if area.split("-", maxsplit=1)[0] in world.countries else None


def _place(_kind: str, record: Record, world: World) -> Iterator[Fault]:
    area, precision = record["area"], record["where_prec"]
    if (area is None) != (precision is None):
        yield "where_prec", "is null and area is not, or the other way round (allowed: both or neither)"
    elif area is not None and precision <= _PREC_POINT:
        yield "where_prec", f"{precision} needs a point, and records hold areas only (allowed: 4 to 7)"
    elif area is not None:
        level = _level_of(area, world)
        if level and precision in {_PREC_PROVINCE, _PREC_COUNTRY, _PREC_REGION} and precision != level:
            yield (
                "where_prec",
                f"{precision} does not fit area {area!r} (allowed: {level}, or 5 for a border or a strip)",
            )


def _numbers(name: str, number: Record, integrity: str | None) -> Iterator[Fault]:
    values = {part: number[part] for part in ("low", "best", "high")}
    given = {part: value for part, value in values.items() if value is not None}
    if integrity == "suspect":
        for part in given:
            yield f"{name}.{part}", "holds a number, but it is suspect (allowed: null; put readings into candidates)"
    elif list(given.values()) != sorted(given.values()):
        yield name, "low, best and high do not rise (allowed: low <= best <= high)"


def _quantities(_kind: str, record: Record, world: World) -> Iterator[Fault]:
    for number, item in enumerate(record["quantities"]):
        yield from _numbers(f"quantities[{number}]", item, item["integrity"])
        yield from _printed(f"quantities[{number}].as_printed", item["as_printed"], world)


def _claimed_value(_kind: str, record: Record, _world: World) -> Iterator[Fault]:
    if record["value"] is not None:
        yield from _numbers("value", record["value"], record["integrity"])


def _printed(field: str, words: Record, world: World) -> Iterator[Fault]:
    for article, text in words.items():
        if "articles" in world.ids and article not in world.ids["articles"]:
            yield field, f"there is no article {article!r} (allowed: an id of articles.json)"
        if len(str(text).replace("/", " ").split()) > MAX_ANCHOR_WORDS:
            yield f"{field}.{article}", f"has more than {MAX_ANCHOR_WORDS} words (allowed: {MAX_ANCHOR_WORDS})"


def _words_of(field: str) -> Rule:
    return lambda _kind, record, world: _printed(field, record[field], world)


def _about(_kind: str, record: Record, world: World) -> Iterator[Fault]:
    kinds = ("claims", "incidents", "organizations")
    if all(kind in world.ids for kind in kinds):
        for id_ in record["about"]:
            if not any(id_ in world.ids[kind] for kind in kinds):
                yield "about", f"there is no record {id_!r} (allowed: ids of claims, incidents and organizations)"


def _sides(_kind: str, record: Record, world: World) -> Iterator[Fault]:
    for number, side in enumerate(record["sides"]):
        yield from _printed(f"sides[{number}]", {side["article"]: side["as_printed"]}, world)


def _told_by_conflict(kind: str, record: Record, world: World) -> Iterator[Fault]:
    """Claims and incidents name their conflicts; the conflicts must name them too."""
    if kind not in {"claims", "incidents"}:
        return
    for id_ in record["conflicts"]:
        if id_ in world.about and record["id"] not in world.about[id_]:
            yield "conflicts", f"conflict {id_!r} is not about this record (allowed: conflicts that name it in about)"
    for id_, about in world.about.items():
        if record["id"] in about and id_ not in record["conflicts"]:
            yield "conflicts", f"conflict {id_!r} is about this record and is not listed (allowed: all that name it)"


_PARTS = {"arrow": "legs", "border": "borders", "area": "areas", "label": "areas"}


_DEPICTIONS = {"statement": {"arrow"}, "area": {"border", "area", "label"}, "named_place": {"arrow"}, "path": {"arrow"}}
"""Attestation class → how it may be drawn: whole borders and areas are what an ``area`` is, and nothing finer."""


def _precision(_kind: str, record: Record, _world: World) -> Iterator[Fault]:
    allowed = _DEPICTIONS[record["attestation_class"]]
    if record["depiction"] not in allowed:
        yield (
            "depiction",
            f"{record['depiction']!r} does not fit {record['attestation_class']!r} (allowed: {', '.join(sorted(allowed))})",
        )


def way_faults(legs: Sequence[tuple[str, str]], members: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """Yield a fault where legs (from, to) lead back to an area that they have left."""
    if way := way_back(legs, members):
        allowed = "a way that ends elsewhere; drop a leg, or record the way back as a corridor of its own"
        yield "legs", f"{' → '.join(way)} comes back to where it has been (allowed: {allowed})"


def _corridor(_kind: str, record: Record, world: World) -> Iterator[Fault]:
    if not record[_PARTS[record["depiction"]]]:
        yield _PARTS[record["depiction"]], f"is empty, but the corridor is drawn as {record['depiction']}"
    for leg in record["legs"]:
        yield from _area_faults("legs", leg["from"], world)
        yield from _area_faults("legs", leg["to"], world)
    yield from way_faults([(leg["from"], leg["to"]) for leg in record["legs"]], world.members)
    for field in ("borders", "areas"):
        for part in record[field]:
            yield from _area_faults(field, part["id"], world)
    parts = [*record["legs"], *record["borders"], *record["areas"]]
    stated = sorted({id_ for part in parts for id_ in part["articles"]})
    if stated != record["articles"]:
        yield "articles", f"is not what the parts name (allowed: {', '.join(stated) or 'none'})"
    if record["single_article"] != (len(record["articles"]) == 1):
        yield "single_article", f"is wrong for {len(record['articles'])} article(s) (allowed: true for one)"


Rule = Callable[[str, Record, World], Iterator[Fault]]

RULES: tuple[tuple[frozenset[str], Rule], ...] = tuple(
    (frozenset(needed), rule)
    for needed, rule in (
        (("evidence",), _evidence),
        (("references",), _references),
        (("evidence",), _rests_on_something),
        (("basis", "evidence", "references"), _basis),
        (("articles", "evidence"), _articles_of_evidence),
        (("date_start", "date_end"), _dates("date_start", "date_end")),
        (("valid_from", "valid_to"), _dates("valid_from", "valid_to")),
        (("date_integrity", "date_as_printed", "date_start", "date_end", "date_prec"), _date_integrity),
        (("area", "where_prec"), _place),
        (("quantities",), _quantities),
        (("value", "integrity"), _claimed_value),
        (("date_as_printed",), _words_of("date_as_printed")),
        (("as_printed",), _words_of("as_printed")),
        (("about",), _about),
        (("sides",), _sides),
        (("id", "conflicts"), _told_by_conflict),
        (("attestation_class", "depiction"), _precision),
        (("legs", "borders", "areas", "depiction", "articles", "single_article"), _corridor),
    )
)
"""Fields that a rule needs, and the rule: it runs on every record that has them all in good form."""
