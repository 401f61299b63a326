"""The desk in other languages: what moves and what was changed are said in words, not in codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.server.review.conftest import decide
from tests.server.review.test_queue import cards

if TYPE_CHECKING:
    from layers.store.coverage_store import CoverageStore
    from tests.server.people.browsers import Browser


def claim_of(store: CoverageStore) -> str:
    return min(each.id for each in store.found() if each.record.get("commodity"))


@pytest.mark.parametrize(("lang", "word"), [("fa", "گاز"), ("ru", "Газ"), ("kk", "Қару-жарақ")])
def test_a_commodity_is_named_in_the_readers_language(
    reviewer: Browser, store: CoverageStore, lang: str, word: str
) -> None:
    id_ = claim_of(store)
    said = "weapons" if lang == "kk" else "gas"
    assert decide(reviewer, store, id_, "correct", commodity=said).status_code == 200
    page = reviewer.get(f"/review/records/{id_}?lang={lang}").text
    assert f"(<bdi>{word}</bdi>)" in page, "on the card"
    assert f'<option value="{said}" label="{word}">' in page, "in its form"
    history = page[page.index('class="before-after"') :]
    assert re.search(rf"<td><bdi>{word}</bdi></td>", history), "in its history"
    assert f"<bdi>{said}</bdi>" not in page


def test_a_commodity_that_no_list_knows_is_shown_as_it_was_typed(reviewer: Browser, store: CoverageStore) -> None:
    id_ = claim_of(store)
    assert decide(reviewer, store, id_, "correct", commodity="snow leopard_skins").status_code == 200
    assert "(<bdi>snow leopard_skins</bdi>)" in reviewer.get(f"/review/records/{id_}?lang=fa").text


def test_the_precision_and_the_country_of_a_place_are_said_in_words(reviewer: Browser, store: CoverageStore) -> None:
    place = next(
        row for row in map(store.subject, cards(reviewer, "type=place")) if row.state.record["country"] != "AF"
    )
    moved = '{"name": "Khorog", "lon": 71.55, "lat": 37.49, "country": "AF", "where_prec": 4, "entity": "place/khorog"}'
    assert decide(reviewer, store, place.id, "correct", place=moved).status_code == 200
    page = reviewer.get(f"/review/records/{place.id}?lang=ru").text
    history = page[page.index('class="before-after"') :]
    assert "<td>область</td>" in history.replace("\n", "").replace("  ", "")
    assert "<bdi>Афганистан</bdi>" in history
