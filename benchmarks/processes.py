"""What a server and all its child processes have used: CPU seconds and memory."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Server", "free_port", "start", "wait_for"]

START_S = 60


class Server:
    """A running peer: where it answers, and the processes whose work counts as its own."""

    def __init__(self, name: str, base: str, *processes: psutil.Process) -> None:
        self.name = name
        self.base = base
        self.processes = processes

    def _family(self) -> list[psutil.Process]:
        family: dict[int, psutil.Process] = {}
        for process in self.processes:
            for each in (process, *process.children(recursive=True)):
                family[each.pid] = each
        return list(family.values())

    def cpu_s(self) -> float:
        """CPU seconds, user and system, of all processes, ended children among them."""
        total = 0.0
        for process in self._family():
            try:
                used = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += used.user + used.system
        for process in self.processes:
            used = process.cpu_times()
            total += used.children_user + used.children_system
        return total

    def pss_mb(self) -> float:
        """Proportional set size of all processes in MB: pages that several share count once in sum."""
        total = 0
        for process in self._family():
            try:
                total += process.memory_full_info().pss
            except psutil.NoSuchProcess:
                continue
        return total / 1e6


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when an address answers with 200; raises RuntimeError with the log's end when it does not."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- an address on 127.0.0.1
                if answer.status == HTTPStatus.OK:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"{url} does not answer:\n{log.read_text(errors='replace')[-3000:]}")


@contextmanager
def start(
    command: Sequence[str | Path], log: Path, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for the length of the block; it and its children end with it."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(word) for word in command], stdout=out, stderr=subprocess.STDOUT, env=env, cwd=cwd
        )
    try:
        yield process
    finally:
        family: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for each in family:
            with suppress(psutil.NoSuchProcess):  # ended by the one before it
                each.terminate()
        _, alive = psutil.wait_procs(family, timeout=10)
        for each in alive:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait(timeout=10)
