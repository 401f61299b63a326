"""Building: from the records and the data sets to a release, and the proof that it is the same again."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

import shapely

from geo import datasets
from geo.errors import DamagedRelease, InvalidGeometry, InvalidRecords, UnrecordedSource, UnwritableWorkspace
from geo.point_of_view import POINTS_OF_VIEW
from layers.candidates import NOTHING_READ, MachineReading
from layers.catalog import default_catalog
from layers.coverage import join_memberships, records_of
from layers.document import Document
from layers.engines.build import write_columns
from layers.engines.columns import Columns
from layers.engines.pyramid import write_pyramid, zooms_of
from layers.headline import headline
from layers.imported_incidents import layers_of
from layers.imports.record import NOTHING_IMPORTED, Imported
from layers.incidents import joined_incidents
from layers.ingredients import Ingredients, check_recorded
from layers.receipt import read_facts, summary
from layers.release import FORMAT_VERSION, Release, file_sha256, table_names, tile_mark
from layers.search import search_entries
from layers.spooled_table import SpooledTable
from layers.table import canonical_json, digest, normalise, read_pieces, write_table
from layers.workers import HERE
from layers.workspace import Workspace, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from layers.catalog import Catalog
    from layers.layer import Layer
    from layers.workers import Workers

__all__ = ["Draft", "build_release", "draft_release", "verify_release"]

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A release before any file is written: its id, tables, documents and layers. What there is much of lies on disk."""

    id: str
    facts: Mapping[str, Any]
    tables: Mapping[str, SpooledTable]
    documents: Mapping[str, Document]
    catalog: Catalog


def _passport(source: datasets.Source) -> dict[str, Any]:
    """A passport as JSON; the day of retrieval as text."""
    return {**dataclasses.asdict(source), "retrieved": source.retrieved.isoformat(), "files": dict(source.files)}


def _release_id(
    tables: Mapping[str, SpooledTable], documents: Mapping[str, str], format_version: int = FORMAT_VERSION
) -> str:
    """Return the id of a release of these tables and documents, given as sha256 of their bytes."""
    sha = hashlib.sha256(f"format {format_version}\n{digest(sorted(tables.items()))}\n".encode())
    for name in sorted(documents):
        sha.update(f"document {name} {documents[name]}\n".encode())
    return sha.hexdigest()[:12]


def _check_passports(catalog: Catalog, passports: Iterable[Mapping[str, Any]]) -> None:
    """Every source that a layer names has a passport, or its attribution would be lost without a word."""
    known = {passport["id"] for passport in passports}
    for layer in catalog.values():
        if lacking := [source_id for source_id in layer.sources if source_id not in known]:
            raise UnrecordedSource(
                f"Layer {layer.id} names sources without a passport: {', '.join(lacking)}.",
                hint="Add them to data/sources.toml, or name the passports that are there.",
            )


def _check_evidence(layer: Layer, table: SpooledTable) -> list[str]:
    """No object without evidence: what each feature must rest on, by its own ``basis`` or else its layer's role."""
    if layer.role in {"base", "drawing"}:
        return []
    bases = table.texts("basis") if "basis" in table else repeat(f'"{layer.role}"'.encode(), len(table))
    faults = []
    for feature_id, basis, evidence, references in zip(
        table.ids, bases, table.texts("evidence"), table.texts("references"), strict=True
    ):
        where = f"{layer.id}: {feature_id}"
        has_passage, has_references = _has_passage(evidence), references not in _EMPTY
        if basis == _ATTESTED and not has_passage:
            faults.append(f"{where}: evidence: is empty; what articles state needs a sentence of theirs")
        if basis != _ATTESTED and not has_references:
            faults.append(f"{where}: references: is empty; outside knowledge needs a work that says it")
        if basis != _ATTESTED and has_passage:
            faults.append(f"{where}: evidence: outside knowledge never stands under an article's name")
    return faults


_ATTESTED = b'"attested"'
_EMPTY = (b"null", b"[]")


def _has_passage(evidence: bytes) -> bool:
    """Whether there is evidence in an article: a row of a data set is none."""
    if evidence in _EMPTY or b'"row"' not in evidence:
        return evidence not in _EMPTY
    return any(item.get("kind") != "row" for item in json.loads(evidence))


def _table(layer: Layer, ingredients: Ingredients) -> SpooledTable:
    if layer.spool is not None:
        made: SpooledTable = layer.spool(ingredients)
        return made
    return SpooledTable.of([normalise(layer.build(ingredients), layer)], layer)


def _joined(ingredients: Ingredients, catalog: Catalog) -> Iterator[bytes]:
    """What the release says of incidents and organizations by where they are; see :mod:`layers.coverage`."""
    if "incidents" in catalog:
        yield from filter(None, joined_incidents(ingredients).rows)
    if "organizations" in catalog:
        yield from (canonical_json(row).encode() for row in records_of(join_memberships(ingredients)))


