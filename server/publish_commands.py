"""The command ``corridormap publish``."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo.errors import InvalidSetting, RestrictedRecords, UnwritableWorkspace
from server.config import Config
from server.figures import is_installed
from server.progress import stages_shown

if TYPE_CHECKING:
    from layers.release import Release

__all__ = ["publish"]


def _refuse_restricted(release: Release) -> None:
    closed = [*release.catalog.withheld, *(layer.id for layer in release.catalog.values() if layer.is_restricted)]
    if closed:
        count = sum(release.receipt["layers"][layer_id]["count"] for layer_id in closed)
        raise RestrictedRecords(
            f"Release {release.id} is not published: the terms of data sets forbid to pass {count:,} of its records on.",
            hint="Build one without them: corridormap build --redistributable",
        )


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--workspace", type=click.Path(path_type=Path), help="Folder of releases (CORRIDORMAP_WORKSPACE).")
@click.option("--release", "release_id", default="latest", help="Release to publish; the latest without it.")
@click.option("--no-figures", is_flag=True, help="Leave out the maps for print.")
@click.option(
    "--zoom",
    "deepest_z",
    type=click.IntRange(3, 12),
    default=7,
    show_default=True,
    help="Deepest tiles; each one more makes the folder about three times as large.",
)
def publish(folder: Path, workspace: Path | None, release_id: str, *, no_figures: bool, deepest_z: int) -> None:
    """Write a folder for any static host or archive: map, tiles, data, figures, citations, checksums.

    The folder will be reached at CORRIDORMAP_PUBLIC_URL. Set it first, for example with
    `export CORRIDORMAP_PUBLIC_URL=https://maps.example.org`.

    Example: corridormap publish ./public
    """
    from server.app import create_app  # noqa: PLC0415 -- heavy
    from server.publish import published_files, write_folder  # noqa: PLC0415

    config = Config.from_environment(os.environ)
    config = config if workspace is None else replace(config, workspace=workspace.absolute())
    if not config.public_url:
        raise InvalidSetting(
            "Links and citations in the folder need the address under which readers will reach it.",
            hint="Set CORRIDORMAP_PUBLIC_URL, for example https://maps.example.org/corridors.",
        )
    app = create_app(config)
    release = app.extensions["corridormap"].releases.get(release_id).public()
    _refuse_restricted(release)
    with_figures = is_installed() and not no_figures
    try:
        with stages_shown() as progress:
            files = published_files(app, release, with_figures=with_figures, deepest_z=deepest_z, progress=progress)
            written = write_folder(folder, files)
    except OSError as error:
        raise UnwritableWorkspace(
            f"{folder} cannot be written: {error.strerror or error}.", hint="Name a new or empty folder."
        ) from error
    click.echo(
        f"{folder}: {written / 1e6:.1f} MB from release {release.id}; its README.md says what the host should send"
    )
    if not with_figures and not no_figures:
        click.echo("No figures: they need pip install 'corridormap[figures]'", err=True)
