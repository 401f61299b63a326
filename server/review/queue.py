"""Queue: the page on which a reviewer decides one record after the other, and the record's own page with its history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request

from geo.errors import MalformedFilter
from geo.letters import fold
from layers.review.subject import SUBJECTS
from layers.review.verdicts import FEWEST_PARTS, MOST_PARTS
from layers.store.queue import Wanted
from server.languages import DIRECTION, page_language
from server.people.access import allows, current_person
from server.people.frame import page, page_link
from server.review.cards import card, local_name, organization_names, place_name, similar_title, title_of
from server.review.desk import blueprint, desk
from server.service import service

if TYPE_CHECKING:
    from layers.store.queue import Row

__all__ = ["card_values", "record_page"]

_FEWEST_LETTERS = 2
_MOST_PLACES = 12


def _values() -> dict[str, Any]:
    """What every card is set with besides the record and what the frame of a page gives."""
    person = current_person()
    return {
        "may_decide": person is not None and person.may("reviewer"),
        "similar_title": similar_title,
        "title_of": title_of,
        "local_name": local_name,
        "organization_names": organization_names,
        "place_name": place_name,
        "as_json": _as_json,
    }


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def card_values(candidate: str, lang: str) -> dict[str, Any]:
    """Return all that a card's template takes.

    Raises
    ------
    UnknownFeature
        When there is no such candidate.
    MalformedFilter
        When ``parts=`` is no number of parts that a record can be split into.
    """
    return {
        **_values(),
        "card": card(desk().store.beside(candidate), desk().ground, lang),
        "parts": _parts(),
        "parts_links": _parts_links(candidate),
    }


def _parts() -> int:
    """Into how many parts the form of a page splits a record: ``parts=``; a script adds to them."""
    text = request.args.get("parts", str(FEWEST_PARTS))
    if text not in map(str, range(FEWEST_PARTS, MOST_PARTS + 1)):
        raise MalformedFilter(
            "parts",
            f"parts={text[:30]!r} is no number of parts.",
            hint=f"Use a number from {FEWEST_PARTS} to {MOST_PARTS}.",
        )
    return int(text)


def _parts_links(candidate: str) -> list[tuple[int, str]]:
    """Each number of parts with the address of the page whose form has so many, for who runs no scripts."""
    kept: dict[str, Any] = {}
    path = f"/review/records/{candidate}"
    if request.endpoint == "review.queue":
        path, kept = "/review", {**Wanted.parse(request.args).query(), "after": request.args.get("after")}
    return [
        (number, page_link(path, **{**kept, "parts": number}) + "#pane-split")
        for number in range(FEWEST_PARTS, MOST_PARTS + 1)
    ]


def _next(wanted: Wanted, after: str) -> Row | None:
    found = desk().store.page(wanted, after=after, limit=1)
    return found[0] if found else None


@blueprint.get("/review")
@allows("reader")
def queue() -> Response:
    """Answer the queue at its first record, or after the one that ``after=`` names."""
    lang = page_language()
    wanted = Wanted.parse(request.args)
    row = _next(wanted, request.args.get("after", ""))
    store = desk().store
    counts = store.counts()
    is_whole = wanted == Wanted(view=wanted.view) and wanted.view in counts
    return page(
        "review/queue.html",
        wanted=wanted,
        query=wanted.query(),
        kept=wanted.query(),
        row=row,
        left=counts[wanted.view] if is_whole else store.count(wanted),
        counts=counts,
        narrowed=_narrowed(wanted, lang),
        is_new=row is None and not any(counts.values()) and not store.log(limit=1),
        **(card_values(row.id, lang) if row else {**_values(), "card": None}),
    )


def _narrowed(wanted: Wanted, lang: str) -> list[str]:
    """What a queue is narrowed to, in words."""
    told = [str(service().strings[lang][f"review.type.{wanted.type}"])] if wanted.type else []
    return told + desk().store.names_of(wanted)


@blueprint.get("/review/narrow")
@allows("reader")
def narrow() -> Response:
    """Answer the page on which a queue is narrowed to a sort, an article, a place or an organization."""
    wanted = Wanted.parse(request.args)
    return page("review/narrow.html", wanted=wanted, kept=wanted.query(), lists=desk().store.lists(), subjects=SUBJECTS)


@blueprint.get("/review/card")
@allows("reader")
def next_card() -> Response:
    """Answer the card of the next record after ``after=`` as a piece of HTML; 204 at the end of the queue."""
    wanted = Wanted.parse(request.args)
    row = _next(wanted, request.args.get("after", ""))
    if row is None:
        return Response(status=204)
    return _piece(row.id, key=row.key)


@blueprint.get("/review/records/<candidate>/card")
@allows("reader")
def record_card(candidate: str) -> Response:
    """Answer a record's card as a piece of HTML."""
    return _piece(candidate)


def _piece(candidate: str, *, key: str = "") -> Response:
    lang = page_language()
    body = render_template(
        "review/card.html",
        key=key,
        lang=lang,
        dir=DIRECTION[lang],
        strings=service().strings[lang],
        page_link=page_link,
        **card_values(candidate, lang),
    )
    return Response(body, content_type="text/html; charset=utf-8")


@blueprint.get("/review/records/<candidate>")
@allows("reader")
def record(candidate: str) -> Response:
    """Answer a record with all that was decided on it."""
    return record_page(candidate)


def record_page(candidate: str, *, fault: str = "", hint: str = "", status: int = 200) -> Response:
    """Return a record's page, with what went wrong with a decision on it."""
    lang = page_language()
    beside = desk().store.beside(candidate)
    return page(
        "review/record.html",
        status=status,
        history=beside.history,
        fault=fault,
        hint=hint,
        **card_values(candidate, lang),
    )


@blueprint.get("/review/places")
@allows("reader")
def places() -> Response:
    """Answer places of the world by their exact name in any language, ``q=``, as JSON: the likeliest first."""
    name = fold(request.args.get("q", "").strip()[:100])
    index = desk().index
    found = [index.place(row) for row in index.rows_of(name)[:_MOST_PLACES]] if len(name) >= _FEWEST_LETTERS else []
    rows = [
        {
            "label": ", ".join(part for part in (each.name, _unit(each.admin1), each.country) if part),
            "place": {
                "name": each.name,
                "lon": each.lon,
                "lat": each.lat,
                "country": each.country or None,
                "where_prec": each.where_prec,
                "entity": each.id,
                "place_kind": each.kind,
            },
        }
        for each in found
    ]
    return Response(json.dumps(rows, ensure_ascii=False), content_type="application/json")


def _unit(row: int) -> str:
    return desk().index.place(row).name if row >= 0 else ""
