"""Serving: starts the processes that answer requests."""

from __future__ import annotations

import gc
import importlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from granian.constants import Interfaces
from granian.server import Server

from layers.upgrade import outdated
from layers.workspace import Workspace
from server import reviewing
from server.engines import releases_of
from server.request_log import server_lines
from server.startup import address_held, stoppable_from_the_first_moment
from server.turns import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.config import Config

__all__ = ["run"]


def _bring_up_to_date(workspace: Workspace) -> None:
    """Let a process of its own make releases readable that earlier versions wrote; what cannot be is told and left."""
    if any(outdated(workspace)):
        subprocess.run([sys.executable, "-m", "layers.upgrade", str(workspace.path)], check=False)  # noqa: S603 -- our own


def run(config: Config, *, announce: Callable[[str], object]) -> None:
    """Serve until interrupted.

    Raises
    ------
    MissingRelease
        When nothing has been built in the workspace.
    PortInUse, InvalidSetting
        When the address cannot be had, see :func:`server.startup.address_held`.
    """
    workspace = Workspace(config.workspace)
    if config.engine == "columns":
        _bring_up_to_date(workspace)
    releases = releases_of(config)
    release = releases.get()
    releases.close()
    if config.review:
        reviewing.check_config(config)
    with address_held(config.host, config.port), stoppable_from_the_first_moment():
        _serve(config, release.id, announce)


def _serve(config: Config, release_id: str, announce: Callable[[str], object]) -> None:
    # The processes read their configuration from the environment, as any WSGI server's would.
    os.environ["CORRIDORMAP_WORKSPACE"] = str(config.workspace)
    os.environ["CORRIDORMAP_ENGINE"] = config.engine
    # What every worker needs is loaded before they part from this process, so that they share it.
    importlib.import_module("server.wsgi")
    importlib.import_module("werkzeug.datastructures")
    if config.review:
        reviewing.read_ahead(config)
    gc.collect()
    gc.freeze()
    shown = f"[{config.host}]" if ":" in config.host else config.host
    announce(f"Release {release_id} on http://{shown}:{config.port}  (Ctrl-C stops)")
    Server(
        "server.wsgi:application",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=THREADS,
        factory=True,
        log_access=False,
        respawn_failed_workers=True,
        # A person reads the server's own lines as they are, a collector of logs wants one form.
        log_dictconfig=None if sys.stdout.isatty() else server_lines(),
        # What runs is finished, but one slow client must not keep the service from stopping.
        workers_kill_timeout=config.shutdown_s,
    ).serve()
