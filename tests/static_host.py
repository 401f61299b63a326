"""A plain web server for a folder, with range requests or without, and the headers that a published folder asks for."""

from __future__ import annotations

import contextlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = {
    ".mjs": "text/javascript; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".geojson": "application/geo+json",
    ".pmtiles": "application/vnd.pmtiles",
    ".woff2": "font/woff2",
}


class _Handler(SimpleHTTPRequestHandler):
    def __init__(
        self, *given: Any, has_ranges: bool, policy: str, answered: list[tuple[str, int]], **named: Any
    ) -> None:
        self.has_ranges, self.policy, self.answered = has_ranges, policy, answered
        super().__init__(*given, **named)

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output quiet."""

    def guess_type(self, path: Any) -> str:
        return TYPES.get(Path(path).suffix) or super().guess_type(path)

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        if self.path.split("?")[0].endswith((".html", "/")):
            self.send_header("Content-Security-Policy", self.policy.format(host=self.headers["Host"]))
        super().end_headers()

    def send_response(self, code: int, message: str | None = None) -> None:
        self.answered.append((self.path.split("?")[0], code))
        super().send_response(code, message)

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        file = self.translate_path(self.path)
        if not (self.has_ranges and asked.startswith("bytes=")):
            super().do_GET()
            return
        first, _, last = asked.removeprefix("bytes=").partition("-")
        with open(file, "rb") as opened:  # noqa: PTH123 -- a path as text, as the server gives it
            content = opened.read()
        part = content[int(first) : int(last or len(content)) + 1]
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """A browser opens more connections at once than the five that the library lets wait."""


@contextlib.contextmanager
def static_host(
    folder: Path, *, has_ranges: bool = True, policy: str = "default-src *"
) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Serve a folder; yield its address and, growing, the path and status of every answer. ``policy`` may name ``{host}``."""
    answered: list[tuple[str, int]] = []
    handler = partial(_Handler, directory=str(folder), has_ranges=has_ranges, policy=policy, answered=answered)
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", answered
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
