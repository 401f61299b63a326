"""Symbols of figures: the page's silhouettes of incident categories, as outlines that can be drawn.

A test holds that they are those of ``server/static/symbols.mjs``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

__all__ = ["CATEGORIES", "GRID", "Outline", "Symbol", "outline"]

GRID: Final = 24.0
"""Side of the square that silhouettes are drawn in, y downward."""

MOVE, LINE, QUADRATIC, CUBIC, CLOSE = 1, 2, 3, 4, 79
"""Codes of an outline's points; one of a curve is repeated for each of its points."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A category's colour family, its silhouette and the glyph in it, both as SVG path data; the glyph may be empty."""

    family: str
    silhouette: str
    glyph: str


CATEGORIES: Final[Mapping[str, Symbol]] = MappingProxyType(
    {
        "armed_clash": Symbol(
            "violence",
            "M2.6 4.2 11.4 12 2.6 19.8zM21.4 4.2 12.6 12l8.8 7.8z",
            "",
        ),
        "attack": Symbol(
            "violence",
            "M12 1.4l2.5 5.2 5-2.9-1 5.7 4.9.7-3.9 3.8 3.1 4.6-5.6-.3.2 5.4-4.6-3.4L8.3 23"
            "l.5-5.1-5.5.2 3.2-4.6-4-3.6 5-.6-1.1-5.6 5 2.8z",
            "",
        ),
        "other_political_violence": Symbol(
            "violence",
            "M12 2.8 22 20.6H2z",
            "M12 9v5.2M12 17.2v.4",
        ),
        "arrest": Symbol(
            "enforcement",
            "M12 2.6 20.4 5.4v6.2c0 4.8-3.3 8-8.4 10-5.1-2-8.4-5.2-8.4-10V5.4z",
            "M8.8 7.6v7.4M12 7.2v9.8M15.2 7.6v7.4",
        ),
        "operation": Symbol(
            "enforcement",
            "M7.2 3h9.6l4.9 9-4.9 9H7.2l-4.9-9z",
            "M12 6.8v3M12 14.2v3M6.8 12h3M14.2 12h3",
        ),
        "destruction": Symbol(
            "enforcement",
            "M12 1.8 22.2 12 12 22.2 1.8 12z",
            "M8.6 8.6l6.8 6.8M15.4 8.6l-6.8 6.8",
        ),
        "seizure": Symbol(
            "enforcement",
            "M5.5 3.5h13a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-13a2 2 0 0 1 2-2z",
            "M12 7v6.2M9 10.6l3 3 3-3M8 17.2h8",
        ),
        "smuggling_attempt": Symbol(
            "movement",
            "M2.4 5h12.2L22 12l-7.4 7H2.4l4-7z",
            "M9.6 12h6M13 9.4l2.6 2.6-2.6 2.6",
        ),
        "diplomatic_event": Symbol(
            "institution",
            "M12 2.4a9.6 9.6 0 1 1 0 19.2 9.6 9.6 0 0 1 0-19.2z",
            "M7.6 10.2h8.8M7.6 13.8h8.8",
        ),
        "policy_statement": Symbol(
            "institution",
            "M4.6 3.4h14.8a2 2 0 0 1 2 2v9.4a2 2 0 0 1-2 2h-7.6l-5 4.6v-4.6H4.6a2 2 0 0 1-2-2V5.4a2 2 0 0 1 2-2z",
            "M7.2 8.2h9.6M7.2 12h6",
        ),
    }
)
"""Category → symbol, in the order of the legend."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Points, shape (n, 2), y upward, and a code for each."""

    points: npt.NDArray[np.float64]
    codes: tuple[int, ...]

    def moved(self, x: float, y: float, size: float, *, turned_deg: float = 0.0, grid: float = GRID) -> Outline:
        """Return it with the middle of its square at x, y and this long a side, turned against the clock."""
        scale, angle = size / grid, np.radians(turned_deg)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        return Outline((self.points * scale) @ turn + [x, y], self.codes)


@cache
def outline(path: str, *, width: float = GRID, height: float = GRID) -> Outline:
    """Read SVG path data, given in a box of this size, as an outline around its middle.

    >>> outline("M0 0H24").points.tolist(), outline("M0 0H24").codes
    ([[-12.0, 12.0], [12.0, 12.0]], (1, 2))
    """
    from fontTools.pens.recordingPen import RecordingPen  # noqa: PLC0415 -- of the extra [figures]
    from fontTools.svgLib.path import parse_path  # noqa: PLC0415

    pen = RecordingPen()
    parse_path(path, pen)
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for operator, arguments in pen.value:
        if operator in {"closePath", "endPath"}:
            if operator == "closePath":
                points.append(points[-1])
                codes.append(CLOSE)
            continue
        code = {"moveTo": MOVE, "lineTo": LINE, "qCurveTo": QUADRATIC, "curveTo": CUBIC}[operator]
        points += arguments
        codes += [code] * len(arguments)
    centred = np.array(points, dtype=float) - [width / 2, height / 2]
    return Outline(centred * [1, -1], tuple(codes))
