"""Conflicts: the four states of the ledger, on invented articles in English and Persian."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InvalidRecords
from layers.articles.mention import Mention
from layers.articles.numbers.numeral import Numeral
from layers.articles.statements.alignment import align, same_digits
from layers.articles.statements.benchmarks import Benchmark, read_benchmarks
from layers.articles.statements.claim import ClaimValue, ReadClaim, Slot
from layers.articles.statements.conflicts import find_conflicts
from layers.articles.wording.document import Document
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from layers.articles.mention import Kind
    from layers.articles.reader import Reader
    from layers.articles.reading import Reading
    from layers.articles.statements.claim import ClaimType, SlotRole
    from layers.articles.statements.conflict import ReadConflict

LETTERS = 4_000
NO_BENCHMARKS: tuple[Benchmark, ...] = ()


@dataclass
class Read:
    id: str
    independence_group: str
    claims: list[ReadClaim] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    numerals: list[Numeral] = field(default_factory=list)
    document: Document = field(default_factory=lambda: Document.of("x" * LETTERS))


def percent(digits: str, basis: str, *, integrity: str = "intact", candidates: tuple[float, ...] = ()) -> ClaimValue:
    best = float(digits) if integrity == "intact" else None
    return ClaimValue(
        f"{digits}%", digits, "percent", None, best, None, "opium", f"opium, {basis}", basis, candidates, integrity
    )


def claim(
    at: int = 100,
    type_: ClaimType = "drug_flow",
    *,
    value: ClaimValue | None = None,
    relation: str | None = None,
    **roles: str,
) -> ReadClaim:
    named: dict[str, SlotRole] = {
        "origin": "origin",
        "transit": "transit",
        "destination": "destination",
        "member": "member",
        "organization": "organization",
    }
    slots = tuple(
        Slot(named[role], name, name.lower(), at, at + 5) for role, names in roles.items() for name in names.split()
    )
    return ReadClaim(
        type_,
        slots,
        "opium",
        value,
        Span(at, at + 5),
        (Span(at, at + 40),),
        relation=relation,
        confidence=0.8,
        order=at,
    )


def mention(name: str, at: int, kind: Kind = "place") -> Mention:
    return Mention(kind, at, at + len(name), name, Span(at, at + len(name)), name, entity=name.lower())


def number(printed: str, at: int, integrity: str, candidates: tuple[int, ...]) -> Numeral:
    return Numeral(at, at + len(printed), printed, None, candidates, integrity, "why", Span(at, at + len(printed)))  # type: ignore[arg-type]  # the integrity is one of the words


def ledger(*readings: Read) -> list[tuple[str, str]]:
    return [(each.state, each.topic) for each in found(*readings)]


def found(*readings: Read) -> tuple[ReadConflict, ...]:
    return find_conflicts(readings, NO_BENCHMARKS)


def test_the_same_number_in_two_versions_is_the_same_text() -> None:
    one = Read("a", "a", [claim(value=percent("60", "production"), origin="Afghanistan", destination="Europe")])
    other = Read("b", "a", [claim(value=percent("60", "production"), origin="Afghanistan", destination="Europe")])
    assert ledger(one, other) == [("same_text", "value")]
    independent = replace(other, independence_group="b")
    assert ledger(one, independent) == []


def test_two_numbers_of_the_same_thing_are_a_conflict_of_versions_and_of_sources() -> None:
    one = Read("a", "a", [claim(value=percent("60", "production"), origin="Afghanistan", destination="Europe")])
    other = Read("b", "a", [claim(value=percent("20", "production"), origin="Afghanistan", destination="Europe")])
    assert ledger(one, other) == [("conflict", "value")]
    assert ledger(one, replace(other, independence_group="b")) == [("conflict", "value")]


def test_shares_of_production_and_consumption_are_no_conflict() -> None:
    claims = [
        claim(100, value=percent("75", "production"), origin="Afghanistan", destination="Europe"),
        claim(900, value=percent("15", "consumption"), transit="Tajikistan", destination="Europe"),
    ]
    (entry,) = found(Read("a", "a", claims))
    assert (entry.state, [side.as_printed for side in entry.sides]) == ("different_denominator", ["75%", "15%"])


def test_one_printed_number_of_two_things_is_not_merged() -> None:
    claims = [
        claim(100, value=percent("75", "production"), origin="Afghanistan", destination="Europe"),
        claim(900, "share", value=percent("75", "funds"), destination="Militia"),
    ]
    entries = found(Read("a", "a", claims), Read("b", "a", claims[:1]))
    assert [(each.state, len(each.sides)) for each in entries] == [("different_denominator", 3), ("same_text", 2)]


@pytest.mark.parametrize(
    ("printed", "candidates", "state"),
    [("75", (60.0, 70.0), "same_text"), ("57", (75.0,), "same_text"), ("40", (50.0, 90.0), "conflict")],
)
def test_a_damaged_number_is_listed_with_its_readings(printed: str, candidates: tuple[float, ...], state: str) -> None:
    damaged = percent(printed, "production", integrity="font_substituted", candidates=candidates)
    one = Read("a", "a", [claim(value=percent("75", "production"), origin="Afghanistan", destination="Europe")])
    other = Read("b", "a", [claim(value=damaged, origin="Afghanistan", destination="Europe")])
    (entry,) = found(one, other)
    assert entry.state == state
    assert entry.sides[1].candidates == candidates


def test_a_damaged_number_is_no_side_between_independent_sources() -> None:
    damaged = percent("40", "production", integrity="suspect", candidates=(50.0, 90.0))
    one = Read("a", "a", [claim(value=percent("75", "production"), origin="Afghanistan", destination="Europe")])
    other = Read("b", "b", [claim(value=damaged, origin="Afghanistan", destination="Europe")])
    assert ledger(one, other) == []


def test_another_origin_is_a_conflict_unless_the_place_is_named_close_by() -> None:
    one = Read("a", "a", [claim(origin="Iran Afghanistan", destination="Europe")])
    other = Read("b", "a", [claim(origin="Afghanistan", destination="Europe")])
    (entry,) = found(one, other)
    assert (entry.state, entry.topic, entry.articles) == ("conflict", "origin", ("a", "b"))
    other.mentions.append(mention("Iran", 150))
    assert ledger(one, other) == []


def test_a_way_that_one_version_leaves_out_is_a_conflict() -> None:
    one = Read("a", "a", [claim(type_="energy_flow", origin="Kazakhstan", destination="Europe")])
    other = Read("b", "a", [claim(type_="energy_flow", origin="Kazakhstan", transit="Iran", destination="Europe")])
    assert ledger(one, other) == [("conflict", "transit")]


def test_organizations_that_stand_for_each_other_are_flagged_once() -> None:
    frame = [("Osh", 200), ("Kulob", 400), ("Termez", 900), ("Balkh", 1200), ("Kunduz", 1900), ("Herat", 2300)]
    one = Read("a", "a", mentions=[mention(*each) for each in frame])
    other = Read("b", "a", mentions=[mention(*each) for each in frame])
    for at in (600, 1500):
        one.mentions.append(mention("Red Lantern", at, "organization"))
        other.mentions.append(mention("Blue Anchor", at + 20, "organization"))
    (entry,) = found(one, other)
    assert (entry.state, entry.topic, len(entry.sides)) == ("conflict", "entity", 4)
    assert {side.reading for side in entry.sides} == {"Red Lantern", "Blue Anchor"}
    other.mentions.append(mention("Red Lantern", 3000, "organization"))
    assert ledger(one, other) == []


def test_numbers_outside_claims_that_leaked_are_told() -> None:
    one = Read("a", "a", numerals=[number("1983", 500, "suspect", (1985,)), number("5,055", 900, "suspect", (5000,))])
    other = Read(
        "b",
        "a",
        numerals=[number("8310", 520, "font_substituted", (1985,)), number("0555", 880, "font_substituted", (5000,))],
    )
    assert ledger(one, other) == [("conflict", "value"), ("same_text", "value")]


def test_a_founding_year_is_held_against_the_recorded_one() -> None:
    benchmark = Benchmark("x", frozenset({"League"}), "founder", "year", 1985, 1985, "work", "It was founded in 1985.")

    def founded(printed: str, integrity: str = "intact", candidates: tuple[float, ...] = ()) -> Read:
        best = float(printed) if integrity == "intact" else None
        value = ClaimValue(printed, printed, "year", None, best, None, None, None, None, candidates, integrity)
        return Read(
            "a",
            "a",
            [claim(type_="membership", relation="founder", value=value, member="Iran Turkey", organization="League")],
        )

    (entry,) = find_conflicts([founded("1979")], [benchmark])
    assert (entry.state, entry.work, entry.articles) == ("benchmark_outlier", "work", ("a",))
    assert entry.to_json()["claims"][1]["as_printed"] == "1985"
    assert find_conflicts([founded("1985")], [benchmark]) == ()
    assert find_conflicts([founded("1979", "suspect", (1985.0, 1986.0))], [benchmark]) == ()
    assert find_conflicts([founded("1979", "suspect", (1990.0,))], [benchmark]) != ()


def test_benchmarks_rest_on_recorded_works(tmp_path: Path) -> None:
    rows = read_benchmarks()
    assert rows
    assert all(row.low <= row.high and row.says for row in rows)
    text = '[[benchmark]]\nid = "odd"\nwork = "nobody"\ncolour = "red"\n'
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "benchmarks.toml").write_text(text, encoding="utf-8")
    (tmp_path / "context" / "works.json").write_text('{"works": [{"id": "somebody"}]}', encoding="utf-8")
    _record(tmp_path)
    with pytest.raises(InvalidRecords) as caught:
        read_benchmarks(tmp_path)
    assert any("nobody" in fault for fault in caught.value.faults)
    assert any("colour" in fault for fault in caught.value.faults)
    assert any("`low` is missing" in fault for fault in caught.value.faults)


def _record(root: Path) -> None:
    from geo.datasets import stamp

    fields = 'title = "t"\nprovider = "p"\nversion = "1"\nas_of = "2026"\nretrieved = 2026-01-01\nlicence = "CC0-1.0"\nattribution = "a"\nmade_by = "m"\n'
    files = '"context/benchmarks.toml" = ""\n"context/works.json" = ""\n'
    (root / "sources.toml").write_text(f"[x]\n{fields}\n[x.files]\n{files}", encoding="utf-8")
    stamp(root)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("75", "75", True), ("1000", "1", True), ("5055", "0555", True), ("75", "57", False), ("1983", "8310", False)],
)
def test_printed_digits_are_compared(one: str, other: str, same: bool) -> None:
    assert same_digits(one, other) is same_digits(other, one) is same


PLACES = ("Iran", "Osh", "Kulob", "Balkh")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(PLACES), st.sampled_from(PLACES), st.integers(0, 3_000), st.sampled_from(["20", "60", ""])
        ),
        max_size=6,
    ),
    st.lists(
        st.tuples(
            st.sampled_from(PLACES), st.sampled_from(PLACES), st.integers(0, 3_000), st.sampled_from(["20", "60", ""])
        ),
        max_size=6,
    ),
)
def test_the_ledger_is_symmetric_and_leads_to_claims(
    left: list[tuple[str, str, int, str]], right: list[tuple[str, str, int, str]]
) -> None:
    def reading(id_: str, rows: list[tuple[str, str, int, str]]) -> Read:
        made = [
            claim(at, value=percent(share, "production") if share else None, origin=origin, destination=destination)
            for origin, destination, at, share in rows
        ]
        return Read(id_, "a", made)

    one, other = reading("a", left), reading("b", right)
    entries = found(one, other)
    assert found(other, one) == entries
    assert found(one) == tuple(each for each in found(one) if each.articles == ("a",))
    for entry in entries:
        for side in entry.sides:
            assert side.claim is not None
            assert side.claim < len((one if side.article == "a" else other).claims)
    pairs = align(one, other).claims
    assert len({pair.first for pair in pairs}) == len({pair.second for pair in pairs}) == len(pairs)


SHARED = Path(__file__).resolve().parents[4] / "shared"


@pytest.fixture(scope="module")
def pair(reader: Reader) -> tuple[Reading, ...]:
    folder = SHARED / "articles"
    if not folder.is_dir():
        pytest.skip("needs the shared articles")
    files = {"en": "000_203dc2129966de1d.txt", "fa": "002_f0f242f6426c2640.txt"}
    read = [reader.read((folder / name).read_bytes().decode(), id=id_) for id_, name in files.items()]
    return reader.compared(read)


@pytest.mark.slow
def test_the_two_articles_are_one_source(pair: tuple[Reading, ...]) -> None:
    assert {reading.independence_group for reading in pair} == {"en"}


@pytest.mark.slow
def test_no_damaged_number_of_the_two_articles_is_asserted(pair: tuple[Reading, ...]) -> None:
    values = [each.value for reading in pair for each in reading.claims if each.value is not None]
    damaged = [value for value in values if not value.is_trusted]
    assert {"75", "15", "8555"} <= {value.digits for value in damaged}
    assert all(value.low is value.best is value.high is None for value in damaged)


@pytest.mark.slow
def test_the_ledger_of_the_two_articles_holds_what_people_found(pair: tuple[Reading, ...]) -> None:
    entries = pair[0].conflicts
    told = [
        (each.state, {side.reading for side in each.sides}, {side.as_printed for side in each.sides})
        for each in entries
    ]
    assert any(state == "conflict" and {"Hezbollah", "Hizb ut-Tahrir"} <= names for state, names, _ in told)
    assert any(state == "conflict" and {"1983", "8310"} <= printed for state, _, printed in told)
    assert any(
        state == "different_denominator" and {"75%", "15%", "%75", "%15"} <= printed for state, _, printed in told
    )
    assert sum(state == "same_text" for state, _, _ in told) >= 5
    assert not any(state == "conflict" and printed & {"75%", "15%"} for state, _, printed in told)


@pytest.mark.slow
@pytest.mark.parametrize("id_", ["en", "fa"])
def test_flows_of_the_two_articles_rest_on_passages_that_people_marked(id_: str, pair: tuple[Reading, ...]) -> None:
    rows = json.loads((SHARED / "gold" / "flows.json").read_text(encoding="utf-8"))["flows"]
    marked = [(each["start"], each["end"]) for row in rows for each in row["mentions"] if each["article"] == id_]
    (reading,) = (each for each in pair if each.id == id_)
    claims = [each for each in reading.claims if each.type != "membership"]
    right = sum(
        any(span.start < end and span.end > start for span in each.evidence for start, end in marked) for each in claims
    )
    assert right / len(claims) >= 0.9
