"""A PostgreSQL with PostGIS of the tests' own: in a temporary folder, on a free port, gone when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.live import PATIENCE_S, free_port

SETTINGS = {
    # It would hold back what a test cleans away, and take back what is read of a replica, at moments of its own.
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
}


def binaries() -> Path:
    """The folder of initdb and postgres, of the newest version that has PostGIS; without one the test fails."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*"), key=lambda path: int(path.name), reverse=True):
        if (folder / "lib/postgis-3.so").is_file():
            return folder / "bin"
    pytest.fail("PostgreSQL with PostGIS is missing: run `make database`.")


class Database:
    """A running server. ``url`` is that of its database ``postgres``; :meth:`create` makes another one.

    With ``primary`` it is a streaming replica of that server, which has to run.
    """

    def __init__(self, *, primary: Database | None = None, settings: dict[str, str] | None = None) -> None:
        self._binaries = binaries()
        # Not pytest's own folder, which only its user may enter: PostgreSQL refuses to run as root.
        self.folder = Path(tempfile.mkdtemp(prefix="corridormap-postgres-"))
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._has_template = False
        self._settings = SETTINGS | (settings or {})
        if primary is not None:
            # -R writes standby.signal and primary_conninfo.
            copy: list[str | Path] = [
                "-D",
                self.folder / "data",
                "-d",
                primary.url(),
                "-X",
                "stream",
                "-c",
                "fast",
                "-R",
                "--no-sync",
            ]
            subprocess.run([self._binaries / "pg_basebackup", *copy], check=True, capture_output=True, **self._told())
            return
        initdb: list[str | Path] = [
            self._binaries / "initdb",
            "-D",
            self.folder / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        subprocess.run([*initdb, "--no-sync", "--locale=C.UTF-8"], check=True, capture_output=True, **self._told())

    def _told(self) -> dict[str, Any]:
        return {"cwd": self.folder, **self._user}

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        options = self._settings | {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.folder / "data", *words],
                stdout=log,
                stderr=log,
                **self._told(),
            )
        end = time.monotonic() + PATIENCE_S
        while self._process.poll() is None and time.monotonic() < end:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        pytest.fail(f"PostgreSQL did not start:\n{(self.folder / 'log.txt').read_text()[-2000:]}")

    def catch_up(self, primary: Database) -> None:
        """Wait until a replica has replayed all that its primary has written."""
        with psycopg.connect(primary.url(), autocommit=True) as connection:
            # What others committed without waiting for the log (`synchronous_commit`) is in it once this is.
            connection.execute("SET synchronous_commit = on")
            connection.execute("SELECT pg_logical_emit_message(true, 'corridormap', 'written')")
            row = connection.execute("SELECT pg_current_wal_lsn()::text").fetchone()
        assert row is not None
        end = time.monotonic() + PATIENCE_S
        with psycopg.connect(self.url(), autocommit=True) as connection:
            while time.monotonic() < end:
                done = connection.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", row).fetchone()
                if done == (True,):
                    return
                time.sleep(0.05)
        pytest.fail(f"the replica did not catch up:\n{(self.folder / 'log.txt').read_text()[-2000:]}")

    def promote(self) -> None:
        """Make a replica a primary."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            assert connection.execute("SELECT pg_promote(true, 60)").fetchone() == (True,)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop at once, as when a machine is taken away: clients lose their connections."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=PATIENCE_S)
            self._process = None

    def create(self, *, postgis: bool = False) -> str:
        """Make an empty database and return its URL. PostGIS is made ready once, and copied."""
        self._made += 1
        name = f"made_{self._made}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            if postgis and not self._has_template:
                connection.execute("CREATE DATABASE with_postgis TEMPLATE template0")
                with psycopg.connect(self.url("with_postgis"), autocommit=True) as made:
                    made.execute("CREATE EXTENSION postgis")
                self._has_template = True
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {'with_postgis' if postgis else 'template0'}")
        return self.url(name)

    def remove(self) -> None:
        # Nothing of it is needed any more, so it need not write it down.
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)
