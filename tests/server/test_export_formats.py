"""Every format of an export, read by the programs that it is for."""

from __future__ import annotations

import csv
import ctypes
import gzip
import io
import json
import resource
import sqlite3
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import duckdb
import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geo.errors import DamagedRelease, UnreachableDatabase, UnwritableWorkspace
from layers.codebook import codebook
from layers.exports import files
from layers.exports.export import FORMATS, TEXTS, Export
from layers.exports.files import batches, write_file
from layers.exports.kml import Placemarks
from layers.exports.texts import text_chunks
from layers.figures.worker import REFUSED
from layers.filter import Filter
from layers.imprint import Imprint
from layers.release import Release
from server import exports
from server.workers import refused
from tests.live import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from layers.workspace import Workspace

TERMS = ("title", "attribution", "licence", "disclaimer", "release", "release_date", "filter", "citation")
LAYERS = ["incidents", "borders", "corridors"]
SYSTEM_PYTHON = "/usr/bin/python3"


def chosen(release: Release, layer_id: str, **query: list[str]) -> Export:
    return Export.of(release, release.catalog[layer_id], Filter.parse(query), Imprint())


def written(release: Release, layer_id: str, ending: str, folder: Path, **query: list[str]) -> Path:
    path = folder / f"{layer_id}.{ending}"
    write_file(chosen(release, layer_id, **query), ending, path)
    return path


def same(frame: gpd.GeoDataFrame, table: gpd.GeoDataFrame) -> None:
    """Ids, a property and geometries are those of the release."""
    mine, theirs = frame.set_index("id").sort_index(), table.set_index("id").sort_index()
    assert list(mine.index) == list(theirs.index)
    assert mine["title_fa"].fillna("").tolist() == theirs["title_fa"].fillna("").tolist()
    for one, other in zip(mine.geometry, theirs.geometry, strict=True):
        assert (one is None or one.is_empty) is (other is None)
        assert other is None or one.equals_exact(shapely.normalize(one), 0) or one.hausdorff_distance(other) < 1e-6


@pytest.mark.parametrize("layer_id", LAYERS)
@pytest.mark.parametrize("ending", ["gpkg", "fgb", "parquet"])
def test_a_file_holds_what_the_release_holds(release: Release, tmp_path: Path, layer_id: str, ending: str) -> None:
    path = written(release, layer_id, ending, tmp_path)
    frame = gpd.read_parquet(path) if ending == "parquet" else pyogrio.read_dataframe(path, layer=layer_id)
    assert frame.crs.equals("EPSG:4326", ignore_axis_order=True)
    same(frame, release.table(layer_id))


@pytest.mark.long
@pytest.mark.parametrize(("ending", "left_bytes"), [("gpkg", 4096), ("parquet", 1), ("fgb", 1), ("fgb", 100_000)])
def test_a_file_that_finds_no_room_is_told_and_never_taken_for_whole(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, left_bytes: int
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    room_bytes = written(release, "borders", ending, tmp_path).stat().st_size - left_bytes
    order = {"release": str(release.path), "layer": "borders", "filter": {}, "imprint": asdict(Imprint())}
    order |= {"format": ending, "path": str(tmp_path / f"cut.{ending}")}
    done = subprocess.run(
        [sys.executable, "-m", "layers.exports.files"],
        input=json.dumps(order),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, room_bytes)),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == REFUSED, done.stderr
    error = refused(json.loads(done.stderr.splitlines()[-1]))
    assert isinstance(error, UnwritableWorkspace)
    assert error.message.startswith(f"cut.{ending} could not be written: ")
    assert str(tmp_path) not in error.message


@pytest.mark.long
def test_the_command_tells_of_a_full_disk_and_leaves_nothing(release: Release, tmp_path: Path) -> None:
    words = ["export", "borders", "--workspace", str(release.path.parents[1]), "-o", str(tmp_path / "borders.geojson")]
    done = subprocess.run(
        [sys.executable, "-m", "server", *words],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "borders.geojson could not be written: " in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [each for each in FORMATS if each not in TEXTS])
