"""Whether the process that reads what people bring is at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.people import upload_process

if TYPE_CHECKING:
    from layers.workspace import Workspace


def still_reading(workspace: Workspace) -> bool:
    with upload_process._lock(workspace) as lock:
        return lock is None
