"""The commands ``corridormap review export | import``, and what a build tells the store and readers of its decisions."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from geo.errors import InvalidDecision, UnwritableWorkspace
from layers.workspace import Workspace, write_output
from server.config import Config

if TYPE_CHECKING:
    from layers.candidates import MachineReading
    from layers.corrections import Correction
    from layers.release import Release
    from layers.review.curation import Line
    from layers.store.coverage_store import CoverageStore
    from layers.store.curation import Clash

__all__ = ["published", "review"]

STANDARD = "-"
"""Standard input or output, in place of a file."""

_workspace_option = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="Workspace whose store it is, unless CORRIDORMAP_STORE names another one (CORRIDORMAP_WORKSPACE).",
)


def _store(workspace: Path | None) -> CoverageStore:
    from layers.store.coverage_store import CoverageStore  # noqa: PLC0415 -- only these commands need SQLAlchemy

    config = Config.from_environment(os.environ)
    return CoverageStore.open(
        (config if workspace is None else replace(config, workspace=workspace.absolute())).store_url
    )


@click.group()
def review() -> None:
    """Carry what people decided to files and back, for git and for other stores.

    Example: corridormap review export decisions.jsonl
    """


@review.command("export")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default=STANDARD)
@_workspace_option
def export_(file: Path, workspace: Path | None) -> None:
    """Write all decisions to FILE, one JSON object a line; to standard output without it.

    The file is sorted by article and place in the text; the same decisions give the same bytes.

    Example: corridormap review export decisions.jsonl
    """
    from layers.review.curation import written  # noqa: PLC0415 -- as above

    with _store(workspace) as store:
        lines = store.exported()
    content = written(lines).encode("utf-8", "surrogatepass")
    if str(file) == STANDARD:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        write_output(file, content)
    except OSError as error:
        raise UnwritableWorkspace(
            f"{file} cannot be written: {error.strerror or error}.", hint="Name another file."
        ) from error
    click.echo(f"decisions: {len(lines)}, records: {len({line.candidate for line in lines})}, in {file}")


@review.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--prefer-file", is_flag=True, help="Where both decided, put the file's decisions on top of the store's.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@_workspace_option
def import_(file: Path, workspace: Path | None, *, prefer_file: bool, as_json: bool) -> None:
    """Bring the decisions of FILE into the store; what it knows already changes nothing.

    Where file and store decided on one record without knowing of each other, nothing of it is taken, and both are listed.
    Decisions on articles that have not been ingested are listed too. Either makes the exit code 1. A line that cannot be
    read is named, and nothing is imported.

    Example: corridormap review import decisions.jsonl
    """
    lines = _lines(file)
    with _store(workspace) as store:
        told = store.imported(lines, prefer_file=prefer_file)
    clashes = [_told(clash) for clash in told.clashes]
    waiting = [
        {"line": each.line.number, "candidate": each.line.candidate, "article": each.line.article, "why": each.why}
        for each in told.waiting
    ]
    if as_json:
        result = {"added": told.added, "known": told.known, "conflicts": clashes, "waiting": waiting}
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        click.echo(f"decisions: {told.added} new, {told.known} known")
        for each in clashes:
            here = each["here"]
            mine = f"{here['reviewer']} decided {here['verdict']} at {here['decided_at']}" if here else "nobody decided"
            click.echo(
                f"conflict on {each['candidate']} (line {each['line']}): here {mine}, in the file {each['file']['reviewer']} "
                f"decided {each['file']['verdict']} at {each['file']['decided_at']}"
            )
        for why, in_words, length in _WAITING:
            if ids := [str(each[why])[:length] for each in waiting if each["why"] == why]:
                click.echo(f"{len(ids)} decisions wait for {in_words}: {', '.join(sorted(set(ids)))}")
    if clashes or waiting:
        sys.exit(1)


_WAITING: Final = (
    ("article", "articles that have not been ingested", 12),
    ("candidate", "candidates that no reading of their articles has found (mend their ids)", 16),
)
"""Why decisions of a file wait: what of a line names it, in words, and how much of its id is told."""


def _lines(file: Path) -> list[Line]:
    from layers.review.curation import lines_of, parse  # noqa: PLC0415 -- as above

    try:
        content = sys.stdin.buffer.read() if str(file) == STANDARD else file.read_bytes()
    except OSError as error:
        raise InvalidDecision(
            f"{file} cannot be read: {error.strerror or error}.", hint="Name a file of decisions, or - for a pipe."
        ) from error
    return [parse(number, line) for number, line in lines_of(content)]


def _told(clash: Clash) -> dict[str, Any]:
    names = ("reviewer", "verdict", "decided_at", "note")
    return {
        "candidate": clash.candidate,
        "article": clash.article,
        "line": clash.file.number,
        "here": {name: getattr(clash.here, name) for name in names} if clash.here else None,
        "file": {name: getattr(clash.file, name) for name in names},
    }


def published(
    config: Config, release: Release, machine: MachineReading, *, reviewed_only: bool
) -> tuple[Correction, ...]:
    """Record which decisions a release takes in, and log what it corrects; nothing where nothing was ever decided.

    Raises
    ------
    UnusableStore, DamagedRelease, UnwritableWorkspace
        The store or the log of corrections cannot be read or written.
    """
    if not machine.last_decision:
        return ()
    from layers.corrections import note_corrections  # noqa: PLC0415 -- only a build with a store needs it
    from layers.store.coverage_store import CoverageStore  # noqa: PLC0415 -- as above

    moment = datetime.now(UTC).isoformat(timespec="seconds")
    with CoverageStore.open(config.store_url) as store:
        decisions = store.corrections(machine.last_decision)
        store.published_as(
            release.id, last_decision=machine.last_decision, published_at=moment, reviewed_only=reviewed_only
        )
    try:
        return note_corrections(Workspace(config.workspace), release, decisions)
    except OSError as error:
        raise UnwritableWorkspace(
            f"The log of corrections could not be written: {error.strerror or error}.", hint="Mend its permissions."
        ) from error
