"""Dask workers: parts of a job as tasks of Dask's scheduler, which does a lost worker's tasks again elsewhere."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
import pickle
import platform
import time
import warnings
import zlib
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

import cloudpickle  # pickle knows no mapping proxies
import shapely
from distributed import CancelledError, Client, Future, KilledWorker, wait
from distributed.comm.core import CommClosedError

from geo.errors import UnusableCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = ["DaskWorkers", "check_versions"]

G = TypeVar("G")
P = TypeVar("P")
R = TypeVar("R")

AHEAD: Final = 3
"""Parts for each worker that are under way or wait for their turn: enough that none stands still, few enough that their
results, which are taken in order, stay small."""

ALONE_S: Final = 300.0
"""How long a job waits for a worker when all are lost."""

_LOOK_EVERY_S: Final = 5.0
_EDGE_BYTES: Final = 1 << 20


class DaskWorkers:
    """The workers of a connected client; see :class:`layers.workers.Workers`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def count(self) -> int:
        """How many parts are done at the same time."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def sees(self, path: Path) -> bool:
        """Whether every worker reads the same file at this path: its length and both its ends are compared."""
        mine = _edges(str(path))
        found = self._client.run(_edges, str(path)).values()
        return mine is not None and all(theirs == mine for theirs in found)

    def map(self, function: Callable[[G, P], R], given: G, parts: Iterable[P]) -> Iterator[R]:
        """Yield the results in the order of the parts; a part whose worker is lost is done by another one."""
        # Never scattered: what only a worker holds is lost with it, what a task makes is made again.
        packed = zlib.compress(cloudpickle.dumps(given, protocol=5), 1)
        shared = self._submit(_unpacked, packed, key=f"given-{hashlib.sha256(packed).hexdigest()}")
        ahead = AHEAD * self.count
        remaining = iter(parts)
        waiting: deque[Future[bytes]] = deque()
        try:
            while True:
                for part in islice(remaining, ahead - len(waiting)):
                    waiting.append(self._submit(_done, function, shared, _packed(part), pure=False))
                if not waiting:
                    return
                yield self._result(waiting[0])
                waiting.popleft()
        finally:
            self._client.cancel([*waiting, shared])

    def _submit(self, function: Callable[..., Any], *arguments: object, **options: Any) -> Future[Any]:  # noqa: ANN401 -- Dask's own
        with warnings.catch_warnings():
            # It advises to scatter what is large, see above.
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            return self._client.submit(function, *arguments, **options)

    def _result(self, future: Future[bytes]) -> Any:  # noqa: ANN401 -- whatever the function returns
        alone_since: float | None = None
        while True:
            try:
                wait(future, timeout=_LOOK_EVERY_S)
                break
            except TimeoutError:
                if self._client.nthreads():
                    alone_since = None
                    continue
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since > ALONE_S:
                raise UnusableCluster(
                    f"All workers are lost, and none has come for {ALONE_S:.0f} seconds.",
                    hint="Start workers and call the command again; what was committed is not done again.",
                )
        try:
            return pickle.loads(future.result())  # noqa: S301 -- from a worker that runs our own code
        except KilledWorker as error:
            raise UnusableCluster(
                f"One part of the work has ended {error.allowed_failures + 1} workers.",
                hint="Most often they lack memory: give each more of it, or start fewer on a machine.",
            ) from error
        except (CancelledError, CommClosedError) as error:
            raise UnusableCluster(
                f"The scheduler is lost ({type(error).__name__}).",
                hint="Start it and call the command again; what was committed is not done again.",
            ) from error


def check_versions(client: Client) -> None:
    """Refuse workers that would give other results.

    Raises
    ------
    UnusableCluster
        With what differs on which worker.
    """
    mine = _installed()
    for worker, theirs in sorted(client.run(_installed).items()):
        differing = [
            f"{name} {theirs.get(name)} (here {mine[name]})" for name in mine if theirs.get(name) != mine[name]
        ]
        if differing:
            raise UnusableCluster(
                f"The worker {worker} has {', '.join(differing)}.",
                hint="Install the same corridormap and libraries (constraints.txt) on all machines.",
            )


def _installed() -> dict[str, str]:
    """What decides the result of a part: our code, and the libraries that compute geometry."""
    code = hashlib.sha256()
    for floor in ("geo", "layers"):
        for path, content in sorted(_sources(importlib.resources.files(floor), floor)):
            code.update(path.encode() + b"\0" + content)
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "pandas", "pyproj", "shapely")}
    python = ".".join(platform.python_version_tuple()[:2])
    return {
        "corridormap": code.hexdigest()[:12],
        "Python": python,
        "GEOS": shapely.geos_version_string,
        **versions,
    }


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        path = f"{name}/{each.name}"
        if each.is_dir():
            yield from _sources(each, path)
        elif each.name.endswith(".py"):
            yield path, each.read_bytes()


def _packed(value: object) -> bytes:
    return pickle.dumps(value, protocol=5)


def _unpacked(packed: bytes) -> Any:  # noqa: ANN401 -- whatever all parts need
    return pickle.loads(zlib.decompress(packed))  # noqa: S301 -- from our own client


def _done(function: Callable[[Any, Any], Any], given: object, part: bytes) -> bytes:
    return _packed(function(given, pickle.loads(part)))  # noqa: S301 -- from our own client


def _edges(path: str) -> str | None:
    """Tell files apart by their length and their ends; ``None`` where there is none."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- it runs on a worker, of whatever system
            head = file.read(_EDGE_BYTES)
            size = file.seek(0, 2)
            file.seek(max(0, size - _EDGE_BYTES))
            return hashlib.sha256(b"%d" % size + head + file.read()).hexdigest()
    except OSError:
        return None
