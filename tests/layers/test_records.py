"""The loader of the coverage records: good records load, every fault is told with file, record and field."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datasets import data_root
from geo.errors import InvalidRecords, UnknownFeature
from layers.corridor_file import dumps
from layers.coverage_check import FILES, KINDS, faults_of
from layers.records import Coverage, Evidence, Locator, read_coverage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Documents = dict[str, Any]
SHA = "a" * 64


def evidence(start: int = 10, end: int = 20, **changes: Any) -> dict[str, Any]:
    locator = {"section": "Results", "paragraph": 1, "anchor": "border posts"}
    return {"article": "sample", "sha256": SHA, "start": start, "end": end, "locator": locator} | changes


def texts(text: str = "A text.") -> dict[str, str]:
    return {"en": text, "fa": text, "ru": text, "kk": text}


GLOSS = {"en": "A fact.", "fa": "A fact."}
BASE = {"articles": ["sample"], "evidence": [evidence()]}


def sample() -> Documents:
    """One sound record of each kind, about an article that nobody wrote."""
    records: dict[str, dict[str, Any]] = {
        "articles": {
            "id": "sample", "title": {"en": "A sample"}, "language": "en", "languages": ["en"], "authors": [],
            "affiliation": None, "year": 2024, "publisher": None, "doi": None, "url": None, "licence": None,
            "sha256": SHA, "length": 100, "independence_group": "g1",
        },
        "organizations": {
            "id": "border-watch", "name": texts(), "acronym": None, "aliases": [{"lang": "en", "text": "Watch"}],
            "class": "state_body", "wikidata": None, "gloss": GLOSS, "evidence": [evidence()], "note": None,
        },
        "memberships": {
            "id": "border-watch/tj/2001", "organization": "border-watch", "member": "tj", "relation": "member",
            "basis": "context", "valid_from": "2001-06-15", "valid_to": "2005", "articles": [], "evidence": [],
            "references": [{"work": "a-work", "says": "Member from 2001."}],
        },
        "incidents": {
            "id": "inc01", "title": texts(), "gloss": GLOSS, "category": "seizure", "role": "event",
            "date_start": "2019-02", "date_end": "2019-02-28", "date_prec": "month", "date_as_printed": {"sample": "2815"},
            "date_integrity": "suspect", "date_candidates": ["2019-02", "2019-02/2019-03"], "date_note": None,
            "area": "tj", "area_note": None, "other_areas": ["af-kdz", "central-asia"], "where_prec": 6,
            "border": "af-tj", "organizations": ["border-watch"], "threat": "security", "strategy": None, "level": None,
            "quantities": [
                {"what": GLOSS, "as_printed": {"sample": "12 kg"}, "low": 10, "best": 12, "high": 14, "integrity": "intact"}
            ],
            "modality": "reported", "status": "reviewed", "reliability": {"source": "F", "information": 6},
            "conflicts": ["cf01"], "references": [], **BASE,
        },
        "claims": {
            "id": "fl01", "kind": "drug_flow", "title": texts(), "gloss": GLOSS, "subject": GLOSS, "property": "route",
            "as_printed": {"sample": "75%"},
            "value": {"low": None, "best": None, "high": None, "unit": "percent", "numerator": GLOSS, "denominator": None},
            "candidates": [{"reading": "70", "basis": GLOSS}], "integrity": "suspect", "integrity_note": None,
            "origin": ["af"], "transit": ["af-tj", "tj"], "destination": ["central-asia"], "origin_notes": None,
            "organizations": [], "modality": "asserted", "polarity": "affirmative", "threat": None, "conflicts": [],
            **BASE,
        },
        "conflicts": {
            "id": "cf01", "title": texts(), "gloss": GLOSS, "state": "conflict", "about": ["inc01", "border-watch"],
            "sides": [{"article": "sample", "as_printed": "75%", "reading": None}], "evidence": [evidence()],
        },
        "corridors": {
            "id": "a1", "title": texts(), "gloss": GLOSS, "flow": "drugs", "attestation_class": "statement", "depiction": "arrow",
            "legs": [{"from": "af", "to": "central-asia", "articles": ["sample"]}], "borders": [], "areas": [],
            "claims": ["fl01"], "incidents": ["inc01"], "conflicts": ["cf01"], "substance": GLOSS, "note": None,
            "single_article": True, "status": "reviewed", "references": [], **BASE,
        },
        "threats": {
            "id": "security", "kind": "dimension", "name": texts(), "gloss": GLOSS, "evidence": [evidence()],
        },
        "references": {
            "id": "sample/r01", "article": "sample", "kind": "bibliography", "authors": ["A. Writer"], "year": 2020,
            "year_as_printed": "2020", "year_reading": None, "integrity": "intact", "title": "A book", "pages": None,
            "url": None, "resolves_to": None, "note": None, "evidence": [evidence()],
        },
    }  # fmt: skip
    documents: Documents = {FILES[kind]: [record] for kind, record in records.items()}
    documents[FILES["corridors"]] = {"attested": documents[FILES["corridors"]]}
    documents["context/works.json"] = {
        "works": [
            {
                "id": "a-work", "author": None, "title": "A work", "place": None, "date": "2020", "url": None,
                "isbn": None, "seen": "title page",
            }
        ]
    }  # fmt: skip
    documents["areas.json"] = {"areas": [{"id": "central-asia", "members": ["kg", "kz", "tj", "tm", "uz"]}]}
    return deepcopy(documents)


def the(documents: Documents, kind: str) -> Any:
    document = documents[FILES[kind]]
    return (document["attested"] if kind == "corridors" else document)[0]


def write(documents: Documents, root: Path) -> Path:
    for name, document in documents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, ensure_ascii=False)
        if path.suffix == ".toml":
            text = dumps(document) + "".join(f"\n[[{name}]]\n" for name in document.keys() - {"attested", "context"})
        path.write_text(text, encoding="utf-8")
    return root


def test_the_sample_is_sound() -> None:
    assert set(sample()) == {*FILES.values(), "context/works.json", "areas.json"}
    assert faults_of(sample()) == []


def test_the_shipped_records_load_with_lookups_and_plain_json() -> None:
    coverage = read_coverage(data_root())
    assert coverage.incident("inc02").date_candidates == ("2016-06", "2017-06")
    assert coverage.organization("nato").class_ == "international_organization"
    assert coverage.corridor("a1").legs[0].from_ == "af"
    assert coverage.membership("sco/kz/2001").valid_from == "2001-06-15"
    assert coverage.conflict("cf08").sides[0].as_printed == "1983"
    assert coverage.threat("level-1").kind == "level"
    assert coverage.reference("kaznu-drugs/r17").year == 2012
    assert coverage.work(coverage.membership("sco/kz/2001").references[0].work).title
    assert isinstance(coverage.claims[0].evidence[0], Evidence)
    assert coverage.records("claims")[0]["id"] == coverage.claims[0].id == "fl01"
    assert set(coverage.document()) == {*KINDS, "works"}
    assert json.loads(json.dumps(coverage.document()))["claims"][0]["title"] == dict(coverage.claims[0].title)


def test_the_two_articles_are_one_independent_source() -> None:
    coverage = read_coverage(data_root())
    ids = tuple(article.id for article in coverage.articles)
    assert len(ids) == 2
    assert coverage.independent_sources(ids) == 1
    assert coverage.independent_sources(()) == 0


def test_an_unknown_id_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownFeature, match="no claim 'fl99'"):
        read_coverage(data_root()).claim("fl99")


def test_records_are_frozen() -> None:
    item = Evidence("sample", SHA, 1, 2, Locator(None, None, "x"))
    with pytest.raises(AttributeError):
        item.start = 3  # type: ignore[misc] # that it cannot be set is the point


def test_kinds_come_sorted_by_id() -> None:
    coverage = Coverage.of({"threats": tuple({**the(sample(), "threats"), "id": id_} for id_ in ("b", "a"))})
    assert [threat.id for threat in coverage.threats] == ["a", "b"]


def change(kind: str, **values: Any) -> Callable[[Documents], None]:
    def changed(documents: Documents) -> None:
        the(documents, kind).update(values)

    return changed


def proof(**values: Any) -> Callable[[Documents], None]:
    return change("threats", evidence=[evidence() | values])


def without(kind: str, field: str) -> Callable[[Documents], None]:
    def changed(documents: Documents) -> None:
        del the(documents, kind)[field]

    return changed


def number(name: str, **values: Any) -> Callable[[Documents], None]:
    def changed(documents: Documents) -> None:
        record = the(documents, "claims" if name == "value" else "incidents")
        (record["value"] if name == "value" else record["quantities"][0]).update(values)

    return changed


FAULTS: dict[str, tuple[Callable[[Documents], None], str, str]] = {
    # name: what is done, the beginning of the line, what the line says besides
    "a missing field": (without("incidents", "role"), "incidents.json: record inc01: role:", "is missing"),
    "an unknown field": (change("claims", colour="red"), "claims.json: record fl01: colour:", "is no field"),
    "an unknown category": (change("incidents", category="raid"), "incidents.json: record inc01: category:", "seizure"),
    "a wrong type": (change("articles", year="2020"), "articles.json: record sample: year:", "integer or null"),
    "an id that is no slug": (change("threats", id="Se curity"), "threats.json: record Se curity: id:", "slug"),
    "a language that is lacking": (
        change("incidents", title={"en": "a", "fa": "b", "ru": "c"}),
        "incidents.json: record inc01: title.kk:",
        "is missing",
    ),
    "a malformed date": (change("memberships", valid_from="15.6.2001"), "memberships.json: record", "ISO 8601"),
    "a day that there is not": (
        change("incidents", date_start="2019-02-30", date_end="2019-03-01"),
        "incidents.json: record inc01: date_start:",
        "no day of the calendar",
    ),
    "an end before the start": (
        change("incidents", date_end="2019-01"),
        "incidents.json: record inc01: date_end:",
        "is before date_start 2019-02",
    ),
    "a membership that ends first": (change("memberships", valid_to="2000"), "memberships.json: record", "valid_to"),
    "half a date": (change("incidents", date_end=None), "incidents.json: record inc01: date_end:", "both or neither"),
    "a date without precision": (
        change("incidents", date_prec=None),
        "incidents.json: record inc01: date_prec:",
        "both or neither",
    ),
    "a suspect date without its print": (
        change("incidents", date_as_printed={}),
        "incidents.json: record inc01: date_as_printed:",
        "suspect",
    ),
    "a wrong country code": (change("memberships", member="zz"), "memberships.json: record", "ISO 3166-1"),
    "an area that there is not": (
        change("incidents", area="atlantis", where_prec=7),
        "incidents.json: record inc01: area:",
        "'atlantis' names no area",
    ),
    "a province of no country": (
        change("claims", origin=["zz-kdz"]),
        "claims.json: record fl01: origin:",
        "names no area",
    ),
    "a border the wrong way round": (
        change("claims", transit=["tj-af"]),
        "claims.json: record fl01: transit:",
        "'af-tj'",
    ),
    "a border of no country": (change("incidents", border="af-zz"), "incidents.json: record inc01: border:", "af-tj"),
    "a border where an area belongs": (
        change("incidents", area="af-tjx1", where_prec=5),
        "incidents.json: record inc01: area:",
        "names no area",
    ),
    "a place without precision": (
        change("incidents", where_prec=None),
        "incidents.json: record inc01: where_prec:",
        "both or neither",
    ),
    "a precision that the area has not": (
        change("incidents", where_prec=4),
        "incidents.json: record inc01: where_prec:",
        "allowed: 6",
    ),
    "a point that no record holds": (
        change("incidents", where_prec=1),
        "incidents.json: record inc01: where_prec:",
        "needs a point",
    ),
    "an unknown organization": (
        change("incidents", organizations=["nobody"]),
        "incidents.json: record inc01: organizations:",
        "there is no organization 'nobody'",
    ),
    "an unknown claim": (change("corridors", claims=["fl09"]), "corridors.toml: record a1: claims:", "no claim 'fl09'"),
    "an unknown conflict": (
        change("claims", conflicts=["cf09"]),
        "claims.json: record fl01: conflicts:",
        "no conflict 'cf09'",
    ),
    "a conflict that is not about it": (
        change("claims", conflicts=["cf01"]),
        "claims.json: record fl01: conflicts:",
        "not about this record",
    ),
    "a conflict that is kept quiet": (
        change("incidents", conflicts=[]),
        "incidents.json: record inc01: conflicts:",
        "is not listed",
    ),
    "a conflict about nothing known": (
        change("conflicts", about=["inc01", "border-watch", "inc77"]),
        "conflicts.json: record cf01: about:",
        "'inc77'",
    ),
    "an unknown cited work": (
        change("references", resolves_to="sample/r02"),
        "references.json: record sample/r01: resolves_to:",
        "no reference 'sample/r02'",
    ),
    "an unknown work": (
        change("memberships", references=[{"work": "rumour", "says": "x"}]),
        "memberships.json: record border-watch/tj/2001: references[0].work:",
        "no work 'rumour'",
    ),
    "an unknown article": (
        proof(article="another"),
        "threats.json: record security: evidence[0].article:",
        "no article 'another'",
    ),
    "another sha256": (proof(sha256="b" * 64), "threats.json: record security: evidence[0].sha256:", SHA),
    "a start after the end": (proof(start=20, end=20), "threats.json: record security: evidence[0].end:", "not after"),
    "a negative start": (proof(start=-1), "threats.json: record security: evidence[0].start:", "not allowed"),
    "an end beyond the text": (proof(end=101), "threats.json: record security: evidence[0].end:", "at most 100"),
    "an anchor that is too long": (
        proof(locator={"section": None, "paragraph": 1, "anchor": "one two three four five six"}),
        "threats.json: record security: evidence[0].locator.anchor:",
        "more than 5 words",
    ),
    "nothing to rest on": (
        change("incidents", evidence=[], articles=[]),
        "incidents.json: record inc01: evidence:",
        "both empty",
    ),
    "an attested membership without evidence": (
        change("memberships", basis="attested"),
        "memberships.json: record border-watch/tj/2001: evidence:",
        "basis is attested",
    ),
    "a context membership without reference": (
        change("memberships", references=[], evidence=[evidence()], articles=["sample"]),
        "memberships.json: record border-watch/tj/2001: references:",
        "basis is context",
    ),
    "articles that the evidence has not": (
        change("claims", articles=[]),
        "claims.json: record fl01: articles:",
        "the articles of the evidence: sample",
    ),
    "a suspect number that drives something": (
        number("value", best=75),
        "claims.json: record fl01: value.best:",
        "suspect",
    ),
    "a suspect quantity that drives something": (
        number("quantity", integrity="suspect"),
        "incidents.json: record inc01: quantities[0].low:",
        "suspect",
    ),
    "numbers that fall": (number("quantity", low=20), "incidents.json: record inc01: quantities[0]:", "do not rise"),
    "a copied sentence as print": (
        change("claims", as_printed={"sample": "more words than a quotation should"}),
        "claims.json: record fl01: as_printed.sample:",
        "more than 5 words",
    ),
    "a side of no article": (
        change("conflicts", sides=[{"article": "another", "as_printed": "75%", "reading": None}]),
        "conflicts.json: record cf01: sides[0]:",
        "no article 'another'",
    ),
    "an arrow without legs": (
        change("corridors", legs=[], articles=[], single_article=False),
        "corridors.toml: record a1: legs:",
        "drawn as arrow",
    ),
    "a leg to nowhere": (
        change("corridors", legs=[{"from": "af", "to": "zz", "articles": ["sample"]}]),
        "corridors.toml: record a1: legs:",
        "'zz' names no area",
    ),
    "a leg that leads back": (
        change(
            "corridors",
            legs=[
                {"from": "af", "to": "tj", "articles": ["sample"]},
                {"from": "tj", "to": "ru", "articles": ["sample"]},
                {"from": "ru", "to": "central-asia", "articles": ["sample"]},
            ],
        ),
        "corridors.toml: record a1: legs:",
        "tj → ru → central-asia comes back",
    ),
    "a flow that there is not": (
        change("corridors", flow="gold"),
        "corridors.toml: record a1: flow:",
        "drugs, energy",
    ),
    "an array that is none of the file's": (
        lambda documents: documents["corridors.toml"].update(attestd=[]),
        "corridors.toml: attestd: is no array",
        "[[attested]]",
    ),
    "an id in two arrays": (
        lambda documents: documents["corridors.toml"].update(context=[{"id": "a1"}]),
        "corridors.toml: record a1: id: stands in 2 arrays",
        "once",
    ),
    "a border of a corridor that is an area": (
        change("corridors", borders=[{"id": "af-kd", "articles": ["sample"]}]),
        "corridors.toml: record a1: borders:",
        "names no area",
    ),
    "a wrong count of articles": (
        change("corridors", single_article=False),
        "corridors.toml: record a1: single_article:",
        "allowed: true for one",
    ),
    "a doubled id": (
        lambda documents: documents["coverage/claims.json"].append(the(documents, "claims")),
        "claims.json: record fl01: id:",
        "stands 2 times",
    ),
    "records that are not sorted": (
        lambda documents: documents["coverage/threats.json"].append({**the(documents, "threats"), "id": "economic"}),
        "threats.json: record economic: id:",
        "sorted by id",
    ),
    "a record that is no object": (
        lambda documents: documents["coverage/threats.json"].append("text"),
        "threats.json: record #2: the record",
        "is no object",
    ),
}


@pytest.mark.parametrize(("spoil", "beginning", "besides"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_with_file_record_and_field(
    spoil: Callable[[Documents], None], beginning: str, besides: str, tmp_path: Path
) -> None:
    documents = sample()
    spoil(documents)
    with pytest.raises(InvalidRecords) as caught:
        read_coverage(write(documents, tmp_path))
    told = [
        fault
        for fault in caught.value.faults
        if fault.removeprefix("data/").removeprefix("coverage/").startswith(beginning)
    ]
    assert told, caught.value.faults
    assert any(besides in fault for fault in told), told


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    documents = sample()
    change("incidents", category="raid", area="zz", organizations=["nobody"])(documents)
    change("claims", transit=["tj-af"])(documents)
    documents["coverage/threats.json"] = {}
    with pytest.raises(InvalidRecords) as caught:
        read_coverage(write(documents, tmp_path))
    text = str(caught.value)
    assert "data/coverage/threats.json: the file is no array" in text
    for field in ("category", "area", "organizations"):
        assert f"incidents.json: record inc01: {field}: " in text
    assert "claims.json: record fl01: transit: " in text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'[{"id": ', "is no JSON"),
        ("سلام".encode("cp1256"), "is no UTF-8"),
        (None, "the file is missing"),
    ],
    ids=["broken JSON", "another encoding", "missing"],
)
def test_a_file_that_cannot_be_read_is_a_fault_among_the_others(
    content: bytes | None, told: str, tmp_path: Path
) -> None:
    documents = sample()
    change("incidents", category="raid")(documents)
    write(documents, tmp_path)
    file = tmp_path / "coverage" / "organizations.json"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with pytest.raises(InvalidRecords) as caught:
        read_coverage(tmp_path)
    faults = caught.value.faults
    # What the unreadable file would hold is not told as missing.
    assert [fault.split(":")[0] for fault in faults] == [
        "data/coverage/organizations.json",
        "data/coverage/incidents.json",
    ]
    assert told in faults[0]


def test_an_empty_folder_gives_one_line_for_each_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecords) as caught:
        read_coverage(tmp_path)
    assert len(caught.value.faults) == len(KINDS) + 2


def test_a_work_that_lacks_a_field_is_told() -> None:
    documents = sample()
    del documents["context/works.json"]["works"][0]["seen"]
    assert faults_of(documents) == ["data/context/works.json: a-work: seen: is missing"]


def test_the_shipped_records_with_one_wrong_country_code_name_the_record(tmp_path: Path) -> None:
    shutil.copytree(data_root() / "coverage", tmp_path / "coverage")
    (tmp_path / "context").mkdir()
    shutil.copy(data_root() / "context" / "works.json", tmp_path / "context")
    for name in ("areas.json", "corridors.toml"):
        shutil.copy(data_root() / name, tmp_path)
    file = tmp_path / "coverage" / "incidents.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"area": "uz"', '"area": "uzb"', 1), encoding="utf-8")
    with pytest.raises(InvalidRecords) as caught:
        read_coverage(tmp_path)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith("data/coverage/incidents.json: record inc02: area: 'uzb' names no area")


@given(start=st.integers(-5, 120), end=st.integers(-5, 120))
def test_offsets_are_sound_exactly_within_the_text(start: int, end: int) -> None:
    documents = sample()
    the(documents, "threats")["evidence"] = [evidence(start, end)]
    assert (faults_of(documents) == []) == (0 <= start < end <= 100)


@given(st.lists(st.sampled_from([kind for kind in KINDS if kind != "articles"]), unique=True), st.randoms())
def test_each_record_without_its_id_gives_its_own_fault(kinds: list[str], random: Any) -> None:
    documents = sample()
    random.shuffle(kinds)
    for kind in kinds:
        del the(documents, kind)["id"]
    lines = [fault for fault in faults_of(documents) if fault.endswith("id: is missing")]
    assert sorted(lines) == sorted(f"data/{FILES[kind]}: record #1: id: is missing" for kind in kinds)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda leaf: st.lists(leaf, max_size=3)
    )
)
def test_no_junk_in_a_field_makes_the_check_fail(junk: Any) -> None:
    documents = sample()
    for kind in KINDS:
        record = the(documents, kind)
        for field in record:
            if field != "id":
                record[field] = junk
    faults_of(documents)
