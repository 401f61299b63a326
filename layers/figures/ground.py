"""Ground: what a figure draws below its subject: water, land, rivers, provinces, borders and the graticule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from layers.alttext import digits
from layers.styles.tokens import tokens

if TYPE_CHECKING:
    from layers.figures.canvas import Canvas
    from layers.figures.content import Content
    from layers.figures.frame import Frame
    from layers.figures.ink import Ink

__all__ = ["BORDER_STATUSES", "border_line", "draw_borders", "draw_graticule", "draw_ground"]

BORDER_STATUSES = ("agreed", "disputed", "line_of_control", "unsettled", "claim")
HAIR_PT = 0.25
PROVINCES_KM_PER_MM = 14.0
"""Provinces are drawn where the map is at least this detailed."""

_SPECK_MM2 = 0.02
_FINE_MM = 0.03
_TINTS = {0: "land-focus", 1: "land-ca"}


def _placed(frame: Frame, shape: Any) -> Any:  # noqa: ANN401 -- shapely is untyped here
    return shapely.simplify(frame.place(shape), _FINE_MM)


def draw_ground(canvas: Canvas, frame: Frame, content: Content, ink: Ink, weight: float) -> None:
    """Draw water, land, lakes, rivers and, near enough, provinces; ``weight`` multiplies line widths."""
    canvas.area(frame.box, ink.color("water"))
    base = list(content.near("basemap", frame.bbox))
    tinted: dict[str, list[Any]] = {"land": [], "land-ca": [], "land-focus": []}
    for feature in base:
        if feature.properties["kind"] == "land":
            tinted[_TINTS.get(feature.properties["focus"], "land")].append(feature.shape)
    for token, shapes in tinted.items():
        for shape in shapes:
            canvas.area(_placed(frame, shape), ink.color(token), outline_pt=HAIR_PT)
    for feature in base:
        if feature.properties["kind"] == "lake":
            flat = _placed(frame, feature.shape)
            if flat.area > _SPECK_MM2:
                canvas.area(flat, ink.color("water"))
                canvas.line(flat.boundary, ink.color("water-line"), HAIR_PT * weight)
    rivers = [_placed(frame, f.shape) for f in base if f.properties["kind"] in {"river", "border_river"}]
    canvas.line(rivers, ink.color("water-line"), 0.4 * weight)
    if frame.km_per_mm <= PROVINCES_KM_PER_MM and "admin1" in content.release.catalog:
        for feature in content.near("admin1", frame.bbox):
            canvas.line(_placed(frame, feature.shape).boundary, ink.color("admin1"), 0.35 * weight)


def border_line(status: str, ink: Ink, weight: float) -> dict[str, Any]:
    """Return how the line of a border is drawn, as arguments of :meth:`~layers.figures.canvas.Canvas.line`."""
    token = tokens()["line"][f"border-{status}"]
    return {
        "color": ink.color("border" if status == "agreed" else "border-disputed"),
        "width_pt": token["width"][0][1] * 0.8 * weight,
        "dash": token.get("dash", ()),
        "cap": "round" if status == "unsettled" else "butt",
    }


def draw_borders(canvas: Canvas, frame: Frame, content: Content, ink: Ink, weight: float) -> None:
    """Draw every border by its status, the focus ones as a ribbon with a dark core."""
    focus: list[tuple[str, Any]] = []
    others: list[tuple[str, Any]] = []
    for feature in content.kept["borders"]:
        flat = _placed(frame, feature.shape)
        if flat.is_empty:
            continue
        (focus if feature.properties["focus"] else others).append((feature.properties["status"], flat))
    ribbon = [flat for _, flat in focus]
    for width_pt, alpha in ((3.6, 0.16), (2.2, 0.22)):
        canvas.line(ribbon, ink.color("border-ribbon"), width_pt * weight, cap="round", alpha=alpha)
    for status in BORDER_STATUSES:
        canvas.line([flat for found, flat in others if found == status], **border_line(status, ink, weight))
    canvas.line(ribbon, ink.color("land-focus"), 1.5 * weight, cap="round", alpha=0.9)
    canvas.line(ribbon, ink.color("border-focus"), 0.9 * weight, cap="round")


def draw_graticule(canvas: Canvas, frame: Frame, ink: Ink, weight: float, size_pt: float) -> None:
    """Draw meridians and parallels with their degrees at the lower and the left edge."""
    bottom, left = frame.bottom_mm, frame.left_mm
    for kind, degrees, line in frame.graticule():
        canvas.line(line, ink.color("water-line"), HAIR_PT * weight, alpha=0.8)
        ends = shapely.get_coordinates(line)
        if kind == "lon":
            x, y = min(ends.tolist(), key=lambda at: at[1])
            if abs(y - bottom) < _AT_EDGE_MM and left + 4 < x < left + frame.width_mm - 4:
                canvas.text(
                    x,
                    bottom - 0.8,
                    _degrees(degrees, "EW", canvas.lang),
                    size_pt,
                    ink.color("text-2"),
                    align="center",
                    valign="top",
                )
        else:
            x, y = min(ends.tolist(), key=lambda at: at[0])
            if abs(x - left) < _AT_EDGE_MM and bottom + 3 < y < bottom + frame.height_mm - 3:
                canvas.text(
                    left - 0.9,
                    y,
                    _degrees(degrees, "NS", canvas.lang),
                    size_pt,
                    ink.color("text-2"),
                    align="right",
                    valign="center",
                )


_AT_EDGE_MM = 0.3


def _degrees(degrees: int, signs: str, lang: str) -> str:
    """Degrees with E, W, N or S in English; elsewhere the edge at which they stand says which they are."""
    if lang != "en":
        return f"{'−' if degrees < 0 else ''}{digits(abs(degrees), lang)}°"
    return f"{abs(degrees)}°{signs[0] if degrees > 0 else signs[1] if degrees < 0 else ''}"
