"""The arc code keeps a coverage whole: taken apart, simplified and put together, neighbors share their edges."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.arcs import Arc, assemble, extract_arcs, faces, relabel
from geo.errors import InvalidGeometry
from geo.simplification import drop_islands, simplify_arcs

COLUMNS = ROWS = 3
STEPS = 12


@st.composite
def coverages(draw: st.DrawFn) -> tuple[list[shapely.Polygon], list[str]]:
    """Nine cells with wavy common edges, each with one of three labels."""
    seed = draw(st.integers(0, 2**32 - 1))
    height = draw(st.floats(0.0, 0.3))
    labels = draw(st.lists(st.sampled_from("abc"), min_size=9, max_size=9))
    random = np.random.default_rng(seed)
    along = np.linspace(0, 1, STEPS + 1)

    def wave() -> np.ndarray:
        inner = random.uniform(-height, height, STEPS - 1) * np.minimum(along[1:-1], 1 - along[1:-1])
        return np.concatenate([[0.0], inner, [0.0]])

    flat = {(x, y): np.column_stack([x + along, y + wave()]).round(5) for x in range(COLUMNS) for y in range(ROWS + 1)}
    upright = {
        (x, y): np.column_stack([x + wave(), y + along]).round(5) for x in range(COLUMNS + 1) for y in range(ROWS)
    }
    cells = [
        shapely.Polygon(
            np.vstack(
                [flat[x, y], upright[x + 1, y][1:], flat[x, y + 1][::-1][1:], upright[x, y][::-1][1:]],
            ),
        )
        for x in range(COLUMNS)
        for y in range(ROWS)
    ]
    return cells, labels


@settings(max_examples=60, deadline=None)
@given(coverages())
def test_parts_put_together_are_the_same_areas(coverage: tuple[list[shapely.Polygon], list[str]]) -> None:
    cells, labels = coverage
    areas = assemble(extract_arcs(cells, labels))
    assert set(areas) == set(labels)
    for name, area in areas.items():
        merged = shapely.union_all([cell for cell, label in zip(cells, labels, strict=True) if label == name])
        assert area.is_valid
        assert area.equals(merged)


@settings(max_examples=60, deadline=None)
@given(coverages(), st.floats(0.0, 2.0))
def test_shared_edges_stay_shared(coverage: tuple[list[shapely.Polygon], list[str]], tolerance: float) -> None:
    cells, labels = coverage
    arcs = simplify_arcs(extract_arcs(cells, labels), lambda arc: np.full(len(arc.points), tolerance))
    areas = assemble(arcs)
    assert set(areas) == set(labels)
    shapes = np.array(list(areas.values()))
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    for arc in arcs:
        for side in arc.sides:
            assert areas[side].boundary.covers(arc.line)
    outline = assemble(relabel(arcs, lambda _: "all"))["all"]
    assert outline.equals(shapely.union_all(shapes))


def test_the_area_named_left_lies_on_the_left() -> None:
    arcs = extract_arcs([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], ["w", "e"])
    (border,) = (arc for arc in arcs if not arc.is_coast)
    northward = border.points[-1][1] > border.points[0][1]
    assert border.left == ("w" if northward else "e")


def test_an_enclave_and_a_lake_are_holes() -> None:
    outer = shapely.box(0, 0, 10, 10)
    enclave, lake = shapely.box(1, 1, 3, 3), shapely.box(6, 6, 8, 8)
    areas = assemble(extract_arcs([outer - enclave - lake, enclave], ["outer", "enclave"]))
    assert len(areas["outer"].geoms[0].interiors) == 2
    assert areas["enclave"].equals(enclave)
    assert not areas["outer"].covers(lake.centroid)


def test_overlapping_polygons_are_refused_with_the_place() -> None:
    with pytest.raises(InvalidGeometry, match=r"overlap at \(0\.0, 0\.0\)"):
        extract_arcs([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 1, 1)], ["a", "b"])


def test_arcs_that_do_not_fit_are_refused() -> None:
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    inner = square * 0.2 + 0.4
    with pytest.raises(InvalidGeometry, match="do not fit together"):
        assemble([Arc(square, left="a", right=None), Arc(inner, left="b", right=None)])


def test_an_island_swallowed_by_a_coarser_coast_is_left_out() -> None:
    bay = shapely.Polygon([(0, 0), (10, 0), (10, 10), (6, 10), (5, 9), (4, 10), (0, 10)])
    island = shapely.box(4.9, 9.6, 5.1, 9.8)
    arcs = simplify_arcs(extract_arcs([bay, island], ["a", "a"]), lambda arc: np.full(len(arc.points), 2.0))
    areas = assemble(arcs)
    assert len(areas["a"].geoms) == 1
    assert not areas["a"].geoms[0].interiors


def test_small_islands_go_but_never_the_last_part_of_an_area() -> None:
    polygons = [shapely.box(0, 0, 5, 5), shapely.box(8, 0, 8.01, 0.01), shapely.box(9, 0, 9.01, 0.01)]
    arcs = drop_islands(extract_arcs(polygons, ["large", "large", "tiny"]), lambda _: 1.0)
    assert {name: len(area.geoms) for name, area in assemble(arcs).items()} == {"large": 1, "tiny": 1}


def test_no_polygons_give_no_arcs() -> None:
    assert faces([]) == []
    assert assemble([]) == {}
    assert extract_arcs([], []) == []
