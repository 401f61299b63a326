"""The commands ``corridormap backup | restore``: a workspace copied while it serves, and brought back."""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from layers.workspace import Workspace
from server.progress import stages_shown
from server.reading_commands import config_of

__all__ = ["backup", "restore"]

_workspace_option = click.option(
    "--workspace", type=click.Path(path_type=Path), help="The workspace (CORRIDORMAP_WORKSPACE)."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print what it holds as JSON.")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_workspace_option
@_json_option
def backup(folder: Path, workspace: Path | None, *, as_json: bool) -> None:
    """Copy the workspace into DIR, a new folder, with checksums. The service goes on meanwhile.

    Example: corridormap backup /srv/backups/corridormap-monday
    """
    from layers.backup import make_backup  # noqa: PLC0415 -- only these commands need SQLAlchemy

    config = config_of(workspace)
    with stages_shown() as progress:
        made = make_backup(
            Workspace(config.workspace),
            config.store_url,
            folder.absolute(),
            made_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            version=importlib.metadata.version("corridormap"),
            progress=progress,
        )
    if as_json:
        click.echo(json.dumps({"path": str(folder), **asdict(made)}))
        return
    click.echo(f"{folder}: {made.files:,} files, {made.size_bytes / 1e6:,.1f} MB, release {made.latest or 'none'}.")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_workspace_option
@_json_option
def restore(folder: Path, workspace: Path | None, *, as_json: bool) -> None:
    """Bring the backup DIR back into a workspace that is not there yet, or is empty; its checksums are compared first.

    A store that was in PostgreSQL goes into the empty database that CORRIDORMAP_STORE names.

    Example: corridormap restore /srv/backups/corridormap-monday --workspace ./workspace
    """
    from layers.backup import restore_backup  # noqa: PLC0415 -- only these commands need SQLAlchemy

    config = config_of(workspace)
    with stages_shown() as progress:
        restored = restore_backup(folder.absolute(), Workspace(config.workspace), config.store_url, progress=progress)
    if as_json:
        click.echo(json.dumps({"path": str(config.workspace), **asdict(restored)}))
        return
    click.echo(
        f"{config.workspace}: {restored.files:,} files, {restored.size_bytes / 1e6:,.1f} MB, "
        f"release {restored.latest or 'none'}. Check it with `corridormap verify`."
    )
    if restored.is_sqlite and config.store_url.startswith("postgresql"):
        click.echo(
            f"The store came as {config.workspace}/coverage.sqlite, and CORRIDORMAP_STORE names a database: "
            "`corridormap store copy` brings it there."
        )
