"""Sheet: a whole figure: title, map, inset, legend and caption on paper, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pyproj
import shapely

from layers.alttext import alt_text, digits
from layers.figures.canvas import Canvas
from layers.figures.content import Content
from layers.figures.corridors import draw_bands, draw_marks, draw_tags
from layers.figures.figure import WIDTHS_MM
from layers.figures.fonts import unpacked
from layers.figures.frame import Frame, scale_bar_km
from layers.figures.ground import draw_borders, draw_graticule, draw_ground
from layers.figures.ink import Ink
from layers.figures.labels import Board
from layers.figures.legend import Row, draw_row, legend_of
from layers.figures.names import draw_names, draw_trays
from layers.figures.texts import TEXTS, projection_note
from layers.imprint import attribution

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from layers.figures.canvas import Format
    from layers.figures.figure import Figure
    from layers.imprint import Imprint
    from layers.release import Release

__all__ = ["render"]

SLIDE_HEIGHT_MM: Final = 142.9


@dataclass(frozen=True, slots=True)
class _Measures:
    """What a width asks for: sizes in pt and mm."""

    text_pt: float
    small_pt: float
    title_pt: float
    weight: float
    columns: int
    inset_mm: float
    margin_mm: float = 2.5
    gutter_mm: float = 6.0


_MEASURES: Final = {
    "single": _Measures(5.5, 5.0, 7.5, 0.72, 2, 15.0, 2.0, 5.0),
    "double": _Measures(6.8, 6.0, 10.0, 1.0, 4, 26.0),
    "slide": _Measures(7.5, 6.5, 15.0, 1.1, 1, 28.0, 5.0, 7.5),
}
_PANEL_MM: Final = 74.0
"""Width of legend and caption beside the map of a slide."""

_ASPECTS: Final = (0.5, 0.8)


def render(
    release: Release,
    figure: Figure,
    format_: Format,
    *,
    fonts: Path,
    words: Mapping[str, str],
    imprint: Imprint,
    cache: Path | None = None,
) -> bytes:
    """Return a figure as a file; the same release, figure and libraries give the same bytes.

    Parameters
    ----------
    release
        What is drawn.
    figure
        How.
    format_
        ``svg``, ``pdf`` or ``png``.
    fonts
        The page's font folder.
    words
        The page's texts in the figure's language.
    imprint
        In whose name.
    cache
        A folder for unpacked fonts, which saves a second each time; none is needed.

    Raises
    ------
    EmptyView, MalformedFilter
        When there is nothing to draw, or no layer can obey the filter.
    MissingExtra
        When a font is missing.
    """
    content = Content(release, figure)
    with unpacked(fonts, cache) as faces:
        sheet = _Sheet(content, words, imprint, Canvas(10, 10, faces=faces, lang=figure.lang))
        canvas = Canvas(sheet.width_mm, sheet.height_mm, faces=faces, lang=figure.lang)
        sheet.draw(canvas)
        description = alt_text(
            release,
            figure.lang,
            layers=figure.layers,
            wanted=figure.wanted,
            point_of_view=figure.point_of_view,
            title=sheet.title,
        )
        return canvas.write(
            format_, dpi=figure.dpi, title=sheet.title, description=description, fonts=fonts, text=figure.text
        )


class _Sheet:
    """Where everything stands; computed with a scrap canvas, then drawn on one of the right size."""

    def __init__(self, content: Content, words: Mapping[str, str], imprint: Imprint, scrap: Canvas) -> None:
        figure, release = content.figure, content.release
        self.content, self.words, self.imprint = content, words, imprint
        self.ink = Ink(figure.palette)
        self.m = _MEASURES[figure.width]
        self.width_mm = WIDTHS_MM[figure.width]
        self.is_slide = figure.width == "slide"
        self.is_rtl = figure.lang == "fa"
        self.title = figure.title or release.receipt["title"].get(figure.lang) or release.receipt["title"]["en"]
        inner = self.width_mm - 2 * self.m.margin_mm
        self.title_lines = scrap.wrap(self.title, self.m.title_pt, inner, is_bold=True)
        title_mm = len(self.title_lines) * self._line(self.m.title_pt) + 1.0
        self.panel_mm = _PANEL_MM if self.is_slide else inner
        bbox, is_whole = content.bbox
        map_mm = inner - self.m.gutter_mm - (self.panel_mm + 4 if self.is_slide else 0)
        rows = legend_of(content, words)
        self.columns = _columns(rows, self.m.columns)
        if self.is_slide:
            map_height = map_mm * _ASPECTS[0]
        else:
            probe = Frame(
                bbox,
                projection=figure.projection,
                left_mm=0,
                bottom_mm=0,
                width_mm=map_mm,
                height_mm=1,
                is_whole=is_whole,
            )
            map_height = min(max(map_mm / probe.aspect, map_mm * _ASPECTS[0]), map_mm * _ASPECTS[1])
        frame = Frame(
            bbox,
            projection=figure.projection,
            left_mm=0,
            bottom_mm=0,
            width_mm=map_mm,
            height_mm=map_height,
            is_whole=is_whole,
        )
        self.row_texts = {
            row: scrap.wrap(
                row.text,
                self._size(row),
                self.panel_mm / self.m.columns - (1 if row.is_heading else self._swatch + 2.2),
                is_bold=row.is_heading,
            )
            for row in rows
        }
        self.caption_lines = [
            line for text in self._caption(frame) for line in scrap.wrap(text, self.m.small_pt, inner)
        ]
        legend_mm = max((sum(map(self._row_mm, column)) for column in self.columns), default=0.0)
        self.caption_mm = len(self.caption_lines) * self._line(self.m.small_pt)
        around_mm = 2 * self.m.margin_mm + title_mm + 4.0 + self.caption_mm
        if self.is_slide:  # the legend stands beside the map, which takes what the caption leaves
            map_height = max(SLIDE_HEIGHT_MM - around_mm - 1.0, legend_mm - 4.0)
        self.height_mm = round(around_mm + map_height + (1.0 if self.is_slide else legend_mm + 3.5), 2)
        self.map_top_mm = self.height_mm - self.m.margin_mm - title_mm
        left = self.m.margin_mm + self.m.gutter_mm + (self.panel_mm + 4 if self.is_slide and self.is_rtl else 0)
        self.frame = Frame(
            bbox,
            projection=figure.projection,
            left_mm=left,
            bottom_mm=self.map_top_mm - map_height,
            width_mm=map_mm,
            height_mm=map_height,
            is_whole=is_whole,
        )

    @property
    def _swatch(self) -> float:
        return 7.0 * self.m.weight

    def _line(self, size_pt: float) -> float:
        return size_pt * (0.5 if self.is_rtl else 0.46)

    def _size(self, row: Row) -> float:
        return self.m.text_pt if row.is_heading else self.m.small_pt

    def _row_mm(self, row: Row) -> float:
        lines = max(1, len(self.row_texts[row])) * self._line(self._size(row))
        return lines + (1.0 if row.is_heading else 0.9)

    def _caption(self, frame: Frame) -> list[str]:
        """What a figure says of itself: sources, release, date, point of view, disclaimer, projection, address."""
        figure, release = self.content.figure, self.content.release
        lang, texts = figure.lang, TEXTS[figure.lang]
        articles = release.document("coverage").get("articles", [])
        cited = [_short_citation(article, lang) for article in articles]
        drawn = [release.catalog[name] for name in ("basemap", *self.content.layers)]
        sources = [*cited, attribution(release, drawn, "en" if self.is_rtl else lang)]
        view = self.words[f"view.{figure.point_of_view}"]
        notes = [
            self.words["corridors.band_note"] if self.content.kept.get("corridors") else "",
            # Latin names in a Persian paragraph would be torn apart by its line breaks.
            *([texts["sources"], *sources] if self.is_rtl else [f"{texts['sources']} {'; '.join(sources)}."]),
            f"{texts['release'].format(id=release.id, date=digits(release.receipt['date'], lang))} "
            + texts["as_of"].format(as_of=digits(release.receipt["borders_as_of"], lang), view=view),
            self.imprint.disclaimer(release, lang),
            f"{projection_note(frame, lang)} {texts['scale']}",
            f"{self.imprint.address}/m/{release.id}" if self.imprint.address else "",
        ]
        return [note for note in notes if note]

    def draw(self, canvas: Canvas) -> None:
        """Draw everything, back to front."""
        m, ink, frame, content = self.m, self.ink, self.frame, self.content
        draw_ground(canvas, frame, content, ink, m.weight)
        draw_graticule(canvas, frame, ink, m.weight, m.small_pt * 0.9)
        draw_bands(canvas, frame, content, ink)
        if "borders" in content.layers:
            draw_borders(canvas, frame, content, ink, m.weight)
        marked = draw_marks(canvas, frame, content, ink, m.weight)
        left, bottom = frame.left_mm, frame.bottom_mm
        board = Board(
            (left + 0.4, bottom + 0.4, left + frame.width_mm - 0.4, bottom + frame.height_mm - 0.4), marked=marked
        )
        self._inset(canvas, board)
        self._scale_bar(canvas, board)
        self._north(canvas, board)
        named = draw_trays(canvas, frame, content, ink, board, m.text_pt, m.weight)
        draw_tags(canvas, frame, content, ink, board, m.small_pt)
        draw_names(canvas, frame, content, ink, board, m.text_pt, named)
        canvas.line(frame.box.exterior, ink.color("text-2"), 0.5)
        self._title(canvas)
        self._legend_and_caption(canvas)

    def _title(self, canvas: Canvas) -> None:
        x = self.width_mm - self.m.margin_mm if self.is_rtl else self.m.margin_mm
        y = self.height_mm - self.m.margin_mm
        for line in self.title_lines:
            y -= self._line(self.m.title_pt)
            canvas.text(
                x,
                y + 0.9,
                line,
                self.m.title_pt,
                self.ink.color("text"),
                is_bold=True,
                align="right" if self.is_rtl else "left",
            )

    def _legend_and_caption(self, canvas: Canvas) -> None:
        is_beside = self.is_slide and not self.is_rtl
        left = self.width_mm - self.m.margin_mm - self.panel_mm if is_beside else self.m.margin_mm
        top = self.map_top_mm if self.is_slide else self.frame.bottom_mm - 4.5
        align: Literal["left", "right"] = "right" if self.is_rtl else "left"
        column_mm = self.panel_mm / self.m.columns
        lowest = top
        for index, column in enumerate(self.columns):
            place = len(self.columns) - 1 - index if self.is_rtl else index
            place += self.m.columns - len(self.columns) if self.is_rtl else 0
            x, y = left + place * column_mm, top
            for row in column:
                self._row(canvas, row, x, y, column_mm)
                y -= self._row_mm(row)
            lowest = min(lowest, y)
        y = self.m.margin_mm + self.caption_mm if self.is_slide else lowest - 1.0
        x = self.width_mm - self.m.margin_mm if self.is_rtl else self.m.margin_mm
        for line in self.caption_lines:
            y -= self._line(self.m.small_pt)
            canvas.text(x, y, line, self.m.small_pt, self.ink.color("text-2"), align=align)

    def _row(self, canvas: Canvas, row: Row, x: float, top: float, column_mm: float) -> None:
        size = self._size(row)
        edge = x + column_mm - 1.0 if self.is_rtl else x
        align: Literal["left", "right"] = "right" if self.is_rtl else "left"
        indent = 0.0 if row.is_heading else self._swatch + 1.2
        for number, line in enumerate(self.row_texts[row]):
            y = top - self._line(size) * (number + 0.5) - 0.4
            at = edge - indent if self.is_rtl else edge + indent
            canvas.text(at, y, line, size, self.ink.color("text"), is_bold=row.is_heading, align=align, valign="center")
        if not row.is_heading:
            at = edge - self._swatch if self.is_rtl else edge
            draw_row(canvas, self.ink, row, at, top - self._line(size) * 0.5 - 0.4, self._swatch, self.m.weight)

    def _scale_bar(self, canvas: Canvas, board: Board) -> None:
        frame, lang, ink = self.frame, self.content.figure.lang, self.ink
        km = scale_bar_km(frame.km_per_mm * frame.width_mm * 0.2)
        length = km / frame.km_per_mm
        text = f"{digits(f'{km:g}', lang)} {TEXTS[lang]['km']}"
        text_mm = canvas.measure(text, self.m.small_pt)[0]
        left, bottom = frame.left_mm + 2.0, frame.bottom_mm + 1.8
        if any(box[0] < left + length + text_mm + 3 and box[1] < bottom + 3 for box in board.taken):
            left = frame.left_mm + frame.width_mm - length - text_mm - 4.0
        height = self.m.small_pt * 0.42
        ground = (left - 1.0, bottom - 0.9, left + length + text_mm + 2.4, bottom + height + 0.2)
        board.take(ground)
        canvas.area(shapely.box(*ground), ink.color("surface"), alpha=0.85)
        y = bottom + height * 0.3
        half = left + length / 2
        canvas.line(shapely.LineString([(left, y), (half, y)]), ink.color("text"), 1.6 * self.m.weight)
        canvas.line(
            shapely.box(left, y - 0.28 * self.m.weight, left + length, y + 0.28 * self.m.weight).exterior,
            ink.color("text"),
            0.4,
        )
        canvas.text(left + length + 1.0, y, text, self.m.small_pt, ink.color("text"), valign="center")

    def _free_corner(self, radius: float) -> Any:  # noqa: ANN401 -- an array of shape (2,)
        """The middle of a circle in the corner that hides the least of the subject: the first of the emptiest."""
        frame, pad = self.frame, radius + 1.0
        left, right = frame.left_mm + pad, frame.left_mm + frame.width_mm - pad
        low, high = frame.bottom_mm + pad, frame.bottom_mm + frame.height_mm - pad
        subject = [
            frame.place(feature.shape)
            for name in ("incidents", "corridors", "context_corridors")
            for feature in self.content.kept.get(name, [])
            if feature.shape is not None
        ]
        corners = [np.array(corner) for corner in ((left, low), (right, low), (left, high), (right, high))]
        return min(corners, key=lambda corner: sum(shapely.Point(*corner).buffer(pad).intersects(s) for s in subject))

    def _north(self, canvas: Canvas, board: Board) -> None:
        """An arrow only where it is true of the whole map; elsewhere the meridians say where north is."""
        frame = self.frame
        if not frame.has_honest_north:
            return
        x, y = frame.left_mm + 4.0, frame.bottom_mm + frame.height_mm - 8.0
        if any(box[0] < x + 3 and box[3] > y - 4 for box in board.taken):
            x = frame.left_mm + frame.width_mm - 4.0
        lon, lat = frame.on_earth(np.array([[x, y]]))[0].tolist()
        tilt = np.radians(frame.direction_deg(lon, lat, 0.0))
        board.take((x - 3, y - 3.5, x + 3, y + 7))
        across, along = np.array([np.sin(tilt), -np.cos(tilt)]), np.array([np.cos(tilt), np.sin(tilt)])
        middle = np.array([x, y])
        arrow = shapely.Polygon(
            [
                middle + along * 3.2,
                middle - along * 2.2 + across * 1.5,
                middle - along * 1.2,
                middle - along * 2.2 - across * 1.5,
            ]
        )
        canvas.area(arrow, self.ink.color("text"))
        text = TEXTS[self.content.figure.lang]["north"]
        canvas.text(
            x,
            y + 4.0,
            text,
            self.m.text_pt,
            self.ink.color("text"),
            is_bold=True,
            align="center",
            halo=self.ink.color("halo"),
        )

    def _inset(self, canvas: Canvas, board: Board) -> None:
        """Where in the world the map lies: the half of the globe around it, with the map's outline."""
        frame, ink, radius = self.frame, self.ink, self.m.inset_mm / 2
        center = self._free_corner(radius)
        lon, lat = frame.origin[1], frame.origin[0]
        globe = pyproj.Transformer.from_crs(
            "EPSG:4326", f"+proj=laea +lat_0={lat} +lon_0={lon} +R=6371000 +units=m", always_xy=True
        )
        metres = 2 * 6_371_000 * np.sin(np.radians(_HORIZON_DEG) / 2)

        def on_disc(degrees: Any) -> Any:  # noqa: ANN401 -- arrays of shape (n, 2)
            x, y = globe.transform(degrees[:, 0], degrees[:, 1])
            return np.column_stack([x, y]) / metres * radius + center

        disc = shapely.Point(*center).buffer(radius, quad_segs=24)
        canvas.area(shapely.Point(*center).buffer(radius + 0.4, quad_segs=24), ink.color("surface"))
        canvas.area(disc, ink.color("water"))
        land = shapely.make_valid(self.content.land_of_the_world())
        near = shapely.intersection(land, shapely.box(lon - 100, -40, lon + 100, 84))
        flat = shapely.simplify(shapely.make_valid(shapely.transform(near, on_disc)), 0.05)
        canvas.area(shapely.intersection(flat, disc), ink.color("context"), outline_pt=0.1)
        outline = shapely.get_coordinates(shapely.segmentize(frame.box.exterior, frame.width_mm / 20))
        canvas.line(shapely.LineString(on_disc(frame.on_earth(outline))), ink.color("accent"), 0.9 * self.m.weight)
        canvas.line(disc.exterior, ink.color("text-2"), 0.4)
        board.take(
            (center[0] - radius - 0.8, center[1] - radius - 0.8, center[0] + radius + 0.8, center[1] + radius + 0.8)
        )


