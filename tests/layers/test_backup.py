"""Backup: whole while others write, refused where it would mix, and never half."""

from __future__ import annotations

import json
import os
import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from geo.errors import DamagedBackup, UnusableStore, UnwritableWorkspace
from layers import backup as backups
from layers.backup import make_backup, restore_backup
from layers.release import Release
from layers.store import tables
from layers.store.audit import Event
from layers.store.backup import copy_sqlite
from layers.store.engine import open_engine, reading
from layers.store.people import PeopleStore
from layers.store.schema import HEAD
from layers.store.sessions import Session
from layers.workspace import Workspace
from tests.live import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from layers.backup import BackedUp

AT = "2026-03-01T12:00:00Z"
TEXT = "Нашли двенадцать килограммов. دوازده کیلو پیدا شد."


@pytest.fixture
def full_workspace(own_small_workspace: Workspace) -> Workspace:
    """A workspace with a release, a text on the shelf, a person who is signed in, and a file that waits."""
    own_small_workspace.prepare()
    (own_small_workspace.articles / f"{'a' * 64}.txt").write_text(TEXT, encoding="utf-8")
    waiting = own_small_workspace.path / "uploads" / ("b" * 32)
    waiting.mkdir(parents=True)
    (waiting / "статья.txt").write_text(TEXT, encoding="utf-8")
    (own_small_workspace.path / "secret.key").write_text("x" * 64)
    for name in ("status.json", "corrections.json"):
        (own_small_workspace.releases / name).write_text("{}")
    with PeopleStore.open(own_small_workspace.store_url) as store:
        person = store.add("Әсел", "editor", "hash", Event(AT, None, "account-added"))
        store.begin_session(Session("c" * 64, person.id, 1, 1, 2_000_000_000), Event(AT, "Әсел", "signed-in"))
    return own_small_workspace


def backed_up(workspace: Workspace, target: Path) -> BackedUp:
    return make_backup(workspace, workspace.store_url, target, made_at=AT, version="1")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_what_comes_back_is_what_was(full_workspace: Workspace, tmp_path: Path) -> None:
    made = backed_up(full_workspace, tmp_path / "backup")
    assert made.migration == HEAD
    assert made.latest == full_workspace.latest()
    restored = Workspace(tmp_path / "new" / "ws")
    assert restore_backup(tmp_path / "backup", restored) == made
    kept, found = files(full_workspace.path), files(restored.path)
    for name in ("coverage.sqlite", "coverage.sqlite-wal", "coverage.sqlite-shm"):
        kept.pop(name, None)
        found.pop(name, None)
    kept.pop("secret.key")
    assert found == kept, "all but the store, byte by byte; the key is never copied"
    release = Release.open(restored.release_path(restored.latest()))
    assert release.layer_ids
    with PeopleStore.open(restored.store_url) as store:
        assert [account.name for account in store.accounts()] == ["Әсел"]
        assert [event.what for _, event in store.events(most=9)] == ["signed-in", "account-added"]
        assert store.person_of("c" * 64, now_s=5, idle_s=100) is None, "nobody's session is in a backup"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "new", "own"], "nothing is left beside it"
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


def test_the_store_is_copied_as_one_moment_while_others_write(tmp_path: Path) -> None:
    """A writer adds pairs of events, each pair in one transaction: no copy holds half a pair, and the writer never waits."""
    url = f"sqlite:///{tmp_path / 'coverage.sqlite'}"
    stop = threading.Event()
    written = [0]
    with PeopleStore.open(url) as store:

        def write() -> None:
            while not stop.is_set():
                with store.engine.execution_options(immediate=True).begin() as connection:
                    for part in ("first", "second"):
                        connection.execute(
                            sa.insert(tables.audit).values(
                                at=AT, what=part, detail={"n": written[0], "fill": "x" * 500}
                            )
                        )
                written[0] += 1

        writer = threading.Thread(target=write)
        writer.start()
        counts = []
        try:
            for number in range(6):
                before = written[0]
                wait_until(lambda: written[0] > before, "the writer goes on")  # noqa: B023 -- asked at once
                before = written[0]
                copy_sqlite(url, tmp_path / f"copy{number}.sqlite")
                engine = open_engine(f"sqlite:///{tmp_path / f'copy{number}.sqlite'}")
                with reading(engine) as connection:
                    found = [
                        connection.execute(sa.select(sa.func.count()).where(tables.audit.c.what == part)).scalar_one()
                        for part in ("first", "second")
                    ]
                engine.dispose()
                assert found[0] == found[1]
                assert found[0] >= before
                counts.append(found[0])
        finally:
            stop.set()
            writer.join()
    assert counts == sorted(counts)
    assert written[0] > counts[0]


