"""Candidate records: coverage records made of what a machine found, in the form of the reviewed ones.

Nothing is said more exactly than the text says it: an incident keeps the point of a town only where the reader knew the
town; a claim becomes a corridor of class ``statement`` between whole countries and regions, whatever smaller places it
names.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import shapely

from layers.articles.dating.calendars import SOLAR_YEARS, year_as_read
from layers.candidate_texts import COMMODITIES, COUNTED, UNITS, conflict_texts, corridor_texts, incident_texts
from layers.coverage_rules import way_faults
from layers.evidence import MAX_ANCHOR_WORDS
from layers.filter import interval_of
from layers.review.state import STANDING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from geo.gazetteer import Gazetteer
    from layers.candidates import Found

__all__ = ["Ways", "claim_record", "conflict_record", "incident_record"]

Record = dict[str, Any]

PREFIX = "read"
"""First part of the ids of records that were read by a machine, whatever became of them since: ``read/2a88d79acbf07206``."""

MODALITIES = {"asserted": "asserted", "alleged": "alleged", "reported": "reported"}
"""What a text asserts or alleges happened is an event; what it denies or plans is none."""
FLOWS = {
    "drug_flow": "drugs", "energy_flow": "energy", "trade_flow": "goods", "fighter_flow": "fighters",
    "arms_flow": None, "migration_flow": None,
}  # fmt: skip
"""Claims about something that moves, and the ``flow`` of their corridor; ``None``: it has no word of its own."""

_F6 = {"source": "F", "information": 6}
_PROVINCE, _COUNTRY, _REGION, _POINT = 4, 6, 7, 3
_PRECISIONS = ("day", "month", "year")
_TRUSTED = ("intact", "glued_footnote", "split")
"""Integrities of a numeral whose value the reader stands for."""


def incident_record(
    found: Found, articles: Mapping[str, Mapping[str, Any]], organizations: Collection[str], gazetteer: Gazetteer
) -> Record | None:
    """Return the record of an incident, or ``None`` where it is none for the map.

    ``articles`` are the articles' records by the sha256 of their texts, ``organizations`` the ids of those that are recorded.
    What is one with the incident (``found.merged``) adds its passages.
    It has one field more than reviewed records: ``place`` with ``name``, ``lon``, ``lat`` (degrees) of a place known by
    a point (``where_prec`` 1 to 3), else ``None``.
    """
    said, article = found.record, articles[found.article]
    modality = MODALITIES.get(said["modality"])
    if said["role"] != "event" or modality is None:
        return None
    place = said["place"] or {}
    area, where_prec = _area_of(place, gazetteer)
    point = place if where_prec is not None and where_prec <= _POINT else None
    start, end = said["date_start"] or said["date_end"], said["date_end"] or said["date_start"]
    is_suspect = said["date_integrity"] == "suspect" and bool(said["date_as_printed"])
    names = dict(gazetteer.area(area).name) if area else {}
    if point and point["name"] and point["name"] != names.get("en"):
        names["en"] = f"{point['name']}, {names['en']}"
    # A date of suspect digits spans all that they may be: no title asserts it.
    when = (None, None) if is_suspect else (start, end)
    title, gloss = incident_texts(
        said["category"], names, *when, is_alleged=modality == "alleged", is_reviewed=found.status in STANDING
    )
    return {
        "id": f"{PREFIX}/{found.id}",
        "title": title,
        "gloss": gloss,
        "category": said["category"],
        "role": "event",
        "date_start": start,
        "date_end": end,
        "date_prec": _date_precision(start, end, said["date_prec"]),
        "date_as_printed": {article["id"]: _few_words(said["date_as_printed"])} if is_suspect else {},
        "date_integrity": "suspect" if is_suspect else None,
        "date_candidates": [_iso_year(year) for year in said["date_candidates"]] if is_suspect else [],
        "date_note": None,
        "area": area,
        "area_note": None,
        "other_areas": [],
        "where_prec": where_prec,
        "border": None,
        "organizations": sorted(filter(organizations.__contains__, set(said["organization_entities"]))),
        "threat": None,
        "strategy": None,
        "level": None,
        "quantities": [
            quantity for each in said["quantities"] if (quantity := _quantity(each, article["id"])) is not None
        ],
        "modality": modality,
        "status": found.status,
        "reliability": dict(_F6),
        "conflicts": [],
        "articles": _articles(found, articles),
        "evidence": _evidence(found, articles),
        "references": [],
        "place": {name: point[name] for name in ("name", "lon", "lat")} if point else None,
    }


def claim_record(found: Found, articles: Mapping[str, Mapping[str, Any]], gazetteer: Gazetteer) -> Record | None:
    """Return the record of a claim that something moves between two areas, else ``None``.

    ``articles`` are the articles' records by the sha256 of their texts.
    """
    said = found.record
    modality = MODALITIES.get(said["modality"])
    if said["type"] not in FLOWS or modality is None or said["polarity"] == "negative":
        return None
    ends = {role: _areas_of(said["slots"], role, gazetteer) for role in ("origin", "transit", "destination")}
    if any(areas is None for areas in ends.values()):
        return None
    origin, transit, destination = (ends[role] or [] for role in ("origin", "transit", "destination"))
    if not _legs(origin, transit, destination, gazetteer):
        return None
    flow = FLOWS[said["type"]]
    subject = COMMODITIES.get(flow, {"en": said["type"].replace("_", " "), "fa": said["type"]})
    stages = [[gazetteer.area(id_).name for id_ in stage] for stage in (origin, transit, destination) if stage]
    title, gloss = corridor_texts(flow, stages, is_reviewed=found.status in STANDING)
    return {
        "id": f"{PREFIX}/{found.id}",
        "kind": said["type"],
        "title": title,
        "gloss": gloss,
        "subject": {language: subject[language] for language in ("en", "fa")},
        "property": "route",
        "as_printed": {},
        "value": None,
        "candidates": [],
        "integrity": None,
        "integrity_note": None,
        "origin": origin,
        "transit": transit,
        "destination": destination,
        "origin_notes": None,
        "organizations": [],
        "modality": modality,
        "polarity": "affirmative",
        "threat": None,
        "conflicts": [],
        "articles": _articles(found, articles),
        "evidence": _evidence(found, articles),
    }


@dataclass(slots=True)
class _Way:
    """What has been stated of one way so far: ``first`` is the claim that names it, reviewed whole or not."""

    first: Mapping[str, Any]
    is_reviewed: bool = True
    claims: list[str] = field(default_factory=list)
    articles: set[str] = field(default_factory=set)
    evidence: dict[tuple[str, int, int], Record] = field(default_factory=dict)


class Ways:
    """The ways that claims state: a corridor for each, with all of the claims as its evidence.

    Of several areas passed through the text gives no order: each is a branch of its own from origin to destination.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._ways: dict[tuple[str | None, tuple[tuple[str, str], ...]], _Way] = {}

    def add(self, claim: Mapping[str, Any], status: str) -> None:
        """Count a claim's record, of this status, to its way."""
        legs = _legs(claim["origin"], claim["transit"], claim["destination"], self._gazetteer)
        titled = {name: claim[name] for name in ("title", "gloss", "subject")}
        way = self._ways.setdefault((FLOWS[claim["kind"]], legs), _Way(titled))
        # A way that is not reviewed whole is not titled as one that is.
        if way.is_reviewed and status not in STANDING:
            way.first, way.is_reviewed = titled, False
        way.claims.append(claim["id"])
        way.articles.update(claim["articles"])
        way.evidence |= {(item["article"], item["start"], item["end"]): item for item in claim["evidence"]}

    def corridors(self) -> tuple[Record, ...]:
        """Return the corridors' records, sorted by id."""
        records = (_corridor(flow, legs, way) for (flow, legs), way in self._ways.items())
        return tuple(sorted(records, key=lambda record: str(record["id"])))


