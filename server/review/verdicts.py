"""Verdicts: the one view that changes anything: a person's decision on one record, from a form."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Response, redirect, request

from geo.errors import InvalidDecision, StaleDecision, UnknownFeature
from layers.review.verdicts import VERDICTS
from layers.store.decisions import Decision
from layers.store.queue import Wanted
from server.people.access import allows, check_role
from server.people.frame import page_link
from server.review.desk import blueprint, desk, now
from server.review.forms import changes_of, parts_of
from server.review.queue import record_page

__all__: list[str] = []

_LONGEST_NOTE = 2_000
_LONGEST_TARGET = 200


@blueprint.post("/review/decisions")
@allows("reviewer")
def decide() -> Response:
    """Take a decision: ``candidate``, ``seen`` (the version that was shown), ``verdict``, ``note``, and what goes with it.

    A script (``Accept: application/json``) gets the decision's number, the record's new version and how many wait; a form
    gets the page of the next record, or the record's own page with what was wrong.
    """
    person = check_role("reviewer")
    form = request.form
    candidate, verdict = form.get("candidate", ""), form.get("verdict", "")
    wants_json = request.accept_mimetypes.best_match(["application/json", "text/html"]) == "application/json"
    try:
        decision = _decision(candidate, verdict, person.name)
        event, left = desk().store.decide(decision, seen=_seen(), may_correct=person.may("editor"))
    except (InvalidDecision, StaleDecision) as error:
        if wants_json:
            raise
        status = HTTPStatus.CONFLICT if isinstance(error, StaleDecision) else HTTPStatus.BAD_REQUEST
        return record_page(candidate, fault=error.message, hint=error.hint, status=status)
    if not wants_json:
        return _go(candidate)
    wanted = Wanted.parse(request.args)
    told = {
        "decision": event.id,
        "status": event.after.status,
        "version": left.version,
        "left": desk().store.count(wanted),
    }
    return Response(json.dumps(told), content_type="application/json")


def _seen() -> str:
    seen = request.form.get("seen", "")
    if not seen:
        raise InvalidDecision("The request does not say which version it decides on.", hint="Send the field `seen`.")
    return seen


def _decision(candidate: str, verdict: str, reviewer: str) -> Decision:
    if verdict not in VERDICTS:
        raise InvalidDecision(f"There is no verdict {verdict[:40]!r}.", hint=f"Use one of: {', '.join(VERDICTS)}.")
    form = request.form
    note = " ".join(form.get("note", "").split())
    if len(note) > _LONGEST_NOTE:
        raise InvalidDecision("The reason is too long.", hint=f"Say it in {_LONGEST_NOTE} characters.")
    return Decision(
        candidate=candidate,
        verdict=verdict,
        reviewer=reviewer,
        decided_at=now(),
        changes=_changes(candidate, verdict),
        note=note or None,
        target=_target(form.get("target", "")) if verdict in {"merge", "duplicate"} else None,
    )


def _changes(candidate: str, verdict: str) -> dict[str, Any] | None:
    if verdict not in {"correct", "split"}:
        return None
    subject = desk().store.subject(candidate)
    if subject.version != _seen():
        # The form is compared with what its maker saw, which is no more.
        raise StaleDecision(
            f"The record {candidate} has changed since it was shown.", hint="Look at both versions and decide again."
        )
    read = changes_of if verdict == "correct" else parts_of
    return read(subject.type, request.form, subject.state.record)


def _target(text: str) -> str:
    """Return the public id of the other record, whose own page or address may have been pasted.

    Raises
    ------
    InvalidDecision
        When it is no id.
    """
    target = text.strip().split("?")[0]
    for before in ("/evidence/", "/review/records/"):
        if before in target:
            target = ("" if before == "/evidence/" else "read/") + target.split(before, 1)[1]
    if not target or len(target) > _LONGEST_TARGET or any(letter.isspace() for letter in target):
        raise InvalidDecision(
            "No record is named that it is one with.", hint="Choose one of the similar records, or paste an id."
        )
    if not target.startswith("read/") and target not in _reviewed_ids():
        raise UnknownFeature(
            f"There is no reviewed record {target!r}.", hint="Use the id of a record of the map, such as inc01."
        )
    return target


def _reviewed_ids() -> frozenset[str]:
    return desk().reviewed_ids


def _go(candidate: str) -> Response:
    back = request.args.get("back")
    if back == "record":
        path = page_link(f"/review/records/{candidate}")
    else:
        wanted = Wanted.parse(request.args)
        path = page_link("/review", after=request.args.get("after"), **wanted.query())
    return redirect(path, HTTPStatus.SEE_OTHER)  # type: ignore[return-value]  # Werkzeug's type of it
