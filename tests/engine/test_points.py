"""Many points in columns, against the loop on plain floats and against fifty digits."""

import math
from array import array

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine.mistakes import BadInput
from gdtui.engine.numbers import FLOATS, arrays
from gdtui.engine.problems.neuron import Neuron
from gdtui.engine.problems.points import BLOCK, MANY, SAMPLE, Columns, points

FORMS = [
    ("sigmoid", "squared"),
    ("tanh", "squared"),
    ("linear", "squared"),
    ("relu", "squared"),
    ("sigmoid", "cross-entropy"),
]
PARAMETER = st.floats(-30, 30)


def columns(count, seed=0):
    numbers = np.random.default_rng(seed)
    return Columns(numbers.uniform(-3, 3, count), numbers.uniform(0, 1, count))


SOME = columns(2 * BLOCK + 77)


def exactly(data, w, b):
    """Loss and gradient of the sigmoid with the squared error, with 50 digits."""
    loss = dw = db = mpmath.mpf(0)
    with mpmath.workdps(50):
        for x, y in data:
            e = mpmath.exp(-(mpmath.mpf(w) * x + b))
            f = 1 / (1 + e)
            delta = (f - y) * e * f * f
            loss, dw, db = loss + (f - y) ** 2 / 2, dw + delta * x, db + delta
        return loss, dw, db


class TestBlocks:
    @pytest.mark.parametrize(("activation", "loss"), FORMS)
    @pytest.mark.parametrize("reduction", ["sum", "mean"])
    @pytest.mark.parametrize("count", [1, MANY, BLOCK - 1, BLOCK, BLOCK + 1, 20_000])
    def test_they_add_up_to_what_the_loop_on_floats_does(self, activation, loss, reduction, count):
        data = columns(count)
        blocks = Neuron(data, activation, loss, reduction).objective(FLOATS)
        loop = Neuron(tuple(data), activation, loss, reduction).objective(FLOATS)
        for w, b in ((-2.0, -2.0), (1.3, -0.4), (-5.0, 4.0)):
            for block, one in ((blocks.evaluate, loop.evaluate), (blocks.hessian, loop.hessian)):
                found, expected = block(w, b), one(w, b)
                assert all(type(number) is float for number in found)
                assert found == pytest.approx(expected, rel=1e-13, abs=1e-13 * (count if reduction == "sum" else 1))

    @given(PARAMETER, PARAMETER)
    @settings(deadline=None, max_examples=15)
    def test_fifty_digits(self, w, b):
        data = columns(300)
        for found, exact in zip(Neuron(data).objective(FLOATS).evaluate(w, b), exactly(data, w, b), strict=True):
            assert abs(found - exact) <= 1e-13 * 300

    @pytest.mark.parametrize("z", [-750.0, -705.0, -690.0, 690.0, 705.0, 750.0])
    def test_far_plateaus_keep_their_tiny_gradient(self, z):
        data = Columns(np.full(100, 1.0), np.full(100, 0.5))
        _, dw, db = Neuron(data).objective(FLOATS).evaluate(0.0, z)
        _, exact, _ = exactly([(1.0, 0.5)], 0.0, z)
        assert [dw, db] == pytest.approx([float(100 * exact)] * 2, rel=1e-13, abs=1e-320)

    @pytest.mark.parametrize(("activation", "loss"), FORMS)
    @pytest.mark.parametrize("far", [1e3, 1e160, 1e308, math.inf, math.nan])
    def test_nothing_is_warned_of_far_out(self, activation, loss, far):
        data = columns(100)
        blocks, loop = (
            Neuron(form, activation, loss).objective(FLOATS).evaluate(far, -far) for form in (data, tuple(data))
        )
        for found, one in zip(blocks, loop, strict=True):
            assert found == pytest.approx(one, rel=1e-12, nan_ok=True) or not math.isfinite(one)
            assert math.isfinite(found) == math.isfinite(one)

    def test_again_is_the_same_bit_for_bit(self):
        evaluate = Neuron(SOME).objective(FLOATS).evaluate
        moved = Columns(np.array([0.0, *SOME.x])[1:], np.array([0.0, 0.0, *SOME.y])[2:])
        assert {evaluate(0.3, 0.4), evaluate(0.3, 0.4), Neuron(moved).objective(FLOATS).evaluate(0.3, 0.4)} == {
            evaluate(0.3, 0.4)
        }


