"""Features: the GeoJSON text of each feature, laid together from pieces that many features share.

A text is the id, the geometry and a member for each property. Members that often repeat are stored once and known by codes,
one row of codes for a feature; others are stored with their feature. A million incidents take a third of what their texts
would, and a hundred of them are laid together sooner than read one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.engines.coded import Texts, numbered, smallest_type
from layers.geojson import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from layers.engines.arrayfile import ArrayFile, ArrayWriter

    Integers = npt.NDArray[Any]

__all__ = ["FeatureTexts", "Members", "most_shared", "write_features"]

MOST_SHARED: Final = 30_000
"""Most different texts of a property that are kept ready as shared ones."""

USED_TIMES: Final = 8
"""How often, in the mean, a shared text occurs at least."""

_START, _END = b'{"type":"Feature","id":', b"}},\n"
_POINT = (',"geometry":{"type":"Point","coordinates":[', "]}")


@dataclass(frozen=True, slots=True)
class Members:
    """The values of one property as JSON texts: row i has ``texts[codes[i]]``."""

    codes: Integers
    texts: Sequence[str]

    @classmethod
    def of(cls, cells: Iterable[object]) -> Members:
        """Write cells as JSON, equal ones once."""
        place: dict[str, int] = {}
        codes = [place.setdefault(json_text(cell), len(place)) for cell in cells]
        return cls(np.array(codes, dtype=np.int64), list(place))

    @property
    def are_shared(self) -> bool:
        """Whether the texts are few enough to be kept ready."""
        return len(self.texts) <= most_shared(len(self.codes))


def most_shared(rows: int) -> int:
    """Return how many different texts a property of so many rows may have and still be kept ready."""
    return min(MOST_SHARED, rows // USED_TIMES)


def write_features(
    writer: ArrayWriter,
    ids: Iterable[Sequence[str]],
    geometries: Iterable[Sequence[str]],
    members: Mapping[str, Members | Iterable[Sequence[str]]],
) -> list[str | None]:
    """Write the texts of features.

    Parameters
    ----------
    writer
        Of the column file.
    ids
        Ids, in pieces.
    geometries
        What stands between id and properties, from its comma on, in pieces.
    members
        The properties in order: coded, or as JSON texts in pieces where nearly every feature has its own.

    Returns
    -------
    list
        What :class:`FeatureTexts` must know: for each property in order the array of its own texts, ``None`` where they are
        shared.
    """
    pieces: dict[str, int] = {"": 0, **dict(zip(_POINT, (1, 2), strict=True))}
    is_point: list[Integers] = []

    def places() -> Iterator[list[bytes]]:
        for piece in geometries:
            points = [text.startswith(_POINT[0]) for text in piece]
            is_point.append(np.array(points, dtype=bool))
            yield [
                (text[len(_POINT[0]) : -len(_POINT[1])] if point else text).encode()
                for text, point in zip(piece, points, strict=True)
            ]

    Texts.write(writer, "feature.id", ([json_text(id_).encode() for id_ in piece] for piece in ids))
    Texts.write(writer, "feature.place", places())
    point = np.concatenate(is_point)
    codes = [np.where(point, 1, 0), np.where(point, 2, 0)]
    own: list[str | None] = []
    for number, (name, member) in enumerate(members.items()):
        lead = f"{',' if number else _PROPERTIES}{json_text(name)}:"
        if isinstance(member, Members) and member.are_shared:
            known = np.array([pieces.setdefault(lead + text, len(pieces)) for text in member.texts], dtype=np.int64)
            codes.append(known[member.codes])
            own.append(None)
        else:
            texts = (
                ([member.texts[code] for code in chunk.tolist()] for chunk in _chunks(member.codes))
                if isinstance(member, Members)
                else member
            )
            Texts.write(writer, f"member.{name}", ([(lead + text).encode() for text in piece] for piece in texts))
            own.append(f"member.{name}")
    table = np.empty((len(point), len(codes)), dtype=smallest_type(len(pieces)))
    for place, column in enumerate(codes):
        table[:, place] = column
    writer.write("feature.codes", table)
    Texts.write(writer, "feature.pieces", [[piece.encode() for piece in pieces]])
    return own


_PROPERTIES = ',"properties":{'
PER_PIECE: Final = 20_000


def _chunks(codes: Integers) -> list[Integers]:
    return [codes[start : start + PER_PIECE] for start in range(0, max(len(codes), 1), PER_PIECE)]


class FeatureTexts:
    """The texts of a column file, each with the ``,`` and the line break that follow it. Threads may share it.

    ``own`` is what :func:`write_features` returned.
    """

    def __init__(self, file: ArrayFile, own: Sequence[str | None]) -> None:
        self._file = file
        self._own = tuple(own)

    def _parts(self, rows: Integers) -> tuple[list[bytes], int]:
        """Return what the texts of rows consist of, one row after the other, and how many parts each has."""
        codes = self._file.array("feature.codes")[rows]
        # Pieces stay in the file, whose pages all processes share: kept as objects they would take each of them megabytes.
        texts = Texts(self._file, "feature.pieces")
        used, place = numbered(codes, len(texts.ends) - 1, first=0)
        pieces = np.array([*texts.slices(used), b""], dtype=object)  # the last one is that of code 0
        before, after, *members = pieces[place.T].tolist()
        columns = [
            Texts(self._file, "feature.id").slices(rows),
            before,
            Texts(self._file, "feature.place").slices(rows),
            after,
        ]
        taken = iter(members)
        columns += [next(taken) if name is None else Texts(self._file, name).slices(rows) for name in self._own]
        if not self._own:
            columns.append([_PROPERTIES.encode()] * len(rows))
        row = [_START, *repeat(b"", len(columns)), _END]
        parts = row * len(rows)
        for number, column in enumerate(columns, start=1):
            parts[number :: len(row)] = column
        return parts, len(row)

    def rows(self, rows: Integers) -> list[bytes]:
        """Return the texts of some rows."""
        parts, width = self._parts(rows)
        return [b"".join(parts[start : start + width]) for start in range(0, len(parts), width)]

    def joined(self, rows: Integers) -> bytes:
        """Return the texts of some rows, laid end to end."""
        return b"".join(self._parts(rows)[0])
