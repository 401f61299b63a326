"""Curation as files: what is decided in one store is learnt by another, twice is once, and what clashes is listed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from geo.errors import InvalidDecision
from layers.build import draft_release
from layers.catalog import Catalog, default_catalog
from layers.review.curation import lines_of, parse, written
from layers.store.coverage_store import CoverageStore, machine_reading
from layers.store.decisions import Decision
from layers.workspace import Workspace
from tests.layers.store import readings as made

if TYPE_CHECKING:
    from pathlib import Path

    from layers.review.curation import Line
    from layers.store.curation import Imported

OTHER = made.TEXT.replace("Quiet days", "Loud days")


def ingested(folder: Path, *, extractor: str = "reader 1") -> CoverageStore:
    folder.mkdir(exist_ok=True)
    store = CoverageStore.open(Workspace(folder).store_url)
    store.keep(made.article(), made.WHOLE, extractor=extractor, published=None)
    seizure = made.incident("seized", "seizure", "Kulob", text=OTHER)
    reading = made.reading([seizure], text=OTHER, id_="loud-days")
    store.keep(made.article(OTHER, "loud-days"), reading, extractor=extractor, published=None)
    return store


def decide(store: CoverageStore, id_: str, verdict: str, *, at: int = 0, who: str = "Zahra", **more: Any) -> None:
    store.decide(Decision(id_, verdict, who, f"2026-11-25T12:00:{at:02d}+00:00", **more))  # type: ignore[arg-type]


def ids(store: CoverageStore) -> dict[str, str]:
    return {f"{each.record.get('category', each.type)} {each.article == made.SHA}": each.id for each in store.found()}


def reviewed(folder: Path) -> CoverageStore:
    """A store on which people have decided in every way."""
    store = ingested(folder)
    of = ids(store)
    decide(store, of["seizure True"], "correct", at=1, changes={"date_start": "2019-05-11"}, note="The day before.")
    decide(store, of["arrest True"], "reject", at=2)
    decide(store, of["arrest True"], "undo", at=3, who="Umed")
    decide(store, of["claim True"], "accept", at=4)
    decide(store, of["seizure False"], "merge", at=5, target=f"read/{of['seizure True']}")
    return store


def file_of(store: CoverageStore) -> bytes:
    return written(store.exported()).encode()


def read_in(store: CoverageStore, content: bytes, **more: bool) -> Imported:
    return store.imported([parse(number, line) for number, line in lines_of(content)], **more)


@pytest.fixture(scope="module")
def few_layers() -> Catalog:
    return Catalog.of(*(default_catalog()[id_] for id_ in ("incidents", "corridors", "corridor_marks")))


@pytest.mark.slow
def test_decisions_outlive_their_store(tmp_path: Path, root: Path, few_layers: Catalog) -> None:
    with reviewed(tmp_path / "first") as store:
        content = file_of(store)
        url = str(store.engine.url)
    before = draft_release(root, few_layers, machine=machine_reading(url))
    with ingested(tmp_path / "second") as again:
        untouched = draft_release(root, few_layers, machine=machine_reading(str(again.engine.url)))
        told = read_in(again, content)
        assert (told.added, told.known, told.clashes, told.waiting) == (5, 0, (), ())
        after = draft_release(root, few_layers, machine=machine_reading(str(again.engine.url)))
        assert file_of(again) == content
    assert untouched.id != before.id
    assert after.id == before.id


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    with reviewed(tmp_path / "first") as store:
        content, counts, found = file_of(store), store.counts(), store.found()
        told = read_in(store, content)
        assert (told.added, told.known) == (0, 5)
        assert (store.counts(), store.found(), file_of(store)) == (counts, found, content)


def test_a_line_is_readable_and_tells_all(tmp_path: Path) -> None:
    with reviewed(tmp_path / "first") as store:
        lines = file_of(store).decode().splitlines()
    records = [json.loads(line) for line in lines]
    (corrected,) = [each for each in records if each["verdict"] == "correct"]
    assert (corrected["reviewer"], corrected["note"], corrected["changes"]) == (
        "Zahra", "The day before.", {"date_start": "2019-05-11"},
    )  # fmt: skip
    assert corrected["before"]["record"]["date_start"] == "2019-05-12"
    assert corrected["after"]["record"]["date_start"] == "2019-05-11"
    keys = [(each["article"], each["candidate"]) for each in records]
    assert [key[0] for key in keys] == sorted(key[0] for key in keys)
    assert all(list(each) == sorted(each) for each in records), "one order of keys, for git"


def test_two_newsrooms_that_reviewed_different_records_are_one(tmp_path: Path) -> None:
    with ingested(tmp_path / "first") as one, ingested(tmp_path / "second") as two:
        of = ids(one)
        decide(one, of["seizure True"], "accept", at=1)
        decide(two, of["arrest True"], "reject", at=2, who="Umed")
        # What git makes of two branches that add different lines.
        both = b"".join(sorted({*file_of(one).splitlines(keepends=True), *file_of(two).splitlines(keepends=True)}))
        assert read_in(one, both).added == read_in(two, both).added == 1
        assert file_of(one) == file_of(two)


def test_what_clashes_is_listed_and_nothing_is_overwritten(tmp_path: Path) -> None:
    with ingested(tmp_path / "first") as one, ingested(tmp_path / "second") as two:
        of = ids(one)
        decide(one, of["seizure True"], "accept", at=1)
        decide(two, of["seizure True"], "reject", at=2, who="Umed")
        decide(two, of["claim True"], "accept", at=3, who="Umed")
        told = read_in(one, file_of(two))
        (clash,) = told.clashes
        assert told.added == 1, "what does not clash is taken"
        assert clash.here is not None
        assert (clash.candidate, clash.here.verdict, clash.file.verdict, clash.file.reviewer) == (
            of["seizure True"], "accept", "reject", "Umed",
        )  # fmt: skip
        assert one.subject(of["seizure True"]).state.status == "reviewed"
        told = read_in(one, file_of(two), prefer_file=True)
        assert (told.added, told.clashes) == (1, ())
        assert [each.verdict for each in one.decisions(of["seizure True"])] == ["accept", "reject"]
        assert read_in(one, file_of(two)).added == 0


def test_a_fork_within_one_file_is_a_clash_too(tmp_path: Path) -> None:
    with ingested(tmp_path / "one") as one, ingested(tmp_path / "two") as two, ingested(tmp_path / "three") as three:
        of = ids(one)
        decide(one, of["seizure True"], "accept", at=1)
        decide(two, of["seizure True"], "reject", at=2)
        told = read_in(three, file_of(one) + file_of(two))
        assert (told.added, len(told.clashes)) == (0, 1)
        assert told.clashes[0].here is None
        assert three.subject(of["seizure True"]).state.status == "candidate"


def test_an_article_that_is_not_there_lets_its_decisions_wait(tmp_path: Path) -> None:
    with reviewed(tmp_path / "first") as store, CoverageStore.open(f"sqlite:///{tmp_path / 'empty.sqlite'}") as empty:
        told = read_in(empty, file_of(store))
        assert (told.added, len(told.waiting), {each.why for each in told.waiting}) == (0, 5, {"article"})


def test_what_a_newer_reader_does_not_find_comes_with_its_decision(tmp_path: Path) -> None:
    with reviewed(tmp_path / "first") as store:
        content, of, wanted = file_of(store), ids(store), machine_reading(str(store.engine.url))
    with CoverageStore.open(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        wider = made.incident("guards seized", "operation", "Kulob")
        other.keep(made.article(), made.reading([wider]), extractor="reader 2", published=None)
        other.keep(made.article(OTHER, "loud-days"), made.reading(text=OTHER), extractor="reader 2", published=None)
        assert of["seizure True"] not in ids(other).values()
        told = read_in(other, content)
        assert (told.added, told.clashes, told.waiting) == (5, (), ())
        found = {each.id: each for each in machine_reading(str(other.engine.url)).found}
        assert found[of["seizure True"]].record["date_start"] == "2019-05-11"
        assert [each.record["category"] for each in found.values() if each.type == "incident"].count("operation") == 0
        assert found[of["seizure True"]].merged == next(
            each.merged for each in wanted.found if each.id == of["seizure True"]
        )


def test_a_newer_reader_that_says_otherwise_is_shown_after_an_import(tmp_path: Path) -> None:
    with reviewed(tmp_path / "first") as store:
        content, of = file_of(store), ids(store)
    with CoverageStore.open(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        other.keep(
            made.article(),
            made.reading([made.incident("seized", "operation", "Kulob")]),
            extractor="reader 2",
            published=None,
        )
        read_in(other, content)
        now = other.subject(of["seizure True"])
        assert (now.state.record["category"], now.disagrees) == ("seizure", True)
        assert now.newer is not None
        assert now.newer["record"]["category"] == "operation"


def test_a_person_may_write_a_line_by_hand(tmp_path: Path) -> None:
    with ingested(tmp_path / "first") as store:
        id_ = ids(store)["seizure True"]
        line = {
            "article": made.SHA, "candidate": id_, "verdict": "correct", "changes": {"category": "arrest"},
            "reviewer": "Umed", "decided_at": "2026-11-25T12:00:00Z", "note": "See the second sentence.",
        }  # fmt: skip
        content = json.dumps(line).encode()
        assert read_in(store, content).added == 1
        assert store.subject(id_).state.record["category"] == "arrest"
        assert (read_in(store, content).added, read_in(store, content).known) == (0, 1)


def test_a_line_by_hand_goes_on_top_of_what_was_decided_before_it_and_never_of_what_came_after(tmp_path: Path) -> None:
    with ingested(tmp_path / "first") as store:
        id_ = ids(store)["seizure True"]
        decide(store, id_, "accept", at=12)
        older, newer = (
            json.dumps({
                "article": made.SHA, "candidate": id_, "verdict": "reject", "reviewer": "Umed", "decided_at": at,
            }).encode()
            for at in ("2026-11-25T17:00:11+05:00", "2026-11-25T12:00:13Z")
        )  # fmt: skip
        told = read_in(store, older)
        assert (told.added, len(told.clashes), store.subject(id_).state.status) == (0, 1, "reviewed")
        assert (told.clashes[0].here, told.clashes[0].file.reviewer) == (store.history(id_)[-1].decision, "Umed")
        told = read_in(store, newer)
        assert (told.added, told.clashes, store.subject(id_).state.status) == (1, (), "rejected")
        assert read_in(store, older, prefer_file=True).added == 1
        assert len(store.history(id_)) == 3


def broken(change: dict[str, Any]) -> bytes:
    line = {
        "article": made.SHA, "candidate": "ab" * 8, "verdict": "accept", "reviewer": "Umed", "type": "incident",
        "decided_at": "2026-11-25T12:00:00Z",
    }  # fmt: skip
    return json.dumps({**line, **change}).encode()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "no decision"),
        (b"[]", "no JSON object"),
        (b"\xff\xfe", "no decision"),
        (broken({"verdict": "bless"}), "verdict 'bless' is unknown"),
        (broken({"type": "person"}), "type 'person' is unknown"),
        (broken({"candidate": "../../etc"}), "candidate"),
        (broken({"article": "ab"}), "article"),
        (broken({"uid": "x"}), "uid"),
        (broken({"decided_at": "yesterday"}), "no decision"),
        (broken({"decided_at": "2026-11-25T12:00:00"}), "time zone"),
        (broken({"reviewer": ""}), "reviewer is no text"),
        (broken({"verdict": "correct", "changes": {"category": "party"}}), "category may not be"),
        (broken({"after": {"status": "reviewed"}, "before": {}}), "no decision"),
        (
            broken({name: {"status": "reviewed", "record": {}, "evidence": [{"start": 0, "end": 1}], "start": 0, "end": 1,
                           "found_by": "r"} for name in ("before", "after")}),
            "its record lacks category",
        ),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_with_what_is_wrong(line: bytes, told: str) -> None:
    with pytest.raises(InvalidDecision, match=f"Line 7: .*{told}"):
        parse(7, line)


def test_a_fault_in_the_middle_of_a_file_takes_nothing(tmp_path: Path) -> None:
    with reviewed(tmp_path / "first") as store, ingested(tmp_path / "second") as other:
        lines: list[Line] = [parse(number, line) for number, line in lines_of(file_of(store))]
        impossible = parse(
            99, broken({"candidate": ids(other)["arrest True"], "verdict": "merge", "target": "read/none"})
        )
        before = other.counts()
        with pytest.raises(Exception, match="no candidate 'none'"):
            other.imported([*lines, impossible])
        assert other.counts() == before
