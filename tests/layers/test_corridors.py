from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from geo import datasets
from geo.errors import InvalidGeometry, InvalidRecords, TooPrecise
from layers import corridor_marks, corridors
from layers.corridor_file import FILE, dumps, parse
from layers.ingredients import Ingredients, read_context
from layers.table import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

DRUGS = {"a1", "a2", "a3"}
OTHER = {"e1", "e3", "e4", "e5", "e6"}
ARROWS = DRUGS | OTHER
LAYERS = {layer.id: layer for layer in (*corridors.LAYERS, *corridor_marks.LAYERS)}


@pytest.fixture(scope="module")
def tables(ingredients: Ingredients) -> Mapping[str, gpd.GeoDataFrame]:
    return {id_: normalise(layer.build(ingredients), layer) for id_, layer in LAYERS.items()}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the data folder that a test may change; :func:`change` renews its passports."""
    return Path(shutil.copytree(datasets.data_root(), tmp_path / "data"))


def change(root: Path, name: str, edit: Callable[[Any], None]) -> None:
    text = (root / name).read_text(encoding="utf-8")
    document = parse(text) if name == FILE else json.loads(text)
    edit(document)
    (root / name).write_text(dumps(document) if name == FILE else json.dumps(document), encoding="utf-8")
    datasets.stamp(root)


def row(table: gpd.GeoDataFrame, id_: str) -> Mapping[str, Any]:
    (found,) = table[table["id"] == id_].to_dict("records")
    return dict(found)


def test_layers_are_titled_in_four_languages_and_name_their_sources() -> None:
    known = {source.id for source in datasets.read_sources()}
    for layer in LAYERS.values():
        assert set(layer.title) == set(layer.description) == {"en", "fa", "ru", "kk"}
        assert set(layer.sources) <= known


def test_ids_are_unique_over_all_corridor_layers(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    ids = [id_ for table in tables.values() for id_ in table["id"]]
    assert len(ids) == len(set(ids))


def test_tiles_carry_only_columns_that_there_are(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    for id_, layer in LAYERS.items():
        assert {*layer.tile_properties, *layer.json_properties} <= set(tables[id_].columns)


def test_the_articles_corridors_are_drawn_as_they_may_be(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    table = tables["corridors"].set_index("id")
    assert table["depiction"].to_dict() == dict.fromkeys(ARROWS, "arrow") | {
        "a4": "border",
        "a5": "border",
        "a6": "area",
        "a7": "border",
        "a8": "label",
    }
    assert set(table.loc[sorted(ARROWS), "half_width_km"]) == {120}
    assert table.drop(index=sorted(ARROWS))["half_width_km"].isna().all()
    assert table.loc["a8"].geometry.geom_type == "MultiPoint"


def test_what_is_no_drug_is_told_apart_in_the_tables_the_marks_and_the_legend(
    tables: Mapping[str, gpd.GeoDataFrame],
) -> None:
    table = tables["corridors"].set_index("id")
    assert table["flow"].to_dict() == dict.fromkeys(("a1", "a2", "a3", "a4", "a5", "a6", "a8"), "drugs") | {
        "a7": None,
        "e1": "energy",
        "e3": "energy",
        "e4": "links",
        "e5": "fighters",
        "e6": "energy",
    }
    marks = tables["corridor_marks"]
    assert set(marks[marks["other"] == 1]["corridor"]) == OTHER
    rows = Counter(corridors.legend_rows(tables["corridors"].to_dict("records")))
    assert rows == {"arrow": 3, "other": 5, "border": 3, "area": 1, "label": 1}
    assert set(corridors.legend_rows(tables["context_corridors"].to_dict("records"))) == {"arrow"}


def test_the_way_of_energy_ends_at_the_country_where_the_text_ends(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    ends = {
        row["id"]: [(leg["from"], leg["to"]) for leg in row["legs"]] for row in tables["corridors"].to_dict("records")
    }
    assert ends["e1"] == [("central-asia", "ir")]
    assert ends["e3"] == [("strait-of-malacca", "cn")]
    assert ends["e6"] == [("kz", "ru")]
    assert ends["e5"] == [("iq", "central-asia"), ("sy", "central-asia")]


def test_what_is_derived_has_names_direction_km_and_stretches(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    feature = row(tables["corridors"], "e6")
    (leg,) = feature["drawn_legs"]
    assert (leg["from_name"]["en"], leg["to_name"]["ru"]) == ("Kazakhstan", "Россия")
    assert feature["drawn_direction_deg"] == leg["direction_deg"]
    assert [border["name"]["en"] for border in leg["borders"]] == ["Kazakhstan – Russia"]
    assert 2 * feature["half_width_km"] < leg["borders"][0]["stretch_km"] < 1000
    assert sum(area["axis_km"] for area in feature["drawn_through"]) == pytest.approx(feature["drawn_length_km"], abs=2)
    assert {area["name"]["en"] for area in feature["drawn_through"]} == {"Kazakhstan", "Russia"}
    assert sum(unit["axis_km"] for unit in feature["drawn_through_units"]) <= feature["drawn_length_km"]


def test_a_corridor_along_borders_has_their_km(
    ingredients: Ingredients, tables: Mapping[str, gpd.GeoDataFrame]
) -> None:
    recorded = ingredients.frame("naturalearth/borders").set_index("id")["length_m"]
    for id_, borders in (("a4", ["af-tj", "af-uz"]), ("a5", ["af-tj", "af-tm", "af-uz"])):
        along = {item["border"]: item["band_km"] for item in row(tables["corridors"], id_)["drawn_over_borders"]}
        assert along == {border: pytest.approx(recorded[border] / 1000, abs=1) for border in borders}
    posts = row(tables["corridors"], "a7")
    assert 0 < posts["drawn_length_km"] < recorded["af-tj"] / 3000


def test_borders_are_drawn_whole(ingredients: Ingredients, tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    borders = ingredients.frame("naturalearth/borders").set_index("id").geometry
    wanted = borders["af-tj"].length + borders["af-uz"].length
    assert row(tables["corridors"], "a4")["geometry"].length == pytest.approx(wanted, rel=1e-6)


def test_a_border_beside_a_province_is_only_the_part_along_it(
    ingredients: Ingredients, tables: Mapping[str, gpd.GeoDataFrame]
) -> None:
    part = row(tables["corridors"], "a7")["geometry"]
    whole = ingredients.frame("naturalearth/borders").set_index("id").geometry["af-tj"]
    kunduz = ingredients.gazetteer.area("af-kdz").geometry
    assert kunduz is not None
    assert 0 < part.length < whole.length / 3
    assert kunduz.buffer(0.03).covers(part)


def test_every_feature_has_evidence_or_a_reference_and_never_mixes_them(
    tables: Mapping[str, gpd.GeoDataFrame],
) -> None:
    works = {"attested": False, "context": True, "infrastructure": True}
    for id_ in ("corridors", "context_corridors", "transport_corridors", "corridor_bands"):
        for feature in tables[id_].to_dict("records"):
            if works[feature["basis"]]:
                assert feature["references"], feature["id"]
                assert not feature["evidence"], feature["id"]
                assert not feature["articles"], feature["id"]
            else:
                assert feature["evidence"], feature["id"]
                assert feature["articles"] == sorted({item["article"] for item in feature["evidence"]})


def test_every_reference_names_a_recorded_work(
    ingredients: Ingredients, tables: Mapping[str, gpd.GeoDataFrame]
) -> None:
    for id_ in ("context_corridors", "transport_corridors"):
        for references in tables[id_]["references"]:
            assert {reference["work"] for reference in references} <= ingredients.context.works.keys()


def test_arrows_run_between_the_areas_that_the_record_names(
    ingredients: Ingredients, tables: Mapping[str, gpd.GeoDataFrame]
) -> None:
    marks = tables["corridor_marks"]
    axes = marks[marks["kind"] == "axis"].set_index("id").geometry
    records = (*corridors.attested_records(ingredients), *ingredients.context.corridors)
    for record in records:
        for number, leg in enumerate(record["legs"], start=1):
            xy = shapely.get_coordinates(axes[f"{record['id']}/axis/{number}"])
            for end, (lon, lat) in ((leg["from"], xy[0]), (leg["to"], xy[-1])):
                area = ingredients.gazetteer.area(end)
                if ingredients.gazetteer.shape(end) is None:  # a strait: its label point is all that there is
                    assert (lon, lat) == pytest.approx(area.label_point)
                else:
                    assert ingredients.gazetteer.covers(end, lon, lat), record["id"]


def test_a_band_holds_its_corridor_and_every_line_has_one(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    bands = tables["corridor_bands"].set_index("corridor")
    lines = [
        feature
        for id_ in ("corridors", "context_corridors", "transport_corridors")
        for feature in tables[id_].to_dict("records")
        if feature["depiction"] in {"arrow", "path"}
    ]
    assert sorted(bands.index) == sorted(feature["id"] for feature in lines)
    for feature in lines:
        assert bands.loc[feature["id"]].geometry.covers(feature["geometry"]), feature["id"]


def test_transport_corridors_leave_a_gap_over_what_is_not_known(
    ingredients: Ingredients, tables: Mapping[str, gpd.GeoDataFrame]
) -> None:
    marks = tables["corridor_marks"].set_index("id")
    for feature in tables["transport_corridors"].to_dict("records"):
        known = [leg for leg in feature["legs"] if not leg["gap"]]
        assert len(shapely.get_parts(feature["geometry"])) == len(known)
        for leg in feature["legs"]:
            assert leg["gap"] == bool(leg["unresolved"] or leg["unseen"])
            assert not any(ingredients.gazetteer.place(place).is_resolved for place in leg["unresolved"])
        gaps = [marks.loc[f"{feature['id']}/axis/{n}", "gap"] for n in range(1, len(feature["legs"]) + 1)]
        assert gaps == [int(leg["gap"]) for leg in feature["legs"]]
    herat_gwadar = row(tables["transport_corridors"], "carec-6d")["legs"][-1]
    assert herat_gwadar["unseen"] is True


def test_6c_begins_with_the_places_of_6b_that_it_refers_to(ingredients: Ingredients) -> None:
    by_id = {record["id"]: record for record in ingredients.context.transport_corridors}
    expansion = by_id["carec-6c"]["expansion"]
    shared = by_id[expansion["corridor"]]["places"]
    shared = shared[shared.index(expansion["from"]) : shared.index(expansion["to"]) + 1]
    assert by_id["carec-6c"]["places"][: len(shared)] == shared
    assert by_id["carec-6c"]["places"][len(shared)] == "khavast"


def test_marks_draw_each_kind_of_corridor_in_its_own_way(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    marks = tables["corridor_marks"]
    count = marks.groupby(["basis", "kind"]).size().to_dict()
    assert count["attested", "ring"] == corridor_marks.RINGS * len(ARROWS)
    assert count["context", "ring"] == corridor_marks.RINGS * len(tables["context_corridors"])
    assert ("infrastructure", "ring") not in count
    assert ("infrastructure", "head") not in count
    assert ("context", "waypoint") not in count
    assert ("attested", "waypoint") not in count
    assert count["attested", "head"] == count["attested", "axis"]


def test_rings_of_a_corridor_are_nested(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    marks = tables["corridor_marks"].set_index("id").geometry
    rings = [marks[f"a1/ring/{number:02d}"] for number in range(1, corridor_marks.RINGS + 1)]
    assert np.all(np.diff([ring.area for ring in rings]) > 0)


def test_a_leg_of_one_article_is_marked_single(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    marks = tables["corridor_marks"].set_index("id")
    legs = row(tables["corridors"], "a3")["legs"]
    for number, leg in enumerate(legs, start=1):
        assert marks.loc[f"a3/axis/{number}", "single"] == int(len(leg["articles"]) == 1)
    assert {leg["from"] for leg in legs if len(leg["articles"]) == 1} == {"ir"}


def test_every_corridor_has_one_tag_and_no_two_tags_touch(tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    marks = tables["corridor_marks"]
    chips = marks[marks["kind"] == "chip"]
    owners = {
        feature["id"]
        for id_ in ("corridors", "context_corridors", "transport_corridors")
        for feature in tables[id_].to_dict("records")
        if feature["depiction"] != "label"
    }
    assert sorted(chips["corridor"]) == sorted(owners)
    points = list(chips.geometry)
    apart = [one.distance(other) for index, one in enumerate(points) for other in points[:index]]
    assert min(apart) > 0.5


def test_no_drawn_corridor_is_led_through_a_named_place(
    ingredients: Ingredients, tables: Mapping[str, gpd.GeoDataFrame]
) -> None:
    places = {place.point for place in ingredients.gazetteer.places.values() if place.point}
    for id_ in ("corridors", "context_corridors"):
        for geometry in tables[id_].geometry:
            assert not places & {tuple(xy) for xy in shapely.get_coordinates(geometry).round(5).tolist()}


def test_outside_knowledge_does_not_move_an_attested_arrow(ingredients: Ingredients) -> None:
    bare = replace(ingredients, context=replace(ingredients.context, corridors=()))
    with_context, alone = corridors.drawn_corridors(ingredients), corridors.drawn_corridors(bare)
    for id_ in sorted(ARROWS):
        assert with_context[id_] == alone[id_]


def test_a_statement_that_names_a_town_stops_the_build(ingredients: Ingredients) -> None:
    first = ingredients.context.corridors[0]
    spoiled = {**first, "legs": [{"from": "af", "to": "termez"}]}
    context = replace(ingredients.context, corridors=(spoiled, *ingredients.context.corridors[1:]))
    with pytest.raises(TooPrecise, match=rf"{first['id']}.*named place termez"):
        corridors.build_context_corridors(replace(ingredients, context=context))


def test_an_arrow_of_another_class_stops_the_build(ingredients: Ingredients) -> None:
    first = ingredients.context.corridors[0]
    context = replace(ingredients.context, corridors=({**first, "attestation_class": "path"},))
    with pytest.raises(InvalidGeometry, match=rf"{first['id']}.*class path"):
        corridors.build_context_corridors(replace(ingredients, context=context))


def test_all_faults_of_all_files_are_told_at_once(copy: Path) -> None:
    def spoil(document: Any) -> None:
        document["context"][0]["attestation_class"] = "path"
        del document["context"][1]["gloss"]["fa"]
        document["attested"][0]["legs"][1]["to"] = "af"

    change(copy, FILE, spoil)
    change(copy, "places.json", lambda document: document["places"][0].update(lon=999))
    change(copy, "coverage/incidents.json", lambda records: records[0].update(category="raid"))
    with pytest.raises(InvalidRecords) as caught:
        Ingredients.read(copy)
    faults = "\n".join(caught.value.faults)
    assert "data/corridors.toml: record unodc-b1: attestation_class:" in faults
    assert "data/corridors.toml: record unodc-n-tj: gloss.fa: is missing" in faults
    assert "data/corridors.toml: record a1: legs: af → central-asia → af comes back" in faults
    assert "data/coverage/incidents.json: record inc01: category:" in faults
    assert "data/places.json: airatom: lon:" in faults


def test_links_to_nothing_are_told_at_once(copy: Path) -> None:
    def spoil(document: Any) -> None:
        document["context"][0]["legs"][0]["to"] = "atlantis"
        document["context"][0]["references"][0]["work"] = "no-such-work"
        document["context"][1]["legs"].append({"from": "tj", "to": "af"})
        document["transport"][0]["places"][1] = "nowhere"
        document["transport"][1]["place_modes"]["kabul"] = "road"
        document["transport"][2]["places"].append(document["transport"][2]["places"][0])
        document["transport"][4]["gaps"][0]["from"] = "mary"

    change(copy, FILE, spoil)
    with pytest.raises(InvalidRecords) as caught:
        read_context(copy)
    assert len(caught.value.faults) == 7, caught.value.faults
    for words in (
        "'atlantis'", "'no-such-work'", "af → tj → af", "'nowhere'", "'kabul'", "places: holds the same item twice",
        "mary and gwadar",
    ):  # fmt: skip
        assert any(words in fault for fault in caught.value.faults), words


def test_a_doubled_id_is_told(copy: Path) -> None:
    change(copy, FILE, lambda document: document["context"].append(document["context"][0]))
    with pytest.raises(InvalidRecords, match="unodc-b1: id: stands 2 times"):
        read_context(copy)


def test_transport_in_the_same_areas_is_geography_of_countries_that_the_statement_names(
    ingredients: Ingredients, tables: Mapping[str, gpd.GeoDataFrame]
) -> None:
    table = tables["corridors"].set_index("id")
    found = {item["corridor"]: item["areas"] for item in table.loc["a1", "transport_in_same_areas"]}
    assert {"af", "kz", "ru", "uz"} <= set(found["carec-6a"])
    named = {
        "af",
        *ingredients.gazetteer.area("central-asia").members,
        *ingredients.gazetteer.area("europe").members,
        "ru",
    }
    assert set().union(*found.values()) <= named
    assert table.loc["a4", "transport_in_same_areas"] == []
    transport = tables["transport_corridors"]
    assert not any(transport["evidence"])
