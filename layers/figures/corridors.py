"""Corridors on paper: as much line as path is known, with the marks of the page.

Bands of doubt are true-scale rings; along an axis stand chevrons (drugs) or slim arrows (anything else); a whole border has
ticks; a whole area dots. Open marks: one article only; hollow ones: read by a machine.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from layers.figures.symbols import outline
from layers.styles.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.figures.canvas import Canvas
    from layers.figures.content import Content, Feature
    from layers.figures.frame import Frame
    from layers.figures.ink import Ink
    from layers.figures.labels import Board

__all__ = ["dots", "draw_bands", "draw_marks", "draw_tags", "flow_mark", "head_mark", "tick_mark"]

CHEVRON: Final = ("M5.9 3.8 11.9 8.5 5.9 13.2", 17.0, 17.0)
SLIM_ARROW: Final = ("M2.5 6.5H16.5M12.5 2.9 16.5 6.5 12.5 10.1", 21.0, 13.0)
HEAD: Final = ("M19.5 11 3.5 19 7.5 11 3.5 3Z", 22.0, 22.0)
"""The page's images (``server/static/images.mjs``), pointing to the right: path data, width, height."""

_FLOW_EVERY_MM, _TICK_EVERY_MM, _DOTS_EVERY_MM = 4.2, 2.2, 1.5
_MARK_MM = 2.5
_LOCAL_KM_PER_MM = 14.0
_WORLD = (-180.0, -90.0, 180.0, 90.0)


def _hue(basis: str) -> str:
    return {"attested": "movement", "other": "movement-other"}.get(basis, "context")


def _basis(mark: Feature) -> str:
    return "other" if mark.properties.get("other") else str(mark.properties["basis"])


def _marks(content: Content, frame: Frame, kind: str) -> Iterator[Feature]:
    for mark in content.near("corridor_marks", frame.bbox):
        named = set(mark.properties.get("corridors") or [mark.properties["corridor"]])
        if mark.properties["kind"] == kind and named & content.corridor_ids:
            yield mark


def draw_bands(canvas: Canvas, frame: Frame, content: Content, ink: Ink) -> None:
    """Draw areas as dots and the bands of doubt, context first."""
    for feature in content.kept.get("corridors", []):
        if feature.properties["depiction"] == "area":
            for x, y in dots(frame.place(feature.shape)):
                canvas.area(shapely.Point(x, y).buffer(0.14, quad_segs=4), ink.color("movement"), alpha=0.55)
    alpha = tokens()["band_alpha_per_ring"]["light"]
    # As on the page, a band that fills the map is fainter.
    nearness = float(np.interp(frame.km_per_mm, (3, 8, 20, 40), (0.25, 0.4, 0.8, 1)))
    rings = sorted(
        _marks(content, frame, "ring"), key=lambda mark: ("context", "other", "attested").index(_basis(mark))
    )
    for mark in rings:
        basis = _basis(mark)
        part = (0.5 if mark.properties.get("candidate") else 1.0) * nearness
        canvas.area(shapely.simplify(frame.place(mark.shape), 0.05), ink.color(_hue(basis)), alpha=alpha[basis] * part)


def dots(area: Any) -> Iterator[tuple[float, float]]:  # noqa: ANN401 -- shapely is untyped here
    """Yield the points of a diagonal grid that lie in an area of the sheet."""
    if area.is_empty:
        return
    left, bottom, right, top = area.bounds
    step = _DOTS_EVERY_MM
    shapely.prepare(area)
    for row in range(math.floor(bottom / step * 2), math.ceil(top / step * 2) + 1):
        y = row * step / 2
        xs = np.arange(math.floor(left / step), math.ceil(right / step) + 1) * step + (row % 2) * step / 2
        yield from ((float(x), y) for x in xs[shapely.contains_xy(area, xs, np.full(len(xs), y))])


