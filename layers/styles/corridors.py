"""Corridors: as much line as path is known.

An attested country-to-country statement is a soft band with chevrons and no line; a whole border has ticks along all
of it; a whole country is stippled. What articles say of other things than drugs has another hue, slim arrows instead of
chevrons and a fainter band. Outside knowledge is the same in grey. Only the transport corridors, whose towns are named,
have a (dashed) line with rings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.styles.look import equals, every, hit_line, layer, opens
from layers.styles.tokens import line_width, tokens

if TYPE_CHECKING:
    from layers.styles.look import Look
    from layers.styles.tokens import Expression, Json

MARKS = "corridor_marks"
GROUPS = {
    "attested": "corridors.arrow",
    "other": "corridors.other",
    "context": "context_corridors.arrow",
    "infrastructure": "transport_corridors.path",
}
"""Legend row of the marks of each basis; ``other`` are the attested ones that are not about drugs."""

_CANDIDATE_BAND = 0.5
"""The band of what a machine read is so much fainter."""

_ALWAYS: Json = {"icon-allow-overlap": True, "icon-ignore-placement": True}
_ALONG: Json = {"symbol-placement": "line", "icon-rotation-alignment": "map", "icon-keep-upright": False, **_ALWAYS}


def bands(look: Look) -> list[Json]:
    """Soft bands, whose width is km of doubt, and stippled countries.

    A band is twelve nested rings of a true-scale polygon; a selected corridor gets stronger and the others fade.
    """
    alpha = tokens()["band_alpha_per_ring"][look.theme]
    return [
        layer(
            "fill",
            "corridor-area",
            "corridors",
            "corridors.area",
            filter=equals("depiction", "area"),
            paint={"fill-pattern": "stipple-movement", "fill-opacity": _fade(1, "id")},
        ),
        _band("context", look.color("context"), alpha["context"]),
        _band("other", look.color("movement-other"), alpha["other"]),
        _band("attested", look.color("movement"), alpha["attested"]),
    ]


def marks(look: Look) -> list[Json]:
    """Lines, chevrons, ticks and heads, and the invisible lines that a click hits."""
    return [
        layer(
            "line",
            "transport-axis",
            MARKS,
            GROUPS["infrastructure"],
            filter=every(_mark("axis", "infrastructure"), ["!=", ["get", "gap"], 1]),
            layout={"line-join": "round"},
            paint=_transport_line(look, "transport-axis", 0.95),
        ),
        # Between two towns of which the source names others that are not placed: hardly a line.
        layer(
            "line",
            "transport-gap",
            MARKS,
            GROUPS["infrastructure"],
            filter=every(_mark("axis", "infrastructure"), ["==", ["get", "gap"], 1]),
            paint=_transport_line(look, "transport-gap", 0.6),
        ),
        _flow("context", "chevron-context", [3, 16, 6, 34]),
        _flow("other", _by_standing("arrow-other"), [3, 24, 6, 44]),
        layer(
            "symbol",
            "corridor-border",
            "corridors",
            "corridors.border",
            minzoom=3,
            filter=equals("depiction", "border"),
            layout={
                **_ALONG,
                "symbol-spacing": ["interpolate", ["linear"], ["zoom"], 3, 9, 4, 24, 8, 52],
                "icon-image": ["case", ["==", ["get", "single_article"], True], "tick-open", "tick"],
                "icon-rotate": -90,
                "icon-size": ["interpolate", ["linear"], ["zoom"], 3, 0.42, 4, 0.72, 7, 1],
            },
            paint={"icon-opacity": _fade(1, "id")},
        ),
        _flow("attested", _by_standing("chevron"), [3, 19, 6, 34]),
        _heads("context", "head-context", 0.66),
        _heads("other", _by_standing("head-other"), 0.72),
        _heads("attested", _by_standing("head"), 0.95),
        *_hits(),
    ]


def towns(look: Look) -> list[Json]:
    """Rings and names of the towns that transport corridors are led through; names of provinces make room for them."""
    return [
        layer(
            "symbol",
            "transport-towns",
            MARKS,
            GROUPS["infrastructure"],
            minzoom=tokens()["zoom"]["waypoints"],
            filter=equals("kind", "waypoint"),
            layout={
                "icon-image": "ring",
                "icon-size": 0.9,
                "icon-allow-overlap": True,
                "icon-padding": 1,
                # A name only where there is room; the ring always.
                "text-field": ["step", ["zoom"], "", tokens()["zoom"]["waypoint_names"], look.name],
                "text-font": ["Sans"],
                "text-size": look.size(11),
                "text-variable-anchor": ["left", "right", "top", "bottom"],
                "text-radial-offset": 0.6,
                "text-optional": True,
            },
            paint={"text-color": look.color("label"), "icon-opacity": _fade(1, several=True), **look.halo()},
        ),
    ]


def names(look: Look) -> list[Json]:
    """Tags of the corridors (``A1``) and the titles of those that are a label only."""
    return [
        opens(
            layer(
                "symbol",
                "corridor-label",
                "corridors",
                "corridors.label",
                filter=equals("depiction", "label"),
                layout={
                    "text-field": look.title,
                    "text-font": ["Sans Italic"],
                    "text-size": look.size(12),
                    "text-max-width": 9,
                },
                paint={"text-color": look.color("movement"), **look.halo()},
            )
        ),
        _tag("infrastructure", "infrastructure-tag", minzoom=4.6),
        _tag("context", "context-tag", minzoom=4.6),
        _tag("other", "other-tag", minzoom=3.4),
        # Borders and countries say by themselves where they are; their tags would hide the small map's names.
        _tag("attested", "attested-tag-near", minzoom=4.6, condition=_is_local(), group="corridors"),
        _tag("attested", "attested-tag", condition=["!", _is_local()]),
    ]


def _tag(
    basis: str, layer_id: str, *, minzoom: float = 0, condition: Expression | None = None, group: str = ""
) -> Json:
    tag = layer(
        "symbol",
        layer_id,
        MARKS,
        group or GROUPS[basis],
        minzoom=minzoom,
        filter=every(_mark("chip", basis), *([condition] if condition else [])),
        layout={
            "icon-image": ["concat", f"tag-{basis}-", ["get", "corridor"]],
            "icon-allow-overlap": basis == "attested",
            "icon-padding": 2,
        },
        paint={"icon-opacity": _fade(1)},
    )
    return opens(tag)


def _is_local() -> Expression:
    """Tell whether a tag belongs to a border or an area, not to an arrow across the map."""
    return ["match", ["get", "depiction"], ["border", "area"], True, False]


def _band(basis: str, color: str, alpha: float) -> Json:
    by_zoom = [
        value
        for zoom, part in ((3, 1), (4.5, 0.8), (6, 0.4), (8, 0.25))
        for value in (
            zoom,
            ["case", equals("candidate", 1), _fade(round(alpha * part * _CANDIDATE_BAND, 4)), _fade(alpha * part)],
        )
    ]
    return layer(
        "fill",
        f"{basis}-band",
        MARKS,
        GROUPS[basis],
        filter=_mark("ring", basis),
        paint={
            "fill-color": color,
            "fill-opacity": ["interpolate", ["linear"], ["zoom"], *by_zoom],
            "fill-antialias": False,
        },
    )


def _flow(basis: str, image: object, spacing: list[float]) -> Json:
    return layer(
        "symbol",
        f"{basis}-flow",
        MARKS,
        GROUPS[basis],
        filter=_mark("axis", basis),
        layout={
            **_ALONG,
            "symbol-spacing": ["interpolate", ["linear"], ["zoom"], *spacing],
            "icon-image": image,
            "icon-size": ["interpolate", ["linear"], ["zoom"], 3, 0.66, 6, 1],
        },
        paint={"icon-opacity": _fade(1)},
    )


def _heads(basis: str, image: object, size: float) -> Json:
    return layer(
        "symbol",
        f"{basis}-head",
        MARKS,
        GROUPS[basis],
        filter=_mark("head", basis),
        layout={
            **_ALWAYS,
            "icon-image": image,
            "icon-rotate": ["get", "bearing_deg"],
            "icon-rotation-alignment": "map",
            "icon-size": size,
        },
        paint={"icon-opacity": _fade(1)},
    )


def _hits() -> list[Json]:
    is_other: Expression = ["!=", ["coalesce", ["get", "flow"], "drugs"], "drugs"]
    arrow = equals("depiction", "arrow")
    depicted = (
        ("corridors", "other", every(arrow, is_other), 14),
        ("corridors", "arrow", every(arrow, ["!", is_other]), 18),
        ("corridors", "border", equals("depiction", "border"), 12),
        ("context_corridors", "arrow", arrow, 14),
    )
    return [
        opens({**_area_hit(), "filter": equals("depiction", "area")}),
        *(
            hit_line(f"{source_layer}-{row}-hit", source_layer, f"{source_layer}.{row}", condition, width_px)
            for source_layer, row, condition, width_px in depicted
        ),
        hit_line("transport-hit", "transport_corridors", GROUPS["infrastructure"], ["has", "id"], 12),
    ]


def _area_hit() -> Json:
    return layer("fill", "corridor-area-hit", "corridors", "corridors.area", paint={"fill-opacity": 0})


def _mark(kind: str, basis: str) -> Expression:
    if basis not in {"attested", "other"}:
        return every(equals("kind", kind), equals("basis", basis))
    return every(equals("kind", kind), equals("basis", "attested"), equals("other", int(basis == "other")))


def _by_standing(image: str) -> Expression:
    """Choose the image by who says it: hollow what a machine read, open what one article says, else whole."""
    return ["case", equals("candidate", 1), f"{image}-candidate", equals("single", 1), f"{image}-open", image]


def _transport_line(look: Look, token: str, opacity: float) -> Json:
    return {
        "line-color": look.color("context"),
        "line-width": line_width(token),
        "line-dasharray": tokens()["line"][token]["dash"],
        "line-opacity": _fade(opacity),
    }


def _fade(opacity: float, prop: str = "corridor", *, several: bool = False) -> Expression:
    """Give the opacity that is a third stronger when this corridor is selected, and faint when something else is.

    Something else is another corridor or an organization, whose members are then what the map is about. A mark of
    ``several`` corridors names them all in the property, with spaces between.
    """
    selected, organization = ["global-state", "corridor"], ["global-state", "organization"]
    return [
        "case",
        every(["==", selected, ""], ["==", organization, ""]),
        opacity,
        ["in", selected, ["get", prop]] if several else ["==", ["get", prop], selected],
        round(min(1, opacity * 1.35), 4),
        round(opacity * 0.3, 4),
    ]
