"""Networks from files, and paths along them. Nothing here leaves the machine."""

from __future__ import annotations

import bz2
import gzip
import random
import socket
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmnx
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.errors import InvalidGeometry, TooPrecise, UnknownNetworkKind, UnreachablePlace, UnreadableNetwork
from geo.network import read_network
from geo.networkpath import NetworkPath, Waypoint, check_class, path_between
from geo.osmextract import OsmExtract, Way
from geo.stretch import Stretch
from geo.waygraph import Segment, WayGraph
from geo.waykind import KINDS, way_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.gazetteer import Gazetteer

FIXTURES = Path(__file__).parents[1] / "fixtures"
OASIS = FIXTURES / "oasis.osm"
WGS84 = Geod(ellps="WGS84")

ALPHA, BRAVO, CHARLIE = (
    Waypoint("alpha", 60.0, 40.001),
    Waypoint("bravo", 60.6, 40.0),
    Waypoint("charlie", 60.4, 40.201),
)


def directed(network: WayGraph) -> set[tuple[int, int]]:
    return {
        (int(network.node_ids[a]), int(network.node_ids[b])) for a, b in zip(network.tails, network.heads, strict=True)
    }


def nodes_of(path: NetworkPath) -> list[tuple[int, ...]]:
    return [leg.nodes for leg in path.legs]


# Reading


def test_the_filter_keeps_main_roads_and_their_links_and_nothing_else() -> None:
    network = read_network(OASIS, kind="road")
    assert network.node_ids.tolist() == [101, 102, 103, 104, 105, 107, 108, 109, 201, 202]
    assert {(101, 104), (104, 101), (105, 104), (401, 402), (301, 302)}.isdisjoint(directed(network))
    assert network.as_of == "2026-01-02T03:04:05Z"


def test_one_way_roads_are_open_in_their_direction_only() -> None:
    pairs = directed(read_network(OASIS, kind="road"))
    assert {(104, 107), (107, 108), (108, 101)} <= pairs
    assert {(107, 104), (108, 107), (101, 108)}.isdisjoint(pairs)
    assert (109, 105) in pairs, "oneway=-1 is open against the order of its nodes"
    assert (105, 109) not in pairs


def test_a_railway_is_open_both_ways_and_its_yards_are_left_out() -> None:
    assert directed(read_network(OASIS, kind="rail")) == {(301, 302), (302, 301), (302, 303), (303, 302)}


def test_classes_can_be_chosen() -> None:
    assert 105 not in read_network(OASIS, kind="road", classes=["trunk"]).node_ids
    assert read_network(OASIS, kind="road", classes=["primary"]).node_ids.tolist() == [103, 105]


def test_the_summary_counts_each_stretch_once() -> None:
    summary = read_network(OASIS, kind="road").summary()
    assert summary["stretches"] == 9
    assert summary["one_way_stretches"] == 4
    assert summary["parts"] == 2
    assert summary["largest_part"] == 0.8
    assert summary["bbox"] == [60.0, 39.9, 61.6, 40.6]
    primary_m = WGS84.inv(60.4, 40.05, 60.4, 40.2)[2]
    assert summary["length_km_by_class"]["primary"] == pytest.approx(primary_m / 1000, abs=0.001)
    assert summary["length_km"] == pytest.approx(sum(summary["length_km_by_class"].values()))


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_packed_files_are_read_and_truncated_ones_refused(tmp_path: Path, suffix: str, pack: object) -> None:
    assert callable(pack)
    path = tmp_path / f"oasis.osm{suffix}"
    packed = pack(OASIS.read_bytes())
    path.write_bytes(packed)
    assert directed(read_network(path, kind="road")) == directed(read_network(OASIS, kind="road"))
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(UnreadableNetwork, match="truncated"):
        read_network(path, kind="road")
    path.write_bytes(OASIS.read_bytes())
    with pytest.raises(UnreadableNetwork, match="cannot be read"):
        read_network(path, kind="road")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("truncated.osm", "truncated: it ends in the middle, at line 27"),
        ("web_page.osm", "not OSM XML: it declares a document type"),
        ("README.md", "not OSM XML"),
        ("remark.osm", "not complete"),
        ("nowhere.osm", "there is no such file"),
        ("region.osm.pbf", "PBF is not read"),
    ],
)
def test_what_is_no_osm_file_is_one_clear_error_with_a_remedy(name: str, says: str) -> None:
    with pytest.raises(UnreadableNetwork) as caught:
        read_network(FIXTURES / name, kind="road")
    assert name in caught.value.message
    assert says in caught.value.message
    assert caught.value.hint


