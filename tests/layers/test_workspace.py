"""The workspace's files and locks: what threads and processes that meet there see, write and keep."""

from __future__ import annotations

import os
import stat
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from geo.errors import MissingRelease, UnknownRelease
from layers.release_status import Decision, read_statuses, write_decision
from layers.releases import Releases
from layers.upgrade import main as upgrade_all
from layers.workspace import Workspace, write_atomically
from server.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

OLD = "000000000000"


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def test_a_new_file_has_the_mode_that_new_files_have(tmp_path: Path, umask: int) -> None:
    write_atomically(tmp_path / "new", b"1")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o666 & ~umask
    (tmp_path / "new").chmod(0o664)
    write_atomically(tmp_path / "new", b"2")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o664, "a file that was there keeps its own"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_writing_never_touches_the_mask_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one for all threads: what another one makes at that moment would get another mode than it should."""

    def touched(_: int) -> int:
        raise AssertionError("the mask was touched")

    monkeypatch.setattr(os, "umask", touched)
    write_atomically(tmp_path / "file", b"1")
    write_atomically(tmp_path / "file", b"2")


def test_the_time_of_a_file_grows_with_each_writing_however_the_clock_goes(tmp_path: Path) -> None:
    """Who keeps what they read by time and inode would else take the file after the next, whose inode is the same, for it."""
    path = tmp_path / "file"
    write_atomically(path, b"0")
    ahead_ns = path.stat().st_mtime_ns + 3_600 * 10**9  # as if the clock stood still, or had been set back
    os.utime(path, ns=(ahead_ns, ahead_ns))
    for step in range(1, 4):
        write_atomically(path, str(step).encode())
        assert path.stat().st_mtime_ns == ahead_ns + step


def test_a_file_that_cannot_be_written_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_atomically(tmp_path / "file", b"1")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(tmp_path / "file", b"2")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"1"}


def test_a_long_name_of_any_script_is_written(tmp_path: Path) -> None:
    write_atomically(tmp_path / ("😀" * 60), b"1")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"1"]


def test_who_publishes_waits_and_may_build(tmp_path: Path) -> None:
    workspace, order = Workspace(tmp_path), list[str]()

    def second() -> None:
        with workspace.publishing(), workspace.building():
            order.append("second")

    with workspace.publishing():
        other = threading.Thread(target=second)
        other.start()
        with workspace.building():
            order.append("first")
    other.join()
    assert order == ["first", "second"]


# What has changed while a command waited for the lock


@pytest.fixture
def two(own_small_workspace: Workspace) -> Workspace:
    """A workspace with a second release beside the latest one."""
    latest = own_small_workspace.latest()
    (own_small_workspace.releases / latest).rename(own_small_workspace.releases / OLD)
    other = own_small_workspace.releases / "111111111111"
    other.mkdir()
    (other / "release.json").write_text("{}")
    own_small_workspace.set_latest("111111111111")
    return own_small_workspace


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something be done by another process between the asking for the build lock and the having of it."""

    def set_(do: Callable[[], object]) -> None:
        building = Workspace.building

        @contextmanager
        def waited(workspace: Workspace) -> Iterator[None]:
            with building(workspace):
                do()
            with building(workspace):
                yield

        monkeypatch.setattr(Workspace, "building", waited)

    return set_


def run(workspace: Workspace, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["releases", *arguments, "--workspace", str(workspace.path)])


def test_a_release_that_has_become_the_latest_is_not_dropped(
    two: Workspace, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: two.set_latest(OLD))
    done = run(two, "drop", OLD)
    assert (done.exit_code, "is the latest one" in done.output) == (1, True)
    assert two.release_path(OLD).is_dir()


def test_a_release_that_has_been_kept_is_not_dropped(
    two: Workspace, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: write_decision(two, OLD, Decision("kept")))
    done = run(two, "drop", OLD)
    assert (done.exit_code, "is kept" in done.output) == (1, True)
    assert two.release_path(OLD).is_dir()


def test_a_release_that_has_been_dropped_is_told_once_more(
    two: Workspace, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: (two.releases / OLD).rename(two.path / "gone") if (two.releases / OLD).exists() else None)
    for command in (("drop",), ("keep",), ("withdraw", "--reason", "It was wrong.")):
        done = run(two, command[0], OLD, *command[1:])
        assert done.exit_code == 1
        assert "There is no release" in done.output
    assert not (two.releases / "status.json").exists()


def test_a_release_that_has_become_the_latest_is_not_withdrawn(
    two: Workspace, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: two.set_latest(OLD))
    done = run(two, "withdraw", OLD, "--reason", "It was wrong.")
    assert (done.exit_code, "is the latest one" in done.output) == (1, True)
    assert read_statuses(two) == {}


def test_what_a_drop_that_was_broken_off_left_is_in_nobodys_way(two: Workspace) -> None:
    left = two.releases / f".building-dropped-{OLD}"
    left.mkdir()
    (left / "half").write_text("")
    assert run(two, "drop", OLD).exit_code == 0
    assert not left.exists()
    assert not (two.releases / OLD).exists()


def test_a_release_that_was_made_readable_meanwhile_is_left_as_it_is(
    own_small_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two services that start at once: the first one serves already what the second one would take away for a moment."""
    latest = own_small_workspace.latest()
    monkeypatch.setattr("layers.upgrade.outdated", lambda _: [latest])  # as it was before the other one was done
    monkeypatch.setattr("sys.argv", ["layers.upgrade", str(own_small_workspace.path)])
    assert upgrade_all() == 0
    assert not (own_small_workspace.releases / latest / "upgraded").exists()


def test_the_latest_release_is_there_though_the_one_that_was_named_is_dropped_meanwhile(
    two: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of the name and the look whether it is there: else there was no release, and a backup without one."""
    read_text, first = Path.read_text, two.latest()

    def then_replaced(path: Path, *rest: str, **named: str) -> str:
        found = read_text(path, *rest, **named)
        if path.name == "latest" and found.strip() == first and (two.releases / first).exists():
            two.set_latest(OLD)
            (two.releases / first).rename(tmp_path / "dropped")
        return found

    monkeypatch.setattr(Path, "read_text", then_replaced)
    assert two.latest() == OLD
    (two.releases / OLD).rename(tmp_path / "gone")
    with pytest.raises(MissingRelease):
        two.latest()


def test_the_latest_release_is_found_though_the_one_before_is_dropped_meanwhile(
    own_small_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request has read which one is the latest; before it opens that one, another is built and the first one dropped."""
    latest, asked = own_small_workspace.latest(), list[str]()

    def just_replaced(workspace: Workspace) -> str:
        asked.append(workspace.path.name)
        return OLD if len(asked) == 1 else latest

    monkeypatch.setattr(Workspace, "latest", just_replaced)
    assert Releases(own_small_workspace).get().id == latest
    monkeypatch.setattr(Workspace, "latest", lambda _: OLD)
    with pytest.raises(UnknownRelease):
        Releases(own_small_workspace).get()
