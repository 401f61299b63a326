"""Our service over PostGIS, beside the columns and tipg: the same release in the same database that tipg reads.

    python benchmarks/postgis_engine.py --points 1000000 --peers .venv/bench/bin [--rounds 3] [--only-load]

Also told: how long `corridormap load-release` takes and what it leaves on disk. ``--only-load`` stops after loading, for ten
million points.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
from peers import WORKERS, corridormap, tipg
from postgis import postgis
from processes import Server, free_port, start, wait_for
from serving import OURS, SEED, TIPG, ZOOMS, Run, asks, measure, our_tile, tipg_tile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postgis import Database

__all__ = ["OURS_POSTGIS", "corridormap_postgis", "load"]

HERE = Path(__file__).resolve().parent
OURS_POSTGIS = "corridormap on PostGIS"


def load(executable: Path, workspace: Path, database: Database) -> dict[str, float]:
    """Load the latest release of a workspace into a database; return seconds and megabytes."""
    began = time.monotonic()
    command = [executable, "load-release", "--workspace", workspace, "--database", database.url, "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.monotonic() - began
    with psycopg.connect(database.url) as connection:
        row = connection.execute(
            "select sum(pg_total_relation_size(c.oid)) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname like 'corridormap%' and c.relkind = 'r'"
        ).fetchone()
    assert '"new": true' in done.stdout
    return {"load: ours into PostGIS, s": seconds, "disk: ours in PostGIS, MB": float(row[0]) / 1e6 if row else 0.0}


@contextmanager
def corridormap_postgis(executable: Path, folder: Path, database: Database, log: Path) -> Iterator[Server]:
    """Our own service over a loaded release, without a workspace; the database's work counts as its own."""
    port = free_port()
    command = [
        executable,
        "serve",
        "--engine",
        "postgis",
        "--port",
        str(port),
        "--workers",
        str(WORKERS),
        "--workspace",
        folder,
    ]
    env = {**os.environ, "CORRIDORMAP_DATABASE": database.url}
    with start(command, log, env=env) as process:
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/readyz", process, log)
        yield Server(OURS_POSTGIS, base, psutil.Process(process.pid), database.process)


def _tell(run: Run) -> None:
    for case, servers in run.outcomes.items():
        cpu = {name: statistics.median(each.cpu_ms for each in runs) for name, runs in servers.items()}
        rate = {name: statistics.median(each.requests_per_s for each in runs) for name, runs in servers.items()}
        errors = {name: sum(each.errors for each in runs) for name, runs in servers.items()}
        for name in servers:
            print(
                f"| {case} | {name} | {rate[name]:,.0f} | {cpu[name]:.3f} | {cpu[TIPG] / cpu[name]:.1f} × |"
                f" {rate[name] / rate[TIPG]:.1f} × | {errors[name]} |"
            )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=HERE.parent / ".venv" / "bench" / "bin")
    parser.add_argument("--only-load", action="store_true")
    wanted = parser.parse_args()
    executable = Path(sys.executable).with_name("corridormap")
    with tempfile.TemporaryDirectory(prefix="corridormap-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        make = [sys.executable, HERE / "synthetic.py", "--count", str(wanted.points), "--seed", str(SEED)]
        csv = ["--csv", folder / "points.csv"]
        made = subprocess.run(
            [*make, "--workspace", folder / "workspace", *([] if wanted.only_load else csv)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        release = made.stdout.split()[-1]
        database = stack.enter_context(postgis(folder / "postgis"))
        print(load(executable, folder / "workspace", database))
        if wanted.only_load:
            return
        from serving import _sample  # noqa: PLC0415 -- the places that all benchmarks ask for

        sample = _sample(folder / "points.csv")
        database.load(folder / "points.csv")
        servers = {
            OURS: stack.enter_context(corridormap(executable, folder / "workspace", folder / "ours.log")),
            OURS_POSTGIS: stack.enter_context(
                corridormap_postgis(executable, folder / "empty", database, folder / "pg.log")
            ),
            TIPG: stack.enter_context(tipg(wanted.peers, database, folder / "tipg.log")),
        }
        rng, run = random.Random(SEED), Run()
        for z in ZOOMS:
            listed = asks(sample, rng, z, filtered=True)
            for number in range(wanted.rounds):
                turn = number * len(listed) // wanted.rounds
                for server, running in servers.items():
                    paths = [tipg_tile(ask) if server == TIPG else our_tile(release, ask) for ask in listed]
                    outcome = measure(running, paths[turn:] + paths[:turn], seconds=wanted.seconds)
                    run.add(f"filtered tile, z{z}", server, outcome)
        _tell(run)
        print({f"memory: {name}, MB": round(server.pss_mb()) for name, server in servers.items()})


if __name__ == "__main__":
    main()
