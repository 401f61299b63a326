"""The command ``corridormap store copy``: a coverage store from SQLite to PostgreSQL, or back."""

from __future__ import annotations

import json

import click

from server.progress import stages_shown

__all__ = ["copy"]


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
