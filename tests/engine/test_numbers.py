import math

import mpmath
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gdtui.engine.numbers import FLOATS, arrays
from gdtui.engine.problems.activations import sigmoid

ANY = st.floats()
NEAR_0_TO_FAR = [*range(-800, 801, 25), -745.13, -709.78, -37.0, -1e-9, -5e-324, 0.0, 1e-300, 0.1, 36.7, 709.79, 745.2]


def same(a, b, relative=1e-12):
    if math.isnan(a) or math.isnan(b) or math.isinf(a) or math.isinf(b):
        return repr(float(a)) == repr(float(b))
    return abs(a - b) <= relative * abs(b) + 1e-320


class TestFloatsAndArrays:
    @given(ANY)
    @example(710.0)
    @example(1e308)
    @example(-1e308)
    def test_exp_and_sqrt_never_raise_and_agree(self, x):
        assume(not 709.78 < x < 709.79)  # where one may just overflow and the other just not
        many = np.array([x, 1.0])
        assert same(FLOATS.exp(x), arrays().exp(many)[0])
        assert same(FLOATS.sqrt(x), arrays().sqrt(many)[0])

    def test_no_finite_value_is_inf_or_nan(self):
        assert FLOATS.exp(1000.0) == math.inf
        assert FLOATS.exp(-1000.0) == 0.0
        assert math.isnan(FLOATS.sqrt(-1.0))
        assert FLOATS.sqrt(math.inf) == math.inf
        assert FLOATS.sqrt(9.0) == 3.0

    @given(ANY, ANY)
    @example(0.0, -0.0)
    @example(-1.0, 0.0)
    @example(1e308, 1e308)
    @example(math.inf, math.inf)
    def test_the_others_never_raise_and_agree(self, x, y):
        for name in ("log1p", "tanh", "sign"):
            assert same(getattr(FLOATS, name)(x), getattr(arrays(), name)(np.array([x, 1.0]))[0]), name
        for name in ("hypot", "divide", "maximum"):
            many = getattr(arrays(), name)(np.array([x, 1.0]), np.array([y, 1.0]))
            assert same(getattr(FLOATS, name)(x, y), many[0]), name

    def test_a_largest_of_nan_is_nan_and_no_sign_is_0(self):
        assert math.isnan(FLOATS.maximum(math.nan, 1.0))
        assert math.isnan(FLOATS.maximum(1.0, math.nan))
        assert [FLOATS.sign(x) for x in (-3.0, -0.0, 0.0, 5e-324)] == [-1.0, 0.0, 0.0, 1.0]
        assert math.isnan(FLOATS.sign(math.nan))

    def test_any_is_the_condition_itself_or_whether_it_holds_somewhere(self):
        assert [FLOATS.any(True), FLOATS.any(False)] == [True, False]
        assert [arrays().any(np.array(c)) for c in ([True, False], [False, False])] == [True, False]

    @given(ANY, ANY, ANY)
    def test_where_chooses_for_each(self, condition, then, otherwise):
        chosen = arrays().where(np.array([condition >= 0.0]), np.array([then]), otherwise)[0]
        assert same(FLOATS.where(condition >= 0.0, then, otherwise), chosen, 0.0)
        assert same(chosen, then if condition >= 0.0 else otherwise, 0.0)


class TestSigmoid:
    value_and_slope = staticmethod(sigmoid(FLOATS))

    @staticmethod
    def truth(z):
        with mpmath.workdps(50):
            e = mpmath.exp(-mpmath.mpf(z))
            return 1 / (1 + e), e / (1 + e) ** 2

    @pytest.mark.parametrize("z", NEAR_0_TO_FAR)
    def test_fifty_digits(self, z):
        self.check(z)

    @given(st.floats(-800, 800))
    def test_fifty_digits_anywhere(self, z):
        self.check(z)

    def check(self, z):
        for computed, exact in zip(self.value_and_slope(z), self.truth(z), strict=True):
            assert abs(computed - exact) <= 1e-15 * exact + 1e-323, z

    @pytest.mark.parametrize(
        ("z", "value"), [(1e6, 1.0), (-1e6, 0.0), (math.inf, 1.0), (-math.inf, 0.0), (1e308, 1.0), (-1e308, 0.0)]
    )
    def test_far_out_it_is_flat(self, z, value):
        assert self.value_and_slope(z) == (value, 0.0)

    def test_nan_stays_nan(self):
        assert all(map(math.isnan, self.value_and_slope(math.nan)))

    def test_plateaus_have_a_slope_where_the_value_rounds_to_1(self):
        value, slope = self.value_and_slope(700.0)
        assert value == 1.0
        assert slope == pytest.approx(math.exp(-700.0), rel=1e-14)

    @given(st.floats(-1e6, 1e6))
    def test_symmetric(self, z):
        (f, slope), (mirrored, mirrored_slope) = self.value_and_slope(z), self.value_and_slope(-z)
        assert f + mirrored == pytest.approx(1.0, abs=3e-16)
        assert slope == mirrored_slope

    @given(st.floats(-800, 800), st.floats(-800, 800))
    def test_monotone(self, z, other):
        low, high = sorted((z, other))
        below, above = self.value_and_slope(low)[0], self.value_and_slope(high)[0]
        assert below <= above * (1 + 4e-16)  # next to one another they may differ by rounding
        assert 0.0 <= below <= 1.0

    def test_arrays_agree_and_warn_of_nothing(self):
        zs = np.array([*NEAR_0_TO_FAR, 1e6, -1e6, math.inf, -math.inf, math.nan])
        values, slopes = sigmoid(arrays())(zs)
        for z, value, slope in zip(zs, values, slopes, strict=True):
            one_value, one_slope = self.value_and_slope(float(z))
            assert same(value, one_value), z
            assert same(slope, one_slope), z
