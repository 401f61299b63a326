"""Starting, awaiting and stopping processes that serve on this machine, such as a `corridormap serve`."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared"
"""The folder of articles and annotations beside some checkouts; tests that use it skip where it is absent."""

PATIENCE_S = 120.0
"""How long a test waits for what a process is to do: a machine that others use is slow, only what hangs is at fault."""

FIRST_PORT, LAST_PORT = 12_000, 32_000
"""Below those that Linux and macOS give out by themselves, where a connection of anybody could take a port just chosen."""


def _ports() -> Iterator[int]:
    """Yield ports, each once; two processes begin at different ones."""
    count = LAST_PORT - FIRST_PORT
    begin = os.getpid() * 131 % count
    for number in itertools.count(begin):
        port = FIRST_PORT + number % count
        # The same number of UDP, which nothing here speaks, stays taken: a sign to other processes of the tests.
        sign = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as probe:
            try:
                sign.bind(("127.0.0.1", port))
                probe.bind(("127.0.0.1", port))
            except OSError:
                sign.close()
                continue
        sign.detach()  # left open until this process ends
        yield port


_unused = _ports()


def free_port() -> int:
    """Return a port on which nobody listens, and which no process of the tests is given as long as this one lives."""
    return next(_unused)


def wait_until(
    happens: Callable[[], object], what: str, *, within_s: float = PATIENCE_S, every_s: float = 0.05
) -> None:
    """Ask again and again until something is so; where it does not come to be, fail and say what was awaited."""
    end = time.monotonic() + within_s
    while not happens():
        if time.monotonic() > end:
            pytest.fail(f"in {within_s:g} s it did not happen: {what}")
        time.sleep(every_s)


def answers(address: str) -> bool:
    """Whether an address can be read."""
    try:
        urllib.request.urlopen(address, timeout=10).close()
    except OSError:
        return False
    return True


def start(
    command: Sequence[str | Path], address: str, log: Path, *, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process from the checkout and return it once the address answers; what it says goes to ``log``."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, stdout=output, stderr=subprocess.STDOUT, env=os.environ | dict(environment or {})
        )
    end = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < end:
        if answers(address):
            return process
        time.sleep(0.05)
    stop(process)
    pytest.fail(f"{command} did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process, the hard way where it does not end by itself."""
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class LiveServer:
    """A `corridormap serve` of its own process."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


def start_server(workspace: Path, log: Path, *, environment: Mapping[str, str] | None = None) -> LiveServer:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "server", "serve", "--workspace", str(workspace), "--port", str(port)]
    return LiveServer(url, start(command, f"{url}/healthz", log, environment=environment), log)


def stop_server(server: LiveServer) -> None:
    stop(server.process)
