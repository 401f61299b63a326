"""Coverage and silence: counted by hand from the records, unit by unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.release import Release


def test_a_unit_counts_the_articles_of_what_happened_in_it_and_of_corridors_that_name_it(release: Release) -> None:
    table = release.table("article_coverage").set_index("unit")
    articles = release.records("articles")
    named: dict[str, set[str]] = {}
    incidents = release.records("incidents")
    for row in release.document("join"):
        if (
            row["left_layer"] == "incidents"
            and row["right_layer"] == "areas"
            and row["relation"] in {"inside", "somewhere_in"}
        ):
            named.setdefault(row["right_id"], set()).update(incidents[row["left_id"]]["articles"])
    for corridor in release.records("corridors").values():
        ends = {end for leg in corridor["legs"] for end in (leg["from"], leg["to"])}
        ends |= {part["id"] for part in corridor["areas"]}
        ends |= {side for part in corridor["borders"] for side in part["id"].split("-")}
        for unit in ends:
            named.setdefault(unit, set()).update(corridor["articles"])
    assert set(named) & set(table.index)
    for unit, row in table.iterrows():
        wanted = named.get(str(unit), set())
        assert row["article_count"] == len(wanted), unit
        assert row["group_count"] == len({articles[id_]["independence_group"] for id_ in wanted})
        assert row["language_count"] == len({articles[id_]["language"] for id_ in wanted})


def test_silence_rests_on_no_sentence_and_coverage_on_one_at_least(release: Release) -> None:
    table = release.table("article_coverage")
    is_silent = table["article_count"] == 0
    assert is_silent.any()
    assert (~is_silent).any()
    assert all(not evidence for evidence in table.loc[is_silent, "evidence"])
    assert all(evidence for evidence in table.loc[~is_silent, "evidence"])


def test_what_is_said_of_a_state_or_a_region_covers_no_single_province(release: Release) -> None:
    table = release.table("article_coverage")
    provinces = table[table["kind"] == "province"]
    covered = set(provinces.loc[provinces["article_count"] > 0, "unit"])
    placed = {record["area"] for record in release.records("incidents").values() if record["role"] == "event"}
    assert covered
    assert covered <= placed | {part["id"] for one in release.records("corridors").values() for part in one["areas"]}


def test_every_state_that_is_cut_has_provinces(release: Release) -> None:
    table = release.table("article_coverage")
    cut = set(table.loc[table["is_cut"].astype(bool), "unit"])
    assert {unit.split("-")[0] for unit in table.loc[table["kind"] == "province", "unit"]} == cut
