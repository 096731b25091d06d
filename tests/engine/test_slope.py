import math

import pytest

from gdtui.engine.analysis.slope import (
    NOTES,
    agreeing_digits,
    central_differences,
    loss_by_b,
    loss_by_w,
    part_of_steepest,
    secants,
)
from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import Objective
from tests.engine.choices import LECTURE

ON_POINTS = LECTURE.objective(FLOATS)
WIDTHS = [10.0**-k for k in range(1, 13)]


class TestSecants:
    def test_the_notes_from_2_to_2_5(self):
        (found,) = secants(NOTES, 2.0, [0.5])
        assert found == (0.5, 2.25, 4.5)
        assert NOTES.derivative(2.0) == 4.0
        assert NOTES.derivative(2.25) == 4.5

    def test_they_settle_at_the_derivative(self):
        slopes = [secant.slope for secant in secants(NOTES, 2.0, [0.5, 0.1, 0.01, 0.001])]
        assert slopes == pytest.approx([4.5, 4.1, 4.01, 4.001])

    def test_a_width_to_the_left(self):
        assert secants(NOTES, 2.0, [-0.5]) == [(-0.5, -1.75, 3.5)]

    def test_the_loss_by_w_and_by_b(self):
        _, dw, db = ON_POINTS.evaluate(-2.0, -2.0)
        assert secants(loss_by_w(ON_POINTS, -2.0), -2.0, [1e-6])[0].slope == pytest.approx(dw, rel=1e-4)
        assert secants(loss_by_b(ON_POINTS, -2.0), -2.0, [1e-6])[0].slope == pytest.approx(db, rel=1e-4)


def check(objective, w, b, widths):
    """Central differences along w and along b."""
    return [
        central_differences(loss_by_w(objective, b), w, widths),
        central_differences(loss_by_b(objective, w), b, widths),
    ]


class TestGradientCheck:
    def test_the_error_is_of_the_order_of_h_squared(self):
        gradient = ON_POINTS.evaluate(0.5, -1.0)[1:]
        for differences, truth in zip(check(ON_POINTS, 0.5, -1.0, [1e-1, 1e-2]), gradient, strict=True):
            wide, narrow = (abs(difference.slope - truth) for difference in differences)
            assert wide / narrow == pytest.approx(100.0, rel=0.1)

    @pytest.mark.parametrize("name", ["lecture", "padhai", "rosenbrock", "himmelblau"])
    def test_digits_first_grow_and_then_rounding_takes_them(self, name):
        objective = PROBLEMS[name].make().objective(FLOATS)
        for differences in check(objective, 0.5, -1.0, WIDTHS):
            digits = [difference.digits for difference in differences]
            assert max(digits) >= 8
            assert digits[-1] < max(digits)

    def test_a_wrong_formula_is_found_out(self):
        def forgets_x(w, b):
            loss, _, db = ON_POINTS.evaluate(w, b)
            return loss, db, db

        by_w, by_b = check(Objective(forgets_x, ON_POINTS.hessian), -2.0, -2.0, WIDTHS)
        assert max(difference.digits for difference in by_w) == 0
        assert max(difference.digits for difference in by_b) >= 8

    def test_of_a_parabola_it_is_exact(self):
        assert [found.slope for found in central_differences(NOTES, 2.0, [0.5, 0.25])] == [4.0, 4.0]


def test_how_steep_beside_the_rest_of_the_curve():
    parabola = [(x / 10.0, NOTES.value(x / 10.0)) for x in range(-10, 21)]
    assert part_of_steepest(4.0, parabola) == 1.0  # at the right end, where the last chord has 3.9
    assert part_of_steepest(0.0, parabola) == 0.0
    assert part_of_steepest(-1.95, parabola) == pytest.approx(0.5)
    assert math.isnan(part_of_steepest(0.0, [(0.0, 1.0), (1.0, 1.0)]))


@pytest.mark.parametrize(
    ("x", "truth", "digits"),
    [
        (4.5, 4.0, 0),
        (4.1, 4.0, 1),
        (3.1416, math.pi, 5),
        (-2.0, 2.0, 0),
        (0.0, 0.0, 16),
        (1e-300, 0.0, 0),
        (math.nan, 1.0, 0),
        (math.inf, 1.0, 0),
        (1.0, math.inf, 0),
    ],
)
def test_digits_that_agree(x, truth, digits):
    assert agreeing_digits(x, truth) == digits
