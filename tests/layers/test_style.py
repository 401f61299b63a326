"""The map style: complete for every language and theme, drawn from the tokens, calling on no other host."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from layers.styles.borders import STATUSES
from layers.styles.style import (
    BASE_LAYERS,
    COVERAGE_LAYERS,
    INCIDENT_LAYERS,
    LANGUAGES,
    MAP_LAYERS,
    MEMBER_LAYERS,
    Style,
)
from layers.styles.tokens import THEMES, Theme, colors, css, tokens
from tests.missing import missing

if TYPE_CHECKING:
    import numpy.typing as npt

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "server/assets/node_modules/@maplibre/maplibre-gl-style-spec/dist/index.mjs"
BASE_URL = "https://maps.example.org/corridors"
EVERY_STYLE = [pytest.param(lang, theme, id=f"{lang}-{theme}") for lang in LANGUAGES for theme in THEMES]


def make(lang: str = "en", theme: Theme = "light") -> dict[str, Any]:
    return Style(
        lang=lang, theme=theme, release="3f9c1e7aa001", base_url=BASE_URL, assets_url=f"{BASE_URL}/static/0123456789"
    ).to_dict()


def texts(value: object) -> list[str]:
    """Every text in a JSON value, keys left out."""
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for child in children for text in texts(child)]


@pytest.mark.parametrize(("lang", "theme"), EVERY_STYLE)
def test_a_style_follows_the_specification(lang: str, theme: Theme) -> None:
    node = shutil.which("node")
    if node is None or not SPEC.is_file():
        missing("node or the style specification's validator is not here: `make tools` brings both")
    program = (
        f"import {{validateStyleMin}} from {json.dumps(SPEC.as_uri())}; import fs from 'node:fs';"
        "console.log(JSON.stringify(validateStyleMin(JSON.parse(fs.readFileSync(0, 'utf8'))).map(e => e.message)))"
    )
    style = Style(
        lang=lang, theme=theme, release="3f9c1e7aa001", base_url=BASE_URL, assets_url=f"{BASE_URL}/static/0123456789"
    ).to_json()
    done = subprocess.run(
        [node, "--input-type=module", "--eval", program], input=style, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(("lang", "theme"), EVERY_STYLE)
def test_every_colour_is_a_token_of_the_theme(lang: str, theme: Theme) -> None:
    found = {text for text in texts(make(lang, theme)["layers"]) if text.startswith(("#", "rgb", "hsl"))}
    assert found
    assert found <= set(colors(theme).values())


def test_both_themes_name_the_same_colours() -> None:
    assert set(colors("light")) == set(colors("dark"))


def test_every_layer_draws_what_its_source_holds() -> None:
    held = {
        "base": set(BASE_LAYERS),
        "map": set(MAP_LAYERS),
        "incidents": set(INCIDENT_LAYERS),
        "members": set(MEMBER_LAYERS),
        "coverage": set(COVERAGE_LAYERS),
    }
    drawn = set()
    for layer in make()["layers"]:
        if "source-layer" in layer:
            assert layer["source-layer"] in held[layer["source"]], layer["id"]
            drawn.add(layer["source-layer"])
    assert drawn == set.union(*held.values())


def test_a_dot_is_a_count_and_what_loads_tiles_of_its_own_waits_until_it_is_wanted() -> None:
    layers = make()["layers"]
    assert not any(layer["type"] == "heatmap" for layer in layers)
    dots = {layer["id"]: layer["filter"] for layer in layers if layer["type"] == "circle"}
    # Of a border only what is too short to be a line is drawn as a dot.
    assert {id_: dots.pop(id_)[1] for id_ in sorted(dots) if id_.startswith("border-")} == {
        f"border-{status}-dot": ["==", ["geometry-type"], "Point"] for status in sorted(STATUSES)
    }
    assert dots == {"incident-cells": ["has", "count"]}
    for layer in layers:
        if layer.get("source") in {"incidents", "members", "coverage"}:
            assert layer["layout"]["visibility"] == "none", layer["id"]


def test_a_dot_is_never_wider_than_its_cell_and_a_whole_zoom_begins_anew() -> None:
    (dots,) = [layer for layer in make()["layers"] if layer["id"] == "incident-cells"]
    stops = dots["paint"]["circle-radius"][3:]
    for zoom, radius in zip(stops[::2], stops[1::2], strict=True):
        assert 2 * radius <= 8 * 2 ** (zoom % 1)


def test_layer_ids_are_unique() -> None:
    ids = [layer["id"] for layer in make()["layers"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_asked_of_another_host(lang: str) -> None:
    style = make(lang)
    assert "glyphs" not in style
    assert "sprite" not in style
    addresses = re.findall(r"https?://[^\"\s]+", json.dumps(style))
    assert addresses
    assert all(address.startswith(BASE_URL + "/") for address in addresses)


def test_every_tile_address_names_the_release() -> None:
    sources = make()["sources"]
    assert all("/tiles/3f9c1e7aa001/" in sources[name]["tiles"][0] for name in ("base", "map"))


def test_every_text_is_set_in_a_font_that_the_style_brings() -> None:
    style = make()
    fonts = {font for layer in style["layers"] for font in layer.get("layout", {}).get("text-font", [])}
    assert fonts == set(style["font-faces"])


def test_persian_is_larger_and_neither_spaced_nor_capital() -> None:
    english, persian = ({layer["id"]: layer for layer in make(lang)["layers"]} for lang in ("en", "fa"))
    names = "admin1-names"
    assert persian[names]["layout"]["text-size"] > english[names]["layout"]["text-size"]
    spacings = {layer.get("layout", {}).get("text-letter-spacing", 0) for layer in persian.values()}
    assert spacings == {0}
    assert "uppercase" not in json.dumps(list(persian.values()))


def test_names_of_the_focus_countries_come_after_all_other_names() -> None:
    ids = [layer["id"] for layer in make()["layers"] if layer["type"] == "symbol"]
    assert ids[-5:] == ["country-names-focus", "tray-point", "tray-region", "tray-province", "tray-country"]


def test_context_and_infrastructure_have_no_colour_of_evidence() -> None:
    light = colors("light")
    evidence = {light[name] for name in ("movement", "movement-other", "violence", "enforcement", "institution")}
    outside = [
        layer
        for layer in make()["layers"]
        if layer.get("metadata", {}).get("group", "").startswith(("context_corridors", "transport_corridors"))
    ]
    assert len(outside) > 4
    assert not evidence & set(texts(outside))
    assert not any("movement" in text for text in texts(outside))


def test_only_borders_and_rivers_have_a_solid_line() -> None:
    """Only a measured geometry may be solid: no corridor is."""
    solid = {
        layer["id"]
        for layer in make()["layers"]
        if layer["type"] == "line"
        and "line-dasharray" not in layer["paint"]
        and layer["paint"].get("line-opacity") != 0
    }
    borders = {"border-ribbon", "border-agreed", "border-focus-casing", "border-focus"}
    assert solid == {"rivers", "admin1", *borders}


def test_an_unknown_language_or_theme_is_refused() -> None:
    with pytest.raises(ValueError, match="'de', not one of en, fa, ru, kk"):
        Style(lang="de", theme="light", release="x", base_url=BASE_URL, assets_url=f"{BASE_URL}/static/0123456789")
    with pytest.raises(ValueError, match="'sepia', not one of light, dark"):
        Style(lang="en", theme="sepia", release="x", base_url=BASE_URL, assets_url=f"{BASE_URL}/static/0123456789")  # type: ignore[arg-type]  # what a caller may do


def test_the_json_is_the_same_twice() -> None:
    styles = [
        Style(
            lang="kk", theme="dark", release="r", base_url=BASE_URL, assets_url=f"{BASE_URL}/static/0123456789"
        ).to_json()
        for _ in range(2)
    ]
    assert styles[0] == styles[1]


def test_tokens_css_is_made_from_the_tokens() -> None:
    stored = (ROOT / "server/static/tokens.css").read_text(encoding="utf-8")
    assert stored == css(), "run: python -m layers.styles.tokens > server/static/tokens.css"


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


TEXT = [
    *itertools.product(("text", "text-2"), ("surface", "surface-2")),
    ("label", "land"), ("label", "land-focus"), ("label-minor", "land"), ("text-water", "water"),
    *((name, "surface") for name in ("movement", "violence", "enforcement", "institution", "conflict", "accent")),
    ("text", "mark"), ("surface", "text-2"), ("surface", "movement"), ("surface", "movement-other"),
]  # fmt: skip
GRAPHICS = [
    *itertools.product(
        (
            "movement",
            "movement-other",
            "violence",
            "enforcement",
            "institution",
            "context",
            "border-focus",
            "border",
            "border-disputed",
        ),
        ("land", "land-ca", "land-focus"),
    ),
    ("focus-ring", "surface"),
]


@pytest.mark.parametrize("theme", THEMES)
def test_text_has_contrast_4_5_and_graphics_3(theme: Theme) -> None:
    found = colors(theme)
    for pairs, least in ((TEXT, 4.5), (GRAPHICS, 3.0)):
        low = [(a, b) for a, b in pairs if contrast(found[a], found[b]) < least]
        assert not low, (theme, least, low)


def test_bands_fade_out_over_twelve_rings() -> None:
    """The innermost ring is painted on twelve times; even there the land must show through."""
    for theme in THEMES:
        alpha = tokens()["band_alpha_per_ring"][theme]["attested"] * 1.35
        assert 0.2 < 1 - (1 - alpha) ** 12 < 0.5


# Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency (2009): severity 1,
# on linear RGB.
_DEFICIENCIES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def seen(color: str, matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """CIELAB of a colour as somebody sees it."""
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.clip(matrix @ np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4), 0, 1)
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
    )
    x, y, z = np.cbrt(np.maximum(to_xyz @ linear / [0.95047, 1, 1.08883], 1e-4))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", _DEFICIENCIES)
def test_movements_and_what_happens_are_told_apart_by_readers_who_cannot_see_red_or_green(
    theme: Theme, sight: str
) -> None:
    """Bands lie under symbols, so their colours must differ most; families of symbols have silhouettes besides."""
    found = {name: seen(color, _DEFICIENCIES[sight]) for name, color in colors(theme).items()}
    for band, symbol in itertools.product(("movement", "movement-other"), ("violence", "enforcement", "institution")):
        assert np.linalg.norm(found[band] - found[symbol]) >= 18, (band, symbol)
    assert np.linalg.norm(found["movement"] - found["movement-other"]) >= 60
