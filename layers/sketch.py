"""Sketch: the map as one plain SVG picture, for readers whose browser cannot draw the map itself.

Land, borders, corridors and placed incidents between 5 and 90 °E, 20 and 62 °N, in Web Mercator. It needs no drawing library:
the shapes are those of one tile. Incidents that stand close together are one dot with their number.
"""

from __future__ import annotations

from html import escape
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.tilegrid import HALF_WORLD_M, Tile
from layers.styles.tokens import Theme, colors
from layers.tilepaths import EXTENT, LINESTRING, POLYGON, Paths, cut_paths, reach_box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.engines.engine import Features
    from layers.filter import Filter
    from layers.release import Release

__all__ = ["sketch"]

_TILE: Final = Tile(2, 2, 1)
_VIEW: Final = (230, 400, 3866, 2760)
"""x, y, width, height in units of the tile."""
_DOT_CELL: Final = 96
"""Incidents within so many units are one dot."""
_NAMED_FOCUS: Final = 2
_NAME_SIZE: Final = 62


def sketch(release: Release, *, lang: str, theme: Theme, wanted: Filter, point_of_view: str) -> str:
    """Return the picture as an SVG document.

    Parameters
    ----------
    release
        What is drawn.
    lang, theme
        Of the names, one of en, fa, ru, kk; and of the colours.
    wanted
        Incidents that are drawn.
    point_of_view
        From which borders are drawn.
    """
    hue = colors(theme)
    x, y, width, height = _VIEW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {width} {height}" width="{width * 3 // 10}" height="{height * 3 // 10}">',
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{hue["water"]}"/>',
    ]
    layers = release.layer_ids
    if "basemap" in layers:
        ground = release.features("basemap", point_of_view)
        parts.append(_areas(ground, "land", hue["land-focus"]))
        parts.append(_areas(ground, "lake", hue["water"]))
    for layer_id, name in (
        ("context_corridors", "context"),
        ("transport_corridors", "context"),
        ("corridors", "movement"),
    ):
        if layer_id in layers:
            parts.append(_lines(release.features(layer_id, point_of_view), hue[name], 12 if name == "movement" else 6))
    if "borders" in layers:
        parts.append(_lines(release.features("borders", point_of_view), hue["border"], 5))
    if "basemap" in layers:
        parts += _names(ground, lang, hue)
    if "incidents" in layers:
        parts += _dots(release.features("incidents", point_of_view), wanted, hue)
    return "".join([*parts, "</svg>\n"])


def _paths(features: Features, kind: int) -> Paths:
    rows, shapes, kinds = features.drawn(reach_box(_TILE).bounds, _TILE.z)
    is_kind = kinds == kind
    return cut_paths(shapes[is_kind], kinds[is_kind], rows[is_kind], _TILE)


def _outlines(paths: Paths, close: str, rows: set[int] | None = None) -> str:
    """Return paths as the ``d`` of an SVG path, of some rows or of all."""
    ends = np.cumsum(paths.sizes)
    outlines = []
    for end, size, row in zip(ends.tolist(), paths.sizes.tolist(), paths.rows.tolist(), strict=True):
        if rows is None or row in rows:
            vertices = paths.xy[end - size : end].tolist()
            outlines.append("M" + "L".join(f"{x} {y}" for x, y in vertices) + close)
    return "".join(outlines)


def _areas(features: Features, kind: str, fill: str) -> str:
    rows = {row for row, cell in enumerate(features.cells("kind")) if cell == kind}
    outline = _outlines(_paths(features, POLYGON), "Z", rows)
    return f'<path d="{outline}" fill="{fill}" fill-rule="evenodd"/>'


def _lines(features: Features, stroke: str, width: int) -> str:
    outline = _outlines(_paths(features, LINESTRING), "")
    return f'<path d="{outline}" fill="none" stroke="{stroke}" stroke-width="{width}" stroke-linejoin="round" stroke-linecap="round"/>'


def _in_tile(lon: Any, lat: Any) -> tuple[Any, Any]:  # noqa: ANN401 -- numbers or arrays of them
    """Return degrees as units of the tile."""
    across = 2**_TILE.z
    x = ((lon + 180) / 360 * across - _TILE.x) * EXTENT
    y = ((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * across - _TILE.y) * EXTENT
    return x, y


def _of_metres(x_3857: float, y_3857: float) -> tuple[float, float]:
    """Return metres of EPSG:3857 as units of the tile."""
    unit_m = 2 * HALF_WORLD_M / 2**_TILE.z / EXTENT
    return (x_3857 + HALF_WORLD_M) / unit_m - _TILE.x * EXTENT, (HALF_WORLD_M - y_3857) / unit_m - _TILE.y * EXTENT


def _names(features: Features, lang: str, hue: dict[str, str]) -> Iterator[str]:
    kinds, focus = features.cells("kind"), features.cells("focus")
    own, english = features.cells(f"name_{lang}"), features.cells("name_en")
    font = 'font-family="Noto Sans, Vazirmatn, sans-serif" text-anchor="middle"'
    rows, points, _ = features.drawn(reach_box(_TILE).bounds, _TILE.z)
    for row, point in sorted(zip(rows.tolist(), points, strict=True), key=itemgetter(0)):
        if kinds[row] == "country_label" and focus[row] is not None and focus[row] <= _NAMED_FOCUS:
            x, y = _of_metres(point.x, point.y)
            text = escape(str(own[row] or english[row]))
            yield f'<text x="{x:.0f}" y="{y:.0f}" {font} font-size="{_NAME_SIZE}" fill="{hue["text"]}">{text}</text>'


def _dots(features: Features, wanted: Filter, hue: dict[str, str]) -> Iterator[str]:
    x, y = _in_tile(*features.select(wanted).places())
    cells = np.column_stack([x // _DOT_CELL, y // _DOT_CELL]).astype(np.int64)
    found, counts = np.unique(cells, axis=0, return_counts=True)
    for (column, row), count in zip(found.tolist(), counts.tolist(), strict=True):
        at_x, at_y = (column + 0.5) * _DOT_CELL, (row + 0.5) * _DOT_CELL
        radius = min(46.0, 26 + 6 * float(np.log10(count)))
        yield f'<circle cx="{at_x:.0f}" cy="{at_y:.0f}" r="{radius:.0f}" fill="{hue["accent"]}" stroke="{hue["surface"]}" stroke-width="6"/>'
        if count > 1:
            font = 'font-family="Noto Sans, sans-serif" text-anchor="middle"'
            yield f'<text x="{at_x:.0f}" y="{at_y + 13:.0f}" {font} font-size="38" fill="{hue["surface"]}">{count}</text>'
