"""What a WSGI server starts: ``granian --interface wsgi --factory server.wsgi:application``."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from typing import TYPE_CHECKING

from server.app import create_app
from server.config import Config
from server.request_log import configure

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["application"]

_PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""From <malloc.h>."""


def application() -> Flask:
    """Return the service configured by the environment of this process, which ends when its parent does."""
    _end_with_parent()
    _give_memory_back()
    config = Config.from_environment(os.environ)
    configure(requests=config.log == "requests")
    return create_app(config, is_worker=True)


def _give_memory_back() -> None:
    """Ask the GNU C library to return what a request has used when it is done; elsewhere do nothing.

    Left alone it keeps an arena for each thread, and keeps arrays of many megabytes for the next ones. A megabyte it may
    keep: most requests need no more, and to give it back and ask for it again took a fifth of their time.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for parameter, value in ((_M_ARENA_MAX, 1), (_M_MMAP_THRESHOLD, 1 << 20), (_M_TRIM_THRESHOLD, 1 << 20)):
            library.mallopt(parameter, value)


def _end_with_parent() -> None:
    """Ask Linux to end this worker when the process that started it dies, also by kill -9; elsewhere do nothing."""
    parent = multiprocessing.parent_process()
    if sys.platform != "linux" or parent is None:
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:
        sys.exit(1)  # it died before we could ask
