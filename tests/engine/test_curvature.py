import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.analysis.curvature import curvature, taken_apart
from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.definition import choose
from gdtui.engine.descent import advance, begin
from gdtui.engine.numbers import FLOATS
from tests.engine.choices import LECTURE, method

MINIMUM = (math.log(6.0), -math.log(4.0) - math.log(6.0) / 2.0)
entries = st.floats(-1e6, 1e6).map(lambda x: 0.0 if abs(x) < 1e-100 else x)


def at(w, b, problem=LECTURE):
    return curvature(problem.objective(FLOATS), w, b)


class TestTheLecturesMinimum:
    def test_eigenvalues(self):
        found = at(*MINIMUM)
        assert found.low == pytest.approx(0.010315, abs=5e-7)
        assert found.high == pytest.approx(0.080410, abs=5e-7)
        assert found.condition == pytest.approx(7.80, abs=5e-3)

    def test_eta_can_be_at_most_24_87(self):
        assert at(*MINIMUM).largest_eta == pytest.approx(24.87, abs=5e-3)

    @pytest.mark.parametrize(("share", "holds"), [(0.999, True), (1.001, False)])
    def test_gradient_descent_agrees(self, share, holds):
        by = method("gd", share * at(*MINIMUM).largest_eta)
        started = begin(by, MINIMUM[0] + 1e-6, MINIMUM[1] + 1e-6)
        assert (advance(by, started, 2000, bool).loss < started.loss) is holds


@pytest.mark.parametrize(
    ("matrix", "low", "high", "along_low", "along_high"),
    [
        ((2.0, 0.0, 20.0), 2.0, 20.0, (1.0, 0.0), (0.0, 1.0)),
        ((2.0, 0.0, -2.0), -2.0, 2.0, (0.0, 1.0), (1.0, 0.0)),
        ((-3.0, 0.0, -1.0), -3.0, -1.0, (1.0, 0.0), (0.0, 1.0)),
        ((0.0, 1.0, 0.0), -1.0, 1.0, (0.5**0.5, -(0.5**0.5)), (0.5**0.5, 0.5**0.5)),
        ((1.0, -1.0, 1.0), 0.0, 2.0, (0.5**0.5, 0.5**0.5), (0.5**0.5, -(0.5**0.5))),
        ((7.0, 0.0, 7.0), 7.0, 7.0, (1.0, 0.0), (0.0, 1.0)),
        ((0.0, 0.0, 0.0), 0.0, 0.0, (1.0, 0.0), (0.0, 1.0)),
    ],
)
def test_by_hand(matrix, low, high, along_low, along_high):
    found = taken_apart(*matrix)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.direction_low == pytest.approx(along_low)
    assert found.direction_high == pytest.approx(along_high)


@pytest.mark.parametrize(
    ("matrix", "condition", "eta"),
    [((2.0, 0.0, 20.0), 10.0, 0.1), ((2.0, 0.0, -2.0), None, 1.0), ((-1.0, 0.0, -2.0), None, None)],
)
def test_what_is_not_there_is_none(matrix, condition, eta):
    found = taken_apart(*matrix)
    assert (found.condition, found.largest_eta) == (condition, eta)


@given(entries, entries, entries)
def test_eigenvectors_are_a_right_angle_and_meet_their_eigenvalues(ww, wb, bb):
    found = taken_apart(ww, wb, bb)
    assert found.low <= found.high
    size = max(abs(ww), abs(wb), abs(bb))
    (a, b), (c, d) = found.direction_low, found.direction_high
    assert (math.hypot(a, b), math.hypot(c, d)) == pytest.approx((1.0, 1.0))
    assert a * c + b * d == pytest.approx(0.0, abs=1e-15)
    assert a > 0.0 or (a, b) == (0.0, 1.0)
    assert c > 0.0 or (c, d) == (0.0, 1.0)
    assert found.along((a, b)) == pytest.approx(found.low, abs=1e-14 * size)
    assert found.along((c, d)) == pytest.approx(found.high, abs=1e-14 * size)


def test_a_small_eigenvalue_keeps_its_digits():
    """The valley of a sigmoid: along it the loss bends a billion times less than across."""
    ww, wb, bb = 1.0, 1.0 - 1e-9, 1.0
    with mpmath.workdps(50):
        truth = mpmath.mpf(ww) - mpmath.mpf(wb)
    assert taken_apart(ww, wb, bb).low == pytest.approx(float(truth), rel=1e-6)


@pytest.mark.parametrize("name", ["lecture", "padhai", "rosenbrock"])
def test_it_is_the_second_difference_of_the_loss(name):
    problem = choose("problem", name, PROBLEMS).definition.make()
    evaluate = problem.objective(FLOATS).evaluate
    w, b, h = 0.5, -0.7, 1e-4
    found = at(w, b, problem)
    for u, expected in ((found.direction_low, found.low), (found.direction_high, found.high)):
        ahead, here, behind = (evaluate(w + s * h * u[0], b + s * h * u[1])[0] for s in (1.0, 0.0, -1.0))
        assert (ahead - 2.0 * here + behind) / (h * h) == pytest.approx(expected, rel=1e-4, abs=1e-5)
