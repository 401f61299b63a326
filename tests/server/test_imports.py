"""Imported records as they are served: whose terms forbid to pass them on are shown in private only, and never leave."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from layers.build import build_release
from layers.catalog import Catalog
from layers.workspace import Workspace
from server.app import create_app
from server.cli import main
from server.config import Config
from tests.layers.test_imported_incidents import imported_from

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("read_once_in_module")]

CLOSED, OPEN = "restricted_incidents", "imported_incidents"
OF_CLOSED, OF_OPEN = "imported/acled/tjk901", "imported/ucdp-ged/910001"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A workspace whose release holds records of both kinds."""
    made = tmp_path_factory.mktemp("imported")
    build_release(Workspace(made / "workspace"), root, Catalog.of(), imported=imported_from(made))
    return made / "workspace"


@pytest.fixture(scope="module")
def public(folder: Path, root: Path) -> FlaskClient:
    return create_app(Config(workspace=folder, root=root)).test_client()


@pytest.fixture(scope="module")
def private(folder: Path, root: Path) -> FlaskClient:
    return create_app(Config(workspace=folder, root=root, private=True)).test_client()


def tile(client: FlaskClient, layer: str) -> str:
    release = client.get(f"/list?layer={OPEN}").get_json()["release"]
    return f"/tiles/{release}/{layer}/4/11/6.mvt"


@pytest.mark.parametrize("address", [f"/list?layer={CLOSED}", f"/counts?layer={CLOSED}", f"/tiles/{CLOSED}.json"])
def test_what_is_closed_is_shown_in_private_only(public: FlaskClient, private: FlaskClient, address: str) -> None:
    refused = public.get(address)
    assert refused.status_code == 403
    assert refused.get_json()["type"] == "urn:corridormap:problem:restricted-records"
    assert "CORRIDORMAP_PRIVATE=1" in refused.get_json()["hint"]
    assert private.get(address).status_code == 200


def test_tiles_and_evidence_follow(public: FlaskClient, private: FlaskClient) -> None:
    assert public.get(tile(public, CLOSED)).status_code == 403
    assert public.get(tile(public, f"{OPEN},{CLOSED}")).status_code == 403
    assert private.get(tile(private, CLOSED)).status_code == 200
    assert public.get(f"/evidence/{OF_CLOSED}").status_code == 404
    assert private.get(f"/evidence/{OF_CLOSED}").get_json()["references"][0]["work"]["id"] == "acled"


@pytest.mark.parametrize(
    "address",
    [
        *(f"/export/{CLOSED}.{ending}" for ending in ("geojson", "geojsonl", "gpkg", "parquet", "fgb", "csv", "kml")),
        f"/export/{CLOSED}.csv-metadata.json",
        f"/ogc/collections/{CLOSED}",
        f"/ogc/collections/{CLOSED}/items",
        f"/ogc/collections/{CLOSED}/items/{quote(OF_CLOSED, safe='')}",
        f"/ogc/collections/{CLOSED}/tiles/WebMercatorQuad/4/6/11",
        f"/figure.svg?layers={CLOSED}",
        f"/embed?layers={CLOSED}",
        f"/oembed?url={quote(f'http://localhost/?layers={CLOSED}', safe='')}",
        f"/share.json?layers={CLOSED}",
    ],
)
def test_what_is_closed_never_leaves_and_the_answer_says_why(
    public: FlaskClient, private: FlaskClient, address: str
) -> None:
    for client in (public, private):
        refused = client.get(address, headers={"Accept": "application/json"})
        assert refused.status_code == 403, address
        assert "terms of its data sets forbid" in refused.get_json()["detail"]


def test_one_object_of_it_is_no_download_either(private: FlaskClient) -> None:
    assert private.get(f"/object/{OF_CLOSED}.geojson").status_code == 403
    assert private.get(f"/object/{OF_OPEN}.geojson").status_code == 200


def test_no_list_of_what_may_be_taken_names_it(public: FlaskClient, private: FlaskClient) -> None:
    for client in (public, private):
        for address in ("/data", "/ogc/collections?f=json", "/codebook", "/ogc/api"):
            answer = client.get(address)
            assert answer.status_code == 200
            assert OPEN in answer.get_data(as_text=True)
            assert CLOSED not in answer.get_data(as_text=True), address


