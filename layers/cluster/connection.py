"""Connection: from what stands behind ``--scheduler`` to workers that run the same code as this process."""

from __future__ import annotations

import logging
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from geo.errors import InvalidSetting, MissingExtra, UnusableCluster
from layers.workers import HERE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client

    from layers.workers import Workers

__all__ = ["LOCAL", "NONE", "check_scheduler", "connected"]

NONE: Final = "none"
LOCAL: Final = "local"
WAIT_S: Final = 30
"""How long a scheduler may take to answer, and to have a worker."""

_FOR_GOOD: Final = "1000 days"
"""How long a lost process of this machine may take to come back. Each has a nanny that starts it again; Dask would give up both
after 15 seconds, which on a busy machine pass before Python has loaded what it needs, and blame the parts that were theirs."""

_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://[^\s/]+")


def check_scheduler(scheduler: str) -> str:
    """Return what names a scheduler.

    Raises
    ------
    InvalidSetting
        When it is neither ``none``, ``local`` nor an address.

    Examples
    --------
    >>> check_scheduler("tcp://10.0.0.5:8786")
    'tcp://10.0.0.5:8786'
    """
    if scheduler not in {NONE, LOCAL} and not _ADDRESS.fullmatch(scheduler):
        raise InvalidSetting(
            f"--scheduler {scheduler!r} names no scheduler.",
            hint="Use none, local, or the address of a Dask scheduler such as tcp://10.0.0.5:8786.",
        )
    return scheduler


@contextmanager
def connected(scheduler: str, *, workers: int | None = None, tell: Callable[[str], object]) -> Iterator[Workers]:
    """Give the workers of a scheduler, and let go of them at the end.

    Parameters
    ----------
    scheduler
        ``none`` for this process alone; ``local`` for processes of this machine, started now; an address of Dask's.
    workers
        How many processes ``local`` starts; ``None`` means one for each core.
    tell
        Called with the address of the dashboard, where there is one.

    Raises
    ------
    MissingExtra
        Dask is not installed.
    InvalidSetting
        See :func:`check_scheduler`.
    UnusableCluster
        The scheduler does not answer, has no worker, or has one that runs other code or libraries.
    """
    if check_scheduler(scheduler) == NONE:
        yield HERE
        return
    try:
        import dask  # noqa: PLC0415 -- an extra
        from distributed import Client, LocalCluster  # noqa: PLC0415 -- as above

        from layers.cluster.dask_workers import DaskWorkers, check_versions  # noqa: PLC0415 -- it imports the extra
    except ImportError as error:
        raise MissingExtra(
            "--scheduler needs Dask, which is not installed.", hint="Install corridormap with the extra [cluster]."
        ) from error
    if scheduler == LOCAL:
        # A worker that is lost is told of by what it does to the job; Dask's own warnings would tear the progress bar.
        with (
            dask.config.set({"distributed.deploy.lost-worker-timeout": _FOR_GOOD}),
            LocalCluster(
                n_workers=workers or os.cpu_count() or 1,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            tell(client.dashboard_link)
            yield DaskWorkers(client)
        return
    try:
        client = Client(scheduler, timeout=WAIT_S)
    except (OSError, ValueError) as error:
        raise UnusableCluster(
            f"No scheduler answers at {scheduler} ({type(error).__name__}).",
            hint="Start one with `dask scheduler` and workers with `dask worker ADDRESS`, or use --scheduler local.",
        ) from error
    with client:
        _wait_for_workers(client, scheduler)
        check_versions(client)
        tell(client.dashboard_link)
        yield DaskWorkers(client)


def _wait_for_workers(client: Client, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=WAIT_S)
    except TimeoutError as error:
        raise UnusableCluster(
            f"The scheduler at {scheduler} has had no worker for {WAIT_S} seconds.",
            hint=f"Start some with `dask worker {scheduler}`, where the same corridormap is installed.",
        ) from error
