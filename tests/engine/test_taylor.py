import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.analysis.taylor import (
    against_the_gradient,
    by_angle,
    largest_falling_eta,
    losses_after,
    promises,
    turned,
)
from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.numbers import FLOATS
from tests.engine.choices import LECTURE
from tests.engine.surfaces import Formula

ON_POINTS = LECTURE.objective(FLOATS)
SPHERE = PROBLEMS["sphere"].make().objective(FLOATS)
ROSENBROCK = PROBLEMS["rosenbrock"].make().objective(FLOATS)


class TestPromise:
    def test_by_hand_on_the_sphere(self):
        """L = w^2 + b^2 at (1, 2): L = 5, g = (2, 4), H = 2 I; a step of -0.1 g leads to (0.8, 1.6), where L = 3.2."""
        (found,) = against_the_gradient(SPHERE, 1.0, 2.0, [0.1])
        assert losses_after(SPHERE, 1.0, 2.0, [0.1, 0.5]) == pytest.approx([3.2, 0.0])
        assert found.loss == 5.0
        assert found.change == pytest.approx(-1.8)
        assert found.first == pytest.approx(-2.0)
        assert found.second == pytest.approx(-1.8)
        assert found.first_error == pytest.approx(-0.2)
        assert found.second_error == pytest.approx(0.0, abs=1e-15)

    def test_the_lectures_first_step(self):
        """Minus |g|^2 = 0.0054923^2 + 0.0077112^2, beside the losses of the first two rows."""
        (found,) = against_the_gradient(ON_POINTS, -2.0, -2.0, [1.0])
        assert found.first == pytest.approx(-8.96275e-5, rel=1e-4)
        assert found.change == pytest.approx(0.41572985510220245 - 0.41581990101999282, rel=1e-9)

    @pytest.mark.parametrize("objective", [ON_POINTS, ROSENBROCK])
    @pytest.mark.parametrize(("order", "power"), [("first_error", 2), ("second_error", 3)])
    def test_an_error_shrinks_with_the_power_of_its_order(self, objective, order, power):
        eta = 1e-3 if objective is ON_POINTS else 1e-6
        longer, shorter = against_the_gradient(objective, 0.5, -2.0, [eta, eta / 2])
        assert math.log2(getattr(longer, order) / getattr(shorter, order)) == pytest.approx(power, abs=0.05)

    def test_along_any_vector(self):
        (found,) = promises(SPHERE, 1.0, 2.0, (3.0, 0.0), [0.5])
        assert (found.change, found.first, found.second) == pytest.approx((2.5**2 - 1.0, 3.0, 5.25))


class TestAngle:
    @pytest.mark.parametrize(
        ("degrees", "vector"), [(0.0, (3.0, 4.0)), (90.0, (-4.0, 3.0)), (180.0, (-3.0, -4.0)), (270.0, (4.0, -3.0))]
    )
    def test_a_quarter_turn_after_the_other(self, degrees, vector):
        assert turned(3.0, 4.0, degrees) == pytest.approx(vector)

    def test_the_first_order_is_a_cosine(self):
        rows = by_angle(SPHERE, 3.0, 4.0, 0.01, [0.0, 60.0, 90.0, 180.0, 270.0])
        assert [row.first for row in rows] == pytest.approx([0.1, 0.05, 0.0, -0.1, 0.0], abs=1e-15)
        assert rows[0].direction == pytest.approx((0.6, 0.8))
        assert rows[2].change == pytest.approx(1e-4)  # along the circle the sphere bends up
        assert rows[3].change == pytest.approx(4.99**2 - 25.0)

    @given(st.floats(-6, 6), st.floats(-6, 6))
    def test_it_is_lowest_at_180_degrees(self, w, b):
        rows = by_angle(ON_POINTS, w, b, 1e-3, range(0, 360, 15))
        lowest = min(rows, key=lambda row: row.first)
        assert lowest.angle == 180.0
        _, dw, db = ON_POINTS.evaluate(w, b)
        assert lowest.first == pytest.approx(-1e-3 * math.hypot(dw, db))

    def test_a_gradient_of_nought(self):
        assert [row.first for row in by_angle(SPHERE, 0.0, 0.0, 1.0, [0.0, 90.0])] == [0.0, 0.0]


class TestLargestFallingEta:
    def test_on_a_sphere_it_is_the_eta_that_leads_to_the_other_side(self):
        assert largest_falling_eta(SPHERE, 1.0, -0.5) == pytest.approx(1.0, rel=1e-7)

    @pytest.mark.parametrize(("w", "b"), [(0.5, 0.0), (1.0, -2.0), (2.0, -3.0), (0.0, -1.0)])
    def test_the_loss_falls_below_and_rises_above(self, w, b):
        eta = largest_falling_eta(ON_POINTS, w, b)
        below, above = against_the_gradient(ON_POINTS, w, b, [0.999 * eta, 1.001 * eta])
        assert below.change < 0.0 <= above.change

    def test_a_far_plateau_may_be_lower_than_here(self):
        assert largest_falling_eta(ON_POINTS, -2.0, -2.0) == math.inf

    def test_on_a_plateau_it_is_far_larger_than_at_the_minimum(self):
        assert largest_falling_eta(ON_POINTS, -5.0, -5.0) > 1000.0

    def test_a_gradient_of_nought_has_none(self):
        assert largest_falling_eta(SPHERE, 0.0, 0.0) is None

    def test_where_it_falls_for_ever(self):
        slope = Formula(lambda _w, b: (-b, 0.0, -1.0), lambda _w, _b: (0.0, 0.0, 0.0))
        assert largest_falling_eta(slope.objective(FLOATS), 0.0, 0.0) == math.inf

    def test_what_is_not_finite_does_not_fall(self):
        edge = Formula(lambda _w, b: (-b if b < 10.0 else math.inf, 0.0, -1.0), lambda _w, _b: (0.0, 0.0, 0.0))
        assert largest_falling_eta(edge.objective(FLOATS), 0.0, 0.0) == pytest.approx(10.0)
