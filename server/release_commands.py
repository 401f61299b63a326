"""The commands ``corridormap releases list | keep | drop | correct | withdraw | upgrade``."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo.errors import UnwritableWorkspace
from layers.release_status import LONGEST_REASON, Decision, read_statuses, write_decision
from layers.workspace import Workspace
from server.config import Config
from server.progress import stages_shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["releases"]


def _workspace_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--workspace", type=click.Path(path_type=Path), help="Folder of releases (CORRIDORMAP_WORKSPACE)."
    )(command)


def _own(workspace: Path | None) -> Workspace:
    return Workspace(Config.from_environment(os.environ).workspace if workspace is None else workspace.absolute())


@click.group()
def releases() -> None:
    """List releases, protect or remove them, and say of one that it was corrected or withdrawn.

    Example: corridormap releases list
    """


@releases.command("list")
@_workspace_option
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_(workspace: Path | None, *, as_json: bool) -> None:
    """List the releases of the workspace, the newest first.

    Example: corridormap releases list --json
    """
    own = _own(workspace)
    latest, decided = own.latest(), read_statuses(own)
    rows = []
    for release_id, receipt in own.receipts():
        decision = decided.get(release_id)
        size = _bytes_in(own.releases / release_id)
        rows.append(
            {
                "release": release_id,
                "date": receipt["date"],
                "format": receipt["format_version"],
                "bytes": size,
                "latest": release_id == latest,
                "status": decision.status if decision else "",
                "kept": decision.protects if decision else False,
                "reason": decision.reason if decision else "",
            }
        )
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        mark = "latest" if row["latest"] else ""
        size_mb = f"{row['bytes'] / 1e6:.1f} MB"
        statuses = [row["status"], "kept" if row["kept"] and row["status"] != "kept" else "", row["reason"]]
        said = " ".join(text for text in map(str, statuses) if text)
        click.echo(f"{row['release']}  {row['date']}  {size_mb:>9}  {mark:<6}  {said}".rstrip())


def _bytes_in(folder: Path) -> int:
    """How much room a release takes; what others remove meanwhile takes none."""
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                size += Path(place, name).stat().st_size
    return size


@releases.command()
@click.argument("release_id", metavar="ID")
@_workspace_option
def keep(release_id: str, workspace: Path | None) -> None:
    """Protect a release from `drop`, as one that publications point to.

    Example: corridormap releases keep 0123456789ab
    """
    _decide(_own(workspace), release_id, Decision("kept"), f"Release {release_id} is kept.")


@releases.command()
@click.argument("release_id", metavar="ID")
@_workspace_option
def drop(release_id: str, workspace: Path | None) -> None:
    """Remove a release that nothing points to; not the latest and not one that is kept.

    Example: corridormap releases drop 0123456789ab
    """
    own = _own(workspace)
    own.release_path(release_id)
    with own.building():
        # Asked within the lock: while this waited a build may have made it the latest one, or somebody kept or dropped it.
        path = own.release_path(release_id)
        decision = read_statuses(own).get(release_id)
        if release_id == own.latest():
            raise click.ClickException(f"Release {release_id} is the latest one; build another first.")
        if decision is not None and decision.protects:
            raise click.ClickException(f"Release {release_id} is kept; permalinks and embeds may point to it.")
        gone = path.with_name(f".building-dropped-{release_id}")
        shutil.rmtree(gone, ignore_errors=True)  # what a drop that was broken off has left
        path.rename(gone)
        shutil.rmtree(gone)
    click.echo(f"Release {release_id} was removed; its addresses now answer 404.")


@releases.command()
@click.argument("release_id", metavar="ID", required=False)
@_workspace_option
def upgrade(release_id: str | None, workspace: Path | None) -> None:
    """Make releases readable that an earlier version of corridormap wrote: one, or all. `serve` does it by itself.

    What was written then stays as it was; what this version needs is made from it and kept beside it.

    Example: corridormap releases upgrade
    """
    from layers.upgrade import is_outdated, outdated  # noqa: PLC0415 -- only this command needs them
    from layers.upgrade import upgrade as upgraded  # noqa: PLC0415

    own = _own(workspace)
    wanted = list(outdated(own)) if release_id is None else [release_id]
    for name in wanted:
        path = own.release_path(name)
        if not is_outdated(path):
            click.echo(f"Release {name} is up to date.")
            continue
        try:
            with own.building(), stages_shown() as progress:
                if is_outdated(path):  # unless another process made it readable while this one waited
                    upgraded(path, progress=progress)
        except OSError as error:
            raise UnwritableWorkspace(
                f"The workspace {own.path} cannot be written: {error.strerror or error}.", hint="Mend its permissions."
            ) from error
        click.echo(f"Release {name} was made readable.")
    if not wanted:
        click.echo("All releases are up to date.")


def _reason_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--reason", required=True, help="What readers are told, in one or two sentences.")(command)


def _successor_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--successor", metavar="ID", default="", help="Release to use instead; the latest without it.")(
        command
    )


@releases.command()
@click.argument("release_id", metavar="ID")
@_reason_option
@_successor_option
@_workspace_option
def correct(release_id: str, reason: str, successor: str, workspace: Path | None) -> None:
    """Say of a release that a later one mends it: it still serves the same bytes, its pages and embeds show the notice.

    Example: corridormap releases correct 0123456789ab --reason "The date of one incident was wrong."
    """
    _judge(_own(workspace), release_id, "corrected", reason, successor)


@releases.command()
@click.argument("release_id", metavar="ID")
@_reason_option
@_successor_option
@_workspace_option
def withdraw(release_id: str, reason: str, successor: str, workspace: Path | None) -> None:
    """Take a release back: its addresses answer 410 with the reason and a link to the one to use.

    Example: corridormap releases withdraw 0123456789ab --reason "An article was retracted."
    """
    _judge(_own(workspace), release_id, "withdrawn", reason, successor)


def _judge(own: Workspace, release_id: str, status: Any, reason: str, successor: str) -> None:  # noqa: ANN401 -- a literal
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON:
        raise click.BadParameter(f"say why in 1 to {LONGEST_REASON} characters", param_hint="--reason")
    if successor:
        own.release_path(successor)
    day = datetime.now(UTC).date().isoformat()
    _decide(own, release_id, Decision(status, said, day, successor), f"Release {release_id} is {status}: {said}")


def _decide(own: Workspace, release_id: str, decision: Decision, told: str) -> None:
    own.release_path(release_id)
    try:
        with own.building():
            own.release_path(release_id)  # unless it was dropped while this waited
            if decision.status == "withdrawn" and release_id == own.latest():
                raise click.ClickException(
                    f"Release {release_id} is the latest one; build the one that takes its place first."
                )
            write_decision(own, release_id, decision)
    except OSError as error:
        raise UnwritableWorkspace(
            f"The workspace {own.path} cannot be written: {error.strerror or error}.", hint="Mend its permissions."
        ) from error
    click.echo(told)
