"""Cards: everything that a reviewer sees of one record, ready to be set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from layers.articles.documents.shelf import filed_text
from layers.review.alternatives import alternatives
from layers.review.locator import Pin, areas_of, draw
from layers.review.passage import Mark, marks_of, passages, reaches, with_offers
from layers.review.similar import Similar, ranked
from layers.review.state import DECIDED
from server.dates import persian_digits
from server.languages import DIRECTION
from server.review.desk import desk
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.review.alternatives import Alternative
    from layers.review.ground import Ground
    from layers.review.placenames import Named
    from layers.review.printed import Printed
    from layers.store.review_store import Beside

__all__ = ["card", "local_name", "organization_names", "place_name", "similar_title", "title_of"]

Record = Mapping[str, Any]

_ARROW = {"en": " → ", "fa": " ← ", "ru": " → ", "kk": " → "}
"""An arrow points the way the script runs."""

_COUNTRY = 6
"""UCDP's precision of a place that is a country; greater ones are larger."""

_COMPARED: Mapping[str, tuple[str, ...]] = {
    "incident": (
        "category",
        "role",
        "modality",
        "date_start",
        "date_end",
        "place",
        "organization_entities",
        "quantities",
    ),
    "claim": ("type", "modality", "polarity", "commodity", "slots", "value"),
    "place": ("name", "entity", "country"),
    "organization": ("name", "entity"),
    "number": ("value", "candidates", "integrity"),
    "conflict": ("state", "reason"),
}
"""Fields by which two readings of one record are compared before a reviewer's eyes."""


def card(beside: Beside, ground: Ground, lang: str) -> dict[str, Any]:
    """Return what a card shows of a record, in a language of the interface."""
    subject, article = beside.subject, beside.article
    state = subject.state
    text = filed_text(service().workspace, article.sha256)
    offered = alternatives(
        subject.type, state.record, beside.mentions, beside.neighbours, _printed(beside, text) if text else ()
    )
    marks = marks_of(text or "", state.evidence, state.record, (state.start, state.end), beside.mentions)
    offers = (Mark(*each.span, each.field, number) for number, each in enumerate(offered, 1) if each.span)
    marks = with_offers(text or "", marks, offers)
    found = passages(text, state.evidence, marks, article.language) if text else ()
    return {
        "id": subject.id,
        "public_id": f"read/{subject.id}",
        "type": subject.type,
        "version": subject.version,
        "status": state.status,
        "is_decided": state.status in DECIDED,
        "record": state.record,
        "evidence": state.evidence,
        "parts": state.parts,
        "target": state.target,
        "changed": state.changed,
        "found_by": state.found_by,
        "article": article,
        "dir": DIRECTION.get(article.language, "ltr"),
        "passages": [
            {
                "language": each.language,
                "dir": DIRECTION.get(each.language, "ltr"),
                "pieces": each.pieces,
                "evidence": each.evidence,
            }
            for each in found
        ],
        "is_filed": text is not None,
        "alternatives": offered,
        "places": _places(beside, lang),
        "similar": list(enumerate(ranked(subject.type, state.record, beside.others), 1)),
        "folded": beside.folded,
        "last": beside.history[-1] if beside.history else None,
        "events": len(beside.history),
        "disagreement": _disagreement(beside) if subject.disagrees else None,
        "newer_by": subject.newer_by,
        "locator": _locator(ground, subject.type, state.record, offered, lang),
        "title": title_of(subject.type, state.record, lang),
    }


def _printed(beside: Beside, text: str) -> list[Printed]:
    """Dates and quantities of what a card shows of the article, the nearest to the record's trigger first."""
    state = beside.subject.state
    if beside.subject.type not in {"incident", "claim"}:
        return []
    found = desk().printed.read(text, reaches(text, state.evidence), beside.published)
    return sorted(found, key=lambda each: (abs(each.start - state.start), each.start))


def title_of(kind: str, record: Record, lang: str = "en") -> dict[str, Any]:
    """Return what a record is called: ``word`` (a key of the interface's words, or empty), ``name``, its ``lang``, ``date``.

    Places are named in the language where that name is known, else as the reader names them; ``lang`` is empty where the name's
    language is not known, and of the names of several places.
    """
    if kind == "incident":
        return {
            "word": f"category.{record['category']}",
            "name": (name := _named(record.get("place") or {}, lang)).text,
            "lang": name.lang,
            "date": _interval(record.get("date_start"), record.get("date_end")),
        }
    if kind == "claim":
        stages = [
            " / ".join(
                dict.fromkeys(local_name(slot, lang) for slot in record.get("slots") or () if slot["role"] == role)
            )
            for role in ("origin", "transit", "destination")
        ]
        return {
            "word": f"claim.{record['type']}",
            "name": _ARROW[lang].join(stage for stage in stages if stage),
            "lang": "",
            "date": "",
        }
    if kind == "conflict":
        return {"word": f"conflict.{record['state']}", "name": "", "lang": "", "date": ""}
    name = _named(record, lang)
    return {"word": "", "name": name.text or str(record.get("as_printed") or ""), "lang": name.lang, "date": ""}


