"""Splitting without scripts: a page's form has as many parts as its address says, and all of them arrive."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import lxml.html
import pytest

from layers.store.coverage_store import machine_reading
from tests.server.review.conftest import decide, seizures

if TYPE_CHECKING:
    from layers.store.coverage_store import CoverageStore
    from tests.server.people.browsers import Browser


def form_of(browser: Browser, path: str) -> lxml.html.FormElement:
    """The form that splits, of a page as a browser without scripts reads it."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text[:300]
    (form,) = lxml.html.fromstring(answer.text).xpath("//form[@id='pane-split']")
    assert isinstance(form, lxml.html.FormElement)
    return form


def test_a_page_links_to_itself_with_each_number_of_parts(reviewer: Browser, store: CoverageStore) -> None:
    here = seizures(store)[0]
    for path in (f"/review/records/{here.id}", "/review?type=incident&lang=fa"):
        form = form_of(reviewer, path)
        assert len(form.findall(".//fieldset")) == 2
        links = form.xpath(".//noscript//a/@href")
        assert len(links) == 8
        assert path.partition("?")[0] in links[-1]
        assert all(f"{part}" in links[-1] for part in path.partition("?")[2].split("&"))
        widest = form_of(reviewer, links[-1].partition("#")[0])
        assert len(widest.findall(".//fieldset")) == 9
        assert widest.xpath(".//noscript//a[@aria-current]/@href") == [links[-1]]
        assert widest.xpath(".//button[@data-adds]/@disabled") == ["disabled"], "scripts stop there too"
        names = widest.xpath(".//@id")
        assert len(names) == len(set(names))


def test_three_parts_of_a_form_become_three_records(reviewer: Browser, store: CoverageStore) -> None:
    here = seizures(store)[0]
    form = form_of(reviewer, f"/review/records/{here.id}?parts=3")
    for number, category in enumerate(("seizure", "arrest", "attack")):
        form.fields[f"part_{number}_category"] = category
    fields = dict(form.form_values()) | {"csrf_token": reviewer.token("/review")}
    answer = reviewer.client.post("/review/decisions", data={**fields, "verdict": "split"})
    assert answer.status_code == 303, answer.text
    found = {each.id: each.record.get("category") for each in machine_reading(str(store.engine.url)).found}
    assert [found[f"{here.id}-{number}"] for number in (1, 2, 3)] == ["seizure", "arrest", "attack"]


@pytest.mark.parametrize("parts", ["1", "10", "three", "02", "-2", "٣", ""])
def test_a_number_of_parts_that_cannot_be_is_told(reviewer: Browser, store: CoverageStore, parts: str) -> None:
    answer = reviewer.get(f"/review/records/{seizures(store)[0].id}?parts={parts}")
    assert answer.status_code == 400
    assert "Use a number from 2 to 9." in answer.text


def test_each_passage_rests_in_one_part_to_begin_with(reviewer: Browser, store: CoverageStore) -> None:
    here = seizures(store)[0]
    page = reviewer.get(f"/review/records/{here.id}?parts=4").text
    checked = re.findall(r'name="part_(\d)_evidence" value="(\d)" checked', page)
    assert checked == [(str(part), "0") for part in range(4)], "of one passage all of them rest on it"


def test_a_decision_that_failed_leaves_a_form_with_links_that_work(reviewer: Browser, store: CoverageStore) -> None:
    here = seizures(store)[0]
    assert decide(reviewer, store, here.id, "accept").status_code == 200
    form = {"candidate": here.id, "verdict": "split", "seen": store.subject(here.id).version}
    answer = reviewer.post("/review/decisions", form, at="/review")
    assert answer.status_code == 400
    (link,) = re.findall(r'href="([^"]+parts=3)#pane-split"', answer.text)
    assert reviewer.get(link).status_code == 200
