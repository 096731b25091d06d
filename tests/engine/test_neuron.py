import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.descent import advance, begin
from gdtui.engine.numbers import FLOATS, arrays
from gdtui.engine.problems.neuron import Neuron
from tests.engine.choices import LECTURE, method
from tests.engine.reference import GUESSWORK

evaluate = LECTURE.objective(FLOATS).evaluate

MINIMUM = math.log(6.0), -math.log(4.0) - math.log(6.0) / 2.0
PARAMETER = st.floats(-30, 30)
POINT = st.tuples(st.floats(-5, 5), st.floats(0, 1))


def exact_loss(points, w, b):
    return sum((1 / (1 + mpmath.exp(-(w * mpmath.mpf(x) + b))) - mpmath.mpf(y)) ** 2 for x, y in points) / 2


def exactly(points, w, b):
    """The loss, and the gradient by differentiating the loss numerically, with 50 digits."""
    with mpmath.workdps(50):
        w, b = mpmath.mpf(w), mpmath.mpf(b)
        # Far out everything is as small as exp(z), and the difference quotient has to be taken with more digits.
        with mpmath.extradps(int(3 * (abs(w) + abs(b)))):
            dw = mpmath.diff(lambda at: exact_loss(points, at, b), w)
            db = mpmath.diff(lambda at: exact_loss(points, w, at), b)
        return exact_loss(points, w, b), dw, db


def test_its_words_and_start():
    made = {
        name: PROBLEMS[name].make(activation="sigmoid", loss="squared", reduction="sum")
        for name in ("lecture", "padhai")
    }
    assert made["lecture"] == LECTURE
    assert LECTURE.title == "Sigmoid neuron, 2 points"
    assert made["lecture"].points == ((0.5, 0.2), (2.5, 0.9))
    assert list(zip(*made["padhai"].points, strict=True)) == [
        (3.5, 0.35, 3.2, -2.0, 1.5, -0.5),
        (0.5, 0.5, 0.5, 0.5, 0.1, 0.3),
    ]
    assert {neuron.start for neuron in made.values()} == {Neuron(((1.0, 2.0),)).start} == {(-2.0, -2.0)}


@pytest.mark.parametrize(("w", "b", "loss"), GUESSWORK)
def test_the_lectures_guesses(w, b, loss):
    assert evaluate(w, b)[0] == pytest.approx(loss, rel=0, abs=1e-16)


class TestAgainstFiftyDigits:
    @given(PARAMETER, PARAMETER)
    @settings(deadline=None)
    def test_the_lectures_points(self, w, b):
        for computed, exact in zip(evaluate(w, b), exactly(LECTURE.points, w, b), strict=True):
            assert abs(computed - exact) <= 2e-15

    @given(st.lists(POINT, min_size=1, max_size=6), PARAMETER, PARAMETER)
    @settings(deadline=None, max_examples=40)
    def test_any_points(self, points, w, b):
        neuron = Neuron(tuple(points))
        for computed, exact in zip(neuron.objective(FLOATS).evaluate(w, b), exactly(points, w, b), strict=True):
            assert abs(computed - exact) <= 5e-15 * len(points)

    @pytest.mark.parametrize(("w", "b"), [(-20, -20), (50, 50), (-100, -100), (100, 100), (-6, 6), (-30, 20)])
    def test_far_plateaus_keep_their_tiny_gradient(self, w, b):
        for computed, exact in zip(evaluate(w, b)[1:], exactly(LECTURE.points, w, b)[1:], strict=True):
            assert exact != 0
            assert abs(computed - exact) <= 1e-12 * abs(exact)


@given(st.floats(-6, 6), st.floats(-6, 6))
def test_gradient_is_the_difference_quotient(w, b):
    h = 1e-5
    _, dw, db = evaluate(w, b)
    assert dw == pytest.approx((evaluate(w + h, b)[0] - evaluate(w - h, b)[0]) / (2 * h), abs=1e-9)
    assert db == pytest.approx((evaluate(w, b + h)[0] - evaluate(w, b - h)[0]) / (2 * h), abs=1e-9)


