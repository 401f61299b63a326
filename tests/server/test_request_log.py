"""Request ids in, out and in the log; the log is JSON, a line each, and tells nothing of readers."""

from __future__ import annotations

import json
import logging
import re
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.request_log import HEADER, JsonLines, sound_id
from tests.live import CHECKOUT, PATIENCE_S, LiveServer, free_port, start, start_server, stop, stop_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.release import Release
    from layers.workspace import Workspace


def test_an_answer_carries_the_id_that_its_request_brought(client: FlaskClient) -> None:
    for path in ("/healthz", "/nowhere", "/evidence/nothing"):
        assert client.get(path, headers={HEADER: "proxy-4711"}).headers.getlist(HEADER) == ["proxy-4711"]


def test_a_request_without_a_sound_id_is_given_one(client: FlaskClient) -> None:
    ids = [client.get("/healthz", headers=headers).headers[HEADER] for headers in ({}, {HEADER: "a b"}, {HEADER: ""})]
    assert all(re.fullmatch(r"[0-9a-f]{16}", each) for each in ids)
    assert len(set(ids)) == 3


def test_a_tile_carries_the_id_of_its_own_request_and_never_another_one(client: FlaskClient, release: Release) -> None:
    path = f"/tiles/{release.id}/borders/4/11/6.mvt"
    for sent in ("first", "second"):
        assert client.get(path, headers={HEADER: sent}).headers.getlist(HEADER) == [sent]
    assert HEADER not in client.get(path).headers
    assert HEADER not in client.get(path, headers={HEADER: "a b"}).headers


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_an_id_that_is_let_in_ends_no_header_and_no_line(text: str) -> None:
    let_in = sound_id(text)
    assert let_in in {None, text}
    if let_in is not None:
        assert let_in.isascii()
        assert let_in.isprintable()
        assert not set(let_in) & set(" \"'\\,;<>")
        assert len(let_in) <= 128


@settings(max_examples=50)
@given(st.text())
def test_a_record_is_one_line_of_json(message: str) -> None:
    record = logging.LogRecord("a", logging.ERROR, "", 0, "%s", (message,), None)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == message


def test_a_traceback_stays_in_its_line() -> None:
    try:
        int("two\nlines")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "", 0, "it failed", (), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "ValueError: invalid literal" in json.loads(line)["traceback"]


@pytest.fixture
def logged(own_small_workspace: Workspace, tmp_path: Path) -> Iterator[LiveServer]:
    own = own_small_workspace
    environment = {"CORRIDORMAP_LOG": "requests", "CORRIDORMAP_SHUTDOWN_S": "60"}
    server = start_server(own.path, tmp_path / "log.txt", environment=environment)
    # Damaged while it serves: what `serve` finds at its start it tells whoever started it, not the log.
    (own.release_path(own.latest()) / "columns" / "border_segments.columns").write_bytes(b"no columns")
    yield server
    stop_server(server)


@pytest.mark.long
def test_a_service_writes_json_lines_and_nothing_of_its_readers(
    logged: LiveServer, own_small_workspace: Workspace
) -> None:
    tile = f"/tiles/{own_small_workspace.latest()}/borders/3/5/3.mvt"
    for path in ("/search?q=whom-somebody-looks-for", tile, tile, "/export/border_segments.geojson"):
        asked = urllib.request.Request(logged.url + path, headers={HEADER: "asked-by-proxy"})
        try:
            urllib.request.urlopen(asked, timeout=PATIENCE_S).close()
        except urllib.error.HTTPError as error:
            assert error.code == 503  # noqa: PT017 -- the one that is damaged
    stop_server(logged)
    text = logged.log.read_text(encoding="utf-8")
    lines: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines() if not line.startswith("Release ")]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    requests = [line for line in lines if line["logger"] == "corridormap.requests" and line["path"] != "/healthz"]
    # A line is written once its answer has been sent, when another process may have written that of the next already.
    assert sorted((line["path"], line["status"]) for line in requests) == [
        ("/export/border_segments.geojson", 503), ("/search", 200), (tile, 200), (tile, 200),
    ]  # fmt: skip
    assert {line["request_id"] for line in requests} == {"asked-by-proxy"}
    assert all(line["duration_ms"] > 0 for line in requests)
    assert "whom-somebody-looks-for" not in text
    assert "127.0.0.1" not in "".join(json.dumps(line) for line in requests)
    (problem,) = [line for line in lines if line["level"] == "error"]
    assert "DamagedRelease" in problem["message"]
    assert problem["request_id"] == "asked-by-proxy"


@pytest.mark.long
def test_a_request_is_written_although_the_service_is_stopped_once_its_answer_has_come(tmp_path: Path) -> None:
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "tests.server.late_app:application",
        "--port", str(port), "--workers", "1", "--no-ws",
    ]  # fmt: skip
    environment = {
        "CORRIDORMAP_LOG": "requests", "CORRIDORMAP_SHUTDOWN_S": "600", "CORRIDORMAP_WORKSPACE": str(tmp_path / "none"),
        "PYTHONPATH": str(CHECKOUT),
    }  # fmt: skip
    log = tmp_path / "log.txt"
    process = start(command, f"http://127.0.0.1:{port}/healthz", log, environment=environment)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/late", timeout=PATIENCE_S) as answer:
            assert answer.read() == b"sent"
        assert "/late" not in log.read_text(encoding="utf-8")
    finally:
        stop(process)
    assert '"message": "GET /late 200"' in log.read_text(encoding="utf-8")
