import math
import random
from array import array
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine import overview as module
from gdtui.engine.overview import CAPACITY, Overview, bounds


def some_values(length, seed):
    """Numbers of every kind, the finite ones all different."""
    numbers = random.Random(seed)
    kinds = numbers.choices([1.0, math.nan, math.inf, -math.inf, 1e308], [20, 1, 1, 1, 1], k=length)
    return [kind * numbers.uniform(-1, 1) for kind in kinds]


VALUES = st.builds(some_values, st.integers(0, 300), st.integers(0, 1000))
LONG = st.builds(some_values, st.integers(150, 300), st.integers(0, 1000))
ROWS = st.one_of(st.integers(1, 400), st.floats(0.1, 400))
few = patch.object(module, "CAPACITY", 16)
"""A small capacity: a short column is joined again and again."""


def check(column, stretches, rows):
    """The stretches tile the column, each with exactly the bounds of its finite values."""
    assert sum(s.last - s.first + 1 for s in stretches) == len(column)
    next_first = 0
    for s in stretches:
        assert s.first == next_first <= s.last
        next_first = s.last + 1
        finite = [value for value in column[s.first : s.last + 1] if math.isfinite(value)]
        expected = (min(finite), max(finite)) if finite else (math.nan, math.nan)
        assert repr((s.low, s.high)) == repr(expected)
    if stretches:
        length = stretches[0].last - stretches[0].first + 1
        assert length >= min(rows, len(column))
        assert len({s.last - s.first for s in stretches[:-1]}) <= 1
        assert stretches[-1].last - stretches[-1].first < length


class TestStretches:
    @few
    @given(VALUES, ROWS)
    def test_they_tile_the_column_with_its_bounds(self, values, rows):
        column = array("d", values)
        check(column, list(Overview(column).stretches(rows)), rows)

    @few
    @given(VALUES, st.lists(st.integers(0, 300), max_size=6), ROWS)
    def test_growing_in_portions_is_growing_at_once(self, values, looks, rows):
        column = array("d")
        overview = Overview(column)
        for start, end in zip([0, *sorted(looks)], [*sorted(looks), len(values)], strict=True):
            column.extend(values[start:end])
            list(overview.stretches(rows))
        whole = array("d", values)
        assert column == whole or any(map(math.isnan, values))
        assert repr(list(overview.stretches(rows))) == repr(list(Overview(whole).stretches(rows)))

    @few
    @given(st.integers(0, 300), st.integers(1, 8))
    def test_as_many_as_asked_for_or_half_of_it(self, length, dots):
        count = len(list(Overview(array("d", range(length))).stretches(length / dots)))
        assert min(length, dots) / 2 <= count <= dots

    @pytest.mark.parametrize("length", [CAPACITY - 1, CAPACITY, CAPACITY + 1, 5000, 70_001])
    @pytest.mark.parametrize("dots", [1, 60, 158, CAPACITY // 2])
    def test_at_its_real_size(self, length, dots):
        column = array("d", some_values(length, dots))
        stretches = list(Overview(column).stretches(length / dots))
        check(column, stretches, length / dots)
        assert dots / 2 <= len(stretches) <= dots

    def test_what_is_kept_does_not_grow(self):
        overview = Overview(array("d", range(100_000)))
        assert len(list(overview.stretches(1))) <= CAPACITY + 1

    def test_a_look_does_not_cost_more_when_the_column_is_longer(self):
        looked_at = []

        def counted(values):
            looked_at.append(len(values))
            return bounds(values)

        column = array("d", range(100_000))
        overview = Overview(column)
        list(overview.stretches(500))
        column.append(0.0)
        with patch.object(module, "bounds", counted):
            list(overview.stretches(500))
            list(overview.of(column[:60_000]).stretches(500))
        assert sum(looked_at) < 8 * CAPACITY

    def test_none_of_an_empty_column(self):
        assert list(Overview(array("d")).stretches(10)) == []

    def test_where_nothing_is_finite_there_are_no_bounds(self):
        (stretch,) = Overview(array("d", [math.nan, math.inf, -math.inf])).stretches(3)
        assert (stretch.first, stretch.last) == (0, 2)
        assert math.isnan(stretch.low)
        assert math.isnan(stretch.high)


class TestOf:
    @few
    @given(LONG, st.integers(0, 300), st.integers(40, 300), VALUES, st.integers(1, 80))
    @settings(max_examples=200)
    def test_a_beginning_is_known_and_grows_its_own_way(self, values, looked, length, more, rows):
        column = array("d", values[:looked])
        overview = Overview(column)
        list(overview.stretches(rows))
        column.extend(values[looked:])  # the last rows were never looked at
        beginning = column[:length]
        part = overview.of(beginning)
        check(beginning, list(part.stretches(rows)), rows)
        beginning.extend(more)
        check(beginning, list(part.stretches(rows)), rows)
        check(column, list(overview.stretches(rows)), rows)

    def test_a_short_beginning_of_a_long_column_is_not_coarse(self):
        column = array("d", range(100_000))
        overview = Overview(column)
        list(overview.stretches(1))
        for length in (1, 100, 5_000, 50_000, 99_999):
            assert len(list(overview.of(column[:length]).stretches(1))) >= min(length, CAPACITY // 4)


@given(VALUES)
def test_bounds(values):
    finite = [value for value in values if math.isfinite(value)]
    low, high = bounds(values)
    if finite:
        assert (low, high) == (min(finite), max(finite))
    else:
        assert math.isnan(low)
        assert math.isnan(high)


@few
@given(VALUES, st.lists(st.integers(0, 299), max_size=30), ROWS, st.booleans())
def test_a_value_that_is_known_later_counts_as_if_it_had_always_been(values, later, rows, looked_before):
    later = [row for row in later if row < len(values)]
    column = array("d", [math.nan if row in later else value for row, value in enumerate(values)])
    overview = Overview(column)
    if looked_before:
        list(overview.stretches(rows))
    for row in later:
        column[row] = values[row]
        overview.amend(row)
    check(column, list(overview.stretches(rows)), rows)