_HORIZON_DEG: Final = 75.0
"""The inset shows what is no farther than this from the middle of the map."""


def _columns(rows: tuple[Row, ...], most: int) -> list[list[Row]]:
    """Deal rows into columns of about the same length; a heading never ends one."""
    groups: list[list[Row]] = []
    for row in rows:
        if row.is_heading or not groups:
            groups.append([])
        groups[-1].append(row)
    if most == 1:
        return [[row for group in groups for row in group]]
    columns: list[list[int]] = [[] for _ in range(most)]
    for place in sorted(range(len(groups)), key=lambda place: -len(groups[place])):
        min(columns, key=lambda column: sum(len(groups[other]) for other in column)).append(place)
    in_order = sorted(sorted(column) for column in columns if column)
    return [[row for place in column for row in groups[place]] for column in in_order]


def _short_citation(article: Mapping[str, object], lang: str) -> str:
    """Author, year and journal of an article, as far as they are confirmed."""
    authors = article.get("authors")
    names = ", ".join(map(str, authors)) if isinstance(authors, list) else ""
    title = article.get("title")
    if not names and isinstance(title, dict):
        names = str(title.get(lang) or title.get("en") or next(iter(title.values()), ""))
    year = digits(article["year"], lang) if article.get("year") else ""
    comma = "، " if lang == "fa" else ", "
    return comma.join(filter(None, [names, year, str(article.get("publisher") or "")]))
