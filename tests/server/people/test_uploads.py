"""Uploading: what a file is decides its content; too large, bombs and two things at once are refused and leave nothing behind."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from geo.errors import RefusedUpload, UnreadableArticle, UnusableStore
from layers.articles.documents.kinds import kind_of
from layers.store import tables
from layers.store.audit import Event
from layers.store.engine import writing
from layers.store.uploads import Upload, UploadStore
from layers.workspace import Workspace
from server.people import upload_files, upload_process, uploads
from server.people.upload_files import folder_of, receive, shown_name
from tests.live import CHECKOUT, wait_until
from tests.pdfs import make_pdf, packed_pdf
from tests.server.people.browsers import NAMES, Browser
from tests.server.people.reading import still_reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from layers.store.people import PeopleStore, Role
    from server.config import Config

ARTICLE = (
    "Border guards seized 12 kilograms of opium near Kunduz on 3 May 2014, officials said. "
    "Two men were arrested at the post. The convoy had come from the north of the province the day before."
)


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", content)
    return out.getvalue()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """Calls to start the process that reads, which does not start."""
    calls: list[Config] = []
    monkeypatch.setattr(upload_process, "start", calls.append)
    return calls


def send(browser: Browser, *files: tuple[str, bytes], accept: str = "application/json", **fields: str) -> TestResponse:
    form: MultiDict[str, Any] = MultiDict(fields)
    for name, content in files:
        form.add("file", FileStorage(io.BytesIO(content), name))
    boundary, body = encode_multipart(form)
    headers = {"Accept": accept, "X-CSRFToken": browser.token()}
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.client.post("/review/uploads", data=body, content_type=kind, headers=headers)


def kept(config: Config) -> list[str]:
    folder = folder_of(Workspace(config.workspace))
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.name != ".lock")


GOOD = [
    ("a.pdf", make_pdf([ARTICLE]), "pdf"),
    ("a.txt", make_pdf([ARTICLE]), "pdf"),
    ("a.pdf", ARTICLE.encode(), "text"),
    ("a.md", b"# Title\n\n" + ARTICLE.encode(), "markdown"),
    ("a", "Пограничники изъяли опиум. ".encode() * 9, "text"),
    ("a.txt", "Пограничники изъяли опиум. ".encode("windows-1251") * 9, "text"),
    ("a.txt", "مرزبانان تریاک گرفتند. ".encode("utf-16") * 1, "text"),
    ("a.pdf", b"\xef\xbb\xbf\n<!-- saved from url --><!DOCTYPE html><html><body>" + ARTICLE.encode(), "html"),
    ("a.xhtml", b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body>' + ARTICLE.encode(), "html"),
    ("a.html", b"<article><p>" + ARTICLE.encode(), "html"),
    ("a.txt", b"<Reporters say> " + ARTICLE.encode(), "text"),
]
BAD = [
    ("a.pdf", b"", "is empty"),
    ("a.pdf", b" \n\t\x00\x00", "is empty"),
    ("a.docx", zipped(b"text"), "ZIP archive"),
    ("bomb.pdf", zipped(b"\0" * 50_000_000), "ZIP archive"),
    ("bomb.txt", gzip.compress(b"\0" * 50_000_000), "gzip archive"),
    ("a.epub", b"PK\x05\x06" + bytes(18), "empty ZIP"),
    ("both.pdf", make_pdf([ARTICLE]) + zipped(b"program"), "a PDF and a ZIP archive at once"),
    ("both.pdf", b"%PDF-1.4\n<html><script>alert(1)</script>" + make_pdf([ARTICLE]), "a PDF and a web page at once"),
    ("late.pdf", b"MZ" + bytes(50) + make_pdf([ARTICLE]), "a program"),
    ("late.pdf", b"\n\n<b>x</b>" + make_pdf([ARTICLE]), "begins with something else"),
    ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
    ("a.txt", b"\xff\xd8\xff\xe0" + bytes(100), "a picture"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old Office"),
    ("a.doc", rb"{\rtf1 text}", "rich text"),
    ("a.txt", b"text\x00text", "binary"),
    ("a.txt", bytes(257) + b"ustar" + bytes(300), "tar archive"),
    ("a.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "XML"),
    (
        "a.mht",
        b"From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n",
        "MHTML",
    ),
]


@pytest.mark.parametrize(("name", "content", "kind"), GOOD)
def test_the_content_says_what_a_file_is(name: str, content: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert kind_of(path, name) == kind


@pytest.mark.parametrize(("name", "content", "told"), BAD)
def test_what_is_no_article_is_refused_with_what_to_do(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UnreadableArticle, match=told) as caught:
        kind_of(path, name)
    assert caught.value.hint


@given(st.binary(max_size=600))
def test_any_bytes_are_of_a_kind_or_refused(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        path = Path(file.name)
        with contextlib.suppress(UnreadableArticle):
            assert kind_of(path, "any") in {"pdf", "html", "markdown", "text"}


@given(st.text(max_size=300))
def test_no_name_leaves_its_folder_or_turns_its_reader_around(name: str) -> None:
    shown = shown_name(name)
    assert shown
    assert "/" not in shown
    assert "\\" not in shown
    assert not shown.startswith(".")
    assert len(shown.encode()) <= 400
    assert not set(shown) & set('\x00\n\r\t\u202a\u202b\u202d\u202e\u2066\u2067<>:"|?*')
    assert shown_name(shown) == shown


def test_a_refused_file_leaves_nothing_behind(
    signed_in: dict[Role, Browser], config: Config, started: list[Config], people: PeopleStore
) -> None:
    for name, content, told in BAD:
        answer = send(signed_in["reviewer"], (name, content))
        assert answer.status_code == 415, name
        assert answer.json is not None
        assert told in answer.json["detail"]
        assert answer.json["hint"]
        assert kept(config) == []
        [(_, event)] = people.events(most=1)
        assert (event.what, event.who) == ("upload-refused", NAMES["reviewer"])
    assert started == []


def test_a_file_waits_where_only_the_service_may_look(
    signed_in: dict[Role, Browser], config: Config, started: list[Config]
) -> None:
    answer = send(signed_in["reviewer"], ("../../Гиндукуш\u202e.exe", ARTICLE.encode()), published="2014-05-04")
    assert answer.status_code == 201
    assert answer.json is not None
    [upload] = answer.json["uploads"]
    assert upload["file_name"] == "Гиндукуш.exe"
    assert (upload["state"], upload["kind"], upload["published"]) == ("waiting", "text", "2014-05-04")
    assert kept(config) == [upload["id"], f"{upload['id']}/Гиндукуш.txt"]
    folder = folder_of(Workspace(config.workspace))
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / kept(config)[1]).stat().st_mode & 0o177 == 0
    assert len(started) == 1
    told = signed_in["editor"].get(f"/review/uploads/{upload['id']}")
    assert told.json == upload
    text = signed_in["editor"].get(f"/review/uploads/{upload['id']}/text")
    assert text.status_code == 404, "there is none yet"


def test_no_file_no_day_and_no_upload_are_told(signed_in: dict[Role, Browser], started: list[Config]) -> None:
    reviewer = signed_in["reviewer"]
    assert send(reviewer).status_code == 415
    wrong = send(reviewer, ("a.txt", ARTICLE.encode()), published="last week")
    assert wrong.status_code == 400
    assert wrong.json is not None
    assert wrong.json["parameter"] == "published"
    for unknown in ("x", "0" * 32, "..%2f..%2fsecret.key"):
        assert reviewer.get(f"/review/uploads/{unknown}").status_code == 404
    assert started == []


def test_a_file_that_is_too_large_is_refused(
    signed_in: dict[Role, Browser], review_app: Flask, config: Config, started: list[Config]
) -> None:
    assert started == []
    reviewer = signed_in["reviewer"]
    answer = send(reviewer, ("a.txt", b"x" * (config.upload_mb * 1_000_000 + 1)))
    assert answer.status_code == 413
    assert answer.json is not None
    assert "larger than 50 MB" in answer.json["detail"]
    assert kept(config) == []
    lied = reviewer.client.post(
        "/review/uploads",
        headers={"X-CSRFToken": reviewer.token(), "Content-Type": "multipart/form-data; boundary=x"},
        environ_overrides={"CONTENT_LENGTH": "200000000", "wsgi.input": Unreadable()},
    )
    assert lied.status_code == 413, "refused by what it says, unread"
    stranger = review_app.test_client().post(
        "/review/uploads",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
        environ_overrides={"CONTENT_LENGTH": "49000000", "wsgi.input": Unreadable()},
    )
    assert stranger.status_code == 401, "of a stranger nothing is read"


class Unreadable:
    """A body that nobody may read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError(f"read {size} bytes")

    readline = readlines = __iter__ = read


