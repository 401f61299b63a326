"""The wire: protobuf messages written as columns of bytes, for all rows at once.

:class:`ByteRows` holds a column. A column of fields is made by :func:`varint_field` or :func:`delimited_field`, and
:func:`weave` lays columns side by side, so that each row becomes a message. :func:`varint` and :func:`delimited` write what
comes once. A field's key is its number << 3 | its wire type (0 varint, 1 eight bytes, 2 length-delimited, 5 four).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Integers = npt.NDArray[Any]

__all__ = [
    "ByteRows",
    "content_of",
    "delimited",
    "delimited_field",
    "ranges",
    "short_varints",
    "varint",
    "varint_field",
    "varint_words",
    "varints",
    "weave",
    "word_rows",
    "zigzag",
]


@dataclass(frozen=True, slots=True)
class ByteRows:
    """Byte strings of unequal length, one per row, laid end to end.

    ``data`` is uint8 of shape (sum of lengths,), ``lengths`` int64 of shape (rows,).
    """

    data: npt.NDArray[np.uint8]
    lengths: Integers

    @classmethod
    def of(cls, rows: Iterable[bytes]) -> Self:
        """Lay byte strings end to end."""
        rows = list(rows)
        return cls(np.frombuffer(b"".join(rows), dtype=np.uint8), np.array([len(row) for row in rows], dtype=np.int64))

    def merge(self, counts: Integers) -> ByteRows:
        """Return rows that each hold ``counts[i]`` neighbours of these; a count may be 0."""
        ends = np.concatenate([[0], np.cumsum(self.lengths)])
        borders = np.concatenate([[0], np.cumsum(counts)])
        return ByteRows(self.data, np.diff(ends[borders]))


def varints(values: npt.ArrayLike) -> ByteRows:
    """Return each value as a protobuf varint.

    Parameters
    ----------
    values
        Unsigned integers below 2**64, shape (n,). Empty gives no rows.

    Examples
    --------
    >>> rows = varints([1, 300])
    >>> rows.data.tobytes().hex(" "), rows.lengths.tolist()
    ('01 ac 02', [1, 2])
    """
    numbers = np.asarray(values, dtype=np.uint64)
    longest = max(1, -(-int(numbers.max(initial=0)).bit_length() // 7))
    if longest == 1:
        return ByteRows(numbers.astype(np.uint8), np.ones(len(numbers), dtype=np.int64))
    if longest <= 4:  # noqa: PLR2004 - septets in 32 bits, with which everything is twice as fast
        numbers = numbers.astype(np.uint32)
    lengths = np.ones(len(numbers), dtype=np.int64)
    septets = np.empty((len(numbers), longest), dtype=np.uint8)
    for place in range(longest):
        septets[:, place] = numbers & numbers.dtype.type(0x7F)
        numbers = numbers >> numbers.dtype.type(7)  # not in place: it is the caller's
        goes_on = numbers > 0
        septets[:, place] |= goes_on.view(np.uint8) << 7
        lengths += goes_on
    return ByteRows(septets[np.arange(longest) < lengths[:, None]], lengths)


def varint_words(values: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """Return varints of up to eight bytes, each in a little-endian integer whose other bytes are 0; they ascend with the values.

    Parameters
    ----------
    values
        Unsigned integers below 2**56, shape (n,).

    Examples
    --------
    >>> [word.tobytes().hex(" ") for word in varint_words([1, 300])]
    ['01 00 00 00 00 00 00 00', 'ac 02 00 00 00 00 00 00']
    """
    numbers = np.array(values, dtype="<u8", ndmin=1)
    longest = numbers.copy()
    for shift, low in ((28, 0xFFFFFFF), (14, 0x3FFF00003FFF), (7, 0x7F007F007F007F)):
        # Halves of 28, quarters of 14 and eighths of 7 bits move apart to where bytes begin.
        kept = numbers & np.uint64(low)
        numbers = kept | (numbers ^ kept) << np.uint64(shift // 7)
    content = numbers.view(np.uint8).reshape(-1, 8)
    for place in range(7):
        longest >>= np.uint64(7)
        content[:, place] |= (longest > 0).view(np.uint8) << 7
    return numbers


def word_rows(words: npt.NDArray[np.uint64]) -> ByteRows:
    """Return the varints of :func:`varint_words` without their unused bytes."""
    content = np.ascontiguousarray(words).view(np.uint8).reshape(-1, 8)
    is_used = np.ones(content.shape, dtype=bool)
    np.greater(content[:, :-1], 0x7F, out=is_used[:, 1:])
    return ByteRows(content[is_used], np.count_nonzero(is_used, axis=1))


def short_varints(values: npt.ArrayLike) -> tuple[Integers, Integers]:
    """Return varints of up to three bytes, each in the lower bytes of a little-endian integer, and a 1 in each byte in use.

    Parameters
    ----------
    values
        Unsigned integers below 2**21, of any shape.

    Examples
    --------
    >>> words, in_use = short_varints([1, 300])
    >>> [word.tobytes().hex(" ") for word in words], [word.tobytes().hex(" ") for word in in_use]
    (['01 00 00 00', 'ac 02 00 00'], ['01 00 00 00', '01 01 00 00'])
    """
    numbers = np.asarray(values, dtype="<u4")
    second = (numbers > 0x7F).astype("<u4")  # noqa: PLR2004 -- seven bits
    words = numbers & 0x7F | (numbers & 0x3F80) << 1 | second << 7
    in_use = second << 8 | 1
    if numbers.size and numbers.max() > 0x3FFF:  # noqa: PLR2004 -- fourteen bits
        third = (numbers > 0x3FFF).astype("<u4")  # noqa: PLR2004 -- likewise
        words |= (numbers & 0x1FC000) << 2 | third << 15
        in_use |= third << 16
    return words, in_use


def zigzag(values: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """Return signed integers (int64) as unsigned ones, small stays small.

    Examples
    --------
    >>> zigzag([0, -1, 1, -2]).tolist()
    [0, 1, 2, 3]
    """
    numbers = np.asarray(values, dtype=np.int64)
    return (numbers << 1 ^ numbers >> 63).astype(np.uint64)


def ranges(starts: Integers, sizes: Integers) -> Integers:
    """Return ``starts[0] … starts[0]+sizes[0]-1, starts[1] …`` as one array.

    Examples
    --------
    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = sizes.cumsum()
    found: Integers = (starts - ends + sizes).repeat(sizes)
    found += np.arange(len(found))
    return found


