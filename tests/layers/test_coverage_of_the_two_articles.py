"""The shipped coverage against the two articles and the hand-made annotations, where a maintainer has both at hand."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from geo.datasets import data_root
from layers.records import Claim, Coverage, Evidence, Incident, read_coverage

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = Path(__file__).resolve().parents[3] / "shared"
FILES = {"kaznu-drugs": "000_203dc2129966de1d.txt", "jpir-narcoterrorism": "002_f0f242f6426c2640.txt"}
SHORT = {"en": "kaznu-drugs", "fa": "jpir-narcoterrorism"}
NEAR = 300
LONGEST_QUOTE = 5
LONGEST_SHARED_RUN = 7

pytestmark = pytest.mark.skipif(
    not (SHARED / "articles").is_dir() or not (SHARED / "gold").is_dir(),
    reason="the articles and their annotations are not published: ../shared is not here",
)


@lru_cache
def coverage() -> Coverage:
    return read_coverage(data_root())


@lru_cache
def text(article: str) -> str:
    return (SHARED / "articles" / FILES[article]).read_bytes().decode("utf-8")


def gold(name: str) -> Any:
    return json.loads((SHARED / "gold" / f"{name}.json").read_text(encoding="utf-8"))


def joined(words: str) -> str:
    """Fold what a PDF loses or adds: spaces, line ends and zero-width joiners."""
    return re.sub(r"[\s\u200c]+", "", words)


def plain_words(words: str) -> list[str]:
    return re.sub(r"[\s\u200c]+", " ", words).casefold().split()


def spans(items: tuple[Evidence, ...]) -> set[tuple[str, int, int]]:
    return {(item.article, item.start, item.end) for item in items}


def gold_spans(mentions: list[dict[str, Any]]) -> set[tuple[str, int, int]]:
    for mention in mentions:
        assert text(SHORT[mention["article"]])[mention["start"] : mention["end"]] == mention["text"]
    return {(SHORT[mention["article"]], mention["start"], mention["end"]) for mention in mentions}


def all_evidence() -> Iterator[tuple[str, Evidence]]:
    held = coverage()
    for records in (
        held.organizations, held.memberships, held.incidents, held.claims, held.conflicts, held.corridors, held.threats,
        held.references,
    ):  # fmt: skip
        for record in records:
            for item in record.evidence:
                yield record.id, item


def strings(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, (*path, key))


@pytest.mark.parametrize("article", FILES)
def test_the_sha256_and_the_length_are_those_of_the_file(article: str) -> None:
    record = coverage().article(article)
    assert record.sha256 == hashlib.sha256((SHARED / "articles" / FILES[article]).read_bytes()).hexdigest()
    assert record.length == len(text(article))


def test_every_span_lies_in_the_article_and_holds_words() -> None:
    seen = 0
    for record, item in all_evidence():
        assert 0 <= item.start < item.end <= len(text(item.article)), record
        assert text(item.article)[item.start : item.end].strip(), record
        seen += 1
    assert seen > len(FILES) * 100


def test_every_anchor_stands_in_the_article_near_its_span() -> None:
    missing = [
        (record, item.locator.anchor)
        for record, item in all_evidence()
        if joined(item.locator.anchor) not in joined(text(item.article)[max(0, item.start - NEAR) : item.end + NEAR])
    ]
    assert missing == []


def test_every_section_is_a_heading_that_stands_before_the_span() -> None:
    invented = {"Title", "Abstract", "Abstract in Kazakh", "Abstract in Russian"}  # these have no printed heading
    for record, item in all_evidence():
        section = item.locator.section
        assert section is not None, record
        if item.article != "kaznu-drugs" or section in invented:
            continue
        before = joined(text(item.article)[: item.end])
        assert joined(section) in before, (record, section)


def test_the_paragraph_is_one_of_its_section() -> None:
    """English headings are printed in order, so blocks between the heading and the span bound the paragraph's number."""
    whole = text("kaznu-drugs")
    for record, item in all_evidence():
        section, paragraph = item.locator.section, item.locator.paragraph
        if item.article != "kaznu-drugs" or section is None or section not in whole or section == "References":
            continue
        heading = whole.rindex(section, 0, item.end)
        blocks = [block for block in whole[heading : item.start].split("\n") if block.strip()]
        if item.start == heading:
            assert paragraph is None, record
        else:
            starts_block = whole[item.start - 1] == "\n"
            count = len(blocks) if starts_block else len(blocks) - 1
            # Pages cut paragraphs in two, so that there are at least as many blocks as paragraphs.
            assert paragraph is not None, record
            assert max(1, count - 1) <= paragraph <= count, (record, item)