def test_an_embed_draws_what_anybody_may_see(private: FlaskClient) -> None:
    page = private.get("/embed").get_data(as_text=True)
    assert OF_OPEN in page
    assert OF_CLOSED not in page
    assert OF_CLOSED in private.get("/").get_data(as_text=True)
    assert "embed=1" in page
    assert CLOSED not in private.get("/style.json?embed=1").get_data(as_text=True)
    assert CLOSED in private.get("/style.json").get_data(as_text=True)
    assert "ACLED" not in private.get("/share.json").get_data(as_text=True)


def test_the_open_ones_carry_the_name_and_licence_of_their_data_set(public: FlaskClient) -> None:
    document = public.get(f"/export/{OPEN}.geojson").get_json()
    assert len(document["features"]) == 3
    assert "UCDP GED" in document["attribution"]
    assert "CC-BY-4.0" in document["source_licences"]
    assert "ACLED" not in document["attribution"]
    links = public.get(f"/ogc/collections/{OPEN}?f=json").get_json()["links"]
    assert any(link["rel"] == "license" and "CC-BY-4.0" in link["href"] for link in links)


def test_the_evidence_shows_the_row_and_how_the_data_set_is_cited(public: FlaskClient) -> None:
    document = public.get(f"/evidence/{OF_OPEN}", headers={"Accept": "application/json"}).get_json()
    (row,) = document["evidence"]
    assert (row["kind"], row["dataset"], row["version"], row["row"]) == ("row", "ucdp-ged", "7", "910001")
    assert row["title"]["en"] == "Row 910001 of UCDP Georeferenced Event Dataset (GED) Global, version 7"
    assert row["licence"] == "CC-BY-4.0"
    assert "Sundberg" in row["work"]["citation"]
    assert "context" not in row, "there is no text"
    page = public.get(f"/evidence/{OF_OPEN}?lang=ru", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "Строка 910001" in page
    assert page.count("Introducing the UCDP") == 1


def test_exports_and_the_ogc_api_name_the_row(public: FlaskClient) -> None:
    features = {each["id"]: each for each in public.get(f"/export/{OPEN}.geojson").get_json()["features"]}
    row = {"kind": "row", "dataset": "ucdp-ged", "version": "7", "row": "910001"}
    assert features[OF_OPEN]["properties"]["evidence"] == [row]
    assert '""kind"":""row""' in public.get(f"/export/{OPEN}.csv").get_data(as_text=True).replace(" ", "")
    links = public.get(f"/ogc/collections/{OPEN}/items/{quote(OF_OPEN, safe='')}?f=json").get_json()["links"]
    (link,) = (each for each in links if each["rel"] == "evidence")
    assert link["title"] == "Row 910001 of UCDP Georeferenced Event Dataset (GED) Global, version 7"
    book = public.get("/codebook", headers={"Accept": "application/json"}).get_json()
    (entry,) = (each for each in book["layers"][OPEN] if each["name"] == "evidence")
    assert "row of the data set" in entry["meaning"]


def test_no_article_attests_a_row(public: FlaskClient) -> None:
    for asked, count in (("attested=true", 0), ("attested=false", 3)):
        assert len(public.get(f"/list?layer={OPEN}&{asked}").get_json()["rows"]) == count


def test_the_same_filter_as_for_incidents_works(public: FlaskClient) -> None:
    for asked, ids in (
        ("category=attack", ["910002"]),
        ("datetime=2021", ["910003"]),
        ("where_prec=1", ["910001"]),
        ("bbox=68,36,69,37", ["910001"]),
        ("status=imported&article=nothing", []),
    ):
        rows = public.get(f"/list?layer={OPEN}&{asked}").get_json()["rows"]
        assert [row["id"].rsplit("/", 1)[1] for row in rows] == ids, asked


def test_such_a_release_is_not_published(folder: Path, tmp_path: Path) -> None:
    for private_ in ("0", "1"):
        settings = {"CORRIDORMAP_PUBLIC_URL": "https://maps.example.org", "CORRIDORMAP_PRIVATE": private_}
        words = ["publish", str(tmp_path / "out"), "--workspace", str(folder)]
        result = CliRunner().invoke(main, words, env=settings)
        assert result.exit_code == 1
        assert "terms of data sets forbid to pass 2 of its records on" in result.stderr
        assert "corridormap build --redistributable" in result.stderr
        assert not (tmp_path / "out").exists()
