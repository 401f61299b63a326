"""Start-up: an address is held until its workers take it, and a process ends when it is told to, or the one that started it does."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Final

from geo.errors import InvalidSetting, PortInUse

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["address_held", "end_with_parent", "stoppable_from_the_first_moment"]


@contextlib.contextmanager
def address_held(host: str, port: int) -> Iterator[None]:
    """Hold an address for the length of the block, in which workers of this user may listen on it and nobody else.

    Each worker listens with a socket of its own (``SO_REUSEPORT``), seconds after this process has looked whether the address
    is free. Without something that holds it meanwhile, a second service would find it free too, and the kernel would deal the
    requests out to both. On other systems than Linux the workers share one socket, and it is only looked whether it can be had.

    Raises
    ------
    PortInUse
        At once, when another process listens there or holds it.
    InvalidSetting
        When this machine has no such address.
    """
    with _held(host, port) as held:
        if sys.platform != "linux":
            held.close()
        yield


def _held(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        held = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot(host, port, error) from error
    try:
        # Connections that an ended service has left behind do not count.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(address)
        if sys.platform == "linux":
            held.listen(0)  # of two that have bound it at the same moment one may
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
            held.shutdown(socket.SHUT_RDWR)  # it stays bound, and no connection comes here
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError as error:
        held.close()
        raise _cannot(host, port, error) from error
    return held


def _cannot(host: str, port: int, error: OSError) -> PortInUse | InvalidSetting:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(
            f"Port {port} on {host} is in use by another process.",
            hint="Stop that one, or take another port: `corridormap serve --port 8001` (`make serve PORT=8001`).",
        )
    return InvalidSetting(
        f"{host}:{port} cannot be listened on: {error.strerror or error}.", hint="Mend --host and --port."
    )


_STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


@contextlib.contextmanager
def stoppable_from_the_first_moment() -> Iterator[None]:
    """Let processes that part from this one in the block end as soon as they get SIGTERM.

    A worker inherits the handler of the process that started it, which does nothing in the worker. Until the server has set
    its own, seconds later on a busy machine, a signal would be lost: the service would wait for the worker until it kills it.
    SIGINT, which a terminal sends to all, is left to the process that started it, and that one sends SIGTERM: it would take a
    worker that has ended before it was told to for one that has died.
    """
    masks: list[set[signal.Signals | int]] = []
    is_on = True

    def before() -> None:
        if is_on:  # what comes before the child is ready waits for it
            masks.append(set(signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)))

    def in_parent() -> None:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop())

    def in_child() -> None:
        if masks:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop() | {signal.SIGINT})

    os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)
    try:
        yield
    finally:
        is_on = False


_PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""


def end_with_parent(parent_pid: int) -> None:
    """Ask Linux to end this process when the one that started it dies, also by kill -9; elsewhere do nothing."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit(1)  # it died before we could ask