def test_a_copy_that_finds_no_room_blames_the_folder_of_the_backup(
    full_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small_disk(url: str) -> sa.Engine:
        engine = open_engine(url)
        if str(full_workspace.path) not in url:
            sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 3"))
        return engine

    monkeypatch.setattr("layers.store.backup.open_engine", small_disk)
    with pytest.raises(UnwritableWorkspace, match="backup cannot be written: No space left on device"):
        backed_up(full_workspace, tmp_path / "backup")
    assert list(tmp_path.glob("*backup*")) == []


def test_a_folder_that_holds_something_is_refused(full_workspace: Workspace, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")
    with pytest.raises(UnwritableWorkspace, match="not empty"):
        backed_up(full_workspace, taken)
    backed_up(full_workspace, tmp_path / "backup")
    with pytest.raises(UnwritableWorkspace, match="not empty"):
        restore_backup(tmp_path / "backup", Workspace(taken))
    with pytest.raises(UnwritableWorkspace, match="not empty"):
        restore_backup(tmp_path / "backup", full_workspace)
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]
    with pytest.raises(UnwritableWorkspace, match="lies in the workspace"):
        backed_up(full_workspace, full_workspace.path / "backup")
    (tmp_path / "empty").mkdir()
    assert backed_up(full_workspace, tmp_path / "empty").files


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("change", "differs from the list"),
        ("cut", "differs from the list"),
        ("remove", "cannot be read"),
        ("list", "no list of a backup"),
        ("nolist", "no list of a backup"),
        ("escape", "outside of it"),
        ("absolute", "outside of it"),
        ("format", "another format"),
    ],
)
def test_a_damaged_backup_restores_nothing(damage: str, told: str, full_workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    backed_up(full_workspace, folder)
    file = folder / "articles" / f"{'a' * 64}.txt"
    document = json.loads((folder / "backup.json").read_text())
    if damage == "change":
        file.write_bytes(file.read_bytes()[:-1] + b"!")
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    elif damage == "remove":
        file.unlink()
    elif damage == "nolist":
        (folder / "backup.json").unlink()
    elif damage == "list":
        (folder / "backup.json").write_text('{"files": []}')
    elif damage == "format":
        (folder / "backup.json").write_text(json.dumps({**document, "format": 99}))
    else:
        name = "articles/../../evil.txt" if damage == "escape" else "/evil.txt"
        document["files"][name] = {"sha256": "0" * 64, "bytes": 1}
        (folder / "backup.json").write_text(json.dumps(document))
    with pytest.raises(DamagedBackup, match=told) as caught:
        restore_backup(folder, Workspace(tmp_path / "ws"))
    assert caught.value.hint
    assert not (tmp_path / "ws").exists()
    assert not list(tmp_path.glob(".*partial*"))


def test_a_backup_of_a_later_version_is_refused(full_workspace: Workspace, tmp_path: Path) -> None:
    engine = open_engine(full_workspace.store_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    backed_up(full_workspace, tmp_path / "backup")
    with pytest.raises(UnusableStore, match="later version"):
        restore_backup(tmp_path / "backup", Workspace(tmp_path / "ws"))
    assert not (tmp_path / "ws").exists()


def test_what_is_broken_off_is_no_backup(
    full_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "_copy_releases", broken)
    with pytest.raises(UnwritableWorkspace, match="No space left"):
        backed_up(full_workspace, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    assert not list(tmp_path.glob(".*partial*"))


def test_a_release_that_vanishes_meanwhile_is_left_out(
    full_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = full_workspace.latest()
    old = full_workspace.releases / "000000000000"
    shutil.copytree(full_workspace.releases / latest, old)
    copytree = shutil.copytree

    def vanishing(source: os.DirEntry[str] | Path, *rest: Any, **named: Any) -> str:
        if source.name == old.name:
            shutil.rmtree(old)
        return str(copytree(source, *rest, **named))

    monkeypatch.setattr(shutil, "copytree", vanishing)
    made = backed_up(full_workspace, tmp_path / "backup")
    assert made.latest == latest
    assert sorted(path.name for path in (tmp_path / "backup" / "releases").iterdir() if path.is_dir()) == [latest]


@pytest.mark.parametrize("always", [False, True])
def test_what_lies_beside_a_release_may_be_replaced_meanwhile(
    full_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, always: bool
) -> None:
    """An upgrade takes the place of an earlier one between the list in which its folder stands and that of the folder."""
    made = full_workspace.releases / full_workspace.latest() / "upgraded"
    (made / "columns").mkdir(parents=True)
    (made / "layers.json").write_text("[]")
    copytree, replaced = shutil.copytree, list[str]()

    def replacing(source: os.DirEntry[str] | Path, *rest: Any, **named: Any) -> str:
        if source.name != made.name or (replaced and not always):
            return str(copytree(source, *rest, **named))
        replaced.append(source.name)
        made.rename(tmp_path / "old")
        try:
            return str(copytree(source, *rest, **named))
        finally:
            (tmp_path / "old").rename(made)

    monkeypatch.setattr(shutil, "copytree", replacing)
    if always:
        with pytest.raises(UnwritableWorkspace, match="No such file"):
            backed_up(full_workspace, tmp_path / "backup")
        assert not (tmp_path / "backup").exists()
        assert len(replaced) == 5
        return
    made_backup = backed_up(full_workspace, tmp_path / "backup")
    copied = tmp_path / "backup" / "releases" / str(made_backup.latest)
    assert files(copied) == files(made.parent)
    assert len(replaced) == 1


def test_an_upload_that_vanishes_and_what_is_half_written_are_left_out(
    full_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = full_workspace.path / "uploads"
    read = uploads / ("c" * 32)
    read.mkdir()
    (read / "read.txt").write_text(TEXT, encoding="utf-8")
    (uploads / ("b" * 32) / ".received").write_text(TEXT[:5], encoding="utf-8")
    building = full_workspace.releases / ".building-000000000000"
    shutil.copytree(full_workspace.releases / full_workspace.latest(), building)
    scandir = os.scandir

    def vanishing(path: Any = ".") -> Any:
        """The folder is gone between the list in which it stands and its own."""
        if path in {read, str(read)}:
            shutil.rmtree(read)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", vanishing)
    backed_up(full_workspace, tmp_path / "backup")
    assert not read.exists()
    found = [path.relative_to(tmp_path / "backup").as_posix() for path in (tmp_path / "backup").rglob("*")]
    assert [name for name in found if name.startswith("uploads/")] == [
        f"uploads/{'b' * 32}",
        f"uploads/{'b' * 32}/статья.txt",
    ]
    assert not [name for name in found if "building" in name]


def test_what_may_not_be_read_makes_no_backup_without_it(
    full_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, scandir = str(full_workspace.path / "uploads" / ("b" * 32)), os.scandir

    def refused(path: Any = ".") -> Any:
        if str(path) == folder:
            raise PermissionError(13, "Permission denied", folder)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(UnwritableWorkspace, match="Permission denied"):
        backed_up(full_workspace, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_workspace_with_nothing_in_it_is_backed_up_too(tmp_path: Path) -> None:
    made = backed_up(Workspace(tmp_path / "none"), tmp_path / "backup")
    assert (made.files, made.latest, made.migration) == (0, None, None)
    assert restore_backup(tmp_path / "backup", Workspace(tmp_path / "ws")) == made