@pytest.mark.parametrize(
    ("w", "b", "loss"),
    [
        (-100.0, -100.0, 0.425),
        (100.0, 100.0, 0.325),
        (-100.0, math.log(0.25) + 50.0, 0.405),  # the first point is fitted, the second one at 0
        (100.0, math.log(0.25) - 50.0, 0.005),  # the first point is fitted, the second one at 1
    ],
)
def test_plateaus_and_valleys(w, b, loss):
    assert evaluate(w, b)[0] == pytest.approx(loss, abs=1e-14)


class TestMinimum:
    def test_loss_and_gradient_vanish(self):
        loss, dw, db = evaluate(*MINIMUM)
        assert 0.0 <= loss < 1e-31
        assert max(abs(dw), abs(db)) < 1e-16

    def test_the_curve_goes_through_the_points(self):
        curve = LECTURE.curve(FLOATS, *MINIMUM)
        for x, y in LECTURE.points:
            assert curve(x) == pytest.approx(y, abs=1e-15)

    def test_curvature(self):
        h = 1e-5
        w, b = MINIMUM
        _, ww_up, wb_up = evaluate(w + h, b)
        _, ww_down, wb_down = evaluate(w - h, b)
        ww, wb = (ww_up - ww_down) / (2 * h), (wb_up - wb_down) / (2 * h)
        bb = (evaluate(w, b + h)[2] - evaluate(w, b - h)[2]) / (2 * h)
        assert np.linalg.eigvalsh([[ww, wb], [wb, bb]]) == pytest.approx([0.0103151548, 0.0804098452], abs=1e-9)


class TestKnownMinima:
    """Two points say where the curve goes through both; then no loss can be lower."""

    @pytest.mark.parametrize("loss", ["squared", "cross-entropy"])
    def test_the_lectures(self, loss):
        neuron = PROBLEMS["lecture"].make(activation="sigmoid", loss=loss, reduction="sum")
        (minimum,) = neuron.minima
        assert minimum == pytest.approx(MINIMUM, rel=1e-15)

    @pytest.mark.parametrize("reduction", ["sum", "mean"])
    @pytest.mark.parametrize(
        ("activation", "loss"),
        [
            ("sigmoid", "squared"),
            ("sigmoid", "cross-entropy"),
            ("tanh", "squared"),
            ("linear", "squared"),
            ("relu", "squared"),
        ],
    )
    @given(x=st.floats(-5, 5), apart=st.floats(0.1, 5), y1=st.floats(0.01, 0.99), y2=st.floats(0.01, 0.99))
    @settings(deadline=None, max_examples=25)
    def test_the_curve_goes_through_both_points_and_the_gradient_vanishes(
        self, activation, loss, reduction, x, apart, y1, y2
    ):
        neuron = Neuron(((x, y1), (x + apart, y2)), activation, loss, reduction)
        (minimum,) = neuron.minima
        curve, objective = neuron.curve(FLOATS, *minimum), neuron.objective(FLOATS)
        near = 1e-14 * max(1.0, *map(abs, minimum))
        assert [curve(x), curve(x + apart)] == pytest.approx([y1, y2], abs=near)
        assert objective.evaluate(*minimum)[1:] == pytest.approx((0.0, 0.0), abs=20 * near)
        ww, wb, bb = objective.hessian(*minimum)
        assert ww > 0.0
        assert ww * bb > wb * wb

    @pytest.mark.parametrize(
        ("points", "activation"),
        [
            (((0.5, 0.2), (0.5, 0.9)), "sigmoid"),  # one above the other: no curve goes through both
            (((0.5, 0.0), (2.5, 0.9)), "sigmoid"),  # only infinitely far out
            (((0.5, 0.2), (2.5, 1.0)), "sigmoid"),
            (((0.5, -0.2), (2.5, 1.7)), "sigmoid"),
            (((0.5, 0.2), (2.5, -1.0)), "tanh"),
            (((0.5, 0.2), (2.5, 3.0)), "tanh"),
            (((0.5, 0.0), (2.5, 0.9)), "relu"),  # many curves
            (((0.0, 1e308), (5e-324, -1e308)), "linear"),  # too steep for a float
            (((0.5, 0.2),), "sigmoid"),
            (((0.5, 0.2), (1.5, 0.5), (2.5, 0.9)), "sigmoid"),
        ],
    )
    def test_where_none_is_known(self, points, activation):
        assert Neuron(points, activation).minima == ()

    def test_a_batch_has_its_own(self):
        neuron = Neuron(((0.5, 0.2), (1.5, 0.4), (2.5, 0.9)))
        assert neuron.batch([0, 2]).minima == LECTURE.minima != ()


