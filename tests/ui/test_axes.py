"""Axes: they hold their values, end at ticks, and say what they show."""

import math
import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gdtui.ui.widgets.axes import SHORTEST, Axis, from_zero, linear, logarithmic, of_iterations, round_up

ANY = st.floats(-1e300, 1e300)
SANE = st.floats(-1e5, 1e5)
STEPS = st.integers(1, 5)
SPANS = [(0.0, 0.0), (-2.0, -2.0), (1e300, 1e300), (-1e300, 1e300), (1e-300, 2e-300), (0.0, 5e-324), (-1e300, -1e300)]
SPANS += [(0.0, 1e300), (-3.0, -1e-300), (999999.0, 1000001.0), (1e15, 1e15 + 2)]


def number(label: str) -> float:
    return float(label.replace(",", ""))


def check(axis: Axis, low: float, high: float) -> None:
    """What holds for every axis."""
    places = [tick for tick, _ in axis.ticks]
    labels = [label for _, label in axis.ticks]
    slack = 1e-6 * (axis.high - axis.low)
    assert math.isfinite(axis.high - axis.low)
    assert axis.low < axis.high
    assert axis.low - slack <= low <= high <= axis.high + slack
    assert places == sorted(set(places))
    assert len(set(labels)) == len(labels)
    assert all(re.fullmatch(r"-?[\d,]+(\.\d+)?(e[+-]?\d+)?", label) for label in labels)


def check_even(axis: Axis, steps: int) -> None:
    """What holds where the ticks are steps of a number."""
    places = [tick for tick, _ in axis.ticks]
    assert (places[0], places[-1]) == (axis.low, axis.high)
    assert 1 <= len(places) - 1 <= (steps + 1 if steps > 1 else 1)  # one more around a round number
    step = (axis.high - axis.low) / (len(places) - 1)
    for k, (place, label) in enumerate(axis.ticks):
        assert place == pytest.approx(axis.low + k * step, rel=1e-9, abs=1e-9 * step)
        assert number(label) == pytest.approx(place, rel=1e-9, abs=1e-9 * step)


class TestLinear:
    @given(SANE, SANE, STEPS)
    def test_round_steps_around_the_values(self, a: float, b: float, steps: int) -> None:
        low, high = min(a, b), max(a, b)
        axis = linear(low, high, steps)
        check(axis, low, high)
        check_even(axis, steps)
        mantissa = float(f"{axis.ticks[1][0] - axis.ticks[0][0]:.6e}".split("e")[0])
        round_ones = (1, 2, 2.5, 5, 10) if steps > 1 else (1, 2, 4, 2.5, 5, 10)
        assert mantissa == pytest.approx(min(round_ones, key=lambda m: abs(m - mantissa)), rel=1e-4)

    @given(SANE, SANE, STEPS)
    def test_no_more_room_than_a_step_on_each_side(self, a: float, b: float, steps: int) -> None:
        assume(abs(a - b) > max(1e-290, 1e-3 * max(abs(a), abs(b))))
        axis = linear(min(a, b), max(a, b), steps)
        step = axis.ticks[1][0] - axis.ticks[0][0]
        assert axis.low > min(a, b) - 1.000001 * step
        assert axis.high < max(a, b) + 1.000001 * step

    @given(ANY, ANY, STEPS)
    @example(-1e300, 1e300, 1)
    @example(1e300, 1e300, 5)
    def test_any_numbers(self, a: float, b: float, steps: int) -> None:
        check(linear(min(a, b), max(a, b), steps), min(a, b), max(a, b))

    @pytest.mark.parametrize("steps", [1, 2, 5])
    @pytest.mark.parametrize(("low", "high"), SPANS)
    def test_far_out(self, low: float, high: float, steps: int) -> None:
        for axis in (linear(low, high, steps), linear(low, high, steps, least=1.0), from_zero(low, high, steps)):
            assert math.isfinite(axis.high - axis.low)
            assert len({label for _, label in axis.ticks}) == len(axis.ticks)
            assert max(len(label) for _, label in axis.ticks) <= 14

    @given(SANE, st.floats(0.0, 0.5), STEPS)
    def test_it_spans_at_least_what_is_asked_for(self, low: float, width: float, steps: int) -> None:
        axis = linear(low, low + width, steps, least=1.0)
        assert axis.high - axis.low > 0.999999
        check(axis, low, low + width)

    @given(SANE, SANE, STEPS)
    def test_from_zero_has_zero_at_a_tick(self, a: float, b: float, steps: int) -> None:
        axis = from_zero(min(a, b), max(a, b), steps)
        check(axis, min(a, b, 0.0), max(a, b, 0.0))
        check_even(axis, steps)
        assert 0.0 in [tick for tick, _ in axis.ticks] or steps == 1
        assert not any(number(label) == 0.0 and label.startswith("-") for _, label in axis.ticks)

    def test_the_lectures(self) -> None:
        assert from_zero(0.0, 0.41582, 5) == Axis(0.0, 0.5, [(0.1 * k, f"0.{k}") for k in range(6)])
        assert [label for _, label in linear(-2.28, 1.79, 5).ticks] == ["-3", "-2", "-1", "0", "1", "2"]


class TestLogarithmic:
    @given(st.floats(-324.0, 308.3), st.floats(-324.0, 308.3), STEPS)
    def test_whole_decades_around_the_values(self, a: float, b: float, steps: int) -> None:
        low, high = min(a, b), max(a, b)
        axis = logarithmic(low, high, steps)
        check(axis, low, high)
        assert axis.low == int(axis.low)
        assert axis.high == int(axis.high)
        # The upper end is a tick; the lower one is where the steps between the ticks divide the decades.
        assert axis.ticks[-1][0] == axis.high
        assert 0 <= axis.ticks[0][0] - axis.low < (axis.ticks[1][0] - axis.ticks[0][0] if len(axis.ticks) > 1 else 999)
        assert 1 <= len(axis.ticks) - 1 <= steps
        assert [label for _, label in axis.ticks] == [f"1e{tick}" for tick, _ in axis.ticks]

    def test_one_value_has_a_decade(self) -> None:
        assert logarithmic(-3.0, -3.0, 5) == Axis(-3, -2, [(-3, "1e-3"), (-2, "1e-2")])


class TestOfIterations:
    @given(st.integers(0, 10**9))
    @example(0)
    @example(20)
    @example(21)
    @example(150)
    @example(10**9)
    def test_never_below_the_last_and_at_most_half_as_much_again(self, last: int) -> None:
        axis = of_iterations(last)
        check(axis, 0, last)
        assert max(last, SHORTEST) <= axis.high <= 1.5 * max(last, SHORTEST)
        assert axis.low == 0
        assert [(tick, number(label)) for tick, label in axis.ticks] == [(x, x) for x in (0, axis.high / 2, axis.high)]

    def test_it_moves_seldom(self) -> None:
        highs = [of_iterations(last).high for last in range(10_000)]
        assert highs == sorted(highs)
        assert len(set(highs)) == 20


@given(st.floats(1e-300, 1e300))
def test_rounding_up(x: float) -> None:
    assert x * (1 - 1e-9) <= round_up(x) <= 2.5 * x * (1 + 1e-9)
