"""Measure exports of synthetic incidents: features a second and peak memory, beside geopandas and pygeoapi's paging.

    python benchmarks/exports.py [--points N] [--workspace DIR] [--peers .venv/bench/bin] [--pages N]

Every writer is a process of its own that begins with a release on the disk and ends with a file: ours is `corridormap export`, its
peer `GeoDataFrame.to_file` on the release's own GeoParquet. Paging asks an OGC API for features, page by page as `next` leads
it, first ours, then with ``--peers`` pygeoapi over PostGIS. Nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from peers import corridormap, pygeoapi
from postgis import postgis
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processes import Server

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
SEED = 7
PAGE = 10_000
_GEOPANDAS = (
    "import sys, geopandas as gpd; "
    "gpd.read_parquet(sys.argv[1]).to_file(sys.argv[2], driver=sys.argv[3], layer='incidents', "
    # FlatGeobuf's index has no room for what has no place.
    "**({'SPATIAL_INDEX': 'NO'} if sys.argv[3] == 'FlatGeobuf' else {}))"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One writer or one server: features, seconds on the clock and of processors, peak memory (0 where it is not told), bytes."""

    what: str
    who: str
    features: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    size_mb: float


def writer(what: str, who: str, command: Sequence[object], out: Path, features: int) -> Measured:
    """Run one writer to its end; RuntimeError where it fails."""
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], cwd=CHECKOUT, stderr=subprocess.PIPE)
    told = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{who}: {told.decode(errors='replace')[-1500:]}")
    wall_s = time.monotonic() - began
    size_mb = out.stat().st_size / 1e6
    out.unlink()
    return Measured(what, who, features, wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, size_mb)


def paged(server: Server, path: str, pages: int) -> Measured:
    """Follow ``next`` through some pages; all of a server's processes count."""
    began, before, features, size = time.monotonic(), server.cpu_s(), 0, 0
    address: str | None = server.base + path
    for _ in range(pages):
        if address is None:
            break
        with urllib.request.urlopen(address, timeout=600) as answer:  # noqa: S310 -- an address on 127.0.0.1
            body = answer.read()
        document = json.loads(body)
        features, size = features + len(document["features"]), size + len(body)
        address = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
    what = f"OGC API, {pages} pages of {PAGE:,}"
    cpu_s = server.cpu_s() - before
    return Measured(what, server.name, features, time.monotonic() - began, cpu_s, server.pss_mb(), size / 1e6)


@contextmanager
def _quiet_folder() -> Iterator[Path]:
    """A folder that the database's user may enter."""
    with tempfile.TemporaryDirectory(prefix="corridormap-exports-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def measure(points: int, workspace: Path | None, peers: Path | None, pages: int) -> list[Measured]:
    found: list[Measured] = []
    with ExitStack() as stack:
        folder = stack.enter_context(_quiet_folder())
        own, incidents = workspace or folder / "workspace", folder / "incidents.csv"
        if workspace is None:
            make = [sys.executable, HERE / "synthetic.py", "--count", points, "--seed", SEED, "--workspace", own]
            if peers is not None:
                make += ["--csv", incidents]
            subprocess.run([str(word) for word in make], check=True, stdout=subprocess.DEVNULL)
        release = own / "releases" / (own / "releases" / "latest").read_text(encoding="utf-8").strip()
        table = release / "layers" / "incidents.parquet"
        for ending, driver in (("geojson", "GeoJSON"), ("gpkg", "GPKG"), ("fgb", "FlatGeobuf")):
            out = folder / f"ours.{ending}"
            words = ["-m", "server", "export", "incidents", "--workspace", own, "-o", out]
            found.append(writer(driver, "corridormap", [sys.executable, *words], out, points))
            out = folder / f"theirs.{ending}"
            words = ["-c", _GEOPANDAS, table, out, driver]
            found.append(writer(driver, "GeoDataFrame.to_file", [sys.executable, *words], out, points))
        executable = Path(sys.executable).with_name("corridormap")
        with corridormap(executable, own, folder / "ours.log") as server:
            found.append(paged(server, f"/ogc/collections/incidents/items?limit={PAGE}", pages))
        if peers is not None:
            database = stack.enter_context(postgis(folder / "database"))
            database.load(incidents)
            with pygeoapi(peers, database, folder / "pygeoapi.log") as server:
                found.append(paged(server, f"/collections/incidents/items?f=json&limit={PAGE}", pages))
    return found


def shown(found: list[Measured]) -> Table:
    table = Table("export", "by", "features/s", "CPU µs a feature", "peak MB", "file MB")
    for row in found:
        table.add_row(
            row.what, row.who, f"{row.features / row.wall_s:,.0f}", f"{row.cpu_s / row.features * 1e6:.1f}",
            f"{row.peak_mb:,.0f}", f"{row.size_mb:,.0f}",
        )  # fmt: skip
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure exports beside their peers.")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--workspace", type=Path, help="with a synthetic release of so many points; made without it")
    parser.add_argument("--peers", type=Path, help="folder of the peers' commands; without it pygeoapi is left out")
    parser.add_argument("--pages", type=int, default=10)
    wanted = parser.parse_args()
    if wanted.workspace is not None and wanted.peers is not None:
        parser.error("--peers needs points of its own: leave out --workspace")
    Console().print(shown(measure(wanted.points, wanted.workspace, wanted.peers, wanted.pages)))


if __name__ == "__main__":
    main()
