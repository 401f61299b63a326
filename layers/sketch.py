"""Sketch: the map as one plain SVG picture, for readers whose browser cannot draw the map itself.

Land, borders, corridors and placed incidents between 5 and 90 °E, 20 and 62 °N, in Web Mercator. It needs no drawing library:
the shapes are those of one tile. Incidents that stand close together are one dot with their number. As on the map itself, a
statement from country to country is a band with chevrons and no line, and a whole border has ticks.
"""

from __future__ import annotations

from html import escape
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.tilegrid import HALF_WORLD_M, Tile
from layers.alttext import digits
from layers.styles.tokens import Theme, colors
from layers.tilepaths import EXTENT, LINESTRING, POLYGON, Paths, cut_paths, reach_box

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

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
_NAME_ABOVE: Final = 44
"""Names stand so far above their points, so that no dot covers them."""
_CHEVRON_EVERY: Final = 90
_CHEVRON: Final = ((-9.0, -17.0), (9.0, 0.0), (-9.0, 17.0))
"""Pointing to the right, in units of the tile."""
_TINTS: Final = {"attested": "movement", "context": "context", "infrastructure": "context"}
_EVERY_RING: Final = 3
_OPACITY: Final = {"context": 0.05, "movement-other": 0.1, "movement": 0.1}
"""Of the nested rings of a band every third is drawn: soft enough for a picture, and a third of the bytes."""


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
        # The area of interest lies on the land once more, so each ground is a shape of its own.
        for focus, name in ((None, "land"), (1, "land-ca"), (0, "land-focus")):
            parts.append(_areas(ground, {"kind": "land", "focus": focus}, hue[name]))
        parts.append(_areas(ground, {"kind": "lake"}, hue["water"]))
    if "corridor_marks" in layers:
        parts += _movements(release.features("corridor_marks", point_of_view), hue)
    if "borders" in layers:
        parts.append(_lines(release.features("borders", point_of_view), hue["border"], 5))
    if "corridors" in layers:
        parts.append(_ticks(release.features("corridors", point_of_view), hue["movement"]))
    if "basemap" in layers:
        parts += _names(ground, lang, hue)
    if "incidents" in layers:
        parts += _dots(release.features("incidents", point_of_view), wanted, lang, hue)
    return "".join([*parts, "</svg>\n"])


def _drawn(features: Features) -> tuple[npt.NDArray[Any], npt.NDArray[np.object_], npt.NDArray[np.int8]]:
    """Return rows, shapes (EPSG:3857) and kinds of what the picture shows of a layer; nothing of one that has points alone."""
    if features.has_points:
        return np.empty(0, np.int64), np.empty(0, object), np.empty(0, np.int8)
    return features.drawn(reach_box(_TILE).bounds, _TILE.z)


def _paths(features: Features, kind: int) -> Paths:
    rows, shapes, kinds = _drawn(features)
    is_kind = kinds == kind
    return cut_paths(shapes[is_kind], kinds[is_kind], rows[is_kind], _TILE)


def _outlines(paths: Paths, close: str = "") -> dict[int, str]:
    """Return the ``d`` of an SVG path for each row that has any."""
    outlines: dict[int, str] = {}
    for row, vertices in _runs(paths):
        outlines[row] = outlines.get(row, "") + "M" + "L".join(f"{x} {y}" for x, y in vertices.tolist()) + close
    return outlines