def _corridor(flow: str | None, legs: Sequence[tuple[str, str]], way: _Way) -> Record:
    articles = sorted(way.articles)
    sha = hashlib.sha256(" ".join([flow or "", *(end for leg in legs for end in leg)]).encode())
    return {
        "id": f"{PREFIX}/way-{sha.hexdigest()[:16]}",
        "title": way.first["title"],
        "gloss": way.first["gloss"],
        "flow": flow,
        "attestation_class": "statement",
        "depiction": "arrow",
        "legs": [{"from": start, "to": end, "articles": articles} for start, end in legs],
        "borders": [],
        "areas": [],
        "claims": sorted(way.claims),
        "incidents": [],
        "conflicts": [],
        "substance": way.first["subject"],
        "note": None,
        "single_article": len(articles) == 1,
        "status": "reviewed" if way.is_reviewed else "candidate",
        "articles": articles,
        "evidence": [way.evidence[key] for key in sorted(way.evidence)],
        "references": [],
    }


def conflict_record(found: Found, articles: Mapping[str, Mapping[str, Any]]) -> Record | None:
    """Return the record of a conflict between passages of known articles; ``None`` where none of them is known.

    ``articles`` are the articles' records by the sha256 of their texts. A side that is a recorded work's is told by its
    reading in the gloss alone.
    """
    sides = [side for side in found.record["claims"] if side["article"] in articles and side["start"] is not None]
    if not sides:
        return None
    title, gloss = conflict_texts(found.record["state"], [str(side["as_printed"]) for side in sides])
    return {
        "id": f"{PREFIX}/{found.id}",
        "title": title,
        "gloss": gloss,
        "state": found.record["state"],
        "about": [],
        "sides": [
            {
                "article": articles[side["article"]]["id"],
                "as_printed": _few_words(str(side["as_printed"])) or "–",
                "reading": str(side["reading"]) or None,
            }
            for side in sides
        ],
        "evidence": [
            {
                "article": articles[side["article"]]["id"],
                "sha256": side["article"],
                "start": side["start"],
                "end": side["end"],
                "locator": {"section": None, "paragraph": None, "anchor": _few_words(str(side["as_printed"])) or "–"},
            }
            for side in sorted(sides, key=lambda side: (articles[side["article"]]["id"], side["start"], side["end"]))
        ],
    }


