"""The recorded data set: each fault of a file or a passport gives one clear error."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from geo import datasets
from geo.errors import DamagedData, MissingData, UnrecordedSource

if TYPE_CHECKING:
    from pathlib import Path

PLACES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "a",
            "properties": {"name": "A", "aliases": ["x", "y"], "level": 1, "note": None},
            "geometry": {"type": "Point", "coordinates": [69.0, 38.0]},
        },
        {"type": "Feature", "id": "b", "properties": {"name": None, "level": 2, "extra": "e"}, "geometry": None},
    ],
}
PASSPORT = """# a comment that stays
[hand-made]
title = "Places"
provider = "The maintainers"
version = "1"
as_of = "2022"
retrieved = 2026-11-21
licence = "CC-BY-4.0"
attribution = "The maintainers"
made_by = "by hand"

[hand-made.files]
"sub/places.geojson" = "{sha256}"  # and so does this
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    places = tmp_path / "sub" / "places.geojson"
    places.write_text(json.dumps(PLACES), encoding="utf-8")
    sha256 = hashlib.sha256(places.read_bytes()).hexdigest()
    (tmp_path / "sources.toml").write_text(PASSPORT.format(sha256=sha256), encoding="utf-8")
    (tmp_path / "release.toml").write_text("date = 2026-11-21\n", encoding="utf-8")
    return tmp_path


def test_a_sound_data_folder_passes(root: Path) -> None:
    (source,) = datasets.verify(root)
    assert (source.id, source.url, source.retrieved) == ("hand-made", None, date(2026, 11, 21))
    assert list(source.files) == ["sub/places.geojson"]


def test_features_keep_texts_lists_and_none(root: Path) -> None:
    frame = datasets.read_features(root, "sub/places")
    assert list(frame.columns) == ["id", "name", "aliases", "level", "note", "extra", "geometry"]
    assert frame.crs.to_epsg() == 4326
    assert frame.drop(columns="geometry").to_dict("records") == [
        {"id": "a", "name": "A", "aliases": ["x", "y"], "level": 1, "note": None, "extra": None},
        {"id": "b", "name": None, "aliases": None, "level": 2, "note": None, "extra": "e"},
    ]
    assert (frame.geometry[0].x, frame.geometry[0].y) == (69.0, 38.0)
    assert frame.geometry[1] is None


def test_a_changed_file_is_named_with_both_hashes(root: Path) -> None:
    expected = datasets.read_sources(root)[0].files["sub/places.geojson"]
    (root / "sub" / "places.geojson").write_text("{}", encoding="utf-8")
    found = hashlib.sha256(b"{}").hexdigest()
    for read in (lambda: datasets.verify(root), lambda: datasets.read_features(root, "sub/places")):
        with pytest.raises(DamagedData) as caught:
            read()
        for fact in ("places.geojson", expected, found, "datasets stamp"):
            assert fact in str(caught.value)


def test_a_missing_file_is_named(root: Path) -> None:
    (root / "sub" / "places.geojson").unlink()
    with pytest.raises(MissingData, match=r"places\.geojson is missing"):
        datasets.verify(root)


def test_a_file_without_passport_is_named(root: Path) -> None:
    (root / "stray.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UnrecordedSource, match=r"data/stray\.json"):
        datasets.verify(root)
    with pytest.raises(UnrecordedSource, match=r"No passport lists data/stray\.json"):
        datasets.read_json("stray.json", root)


def test_a_file_in_two_passports_is_refused(root: Path) -> None:
    passports = root / "sources.toml"
    text = passports.read_text(encoding="utf-8")
    passports.write_text(text + text.replace("[hand-made", "[second"), encoding="utf-8")
    with pytest.raises(UnrecordedSource, match="two passports, hand-made and second"):
        datasets.read_sources(root)


@pytest.mark.parametrize("field", ["title", "provider", "version", "as_of", "licence", "attribution", "made_by"])
def test_a_passport_without_a_field_is_refused(root: Path, field: str) -> None:
    passports = root / "sources.toml"
    lines = passports.read_text(encoding="utf-8").splitlines()
    passports.write_text("\n".join(line for line in lines if not line.startswith(f"{field} =")), encoding="utf-8")
    with pytest.raises(UnrecordedSource, match=f"passport hand-made has no {field}"):
        datasets.read_sources(root)


def test_missing_or_broken_passports(root: Path) -> None:
    passports = root / "sources.toml"
    passports.write_text("[half", encoding="utf-8")
    with pytest.raises(DamagedData, match="cannot be read"):
        datasets.read_sources(root)
    passports.unlink()
    with pytest.raises(MissingData, match=r"sources\.toml is missing"):
        datasets.read_sources(root)


def test_a_recorded_file_that_is_no_json(root: Path) -> None:
    (root / "sub" / "places.geojson").write_text("no json", encoding="utf-8")
    datasets.stamp(root)
    with pytest.raises(DamagedData, match="is no JSON"):
        datasets.read_json("sub/places.geojson", root)


def test_stamp_renews_hashes_and_keeps_the_rest(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "sub" / "places.geojson").write_text("{}", encoding="utf-8")
    assert datasets.main(["stamp", "--root", str(root)]) == 0
    text = (root / "sources.toml").read_text(encoding="utf-8")
    assert text == PASSPORT.format(sha256=hashlib.sha256(b"{}").hexdigest())
    datasets.verify(root)
    (root / "stray.json").write_text("[]", encoding="utf-8")
    assert datasets.main(["stamp", "--root", str(root)]) == 1
    assert "data/stray.json has no passport" in capsys.readouterr().err


def test_stamp_says_what_is_missing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "sub" / "places.geojson").unlink()
    assert datasets.main(["stamp", "--root", str(root)]) == 2
    assert "places.geojson is missing" in capsys.readouterr().err
