"""Locator: a small map of where a record is and where else it may be, as an SVG element without colours of its own.

Land, borders, names, a pin where a point is known, a filled area where only an area is, numbered rings for alternatives and
arrows between the areas of a claim. Its classes are coloured by the page, so that one drawing serves both themes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from layers.review.ground import HEIGHT, STEPS, WIDTH, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.area import Area
    from layers.review.ground import Ground

__all__ = ["Pin", "areas_of", "draw"]

_LEAST_SPAN_DEG: Final = 3.2
_MOST_LAT: Final = 80.0
_PIN_PREC: Final = 3
_REGION_BOX: Final = (58.0, 34.0, 80.0, 46.0)
_MOST_NAMES: Final = 9


@dataclass(frozen=True, slots=True)
class Pin:
    """A place on the map, degrees. ``mark`` is ``""`` for the record's own, else the digit of an alternative."""

    name: str
    lon: float
    lat: float
    mark: str = ""
    is_point: bool = True


def draw(
    ground: Ground, lang: str, pins: Sequence[Pin], areas: Sequence[str] = (), ways: Sequence[tuple[str, str]] = ()
) -> str:
    """Return the map as an ``svg`` element.

    Parameters
    ----------
    ground
        What it is drawn on.
    lang
        Of the names: en, fa, ru or kk; English stands in.
    pins
        Places, the record's own first.
    areas
        Ids of areas that are filled: where no point is known.
    ways
        Pairs of ids of areas that an arrow joins.
    """
    known = ground.gazetteer.areas
    named = [known[id_] for id_ in (*areas, *(end for way in ways for end in way)) if id_ in known]
    view = _view([(pin.lon, pin.lat) for pin in pins if pin.mark == "" and pin.is_point], named, pins)
    land = ground.land(view)
    filled = "".join(ground.path(area, view) for area in named if area.id in areas)
    paths = (
        ("land", land.borders), ("land disputed", land.disputed), ("province", land.provinces), ("filled", filled),
    )  # fmt: skip
    parts = [
        f'<svg class="locator" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(_told(pins, named, lang))}">',
        f'<rect class="sea" width="{WIDTH}" height="{HEIGHT}"/><g transform="scale({1 / STEPS})">',
        *(f'<path class="{kind}" d="{path}"/>' for kind, path in paths if path),
        "</g>",
    ]
    taken = [view.xy(pin.lon, pin.lat) for pin in pins]
    first = {area.id for area in named}
    parts += [arrow for way in ways if (arrow := _arrow(view, [known[id_] for id_ in way if id_ in known]))]
    parts += _names(view, sorted(land.countries, key=lambda area: area.id not in first), lang, "country", taken)
    parts += _names(view, land.units, lang, "unit", taken)
    parts += [_pin(view, pin) for pin in reversed(pins)]
    return "".join([*parts, "</svg>"])


def _arrow(view: View, ends: Sequence[Area]) -> str:
    if len(ends) < 2:  # noqa: PLR2004 -- two ends
        return ""
    (x, y), (to_x, to_y) = (view.xy(end.label_lon, end.label_lat) for end in ends)
    # A bow to the left of its way, so that two that meet do not cover each other.
    mid_x, mid_y = (x + to_x) / 2 + (to_y - y) * 0.15, (y + to_y) / 2 - (to_x - x) * 0.15
    dx, dy = (to_x - mid_x), (to_y - mid_y)
    unit = math.hypot(dx, dy) or 1.0
    dx, dy = dx / unit, dy / unit
    head = f"M{to_x:.1f} {to_y:.1f}l{-9 * dx - 4.5 * dy:.1f} {-9 * dy + 4.5 * dx:.1f}l{9 * dy:.1f} {-9 * dx:.1f}Z"
    return f'<path class="way" d="M{x:.1f} {y:.1f}Q{mid_x:.1f} {mid_y:.1f} {to_x:.1f} {to_y:.1f}"/><path class="head" d="{head}"/>'


