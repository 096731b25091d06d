"""Every gradient and every Hessian against derivatives taken numerically of the loss alone, with 50 digits."""

import math
import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine.mistakes import BadInput
from gdtui.engine.numbers import FLOATS, arrays
from gdtui.engine.problems.activations import ACTIVATIONS
from gdtui.engine.problems.losses import LOSSES
from gdtui.engine.problems.neuron import Neuron

MODELS = [(a, "squared") for a in ACTIVATIONS] + [("sigmoid", "cross-entropy")]
SETS = {
    "lecture": ((0.5, 0.2), (2.5, 0.9)),
    "padhai": ((3.5, 0.5), (0.35, 0.5), (3.2, 0.5), (-2.0, 0.5), (1.5, 0.1), (-0.5, 0.3)),
    "ends": ((-1.5, 0.0), (0.0, 1.0), (2.0, 1.0)),
}
PLACES = [(-2.0, -2.0), (0.3, 0.2), (1.5, -0.4), (-0.7, 1.1), (4.0, -5.9)]

CURVES = {
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
    "linear": lambda z: z,
    "relu": lambda z: max(z, 0),
}


def exact_loss(neuron, w, b):
    """By its definition, word for word."""
    total = 0
    for x, y in neuron.points:
        f = CURVES[neuron.activation](w * mpmath.mpf(x) + b)
        if neuron.loss == "squared":
            total += (f - mpmath.mpf(y)) ** 2 / 2
        else:
            total -= (y * mpmath.ln(f) if y else 0) + ((1 - mpmath.mpf(y)) * mpmath.ln(1 - f) if y != 1 else 0)
    return total / len(neuron.points) if neuron.reduction == "mean" else total


