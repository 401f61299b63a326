"""The pages of review: what a reviewer sees, decides and is told."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from layers.store.coverage_store import machine_reading
from tests.layers.store import readings as made
from tests.server.people.browsers import NAMES
from tests.server.review.conftest import decide, seizures

if TYPE_CHECKING:
    from layers.store.coverage_store import CoverageStore
    from tests.server.people.browsers import Browser, SignedIn

PAGES = ("/review", "/review/card", "/review/narrow", "/review/decisions", "/review/quality")


def cards(browser: Browser, query: str = "") -> list[str]:
    """Ids of all cards of a queue, walked as the page does."""
    ids: list[str] = []
    after = ""
    while True:
        answer = browser.client.get(f"/review/card?{query}&after={after}")
        if answer.status_code == 204:
            return ids
        assert answer.status_code == 200, answer.text[:300]
        ids.append(re.search(r'data-id="([0-9a-f]{16})"', answer.text)[1])  # type: ignore[index]
        after = re.search(r'data-key="([^"]+)"', answer.text)[1]  # type: ignore[index]


@pytest.mark.parametrize("lang", ["en", "fa", "ru", "kk"])
def test_the_sentence_stands_in_its_context_with_what_was_taken_from_it(reviewer: Browser, lang: str) -> None:
    page = reviewer.get(f"/review?type=incident&lang={lang}")
    assert page.status_code == 200
    assert '<blockquote class="words" lang="en" dir="ltr">' in page.text
    assert '<mark class="trigger">seized</mark>' in page.text
    assert '<mark class="place">Kulob</mark>' in page.text
    assert "</mark> were arrested in Khorog" in page.text, "what stands after it"
    assert re.search(r'<mark class="number outside offer" data-offer="\d">Two men<sup aria-hidden="true">', page.text)
    assert '<svg class="locator"' in page.text
    assert "undefined" not in page.text.lower()
    assert not re.search(r"<(script|style)>|style=|onclick=", page.text)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_the_heaviest_come_first_and_each_once(reviewer: Browser, store: CoverageStore) -> None:
    ids = cards(reviewer)
    assert len(ids) == len(set(ids)) == store.counts()["candidates_candidate"]
    weights = [store.subject(id_).weight for id_ in ids]
    assert weights == sorted(weights, reverse=True)
    assert {store.subject(id_).type for id_ in ids} == {"incident", "claim", "place"}


def test_a_queue_can_be_one_articles_or_one_places(reviewer: Browser, store: CoverageStore) -> None:
    ids = cards(reviewer, f"article={made.SHA}")
    starts = [store.subject(id_).state.start for id_ in ids]
    assert starts == sorted(starts)
    assert {store.subject(id_).article for id_ in ids} == {made.SHA}
    assert {each.id for each in seizures(store)} <= set(cards(reviewer, "place=place/kulob"))
    assert len(cards(reviewer, "place=place/kulob&type=incident")) == 2
    assert cards(reviewer, "organization=nobody") == []


def test_a_decision_is_kept_with_its_makers_name(reviewer: Browser, store: CoverageStore) -> None:
    seizure = seizures(store)[0]
    answer = decide(reviewer, store, seizure.id, "accept", note="Clear.")
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["status"] == "reviewed"
    (event,) = store.history(seizure.id)
    assert (event.decision.reviewer, event.decision.note) == (NAMES["reviewer"], "Clear.")
    assert seizure.id not in cards(reviewer)
    page = reviewer.get(f"/review/records/{seizure.id}")
    assert NAMES["reviewer"] in page.text
    assert "Clear." in page.text
    assert "Clear." in reviewer.get("/review/decisions").text
    other = reviewer.get("/review/decisions?lang=en&verdict=merge").text
    assert "No decision is like this." in other
    assert "Nobody has decided" not in other


def test_a_form_corrects_what_it_changes_and_nothing_else(reviewer: Browser, store: CoverageStore) -> None:
    seizure = seizures(store)[0]
    record = seizure.record
    fields = {
        "category": "arrest", "date_start": "2019-05-11", "date_end": "2019-05-12", "modality": "asserted", "role": "event",
        "place": json.dumps(record["place"]),
    }  # fmt: skip
    assert decide(reviewer, store, seizure.id, "correct", **fields).status_code == 200
    (event,) = store.history(seizure.id)
    assert event.decision.changes == {"category": "arrest", "date_start": "2019-05-11"}
    assert event.after.record["place"] == record["place"]


def test_without_a_script_forms_lead_on(reviewer: Browser, store: CoverageStore) -> None:
    seizure = seizures(store)[0]
    form = {"candidate": seizure.id, "verdict": "reject", "seen": store.subject(seizure.id).version}
    answer = reviewer.post("/review/decisions", form, at="/review")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/review")
    again = reviewer.post("/review/decisions", form, at="/review")
    assert again.status_code == 409
    assert "has changed since it was shown" in again.text
    assert len(store.history(seizure.id)) == 1


def test_of_two_reviewers_the_second_sees_the_first_and_chooses(signed_in: SignedIn, store: CoverageStore) -> None:
    seizure = seizures(store)[0]
    seen = store.subject(seizure.id).version
    assert decide(signed_in["editor"], store, seizure.id, "reject", seen=seen, note="A rumour.").status_code == 200
    late = decide(signed_in["reviewer"], store, seizure.id, "accept", seen=seen)
    assert late.status_code == 409
    assert late.get_json()["type"].endswith("stale-decision")
    shown = signed_in["reviewer"].client.get(f"/review/records/{seizure.id}/card").text
    assert NAMES["editor"] in shown
    assert "A rumour." in shown
    assert decide(signed_in["reviewer"], store, seizure.id, "accept").status_code == 200
    assert [event.decision.verdict for event in store.history(seizure.id)] == ["reject", "accept"]


def test_what_is_retired_says_so_and_can_be_decided(reviewer: Browser, store: CoverageStore) -> None:
    seizure = seizures(store)[0]
    seen = store.subject(seizure.id).version
    store.keep(made.article(), made.reading(), extractor="reader 2", published=None)
    assert decide(reviewer, store, seizure.id, "accept", seen=seen).status_code == 409
    assert "no longer finds this record" in reviewer.get(f"/review/records/{seizure.id}").text
    assert decide(reviewer, store, seizure.id, "accept").status_code == 200


def test_a_newer_reading_that_disagrees_has_a_queue(reviewer: Browser, store: CoverageStore) -> None:
    seizure = seizures(store)[0]
    decide(reviewer, store, seizure.id, "accept")
    other = made.incident("seized", "operation", "Kulob")
    store.keep(made.article(), made.reading([other]), extractor="reader 2", published=None)
    assert cards(reviewer, "view=disagrees") == [seizure.id]
    page = reviewer.get("/review?view=disagrees")
    assert "A newer reading says otherwise" in page.text
    assert "Operation" in page.text
    assert decide(reviewer, store, seizure.id, "keep").status_code == 200
    assert cards(reviewer, "view=disagrees") == []


def test_similar_records_tell_what_they_agree_on_and_can_be_merged(reviewer: Browser, store: CoverageStore) -> None:
    here, there = seizures(store)
    card = reviewer.client.get(f"/review/records/{there.id}/card").text
    assert f'value="read/{here.id}"' in card
    for word in ("same day", "same place", "same category"):
        assert f'<span class="agrees">{word}</span>' in card
    address = f"http://localhost/review/records/{here.id}?lang=fa"
    assert decide(reviewer, store, there.id, "merge", target=address).status_code == 200
    found = {each.id: each for each in machine_reading(str(store.engine.url)).found}
    assert [each.id for each in found[here.id].merged] == [there.id]
    assert "is one with this record" in reviewer.get(f"/review/records/{here.id}").text


def test_a_record_that_people_wrote_can_take_a_candidate(reviewer: Browser, store: CoverageStore) -> None:
    here = seizures(store)[0]
    assert decide(reviewer, store, here.id, "duplicate", target="/evidence/inc01").status_code == 200
    assert store.subject(here.id).state.target == "inc01"
    assert decide(reviewer, store, here.id, "merge", target="inc99999").status_code == 404


def test_a_split_by_form(reviewer: Browser, store: CoverageStore) -> None:
    here = seizures(store)[0]
    fields = {
        "part_0_evidence": "0", "part_0_category": "seizure", "part_1_evidence": "0", "part_1_category": "arrest",
        "part_1_place": "",
    }  # fmt: skip
    assert decide(reviewer, store, here.id, "split", **fields).status_code == 200
    found = {each.id: each for each in machine_reading(str(store.engine.url)).found}
    assert found[f"{here.id}-2"].record["category"] == "arrest"
    assert found[f"{here.id}-2"].record["place"] is None
    assert "Split into 2" in reviewer.get(f"/review/records/{here.id}").text


@pytest.mark.parametrize(
    ("verdict", "fields", "status"),
    [
        ("bless", {}, 400),
        ("correct", {}, 400),
        ("correct", {"category": "party"}, 400),
        ("correct", {"changes": "{"}, 400),
        ("correct", {"changes": "[]"}, 400),
        ("correct", {"place": '{"name": 1}'}, 400),
        ("merge", {}, 400),
        ("merge", {"target": "read/0000000000000000"}, 404),
        ("split", {}, 400),
        ("accept", {"note": "x" * 2001}, 400),
        ("accept", {"seen": "1.deadbeef"}, 409),
        ("accept", {"candidate": "ffffffffffffffff"}, 404),
    ],
)
def test_what_cannot_be_decided_is_told_and_changes_nothing(
    reviewer: Browser, store: CoverageStore, verdict: str, fields: dict[str, Any], status: int
) -> None:
    seizure = seizures(store)[0]
    before = store.counts()
    form = {
        "csrf_token": reviewer.token("/review"), "candidate": seizure.id, "verdict": verdict,
        "seen": store.subject(seizure.id).version, **fields,
    }  # fmt: skip
    answer = reviewer.client.post("/review/decisions", data=form, headers={"Accept": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.get_json()["hint"]
    assert store.counts() == before


def test_readers_see_and_do_not_decide(signed_in: SignedIn, store: CoverageStore) -> None:
    reader = signed_in["reader"]
    for path in PAGES:
        assert reader.get(path).status_code == 200, path
    assert 'name="verdict"' not in reader.get("/review").text
    assert decide(reader, store, seizures(store)[0].id, "accept").status_code == 403
    assert store.counts()["decisions"] == 0


def test_nobody_decides_without_the_pages_token(reviewer: Browser, store: CoverageStore) -> None:
    seizure = seizures(store)[0]
    form = {"candidate": seizure.id, "verdict": "accept", "seen": store.subject(seizure.id).version}
    assert reviewer.client.post("/review/decisions", data=form).status_code == 403
    assert store.counts()["decisions"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/review?view=all",
        "/review?type=person",
        "/review/card?after=x",
        "/review/decisions?verdict=x",
        "/review/decisions?before=-1",
    ],
)
def test_a_query_that_cannot_be_read_is_told(reviewer: Browser, path: str) -> None:
    assert reviewer.client.get(path).status_code == 400


def test_places_of_the_world_are_found_by_name(reviewer: Browser) -> None:
    found = reviewer.client.get("/review/places?q=Khorog").get_json()
    assert found[0]["place"]["country"] == "TJ"
    assert found[0]["place"]["entity"] == "geonames:1221328"
    assert reviewer.client.get("/review/places?q=Хорог").get_json()[0]["place"]["entity"] == "geonames:1221328"
    assert reviewer.client.get("/review/places?q=x").get_json() == []


def test_quality_counts_what_became_of_candidates(reviewer: Browser, store: CoverageStore) -> None:
    here, there = seizures(store)
    decide(reviewer, store, here.id, "accept")
    decide(reviewer, store, there.id, "reject")
    page = reviewer.get("/review/quality").text
    row = next(row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "Seizure" in row)
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
    assert cells == ["English", "1", "0", "1", "0", "50% 9–91", "50% 9–91"]
    assert "2019" in page


def test_what_was_published_is_an_editors_to_correct_with_a_reason(signed_in: SignedIn, store: CoverageStore) -> None:
    seizure = seizures(store)[0]
    assert decide(signed_in["reviewer"], store, seizure.id, "accept").status_code == 200
    last = store.history(seizure.id)[-1].id
    store.published_as(
        "0123456789ab", last_decision=last, published_at="2026-11-25T12:00:00+00:00", reviewed_only=False
    )
    refused = decide(signed_in["reviewer"], store, seizure.id, "reject", note="Wrong.")
    assert refused.status_code == 403
    assert "Ask an editor" in refused.get_json()["hint"]
    bare = decide(signed_in["editor"], store, seizure.id, "reject")
    assert bare.status_code == 400
    assert "Say why" in bare.get_json()["hint"]
    assert decide(signed_in["editor"], store, seizure.id, "reject", note="The agency took it back.").status_code == 200
    assert "Published correction" in signed_in["reviewer"].get("/review/decisions?lang=en").text
