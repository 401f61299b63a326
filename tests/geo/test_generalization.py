from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from geo.generalization import is_coverage, simplify_3857, without_specks
from tests.shapes import check_none_and_empty_stay

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

KEEPERS: list[Callable[[BaseGeometry | None], BaseGeometry | None]] = [
    lambda geometry: simplify_3857(np.array([geometry], dtype=object), 1.0)[0],
    lambda geometry: without_specks(np.array([geometry], dtype=object), 1.0)[0],
]


@pytest.mark.parametrize("keeper", KEEPERS)
def test_none_and_empty_stay(keeper: Callable[[BaseGeometry | None], BaseGeometry | None]) -> None:
    check_none_and_empty_stay(keeper)


def mosaic() -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return four cells that share wavy edges."""
    wave = [(x, np.sin(x) / 3) for x in np.linspace(0, 10, 200)]
    column = [(5 + np.sin(y) / 3, y) for y in np.linspace(-5, 5, 200)]
    lines = [shapely.LineString(wave), shapely.LineString(column), shapely.box(0, -5, 10, 5).exterior]
    cells = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    assert len(cells) == 4
    return cells


def test_a_simplified_coverage_does_not_gape() -> None:
    cells = mosaic()
    assert is_coverage(cells)
    simplified = simplify_3857(cells, 0.2)
    assert is_coverage(simplified)
    assert shapely.get_num_coordinates(simplified).sum() < shapely.get_num_coordinates(cells).sum() / 5
    assert shapely.union_all(simplified).area == pytest.approx(100, rel=0.02)
    assert not shapely.get_num_interior_rings(shapely.union_all(simplified))


def test_islands_that_do_not_touch_are_no_coverage() -> None:
    islands = np.array([shapely.box(i, 0, i + 0.5, 1) for i in range(3)])
    assert not is_coverage(islands)
    assert not is_coverage(islands[:1])
    assert not is_coverage(islands[:0])
    assert is_coverage(np.array([*islands, shapely.box(0.5, 0, 1, 1)]))


def test_overlapping_polygons_are_no_coverage_and_are_simplified_one_by_one() -> None:
    overlapping = np.array([*mosaic(), shapely.Point(5, 0).buffer(3)])
    assert not is_coverage(overlapping)
    simplified = simplify_3857(overlapping, 0.2)
    assert shapely.is_valid(simplified).all()
    assert (shapely.hausdorff_distance(simplified, overlapping) <= 0.2).all()


def test_nothing_is_simplified_at_tolerance_zero() -> None:
    cells = mosaic()
    assert shapely.equals_exact(simplify_3857(cells, 0), cells, 0).all()


def test_specks_go_and_the_rest_stays_in_its_row() -> None:
    islands = shapely.MultiPolygon([shapely.box(0, 0, 3, 3), shapely.box(5, 5, 5.1, 5.1)])
    speck = shapely.box(0, 0, 0.1, 0.1)
    kept = without_specks(np.array([speck, None, islands, shapely.Point(0, 0)]), 1.0)
    assert kept[0] is kept[1] is None
    assert kept[2].equals(shapely.box(0, 0, 3, 3))
    assert kept[3].equals(shapely.Point(0, 0))