def test_incidents_are_those_of_the_annotations_without_statements_by_a_person() -> None:
    expected = {row["id"].lower(): row for row in gold("incidents") if row["id"] not in {"INC13", "INC17"}}
    assert {incident.id for incident in coverage().incidents} == set(expected)
    for incident in coverage().incidents:
        assert spans(incident.evidence) == gold_spans(expected[incident.id]["mentions"]), incident.id


def test_claims_are_those_of_the_annotations() -> None:
    expected = {row["id"].lower(): row for row in gold("flows")["flows"]}
    assert {claim.id for claim in coverage().claims} == set(expected)
    for claim in coverage().claims:
        assert spans(claim.evidence) == gold_spans(expected[claim.id]["mentions"]), claim.id


def test_conflicts_hold_those_of_the_annotations() -> None:
    for row in gold("flows")["conflicts"]:
        conflict = coverage().conflict(row["id"].lower())
        assert gold_spans(row.get("mentions", [])) <= spans(conflict.evidence), conflict.id


def test_memberships_are_those_stated_and_those_with_a_reference() -> None:
    attested = {
        item for record in coverage().memberships if record.basis == "attested" for item in spans(record.evidence)
    }
    statements = [stated["statement"] for row in gold("membership") for stated in row["as_stated"]]
    assert attested == gold_spans(statements)
    expected = {
        (organization.lower(), country.lower(), begin, end)
        for organization, rows in gold("context_references")["memberships"].items()
        for country, begin, end, _ in rows
    }
    context = [record for record in coverage().memberships if record.basis == "context"]
    assert {(record.organization, record.member, record.valid_from, record.valid_to) for record in context} == expected
    assert all(record.valid_from is None for record in coverage().memberships if record.basis == "attested")


def test_wikidata_ids_are_those_that_were_seen() -> None:
    seen = set(gold("context_references")["verified_ids"]["wikidata"].values())
    assert {record.wikidata for record in coverage().organizations if record.wikidata} == seen


def test_cited_works_are_those_of_the_annotations() -> None:
    rows = gold("references")
    expected = [*rows["bibliography_en"], *rows["in_text_en"], *rows["in_text_fa"], *rows["footnote_urls_fa"]]
    assert len(coverage().references) == len(expected)
    by_file = {file: article for article, file in FILES.items()}
    assert {item for record in coverage().references for item in spans(record.evidence)} == {
        (by_file[row["file"]], row["start"], row["end"]) for row in expected
    }


def test_a_threat_dimension_is_that_of_the_section_in_which_the_record_first_stands() -> None:
    ranges = {
        (row["dimension"], SHORT[mention["article"]]): range(mention["start"], mention["end"])
        for row in gold("threats")["dimensions"]
        for mention in row["mentions"]
    }
    records: list[Incident | Claim] = [*coverage().incidents, *coverage().claims]
    for record in records:
        found = {
            next(
                (
                    name
                    for (name, article), within in ranges.items()
                    if article == item.article and item.start in within
                ),
                None,
            )
            for item in record.evidence
        }
        assert record.threat in found, record.id
        if len(found) == 1:
            assert {record.threat} == found


def test_damaged_numbers_are_suspect_and_hold_no_number() -> None:
    damaged = [row["id"].lower() for row in gold("flows")["flows"] if row["corrected_reading"] and row["id"] != "FL20"]
    assert len(damaged) == 7
    for id_ in damaged:
        claim = coverage().claim(id_)
        assert claim.integrity == "suspect"
        assert claim.value is not None
        assert (claim.value.low, claim.value.best, claim.value.high) == (None, None, None)
        assert claim.candidates


def test_words_as_printed_stand_in_the_article() -> None:
    printed = [(claim, claim.as_printed) for claim in coverage().claims]
    for incident in coverage().incidents:
        words = [incident.date_as_printed, *(quantity.as_printed for quantity in incident.quantities)]
        for by_article in words:
            for article, quoted in by_article.items():
                assert_printed(incident.id, incident.evidence, article, quoted)
    for claim, by_article in printed:
        for article, quoted in by_article.items():
            assert_printed(claim.id, claim.evidence, article, quoted)
    for conflict in coverage().conflicts:
        for side in conflict.sides:
            assert_printed(conflict.id, conflict.evidence, side.article, side.as_printed)


def assert_printed(record: str, items: tuple[Evidence, ...], article: str, quoted: str) -> None:
    """Runs of a Persian line are stored out of order: each word must stand near, the order is the reader's."""
    near = "".join(
        text(article)[max(0, item.start - NEAR) : item.end + NEAR] for item in items if item.article == article
    )
    for word in quoted.replace("/", " ").replace(";", " ").split():
        assert joined(word) in joined(near), (record, article, word)