def draft_release(
    root: Path,
    catalog: Catalog,
    *,
    machine: MachineReading = NOTHING_READ,
    imported: Imported = NOTHING_IMPORTED,
    workers: Workers = HERE,
    progress: Progress = lambda _: None,
) -> Draft:
    """Build all layers from the data folder, what was read in articles and what was imported; nothing is written to a workspace.

    Parameters
    ----------
    root
        The data folder, see :func:`geo.datasets.data_root`.
    catalog
        The layers to build.
    machine
        What was read in articles (:mod:`layers.candidates`); without any of it the release holds reviewed records alone.
    imported
        Records of data sets (:mod:`layers.imports`), which get layers of their own beside those of ``catalog``.
    workers
        Who does what can be done in parts; the draft is the same whoever does it.
    progress
        Called with the name of each step before it starts.

    Raises
    ------
    DataError
        When a data file is missing, unrecorded or damaged, or records are faulty (all faults at once).
    InvalidGeometry
        When a layer's geometry breaks a rule of the map.
    """
    progress("data files")
    datasets.verify(root)
    check_recorded(root)
    facts = read_facts(root)
    progress("coverage records")
    ingredients = dataclasses.replace(Ingredients.read(root, machine, imported), workers=workers)
    facts["title"] = headline(facts["title"], len(ingredients.coverage.records("articles")))
    catalog = catalog.with_layers(*layers_of(imported))
    passports = [
        *(_passport(source) for source in ingredients.sources),
        *(dataset.passport() for dataset in imported.datasets),
    ]
    _check_passports(catalog, passports)
    tables: dict[str, SpooledTable] = {}
    owner: dict[str, str] = {}
    faults: list[str] = []
    seen = {view: ingredients.seen_from(view) for view in POINTS_OF_VIEW}
    for name, layer, view in table_names(catalog):
        progress(name)
        tables[name] = table = _table(layer, seen[view])
        faults += _check_evidence(layer, table)
        for feature_id in table.ids:
            if owner.setdefault(feature_id, layer.id) != layer.id:
                raise InvalidGeometry(
                    f"The id {feature_id!r} stands in the layers {owner[feature_id]} and {layer.id}.",
                    hint="Ids are unique in a release, so that /evidence/<id> has one answer.",
                )
    if faults:
        raise InvalidRecords(faults)
    progress("documents")
    coverage = ingredients.coverage
    documents = {
        "coverage.json": Document.of_lists({kind: coverage.canonical(kind) for kind in coverage.plain}),
        "join.json": Document.of_list(_joined(ingredients, catalog)),
        "layers.json": Document.of([layer.to_dict() for layer in catalog.values()]),
        "facts.json": Document.of(facts),
        "search.json": Document.of_list(
            canonical_json(entry).encode() for entry in search_entries(tables, ingredients.gazetteer, coverage.plain)
        ),
        "sources.json": Document.of(passports),
    }
    id_ = _release_id(tables, {name: document.sha256 for name, document in documents.items()})
    return Draft(id_, facts, tables, documents, catalog)


def _library_versions() -> dict[str, str]:
    names = ("corridormap", "geopandas", "numpy", "pandas", "pyarrow", "pyproj", "shapely")
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "unknown"
    return found | {"GEOS": shapely.geos_version_string}


