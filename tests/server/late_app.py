"""The service, slow to close an answer until its worker ends: for a test of what is done after the last byte."""

from __future__ import annotations

import threading
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from flask import request

from server import wsgi

if TYPE_CHECKING:
    from flask import Flask, Response

PATIENCE_S = 600


def application() -> Flask:
    app = wsgi.application()
    ends = threading.Event()
    Finalize(None, ends.set, exitpriority=1)  # before what the service itself has to do when it ends

    @app.get("/late")
    def late() -> str:
        return "sent"

    def hold(response: Response) -> Response:
        if request.endpoint == "late":
            # Registered last, called first: so the request has not been written into the log yet.
            response.call_on_close(lambda: ends.wait(PATIENCE_S))
        return response

    app.after_request(hold)
    return app
