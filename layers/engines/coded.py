"""Coded: properties stored once per value and by a small number per row, and texts laid end to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from layers.tilelayer import decode_value, encode_value
from layers.wire import ByteRows, ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from layers.engines.arrayfile import ArrayFile, ArrayWriter

    Integers = npt.NDArray[Any]

__all__ = ["Coded", "CodedList", "Texts", "numbered", "smallest_type"]

_FEW_CODES: Final = 1 << 16
"""A table of so many codes costs less than to sort the codes of a small tile."""


def smallest_type(most: int) -> np.dtype[Any]:
    """Return the smallest unsigned integer type that holds a number.

    >>> smallest_type(255), smallest_type(256)
    (dtype('uint8'), dtype('uint16'))
    """
    return np.min_scalar_type(most)


def numbered(codes: Integers, limit: int, *, first: int) -> tuple[Integers, Integers]:
    """Return the codes in use, without 0, and each code's place among them counted from ``first``; -1 for 0.

    Codes are below ``limit``, of any shape, which their places have too.

    >>> used, place = numbered(np.array([7, 0, 3, 7]), 10, first=0)
    >>> used.tolist(), place.tolist()
    ([3, 7], [1, -1, 0, 1])
    """
    if limit > _FEW_CODES + 32 * codes.size:
        used, place = np.unique(codes, return_inverse=True)
        has_none = int(len(used) > 0 and used[0] == 0)
        place = place.reshape(codes.shape) - has_none
        return used[has_none:].astype(np.int64), np.where(place < 0, -1, place + first)
    is_used = np.zeros(limit, dtype=bool)
    is_used[codes] = True
    is_used[0] = False
    used = is_used.nonzero()[0]
    place = np.empty(limit, dtype=np.int32)  # of which none is read but what is written here
    place[0] = -1
    place[used] = np.arange(first, first + len(used))
    return used, place[codes]


@dataclass(frozen=True, slots=True)
class Texts:
    """Byte strings of a file laid end to end, one per row."""

    file: ArrayFile
    name: str

    @staticmethod
    def write(writer: ArrayWriter, name: str, pieces: Iterable[Sequence[bytes | None]]) -> None:
        """Write byte strings, given in pieces; ``None`` counts as empty."""
        lengths: list[Integers] = []

        def contents() -> Iterable[Integers]:
            for piece in pieces:
                rows = ByteRows.of(row or b"" for row in piece)
                lengths.append(rows.lengths)
                yield rows.data

        writer.write(f"{name}.bytes", contents())
        ends = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
        writer.write(f"{name}.ends", ends.astype(np.uint64 if ends[-1] >= 2**32 else np.uint32))

    @property
    def ends(self) -> Integers:
        """Where each row begins, and where the last one ends; shape (n + 1,)."""
        return self.file.array(f"{self.name}.ends")

    def row(self, row: int) -> bytes:
        """Return one byte string, read and not mapped."""
        start, stop = self.ends[row : row + 2].tolist()
        return self.file.read(f"{self.name}.bytes", start, stop)

    def slices(self, rows: Integers) -> list[bytes]:
        """Return byte strings."""
        ends = self.ends
        return self.file.slices(f"{self.name}.bytes", ends[rows], ends[rows + 1])

    def joined(self, rows: Integers) -> bytes:
        """Return the byte strings of rows, mapped, laid end to end in the order asked for."""
        ends, data = self.ends, self.file.array(f"{self.name}.bytes")
        starts = ends[rows].astype(np.int64)
        lengths = ends[rows + 1].astype(np.int64) - starts
        width = int(lengths.max(initial=0))
        if width and (lengths == width).all():
            # All of one length, as ids often are: windows of it are taken whole.
            windows: Integers = np.ndarray((len(data) - width + 1, width), np.uint8, data, 0, (1, 1))
            return windows[starts].tobytes()
        return data[ranges(starts, lengths)].tobytes()


@dataclass(frozen=True, slots=True)
class Coded:
    """A property of one value per row: ``codes`` with 0 for none, and k for the k-th of ``values``, sorted.

    >>> coded = Coded.of(["b", None, "a", "b"])
    >>> coded.codes.tolist(), coded.values
    ([2, 0, 1, 2], ('a', 'b'))
    """

    codes: Integers
    values: tuple[Any, ...]

    @classmethod
    def of(cls, cells: Sequence[Any]) -> Self:
        """Code the cells of a column; a missing one is ``None``. Lists and dicts are told apart by their JSON."""
        encoded = [encode_value(cell) for cell in cells]
        order = {key: code for code, key in enumerate(sorted({key for key in encoded if key is not None}), start=1)}
        codes = np.fromiter(
            (0 if key is None else order[key] for key in encoded), smallest_type(len(order)), len(encoded)
        )
        return cls(codes, tuple(decode_value(key) for key in order))

    def write(self, writer: ArrayWriter, name: str) -> None:
        """Write codes and values, these as the messages that a tile holds."""
        writer.write(f"{name}.codes", self.codes)
        Texts.write(writer, f"{name}.values", [[encode_value(value) for value in self.values]])


@dataclass(frozen=True, slots=True)
class CodedList:
    """A property of any number of texts per row: ``codes[ends[i]:ends[i + 1]]`` are those of row i, from 0, into ``values``."""

    ends: Integers
    codes: Integers
    values: tuple[str, ...]

    @classmethod
    def of(cls, cells: Sequence[Any]) -> Self:
        """Code lists of texts; a missing list is an empty one, a text that stands twice in a list counts once.

        >>> listed = CodedList.of([["b", "a"], None, ["b", "b"]])
        >>> listed.ends.tolist(), listed.codes.tolist(), listed.values
        ([0, 2, 2, 3], [0, 1, 1], ('a', 'b'))
        """
        texts = [sorted({str(item) for item in cell or ()}) for cell in cells]
        order = {text: code for code, text in enumerate(sorted({text for row in texts for text in row}))}
        ends = np.concatenate([[0], np.cumsum([len(row) for row in texts], dtype=np.int64)])
        codes = np.fromiter((order[text] for row in texts for text in row), smallest_type(len(order)), int(ends[-1]))
        return cls(ends.astype(smallest_type(int(ends[-1]))), codes, tuple(order))

    def write(self, writer: ArrayWriter, name: str) -> None:
        """Write ends, codes and values."""
        writer.write(f"{name}.ends", self.ends)
        writer.write(f"{name}.codes", self.codes)
        Texts.write(writer, f"{name}.values", [[value.encode() for value in self.values]])
