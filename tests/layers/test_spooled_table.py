"""What a build puts aside on disk is read back as it was, and incidents come through it as a stream."""

from __future__ import annotations

import dataclasses
import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from shapely import Point

from layers.candidates import Found
from layers.engines.build import write_columns
from layers.found_spool import FoundSpool
from layers.incidents import LAYERS as INCIDENTS
from layers.incidents import joined_incidents
from layers.ingredients import Ingredients
from layers.spool import Records, Spool
from layers.spooled_table import SpooledTable
from layers.table import digest, frame_of, normalise, read_pieces, write_table
from tests.tilereader import made_up_layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LAYER = made_up_layer("title", json_properties=("evidence", "articles"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=20))
def test_a_spool_gives_back_what_was_put_aside_in_any_order(contents: list[bytes]) -> None:
    spool = Spool()
    assert [spool.add(content) for content in contents] == list(range(len(contents)))
    assert [spool[number] for number in reversed(range(len(contents)))] == contents[::-1]
    assert list(spool) == contents
    spool.add(b"one more, after reading")
    assert spool[len(contents)] == b"one more, after reading"


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=5), json_values, max_size=6))
def test_records_are_those_that_were_put_aside_by_id(values: dict[str, Any]) -> None:
    plain = [{"id": id_, "says": value} for id_, value in values.items()]
    records = Records.of(plain)
    assert list(records) == sorted(plain, key=lambda record: str(record["id"]))
    assert all(records.find(str(record["id"])) == record for record in plain)
    more = records.with_more([{"id": "longer than all", "says": 1}])
    assert (len(more), len(records)) == (len(plain) + 1, len(plain))


def test_what_was_found_is_the_same_after_the_spool() -> None:
    part = Found(
        "b", "incident", "1" * 64, 0, 4, "merged", "v", {"place": None}, ({"start": 0, "end": 4},), target="read/a"
    )
    whole = dataclasses.replace(part, id="a", status="corrected", target=None, changed=("place",), merged=(part,))
    spooled = FoundSpool([whole, part])
    assert tuple(spooled) == (whole, part)
    assert spooled[::-1] == (part, whole)


def rows(count: int) -> list[dict[str, Any]]:
    """Points of which titles repeat and passages do not, with the keys of objects in no alphabetical order."""
    return [
        {
            "id": f"id-{number:05}",
            "title": None if number % 7 == 0 else f"title {number % 5}",
            "articles": [f"article-{number % 3}"],
            "evidence": [{"start": number, "end": number + 4, "article": f"article-{number % 3}"}],
            "geometry": None if number % 11 == 0 else Point(60 + number % 20, 35 + number % 10),
        }
        for number in range(count)
    ]


def files_of(table: SpooledTable, folder: Path, name: str) -> tuple[bytes, bytes, str]:
    columns = io.BytesIO()
    write_columns(columns, table)
    write_table(table, folder / name)
    return columns.getvalue(), (folder / name).read_bytes(), digest([("made-up", table)])


def test_a_table_in_pieces_gives_the_bytes_of_a_whole_one(tmp_path: Path) -> None:
    frame = normalise(frame_of(rows(300), []), LAYER)
    whole = SpooledTable.of([frame], LAYER)
    pieces = SpooledTable.of((normalise(frame.iloc[at : at + 70], LAYER) for at in range(0, 300, 70)), LAYER)
    assert files_of(pieces, tmp_path, "pieces") == files_of(whole, tmp_path, "whole")


def test_row_groups_hold_what_one_write_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = SpooledTable.of([normalise(frame_of(rows(100), []), LAYER)], LAYER)
    write_table(table, tmp_path / "one")
    monkeypatch.setattr("layers.table.PER_GROUP", 30)
    write_table(table, tmp_path / "many")
    one, many = (parquet.ParquetFile(tmp_path / name) for name in ("one", "many"))
    with one, many:
        assert many.metadata.num_row_groups == 4
        assert many.schema_arrow.equals(one.schema_arrow, check_metadata=True)
        assert many.read().equals(one.read())
    again = SpooledTable.of(read_pieces(tmp_path / "many", LAYER), LAYER)
    assert digest([("made-up", again)]) == digest([("made-up", table)])


class Counting(Records):
    """Records that know how many of them have been read."""

    taken = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for record in super().__iter__():
            self.taken += 1
            yield record


@pytest.mark.long
def test_incidents_are_taken_as_a_stream(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a piece is joined, no more records have been read than it and those before it hold."""
    monkeypatch.setattr("layers.coverage.PER_PARTITION", 2)
    ingredients = Ingredients.read(root)
    known = joined_incidents(ingredients)
    records = Counting.of(ingredients.coverage.records("incidents"))
    coverage = dataclasses.replace(ingredients.coverage, plain={**ingredients.coverage.plain, "incidents": records})
    again = dataclasses.replace(ingredients, coverage=coverage)
    held: list[int] = []
    add = SpooledTable.add

    def counted(table: SpooledTable, frame: Any) -> None:
        add(table, frame)
        if table.layer is INCIDENTS[0]:
            held.append(records.taken - len(table))

    monkeypatch.setattr(SpooledTable, "add", counted)
    streamed = joined_incidents(again)
    context = sum(record["role"] != "event" for record in records)
    assert len(held) >= 2
    assert max(held) <= context
    assert held[0] + 2 < len(records)
    assert list(streamed.rows) == list(known.rows)
    assert digest([("incidents", streamed.table)]) == digest([("incidents", known.table)])
