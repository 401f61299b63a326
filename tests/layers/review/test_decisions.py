"""Decisions: what each verdict does, who sees whose, and that nothing is ever lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from geo.errors import InvalidDecision, StaleDecision
from layers.candidates import SHOWN, Candidates
from layers.coverage_schema import form_faults
from layers.review.verdicts import VERDICTS
from layers.store.coverage_store import CoverageStore, machine_reading
from layers.store.decisions import Decision
from layers.workspace import Workspace
from tests.layers.store import readings as made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.candidates import Found
    from layers.ingredients import Ingredients

WHEN = "2026-11-25T12:00:00.000001+00:00"
OTHER = made.TEXT.replace("Quiet days", "Loud days").replace("3 kg", "4 kg")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CoverageStore]:
    with CoverageStore.open(Workspace(tmp_path).store_url) as opened:
        opened.keep(made.article(), made.WHOLE, extractor="reader 1", published=None)
        yield opened


def with_other(store: CoverageStore) -> None:
    """A second article that tells of the same seizure."""
    seizure = made.incident("seized", "seizure", "Kulob", text=OTHER, organization_entities=["csto"])
    reading = made.reading([seizure], text=OTHER, id_="loud-days")
    store.keep(made.article(OTHER, "loud-days"), reading, extractor="reader 1", published=None)


def seizures(store: CoverageStore) -> list[Found]:
    return [each for each in store.found() if each.record.get("category") == "seizure"]


def decide(
    store: CoverageStore, id_: str, verdict: str, *, who: str = "Zahra", seen: str | None = None, **more: Any
) -> int:
    return store.decide(Decision(id_, verdict, who, WHEN, **more), seen=seen)  # type: ignore[arg-type]  # any text


def read(store: CoverageStore) -> dict[str, Found]:
    return {each.id: each for each in machine_reading(str(store.engine.url)).found}


def test_an_event_tells_who_when_what_before_and_after_and_why(store: CoverageStore) -> None:
    (seizure,) = seizures(store)
    decide(store, seizure.id, "correct", changes={"category": "arrest"}, note="Nobody seized anything.")
    decide(store, seizure.id, "accept", who="Umed")
    first, second = store.history(seizure.id)
    assert (first.decision.reviewer, first.decision.decided_at, first.decision.note) == (
        "Zahra", WHEN, "Nobody seized anything.",
    )  # fmt: skip
    assert (first.before.record["category"], first.after.record["category"]) == ("seizure", "arrest")
    assert (first.before.status, first.after.status, first.previous) == ("candidate", "corrected", None)
    assert second.before == first.after
    assert (second.previous, second.decision.reviewer) == (first.id, "Umed")
    assert len({first.uid, second.uid}) == 2


def test_undo_goes_back_step_by_step_and_forgets_nothing(store: CoverageStore) -> None:
    (seizure,) = seizures(store)
    machine = store.subject(seizure.id).state
    decide(store, seizure.id, "accept")
    accepted = store.subject(seizure.id).state
    decide(store, seizure.id, "reject")
    store.undo(seizure.id, "Zahra", WHEN)
    assert store.subject(seizure.id).state == accepted
    store.undo(seizure.id, "Zahra", WHEN)
    assert store.subject(seizure.id).state == machine
    with pytest.raises(InvalidDecision, match="no decision to undo"):
        store.undo(seizure.id, "Zahra", WHEN)
    assert [event.decision.verdict for event in store.history(seizure.id)] == ["accept", "reject", "undo", "undo"]
    assert read(store)[seizure.id].status == "candidate"


def test_of_two_on_one_record_the_second_is_told_and_nothing_is_overwritten(store: CoverageStore) -> None:
    (seizure,) = seizures(store)
    seen = store.subject(seizure.id).version
    decide(store, seizure.id, "reject", who="Umed", seen=seen)
    with pytest.raises(StaleDecision, match="has changed since it was shown"):
        decide(store, seizure.id, "accept", seen=seen)
    assert store.subject(seizure.id).state.status == "rejected"
    assert len(store.history(seizure.id)) == 1
    decide(store, seizure.id, "accept", seen=store.subject(seizure.id).version)
    assert store.subject(seizure.id).state.status == "reviewed"


def test_a_page_from_before_another_reading_is_stale_too(store: CoverageStore) -> None:
    (seizure,) = seizures(store)
    seen = store.subject(seizure.id).version
    other = made.incident("seized", "operation", "Kulob")
    store.keep(made.article(), made.reading([other]), extractor="reader 2", published=None)
    with pytest.raises(StaleDecision):
        decide(store, seizure.id, "accept", seen=seen)


def test_what_a_newer_reading_retired_can_still_be_decided_on(store: CoverageStore) -> None:
    (seizure,) = seizures(store)
    seen = store.subject(seizure.id).version
    store.keep(made.article(), made.reading(), extractor="reader 2", published=None)
    with pytest.raises(StaleDecision):
        decide(store, seizure.id, "accept", seen=seen)
    now = store.subject(seizure.id)
    assert now.state.status == "retired"
    assert now.state.record["category"] == "seizure", "what it said is still there"
    decide(store, seizure.id, "accept", seen=now.version)
    assert read(store)[seizure.id].status == "reviewed"


def test_a_newer_reading_that_disagrees_is_shown_beside_the_decision(store: CoverageStore) -> None:
    (seizure,) = seizures(store)
    decide(store, seizure.id, "accept")
    store.keep(made.article(), made.WHOLE, extractor="reader 2", published=None)
    assert not store.subject(seizure.id).disagrees, "it says the same"
    other = made.incident("seized", "operation", "Kulob")
    store.keep(made.article(), made.reading([other]), extractor="reader 3", published=None)
    now = store.subject(seizure.id)
    assert now.disagrees
    assert now.newer is not None
    assert (now.newer["record"]["category"], now.newer_by) == ("operation", "reader 3")
    assert now.state.record["category"] == "seizure"
    decide(store, seizure.id, "keep")
    assert not store.subject(seizure.id).disagrees
    decide(store, seizure.id, "reopen")
    assert store.subject(seizure.id).state.record["category"] == "operation", "the machine's word is its newest"


def test_a_reading_that_finds_it_no_more_disagrees_with_an_acceptance_alone(store: CoverageStore) -> None:
    (seizure,) = seizures(store)
    (arrest,) = [each for each in store.found() if each.record.get("category") == "arrest"]
    decide(store, seizure.id, "accept")
    decide(store, arrest.id, "reject")
    store.keep(made.article(), made.reading(), extractor="reader 2", published=None)
    assert store.subject(seizure.id).newer == {"found": False}
    assert store.subject(seizure.id).disagrees
    assert not store.subject(arrest.id).disagrees


def test_merged_records_are_one_with_the_passages_of_both(store: CoverageStore) -> None:
    with_other(store)
    here, there = sorted(seizures(store), key=lambda each: each.article != made.SHA)
    decide(store, there.id, "merge", target=f"read/{here.id}")
    found = read(store)
    assert there.id not in found
    (merged,) = found[here.id].merged
    assert (merged.article, merged.evidence) == (there.article, there.evidence)
    assert found[here.id].record["organization_entities"] == ["csto"], "it takes over what it does not know"
    store.undo(there.id, "Zahra", WHEN)
    assert read(store)[there.id].status == "candidate"


def test_a_duplicate_gives_its_passage_and_nothing_else(store: CoverageStore) -> None:
    with_other(store)
    here, there = sorted(seizures(store), key=lambda each: each.article != made.SHA)
    decide(store, there.id, "duplicate", target=f"read/{here.id}")
    kept = read(store)[here.id]
    assert len(kept.merged) == 1
    assert kept.record["organization_entities"] == []


def test_what_is_merged_into_a_rejected_record_stands_for_itself(store: CoverageStore) -> None:
    with_other(store)
    here, there = sorted(seizures(store), key=lambda each: each.article != made.SHA)
    decide(store, there.id, "merge", target=f"read/{here.id}")
    decide(store, here.id, "reject")
    assert read(store)[there.id].status == "reviewed", "its passage is not lost with the other's"


@pytest.mark.parametrize("target", ["self", "circle", "other sort", None, "read/0000000000000000"])
def test_a_merge_that_leads_nowhere_is_refused(store: CoverageStore, target: str | None) -> None:
    with_other(store)
    here, there = sorted(seizures(store), key=lambda each: each.article != made.SHA)
    (claim,) = [each for each in store.found() if each.type == "claim"]
    if target == "circle":
        decide(store, here.id, "merge", target=f"read/{there.id}")
    named = {"self": f"read/{there.id}", "circle": f"read/{here.id}", "other sort": f"read/{claim.id}"}
    before = store.counts()
    with pytest.raises((InvalidDecision, Exception), match=r"merged|sort|named|no candidate"):
        decide(store, there.id, "merge", target=named.get(target or "", target))
    assert store.counts() == before


def test_a_record_is_split_by_passage_and_fields(store: CoverageStore) -> None:
    both = made.incident("seized", "seizure", "Kulob")
    both = replace(both, evidence=(made.sentence_of("seized"), made.sentence_of("arrested")))
    store.keep(made.article(), made.reading([both]), extractor="reader 1", published=None)
    (seizure,) = seizures(store)
    parts = [{"evidence": [0]}, {"evidence": [1], "changes": {"category": "arrest", "place": None}}]
    decide(store, seizure.id, "split", changes={"parts": parts})
    found = read(store)
    first, second = found[f"{seizure.id}-1"], found[f"{seizure.id}-2"]
    assert (first.record["category"], second.record["category"]) == ("seizure", "arrest")
    assert first.evidence + second.evidence == seizure.evidence
    store.undo(seizure.id, "Zahra", WHEN)
    assert set(read(store)) & {seizure.id, f"{seizure.id}-1"} == {seizure.id}


@pytest.mark.parametrize(
    ("verdict", "changes", "told"),
    [
        ("correct", {}, "changes nothing"),
        ("correct", {"category": "seizure"}, "changes nothing"),
        ("correct", {"category": "party"}, "category may not be"),
        ("correct", {"date_start": "12 May"}, "no day"),
        ("correct", {"date_start": "2019-05-12", "date_end": "2019-05-11"}, "before the first"),
        ("correct", {"nonsense": 1}, "cannot be corrected"),
        ("correct", {"place": {"name": "X", "lon": 500, "lat": 0}}, "on the globe"),
        ("split", {}, "2 to 9 parts"),
        ("split", {"parts": [{"evidence": [0]}, {"evidence": [7]}]}, "no passage"),
        ("split", {"parts": [{"evidence": [0]}, {"evidence": [0]}]}, "say the same"),
        ("keep", None, "Nobody has decided"),
        ("reopen", None, "Nobody has decided"),
        ("bless", None, "no verdict"),
    ],
)
def test_a_verdict_that_cannot_be_carried_out_is_told_and_stores_nothing(
    store: CoverageStore, verdict: str, changes: dict[str, Any] | None, told: str
) -> None:
    (seizure,) = seizures(store)
    with pytest.raises(InvalidDecision, match=told):
        decide(store, seizure.id, verdict, changes=changes)
    assert store.history(seizure.id) == ()
    assert store.subject(seizure.id).state.status == "candidate"


def test_names_are_reviewed_once_for_an_article_and_move_what_rests_on_them(store: CoverageStore) -> None:
    (kulob,) = [each for each in everything(store, "place") if each.record["name"] == "Kulob"]
    assert kulob.record["rests"] == 0, "the invented incident names no entity"
    khorog = {"name": "Khorog", "lon": 71.55, "lat": 37.49, "country": "tj", "where_prec": 1, "entity": "place/khorog"}
    (seizure,) = seizures(store)
    assert seizure.record["place"]["name"] == "Kulob"
    rests = {**seizure.record["place"], "entity": "place/kulob"}
    named = made.incident("seized", "seizure", rests)
    reading = replace(made.reading([named]), mentions=(made.mention("Kulob"),))
    store.keep(made.article(), reading, extractor="reader 2", published=None)
    (kulob,) = [each for each in everything(store, "place") if each.record["name"] == "Kulob"]
    assert kulob.record["rests"] == 1
    decide(store, kulob.id, "correct", changes={"place": khorog})
    place = read(store)[seizure.id].record["place"]
    assert (place["name"], place["country"], place["entity"]) == ("Khorog", "TJ", "place/khorog")
    decide(store, kulob.id, "reject")
    assert read(store)[seizure.id].record["place"] is None


def everything(store: CoverageStore, kind: str) -> tuple[Found, ...]:
    from layers.store.candidates import all_candidates
    from layers.store.engine import reading

    with reading(store.engine) as connection:
        return all_candidates(connection, (), (kind,))


def test_every_verdict_leads_to_a_status_that_a_build_knows() -> None:
    assert set(VERDICTS) == {"accept", "reject", "correct", "reopen", "merge", "duplicate", "split", "keep", "undo"}
    assert {"candidate", "reviewed", "corrected"} == set(SHOWN)


def test_an_accepted_conflict_is_taken_along_and_no_other(store: CoverageStore, ingredients: Ingredients) -> None:
    span = made.span_of("3 kg")
    side = {"article": made.SHA, "claim": 0, "start": span.start, "end": span.end, "as_printed": "3 kg", "reading": "3"}
    record = {
        "state": "conflict", "topic": "value", "articles": [made.SHA], "reason": "They differ.", "work": None,
        "claims": [side, {**side, "start": span.start + 1, "as_printed": "4 kg", "reading": "4"}],
    }  # fmt: skip
    store.keep_comparison({made.SHA: "quiet-days"}, [{"state": "conflict", "articles": [made.SHA], "record": record}])
    (conflict,) = everything(store, "conflict")
    assert [each for each in read(store).values() if each.type == "conflict"] == []
    decide(store, conflict.id, "accept")
    machine = machine_reading(str(store.engine.url))
    coverage, gazetteer = ingredients.coverage, ingredients.gazetteer
    made_of = Candidates.of(machine, coverage, gazetteer)
    (told,) = made_of.plain["conflicts"]
    assert form_faults("conflicts", told) == []
    assert told["title"]["en"] == "What is said does not agree: 3 kg / 4 kg"
    assert made_of.added_to(coverage).conflict(told["id"]).state == "conflict"


def test_what_is_one_with_a_written_record_is_attached_to_it_and_stands_alone_without_it(
    store: CoverageStore, ingredients: Ingredients
) -> None:
    (seizure,) = seizures(store)
    coverage, gazetteer = ingredients.coverage, ingredients.gazetteer
    decide(store, seizure.id, "duplicate", target="inc01")
    attached = Candidates.of(machine_reading(str(store.engine.url)), coverage, gazetteer)
    assert [item["id"] for item in attached.found_again("inc01")] == [seizure.id]
    assert seizure.id not in str(attached.plain["incidents"])
    decide(store, seizure.id, "duplicate", target="inc-that-was-removed")
    alone = Candidates.of(machine_reading(str(store.engine.url)), coverage, gazetteer)
    assert {each["id"]: each["status"] for each in alone.plain["incidents"]}[f"read/{seizure.id}"] == "reviewed"
