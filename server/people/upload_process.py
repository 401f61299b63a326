"""Upload process: reads what was uploaded, apart from the service, one file after another.

A worker starts it and forgets it: a long article keeps no request waiting. Of all such processes one holds the lock and works,
the others end at once. It does not read by itself but starts a child that may use so much memory and time, and says what
became of a file when the child did not live to say so.

Run by :func:`start` as ``python -m server.people.upload_process``; its settings are those of the service.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import CorridorMapError, UnreadableArticle
from layers.store.audit import Event
from layers.store.uploads import Upload, UploadStore
from layers.workspace import Workspace
from server.config import Config
from server.people.clock import now_iso
from server.people.upload_files import discard, file_of, folder_of
from server.startup import end_with_parent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from layers.ingestion import Ingestion

__all__ = ["main", "start"]

MEMORY_BYTES = 4_000_000_000
"""Address space of the process that reads; a PDF has a smaller limit of its own."""

LONGEST_S = 600
"""How long one file may take."""

_LOOK_EVERY_S = 0.5
_NICE = 10
_CHILD = "--read"


def start(config: Config) -> None:
    """Start the process, unless one is at work.

    Does not wait for it. Which process is at work is known by a lock on a file, which ends with its process however that
    ends.
    """
    with _lock(Workspace(config.workspace)) as lock:
        if lock is None:
            return
    process = subprocess.Popen(
        [sys.executable, "-m", "server.people.upload_process"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=_environment(config),
        start_new_session=True,
    )
    threading.Thread(target=process.wait, daemon=True).start()  # else it stays as a zombie when it has ended


def _environment(config: Config) -> dict[str, str]:
    import server  # noqa: PLC0415 -- to find what the child imports, wherever it is started

    own = {
        "CORRIDORMAP_WORKSPACE": str(config.workspace),
        "CORRIDORMAP_STORE": config.store,
        "CORRIDORMAP_REVIEW": "0",
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(Path(server.__file__).parents[1]), os.environ.get("PYTHONPATH")])
        ),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CORRIDORMAP_")}
    return kept | own


@contextlib.contextmanager
def _lock(workspace: Workspace) -> Iterator[IO[str] | None]:
    """Hold the lock of the process that reads; give its file, or ``None`` when another process holds it."""
    folder = folder_of(workspace)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file


def main() -> int:
    """Read all that waits, then end."""
    config = Config.from_environment(os.environ)
    if _CHILD in sys.argv:
        end_with_parent(int(sys.argv[-1]))
        _read_all(config)
        return 0
    os.nice(_NICE)
    workspace = Workspace(config.workspace)
    with UploadStore.open(config.store_url) as store:
        while store.count_open():
            with _lock(workspace) as lock:
                if lock is None:
                    return 0
                if not _watch(config, store, workspace, lock):
                    return 1
            # What came while the lock was ours saw it held; look again now that it is free.
    return 0


def _watch(config: Config, store: UploadStore, workspace: Workspace, lock: IO[str]) -> bool:
    """Let children read until nothing waits, and tell what they did not live to tell; ``False`` when they cannot even begin.

    A child holds the lock too, so that nobody else reads while it lives, whatever becomes of this process.
    """
    if left := store.being_read():  # by a process that is no more, as the lock is ours
        _broken_off(store, workspace, left, "The service was stopped while it was read.")
    while store.count_open():
        child = subprocess.Popen(  # noqa: S603 -- our own module, run by our own interpreter
            [sys.executable, "-m", "server.people.upload_process", _CHILD, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=_environment(config),
            pass_fds=(lock.fileno(),),
        )
        late = _wait(child, store)
        if left := store.being_read():
            # The late one may have been read in the last moment, and the next one begun.
            if left.id == late:
                _failed(store, workspace, left, f"{left.file_name} takes more than {LONGEST_S} s to be read.")
            else:
                _broken_off(store, workspace, left, f"Reading {left.file_name} ended without an answer.")
        elif late is None and child.returncode:
            return False  # the next request starts another one
    return True


def _wait(child: subprocess.Popen[bytes], store: UploadStore) -> str | None:
    """Wait for a child, and end it when one file takes too long; return the id of that file."""
    current, since = "", time.monotonic()
    try:
        while child.poll() is None:
            time.sleep(_LOOK_EVERY_S)
            upload = store.being_read()
            if upload is None or upload.id != current:
                current, since = (upload.id if upload else ""), time.monotonic()
            elif time.monotonic() - since > LONGEST_S:
                return current
        return None
    finally:
        child.kill()
        child.wait()


def _broken_off(store: UploadStore, workspace: Workspace, upload: Upload, why: str) -> None:
    """Let a file wait once more; one that ended its reader twice is not tried again."""
    if not store.give_back(upload.id):
        _failed(store, workspace, upload, why)


def _failed(
    store: UploadStore, workspace: Workspace, upload: Upload, fault: str, hint: str = "Send its text as a .txt file."
) -> None:
    event = Event(now_iso(), upload.person, "upload-failed", None, {"file": upload.file_name, "fault": fault})
    store.failed(upload.id, fault=fault, hint=hint, event=event)
    discard(workspace, upload.id)


def _read_all(config: Config) -> None:
    """Read all that waits, in a process with limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from layers.articles.reader import Reader  # noqa: PLC0415 -- after the limits are set
    from layers.ingestion import Ingestion  # noqa: PLC0415 -- as above

    workspace = Workspace(config.workspace)
    with (
        UploadStore.open(config.store_url) as store,
        Ingestion.open(workspace, config.store_url, Reader.open(config.root)) as ingestion,
    ):
        while upload := store.take_next():
            _read(store, workspace, ingestion, upload)
        if ingestion.store.uncompared():
            ingestion.compare()


def _read(store: UploadStore, workspace: Workspace, ingestion: Ingestion, upload: Upload) -> None:
    path = file_of(workspace, upload.id)
    try:
        if path is None:
            raise UnreadableArticle(f"{upload.file_name} is there no more.", hint="Send it again.")
        row = ingestion.take(path, date.fromisoformat(upload.published) if upload.published else None)
    except CorridorMapError as error:
        _failed(store, workspace, upload, error.message, error.hint)
        return
    except MemoryError:
        _failed(store, workspace, upload, f"{upload.file_name} needs too much memory to be read.")
        return
    candidates = row.kept.new if row.kept else None
    detail = {"file": upload.file_name, "article": row.article, "candidates": candidates}
    event = Event(now_iso(), upload.person, "upload-read", None, detail)
    store.done(upload.id, article=row.sha256, candidates=candidates, event=event)
    discard(workspace, upload.id)


if __name__ == "__main__":
    sys.exit(main())
