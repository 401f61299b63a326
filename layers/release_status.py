"""Release status: what people decided of releases after they were made: kept, corrected, withdrawn.

A release never changes; what is said of it does. ``releases/status.json`` in the workspace is a small file of one record for
each release that something was decided of::

    {"0123456789ab": {"status": "corrected", "reason": "…", "date": "2026-11-25", "successor": "fedcba987654"}}
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from geo.errors import DamagedRelease
from layers.workspace import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from layers.workspace import Workspace

__all__ = ["Decision", "Statuses", "decisions_mark", "read_statuses", "write_decision"]

Status = Literal["kept", "corrected", "withdrawn"]
LONGEST_REASON: Final = 2000


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of one release.

    ``status`` is ``kept`` (it may not be dropped), ``corrected`` (a later one mends something; it still serves, with a notice)
    or ``withdrawn`` (it no longer serves). ``reason`` is said to readers, ``date`` an ISO 8601 day, ``successor`` the id of the
    release to use instead, ``""`` for the latest. ``is_kept`` says of a corrected or withdrawn one that it may not be dropped.
    """

    status: Status
    reason: str = ""
    date: str = ""
    successor: str = ""
    is_kept: bool = False

    @property
    def protects(self) -> bool:
        """Whether the release may not be dropped."""
        return self.is_kept or self.status == "kept"

    def after(self, earlier: Decision | None) -> Decision:
        """Return it as it stands after an earlier one: what is kept stays kept, and to keep takes no notice back.

        >>> Decision("corrected", "Mended.").after(Decision("kept")).is_kept
        True
        >>> Decision("kept").after(Decision("corrected", "Mended.")).reason
        'Mended.'
        """
        if earlier is None:
            return self
        if self.status == "kept" and earlier.status != "kept":
            return replace(earlier, is_kept=True)
        return replace(self, is_kept=earlier.protects and self.status != "kept")


Statuses = dict[str, Decision]
"""Decisions by release id."""


@lru_cache(maxsize=16)
def _path(workspace: Workspace) -> Path:
    return workspace.releases / "status.json"


def decisions_mark(workspace: Workspace) -> str:
    """Return what changes with every decision about the releases of a workspace; ``""`` before the first one."""
    try:
        facts = os.stat(_path(workspace))  # noqa: PTH116 -- asked for while tiles are served
    except OSError:
        return ""
    return f"{facts.st_mtime_ns}-{facts.st_ino}"


_READ: dict[str, tuple[tuple[int, int], Statuses]] = {}


def read_statuses(workspace: Workspace) -> Mapping[str, Decision]:
    """Return what was decided of the releases of a workspace; nothing where nobody decided anything.

    Read again only when the file changed, so that each request may ask.

    Raises
    ------
    DamagedRelease
        When the file is not what :func:`write_decision` writes: a withdrawn release must not come back unseen.
    """
    path = _path(workspace)
    try:
        facts = os.stat(path)  # noqa: PTH116 -- asked for by every request
    except FileNotFoundError:
        return {}
    mark = (facts.st_mtime_ns, facts.st_ino)
    known = _READ.get(str(path))
    if known is not None and known[0] == mark:
        return known[1]
    try:
        found = {str(name): Decision(**record) for name, record in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DamagedRelease(
            f"{path} cannot be read ({type(error).__name__}).",
            hint="Mend it by hand or remove it; it holds what was decided of releases.",
        ) from error
    _READ[str(path)] = (mark, found)
    return found


def write_decision(workspace: Workspace, release_id: str, decision: Decision | None) -> None:
    """Record what was decided of a release, after what was decided before; ``None`` takes all of it back.

    Hold :meth:`layers.workspace.Workspace.building` meanwhile: of two who write at once the first one's decision would be lost.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    found = dict(read_statuses(workspace))
    earlier = found.pop(release_id, None)
    if decision is not None:
        found[release_id] = decision.after(earlier)
    records = {name: {key: text for key, text in asdict(found[name]).items() if text} for name in sorted(found)}
    write_atomically(_path(workspace), (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode())