def test_the_same_order_gives_the_same_bytes(release: Release, tmp_path: Path, ending: str) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    first = written(release, "borders", ending, one, bbox=["60,30,80,45"]).read_bytes()
    assert first == written(release, "borders", ending, other, bbox=["60,30,80,45"]).read_bytes()


def test_a_geopackage_is_valid_says_its_terms_and_reads_well(release: Release, tmp_path: Path) -> None:
    path = written(release, "incidents", "gpkg", tmp_path, category=["attack"])
    with sqlite3.connect(path) as file:
        file.create_function("ST_IsEmpty", 1, lambda blob: bool(blob[3] & 16))

        def ask(text: str) -> list[Any]:
            return file.execute(text).fetchall()

        assert ask("PRAGMA application_id")[0][0] == 0x47504B47
        assert ask("PRAGMA user_version")[0][0] >= 10200
        assert ask("PRAGMA integrity_check") == [("ok",)]
        assert ask("PRAGMA foreign_key_check") == []
        tables = {name for (name,) in ask("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
        assert {"gpkg_spatial_ref_sys", "gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions"} <= tables
        assert {-1, 0, 4326} <= {code for (code,) in ask("SELECT srs_id FROM gpkg_spatial_ref_sys")}
        for table, kind, changed in ask("SELECT table_name, data_type, last_change FROM gpkg_contents"):
            assert table in tables
            assert kind in {"features", "attributes"}
            assert changed == f"{release.receipt['date']}T00:00:00.000Z"
        assert ask("SELECT table_name, column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns") == [
            ("incidents", "geometry", "POINT", 4326)
        ]
        for table, column, _ in ask("SELECT table_name, column_name, extension_name FROM gpkg_extensions"):
            assert table in tables
            assert (
                column is None
                or (column,) in file.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
            )
        for (blob,) in ask("SELECT geometry FROM incidents WHERE geometry IS NOT NULL"):
            assert blob[:2] == b"GP"
        (box,) = ask("SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'incidents'")
        assert box == pytest.approx(tuple(pyogrio.read_dataframe(path, layer="incidents").total_bounds))
        placed = ask("SELECT count(*) FROM incidents WHERE geometry IS NOT NULL AND NOT ST_IsEmpty(geometry)")
        assert ask("SELECT count(*) FROM rtree_incidents_geometry") == placed
        triggers = {name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        events = ("insert", "update1", "update2", "update3", "update4", "delete")
        assert {f"rtree_incidents_geometry_{event}" for event in events} <= triggers
        said = dict(ask("SELECT extension_name, count(*) FROM gpkg_extensions GROUP BY extension_name"))
        assert said == {"gpkg_rtree_index": 1, "gpkg_metadata": 2, "gpkg_schema": 2}
        for scope, table, parent in ask(
            "SELECT reference_scope, table_name, md_parent_id FROM gpkg_metadata_reference "
            "JOIN gpkg_metadata ON gpkg_metadata.id = md_file_id"
        ):
            assert (scope, table, parent) == ("table", "incidents", None)
        columns = {row[1] for row in ask("PRAGMA table_info(incidents)")} - {"fid", "geometry"}
        described = dict(ask("SELECT column_name, description FROM gpkg_data_columns WHERE table_name = 'incidents'"))
        assert set(described) == columns
        assert "UCDP" not in described["title_en"]
        assert "6 = a country" in described["where_prec"]
        (style,) = ask("SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles")
        assert style[:3] == ("incidents", "geometry", 1)
        assert style[3].startswith("<!DOCTYPE qgis")
        assert 'fieldName="title_en"' in style[3]
        ET.fromstring(style[3])  # noqa: S314 -- we made it
        assert 'category value="representative"' in style[3], "no pin for what lies somewhere in an area"
    file.close()
    said = pyogrio.read_info(path, layer="incidents")["layer_metadata"]
    assert said["source_licences"] == ", ".join(chosen(release, "incidents").metadata["source_licences"])
    assert set(TERMS) <= {name.lower() for name in said}
    assert said["filter"] == "category=attack"


def test_geoparquet_is_read_by_arrow_and_duckdb(release: Release, tmp_path: Path) -> None:
    path = written(release, "borders", "parquet", tmp_path, bbox=["60,30,80,45"])
    metadata = pq.read_schema(path).metadata
    geo = json.loads(metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert column["encoding"] == "WKB"
    assert len(column["bbox"]) == 4
    for name in TERMS:
        assert metadata[f"corridormap:{name}".encode()], name
    count = duckdb.execute(
        "SELECT count(*), count(DISTINCT id), min(length_m) FROM read_parquet(?)", [str(path)]
    ).fetchone()
    frame = gpd.read_parquet(path)
    assert count == (len(frame), len(frame), frame["length_m"].min())
    assert str(frame["length_m"].dtype) == "float64"


def test_flatgeobuf_and_kml_say_their_terms(release: Release, tmp_path: Path) -> None:
    document = b"".join(text_chunks(chosen(release, "incidents"), "kml")).decode()
    described = pyogrio.read_info(written(release, "incidents", "fgb", tmp_path))["layer_metadata"]["DESCRIPTION"]
    assert "['" not in described
    for text in (document, described):
        for name in TERMS:
            assert f"{name}: " in text, name
    assert document.count("<Placemark ") == release.receipt["layers"]["incidents"]["count"]


@pytest.mark.parametrize("layer_id", LAYERS)
def test_csv_is_plain_and_described(client: FlaskClient, layer_id: str) -> None:
    answer = client.get(f"/export/{layer_id}.csv?bbox=40,20,100,60")
    assert answer.content_type.startswith("text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8"), newline="")))
    features = client.get(f"/export/{layer_id}.geojson?bbox=40,20,100,60").get_json(force=True)["features"]
    assert [row["id"] for row in rows] == [feature["id"] for feature in features]
    for row, feature in zip(rows, features, strict=True):
        assert shapely.from_wkt(row["wkt"]).equals_exact(shapely.from_geojson(json.dumps(feature["geometry"])), 1e-9)
        if feature["geometry"]["type"] == "Point":
            assert [float(row["lon"]), float(row["lat"])] == feature["geometry"]["coordinates"]
        assert row["title_fa"] == (feature["properties"]["title_fa"] or "")
        assert json.loads(row["evidence"]) == feature["properties"]["evidence"]
    address = answer.headers["Link"].split(">")[0].strip("<")
    assert 'rel="describedby"' in answer.headers["Link"]
    described = client.get(address.removeprefix("http://localhost")).get_json(force=True)
    assert [column["name"] for column in described["tableSchema"]["columns"]] == list(rows[0])
    assert described["url"].endswith(f"/export/{layer_id}.csv?bbox=40,20,100,60")
    for name in TERMS:
        assert described["corridormap"][name]


def test_geojsonl_is_a_feature_on_each_line(client: FlaskClient) -> None:
    lines = client.get("/export/borders.geojsonl").data.decode().splitlines()
    features = client.get("/export/borders.geojson").get_json(force=True)["features"]
    assert [json.loads(line) for line in lines] == features
    assert client.get("/export/borders.geojsonl?bbox=0,-80,1,-79").data == b""


@pytest.mark.parametrize("ending", list(FORMATS))
def test_the_service_gives_each_format_with_a_name_that_says_what_it_is(
    client: FlaskClient, release: Release, ending: str
) -> None:
    answer = client.get(f"/export/incidents.{ending}?category=attack")
    assert answer.status_code == 200
    assert answer.content_type == FORMATS[ending]
    assert (
        f'filename="corridormap-{release.id}-incidents-filtered-category-attack.{ending}"'
        in answer.headers["Content-Disposition"]
    )
    again = client.get(f"/export/incidents.{ending}?category=attack", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert len(answer.data) > 100


def test_an_unknown_format_is_told(client: FlaskClient) -> None:
    answer = client.get("/export/incidents.shp")
    assert answer.status_code == 404
    assert "gpkg" in answer.get_json(force=True)["detail"]
    assert client.get("/export/incidents.gpkg?colour=red").status_code == 400


@pytest.mark.parametrize("ending", ["gpkg", "csv", "geojson"])
def test_the_shell_writes_what_the_service_sends(
    client: FlaskClient, workspace: Workspace, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"attacks.{ending}"
    command = [sys.executable, "-m", "server", "export", "incidents", "--filter", "category=attack", "-o", str(path)]
    done = subprocess.run(
        [*command, "--workspace", str(workspace.path)], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "features from release" in done.stderr
    served = client.get(f"/export/incidents.{ending}?category=attack").data
    if ending != "csv":  # the citation of the service names its address, that of the shell does not
        assert abs(len(served) - path.stat().st_size) < 5000
    else:
        assert served == path.read_bytes()


@pytest.mark.parametrize("ending", ["geojson", "geojsonl", "csv"])
def test_a_large_text_is_sent_while_it_is_written(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    whole = client.get(f"/export/borders.{ending}").data
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 3)
    plain = client.get(f"/export/borders.{ending}")
    assert "Content-Length" not in plain.headers
    assert plain.data == whole
    packed = client.get(f"/export/borders.{ending}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.data[4:8] == bytes(4), "gzip says no time"
    assert gzip.decompress(packed.data) == whole
    assert client.head(f"/export/borders.{ending}").data == b""


def test_a_text_comes_in_pieces(release: Release) -> None:
    for ending in ("geojson", "geojsonl", "csv"):
        pieces = list(text_chunks(chosen(release, "admin1_labels"), ending))
        assert len(pieces) >= 5
        assert max(map(len, pieces)) < 2_000_000


def test_the_codebook_has_every_exported_property(release: Release) -> None:
    book = codebook(release)
    for layer in release.catalog.exported:
        names = [entry["name"] for entry in book[layer.id]]
        assert names == ["id", *release.table(layer.id).columns.drop(["id", "geometry"]), "geometry"]
        assert all(entry["meaning"] and entry["null"] for entry in book[layer.id])


@pytest.mark.parametrize("layer_id", [*LAYERS, "organizations"])
def test_every_format_holds_the_same_part_of_a_layer(release: Release, tmp_path: Path, layer_id: str) -> None:
    """GeoJSON comes from the columns, Parquet from the release's own table: they must say the same, cell by cell."""
    part = chosen(release, layer_id, bbox=["60,30,80,45"])
    document = json.loads(b"".join(text_chunks(part, "geojson")))
    rows = pq.read_table(written(release, layer_id, "parquet", tmp_path, bbox=["60,30,80,45"])).to_pylist()
    assert 0 < len(rows) < len(release.table(layer_id)) or layer_id == "organizations"
    assert [row["id"] for row in rows] == [feature["id"] for feature in document["features"]]
    for row, feature in zip(rows, document["features"], strict=True):
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shapely.to_wkb(shape, byte_order=1) == row["geometry"]
        for name, cell in feature["properties"].items():
            told = json.loads(row[name]) if isinstance(cell, list | dict) else row[name]
            assert told == cell, (row["id"], name)


def test_row_groups_that_hold_nothing_wanted_are_passed_over(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "small-groups.parquet"
    pq.write_table(pq.read_table(release.table_path("borders")), table, row_group_size=7)
    monkeypatch.setattr(type(release), "table_path", lambda *_: table)
    one = chosen(release, "borders", bbox=["60,30,80,45"])
    names = [name for batch in batches(one) for name in batch.column("id").to_pylist()]
    assert names == [json.loads(text)["id"] for batch in one.chosen.batches() for text in batch]
    assert 0 < len(names) < one.features.count


def test_a_table_that_is_not_what_was_written_is_no_source(own_small_workspace: Workspace, tmp_path: Path) -> None:
    release = Release.open(own_small_workspace.release_path(own_small_workspace.latest()))
    file = release.path / "layers" / "borders.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DamagedRelease, match=r"layers/borders\.parquet"):
        written(release, "borders", "gpkg", tmp_path)


@pytest.mark.parametrize("layer_id", LAYERS)
def test_kml_is_what_gdal_reads(client: FlaskClient, release: Release, layer_id: str, tmp_path: Path) -> None:
    answer = client.get(f"/export/{layer_id}.kml")
    assert answer.status_code == 200
    path = tmp_path / f"{layer_id}.kml"
    path.write_bytes(answer.data)
    ET.parse(path)  # noqa: S314 -- we made it
    table = release.table(layer_id)
    frame = pyogrio.read_dataframe(path)
    assert pyogrio.read_info(path)["driver"] == "LIBKML"
    same(frame, table)
    kinds = release.features(layer_id).kinds
    assert set(kinds) <= set(frame.columns)
    for name in [name for name, kind in kinds.items() if kind in {"integer", "number"}]:
        assert frame[name].dtype.kind in "if", name
    if layer_id == "incidents":
        dated = frame.set_index("id").sort_index()
        days = [str(day)[:10] for day in dated["begin"].dropna()]
        assert days == [day for day in dated["date_start"].dropna() if len(day) == 10]


def test_an_area_with_a_hole_is_one_in_kml_too(tmp_path: Path) -> None:
    area = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]], [[4, 2], [5, 3], [5, 2], [4, 2]]]}
    both = {"type": "GeometryCollection", "geometries": [area, {"type": "Point", "coordinates": [-179.5, 1e-7]}]}
    path = tmp_path / "areas.kml"
    lines = [
        Placemarks("areas", []).write({"id": f"a{place}", "properties": {}, "geometry": shape})
        for place, shape in enumerate((area, both, {"type": "MultiPolygon", "coordinates": [area["coordinates"]]}))
    ]
    head = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>areas</name>'
    path.write_text(f"{head}{''.join(lines)}</Folder></Document></kml>", encoding="utf-8")
    found = pyogrio.read_dataframe(path).geometry
    drawn = shapely.Polygon([(0, 0), (9, 0), (9, 9)], [[(4, 2), (5, 3), (5, 2)]])
    assert found[0].equals_exact(drawn, 0)
    assert found[1].equals_exact(shapely.GeometryCollection([drawn, shapely.Point(-179.5, 1e-7)]), 0)
    assert found[2].equals_exact(shapely.MultiPolygon([drawn]), 0)


def test_what_breaks_off_a_file_is_told_by_its_name(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_export: Export, _progress: object) -> Iterator[Any]:
        yield next(batches(chosen(release, "borders")))
        raise UnreachableDatabase("The database is away.", hint="Try again in a moment.")

    monkeypatch.setattr(files, "batches", broken)
    with pytest.raises(UnreachableDatabase):
        written(release, "borders", "gpkg", tmp_path)
    order = {"release": str(release.path), "layer": "borders", "filter": {}, "imprint": asdict(Imprint())}
    order |= {"format": "gpkg", "path": str(tmp_path / "other.gpkg")}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(order)))
    monkeypatch.setattr(sys, "stderr", told := io.StringIO())
    assert files.main() == REFUSED
    error = refused(json.loads(told.getvalue()))
    assert (type(error), error.hint) == (UnreachableDatabase, "Try again in a moment.")


