"""Texts laid together from shared pieces are those that GeoJSON's own writer gives."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import DamagedRelease
from layers.engines.arrayfile import BLOCK, ArrayFile
from layers.engines.build import columns_of
from layers.engines.columns import Columns
from layers.geojson import feature_texts
from tests.tilereader import frame_of, made_up_layer

kinds = st.sampled_from([None, "attack", 'say "hi" 🚚, \\ و‌ا', "\x00"])
notes = st.lists(st.dictionaries(st.sampled_from(["a", "ب"]), st.integers(0, 9)), max_size=2)


def placed(number: int) -> Any:
    if number % 7 == 0:
        return None
    return shapely.Point(number / 7, 5 + number / 1000) if number % 7 < 6 else shapely.Point(number, 5)


@given(st.lists(st.tuples(kinds, notes), max_size=5), st.integers(1, 12), st.booleans())
@settings(max_examples=40)
def test_texts_are_those_of_the_writer(rows: list[tuple[Any, Any]], times: int, drawn: bool) -> None:
    rows = rows * times
    shapes = [placed(i) for i in range(len(rows))]
    if drawn:
        shapes = [shapely.LineString([(0, i), (1, i + 0.5)]) if i % 3 else None for i in range(len(rows))]
    cells = {
        "kind": [kind for kind, _ in rows],
        "notes": [note for _, note in rows],
        "n": [i % 2 for i in range(len(rows))],
    }
    frame = frame_of(*shapes, **cells)
    columns = columns_of(frame, made_up_layer("kind", json_properties=("notes",)))
    order = columns.in_order(np.arange(columns.count))
    properties = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    expected = feature_texts(frame["id"].tolist(), np.array(shapes, dtype=object), properties)
    assert [text.decode() for text in columns.feature_texts(order)] == [f"{text},\n" for text in expected]
    assert [columns.feature(row) for row in order.tolist()] == [json.loads(text) for text in expected]


def test_a_layer_without_properties_has_texts() -> None:
    columns = columns_of(frame_of(shapely.Point(1, 2), None), made_up_layer())
    assert [json.loads(text[:-2]) for text in columns.feature_texts(np.array([1, 0]))] == [
        {"type": "Feature", "id": "f0001", "geometry": None, "properties": {}},
        {"type": "Feature", "id": "f0000", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {}},
    ]


def test_a_changed_text_is_told_wherever_it_lies() -> None:
    long = ["x" * (3 * BLOCK), "y"]
    columns = columns_of(frame_of(shapely.Point(1, 2), shapely.Point(3, 4), note=long), made_up_layer())
    content = bytearray(columns.file._raw)
    content[content.index(b"x" * BLOCK) + BLOCK + BLOCK // 2] ^= 1
    damaged = Columns(ArrayFile.of(bytes(content), "things"))
    with pytest.raises(DamagedRelease, match="has changed"):
        damaged.feature_texts(np.arange(2))
