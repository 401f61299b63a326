"""Document: a JSON document of a release, put aside on disk as it is made, until it is known where it belongs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from layers.spool import Spool
from layers.table import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["Document"]


class Document:
    """Canonical JSON (:func:`layers.table.canonical_json`) and a line break, with their sha256."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        sha = hashlib.sha256()
        self._pieces = Spool()
        for piece in pieces:
            sha.update(piece)
            self._pieces.add(piece)
        self.sha256 = sha.hexdigest()

    @classmethod
    def of(cls, value: object) -> Self:
        """Make the document of a value."""
        return cls([canonical_json(value).encode(), b"\n"])

    @classmethod
    def of_list(cls, items: Iterable[bytes]) -> Self:
        """Make the document of a list whose items, or runs of them with commas between, come as canonical JSON."""
        return cls(_all(_list(items), b"\n"))

    @classmethod
    def of_lists(cls, lists: Mapping[str, Iterable[bytes]]) -> Self:
        """Make the document of an object of such lists."""

        def pieces() -> Iterator[bytes]:
            for number, name in enumerate(sorted(lists)):
                yield f"{',' if number else '{'}{canonical_json(name)}:".encode()
                yield from _list(lists[name])
            yield b"}\n" if lists else b"{}\n"

        return cls(pieces())

    def write(self, path: Path) -> None:
        """Write the document to a file."""
        with path.open("wb") as file:
            file.writelines(self._pieces)


def _list(items: Iterable[bytes]) -> Iterator[bytes]:
    yield b"["
    for number, item in enumerate(items):
        if number:
            yield b","
        yield item
    yield b"]"


def _all(pieces: Iterable[bytes], last: bytes) -> Iterator[bytes]:
    yield from pieces
    yield last
