"""Figure: what a printed map shows and how, read once from a query or from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from geo.errors import MalformedFilter, RestrictedRecords
from geo.vocabulary import LANGUAGES, NEUTRAL, POINTS_OF_VIEW
from layers.filter import Filter
from layers.imports.dataset import RESTRICTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ATTESTED", "CHOICES", "DRAWABLE", "LONGEST_TITLE", "WIDTHS_MM", "Figure"]

WIDTHS_MM: Final = {"single": 85.0, "double": 175.0, "slide": 254.0}
"""Width of a figure: one and two columns of a journal, and a slide (16:9)."""

DRAWABLE: Final = ("borders", "transport_corridors", "context_corridors", "corridors", "incidents")
"""Layers that a figure can show; land, waters and names are always there."""

ATTESTED: Final = ("borders", "corridors", "incidents")
"""What is shown when no layer is named: what articles state, and the borders around it."""

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "lang": tuple(LANGUAGES),
    "width": tuple(WIDTHS_MM),
    "dpi": ("300", "600"),
    "framing": ("auto", "region", "corridor"),
    "projection": ("auto", "albers", "lambert"),
    "palette": ("color", "safe", "grey"),
    "text": ("text", "paths"),
    "point_of_view": tuple(POINTS_OF_VIEW),
}
"""Parameter → its values, the first being the default (``point_of_view`` is the operator's)."""

LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, apart from its release and file format.

    ``layers`` are ids of :data:`DRAWABLE`; ``wanted`` filters those that can obey it, the others stay as they are, as in a
    composite tile. ``title`` stands in the place of the release's own. ``palette`` is ``color`` (the page's), ``safe``
    (hues that stay apart for colour-blind readers) or ``grey``. ``text`` is ``paths`` for programs that cannot read embedded
    fonts; only SVG obeys it.
    """

    lang: str = "en"
    width: str = "double"
    dpi: int = 300
    framing: str = "auto"
    projection: str = "auto"
    palette: str = "color"
    text: str = "text"
    point_of_view: str = NEUTRAL
    layers: tuple[str, ...] = ATTESTED
    title: str = ""
    wanted: Filter = field(default_factory=Filter)

    @classmethod
    def parse(cls, query: Mapping[str, Sequence[str]], *, point_of_view: str = NEUTRAL) -> Figure:
        """Read a figure from a query string's values; ``release`` is passed over.

        Raises
        ------
        MalformedFilter
            When a parameter is unknown, doubled or has a value that is not offered; names it.

        Examples
        --------
        >>> Figure.parse({"width": ["single"], "category": ["attack"]}).canonical()
        'category=attack&width=single'
        """
        own = {name: _once(name, query[name]) for name in (*CHOICES, "layers", "title") if name in query}
        for name, value in own.items():
            if name in CHOICES and value not in CHOICES[name]:
                raise MalformedFilter(
                    name, f"{name}={value[:60]!r} is not offered.", hint=f"Use one of: {', '.join(CHOICES[name])}."
                )
        title = " ".join(own.get("title", "").split())
        if len(title) > LONGEST_TITLE:
            raise MalformedFilter(
                "title", f"The title has {len(title):,} characters.", hint=f"Use at most {LONGEST_TITLE}."
            )
        rest = {name: values for name, values in query.items() if name not in own and name != "release"}
        return cls(
            lang=own.get("lang", "en"),
            width=own.get("width", "double"),
            dpi=int(own.get("dpi", "300")),
            framing=own.get("framing", "auto"),
            projection=own.get("projection", "auto"),
            palette=own.get("palette", "color"),
            text=own.get("text", "text"),
            point_of_view=own.get("point_of_view", point_of_view),
            layers=_layers(own.get("layers")),
            title=title,
            wanted=Filter.parse(rest),
        )

    def at(self, dpi: int) -> Figure:
        """Return it with another resolution, also one that is not offered to readers."""
        return replace(self, dpi=dpi)

    def canonical(self) -> str:
        """Return the one query string of this figure: what differs from the default, sorted."""
        plain = Figure()
        parts = {
            name: str(getattr(self, name))
            for name in (*CHOICES, "title")
            if getattr(self, name) != getattr(plain, name)
        }
        if self.layers != plain.layers:
            parts["layers"] = ",".join(self.layers)
        texts = [f"{name}={value}" for name, value in parts.items()]
        return "&".join(sorted(filter(None, [*texts, *self.wanted.canonical().split("&")])))


def _once(name: str, values: Sequence[str]) -> str:
    if len(values) != 1:
        raise MalformedFilter(name, f"{name} stands {len(values)} times.", hint="Give it once.")
    return values[0].strip()


def _layers(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ATTESTED
    asked = {name.strip() for name in text.split(",") if name.strip()}
    if RESTRICTED in asked:
        raise RestrictedRecords(
            f"A figure does not show {RESTRICTED!r}: the terms of its data sets forbid to pass their records on.",
            hint=f"It can show: {', '.join(DRAWABLE)}.",
        )
    if unknown := sorted(asked - set(DRAWABLE)):
        raise MalformedFilter(
            "layers", f"A figure cannot show {unknown[0][:60]!r}.", hint=f"It can show: {', '.join(DRAWABLE)}."
        )
    return tuple(name for name in DRAWABLE if name in asked)