def _view(own: Sequence[tuple[float, float]], areas: Sequence[Area], pins: Sequence[Pin]) -> View:
    """Frame the record's place with what is around it, its areas, or, where nothing is known, the region.

    Alternatives on other continents would make everything a dot: those within 12 degrees are framed too.
    """
    boxes: list[tuple[float, float, float, float]] = [(lon, lat, lon, lat) for lon, lat in own]
    for area in areas:
        label = (area.label_lon, area.label_lat, area.label_lon, area.label_lat)
        is_alone = len(areas) == 1 and area.geometry is not None and not own
        boxes.append(tuple(area.geometry.bounds) if is_alone and area.geometry is not None else label)  # type: ignore[arg-type]  # four bounds
    if own:
        lon, lat = own[0]
        boxes += [(p.lon, p.lat, p.lon, p.lat) for p in pins if abs(p.lon - lon) <= 12 and abs(p.lat - lat) <= 8]  # noqa: PLR2004 -- degrees
    elif pins and not areas:
        boxes += [(pin.lon, pin.lat, pin.lon, pin.lat) for pin in pins]
    west, south, east, north = (
        (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
        if boxes
        else _REGION_BOX
    )
    middle_lon, middle_lat = (west + east) / 2, max(-_MOST_LAT, min(_MOST_LAT, (south + north) / 2))
    squeeze = max(0.2, math.cos(math.radians(middle_lat)))
    span = max((east - west) * 1.5, (north - south) * 1.5 / squeeze * WIDTH / HEIGHT, _LEAST_SPAN_DEG / squeeze)
    # Steps of a quarter, so that neighbouring records share their outlines.
    span = min(340.0, 2 ** (math.ceil(math.log2(span) * 4) / 4))
    height = span * squeeze * HEIGHT / WIDTH
    return View(
        round(middle_lon - span / 2, 2), round(middle_lat - height / 2, 2), round(middle_lon + span / 2, 2),
        round(middle_lat + height / 2, 2),
    )  # fmt: skip


def _told(pins: Sequence[Pin], areas: Sequence[Area], lang: str) -> str:
    named = [pin.name for pin in pins if pin.mark == ""] or [_name(area, lang) for area in areas]
    return ", ".join(dict.fromkeys(named)) or "–"


def _name(area: Area, lang: str) -> str:
    return str(area.name.get(lang) or area.name.get("en") or area.id)


def _names(view: View, areas: Iterable[Area], lang: str, kind: str, taken: list[tuple[float, float]]) -> Iterable[str]:
    """Names at their label points, where they fit; ``taken`` are points that are left free, and grows."""
    count = 0
    for area in areas:
        x, y = view.xy(area.label_lon, area.label_lat)
        room = 46 if kind == "country" else 38
        if not (room < x < WIDTH - room and 16 < y < HEIGHT - 10) or count == _MOST_NAMES:  # noqa: PLR2004 -- the edge
            continue
        if any(abs(x - other_x) < room * 1.6 and abs(y - other_y) < 17 for other_x, other_y in taken):  # noqa: PLR2004 -- a line
            continue
        taken.append((x, y))
        count += 1
        yield f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(_name(area, lang))}</text>'


def _pin(view: View, pin: Pin) -> str:
    x, y = view.xy(pin.lon, pin.lat)
    if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        return ""
    name = escape(pin.name)
    if pin.mark:
        return (
            f'<g class="other" data-mark="{pin.mark}"><circle cx="{x:.1f}" cy="{y:.1f}" r="9"/>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}">{pin.mark}</text></g>'
        )
    if not pin.is_point:
        return ""
    anchor = "end" if x > WIDTH * 0.7 else "start"
    at = x - 12 if anchor == "end" else x + 12
    return (
        f'<g class="own"><circle cx="{x:.1f}" cy="{y:.1f}" r="7"/>'
        f'<text x="{at:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{name}</text></g>'
    )


def areas_of(ground: Ground, kind: str, record: Mapping[str, Any]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the areas that a record fills on the map and the ways between areas that it states, by id."""
    known = ground.gazetteer.areas
    if kind == "claim":
        stages: list[list[str]] = []
        for role in ("origin", "transit", "destination"):
            ends = [_area_id(slot, known) for slot in record.get("slots") or () if slot["role"] == role]
            if found := list(dict.fromkeys(id_ for id_ in ends if id_)):
                stages.append(found)
        ways = [(start, end) for these, those in pairwise(stages) for start in these for end in those if start != end]
        return list(dict.fromkeys(id_ for stage in stages for id_ in stage)), ways
    place = record if kind == "place" else record.get("place") or {}
    where_prec = place.get("where_prec")
    if where_prec is None or where_prec <= _PIN_PREC:
        return [], []
    id_ = _area_id(place, known)
    return ([id_] if id_ else []), []


def _area_id(said: Mapping[str, Any], known: Mapping[str, Any]) -> str | None:
    """The area that an entity is; a second-level unit or an unknown one fills its country."""
    for id_ in (said.get("entity"), str(said.get("country") or "").lower()):
        if id_ in known:
            return str(id_)
    return None
