"""The paper of the map: water, land, rivers, admin-1 units and the names on them; no border is drawn here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.styles.look import BASE, equals, every, layer
from layers.styles.tokens import line_width, tokens

if TYPE_CHECKING:
    from layers.styles.look import Look
    from layers.styles.tokens import Expression, Json

FOCUS, REGION, NEIGHBOUR, WORLD = 0, 1, 2, 3
"""Values of ``focus``: the countries that the map is about, the rest of the region, its neighbours, all others."""

_LEVEL: Expression = ["coalesce", ["get", "focus"], WORLD]


def by_focus(focus: object, region: object, other: object) -> Expression:
    """Choose by how near an object is to the map's subject."""
    return ["step", _LEVEL, focus, REGION, region, NEIGHBOUR, other]


def ground(look: Look) -> list[Json]:
    """Water and land, lightest where the map's subject is."""
    fill = by_focus(look.color("land-focus"), look.color("land-ca"), look.color("land"))
    return [
        {"id": "water", "type": "background", "paint": {"background-color": look.color("water")}},
        layer(
            "fill",
            "land",
            "basemap",
            "base",
            source=BASE,
            filter=equals("kind", "land"),
            # The outline has the fill's colour: neighbours must not show a hairline that looks like a border.
            paint={"fill-color": fill, "fill-outline-color": fill},
        ),
    ]


def waters(look: Look) -> list[Json]:
    """Lakes and rivers above any fill of the land, so that a member state does not include the Caspian Sea."""
    line = {"line-color": look.color("water-line")}
    return [
        layer(
            "fill",
            "lakes",
            "basemap",
            "base",
            source=BASE,
            filter=equals("kind", "lake"),
            paint={"fill-color": look.color("water"), "fill-outline-color": look.color("water-line")},
        ),
        layer(
            "line",
            "rivers",
            "basemap",
            "base",
            source=BASE,
            minzoom=3.6,
            filter=every(["match", ["get", "kind"], ["river", "border_river"], True, False]),
            paint={**line, "line-width": line_width("river"), "line-opacity": 0.75},
        ),
    ]


def admin1_lines(look: Look) -> list[Json]:
    """Thin lines of the admin-1 units, from the zoom on at which they help."""
    return [
        layer(
            "line",
            "admin1",
            "admin1",
            "admin1",
            source=BASE,
            minzoom=tokens()["zoom"]["admin1"],
            paint={
                "line-color": look.color("admin1"),
                "line-width": line_width("admin1"),
                "line-opacity": ["interpolate", ["linear"], ["zoom"], 5.2, 0, 6, 1],
            },
        )
    ]


def names(look: Look) -> list[Json]:
    """Names of waters, admin-1 units, regions and countries; those of the region's countries come last and win."""
    italic = {"text-field": look.name, "text-font": ["Sans Italic"], "text-max-width": 7}
    return [
        layer(
            "symbol",
            "river-names",
            "basemap",
            "base",
            source=BASE,
            minzoom=5.2,
            filter=equals("kind", "border_river"),
            layout={
                **italic,
                "symbol-placement": "line",
                "symbol-spacing": 420,
                "text-size": look.size(12),
                "text-letter-spacing": look.spacing(0.06),
                "text-offset": [0, 1.15],
                "text-max-angle": 80,
            },
            paint={"text-color": look.color("text-water"), **look.halo()},
        ),
        layer(
            "symbol",
            "admin1-names",
            "admin1_labels",
            "admin1",
            source=BASE,
            minzoom=tokens()["zoom"]["admin1_labels"],
            filter=["!", ["in", ["downcase", ["coalesce", ["get", "iso_3166_2"], ""]], ["global-state", "tray_areas"]]],
            layout={
                "text-field": look.name,
                "text-font": ["Sans"],
                "text-size": look.size(11),
                "text-letter-spacing": look.spacing(0.1),
                "text-max-width": 7,
                "text-padding": 4,
                # A town's ring often lies where its province's name would stand.
                "text-variable-anchor": ["center", "bottom", "top", "right", "left"],
                "text-radial-offset": 0.8,
            },
            paint={"text-color": look.color("label-minor"), **look.halo()},
        ),
        layer(
            "symbol",
            "water-names",
            "basemap",
            "base",
            source=BASE,
            filter=equals("kind", "water_label"),
            layout={**italic, "text-size": look.sizes((3, 11.5), (6, 15)), "text-letter-spacing": look.spacing(0.05)},
            paint={"text-color": look.color("text-water")},
        ),
        layer(
            "symbol",
            "region-names",
            "basemap",
            "base",
            source=BASE,
            maxzoom=5.4,
            filter=every(equals("kind", "region_label"), _without_tray()),
            layout={**italic, "text-size": look.sizes((3, 15), (5, 20)), "text-letter-spacing": look.spacing(0.14)},
            paint={"text-color": look.color("text-2"), **look.halo()},
        ),
        _country_names(look, "country-names", [">", _LEVEL, REGION], overlap=False),
    ]


def focus_names(look: Look) -> list[Json]:
    """Names of the region's countries: last of all names, so that nothing pushes them away."""
    return [_country_names(look, "country-names-focus", ["<=", _LEVEL, REGION], overlap=True)]


def _country_names(look: Look, layer_id: str, condition: Expression, *, overlap: bool) -> Json:
    small, near, far = by_focus(10, 9.5, 9), by_focus(13, 11.5, 10), by_focus(19, 16, 13)
    scale = look.size(1)
    return layer(
        "symbol",
        layer_id,
        "basemap",
        "base",
        source=BASE,
        maxzoom=7.4,
        filter=every(equals("kind", "country_label"), condition, _without_tray(), _rank_at_zoom()),
        layout={
            "symbol-sort-key": ["coalesce", ["get", "rank"], _LEVEL],
            "text-field": look.name,
            "text-font": ["Sans Bold"],
            "text-transform": look.capitals,
            "text-size": [
                "interpolate",
                ["linear"],
                ["zoom"],
                2,
                ["*", scale, small],
                3.2,
                ["*", scale, near],
                6,
                ["*", scale, far],
            ],
            "text-letter-spacing": look.spacing(0.09),
            "text-max-width": 8,
            "text-padding": 3,
            "text-allow-overlap": ["step", ["zoom"], False, 3, True] if overlap else False,
            # A tray may hang where the name would stand: it then stands beside the tray, if there is room.
            **(
                {"text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 0.8}
                if overlap
                else {}
            ),
        },
        paint={
            "text-color": by_focus(look.color("text"), look.color("label"), look.color("label-minor")),
            **look.halo(1.8),
        },
    )


def _rank_at_zoom() -> Expression:
    """Show the names of far and small countries later. A filter reads the zoom as a whole number, hence whole steps."""
    return ["<=", ["coalesce", ["get", "rank"], _LEVEL], ["step", ["zoom"], 2, 3, 3, 4, 4, 5, 9]]


def _without_tray() -> Expression:
    """Leave out the areas under whose name a tray hangs: the tray draws the name itself."""
    return ["!", ["in", ["get", "id"], ["global-state", "tray_areas"]]]
