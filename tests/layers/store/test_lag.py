"""How far a store is ahead of a release, also at the moment at which another process makes it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from layers.store.coverage_store import CoverageStore
from layers.store.lag import Lag, lag_of

if TYPE_CHECKING:
    from pathlib import Path

RELEASE = "0" * 12


def test_a_store_that_is_just_being_made_is_none_yet(tmp_path: Path) -> None:
    path = tmp_path / "coverage.sqlite"
    url = f"sqlite:///{path}"
    assert lag_of(url, RELEASE, ()) is None
    path.touch()
    assert lag_of(url, RELEASE, ()) is None, "SQLite makes an empty file before the first table"
    with closing(sqlite3.connect(path, isolation_level=None)) as maker:
        maker.execute("PRAGMA journal_mode = WAL")
        maker.execute("BEGIN IMMEDIATE")
        maker.execute("CREATE TABLE articles (sha256)")
        assert lag_of(url, RELEASE, ()) is None, "what is not committed is not there"
        maker.execute("ROLLBACK")
    with CoverageStore.open(url):
        assert lag_of(url, RELEASE, ()) == Lag(0, 0)
