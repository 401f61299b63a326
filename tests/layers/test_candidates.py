"""What a machine read, in a release: apart from reviewed records, never twice, never finer than the text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from layers.candidate_records import FLOWS
from layers.candidate_texts import CATEGORIES, date_text
from layers.candidates import NOTHING_READ, REVIEWED, SHOWN, Candidates, Found, MachineReading
from layers.coverage_schema import form_faults
from layers.incidents import date_interval
from layers.ingredients import Ingredients
from layers.store.coverage_store import CoverageStore
from layers.workspace import Workspace
from tests.layers.store import readings as made

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geo.gazetteer import Gazetteer
    from layers.articles.reading import Reading
    from layers.records import Coverage


@pytest.fixture(scope="session")
def coverage(ingredients: Ingredients) -> Coverage:
    return ingredients.coverage


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> MachineReading:
    """The invented article as the store gives it back."""
    return stored(tmp_path_factory.mktemp("store"), [made.WHOLE])


def stored(folder: Path, readings: Iterable[Reading]) -> MachineReading:
    with CoverageStore.open(Workspace(folder).store_url) as store:
        for reading in readings:
            article = made.article(reading.document.text.source, reading.id)
            store.keep(article, reading, extractor="reader 1", published=None)
        return MachineReading(store.articles(), store.found(*SHOWN))


def one(kind: str, candidates: Candidates) -> Any:
    (record,) = candidates.plain[kind]
    return record


def of_one(incident: made.Incident, folder: Path, coverage: Coverage, gazetteer: Gazetteer) -> Candidates:
    return Candidates.of(stored(folder, [made.reading([incident])]), coverage, gazetteer)


def test_nothing_read_changes_nothing(coverage: Coverage, gazetteer: Gazetteer) -> None:
    candidates = Candidates.of(NOTHING_READ, coverage, gazetteer)
    assert candidates.added_to(coverage) is coverage
    assert candidates.found_again("inc01") == []


def test_records_have_the_form_of_reviewed_ones(
    machine: MachineReading, coverage: Coverage, gazetteer: Gazetteer
) -> None:
    candidates = Candidates.of(machine, coverage, gazetteer)
    assert {kind: len(records) for kind, records in candidates.plain.items()} == {
        "articles": 1, "incidents": 2, "claims": 1, "corridors": 1,
    }  # fmt: skip
    for kind, records in candidates.plain.items():
        for record in records:
            assert form_faults(kind, {name: value for name, value in record.items() if name != "place"}) == []
    joined = candidates.added_to(coverage)
    for record in candidates.plain["incidents"]:
        incident = joined.incident(record["id"])
        assert (incident.status, incident.reliability.source, incident.reliability.information) == ("candidate", "F", 6)
    assert joined.article("quiet-days").licence is None


def test_titles_are_facts_in_four_languages(machine: MachineReading, coverage: Coverage, gazetteer: Gazetteer) -> None:
    incidents = Candidates.of(machine, coverage, gazetteer).plain["incidents"]
    seizure = next(record for record in incidents if record["category"] == "seizure")
    assert seizure["title"]["en"] == "Seizure, Kulob, Khatlon, 12 May 2019 (machine-read)"
    assert seizure["title"]["ru"] == "Изъятие, Хатлонская область, 12 мая 2019 (прочитано машиной)"
    assert seizure["title"]["fa"].endswith("(خوانش ماشین)")
    assert set(seizure["title"]) == {"en", "fa", "ru", "kk"}


def test_a_town_keeps_its_point_and_lies_in_its_province(
    machine: MachineReading, coverage: Coverage, gazetteer: Gazetteer
) -> None:
    for record in Candidates.of(machine, coverage, gazetteer).plain["incidents"]:
        assert record["where_prec"] == 1
        assert record["place"]["name"] in {"Kulob", "Khorog"}
        assert record["area"] == {"Kulob": "tj-kt", "Khorog": "tj-gb"}[record["place"]["name"]]


@pytest.mark.parametrize(
    ("place", "area", "where_prec"),
    [
        (None, None, None),
        ({"name": "Tajikistan", "lon": 71.0, "lat": 39.0, "country": "TJ", "where_prec": 6}, "tj", 6),
        ({"name": "Khatlon", "lon": 69.1, "lat": 37.9, "country": "TJ", "where_prec": 4}, "tj-kt", 4),
        ({"name": "Panj", "lon": None, "lat": None, "country": "TJ", "where_prec": 5}, "tj", 6),
        ({"name": "Central Asia", "lon": None, "lat": None, "country": None, "where_prec": 7}, "central-asia", 7),
        ({"name": "the valley", "lon": None, "lat": None, "country": None, "where_prec": 7}, None, None),
        ({"name": "Nowhere", "lon": 1.0, "lat": 1.0, "country": "ZZ", "where_prec": 1}, None, None),
    ],
)
def test_an_incident_is_placed_no_finer_than_it_is_known(
    tmp_path: Path,
    coverage: Coverage,
    gazetteer: Gazetteer,
    place: dict[str, Any] | None,
    area: str | None,
    where_prec: int | None,
) -> None:
    incident = made.incident("seized", "seizure", place)
    record = one("incidents", of_one(incident, tmp_path, coverage, gazetteer))
    assert (record["area"], record["where_prec"], record["place"]) == (area, where_prec, None)


@pytest.mark.parametrize("more", [{"role": "context"}, {"modality": "denied"}, {"modality": "planned"}])
def test_what_is_no_event_stays_in_the_store(
    tmp_path: Path, coverage: Coverage, gazetteer: Gazetteer, more: dict[str, str]
) -> None:
    candidates = of_one(made.incident("seized", "seizure", "Kulob", **more), tmp_path, coverage, gazetteer)
    assert "incidents" not in candidates.plain


def test_an_allegation_is_titled_as_one(tmp_path: Path, coverage: Coverage, gazetteer: Gazetteer) -> None:
    incident = made.incident("seized", "seizure", "Kulob", modality="alleged")
    assert "alleged" in one("incidents", of_one(incident, tmp_path, coverage, gazetteer))["title"]["en"]


def test_suspect_solar_years_span_gregorian_days(tmp_path: Path, coverage: Coverage, gazetteer: Gazetteer) -> None:
    incident = made.incident(
        "seized", "seizure", "Kulob", date_start="2016-03-20", date_end="2018-03-20", date_prec="year",
        date_integrity="suspect", date_as_printed="1935", date_candidates=[1395, 1396],
    )  # fmt: skip
    record = one("incidents", of_one(incident, tmp_path, coverage, gazetteer))
    assert form_faults("incidents", {name: value for name, value in record.items() if name != "place"}) == []
    assert record["date_candidates"] == ["2016-03-20/2017-03-20", "2017-03-21/2018-03-20"]
    assert date_interval(record) == ("2016-03-20", "2018-03-20")


def test_suspect_digits_are_quoted_and_no_number(tmp_path: Path, coverage: Coverage, gazetteer: Gazetteer) -> None:
    opium = {"what": "opium", "unit": "kg", "low": 3, "best": 3, "high": 3, "as_printed": "3 kg"}
    incident = made.incident(
        "seized", "seizure", "Kulob", date_start="2015-01-01", date_end="2019-12-31", date_prec="year",
        date_integrity="suspect", date_as_printed="1585", date_candidates=[2015, 2019],
        quantities=[
            {**opium, "integrity": "intact"}, {**opium, "integrity": "font_substituted"}, {**opium, "what": "lorries"},
        ],
    )  # fmt: skip
    record = one("incidents", of_one(incident, tmp_path, coverage, gazetteer))
    assert form_faults("incidents", {name: value for name, value in record.items() if name != "place"}) == []
    assert (record["date_integrity"], record["date_as_printed"]) == ("suspect", {"quiet-days": "1585"})
    assert record["date_candidates"] == ["2015", "2019"]
    assert record["title"]["en"] == "Seizure, Kulob, Khatlon (machine-read)", "no title asserts a doubtful date"
    trusted, suspect = record["quantities"]
    assert (trusted["best"], trusted["what"]["en"], trusted["as_printed"]) == (3, "opium (kg)", {"quiet-days": "3 kg"})
    assert (suspect["low"], suspect["best"], suspect["high"], suspect["integrity"]) == (None, None, None, "suspect")


def test_a_claim_becomes_an_arrow_between_countries(
    machine: MachineReading, coverage: Coverage, gazetteer: Gazetteer
) -> None:
    corridor = one("corridors", Candidates.of(machine, coverage, gazetteer))
    assert (corridor["attestation_class"], corridor["depiction"], corridor["status"]) == (
        "statement", "arrow", "candidate",
    )  # fmt: skip
    assert [(leg["from"], leg["to"]) for leg in corridor["legs"]] == [("af", "tj"), ("tj", "ru")]
    assert corridor["flow"] == FLOWS["drug_flow"] == "drugs"


@pytest.mark.parametrize(
    "ends",
    [
        [("origin", "Afghanistan")],
        [("origin", "Afghanistan"), ("destination", "Afghanistan")],
        [("origin", "Afghanistan"), ("transit", "Tajikistan"), ("destination", "Afghanistan")],
        [],
    ],
)
def test_a_claim_that_names_no_way_draws_nothing(
    tmp_path: Path, coverage: Coverage, gazetteer: Gazetteer, ends: list[tuple[str, str]]
) -> None:
    read = stored(tmp_path, [made.reading(claims=[made.flow(*ends)])])
    assert set(Candidates.of(read, coverage, gazetteer).plain) == {"articles"}


def test_two_articles_that_say_the_same_share_one_arrow(
    tmp_path: Path, coverage: Coverage, gazetteer: Gazetteer
) -> None:
    other = made.TEXT.replace("Quiet days", "Loud days")
    ends = (("origin", "Afghanistan"), ("transit", "Tajikistan"), ("destination", "Russia"))
    second = made.reading(claims=[made.flow(*ends, text=other)], text=other, id_="loud-days")
    corridor = one("corridors", Candidates.of(stored(tmp_path, [made.WHOLE, second]), coverage, gazetteer))
    assert corridor["articles"] == ["loud-days", "quiet-days"]
    assert corridor["single_article"] is False
    assert len(corridor["evidence"]) == len(corridor["claims"]) == 2


def attached(coverage: Coverage, kind: str, id_: str) -> tuple[Found, str]:
    """A candidate that stands in the sentence of a reviewed record, and the id of its article."""
    record = next(record for record in coverage.records(kind) if record["id"] == id_)
    item = record["evidence"][0]
    said: dict[str, Any] = {"category": record.get("category"), "type": "drug_flow", "role": "event", "slots": []}
    evidence = ({"start": item["start"] + 1, "end": item["end"] - 1, "locator": item["locator"]},)
    type_ = "incident" if kind == "incidents" else "claim"
    return (
        Found("ab" * 8, type_, item["sha256"], item["start"] + 1, item["start"] + 4, "candidate", "r", said, evidence),  # type: ignore[arg-type]
        item["article"],
    )


@pytest.mark.parametrize(("kind", "id_"), [("incidents", "inc01"), ("claims", "fl01"), ("corridors", "a1")])
def test_what_a_reviewed_record_says_is_attached_to_it_and_not_drawn_again(
    coverage: Coverage, gazetteer: Gazetteer, kind: str, id_: str
) -> None:
    found, article = attached(coverage, kind, id_)
    candidates = Candidates.of(MachineReading((), (found,)), coverage, gazetteer)
    assert candidates.plain == {}
    (item,) = candidates.found_again(id_)
    assert (item["id"], item["article"], item["start"]) == (found.id, article, found.start)


def test_beside_a_reviewed_sentence_is_a_candidate_of_its_own(coverage: Coverage, gazetteer: Gazetteer) -> None:
    found, _ = attached(coverage, "incidents", "inc01")
    start = max(item["end"] for record in coverage.records("incidents") for item in record["evidence"])
    locator = found.evidence[0]["locator"]
    record = {
        "category": "attack", "role": "event", "modality": "asserted", "date_start": None, "date_end": None,
        "date_prec": "unknown", "date_integrity": "intact", "date_as_printed": None, "date_candidates": [], "place": None,
        "organizations": [], "organization_entities": ["csto", "nobody"], "quantities": [],
    }  # fmt: skip
    apart = replace(found, record=record, evidence=({"start": start, "end": start + 9, "locator": locator},))
    made_of = one("incidents", Candidates.of(MachineReading((), (apart,)), coverage, gazetteer))
    assert made_of["organizations"] == ["csto"], "only organizations that the coverage knows"
    assert made_of["area"] is None


def test_an_article_that_is_reviewed_keeps_its_record(coverage: Coverage, gazetteer: Gazetteer) -> None:
    known = coverage.records("articles")[0]
    read = replace(made.article(), sha256=known["sha256"], id="another-name", independence_group="g-x")
    sibling = replace(made.article(), independence_group="g-x")
    candidates = Candidates.of(MachineReading((read, sibling), ()), coverage, gazetteer)
    record = one("articles", candidates)
    assert record["id"] == "quiet-days"
    assert record["independence_group"] == known["independence_group"], "one group with the reviewed article"


def test_an_id_that_a_reviewed_article_has_is_left_to_it(coverage: Coverage, gazetteer: Gazetteer) -> None:
    known = coverage.records("articles")[0]
    read = replace(made.article(), id=known["id"])
    assert one("articles", Candidates.of(MachineReading((read,), ()), coverage, gazetteer))["id"] != known["id"]


def test_the_order_of_the_store_makes_no_difference(
    machine: MachineReading, coverage: Coverage, gazetteer: Gazetteer
) -> None:
    turned = MachineReading(machine.articles[::-1], machine.found[::-1])
    first, second = (Candidates.of(read, coverage, gazetteer).added_to(coverage) for read in (machine, turned))
    assert first.document() == second.document()


def test_every_category_and_month_has_words() -> None:
    for words in CATEGORIES.values():
        assert set(words) == {"en", "fa", "ru", "kk"}
    for language in ("en", "fa", "ru", "kk"):
        assert len({date_text(f"2019-{month:02d}", None, language) for month in range(1, 13)}) == 12
        assert len({date_text(f"2019-{month:02d}-07", None, language) for month in range(1, 13)}) == 12


def test_reviewed_only_means_what_people_decided_on() -> None:
    assert set(REVIEWED) < set(SHOWN)
    assert "candidate" not in REVIEWED
    assert not {"rejected", "retired"} & set(SHOWN)


@pytest.mark.usefixtures("read_once")
def test_ingredients_take_them_along(root: Path, machine: MachineReading) -> None:
    bare, with_machine = Ingredients.read(root), Ingredients.read(root, machine)
    added = len(with_machine.coverage.incidents) - len(bare.coverage.incidents)
    assert added == 2
    assert with_machine.gazetteer.areas.keys() == bare.gazetteer.areas.keys()
