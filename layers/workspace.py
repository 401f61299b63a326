"""Workspace: the one folder in which everything that a run writes lies.

::

    WORKSPACE/
    ├── releases/<id>/      immutable, one folder per release
    ├── releases/latest     the id that is served when none is named
    ├── releases/status.json    what was decided of releases, see :mod:`layers.release_status`
    ├── articles/<sha256>.txt   texts filed by ``corridormap ingest``; never part of a release
    ├── coverage.sqlite         the coverage store, see :mod:`layers.store`
    ├── uploads/<id>/           files from the browser that wait to be read, see :mod:`server.people.upload_files`
    └── secret.key              signs the sessions of people who review; in no backup
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import stat
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.errors import MissingRelease, UnknownRelease, UnwritableWorkspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Workspace", "write_atomically", "write_output"]

_RELEASE_ID = re.compile(r"[0-9a-f]{12}")


def write_atomically(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content`` so that a reader, or a crash, sees the old bytes or the new ones, never a mixture.

    A file that was there keeps its mode, and its time of modification grows with each writing, however fast they follow.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    try:
        before = path.stat()
    except FileNotFoundError:
        before = None
    aside = path.with_name(f".{path.name[:50]}-{secrets.token_hex(8)}")
    # The system takes the mask off a new file's mode: to read the mask is to set it, also for what other threads make meanwhile.
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600 if before else 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if before is not None:
                os.fchmod(handle, stat.S_IMODE(before.st_mode))
                _make_later(handle, before.st_mtime_ns)
            os.fsync(handle)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _make_later(handle: int, mtime_ns: int) -> None:
    """Let an open file be later than a time, which the system's clock, of some milliseconds, may not do by itself.

    Who keeps what was read of a file asks for its time and inode, and the inode of the file before the last comes back.
    """
    if os.fstat(handle).st_mtime_ns <= mtime_ns:
        os.utime(handle, ns=(mtime_ns + 1, mtime_ns + 1))


def write_output(path: Path, content: bytes) -> None:
    """Write what a person asked for to the file that they named.

    A regular file, also behind a link, is replaced as :func:`write_atomically` does; a device or a pipe is written to
    and stays what it is.

    Raises
    ------
    OSError
        When it cannot be written, or may not be.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            file.write(content)
        return
    if target.exists() and not (os.access(target, os.W_OK) and stat.S_IMODE(target.stat().st_mode) & 0o222):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    write_atomically(target, content)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder of releases and filed articles.

    Nothing is created before something is written: reading an empty workspace is no error until a release is asked for.
    """

    path: Path

    @property
    def releases(self) -> Path:
        """Folder of the releases."""
        return self.path / "releases"

    @property
    def articles(self) -> Path:
        """Folder of the filed article texts."""
        return self.path / "articles"

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the coverage store, unless the operator names another one.

        >>> from pathlib import Path
        >>> Workspace(Path("/srv/maps")).store_url
        'sqlite:////srv/maps/coverage.sqlite'
        """
        return f"sqlite:///{self.path / 'coverage.sqlite'}"

    def prepare(self) -> None:
        """Make the folders and prove that they can be written.

        Raises
        ------
        UnwritableWorkspace
            When the folder is a file, read-only, or full.
        """
        try:
            for folder in (self.releases, self.articles):
                folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=folder) as probe:
                    probe.write(b"corridormap")
        except OSError as error:
            raise UnwritableWorkspace(
                f"The workspace {self.path} cannot be written: {error.strerror or error}.",
                hint="Name another folder with --workspace or CORRIDORMAP_WORKSPACE, or mend its permissions.",
            ) from error

    @contextlib.contextmanager
    def building(self) -> Iterator[None]:
        """Hold the workspace's build lock; a second build waits. The lock ends with the process, also by kill -9."""
        self.prepare()
        with (self.releases / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def publishing(self) -> Iterator[None]:
        """Hold the workspace from the reading of what is to be published to its end; a second one waits, and then reads.

        Without it a build that read the store earlier, and waited for another one, would serve what is older in place of what
        is newer. Within it :meth:`building` may be held.
        """
        self.prepare()
        with (self.releases / ".publishing").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def latest(self) -> str:
        """Id of the release that is served when none is named.

        Raises
        ------
        MissingRelease
            When nothing has been built in this workspace.
        """
        gone = ""
        # Between the reading of the name and the look another release may have taken its place, and this one been dropped.
        while (release_id := self._named_latest()) != gone:
            if (self.releases / release_id / "release.json").is_file():
                return release_id
            gone = release_id
        raise MissingRelease(
            "The workspace holds no release.",
            hint="Run `corridormap build` (or `make serve`) first, or name another workspace.",
        )

    def _named_latest(self) -> str:
        try:
            return (self.releases / "latest").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def set_latest(self, release_id: str) -> None:
        """Serve ``release_id`` from now on when no release is named."""
        write_atomically(self.releases / "latest", f"{release_id}\n".encode("ascii"))

    def receipts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the id and the receipt of each release that lies here, the newest first; unreadable ones are passed over."""
        found = []
        for path in self.releases.glob("*/release.json"):
            with contextlib.suppress(OSError, ValueError):
                receipt = json.loads(path.read_text(encoding="utf-8"))
                if _RELEASE_ID.fullmatch(path.parent.name) and isinstance(receipt, dict):
                    found.append((str(receipt.get("date", "")), path.parent.name, receipt))
        for _, release_id, receipt in sorted(found, key=lambda one: one[:2], reverse=True):
            yield release_id, receipt

    def release_path(self, release_id: str) -> Path:
        """Folder of one release.

        Raises
        ------
        UnknownRelease
            When this workspace holds no release of that id.
        """
        path = self.releases / release_id[:12]
        if not _RELEASE_ID.fullmatch(release_id) or not (path / "release.json").is_file():
            raise UnknownRelease(
                f"There is no release {release_id[:40]!r} here.",
                hint="Leave `release` out for the latest one; `corridormap releases list` names all.",
            )
        return path
