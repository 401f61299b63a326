"""Measure how build and service grow with the number of incidents: time, memory, disk, and each zoom's tiles.

For each size a release is built in a process of its own and served by two workers. At every zoom tiles are asked for where
points lie, one after the other: filtered, each under another filter, and whole, each by an address that no cache has seen.
It prints a Markdown table.

    python benchmarks/growth.py 1000000 10000000
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peers import corridormap

from geo.tilegrid import tile_at
from layers.engines.columns import Columns
from layers.workspace import Workspace
from server.tiles import MAXZOOM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processes import Server

HERE = Path(__file__).resolve().parent
SEED = 7
ASKED = 60
"""Tiles of each kind at each zoom, unless the time for it ends before."""

CATEGORIES = ("seizure", "attack", "arrest", "destruction", "operation")


@dataclass(frozen=True, slots=True)
class Case:
    """How some tiles were answered."""

    median_ms: float
    slowest_ms: float
    cpu_ms: float
    mean_bytes: float

    def __str__(self) -> str:
        return f"{self.median_ms:.1f} / {self.slowest_ms:.1f} / {self.cpu_ms:.1f} / {self.mean_bytes / 1000:.0f}"


@dataclass(frozen=True, slots=True)
class Growth:
    """What was measured of one size; ``filtered`` and ``whole`` by zoom."""

    points: int
    build_s: float
    build_cpu_s: float
    build_mb: float
    disk_mb: float
    served_mb: float
    loaded_mb: float
    filtered: dict[int, Case]
    whole: dict[int, Case]


def measure_size(points: int, folder: Path, seconds: float) -> Growth:
    """Build and serve so many incidents."""
    workspace = Workspace(folder / str(points))
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    make = [sys.executable, HERE / "synthetic.py", "--count", str(points), "--seed", str(SEED)]
    process = subprocess.Popen([*make, "--workspace", workspace.path], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"the release of {points:,} incidents was not built")
    after, build_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    release = workspace.latest()
    files = [path for path in (workspace.releases / release).rglob("*") if path.is_file()]
    executable = Path(sys.executable).with_name("corridormap")
    with corridormap(executable, workspace.path, folder / "log.txt") as server:
        served_mb = server.pss_mb()
        places = _places(workspace.releases / release / "columns/incidents.columns")
        filtered = {z: _ask(server, _paths(release, places, z, filtered=True), seconds) for z in range(MAXZOOM + 1)}
        whole = {z: _ask(server, _paths(release, places, z, filtered=False), seconds) for z in range(MAXZOOM + 1)}
        time.sleep(1)
        loaded_mb = server.pss_mb()
    return Growth(
        points,
        build_s,
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        used.ru_maxrss / 1000,
        sum(path.stat().st_size for path in files) / 1e6,
        served_mb,
        loaded_mb,
        filtered,
        whole,
    )


def _places(file: Path) -> list[tuple[float, float]]:
    """Return where some of the incidents lie, so that where many are is asked for often."""
    columns = Columns.open(file)
    rows = slice(None, columns.placed, max(1, columns.placed // 5000))
    lon, lat = (columns.file.array(name)[rows] / 1e7 for name in ("lon_e7", "lat_e7"))
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _paths(release: str, places: Sequence[tuple[float, float]], z: int, *, filtered: bool) -> list[str]:
    rng = random.Random(SEED + z)
    made = []
    for number in range(ASKED):
        tile = tile_at(*rng.choice(places), z)
        first = dt.date(2016, 1, 1) + dt.timedelta(days=rng.randrange(1400))
        last = first + dt.timedelta(days=640 + rng.randrange(180))
        chosen = f"category={rng.choice(CATEGORIES)}&datetime={first}/{last}&" if filtered else ""
        made.append(f"/tiles/{release}/incidents/{tile.z}/{tile.x}/{tile.y}.mvt?{chosen}v={number}")
    return made


def _ask(server: Server, paths: Sequence[str], seconds: float) -> Case:
    connection = http.client.HTTPConnection(server.base.removeprefix("http://"), timeout=60)
    times_ms, sizes = [], []
    before, until = server.cpu_s(), time.monotonic() + seconds
    for path in paths:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        sizes.append(len(answer.read()))
        times_ms.append(1000 * (time.perf_counter() - began))
        if answer.status not in {200, 204}:
            raise RuntimeError(f"{answer.status} {path}")
        if time.monotonic() > until and len(times_ms) > 2:  # noqa: PLR2004 -- a median of three at least
            break
    spent_ms = 1000 * (server.cpu_s() - before)
    connection.close()
    return Case(statistics.median(times_ms), max(times_ms), spent_ms / len(times_ms), statistics.mean(sizes))


def table(sizes: Sequence[Growth]) -> str:
    """Return the figures as Markdown, with how much larger the last size's are than the first's."""
    first, last = sizes[0], sizes[-1]
    head = [""] + [f"{size.points:,} points" for size in sizes] + [f"× {last.points / first.points:g} points"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    names = {
        "build_s": "build, s",
        "build_cpu_s": "build, s of CPU",
        "build_mb": "memory of the build at most, MB",
        "disk_mb": "disk, MB",
        "served_mb": "two workers before the first tile, MB (PSS)",
        "loaded_mb": "two workers after all tiles, MB (PSS)",
    }
    for name, words in names.items():
        values = [getattr(size, name) for size in sizes]
        lines.append(
            f"| {words} | {' | '.join(f'{value:,.1f}' for value in values)} | {values[-1] / values[0]:.1f} × |"
        )
    for kind, words in (("filtered", "filtered"), ("whole", "all points")):
        for z in range(MAXZOOM + 1):
            cases = [getattr(size, kind)[z] for size in sizes]
            growth = cases[-1].median_ms / cases[0].median_ms
            lines.append(f"| {words}, z{z} | {' | '.join(map(str, cases))} | {growth:.1f} × |")
    return "\n".join(lines)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "points", type=int, nargs="*", default=[1_000_000, 10_000_000], help="sizes, the smallest first"
    )
    parser.add_argument("--seconds", type=float, default=4, help="most for the tiles of one kind at one zoom")
    parser.add_argument("--folder", type=Path, help="where the releases are built, instead of the temporary folder")
    wanted = parser.parse_args()
    sizes = []
    for points in wanted.points:
        print(f"{points:,} incidents …", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="corridormap-growth-", dir=wanted.folder) as folder:
            sizes.append(measure_size(points, Path(folder), wanted.seconds))
    print("Tiles: milliseconds, median / slowest, milliseconds of CPU / kB sent\n")
    print(table(sizes))


if __name__ == "__main__":
    main()
