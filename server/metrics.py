"""Metrics: ``/metrics``, what Prometheus reads: requests, tiles and their cache, the release, and the store's lag."""

from __future__ import annotations

import ipaddress
import time
from itertools import accumulate
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, abort, current_app, request

from geo.errors import CorridorMapError
from server.meter import BUCKETS_S, Meter
from server.service import Service, service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from prometheus_client import Metric

    from layers.store.lag import Lag
    from server.meter import Sums

__all__ = ["COUNTED", "blueprint", "meter_of", "register"]

blueprint = Blueprint("metrics", __name__)

COUNTED = "corridormap.counted"
"""In a WSGI environment: where the tile cache, which counts this request itself, learns its ``route``."""

_KEY = "corridormap-meter"
_LAG_FOR_S = 60.0
"""How long a process goes on with what it learned of the store."""


def register(app: Flask, meter: Meter) -> None:
    """Let an app count its answers."""
    app.extensions[_KEY] = meter

    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else None
        if COUNTED in request.environ:
            request.environ[COUNTED]["route"] = route
        else:
            meter.count(route, response.status_code)
        return response

    app.after_request(count)


def meter_of(app: Flask) -> Meter:
    """Return the meter of an app."""
    return cast("Meter", app.extensions[_KEY])


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer in Prometheus' text format; 404 where the setting says that the caller shall not read it."""
    from prometheus_client import CollectorRegistry  # noqa: PLC0415 -- only where somebody scrapes
    from prometheus_client.exposition import choose_encoder  # noqa: PLC0415 -- as above

    bound = service()
    if not _may_read(bound.config.metrics, request.remote_addr):
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Collector(meter_of(current_app).sums(), bound))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=content_type, headers={"Cache-Control": "no-store"})


def _may_read(setting: str, address: str | None) -> bool:
    """Whether a client may read the metrics: ``on``, ``off``, or the networks from which it must come.

    >>> _may_read("10.0.0.0/8,::1", "10.1.2.3"), _may_read("10.0.0.0/8", "127.0.0.1"), _may_read("off", "127.0.0.1")
    (True, False, False)
    """
    if setting in {"on", "off"}:
        return setting == "on"
    try:
        client = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return any(client in ipaddress.ip_network(network) for network in setting.split(","))


class _Collector:
    """What one scrape is told, in the client library's own form."""

    def __init__(self, sums: Sums, bound: Service) -> None:
        self._sums = sums
        self._bound = bound

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily  # noqa: PLC0415 -- as above

        requests = CounterMetricFamily(
            "corridormap_requests", "Requests answered, by route and status.", labels=["route", "status"]
        )
        for labels, count in sorted(self._sums.requests.items()):
            requests.add_metric(labels, count)
        yield requests
        made = sum(self._sums.tiles_made)
        cache = CounterMetricFamily(
            "corridormap_tile_cache_requests", "Tiles found in a process's cache, or not.", labels=["result"]
        )
        cache.add_metric(["hit"], self._sums.tile_hits)
        cache.add_metric(["miss"], made)
        yield cache
        ends = [*map(str, BUCKETS_S), "+Inf"]
        yield HistogramMetricFamily(
            "corridormap_tile_seconds",
            "How long tiles took that no cache held.",
            buckets=list(zip(ends, map(float, accumulate(self._sums.tiles_made)), strict=True)),
            sum_value=self._sums.tiles_made_s,
        )
        yield from self._of_release()

    def _of_release(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 -- as above

        try:
            release = self._bound.releases.get()
            held = release.derived("article hashes", lambda: _hashes(release.document("coverage")))
        except CorridorMapError:
            return  # /readyz tells what is wrong
        served = GaugeMetricFamily(
            "corridormap_release", "1 for the release that is served.", labels=["release", "date"]
        )
        served.add_metric([release.id, release.receipt["date"]], 1)
        yield served
        lag = release.derived("store lag", _KnownLag).get(self._bound, release.id, held)
        if lag is not None:
            yield GaugeMetricFamily(
                "corridormap_store_lag_articles",
                "Articles in the coverage store that the served release does not hold.",
                value=lag.articles,
            )
            yield GaugeMetricFamily(
                "corridormap_store_lag_decisions",
                "Decisions of reviewers made since the served release was built.",
                value=lag.decisions,
            )


def _hashes(coverage: dict[str, list[dict[str, str]]]) -> frozenset[bytes]:
    return frozenset(bytes.fromhex(article["sha256"]) for article in coverage["articles"])


class _KnownLag:
    """How far the store is ahead of one release, as it was found at most :data:`_LAG_FOR_S` seconds ago."""

    def __init__(self) -> None:
        self._until_s = -1.0
        self._found: Lag | None = None

    def get(self, bound: Service, release: str, held: frozenset[bytes]) -> Lag | None:
        if time.monotonic() > self._until_s:
            from layers.store.lag import lag_of  # noqa: PLC0415 -- the service knows no store otherwise

            try:
                self._found = lag_of(bound.config.store_url, release, held)
            except CorridorMapError:
                self._found = None
            self._until_s = time.monotonic() + _LAG_FOR_S
        return self._found