class TestSparse:
    neuron = PROBLEMS["sparse"].make(activation="sigmoid", loss="squared", reduction="sum")

    def test_of_its_hundred_points_eighty_are_at_0(self):
        xs, ys = zip(*self.neuron.points, strict=True)
        assert (len(xs), xs.count(0.0)) == (100, 80)
        assert 0.0 < min(ys) < max(ys) < 1.0
        assert max(xs) <= 0.5
        assert self.neuron.window == LECTURE.window
        assert self.neuron.start == LECTURE.start

    def test_they_are_always_the_same(self):
        again = PROBLEMS["sparse"].make(activation="tanh", loss="squared", reduction="mean")
        assert again.points is self.neuron.points
        assert again.points[:3] == ((0.0, 0.0503), (0.145, 0.0572), (0.0, 0.0489))
        assert tuple(map(sum, zip(*again.points, strict=True))) == pytest.approx((4.435, 5.0047), abs=1e-12)

    def test_gd_leaves_w_behind_and_adagrad_does_not(self):
        """The lecture's reason for AdaGrad: b is soon right with either, and w with AdaGrad only."""
        ends = {}
        for rule, eta in (("gd", 0.1), ("gd", 1.0), ("adagrad", 0.1)):
            by = method(rule, eta, problem=self.neuron)
            ends[rule, eta] = advance(by, begin(by, *self.neuron.start), 300, lambda _row: None)
        assert all(abs(end.b + 3.0) < 0.12 for end in ends.values())
        assert ends["gd", 0.1].w < -1.8
        assert ends["gd", 1.0].w < -0.8
        assert ends["adagrad", 0.1].w > 0.6
        assert ends["adagrad", 0.1].loss < 0.12 * ends["gd", 1.0].loss < 0.12 * ends["gd", 0.1].loss


class TestArrays:
    grid = np.array(np.meshgrid(np.linspace(-40, 40, 41), np.linspace(-40, 40, 43))).reshape(2, -1)

    def test_many_starts_agree_with_one(self):
        many = np.array(LECTURE.objective(arrays()).evaluate(*self.grid))
        ones = np.array([evaluate(w, b) for w, b in self.grid.T.tolist()]).T
        np.testing.assert_allclose(many, ones, rtol=0, atol=1e-12)

    def test_nothing_is_warned_of_far_out(self):
        loss, dw, db = LECTURE.objective(arrays()).evaluate(np.array([1e6, -1e6, 1e6]), np.array([1e6, -1e6, -1e6]))
        np.testing.assert_allclose(loss, [0.325, 0.425, 0.025], atol=1e-14)
        assert not dw.any()
        assert not db.any()


@pytest.mark.parametrize("w", [1e308, -1e308, math.inf, -math.inf, math.nan, 0.0])
@pytest.mark.parametrize("b", [1e308, -1e308, math.inf, -math.inf, math.nan, 0.0])
def test_floats_never_raise(w, b):
    loss, dw, db = evaluate(w, b)
    if math.isfinite(w) and math.isfinite(b):
        assert math.isfinite(loss)
    assert all(isinstance(number, float) for number in (loss, dw, db))
