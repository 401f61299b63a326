"""Two reviewers at once: no decision is lost, none is overwritten unseen, and every history is whole."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from geo.errors import StaleDecision
from layers.store.coverage_store import CoverageStore
from layers.store.decisions import Decision
from layers.workspace import Workspace
from tests.at_once import at_once
from tests.layers.store import readings as made

if TYPE_CHECKING:
    from pathlib import Path

    from layers.review.verdicts import Verdict

REVIEWERS = ("Zahra", "Umed")
VERDICTS: tuple[Verdict, ...] = ("accept", "reject", "correct")


def article_with(store: CoverageStore, count: int) -> list[str]:
    """Bring an invented article with so many incidents into the store; return their ids."""
    text = "Ledger\n\n" + " ".join(f"Guards seized load {number:04d}." for number in range(count))
    incidents = [made.incident(f"seized load {number:04d}", "seizure", "Kulob", text=text) for number in range(count)]
    store.keep(
        made.article(text, "ledger"), made.reading(incidents, text=text, id_="ledger"), extractor="r", published=None
    )
    return [each.id for each in store.found()]


def review(url: str, who: str, ids: list[str], decisions: int, refused: list[str]) -> None:
    """Decide so many times, on each record in turn; who is told that another came first looks again."""
    with CoverageStore.open(url) as store:
        for number in range(decisions):
            id_ = ids[number % len(ids)] if who == REVIEWERS[0] else ids[-1 - number % len(ids)]
            while True:
                seen = store.subject(id_)
                verdict = VERDICTS[number % 3]
                category = "arrest" if seen.state.record["category"] == "seizure" else "seizure"
                decision = Decision(
                    id_, verdict, who, f"2026-11-25T12:00:00.{number:06d}+00:00",
                    changes={"category": category} if verdict == "correct" else None, note=f"{who} {number}",
                )  # fmt: skip
                try:
                    store.decide(decision, seen=seen.version)
                except StaleDecision:
                    refused.append(f"{who} {number}")
                    continue
                break


@pytest.mark.parametrize(("records", "decisions"), [(5, 40), pytest.param(25, 1_000, marks=pytest.mark.slow)])
def test_two_reviewers_lose_nothing(tmp_path: Path, records: int, decisions: int) -> None:
    url = Workspace(tmp_path).store_url
    with CoverageStore.open(url) as store:
        ids = article_with(store, records)
    refused: list[str] = []
    at_once(lambda who: review(url, who, ids, decisions, refused), REVIEWERS)
    with CoverageStore.open(url) as store:
        histories = {id_: store.history(id_) for id_ in ids}
        notes = [event.decision.note for events in histories.values() for event in events]
        assert sorted(notes) == sorted(f"{who} {number}" for who in REVIEWERS for number in range(decisions)), (  # type: ignore[type-var]  # all have notes
            "each decision is there, and once"
        )
        for id_, events in histories.items():
            assert [event.previous for event in events] == [None, *(event.id for event in events[:-1])], (
                "an unbroken chain"
            )
            assert all(after.before == before.after for before, after in itertools.pairwise(events)), (
                "each was decided on what the one before left"
            )
            assert store.subject(id_).state == events[-1].after
        assert store.counts()["decisions"] == decisions * len(REVIEWERS)
