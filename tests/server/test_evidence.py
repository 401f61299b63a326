"""What an object rests on, with and without the article's text at hand."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from layers.articles.documents.shelf import file_text
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from layers.release import Release

SHARED = Path(__file__).resolve().parents[3] / "shared"
ARTICLES = sorted((SHARED / "articles").glob("*.txt"))


def test_without_the_text_a_reader_still_finds_the_passage(client: FlaskClient) -> None:
    document = client.get("/evidence/inc04").get_json(force=True)
    assert document["layer"] == "incidents"
    assert document["gloss"]["en"]
    assert document["gloss"]["fa"]
    assert document["evidence"]
    for item in document["evidence"]:
        assert item["context"] is None
        assert item["locator"]["section"]
        assert item["locator"]["paragraph"] >= 1
        assert 1 <= len(item["locator"]["anchor"].split()) <= 5
        assert document["articles"][item["article"]]["title"]
    assert document["release"] in document["cite"]


@pytest.mark.long
def test_every_object_of_the_map_opens_its_evidence(client: FlaskClient, release: Release) -> None:
    for layer in release.catalog.exported:
        if layer.role == "base":
            continue
        for feature_id in release.table(layer.id)["id"]:
            answer = client.get(f"/evidence/{feature_id}")
            assert answer.status_code == 200, feature_id
            document = answer.get_json(force=True)
            assert document["evidence"] or document["references"], feature_id
            assert document["title"]["en"]
            assert {item["article"] for item in document["evidence"]} <= set(document["articles"])


def test_a_suspect_number_is_shown_as_printed_and_called_suspect(client: FlaskClient) -> None:
    document = client.get("/evidence/a1").get_json(force=True)
    (claim,) = [claim for claim in document["claims"] if claim["id"] == "fl01"]
    assert claim["integrity"] == "suspect"
    assert all("75" in text for text in claim["as_printed"].values())
    assert claim["candidates"]
    assert claim["value"] is None or claim["value"]["best"] is None
    assert "cf01" in {conflict["id"] for conflict in document["conflicts"]}


def test_the_panel_tells_what_moves_and_apart_from_it_what_the_drawing_lies_on(client: FlaskClient) -> None:
    document = client.get("/evidence/e6").get_json(force=True)
    assert document["flow"] == "energy"
    rows = {fact["label_key"]: fact for fact in document["facts"]}
    assert rows["fact.flow"]["value_keys"] == ["flow.energy"]
    assert rows["fact.substance"]["value"]["en"] == "natural gas"
    drawn = {key for key, fact in rows.items() if fact.get("part") == "drawing"}
    assert drawn == {
        "fact.drawn_length", "fact.drawn_legs", "fact.drawn_through", "fact.drawn_units", "fact.transport",
    }  # fmt: skip
    legs = rows["fact.drawn_legs"]["value"]
    assert legs["en"].startswith("Kazakhstan → Russia: ")
    assert "over the border Kazakhstan – Russia, the band covers" in legs["en"]
    assert "←" in legs["fa"]
    assert "CAREC corridor 6a" in rows["fact.transport"]["value"]["en"]
    page = client.get("/evidence/e6?lang=en", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert page.index("natural gas") < page.index("What the drawing lies on") < page.index("Kazakhstan → Russia")


def test_a_whole_border_tells_its_km(client: FlaskClient) -> None:
    rows = {fact["label_key"]: fact for fact in client.get("/evidence/a4").get_json(force=True)["facts"]}
    assert rows["fact.drawn_borders"]["value"]["en"].splitlines() == [
        "Afghanistan – Tajikistan: 1,170 km", "Afghanistan – Uzbekistan: 137 km",
    ]  # fmt: skip
    assert rows["fact.note"]["value"]["en"]


def test_outside_knowledge_names_its_work(client: FlaskClient) -> None:
    document = client.get("/evidence/unodc-n0").get_json(force=True)
    assert document["evidence"] == []
    assert document["references"][0]["work"]["title"]
    assert document["role"] == "context"


@pytest.mark.skipif(not ARTICLES, reason="the two articles are not beside this checkout")
def test_an_ingested_article_shows_the_exact_sentence_in_context(
    workspace: Workspace, root: Path, tmp_path: Path
) -> None:
    shutil.copytree(workspace.path, tmp_path / "own")
    own = Workspace(tmp_path / "own")
    texts = {file_text(own, path).sha256: path.read_text(encoding="utf-8") for path in ARTICLES}
    client = create_app(Config(workspace=own.path, root=root, text="context")).test_client()
    seen = 0
    for feature_id in ("inc01", "inc04", "a1", "a4", "sco/kz/stated", "imu"):
        for item in client.get(f"/evidence/{feature_id}").get_json(force=True)["evidence"]:
            article = texts[item["sha256"]]
            assert item["context"]["text"] == article[item["start"] : item["end"]]
            around = (
                item["context"]["before"].lstrip("…") + item["context"]["text"] + item["context"]["after"].rstrip("…")
            )
            assert around in article
            seen += 1
    assert seen > 6
    page = client.get("/evidence/inc04", headers={"Accept": "text/html"})
    assert 'lang="fa"' in page.text


def test_a_text_that_was_changed_on_disk_is_never_shown(own_workspace: Workspace, root: Path, release: Release) -> None:
    item = release.table("incidents")["evidence"].iloc[0][0]
    own_workspace.prepare()
    (own_workspace.articles / f"{item['sha256']}.txt").write_text("forged " * 9000, encoding="utf-8")
    client = create_app(Config(workspace=own_workspace.path, root=root)).test_client()
    document = client.get(f"/evidence/{release.table('incidents')['id'].iloc[0]}").get_json(force=True)
    assert {passage["context"] for passage in document["evidence"] if passage["sha256"] == item["sha256"]} == {None}


def test_the_page_of_an_object_needs_no_script(client: FlaskClient) -> None:
    answer = client.get("/evidence/inc04?lang=fa", headers={"Accept": "text/html"})
    assert answer.content_type.startswith("text/html")
    assert 'dir="rtl"' in answer.text
    assert "<script" not in answer.text
