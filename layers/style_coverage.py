"""Incidents and organizations: trays under an area's name, dashed provinces, fills of members.

An incident that is known to a country is no pin: it hangs in a tray under the country's name. The trays are a GeoJSON
source that the page fills from the incidents, because a tile cannot group them by area and by the reader's filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.style_look import BASE, MEMBERS, TRAYS, equals, every, layer, opens
from layers.style_tokens import tokens

if TYPE_CHECKING:
    from layers.style_look import Look
    from layers.style_tokens import Expression, Json


def members(look: Look) -> list[Json]:
    """Fill the chosen organization: a tint where an article states the member, a grey hatch where outside knowledge does.

    Hidden until one is chosen: what is hidden loads no tile.
    """
    alpha = tokens()["organization_alpha"][look.theme]
    # Whoever only started it or sends troops is not a member, and a member that did both is tinted once.
    is_member: Expression = ["match", ["get", "relation"], ["member", "founder", "joined_later"], True, False]
    chosen = every(equals("organization", ["global-state", "organization"]), is_member)
    return [
        opens(
            layer(
                "fill",
                "members-attested",
                "organizations",
                "organizations.attested",
                source=MEMBERS,
                filter=every(chosen, equals("basis", "attested")),
                layout={"visibility": "none"},
                paint={"fill-color": look.color("institution"), "fill-opacity": alpha, "fill-antialias": False},
            )
        ),
        opens(
            layer(
                "fill",
                "members-context",
                "organizations",
                "organizations.context",
                source=MEMBERS,
                filter=every(chosen, equals("basis", "context")),
                layout={"visibility": "none"},
                paint={"fill-pattern": "hatch-context"},
            )
        ),
    ]


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
        "text-size": look.sizes((3, 13), (6, 19)),
        "text-letter-spacing": look.spacing(0.09),
    }
    # From afar a province's incidents are there without its name, so that the map shows as many as the legend counts.
    province = {"text-size": look.size(12), "text-field": ["step", ["zoom"], "", 4.8, ["get", "name"]]}
    region = {"text-font": ["Sans Italic"], "text-size": look.sizes((3, 14), (6, 18))}
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
            "text-allow-overlap": True,
            "text-padding": 1,
            "icon-image": ["get", "image"],
            "icon-anchor": "top",
            "icon-offset": [0, 4],
            "icon-allow-overlap": True,
            "icon-padding": 1,
            **layout,
        },
        "paint": {"text-color": look.color(color), **look.halo(1.8)},
    }
