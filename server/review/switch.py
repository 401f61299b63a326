"""Switch: what review adds to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.store.review_store import ReviewStore
from server.review import log, queue, verdicts
from server.review.desk import KEY, Desk, blueprint

if TYPE_CHECKING:
    from flask import Flask

    from server.config import Config

__all__ = ["switch_on"]

_VIEWS = (queue, verdicts, log)
"""Modules that give the blueprint its views."""


def switch_on(app: Flask, config: Config) -> None:
    """Add the pages of review to an app."""
    app.extensions[KEY] = Desk(ReviewStore.open(config.store_url), config.root)
    app.register_blueprint(blueprint)