def local_name(said: Record, lang: str) -> str:
    """Return what a place of a record, or an organization, is called in a language; as the reader names it where unknown."""
    return _named(said, lang).text


def place_name(said: Record, lang: str) -> str:
    """Return what a place is called, with its country's name where it is smaller than that."""
    own, country = local_name(said, lang), str(said.get("country") or "")
    if not country or (said.get("where_prec") or 0) >= _COUNTRY or said.get("place_kind") == "country":
        return own
    return f"{own}{'، ' if lang == 'fa' else ', '}{local_name({'entity': country.lower(), 'name': country}, lang)}"


def organization_names(record: Record, lang: str) -> list[tuple[str, str]]:
    """Return the ids and names of a record's organizations; the ids are empty where the reader knows but the names."""
    names, ids = list(record.get("organizations") or ()), list(record.get("organization_entities") or ())
    if len(names) != len(ids):
        return [(id_, local_name({"entity": id_, "name": id_}, lang)) for id_ in ids] or [("", name) for name in names]
    return [(id_, local_name({"entity": id_, "name": name}, lang)) for id_, name in zip(ids, names, strict=True)]


def _named(said: Record, lang: str) -> Named:
    return desk().names.of(said, lang)


def _interval(start: str | None, end: str | None) -> str:
    if not start and not end:
        return ""
    return str(start or end) if start == end or not (start and end) else f"{start}/{end}"


def _places(beside: Beside, lang: str) -> list[tuple[str, dict[str, Any]]]:
    """Places of the article near the record, by label, for its forms; each once, its own first."""
    record = beside.subject.state.record
    own = record if beside.subject.type == "place" else record.get("place")
    found: dict[str, dict[str, Any]] = {}
    for said in [
        *([own] if own else []),
        *(each for each in beside.mentions if each["kind"] == "place" and each["entity"]),
    ]:
        names = ("name", "lon", "lat", "country", "where_prec", "entity", "place_kind")
        place = {name: said.get(name) for name in names}
        if place["name"]:
            found.setdefault(str(place["entity"] or place["name"]), {"label": place_name(place, lang), "place": place})
    return [(each["label"], each["place"]) for each in found.values()]


def _disagreement(beside: Beside) -> dict[str, Any]:
    """What a newer reading says otherwise: ``rows`` of (field, here, there) and ``changes`` that take it over."""
    subject = beside.subject
    newer = subject.newer or {}
    if newer.get("found") is False:
        return {"is_gone": True, "rows": [], "changes": None}
    here, there = subject.state.record, newer["record"]
    rows = [
        (name, here.get(name), there.get(name)) for name in _COMPARED[subject.type] if here.get(name) != there.get(name)
    ]
    changes: dict[str, Any] | None = {name: theirs for name, _, theirs in rows}
    if subject.type in {"place", "organization", "conflict"}:
        changes = None
    return {"is_gone": False, "rows": rows, "changes": changes}


def _locator(ground: Ground, kind: str, record: Record, offered: Sequence[Alternative], lang: str) -> str:
    """The small map; nothing for what is nowhere."""
    if kind not in {"incident", "claim", "place"}:
        return ""
    areas, ways = areas_of(ground, kind, record)
    place = record if kind == "place" else record.get("place") or {}
    pins = []
    if place.get("lon") is not None and place.get("lat") is not None and not areas:
        pins.append(Pin(local_name(place, lang), place["lon"], place["lat"]))
    pins += [
        Pin(each.label, each.lon, each.lat, persian_digits(str(each.digit)) if lang == "fa" else str(each.digit))
        for each in offered
        if each.digit and each.lon is not None and each.lat is not None
    ]
    return draw(ground, lang, pins, areas, ways) if pins or areas else ""


def similar_title(similar: Similar, kind: str, lang: str) -> dict[str, Any]:
    """Return what a similar record is called, as :func:`title_of`."""
    return title_of(kind, similar.other.record, lang)
