"""What a WSGI server starts: ``granian --interface wsgi --factory server.wsgi:application``."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from typing import TYPE_CHECKING

from layers.memory import keep_little
from server.app import create_app
from server.config import Config
from server.request_log import configure

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["application"]

_PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""


def application() -> Flask:
    """Return the service configured by the environment of this process, which ends when its parent does."""
    _end_with_parent()
    keep_little()
    config = Config.from_environment(os.environ)
    configure(requests=config.log == "requests")
    return create_app(config, is_worker=True)


def _end_with_parent() -> None:
    """Ask Linux to end this worker when the process that started it dies, also by kill -9; elsewhere do nothing."""
    parent = multiprocessing.parent_process()
    if sys.platform != "linux" or parent is None:
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:
        sys.exit(1)  # it died before we could ask
