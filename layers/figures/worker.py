"""A process that draws figures: the service starts one for each, so that it need not hold the drawing library itself.

It reads one request as JSON from standard input and writes the file to standard output. What the asker did wrong is a line of
JSON on standard error and exit code 3.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from geo import errors

__all__ = ["REFUSED", "main", "refusal"]

REFUSED = 3
"""Exit code when what was asked for cannot be drawn."""


def refusal(error: errors.CorridorMapError) -> dict[str, str]:
    """Return what a worker says of a request that it refuses, as its asker reads it."""
    told = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
    return told | ({"parameter": error.parameter} if isinstance(error, errors.MalformedFilter) else {})


def main() -> int:
    """Draw what standard input asks for."""
    asked = json.load(sys.stdin)
    # The drawing library would otherwise look for a home to keep a list of this machine's fonts in.
    os.environ.setdefault("MPLCONFIGDIR", asked["cache"])
    from layers.figures.figure import Figure  # noqa: PLC0415 -- after the setting
    from layers.figures.sheet import render  # noqa: PLC0415
    from layers.imprint import Imprint  # noqa: PLC0415
    from layers.release import Release  # noqa: PLC0415

    try:
        drawn = render(
            Release.open(Path(asked["release"])),
            Figure.parse(asked["query"], point_of_view=asked["point_of_view"]),
            asked["format"],
            fonts=Path(asked["fonts"]),
            words=asked["words"],
            imprint=Imprint(**asked["imprint"]),
            cache=Path(asked["cache"]),
        )
    except errors.CorridorMapError as error:
        sys.stderr.write(json.dumps(refusal(error)) + "\n")
        return REFUSED
    sys.stdout.buffer.write(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