def test_an_empty_file_and_other_xml_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.osm"
    path.write_bytes(b"")
    with pytest.raises(UnreadableNetwork, match="it is empty"):
        read_network(path, kind="road")
    path.write_text("<gpx version='1.1'/>", encoding="utf-8")
    with pytest.raises(UnreadableNetwork, match="root element is <gpx>"):
        read_network(path, kind="road")


def test_all_faults_of_a_file_are_told_at_once() -> None:
    with pytest.raises(UnreadableNetwork) as caught:
        read_network(FIXTURES / "broken.osm", kind="road")
    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        "way 11",
        "way twelve",
        "node 2",
        "node 3",
        "way 10",
    ]
    assert "swapped" in caught.value.message
    assert "1 of its nodes are not in the file (4)" in caught.value.message
    assert "complete_ways" in caught.value.hint


def test_many_faults_are_counted(tmp_path: Path) -> None:
    ways = "".join(f'<way id="{i}"><nd ref="1"/><tag k="highway" v="trunk"/></way>' for i in range(50))
    path = tmp_path / "x.osm"
    path.write_text(f"<osm>{ways}</osm>", encoding="utf-8")
    with pytest.raises(UnreadableNetwork, match="and 30 more") as caught:
        read_network(path, kind="road")
    assert len(caught.value.faults) == 21


def test_a_file_without_such_ways_says_what_was_sought() -> None:
    with pytest.raises(UnreadableNetwork, match="no way with highway=tertiary"):
        read_network(OASIS, kind="road", classes=["tertiary"])


def test_no_such_kind_or_class_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownNetworkKind, match=r"'tram'.*rail, road"):
        read_network(OASIS, kind="tram")
    with pytest.raises(UnknownNetworkKind, match=r"no class residential\..*motorway"):
        read_network(OASIS, kind="road", classes=["trunk", "residential"])


def test_reading_leaves_nothing_changed_behind() -> None:
    settings_before = {
        name: getattr(osmnx.settings, name) for name in ("useful_tags_way", "all_oneway", "cache_only_mode")
    }
    resolver = socket.getaddrinfo
    read_network(OASIS, kind="rail")
    assert {name: getattr(osmnx.settings, name) for name in settings_before} == settings_before
    assert socket.getaddrinfo is resolver


def test_osmnx_is_not_loaded_with_the_module() -> None:
    import subprocess

    code = "import sys, geo.network, geo.networkpath, geo.overpass, server.network_commands; sys.exit('osmnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=FIXTURES.parents[1], check=False).returncode == 0


def test_an_extract_comes_back_as_it_was_written(tmp_path: Path) -> None:
    way = way_kind("road")
    extract = OsmExtract.read(OASIS, way, way.default)
    extract.write(tmp_path / "a.osm")
    again = OsmExtract.read(tmp_path / "a.osm", way, way.default)
    assert again == extract
    again.write(tmp_path / "b.osm")
    assert (tmp_path / "a.osm").read_bytes() == (tmp_path / "b.osm").read_bytes()