EXEMPT = {
    ("articles", "title"), ("articles", "authors"), ("articles", "affiliation"), ("references", "title"),
    ("references", "url"), ("references", "authors"), ("organizations", "name"), ("organizations", "aliases"),
    ("threats", "name"),
}  # fmt: skip
"""Bibliographic facts, headings and names: they may be as long as they are printed."""


def own_strings() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    for kind, records in coverage().plain.items():
        if kind == "works":
            continue
        for record in records:
            for path, value in strings(dict(record)):
                if (kind, path[0]) not in EXEMPT and path[-1] != "section":
                    yield kind, str(record["id"]), path, value


def test_no_string_of_more_than_five_words_is_copied() -> None:
    wholes = [" ".join(plain_words(text(article))) for article in FILES]
    copied = [
        (id_, path, value)
        for _, id_, path, value in own_strings()
        if len(words := plain_words(value)) > LONGEST_QUOTE and any(" ".join(words) in whole for whole in wholes)
    ]
    assert copied == []


def test_no_long_run_of_words_is_copied_inside_a_text_of_ours() -> None:
    size = LONGEST_SHARED_RUN + 1
    runs: set[tuple[str, ...]] = set()
    for article in FILES:
        words = plain_words(text(article))
        runs |= set(zip(*(words[shift:] for shift in range(size)), strict=False))
    copied = []
    for _, id_, path, value in own_strings():
        words = plain_words(value)
        copied += [
            (id_, path, run) for run in zip(*(words[shift:] for shift in range(size)), strict=False) if run in runs
        ]
    assert copied == []


def persons() -> set[str]:
    """Family names of speakers and leaders, taken from the annotations so that none is written here."""
    rows = [row for row in gold("references")["named_sources_without_citation"] if "Secretary" not in row["speaker"]]
    named = [row["speaker"].split(" (")[0].split()[-1] for row in rows] + [row["text"].split()[-1] for row in rows]
    incidents = {row["id"]: row for row in gold("incidents")}
    named.append(incidents["INC17"]["who"].split(" (")[0].split("-")[-1])
    named += [word for word in incidents["INC13"]["outside_knowledge"].split() if word[0].isupper()][-2:]
    named.append(next(row["surface"] for row in gold("orgs_en") if row["id"] == "OE037").split("'")[0])
    persian = "".join(mention["text"] for id_ in ("INC03", "INC17") for mention in incidents[id_]["mentions"])
    named += re.findall(r"حکومت (\w+)", persian) + re.findall(r"ابوبکر(\w+)", persian)
    return set(named)


def test_no_speaker_and_no_leader_is_named() -> None:
    names = persons()
    assert len(names) >= 12
    found = [
        (kind, id_, path, name)
        for kind, id_, path, value in own_strings()
        if kind != "references"
        for name in names
        if name.casefold() in value.casefold()
    ]
    assert found == []


def corridor_rows() -> dict[str, dict[str, list[tuple[int, int]]]]:
    """The rows of corridors.md: id → article → the lines of its text that the row names."""
    found = {}
    for line in (SHARED / "gold" / "corridors.md").read_text(encoding="utf-8").splitlines():
        if re.match(r"\| [AE]\d \|", line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            named = (re.findall(r"\d+(?:–\d+)?", cell) for cell in cells[-2:])
            lines = [[(int(one.split("–")[0]), int(one.split("–")[-1])) for one in ones] for ones in named]
            found[cells[0].lower()] = dict(zip(("kaznu-drugs", "jpir-narcoterrorism"), lines, strict=True))
    return found


def test_every_corridor_of_the_annotations_is_recorded_and_rests_on_the_lines_that_they_name() -> None:
    """E2 is a pipeline that was never built: there is no geometry of it that may be copied."""
    rows = corridor_rows()
    recorded = {corridor.id: corridor for corridor in coverage().corridors}
    assert len(rows) == 14
    assert recorded.keys() == rows.keys() - {"e2"}
    for id_, corridor in recorded.items():
        for item in corridor.evidence:
            first, last = (text(item.article).count("\n", 0, offset) + 1 for offset in (item.start, item.end))
            named = rows[id_][item.article]
            # A passage may begin or end in a line beside the one that is named.
            assert any(first <= end + 2 and last >= start - 2 for start, end in named), (id_, item.article, first)


def test_no_corridor_ends_finer_than_a_country_and_only_drugs_are_called_drugs() -> None:
    for corridor in coverage().corridors:
        assert corridor.attestation_class in {"statement", "area"}, corridor.id
        assert (corridor.flow == "drugs") == (corridor.id.startswith("a") and corridor.id != "a7"), corridor.id
        kinds = {coverage().claim(claim).kind.removesuffix("_flow") for claim in corridor.claims}
        assert kinds <= {corridor.flow, {"drugs": "drug", "fighters": "fighter"}.get(str(corridor.flow))}, corridor.id
