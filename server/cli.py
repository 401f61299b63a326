"""The command line: ``corridormap build | serve | export | layers | read | ingest | store | verify | network``.

Exit codes: 0 done; 1 it could not be done, with one line on stderr that says what to do; 2 the command was misspelt.
Progress shows on a terminal and is quiet in a pipe.

Each process of `corridormap serve` imports this module: what only some commands need is imported when they run, so that none
of it weighs on the service.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from geo.errors import CorridorMapError, MissingRelease, UnwritableWorkspace
from layers.releases import Releases
from layers.workspace import Workspace
from server.config import ENGINES, Config
from server.progress import stages_shown
from server.scheduling import scheduler_option, workers_of

if TYPE_CHECKING:
    from layers.candidates import MachineReading
    from layers.imports.record import Imported
    from layers.release import Release

__all__ = ["main"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


_ELSEWHERE = {
    "backup": "server.backup_commands:backup",
    "export": "server.export_commands:export",
    "export-map": "server.single_file_commands:export_map",
    "figure": "server.figure_commands:figure",
    "import": "server.import_commands:import_",
    "ingest": "server.reading_commands:ingest",
    "load-release": "server.store_commands:load_release",
    "network": "server.network_commands:network",
    "publish": "server.publish_commands:publish",
    "read": "server.reading_commands:read",
    "releases": "server.release_commands:releases",
    "restore": "server.backup_commands:restore",
    "review": "server.review_commands:review",
    "store": "server.reading_commands:store",
    "user": "server.people.commands:user",
}
"""Command or group of commands → where it stands; it is imported when it is asked for."""


class _Group(click.Group):
    """A group whose commands end with one line and exit code 1 when corridormap raises an error of its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _ELSEWHERE and cmd_name not in self.commands:
            module, name = _ELSEWHERE[cmd_name].split(":")
            self.add_command(getattr(importlib.import_module(module), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 -- click's own signature
        try:
            return super().invoke(ctx)
        except CorridorMapError as error:
            _fail(error)
        except BrokenPipeError:
            # The reader of our pipe has seen enough (`corridormap export … | head`).
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:
            _fail(
                UnwritableWorkspace(
                    f"This could not be done: {error.strerror or error}.", hint="Mend it and try again."
                )
            )


def _fail(error: CorridorMapError) -> NoReturn:
    click.echo(f"corridormap: {error}", err=True)
    sys.exit(1)


def _workspace_option(command: _Command) -> _Command:
    return click.option(
        "--workspace",
        type=click.Path(path_type=Path),
        help="Folder for everything that is written (CORRIDORMAP_WORKSPACE).",
    )(command)


def _reviewed_only_option(command: _Command) -> _Command:
    return click.option("--reviewed-only", is_flag=True, help="Leave out what a machine read and nobody has reviewed.")(
        command
    )


def _machine(config: Config, *, reviewed_only: bool) -> MachineReading:
    """What was read in articles: of the coverage store, or nothing where there is none."""
    from layers.store.coverage_store import machine_reading  # noqa: PLC0415 -- only a build asks the store

    return machine_reading(config.store_url, reviewed_only=reviewed_only)


def _imported(config: Config, *, redistributable: bool) -> Imported:
    """What was imported of data sets: of the coverage store, or nothing where there is none."""
    from layers.store.dataset_store import imported  # noqa: PLC0415 -- as above

    return imported(config.store_url, redistributable=redistributable)


def _redistributable_option(command: _Command) -> _Command:
    return click.option(
        "--redistributable", is_flag=True, help="Leave out imported records whose terms forbid to pass them on."
    )(command)


def _config(workspace: Path | None = None) -> Config:
    config = Config.from_environment(os.environ)
    return config if workspace is None else replace(config, workspace=workspace.absolute())


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="corridormap", prog_name="corridormap")
def main() -> None:
    """Maps of borders, corridors and incidents in Central Asia on which every object opens its evidence.

    Example: corridormap build && corridormap serve
    """


@main.command()
@_workspace_option
@_reviewed_only_option
@_redistributable_option
@scheduler_option
@click.option("--no-pictures", is_flag=True, help="Leave out the pictures that are shown where no map can be drawn.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def build(
    workspace: Path | None,
    scheduler: str,
    *,
    reviewed_only: bool,
    redistributable: bool,
    no_pictures: bool,
    as_json: bool,
) -> None:
    """Build the release from the data folder and the coverage store into the workspace.

    Example: corridormap build --workspace ./workspace
    """
    from layers.build import build_release  # noqa: PLC0415 -- heavy, see above
    from layers.catalog import default_catalog  # noqa: PLC0415
    from server.figure_commands import HINT, draw_pictures  # noqa: PLC0415
    from server.review_commands import published  # noqa: PLC0415

    config = _config(workspace)
    own = Workspace(config.workspace)
    # The store is read when it is this build's turn: of two at once the later one serves what is newer.
    with own.publishing():
        machine = _machine(config, reviewed_only=reviewed_only)
        with workers_of(scheduler) as workers, stages_shown() as progress:
            release, is_new = build_release(
                own,
                config.root,
                default_catalog(),
                machine=machine,
                imported=_imported(config, redistributable=redistributable),
                workers=workers,
                progress=progress,
            )
            pictures = None if no_pictures else draw_pictures(release, config, progress=progress)
        corrections = published(config, release, machine, reviewed_only=reviewed_only)
    counts = {layer_id: facts["count"] for layer_id, facts in release.receipt["layers"].items()}
    if as_json:
        candidates = release.receipt["candidates"]
        result = {"release": release.id, "new": is_new, "path": str(release.path), "layers": counts}
        told = {"candidates": candidates, "records": _records_told(release), "corrections": len(corrections)}
        click.echo(json.dumps(result | told | {"pictures": pictures or 0}))
        return
    click.echo(f"Release {release.id} {'built' if is_new else 'is there already'}: {release.path}")
    click.echo(
        "  reviewed records only" if _records_told(release) == "reviewed" else "  reviewed records and candidates"
    )
    for layer_id, count in counts.items():
        unreviewed = release.receipt["candidates"].get(layer_id)
        click.echo(f"  {layer_id:<22} {count:>6}" + (f"  ({unreviewed} candidates)" if unreviewed else ""))
    if pictures is None and not no_pictures:
        click.echo(f"No pictures: the page shows its list where no map can be drawn. To have them: make assets, {HINT}")
    elif pictures:
        click.echo(f"  {'pictures':<22} {pictures:>6}")


def _records_told(release: Release) -> str:
    """Which records a release holds: those that people reviewed, or the machine's candidates too."""
    return "candidates" if release.receipt["candidates"] else "reviewed"


@main.command()
@_workspace_option
@click.option("--host", help="Address to listen on (CORRIDORMAP_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (CORRIDORMAP_PORT).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes to start (CORRIDORMAP_WORKERS).")
@click.option("--engine", type=click.Choice(ENGINES), help="What answers requests (CORRIDORMAP_ENGINE).")
def serve(workspace: Path | None, host: str | None, port: int | None, workers: int | None, engine: str | None) -> None:
    """Serve the map of the latest release until Ctrl-C.

    Example: corridormap serve --port 9000
    """
    from server.serving import run  # noqa: PLC0415 -- the other commands need no web server

    config = _config(workspace)
    run(
        replace(
            config,
            host=host or config.host,
            port=port or config.port,
            workers=workers or config.workers,
            engine=engine or config.engine,
        ),
        announce=click.echo,
    )


@main.command()
@_workspace_option
@click.option("--json", "as_json", is_flag=True, help="Print the layers as JSON, with figures from the latest release.")
def layers(workspace: Path | None, *, as_json: bool) -> None:
    """List the layers of the map; with --json also their features, vertices, extent, accuracy, sources and licences.

    Example: corridormap layers --json
    """
    from layers.catalog import default_catalog  # noqa: PLC0415 -- heavy, see above
    from layers.survey import survey  # noqa: PLC0415

    catalog = default_catalog()
    if not as_json:
        for item in catalog.values():
            click.echo(f"{item.id:<22} {item.role:<15} {item.title['en']}")
        return
    config = _config(workspace)
    try:
        release = Releases(Workspace(config.workspace)).get()
        held = release.layer_ids
    except MissingRelease:
        held = ()  # the catalog needs no release; the figures do
    rows = []
    for item in catalog.values():
        row = {"id": item.id, "title": dict(item.title), "role": item.role, "exported": item.is_exported}
        if item.id in held:
            row |= survey(release, item, config.point_of_view)
        rows.append(row)
    click.echo(json.dumps(rows, ensure_ascii=False))


@main.command()
@_workspace_option
@click.option("--release", "release_id", help="Release to check; the latest without it.")
@click.option("--rebuild", is_flag=True, help="Also build it again from data folder and store and compare the ids.")
@_reviewed_only_option
@_redistributable_option
def verify(
    workspace: Path | None, release_id: str | None, *, rebuild: bool, reviewed_only: bool, redistributable: bool
) -> None:
    """Check a release against its receipt.

    Example: corridormap verify --rebuild
    """
    from layers.build import verify_release  # noqa: PLC0415 -- heavy, see above

    config = _config(workspace)
    release = Releases(Workspace(config.workspace), is_private=True).get(release_id)
    with stages_shown() as progress:
        if rebuild:
            machine = _machine(config, reviewed_only=reviewed_only)
            imported = _imported(config, redistributable=redistributable)
            checked = verify_release(release, root=config.root, machine=machine, imported=imported, progress=progress)
        else:
            checked = verify_release(release, progress=progress)
    click.echo(f"Release {release.id} is as it was built: {'; '.join(checked)}.")
