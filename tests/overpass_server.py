"""A small Overpass API on this machine, with a little world of its own and faults on demand."""

from __future__ import annotations

import json
import re
import threading
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pyproj.database
import pytest
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_zones = cache(pyproj.database.query_utm_crs_info)

Node = tuple[int, float, float]
"""id, lon, lat"""

STATUS = """Connected as: 1
Current time: 2026-01-02T03:04:05Z
Announced endpoint: none
Rate limit: 2
2 slots available now.
"""

NODES: dict[int, Node] = {
    id_: (id_, lon, lat)
    for id_, lon, lat in (
        (1, 60.5, 40.5),
        (2, 61.5, 40.5),
        (3, 62.5, 40.7),
        (4, 63.5, 41.5),
        (5, 61.0, 41.0),
        (6, 61.0, 41.5),
        (9, 65.0, 41.0),
    )
}
WAYS: dict[int, tuple[tuple[int, ...], dict[str, str]]] = {
    # From the first cell into the second.
    100: ((1, 2, 3), {"highway": "trunk", "name": "Road <1> & more"}),
    101: ((3, 4), {"highway": "primary", "oneway": "yes"}),
    102: ((5, 6), {"highway": "residential"}),
    103: ((1, 5), {"railway": "rail"}),
    104: ((5, 6), {"railway": "rail", "service": "yard"}),
}


@dataclass
class FakeOverpass:
    """What was asked of it, and which answers it gives instead of the right ones, first to last."""

    url: str
    queries: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    status_requests: int = 0
    at_once: int = 0
    most_at_once: int = 0
    faults: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, media_type: str = "application/json") -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", media_type)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def too_many_requests(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, 429, b"<html>Too many requests</html>", "text/html")


def web_page(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, 200, b"<html>The server is under maintenance</html>", "text/html")


def server_error(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, 500, b"{}")


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"elements": [{"type": "node", "id": 1')
    handler.close_connection = True


def remark(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, 200, json.dumps({"elements": [], "remark": "runtime error: Query timed out"}).encode())


def foreign_json(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, 200, json.dumps({"features": []}).encode())


def nodes_missing(handler: BaseHTTPRequestHandler) -> None:
    way = {"type": "way", "id": 7, "nodes": [70, 71], "tags": {"highway": "trunk"}}
    answer(handler, 200, json.dumps({"elements": [way]}).encode())


def found(query: str) -> list[dict[str, object]]:
    """The ways that a query of osmnx asks for, with their nodes."""
    words = re.search(r'way\["(\w+)"~"\^\(([^)]+)\)\$"\]', query)
    polygon = re.search(r"poly:'([^']+)'", query)
    assert words is not None, query
    assert polygon is not None, query
    refused = re.findall(r'\["(\w+)"!="(\w+)"\]', query)
    numbers = list(map(float, polygon[1].split()))
    area = shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True)))
    ways = [
        (id_, nodes, tags)
        for id_, (nodes, tags) in WAYS.items()
        if tags.get(words[1]) in words[2].split("|")
        and not any(tags.get(key) == value for key, value in refused)
        and area.intersects(shapely.LineString([NODES[node][1:] for node in nodes]))
    ]
    used = sorted({node for _, nodes, _ in ways for node in nodes})
    return [
        *({"type": "node", "id": id_, "lon": NODES[id_][1], "lat": NODES[id_][2]} for id_ in used),
        *({"type": "way", "id": id_, "nodes": list(nodes), "tags": tags} for id_, nodes, tags in ways),
    ]


@contextmanager
def fake_overpass() -> Iterator[FakeOverpass]:
    """Run the server in threads of this process, on a free port of 127.0.0.1.

    Meanwhile no proxy stands between, and the zones of UTM, which osmnx looks up four times a request, are remembered.
    """
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            world.status_requests += 1
            world.agents.append(self.headers["User-Agent"])
            answer(self, 200, STATUS.encode(), "text/plain")

        def do_POST(self) -> None:
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            with lock:
                world.at_once += 1
                world.most_at_once = max(world.most_at_once, world.at_once)
                world.queries.append(form["data"][0])
                world.agents.append(self.headers["User-Agent"])
                fault = world.faults.pop(0) if world.faults else None
            try:
                if fault is not None:
                    fault(self)
                else:
                    body = {"osm3s": {"timestamp_osm_base": "2026-01-02T03:04:05Z"}, "elements": found(form["data"][0])}
                    answer(self, 200, json.dumps(body).encode())
            finally:
                with lock:
                    world.at_once -= 1

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    world = FakeOverpass(f"http://127.0.0.1:{server.server_port}/api")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NO_PROXY", "127.0.0.1")
            patch.setattr(pyproj.database, "query_utm_crs_info", _zones)
            yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
