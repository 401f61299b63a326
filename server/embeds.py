"""Embeds: what an editor pastes, what the embedded map is told by its address, and the words that describe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from flask import request
from markupsafe import Markup

from geo.errors import MalformedFilter
from layers.alttext import alt_text
from layers.exports.export import exported_layer
from layers.figures.figure import DRAWABLE
from layers.figures.pictures import OVERVIEW, picture_path
from layers.filter import PARAMETERS, Filter
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.release import Release

__all__ = ["SWITCHES", "Embed", "auto_height", "embed_of"]

SWITCHES: Final = ("title", "alt", "controls", "legend", "filters")
"""What the address of an embed may hold besides what the map page takes."""

LONGEST: Final = {"title": 200, "alt": 1000}
HEIGHT_PX: Final = 560
WIDTH_PX: Final = 800
PICTURE_PX: Final = (1033, 1006)
"""About the size of the pictures that a release carries."""

_OF_A_VIEW: Final = (*PARAMETERS, "lang", "theme", "open", "lon", "lat", "z", "layers", "members", "coverage")


@dataclass(frozen=True, slots=True)
class Embed:
    """One embedded map: its release, the part of the address that decides what it shows, and its words.

    ``title`` and ``alt`` are made from the content unless the editor writes others; ``controls``, ``legend`` and
    ``filters`` (time and filters for the reader) are switches.
    """

    release: Release
    view: Mapping[str, str]
    lang: str
    title: str
    alt: str
    controls: bool = True
    legend: bool = True
    filters: bool = False
    own: tuple[str, ...] = ()

    @property
    def permalink(self) -> str:
        """Address of the whole map in the same view."""
        return f"{service().base_url}/m/{self.release.id}{_query(self.view)}"

    @property
    def address(self) -> str:
        """Address of the frame, pinned to the release."""
        switches = {
            "title": self.title if "title" in self.own else "",
            "alt": self.alt if "alt" in self.own else "",
            "controls": "" if self.controls else "off",
            "legend": "" if self.legend else "off",
            "filters": "on" if self.filters else "",
        }
        return f"{service().base_url}/embed{_query({'release': self.release.id, **self.view, **switches})}"

    @property
    def picture(self) -> str:
        """Address of the picture that stands in where no map can be drawn; ``""`` where the release has none."""
        if picture_path(self.release, OVERVIEW, "fa" if self.lang == "fa" else "en") is None:
            return ""
        return f"{service().base_url}/picture/{OVERVIEW}.png?lang={self.lang}&release={self.release.id}"

    @property
    def blockquote(self) -> Markup:
        """The link and the picture that are shown where frames are not."""
        shown = Markup('<br><img src="{}" alt="{}" loading="lazy" width="100%">').format(self.picture, self.alt)
        return Markup('<blockquote><a href="{}">{}</a>{}</blockquote>').format(
            self.permalink, self.title, shown if self.picture else ""
        )

    @property
    def iframe(self) -> Markup:
        """The frame itself."""
        return Markup(
            '<iframe src="{}" title="{}" width="100%" height="{}" loading="lazy" style="border:0" '
            'sandbox="allow-scripts allow-popups" allowfullscreen></iframe>'
        ).format(self.address, self.title, HEIGHT_PX)

    @property
    def snippet(self) -> Markup:
        """What an editor pastes: the frame, and after it the picture for readers whose page shows no frame and for print."""
        return self.iframe + Markup("\n<noscript>{}</noscript>").format(self.blockquote)

    @property
    def oembed_html(self) -> Markup:
        """The one form that survives the filters of publishing systems: a blockquote, then a frame."""
        return self.blockquote + self.iframe


def _query(parameters: Mapping[str, str]) -> str:
    kept = {name: value for name, value in parameters.items() if value}
    return f"?{urlencode(kept, safe=',/', quote_via=quote)}" if kept else ""


def auto_height() -> str:
    """The script that an editor may add to the page around an embed, so that it gets the height that it asks for."""
    return (
        "<script>addEventListener('message',function(e){var d=e.data;if(!d||d.type!=='corridormap:height')return;"
        "document.querySelectorAll('iframe').forEach(function(f){if(f.contentWindow===e.source)"
        "f.style.height=Math.min(1000,Math.max(200,d.height))+'px'})});document.querySelectorAll('iframe').forEach("
        "function(f){f.contentWindow.postMessage({type:'corridormap:ready'},'*')})</script>"
    )


def embed_of(release: Release, given: Mapping[str, str], lang: str) -> Embed:
    """Read an embed from the parameters of an address.

    Raises
    ------
    MalformedFilter
        When a title or alternative text is too long, a switch has another value, or the filter cannot be read.
    """
    words = {name: " ".join(given.get(name, "").split()) for name in LONGEST}
    for name, text in words.items():
        if len(text) > LONGEST[name]:
            raise MalformedFilter(name, f"{name} has {len(text):,} characters.", hint=f"Use at most {LONGEST[name]}.")
    for name in ("controls", "legend", "filters"):
        if given.get(name, "on") not in {"on", "off"}:
            raise MalformedFilter(name, f"{name}={given[name][:30]!r} is neither on nor off.", hint=f"Use {name}=off.")
    view = {name: given[name] for name in _OF_A_VIEW if name in given and name != "release"}
    wanted = Filter.parse(
        {name: [value] for name, value in view.items() if name in PARAMETERS}, also=["release", "point_of_view"]
    )
    asked = {name.split(".")[0] for name in given.get("layers", "").split(",")} - {""}
    for name in sorted(asked & {*release.catalog, *release.catalog.withheld}):
        exported_layer(release.catalog, name)
    layers = [name for name in DRAWABLE if not asked or name in asked]
    title = words["title"] or release.receipt["title"].get(lang) or release.receipt["title"]["en"]
    alt = words["alt"] or alt_text(
        release, lang, layers=layers, wanted=wanted, point_of_view=service().config.point_of_view, title=words["title"]
    )
    return Embed(
        release,
        view | {"lang": lang},
        lang,
        title,
        alt,
        controls=given.get("controls", "on") == "on",
        legend=given.get("legend", "on") == "on",
        filters=given.get("filters", "off") == "on",
        own=tuple(name for name, text in words.items() if text),
    )


def embed_here(lang: str) -> Embed:
    """The embed that the current request's address describes; for templates."""
    return embed_of(service().release(), request.args.to_dict(), lang)
