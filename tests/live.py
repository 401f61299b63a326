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


def _given_out() -> range:
    """Ports that the system gives out by itself, where a connection of anybody could take one just chosen."""
    try:
        first, last = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()
    except OSError:
        return range(32_768, 65_536)  # no Linux: macOS begins at 49,152
    return range(int(first), int(last) + 1)


def _ports() -> Iterator[int]:
    """Yield ports, each once; two processes begin at different ones."""
    given_out = _given_out()
    ports = [port for port in range(FIRST_PORT, LAST_PORT) if port not in given_out] or range(FIRST_PORT, LAST_PORT)
    begin = os.getpid() * 131
    for number in itertools.count(begin):
        port = ports[number % len(ports)]
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
    """Whether an address can be read. Who listens has all the time that there is: what is asked twice is counted twice."""
    try:
        urllib.request.urlopen(address, timeout=PATIENCE_S).close()
    except OSError:
        return False
    return True


def start(
    command: Sequence[str | Path], address: str, log: Path, *, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process from the checkout and return it once the address answers; what it says goes to ``log``."""
    process = _started(command, address, log, environment or {})
    if process is None:
        pytest.fail(f"{command} did not start:\n{_text(log)}")
    return process


def _started(
    command: Sequence[str | Path], address: str, log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes] | None:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, stdout=output, stderr=subprocess.STDOUT, env=os.environ | dict(environment)
        )
    end = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < end:
        if answers(address):
            return process
        time.sleep(0.05)
    stop(process)
    return None


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process, the hard way where it does not end by itself."""
    process.terminate()
    try:
        process.wait(timeout=PATIENCE_S)
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
    """Serve a workspace; where somebody was quicker to take the port, on the next one."""
    for port in _unused:
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "server", "serve", "--workspace", str(workspace), "--port", str(port)]
        process = _started(command, f"{url}/healthz", log, environment or {})
        if process is not None:
            return LiveServer(url, process, log)
        if "is in use by another process" not in _text(log):
            break
    pytest.fail(f"the service did not start:\n{_text(log)}")


def stop_server(server: LiveServer) -> None:
    stop(server.process)
