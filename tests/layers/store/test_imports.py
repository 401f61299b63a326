"""Imports in the store: twice changes nothing, a changed row takes its place, replacing takes out what is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from geo.errors import UnknownFeature
from layers.imports.mapping import ImportMapping
from layers.imports.reading import read_dataset
from layers.imports.record import NOTHING_IMPORTED
from layers.store.dataset_store import DatasetStore, has_store, imported
from layers.store.imports import ImportedCounts
from tests.imported import write_acled, write_ged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.imports.dataset import Dataset
    from layers.imports.record import ImportedRecord


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.sqlite'}"


@pytest.fixture
def store(url: str) -> Iterator[DatasetStore]:
    with DatasetStore.open(url) as opened:
        yield opened


def of_ged(path: Path, day: str = "2026-11-20") -> tuple[Dataset, tuple[ImportedRecord, ...]]:
    mapping = ImportMapping.included("ucdp-ged")
    records = read_dataset(write_ged(path / "ged.csv"), "csv", mapping, "25.1").records
    return mapping.dataset_of("25.1", day, {"ged.csv": "0" * 64}), records


def test_what_goes_in_comes_out(store: DatasetStore, tmp_path: Path) -> None:
    dataset, records = of_ged(tmp_path)
    assert store.keep(dataset, records) == ImportedCounts(new=3, changed=0, same=0, removed=0)
    found = store.imported()
    assert found.datasets == (dataset,)
    assert found.records == records
    assert store.datasets() == [(dataset, 3)]


def test_the_same_again_changes_nothing_not_even_the_day(store: DatasetStore, tmp_path: Path) -> None:
    dataset, records = of_ged(tmp_path)
    store.keep(dataset, records)
    later, _ = of_ged(tmp_path, "2026-12-31")
    assert store.keep(later, records) == ImportedCounts(new=0, changed=0, same=3, removed=0)
    assert store.imported().datasets == (dataset,)


def test_a_changed_row_takes_its_place_and_replacing_takes_out_what_is_gone(
    store: DatasetStore, tmp_path: Path
) -> None:
    dataset, records = of_ged(tmp_path)
    store.keep(dataset, records)
    later = replace(dataset, version="26.1", retrieved="2027-01-01", files={"new.csv": "1" * 64})
    changed = tuple(replace(record, version="26.1", category="attack") for record in records[:2])
    told = store.compare(later, changed, replacing=True)
    assert told == ImportedCounts(new=0, changed=2, same=0, removed=1)
    assert store.imported().records == records  # comparing changes nothing
    assert store.keep(later, changed) == replace(told, removed=0)
    assert [record.version for record in store.imported().records] == ["26.1", "26.1", "25.1"]
    assert set(store.imported().datasets[0].files) == {"ged.csv", "new.csv"}
    assert store.keep(later, changed, replacing=True) == ImportedCounts(new=0, changed=0, same=2, removed=1)
    assert store.imported().records == changed
    assert set(store.imported().datasets[0].files) == {"new.csv"}


def test_a_data_set_goes_with_all_its_records(store: DatasetStore, tmp_path: Path) -> None:
    store.keep(*of_ged(tmp_path))
    assert store.remove("ucdp-ged") == 3
    assert store.imported() == NOTHING_IMPORTED
    with pytest.raises(UnknownFeature, match="ucdp-ged"):
        store.remove("ucdp-ged")


def test_a_build_may_leave_out_what_must_not_be_passed_on(store: DatasetStore, url: str, tmp_path: Path) -> None:
    store.keep(*of_ged(tmp_path))
    mapping = ImportMapping.included("acled")
    records = read_dataset(write_acled(tmp_path / "acled.csv"), "csv", mapping, "1").records
    store.keep(mapping.dataset_of("1", "2026-11-20", {}), records)
    assert {record.dataset for record in imported(url).records} == {"acled", "ucdp-ged"}
    kept = imported(url, redistributable=True)
    assert {record.dataset for record in kept.records} == {"ucdp-ged"}
    assert [dataset.id for dataset in kept.datasets] == ["ucdp-ged"]


def test_without_a_store_nothing_was_imported_and_none_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.sqlite'}"
    assert imported(url) == NOTHING_IMPORTED
    assert not has_store(url)
    assert list(tmp_path.iterdir()) == []