def test_of_two_states_of_a_way_the_younger_stands() -> None:
    old = OsmExtract((Way(1, (1, 2), {}), Way(2, (1, 2), {})), {1: (0.0, 0.0), 2: (1.0, 1.0)}, "2025-01-01T00:00:00Z")
    new = OsmExtract((Way(1, (1, 3), {}),), {1: (0.5, 0.0), 3: (1.0, 2.0)}, "2026-01-01T00:00:00Z")
    merged = OsmExtract.merge([new, old])
    assert merged == OsmExtract.merge([old, new])
    assert [way.nodes for way in merged.ways] == [(1, 3), (1, 2)]
    assert merged.nodes[1] == (0.5, 0.0)
    assert merged.as_of == "2025-01-01T00:00:00Z"


# GraphML


@pytest.mark.parametrize("simplify", [False, True])
def test_graphml_gives_the_same_network_simplified_or_not(tmp_path: Path, simplify: bool) -> None:
    path = tmp_path / "oasis.graphml"
    osmnx.save_graphml(osmnx.graph_from_xml(OASIS, simplify=simplify, retain_all=True), path)
    network, wanted = read_network(path, kind="road"), read_network(OASIS, kind="road")
    assert np.unique(network.lonlat, axis=0).tolist() == np.unique(wanted.lonlat, axis=0).tolist()
    assert network.summary()["length_km_by_class"] == wanted.summary()["length_km_by_class"]
    assert path_between(network, [ALPHA, BRAVO, CHARLIE, ALPHA]).line.equals_exact(
        path_between(wanted, [ALPHA, BRAVO, CHARLIE, ALPHA]).line
    )


def test_graphml_that_is_broken_foreign_or_projected_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.graphml"
    graph = osmnx.graph_from_xml(OASIS, simplify=False)
    osmnx.save_graphml(graph, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableNetwork, match="truncated"):
        read_network(path, kind="road")
    path.write_text("<graphml xmlns='http://graphml.graphdrawing.org/xmlns'><graph edgedefault='directed'/></graphml>")
    with pytest.raises(UnreadableNetwork, match="not GraphML as osmnx saves it"):
        read_network(path, kind="road")
    osmnx.save_graphml(osmnx.project_graph(graph), path)
    with pytest.raises(UnreadableNetwork, match="not in EPSG:4326"):
        read_network(path, kind="road")
    path.write_bytes(OASIS.read_bytes())
    with pytest.raises(UnreadableNetwork, match="root element is <osm>, not <graphml>"):
        read_network(path, kind="road")
    for _, data in graph.nodes(data=True):
        data["x"], data["y"] = data["y"] + 60, data["x"] + 60
    osmnx.save_graphml(graph, path)
    with pytest.raises(UnreadableNetwork, match=r"node 101: lies at .* swapped"):
        read_network(path, kind="road")


# Paths


def test_the_path_takes_main_roads_and_obeys_one_ways() -> None:
    network = read_network(OASIS, kind="road")
    path = path_between(network, [ALPHA, BRAVO, CHARLIE])
    assert nodes_of(path) == [(101, 102, 103, 104), (104, 103, 105)]
    assert path.line.coords[0] == (60.0, 40.0)
    assert path.length_m == pytest.approx(WGS84.geometry_length(path.line))
    assert path.length_m == pytest.approx(sum(leg.length_m for leg in path.legs))
    assert path.legs[0].straight_m == pytest.approx(WGS84.inv(60.0, 40.0, 60.6, 40.0)[2])
    assert path.legs[0].origin_snap_m == pytest.approx(111.0, abs=0.1)
    assert path.title == "plausible road, not attested"
    assert "OpenStreetMap" in path.attribution
    assert path.licence == "ODbL-1.0"


def test_one_way_roads_may_be_taken_both_ways_on_demand() -> None:
    nodes = {1: (60.0, 40.0), 2: (60.1, 40.0)}
    network = WayGraph.of(nodes, [Segment(1, 2, "trunk")])
    a, b = Waypoint("a", 60.0, 40.0), Waypoint("b", 60.1, 40.0)
    with pytest.raises(UnreachablePlace, match=r"from b to a.*--both-ways"):
        path_between(network, [b, a])
    assert nodes_of(path_between(network, [b, a], both_ways=True)) == [(2, 1)]


