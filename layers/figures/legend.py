"""Legend of a figure: a row for every way of drawing that is in it, with its mark and its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from layers.alttext import digits
from layers.corridor_texts import is_candidate, legend_rows
from layers.figures.corridors import dots, flow_mark, head_mark, tick_mark
from layers.figures.ground import BORDER_STATUSES, border_line
from layers.figures.names import draw_symbol, precision_of, tray_outline
from layers.figures.symbols import CATEGORIES
from layers.styles.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from layers.figures.canvas import Canvas
    from layers.figures.content import Content
    from layers.figures.ink import Ink

__all__ = ["Row", "draw_row", "legend_of"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the page's key of it, as in ``corridors.arrow``, and its text. A ``heading`` has no mark."""

    key: str
    text: str
    is_heading: bool = False


def legend_of(content: Content, words: Mapping[str, str]) -> tuple[Row, ...]:
    """Return the rows of a figure; nothing stands in it that is not drawn."""
    return tuple(_rows(content, words))


def _rows(content: Content, words: Mapping[str, str]) -> Iterator[Row]:
    corridors = content.kept.get("corridors", [])
    if corridors:
        yield Row("corridors.heading", words["corridors.heading"], is_heading=True)
        drawn = set(legend_rows(feature.properties for feature in corridors))
        for kind in ("arrow", "other", "border", "area"):
            if kind in drawn:
                yield Row(f"corridors.{kind}", words[f"corridors.{kind}"])
        if any(feature.properties["single_article"] for feature in corridors):
            yield Row("corridors.single", words["corridors.single"])
        if any(is_candidate(feature.properties) for feature in corridors):
            yield Row("corridors.candidate", words["corridors.candidate"])
    for name, kind in (("context_corridors", "arrow"), ("transport_corridors", "path")):
        if content.kept.get(name):
            yield Row(f"{name}.heading", words[f"{name}.heading"], is_heading=True)
            yield Row(f"{name}.{kind}", words[f"{name}.{kind}"])
    yield from _incident_rows(content, words)
    yield from _border_rows(content, words)


def _border_rows(content: Content, words: Mapping[str, str]) -> Iterator[Row]:
    borders = content.kept.get("borders", [])
    if borders:
        yield Row("section.borders", words["section.borders"], is_heading=True)
        statuses = {feature.properties["status"] for feature in borders if not feature.properties["focus"]}
        if any(feature.properties["focus"] for feature in borders):
            yield Row("borders.focus", words["borders.focus"])
        for status in BORDER_STATUSES:
            if status in statuses:
                yield Row(f"borders.{status}", words[f"borders.{status}"])


def _incident_rows(content: Content, words: Mapping[str, str]) -> Iterator[Row]:
    incidents = content.kept.get("incidents", [])
    if not incidents:
        return
    lang = content.figure.lang
    yield Row("section.incidents", words["section.incidents"], is_heading=True)
    for category in CATEGORIES:
        count = sum(feature.properties["category"] == category for feature in incidents)
        if count:
            yield Row(f"incidents.{category}", f"{words[f'category.{category}']} ({digits(count, lang)})")
    if any(feature.properties["status"] == "candidate" for feature in incidents):
        yield Row("status.candidate", words["status.candidate"])
    yield Row("precision.heading", words["precision.heading"], is_heading=True)
    found = {precision_of(feature.properties) for feature in incidents}
    for precision in ("province", "country", "region"):
        if precision in found:
            yield Row(f"precision.{precision}", words[f"precision.{precision}"])
    if any(feature.properties.get("border") for feature in incidents):
        yield Row("precision.border", words["precision.border"])
    unplaced = sum(feature.shape is None for feature in incidents)
    if unplaced:
        yield Row("noplace", f"{words['noplace']}: {digits(unplaced, lang)}")


def draw_row(canvas: Canvas, ink: Ink, row: Row, x: float, y: float, width_mm: float, weight: float) -> None:
    """Draw the mark of a row with its left edge at ``x`` and its middle at ``y``, in ``width_mm``."""
    group, _, kind = row.key.partition(".")
    middle = x + width_mm / 2
    if group == "incidents":
        draw_symbol(canvas, ink, kind, "reviewed", middle, y, 2.3 * weight)
    elif group == "status":
        draw_symbol(canvas, ink, "attack", kind, middle, y, 2.3 * weight)
    elif group == "borders":
        _border(canvas, ink, kind, x, y, width_mm, weight)
    elif group == "precision" and kind == "border":
        draw_symbol(canvas, ink, "attack", "reviewed", middle, y + 0.3, 2.0 * weight)
        canvas.line(
            _level(x + 1.5, x + width_mm - 1.5, y - 1.1 * weight), ink.color("border-focus"), 0.8 * weight, cap="round"
        )
    elif group == "precision":
        tray_outline(canvas, ink, shapely.box(x + 0.5, y - 1.1, x + width_mm - 0.5, y + 1.1), kind, weight)
    elif row.key == "transport_corridors.path":
        token = tokens()["line"]["transport-axis"]
        canvas.line(_level(x, x + width_mm, y), ink.color("context"), 0.8 * weight, dash=token["dash"])
        canvas.area(shapely.Point(middle, y).buffer(0.62 * weight), ink.color("context"))
        canvas.area(shapely.Point(middle, y).buffer(0.38 * weight), ink.color("surface"))
    elif group in {"corridors", "context_corridors"}:
        _corridor(canvas, ink, row.key, x, y, width_mm, weight)


def _level(left: float, right: float, y: float) -> shapely.LineString:
    return shapely.LineString([(left, y), (right, y)])


def _border(canvas: Canvas, ink: Ink, kind: str, x: float, y: float, width_mm: float, weight: float) -> None:
    line = _level(x, x + width_mm, y)
    if kind == "focus":
        canvas.line(line, ink.color("border-ribbon"), 3.6 * weight, alpha=0.34)
        canvas.line(line, ink.color("border-focus"), 0.9 * weight)
    else:
        canvas.line(line, **border_line(kind, ink, weight))


def _corridor(canvas: Canvas, ink: Ink, key: str, x: float, y: float, width_mm: float, weight: float) -> None:
    kind = key.partition(".")[2]
    middle = x + width_mm / 2
    if kind == "area":
        for at_x, at_y in dots(shapely.box(x + 0.6, y - 1.1, x + width_mm - 0.6, y + 1.1)):
            canvas.area(shapely.Point(at_x, at_y).buffer(0.16, quad_segs=4), ink.color("movement"))
        return
    if kind == "border":
        canvas.line(_level(x, x + width_mm, y), ink.color("border-focus"), 0.9 * weight)
        for step in range(3):
            tick_mark(canvas, ink, middle + (step - 1) * width_mm / 3, y, 90, weight, is_open=False)
        return
    basis = {"corridors.other": "other", "context_corridors.arrow": "context"}.get(key, "attested")
    standing = {"single": "open", "candidate": "candidate"}.get(kind, "whole")
    token = {"other": "movement-other", "context": "context"}.get(basis, "movement")
    if standing == "whole":
        for half_mm in (1.4, 1.0, 0.6):
            canvas.area(shapely.box(x, y - half_mm, x + width_mm, y + half_mm), ink.color(token), alpha=0.1)
    flow_mark(canvas, ink, x + width_mm * 0.3, y, 0, weight * 0.9, basis=basis, standing=standing)
    head_mark(canvas, ink, x + width_mm * 0.75, y, 0, weight * 0.75, basis=basis, standing=standing)
