"""Corrections: what was published and has changed since is logged once, with day and reason, and reaches what is pinned."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from geo.errors import DamagedRelease, InvalidDecision
from layers.build import build_release
from layers.catalog import Catalog, default_catalog
from layers.corrections import Correction, note_corrections, read_corrections
from layers.release_status import Decision as Status
from layers.release_status import read_statuses, write_decision
from layers.store.coverage_store import CoverageStore, machine_reading
from layers.store.decisions import Decision
from layers.workspace import Workspace
from tests.layers.store import readings as made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.release import Release


pytestmark = pytest.mark.usefixtures("read_once_in_module")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[CoverageStore]:
    workspace.prepare()
    with CoverageStore.open(workspace.store_url) as opened:
        opened.keep(made.article(), made.WHOLE, extractor="reader 1", published=None)
        yield opened


@pytest.fixture(scope="module")
def one_layer() -> Catalog:
    return Catalog.of(default_catalog()["incidents"])


class Newsroom:
    """Decides and builds, as the commands do."""

    def __init__(self, workspace: Workspace, store: CoverageStore, root: Path, catalog: Catalog) -> None:
        self.workspace, self.store, self.root, self.catalog = workspace, store, root, catalog
        self.seizure = next(each.id for each in store.found() if each.record.get("category") == "seizure")
        self.arrest = next(each.id for each in store.found() if each.record.get("category") == "arrest")
        self._at = 0

    def decide(self, verdict: str, candidate: str = "", **more: Any) -> None:
        self._at += 1
        when = f"2026-11-{self._at:02d}T12:00:00+00:00"
        self.store.decide(Decision(candidate or self.seizure, verdict, "Zahra", when, **more))  # type: ignore[arg-type]

    def build(self) -> tuple[Release, tuple[Correction, ...]]:
        machine = machine_reading(self.workspace.store_url)
        release, _ = build_release(self.workspace, self.root, self.catalog, machine=machine)
        decisions = self.store.corrections(machine.last_decision)
        self.store.published_as(
            release.id,
            last_decision=machine.last_decision,
            published_at="2026-11-25T12:00:00+00:00",
            reviewed_only=False,
        )
        return release, note_corrections(self.workspace, release, decisions)


@pytest.fixture
def newsroom(workspace: Workspace, store: CoverageStore, root: Path, one_layer: Catalog) -> Newsroom:
    return Newsroom(workspace, store, root, one_layer)


@pytest.mark.long
def test_a_correction_is_logged_and_reaches_what_is_pinned(newsroom: Newsroom, workspace: Workspace) -> None:
    newsroom.decide("accept")
    first, told = newsroom.build()
    assert told == ()
    with pytest.raises(InvalidDecision, match=r"published as reviewed.*Say why"):
        newsroom.decide("correct", changes={"category": "arrest"})
    newsroom.decide("correct", changes={"category": "arrest"}, note="Nobody seized anything.")
    assert read_corrections(workspace) == (), "before the next build nothing is published"
    second, (entry,) = newsroom.build()
    assert (entry.kind, entry.date, entry.reason) == ("corrected", "2026-11-03", "Nobody seized anything.")
    assert (entry.releases, entry.successor) == ((first.id,), second.id)
    assert entry.title["en"].startswith("Seizure")
    status = read_statuses(workspace)[first.id]
    assert (status.status, status.date) == ("corrected", "2026-11-03")
    assert "Nobody seized anything." in status.reason
    _, again = newsroom.build()
    assert again == (), "a second build logs nothing twice"
    newsroom.decide("reject", note="The article was retracted.")
    third, (retracted,) = newsroom.build()
    assert retracted.kind == "retracted"
    assert retracted.releases == tuple(sorted((first.id, second.id))), "both showed it as reviewed"
    assert [each.uid for each in read_corrections(workspace)] == [retracted.uid, entry.uid], "the newest first"
    assert third.id not in read_statuses(workspace)


@pytest.mark.slow
def test_a_correction_that_is_taken_back_takes_its_notice_back(newsroom: Newsroom, workspace: Workspace) -> None:
    newsroom.decide("accept")
    first, _ = newsroom.build()
    write_decision(workspace, first.id, Status("kept"))
    newsroom.decide("reject", note="A mistake.")
    newsroom.build()
    assert read_statuses(workspace)[first.id].status == "corrected"
    newsroom.decide("undo", note="It was none.")
    again, _ = newsroom.build()
    assert again.id == first.id, "undo restores the very release"
    assert read_statuses(workspace)[first.id].status == "kept"


@pytest.mark.slow
def test_a_merged_record_that_is_rejected_bears_the_title_that_it_was_published_under(
    newsroom: Newsroom, workspace: Workspace
) -> None:
    newsroom.decide("accept")
    newsroom.decide("merge", newsroom.arrest, target=f"read/{newsroom.seizure}")
    first, told = newsroom.build()
    assert told == ()
    shown = first.records("incidents")
    assert f"read/{newsroom.arrest}" not in shown, "it is told with the other one"
    newsroom.decide("reject", newsroom.arrest, note="Nobody was arrested.")
    second, (entry,) = newsroom.build()
    assert (entry.kind, entry.record) == ("retracted", f"read/{newsroom.arrest}")
    assert entry.title == shown[f"read/{newsroom.seizure}"]["title"]
    assert (entry.releases, entry.successor) == ((first.id,), second.id)
    assert read_statuses(workspace)[first.id].reason == f"{entry.title['en']}: Nobody was arrested."


@pytest.mark.long
def test_what_another_build_logs_meanwhile_stays_in_the_log(
    newsroom: Newsroom, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.decide("accept")
    newsroom.build()
    newsroom.decide("correct", changes={"category": "arrest"}, note="Nobody seized anything.")
    other = Correction("f" * 32, "2026-11-01", "retracted", "read/other", {"en": "Other"}, "It was none.", (), "0" * 12)
    building = Workspace.building

    @contextmanager
    def waited(held: Workspace) -> Iterator[None]:
        """The lock is had after another process had it."""
        with building(held):
            path = held.releases / "corrections.json"
            if not path.exists():
                path.write_text(json.dumps([asdict(other)]), encoding="utf-8")
        with building(held):
            yield

    with monkeypatch.context() as patch:
        machine = machine_reading(workspace.store_url)
        release, _ = build_release(workspace, newsroom.root, newsroom.catalog, machine=machine)
        patch.setattr(Workspace, "building", waited)
        (entry,) = note_corrections(workspace, release, newsroom.store.corrections(machine.last_decision))
    assert read_corrections(workspace) == (entry, other)


def test_what_nobody_has_published_is_corrected_without_a_word(newsroom: Newsroom, store: CoverageStore) -> None:
    newsroom.decide("accept")
    newsroom.decide("reject")
    newsroom.decide("undo")
    assert store.corrections(99) == ()


def test_a_log_that_is_damaged_is_told(workspace: Workspace) -> None:
    workspace.prepare()
    (workspace.releases / "corrections.json").write_text("{", encoding="utf-8")
    with pytest.raises(DamagedRelease, match=r"corrections\.json cannot be read"):
        read_corrections(workspace)
