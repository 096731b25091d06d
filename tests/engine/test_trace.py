"""Where a path goes on a grid: every cell that it was in, and what it leapt over."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.analysis import trace as module
from gdtui.engine.analysis.trace import MOST_LEAPS, Trace
from gdtui.engine.problems.definition import Window

WINDOW = Window(0.0, 10.0, 0.0, 5.0)
"""Cells of width and height 1, on a grid of ten by five."""


class Path:
    """A history of given points."""

    def __init__(self, points):
        self.points = list(points)

    @property
    def last(self):
        return len(self.points) - 1

    def column(self, name):
        return [point["wb".index(name)] for point in self.points]


def trace(*points, first=0):
    traced = Trace(Path(points), WINDOW, 10, 5, first)
    traced.catch_up()
    return traced


def cell(w, b):
    """The one that a point is in; None for one that is in none."""
    if not (math.isfinite(w) and math.isfinite(b) and 0.0 <= w / 10.0 * 10 < 10 and 0.0 <= (5.0 - b) / 5.0 * 5 < 5):
        return None
    return math.floor(w / 10.0 * 10), math.floor((5.0 - b) / 5.0 * 5)


COORDINATES = st.one_of(st.floats(-3.0, 13.0), st.sampled_from([math.nan, math.inf, -math.inf, 1e300, 0.0, 10.0, 5.0]))


def test_each_cell_with_the_first_time():
    traced = trace((0.5, 0.5), (1.5, 0.5), (1.6, 0.4), (0.5, 0.5), (2.5, 1.5))
    assert traced.visited == {(0, 4): 0, (1, 4): 1, (2, 3): 4}
    assert trace((0.5, 0.5), (1.5, 0.5), (0.5, 0.5), first=1).visited == {(1, 4): 1, (0, 4): 2}


def test_what_is_leapt_over():
    traced = trace((0.5, 0.5), (1.5, 0.5), (6.5, 0.5))
    assert traced.leapt == {(column, 4): 2 for column in range(1, 7)}
    assert trace((0.5, 0.5), (1.5, 1.5), (2.5, 2.5)).leapt == {}


@pytest.mark.parametrize("outside", [(-40.0, 2.5), (1e300, 2.5), (-1e308, 2.5)])
def test_a_leap_out_of_the_window_goes_to_its_edge_and_is_not_clamped(outside):
    traced = trace((5.5, 2.5), outside)
    assert traced.visited == {(5, 2): 0}
    assert {row for _, row in traced.leapt} <= {2}
    assert trace((5.5, 2.5), (5.5, math.nan)).leapt == {}


def test_a_leap_across_the_window():
    assert set(trace((-5.0, 2.5), (15.0, 2.5)).leapt) == {(column, 2) for column in range(10)}
    assert trace((-5.0, 9.0), (15.0, 9.0)).leapt == {}


@given(st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=30), st.integers(1, 7))
def test_the_same_at_once_and_step_by_step(points, block):
    whole = trace(*points)
    growing = Trace(path := Path(points[:1]), WINDOW, 10, 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        for point in points[1:]:
            growing.catch_up()
            path.points.append(point)
        growing.catch_up()
    assert set(whole.visited) == {cell(w, b) for w, b in points} - {None}
    assert whole.visited == growing.visited
    assert whole.leapt.keys() == growing.leapt.keys()
    for (column, row), at in whole.visited.items():
        assert cell(*points[at]) == (column, row)
    assert all(0 <= column < 10 and 0 <= row < 5 for column, row in whole.leapt)


def test_a_path_that_only_leaps_does_not_cost_more_and_more():
    points = [(float(k % 7) + 0.5, float(k % 5) + 0.01 * (k % 97)) for k in range(5_000)]
    traced = trace(*points)
    assert len(traced._seen) <= MOST_LEAPS
    assert len(traced.leapt) <= 50
    assert all(0 < at < 5_000 for at in traced.leapt.values())
    assert any(abs(b[0] - a[0]) > 1 for a, b in pairwise(points))
