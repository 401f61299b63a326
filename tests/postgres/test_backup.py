"""Backups of a workspace whose store is in PostgreSQL: written by pg_dump, and brought back into an empty database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest
from click.testing import CliRunner

from geo.errors import DamagedBackup, MissingExtra, UnusableStore
from layers.backup import make_backup, restore_backup
from layers.store.audit import Event
from layers.store.copy import table_checksum
from layers.store.engine import open_engine, writing
from layers.store.people import PeopleStore
from layers.store.schema import HEAD
from layers.store.sessions import Session
from layers.store.tables import metadata
from layers.workspace import Workspace
from server.cli import main
from tests.postgres.test_store import fill

if TYPE_CHECKING:
    from pathlib import Path

    from layers.backup import BackedUp
    from tests.postgres.database import Database

AT = "2026-03-01T12:00:00Z"


def backed_up(workspace: Workspace, url: str, target: Path) -> BackedUp:
    return make_backup(workspace, url, target, made_at=AT, version="1")


def held(url: str) -> dict[str, tuple[int, str]]:
    engine = open_engine(url)
    try:
        return {table.name: table_checksum(engine, table) for table in metadata.sorted_tables}
    finally:
        engine.dispose()


@pytest.fixture
def empty_url(postgres: Database) -> str:
    """Another empty database than ``store_url``."""
    return postgres.create().replace("postgresql://", "postgresql+psycopg://")


def test_what_comes_back_is_what_was(
    own_small_workspace: Workspace, store_url: str, empty_url: str, tmp_path: Path
) -> None:
    fill(store_url)
    with PeopleStore.open(store_url) as store:
        person = store.add("Әсел", "editor", "hash", Event(AT, None, "account-added"))
        store.begin_session(Session("c" * 64, person.id, 1, 1, 2_000_000_000), Event(AT, "Әсел", "signed-in"))
    with psycopg.connect(store_url.replace("+psycopg", ""), autocommit=True) as connection:
        # What else is in the database is not ours.
        connection.execute("CREATE SCHEMA elsewhere CREATE TABLE theirs (number int)")
    made = backed_up(own_small_workspace, store_url, tmp_path / "backup")
    assert (made.migration, made.is_sqlite) == (HEAD, False)
    listed = json.loads((tmp_path / "backup" / "backup.json").read_text(encoding="utf-8"))
    assert listed["rows"]["articles"] == 3
    restored = Workspace(tmp_path / "restored")
    assert restore_backup(tmp_path / "backup", restored, empty_url) == made
    before, after = held(store_url), held(empty_url)
    assert before.pop("sessions")[0] == 1
    assert after.pop("sessions")[0] == 0, "nobody's session is in it"
    assert after == before
    assert not (restored.path / "coverage.dump").exists()
    assert restored.latest() == own_small_workspace.latest()
    with psycopg.connect(empty_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT to_regclass('elsewhere.theirs')").fetchone() == (None,)
    fill(empty_url)  # it goes on as a store, with its sequences and triggers
    with pytest.raises(UnusableStore, match="only added to"):
        deleted(empty_url)


def deleted(url: str) -> None:
    engine = open_engine(url)
    try:
        with writing(engine) as connection:
            connection.exec_driver_sql("DELETE FROM decisions")
    finally:
        engine.dispose()


def test_what_cannot_be_brought_back_changes_nothing(
    own_small_workspace: Workspace, store_url: str, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store_url, articles=1)
    backup, restored = tmp_path / "backup", Workspace(tmp_path / "restored")
    backed_up(own_small_workspace, store_url, backup)
    for url, said in ((restored.store_url, "CORRIDORMAP_STORE"), (store_url, "holds a store already")):
        with pytest.raises(UnusableStore, match=said):
            restore_backup(backup, restored, url)
    listed = json.loads((backup / "backup.json").read_text(encoding="utf-8"))
    (backup / "backup.json").write_text(json.dumps(listed | {"migration": "9999"}), encoding="utf-8")
    with pytest.raises(UnusableStore, match="later version"):
        restore_backup(backup, restored, empty_url)
    (backup / "backup.json").write_text(json.dumps(listed), encoding="utf-8")
    dump = (backup / "coverage.dump").read_bytes()
    (backup / "coverage.dump").write_bytes(dump[:-100])
    with pytest.raises(DamagedBackup, match=r"coverage\.dump"):
        restore_backup(backup, restored, empty_url)
    (backup / "coverage.dump").write_bytes(dump)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtra, match="pg_restore is not installed"):
        restore_backup(backup, restored, empty_url)
    with pytest.raises(MissingExtra, match="apt-get install postgresql-client"):
        backed_up(own_small_workspace, store_url, tmp_path / "other")
    assert not restored.path.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "own"]


def test_the_commands_say_where_the_store_is(
    own_small_workspace: Workspace, store_url: str, empty_url: str, tmp_path: Path
) -> None:
    fill(store_url, articles=1)
    run = CliRunner().invoke
    asked = ["backup", str(tmp_path / "backup"), "--workspace", str(own_small_workspace.path), "--json"]
    made = run(main, asked, env={"CORRIDORMAP_STORE": store_url})
    assert made.exit_code == 0, made.output
    assert (json.loads(made.stdout)["migration"], json.loads(made.stdout)["is_sqlite"]) == (HEAD, False)
    asked = ["restore", str(tmp_path / "backup"), "--workspace", str(tmp_path / "new")]
    refused = run(main, asked)
    assert refused.exit_code == 1
    assert "createdb" in refused.stderr
    done = run(main, asked, env={"CORRIDORMAP_STORE": empty_url})
    assert done.exit_code == 0, done.output
    secret = store_url.replace("postgres@", "postgres:sesame@").replace("made_", "none_such_")
    away = run(main, ["backup", str(tmp_path / "other")], env={"CORRIDORMAP_STORE": secret})
    assert away.exit_code == 1
    assert "sesame" not in away.output
