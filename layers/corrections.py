"""Corrections: what was published as reviewed and has been corrected, retracted or merged since, with the day and the reason.

Releases never change. ``releases/corrections.json`` in the workspace is the log, one record for each correcting decision,
written by the build that takes the decision in. Each earlier release that showed the record is marked as corrected
(:mod:`layers.release_status`), so that what is pinned to it carries a notice.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from geo.errors import DamagedRelease
from layers.release import Release
from layers.release_status import LONGEST_REASON, Decision, read_statuses, write_decision
from layers.review.state import FOLDED, STANDING
from layers.workspace import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from layers.store.publications import CorrectingDecision
    from layers.workspace import Workspace

__all__ = ["Correction", "note_corrections", "read_corrections"]

Kind = Literal["corrected", "retracted", "merged"]
_PUBLIC: Final = "read/"
_KINDS: Final = ("incidents", "claims", "conflicts")


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry of the log.

    ``uid`` names the decision in every store, ``record`` is the public id of what was corrected, ``title`` what it was called
    by language, ``date`` an ISO 8601 day, ``reason`` what the reviewer said. ``releases`` are those that showed it as it was,
    ``successor`` the first that does not.
    """

    uid: str
    date: str
    kind: Kind
    record: str
    title: Mapping[str, str]
    reason: str
    releases: tuple[str, ...]
    successor: str


def _path(workspace: Workspace) -> Path:
    return workspace.releases / "corrections.json"


_READ: dict[str, tuple[tuple[int, int], tuple[Correction, ...]]] = {}


def read_corrections(workspace: Workspace) -> tuple[Correction, ...]:
    """Return the log, the newest entry first; read again only when the file changed.

    Raises
    ------
    DamagedRelease
        When the file is not what :func:`note_corrections` writes.
    """
    path = _path(workspace)
    try:
        facts = os.stat(path)  # noqa: PTH116 -- asked for by every request
    except FileNotFoundError:
        return ()
    mark = (facts.st_mtime_ns, facts.st_ino)
    known = _READ.get(str(path))
    if known is not None and known[0] == mark:
        return known[1]
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        found = tuple(Correction(**{**record, "releases": tuple(record["releases"])}) for record in said)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DamagedRelease(
            f"{path} cannot be read ({type(error).__name__}).",
            hint="Mend it by hand or remove it; it logs corrections.",
        ) from error
    _READ[str(path)] = (mark, found)
    return found


def note_corrections(
    workspace: Workspace, release: Release, decisions: Sequence[CorrectingDecision]
) -> tuple[Correction, ...]:
    """Log the corrections that a release takes in, mark the releases before it, and return what is new in the log.

    Parameters
    ----------
    workspace
        Where the releases lie.
    release
        The release that was just built and is served from now on.
    decisions
        All decisions that it takes in and that changed what had been published; those in the log are passed over.

    Raises
    ------
    DamagedRelease
        See :func:`read_corrections`.
    OSError
        The log cannot be written.
    """
    with workspace.building():
        # Within the lock: what another build logs meanwhile must not be lost.
        log = read_corrections(workspace)
        known = {entry.uid for entry in log}
        new = [decision for decision in decisions if decision.uid not in known]
        earlier = list(_earlier(workspace, release)) if new else []
        made = [_entry(decision, release, earlier) for decision in new]
        if made:
            entries = sorted((*log, *made), key=lambda entry: (entry.date, entry.uid), reverse=True)
            text = json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1, sort_keys=True)
            write_atomically(_path(workspace), (text + "\n").encode())
            _mark(workspace, made)
        own = read_statuses(workspace).get(release.id)
        if own is not None and own.status == "corrected" and own.successor in {"", release.id}:
            # It is what it was corrected to: a decision was taken back.
            write_decision(workspace, release.id, None)
            if own.protects:
                write_decision(workspace, release.id, Decision("kept"))
    return tuple(made)


