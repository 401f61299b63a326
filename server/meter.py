"""Meter: what one process counts of its requests, in a file that the other processes of the service read too.

A scrape reaches one process, and must be told of all. So each counts in the cells of a mapped file of its own, in a folder
that only processes of one start have in common, and whoever is asked adds the files up. A file outlives its process: a
worker that died and was replaced takes nothing out of the sums. Counting costs a lock and an addition, a tenth of what the
Prometheus client's own multi-process mode takes, since cached tiles are answered in microseconds.
"""

from __future__ import annotations

import bisect
import fcntl
import hashlib
import mmap
import multiprocessing
import os
import shutil
import stat
import tempfile
import threading
from array import array
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["BUCKETS_S", "OTHER", "Meter", "Sums"]

BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends of the histogram of tiles, in seconds; one more holds what took longer."""

OTHER: Final = "other"
"""The route of a request that no route answers."""

STATUSES: Final = (
    200, 204, 206, 301, 302, 303, 304, 308, 400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 415, 416, 422, 429,
    500, 501, 502, 503, 504,
)  # fmt: skip
"""Statuses that are told apart; any other counts as the hundred that it belongs to."""

_HUNDREDS: Final = (100, 200, 300, 400, 500)
_CELL_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Sums:
    """What all processes have counted: requests by (route, status), and of tiles, hits and made ones.

    ``tiles_made`` has one number for each of :data:`BUCKETS_S` and one for all that took longer, not accumulated;
    ``tiles_made_s`` is how long they took in all.
    """

    requests: Mapping[tuple[str, str], int]
    tile_hits: int
    tiles_made: tuple[int, ...]
    tiles_made_s: float


class Meter:
    """The counters of this process.

    Parameters
    ----------
    routes
        Every route of the service, as its rules are written; :data:`OTHER` is added.
    folder
        Where the processes of the service meet; without one this process counts for itself.

    Examples
    --------
    >>> meter = Meter(["/healthz"])
    >>> meter.count("/healthz", 200), meter.count(None, 404), meter.count("/healthz", 299)
    (None, None, None)
    >>> sorted(meter.sums().requests.items())
    [(('/healthz', '200'), 1), (('/healthz', '2xx'), 1), (('other', '404'), 1)]
    """

    def __init__(self, routes: Iterable[str], folder: Path | None = None) -> None:
        self._routes = (*sorted(set(routes) - {OTHER}), OTHER)
        self._status_cell = {status: cell for cell, status in enumerate(STATUSES)}
        self._names = (*map(str, STATUSES), *(f"{hundred // 100}xx" for hundred in _HUNDREDS))
        self._row_of = {route: row * len(self._names) for row, route in enumerate(self._routes)}
        # Tiles from the cache have cells of their own, in the same order: one addition says both that and which answer it was.
        self._hits = len(self._routes) * len(self._names)
        self._buckets = 2 * self._hits
        self._seconds = self._buckets + len(BUCKETS_S) + 1
        self._lock = threading.Lock()
        self._folder = folder
        size = (self._seconds + 1) * _CELL_BYTES
        self._map = mmap.mmap(-1, size) if folder is None else self._mapped(folder, size)
        self._cells = memoryview(self._map).cast("d")

    @classmethod
    def shared(cls, routes: Iterable[str]) -> Self:
        """Return a meter that is added up with those of the processes that were started together with this one.

        Raises
        ------
        OSError
            When no temporary folder can be written, or the one of this user belongs to somebody else.
        """
        with _family() as folder:
            return cls(routes, folder)

    def _mapped(self, folder: Path, size: int) -> mmap.mmap:
        # Of another set of routes, by its name another file: it is not added to these.
        self._kind = hashlib.sha256(repr(self._routes).encode()).hexdigest()[:8]
        # Never one that is there: the system gives a process the number of one that has ended.
        file, _ = tempfile.mkstemp(f"-{self._kind}.cells", f"{os.getpid()}-", folder)
        fcntl.flock(file, fcntl.LOCK_SH)  # held, and the file open, as long as this process lives: the folder is in use
        os.ftruncate(file, size)
        return mmap.mmap(file, size)

    def cell(self, route: str | None, status: int) -> int:
        """Return the number of the cell that counts a route's answers of one status, for :meth:`hit`."""
        row = self._row_of.get(route or OTHER, self._row_of[OTHER])
        known = self._status_cell.get(status)
        return row + (len(STATUSES) + min(max(status // 100, 1), 5) - 1 if known is None else known)

    def count(self, route: str | None, status: int) -> None:
        """Count one answer; ``None`` is the route of what no route answers."""
        cell = self.cell(route, status)
        with self._lock:
            self._cells[cell] += 1

    def hit(self, cell: int) -> None:
        """Count a tile that was answered from the cache, in microseconds which are not worth the time to take them."""
        with self._lock:
            self._cells[cell + self._hits] += 1

    def made(self, cell: int, seconds: float) -> None:
        """Count a tile that had to be made, and how long it took."""
        bucket = self._buckets + bisect.bisect_left(BUCKETS_S, seconds)
        with self._lock:
            self._cells[cell] += 1
            self._cells[bucket] += 1
            self._cells[self._seconds] += seconds

    def sums(self) -> Sums:
        """Return what this process and those that it was started with have counted, ended ones among them."""
        totals = [sum(cells) for cells in zip(*self._all_cells(), strict=True)]
        hits = totals[self._hits : self._buckets]
        answered = [made + kept for made, kept in zip(totals[: self._hits], hits, strict=True)]
        return Sums(
            requests={
                (route, name): int(answered[row + at])
                for route, row in self._row_of.items()
                for at, name in enumerate(self._names)
                if answered[row + at]
            },
            tile_hits=int(sum(hits)),
            tiles_made=tuple(map(int, totals[self._buckets : self._seconds])),
            tiles_made_s=totals[self._seconds],
        )

    def _all_cells(self) -> Iterator[array[float]]:
        if self._folder is None:
            yield array("d", self._map[:])
            return
        for path in sorted(self._folder.glob(f"*-{self._kind}.cells")):
            content = path.read_bytes()
            if len(content) == len(self._map):  # one that is only being made has counted nothing yet
                yield array("d", content)


@contextmanager
def _family() -> Iterator[Path]:
    """Give the folder in which the processes that were started together count; its owner alone may enter.

    Python gives a process and its children one secret; its hash names them. Folders of services that have ended go.
    """
    base = Path(tempfile.gettempdir()) / f"corridormap-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{base} may be entered by others")
    with (base / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # no folder goes between its making and its first file
        folder = base / hashlib.sha256(b"metrics" + multiprocessing.current_process().authkey).hexdigest()[:16]
        folder.mkdir(exist_ok=True)
        for other in base.iterdir():
            if other.is_dir() and other != folder and not any(map(_is_held, other.glob("*.cells"))):
                shutil.rmtree(other, ignore_errors=True)
        yield folder


def _is_held(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
