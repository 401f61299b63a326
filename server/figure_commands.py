"""The command ``corridormap figure``, and the pictures that ``corridormap build`` puts into a release."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from geo.errors import UnwritableWorkspace
from geo.vocabulary import LANGUAGES
from layers.figures.figure import ATTESTED, CHOICES, DRAWABLE, WIDTHS_MM, Figure
from layers.figures.pictures import render_pictures
from layers.filter import PARAMETERS
from layers.imprint import Imprint
from layers.releases import Releases
from layers.workspace import Workspace, write_output
from server.config import Config
from server.figures import FONTS, MEDIA_TYPES, draw, is_installed
from server.languages import read_strings
from server.static_files import STATIC

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from layers.release import Release

__all__ = ["draw_pictures", "figure"]

PICTURE_DPI: Final = 150
HINT: Final = "pip install 'corridormap[figures]'"


def draw_pictures(release: Release, config: Config, *, progress: Callable[[str], None]) -> int | None:
    """Put the pictures that are shown where no map can be drawn into a release; return how many it now has.

    ``None`` where the extra ``[figures]`` is not installed or the page's fonts were not brought: the page then shows the list.
    """
    if not is_installed() or not FONTS.is_dir():
        return None
    os.environ.setdefault("MPLCONFIGDIR", str(_cache(config)))
    from layers.figures.palette import in_palette  # noqa: PLC0415 -- comes with the drawing library
    from layers.figures.sheet import render  # noqa: PLC0415 -- loads the drawing library

    strings = read_strings(STATIC / "i18n")
    imprint = Imprint(config.publisher, config.contact, config.public_url, config.point_of_view)

    def draw_one(query: Mapping[str, str]) -> bytes:
        asked = {name: [value] for name, value in query.items()}
        figure = Figure.parse(asked, point_of_view=config.point_of_view).at(PICTURE_DPI)
        return in_palette(
            render(
                release, figure, "png", fonts=FONTS, words=strings[figure.lang], imprint=imprint, cache=_cache(config)
            )
        )

    render_pictures(release, draw_one, progress=progress)
    return len(list((release.path / "pictures").glob("*.png")))


def _cache(config: Config) -> Path:
    return config.workspace / ".figures"


def _choice(name: str) -> click.Choice[str]:
    return click.Choice(CHOICES[name])


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="File to write: .svg, .pdf or .png."
)
@click.option("--workspace", type=click.Path(path_type=Path), help="Folder of releases (CORRIDORMAP_WORKSPACE).")
@click.option("--release", "release_id", help="Release to draw; the latest without it.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language of all texts.")
@click.option(
    "--width",
    type=_choice("width"),
    default="double",
    show_default=True,
    help=", ".join(f"{name} {mm:g} mm" for name, mm in WIDTHS_MM.items()) + ".",
)
@click.option("--dpi", type=_choice("dpi"), default="300", show_default=True, help="Resolution of a PNG.")
@click.option(
    "--framing",
    type=_choice("framing"),
    default="auto",
    show_default=True,
    help="What is seen; auto follows the filter.",
)
@click.option("--projection", type=_choice("projection"), default="auto", show_default=True, help="Conic projection.")
@click.option(
    "--palette", type=_choice("palette"), default="color", show_default=True, help="Hues, safe hues, or greys."
)
@click.option(
    "--text", type=_choice("text"), default="text", show_default=True, help="paths: letters of an SVG as outlines."
)
@click.option("--point-of-view", type=_choice("point_of_view"), help="Of borders (CORRIDORMAP_POINT_OF_VIEW).")
@click.option("--layers", "layer_ids", help=f"Of {', '.join(DRAWABLE)}; without it {', '.join(ATTESTED)}.")
@click.option("--title", help="Title in the place of the release's own.")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help=f"Names: {', '.join(PARAMETERS[:-2])}.")
def figure(
    output: Path, workspace: Path | None, release_id: str | None, filters: tuple[str, ...], **options: str | None
) -> None:
    """Draw a map for print; without options the whole region, attested layers, latest release.

    Example: corridormap figure -o map.pdf --width single --lang fa --filter corridor=a4
    """
    form = output.suffix.removeprefix(".").lower()
    if form not in MEDIA_TYPES:
        raise click.BadParameter(f"{output.name!r} ends in none of .svg, .pdf, .png", param_hint="-o")
    config = Config.from_environment(os.environ)
    own = Workspace(config.workspace if workspace is None else workspace.absolute())
    query: dict[str, list[str]] = {}
    for item in filters:
        name, sign, value = item.partition("=")
        if not sign:
            raise click.BadParameter(f"{item!r} has no =; write NAME=VALUE", param_hint="--filter")
        query.setdefault(name, []).append(value)
    named = {"layer_ids": "layers"}
    query |= {named.get(name, name): [value] for name, value in options.items() if value is not None}
    release = Releases(own).get(release_id)
    imprint = Imprint(config.publisher, config.contact, config.public_url, config.point_of_view)
    words = read_strings(STATIC / "i18n")[options["lang"] or "en"]
    content = draw(release, query, form, words=words, imprint=imprint, cache=own.path / ".figures")
    try:
        write_output(output, content)
    except OSError as error:
        raise UnwritableWorkspace(
            f"{output} cannot be written: {error.strerror or error}.", hint="Name another file with -o."
        ) from error
    click.echo(f"{output}: {len(content):,} bytes from release {release.id}", err=True)
