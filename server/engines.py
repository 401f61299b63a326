"""Engines: which one answers requests, as the settings say, and the releases that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import InvalidSetting, MissingExtra
from layers.releases import Releases
from layers.workspace import Workspace

if TYPE_CHECKING:
    from layers.engines.postgis.source import PostgisSource
    from server.config import Config

__all__ = ["releases_of"]


def releases_of(config: Config) -> Releases:
    """Return the releases that a configuration serves.

    Nothing is opened yet: a database is first asked when a request needs it.

    Raises
    ------
    InvalidSetting
        When PostGIS is to serve and no database is named.
    MissingExtra
        When its driver is not installed.
    """
    source = _postgis(config) if config.engine == "postgis" else None
    return Releases(Workspace(config.workspace), is_private=config.private, source=source)


def _postgis(config: Config) -> PostgisSource:
    if not config.database:
        raise InvalidSetting(
            "CORRIDORMAP_ENGINE=postgis needs a database, and CORRIDORMAP_DATABASE names none.",
            hint="Set CORRIDORMAP_DATABASE=postgresql://user@host/name, and load a release with `corridormap load-release`.",
        )
    try:
        from layers.engines.postgis.database import Database  # noqa: PLC0415 -- an extra that few installations have
        from layers.engines.postgis.source import PostgisSource  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise MissingExtra(
            f"PostGIS needs a package that is not installed ({error.name}).",
            hint="Run pip install 'corridormap[postgis]'.",
        ) from error
    database = Database(config.database, timeout_s=config.database_timeout_s)
    return PostgisSource(database, config.workspace / "postgis")
