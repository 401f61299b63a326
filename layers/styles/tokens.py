"""The look's tokens: colours, line widths, zoom steps; one file for the map style and the page's CSS.

``python -m layers.styles.tokens`` prints the CSS custom properties that ``server/static/tokens.css`` holds.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
Json = dict[str, Any]
Expression = list[Any]
"""A MapLibre expression: a list whose first item is the operator."""


@cache
def tokens() -> Json:
    """Read ``tokens.json``; the same object every time, not to be changed.

    Examples
    --------
    >>> tokens()["color"]["light"]["movement"]
    '#A84A00'
    """
    loaded: Json = json.loads(files("layers").joinpath("tokens.json").read_text(encoding="utf-8"))
    return loaded


def colors(theme: Theme) -> dict[str, str]:
    """Give the colours of a theme by token name, as ``#RRGGBB``."""
    found: dict[str, str] = tokens()["color"][theme]
    return found


def by_zoom(stops: list[list[float]], factor: float = 1.0) -> Expression:
    """Make the expression that grows from stop to stop; ``stops`` are ``[zoom, width_px]``.

    Examples
    --------
    >>> by_zoom([[3, 0.6], [6, 1.1]], 2)
    ['interpolate', ['exponential', 1.4], ['zoom'], 3, 1.2, 6, 2.2]
    """
    pairs = [value for zoom, width_px in stops for value in (zoom, round(width_px * factor, 3))]
    return ["interpolate", ["exponential", 1.4], ["zoom"], *pairs]


def line_width(name: str, factor: float = 1.0) -> Expression:
    """Give the width (px by zoom) that the tokens name for a kind of line."""
    return by_zoom(tokens()["line"][name]["width"], factor)


def css() -> str:
    """Write colours, sizes and motion as CSS custom properties, dark ones under ``[data-theme="dark"]``.

    A page of ``auto`` is light or dark as the reader's system is.
    """
    found = tokens()
    shared = {
        **{f"size-{name}": f"{px}px" for name, px in found["size_px"].items()},
        **{f"radius-{name}": f"{px}px" for name, px in found["radius_px"].items()},
        **{f"motion-{name}": value for name, value in found["motion"].items()},
    }
    rules = ["/* Made from layers/tokens.json by: python -m layers.styles.tokens */", _rule(":root", shared)]
    light, dark = ({**colors(theme), "shadow": found["shadow"][theme]} for theme in THEMES)
    rules.append(_rule('[data-theme="light"], [data-theme="auto"]', light, "  color-scheme: light;\n"))
    rules.append(_rule('[data-theme="dark"]', dark, "  color-scheme: dark;\n"))
    automatic = _rule('[data-theme="auto"]', dark, "  color-scheme: dark;\n")
    rules.append(f"@media (prefers-color-scheme: dark) {{\n{automatic}\n}}")
    return "\n".join(rules) + "\n"


def _rule(selector: str, values: dict[str, str], extra: str = "") -> str:
    lines = "".join(f"  --{name}: {value};\n" for name, value in values.items())
    return f"{selector} {{\n{extra}{lines}}}"


if __name__ == "__main__":
    sys.stdout.write(css())
