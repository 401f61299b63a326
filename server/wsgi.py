"""What a WSGI server starts: ``granian --interface wsgi --factory server.wsgi:application``."""

from __future__ import annotations

import multiprocessing
import os
from typing import TYPE_CHECKING

from layers.memory import keep_little
from server.app import create_app
from server.config import Config
from server.request_log import configure
from server.startup import end_with_parent

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["application"]


def application() -> Flask:
    """Return the service configured by the environment of this process, which ends when its parent does."""
    if (parent := multiprocessing.parent_process()) is not None and parent.pid is not None:
        end_with_parent(parent.pid)
    keep_little()
    config = Config.from_environment(os.environ)
    configure(requests=config.log == "requests")
    return create_app(config, is_worker=True)
