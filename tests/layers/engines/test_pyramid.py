"""Pyramids: the tiles of the low zooms, as any reader of PMTiles finds them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import shapely
from pmtiles.reader import MemorySource, Reader, all_tiles

from geo.errors import DamagedRelease
from geo.tilegrid import Tile
from geo.vocabulary import NEUTRAL
from layers.engines.pyramid import Pyramid, write_pyramid, zooms_of
from layers.engines.tiles import encode
from layers.filter import Filter
from layers.mvt import encode_tile
from tests.tilereader import source_of

if TYPE_CHECKING:
    from pathlib import Path

    from layers.release import Release

THINGS = source_of(shapely.Point(69, 37), shapely.Point(-120, 5), None).columns


def archive() -> bytes:
    file = io.BytesIO()
    write_pyramid(file, THINGS, "things", range(4), "12345678")
    return file.getvalue()


def read_all(path: Path) -> list[bytes | None]:
    pyramid = Pyramid(path)
    return [pyramid.get(Tile(3, x, y)) for x in range(8) for y in range(8)]


def test_any_reader_finds_the_tiles_that_the_encoder_makes() -> None:
    source = MemorySource(archive())
    reader = Reader(source)
    assert reader.metadata()["mark"] == "12345678"
    tiles = dict(all_tiles(source))
    shown = {place for place, content in tiles.items() if content}
    assert {z for z, _, _ in shown} == {0, 1, 2, 3}
    for (z, x, y), content in tiles.items():
        assert content == encode(THINGS, "things", Tile(z, x, y), Filter())


def test_ours_gives_the_same_and_knows_where_it_ends(tmp_path: Path) -> None:
    (tmp_path / "x.pmtiles").write_bytes(archive())
    pyramid = Pyramid(tmp_path / "x.pmtiles")
    for z in range(4):
        for x in range(2**z):
            for y in range(2**z):
                found = pyramid.get(Tile(z, x, y))
                assert found in (None, encode(THINGS, "things", Tile(z, x, y), Filter()))
    assert pyramid.get(Tile(4, 0, 0)) is None
    assert archive() == archive()


@pytest.mark.parametrize("damage", ["empty", "half", "last", "changed"])
def test_a_damaged_archive_is_told(tmp_path: Path, damage: str) -> None:
    content = archive()
    damaged = {
        "empty": b"",
        "half": content[: len(content) // 2],
        "last": content[:-1],
        "changed": content[:-1] + bytes([content[-1] ^ 1]),
    }[damage]
    (tmp_path / "x.pmtiles").write_bytes(damaged)
    with pytest.raises(DamagedRelease):
        read_all(tmp_path / "x.pmtiles")


def test_the_release_answers_from_it_as_it_would_without(release: Release) -> None:
    pyramid = release.pyramid("basemap")
    assert pyramid is not None
    assert list(zooms_of(release.columns("basemap"))) == [0, 1, 2]
    assert release.pyramid("incidents") is None
    for tile in (Tile(0, 0, 0), Tile(2, 2, 1)):
        whole = encode_tile(release, [release.catalog["basemap"]], tile, Filter(), NEUTRAL)
        assert whole == encode(release.columns("basemap"), "basemap", tile, Filter()) == pyramid.get(tile)