def draw_marks(
    canvas: Canvas, frame: Frame, content: Content, ink: Ink, weight: float
) -> list[tuple[float, float, float, float]]:
    """Draw axes, flows, ticks, heads and the rings of named towns; return the boxes of the flows, in mm."""
    reach = _MARK_MM * weight / 2
    flows = [(x - reach, y - reach, x + reach, y + reach) for x, y in _draw_axes(canvas, frame, content, ink, weight)]
    for feature in content.kept.get("corridors", []):
        if feature.properties["depiction"] == "border":
            is_open = bool(feature.properties["single_article"])
            for x, y, angle in _along(frame.place(feature.shape), _TICK_EVERY_MM * weight):
                tick_mark(canvas, ink, x, y, angle + 90, weight, is_open=is_open)
    _draw_heads(canvas, frame, content, ink, weight)
    for mark in _marks(content, frame, "waypoint"):
        spot = frame.place(mark.shape)
        if not spot.is_empty:
            canvas.area(spot.buffer(0.62 * weight), ink.color("context"))
            canvas.area(spot.buffer(0.38 * weight), ink.color("surface"))
    return flows


def _draw_axes(canvas: Canvas, frame: Frame, content: Content, ink: Ink, weight: float) -> list[tuple[float, float]]:
    """Draw axes and flows; return where the flows' marks are, in mm."""
    drawn = []
    for mark in sorted(_marks(content, frame, "axis"), key=lambda mark: _basis(mark) != "context"):
        flat = frame.place(mark.shape)
        if _basis(mark) == "infrastructure":
            token = tokens()["line"]["transport-gap" if mark.properties["gap"] else "transport-axis"]
            canvas.line(flat, ink.color("context"), token["width"][0][1] * 0.8 * weight, dash=token["dash"])
            continue
        for x, y, angle in _along(flat, _FLOW_EVERY_MM * weight):
            flow_mark(canvas, ink, x, y, angle, weight, basis=_basis(mark), standing=_standing(mark))
            drawn.append((x, y))
    return drawn


def _draw_heads(canvas: Canvas, frame: Frame, content: Content, ink: Ink, weight: float) -> None:
    for mark in _marks(content, frame, "head"):
        lon, lat = shapely.get_coordinates(mark.shape)[0].tolist()
        x, y = frame.on_sheet(np.array([[lon, lat]]))[0].tolist()
        if shapely.contains_xy(frame.box, x, y):
            angle = frame.direction_deg(lon, lat, mark.properties["bearing_deg"])
            head_mark(canvas, ink, x, y, angle, weight, basis=_basis(mark), standing=_standing(mark))


def _standing(mark: Feature) -> str:
    if mark.properties.get("candidate"):
        return "candidate"
    return "open" if mark.properties.get("single") else "whole"


def flow_mark(
    canvas: Canvas, ink: Ink, x: float, y: float, angle: float, weight: float, *, basis: str, standing: str
) -> None:
    """Draw one chevron, or one slim arrow where other things than drugs move."""
    path, width, height = SLIM_ARROW if basis == "other" else CHEVRON
    drawn = outline(path, width=width, height=height).moved(x, y, _MARK_MM * weight, turned_deg=angle, grid=17.0)
    color = ink.color(_hue(basis))
    width_pt = (0.6 if basis in {"other", "context"} else 0.8) * weight
    canvas.outline(drawn, stroke=ink.color("land-focus"), width_pt=width_pt + 0.8 * weight)
    if standing == "candidate":
        canvas.outline(drawn, stroke=color, width_pt=width_pt + 0.8 * weight)
        canvas.outline(drawn, stroke=ink.color("land-focus"), width_pt=width_pt * 0.7)
        return
    dash = (0.9 * weight, 1.0 * weight) if standing == "open" else ()
    canvas.outline(drawn, stroke=color, width_pt=width_pt, dash=dash)


def tick_mark(canvas: Canvas, ink: Ink, x: float, y: float, angle: float, weight: float, *, is_open: bool) -> None:
    """Draw a tick across a border; it has no head, which way a line's points run says nothing of a direction."""
    drawn = outline("M2.5 8.5H14.5", width=17.0, height=17.0).moved(x, y, 2.2 * weight, turned_deg=angle, grid=17.0)
    canvas.outline(drawn, stroke=ink.color("land-focus"), width_pt=1.4 * weight)
    canvas.outline(
        drawn, stroke=ink.color("movement"), width_pt=0.8 * weight, dash=(1.0 * weight, 1.3 * weight) if is_open else ()
    )


