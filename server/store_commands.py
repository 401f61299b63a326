"""The commands that need PostgreSQL: ``corridormap store copy`` of a coverage store, ``corridormap load-release`` for PostGIS."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import click

from geo.errors import InvalidSetting, MissingExtra
from layers.releases import Releases
from layers.workspace import Workspace
from server.config import Config
from server.progress import stages_shown

__all__ = ["copy", "load_release"]


@click.command()
@click.argument("source")
@click.argument("target")
@click.option("--json", "as_json", is_flag=True, help="Print rows and checksums of each table as JSON.")
def copy(source: str, target: str, *, as_json: bool) -> None:
    """Copy the coverage store SOURCE into TARGET, both SQLAlchemy URLs. Run again, it takes up an interrupted copy.

    Example: corridormap store copy sqlite:///workspace/coverage.sqlite postgresql+psycopg://maps@db/coverage
    """
    from layers.store.copy import copy_store  # noqa: PLC0415 -- only the store's commands need SQLAlchemy

    with stages_shown() as progress:
        copied = copy_store(source, target, progress=progress)
    if as_json:
        tables = {each.table: {"rows": each.rows, "new": each.new, "sha256": each.sha256} for each in copied}
        click.echo(json.dumps({"tables": tables}))
        return
    for each in copied:
        click.echo(
            f"{each.table:<16} {each.rows:>9,} rows, {each.new:>9,} of them copied now  sha256 {each.sha256[:12]}"
        )
    click.echo("Both stores hold the same. Name the new one with CORRIDORMAP_STORE.")


@click.command()
@click.option(
    "--workspace", type=click.Path(path_type=Path), help="Folder that holds the release (CORRIDORMAP_WORKSPACE)."
)
@click.option("--release", "release_id", help="Release to load; the latest without it.")
@click.option("--database", help="PostgreSQL database with PostGIS, as a URL (CORRIDORMAP_DATABASE).")
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="How many releases stay in the database, this one among them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def load_release(
    workspace: Path | None, release_id: str | None, database: str | None, keep: int, *, as_json: bool
) -> None:
    """Write a release into PostGIS, from which `corridormap serve --engine postgis` serves it from then on.

    Example: corridormap load-release --database postgresql://maps@db/maps
    """
    try:
        from layers.engines.postgis import load  # noqa: PLC0415 -- an extra that few installations have
    except ImportError as error:
        raise MissingExtra(
            f"PostGIS needs a package that is not installed ({error.name}).",
            hint="Run pip install 'corridormap[postgis]'.",
        ) from error
    config = Config.from_environment(os.environ)
    config = replace(config, database=database or config.database)
    if not config.database:
        raise InvalidSetting(
            "No database is named.", hint="Give --database postgresql://user@host/name, or set CORRIDORMAP_DATABASE."
        )
    folder = config.workspace if workspace is None else workspace.absolute()
    release = Releases(Workspace(folder), is_private=True).get(release_id)
    with stages_shown() as progress:
        loaded = load.load_release(release, config.database, keep=keep, progress=progress)
    if as_json:
        click.echo(json.dumps(loaded))
        return
    state = "loaded" if loaded["new"] else "was there already"
    click.echo(
        f"Release {release.id} {state}: {loaded['features']:,} features, {loaded['bytes'] / 1e6:,.0f} MB. It is served now."
    )
    if loaded["dropped"]:
        click.echo(f"Dropped: {', '.join(loaded['dropped'])}")