def test_every_place_too_far_away_is_named() -> None:
    network = read_network(OASIS, kind="road")
    far, off = Waypoint("farville", 62.5, 40.0), Waypoint("offtown", 60.0, 39.8)
    with pytest.raises(UnreachablePlace) as caught:
        path_between(network, [ALPHA, far, off])
    assert "farville lies" in caught.value.message
    assert "offtown lies" in caught.value.message
    assert "alpha" not in caught.value.message
    assert "10 km" in caught.value.message
    assert nodes_of(path_between(network, [ALPHA, off, ALPHA], max_snap_km=20))[0][-1] == 108


def test_a_network_in_two_parts_is_told_with_the_places_between_which_it_breaks() -> None:
    network = read_network(OASIS, kind="road")
    with pytest.raises(UnreachablePlace, match="broken between bravo and delta"):
        path_between(network, [ALPHA, BRAVO, Waypoint("delta", 61.5, 40.5)])


def test_a_nearer_fragment_that_leads_nowhere_is_passed_over() -> None:
    nodes = {1: (60.0, 40.0), 2: (60.5, 40.0), 8: (60.0, 40.02), 9: (60.01, 40.02)}
    network = WayGraph.of(nodes, [Segment(1, 2, "trunk"), Segment(8, 9, "trunk")])
    path = path_between(network, [Waypoint("a", 60.0, 40.02), Waypoint("b", 60.5, 40.0)])
    assert nodes_of(path) == [(1, 2)]
    assert path.legs[0].origin_snap_m > 2000


def test_two_places_at_one_node_have_an_empty_leg() -> None:
    network = read_network(OASIS, kind="road")
    path = path_between(network, [Waypoint("near", 60.001, 40.0), ALPHA, BRAVO])
    assert path.legs[0].line.is_empty
    assert path.legs[0].length_m == 0
    assert path.legs[0].nodes == (101,)
    assert path.line.equals_exact(path.legs[1].line)


def test_a_path_needs_two_places_in_the_world() -> None:
    network = read_network(OASIS, kind="road")
    with pytest.raises(InvalidGeometry, match="two places"):
        path_between(network, [ALPHA])
    with pytest.raises(InvalidGeometry, match="swapped"):
        path_between(network, [ALPHA, Waypoint("b", 40.0, 160.0)])


def test_a_path_crosses_the_antimeridian() -> None:
    nodes = {1: (179.9, 66.0), 2: (-179.9, 66.0), 3: (-179.0, 66.0)}
    network = WayGraph.of(nodes, [Segment(1, 2, "trunk"), Segment(2, 3, "trunk")])
    path = path_between(network, [Waypoint("a", 179.95, 66.0), Waypoint("b", -179.0, 66.0)])
    assert 45_000 < path.length_m < 55_000


def test_of_equal_paths_the_one_with_lower_ids_is_taken_whatever_the_order() -> None:
    nodes = {1: (60.0, 0.0), 2: (60.1, 0.1), 3: (60.1, -0.1), 4: (60.2, 0.0)}
    segments = [Segment(a, b, "trunk") for a, b in ((1, 3), (3, 4), (1, 2), (2, 4))]
    a, b = Waypoint("a", 60.0, 0.0), Waypoint("b", 60.2, 0.0)
    for order in (segments, segments[::-1]):
        assert nodes_of(path_between(WayGraph.of(nodes, order), [a, b])) == [(1, 2, 4)]


def test_the_order_of_a_file_changes_nothing(tmp_path: Path) -> None:
    lines = OASIS.read_text(encoding="utf-8").splitlines()
    head, body, foot = lines[:4], lines[4:-1], lines[-1:]
    wanted = path_between(read_network(OASIS, kind="road"), [ALPHA, BRAVO, CHARLIE])
    for seed in range(5):
        random.Random(seed).shuffle(body)
        path = tmp_path / f"{seed}.osm"
        path.write_text("\n".join([*head, *body, *foot]), encoding="utf-8")
        found = path_between(read_network(path, kind="road"), [ALPHA, BRAVO, CHARLIE])
        assert found.line.wkb == wanted.line.wkb
        assert nodes_of(found) == nodes_of(wanted)


