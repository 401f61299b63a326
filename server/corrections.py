"""Corrections: the public log of what was corrected or taken back, as a page and as an Atom feed (RFC 4287)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, render_template

from layers.corrections import read_corrections
from layers.imprint import attribution
from layers.release_status import read_statuses
from server.answers import REVALIDATE, answer
from server.languages import DIRECTION, page_language, page_theme
from server.service import service

if TYPE_CHECKING:
    from layers.release import Release

__all__ = ["blueprint"]

blueprint = Blueprint("corrections", __name__)

_ATOM = "http://www.w3.org/2005/Atom"
_MOST_ENTRIES = 200
"""So many stand in the feed; the page has all."""


def _rows() -> list[dict[str, Any]]:
    """Corrected records, and releases that were corrected or withdrawn by the operator; the newest first."""
    own = service()
    entries = read_corrections(own.workspace)
    rows: list[dict[str, Any]] = [
        {
            "id": entry.uid,
            "date": entry.date,
            "kind": entry.kind,
            "title": dict(entry.title) or {"en": entry.record},
            "record": entry.record,
            "reason": entry.reason,
            "releases": entry.releases,
            "successor": entry.successor,
        }
        for entry in entries
    ]
    told = {release_id for entry in entries for release_id in entry.releases}
    for release_id, decision in read_statuses(own.workspace).items():
        # What a correction of a record says of a release is said above.
        if decision.status == "kept" or (release_id in told and decision.status == "corrected"):
            continue
        rows.append(
            {
                "id": f"release-{release_id}-{decision.status}",
                "date": decision.date,
                "kind": "withdrawn" if decision.status == "withdrawn" else "release",
                "title": {"en": release_id},
                "record": "",
                "reason": decision.reason,
                "releases": (release_id,),
                "successor": decision.successor,
            }
        )
    return sorted(rows, key=lambda row: (row["date"], row["id"]), reverse=True)


@blueprint.get("/corrections")
def corrections() -> Response:
    """Answer the log of corrections."""
    own = service()
    release = own.release()
    lang = page_language()
    body = render_template(
        "corrections.html",
        rows=_rows(),
        known={release_id for release_id, _ in own.workspace.receipts()},
        lang=lang,
        dir=DIRECTION[lang],
        theme=page_theme(),
        strings=own.strings[lang],
        base_path=own.base_path,
        disclaimer=own.imprint.disclaimer(release, lang),
        attribution=attribution(release, (), lang),
    )
    return answer(body.encode(), "text/html; charset=utf-8", cache=REVALIDATE, vary="Accept-Language")


@blueprint.get("/corrections.atom")
def feed() -> Response:
    """Answer the log as an Atom feed."""
    own = service()
    return answer(_feed(own.release()), "application/atom+xml; charset=utf-8", cache=REVALIDATE)


def _feed(release: Release) -> bytes:
    own, lang = service(), page_language()
    strings = own.strings[lang]
    rows = _rows()[:_MOST_ENTRIES]
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed", {"xml:lang": lang})
    page = f"{own.base_url}/corrections"
    _add(root, "title", f"{strings['corrections.title']} – corridormap")
    _add(root, "id", page)
    _add(root, "link", rel="alternate", type="text/html", href=page)
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{own.base_url}/corrections.atom")
    newest = max((row["date"] for row in rows if row["date"]), default=release.receipt["date"])
    _add(root, "updated", _moment(newest))
    _add(_add(root, "author"), "name", own.config.publisher)
    for row in rows:
        entry = _add(root, "entry")
        title = row["title"].get(lang) or row["title"]["en"]
        _add(entry, "title", f"{strings['corrections.' + row['kind']]}: {title}")
        _add(entry, "id", f"urn:corridormap:correction:{row['id']}")
        _add(entry, "updated", _moment(row["date"] or newest))
        _add(entry, "link", rel="alternate", type="text/html", href=f"{page}#c-{row['id']}")
        _add(entry, "summary", row["reason"], type="text")
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    made.text = text or None
    return made


def _moment(day: str) -> str:
    """The start of a day, UTC, as RFC 3339 has it."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
