"""A PostgreSQL with PostGIS of the benchmark's own, in a temporary folder on a free port, with the points loaded."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
from processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Database", "postgis"]

TABLE = """
create extension if not exists postgis;
create unlogged table staged (
  id text, lon float8, lat float8, category text, status text, threat text, where_prec int, area_id text, article text,
  organizations text[], language text, date_start date, date_end date
);
"""
INDEXES = """
create table incidents as
  select id, st_setsrid(st_makepoint(lon, lat), 4326)::geometry(Point, 4326) as geom, category, status, threat, where_prec,
         area_id, article, organizations, language, date_start, date_end from staged order by geom;
drop table staged;
alter table incidents add primary key (id);
create index on incidents using gist (geom);
create index on incidents (category, date_start);
vacuum analyze incidents;
"""

TILE = """
with bounds as (select st_tileenvelope(%(z)s, %(x)s, %(y)s) as box),
features as (
  select st_asmvtgeom(st_transform(i.geom, 3857), b.box, 4096, 64) as geom, i.id, i.category, i.status, i.where_prec,
         i.area_id, i.date_start::text, i.date_end::text
  from incidents i, bounds b
  where i.geom && st_transform(b.box, 4326)
    and i.category = %(category)s
    and (i.date_start is null or (i.date_start <= %(last)s and i.date_end >= %(first)s))
)
select st_asmvt(features, 'incidents', 4096, 'geom') from features
"""

GRID = """
with bounds as (select st_tileenvelope(%(z)s, %(x)s, %(y)s) as box),
cells as (
  select floor((st_x(p) - st_xmin(box)) / (st_xmax(box) - st_xmin(box)) * 64) as i,
         floor((st_y(p) - st_ymin(box)) / (st_ymax(box) - st_ymin(box)) * 64) as j,
         count(*) as count, mode() within group (order by category) as category
  from (select st_transform(geom, 3857) as p, category, b.box from incidents, bounds b
        where geom && st_transform(b.box, 4326)) points
  group by 1, 2
),
features as (
  select st_asmvtgeom(st_setsrid(st_makepoint(
           st_xmin(box) + (i + 0.5) / 64 * (st_xmax(box) - st_xmin(box)),
           st_ymin(box) + (j + 0.5) / 64 * (st_ymax(box) - st_ymin(box))), 3857), box, 4096, 64) as geom, count, category
  from cells, bounds
)
select st_asmvt(features, 'incidents', 4096, 'geom') from features
"""


class Database:
    """A running database: its address, its process and how long it took to load."""

    def __init__(self, url: str, process: psutil.Process, folder: Path) -> None:
        self.url = url
        self.process = process
        self.folder = folder
        self.load_s = 0.0

    @property
    def disk_mb(self) -> float:
        """Size of the table with its indexes."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("select pg_total_relation_size('incidents')").fetchone()
        return float(row[0]) / 1e6 if row else 0.0

    def load(self, incidents: Path) -> None:
        """Copy the incidents of a CSV file and index them."""
        began = time.monotonic()
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in filter(str.strip, TABLE.split(";")):
                connection.execute(statement)
            with (
                connection.cursor() as cursor,
                cursor.copy("copy staged from stdin with (format csv, header true)") as copy,
                incidents.open("rb") as file,
            ):
                while block := file.read(1 << 20):
                    copy.write(block)
            for statement in filter(str.strip, INDEXES.split(";")):
                connection.execute(statement)
        self.load_s = time.monotonic() - began


def _binaries() -> Path:
    """Return the folder of initdb and postgres; RuntimeError where there is none with PostGIS."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*"), reverse=True):
        if (folder / "bin/initdb").is_file() and (folder / "lib/postgis-3.so").is_file():
            return folder / "bin"
    raise RuntimeError("PostgreSQL with PostGIS is missing (on Debian: apt-get install postgresql-15-postgis-3).")


@contextmanager
def postgis(folder: Path) -> Iterator[Database]:
    """Run a database for the length of the block: trust on 127.0.0.1, a quarter of a GB of shared buffers, no fsync.

    The folders above must let the user postgres pass; they are left as they are.
    """
    binaries = _binaries()
    data = folder / "data"
    data.mkdir(parents=True)
    become: dict[str, object] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        for path in (folder, data):
            os.chown(path, user.pw_uid, user.pw_gid)
        become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **become)  # type: ignore[call-overload]  # user and group come as a dict
    port = free_port()
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "shared_buffers": "256MB",
        "work_mem": "64MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "fsync": "off",
        "jit": "off",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    log = folder / "postgres.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # type: ignore[call-overload]  # user and group come as a dict
            [binaries / "postgres", "-D", data, *options], stdout=out, stderr=out, cwd=folder, **become
        )
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    try:
        for _ in range(100):
            try:
                psycopg.connect(url, connect_timeout=2).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        else:
            raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text()[-2000:]}")
        yield Database(url, psutil.Process(process.pid), folder)
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(data, ignore_errors=True)
