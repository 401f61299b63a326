"""What a WSGI server starts: ``granian --interface wsgi --factory server.wsgi:application``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["application"]


def application() -> Flask:
    """Return the service configured by the environment of this process."""
    return create_app(Config.from_environment(os.environ))
