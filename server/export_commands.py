"""The command ``corridormap export``: a layer of a release as a file, in each format that the service offers."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo.errors import UnwritableWorkspace
from geo.vocabulary import POINTS_OF_VIEW
from layers.exports.export import FORMATS, TEXTS, Export, exported_layer
from layers.filter import PARAMETERS, Filter
from layers.imprint import Imprint
from layers.releases import Releases
from layers.workspace import Workspace, write_output
from server.progress import counted_features
from server.reading_commands import config_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["export"]


@click.command()
@click.argument("layer")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="Folder for everything that is written (CORRIDORMAP_WORKSPACE).",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    help="Else the ending of the output's name; geojson without one.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; standard output without it.")
@click.option("--release", "release_id", help="Release to export; the latest without it.")
@click.option(
    "--point-of-view", type=click.Choice(POINTS_OF_VIEW), help="Point of view of borders (CORRIDORMAP_POINT_OF_VIEW)."
)
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=VALUE",
    help=f"Keep a part of the layer; may be repeated. Names: {', '.join(PARAMETERS[:-2])}.",
)
def export(
    layer: str,
    workspace: Path | None,
    format_: str | None,
    output: Path | None,
    release_id: str | None,
    point_of_view: str | None,
    filters: tuple[str, ...],
) -> None:
    """Write one LAYER of a release to a file.

    Example: corridormap export incidents --filter category=attack -o attacks.gpkg
    """
    query: dict[str, list[str]] = {}
    for item in filters:
        name, sign, value = item.partition("=")
        if not sign:
            raise click.BadParameter(f"{item!r} has no =; write NAME=VALUE", param_hint="--filter")
        query.setdefault(name, []).append(value)
    config = config_of(workspace)
    release = Releases(Workspace(config.workspace)).get(release_id)
    imprint = Imprint(config.publisher, config.contact, config.public_url, point_of_view or config.point_of_view)
    chosen = Export.of(release, exported_layer(release.catalog, layer), Filter.parse(query), imprint)
    ending = format_ or ("" if output is None else output.suffix.removeprefix("."))
    ending = ending if ending in FORMATS else "geojson"
    with counted_features(layer, chosen.chosen.matched) as progress:
        _write(chosen, ending, output, progress)
    if output is not None:
        size = f"{output.stat().st_size:,} bytes" if output.is_file() else "written"
        click.echo(f"{output}: {size}, {chosen.chosen.matched:,} features from release {release.id}", err=True)


def _write(chosen: Export, ending: str, output: Path | None, progress: Callable[[int], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="corridormap-export-", dir=_beside(output)) as folder:
        made = Path(folder) / f"{chosen.layer.id}.{ending}"
        if ending in TEXTS:
            from layers.exports.texts import text_chunks  # noqa: PLC0415 -- either of two is needed

            try:
                with made.open("wb") as file:
                    for piece in text_chunks(chosen, ending):
                        file.write(piece)
                        progress(piece.count(b"\n"))
            except OSError as error:
                raise UnwritableWorkspace(
                    f"{made.name} could not be written: {error.strerror or error}.",
                    hint="Free some space, or write to another disk.",
                ) from error
        else:
            from layers.exports.files import write_file  # noqa: PLC0415 -- heavy: GDAL and Arrow

            write_file(chosen, ending, made, progress)
        if output is None:
            with made.open("rb") as file:
                while piece := file.read(1 << 20):
                    sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        try:
            target = output.resolve()
            if target.exists() and not target.is_file():
                write_output(output, made.read_bytes())
                return
            # It refuses what may not be written, and gives a new file its permissions.
            write_output(output, b"")
            made.chmod(target.stat().st_mode)
            shutil.move(made, target)
        except OSError as error:
            raise UnwritableWorkspace(
                f"{output} cannot be written: {error.strerror or error}.", hint="Name another file with -o."
            ) from error


def _beside(output: Path | None) -> Path | None:
    """A folder on the same disk, so that the finished file only changes its name."""
    if output is None:
        return None
    target = output.resolve()
    if target.exists() and not target.is_file():
        return None
    if not target.parent.is_dir():
        raise UnwritableWorkspace(
            f"{output} cannot be written: {target.parent} is no folder.", hint="Name another file with -o."
        )
    return target.parent if os.access(target.parent, os.W_OK) else None
