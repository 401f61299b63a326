from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layers.wire import (
    ByteRows,
    delimited,
    delimited_field,
    varint,
    varint_field,
    varint_words,
    varints,
    weave,
    word_rows,
    zigzag,
)


def read_varints(data: bytes) -> list[int]:
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return numbers


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_varints_are_read_back(numbers: list[int]) -> None:
    rows = varints(np.array(numbers, dtype=np.uint64))
    assert read_varints(rows.data.tobytes()) == numbers
    assert rows.lengths.tolist() == [max(1, -(-number.bit_length() // 7)) for number in numbers]


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_zigzag_is_undone(numbers: list[int]) -> None:
    coded = [int(each) for each in zigzag(np.array(numbers, dtype=np.int64))]
    assert [(each >> 1) ^ -(each & 1) for each in coded] == numbers


rows_of_bytes = st.lists(st.binary(max_size=5), min_size=1, max_size=9)


def split(rows: ByteRows) -> list[bytes]:
    ends = np.cumsum(rows.lengths).tolist()
    return [rows.data[end - length : end].tobytes() for end, length in zip(ends, rows.lengths.tolist(), strict=True)]


@given(rows_of_bytes, st.data())
def test_rows_are_merged_as_lists_are(rows: list[bytes], data: st.DataObject) -> None:
    borders = [0, *sorted(data.draw(st.lists(st.integers(0, len(rows))))), len(rows)]
    merged = [b"".join(rows[start:end]) for start, end in pairwise(borders)]
    assert split(ByteRows.of(rows).merge(np.diff(borders))) == merged


@given(st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 2**64 - 1)), max_size=9))
def test_a_column_of_fields_is_what_its_rows_are_one_by_one(rows: list[tuple[bytes, int]]) -> None:
    texts = delimited_field(0x0A, ByteRows.of(text for text, _ in rows))
    numbers = varint_field(0x80, np.array([number for _, number in rows], dtype=np.uint64))
    one_by_one = [delimited(0x0A, text) + varint(0x80) + varint(number) for text, number in rows]
    assert split(weave(texts, numbers)) == one_by_one


@given(st.lists(st.integers(0, 2**56 - 1), max_size=9))
def test_words_hold_varints_and_ascend_with_them(values: list[int]) -> None:
    words = varint_words(np.array(values, dtype=np.uint64))
    rows = word_rows(words)
    assert rows.data.tobytes() == b"".join(varint(value) for value in values)
    assert rows.lengths.tolist() == [len(varint(value)) for value in values]
    assert np.argsort(words, kind="stable").tolist() == sorted(range(len(values)), key=values.__getitem__)
