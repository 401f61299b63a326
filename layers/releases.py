"""Releases: the ones in a workspace, opened when asked for and kept open."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.release import Release

if TYPE_CHECKING:
    from layers.workspace import Workspace

__all__ = ["Releases"]

KEPT_OPEN = 8
"""Pinned releases that stay in memory beside the latest; the one asked for longest ago is closed first."""


@dataclass(frozen=True, slots=True)
class Releases:
    """Opens releases by id; a build that changes the latest one is seen at the next request, without a restart."""

    workspace: Workspace
    _open: OrderedDict[str, Release] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, release_id: str | None = None) -> Release:
        """Return one release, or the latest when ``release_id`` is ``None`` or ``"latest"``.

        Raises
        ------
        MissingRelease
            When nothing has been built yet.
        UnknownRelease
            When there is no release of that id.
        DamagedRelease
            When its receipt cannot be read.
        """
        if release_id is None or release_id == "latest":
            release_id = self.workspace.latest()
        with self._lock:
            release = self._open.get(release_id)
            if release is None:
                release = Release.open(self.workspace.release_path(release_id))
                self._open[release_id] = release
                while len(self._open) > KEPT_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(release_id)
            return release
