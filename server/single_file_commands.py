"""The command ``corridormap export-map`` and the route ``/export/map.html``: the map as one file."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from pathlib import Path

import click
from flask import Blueprint, Response, request

from geo.errors import UnwritableWorkspace
from geo.vocabulary import LANGUAGES
from layers.styles.tokens import THEMES
from layers.workspace import write_output
from server.answers import REVALIDATE, released_answer
from server.cache import AnswerCache
from server.config import Config
from server.embeds import embed_here
from server.languages import page_language, picture_theme
from server.service import service
from server.turns import kept_or_made
from server.workers import run_worker

__all__ = ["blueprint", "export_map"]

blueprint = Blueprint("single_file", __name__)

_CACHE: AnswerCache[bytes] = AnswerCache(limit_bytes=16_000_000)


@blueprint.get("/export/map.html")
def map_file() -> Response:
    """Answer the map as one file; the same release, language and theme give the same bytes."""
    release = service().release()
    lang, theme, view = page_language(), picture_theme(), service().point_of_view
    embed = embed_here(lang)  # refuses what an embed refuses
    parameters = {name: value for name, value in request.args.items() if name != "accessed"}
    parameters |= {"release": release.id, "lang": lang, "theme": theme, "point_of_view": view}
    key = f"{release.path}|{sorted(parameters.items())}|{service().imprint}"
    asked = {
        "config": {**asdict(service().config), **_folders(service().config)},
        "parameters": parameters,
        "host": request.host,
    }
    response = released_answer(
        lambda: kept_or_made(
            _CACHE,
            key,
            lambda: run_worker(_WORKER, asked, made="The file", hint="Ask again; it is kept once it was made."),
        ),
        "text/html; charset=utf-8",
        decided_by=f"{release.id}|{sorted(parameters.items())}|{service().imprint}|{embed.alt}",
        cache=REVALIDATE,
    )
    # A page of this origin may run none of the scripts in it: it is made to be saved and opened from a disk.
    response.headers["Content-Disposition"] = f'attachment; filename="corridormap-{release.id}.html"'
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


_WORKER = "server.single_file_worker"


def _folders(config: Config) -> dict[str, str]:
    return {"workspace": str(config.workspace), "root": str(config.root)}


@click.command("export-map")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option("--workspace", type=click.Path(path_type=Path), help="Folder of releases (CORRIDORMAP_WORKSPACE).")
@click.option("--release", "release_id", default="latest", help="Release to export; the latest without it.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of the page.")
@click.option("--theme", type=click.Choice(THEMES), default="light", show_default=True, help="Light or dark.")
@click.option("--title", default="", help="Title in the place of the release's own.")
def export_map(output: Path, workspace: Path | None, release_id: str, lang: str, theme: str, title: str) -> None:
    """Write the map, with its evidence, as one HTML file that opens from a disk without a network.

    Example: corridormap export-map -o map.html --lang fa
    """
    from server.app import create_app  # noqa: PLC0415 -- the app registers this module's route
    from server.notebook import single_file  # noqa: PLC0415 -- what serves requests must not load folium

    config = Config.from_environment(os.environ)
    config = config if workspace is None else replace(config, workspace=workspace.absolute())
    app = create_app(config)
    release = app.extensions["corridormap"].releases.get(release_id)
    named = {"release": release.id, "lang": lang, "theme": theme, "title": title}
    content = single_file(app, {name: value for name, value in named.items() if value})
    try:
        write_output(output, content)
    except OSError as error:
        raise UnwritableWorkspace(
            f"{output} cannot be written: {error.strerror or error}.", hint="Name another file with -o."
        ) from error
    click.echo(f"{output}: {len(content) / 1e6:.1f} MB from release {release.id}", err=True)
