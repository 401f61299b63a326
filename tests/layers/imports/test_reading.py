"""Reading data sets: what is kept of a row, at which precision, and that every fault is told."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidImport
from layers.imports.mapping import ImportMapping
from layers.imports.reading import read_dataset
from tests.imported import write_acled, write_ged
from tests.layers.imports.test_mapping import SOUND

if TYPE_CHECKING:
    from pathlib import Path

GED, ACLED = ImportMapping.included("ucdp-ged"), ImportMapping.included("acled")


def test_a_row_of_ged_keeps_its_codes_and_nothing_of_its_source(tmp_path: Path) -> None:
    found = read_dataset(write_ged(tmp_path / "ged.csv"), "csv", GED, "25.1")
    assert found.faults == ()
    first, second, third = found.records
    assert (first.dataset, first.version, first.row) == ("ucdp-ged", "25.1", "910001")
    assert (first.category, second.category, third.category) == ("armed_clash", "attack", "armed_clash")
    assert (first.where_prec, first.where_prec_code, third.where_prec) == (1, "1", 6)
    assert (second.date_start, second.date_end, second.date_prec, second.date_prec_code) == (
        "2020-04-01",
        "2020-04-30",
        "month",
        "4",
    )
    assert (first.lon, first.lat, first.place) == (68.868, 36.728, "Kunduz town")
    assert first.actors == ("Government of Exampleland", "Group A")
    (killed,) = first.quantities
    assert (killed.what, killed.low, killed.best, killed.high) == ("killed", 2.0, 3.0, 5.0)
    assert "Secret" not in json.dumps([record.to_json() for record in found.records])


def test_a_day_of_acled_stands_for_its_month_and_what_is_no_event_is_left_out(tmp_path: Path) -> None:
    found = read_dataset(write_acled(tmp_path / "acled.csv"), "csv", ACLED, "2026-11-20")
    assert found.faults == ()
    clash, arrest = found.records
    assert (clash.category, clash.date_start, clash.date_end) == ("armed_clash", "2021-05-12", "2021-05-12")
    assert (arrest.category, arrest.date_start, arrest.date_end) == ("arrest", "2021-06-01", "2021-06-30")
    assert (arrest.where_prec, arrest.where_prec_code) == (4, "3")
    assert found.left_out == {"Protests is no kind of event of this map": 1}
    assert "Secret" not in json.dumps([record.to_json() for record in found.records])


def test_every_fault_of_every_row_is_told_at_once(tmp_path: Path) -> None:
    changed = {
        "36.728": "95.5",
        ",1,3,5,2,": ",9,3,x,2,",
        "2020-04-01": "2020-05-01",
        "910003": "910002",
        "0,4,0,": "5,4,0,",
        "X-3,2021,2": "X-3,2021,7",
    }
    found = read_dataset(write_ged(tmp_path / "ged.csv", changed), "csv", GED, "25.1")
    told = "\n".join(found.faults)
    for fault in (
        "(910001): longitude, latitude: 68.868, 95.5 lies on no map",
        "(910001): date_prec: '9' is not explained (allowed: 1, 2, 3, 4, 5)",
        "(910001): high: 'x' is no amount",
        "(910002): date_start: 2020-05-01 00:00:00.000 is after 2020-04-30",
        "(910002): type_of_violence: '7' is not explained",
        "do not rise from low to high",
        "(910002): id: stands in row ending in line 3 too",
    ):
        assert fault in told
    assert len(found.faults) == 7
    assert found.records == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "has no column 'id'"),
        (b"id,x\n1,2\n", "has no column 'y'"),
        (b"id,x,y,y\n1,2,3,4\n", "has 2 columns 'y'"),
        (b"id,x,y\n1,2\n", "row ending in line 2: has 2 cells (allowed: 3)"),
        (b"id,x,y\n\xff,2,3\n", "is not in utf-8-sig"),
    ],
)
def test_a_file_that_is_no_such_table_is_told(tmp_path: Path, text: bytes, says: str) -> None:
    (tmp_path / "x.csv").write_bytes(text)
    with pytest.raises(InvalidImport) as caught:
        read_dataset(tmp_path / "x.csv", "csv", ImportMapping.parse(SOUND, "m"), "1")
    assert says in str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_and_a_byte_order_mark_passed_over(tmp_path: Path, delimiter: str) -> None:
    text = "\ufeff" + "\n".join(delimiter.join(cells) for cells in (("id", "x", "y"), ("a", "60.5", "40")))
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    (record,) = read_dataset(tmp_path / "x.csv", "csv", ImportMapping.parse(SOUND, "m"), "1").records
    assert (record.row, record.lon, record.lat, record.where_prec) == ("a", 60.5, 40.0, 4)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("a,,40", "are no degrees"),
        ("a,1e3,40", "lies on no map"),
        ("a,nan,40", "are no degrees"),
        ("a,0,0", "stands for no place"),
        (",60,40", "id: is empty"),
    ],
)
def test_a_place_that_is_none_is_a_fault(tmp_path: Path, cells: str, says: str) -> None:
    (tmp_path / "x.csv").write_text(f"id,x,y\n{cells}\n", encoding="utf-8")
    found = read_dataset(tmp_path / "x.csv", "csv", ImportMapping.parse(SOUND, "m"), "1")
    assert len(found.faults) == 1
    assert says in found.faults[0]


def test_without_a_place_there_is_no_precision(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,x,y\na,,\n", encoding="utf-8")
    (record,) = read_dataset(tmp_path / "x.csv", "csv", ImportMapping.parse(SOUND, "m"), "1").records
    assert (record.lon, record.lat, record.where_prec, record.date_start) == (None, None, None, None)


def test_a_box_leaves_out_what_lies_outside_also_across_180_degrees(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,x,y\na,179,10\nb,-179,10\nc,0.5,10\nd,,\n", encoding="utf-8")
    mapping = ImportMapping.parse(SOUND, "m")
    found = read_dataset(tmp_path / "x.csv", "csv", mapping, "1", bbox=(170.0, 0.0, -170.0, 20.0))
    assert [record.row for record in found.records] == ["a", "b"]
    assert found.left_out == {"outside the box": 2}


def feature(**changed: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": 7,
        "geometry": {"type": "Point", "coordinates": [60.5, 40.0]},
        "properties": {"day": "2019-05"},
    } | changed


def geojson(path: Path, *features: dict[str, Any], **more: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


OF_POINTS = SOUND.replace('lon = "x"\nlat = "y"', 'date_start = "day"')


def test_points_of_geojson_need_no_columns(tmp_path: Path) -> None:
    file = geojson(tmp_path / "x.geojson", feature(), feature(id="b", geometry=None))
    first, second = read_dataset(file, "geojson", ImportMapping.parse(OF_POINTS, "m"), "1").records
    assert (first.row, first.lon, first.lat, first.date_start, first.date_end) == (
        "7",
        60.5,
        40.0,
        "2019-05-01",
        "2019-05-31",
    )
    assert (second.lon, second.where_prec) == (None, None)


@pytest.mark.parametrize(
    ("features", "more", "says"),
    [
        ([feature(geometry={"type": "LineString", "coordinates": [[1, 2], [3, 4]]})], {}, "feature 1: is no point"),
        ([feature(properties={})], {}, "feature 1: has no property 'day'"),
        ([], {"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}}, "has the CRS urn:ogc:def:crs:EPSG::3857"),
        ([], {"type": "Feature"}, "is no GeoJSON FeatureCollection"),
    ],
)
def test_geojson_that_holds_no_such_points_is_told(
    tmp_path: Path, features: list[dict[str, Any]], more: dict[str, Any], says: str
) -> None:
    file = geojson(tmp_path / "x.geojson", *features, **more)
    with pytest.raises(InvalidImport) as caught:
        read_dataset(file, "geojson", ImportMapping.parse(OF_POINTS, "m"), "1")
    assert says in str(caught.value)


@given(
    day=st.dates(date(1900, 1, 10), date(2100, 1, 1)),
    code=st.sampled_from(["1", "2", "3"]),
)
def test_the_interval_of_a_date_holds_its_day_and_is_as_long_as_its_code(
    tmp_path_factory: pytest.TempPathFactory, day: date, code: str
) -> None:
    file = write_acled(
        tmp_path_factory.mktemp("acled") / "x.csv", {"12 May 2021,2021,1": f"{day.isoformat()},2021,{code}"}
    )
    record = read_dataset(file, "csv", ACLED, "1").records[0]
    first, last = date.fromisoformat(record.date_start or ""), date.fromisoformat(record.date_end or "")
    assert first <= day <= last
    longest = {"1": 0, "2": 6, "3": 30}[code]
    assert last - first <= timedelta(days=longest)