def test_a_form_elsewhere_is_small(signed_in: dict[Role, Browser]) -> None:
    answer = signed_in["reviewer"].post("/account/password", {"new": "x" * 3_000_000})
    assert answer.status_code == 413


def test_a_full_disk_is_told_and_nothing_is_left(
    signed_in: dict[Role, Browser], config: Config, monkeypatch: pytest.MonkeyPatch, started: list[Config]
) -> None:
    def full(*_: object) -> tuple[str, int]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(upload_files, "_copy", full)
    answer = send(signed_in["reviewer"], ("a.txt", ARTICLE.encode()))
    assert answer.status_code == 507
    assert kept(config) == []
    assert started == []


def test_a_connection_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError(f"after {size} bytes")

    workspace = Workspace(tmp_path)
    with pytest.raises(Exception, match="could not be taken"):
        receive(workspace, Broken(), "a.txt", largest_bytes=10)
    assert list(folder_of(workspace).iterdir()) == []
    with pytest.raises(RefusedUpload):
        receive(workspace, io.BytesIO(b"x" * 11), "a.txt", largest_bytes=10)
    assert list(folder_of(workspace).iterdir()) == []


def test_nobody_fills_the_queue(
    signed_in: dict[Role, Browser], started: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_OPEN", 3)
    answer = send(signed_in["reviewer"], *((f"{n}.txt", ARTICLE.encode()) for n in range(5)), accept="text/html")
    assert answer.status_code == 400
    assert answer.text.count('role="alert"') == 2
    assert "wait to be read already" in answer.text
    assert send(signed_in["reviewer"], ("a.txt", ARTICLE.encode())).status_code == 429
    assert send(signed_in["editor"], ("a.txt", ARTICLE.encode())).status_code == 201
    assert started


def test_without_a_script_the_form_does_it(signed_in: dict[Role, Browser], started: list[Config]) -> None:
    answer = send(signed_in["reviewer"], ("a.txt", ARTICLE.encode()), accept="text/html,*/*;q=0.8")
    assert answer.status_code == 303
    assert answer.location == "/review/upload"
    page = signed_in["reviewer"].get("/review/upload?lang=en").text
    assert "a.txt" in page
    assert "Waits to be read" in page
    assert len(started) == 2, "looking at the page goes on with what waits"


def read_all(config: Config) -> str:
    """Run the process that reads, and wait for its end."""
    done = subprocess.run(
        [sys.executable, "-m", "server.people.upload_process"],
        env=upload_process._environment(config),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stderr


@pytest.mark.long
def test_what_is_read_comes_into_the_store_and_goes_back_as_text_only(
    signed_in: dict[Role, Browser], config: Config, started: list[Config], people: PeopleStore
) -> None:
    reviewer = signed_in["reviewer"]
    hostile = f"<!doctype html><html><body><script>alert(1)</script><article><p>{ARTICLE}</p><p>{ARTICLE}</p></article>".encode()
    files = [
        ("Kunduz.pdf", make_pdf([ARTICLE])),
        ("hostile.txt", hostile),
        ("broken.pdf", b"%PDF-1.7\n" + b"garbage " * 500),
        ("bomb.pdf", packed_pdf(200_000_000)),
        ("fa.txt", ("مرزبانان در قندوز ۱۲ کیلو تریاک گرفتند. " * 6).encode()),
    ]
    for name, content in files:
        assert send(reviewer, (name, content), published="2014-05-04").status_code == 201
    assert started
    errors = read_all(config)
    with UploadStore.open(config.store_url) as store:
        found = {upload.file_name: upload for upload in store.latest(9)}
    assert {name: upload.state for name, upload in found.items()} == {
        "Kunduz.pdf": "done", "hostile.txt": "done", "broken.pdf": "failed", "bomb.pdf": "failed", "fa.txt": "done",
    }, errors  # fmt: skip
    assert (found["Kunduz.pdf"].candidates or 0) >= 1
    assert "to be read" in (found["bomb.pdf"].fault or "")
    assert "damaged" in (found["broken.pdf"].fault or "")
    assert found["broken.pdf"].hint
    assert kept(config) == [], "no file that was brought is kept"
    for name in ("Kunduz.pdf", "hostile.txt"):
        answer = reviewer.get(f"/review/uploads/{found[name].id}/text")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "12 kilograms of opium" in answer.text
        assert "<script" not in answer.text
    page = reviewer.get("/review/upload?lang=fa").text
    assert "/review?lang=fa&amp;article=" in page
    told = [event for _, event in people.events(most=9) if event.what.startswith("upload-")]
    assert sorted(event.what for event in told) == [
        "upload-failed",
        "upload-failed",
        "upload-read",
        "upload-read",
        "upload-read",
    ]
    assert ARTICLE[:20] not in str(told)
    assert send(reviewer, ("again.pdf", make_pdf([ARTICLE]))).status_code == 201
    read_all(config)
    with UploadStore.open(config.store_url) as store:
        again = next(upload for upload in store.latest(9) if upload.file_name == "again.pdf")
    assert (again.state, again.candidates, again.article) == ("done", None, found["Kunduz.pdf"].article)


def test_a_file_that_ends_its_reader_twice_is_given_up(
    signed_in: dict[Role, Browser], config: Config, started: list[Config]
) -> None:
    assert send(signed_in["reviewer"], ("a.txt", ARTICLE.encode())).status_code == 201
    assert started
    workspace = Workspace(config.workspace)
    with UploadStore.open(config.store_url) as store:
        for state in ("waiting", "failed"):
            taken = store.take_next()
            assert taken is not None
            assert store.take_next() is None, "one at a time"
            upload_process._broken_off(store, workspace, taken, "It ended without an answer.")
            [found] = store.latest(1)
            assert found.state == state
        assert found.fault == "It ended without an answer."
    assert kept(config) == []


@pytest.mark.long
def test_one_process_reads_however_many_are_started(
    signed_in: dict[Role, Browser], config: Config, started: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        send(signed_in["reviewer"], (f"{number}.txt", f"{ARTICLE} {number}".encode()))
    assert started
    monkeypatch.undo()
    for _ in range(3):
        upload_process.start(config)
    with UploadStore.open(config.store_url) as store:
        wait_until(lambda: not store.count_open(), "all are read")
        assert [upload.state for upload in store.latest(9)] == ["done"] * 3
        assert [upload.tries for upload in store.latest(9)] == [1] * 3
    # The process compares the articles.
    wait_until(lambda: not still_reading(Workspace(config.workspace)), "the process that reads ends")


@pytest.mark.slow
def test_a_reader_that_is_killed_loses_nothing(
    signed_in: dict[Role, Browser], config: Config, started: list[Config]
) -> None:
    assert send(signed_in["reviewer"], ("a.txt", ARTICLE.encode())).status_code == 201
    assert started
    process = subprocess.Popen(
        [sys.executable, "-m", "server.people.upload_process"],
        env=upload_process._environment(config),
        cwd=CHECKOUT,
        start_new_session=True,
    )
    with UploadStore.open(config.store_url) as store:

        def killed_in_the_middle() -> bool:
            # While this holds the writer's lock, nothing that is being read can be noted as read.
            with writing(store.engine) as connection:
                state = connection.execute(sa.select(tables.uploads.c.state)).scalar_one()
                if state == "reading":
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    wait_until(lambda: not still_reading(Workspace(config.workspace)), "its child is gone too")
            assert state in {"waiting", "reading"}
            return bool(state == "reading")

        wait_until(killed_in_the_middle, "it is being read", every_s=0.001)
        [found] = store.latest(1)
        assert (found.state, found.tries) == ("reading", 1)
        assert len(kept(config)) == 2, "the file is still there"
        read_all(config)
        [found] = store.latest(1)
        assert (found.state, found.tries) == ("done", 2)
    assert kept(config) == []


class Child:
    """What stands in for the process that reads: it ends when it is killed, or at once."""

    def __init__(self, returncode: int | None = None, *, does: Callable[[], object] = lambda: None) -> None:
        self.returncode = returncode
        self.does = does

    def poll(self) -> int | None:
        return self.returncode

    def kill(self) -> None:
        self.does()

    def wait(self) -> None:
        self.returncode = self.returncode if self.returncode is not None else -signal.SIGKILL


def reads_in_turn(monkeypatch: pytest.MonkeyPatch, children: list[Child]) -> None:
    monkeypatch.setattr(upload_process, "_LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: children.pop(0))


def test_a_file_that_takes_too_long_is_given_up(
    signed_in: dict[Role, Browser], config: Config, started: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(signed_in["reviewer"], ("endless.txt", ARTICLE.encode())).status_code == 201
    assert started
    monkeypatch.setattr(upload_process, "LONGEST_S", 0.05)
    monkeypatch.setattr(upload_process, "_LOOK_EVERY_S", 0.01)
    with UploadStore.open(config.store_url) as store:
        taken = store.take_next()
        assert taken is not None
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
        assert upload_process._wait(child, store) == taken.id
        assert child.returncode == -signal.SIGKILL
        assert store.give_back(taken.id)
        reads_in_turn(monkeypatch, [Child(does=lambda: None)])
        assert store.take_next() is not None
        with upload_process._lock(Workspace(config.workspace)) as lock:
            assert lock is not None
            monkeypatch.setattr(store.__class__, "being_read", watched(store, begins=1))
            assert upload_process._watch(config, store, Workspace(config.workspace), lock)
        [found] = store.latest(1)
    assert found.state == "failed"
    assert "takes more than" in (found.fault or "")
    assert kept(config) == []


def watched(store: UploadStore, *, begins: int) -> Callable[[UploadStore], Upload | None]:
    """``being_read`` as the watcher asks it, which finds nothing the first times: what was left is another test's matter."""
    asked, ask = [0], UploadStore.being_read

    def being_read(_: UploadStore) -> Upload | None:
        asked[0] += 1
        return ask(store) if asked[0] > begins else None

    return being_read


def test_a_file_that_ended_just_in_time_leaves_the_blame_to_nobody(
    signed_in: dict[Role, Browser], config: Config, started: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("slow.txt", "next.txt"):
        assert send(signed_in["reviewer"], (name, f"{ARTICLE} {name}".encode())).status_code == 201
    assert started
    monkeypatch.setattr(upload_process, "LONGEST_S", 0.05)
    workspace = Workspace(config.workspace)
    with UploadStore.open(config.store_url) as store, upload_process._lock(workspace) as lock:
        assert lock is not None
        slow = store.take_next()
        assert slow is not None

        def ends_and_begins_the_next() -> None:
            upload_files.discard(workspace, slow.id)
            store.done(
                slow.id, article="0" * 64, candidates=0, event=Event("2026-01-01T00:00:00Z", None, "upload-read")
            )
            assert store.take_next() is not None

        def reads_the_rest() -> None:
            taken = store.take_next()
            assert taken is not None
            store.done(
                taken.id, article="1" * 64, candidates=0, event=Event("2026-01-01T00:00:00Z", None, "upload-read")
            )

        class Reads(Child):
            def poll(self) -> int | None:
                self.does, does = (lambda: None), self.does
                does()
                return 0

        reads_in_turn(monkeypatch, [Child(does=ends_and_begins_the_next), Reads(0, does=reads_the_rest)])
        monkeypatch.setattr(UploadStore, "being_read", watched(store, begins=1))
        assert upload_process._watch(config, store, workspace, lock)
        assert {upload.file_name: (upload.state, upload.tries) for upload in store.latest(2)} == {
            "slow.txt": ("done", 1), "next.txt": ("done", 2),
        }  # fmt: skip


def test_a_reader_that_cannot_begin_is_not_started_again_and_again(
    signed_in: dict[Role, Browser], config: Config, started: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(signed_in["reviewer"], ("a.txt", ARTICLE.encode())).status_code == 201
    assert started
    reads_in_turn(monkeypatch, [Child(1)])
    monkeypatch.setattr(sys, "argv", ["upload_process"])
    monkeypatch.setattr(os, "nice", lambda _: 0)
    for name, value in upload_process._environment(config).items():
        monkeypatch.setenv(name, value)
    assert upload_process.main() == 1
    with UploadStore.open(config.store_url) as store:
        assert [(upload.state, upload.tries) for upload in store.latest(2)] == [("waiting", 0)]


def test_nobody_else_reads_while_a_reader_lives_whose_watcher_was_killed(
    signed_in: dict[Role, Browser], config: Config, started: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(signed_in["reviewer"], ("a.txt", ARTICLE.encode())).status_code == 201
    assert started
    workspace = Workspace(config.workspace)
    children: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def sleeps(_: object, **named: Any) -> subprocess.Popen[bytes]:
        children.append(real([sys.executable, "-c", "import time; time.sleep(3600)"], **named))
        return children[0]

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", sleeps)
    monkeypatch.setattr(upload_process, "_wait", dies)
    with UploadStore.open(config.store_url) as store, upload_process._lock(workspace) as lock:
        assert lock is not None
        with pytest.raises(KeyboardInterrupt):
            upload_process._watch(config, store, workspace, lock)
    monkeypatch.undo()
    try:
        assert still_reading(workspace)
    finally:
        children[0].kill()
        children[0].wait()
    assert not still_reading(workspace)


def test_a_file_that_the_store_does_not_take_is_not_kept(
    signed_in: dict[Role, Browser], config: Config, started: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise UnusableStore("The coverage store is locked.", hint="Wait.")

    monkeypatch.setattr(UploadStore, "add", locked)
    assert send(signed_in["reviewer"], ("a.txt", ARTICLE.encode())).status_code == 500
    assert kept(config) == []
    assert started == []