@pytest.mark.parametrize("attestation_class", ["statement", "area", "border", "guess"])
def test_a_corridor_without_named_places_gets_no_road(attestation_class: str) -> None:
    with pytest.raises(TooPrecise, match=r"Corridor a1 .*no source names a place"):
        check_class("a1", attestation_class)
    check_class("x", "named_place")
    check_class("x", "path")


# Stretches


def test_a_stretch_leaves_out_what_is_not_known(gazetteer: Gazetteer) -> None:
    ids = ["krasny-yar", "aksaraiskaya", "kurmangazy", "bukhara", "termez", "hairatan", "mazar-e-sharif", "kandahar"]
    stretch = Stretch.of("x", ids, gazetteer, passed_over={"aksaraiskaya"}, unseen={("kurmangazy", "bukhara")})
    assert [[place.id for place in chain] for chain in stretch.chains] == [
        ["krasny-yar", "kurmangazy"],
        ["bukhara", "termez"],
        ["mazar-e-sharif", "kandahar"],
    ]
    assert [(gap.origin, gap.destination, gap.unseen) for gap in stretch.gaps] == [
        ("kurmangazy", "bukhara", True),
        ("termez", "mazar-e-sharif", False),
    ]
    assert stretch.unlocated == ("hairatan",)


def test_what_was_not_read_stays_so_when_a_place_is_passed_over(gazetteer: Gazetteer) -> None:
    ids = ["bukhara", "aksaraiskaya", "termez", "kandahar"]
    stretch = Stretch.of("x", ids, gazetteer, passed_over={"aksaraiskaya"}, unseen={("aksaraiskaya", "termez")})
    assert [gap.origin for gap in stretch.gaps] == ["bukhara"]


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("osh", None, "does not pass osh"),
        ("termez", "bukhara", "passes bukhara before termez"),
        ("termez", "mazar-e-sharif", "no two neighbours of known position"),
        ("termez", "termez", "no two neighbours of known position"),
    ],
)
def test_ends_that_make_no_stretch_are_refused(
    gazetteer: Gazetteer, first: str | None, last: str | None, says: str
) -> None:
    with pytest.raises(UnreachablePlace, match=says):
        Stretch.of("x", ["bukhara", "termez", "hairatan", "mazar-e-sharif"], gazetteer, first=first, last=last)


# Properties

Nodes = dict[int, tuple[float, float]]


@st.composite
def networks(draw: st.DrawFn) -> tuple[Nodes, list[Segment]]:
    """A few nodes, a ring through all of them and some chords, all open both ways."""
    step = st.integers(0, 40).map(lambda tick: tick / 20)
    spots = draw(st.lists(st.tuples(step, step), min_size=3, max_size=12, unique=True))
    ids = draw(st.permutations(range(1, len(spots) + 1)))
    nodes = {id_: (60 + x, 39 + y) for id_, (x, y) in zip(ids, spots, strict=True)}
    pair = st.tuples(st.sampled_from(ids), st.sampled_from(ids))
    pairs = [*pairwise([*ids, ids[0]]), *draw(st.lists(pair, max_size=12))]
    classes = st.sampled_from(way_kind("road").classes)
    segments = [Segment(*ends, draw(classes)) for a, b in pairs if (ends := (a, b))]
    return nodes, [*segments, *(Segment(head, tail, way_class) for tail, head, way_class in segments)]


def ends_of(nodes: Mapping[int, tuple[float, float]]) -> list[Waypoint]:
    first, last = min(nodes), max(nodes)
    return [Waypoint("a", *nodes[first]), Waypoint("b", *nodes[last])]


def every(kind: str = "road") -> tuple[str, ...]:
    return KINDS[kind].classes


