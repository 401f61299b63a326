"""Style: the map as MapLibre style JSON, made from the tokens; one source for page, embed and notebooks.

The style names no glyph server, no sprite and no other host. Text is drawn from the vendored font files by the
style's ``font-faces``; the page makes the few images (chevrons, tags, trays, hatches) from the same tokens.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from geo.vocabulary import NEUTRAL
from layers.imports.dataset import IMPORTED, RESTRICTED
from layers.styles import base as style_base
from layers.styles import borders as style_borders
from layers.styles import corridors as style_corridors
from layers.styles import coverage as style_coverage
from layers.styles import imports as style_imports
from layers.styles import incidents as style_incidents
from layers.styles.look import BASE, COVERAGE, IMPORTS, INCIDENTS, MAP, MEMBERS, TRAYS, Look
from layers.styles.tokens import THEMES, Json, Theme

LANGUAGES = ("en", "fa", "ru", "kk")
"""Languages that names and titles come in; English stands in where one is missing."""

BASE_LAYERS = ("basemap", "admin1", "admin1_labels", "borders")
MAP_LAYERS = ("corridors", "context_corridors", "transport_corridors", "corridor_marks")
INCIDENT_LAYERS = ("incidents",)
MEMBER_LAYERS = ("organizations",)
COVERAGE_LAYERS = ("article_coverage",)
IMPORT_LAYERS = (IMPORTED, RESTRICTED)
"""Layers of the vector sources: a slow network pays for two requests a tile, not for ten. No filter touches the base; those
of articles and languages touch the corridors. Incidents are asked for only where they are too many for trays, members and
coverage only when a reader chooses them."""

MAX_TILE_ZOOM = 8
"""Tiles are made up to this zoom; the map draws them larger beyond it."""

_LATIN = [
    "U+0000-00FF", "U+0131", "U+0152-0153", "U+02BB-02BC", "U+02C6", "U+02DA", "U+02DC", "U+2000-206F",
    "U+20AC", "U+2122", "U+2191", "U+2193", "U+2212", "U+2215", "U+FEFF", "U+FFFD",
]  # fmt: skip
_LATIN_EXT = [
    "U+0100-0130", "U+0132-0151", "U+0154-02BA", "U+02BD-02C5", "U+02C7-02CC", "U+02CE-02D7", "U+02DD-02FF",
    "U+0304", "U+0308", "U+0329", "U+1E00-1E9F", "U+1EF2-1EFF", "U+2020", "U+20A0-20AB", "U+20AD-20C0", "U+2113",
]  # fmt: skip
_CYRILLIC = ["U+0301", "U+0400-045F", "U+0490-0491", "U+04B0-04B1", "U+2116"]
_CYRILLIC_EXT = ["U+0460-052F", "U+1C80-1C8A", "U+20B4", "U+2DE0-2DFF", "U+A640-A69F", "U+FE2E-FE2F"]
_ARABIC = [
    "U+0600-06FF", "U+0750-077F", "U+0870-088E", "U+0890-0891", "U+0897-08E1", "U+08E3-08FF", "U+200C-200E",
    "U+2010-2011", "U+204F", "U+2E41", "U+FB50-FDFF", "U+FE70-FE74", "U+FE76-FEFC",
]  # fmt: skip
_OWN_SCRIPT = {"fa": "arabic", "ru": "cyrillic", "kk": "cyrillic"}
"""The script that a language is written in, where it is not Latin."""
_SCRIPTS = {"latin": _LATIN, "latin-ext": _LATIN_EXT, "cyrillic": _CYRILLIC, "cyrillic-ext": _CYRILLIC_EXT}


@dataclass(frozen=True, slots=True)
class Style:
    """The style of one release in one language and theme.

    Parameters
    ----------
    lang
        One of ``LANGUAGES``; names and titles fall back to English.
    theme
        ``light`` or ``dark``.
    release
        Id of the release that the tile addresses are pinned to.
    base_url
        Absolute address under which the service is reached, path prefix included, without a slash at the end:
        MapLibre resolves no relative tile or font address.
    assets_url
        Absolute address of the folder that holds ``vendor/fonts``, without a slash at the end.
    point_of_view
        The one that borders are drawn from.
    held
        Ids of the layers that the release holds; others are not asked for.
    mark
        ``tile_mark`` of the release; it lets browsers keep tiles for ever.

    Raises
    ------
    ValueError
        ``lang`` or ``theme`` is none of those above.

    Examples
    --------
    >>> style = Style(lang="fa", theme="dark", release="3f9c1e7aa001", base_url="https://maps.example.org/c",
    ...               assets_url="https://maps.example.org/c/static/0123456789")
    >>> style.to_dict()["sources"]["base"]["tiles"]
    ['https://maps.example.org/c/tiles/3f9c1e7aa001/basemap,admin1,admin1_labels,borders/{z}/{x}/{y}.mvt']
    """

    lang: str
    theme: Theme
    release: str
    base_url: str
    assets_url: str
    point_of_view: str = NEUTRAL
    held: tuple[str, ...] = (*BASE_LAYERS, *MAP_LAYERS, *INCIDENT_LAYERS, *MEMBER_LAYERS, *COVERAGE_LAYERS)
    mark: str = ""

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            msg = f"lang is {self.lang!r}, not one of {', '.join(LANGUAGES)}"
            raise ValueError(msg)
        if self.theme not in THEMES:
            msg = f"theme is {self.theme!r}, not one of {', '.join(THEMES)}"
            raise ValueError(msg)

    def to_dict(self) -> Json:
        """Give the style as a new dictionary, with layers in the order in which they are drawn."""
        look = Look(lang=self.lang, theme=self.theme)
        sources = {
            BASE: self._tiles(BASE_LAYERS),
            MAP: self._tiles(MAP_LAYERS),
            INCIDENTS: self._tiles(INCIDENT_LAYERS),
            MEMBERS: self._tiles(MEMBER_LAYERS),
            COVERAGE: self._tiles(COVERAGE_LAYERS),
            IMPORTS: self._tiles(IMPORT_LAYERS),
            TRAYS: {"type": "geojson", "data": {"type": "FeatureCollection", "features": []}},
        }
        layers = [
            *style_base.ground(look),
            *style_coverage.choropleth(look),
            *style_coverage.members(look),
            *style_base.waters(look),
            *style_base.admin1_lines(look),
            *style_incidents.provinces(look),
            *style_corridors.bands(look),
            *style_borders.ribbon(look),
            *style_borders.lines(look),
            *style_corridors.marks(look),
            *style_base.names(look),
            *style_corridors.towns(look),
            *style_corridors.names(look),
            *style_imports.incidents(look),
            *style_incidents.cells(look),
            *style_base.focus_names(look),
            *style_incidents.trays(look),
        ]
        return {
            "version": 8,
            "name": f"corridormap {self.theme} {self.lang}",
            "metadata": {"release": self.release, "lang": self.lang, "theme": self.theme},
            # What the page changes while it runs: chosen organization and corridor, and where trays hang.
            "state": {
                "organization": {"default": ""},
                "corridor": {"default": ""},
                "coverage": {"default": ""},
                "tray_areas": {"default": []},
                "province_areas": {"default": []},
            },
            "font-faces": self._font_faces(),
            "sources": {name: source for name, source in sources.items() if source.get("tiles") != []},
            "layers": [layer for layer in layers if layer.get("source-layer") in {None, *self.held}],
        }

    def to_json(self) -> str:
        """Give the style as JSON text, the same for the same arguments."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    def _tiles(self, names: tuple[str, ...]) -> Json:
        view = "" if self.point_of_view == NEUTRAL else f"point_of_view={self.point_of_view}"
        asked = "&".join(filter(None, [view, f"v={self.mark}" if self.mark else ""]))
        query = f"?{asked}" if asked else ""
        names = tuple(name for name in names if name in self.held)
        return {
            "type": "vector",
            "scheme": "xyz",
            "tiles": [f"{self.base_url}/tiles/{self.release}/{','.join(names)}/{{z}}/{{x}}/{{y}}.mvt{query}"]
            * bool(names),
            "minzoom": 0,
            "maxzoom": MAX_TILE_ZOOM,
        }

    def _font_faces(self) -> Json:
        """Name the files of each font by script; a browser fetches those that the text on the map needs.

        Beside Persian, one hyphen in a name would fetch a bold Latin font and a space an italic one. Kazakh would fetch nine
        files of 150 kB: it is set in one face.
        """
        is_plain = self.lang in {"fa", "kk"}
        return {
            "Sans": self._faces("400-normal", arabic=400),
            "Sans Bold": self._faces("400-normal" if is_plain else "600-normal", arabic=600),
            "Sans Italic": self._faces("400-normal" if is_plain else "400-italic", arabic=400),
        }

    def _faces(self, face: str, arabic: int) -> list[Json]:
        """Name the files of one face; the first that has a character sets it.

        The script of the language comes first and sets the spaces too, or a name's space alone would fetch a Latin font.
        Otherwise Latin comes before Arabic, whose range holds the joiners.
        """
        fonts = f"{self.assets_url}/vendor/fonts"
        files = {script: f"noto-sans-{script}-{face}" for script in _SCRIPTS}
        ranges = dict(_SCRIPTS)
        files["arabic"], ranges["arabic"] = f"vazirmatn-arabic-{arabic}-normal", _ARABIC
        own = _OWN_SCRIPT.get(self.lang)
        if own is not None:
            ranges = {own: ["U+0020", "U+00A0", *ranges[own]], **{k: v for k, v in ranges.items() if k != own}}
        return [{"url": f"{fonts}/{files[script]}.woff2", "unicode-range": held} for script, held in ranges.items()]
