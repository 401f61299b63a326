"""A process that composes the single file, so that the serving processes need not hold folium."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from geo.errors import CorridorMapError
from layers.figures.worker import REFUSED, refusal
from server.app import create_app
from server.config import Config
from server.notebook import single_file

__all__ = ["main"]


def _config(asked: dict[str, Any]) -> Config:
    return Config(**{**asked, "workspace": Path(asked["workspace"]), "root": Path(asked["root"])})


def main() -> int:
    """Compose what standard input asks for."""
    asked = json.load(sys.stdin)
    try:
        made = single_file(create_app(_config(asked["config"])), asked["parameters"], host=asked["host"])
    except CorridorMapError as error:
        sys.stderr.write(json.dumps(refusal(error)) + "\n")
        return REFUSED
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
