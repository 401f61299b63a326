"""Migrations: up and down, and what they make is what the tables say."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import layers.store.migrations
from geo.errors import UnusableStore
from layers.store import tables
from layers.store.engine import open_engine
from layers.store.schema import HEAD, downgrade, revision_of, upgrade
from tests.at_once import at_once
from tests.layers.store.opening import opened_revision

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield made
    made.dispose()


def names(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def test_the_last_step_is_the_one_that_the_code_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", layers.store.migrations.__path__[0])
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    assert len(list(script.walk_revisions())) == int(HEAD), "one step for each number"


def test_the_steps_make_the_tables_that_the_code_describes(engine: sa.Engine) -> None:
    upgrade(engine)
    assert revision_of(engine) == HEAD
    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    assert names(engine) == {*tables.metadata.tables, "alembic_version"}


def test_checks_and_triggers_are_there_too(engine: sa.Engine) -> None:
    upgrade(engine)
    inspector = sa.inspect(engine)
    for table in tables.metadata.sorted_tables:
        made = {check["name"] for check in inspector.get_check_constraints(table.name)}
        assert made == {str(each.name) for each in table.constraints if isinstance(each, sa.CheckConstraint)}, (
            table.name
        )


def test_up_and_down_and_up_again(engine: sa.Engine) -> None:
    upgrade(engine)
    downgrade(engine)
    assert names(engine) == {"alembic_version"}
    assert revision_of(engine) is None
    upgrade(engine)
    assert revision_of(engine) == HEAD


def test_a_store_that_stands_there_is_left_alone(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        before = connection.exec_driver_sql("PRAGMA schema_version").scalar()
    upgrade(engine)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA schema_version").scalar() == before


def test_a_store_of_a_later_version_is_refused(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UnusableStore, match=r"later version.*9999.*Upgrade corridormap"):
        upgrade(engine)


def test_two_at_once_make_one_store(tmp_path: Path) -> None:
    assert at_once(opened_revision, [f"sqlite:///{tmp_path / 'store.sqlite'}"] * 4) == [HEAD] * 4


def test_who_opens_a_new_store_while_another_writes_its_first_tables_waits(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    # As one that is about to make the tables, before the file is in WAL mode: here SQLite itself waits for nobody.
    with closing(sqlite3.connect(path, isolation_level=None)) as writer, ThreadPoolExecutor() as pool:
        writer.execute("BEGIN IMMEDIATE")
        opened = pool.submit(opened_revision, f"sqlite:///{path}")
        with pytest.raises(TimeoutError):
            opened.result(timeout=0.3)
        writer.execute("COMMIT")
        assert opened.result() == HEAD


def test_a_new_store_that_stays_locked_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.store.engine.BUSY_TIMEOUT_S", 0.1)
    path = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnusableStore, match=r"locked.*wait for it and try again"):
            opened_revision(f"sqlite:///{path}")


def test_the_store_is_in_wal_mode(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
