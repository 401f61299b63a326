"""Notebook: our map as a real folium map, for notebooks and for the single file; the only module that imports folium.

::

    from layers import open_release
    from server.notebook import to_folium

    drawn = to_folium(open_release("workspace"), {"category": "attack"})

Leaflet, MapLibre, style, tiles, fonts and evidence are inside: what it shows needs no network. Anything of folium can be added
to it. Popups bring jQuery along, from here too; ``folium.Icon`` alone brings what folium has it bring, from other hosts.
"""

from __future__ import annotations

import base64
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import folium
from branca.element import Element, Figure, MacroElement
from folium.map import Layer
from folium.template import Template

from layers.opened import OpenRelease
from server.app import create_app
from server.config import Config
from server.single_file import REGION, Parts, as_json, data_url, parts_of
from server.static_files import STATIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask

    from layers.release import Release

__all__ = ["CorridorMap", "VectorLayer", "single_file", "to_folium"]

HOME: Final = (44.0, 66.0, 4.0)
"""Latitude, longitude and MapLibre's zoom before the page has measured its width and shows the whole region."""

_ZOOM: Final = 1
"""Leaflet counts zoom levels in tiles of 256 px, MapLibre in tiles of 512 px."""


class _Page(Figure):
    """A page with our own head and body around what folium draws, and our modules after it."""

    _template = Template(
        "<!doctype html>\n"
        "<html{{ this.parts.html }}>\n<head>\n{{ this.parts.head }}\n{{ this.header.render(**kwargs) }}\n</head>\n"
        "<body{{ this.parts.body }}>\n{{ this.html.render(**kwargs) }}\n"
        '<script type="application/json" id="map-inside">{{ this.inside }}</script>\n'
        "<script>\n{{ this.offline }}\n</script>\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n"
        '<script type="importmap">{{ this.imports }}</script>\n'
        '<script type="module">{{ this.start }}</script>\n'
        "</body>\n</html>\n"
    )
    start = (
        "\nimport { addProtocol } from 'corridormap/vendor/maplibre-gl.mjs';\n"
        "addProtocol('inside', window.corridormapInside.load);\n"
        "await import('corridormap/embed.mjs');\n"
    )

    def __init__(self, parts: Parts) -> None:
        super().__init__(height="560px")
        self._name = "Page"
        self.parts = parts
        self.header = Element()
        self.header._parent = self  # noqa: SLF001 -- as Figure does with its own
        self.inside = as_json(parts.inside)
        self.imports = as_json({"imports": dict(parts.modules)})
        self.offline = (STATIC / "offline.js").read_text(encoding="utf-8")


class CorridorMap(folium.Map):
    """A folium map with Leaflet inside, in the frame of our embed: title, legend, evidence panel, credits."""

    _template = Template(
        "{% macro header(this, kwargs) %}"
        "<style>#{{ this.get_name() }} { position: relative; width: 100%; height: 100%; }</style>"
        "{% endmacro %}"
        "{% macro html(this, kwargs) %}"
        '{{ this.parts.before }}<div id="map"><div class="folium-map" id="{{ this.get_name() }}"></div></div>'
        "{{ this.parts.after }}"
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "L.Icon.Default.imagePath = ''; L.Icon.Default.mergeOptions({{ this.marker|tojson }});"
        "var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.leaflet|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, parts: Parts) -> None:
        lat, lon, zoom = HOME
        if parts.view is not None:
            lat, lon, zoom = parts.view["lat"], parts.view["lon"], parts.view["zoom"]
        super().__init__(location=(lat, lon), tiles=None)  # the view itself is in `leaflet`: folium's zoom is whole
        self.parts = parts
        _Page(parts).add_child(self)
        west, south, east, north = REGION
        self.leaflet = {
            "center": [lat, lon],
            "zoom": zoom + _ZOOM,
            "minZoom": 1.8 + _ZOOM,
            "maxZoom": 9 + _ZOOM,
            "zoomSnap": 0,
            "maxBounds": [[south, west], [north, east]],
            "maxBoundsViscosity": 1,
            "zoomControl": False,
        }
        self.marker = _marker()
        _ZoomControl("topleft" if parts.is_rtl else "topright").add_to(self)

    def render(self, **kwargs: Any) -> Any:  # noqa: ANN401 -- folium's own signature
        """Render it, with the scripts that need be there for what was added to it."""
        self.default_js, self.default_css = _needed(self)
        return super().render(**kwargs)  # type: ignore[no-untyped-call]  # folium's mixin has no types


class _ZoomControl(MacroElement):
    """Leaflet's buttons, at the side where lines end."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "L.control.zoom({position: {{ this.position|tojson }}}).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, position: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's has no types
        self._name = "ZoomControl"
        self.position = position


class VectorLayer(Layer):
    """The layers of a release, drawn by MapLibre through its bridge to Leaflet; one layer of the layer control."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.layerGroup();"
        "window.corridormapFolium = {map: {{ this._parent.get_name() }}, layers: {{ this.get_name() }}};"
        "{% endmacro %}"
    )

    def __init__(self, name: str = "corridormap") -> None:
        super().__init__(name=name, overlay=True, control=True)
        self._name = "VectorLayer"


