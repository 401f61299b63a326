"""Incidents: trays under an area's name, dashed provinces; where they are too many, cells with counts and symbols from tiles.

An incident that is known to a country is no pin: it hangs in a tray under the country's name. The trays are a GeoJSON
source that the page fills from the incidents, because a tile cannot group them by area. Only where a filter keeps more
incidents than trays can hold are they drawn from tiles, which count them on a grid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.styles.look import BASE, INCIDENTS, TRAYS, equals, every, layer, opens

if TYPE_CHECKING:
    from layers.styles.look import Look
    from layers.styles.tokens import Expression, Json

_GRID_PX = 8
"""Edge of a grid cell at a whole zoom, in px: 64 cells on a tile of 512 (:mod:`layers.engines.tiles`)."""


def provinces(look: Look) -> list[Json]:
    """Dash and stipple the provinces in which an incident is placed: somewhere in it."""
    placed: Expression = ["in", ["get", "id"], ["global-state", "province_areas"]]
    return [
        layer(
            "fill",
            "incident-province",
            "admin1",
            "incidents",
            source=BASE,
            minzoom=4,
            filter=placed,
            paint={"fill-pattern": "stipple-province"},
        ),
        layer(
            "line",
            "incident-province-outline",
            "admin1",
            "incidents",
            source=BASE,
            minzoom=4,
            filter=placed,
            paint={"line-color": look.color("text-2"), "line-width": 1.4, "line-dasharray": [3, 2]},
        ),
    ]


def trays(look: Look) -> list[Json]:
    """Set name and tray as one symbol, which nothing pushes away; a province's name comes from zoom 4.8 on."""
    country = {
        "text-transform": look.capitals,
        "text-size": look.sizes((2, 10), (3.4, 13), (6, 19)),
        "text-letter-spacing": look.spacing(0.09),
    }
    # From afar a province's incidents are there without its name, so that the map shows as many as the legend counts.
    province = {"text-size": look.size(12), "text-field": ["step", ["zoom"], "", 4.8, ["get", "name"]]}
    region = {"text-font": ["Sans Italic"], "text-size": look.sizes((2, 11), (3.4, 14), (6, 18))}
    # What is known by its point stands there, under the trays of the areas around it.
    at_place = {"text-field": "", "icon-anchor": "center", "icon-offset": [0, 0]}
    return [
        _tray(look, "point", color="text", layout=at_place),
        _tray(look, "region", color="text-2", layout=region),
        _tray(look, "province", color="label", layout=province),
        _tray(look, "country", color="text", layout=country),
    ]


def _tray(look: Look, precision: str, *, color: str, layout: Json) -> Json:
    return {
        "id": f"tray-{precision}",
        "type": "symbol",
        "source": TRAYS,
        "metadata": {"group": "incidents", "opens": True},
        "filter": equals("precision", precision),
        "layout": {
            "text-field": ["get", "name"],
            "text-font": ["Sans Bold"],
            "text-max-width": 8,
            "text-anchor": "bottom",
            # Where the whole world is seen, the trays of neighbours lie closer together than their names are wide.
            "text-allow-overlap": ["step", ["zoom"], False, 3, True],
            "text-optional": True,
            "text-padding": 1,
            "icon-image": ["get", "image"],
            "icon-size": ["interpolate", ["linear"], ["zoom"], 2, 0.6, 3.2, 0.85, 4, 1],
            "icon-anchor": "top",
            "icon-offset": [0, 4],
            "icon-allow-overlap": True,
            "icon-padding": 1,
            **layout,
        },
        "paint": {"text-color": look.color(color), **look.halo(1.8)},
    }


def cells(look: Look) -> list[Json]:
    """Draw incidents from tiles: a dot a grid cell, the darker the more it counts, and a symbol for what is alone.

    Hidden until the page finds that a filter keeps more than trays can hold.
    """
    is_cell: Expression = ["has", "count"]
    is_hollow: Expression = ["case", equals("status", "candidate"), "candidate", "reviewed"]
    where: Expression = ["to-string", ["coalesce", ["get", "where_prec"], 6]]
    symbol: Expression = [
        "case",
        equals("geometry_role", "representative"),
        ["concat", "somewhere-", ["get", "category"], "-", is_hollow, "-", where],
        ["concat", "incident-", ["get", "category"], "-", is_hollow],
    ]
    hidden: Json = {"visibility": "none"}
    return [
        layer(
            "circle",
            "incident-cells",
            "incidents",
            "incidents",
            source=INCIDENTS,
            filter=is_cell,
            layout=hidden,
            paint={
                "circle-color": look.color("accent"),
                "circle-opacity": ["step", ["get", "count"], 0.4, 10, 0.55, 100, 0.72, 1000, 0.9],
                "circle-radius": cell_radius(),
            },
        ),
        opens(
            layer(
                "symbol",
                "incident-points",
                "incidents",
                "incidents",
                source=INCIDENTS,
                filter=["!", is_cell],
                layout={**hidden, "icon-image": symbol, "icon-allow-overlap": True, "icon-padding": 0},
            )
        ),
        layer(
            "symbol",
            "incident-cell-counts",
            "incidents",
            "incidents",
            source=INCIDENTS,
            filter=every(is_cell, [">=", ["get", "count"], 10]),
            layout={
                **hidden,
                "symbol-sort-key": ["-", ["get", "count"]],
                "text-field": ["number-format", ["get", "count"], {"locale": look.lang}],
                "text-font": ["Sans Bold"],
                "text-size": look.size(11),
                "text-padding": 10,
            },
            paint={"text-color": look.color("text"), **look.halo(1.6)},
        ),
    ]


def cell_radius() -> Expression:
    """A radius that doubles with each zoom and falls back when finer tiles come, so that dots never overlap."""
    stops: list[float] = []
    for zoom in range(10):
        stops += [zoom, 0.42 * _GRID_PX, zoom + 0.99, 0.42 * _GRID_PX * 2**0.99]
    return ["interpolate", ["exponential", 2], ["zoom"], *stops]
