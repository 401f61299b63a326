"""The Flask app: ``create_app(config)`` binds configuration and blueprints. Read it as a table of contents."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from layers.release_status import decisions_mark
from layers.workspace import Workspace
from server import (
    citations,
    codebooks,
    corrections,
    embeds,
    evidence,
    exports,
    facets,
    figures,
    health,
    listing,
    metrics,
    oembed,
    pages,
    permalinks,
    problems,
    request_log,
    reviewing,
    single_file_commands,
    static_files,
    subjects,
    tiles,
)
from server.dates import period
from server.engines import releases_of
from server.in_flight import awaited_at_exit
from server.languages import LANGUAGES, read_strings
from server.meter import Meter
from server.ogc import resources as ogc
from server.prefix import PathPrefix
from server.service import Service, bind, service
from server.shortcut import Shortcut
from server.tilecache import TileCache

if TYPE_CHECKING:
    from server.config import Config

__all__ = ["create_app"]


def create_app(config: Config, *, is_worker: bool = False) -> Flask:
    """Return the service for one configuration.

    Nothing is read from the environment, and no release is opened before a request asks for one: an app without a
    release answers ``/healthz`` and says at every other route what to do. A worker's counts are added up with those of
    its siblings, and it ends once its answers have.
    """
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # a redirect would name the host that the request came with
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    workspace = Workspace(config.workspace)
    releases = releases_of(config)
    bound = Service(config, workspace, releases, read_strings(static_files.STATIC / "i18n"))
    bind(app, bound)
    app.jinja_env.globals.update(asset=static_files.asset_url, module_urls=static_files.module_urls)
    app.jinja_env.globals.update(embed_here=embeds.embed_here)
    app.jinja_env.globals.update(period=period, link=subjects.link, notice_of=permalinks.notice_of)
    app.jinja_env.globals.update(languages=LANGUAGES)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(permalinks.blueprint)
    app.register_blueprint(oembed.blueprint)
    app.register_blueprint(single_file_commands.blueprint)
    app.register_blueprint(tiles.blueprint)
    app.register_blueprint(exports.blueprint)
    app.register_blueprint(codebooks.blueprint)
    app.register_blueprint(ogc.blueprint)
    app.register_blueprint(figures.blueprint)
    app.register_blueprint(facets.blueprint)
    app.register_blueprint(evidence.blueprint)
    app.register_blueprint(citations.blueprint)
    app.register_blueprint(listing.blueprint)
    app.register_blueprint(subjects.blueprint)
    app.register_blueprint(corrections.blueprint)
    app.register_blueprint(static_files.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    problems.register(app)
    app.after_request(_secure)
    request_log.register(app)  # before whatever refuses a request, so that refusals have an id and a line too
    if config.review:
        reviewing.switch_on(app, config)
    meter = _meter(app, is_shared=is_worker and config.metrics != "off")
    metrics.register(app, meter)
    app.teardown_request(lambda _: service().releases.forget_pages())
    if not static_files.vendor_is_complete():
        app.logger.warning("the front-end assets are missing: run `make assets`; tiles and exports work without them")
    if is_worker:
        app.wsgi_app = awaited_at_exit(app.wsgi_app, config.shutdown_s)  # type: ignore[method-assign]  # Flask's own way
    app.wsgi_app = Shortcut(app.wsgi_app, bound, meter)  # type: ignore[method-assign]  # Flask's own way
    if config.path_prefix:
        app.wsgi_app = PathPrefix(app.wsgi_app, config.path_prefix)  # type: ignore[method-assign]  # Flask's own way
    if config.trust_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1)  # type: ignore[method-assign]  # Flask's own way
    decided = partial(decisions_mark, workspace)
    app.wsgi_app = TileCache(app.wsgi_app, TILES_BYTES, meter, decided)  # type: ignore[method-assign]  # Flask's own way
    return app


def _meter(app: Flask, *, is_shared: bool) -> Meter:
    routes = [rule.rule for rule in app.url_map.iter_rules()]
    if is_shared:
        try:
            return Meter.shared(routes)
        except OSError as error:
            app.logger.warning("/metrics tells of single processes: no temporary folder can be used (%s)", error)
    return Meter(routes)


TILES_BYTES = 8_000_000
"""Most bytes of tiles that a process keeps ready."""

_PLAIN_PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""Policy of pages that run no script: evidence, data, errors."""


def _secure(response: Response) -> Response:
    """Add what every answer carries: no sniffing, no referrer to others, and free use of data from any page."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if response.headers.get("Content-Type", "").startswith("text/html"):
        response.headers.setdefault("Content-Security-Policy", _PLAIN_PAGE)
    elif response.headers.get("Cross-Origin-Resource-Policy") != "same-origin":
        # An embed in a sandbox has an opaque origin: without this it could load neither modules nor tiles.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
    if (
        request.method == "OPTIONS"
        and set(response.allow) == {"GET", "HEAD", "OPTIONS"}
        and response.headers.get("Cross-Origin-Resource-Policy") != "same-origin"
    ):
        # What a browser asks before a page of another site sends a header of its own, such as If-None-Match.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "*"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
