"""Versions: a decision's answer marks the state that it left, whatever another reviewer does meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.store.decisions import Decision
from layers.store.review_store import ReviewStore
from tests.server.review.conftest import decide, seizures

if TYPE_CHECKING:
    import pytest

    from layers.store.coverage_store import CoverageStore
    from tests.server.people.browsers import Browser


def test_nobody_takes_back_a_decision_that_he_has_not_seen(
    reviewer: Browser, store: CoverageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = seizures(store)[0].id
    add = ReviewStore.decide

    def then_another(self: ReviewStore, decision: Decision, **more: Any) -> Any:
        made = add(self, decision, **more)
        store.decide(Decision(id_, "reject", "Umed", "2026-11-26T12:00:00+00:00"))
        return made

    with monkeypatch.context() as patch:
        patch.setattr(ReviewStore, "decide", then_another)
        told = decide(reviewer, store, id_, "accept").get_json()
    assert told["version"] != store.subject(id_).version
    assert decide(reviewer, store, id_, "undo", seen=told["version"]).status_code == 409
    assert store.subject(id_).state.status == "rejected"