def _json_columns(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    return {name: layer.json_properties for name, layer, _ in table_names(catalog)}


def _write(draft: Draft, folder: Path, workers: Workers, progress: Progress) -> None:
    """Write all files of a release into an empty folder, the receipt last."""
    catalog = draft.catalog
    (folder / "layers").mkdir()
    (folder / "columns").mkdir()
    (folder / "pyramids").mkdir()
    for name, layer, _ in table_names(catalog):
        progress(f"files of {name}")
        write_table(draft.tables[name], folder / "layers" / f"{name}.parquet")
        with (folder / "columns" / f"{name}.columns").open("wb") as file:
            write_columns(file, draft.tables[name])
        path = folder / "columns" / f"{name}.columns"
        columns = Columns.open(path)
        if zooms := zooms_of(columns):
            with (folder / "pyramids" / f"{name}.pmtiles").open("wb") as archive:
                write_pyramid(archive, columns, layer.id, zooms, tile_mark(catalog), workers, path)
    for name, document in draft.documents.items():
        document.write(folder / name)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    receipt = {
        "id": draft.id,
        "format_version": FORMAT_VERSION,
        **summary(
            draft.facts, json.loads((folder / "sources.json").read_bytes()), draft.tables, _json_columns(catalog)
        ),
        "files": {p.relative_to(folder).as_posix(): file_sha256(p) for p in files},
        "libraries": _library_versions(),
    }
    write_atomically(
        folder / "release.json", (json.dumps(receipt, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    )
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _replace(draft: Draft, target: Path, workers: Workers, progress: Progress) -> None:
    """Write a release beside its place and rename it in; a damaged one of the same id makes way."""
    aside = target.with_name(f".building-{draft.id}")
    aside.mkdir()
    try:
        _write(draft, aside, workers, progress)
    except BaseException:
        # On a full disk what is half written takes the room that is missing.
        shutil.rmtree(aside, ignore_errors=True)
        raise
    if target.exists():
        target.rename(target.with_name(f".building-damaged-{draft.id}"))
    aside.rename(target)
    _sweep(target.parent)


def _sweep(releases: Path) -> None:
    """Remove what interrupted builds left behind."""
    for leftover in releases.glob(".building-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _is_intact(target: Path) -> bool:
    """Whether a release lies there with a readable receipt that agrees with its files, in the form that is written today."""
    try:
        release = Release.open(target)
        for name, layer, view in table_names(release.catalog):
            if name in release.receipt["tables"]:
                release.columns(layer.id, view)
        return not release.damage()
    except DamagedRelease:
        return False


def build_release(
    workspace: Workspace,
    root: Path,
    catalog: Catalog,
    *,
    machine: MachineReading = NOTHING_READ,
    imported: Imported = NOTHING_IMPORTED,
    workers: Workers = HERE,
    progress: Progress = lambda _: None,
) -> tuple[Release, bool]:
    """Build a release into the workspace and serve it from now on; return it and whether it is new.

    The files are written aside and renamed into place, so that a crash at any moment leaves the old release serving;
    what an interrupted build left behind is removed by the next one. A release that is there already, undamaged, is kept.

    ``workers`` join what happened with where, and encode the pyramids where they see the workspace at the same path; the
    release is the same to the byte.

    Raises
    ------
    UnwritableWorkspace, DataError, InvalidGeometry
    UnusableCluster
        Workers are lost and no others come.
    """
    with workspace.building():
        _sweep(workspace.releases)
        draft = draft_release(root, catalog, machine=machine, imported=imported, workers=workers, progress=progress)
        target = workspace.releases / draft.id
        is_new = not _is_intact(target)
        try:
            if is_new:
                _replace(draft, target, workers, progress)
            workspace.set_latest(draft.id)
        except OSError as error:
            raise UnwritableWorkspace(
                f"Release {draft.id} could not be written to {workspace.path}: {error.strerror or error}.",
                hint="Free some space or name another folder with --workspace; the release before it still serves.",
            ) from error
        return Release.open(target), is_new


def verify_release(
    release: Release,
    *,
    root: Path | None = None,
    catalog: Catalog | None = None,
    machine: MachineReading = NOTHING_READ,
    imported: Imported = NOTHING_IMPORTED,
    progress: Progress = lambda _: None,
) -> tuple[str, ...]:
    """Check a release against its receipt and return what was checked, one line each.

    Every file's sha256 is compared with the receipt and the id is computed again from the records in the files. With
    ``root`` the release is also built again, from that data folder, ``machine`` and ``imported``, with the layers of
    ``catalog`` (without one, those of this version), and the ids are compared.

    Raises
    ------
    DamagedRelease
        When anything differs; the message names it.
    """
    progress("files")
    faults = release.damage()
    if faults:
        raise DamagedRelease(
            f"Release {release.id} is damaged: {'; '.join(faults)}.", hint="Run `corridormap build` to write it anew."
        )
    checked = [f"{len(release.receipt['files'])} files have the sha256 of the receipt"]
    progress("records")
    documents = {name: sha256 for name, sha256 in release.receipt["files"].items() if "/" not in name}
    json_columns = {name: facts["json"] for name, facts in release.receipt["tables"].items()}
    described = {name: layer for name, layer, _ in table_names(release.catalog)}
    stored = {
        name: SpooledTable.of(
            read_pieces(release.path / "layers" / f"{name}.parquet", described[name]), described[name]
        )
        for name in json_columns
    }
    found = _release_id(stored, documents, release.receipt["format_version"])
    if found != release.id:
        raise DamagedRelease(
            f"The records of release {release.id} give the id {found}.",
            hint="Run `corridormap build` to write it anew.",
        )
    checked.append(f"the records give the id {found}")
    facts, sources = (json.loads((release.path / f"{name}.json").read_bytes()) for name in ("facts", "sources"))
    told = summary(facts, sources, stored, json_columns)
    if release.receipt["format_version"] < FORMAT_VERSION:
        told = {name: value for name, value in told.items() if name in release.receipt}  # others came later
    forged = [name for name, value in told.items() if release.receipt.get(name) != value]
    if forged:
        raise DamagedRelease(
            f"The receipt of release {release.id} is not what its files say: {', '.join(forged)}.",
            hint="Remove the release's folder and run `corridormap build`.",
        )
    checked.append("the receipt is what the files say")
    if root is not None:
        draft = draft_release(root, catalog or default_catalog(), machine=machine, imported=imported, progress=progress)
        if draft.id != release.id:
            raise DamagedRelease(
                f"Building again from {root} gives {draft.id}, not {release.id}.",
                hint="The data or the code has changed since; check out the version that built it, or build a new release.",
            )
        checked.append(f"building again gives the id {draft.id}")
    return tuple(checked)
