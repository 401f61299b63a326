"""Citations as independent readers parse them: bibtexparser, rispy, citeproc."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from layers.release import Release
    from layers.workspace import Workspace

DAY = "accessed=2026-11-25"


def bib(client: FlaskClient, address: str) -> list[Any]:
    library = parse_string(client.get(address).get_data(as_text=True))
    assert library.failed_blocks == []
    return list(library.entries)


@pytest.mark.parametrize("record", ["release", "incidents", "borders", "a1", "inc04", "view"])
def test_every_kind_of_record_parses_in_every_form(client: FlaskClient, release: Release, record: str) -> None:
    entries = bib(client, f"/cite/{record}.bib?{DAY}")
    assert entries[0]["version"] == release.id
    assert entries[0]["urldate"] == "2026-11-25"
    ris = rispy.loads(client.get(f"/cite/{record}.ris?{DAY}").get_data(as_text=True))
    assert ris[0]["type_of_reference"] == "DATA"
    assert ris[0]["edition"] == release.id
    assert ris[0]["access_date"] == "2026/11/25"
    items = json.loads(client.get(f"/cite/{record}.json?{DAY}").data)
    assert [item["id"].replace("/", "-") for item in items] == [entry.key for entry in entries]
    assert len(items) == len(entries) == len(ris)
    assert f"/m/{release.id}" in items[0]["URL"]
    source = CiteProcJSON(items)
    written = CitationStylesBibliography(
        CitationStylesStyle("harvard-cite-them-right", validate=False), source, formatter.plain
    )
    for item in items:
        written.register(Citation([CitationItem(item["id"])]))
    assert items[0]["title"] in str(written.bibliography()[0])


def test_a_view_names_its_filter_and_only_the_articles_it_shows(client: FlaskClient) -> None:
    items = json.loads(client.get(f"/cite/view.json?{DAY}&category=arrest&layers=incidents&lon=66&lat=40&z=4").data)
    assert items[0]["note"] == "Filter: category=arrest"
    assert "category=arrest" in items[0]["URL"]
    assert "lon=66" in items[0]["URL"]
    every = json.loads(client.get(f"/cite/release.json?{DAY}").data)
    assert 1 < len(items) < len(every)


def test_the_text_form_holds_a_ready_caption(client: FlaskClient, release: Release) -> None:
    text = client.get(f"/cite/release.txt?{DAY}&lang=fa").get_data(as_text=True)
    assert "(accessed 2026-11-25)" in text
    assert release.receipt["title"]["fa"] in text
    assert "Natural Earth" in text


def test_a_release_is_a_dataset_for_catalogues(client: FlaskClient, release: Release) -> None:
    document = json.loads(client.get("/cite/release.jsonld").data)
    assert document["@type"] == "Dataset"
    assert document["version"] == release.id
    south, west, north, east = map(float, document["spatialCoverage"]["geo"]["box"].split())
    assert -90 <= south < north <= 90
    assert -180 <= west < east <= 180
    assert client.get(document["distribution"][0]["contentUrl"].removeprefix("http://localhost")).status_code == 200


def test_a_release_in_which_nothing_is_attested_is_a_dataset_too(small_workspace: Workspace, root: Path) -> None:
    client = create_app(Config(workspace=small_workspace.path, root=root)).test_client()
    answer = client.get("/cite/release.jsonld")
    assert answer.status_code == 200
    document = json.loads(answer.data)
    assert len(document["description"]) >= 50, "catalogues want a description"
    south, west, north, east = map(float, document["spatialCoverage"]["geo"]["box"].split())
    assert -90 <= south < north <= 90
    assert -180 <= west < east <= 180


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/cite/a1.docx", 404),
        ("/cite/no-such-thing.bib", 404),
        ("/cite/a1.bib?accessed=yesterday", 400),
        ("/cite/borders.bib?category=attack", 400),
        ("/cite/release.bib?release=000000000000", 404),
    ],
)
def test_what_cannot_be_cited_is_answered_clearly(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status
