"""Names on paper: trays of incidents under the names of their areas, then countries, regions and waters.

An incident that is known to an area is no pin: its symbol stands in a tray under the area's name, outlined by how exactly
it is placed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from layers.figures.symbols import CATEGORIES, outline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.figures.canvas import Canvas
    from layers.figures.content import Content, Feature
    from layers.figures.frame import Frame
    from layers.figures.ink import Ink
    from layers.figures.labels import Board

__all__ = ["draw_names", "draw_symbol", "draw_trays", "precision_of", "tray_outline"]

_DASH: Mapping[str, tuple[float, ...]] = {"province": (), "country": (3.0, 2.0), "region": (0.02, 2.2)}
_SYMBOLS = 6
"""So many symbols stand side by side in a tray; further ones are said as a number."""


def precision_of(properties: Mapping[str, Any]) -> str | None:
    """Return how a tray is outlined: point, province, country or region; ``None`` where no place is stated."""
    if not properties.get("area_id"):
        return None
    if properties.get("geometry_role") == "place":
        return "point"
    where_prec = properties["where_prec"]
    return "province" if where_prec <= _PROVINCE else "region" if where_prec == _REGION else "country"


_PROVINCE, _REGION = 4, 7


def draw_symbol(canvas: Canvas, ink: Ink, category: str, status: str, x: float, y: float, size_mm: float) -> None:
    """Draw the symbol of an incident: hollow where it is a candidate."""
    symbol = CATEGORIES[category]
    hue, paper = ink.color(symbol.family), ink.color("surface")
    width_pt = size_mm * 0.26
    silhouette = outline(symbol.silhouette).moved(x, y, size_mm)
    if status == "candidate":
        canvas.outline(silhouette, fill=paper, stroke=hue, width_pt=width_pt)
    else:
        canvas.outline(silhouette, fill=hue)
    if symbol.glyph:
        glyph = outline(symbol.glyph).moved(x, y, size_mm)
        canvas.outline(glyph, stroke=hue if status == "candidate" else paper, width_pt=width_pt * 0.85)


def tray_outline(canvas: Canvas, ink: Ink, box: Any, precision: str, weight: float) -> None:  # noqa: ANN401 -- shapely is untyped here
    """Draw the ground of a tray in a box: solid for a province, dashed for a country, dotted for a region."""
    _, bottom, _, top = box.bounds
    radius = (top - bottom) / 2
    rounded = box.buffer(-radius * 0.98).buffer(radius * 0.98, quad_segs=8)
    canvas.area(rounded, ink.color("surface"), alpha=0.94)
    canvas.line(
        rounded.exterior,
        ink.color("text-2"),
        (0.8 if precision == "region" else 0.5) * weight,
        dash=_DASH[precision],
        cap="round" if precision == "region" else "butt",
    )


@dataclass(frozen=True, slots=True)
class _Group:
    area_id: str
    name: str
    precision: str
    x: float
    y: float
    incidents: tuple[Feature, ...]


def _groups(frame: Frame, content: Content) -> list[_Group]:
    lang = content.figure.lang
    found: dict[str, list[Feature]] = {}
    for feature in content.kept.get("incidents", []):
        if feature.shape is not None and precision_of(feature.properties):
            at = precision_of(feature.properties) == "point"
            found.setdefault(f"point {feature.shape.wkt}" if at else feature.properties["area_id"], []).append(feature)
    order = list(CATEGORIES)
    groups = []
    for area_id, features in sorted(found.items()):
        spot = frame.place(features[0].shape)
        if spot.is_empty:
            continue
        properties = features[0].properties
        precision = precision_of(properties) or "country"
        name = "" if precision == "point" else properties.get(f"area_name_{lang}") or properties["area_name_en"]
        ordered = tuple(sorted(features, key=lambda f: (order.index(f.properties["category"]), f.id)))
        groups.append(_Group(area_id, str(name), precision, spot.x, spot.y, ordered))
    return groups


def draw_trays(
    canvas: Canvas, frame: Frame, content: Content, ink: Ink, board: Board, size_pt: float, weight: float
) -> frozenset[str]:
    """Hang the trays, each below its area's name, and return the ids of the areas that they name."""
    size = 2.5 * weight
    pitch = size * 1.22
    for group in _groups(frame, content):
        shown = group.incidents[:_SYMBOLS]
        rest = f"+{len(group.incidents) - len(shown)}" if len(group.incidents) > len(shown) else ""
        rest_mm = canvas.measure(rest, size_pt * 0.85, is_bold=True)[0] + 0.6 if rest else 0.0
        tray_mm = len(shown) * pitch + 1.2 * weight + rest_mm
        name = _cased(group.name, content.figure.lang) if group.precision == "country" else group.name
        name_mm = canvas.measure(name, size_pt, is_bold=True)[0] if name else 0.0
        line_mm = size_pt * 0.42 if name else 0.0
        height = line_mm + size * 1.45
        spot = board.find(group.x, group.y, max(name_mm, tray_mm) + 0.8, height, must=True)
        if spot is None:
            continue
        if spot.is_far:
            canvas.line(shapely.LineString([(group.x, group.y), (spot.x, spot.y)]), ink.color("text-2"), 0.35 * weight)
        middle = spot.y - height / 2 + size * 0.72
        if name:
            canvas.text(
                spot.x,
                middle + size * 0.95,
                name,
                size_pt,
                ink.color("text"),
                is_bold=group.precision != "region",
                is_italic=group.precision == "region",
                align="center",
                halo=ink.color("halo"),
            )
        box = shapely.box(spot.x - tray_mm / 2, middle - size * 0.68, spot.x + tray_mm / 2, middle + size * 0.68)
        if group.precision != "point":
            tray_outline(canvas, ink, box, group.precision, weight)
        is_rtl = content.figure.lang == "fa"
        for index, incident in enumerate(reversed(shown) if is_rtl else shown):
            x = spot.x - tray_mm / 2 + 0.6 * weight + pitch * (index + 0.5) + (rest_mm if is_rtl else 0)
            properties = incident.properties
            raised = 0.25 * weight if properties.get("border") else 0.0
            draw_symbol(canvas, ink, properties["category"], properties["status"], x, middle + raised, size * 0.92)
            if properties.get("border"):
                bar = shapely.LineString([(x - size * 0.4, middle - size * 0.5), (x + size * 0.4, middle - size * 0.5)])
                canvas.line(bar, ink.color("border-focus"), 0.8 * weight, cap="round")
        if rest:
            x = spot.x + (rest_mm - tray_mm if is_rtl else tray_mm - rest_mm) / 2
            canvas.text(
                x, middle, rest, size_pt * 0.85, ink.color("text"), is_bold=True, align="center", valign="center"
            )
    return frozenset(group.area_id for group in _groups(frame, content))


