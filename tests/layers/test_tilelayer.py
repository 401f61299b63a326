from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.tilegrid import Tile
from layers.tilelayer import encode_value, point_features, shape_features
from layers.tilepaths import POINT, Paths, commands
from layers.wire import varint_words
from tests.tilereader import decoded, message_of, source_of

VALUES: list[tuple[object, object]] = [
    ("душанбе", "душанбе"),
    ("", ""),
    (True, True),
    (False, False),
    (0, 0),
    (2**64 - 1, 2**64 - 1),
    (-(2**63), -(2**63)),
    (0.1, 0.1),
    (0.5, 0.5),
    (1e300, 1e300),
    (-2.0, -2.0),
    (np.float32(0.1), float(np.float32(0.1))),
    (np.int16(-7), -7),
    (np.bool_(True), True),
    (np.str_("x"), "x"),
    (dt.date(2010, 5, 1), "2010-05-01"),
    (pd.Timestamp("2010-05-01T12:00:00Z"), "2010-05-01T12:00:00+00:00"),
    (["a", {"b": 1}], '["a",{"b":1}]'),
    (np.array([1, 2]), "[1,2]"),
]


@pytest.mark.parametrize(("value", "read"), VALUES)
def test_a_value_is_read_back_with_its_type(value: object, read: object) -> None:
    properties = decoded(source_of(shapely.Point(0, 0), v=[value]).encode(Tile(0, 0, 0)))[0]["properties"]
    assert properties == {"id": "f0000", "v": read}
    assert type(properties["v"]) is type(read)


@pytest.mark.parametrize("nothing", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT")])
def test_what_is_missing_is_left_out(nothing: object) -> None:
    message = message_of(source_of(shapely.Point(0, 0), v=[nothing]).encode(Tile(0, 0, 0)))
    assert list(message.layers[0].keys) == ["id"]
    assert len(message.layers[0].values) == 1


@pytest.mark.parametrize(
    ("value", "error"),
    [(b"x", TypeError), (1j, TypeError), ([b"x"], TypeError), (2**64, OverflowError), (-(2**63) - 1, OverflowError)],
)
def test_what_no_tile_can_hold_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        encode_value(value)


def test_keys_and_values_are_written_once_and_only_if_used() -> None:
    east, west = shapely.Point(90, 0), shapely.Point(-90, 0)
    source = source_of(west, west, east, kind=["a", "a", "b"], n=[1, True, 1.0], only_east=[None, None, "x"])
    layer = message_of(source.encode(Tile(1, 0, 0))).layers[0]
    assert list(layer.keys) == ["id", "kind", "n"]
    values = [value.SerializeToString() for value in layer.values]  # noqa: PD011 - a protobuf field
    assert len(values) == len(set(values)) == 5  # two ids, "a", 1, True


@given(
    st.lists(
        st.tuples(
            st.integers(1, 2**53 - 1),
            st.integers(-64, 4159),
            st.integers(-64, 4159),
            st.integers(-1, 20_000),
            st.integers(-1, 200),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_points_are_written_as_shapes_are(rows: list[tuple[int, int, int, int, int]]) -> None:
    ids, x, y, *tags = (np.array(column) for column in zip(*rows, strict=True))
    places = np.arange(len(rows))
    geometry, _, kinds = commands(Paths.of(np.stack([x, y], axis=1), places, places, POINT))
    words, tags_of = varint_words(ids), np.stack(tags, axis=1)
    assert point_features(words, x, y, tags_of) == shape_features(words, kinds, geometry, tags_of)
