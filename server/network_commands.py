"""The commands ``corridormap network read | fetch | path``.

Roads and railways of OpenStreetMap, and paths along them that are plausible and attested by nobody. Each path goes into a
file of its own, with OpenStreetMap's attribution and licence, and into no layer and no release.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import geopandas as gpd
from rich.console import Console
from rich.progress import Progress

from geo.errors import TooPrecise, UnknownFeature, UnreachablePlace, UnwritableWorkspace
from geo.networkpath import ATTRIBUTION, LICENCE, MAX_SNAP_KM, TITLE, check_class, path_between
from geo.overpass import ENDPOINT, area_along, area_of_bbox, fetch_network
from geo.stretch import Stretch
from geo.waykind import KINDS
from layers.geojson import to_feature_collection
from layers.ingredients import Ingredients
from layers.release import file_sha256
from layers.workspace import write_atomically
from server.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo.networkpath import NetworkPath

__all__ = ["network"]

DESCRIPTION = (
    "The shortest way along the network between places that the corridor's sources name. Length alone decides: no source "
    "says that anything moved on it, and no article speaks of it."
)
DISCLAIMER = (
    "Not attested: drawn by {publisher} from OpenStreetMap by length alone. It is no evidence of any traffic, lawful or "
    "unlawful, no advice to travel, and implies no opinion on the legal status of any territory."
)

_kind_option = click.option(
    "--kind", type=click.Choice(sorted(KINDS)), default="road", show_default=True, help="Kind of network."
)
_class_option = click.option(
    "--class",
    "classes",
    multiple=True,
    type=click.Choice([each for kind in KINDS.values() for each in kind.classes]),
    help="Class of way to take; may be repeated. The kind's main classes without it.",
)


@click.group()
def network() -> None:
    """Read, download and follow the roads and railways of OpenStreetMap.

    Example: corridormap network read region.osm --kind road
    """


@network.command()
@click.argument("file", type=click.Path(path_type=Path))
@_kind_option
@_class_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def read(file: Path, kind: str, classes: tuple[str, ...], *, as_json: bool) -> None:
    """Read a FILE (OSM XML or GraphML) and say what network it holds.

    Example: corridormap network read region.osm --kind road --class motorway --class trunk
    """
    from geo.network import read_network  # noqa: PLC0415 -- networks are no matter of the other commands

    summary = read_network(file, kind=kind, classes=classes or None).summary()
    if as_json:
        click.echo(json.dumps({"file": str(file), "sha256": file_sha256(file), **summary}, ensure_ascii=False))
        return
    click.echo(f"{file}: {kind}, {summary['length_km']:,.1f} km, data as of {summary['as_of'] or 'an unknown time'}")
    for each, length_km in summary["length_km_by_class"].items():
        click.echo(f"  {each:<22} {length_km:>12,.1f} km")
    click.echo(f"  {'nodes':<22} {summary['nodes']:>12,}")
    click.echo(
        f"  {'connected parts':<22} {summary['parts']:>12,} (largest: {summary['largest_part']:.0%} of the nodes)"
    )
    click.echo("  bbox                   " + ",".join(f"{edge:.4f}" for edge in summary["bbox"]))


@network.command()
@click.option("--bbox", metavar="W,S,E,N", help="Box to download, in degrees.")
@click.option(
    "--place",
    "place_ids",
    multiple=True,
    metavar="ID",
    help="Place of data/places.json; may be repeated. What lies along the way through all of them is downloaded.",
)
@_kind_option
@_class_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder for KIND.osm; WORKSPACE/networks without it."
)
@click.option("--endpoint", default=ENDPOINT, show_default=True, help="Overpass API to ask.")
@click.option("--refresh", is_flag=True, help="Ask again for cells that are there.")
@click.option(
    "--workspace", type=click.Path(path_type=Path), help="Folder that keeps the cells (CORRIDORMAP_WORKSPACE)."
)
def fetch(
    bbox: str | None,
    place_ids: tuple[str, ...],
    kind: str,
    classes: tuple[str, ...],
    output: Path | None,
    endpoint: str,
    workspace: Path | None,
    *,
    refresh: bool,
) -> None:
    """Download a network from OpenStreetMap through Overpass. This command uses the Internet.

    The area is cut into cells of 2 by 2 degrees and one is asked for after the other. Finished cells stay in the workspace:
    run the command again to go on after a broken line.

    Example: corridormap network fetch --bbox 66,36,70,39 --kind road -o networks
    """
    if (bbox is None) == (not place_ids):
        raise click.UsageError("Give either --bbox or --place.")
    config = _config(workspace)
    area = area_of_bbox(*_bbox(bbox)) if bbox is not None else _along(place_ids, config)
    networks = config.workspace / "networks"
    with _cells_shown() as on_cell:
        fetched = fetch_network(
            area,
            kind=kind,
            classes=classes or None,
            cache=networks / "cells",
            output=(output or networks) / f"{kind}.osm",
            endpoint=endpoint,
            contact=config.contact,
            refresh=refresh,
            on_cell=on_cell,
        )
    click.echo(f"{fetched.path}: {fetched.ways:,} ways. Cells: {fetched.asked} downloaded, {fetched.kept} kept.")
    click.echo(f"{ATTRIBUTION}, {LICENCE}. Pass these terms on with whatever you make of it.")


@network.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--corridor", "corridor_id", required=True, metavar="ID", help="Corridor whose places are joined.")
@_kind_option
@_class_option
@click.option("--from", "first", metavar="PLACE", help="Begin at this place of the corridor.")
@click.option("--to", "last", metavar="PLACE", help="End at this place of the corridor.")
@click.option(
    "--max-snap-km",
    type=click.FloatRange(min=0, min_open=True, max=100),
    default=MAX_SNAP_KM,
    show_default=True,
    help="How far a place may lie from the network.",
)
@click.option("--both-ways", is_flag=True, help="Take one-way roads in both directions.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; standard output without it.")
def path(
    file: Path,
    corridor_id: str,
    kind: str,
    classes: tuple[str, ...],
    first: str | None,
    last: str | None,
    max_snap_km: float,
    output: Path | None,
    *,
    both_ways: bool,
) -> None:
    """Draw a plausible road, not attested, along the network in FILE between the places of a corridor.

    Only for corridors whose sources name places. Legs over a place whose position is not known, or over a part of the source
    that was not read, are left out and listed.

    Example: corridormap network path region.osm --corridor carec-6a --kind road --from bukhara --to termez -o road.geojson
    """
    config = _config()
    ingredients = Ingredients.read(config.root)
    record = _corridor(corridor_id, ingredients)
    stretch = _stretch(record, kind, ingredients, first, last)

    from geo.network import read_network  # noqa: PLC0415 -- a refused corridor needs no osmnx

    roads = read_network(file, kind=kind, classes=classes or None)
    paths = [path_between(roads, chain, max_snap_km=max_snap_km, both_ways=both_ways) for chain in stretch.chains]
    length_m = round(sum(found.length_m for found in paths), 1)
    members = {
        "name": f"{corridor_id}-{kind}",
        "title": TITLE[kind],
        "description": DESCRIPTION,
        "attested": False,
        "attribution": "; ".join([ATTRIBUTION, *(s.attribution for s in ingredients.sources if s.id == "geonames")]),
        "licence": LICENCE,
        "disclaimer": DISCLAIMER.format(publisher=config.publisher),
        "publisher": config.publisher,
        **({"contact": config.contact} if config.contact else {}),
        "citation": f"{record['title']['en']}: {TITLE[kind]}. Published by {config.publisher}. {ATTRIBUTION}, {LICENCE}.",
        "corridor": corridor_id,
        "references": record["references"],
        "network": {
            "sha256": file_sha256(file),
            "as_of": roads.as_of,
            "kind": kind,
            "classes": list(roads.classes),
            "max_snap_km": max_snap_km,
            "both_ways": both_ways,
        },
        "length_m": length_m,
        "gaps": [
            {"from": gap.origin, "to": gap.destination, "unresolved": list(gap.unresolved), "unseen": gap.unseen}
            for gap in stretch.gaps
        ],
        "unlocated": list(stretch.unlocated),
    }
    content = to_feature_collection(_frame(record, paths), members=members)
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        write_atomically(output, content)
    except OSError as error:
        raise UnwritableWorkspace(
            f"{output} cannot be written: {error.strerror or error}.", hint="Name another file with -o."
        ) from error
    click.echo(f"{output}: {TITLE[kind]}, {length_m / 1000:,.1f} km, {len(stretch.gaps)} gaps", err=True)


def _stretch(
    record: Mapping[str, Any], kind: str, ingredients: Ingredients, first: str | None, last: str | None
) -> Stretch:
    if kind not in record["modes"]:
        raise UnreachablePlace(
            f"Corridor {record['id']} is none by {kind}.", hint=f"Its modes: {', '.join(record['modes'])}."
        )
    return Stretch.of(
        record["id"],
        record["places"],
        ingredients.gazetteer,
        passed_over={id_ for id_, mode in record["place_modes"].items() if mode != kind},
        unseen={(gap["from"], gap["to"]) for gap in record["gaps"] or ()},
        first=first,
        last=last,
    )


def _corridor(corridor_id: str, ingredients: Ingredients) -> Mapping[str, Any]:
    """Return the record of a corridor that names places; refuse every other."""
    context = ingredients.context
    records = [*ingredients.coverage.records("corridors"), *context.corridors, *context.transport_corridors]
    for record in records:
        if record["id"] == corridor_id:
            check_class(corridor_id, record["attestation_class"])
            if not record.get("places"):
                raise TooPrecise(f"Corridor {corridor_id} lists no places, so no road may be drawn for it.")
            return record
    raise UnknownFeature(
        f"There is no corridor {corridor_id!r}.",
        hint=f"These name places: {', '.join(record['id'] for record in context.transport_corridors)}.",
    )


def _frame(record: Mapping[str, Any], paths: Sequence[NetworkPath]) -> gpd.GeoDataFrame:
    """Return one feature per leg, EPSG:4326, in the corridor's order."""
    rows = [
        {
            "id": f"{record['id']}/{found.kind}/{leg.origin}--{leg.destination}",
            "parent": record["id"],
            "title": found.title,
            "attested": False,
            "from": leg.origin,
            "to": leg.destination,
            "length_m": round(leg.length_m, 1),
            "straight_m": round(leg.straight_m, 1),
            "from_snap_m": round(leg.origin_snap_m, 1),
            "to_snap_m": round(leg.destination_snap_m, 1),
            "attribution": found.attribution,
            "licence": found.licence,
            "references": record["references"],
            "geometry": leg.line,
        }
        for found in paths
        for leg in found.legs
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=4326)


def _config(workspace: Path | None = None) -> Config:
    config = Config.from_environment(os.environ)
    return config if workspace is None else replace(config, workspace=workspace.absolute())


def _bbox(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not west,south,east,north in degrees", param_hint="--bbox") from None
    return west, south, east, north


def _along(place_ids: Sequence[str], config: Config) -> BaseGeometry:
    from geo.gazetteer import Gazetteer  # noqa: PLC0415 -- a box needs none

    gazetteer = Gazetteer.read(config.root)
    points = []
    for place in map(gazetteer.place, place_ids):
        if place.point is None:
            raise UnreachablePlace(
                f"Where {place.id} lies is not known.", hint="Name another place, or give a --bbox around it."
            )
        points.append(place.point)
    return area_along(points)


@contextmanager
def _cells_shown() -> Iterator[Callable[[int, int], None]]:
    """Show finished cells on a terminal; say nothing in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda *_: None
        return
    with Progress(console=console) as progress:
        task = progress.add_task("cells", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
