"""The service as a process: it stops when asked, and leaves nobody behind."""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.live import PATIENCE_S, start_server, stop_server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from layers.workspace import Workspace


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(line) for line in listed.split()]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent to notice (a zombie) does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


@pytest.mark.long
def test_it_stops_within_seconds_although_a_client_dawdles(workspace: Workspace, tmp_path: Path) -> None:
    server = start_server(workspace.path, tmp_path / "log.txt", environment={"CORRIDORMAP_SHUTDOWN_S": "2"})
    port = int(server.url.rpartition(":")[2])
    try:
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(timeout=PATIENCE_S) == 0
    finally:
        stop_server(server)


@pytest.mark.long
def test_what_is_being_answered_when_it_is_stopped_is_answered_to_its_end(workspace: Workspace, tmp_path: Path) -> None:
    environment = {"CORRIDORMAP_SHUTDOWN_S": f"{PATIENCE_S:.0f}"}
    server = start_server(workspace.path, tmp_path / "log.txt", environment=environment)
    port = int(server.url.rpartition(":")[2])
    try:
        with urllib.request.urlopen(f"{server.url}/export/admin1_labels.gpkg", timeout=PATIENCE_S) as answer:
            expected = answer.read()
        with socket.create_connection(("127.0.0.1", port)) as reader:
            reader.settimeout(PATIENCE_S)
            # A file that a process of its own has to make: it is not there when the service is told to stop.
            reader.sendall(
                b"GET /export/admin1_labels.gpkg?bbox=-180,-90,180,90 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            wait_until(
                lambda: any(map(children_of, children_of(server.process.pid))) or select.select([reader], [], [], 0)[0],
                "the file is being made",
            )
            server.process.send_signal(signal.SIGTERM)
            received = b"".join(iter(lambda: reader.recv(1 << 16), b""))
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert len(body) > len(expected) / 2
        assert server.process.wait(timeout=2 * PATIENCE_S) == 0
    finally:
        stop_server(server)


@pytest.mark.long
def test_workers_end_with_the_process_that_started_them(workspace: Workspace, tmp_path: Path) -> None:
    server = start_server(workspace.path, tmp_path / "log.txt")
    try:
        wait_until(lambda: len(children_of(server.process.pid)) >= 2, "two workers run")
        workers = children_of(server.process.pid)
        server.process.kill()
        server.process.wait()
        # A worker that was only starting finds out once it has started.
        wait_until(lambda: not any(map(is_alive, workers)), "the workers end")
    finally:
        stop_server(server)
