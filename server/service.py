"""Service: what every blueprint needs, bound to one Flask app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app, request

from layers.imprint import Imprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.catalog import Catalog
    from layers.release import Release
    from layers.releases import Releases
    from layers.workspace import Workspace
    from server.config import Config

__all__ = ["Service", "bind", "service"]

_KEY = "corridormap"


@dataclass(frozen=True, slots=True)
class Service:
    """The configuration, catalog, releases and interface strings of one app."""

    config: Config
    catalog: Catalog
    workspace: Workspace
    releases: Releases
    strings: Mapping[str, Mapping[str, Any]]

    def release(self) -> Release:
        """Return the release that the current request names with ``release=``, else the latest."""
        return self.releases.get(request.args.get("release"))

    @property
    def base_url(self) -> str:
        """Absolute address of the service, without a closing slash: the configured one, else the request's."""
        return self.config.public_url or (request.host_url.rstrip("/") + request.script_root)

    @property
    def imprint(self) -> Imprint:
        """In whose name the current request is answered."""
        return Imprint(self.config.publisher, self.config.contact, self.base_url)

    @property
    def base_path(self) -> str:
        """Path under which the service is reached, without a closing slash; ``""`` at the root."""
        return self.config.path_prefix or request.script_root


def bind(app: Flask, bound: Service) -> None:
    """Give an app its service."""
    app.extensions[_KEY] = bound


def service() -> Service:
    """Return the current app's service."""
    return cast("Service", current_app.extensions[_KEY])
