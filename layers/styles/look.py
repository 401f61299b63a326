"""Look: what every part of the map style needs to know of language and theme."""

from __future__ import annotations

from dataclasses import dataclass

from layers.styles.tokens import Expression, Json, Theme, by_zoom, colors, tokens

BASE = "base"
MAP = "map"
INCIDENTS = "incidents"
MEMBERS = "members"
COVERAGE = "coverage"
IMPORTS = "imports"
TRAYS = "trays"
"""Names of the style's sources: six of vector tiles and the trays, whose GeoJSON the page fills in."""


@dataclass(frozen=True, slots=True)
class Look:
    """Language and theme, and the few rules of type that follow from them.

    Persian is set a tenth larger, never letter-spaced and never in capitals, which its script does not have.
    """

    lang: str
    theme: Theme

    def color(self, token: str) -> str:
        """Give the colour of a token in this theme."""
        return colors(self.theme)[token]

    @property
    def name(self) -> Expression:
        """The object's name in this language, else in English."""
        return ["coalesce", ["get", f"name_{self.lang}"], ["get", "name_en"]]

    @property
    def title(self) -> Expression:
        """The object's title in this language, else in English."""
        return ["coalesce", ["get", f"title_{self.lang}"], ["get", "title_en"]]

    def size(self, px: float) -> float:
        """Give a text size for this script, in px."""
        scale = tokens()["persian_scale"] if self.lang == "fa" else 1
        return round(px * scale, 2)

    def sizes(self, *stops: tuple[float, float]) -> Expression:
        """Give a text size that grows with zoom; ``stops`` are ``(zoom, px)``."""
        pairs = [value for zoom, px in stops for value in (zoom, self.size(px))]
        return ["interpolate", ["linear"], ["zoom"], *pairs]

    def spacing(self, em: float) -> float:
        """Give a letter spacing in em: none in Arabic script, whose letters are joined."""
        return 0 if self.lang == "fa" else em

    @property
    def capitals(self) -> str:
        """The text transform of country names."""
        return "none" if self.lang == "fa" else "uppercase"

    def halo(self, width_px: float = 1.5) -> Json:
        """Give the paint properties of a text halo."""
        return {"text-halo-color": self.color("halo"), "text-halo-width": width_px, "text-halo-blur": 0.3}


def layer(kind: str, layer_id: str, source_layer: str, group: str, *, source: str = MAP, **more: object) -> Json:
    """Make a style layer of a vector source.

    ``group`` is the legend row that shows and hides it (``corridors.arrow``); it travels in the layer's metadata, so
    that the page needs no list of style layers.
    """
    return {
        "id": layer_id,
        "type": kind,
        "source": source,
        "source-layer": source_layer,
        "metadata": {"group": group},
        **more,
    }


def opens(style_layer: Json) -> Json:
    """Mark a style layer whose features open the evidence panel on a click."""
    return {**style_layer, "metadata": {**style_layer["metadata"], "opens": True}}


def hit_line(
    layer_id: str, source_layer: str, group: str, condition: Expression, width_px: float, *, source: str = MAP
) -> Json:
    """Make an invisible line that is easier to click than the thin one that is drawn."""
    return opens(
        layer(
            "line",
            layer_id,
            source_layer,
            group,
            source=source,
            filter=condition,
            paint={"line-opacity": 0, "line-width": by_zoom([[3, width_px], [8, width_px * 1.5]])},
        )
    )


def equals(prop: str, value: object) -> Expression:
    """Make the filter that a property has a value."""
    return ["==", ["get", prop], value]


def every(*conditions: Expression) -> Expression:
    """Make the filter that all conditions hold."""
    return ["all", *conditions]
