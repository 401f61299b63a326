"""Imported incidents: in layers of their own, no finer than their rows, each with its row; what is closed stays closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from geo.errors import InvalidRecords, RestrictedRecords
from layers.build import draft_release
from layers.catalog import Catalog, default_catalog
from layers.codebook import entry_of
from layers.coverage import feature_lists, join_incidents
from layers.exports.export import exported_layer
from layers.imported_incidents import layers_of
from layers.imports.dataset import IMPORTED, RESTRICTED
from layers.imports.mapping import ImportMapping
from layers.imports.reading import read_dataset
from layers.imports.record import Imported
from layers.ingredients import Ingredients
from layers.layer import Layer
from layers.properties import kind_of
from layers.styles.style import Style
from layers.surroundings import Surroundings
from layers.table import normalise
from tests.imported import write_acled, write_ged

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from layers.imports.dataset import Dataset
    from layers.imports.record import ImportedRecord


def imported_from(folder: Path) -> Imported:
    """All invented rows, as a store gives them."""
    datasets: list[Dataset] = []
    records: list[ImportedRecord] = []
    for name, write in (("acled", write_acled), ("ucdp-ged", write_ged)):
        mapping = ImportMapping.included(name)
        datasets.append(mapping.dataset_of("7", "2026-11-20", {f"{name}.csv": "0" * 64}))
        records += read_dataset(write(folder / f"{name}.csv"), "csv", mapping, "7").records
    return Imported(tuple(datasets), tuple(records))


pytestmark = pytest.mark.usefixtures("read_once_in_module")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return imported_from(tmp_path_factory.mktemp("imported"))


@pytest.fixture(scope="module")
def tables(imported: Imported, root: Path) -> dict[str, gpd.GeoDataFrame]:
    ingredients = Ingredients.read(root, imported=imported)
    return {layer.id: normalise(layer.build(ingredients), layer).set_index("id") for layer in layers_of(imported)}


def test_a_point_is_drawn_only_where_the_row_knows_one(tables: dict[str, gpd.GeoDataFrame], root: Path) -> None:
    table, gazetteer = tables[IMPORTED], Ingredients.read(root).gazetteer
    town, province, country = (table.loc[f"imported/ucdp-ged/91000{number}"] for number in (1, 2, 3))
    assert (town.geometry.x, town.geometry.y, town.geometry_role) == (68.868, 36.728, "place")
    for row, area in ((province, "af-bds"), (country, "tj")):
        assert (row.area_id, row.geometry_role, row.place) == (area, "representative", None)
        assert (row.geometry.x, row.geometry.y) == pytest.approx(
            (gazetteer.area(area).label_lon, gazetteer.area(area).label_lat), abs=1e-6
        )


def test_the_row_of_the_data_set_is_the_evidence(tables: dict[str, gpd.GeoDataFrame]) -> None:
    row = tables[IMPORTED].loc["imported/ucdp-ged/910001"]
    assert (row.dataset, row.dataset_version, row["row"], row.status, row.basis) == (
        "ucdp-ged",
        "7",
        "910001",
        "imported",
        "context",
    )
    assert (row.licence, row.redistribution) == ("CC-BY-4.0", "attribution")
    assert row.evidence == [{"kind": "row", "dataset": "ucdp-ged", "version": "7", "row": "910001"}]
    assert row.articles == [], "no article says it"
    assert row.references[0]["work"] == "ucdp-ged"
    assert "910001" in row.references[0]["says"]["en"]
    assert row.title_en == "Armed clash, Kunduz town, Kunduz, 4 March 2020"
    assert row.areas == ["af", "af-kdz"]


def test_corridors_are_those_that_a_point_lies_in_or_its_area_may(
    tables: dict[str, gpd.GeoDataFrame], root: Path
) -> None:
    table, around = tables[IMPORTED], Surroundings.of(Ingredients.read(root))
    town, province = table.loc["imported/ucdp-ged/910001"], table.loc["imported/ucdp-ged/910002"]
    assert town.corridors == sorted(each.id for each in around.corridors if each.shape.intersects(town.geometry))
    assert town.corridors
    joined = feature_lists(join_incidents(table.reset_index(), around), list(table.index))
    assert province.corridors == joined[province.name]["corridors"]
    assert province.areas == joined[province.name]["areas"]


def test_what_may_not_be_passed_on_has_a_layer_of_its_own(tables: dict[str, gpd.GeoDataFrame]) -> None:
    assert set(tables[RESTRICTED]["dataset"]) == {"acled"}
    assert set(tables[IMPORTED]["dataset"]) == {"ucdp-ged"}


def test_layers_are_there_only_for_what_was_imported(imported: Imported) -> None:
    assert [layer.id for layer in layers_of(imported)] == [IMPORTED, RESTRICTED]
    assert [layer.id for layer in layers_of(imported.redistributable())] == [IMPORTED]
    assert layers_of(Imported(imported.datasets)) == ()


def test_a_closed_layer_is_withheld_and_never_exported(imported: Imported) -> None:
    catalog = default_catalog().with_layers(*layers_of(imported))
    assert RESTRICTED in catalog
    assert RESTRICTED not in {layer.id for layer in catalog.exported}
    shown = catalog.open()
    assert RESTRICTED not in shown
    assert IMPORTED in shown
    for held in (catalog, shown):
        with pytest.raises(RestrictedRecords, match="terms of its data sets forbid"):
            exported_layer(held, RESTRICTED)
    with pytest.raises(RestrictedRecords, match="CORRIDORMAP_PRIVATE=1"):
        shown[RESTRICTED]
    assert default_catalog().open().withheld == ()


def test_a_layer_that_is_closed_stays_so_in_the_release(imported: Imported) -> None:
    for layer in layers_of(imported):
        read = Layer.from_dict(layer.to_dict())
        assert read.is_restricted == layer.is_restricted == (layer.id == RESTRICTED)
    assert "is_restricted" not in next(iter(default_catalog().values())).to_dict()


def test_the_style_draws_them_where_the_release_holds_them() -> None:
    def drawn(*held: str) -> tuple[set[str], list[dict[str, Any]]]:
        style = Style("en", "light", "0" * 12, "https://x.example", "https://x.example/s", held=held).to_dict()
        return set(style["sources"]), [
            each for each in style["layers"] if each.get("source-layer") in {IMPORTED, RESTRICTED}
        ]

    sources, layers = drawn("basemap", IMPORTED)
    assert "imports" in sources
    assert {each["source-layer"] for each in layers} == {IMPORTED}
    assert {each["metadata"]["group"] for each in layers} == {IMPORTED}
    assert [each["metadata"].get("opens") for each in layers].count(True) == 2, "a dot and a ring open the row"
    assert drawn("basemap") == (drawn("basemap")[0] - {"imports"}, [])


def test_the_codebook_knows_every_property(tables: dict[str, gpd.GeoDataFrame], imported: Imported) -> None:
    for layer in layers_of(imported):
        for name in tables[layer.id].columns.drop("geometry"):
            assert entry_of(layer.id, name, kind_of(layer, name)).meaning


@pytest.mark.slow
def test_order_makes_no_difference_and_records_do(root: Path, imported: Imported) -> None:
    catalog = Catalog.of()
    there = draft_release(root, catalog, imported=imported)
    back = draft_release(root, catalog, imported=Imported(imported.datasets, imported.records[::-1]))
    assert there.id == back.id
    assert draft_release(root, catalog, imported=imported.redistributable()).id != there.id
    assert draft_release(root, catalog).id == draft_release(root, catalog, imported=Imported()).id


def test_a_data_set_must_not_take_the_name_of_a_recorded_one(root: Path) -> None:
    taken = {**ImportMapping.included("ucdp-ged").dataset, "id": "natural-earth-admin1"}
    mapping = ImportMapping.parse(_toml(taken), "m")
    with pytest.raises(InvalidRecords, match="natural-earth-admin1: id"):
        Ingredients.read(root, imported=Imported((mapping.dataset_of("1", "2026-01-01", {}),)))


def _toml(dataset: dict[str, str]) -> str:
    lines = [f'{name} = "{value}"' for name, value in dataset.items()]
    rest = '[columns]\nrow = "id"\n[constants]\ncategory = "seizure"\nwhere_prec = 4'
    return "\n".join(["[dataset]", *lines, rest])
