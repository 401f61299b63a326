"""Ask a server for many addresses with wrk and tell how it went."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processes import Server

__all__ = ["Outcome", "measure", "run_wrk"]

CONNECTIONS = 6
"""As many as a browser opens. Of two, half the time both fall to one process of a server, and one processor waits."""

_SCRIPT = """
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at], {["Accept-Encoding"] = "%s"})
end
done = function(summary, latency, requests)
  io.write(string.format(
    "\\nJSON{\\"requests\\":%%d,\\"us\\":%%d,\\"bytes\\":%%d,\\"errors\\":%%d,\\"p50\\":%%d,\\"p99\\":%%d}\\n",
    summary.requests, summary.duration, summary.bytes,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run against one server: requests a second, CPU of the server per request, latency, size of an answer."""

    requests_per_s: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    answer_bytes: float
    errors: int


def measure(
    server: Server, paths: Sequence[str], *, seconds: int = 4, connections: int = CONNECTIONS, encoding: str = "gzip"
) -> Outcome:
    """Ask for the paths in turn for some seconds; the client's CPU is not the server's.

    Raises
    ------
    RuntimeError
        When wrk is missing or its answer cannot be read.
    """
    before = server.cpu_s()
    told = run_wrk(_SCRIPT % encoding, server, paths, seconds=seconds, connections=connections)
    cpu_s = server.cpu_s() - before
    count = max(1, told["requests"])
    return Outcome(
        requests_per_s=told["requests"] / (told["us"] / 1e6),
        cpu_ms=1000 * cpu_s / count,
        p50_ms=told["p50"] / 1000,
        p99_ms=told["p99"] / 1000,
        answer_bytes=told["bytes"] / count,
        errors=told["errors"],
    )


def run_wrk(
    script: str,
    server: Server,
    paths: Sequence[str],
    *,
    seconds: int,
    connections: int,
    env: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Let wrk ask a server, and return what the script writes at its end: a line of JSON after the word ``JSON``.

    The script finds the paths in the file that ``BENCH_PATHS`` names. Raises as :func:`measure` does.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError("wrk is missing (on Debian: apt-get install wrk).")
    with tempfile.TemporaryDirectory() as folder:
        written, listed = Path(folder, "ask.lua"), Path(folder, "paths.txt")
        written.write_text(script)
        listed.write_text("\n".join(paths) + "\n")
        run = subprocess.run(
            [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(written), server.base],
            env={**(env or {}), "BENCH_PATHS": str(listed)},
            capture_output=True,
            text=True,
            check=False,
        )
    line = next((line[4:] for line in run.stdout.splitlines() if line.startswith("JSON")), None)
    if line is None:
        raise RuntimeError(f"wrk failed against {server.name}: {run.stdout[-500:]} {run.stderr[-500:]}")
    told: dict[str, Any] = json.loads(line)
    return told
