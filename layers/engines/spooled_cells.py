"""Spooled cells: one column of a spooled table in the order of the column file, equal cells held once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.engines.features import Members, most_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from layers.spooled_table import SpooledTable

    Integers = npt.NDArray[Any]

__all__ = ["OwnTexts", "cells_of", "members_of"]

PER_PIECE: Final = 2_000


def cells_of(table: SpooledTable, name: str, order: Integers) -> list[Any]:
    """Return the cells of a column as values, in the order given; equal ones are one object."""
    made: dict[bytes, Any] = {}
    cells = [made[text] if text in made else made.setdefault(text, json.loads(text)) for text in table.texts(name)]
    return [cells[row] for row in order.tolist()]


class OwnTexts:
    """The JSON texts of a column of which nearly every row has its own, read from the disk some thousand at a time."""

    def __init__(self, table: SpooledTable, name: str, order: Integers) -> None:
        self._table, self._name, self._order = table, name, order

    def __iter__(self) -> Iterator[list[str]]:
        column = self._table.column(self._name)
        for start in range(0, max(len(self._order), 1), PER_PIECE):
            yield [column[row].decode() for row in self._order[start : start + PER_PIECE].tolist()]


def members_of(table: SpooledTable, name: str, order: Integers) -> Members | OwnTexts:
    """Return the texts of a property in the order given: coded as long as they may be shared, else each read when it is written."""
    most = most_shared(len(table))
    place: dict[bytes, int] = {}
    codes = np.empty(len(table), dtype=np.int64)
    for row, text in enumerate(table.texts(name)):
        codes[row] = place.setdefault(text, len(place))
        if len(place) > most:
            return OwnTexts(table, name, order)
    codes = codes[order]
    # Numbered as they come in the file: the bytes do not depend on how the table was made.
    _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
    by_place = np.argsort(first, kind="stable")
    rank = np.empty(len(by_place), dtype=np.int64)
    rank[by_place] = np.arange(len(by_place))
    texts = list(place)
    return Members(rank[codes], [texts[code].decode() for code in by_place.tolist()])
