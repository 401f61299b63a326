"""Every data file has one passport, every vendored package its licence text; both travel with what we hand on."""

from __future__ import annotations

import json
import re
from pathlib import Path

from geo.datasets import data_root, verify
from tests.missing import missing

LICENCES = {"CC-BY-4.0", "LicenseRef-Public-Domain", "MIT", "Unicode-3.0"}
MOST_PER_FILE = 2_900_000
MOST_NATURAL_EARTH = 9_000_000


def test_every_file_is_the_recorded_one() -> None:
    sources = verify()
    assert {source.id for source in sources} >= {
        "corridormap-records",
        "corridormap-rules",
        "geonames",
        "natural-earth-admin1",
        "natural-earth-disputed-lines",
        "natural-earth-waters",
        "unicode-cldr",
    }


def test_passports_name_a_known_licence_and_a_public_origin() -> None:
    for source in verify():
        assert source.licence in LICENCES, source.id
        assert source.url is None or re.fullmatch(r"https://[a-z.]+/", source.url), source.id
        assert source.url or source.provider == "The corridormap maintainers", source.id


def test_hashes_are_sha256() -> None:
    for source in verify():
        for name, sha256 in source.files.items():
            assert re.fullmatch(r"[0-9a-f]{64}", sha256), name


def test_the_repository_stays_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (data_root() / "naturalearth").iterdir()}
    assert max(sizes.values()) < MOST_PER_FILE
    assert sum(sizes.values()) < MOST_NATURAL_EARTH


VENDOR = Path(__file__).resolve().parents[1] / "server" / "static" / "vendor"


def test_every_vendored_package_and_font_brings_its_licence_text() -> None:
    """The texts lie beside the files, inside the folder that wheel, single file and publications take along."""
    if not VENDOR.is_dir():
        missing("the front-end assets are not here: `make assets` brings them")
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    assert {"maplibre-gl", "@fontsource/noto-sans", "@fontsource/vazirmatn"} <= set(manifest["packages"])
    for name, package in manifest["packages"].items():
        text = (VENDOR / package["text"]).read_text(encoding="utf-8")
        assert re.search(r"(?i)copyright|permission|licen[cs]e", text), name
    fonts = {path.name for path in (VENDOR / "fonts").iterdir()}
    families = {"noto-sans", "noto-naskh-arabic", "source-serif-4", "vazirmatn"}
    assert all(any(name.startswith(family) for family in families) for name in fonts)
    assert {f"@fontsource/{family}" for family in families} <= set(manifest["packages"])
