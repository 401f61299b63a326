"""Reviewing: the one door to what ``CORRIDORMAP_REVIEW=1`` adds; a read-only service never opens it and loads none of it."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any

from geo.errors import DataError, MissingExtra

if TYPE_CHECKING:
    from flask import Flask

    from server.config import Config

__all__ = ["check_config", "read_ahead", "switch_on"]


def _switch() -> Any:  # noqa: ANN401 -- the module, imported late
    try:
        return importlib.import_module("server.people.switch")
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"CORRIDORMAP_REVIEW=1 needs {error.name}, which is not installed.",
            hint="Run `pip install 'corridormap[review]'`, or set CORRIDORMAP_REVIEW=0.",
        ) from error


def check_config(config: Config) -> None:
    """Find out before any worker starts whether people can be served.

    Raises
    ------
    MissingExtra, InvalidSetting, UnwritableWorkspace, UnusableStore
        ``[review]`` is not installed; the rest as :func:`server.people.switch.check_config` does.
    """
    _switch().check_config(config)


def switch_on(app: Flask, config: Config) -> None:
    """Let people sign in to an app, and review what was read.

    Raises
    ------
    MissingExtra, InvalidSetting, UnwritableWorkspace, UnusableStore
        As :func:`check_config` does.
    """
    _switch().switch_on(app, config)
    importlib.import_module("server.review.switch").switch_on(app, config)


def read_ahead(config: Config) -> None:
    """Read what the desk needs before the processes that serve part from this one: they share it, and wait for none of it.

    What cannot be read is left to the page that needs it, which says so.
    """
    importlib.import_module("server.review.switch")
    with contextlib.suppress(DataError):
        importlib.import_module("server.review.desk").read_ahead(config.root)
