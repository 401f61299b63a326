"""Workers: processes that do what needs a library that the serving processes shall not hold.

A worker reads one request as JSON from standard input and writes bytes to standard output; what the asker did wrong is a line
of JSON on standard error and exit code 3, see :mod:`layers.figures.worker`. Requests take turns with them: :mod:`server.turns`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from geo import errors
from layers.figures.worker import REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["refused", "run_worker"]

LONGEST_S: Final = 180
"""Seconds are enough on an idle machine; on a busy one it takes a minute."""


def run_worker(module: str, asked: Mapping[str, Any], *, made: str, hint: str) -> bytes:
    """Return what a worker makes of a request.

    Parameters
    ----------
    module
        Name of the module that is the worker.
    asked
        The request, JSON-ready.
    made, hint
        What is being made, and what to do when that takes more than :data:`LONGEST_S` seconds, for people to read.

    Raises
    ------
    CorridorMapError
        What the worker refused, as the error that it met; also when it was too slow or broke.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", module],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=LONGEST_S,
            check=False,
            cwd=Path(__file__).parents[1],
        )
    except subprocess.TimeoutExpired as error:
        raise errors.CorridorMapError(f"{made} was not finished after {LONGEST_S} seconds.", hint=hint) from error
    if done.returncode == 0:
        return done.stdout
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [""]
    if done.returncode == REFUSED:
        raise refused(json.loads(last[0]))
    raise errors.CorridorMapError(
        f"{made} could not be made: {last[0][:300]}", hint="Report the address to the operator."
    )


def refused(told: Mapping[str, str]) -> errors.CorridorMapError:
    """Return the error that a worker met, of what it said on standard error."""
    if told["error"] == "MalformedFilter":
        return errors.MalformedFilter(told["parameter"], told["message"], hint=told["hint"])
    kind = cast("type[errors.CorridorMapError]", getattr(errors, told["error"]))
    return kind(told["message"], hint=told["hint"])
