"""Borders: solid where agreed, dashed where disputed or a line of control, dotted where not settled; the focus is a ribbon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.styles.look import BASE, equals, every, hit_line, layer, opens
from layers.styles.tokens import by_zoom, line_width, tokens

if TYPE_CHECKING:
    from layers.styles.look import Look
    from layers.styles.tokens import Json

STATUSES = ("agreed", "disputed", "line_of_control", "unsettled", "claim")


def ribbon(look: Look) -> list[Json]:
    """Draw the soft tint under the focus borders, as old atlases do, which does not compete with a corridor."""
    return [
        layer(
            "line",
            "border-ribbon",
            "borders",
            "borders.focus",
            source=BASE,
            filter=equals("focus", True),
            layout={"line-join": "round", "line-cap": "round"},
            paint={
                "line-color": look.color("border-ribbon"),
                "line-width": line_width("border-ribbon"),
                "line-opacity": 0.38 if look.theme == "dark" else 0.34,
                "line-blur": by_zoom([[3, 2], [6, 4], [10, 8]]),
            },
        )
    ]


def lines(look: Look) -> list[Json]:
    """Every border by status, then the dark core of the focus borders, then what a click can hit."""
    round_line = {"line-join": "round", "line-cap": "round"}
    focus = equals("focus", True)
    casing = layer(
        "line",
        "border-focus-casing",
        "borders",
        "borders.focus",
        source=BASE,
        filter=focus,
        layout=round_line,
        paint={
            "line-color": look.color("land-focus"),
            "line-width": line_width("border-focus", 1.9),
            "line-opacity": 0.9,
        },
    )
    core = layer(
        "line",
        "border-focus",
        "borders",
        "borders.focus",
        source=BASE,
        filter=focus,
        layout=round_line,
        paint={"line-color": look.color("border-focus"), "line-width": line_width("border-focus")},
    )
    return [
        *(_by_status(look, status) for status in STATUSES),
        *(_dot(look, status) for status in STATUSES),
        casing,
        core,
        *_hits(),
    ]


def _by_status(look: Look, status: str) -> Json:
    token = tokens()["line"][f"border-{status}"]
    paint: Json = {
        "line-color": look.color("border" if status == "agreed" else "border-disputed"),
        "line-width": line_width(f"border-{status}"),
    }
    if "dash" in token:
        paint["line-dasharray"] = token["dash"]
    return layer(
        "line",
        f"border-{status}",
        "borders",
        f"borders.{status}",
        source=BASE,
        filter=every(equals("status", status), ["!=", ["get", "focus"], True]),
        layout={"line-join": "round", "line-cap": "round" if status == "unsettled" else "butt"},
        paint=paint,
    )


def _dot(look: Look, status: str) -> Json:
    """Draw what is too short at a zoom to be a line, and comes as a point: a claim is seen from afar too."""
    return opens(
        layer(
            "circle",
            f"border-{status}-dot",
            "borders",
            f"borders.{status}",
            source=BASE,
            filter=every(["==", ["geometry-type"], "Point"], equals("status", status)),
            paint={
                "circle-color": look.color("border" if status == "agreed" else "border-disputed"),
                "circle-radius": by_zoom([[3, 1.3], [6, 1.8], [10, 2.2]]),
            },
        )
    )


def _hits() -> list[Json]:
    plain = [
        hit_line(
            f"border-{status}-hit",
            "borders",
            f"borders.{status}",
            every(equals("status", status), ["!=", ["get", "focus"], True]),
            8,
            source=BASE,
        )
        for status in STATUSES
    ]
    return [*plain, hit_line("border-focus-hit", "borders", "borders.focus", equals("focus", True), 10, source=BASE)]
