"""Unsound features are all told at once, with file, id and remedy, and nothing is half built."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datasets import data_root, stamp
from geo.errors import InvalidFeatures
from geo.soundness import check_features, faults_of
from layers.build import build_release
from layers.catalog import default_catalog
from layers.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

SQUARE = [[60, 30], [61, 30], [61, 31], [60, 31], [60, 30]]


def feature(id_: object, kind: str, coordinates: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": id_,
        "properties": {},
        "geometry": kind and {"type": kind, "coordinates": coordinates},
    }


def collection(*features: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **members}


@pytest.mark.parametrize(
    ("unsound", "says"),
    [
        (feature("bow-tie", "Polygon", [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]), "bow-tie: the geometry is invalid"),
        (feature("open", "Polygon", [SQUARE[:-1]]), "open: the geometry cannot be read"),
        (feature("short", "Polygon", [[[0, 0], [1, 1], [0, 0]]]), "short: the geometry"),
        (feature("clockwise", "Polygon", [SQUARE[::-1]]), "clockwise: a ring is wound against RFC 7946"),
        (feature("far", "Point", [200, 10]), "far: 200, 10 lies outside the world; Coordinates are lon, lat"),
        (
            feature("swapped", "Point", [34.5, 169.2]),
            "swapped: 34.5, 169.2 lies outside the world; are lon and lat swapped?",
        ),
        (feature("nothing", "MultiPolygon", []), "nothing: the geometry is empty"),
        (feature("", "Point", [1, 1]), "feature 1 has no id"),
        (feature(7, "Point", [1, 1]), "feature 1 has no id"),
    ],
)
def test_each_fault_is_named_with_its_feature(unsound: dict[str, Any], says: str) -> None:
    faults = faults_of(collection(unsound))
    assert any(fault.startswith(says) for fault in faults), faults


def test_a_doubled_id_and_another_crs_are_faults_of_the_file() -> None:
    named = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}}
    faults = faults_of(collection(feature("a", "Point", [1, 1]), feature("a", "Point", [2, 2]), **named))
    assert [fault.partition(";")[0] for fault in faults] == [
        "the file names the CRS 'urn:ogc:def:crs:EPSG::3857'",
        "a: the id stands 2 times",
    ]


@pytest.mark.parametrize("document", [None, [], {}, {"type": "FeatureCollection"}, "text"])
def test_what_is_no_collection_says_so(document: object) -> None:
    assert faults_of(document) == ["the file is no FeatureCollection; write one with a list of features"]


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), max_size=5))
def test_points_in_the_world_and_features_without_a_place_are_sound(points: list[tuple[float, float]]) -> None:
    rows = [feature(f"p{number}", "Point", list(point)) for number, point in enumerate(points)]
    assert faults_of(collection(*rows, feature("nowhere", "", None) | {"geometry": None})) == []


def test_the_recorded_features_are_sound() -> None:
    check_features()


def test_all_faults_of_all_files_come_at_once_and_nothing_is_half_built(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(data_root(), data)
    for name, spoiled in (
        ("lakes", feature("bow-tie", "Polygon", [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]])),
        ("rivers", feature("swapped", "LineString", [[34.5, 169.2], [34.6, 169.3]])),
    ):
        file = data / "naturalearth" / f"{name}.geojson"
        document = json.loads(file.read_text(encoding="utf-8"))
        document["features"].append(spoiled)
        file.write_text(json.dumps(document), encoding="utf-8")
    corridors = data / "corridors.toml"
    looped = corridors.read_text(encoding="utf-8").replace(
        'from = "central-asia", to = "ru"', 'from = "ru", to = "af"', 1
    )
    corridors.write_text(
        looped.replace('from = "central-asia", to = "europe"', 'from = "central-asia", to = "ru"', 1), encoding="utf-8"
    )
    stamp(data)
    with pytest.raises(InvalidFeatures) as caught:
        build_release(Workspace(tmp_path / "workspace"), data, default_catalog())
    assert [fault.split(": ")[:2] for fault in caught.value.faults] == [
        ["data/naturalearth/lakes.geojson", "bow-tie"],
        ["data/naturalearth/rivers.geojson", "swapped"],
        ["data/corridors.toml", "record a1"],
    ]
    assert "af → central-asia → ru → af comes back to where it has been" in caught.value.faults[-1]
    assert "stamp" in str(caught.value)
    assert not list((tmp_path / "workspace" / "releases").glob("*/release.json"))
