"""Figures: read from a query, framed and labelled honestly, and written as files that independent readers can open."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdf
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from geo.errors import EmptyView, MalformedFilter
from layers.figures.content import Content
from layers.figures.figure import WIDTHS_MM, Figure
from layers.figures.frame import REGION, Frame, scale_bar_km
from layers.figures.ink import FAMILIES, Ink
from layers.figures.labels import Board
from layers.figures.sheet import render
from layers.figures.symbols import CATEGORIES
from layers.imprint import Imprint
from server.figures import FONTS
from tests.live import CHECKOUT

if TYPE_CHECKING:
    from layers.release import Release

GOLDEN = Path(__file__).parents[1] / "fixtures" / "figures"
GEOD = pyproj.Geod(ellps="WGS84")
SVG = {"svg": "http://www.w3.org/2000/svg"}


def words(lang: str) -> dict[str, str]:
    path = CHECKOUT / "server" / "static" / "i18n" / f"{lang}.json"
    return {key: text for key, text in json.loads(path.read_text(encoding="utf-8")).items() if isinstance(text, str)}


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("figures")


def drawn(release: Release, cache: Path, form: Any, figure: Figure) -> bytes:
    return render(release, figure, form, fonts=FONTS, words=words(figure.lang), imprint=Imprint(), cache=cache)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"width": ["9999"]}, "width"),
        ({"dpi": ["72"]}, "dpi"),
        ({"lang": ["de"]}, "lang"),
        ({"layers": ["borders,pipelines"]}, "layers"),
        ({"title": ["x" * 10_000]}, "title"),
        ({"width": ["single", "double"]}, "width"),
        ({"colour": ["red"]}, "colour"),
        ({"bbox": ["1,2,3"]}, "bbox"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(query: dict[str, list[str]], parameter: str) -> None:
    with pytest.raises(MalformedFilter) as refused:
        Figure.parse(query)
    assert refused.value.parameter == parameter


def test_a_figure_has_one_canonical_query() -> None:
    query = {
        "width": ["single"],
        "category": ["seizure", "attack"],
        "layers": ["incidents,borders"],
        "release": ["abc"],
    }
    figure = Figure.parse(query)
    again = Figure.parse({name: [value] for name, value in (part.split("=") for part in figure.canonical().split("&"))})
    assert again == figure
    assert Figure.parse({}).canonical() == ""


def test_a_filter_that_keeps_nothing_is_told(release: Release) -> None:
    with pytest.raises(EmptyView, match="category=smuggling_attempt"):
        Content(release, Figure.parse({"category": ["smuggling_attempt"], "layers": ["incidents,borders"]}))


def test_a_filter_that_no_layer_obeys_is_refused(release: Release) -> None:
    with pytest.raises(MalformedFilter):
        Content(release, Figure.parse({"category": ["attack"], "layers": ["borders"]}))


def frame(bbox: tuple[float, float, float, float], projection: str = "auto", *, is_whole: bool = True) -> Frame:
    return Frame(bbox, projection=projection, left_mm=5, bottom_mm=9, width_mm=160, height_mm=100, is_whole=is_whole)


@settings(max_examples=30)
@given(st.floats(-30, 100), st.floats(5, 55), st.floats(2, 30), st.floats(2, 20))
def test_all_of_a_box_lies_in_its_frame(west: float, south: float, width: float, height: float) -> None:
    made = frame((west, south, west + width, south + height))
    corners = made.on_sheet(np.array([[west, south], [west + width, south], [west, south + height]]))
    assert shapely.contains_xy(made.box.buffer(0.01), corners).all()
    np.testing.assert_allclose(made.on_earth(corners)[:, 1], [south, south, south + height], atol=1e-6)


@settings(max_examples=30)
@given(st.floats(20, 85), st.floats(32, 55))
def test_albers_keeps_areas_and_lambert_angles(lon: float, lat: float) -> None:
    albers = frame(REGION, "albers", is_whole=False)
    square = shapely.box(lon, lat, lon + 0.5, lat + 0.5).segmentize(0.05)
    on_sheet = shapely.transform(square, albers.on_sheet).area * (albers.m_per_mm / 1e6) ** 2 * 1e12
    on_earth = abs(GEOD.geometry_area_perimeter(square)[0])
    assert on_sheet == pytest.approx(on_earth, rel=2e-3)
    lambert = frame(REGION, "lambert", is_whole=False)
    north, east = lambert.direction_deg(lon, lat, 0), lambert.direction_deg(lon, lat, 90)
    assert (north - east) % 360 == pytest.approx(90, abs=0.2)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    for bbox in (REGION, (66.0, 36.5, 72.0, 39.0)):
        made = frame(bbox)
        km = scale_bar_km(made.km_per_mm * 30)
        x, y = made.left_mm + made.width_mm / 2, made.bottom_mm + made.height_mm / 2
        half = km / made.km_per_mm / 2
        (a, b) = made.on_earth(np.array([[x - half, y], [x + half, y]]))
        assert GEOD.inv(a[0], a[1], b[0], b[1])[2] / 1000 == pytest.approx(km, rel=0.01)


def test_north_is_told_only_where_it_is_honest() -> None:
    assert frame((68.0, 36.5, 70.0, 38.0)).has_honest_north
    assert not frame(REGION).has_honest_north


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 60), st.floats(1, 25), st.floats(1, 6), st.booleans()), max_size=40
    )
)
def test_labels_never_cover_each_other_nor_leave_the_frame(
    labels: list[tuple[float, float, float, float, bool]],
) -> None:
    board = Board((0, 0, 100, 60))
    for x, y, width, height, must in labels:
        board.find(x, y, width, height, must=must)
    boxes = [shapely.box(*box) for box in board.taken]
    assert all(shapely.box(0, 0, 100, 60).buffer(1e-9).contains(box) for box in boxes)
    overlaps = [a.intersection(b).area for i, a in enumerate(boxes) for b in boxes[:i]]
    assert max(overlaps, default=0) < 1e-9


def test_symbols_are_those_of_the_page() -> None:
    page = (CHECKOUT / "server" / "static" / "symbols.mjs").read_text(encoding="utf-8")
    rows = re.findall(r"^  (\w+): \['([\w-]+)', '([^']*)', '([^']*)'\],$", page, re.MULTILINE)
    assert rows == [(name, s.family, s.silhouette, s.glyph) for name, s in CATEGORIES.items()]


_DEUTAN = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]])
_PROTAN = np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]])
"""Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB."""


@pytest.mark.parametrize("seen", [_DEUTAN, _PROTAN])
def test_safe_hues_stay_apart_for_colour_blind_readers(seen: Any) -> None:
    def lab(color: str) -> Any:
        srgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(srgb > 0.04045, ((srgb + 0.055) / 1.055) ** 2.4, srgb / 12.92)
        linear = np.clip(seen @ linear, 0, 1)
        xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
        f = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 0.008856))
        return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])

    hues = [lab(Ink("safe").color(family)) for family in FAMILIES if family != "context"]
    assert min(np.linalg.norm(a - b) for i, a in enumerate(hues) for b in hues[:i]) > 18


def test_the_grey_palette_has_no_hue() -> None:
    for token in (*FAMILIES, "water", "border-ribbon", "mark"):
        color = Ink("grey").color(token)
        assert color[1:3] == color[3:5] == color[5:7]


@pytest.mark.long
@pytest.mark.parametrize(
    "form", ["svg", pytest.param("pdf", marks=pytest.mark.slow), pytest.param("png", marks=pytest.mark.slow)]
)
def test_the_same_figure_has_the_same_bytes(release: Release, cache: Path, form: str) -> None:
    figure = Figure.parse({"width": ["single"], "corridor": ["a4"], "lang": ["kk"]})
    assert drawn(release, cache, form, figure) == drawn(release, cache, form, figure)


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "name"),
    [
        pytest.param("en", "TAJIKISTAN", marks=pytest.mark.slow),
        ("fa", "تاجیکستان"),
        pytest.param("ru", "ТАДЖИКИСТАН", marks=pytest.mark.slow),
        pytest.param("kk", "ТӘЖІКСТАН", marks=pytest.mark.slow),
    ],
)
def test_text_stays_text_and_its_fonts_are_inside(release: Release, cache: Path, lang: str, name: str) -> None:
    figure = Figure.parse({"lang": [lang], "width": ["single"]})
    page = pypdf.PdfReader(io.BytesIO(drawn(release, cache, "pdf", figure))).pages[0]
    assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(WIDTHS_MM["single"], abs=0.1)
    resources: Any = page["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    for font in fonts:
        descendant = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert "/FontFile2" in descendant["/FontDescriptor"], font["/BaseFont"]
        assert "/ToUnicode" in font
    assert name in page.extract_text()
    svg = etree.fromstring(drawn(release, cache, "svg", figure))
    texts = ["".join(node.itertext()).strip("\u2067\u2069") for node in svg.iterfind(".//svg:text", SVG)]
    assert name in texts
    assert release.id in " ".join(texts)
    assert "@font-face" in svg.findtext("svg:style", namespaces=SVG)
    assert release.id in svg.findtext("svg:desc", namespaces=SVG)
    assert not re.search(r"https?://(?!www\.w3\.org|purl\.org|creativecommons\.org)", etree.tostring(svg).decode())


@pytest.mark.long
def test_pdffonts_finds_every_font_inside_and_none_in_its_place(release: Release, cache: Path, tmp_path: Path) -> None:
    if shutil.which("pdffonts") is None:
        pytest.fail("no pdffonts: `make test` installs it on Debian as root; elsewhere install poppler-utils")
    figure = Figure.parse({"title": ["Ġanī, Mūsā, Őry, Łódź, Ştefan"], "width": ["single"], "corridor": ["a4"]})
    path = tmp_path / "map.pdf"
    path.write_bytes(drawn(release, cache, "pdf", figure))
    told = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    names = {line.split()[0].split("+")[1] for line in told}
    assert "CorridorLatinExt-600-normal" in names
    assert {name.startswith("Corridor") for name in names} == {True}, "no other font stands in for a missing letter"
    assert {re.search(r"(yes|no) (yes|no) (yes|no) +\d+ +\d+$", line)[1] for line in told} == {"yes"}  # type: ignore[index]  # emb


@pytest.mark.long
def test_text_as_paths_for_programs_that_read_no_fonts(release: Release, cache: Path) -> None:
    figure = Figure.parse({"text": ["paths"], "width": ["single"], "corridor": ["a4"]})
    svg = etree.fromstring(drawn(release, cache, "svg", figure))
    assert svg.findall(".//svg:text", SVG) == []
    assert svg.find("svg:style", SVG) is None


def test_a_title_with_markup_is_text(release: Release, cache: Path) -> None:
    figure = Figure.parse({"title": ["<script>alert(1)</script> & $x$"], "width": ["single"], "corridor": ["a4"]})
    svg = etree.fromstring(drawn(release, cache, "svg", figure))
    assert svg.findall(".//svg:script", SVG) == []
    assert svg.findtext("svg:title", namespaces=SVG) == "<script>alert(1)</script> & $x$"


@pytest.mark.long
@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.slow), "fa"])
def test_figures_look_as_those_that_people_looked_at(release: Release, cache: Path, lang: str) -> None:
    """The goldens are small: what a record adds passes, a lost layer, font or direction does not."""
    figure = Figure.parse({"lang": [lang], "width": ["single"]})
    made = Image.open(io.BytesIO(drawn(release, cache, "png", figure)))
    assert made.width == pytest.approx(85 / 25.4 * 300, abs=1)
    golden = Image.open(GOLDEN / f"single-{lang}.png").convert("RGB")
    small = made.convert("RGB").resize(golden.size, Image.Resampling.BOX)
    difference = np.abs(np.asarray(small, float) - np.asarray(golden, float))
    assert difference.mean() < 4, f"look at the figure; mean difference {difference.mean():.1f} of 255"
