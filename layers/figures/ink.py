"""Ink: the colours of a figure, made from the page's tokens: as they are, apart for colour-blind readers, or in greys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layers.styles.tokens import colors

__all__ = ["FAMILIES", "Ink"]

FAMILIES: Final = ("movement", "movement-other", "violence", "enforcement", "institution", "context")
"""Tokens whose hue says what an object is."""

_SAFE: Final = {
    "movement": "#D55E00",
    "movement-other": "#332288",
    "violence": "#111111",
    "enforcement": "#0072B2",
    "institution": "#009E73",
}
"""Hues of Okabe and Ito (Color Universal Design, 2008), indigo added; ``context`` stays the grey that it is."""

_GREY: Final = {
    "movement": "#3A3A3A",
    "movement-other": "#666666",
    "violence": "#111111",
    "enforcement": "#444444",
    "institution": "#5A5A5A",
    "border-ribbon": "#9A9A9A",
    "water": "#CDCDCD",
    "water-line": "#9C9C9C",
}


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of one palette: ``color``, ``safe`` or ``grey``."""

    palette: str

    def color(self, token: str) -> str:
        """Return a token's colour as ``#RRGGBB``.

        >>> Ink("color").color("movement"), Ink("grey").color("border-focus")
        ('#A84A00', '#2E2E2E')
        """
        plain = colors("light")[token]
        if self.palette == "safe":
            return _SAFE.get(token, plain)
        if self.palette == "grey":
            return _GREY.get(token) or _grey(plain)
        return plain


def _grey(color: str) -> str:
    """The grey of the same relative luminance (WCAG 2.2), as sRGB."""
    linear = [((v + 0.055) / 1.055) ** 2.4 if v > 0.04045 else v / 12.92 for v in _channels(color)]  # noqa: PLR2004 -- sRGB
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    value = 1.055 * luminance ** (1 / 2.4) - 0.055 if luminance > 0.0031308 else 12.92 * luminance  # noqa: PLR2004 -- sRGB
    return f"#{round(value * 255):02X}" + f"{round(value * 255):02X}" * 2


def _channels(color: str) -> list[float]:
    return [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