def _runs(paths: Paths) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Yield the row of each path and its vertices."""
    ends = np.cumsum(paths.sizes)
    for end, size, row in zip(ends.tolist(), paths.sizes.tolist(), paths.rows.tolist(), strict=True):
        yield row, paths.xy[end - size : end]


def _areas(features: Features, wanted: Mapping[str, object], fill: str) -> str:
    """Return the areas whose properties are the wanted ones as one shape."""
    held = list(zip(*(features.cells(name) for name in wanted), strict=True))
    outlines = _outlines(_paths(features, POLYGON), "Z")
    outline = "".join(outline for row, outline in outlines.items() if held[row] == tuple(wanted.values()))
    return f'<path d="{outline}" fill="{fill}" fill-rule="evenodd"/>'


def _movements(features: Features, hue: Mapping[str, str]) -> Iterator[str]:
    """Yield bands of doubt, and along each axis chevrons, or dashes where towns are named; outside knowledge first."""
    kinds, bases, rings = (features.cells(name) for name in ("kind", "basis", "ring"))
    # Releases of the first format know none of other things than drugs.
    others = features.cells("other") if "other" in features.kinds else [None] * len(kinds)
    tints = ["movement-other" if other else _TINTS[basis] for basis, other in zip(bases, others, strict=True)]
    areas, lines = _outlines(_paths(features, POLYGON), "Z"), _paths(features, LINESTRING)
    for tint, opacity in _OPACITY.items():
        for row, outline in areas.items():
            if tints[row] == tint and kinds[row] == "ring" and rings[row] % _EVERY_RING == 0:
                yield f'<path d="{outline}" fill="{hue[tint]}" fill-opacity="{opacity}" fill-rule="evenodd"/>'
        axes = {row for row, kind in enumerate(kinds) if kind == "axis" and tints[row] == tint}
        dashed = {row for row in axes if bases[row] == "infrastructure"}
        stroke = f'fill="none" stroke="{hue[tint]}"'
        dashes = "".join(outline for row, outline in _outlines(lines).items() if row in dashed)
        yield f'<path d="{dashes}" {stroke} stroke-width="5" stroke-dasharray="20 14"/>'
        yield f'<path d="{_chevrons(lines, axes - dashed)}" {stroke} stroke-width="6"/>'


def _ticks(features: Features, stroke: str) -> str:
    """Return ticks along the borders of which the articles speak as a whole."""
    depictions = features.cells("depiction")
    lines = _outlines(_paths(features, LINESTRING))
    outline = "".join(outline for row, outline in lines.items() if depictions[row] == "border")
    return f'<path d="{outline}" fill="none" stroke="{stroke}" stroke-width="30" stroke-dasharray="6 30"/>'


def _chevrons(paths: Paths, rows: set[int]) -> str:
    """Return chevrons along the paths of some rows, in the direction in which they run."""
    drawn = []
    for row, xy in _runs(paths):
        if row not in rows:
            continue
        steps = np.diff(xy.astype(float), axis=0)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*steps.T))])
        for at in np.arange(_CHEVRON_EVERY / 2, along[-1], _CHEVRON_EVERY):
            segment = min(int(np.searchsorted(along, at, side="right")), len(steps)) - 1
            angle = np.arctan2(steps[segment, 1], steps[segment, 0])
            turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            centre = [np.interp(at, along, xy[:, axis]) for axis in (0, 1)]
            drawn.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in (np.array(_CHEVRON) @ turn + centre).tolist()))
    return "".join(drawn)


def _lines(features: Features, stroke: str, width: int) -> str:
    outline = "".join(_outlines(_paths(features, LINESTRING)).values())
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
    rows, points, _ = _drawn(features)
    for row, point in sorted(zip(rows.tolist(), points, strict=True), key=itemgetter(0)):
        if kinds[row] == "country_label" and focus[row] is not None and focus[row] <= _NAMED_FOCUS:
            x, y = _of_metres(point.x, point.y)
            text = escape(str(own[row] or english[row]))
            halo = f'stroke="{hue["land"]}" stroke-width="12" stroke-linejoin="round" paint-order="stroke"'
            yield f'<text x="{x:.0f}" y="{y - _NAME_ABOVE:.0f}" {font} font-size="{_NAME_SIZE}" fill="{hue["text"]}" {halo}>{text}</text>'


def _dots(features: Features, wanted: Filter, lang: str, hue: dict[str, str]) -> Iterator[str]:
    x, y = _in_tile(*features.select(wanted).places())
    cells = np.column_stack([x // _DOT_CELL, y // _DOT_CELL]).astype(np.int64)
    found, counts = np.unique(cells, axis=0, return_counts=True)
    for (column, row), count in zip(found.tolist(), counts.tolist(), strict=True):
        at_x, at_y = (column + 0.5) * _DOT_CELL, (row + 0.5) * _DOT_CELL
        radius = min(46.0, 26 + 6 * float(np.log10(count)))
        yield f'<circle cx="{at_x:.0f}" cy="{at_y:.0f}" r="{radius:.0f}" fill="{hue["accent"]}" stroke="{hue["surface"]}" stroke-width="6"/>'
        if count > 1:
            font = 'font-family="Noto Sans, Vazirmatn, sans-serif" text-anchor="middle"'
            yield f'<text x="{at_x:.0f}" y="{at_y + 13:.0f}" {font} font-size="38" fill="{hue["surface"]}">{digits(count, lang)}</text>'