def _earlier(workspace: Workspace, release: Release) -> Iterator[Release]:
    for release_id, _ in workspace.receipts():
        if release_id != release.id:
            try:
                yield Release.open(workspace.release_path(release_id))
            except DamagedRelease:
                continue


def _entry(decision: CorrectingDecision, release: Release, earlier: Sequence[Release]) -> Correction:
    now = _records(decision, release)
    titles: list[Mapping[str, str]] = []
    told: list[Mapping[str, str]] = []
    releases = []
    for each in earlier:
        changed = [
            record
            for id_, record in _records(decision, each).items()
            if record.get("status", STANDING[0]) in STANDING and now.get(id_) != record
        ]
        titles += [record["title"] for record in changed[:1]]
        tellers = _tellers(decision, each)
        told += [record["title"] for record in tellers.values()]
        if changed or _evidence_lost(decision, tellers, release):
            releases.append(each.id)
    # What stood in a record with another was published under the title of that one.
    titles += told
    return Correction(
        uid=decision.uid,
        date=decision.decided_at[:10],
        kind=_kind(decision),
        record=f"{_PUBLIC}{decision.candidate}",
        title=dict(titles[0]) if titles else {},
        reason=decision.reason,
        releases=tuple(sorted(releases)),
        successor=release.id,
    )


def _kind(decision: CorrectingDecision) -> Kind:
    if decision.after.status in STANDING:
        return "corrected"
    return "merged" if decision.after.status in FOLDED else "retracted"


def _records(decision: CorrectingDecision, release: Release) -> dict[str, Mapping[str, Any]]:
    """Records of a release that a decision is about: the candidate's own, or for a name all that the article's reading gave."""
    found: dict[str, Mapping[str, Any]] = {}
    own = f"{_PUBLIC}{decision.candidate}"
    is_record = decision.type in {"incident", "claim", "conflict"}
    for kind in _KINDS:
        for id_, record in release.records(kind).items():
            if is_record:
                if id_ == own or id_.startswith(f"{own}-"):
                    found[id_] = record
            elif id_.startswith(_PUBLIC) and any(item["sha256"] == decision.article for item in record["evidence"]):
                found[id_] = record
    return found


def _tellers(decision: CorrectingDecision, release: Release) -> dict[str, Mapping[str, Any]]:
    """Records of a release that told of what a decision took out of them: it had been one with the record of that id."""
    return {
        id_: record
        for kind in _KINDS
        for id_, record in release.records(kind).items()
        if any(id_ == own or id_.startswith(f"{own}-") for own in decision.told_with)
    }


def _evidence_lost(decision: CorrectingDecision, tellers: Mapping[str, Mapping[str, Any]], release: Release) -> bool:
    """Tell whether records that told of it rested on passages of its article that they do not rest on any more."""
    now = _tellers(decision, release)
    return any(
        item["sha256"] == decision.article and item not in now.get(id_, {"evidence": ()})["evidence"]
        for id_, record in tellers.items()
        for item in record["evidence"]
    )


def _mark(workspace: Workspace, entries: Sequence[Correction]) -> None:
    """Say of each release what has been corrected since, after what was said of it before."""
    for release_id in sorted({each for entry in entries for each in entry.releases}):
        before = read_statuses(workspace).get(release_id)
        if before is not None and before.status == "withdrawn":
            continue
        told = [before.reason] if before is not None and before.status == "corrected" else []
        own = [entry for entry in entries if release_id in entry.releases]
        told += [f"{entry.title.get('en', entry.record)}: {entry.reason}" for entry in own]
        reason = " ".join(dict.fromkeys(text for text in told if text))
        if len(reason) > LONGEST_REASON:
            reason = reason[: LONGEST_REASON - 1].rstrip() + "…"
        day = max(entry.date for entry in own)
        write_decision(workspace, release_id, Decision("corrected", reason, day))
