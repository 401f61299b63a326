"""Ask a service for random tiles under random filters with wrk while the release is swapped under it, and count what goes wrong.

Two releases of different size take turns as the latest. wrk asks for tiles, counts and TileJSON of the latest one and of both by
their ids; beside it views are opened as a browser does: TileJSON, then all tiles of a zoom and the count of the release that
it names, which must agree to the feature. Told are requests, answers of 500 and more, and views made of two releases.

    python benchmarks/swap.py --seconds 60
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from load import run_wrk
from peers import corridormap
from shown import count_shown, get

from layers.workspace import Workspace

if TYPE_CHECKING:
    from processes import Server

HERE = Path(__file__).resolve().parent
SIZES = (60_000, 50_000)
PATHS = 20_000
SEED = 7
QUERIES = ("", "undated=exclude", "category=attack", "category=seizure,arrest", "organization=org-003")

_SCRIPT = """
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local at, refused, mixed = 0, 0, 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {["Accept-Encoding"] = "identity"})
end
response = function(status, headers, body)
  if status >= 500 then refused = refused + 1 end
  if status == 200 and body:sub(1, 1) == "{" then
    local named = body:match('"release": "(%x+)"')
    for other in body:gmatch('/tiles/(%x+)/') do if other ~= named then mixed = mixed + 1 end end
    local total = body:match('"filter": "", "total": (%d+)')
    if total and os.getenv("BENCH_TOTALS"):find(named .. "=" .. total .. ";", 1, true) == nil then mixed = mixed + 1 end
  end
  wrk.thread:set("refused", refused)
  wrk.thread:set("mixed", mixed)
end
local threads = {}
setup = function(thread) threads[#threads + 1] = thread end
done = function(summary, latency, requests)
  local refused, mixed = 0, 0
  for _, thread in ipairs(threads) do
    refused = refused + (thread:get("refused") or 0)
    mixed = mixed + (thread:get("mixed") or 0)
  end
  local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    "\\nJSON{\\"requests\\":%d,\\"refused\\":%d,\\"lost\\":%d,\\"mixed\\":%d,\\"p99_ms\\":%.1f}\\n",
    summary.requests, refused, lost, mixed, latency:percentile(99) / 1000))
end
"""


@dataclass
class Views:
    """Opens views, one after the other, until it is stopped."""

    server: Server
    totals: dict[str, int]
    opened: int = 0
    faults: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        rng = random.Random(SEED)
        while not self.stopped.is_set():
            try:
                self.open(rng.choice(QUERIES), rng.choice([0, 1, 2, 3]))
                self.opened += 1
            except OSError as error:
                self.faults.append(str(error))

    def open(self, query: str, z: int) -> None:
        view: Any = json.loads(get(f"{self.server.base}/tiles/incidents.json?{query}"))
        address = urlsplit(view["tiles"][0])
        tiles = [(z, x, y) for x in range(2**z) for y in range(2**z)]
        paths = (f"{address.path.format(z=z, x=x, y=y)}?{address.query}" for z, x, y in tiles)
        drawn = sum(count_shown(get(self.server.base + path)) for path in paths)
        counts = json.loads(get(f"{self.server.base}/counts?layer=incidents&release={view['release']}&{query}"))
        if f"/tiles/{view['release']}/" not in address.path or counts["release"] != view["release"]:
            self.faults.append(f"a view of {view['release']} names {address.path} and counts {counts['release']}")
        if not query and counts["total"] != self.totals[view["release"]]:
            self.faults.append(f"{counts['total']} incidents in {view['release']}")
        if drawn != counts["total"] - counts["unplaced"]:
            self.faults.append(f"{view['release']} {query} z{z}: {drawn} drawn of {counts['total']}")


def paths_of(releases: list[str]) -> list[str]:
    """Return addresses at random: tiles of the latest release and of both by id, counts and TileJSON."""
    rng = random.Random(SEED)
    made = []
    for _ in range(PATHS):
        z = rng.randrange(0, 9)
        x, y = int(rng.uniform(0.65, 0.73) * 2**z), int(rng.uniform(0.33, 0.42) * 2**z)
        query = f"datetime={rng.randrange(1960, 2025)}/..&{rng.choice(QUERIES)}".rstrip("&")
        named = rng.choice([*releases, "latest"])
        made.append(
            rng.choices(
                (
                    f"/tiles/{named}/incidents/{z}/{x}/{y}.mvt?{query}",
                    f"/tiles/incidents.json?{query}",
                    f"/counts?layer=incidents&release={named}",
                    f"/export/incidents.geojson?bbox=60,40,60.5,40.5&release={named}&{query}",
                ),
                weights=(16, 1, 1, 2),
            )[0]
        )
    return made


def swap_until(workspace: Workspace, releases: list[str], stopped: threading.Event, every_s: float) -> int:
    """Make the releases the latest in turn; return how often."""
    turn = 0
    while not stopped.wait(every_s):
        turn += 1
        workspace.set_latest(releases[turn % len(releases)])
    return turn


def main() -> int:
    """Run it; 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--every", type=float, default=0.5, help="seconds between two swaps")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="corridormap-swap-") as name, ExitStack() as stack:
        folder = Path(name)
        workspace = Workspace(folder / "workspace")
        releases = []
        for number, size in enumerate(SIZES):
            make = [sys.executable, HERE / "synthetic.py", "--count", str(size), "--seed", str(SEED + number)]
            done = subprocess.run([*make, "--workspace", workspace.path], check=True, capture_output=True, text=True)
            releases.append(done.stdout.split()[-1])
        totals = dict(zip(releases, SIZES, strict=True))
        executable = Path(sys.executable).with_name("corridormap")
        server = stack.enter_context(corridormap(executable, workspace.path, folder / "log.txt"))
        views = Views(server, totals)
        swaps: list[int] = []
        reading = threading.Thread(target=views.run)
        swapping = threading.Thread(
            target=lambda: swaps.append(swap_until(workspace, releases, views.stopped, wanted.every))
        )
        reading.start()
        swapping.start()
        began = time.monotonic()
        try:
            told = run_wrk(
                _SCRIPT,
                server,
                paths_of(releases),
                seconds=wanted.seconds,
                connections=8,
                env={"BENCH_TOTALS": "".join(f"{id_}={size};" for id_, size in totals.items())},
            )
        finally:
            views.stopped.set()
            reading.join()
            swapping.join()
        took = time.monotonic() - began
    wrong = told["refused"] + told["lost"] + told["mixed"] + len(views.faults)
    print(
        f"{told['requests']:,} requests in {took:.0f} s while the release was swapped {swaps[0]} times: "
        f"{told['refused']} answers of 500 or more, {told['lost']} lost, {told['mixed']} mixed, p99 {told['p99_ms']} ms; "
        f"{views.opened} views opened beside, {len(views.faults)} of them made of two releases or incomplete."
    )
    for fault in views.faults[:10]:
        print(f"  {fault}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
