"""Backup: a copy of a workspace that is whole, made while it serves, and brought back into an empty one.

::

    BACKUP/
    ├── backup.json         the list: of each file its sha256 and size; written last
    ├── coverage.sqlite     the store, one snapshot of it; or coverage.dump, where it is in PostgreSQL
    ├── articles/           the shelf
    ├── releases/           every release, with ``latest`` and what was said of releases
    └── uploads/            files that wait to be read

The store is copied first. An article is put on the shelf before the store knows of it, so what the store names is on the
shelf that is copied after it. Releases never change. The key that signs sessions is not copied.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import DamagedBackup, MissingRelease, UnwritableWorkspace
from layers.store.backup import copy_sqlite, is_sqlite, migration_of
from layers.store.dumps import check_empty, dump_store, restore_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from layers.workspace import Workspace

__all__ = ["BackedUp", "make_backup", "restore_backup"]

FORMAT = 1
LIST = "backup.json"
STORE = "coverage.sqlite"
DUMP = "coverage.dump"
_FOLDERS = ("uploads", "articles", "releases")
_CHUNK_BYTES = 1 << 20
_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds: files, bytes, the release that is served, the store's migration (``None`` without one) and its kind."""

    files: int
    size_bytes: int
    latest: str | None
    migration: str | None
    is_sqlite: bool


def make_backup(
    workspace: Workspace,
    store_url: str,
    target: Path,
    *,
    made_at: str,
    version: str,
    progress: Callable[[str], object] = lambda _: None,
) -> BackedUp:
    """Copy a workspace into a new folder while others serve, ingest and review.

    The folder has its name only when it is whole: what was broken off lies beside it as ``.NAME.partial-…`` and is no backup.

    Parameters
    ----------
    workspace
        What to copy.
    store_url
        The store: copied as a file of SQLite, or written by ``pg_dump`` from PostgreSQL.
    target
        A folder that is not there yet, or is empty.
    made_at, version
        The time and the version of corridormap, for the list.
    progress
        Called with the name of each part.

    Raises
    ------
    UnwritableWorkspace
        The target holds something, lies in the workspace, or cannot be written.
    UnusableStore
        The store cannot be read.
    MissingExtra
        The store is in PostgreSQL and its client programs are not installed.
    """
    _check_target(target)
    if workspace.path.resolve() in [target.resolve(), *target.resolve().parents]:
        raise UnwritableWorkspace(
            f"{target} lies in the workspace that it would copy.", hint="Name a folder elsewhere, best on another disk."
        )
    with _aside(target) as aside:
        _copy_folder(workspace.path / "uploads", aside / "uploads")
        progress("store")
        rows: dict[str, int] = {}
        if is_sqlite(store_url):
            migration = copy_sqlite(store_url, aside / STORE)
        else:
            migration, rows = dump_store(store_url, aside / DUMP)
        for leftover in ("-wal", "-shm"):
            (aside / f"{STORE}{leftover}").unlink(missing_ok=True)
        progress("articles")
        _copy_folder(workspace.path / "uploads", aside / "uploads")  # what came before the store was copied
        _copy_folder(workspace.articles, aside / "articles")
        progress("releases")
        latest = _copy_releases(workspace, aside / "releases")
        progress("checksums")
        files = _listed(aside)
        document = {
            "format": FORMAT,
            "made_at": made_at,
            "version": version,
            "migration": migration,
            "latest": latest,
            "rows": rows,
            "files": files,
        }
        _write(aside / LIST, (json.dumps(document, indent=1, sort_keys=True) + "\n").encode())
    return BackedUp(len(files), sum(each["bytes"] for each in files.values()), latest, migration, STORE in files)


def restore_backup(
    backup: Path, workspace: Workspace, store_url: str = "", *, progress: Callable[[str], object] = lambda _: None
) -> BackedUp:
    """Bring a backup back into a workspace that is not there yet, or is empty.

    Every file is compared with the list before and while it is copied; the workspace has its name only when it is whole. A store
    that was in PostgreSQL goes into the database of ``store_url``, which has to be empty; all of it or nothing.

    Raises
    ------
    DamagedBackup
        The folder is no backup, or not whole; all faults at once.
    UnwritableWorkspace
        The workspace holds something, or cannot be written.
    UnusableStore
        The store in it cannot be read, or comes from a later version of corridormap; or the database cannot take it.
    MissingExtra
        It holds a store of PostgreSQL, whose client programs are not installed.
    """
    document = _read_list(backup)
    _check_target(workspace.path)
    progress("checksums")
    faults = list(_faults(backup, document["files"]))
    if faults:
        raise DamagedBackup(backup, faults)
    if STORE in document["files"]:
        migration_of(backup / STORE)
    has_dump = DUMP in document["files"]
    if has_dump:
        check_empty(store_url, document["migration"])
    progress("files")
    with _aside(workspace.path) as aside:
        for name in sorted(document["files"]):
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(backup / name, aside / name)
        faults = list(_faults(aside, document["files"]))
        if faults:
            raise DamagedBackup(backup, [f"{fault} (after it was copied: check the disk)" for fault in faults])
        if has_dump:
            progress("store")
            restore_store(aside / DUMP, store_url, document["rows"])
            (aside / DUMP).unlink()
    sizes = [each["bytes"] for each in document["files"].values()]
    return BackedUp(len(sizes), sum(sizes), document["latest"], document["migration"], STORE in document["files"])


def _check_target(target: Path) -> None:
    try:
        is_taken = target.exists() and (not target.is_dir() or any(target.iterdir()))
    except OSError as error:
        raise _unwritable(target, error) from error
    if is_taken:
        raise UnwritableWorkspace(
            f"{target} is there already and not empty.", hint="Name a folder that is not there; nothing was changed."
        )


