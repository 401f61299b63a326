"""Vocabulary: the languages and the points of view that every floor speaks of, without what makes maps of them."""

from __future__ import annotations

from typing import Final

__all__ = ["LANGUAGES", "NEUTRAL", "POINTS_OF_VIEW"]

LANGUAGES: Final = ("en", "fa", "ru", "kk")
"""ISO 639-1 codes of the languages that the map speaks."""

NEUTRAL: Final = "neutral"
POINTS_OF_VIEW: Final = (NEUTRAL, "as-depicted", "iso")
"""The points of view that a map can take, see :mod:`geo.point_of_view`."""
