"""The service with one more route, which tells what its process has imported: for a test of the real worker."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from server import wsgi

if TYPE_CHECKING:
    from flask import Flask


def application() -> Flask:
    app = wsgi.application()

    @app.get("/modules")
    def modules() -> str:
        return json.dumps({"pid": os.getpid(), "modules": sorted({name.split(".")[0] for name in sys.modules})})

    return app