def weave(*columns: ByteRows) -> ByteRows:
    """Return rows that hold one row of each column, in order: the fields of a message side by side.

    All columns have the same number of rows; without rows the result has none. At least one column.

    Examples
    --------
    >>> weave(ByteRows.of([b"a", b"b"]), ByteRows.of([b"", b"12"])).data.tobytes()
    b'ab12'
    """
    lengths = np.sum([column.lengths for column in columns], axis=0)
    starts = np.cumsum(lengths) - lengths
    woven = np.empty(int(lengths.sum()), dtype=np.uint8)
    for column in columns:
        woven[ranges(starts, column.lengths)] = column.data
        starts = starts + column.lengths
    return ByteRows(woven, lengths)


def varint_field(key: int, values: npt.ArrayLike) -> ByteRows:
    """Return one varint field per value, unsigned integers below 2**64 of shape (n,)."""
    rows = varints(values)
    return weave(varints(np.full(len(rows.lengths), key)), rows)


def delimited_field(key: int, rows: ByteRows) -> ByteRows:
    """Return one length-delimited field per row; an empty row is a field of length 0.

    Examples
    --------
    >>> delimited_field(0x0A, ByteRows.of([b"af", b""])).data.tobytes().hex(" ")
    '0a 02 61 66 0a 00'
    """
    return weave(varints(np.full(len(rows.lengths), key)), varints(rows.lengths), rows)


def varint(value: int) -> bytes:
    """Return one unsigned integer below 2**64 as a varint.

    Examples
    --------
    >>> varint(300).hex(" ")
    'ac 02'
    """
    septets = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits
        septets.append(value & 0x7F | 0x80)
        value >>= 7
    septets.append(value)
    return bytes(septets)


def content_of(field: bytes) -> bytes:
    """Return what a length-delimited field, whose key is one byte, holds.

    >>> content_of(bytes.fromhex("0a026166"))
    b'af'
    """
    place = 1
    while field[place] & 0x80:
        place += 1
    return field[place + 1 :]


def delimited(key: int, content: bytes) -> bytes:
    """Return one length-delimited field.

    Examples
    --------
    >>> delimited(0x0A, b"af").hex(" ")
    '0a 02 61 66'
    """
    return varint(key) + varint(len(content)) + content
