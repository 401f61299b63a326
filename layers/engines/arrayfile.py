"""Array file: named numpy arrays in one file, mapped into memory and checked as they are touched.

::

    arrays, each aligned to 64 bytes · CRC-32 of every block of 1 MiB · index (JSON) · trailer

The trailer stands at the end, so a file that was cut off has none; the index says where each array lies and carries the
``meta`` that the writer gave. A block is compared with its CRC-32 when something in it is first read: a damaged file is told,
never served. All numbers are little-endian.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

import numpy as np

from geo.errors import DamagedRelease

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy.typing as npt

    Array = npt.NDArray[Any]

__all__ = ["ArrayFile", "ArrayWriter"]

MAGIC: Final = b"corrcols"
ALIGNMENT: Final = 64
BLOCK: Final = 1 << 20
_TRAILER: Final = struct.Struct("<QQI8s")
"""Length of the checksums, length of the index, CRC-32 of both, magic."""


class ArrayWriter:
    """Writes an array file from its start to its end, so that arrays larger than memory can be given in pieces."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._length = 0
        self._index: dict[str, tuple[str, list[int], int]] = {}
        self._checksums: list[int] = []
        self._running = 0

    def write(self, name: str, pieces: Array | Iterable[Array]) -> None:
        """Add an array: whole, or as pieces of one type that are laid end to end along the first axis.

        Raises
        ------
        ValueError
            When the name was given before, or there is no piece at all.
        """
        if name in self._index:
            raise ValueError(f"The array {name} is in the file already.")
        self._put(bytes(-self._length % ALIGNMENT))
        start, count = self._length, 0
        last: Array | None = None
        for piece in [pieces] if isinstance(pieces, np.ndarray) else pieces:
            last = np.ascontiguousarray(piece, dtype=piece.dtype.newbyteorder("<"))
            self._put(last.reshape(-1).view(np.uint8).data if last.size else b"")
            count += last.shape[0]
        if last is None:
            raise ValueError(f"The array {name} has no piece, so its type is unknown.")
        self._index[name] = (last.dtype.str, [count, *last.shape[1:]], start)

    def finish(self, meta: Mapping[str, Any]) -> None:
        """Write checksums, index and trailer; the file is whole after it."""
        if self._length % BLOCK:
            self._checksums.append(self._running)
        checksums = np.array(self._checksums, dtype="<u4").tobytes()
        index = {"arrays": self._index, "length": self._length, "meta": dict(meta)}
        text = json.dumps(index, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        self._file.write(checksums + text)
        self._file.write(_TRAILER.pack(len(checksums), len(text), zlib.crc32(checksums + text), MAGIC))

    def _put(self, content: bytes | memoryview) -> None:
        self._file.write(content)
        view = memoryview(content)
        while view.nbytes:
            room = BLOCK - self._length % BLOCK
            part = view[:room]
            self._running = zlib.crc32(part, self._running)
            self._length += len(part)
            view = view[room:]
            if self._length % BLOCK == 0:
                self._checksums.append(self._running)
                self._running = 0


class ArrayFile:
    """An array file, opened for reading. Arrays come as read-only views of the mapped file; nothing is copied.

    ``name`` is what errors call it; ``meta`` what the writer gave to :meth:`ArrayWriter.finish`. Made by :meth:`open` or,
    from bytes in memory, by :meth:`of`. Threads may share it.
    """

    __slots__ = (
        "_arrays",
        "_buffer",
        "_checked",
        "_checksums",
        "_handle",
        "_length",
        "_raw",
        "_size",
        "_views",
        "meta",
        "name",
    )

    def __init__(self, raw: bytes | mmap.mmap, name: str, handle: int | None) -> None:
        self.name = name
        self._raw, self._handle, self._size = raw, handle, len(raw)
        self._buffer = np.frombuffer(raw, dtype=np.uint8)
        end = max(self._size - _TRAILER.size, 0)
        sums, text, crc, magic = _TRAILER.unpack(self._bytes(end, self._size).rjust(_TRAILER.size))
        tail = self._bytes(end - sums - text, end) if magic == MAGIC else b""
        if magic != MAGIC or zlib.crc32(tail) != crc:
            raise self._damage("is cut off or was never finished")
        index = json.loads(tail[sums:])
        self._checksums = np.frombuffer(tail[:sums], dtype="<u4")
        self._length = int(index["length"])
        self._arrays: dict[str, tuple[str, list[int], int]] = index["arrays"]
        self.meta: Mapping[str, Any] = index["meta"]
        self._checked = np.zeros(len(self._checksums), dtype=bool)
        self._views: dict[str, Array] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file.

        Raises
        ------
        DamagedRelease
            When it is missing, cut off, or its index cannot be read.
        """
        name = "/".join(path.parts[-3:])
        try:
            handle = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise DamagedRelease(
                f"{name} cannot be opened ({error.strerror or error}).",
                hint="Run `corridormap verify` to see what differs, then `corridormap build`.",
            ) from error
        # An empty file cannot be mapped, and is told as one that was cut off.
        is_empty = not os.fstat(handle).st_size
        return cls(b"" if is_empty else mmap.mmap(handle, 0, access=mmap.ACCESS_READ), name, handle)

    @classmethod
    def of(cls, content: bytes, name: str = "memory") -> Self:
        """Open what lies in memory; raises as :meth:`open` does."""
        return cls(content, name, None)

    def __del__(self) -> None:
        """Close the handle; the mapping goes with its last view."""
        if getattr(self, "_handle", None) is not None:
            os.close(self._handle)  # type: ignore[arg-type]  # not None, see above
            self._handle = None

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def array(self, name: str) -> Array:
        """Return a whole array.

        Raises
        ------
        DamagedRelease
            When the bytes are not those that were written.
        KeyError
            When the file has no such array.
        """
        view = self._views.get(name)
        if view is None:
            start, stop = self._extent(name)
            self._check(start, stop)
            dtype, shape, _ = self._arrays[name]
            view = self._views[name] = self._buffer[start:stop].view(dtype).reshape(shape)
        return view

    def read(self, name: str, start: int, stop: int) -> bytes:
        """Return bytes ``start … stop`` of an array of bytes, without mapping them; raises as :meth:`array` does."""
        first = self._arrays[name][2]
        self._check(first + start, first + stop)
        return self._bytes(first + start, first + stop)

    def slices(self, name: str, starts: Array, stops: Array) -> list[bytes]:
        """Return bytes ``starts[i] … stops[i]`` of an array of bytes; raises as :meth:`array` does."""
        first = self._arrays[name][2]
        begins, ends = starts.astype(np.int64) + first, stops.astype(np.int64) + first
        # What is shorter than a block touches no others than those of its first and its last byte.
        is_long = int((ends - begins).max(initial=0)) > BLOCK
        if is_long or not (self._checked[begins // BLOCK] & self._checked[np.maximum(ends - 1, begins) // BLOCK]).all():
            for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
                self._check(begin, end)
        raw = self._raw
        return [raw[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]

    def forget(self) -> None:
        """Give the mapped pages back to the system, which keeps them as its cache: the next read maps them again."""
        if not isinstance(self._raw, bytes):
            self._raw.madvise(mmap.MADV_DONTNEED)

    def check_length(self) -> None:
        """Raise DamagedRelease when somebody has cut the file since it was opened: to touch the rest would end the process."""
        if self._handle is not None and os.fstat(self._handle).st_size != self._size:
            raise self._damage("was cut off while it was open")

    def _extent(self, name: str) -> tuple[int, int]:
        dtype, shape, start = self._arrays[name]
        return start, start + int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize

    def _bytes(self, start: int, stop: int) -> bytes:
        if not 0 <= start <= stop <= self._size:
            raise self._damage("is cut off")
        if self._handle is None:
            return self._buffer[start:stop].tobytes()
        content = os.pread(self._handle, stop - start, start)
        if len(content) != stop - start:
            raise self._damage("is cut off")
        return content

    def _check(self, start: int, stop: int) -> None:
        """Compare the blocks that an extent touches with their checksums, each once."""
        blocks = range(start // BLOCK, -(-stop // BLOCK))
        if self._checked[blocks.start : blocks.stop].all():
            return
        for block in blocks:
            if not self._checked[block]:
                content = self._bytes(block * BLOCK, min((block + 1) * BLOCK, self._length))
                if zlib.crc32(content) != self._checksums[block]:
                    raise self._damage(f"has changed since it was written (block {block})")
                self._checked[block] = True

    def _damage(self, what: str) -> DamagedRelease:
        return DamagedRelease(
            f"{self.name} {what}.", hint="Run `corridormap verify` to see what differs, then `corridormap build`."
        )
