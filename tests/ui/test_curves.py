"""Curves: a column of a history as points that a chart can join."""

import math
from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine import descent
from gdtui.engine.batches import Batches
from gdtui.engine.history import History
from gdtui.engine.overview import Stretch
from gdtui.session.recipe import Recipe
from gdtui.ui.views.curves import linear, log10, outlines, span, trail

NAN = math.nan
VALUES = st.one_of(st.floats(-1e6, 1e6), st.just(NAN))


def rows(*values: float) -> list[Stretch]:
    """Stretches of one row each."""
    return [Stretch(i, i, value, value) for i, value in enumerate(values)]


def long(*bounds: tuple[float, float]) -> list[Stretch]:
    """Stretches of ten rows each."""
    return [Stretch(10 * i, 10 * i + 9, low, high) for i, (low, high) in enumerate(bounds)]


class TestOutlines:
    def test_single_rows_are_single_points(self) -> None:
        assert list(outlines(rows(3.0, 1.0, 2.0), float)) == [[(0.0, 3.0), (1.0, 1.0), (2.0, 2.0)]]

    def test_nothing_is_no_line(self) -> None:
        assert list(outlines([], float)) == []
        assert list(outlines(rows(NAN, NAN), float)) == []

    def test_a_gap_parts_two_lines(self) -> None:
        lines = list(outlines(rows(NAN, 1.0, 2.0, NAN, NAN, 3.0, NAN), float))
        assert lines == [[(1.0, 1.0), (2.0, 2.0)], [(5.0, 3.0)]]

    def test_a_longer_stretch_is_its_ends_over_its_middle(self) -> None:
        assert list(outlines(long((1.0, 2.0)), float)) == [[(4.5, 1.0), (4.5, 2.0)]]

    def test_a_falling_curve_comes_from_above(self) -> None:
        (line,) = outlines(long((9.0, 10.0), (7.0, 8.9), (5.0, 6.9)), float)
        # What the first stretch did, nothing before it tells.
        assert line[2:] == [(14.5, 8.9), (14.5, 7.0), (24.5, 6.9), (24.5, 5.0)]

    def test_a_rising_curve_comes_from_below(self) -> None:
        (line,) = outlines(long((1.0, 2.0), (2.1, 3.0), (3.1, 4.0)), float)
        assert [y for _, y in line] == [1.0, 2.0, 2.1, 3.0, 3.1, 4.0]

    def test_on_a_logarithmic_axis_what_is_not_above_0_is_left_out(self) -> None:
        assert list(outlines(rows(100.0, 0.0, 0.01), log10)) == [[(0.0, 2.0)], [(2.0, pytest.approx(-2.0))]]
        assert list(outlines(long((0.0, 10.0)), log10)) == [[(4.5, 1.0)]]

    def test_it_goes_on_past_what_nobody_has_looked_at_but_not_past_a_gap(self) -> None:
        values = rows(NAN, 1.0, NAN, NAN, 2.0, NAN, NAN, 3.0, NAN)

        def known(first: int, end: int) -> int | None:
            return next((row for row in range(first, end) if row not in {0, 2, 3, 5}), None)

        assert list(outlines(values, float, known)) == [[(1.0, 1.0), (4.0, 2.0)], [(7.0, 3.0)]]

    @given(st.lists(VALUES, max_size=60))
    def test_every_row_with_a_value_is_a_point_and_no_line_crosses_a_gap(self, values: list[float]) -> None:
        lines = list(outlines(rows(*values), float))
        points = [point for line in lines for point in line]
        assert points == [(float(i), value) for i, value in enumerate(values) if not math.isnan(value)]
        assert all(b[0] - a[0] == 1.0 for line in lines for a, b in pairwise(line))
        assert all(b[0][0] - a[-1][0] > 1.0 for a, b in pairwise(lines))

    @given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0.0, 1e6)), min_size=1, max_size=30))
    def test_both_ends_of_every_stretch_are_there_and_the_nearer_one_first(
        self, parts: list[tuple[float, float]]
    ) -> None:
        stretches = long(*((low, low + height) for low, height in parts))
        (line,) = outlines(stretches, float)
        pairs = list(zip(line[::2], line[1::2], strict=True))
        assert [sorted((a[1], b[1])) for a, b in pairs] == [[s.low, s.high] for s in stretches]
        for (_, before), (near, far) in pairwise(pairs):
            assert abs(near[1] - before[1]) <= abs(far[1] - before[1])


class TestTrail:
    def history(self, n: int) -> History:
        history = History(Recipe().method(), -2.0, -2.0)
        history.extend(n)
        return history

    @given(st.integers(0, 60), st.integers(0, 80), st.integers(1, 40))
    def test_at_most_so_many_points_of_the_column_with_even_gaps(self, first: int, last: int, most: int) -> None:
        history = self.history(50)
        points = trail(history, "loss", first, last, most, float)
        assert len(points) <= most + 1
        assert all(y == history.column("loss")[int(x)] for x, y in points)
        assert len({b[0] - a[0] for a, b in pairwise(points)}) <= 1
        if first <= min(last, 50):
            assert points[0][0] == first
            assert min(last, 50) - points[-1][0] < max(1, math.ceil((last - first) / most))
        else:
            assert points == []

    def test_what_has_no_place_is_left_out(self) -> None:
        history = self.history(3)
        history.column("dw")[1] = math.inf
        history.column("dw")[2] = NAN
        assert [x for x, _ in trail(history, "dw", 0, 3, 10, float)] == [0.0, 3.0]
        assert trail(history, "w", 0, 3, 10, log10) == []  # w is below 0

    @patch.object(descent, "LARGE", 1)
    def test_of_rows_left_open_those_that_are_known(self) -> None:
        history = History(Recipe(batches=Batches(1)).method(), -2.0, -2.0)
        history.extend(100)
        for row in (13, 14, 77):
            history.row(row)
        assert [x for x, _ in trail(history, "loss", 0, 100, 10, float)] == [0.0, 13.0, 77.0]
        assert [x for x, _ in trail(history, "loss", 14, 100, 10, float)] == [14.0, 77.0]


class TestSpan:
    def test_the_lowest_and_the_highest_of_all(self) -> None:
        assert span([[(0.0, 3.0), (1.0, -1.0)], [], [(7.0, 2.0)]]) == (-1.0, 3.0)

    @pytest.mark.parametrize("nothing", [[], [[]], [[], []]])
    def test_of_nothing_there_is_one_all_the_same(self, nothing: list[list[tuple[float, float]]]) -> None:
        assert span(nothing) == (0.0, 1.0)


@pytest.mark.parametrize(("value", "place"), [(-2.5, -2.5), (1e308, 1e300), (-1e308, -1e300), (0.0, 0.0)])
def test_linear(value: float, place: float) -> None:
    assert linear(value) == place
    assert math.isnan(linear(value * math.nan))
    assert math.isnan(linear(math.inf))


@pytest.mark.parametrize(("value", "place"), [(1.0, 0.0), (1000.0, 3.0), (5e-324, math.log10(5e-324))])
def test_log10(value: float, place: float) -> None:
    assert log10(value) == pytest.approx(place)


@pytest.mark.parametrize("value", [0.0, -0.0, -1.0, NAN])
def test_log10_of_what_has_none(value: float) -> None:
    assert math.isnan(log10(value))
