"""The store: what is read is kept once, what people decide stays, and faults are told so that they can be mended."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from geo.errors import UnknownFeature, UnusableStore
from layers.store.articles import slug
from layers.store.coverage_store import CoverageStore
from layers.store.decisions import STATUS_OF, Decision
from layers.workspace import Workspace
from tests.at_once import at_once
from tests.layers.store import readings as made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.articles.reading import Reading
    from layers.store.coverage_store import Kept

V1, V2 = "reader 1", "reader 2"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return Workspace(tmp_path).store_url


@pytest.fixture
def store(url: str) -> Iterator[CoverageStore]:
    with CoverageStore.open(url) as opened:
        yield opened


def keep(store: CoverageStore, reading: Reading, extractor: str = V1, published: str | None = None) -> Kept:
    return store.keep(made.article(), reading, extractor=extractor, published=published)


def decide(store: CoverageStore, id_: str, verdict: str, **more: object) -> int:
    return store.decide(Decision(id_, verdict, "A. Reviewer", "2026-11-25T12:00:00Z", **more))  # type: ignore[arg-type]


def test_what_was_found_comes_back_with_its_evidence(store: CoverageStore) -> None:
    kept = keep(store, made.WHOLE)
    assert (kept.new, kept.again, kept.retired) == (3, 0, 0)
    found = store.found()
    assert [(each.type, each.status, each.found_by) for each in found] == [
        ("claim", "candidate", V1),
        ("incident", "candidate", V1),
        ("incident", "candidate", V1),
    ]
    seizure = found[1]
    assert made.TEXT[seizure.start : seizure.end] == "seized"
    (evidence,) = seizure.evidence
    assert made.TEXT[evidence["start"] : evidence["end"]].endswith("near Kulob.")
    assert evidence["locator"] == {"section": "Quiet days", "paragraph": 1, "anchor": "seized 3 kg of opium"}
    assert seizure.record["place"]["name"] == "Kulob"
    assert [slot["country"] for slot in found[0].record["slots"]] == ["AF", "TJ", "RU"]


def test_the_text_itself_is_nowhere_in_the_store(store: CoverageStore, url: str) -> None:
    keep(store, made.WHOLE)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        dump = "\n".join(connection.iterdump())
    assert "Two men were arrested in Khorog" not in dump
    assert "an official said" not in dump


def test_reading_again_changes_nothing(store: CoverageStore) -> None:
    keep(store, made.WHOLE)
    before = (store.found(), store.articles(), store.counts())
    assert store.is_read(made.SHA, extractor=V1, published=None)
    again = keep(store, made.WHOLE)
    assert (again.new, again.again, again.retired) == (0, 3, 0)
    assert (store.found(), store.articles(), store.counts()) == before


def test_another_version_or_another_date_of_publication_asks_for_another_reading(store: CoverageStore) -> None:
    keep(store, made.WHOLE, published="2019-05-13")
    assert store.is_read(made.SHA, extractor=V1, published="2019-05-13")
    assert store.is_read(made.SHA, extractor=V1, published=None), "no date given: the one known is good"
    assert not store.is_read(made.SHA, extractor=V1, published="2019-05-14")
    assert not store.is_read(made.SHA, extractor=V2, published="2019-05-13")
    assert not store.is_read("0" * 64, extractor=V1, published=None)


def test_after_an_upgrade_ids_go_to_what_overlaps_and_the_rest_is_retired(store: CoverageStore) -> None:
    keep(store, made.WHOLE)
    ids = {each.record.get("category", each.type): each.id for each in store.found()}
    wider = made.incident("guards seized", "seizure", "Kulob")
    kept = keep(store, made.reading([wider], [made.FLOW]), V2)
    assert (kept.new, kept.again, kept.retired) == (0, 2, 1)
    after = {each.id: each for each in store.found()}
    assert after[ids["seizure"]].start == made.span_of("guards seized").start
    assert after[ids["seizure"]].found_by == V2
    assert after[ids["arrest"]].status == "retired"
    assert keep(store, made.WHOLE, V1).again == 3
    assert {each.id: each.status for each in store.found()} == dict.fromkeys(ids.values(), "candidate")


@pytest.mark.parametrize("verdict", ["accept", "reject", "correct"])
def test_no_machine_overwrites_what_a_person_decided(store: CoverageStore, verdict: str) -> None:
    keep(store, made.WHOLE)
    id_ = next(each.id for each in store.found() if each.record.get("category") == "seizure")
    changes = {"date_start": "2019-05-11", "date_end": "2019-05-11"} if verdict == "correct" else None
    decide(store, id_, verdict, changes=changes)
    decided = next(each for each in store.found() if each.id == id_)
    assert decided.status == STATUS_OF[verdict]
    assert decided.record["date_start"] == ("2019-05-11" if changes else "2019-05-12")
    other = made.incident("guards seized", "operation", None, date_start=None, date_end=None, date_prec=None)
    keep(store, made.reading([other]), V2)
    assert next(each for each in store.found() if each.id == id_) == decided
    keep(store, made.reading(), V2)
    assert next(each for each in store.found() if each.id == id_) == decided, "nor is it retired"


def test_a_reopened_candidate_is_the_machines_again(store: CoverageStore) -> None:
    keep(store, made.WHOLE)
    id_ = store.found()[0].id
    first = decide(store, id_, "reject", note="a rumour")
    assert decide(store, id_, "reopen") > first
    assert [each.verdict for each in store.decisions(id_)] == ["reject", "reopen"]
    assert store.found("candidate")[0].id == id_
    assert store.found("rejected") == ()


def test_decisions_are_only_added_to(store: CoverageStore, url: str) -> None:
    keep(store, made.WHOLE)
    decide(store, store.found()[0].id, "reject")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        for statement in ("UPDATE decisions SET verdict = 'accept'", "DELETE FROM decisions"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                connection.execute(statement)
    assert store.counts()["decisions"] == 1


def test_a_decision_on_nothing_is_refused(store: CoverageStore) -> None:
    with pytest.raises(UnknownFeature, match="no candidate 'nobody'"):
        decide(store, "nobody", "accept")
    assert store.counts()["decisions"] == 0


def test_an_article_is_stored_once_and_ids_stay_apart(store: CoverageStore) -> None:
    keep(store, made.WHOLE)
    keep(store, made.WHOLE)
    other = made.TEXT.replace("Kulob", "Khorog")
    store.keep(made.article(other), made.reading(text=other), extractor=V1, published=None)
    first, second = store.articles()
    assert (first.id, first.title, first.year, first.licence) == ("quiet-days", "Quiet days", 2019, None)
    assert second.id == f"quiet-days-{second.sha256[:12]}"


def test_comparing_is_asked_for_until_it_is_done(store: CoverageStore) -> None:
    assert not store.uncompared()
    keep(store, made.WHOLE)
    assert store.uncompared()
    conflict = {"state": "same_text", "articles": [made.SHA], "record": {"state": "same_text", "claims": []}}
    store.keep_comparison({made.SHA: "quiet-days"}, [conflict, conflict])
    assert not store.uncompared()
    assert store.articles()[0].independence_group == "quiet-days"
    assert store.counts()["conflicts"] == 1
    keep(store, made.WHOLE, V2)
    assert store.uncompared()


def test_two_writers_wait_for_each_other(url: str) -> None:
    texts = [made.TEXT.replace("12 May", f"{day} May") for day in range(10, 30)]

    def write(part: list[str]) -> None:
        with CoverageStore.open(url) as store:
            for text in part:
                reading = made.reading([made.incident("seized", "seizure", "Kulob", text=text)], text=text)
                store.keep(made.article(text), reading, extractor=V1, published=None)

    # Both write all of it: what one has stored, the other stores again.
    at_once(write, (texts, texts[::-1]))
    with CoverageStore.open(url) as store:
        assert len(store.articles()) == len(texts)
        assert len({each.id for each in store.articles()}) == len(texts)
        assert len(store.found()) == len(texts)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "coverage.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(UnusableStore, match=r"coverage\.sqlite cannot be used: .*not a database.*Move that file aside"):
        CoverageStore.open(Workspace(tmp_path).store_url)


def test_a_store_that_may_only_be_read_is_told(store: CoverageStore, url: str) -> None:
    keep(store, made.WHOLE)
    path = url.removeprefix("sqlite:///")
    with CoverageStore.open(f"sqlite:///file:{path}?mode=ro&uri=true") as locked:
        assert len(locked.found()) == 3
        with pytest.raises(UnusableStore, match=r"readonly.*Mend its permissions"):
            keep(locked, made.WHOLE)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableStore, match=r"unable to open.*CORRIDORMAP_STORE"):
        CoverageStore.open(Workspace(tmp_path / "nowhere").store_url)


@pytest.mark.parametrize(
    "setting", ["nonsense", "nothing://x", "sqlite+unknown:///x", "postgresql+nodriver://u:secret@h/d"]
)
def test_a_setting_that_names_no_database_is_told_without_its_password(setting: str) -> None:
    with pytest.raises(UnusableStore, match="CORRIDORMAP_STORE") as told:
        CoverageStore.open(setting)
    assert "secret" not in str(told.value)


def test_a_full_disk_is_told_and_keeps_what_was_stored(store: CoverageStore) -> None:
    keep(store, made.WHOLE)
    before = store.counts()
    # SQLite's own limit stands for the disk's: it raises the very same error.
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
    long = made.TEXT + "\n\nOpium. " * 10
    many = [made.incident("seized", "seizure", "Kulob", text=long, note="x" * 4000) for _ in range(20)]
    with pytest.raises(UnusableStore, match=r"full.*Free some space"):
        store.keep(made.article(long, "long"), made.reading(many, text=long), extractor=V1, published=None)
    assert store.counts() == before


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Termez Weekly – 2019.txt", "termez-weekly-2019"),
        ("Élan vital.pdf", "elan-vital"),
        ("مقاله.txt", "article-" + "ab" * 6),
        ("Дорога 7.html", "article-" + "ab" * 6),
        ("...txt", "article-" + "ab" * 6),
    ],
)
def test_an_article_is_called_after_its_file(name: str, id_: str) -> None:
    assert slug(name, "ab" * 32) == id_