def exactly(neuron, w, b):
    """The loss, its gradient (w, b) and its second derivatives (ww, wb, bb)."""
    with mpmath.workdps(50):
        w, b = mpmath.mpf(w), mpmath.mpf(b)
        orders = [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
        first_and_second = [mpmath.diff(lambda w, b: exact_loss(neuron, w, b), (w, b), order) for order in orders]
        return exact_loss(neuron, w, b), *first_and_second


def found(neuron, w, b, numbers=FLOATS):
    objective = neuron.objective(numbers)
    return *objective.evaluate(w, b), *objective.hessian(w, b)


def test_there_is_no_other_activation_or_loss():
    assert set(ACTIVATIONS) == set(CURVES)
    assert set(LOSSES) == {"squared", "cross-entropy"}


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("points", SETS.values(), ids=SETS)
@pytest.mark.parametrize(("activation", "loss"), MODELS)
def test_gradient_and_hessian(activation, loss, points, reduction):
    neuron = Neuron(points, activation, loss, reduction)
    for w, b in PLACES:
        for computed, exact in zip(found(neuron, w, b), exactly(neuron, w, b), strict=True):
            assert abs(computed - exact) <= 1e-13 * len(points) * max(1, abs(exact)), (w, b)


@pytest.mark.parametrize(("activation", "loss"), MODELS)
@given(w=st.floats(-8, 8), b=st.floats(-8, 8), x=st.floats(-3, 3), y=st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_anywhere(activation, loss, w, b, x, y):
    neuron = Neuron(((x, y),), activation, loss)
    if activation == "relu" and abs(w * x + b) < 1e-3:
        return  # the quotient would look across the kink
    for computed, exact in zip(found(neuron, w, b), exactly(neuron, w, b), strict=True):
        assert abs(computed - exact) <= 1e-13 * max(1, abs(exact))


@pytest.mark.parametrize(("activation", "loss"), MODELS)
def test_a_mean_is_the_sum_divided_by_the_number_of_points(activation, loss):
    for points in SETS.values():
        summed, mean = (found(Neuron(points, activation, loss, r), 0.7, -0.2) for r in ("sum", "mean"))
        assert [x / len(points) for x in summed] == list(mean)


@pytest.mark.parametrize("w", [0.0, -0.0, 1.0])
def test_the_slope_of_relu_at_its_kink_is_0(w):
    neuron = Neuron(((w and 2.0, 0.4), (w and 2.0, 0.1)), "relu")  # z = 0 either way
    loss, *derivatives = found(neuron, w, w and -2.0)
    assert loss == pytest.approx((0.16 + 0.01) / 2)
    assert derivatives == [0.0] * 5


class TestFarOut:
    """Where f saturates: every number is finite, and right to the last digits."""

    @pytest.mark.parametrize("y", [0.0, 0.3, 1.0])
    @pytest.mark.parametrize("z", [-700.0, -40.0, 40.0, 700.0])
    @pytest.mark.parametrize(("activation", "loss"), MODELS)
    def test_700(self, activation, loss, z, y):
        neuron = Neuron(((1.0, y),), activation, loss)
        with mpmath.workdps(700):
            f = CURVES[activation](mpmath.mpf(z))
            exact = (
                (f - mpmath.mpf(y)) ** 2 / 2 if loss == "squared" else -y * mpmath.ln(f) - (1 - y) * mpmath.ln(1 - f)
            )
            value, *derivatives = found(neuron, z / 2, z / 2)
            near_0 = 1e-290 if loss == "cross-entropy" else 1.0
            assert abs(value - exact) <= 1e-15 * max(near_0, abs(exact))
        assert all(map(math.isfinite, derivatives))
        if loss == "squared" and activation in {"sigmoid", "tanh"} and y == 0.3:
            slope = math.exp(-abs(z)) if activation == "sigmoid" else 4 * math.exp(-2 * abs(z))
            assert derivatives[0] == pytest.approx((f - y) * slope, rel=1e-13)
        if loss == "cross-entropy":
            assert derivatives[0] == pytest.approx(float(f - y), abs=1e-16)

    @pytest.mark.parametrize("b", [0.0, 1e6, -1e6, 1e308, -1e308, math.inf, -math.inf, math.nan])
    @pytest.mark.parametrize("w", [0.0, 1e6, -1e6, 1e308, -1e308, math.inf, -math.inf, math.nan])
    @pytest.mark.parametrize(("activation", "loss"), MODELS)
    def test_floats_never_raise_and_arrays_never_warn(self, activation, loss, w, b):
        neuron = Neuron(SETS["lecture"], activation, loss)
        ones = found(neuron, w, b)
        assert all(isinstance(number, float) for number in ones)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            many = found(neuron, np.array([w]), np.array([b]), arrays())
        for one, other in zip(ones, many, strict=True):
            assert math.isfinite(one) == bool(np.isfinite(other).all())

    @pytest.mark.parametrize(("activation", "loss"), MODELS)
    def test_a_bounded_neuron_has_finite_numbers_everywhere(self, activation, loss):
        if activation in {"sigmoid", "tanh"}:
            for w, b in [(1e150, 0.0), (-1e150, 1e150), (1e6, 1e6), (-1e6, -1e6)]:
                assert all(map(math.isfinite, found(Neuron(SETS["ends"], activation, loss), w, b)))


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize(("activation", "loss"), MODELS)
def test_a_thousand_places_at_once_agree_with_one_by_one(activation, loss, reduction):
    w, b = np.random.default_rng(8).uniform(-60, 60, (2, 1000))
    neuron = Neuron(SETS["ends"], activation, loss, reduction)
    many = found(neuron, w, b, arrays())
    ones = zip(*(found(neuron, *place) for place in zip(w.tolist(), b.tolist(), strict=True)), strict=True)
    for column, numbers in zip(many, ones, strict=True):
        np.testing.assert_allclose(np.broadcast_to(column, 1000), numbers, rtol=1e-12, atol=1e-12)


class TestWhatDoesNotFit:
    @pytest.mark.parametrize("activation", ["tanh", "linear", "relu"])
    def test_cross_entropy_is_the_sigmoids(self, activation):
        with pytest.raises(BadInput, match=f"^loss=cross-entropy needs activation=sigmoid, not {activation}$"):
            Neuron(SETS["lecture"], activation, "cross-entropy")

    @pytest.mark.parametrize("y", [-0.1, 1.0000001, 7.0])
    def test_cross_entropy_needs_y_from_0_to_1(self, y):
        with pytest.raises(BadInput, match=r"^loss=cross-entropy needs every y from 0 to 1, not "):
            Neuron(((0.0, 0.5), (1.0, y)), loss="cross-entropy")
        Neuron(((0.0, 0.5), (1.0, y)))
