"""FoundSpool: what a machine found in all articles, put aside on disk in the order of the articles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, overload

from layers.candidates import Found
from layers.spool import Spool

__all__ = ["FoundSpool"]

_FIELDS = tuple(each.name for each in fields(Found))


class FoundSpool(Sequence[Found]):
    """Incidents, claims and conflicts, each read anew when it is asked for."""

    def __init__(self, found: Iterable[Found]) -> None:
        self._spool = Spool()
        for each in found:
            self._spool.add(json.dumps(_plain(each), ensure_ascii=False).encode("utf-8", "surrogatepass"))

    def __len__(self) -> int:
        return len(self._spool)

    @overload
    def __getitem__(self, place: int) -> Found: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Found, ...]: ...
    def __getitem__(self, place: int | slice) -> Found | tuple[Found, ...]:
        numbers = range(len(self))[place]
        return _found(self._spool[numbers]) if isinstance(numbers, int) else tuple(self[number] for number in numbers)

    def __iter__(self) -> Iterator[Found]:
        return map(_found, self._spool)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list: two of them are compared by what is in them


def _plain(found: Found) -> list[Any]:
    merged = [_plain(each) for each in found.merged]
    return [merged if name == "merged" else getattr(found, name) for name in _FIELDS]


def _found(text: bytes) -> Found:
    return _made(json.loads(text.decode("utf-8", "surrogatepass")))


def _made(values: list[Any]) -> Found:
    said = dict(zip(_FIELDS, values, strict=True))
    said["merged"] = tuple(map(_made, said["merged"]))
    return Found(**said | {name: tuple(said[name]) for name in ("evidence", "changed")})