@given(networks())
def test_a_path_is_no_shorter_than_the_geodesic_and_as_long_backwards(drawn: tuple[Nodes, list[Segment]]) -> None:
    nodes, segments = drawn
    network, ends = WayGraph.of(nodes, segments, classes=every()), ends_of(nodes)
    there, back = path_between(network, ends), path_between(network, ends[::-1])
    straight_m = float(WGS84.inv(*ends[0][1:], *ends[1][1:])[2])
    assert there.length_m >= straight_m - 0.001
    # Lengths are whole millimetres while the path is sought; equal paths may differ by the rounding of their segments.
    assert there.length_m == pytest.approx(back.length_m, abs=0.001 * len(nodes))


@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_input_changes_nothing(drawn: tuple[Nodes, list[Segment]], dice: random.Random) -> None:
    nodes, segments = drawn
    items, shuffled = list(nodes.items()), list(segments)
    dice.shuffle(items)
    dice.shuffle(shuffled)
    one, other = (WayGraph.of(n, s, classes=every()) for n, s in ((nodes, segments), (dict(items), shuffled)))
    assert one.tails.tolist() == other.tails.tolist()
    assert one.class_rows.tolist() == other.class_rows.tolist()
    assert path_between(one, ends_of(nodes)) == path_between(other, ends_of(nodes))


@given(networks())
def test_a_path_is_the_shortest_there_is(drawn: tuple[Nodes, list[Segment]]) -> None:
    """Judged by networkx, which osmnx brings."""
    nx = pytest.importorskip("networkx")
    nodes, segments = drawn
    network = WayGraph.of(nodes, segments, classes=every())
    graph = nx.DiGraph()
    for tail, head, length_mm in zip(network.tails, network.heads, network.lengths_mm, strict=True):
        graph.add_edge(int(network.node_ids[tail]), int(network.node_ids[head]), mm=int(length_mm))
    path = path_between(network, ends_of(nodes))
    expected_mm = nx.shortest_path_length(graph, min(nodes), max(nodes), weight="mm")
    assert sum(graph.edges[pair]["mm"] for pair in pairwise(path.legs[0].nodes)) == expected_mm


@given(networks(), st.sets(st.sampled_from(way_kind("road").classes), min_size=1))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_more_classes_never_take_a_road_away(
    tmp_path: Path, drawn: tuple[Nodes, list[Segment]], classes: set[str]
) -> None:
    nodes, segments = drawn
    ways = tuple(
        Way(id_, (tail, head), {"highway": way_class})
        for id_, (tail, head, way_class) in enumerate(segments)
        if tail != head
    )
    path = tmp_path / "drawn.osm"
    OsmExtract(ways, nodes).write(path)
    whole = directed(read_network(path, kind="road", classes=every()))
    wanted = {(a, b) for way in ways if way.tags["highway"] in classes for a, b in (way.nodes, way.nodes[::-1])}
    if not wanted:
        with pytest.raises(UnreadableNetwork, match="no way with"):
            read_network(path, kind="road", classes=classes)
        return
    part = directed(read_network(path, kind="road", classes=classes))
    assert part <= whole
    assert part == wanted


@given(networks(), st.integers(1, 6))
def test_parts_are_what_hangs_together(drawn: tuple[Nodes, list[Segment]], copies: int) -> None:
    nodes, segments = drawn
    size = len(nodes)
    many = {id_ + size * copy: (lon + 3 * copy, lat) for copy in range(copies) for id_, (lon, lat) in nodes.items()}
    moved = [Segment(a + size * copy, b + size * copy, c) for copy in range(copies) for a, b, c in segments]
    network = WayGraph.of(many, moved, classes=every())
    assert network.parts().tolist() == [size * ((id_ - 1) // size) for id_ in network.node_ids.tolist()]


def test_the_line_is_made_of_the_networks_own_points() -> None:
    network = read_network(OASIS, kind="road")
    line = path_between(network, [ALPHA, BRAVO]).line
    known = {tuple(lonlat) for lonlat in network.lonlat.tolist()}
    assert set(line.coords) <= known
    assert shapely.is_valid(line)
