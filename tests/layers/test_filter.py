"""Filter: one parser for every route."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geo.errors import MalformedFilter
from layers.engines.build import columns_of
from layers.engines.masks import rows_of
from layers.filter import Filter, interval_of
from tests.tilereader import made_up_layer

if TYPE_CHECKING:
    from layers.layer import Layer
    from layers.release import Release


def parse(**query: str) -> Filter:
    return Filter.parse({name: [value] for name, value in query.items()})


def incidents(*intervals: tuple[str | None, str | None]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "id": [str(number) for number in range(len(intervals))],
            "date_start": [start for start, _ in intervals],
            "date_end": [end for _, end in intervals],
        },
        geometry=[Point(10, 10)] * len(intervals),
        crs=4326,
    )


def kept(wanted: Filter, table: gpd.GeoDataFrame, layer: Layer | None = None) -> list[bool]:
    """Which rows of a table a filter keeps, in the table's order."""
    columns = columns_of(table, layer or made_up_layer())
    ids = {columns.id_of(row) for row in rows_of(columns, wanted).tolist()}
    return [feature_id in ids for feature_id in table["id"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2010", (date(2010, 1, 1), date(2010, 12, 31))),
        ("2012-02", (date(2012, 2, 1), date(2012, 2, 29))),
        ("1954-03-09", (date(1954, 3, 9), date(1954, 3, 9))),
        ("2010-09-19T00:00:00Z", (date(2010, 9, 19), date(2010, 9, 19))),
        ("2010-09-19t23:59:59.5z", (date(2010, 9, 19), date(2010, 9, 19))),
        ("2010-09-19T00:00:00+05:00", (date(2010, 9, 18), date(2010, 9, 18))),
        ("2010-09-19T00:00:00 05:00", (date(2010, 9, 18), date(2010, 9, 18))),
        ("2010-09-18T22:00:00-05:00", (date(2010, 9, 19), date(2010, 9, 19))),
    ],
)
def test_a_date_is_the_interval_that_it_covers(text: str, expected: tuple[date, date]) -> None:
    assert interval_of(text) == expected


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"colour": "red"}, "colour"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": "2011/2010"}, "datetime"),
        ({"datetime": "2010-02-30"}, "datetime"),
        ({"datetime": "2010/2011/2012"}, "datetime"),
        ({"datetime": "0000"}, "datetime"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "60,nan,75,42"}, "bbox"),
        ({"bbox": "60,42,75,36"}, "bbox"),
        ({"bbox": "60,36,275,42"}, "bbox"),
        ({"where_prec": "8"}, "where_prec"),
        ({"attested": "perhaps"}, "attested"),
        ({"undated": "yes"}, "undated"),
        ({"category": "Attack!"}, "category"),
        ({"organization": ""}, "organization"),
    ],
)
def test_a_malformed_value_names_its_parameter_and_says_what_to_do(query: dict[str, str], parameter: str) -> None:
    with pytest.raises(MalformedFilter) as caught:
        parse(**query)
    assert caught.value.parameter == parameter
    assert caught.value.hint


def test_a_single_valued_parameter_stands_once() -> None:
    with pytest.raises(MalformedFilter, match="2 times"):
        Filter.parse({"bbox": ["1,2,3,4", "1,2,3,4"]})


def test_values_may_be_repeated_or_joined_by_commas() -> None:
    joined = Filter.parse({"category": ["attack,seizure"]})
    repeated = Filter.parse({"category": ["seizure", "attack"]})
    assert joined == repeated
    assert joined.canonical() == "category=attack,seizure"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("2010", [True, True, False, True]),
        ("../2009", [False, True, False, True]),
        ("2011/..", [False, False, True, True]),
        ("/2008", [False, True, False, True]),
        ("1950/1969", [False, False, False, True]),
    ],
)
def test_a_record_is_kept_when_its_interval_overlaps(wanted: str, expected: list[bool]) -> None:
    table = incidents(("2010-09-01", "2010-09-30"), ("2008", "2010"), ("2016-06", "2017-06"), (None, None))
    assert kept(parse(datetime=wanted), table) == expected
    without_undated = Filter.parse({"datetime": [wanted], "undated": ["exclude"]})
    assert kept(without_undated, table) == [*expected[:-1], False]


def test_undated_records_can_be_left_out_without_a_date() -> None:
    assert kept(parse(undated="exclude"), incidents(("2010", "2010"), (None, None))) == [True, False]


def test_a_box_may_cross_the_antimeridian_and_leaves_out_what_has_no_place() -> None:
    table = gpd.GeoDataFrame(
        {"id": list("abcd")}, geometry=[Point(179, 0), Point(-179, 0), Point(0, 0), None], crs=4326
    )
    assert kept(parse(bbox="170,-10,-170,10"), table) == [True, True, False, False]


def test_a_layer_refuses_a_filter_that_it_cannot_obey(release: Release) -> None:
    borders = release.table("borders")
    with pytest.raises(MalformedFilter, match="borders cannot be filtered by category"):
        parse(category="attack").check("borders", borders.columns)
    parse(category="attack").check("incidents", release.columns("incidents").kinds)
    for query in ({"attested": "true"}, {"undated": "exclude"}, {"datetime": "2010"}):
        with pytest.raises(MalformedFilter, match="basemap cannot be filtered"):
            parse(**query).check("basemap", release.columns("basemap").kinds)


def test_the_filters_of_the_real_incidents(release: Release) -> None:
    columns = release.columns("incidents")

    def count(**query: str) -> int:
        return len(rows_of(columns, parse(**query)))

    categories = sorted(set(release.table("incidents")["category"]))
    assert sum(count(category=name) for name in categories) == columns.count
    assert count(attested="true") == columns.count
    assert count(attested="false") == 0
    assert count(article="kaznu-drugs,jpir-narcoterrorism") == columns.count
    assert count(language="fa") == count(article="jpir-narcoterrorism")
    assert count(bbox="-180,-90,180,90") == columns.placed


days = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))


@given(st.lists(st.tuples(days, days).map(sorted), min_size=1, max_size=20), st.tuples(days, days).map(sorted))
def test_overlap_is_what_it_is_for_plain_intervals(records: list[list[date]], wanted: list[date]) -> None:
    table = incidents(*((str(start), str(end)) for start, end in records))
    expected = [start <= wanted[1] and wanted[0] <= end for start, end in records]
    assert kept(parse(datetime=f"{wanted[0]}/{wanted[1]}"), table) == expected


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "category": st.sampled_from(["attack", "seizure,arrest"]),
            "datetime": st.sampled_from(["2010", "../2010-05", "1960-02-01/..", "../.."]),
            "bbox": st.tuples(*[st.floats(-180, 180), st.floats(-90, 0), st.floats(-180, 180), st.floats(0, 90)]).map(
                lambda box: ",".join(map(repr, box))
            ),
            "attested": st.sampled_from(["true", "false"]),
            "undated": st.sampled_from(["include", "exclude"]),
            "where_prec": st.sampled_from(["1,2", "6"]),
        },
    )
)
def test_the_canonical_form_reads_back_as_the_same_filter(query: dict[str, str]) -> None:
    first = parse(**query)
    again = parse(**dict(part.split("=", 1) for part in first.canonical().split("&") if part))
    assert again == first
    assert again.canonical() == first.canonical()