def test_kml_has_no_letter_that_xml_has_not() -> None:
    properties = {
        "title_en": "A \x00 mark \ud800 & <b>",
        "date_start": "2010-01",
        "date_end": None,
        "list": [1, "é"],
    }
    feature = {"id": 'a<"&1', "properties": properties, "geometry": None}
    line = Placemarks("incidents", list(properties)).write(feature)
    found = ET.fromstring(line)  # noqa: S314 -- we made it
    assert found.findtext("name") == "A \ufffd mark \ufffd & <b>"
    assert found.findtext("TimeSpan/begin") == "2010-01"
    cells = {each.get("name"): each.text for each in found.iter("SimpleData")}
    assert found.get("id") == 'a<"&1'
    assert cells == {"title_en": found.findtext("name"), "date_start": "2010-01", "list": '[1,"é"]'}


def test_the_style_of_a_layer_of_several_geometries_is_that_of_its_lines(release: Release, tmp_path: Path) -> None:
    with sqlite3.connect(written(release, "corridors", "gpkg", tmp_path)) as file:
        ((style,),) = file.execute("SELECT styleQML FROM layer_styles").fetchall()
    file.close()
    found = ET.fromstring(style.split("\n", 1)[1])  # noqa: S314 -- we made it
    assert found.findtext("layerGeometryType") == "1"
    assert [each.get("value") for each in found.iter("category")] == ["arrow", ""]
    assert [each.get("class") for each in found.iter("layer")].count("MarkerLine") == 1, "a head says which way"


