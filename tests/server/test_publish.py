"""Publishing: a folder that any static host can serve, whole and the same for the same release."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from typing import TYPE_CHECKING

import bibtexparser.entrypoint
import mapbox_vector_tile
import pytest
from click.testing import CliRunner
from pmtiles.reader import Reader

from server.cli import main
from server.deposit import datacite, zenodo
from server.publish import write_folder
from server.published_map import PublishedMap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from layers.release import Release
    from layers.workspace import Workspace

ADDRESS = "https://maps.example.org/corridors"


@pytest.mark.slow
def test_the_folder_is_whole(
    workspace: Workspace, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["publish", str(tmp_path / "public"), "--workspace", str(workspace.path), "--no-figures", "--zoom", "3"]
    refused = CliRunner().invoke(main, command)
    assert refused.exit_code == 1
    assert "CORRIDORMAP_PUBLIC_URL" in refused.output
    monkeypatch.setenv("CORRIDORMAP_PUBLIC_URL", ADDRESS)
    made = CliRunner().invoke(main, command)
    assert made.exit_code == 0, made.output
    folder = tmp_path / "public"
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(sums) == present - {"SHA256SUMS"}
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha for name, sha in sums.items())
    layers = {layer.id for layer in release.catalog.exported}
    assert {path.stem for path in (folder / "data").iterdir()} == layers
    assert {
        "index.html",
        "index-fa.html",
        "file/map-ru.html",
        f"m/{release.id}/index.html",
        "tiles/base.pmtiles",
    } <= present
    library = bibtexparser.entrypoint.parse_string((folder / "cite" / "release.bib").read_text(encoding="utf-8"))
    assert library.entries[0]["url"] == f"{ADDRESS}/m/{release.id}"
    pages = [
        (folder / name).read_text(encoding="utf-8") for name in ("index.html", "index-fa.html", "cite/release.jsonld")
    ]
    assert [page.count("localhost") for page in pages] == [0, 0, 0]
    named = {name for name in re.findall(r'(?:href|src)="([^":?#]+)"', pages[0]) if not name.startswith("/")}
    assert len(named) > 20
    assert {name for name in named if not name.startswith("pictures/")} <= present
    assert '<script type="module" src="assets/published/start.mjs">' in pages[0]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", pages[0]), "the policy allows none"
    downloads = json.loads(pages[2])["distribution"]
    assert {download["contentUrl"].removeprefix(f"{ADDRESS}/") for download in downloads} <= present
    assert CliRunner().invoke(main, command).exit_code == 1, "a folder that holds something is left alone"


def test_the_tiles_are_those_of_the_service(app: Flask, release: Release, client: FlaskClient) -> None:
    published = PublishedMap(app, release, ADDRESS, "neutral", deepest_z=3)
    style, archives = published.style("en")
    assert b"localhost" not in style
    content = published._archive("incidents", archives["incidents"], lambda _: None)
    reader = Reader(lambda offset, length: content[offset : offset + length])
    assert reader.metadata()["vector_layers"][0]["id"] == "incidents"
    tile = reader.get(3, 5, 3)
    assert tile is not None
    assert gzip.decompress(tile) == client.get(archives["incidents"].replace("%7Bz%7D/%7Bx%7D/%7By%7D", "3/5/3")).data


def test_small_layers_say_as_geojson_what_their_tiles_say(app: Flask, release: Release, client: FlaskClient) -> None:
    published = PublishedMap(app, release, ADDRESS, "neutral")
    shapes = {
        feature["properties"]["id"]: feature["properties"]
        for feature in json.loads(published.shapes("corridor_marks"))["features"]
    }
    body = client.get(f"/tiles/{release.id}/corridor_marks/3/5/3.mvt").data
    tile = mapbox_vector_tile.decode(body)["corridor_marks"]["features"]
    assert len(tile) > 20
    for feature in tile:
        assert feature["properties"] == pytest.approx(shapes[feature["properties"]["id"]], abs=1e-3)


def test_the_deposit_records_name_the_release_its_terms_and_its_articles(release: Release) -> None:
    share = {"alt": "A map.", "attribution": "Sources."}
    record = datacite(release, share, "The publisher", ADDRESS)
    for name in ("creators", "titles", "publisher", "publicationYear", "types", "schemaVersion"):
        assert record[name], f"DataCite 4.5 demands {name}"
    assert record["version"] == release.id
    assert record["geoLocations"][0]["geoLocationBox"]["westBoundLongitude"] < 70
    articles = {article["doi"] for article in release.records("articles").values() if article.get("doi")}
    named = {one["relatedIdentifier"] for one in record["relatedIdentifiers"] if one["relatedIdentifierType"] == "DOI"}
    assert named == articles != set()
    assert zenodo(release, share, "The publisher", ADDRESS)["metadata"]["upload_type"] == "dataset"


def test_a_folder_has_its_files_when_they_are_whole(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "public"
    seen: list[list[str]] = []

    def files(*, whole: bool) -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"page"
        yield "data/a.json", b"{}"
        seen.append([path.name for path in folder.iterdir()])
        with pytest.raises(OSError, match="another process publishes into it"):
            write_folder(folder, iter([]))
        if not whole:
            raise KeyboardInterrupt
        yield "z.txt", b"z"

    with pytest.raises(KeyboardInterrupt):
        write_folder(folder, files(whole=False))
    assert list(folder.iterdir()) == []
    # As kill -9 leaves it.
    (folder / ".partial" / "data").mkdir(parents=True)
    (folder / ".partial" / "old.txt").write_text("old")
    assert write_folder(folder, files(whole=True)) == 7
    assert seen == [[".partial"]] * 2
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert found == ["SHA256SUMS", "data/a.json", "index.html", "z.txt"]
    assert [line[66:] for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()] == found[1:]
    with pytest.raises(OSError, match="it holds something already"):
        write_folder(folder, iter([]))
    assert len(list(folder.iterdir())) == 4