def draw_names(
    canvas: Canvas, frame: Frame, content: Content, ink: Ink, board: Board, size_pt: float, named: frozenset[str]
) -> None:
    """Write the names of countries, regions and waters where there is room, the nearest to the subject first."""
    lang = content.figure.lang
    labels = []
    for feature in content.near("basemap", frame.bbox):
        properties, kind = feature.properties, feature.properties["kind"]
        if not kind.endswith("_label") or feature.id.removeprefix(f"{kind}/") in named:
            continue
        rank = float(_UNRANKED if properties.get("rank") is None else properties["rank"])
        if kind == "country_label" and rank > _FARTHEST:
            continue
        order = {"country_label": rank, "region_label": 1.5, "water_label": 2.5}[kind]
        labels.append(
            (order, feature.id, kind, str(properties.get(f"name_{lang}") or properties["name_en"]), feature.shape)
        )
    for order, _, kind, name, shape in sorted(labels, key=lambda label: label[:2]):
        spot = frame.place(shape)
        if spot.is_empty:
            continue
        is_country = kind == "country_label"
        text = _cased(name, lang) if is_country else name
        size = size_pt if is_country and order <= 1 else size_pt * (0.86 if is_country else 0.95)
        style: dict[str, Any] = {"is_bold": is_country, "is_italic": not is_country}
        width, _ = canvas.measure(text, size, **style)
        found = board.find(spot.x, spot.y, width + 0.6, size * 0.42, is_clear=not is_country)
        if found is None:
            continue
        token = {
            "country_label": "text" if order <= 1 else "label-minor",
            "region_label": "text-2",
            "water_label": "text-water",
        }[kind]
        halo = "" if kind == "water_label" else ink.color("halo")
        canvas.text(found.x, found.y, text, size, ink.color(token), align="center", valign="center", halo=halo, **style)


_FARTHEST, _UNRANKED = 4, 3


def _cased(name: str, lang: str) -> str:
    """Countries stand in capitals, as on the page; Arabic script has none."""
    return name if lang == "fa" else name.upper()
