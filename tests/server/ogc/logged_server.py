"""The service in a process of its own that writes down what it is asked: ``python -m tests.server.ogc.logged_server WORKSPACE PORT LOG``.

GDAL holds Python's lock while it waits for an answer, so a server in a thread of the test could not give one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, run_simple

from geo import datasets
from server.app import create_app
from server.config import Config


def main(workspace: str, port: str, log: str) -> None:
    class Handler(WSGIRequestHandler):
        def log_request(self, *_: object) -> None:
            with Path(log).open("a", encoding="utf-8") as file:
                file.write(f"{self.path}\n")

    app = create_app(Config(workspace=Path(workspace), root=datasets.data_root()))
    run_simple("127.0.0.1", int(port), app, threaded=True, request_handler=Handler)


if __name__ == "__main__":
    main(*sys.argv[1:])
