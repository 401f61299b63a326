"""Uploads: articles that reviewers bring in the browser; what they hold comes into the queue.

A file is taken, looked at and put aside here; it is read by :mod:`server.people.upload_process`. Of what was brought only
plain text is ever sent back, as a file to save and never as a page.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, redirect, request

from geo.errors import MalformedFilter, RefusedUpload, UnknownFeature
from layers.articles.documents.shelf import filed_text
from layers.store.uploads import Upload, UploadStore
from server.people import upload_process
from server.people.access import allows, check_role
from server.people.clock import now_iso_ms
from server.people.frame import page, page_link
from server.people.sessions import audited, event, people_store
from server.people.upload_files import discard, receive
from server.service import service

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

__all__ = ["blueprint"]

blueprint = Blueprint("uploads", __name__)

MOST_OPEN = 100
"""Files of one person that may wait at once."""

SHOWN = 50
"""Uploads that the page lists."""


def _store() -> UploadStore:
    return UploadStore(people_store().engine)


@blueprint.get("/review/upload")
@allows("reviewer")
def upload_page() -> Response:
    """Answer the page to bring articles to, with what became of the last ones."""
    uploads = _store().latest(SHOWN)
    _start_where_needed(uploads)
    return page(
        "review/upload.html",
        uploads=[_told(upload) for upload in uploads],
        largest_mb=service().config.upload_mb,
        faults=[],
    )


@blueprint.get("/review/uploads")
@allows("reviewer")
def latest_uploads() -> Response:
    """Answer the last uploads as JSON: what the page asks for while something is being read."""
    uploads = _store().latest(SHOWN)
    _start_where_needed(uploads)
    return jsonify({"uploads": [_told(upload) for upload in uploads]})


def _start_where_needed(uploads: tuple[Upload, ...]) -> None:
    """Go on with what waits, also when the process that read was stopped with the service."""
    if any(upload.state in {"waiting", "reading"} for upload in uploads):
        upload_process.start(service().config)


@blueprint.post("/review/uploads")
@allows("reviewer", file=True)
def upload() -> Response:
    """Take files and let them be read; answer JSON to a script, the page to a browser without one."""
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise RefusedUpload("No file was sent.", reason="kind", hint="Choose a PDF, a web page, or a text.")
    published = _published(request.form.get("published", ""))
    taken: list[Upload] = []
    refused: list[RefusedUpload] = []
    for file in files:
        try:
            taken.append(_take(file, published))
        except RefusedUpload as error:
            audited("upload-refused", file=str(file.filename)[:80], fault=error.message)
            refused.append(error)
    if taken:
        upload_process.start(service().config)
    if not _wants_page():
        if refused:
            raise refused[0]
        return Response(
            jsonify({"uploads": [_told(each) for each in taken]}).get_data(), 201, content_type="application/json"
        )
    if refused:
        return page(
            "review/upload.html",
            status=400,
            uploads=[_told(each) for each in _store().latest(SHOWN)],
            largest_mb=service().config.upload_mb,
            faults=[str(each) for each in refused],
        )
    return redirect(page_link("/review/upload"), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]  # Werkzeug's type of it


def _wants_page() -> bool:
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def _published(given: str) -> str | None:
    if not given:
        return None
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise MalformedFilter(
            "published", f"published={given[:20]!r} is no day.", hint="Write it as 2019-05-12, or leave it out."
        ) from None


def _take(file: FileStorage, published: str | None) -> Upload:
    person = check_role("reviewer")
    if _store().count_open(person.name) >= MOST_OPEN:
        raise RefusedUpload(
            f"{MOST_OPEN} of your files wait to be read already.", reason="many", hint="Wait until some are read."
        )
    received = receive(
        service().workspace,
        file.stream,
        file.filename or "file",
        largest_bytes=service().config.upload_mb * 1_000_000,
    )
    taken = Upload(
        received.id,
        person.name,
        received.name,
        received.kind,
        received.sha256,
        received.size_bytes,
        published,
        now_iso_ms(),
    )
    said = event("uploaded", file=taken.file_name, bytes=taken.size_bytes, sha256=taken.file_sha256[:12])
    try:
        _store().add(taken, said)
    except BaseException:
        discard(service().workspace, received.id)  # nobody would ever read it
        raise
    return taken


@blueprint.get("/review/uploads/<upload_id>")
@allows("reviewer")
def one_upload(upload_id: str) -> Response:
    """Answer one upload as JSON."""
    return jsonify(_told(_known(upload_id)))


@blueprint.get("/review/uploads/<upload_id>/text")
@allows("reviewer")
def text(upload_id: str) -> Response:
    """Answer the text that came out of an upload, as a file to save: never as a page."""
    known = _known(upload_id)
    content = filed_text(service().workspace, known.article) if known.article else None
    if content is None:
        raise UnknownFeature(f"{known.file_name} has no text here.", hint="It is there once the file has been read.")
    response = Response(content, content_type="text/plain; charset=utf-8")
    name = re.sub(r"\.\w{1,8}$", "", known.file_name) + ".txt"
    response.headers["Content-Disposition"] = f"attachment; filename=\"article.txt\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _known(upload_id: str) -> Upload:
    found = _store().one(upload_id) if re.fullmatch(r"[0-9a-f]{32}", upload_id) else None
    if found is None:
        raise UnknownFeature(f"There is no upload {upload_id[:40]!r}.", hint="See /review/upload for those there are.")
    return found


def _told(upload: Upload) -> dict[str, Any]:
    """Return an upload as its page and scripts see it: with the address of its candidates, without counts of tries."""
    told = {key: value for key, value in asdict(upload).items() if key not in {"tries", "file_sha256"}}
    told["queue"] = page_link("/review", article=upload.article) if upload.article else None
    told["text"] = page_link(f"/review/uploads/{upload.id}/text") if upload.article else None
    return told
