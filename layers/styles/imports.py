"""Imports: incidents of data sets, in the grey of outside knowledge; a dot at a place, a ring for somewhere in an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.imports.dataset import IMPORTED, RESTRICTED
from layers.styles.incidents import cell_radius
from layers.styles.look import IMPORTS, equals, every, layer, opens

if TYPE_CHECKING:
    from layers.styles.look import Look
    from layers.styles.tokens import Expression, Json

__all__ = ["incidents"]


def incidents(look: Look) -> list[Json]:
    """Draw both layers: cells with their counts where they are many, else a dot or a ring for each."""
    return [drawn for source_layer in (IMPORTED, RESTRICTED) for drawn in _layer(look, source_layer)]


def _layer(look: Look, source_layer: str) -> list[Json]:
    is_cell: Expression = ["has", "count"]
    is_area = equals("geometry_role", "representative")
    stem = source_layer.replace("_", "-")
    edge: Json = {"circle-stroke-color": look.color("context"), "circle-stroke-width": 1.6}
    return [
        layer(
            "circle",
            f"{stem}-cells",
            source_layer,
            source_layer,
            source=IMPORTS,
            filter=is_cell,
            paint={
                "circle-color": look.color("context"),
                "circle-opacity": ["step", ["get", "count"], 0.35, 10, 0.5, 100, 0.65, 1000, 0.85],
                "circle-radius": cell_radius(),
            },
        ),
        opens(
            layer(
                "circle",
                f"{stem}-areas",
                source_layer,
                source_layer,
                source=IMPORTS,
                filter=every(["!", is_cell], is_area),
                paint={"circle-opacity": 0, "circle-radius": 8, **edge},
            )
        ),
        opens(
            layer(
                "circle",
                f"{stem}-places",
                source_layer,
                source_layer,
                source=IMPORTS,
                filter=every(["!", is_cell], ["!", is_area]),
                paint={
                    "circle-color": look.color("context"),
                    "circle-radius": 4.5,
                    "circle-stroke-color": look.color("surface"),
                    "circle-stroke-width": 1.2,
                },
            )
        ),
    ]
