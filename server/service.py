"""Service: what every blueprint needs, bound to one Flask app."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

from geo.errors import MalformedFilter
from geo.vocabulary import POINTS_OF_VIEW
from layers.imprint import Imprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.release import Release
    from layers.releases import Releases
    from layers.workspace import Workspace
    from server.config import Config

__all__ = ["HOST", "Service", "bind", "service"]

_KEY = "corridormap"
_RELEASE = "corridormap.release"
"""In a WSGI environment: the release that the request is answered from, once it was asked for."""

HOST = re.compile(r"[A-Za-z0-9._-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


@dataclass(frozen=True, slots=True)
class Service:
    """The configuration, releases and interface strings of one app."""

    config: Config
    workspace: Workspace
    releases: Releases
    strings: Mapping[str, Mapping[str, Any]]

    def release(self) -> Release:
        """Return the release that the current request names, by its permalink or with ``release=``, else the latest.

        However often it is asked: an answer is of one release, although another may become the latest meanwhile.
        """
        if _RELEASE not in request.environ:
            pinned = (request.view_args or {}).get("release_id")
            request.environ[_RELEASE] = self.releases.get(pinned or request.args.get("release"))
        return cast("Release", request.environ[_RELEASE])

    @property
    def base_url(self) -> str:
        """Absolute address of the service, without a closing slash: the configured one, else the request's."""
        if not self.config.public_url and not HOST.fullmatch(request.host):
            abort(400, "The request names a host that is none.")
        return self.config.public_url or (request.host_url.rstrip("/") + request.script_root)

    @property
    def origin(self) -> str:
        """Scheme and host of the service, without a path: what a content security policy compares."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def point_of_view(self) -> str:
        """The point of view that the current request names with ``point_of_view=``, else the configured one.

        Raises
        ------
        MalformedFilter
            When there is no such point of view.
        """
        asked = request.args.get("point_of_view", self.config.point_of_view)
        if asked not in POINTS_OF_VIEW:
            raise MalformedFilter(
                "point_of_view",
                f"point_of_view={asked!r} is not offered.",
                hint=f"Use one of: {', '.join(POINTS_OF_VIEW)}.",
            )
        return asked

    @property
    def imprint(self) -> Imprint:
        """In whose name the current request is answered."""
        return Imprint(self.config.publisher, self.config.contact, self.base_url, self.point_of_view)

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