def _needed(drawn: CorridorMap) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the scripts and styles of Leaflet, and of what was added that needs more, as (name, address)."""
    vendor = STATIC / "vendor"
    scripts = [("leaflet", data_url(vendor / "leaflet.js", "text/javascript"))]
    styles = [("leaflet_css", _styles())]
    added = list(_descendants(drawn))
    if any(isinstance(element, folium.Icon) for element in added):
        scripts += [link for link in folium.Map.default_js if link[0] not in {"leaflet", "jquery"}]
        styles += [link for link in folium.Map.default_css if link[0] != "leaflet_css"]
    if any(isinstance(element, folium.Popup) for element in added):
        scripts.insert(1, ("jquery", data_url(vendor / "jquery.min.js", "text/javascript")))
    return scripts, styles


def _marker() -> dict[str, str]:
    """Leaflet's own marker, inside; it would look for the pictures beside its style sheet."""
    folder = STATIC / "vendor" / "images"
    named = {"iconUrl": "marker-icon", "iconRetinaUrl": "marker-icon-2x", "shadowUrl": "marker-shadow"}
    return {option: data_url(folder / f"{name}.png", "image/png") for option, name in named.items()}


def _styles() -> str:
    """Leaflet's style sheet with its pictures inside, as an address that holds it."""
    vendor = STATIC / "vendor"
    css = re.sub(
        r"url\((images/[\w-]+\.png)\)",
        lambda found: f"url({data_url(vendor / found[1], 'image/png')})",
        (vendor / "leaflet.css").read_text(encoding="utf-8"),
    )
    return f"data:text/css;base64,{base64.b64encode(css.encode()).decode()}"


def _descendants(element: Element) -> Iterator[Element]:
    for child in element._children.values():  # noqa: SLF001 -- branca offers no other way
        yield child
        yield from _descendants(child)


def _number(page: Element) -> None:
    """Give each element an id by its place in the tree, where branca gives a random one."""
    for number, element in enumerate([page, *_descendants(page)]):
        element._id = f"{number:032x}"  # noqa: SLF001 -- branca offers no other way


def _composed(parts: Parts) -> CorridorMap:
    drawn = CorridorMap(parts)
    VectorLayer().add_to(drawn)
    _number(drawn.get_root())
    return drawn


def single_file(app: Flask, parameters: Mapping[str, str], *, host: str = "") -> bytes:
    """Return the map as one HTML file that needs no network; parameters and errors are those of ``parts_of``."""
    page: str = _composed(parts_of(app, parameters, host=host)).get_root().render()
    return page.encode()


def to_folium(release: OpenRelease | Release, view: Mapping[str, str] | None = None) -> folium.Map:
    """Return a release as a ``folium.Map`` to look at in a notebook, to add to and to save.

    Parameters
    ----------
    release
        What :func:`layers.open_release` gives.
    view
        What the address of an embed may hold, see docs/reference.md: ``lang``, ``theme``, ``title``, a filter (``category``,
        ``datetime`` …), ``layers``, and ``lon``, ``lat`` (degrees), ``z`` together. The whole release without it.

    Raises
    ------
    MissingExtra
        When the front-end assets were not brought.
    MalformedFilter
        When the view cannot be read.
    """
    own = release.release if isinstance(release, OpenRelease) else release
    parameters = {"lang": "en", **(view or {}), "release": own.id}
    if isinstance(release, OpenRelease):
        parameters.setdefault("point_of_view", release.point_of_view)
    config = Config.from_environment(os.environ)
    app = create_app(replace(config, workspace=own.path.parent.parent))
    app.extensions["corridormap"].releases.hold(own)
    return _composed(parts_of(app, parameters))