def head_mark(
    canvas: Canvas, ink: Ink, x: float, y: float, angle: float, weight: float, *, basis: str, standing: str
) -> None:
    """Draw the head of an arrow: filled, open for one article only, dashed for what a machine read."""
    path, width, height = HEAD
    size = (2.2 if basis == "context" else 3.0) * weight
    drawn = outline(path, width=width, height=height).moved(x, y, size, turned_deg=angle, grid=22.0)
    color, paper = ink.color(_hue(basis)), ink.color("land-focus")
    canvas.outline(drawn, stroke=paper, width_pt=1.2 * weight)
    if standing == "whole":
        canvas.outline(drawn, fill=color)
    else:
        dash = (0.8 * weight, 0.9 * weight) if standing == "candidate" else ()
        canvas.outline(drawn, fill=paper, stroke=color, width_pt=0.6 * weight, dash=dash)


def draw_tags(canvas: Canvas, frame: Frame, content: Content, ink: Ink, board: Board, size_pt: float) -> None:
    """Write the tag of each corridor where it is free, and what is only named as a text."""
    axes = list(_marks(content, frame, "axis"))
    order = {"attested": 0, "other": 1, "context": 2, "infrastructure": 3}
    chips = [chip for chip in content.near("corridor_marks", _WORLD) if chip.properties["kind"] == "chip"]
    shown = [chip for chip in chips if chip.properties["corridor"] in content.corridor_ids]
    for mark in sorted(shown, key=lambda mark: (order[_basis(mark)], mark.id)):
        basis = _basis(mark)
        spot = frame.place(mark.shape)
        if spot.is_empty:  # it lies outside, the corridor may not
            spot = _middle(
                [frame.place(axis.shape) for axis in axes if axis.properties["corridor"] == mark.properties["corridor"]]
            )
        # Borders and areas say by themselves where they are; from afar their tags would hide them.
        is_local = mark.properties["depiction"] in {"border", "area"} and frame.km_per_mm > _LOCAL_KM_PER_MM
        if spot.is_empty or is_local or basis == "infrastructure":
            continue
        text = str(mark.properties["corridor"]).rsplit("/", 1)[-1].removeprefix("unodc-").upper()
        width, height = canvas.measure(text, size_pt, is_bold=True)
        width, height = width + 1.4, size_pt * 0.47
        found = board.find(spot.x, spot.y, width, height, must=basis in {"attested", "other"})
        if found is None:
            continue
        if found.is_far:
            canvas.line(shapely.LineString([(spot.x, spot.y), (found.x, found.y)]), ink.color("text-2"), 0.35)
        ground = shapely.box(found.x - width / 2, found.y - height / 2, found.x + width / 2, found.y + height / 2)
        canvas.area(ground.buffer(-0.3).buffer(0.3), ink.color("text-2" if basis == "context" else _hue(basis)))
        canvas.text(
            found.x, found.y, text, size_pt, ink.color("surface"), is_bold=True, align="center", valign="center"
        )


def _middle(lines: list[Any]) -> Any:  # noqa: ANN401 -- shapely is untyped here
    """The middle of the longest of some lines of the sheet; an empty point without any."""
    parts = [part for line in lines for part in shapely.get_parts(line) if part.length > _MARK_MM]
    return max(parts, key=lambda part: part.length).interpolate(0.5, normalized=True) if parts else shapely.Point()


def _along(lines: Any, every_mm: float) -> Iterator[tuple[float, float, float]]:  # noqa: ANN401 -- shapely is untyped here
    """Yield x, y and direction at even steps along lines of the sheet, from half a step on."""
    for line in shapely.get_parts(lines):
        if line.geom_type != "LineString":
            continue
        at = every_mm / 2
        while at < line.length:
            a, b = line.interpolate(max(0.0, at - 0.6)), line.interpolate(min(line.length, at + 0.6))
            middle = line.interpolate(at)
            yield middle.x, middle.y, math.degrees(math.atan2(b.y - a.y, b.x - a.x))
            at += every_mm
