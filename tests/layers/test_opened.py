"""The door for Python, and the codebook beside it."""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING

import folium
import geopandas as gpd
import pytest

from geo.errors import MalformedFilter, MissingRelease, UnknownLayer
from layers import open_release, opened
from layers.codebook import as_markdown, entry_of
from tests.layers.test_imported_incidents import imported, tables
from tests.live import CHECKOUT

__all__ = ["imported", "tables"]

if TYPE_CHECKING:
    from pathlib import Path

    from layers.release import Release
    from layers.workspace import Workspace


def test_each_layer_is_a_geodataframe_that_says_what_it_is(workspace: Workspace, release: Release) -> None:
    found = open_release(workspace.path)
    assert found.id == release.id
    assert list(found) == [layer.id for layer in release.catalog.exported]
    for layer_id, frame in found.items():
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame.crs is not None
        assert str(frame.crs) == "EPSG:4326"
        assert len(frame) == release.receipt["layers"][layer_id]["count"] == frame.attrs["numberMatched"]
        for name in ("title", "attribution", "licence", "disclaimer", "release", "citation"):
            assert frame.attrs[name], name
    assert str(found["incidents"]["where_prec"].dtype) == "Int64"
    assert isinstance(found["incidents"]["organizations"].iloc[0], list)


def test_a_part_is_what_the_map_shows(workspace: Workspace) -> None:
    found = open_release(workspace.path, point_of_view="iso")
    attacks = found.layer("incidents", category="attack")
    assert set(attacks["category"]) == {"attack"}
    assert attacks.attrs["filter"] == "category=attack"
    assert set(found["borders"]["point_of_view"]) == {"iso"}
    attacks["category"] = "mine"
    assert set(found.layer("incidents", category="attack")["category"]) == {"attack"}


def test_what_is_not_there_is_told(workspace: Workspace, release: Release, tmp_path: Path) -> None:
    assert open_release(release.path).id == release.id
    assert open_release(str(workspace.path), release.id).id == release.id
    with pytest.raises(UnknownLayer, match="incidents"):
        open_release(workspace.path)["incidnets"]
    with pytest.raises(UnknownLayer):
        open_release(workspace.path)["corridor_marks"]
    with pytest.raises(MalformedFilter):
        open_release(workspace.path).layer("borders", category="attack")
    with pytest.raises(MissingRelease):
        open_release(tmp_path)
    with pytest.raises(ValueError, match="neutral"):
        open_release(workspace.path, point_of_view="mine")


def test_the_written_codebook_is_the_one_of_the_release(release: Release) -> None:
    """Where it differs: `python -m layers.codebook workspace/releases/ID > docs/codebook.md`."""
    assert (CHECKOUT / "docs" / "codebook.md").read_text(encoding="utf-8") == as_markdown(release)


def test_the_codes_are_those_of_the_record_schemas() -> None:
    """A code that the schema allows and the book does not explain, or the other way round, is a fault."""
    folder = CHECKOUT / "layers" / "schemas"
    shared = json.loads((folder / "common.schema.json").read_text(encoding="utf-8"))["$defs"]

    def allowed(kind: str, name: str) -> set[str]:
        schema = json.loads((folder / f"{kind}.schema.json").read_text(encoding="utf-8"))["properties"][name]
        if "$ref" in schema:
            schema = shared[schema["$ref"].rpartition("/")[2]]
        return {str(value) for value in schema["enum"] if value is not None}

    for kind, layer_id, name in (
        ("incidents", "incidents", "category"), ("incidents", "incidents", "role"), ("incidents", "incidents", "where_prec"),
        ("incidents", "incidents", "date_prec"), ("incidents", "incidents", "date_integrity"), ("incidents", "incidents", "threat"),
        ("incidents", "incidents", "modality"), ("incidents", "incidents", "status"), ("incidents", "incidents", "strategy"),
        ("corridors", "corridors", "flow"), ("corridors", "corridors", "attestation_class"),
        ("memberships", "organizations", "relation"), ("organizations", "organizations", "class"),
    ):  # fmt: skip
        assert set(entry_of(layer_id, name, "text").codes) == allowed(kind, name), name


def test_the_codes_that_occur_are_explained(release: Release) -> None:
    for layer in release.catalog.exported:
        columns = release.columns(layer.id)
        for name in columns.scalars:
            codes = entry_of(layer.id, name, columns.kinds[name]).codes
            if codes:
                assert {str(value) for value in columns.values(name)} <= set(codes), (layer.id, name)


@pytest.mark.long
def test_no_meaning_is_written_for_what_is_not_there(release: Release, tables: dict[str, gpd.GeoDataFrame]) -> None:
    text = (CHECKOUT / "layers" / "codebook.toml").read_text(encoding="utf-8")
    named = {
        name.strip('"') for name in re.findall(r'^\[("?[\w.]+?"?)\]$', text, re.MULTILINE) if not name.endswith("codes")
    }
    held = {"id", "geometry"}
    for layer in release.catalog.exported:
        held |= {*release.columns(layer.id).kinds, *(f"{layer.id}.{name}" for name in release.columns(layer.id).kinds)}
    for layer_id, table in tables.items():  # what was imported has layers of its own
        held |= {*table.columns, *(f"{layer_id}.{name}" for name in table.columns)}
    assert named <= held


def _examples() -> list[str]:
    """The lines that the package's documents give to Python users: those of the module, and the README's."""
    shown = re.findall(r"::\n\n((?:    .*\n|\n)+)", (opened.__doc__ or "") + "\n")
    fences = re.findall(
        r"^```python\n(.*?)^```$", (CHECKOUT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [*map(textwrap.dedent, shown), *fences]


@pytest.mark.long
def test_the_lines_in_the_documents_run(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "workspace").symlink_to(workspace.path)
    monkeypatch.chdir(tmp_path)
    examples = _examples()
    assert examples
    for text in examples:
        known: dict[str, object] = {}
        exec(text, known)  # noqa: S102 -- our own documents
        assert any(isinstance(value, gpd.GeoDataFrame | folium.Map) for value in known.values()), text