@contextlib.contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """Make a folder beside the target that takes its name when all went well, and is gone when not."""
    aside = target.parent / f".{target.name}.partial-{secrets.token_hex(4)}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir(mode=0o700)
        yield aside
        if target.is_dir():
            target.rmdir()
        aside.rename(target)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _unwritable(target: Path, error: OSError) -> UnwritableWorkspace:
    return UnwritableWorkspace(
        f"{target} cannot be written: {_why(error)}.", hint="Free some space, or name another folder."
    )


def _why(error: OSError) -> str:
    """Return why a file could not be written; of the many of a tree the first one.

    >>> _why(shutil.Error([("a", "b", "[Errno 28] No space left on device: 'a' -> 'b'")]))
    'No space left on device'
    """
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        return re.sub(r"^\[Errno \d+\] ", "", str(error.args[0][0][2])).partition(": ")[0]
    return error.strerror or str(error)


def _copy_folder(source: Path, target: Path) -> None:
    """Copy the files of a folder that are not there yet; one that is gone meanwhile is passed over."""
    target.mkdir(exist_ok=True)
    for path in _files_of(source):
        into = target / path.relative_to(source)
        if _is_for_now(path) or into.exists():
            continue
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, into)


def _files_of(folder: Path) -> Iterator[Path]:
    """Yield all below a folder that is no folder, by its path; folders that are gone meanwhile are passed over."""

    def told(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    for place, folders, names in os.walk(folder, onerror=told):
        folders.sort()
        yield from (Path(place) / name for name in sorted(names))


def _is_for_now(path: Path) -> bool:
    """Tell whether a file is a lock, or a file or a release half written."""
    return path.name.startswith(".")


def _copy_releases(workspace: Workspace, target: Path) -> str | None:
    """Copy every release, and return the id of the one that is served.

    Releases may come and go meanwhile: one that vanishes half-way is left out, and the one that is served is always there.
    """
    target.mkdir()
    for _ in range(_MOST_ROUNDS):
        for receipt in sorted(workspace.releases.glob("*/release.json")):
            if not _is_for_now(receipt.parent):
                _copy_release(receipt.parent, target / receipt.parent.name)
        for path in sorted(workspace.releases.glob("*")):
            # What was said of releases, written atomically: the file of the last round counts.
            if path.is_file() and path.name != "latest" and not _is_for_now(path):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copy2(path, target / path.name)
        try:
            latest = workspace.latest()
        except MissingRelease:
            return None
        if (target / latest / "release.json").is_file():
            _write(target / "latest", f"{latest}\n".encode())
            return latest
    raise UnwritableWorkspace(
        "Releases come and go faster than they can be copied.", hint="Wait until builds have ended, and try again."
    )


def _copy_release(source: Path, target: Path) -> None:
    """Copy a release that is not there yet; one that vanishes is left out.

    What lies beside its own files comes and goes as a whole (pictures, what an upgrade made): then it is copied again.
    """
    if target.exists():
        return
    half = target.with_name(f".{target.name}")
    for left in reversed(range(_MOST_ROUNDS)):
        try:
            shutil.copytree(source, half, ignore=shutil.ignore_patterns(".*"))
            half.rename(target)
        except (FileNotFoundError, shutil.Error) as error:
            shutil.rmtree(half, ignore_errors=True)
            if not source.is_dir():
                return
            if not (left and _is_for_what_is_gone(error)):
                raise
        else:
            return


def _is_for_what_is_gone(error: OSError) -> bool:
    """Tell whether nothing hindered a copy but files that were gone when their turn came.

    >>> _is_for_what_is_gone(shutil.Error([("a", "b", "[Errno 2] No such file or directory: 'a'")]))
    True
    >>> _is_for_what_is_gone(shutil.Error([("a", "b", "[Errno 28] No space left on device: 'a' -> 'b'")]))
    False
    """
    if isinstance(error, shutil.Error):
        return all(str(each[2]).startswith(f"[Errno {errno.ENOENT}]") for each in error.args[0])
    return True


def _listed(folder: Path) -> dict[str, dict[str, Any]]:
    """Return sha256 and size of each file by its path, and see that all of them are on the disk."""
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
            files[path.relative_to(folder).as_posix()] = {"sha256": _sha256(path), "bytes": path.stat().st_size}
    return files


def _sha256(path: Path) -> str:
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            sha256.update(chunk)
    return sha256.hexdigest()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read_list(backup: Path) -> dict[str, Any]:
    try:
        document = json.loads((backup / LIST).read_text(encoding="utf-8"))
        files = document["files"]
        is_whole = document["format"] == FORMAT and all(
            isinstance(each["sha256"], str) and isinstance(each["bytes"], int) and _is_within(name)
            for name, each in files.items()
        )
        said = {"latest": document["latest"], "migration": document["migration"], "files": files}
        said["rows"] = dict(document.get("rows", {}))  # since stores of PostgreSQL are in backups
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedBackup(backup, [f"{LIST} is missing or no list of a backup"]) from error
    if not is_whole:
        raise DamagedBackup(backup, [f"{LIST} is of another format, or names a file outside of it"])
    return said


def _is_within(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts and (name in {STORE, DUMP} or path.parts[0] in _FOLDERS)


def _faults(folder: Path, files: dict[str, dict[str, Any]]) -> Iterator[str]:
    for name, wanted in sorted(files.items()):
        path = folder / name
        try:
            if path.stat().st_size != wanted["bytes"] or _sha256(path) != wanted["sha256"]:
                yield f"{name} differs from the list"
        except OSError as error:
            yield f"{name} cannot be read: {error.strerror or error}"
