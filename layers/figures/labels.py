"""Labels: where the texts of a figure stand, so that none covers another.

Labels are placed one after the other, the most important first. Each tries places around its point, the nearest first; one
that must be shown goes farther, with a thin line back to its point, before it is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Board", "Box", "Spot"]

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in mm."""

_NEAR: Final = (
    (0.0, 0.0),
    (0.0, 0.7),
    (0.0, -0.7),
    (0.35, 0.0),
    (-0.35, 0.0),
    (0.3, 0.7),
    (-0.3, 0.7),
    (0.3, -0.7),
    (-0.3, -0.7),
)
"""Shifts that are tried first, in widths and heights of the label."""

_RINGS_MM: Final = (4.0, 6.0, 8.0, 11.0, 14.0, 18.0, 22.0)
_DIRECTIONS: Final = 12


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a label's middle stands; ``is_far`` says that it needs a line back to its point."""

    x: float
    y: float
    is_far: bool


@dataclass(slots=True)
class Board:
    """The rectangle in which labels stand, what is taken of it already, and where marks are, which some labels keep clear of."""

    frame: Box
    taken: list[Box] = field(default_factory=list)
    marked: list[Box] = field(default_factory=list)

    def take(self, box: Box) -> None:
        """Keep labels away from a rectangle."""
        self.taken.append(box)

    def find(
        self, x: float, y: float, width: float, height: float, *, must: bool = False, is_clear: bool = False
    ) -> Spot | None:
        """Return where a label of this size goes that belongs to a point, and take the place; ``None`` when it is left out.

        One that must stand somewhere may stand far; one that is to be clear stands on no mark.

        >>> board = Board((0, 0, 100, 50))
        >>> board.find(50, 25, 20, 4)
        Spot(x=50.0, y=25.0, is_far=False)
        >>> board.find(50, 27, 20, 4).y, board.find(50, 25, 20, 4)
        (29.8, None)
        """
        shifts = [(x + dx * width, y + dy * height, False) for dx, dy in _NEAR]
        if must:
            shifts += [
                (x + radius * math.cos(angle), y + radius * math.sin(angle), True)
                for radius in _RINGS_MM
                for angle in (2 * math.pi * turn / _DIRECTIONS for turn in range(_DIRECTIONS))
            ]
        for at_x, at_y, is_far in shifts:
            box = (at_x - width / 2, at_y - height / 2, at_x + width / 2, at_y + height / 2)
            if self._is_free(box) and not (is_clear and _is_hit(box, self.marked)):
                self.taken.append(box)
                return Spot(at_x, at_y, is_far)
        return None

    def _is_free(self, box: Box) -> bool:
        left, bottom, right, top = self.frame
        if box[0] < left or box[1] < bottom or box[2] > right or box[3] > top:
            return False
        return not _is_hit(box, self.taken)


def _is_hit(box: Box, others: list[Box]) -> bool:
    return any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in others)