def test_gdal_hands_the_descriptions_of_fields_on_as_their_comments(release: Release, tmp_path: Path) -> None:
    """What QGIS 3.32 and later, with GDAL 3.7, shows of a field; pyogrio has no name for it, so the library itself is asked."""
    libraries = list((Path(pyogrio.__file__).parents[1] / "pyogrio.libs").glob("libgdal-*"))
    if not libraries:
        pytest.skip("pyogrio is not the wheel that brings its GDAL along")
    gdal = ctypes.CDLL(str(libraries[0]))
    for name in ("GDALOpenEx", "GDALDatasetGetLayer", "OGR_L_GetLayerDefn", "OGR_FD_GetFieldDefn"):
        getattr(gdal, name).restype = ctypes.c_void_p
    for name in ("OGR_Fld_GetNameRef", "OGR_Fld_GetComment"):
        getattr(gdal, name).restype = ctypes.c_char_p
    path = written(release, "incidents", "gpkg", tmp_path)
    opened = ctypes.c_void_p(gdal.GDALOpenEx(bytes(path), 4, None, None, None))
    layer = ctypes.c_void_p(gdal.GDALDatasetGetLayer(opened, 0))
    fields = ctypes.c_void_p(gdal.OGR_L_GetLayerDefn(layer))
    said = {}
    for place in range(gdal.OGR_FD_GetFieldCount(fields)):
        field = ctypes.c_void_p(gdal.OGR_FD_GetFieldDefn(fields, place))
        said[gdal.OGR_Fld_GetNameRef(field).decode()] = gdal.OGR_Fld_GetComment(field).decode()
    gdal.GDALClose(opened)
    assert set(said) == {"id", *release.features("incidents").kinds}
    assert all(said.values()), "each has its meaning from the codebook"


@pytest.mark.slow
@pytest.mark.parametrize("layer_id", [*LAYERS, "organizations"])
def test_gdals_own_script_finds_a_geopackage_valid(release: Release, tmp_path: Path, layer_id: str) -> None:
    path = written(release, layer_id, "gpkg", tmp_path)
    script = [SYSTEM_PYTHON, "-m", "osgeo_utils.samples.validate_gpkg", "-v", "--extra"]
    try:
        subprocess.run([SYSTEM_PYTHON, "-c", "import osgeo_utils.samples"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("GDAL's scripts are not here: apt-get install python3-gdal")
    done = subprocess.run([*script, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Checking gpkg_schema" in done.stdout


def test_qgis_of_long_lived_distributions_knows_the_version(release: Release, tmp_path: Path) -> None:
    with sqlite3.connect(written(release, "borders", "gpkg", tmp_path)) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (10300,)
    file.close()
