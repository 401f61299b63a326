"""Releases: the ones in a workspace, opened when asked for and kept open."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from geo.errors import UnknownRelease, WithdrawnRelease
from layers.memory import give_back
from layers.release import Release
from layers.release_status import read_statuses

if TYPE_CHECKING:
    from layers.workspace import Workspace

__all__ = ["ReleaseSource", "Releases"]

FORGET_AFTER_S = 0.5

KEPT_OPEN = 8
"""Pinned releases that stay in memory beside the latest; the one asked for longest ago is closed first."""


class ReleaseSource(Protocol):
    """Where releases are, when it is not the workspace."""

    def latest(self) -> str:
        """Return the id of the release that is served when none is named; raises MissingRelease when there is none."""

    def open(self, release_id: str) -> Release:
        """Open a release; raises UnknownRelease when there is none of that id."""

    def close(self) -> None:
        """Give back what was opened to ask; it is opened again when it is asked again."""


@dataclass(frozen=True, slots=True)
class Releases:
    """Opens releases by id; a build that changes the latest one is seen at the next request, without a restart.

    Layers that may not be passed on are withheld unless ``is_private``. ``source`` holds the releases, else the workspace does.
    """

    workspace: Workspace
    is_private: bool = False
    source: ReleaseSource | None = None
    _forgetting: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _open: OrderedDict[str, Release] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def forget_pages(self) -> None:
        """Give memory back to the system, :data:`FORGET_AFTER_S` seconds after the first that asks: see :mod:`layers.memory`.

        The pages of column files stay in its cache and are mapped again when they are read: a process does not grow by all that
        it ever read, nor keep what it read last when nobody asks for anything.
        """
        if self._forgetting.acquire(blocking=False):
            timer = threading.Timer(FORGET_AFTER_S, self._forget)
            timer.daemon = True
            timer.start()

    def _forget(self) -> None:
        self._forgetting.release()
        with self._lock:
            releases = list(self._open.values())
        for release in releases:
            release.forget_pages()
        give_back()

    def get(self, release_id: str | None = None) -> Release:
        """Return one release, or the latest when ``release_id`` is ``None`` or ``"latest"``.

        Raises
        ------
        MissingRelease
            When nothing has been built yet.
        UnknownRelease
            When there is no release of that id.
        WithdrawnRelease
            When it was taken back.
        DamagedRelease
            When its receipt cannot be read.
        """
        if release_id is not None and release_id != "latest":
            return self._get(release_id)
        latest = self._latest()
        try:
            return self._get(latest)
        except (UnknownRelease, WithdrawnRelease):
            # Since it was named another one was built, and this one dropped or withdrawn.
            newer = self._latest()
            if newer == latest:
                raise
            return self._get(newer)

    def _get(self, release_id: str) -> Release:
        self._refuse_withdrawn(release_id)
        with self._lock:
            release = self._open.get(release_id)
            if release is None:
                release = self._opened(release_id)
                release = release if self.is_private else release.public()
                self._open[release_id] = release
                while len(self._open) > KEPT_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(release_id)
            return release

    def hold(self, release: Release) -> None:
        """Keep a release that was opened elsewhere, so that it is found by its id."""
        with self._lock:
            self._open[release.id] = release

    def close(self) -> None:
        """Give back the connections of a source; before a process parts into several it must."""
        if self.source is not None:
            self.source.close()

    def _latest(self) -> str:
        return self.workspace.latest() if self.source is None else self.source.latest()

    def _opened(self, release_id: str) -> Release:
        if self.source is None:
            return Release.open(self.workspace.release_path(release_id))
        return self.source.open(release_id)

    def _refuse_withdrawn(self, release_id: str) -> None:
        decision = read_statuses(self.workspace).get(release_id)
        if decision is None or decision.status != "withdrawn":
            return
        successor = decision.successor or self._latest()
        raise WithdrawnRelease(
            f"Release {release_id} was withdrawn on {decision.date}: {decision.reason}",
            hint=f"Use release {successor} instead.",
            successor=successor,
        )