@pytest.mark.parametrize("starts", [(3,), (2, 2), (400,)])  # fewer than there are points, and more
@pytest.mark.parametrize(("activation", "loss"), FORMS)
def test_many_starts_agree_with_one(activation, loss, starts):
    neuron = Neuron(columns(200), activation, loss, "mean")
    w, b = np.random.default_rng(1).uniform(-4, 4, (2, *starts))
    one, many = neuron.objective(FLOATS), neuron.objective(arrays())
    for at_once, each in ((many.evaluate, one.evaluate), (many.hessian, one.hessian)):
        found = np.broadcast_arrays(*at_once(w, b), w)[:3]
        expected = [each(*start) for start in zip(w.flat, b.flat, strict=True)]
        np.testing.assert_allclose(np.reshape(found, (3, -1)).T, expected, rtol=1e-12, atol=1e-12)


class TestForm:
    def test_few_are_plain_floats_and_many_are_columns(self):
        xs, ys = (array("d", [float(i) for i in range(MANY)]) for _ in "xy")
        few = points(xs[:-1], ys[:-1])
        assert few == tuple((float(i), float(i)) for i in range(MANY - 1))
        assert all(type(number) is float for point in few for number in point)
        many = points(xs, ys)
        assert isinstance(many, Columns)
        assert len(many) == MANY
        assert list(many) == list(zip(xs, ys, strict=True))
        assert np.shares_memory(many.x, np.frombuffer(xs))

    def test_a_neuron_on_columns_is_equal_to_one_on_the_same(self):
        same, other = columns(1000), columns(1000)
        assert Neuron(same) == Neuron(same)
        assert hash(Neuron(same)) == hash(Neuron(same))
        assert Neuron(same) != Neuron(other)
        assert Neuron(same).title == "Sigmoid neuron, 1,000 points"

    def test_a_batch_has_the_form_that_suits_its_size(self):
        data = columns(1000)
        assert Neuron(data).batch(range(5, 8)).points == tuple(data)[5:8]
        assert Neuron(data).batch(np.array([7, 3, 999])).points == tuple(tuple(data)[i] for i in (7, 3, 999))
        block = Neuron(data).batch(range(100, 300)).points
        assert list(block) == list(data)[100:300]
        assert np.shares_memory(block.x, data.x)
        drawn = Neuron(data).batch(np.arange(1000)[::-3]).points
        assert list(drawn) == list(data)[::-3]

    @pytest.mark.parametrize(("y", "said"), [(-0.25, "-0.25"), (1.5, "1.5")])
    def test_cross_entropy_needs_every_y_from_0_to_1(self, y, said):
        data = columns(500)
        data.y[123] = y
        with pytest.raises(BadInput, match=f"loss=cross-entropy needs every y from 0 to 1, not {said}"):
            Neuron(data, loss="cross-entropy")


class TestSample:
    @pytest.mark.parametrize("count", [1, MANY, SAMPLE])
    def test_it_is_all_of_them_where_they_are_few(self, count):
        assert Neuron(columns(count)).sample == tuple(columns(count))
        assert Neuron(tuple(columns(count))).sample == tuple(columns(count))

    def test_it_is_some_of_them_with_those_farthest_out(self):
        data = columns(100_000)
        data.x[77], data.x[5], data.y[99_999], data.y[4] = -9.0, 9.0, 7.0, -7.0
        sample = Neuron(data).sample
        assert SAMPLE * 0.9 < len(sample) <= SAMPLE + 4
        assert set(sample) < set(data)
        assert (min(sample)[0], max(sample)[0]) == (-9.0, 9.0)
        assert {-7.0, 7.0} < {y for _, y in sample}
        assert sample == Neuron(Columns(data.x.copy(), data.y.copy())).sample