def _told_by(found: Found, articles: Mapping[str, Mapping[str, Any]]) -> list[tuple[Found, Mapping[str, Any]]]:
    """The record and those that are one with it, each with its article; its own first."""
    return [(each, articles[each.article]) for each in (found, *found.merged) if each.article in articles]


def _articles(found: Found, articles: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return sorted({article["id"] for _, article in _told_by(found, articles)})


def _evidence(found: Found, articles: Mapping[str, Mapping[str, Any]]) -> list[Record]:
    spans = {
        (article["id"] != articles[found.article]["id"], article["id"], item["start"], item["end"]): {
            "article": article["id"],
            "sha256": article["sha256"],
            "start": item["start"],
            "end": item["end"],
            "locator": dict(item["locator"]),
        }
        for each, article in reversed(_told_by(found, articles))
        for item in each.evidence
    }
    return [spans[key] for key in sorted(spans)]


def _few_words(printed: str) -> str:
    """Quote what is printed, no longer than a record may."""
    return " ".join(printed.split()[:MAX_ANCHOR_WORDS])


def _quantity(said: Mapping[str, Any], article: str) -> Record | None:
    """Return a quantity of a reading as a record has it; ``None`` for what there is no word for."""
    if said["what"] not in COUNTED or not said["as_printed"].strip():
        return None
    suspect = said["integrity"] not in _TRUSTED
    bounds = {name: None if suspect else said[name] for name in ("low", "best", "high")}
    what = {lang: _with_unit(text, said["unit"], lang) for lang, text in COUNTED[said["what"]].items()}
    printed = {article: _few_words(said["as_printed"])}
    return {"what": what, "as_printed": printed, **bounds, "integrity": "suspect" if suspect else "intact"}


def _with_unit(text: str, unit: str, language: str) -> str:
    return f"{text} ({UNITS[unit][language]})" if unit in UNITS else text


def _area_of(place: Mapping[str, Any], gazetteer: Gazetteer) -> tuple[str | None, int | None]:
    """Return the area in which a place of a reading lies, and how precisely it is known (UCDP's ``where_prec``)."""
    where_prec, country = place.get("where_prec"), str(place.get("country") or "").lower()
    if where_prec is None:
        return None, None
    if where_prec == _REGION:
        region = _region_named(place.get("name"), gazetteer)
        return region, _REGION if region else None
    if country not in gazetteer.areas:
        return None, None
    lon, lat = place.get("lon"), place.get("lat")
    if where_prec < _COUNTRY and lon is not None and lat is not None:
        province = _province_at(lon, lat, country, gazetteer)
        if province is not None:
            return province, where_prec if where_prec <= _POINT else _PROVINCE
        if where_prec <= _POINT:
            return country, where_prec
    return country, _COUNTRY


def _region_named(name: object, gazetteer: Gazetteer) -> str | None:
    return next((area.id for area in gazetteer.regions if area.name["en"] == name), None)


def _province_at(lon: float, lat: float, country: str, gazetteer: Gazetteer) -> str | None:
    point = shapely.Point(lon, lat)
    for id_, area in gazetteer.areas.items():
        if id_.startswith(f"{country}-") and area.geometry is not None and area.geometry.covers(point):
            return id_
    return None


def _areas_of(slots: Iterable[Mapping[str, Any]], role: str, gazetteer: Gazetteer) -> list[str] | None:
    """Return the countries and regions that the slots of a role lie in, each once; ``None`` where one is not known."""
    areas: dict[str, None] = {}
    for slot in slots:
        if slot["role"] != role:
            continue
        country = str(slot.get("country") or "").lower()
        area = country if country in gazetteer.areas else _region_named(slot["name"], gazetteer)
        if area is None:
            return None
        areas[area] = None
    return list(areas)


def _legs(
    origin: Sequence[str], transit: Sequence[str], destination: Sequence[str], gazetteer: Gazetteer
) -> tuple[tuple[str, str], ...]:
    """Return the legs of a way, none where it leads back to where it has been or two ends are not known."""
    stages = [stage for stage in (origin, transit, destination) if stage]
    legs = tuple(dict.fromkeys((start, end) for these, those in pairwise(stages) for start in these for end in those))
    members = {region.id: region.members for region in gazetteer.regions}
    if any(start == end for start, end in legs) or any(True for _ in way_faults(legs, members)):
        return ()
    return legs


def _iso_year(year: int) -> str:
    """Return a year that suspect digits may be: a Gregorian one by its number, a Solar Hijri one by its first and last day."""
    if year >= SOLAR_YEARS.stop or (days := year_as_read(year)) is None:
        return f"{year:04d}"
    return f"{days.start.isoformat()}/{days.end.isoformat()}"


def _date_precision(start: str | None, end: str | None, said: object) -> str | None:
    """How exactly a date is known: as said, or by the length of its interval."""
    if start is None or end is None:
        return None
    if said in _PRECISIONS:
        return str(said)
    days = (interval_of(end)[1] - interval_of(start)[0]).days
    return "day" if days == 0 else "month" if days <= 31 else "year"  # noqa: PLR2004 -- the days of a month
