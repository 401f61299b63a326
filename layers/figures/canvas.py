"""Canvas: a sheet of paper in millimetres, drawn with matplotlib, the only module that imports it.

A figure is drawn once, front over back in the order of the calls, and written as SVG, PDF or PNG. The same calls give the
same bytes: no clock, no random id. Text stays text: in PDF with its fonts embedded, in SVG with the letters used as
``@font-face``. What is drawn is shaped by the library's own text engine, also Persian.
"""

from __future__ import annotations

import io
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.sax.saxutils import escape

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure as Sheet
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outlines
from matplotlib.patheffects import Stroke

from layers.figures.fonts import families, font_faces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from layers.figures.fonts import Face
    from layers.figures.symbols import Outline

__all__ = ["Canvas", "Format"]

Format = Literal["svg", "pdf", "png"]
MM_PER_INCH: Final = 25.4
MM_PER_PT: Final = MM_PER_INCH / 72
_MEASURED_AT_DPI: Final = 720
_HALF_CAPITAL_EM: Final = 0.36
_POLYGONS, _LINES = 2, 1


class Canvas:
    """A blank sheet.

    Parameters
    ----------
    width_mm, height_mm
        Its size.
    faces
        Font files, as :func:`layers.figures.fonts.unpack` gives them.
    lang
        Language of most texts: it decides which font is tried first and, in SVG, the direction.
    """

    def __init__(self, width_mm: float, height_mm: float, *, faces: Mapping[Face, Path], lang: str) -> None:
        self.width_mm, self.height_mm, self.lang = width_mm, height_mm, lang
        self.texts: list[str] = []
        font_manager.fontManager.ttflist = [
            font_manager.FontEntry(
                fname=str(path),
                name=face.family,
                style=face.style,
                variant="normal",
                weight=face.weight,
                stretch="normal",
                size="scalable",
            )
            for face, path in faces.items()
        ]
        self._families = families(lang)
        self._sheet = Sheet(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH))
        FigureCanvasAgg(self._sheet)
        self._axes = self._sheet.add_axes((0, 0, 1, 1))
        self._axes.set(xlim=(0, width_mm), ylim=(0, height_mm))
        self._axes.axis("off")
        self._order = 0
        self.area(shapely.box(0, 0, width_mm, height_mm), "#FFFFFF")

    def _next(self) -> int:
        self._order += 1
        return self._order

    def _path(self, path: Any, **style: Any) -> None:  # noqa: ANN401 -- matplotlib's own
        self._axes.add_artist(PathPatch(path, zorder=self._next(), clip_on=False, **style))

    def area(self, shape: Any, fill: str, *, alpha: float = 1.0, outline_pt: float = 0.0) -> None:  # noqa: ANN401 -- shapely is untyped here
        """Fill polygons, given in mm; an outline of the same colour closes the hairline between neighbours."""
        rings = [ring for part in _parts(shape, _POLYGONS) for ring in (part.exterior, *part.interiors)]
        if not rings:
            return
        path = Outlines.make_compound_path(*(Outlines(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings))
        self._path(
            path,
            facecolor=fill,
            edgecolor=fill if outline_pt else "none",
            linewidth=outline_pt,
            alpha=alpha,
            joinstyle="round",
        )

    def line(
        self,
        shape: Any,  # noqa: ANN401 -- shapely is untyped here
        color: str,
        width_pt: float,
        *,
        dash: Sequence[float] = (),
        cap: Literal["butt", "round"] = "butt",
        alpha: float = 1.0,
    ) -> None:
        """Draw lines, given in mm; ``dash`` counts in line widths."""
        lines = [np.asarray(part.coords)[:, :2] for part in _parts(shape, _LINES)]
        if not lines:
            return
        path = Outlines.make_compound_path(*map(Outlines, lines))
        style = (0, [length * width_pt for length in dash]) if dash else "solid"
        self._path(
            path,
            fill=False,
            edgecolor=color,
            linewidth=width_pt,
            linestyle=style,
            capstyle=cap,
            joinstyle="round",
            alpha=alpha,
        )

    def outline(
        self,
        drawn: Outline,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        width_pt: float = 0.0,
        dash: Sequence[float] = (),
    ) -> None:
        """Draw an outline, given in mm."""
        path = Outlines(drawn.points, drawn.codes)
        self._path(
            path,
            fill=fill is not None,
            facecolor=fill or "none",
            edgecolor=stroke or "none",
            linewidth=width_pt if stroke else 0,
            linestyle=(0, list(dash)) if dash else "solid",
            capstyle="round",
            joinstyle="round",
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size_pt: float,
        color: str,
        *,
        is_bold: bool = False,
        is_italic: bool = False,
        align: Literal["left", "center", "right"] = "left",
        valign: Literal["baseline", "center", "top", "bottom"] = "baseline",
        halo: str = "",
        turned_deg: float = 0.0,
    ) -> None:
        """Write one line; with a ``halo`` colour it stands off from what is below it."""
        self.texts.append(text)
        if valign == "center":
            y -= size_pt * _HALF_CAPITAL_EM * MM_PER_PT
        style: dict[str, Any] = {
            "fontsize": size_pt,
            "color": color,
            "family": self._families,
            "weight": 600 if is_bold else 400,
            "style": "italic" if is_italic and self.lang != "fa" else "normal",
            "ha": align,
            "va": "baseline" if valign == "center" else valign,
            "parse_math": False,
            "rotation": turned_deg,
            "rotation_mode": "anchor",
        }
        if halo:
            # A path below the text, so that the text itself stays text.
            stroke = Stroke(linewidth=size_pt * 0.28, foreground=halo, joinstyle="round")
            self._axes.text(x, y, text, path_effects=[stroke], zorder=self._next(), **style)
        self._axes.text(x, y, text, zorder=self._next(), **style)

    def measure(
        self, text: str, size_pt: float, *, is_bold: bool = False, is_italic: bool = False
    ) -> tuple[float, float]:
        """Return the width and the height of a line of text in mm."""
        return _measure(tuple(self._families), text, size_pt, is_bold, is_italic and self.lang != "fa")

    def wrap(self, text: str, size_pt: float, width_mm: float, *, is_bold: bool = False) -> list[str]:
        """Break a text into lines that are not wider than this; a longer word has a line of its own."""
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.measure(longer, size_pt, is_bold=is_bold)[0] <= width_mm:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def write(
        self, format_: Format, *, dpi: int, title: str, description: str, fonts: Path, text: str = "text"
    ) -> bytes:
        """Return the sheet as a file.

        ``dpi`` matters to PNG only; ``fonts`` is the page's font folder; ``text`` is ``paths`` to turn letters of an SVG
        into outlines.
        """
        body = io.BytesIO()
        metadata = _metadata(format_, title, description)
        options: dict[Any, Any] = {
            "svg.fonttype": "path" if text == "paths" else "none",
            "svg.hashsalt": "corridormap",
            "pdf.fonttype": 42,
            "path.simplify": False,
        }
        with mpl.rc_context(options):
            self._sheet.savefig(body, format=format_, dpi=dpi, metadata=metadata)
        if format_ != "svg":
            return body.getvalue()
        return self._finished(body.getvalue().decode(), title, description, fonts, text).encode()

    def _finished(self, svg: str, title: str, description: str, fonts: Path, text: str) -> str:
        """Name the picture for who cannot see it, keep the direction of each text, and carry the fonts."""
        rules = "" if text == "paths" else f"<style>{font_faces(fonts, self.texts)}</style>"
        head = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{rules}"
        opened = re.sub(r"<svg ", f'<svg xml:lang="{self.lang}" role="img" ', svg, count=1)
        opened = re.sub(r"(<svg [^>]*>)", lambda found: found[1] + head, opened, count=1)
        return re.sub(
            r"(<text [^>]*>)([^<]*)(</text>)", lambda found: found[1] + _directed(found[2]) + found[3], opened
        )


def _metadata(format_: Format, title: str, description: str) -> dict[str, Any]:
    """What a file says of itself: never when it was made."""
    if format_ == "svg":
        return {"Date": None, "Creator": "corridormap", "Title": title, "Description": description}
    if format_ == "pdf":
        named = {"Creator": "corridormap", "Producer": "corridormap", "Title": title, "Subject": description}
        return {"CreationDate": None, **named}
    return {"Software": "corridormap", "Title": title, "Description": description}


def _directed(text: str) -> str:
    """Set a text whose first strong letter is Arabic between isolates: SVG would read it from left to right.

    >>> _directed("Kabul"), _directed("\u06a9") == "\u2067\u06a9\u2069"
    ('Kabul', True)
    """
    first = next((d for d in map(unicodedata.bidirectional, text) if d in {"L", "R", "AL"}), "L")
    return text if first == "L" else f"\u2067{text}\u2069"


@cache
def _renderer() -> Any:  # noqa: ANN401 -- matplotlib's own
    make: Any = RendererAgg  # not typed there
    return make(_MEASURED_AT_DPI, _MEASURED_AT_DPI, _MEASURED_AT_DPI)


@cache
def _measure(names: tuple[str, ...], text: str, size_pt: float, is_bold: bool, is_italic: bool) -> tuple[float, float]:
    font = font_manager.FontProperties(
        family=list(names), weight=600 if is_bold else 400, style="italic" if is_italic else "normal", size=size_pt
    )
    width, height, _ = _renderer().get_text_width_height_descent(text, font, ismath=False)
    return width / _MEASURED_AT_DPI * MM_PER_INCH, height / _MEASURED_AT_DPI * MM_PER_INCH


def _parts(shape: Any, dimension: int) -> list[Any]:  # noqa: ANN401 -- shapely is untyped here
    """The parts of a shape, or of shapes, that have this dimension."""
    parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(np.asarray(shape, dtype=object))))
    return [part for part in parts if not part.is_empty and shapely.get_dimensions(part) == dimension]
