"""The commands ``corridormap import ucdp-ged | acled | csv | geojson | list | remove | mapping``."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo.errors import InvalidImport, MalformedFilter, UnknownFeature
from layers.filter import Filter
from layers.workspace import Workspace
from server.progress import stages_shown
from server.reading_commands import config_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.imports.dataset import Dataset
    from layers.imports.reading import ReadDataset
    from layers.store.imports import ImportedCounts
    from server.config import Config

__all__ = ["import_"]

FAULTS_SHOWN = 200
"""Most faults that are printed for a person; ``--json`` prints all of them."""


@click.group("import")
def import_() -> None:
    """Bring records that you already have into the coverage store; the next build takes them along.

    Each row stays the evidence of its record: data set, version and row id. Of UCDP GED and ACLED corridormap knows the columns;
    for other CSV and GeoJSON files a mapping says what they mean (docs/imports.md).

    Example: corridormap import ucdp-ged GEDEvent_v25_1.csv --version 25.1 --bbox 46,29,90,56
    """


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.argument("file", type=click.Path(path_type=Path)),
        click.option("--version", help="Version of the data set, unless the mapping says it."),
        click.option("--bbox", metavar="W,S,E,N", help="Leave out what lies outside this box, in degrees."),
        click.option("--dry-run", is_flag=True, help="Say what would change, and store nothing."),
        click.option("--replace", "replacing", is_flag=True, help="Take out the data set's records that FILE lacks."),
        click.option(
            "--skip-faulty", is_flag=True, help="Leave out rows with faults; without it any fault stores nothing."
        ),
        click.option(
            "--retrieved",
            type=click.DateTime(["%Y-%m-%d"]),
            help="Day on which you got the file; today without it.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, with all faults."),
        click.option(
            "--workspace", type=click.Path(path_type=Path), help="Folder of the store (CORRIDORMAP_WORKSPACE)."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@import_.command("ucdp-ged")
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="A mapping of your own in place of the one that comes along."
)
@_options
def ucdp_ged(mapping: Path | None, file: Path, **options: Any) -> None:  # noqa: ANN401 -- as _options lists them
    """Import events of the UCDP Georeferenced Event Dataset from its CSV file (CC BY 4.0).

    Example: corridormap import ucdp-ged GEDEvent_v25_1.csv --version 25.1 --dry-run
    """
    _import(file, mapping or "ucdp-ged", **options)


@import_.command()
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="A mapping of your own in place of the one that comes along."
)
@_options
def acled(mapping: Path | None, file: Path, **options: Any) -> None:  # noqa: ANN401 -- as _options lists them
    """Import events from a file that you exported from ACLED yourself; its terms forbid to pass them on.

    They are served only while CORRIDORMAP_PRIVATE=1 is set, and never exported or published.

    Example: corridormap import acled acled-2026.csv --version 2026-11-20
    """
    _import(file, mapping or "acled", **options)


@import_.command("csv")
@click.option("--mapping", type=click.Path(path_type=Path), required=True, help="What the columns of FILE mean (TOML).")
@_options
def csv_(mapping: Path, file: Path, **options: Any) -> None:  # noqa: ANN401 -- as _options lists them
    """Import the rows of a CSV file as a mapping describes them.

    Example: corridormap import csv seizures.csv --mapping seizures.toml --version 1
    """
    _import(file, mapping, form="csv", **options)


@import_.command()
@click.option(
    "--mapping", type=click.Path(path_type=Path), required=True, help="What the properties of FILE mean (TOML)."
)
@_options
def geojson(mapping: Path, file: Path, **options: Any) -> None:  # noqa: ANN401 -- as _options lists them
    """Import the points of a GeoJSON file as a mapping describes them.

    Example: corridormap import geojson seizures.geojson --mapping seizures.toml --version 1
    """
    _import(file, mapping, form="geojson", **options)


@import_.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.option("--workspace", type=click.Path(path_type=Path), help="Folder of the store (CORRIDORMAP_WORKSPACE).")
def list_(workspace: Path | None, *, as_json: bool) -> None:
    """List the data sets that were imported, with their terms.

    Example: corridormap import list
    """
    from layers.store.dataset_store import DatasetStore, has_store  # noqa: PLC0415 -- heavy

    url = config_of(workspace).store_url
    found: list[tuple[Dataset, int]] = []
    if has_store(url):
        with DatasetStore.open(url) as store:
            found = store.datasets()
    if as_json:
        click.echo(
            json.dumps([{**dataset.to_json(), "records": count} for dataset, count in found], ensure_ascii=False)
        )
        return
    for dataset, count in found:
        click.echo(f"{dataset.id:<20} {count:>9,}  {dataset.version:<12} {dataset.licence} ({dataset.redistribution})")


@import_.command()
@click.argument("dataset")
@click.option("--workspace", type=click.Path(path_type=Path), help="Folder of the store (CORRIDORMAP_WORKSPACE).")
def remove(dataset: str, workspace: Path | None) -> None:
    """Take a data set out of the store with all its records. Releases that were built keep theirs: see `releases drop`.

    Example: corridormap import remove acled
    """
    from layers.store.dataset_store import DatasetStore, has_store  # noqa: PLC0415 -- heavy

    url = config_of(workspace).store_url
    if not has_store(url):
        raise UnknownFeature("There is no coverage store yet.", hint="Nothing was imported into this workspace.")
    with DatasetStore.open(url) as store:
        count = store.remove(dataset)
    click.echo(f"{dataset}: {count:,} records removed; the next build is without them.")


@import_.command()
@click.argument("name", type=click.Choice(["ucdp-ged", "acled", "example"]))
def mapping(name: str) -> None:
    """Print a mapping that comes with corridormap, to be copied and changed.

    Example: corridormap import mapping example > seizures.toml
    """
    from layers.imports.mapping import mapping_text  # noqa: PLC0415 -- as the other commands

    click.echo(mapping_text(name), nl=False)


def _import(
    file: Path,
    mapping: Path | str,
    *,
    version: str | None,
    bbox: str | None,
    dry_run: bool,
    replacing: bool,
    skip_faulty: bool,
    retrieved: datetime | None,
    as_json: bool,
    workspace: Path | None,
    form: str | None = None,
) -> None:
    from layers.imports.mapping import ImportMapping  # noqa: PLC0415 -- `--help` needs no schemas
    from layers.imports.reading import read_dataset  # noqa: PLC0415

    known = ImportMapping.included(mapping) if isinstance(mapping, str) else ImportMapping.read(mapping)
    version = version or known.dataset.get("version")
    if not version:
        raise click.UsageError("Say which version of the data set FILE holds: --version 25.1")
    form = form or ("geojson" if file.suffix.lower() in {".geojson", ".json"} else "csv")
    day: date = retrieved.date() if retrieved else datetime.now(UTC).date()
    with stages_shown() as progress:
        counted = 0

        def told(rows: int) -> None:
            nonlocal counted
            counted += rows
            progress(f"{counted:,} rows")

        found = read_dataset(file, form, known, version, bbox=_box(bbox), progress=told)
        dataset = known.dataset_of(version, day.isoformat(), {file.name: _sha256(file)})
        counts = None
        if not found.faults or skip_faulty:
            progress("storing")
            counts = _stored(config_of(workspace), dataset, found, dry_run=dry_run, replacing=replacing)
    _report(dataset, found, counts, dry_run=dry_run, as_json=as_json)
    if counts is None:
        shown = [*found.faults[:FAULTS_SHOWN]]
        if len(found.faults) > FAULTS_SHOWN:
            shown.append(f"and {len(found.faults) - FAULTS_SHOWN:,} more; --json prints all of them")
        raise InvalidImport(
            str(file),
            shown,
            hint="Nothing was stored. Mend them and import again, or leave these rows out with --skip-faulty.",
        )


def _stored(config: Config, dataset: Dataset, found: ReadDataset, *, dry_run: bool, replacing: bool) -> ImportedCounts:
    """Store what was read, or tell what that would change."""
    from layers.store.dataset_store import DatasetStore, has_store  # noqa: PLC0415 -- heavy
    from layers.store.imports import ImportedCounts  # noqa: PLC0415

    if dry_run and not has_store(config.store_url):
        return ImportedCounts(new=len(found.records), changed=0, same=0, removed=0)
    if not config.store:
        Workspace(config.workspace).prepare()
    with DatasetStore.open(config.store_url) as store:
        act = store.compare if dry_run else store.keep
        return act(dataset, found.records, replacing=replacing)


def _report(
    dataset: Dataset, found: ReadDataset, counts: ImportedCounts | None, *, dry_run: bool, as_json: bool
) -> None:
    """Tell what was read and what changes; faults are told by the error, and here for programs."""
    if as_json:
        document: dict[str, Any] = {
            "dataset": dataset.id,
            "version": dataset.version,
            "licence": dataset.licence,
            "redistribution": dataset.redistribution,
            "dry_run": dry_run,
            "records": len(found.records),
            "left_out": dict(found.left_out),
            "faults": list(found.faults),
        }
        if counts is not None:
            document |= {name: getattr(counts, name) for name in ("new", "changed", "same", "removed")}
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    if counts is None:
        return
    verb = "would be" if dry_run else "are"
    click.echo(
        f"{dataset.id} {dataset.version}: {len(found.records):,} records; {counts.new:,} {verb} new, {counts.changed:,} "
        f"changed, {counts.same:,} as before, {counts.removed:,} taken out"
    )
    for reason, count in found.left_out.items():
        click.echo(f"  left out: {count:,} rows ({reason})")
    if found.faults:
        click.echo(f"  left out: {len(found.faults):,} rows with faults")
        for fault in found.faults[:FAULTS_SHOWN]:
            click.echo(f"    {fault}")
    click.echo(f"  terms: {dataset.licence}, redistribution: {dataset.redistribution}")
    if dataset.is_restricted:
        click.echo("  They are served only while CORRIDORMAP_PRIVATE=1 is set, and never exported or published.")
    if not dry_run and (counts.new or counts.changed or counts.removed):
        click.echo("  Now run: corridormap build")


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        return Filter.parse({"bbox": [text]}).bbox
    except MalformedFilter as error:
        raise click.BadParameter(str(error), param_hint="--bbox") from None


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
