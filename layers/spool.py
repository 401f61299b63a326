"""Spool: what a build or a comparison puts aside on disk, so that memory holds where it lies and no more.

The file has no name and goes when its spool does. It lies where :mod:`tempfile` puts files: ``TMPDIR`` names another folder.
"""

from __future__ import annotations

import json
import os
import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import eq
from typing import Any, Final, Self, overload

__all__ = ["Records", "Spool"]

Plain = Mapping[str, Any]

BUFFER_BYTES: Final = 1 << 20


class Spool:
    """Byte strings on disk, known by their number from 0 on; eight bytes of memory each.

    >>> spool = Spool()
    >>> spool.add(b"Kulob"), spool.add(b"Osh")
    (0, 1)
    >>> spool[0], list(spool), len(spool)
    (b'Kulob', [b'Kulob', b'Osh'], 2)
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=BUFFER_BYTES)  # noqa: SIM115 -- it lives as long as the spool
        weakref.finalize(self, self._file.close)
        self._ends = array("Q", [0])
        self._is_written = True

    def add(self, content: bytes) -> int:
        """Put a byte string aside and return its number."""
        self._file.write(content)
        self._ends.append(self._ends[-1] + len(content))
        self._is_written = False
        return len(self._ends) - 2

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> bytes:
        return self.read(*self.place(number))

    def __iter__(self) -> Iterator[bytes]:
        count = len(self)
        first = 0
        while first < count:
            last = first + 1
            while last < count and self._ends[last + 1] - self._ends[first] <= BUFFER_BYTES:
                last += 1
            start = self._ends[first]
            block = self.read(start, self._ends[last])
            for number in range(first, last):
                yield block[self._ends[number] - start : self._ends[number + 1] - start]
            first = last

    def place(self, number: int) -> tuple[int, int]:
        """Return where a byte string begins in the file, and where it ends."""
        return self._ends[number], self._ends[number + 1]

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes of the file from one place to another."""
        if not self._is_written:
            self._file.flush()
            self._is_written = True
        parts = []
        while start < end:
            part = os.pread(self._file.fileno(), end - start, start)
            if not part:
                raise OSError(f"A temporary file is shorter than what was written to it ({start} of {end} bytes).")
            parts.append(part)
            start += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


class Records(Sequence[Plain]):
    """JSON records put aside on disk, sorted by ``id``: each is read anew when it is asked for, so nobody can change it.

    >>> records = Records.of([{"id": "b"}, {"id": "a", "of": [1]}])
    >>> list(records), records.find("b"), records.find("c")
    ([{'id': 'a', 'of': [1]}, {'id': 'b'}], {'id': 'b'}, None)
    >>> list(records.with_more([{"id": "0"}])) == [{"id": "0"}, *records]
    True
    """

    def __init__(self, spool: Spool | None = None, number_of: Mapping[str, int] | None = None) -> None:
        self._spool = Spool() if spool is None else spool
        self._number_of = dict(number_of or {})
        self._is_sorted = False

    @classmethod
    def of(cls, records: Iterable[Plain]) -> Self:
        """Put records aside, one by one."""
        made = cls()
        for record in records:
            made.add(record)
        return made

    def add(self, record: Plain) -> None:
        """Put one more record aside; its id must be a new one."""
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        self._number_of[str(record["id"])] = self._spool.add(text.encode("utf-8", "surrogatepass"))
        self._is_sorted = False

    def with_more(self, records: Iterable[Plain]) -> Self:
        """Return these records and more, in the same file."""
        made = type(self)(self._spool, self._number_of)
        for record in records:
            made.add(record)
        return made

    @property
    def _numbers(self) -> Iterable[int]:
        if not self._is_sorted:
            self._number_of = {id_: self._number_of[id_] for id_ in sorted(self._number_of)}
            self._is_sorted = True
        return self._number_of.values()

    def find(self, id_: str) -> Plain | None:
        """Return the record of an id, ``None`` where there is none."""
        number = self._number_of.get(id_)
        return None if number is None else self._decoded(number)

    def record(self, id_: str) -> Plain:
        """Return the record of an id that there is."""
        return self._decoded(self._number_of[id_])

    def __len__(self) -> int:
        return len(self._number_of)

    @overload
    def __getitem__(self, place: int) -> Plain: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Plain, ...]: ...
    def __getitem__(self, place: int | slice) -> Plain | tuple[Plain, ...]:
        numbers = list(self._numbers)[place]
        return self._decoded(numbers) if isinstance(numbers, int) else tuple(map(self._decoded, numbers))

    def __iter__(self) -> Iterator[Plain]:
        return map(self._decoded, self._numbers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # as of a list: two of them are compared by what is in them

    def _decoded(self, number: int) -> Plain:
        record: Plain = json.loads(self._spool[number].decode("utf-8", "surrogatepass"))
        return record
