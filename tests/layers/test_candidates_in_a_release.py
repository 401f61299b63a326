"""A release with what a machine read: told apart in tables, receipt and panel; without it nothing has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from geo.errors import DamagedRelease
from layers.articles.documents.shelf import file_content
from layers.build import build_release, verify_release
from layers.candidates import NOTHING_READ, SHOWN, Found, MachineReading
from layers.catalog import Catalog, default_catalog
from layers.records import read_coverage
from layers.store.coverage_store import CoverageStore, machine_reading
from layers.store.decisions import Decision
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config
from tests.layers.store import readings as made

if TYPE_CHECKING:
    from pathlib import Path

    from layers.release import Release


pytestmark = pytest.mark.usefixtures("read_once_in_module")


@pytest.fixture(scope="module")
def few_layers() -> Catalog:
    """The layers that candidates come into, so that a build takes little time."""
    return Catalog.of(*(default_catalog()[id_] for id_ in ("incidents", "corridors", "corridor_marks")))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with the invented article on its shelf and in its store."""
    found = Workspace(tmp_path_factory.mktemp("candidates"))
    file_content(found, made.TEXT.encode(), "quiet-days.txt")
    with CoverageStore.open(found.store_url) as store:
        store.keep(made.article(), made.WHOLE, extractor="reader 1", published=None)
    return found


@pytest.fixture(scope="module")
def machine(filled: Workspace, root: Path) -> MachineReading:
    """What the store holds, and one candidate more that stands in a reviewed sentence."""
    read = machine_reading(filled.store_url)
    record = next(record for record in read_coverage(root).records("incidents") if record["id"] == "inc01")
    item = record["evidence"][0]
    said: dict[str, Any] = {"category": "attack", "role": "event"}
    found = Found(
        "ab" * 8, "incident", item["sha256"], item["start"], item["start"] + 5, "candidate", "reader 1", said, (item,)
    )
    return MachineReading(read.articles, (*read.found, found))


@pytest.fixture(scope="module")
def with_candidates(filled: Workspace, root: Path, few_layers: Catalog, machine: MachineReading) -> Release:
    built, is_new = build_release(filled, root, few_layers, machine=machine)
    assert is_new
    return built


def test_without_a_store_a_build_takes_nothing_along_and_makes_none(tmp_path: Path) -> None:
    assert machine_reading(Workspace(tmp_path).store_url) == NOTHING_READ
    assert list(tmp_path.iterdir()) == []


def test_reviewed_only_gives_the_release_that_there_is_without_a_store(filled: Workspace) -> None:
    assert machine_reading(filled.store_url, reviewed_only=True) == NOTHING_READ


def test_candidates_are_told_apart_and_counted(with_candidates: Release, release: Release) -> None:
    assert with_candidates.id != release.id
    assert with_candidates.receipt["candidates"] == {"corridors": 1, "incidents": 2}
    incidents = with_candidates.table("incidents").set_index("id")
    candidates = incidents[incidents["status"] == "candidate"]
    assert set(candidates["geometry_role"]) == {"place"}
    assert all(each["source"] == "F" for each in candidates["reliability"])
    assert len(incidents) == len(release.table("incidents")) + 2, "what is attached is not drawn again"


def test_what_a_reviewed_record_says_too_stands_with_it(with_candidates: Release) -> None:
    incidents = with_candidates.table("incidents").set_index("id")
    assert [each["id"] for each in incidents.at["inc01", "also_found_by_machine"]] == ["ab" * 8]
    assert incidents.at["inc02", "also_found_by_machine"] == []


def test_nothing_that_a_person_recorded_has_moved(with_candidates: Release, release: Release) -> None:
    for name in ("incidents", "corridors", "corridor_marks"):
        before, after = release.table(name).set_index("id"), with_candidates.table(name).set_index("id")
        assert before.geometry.to_wkb().equals(after.loc[before.index].geometry.to_wkb()), name
    marks = with_candidates.table("corridor_marks").set_index("id")
    assert set(marks["candidate"]) == {0, 1}
    drawn = marks[marks["candidate"] == 1]
    assert set(drawn["kind"]) == {"axis", "head", "ring"}, "no tag"


def test_the_release_holds_no_sentence_of_the_article(with_candidates: Release) -> None:
    for path in with_candidates.path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for words in (b"guards seized 3 kg of opium near", b"Two men were arrested in Khorog", b"an official said"):
                assert words not in content, path.name


@pytest.mark.slow
def test_it_is_built_again_from_the_same_store_alone(
    with_candidates: Release, root: Path, few_layers: Catalog, machine: MachineReading
) -> None:
    assert any(
        with_candidates.id in line
        for line in verify_release(with_candidates, root=root, catalog=few_layers, machine=machine)
    )
    with pytest.raises(DamagedRelease, match="Building again"):
        verify_release(with_candidates, root=root, catalog=few_layers)


def test_the_panel_shows_the_sentence_and_the_reservation(
    with_candidates: Release, filled: Workspace, root: Path
) -> None:
    incidents = with_candidates.table("incidents")
    (id_,) = incidents[(incidents["status"] == "candidate") & (incidents["category"] == "seizure")]["id"]
    with create_app(Config(workspace=filled.path, root=root)).test_client() as client:
        document = client.get(f"/evidence/{id_}").get_json()
        attached = client.get("/evidence/inc01").get_json()
    assert document["status"] == "candidate"
    assert document["title"]["en"].endswith("(machine-read)")
    assert document["articles"]["quiet-days"]["title"] == {"en": "Quiet days"}
    assert document["evidence"][0]["context"]["text"].endswith("near Kulob.")
    assert {"label_key": "fact.machine", "value_keys": ["machine.also_found"]} in attached["facts"]
    assert not any(fact["label_key"] == "fact.machine" for fact in document["facts"])


def test_what_a_person_accepted_is_there_in_both_builds(tmp_path: Path) -> None:
    url = Workspace(tmp_path).store_url
    with CoverageStore.open(url) as store:
        store.keep(made.article(), made.WHOLE, extractor="reader 1", published=None)
        first, second, third = (each.id for each in store.found())
        store.decide(Decision(first, "accept", "A. Reviewer", "2026-11-25T12:00:00Z"))
        store.decide(Decision(second, "reject", "A. Reviewer", "2026-11-25T12:00:00Z"))
    assert {each.id for each in machine_reading(url).found} == {first, third}
    reviewed = machine_reading(url, reviewed_only=True)
    assert [each.id for each in reviewed.found] == [first]
    assert [article.id for article in reviewed.articles] == ["quiet-days"]
    assert "reviewed" in SHOWN
