"""The surfaces against their textbook formulas, differentiated numerically with 50 digits."""

import math
import random
import re
import warnings

import mpmath
import numpy as np
import pytest
from mpmath import cos, exp, mpf, pi, sin, sqrt

from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.descent import advance, begin
from gdtui.engine.history import History
from gdtui.engine.numbers import FLOATS, arrays
from gdtui.engine.problems.surfaces import SURFACES
from tests.engine.choices import method

ORDERS = [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]


def tilted(x, y):
    """1/2 (p^2 + 100 q^2) along axes turned by 45 degrees."""
    p, q = (x + y) / sqrt(2), (y - x) / sqrt(2)
    return (p**2 + 100 * q**2) / 2


def gaussian(x, z, p, q):
    return exp(-((x - p) ** 2 + (z - q) ** 2) / (mpf(1) / 5))


def two_wells(x, y):
    z = 7 * y / 5
    return x**2 + z**2 - 2 * gaussian(x, z, 1, 0) - 6 * gaussian(x, z, -1, 0)


def hills(x, y):
    z = 7 * y / 5
    return 2 * gaussian(x, z, 1, 0) + 6 * gaussian(x, z, -1, 0) - 2 * gaussian(x, z, 1, -1) + x**2 + z**2


def ripple(x, y):
    r = 10 * mpmath.hypot(x, y) + mpf(1) / 100
    return -sin(r) / r + r**2 / 100


def ecliptic(x, y):
    x, y = x / 2, y / 2
    return -exp(-(x**2 + 5 * y**2)) + x**2 + y**2 / 2


FORMULAS = {
    "sphere": lambda x, y: x**2 + y**2,
    "bowl": lambda x, y: x**2 + 10 * y**2,
    "long-bowl": lambda x, y: x**2 / 10 + 2 * y**2,
    "wide-bowl": lambda x, y: x**2 / 2 + 2 * y**2,
    "flat-bowl": lambda x, y: x**2 / 20 + y**2,
    "tilted": tilted,
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "banana": lambda x, y: (1 - x) ** 2 + 20 * (3 * y - x**2) ** 2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "beale": lambda x, y: sum((mpf(c) - x + x * y**k) ** 2 for k, c in enumerate(("1.5", "2.25", "2.625"), start=1)),
    "booth": lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    "matyas": lambda x, y: mpf("0.26") * (x**2 + y**2) - mpf("0.48") * x * y,
    "mccormick": lambda x, y: sin(x + y) + (x - y) ** 2 - mpf("1.5") * x + mpf("2.5") * y + 1,
    "flower": lambda x, y: x**2 + y**2 + x * sin(y) + y * sin(x),
    "rastrigin": lambda x, y: 20 + x**2 - 10 * cos(2 * pi * x) + y**2 - 10 * cos(2 * pi * y),
    "camel": lambda x, y: (4 - mpf("2.1") * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2,
    "saddle": lambda x, y: x**2 - y**2,
    "trough": lambda x, y: sin(x) + y**2,
    "two-wells": two_wells,
    "hills": hills,
    "ripple": ripple,
    "ecliptic": ecliptic,
}

LOWEST = {
    "mccormick": -1.913223,
    "camel": -1.031628,
    "trough": -1.0,
    "two-wells": -5.0323,
    "hills": -0.1588,
    "ripple": -1.0,
    "ecliptic": -1.0,
}
"""The published least losses; of the others it is 0."""

MINIMA = {
    "booth": [(1, 3)],
    "rosenbrock": [(1, 1)],
    "banana": [(1, 1 / 3)],
    "himmelblau": [(3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)],
    "beale": [(3, 0.5)],
    "mccormick": [(-0.547198, -1.547198)],
    "camel": [(0.089842, -0.712656), (-0.089842, 0.712656)],
    "trough": [(-math.pi / 2, 0)],
    "two-wells": [(-0.970, 0), (0.905, 0)],
    "hills": [(0.900, -0.655), (0.040, 0)],
    "saddle": [],
}
"""Where the publications see the minima, some of them with three digits only; of the others it is (0, 0)."""

LOCAL = {"two-wells": -1.0927, "hills": 0.0483}
"""The published losses of their last minima."""

MADE = {name: definition.make() for name, definition in SURFACES.items()}

each_surface = pytest.mark.parametrize("name", MADE)


def found(name, w, b, numbers=FLOATS):
    """The loss, its gradient and its second derivatives."""
    objective = MADE[name].objective(numbers)
    return *objective.evaluate(w, b), *objective.hessian(w, b)


def exactly(name, w, b):
    """The same by the textbook's formula."""
    with mpmath.workdps(50):
        place = mpf(w), mpf(b)
        return FORMULAS[name](*place), *(mpmath.diff(FORMULAS[name], place, order) for order in ORDERS)


def places(name, count):
    """Places all over the window."""
    window, random_number = MADE[name].window, random.Random(name)
    return [
        (random_number.uniform(window.w_low, window.w_high), random_number.uniform(window.b_low, window.b_high))
        for _ in range(count)
    ]


def as_python(formula):
    """A formula as people write it, `2 w b` for 2 times w times b."""
    return re.sub(r"(?<=[\w)]) (?=[\w(])", " * ", formula).replace("^", "**")


def is_inside(window, place):
    return window.w_low < place[0] < window.w_high and window.b_low < place[1] < window.b_high


def near_a_minimum(name, w, b):
    """How far the nearest minimum is, be it one of the ripple's ring or one of the many of Rastrigin's."""
    if name == "rastrigin":
        w, b = (x - 0.995 * round(x / 0.995) for x in (w, b))
    on_the_ring = abs(math.hypot(w, b) - 0.6633) if name == "ripple" else math.inf
    return min(on_the_ring, *(math.dist((w, b), minimum) for minimum in MADE[name].minima))


def test_there_is_every_surface_and_no_other():
    assert set(SURFACES) == set(FORMULAS)
    assert set(SURFACES) <= set(PROBLEMS)
    assert all(name == definition.name for name, definition in SURFACES.items())
    assert len({made.title for made in MADE.values()}) == len(MADE)


@each_surface
class TestFormula:
    def test_it_is_the_textbooks_with_its_derivatives(self, name):
        for w, b in [*places(name, 6), MADE[name].start]:
            exact = exactly(name, w, b)
            near = 1e-12 * max(1, *map(abs, exact))
            for computed, expected in zip(found(name, w, b), exact, strict=True):
                assert abs(computed - expected) <= near, (w, b)

    def test_a_thousand_places_at_once_agree_with_one_by_one(self, name):
        at = np.array([*places(name, 1000), MADE[name].start, *MADE[name].minima, (0.0, 0.0)])
        ones = np.array([found(name, w, b) for w, b in at.tolist()])
        for column, numbers in zip(found(name, *at.T, arrays()), ones.T, strict=True):
            np.testing.assert_allclose(np.broadcast_to(column, len(at)), numbers, rtol=1e-12, atol=1e-12)

    def test_what_people_read_is_what_is_computed(self, name):
        text, *substitutions = SURFACES[name].formula.removeprefix("L = ").split(";  ")
        for w, b in places(name, 5):
            names = {**vars(math), "w": w, "b": b}
            for symbol, formula in (substitution.split(" = ") for substitution in substitutions):
                names[symbol] = eval(as_python(formula), names)
            assert eval(as_python(text), names) == pytest.approx(found(name, w, b)[0], rel=1e-11, abs=1e-11)


@each_surface
class TestWhatItStates:
    def test_the_start_is_in_the_window_and_no_place_to_stay_at(self, name):
        surface = MADE[name]
        assert is_inside(surface.window, surface.start)
        _, dw, db = surface.objective(FLOATS).evaluate(*surface.start)
        assert math.hypot(dw, db) > 0.1

    def test_a_minimum_is_in_the_window_and_one_of_the_loss(self, name):
        for w, b in MADE[name].minima:
            assert is_inside(MADE[name].window, (w, b))
            _, dw, db, ww, wb, bb = found(name, w, b)
            smallest, largest = np.linalg.eigvalsh([[ww, wb], [wb, bb]])
            assert math.hypot(dw, db) <= 1e-15 * max(1, largest) * max(1, math.hypot(w, b))
            assert largest > 0.0
            assert smallest > 0.0 or (name == "flower" and smallest == 0.0)

    def test_the_minima_are_the_published_ones(self, name):
        minima, published = MADE[name].minima, MINIMA.get(name, [(0, 0)])
        np.testing.assert_allclose(minima[: len(published)], published, atol=3e-3 if name in LOCAL else 1e-6)
        if minima:
            losses = [found(name, w, b)[0] for w, b in minima]
            assert losses[0] == pytest.approx(LOWEST.get(name, 0.0), abs=5e-5)
            assert losses == pytest.approx(sorted(losses), abs=1e-12)
            assert losses[-1] == pytest.approx(LOCAL.get(name, losses[-1]), abs=5e-5)

    def test_nothing_in_the_window_is_lower(self, name):
        surface = MADE[name]
        if surface.minima:
            w = np.linspace(surface.window.w_low, surface.window.w_high, 301)[:, None]
            b = np.linspace(surface.window.b_low, surface.window.b_high, 301)
            lowest, *_ = surface.objective(FLOATS).evaluate(*surface.minima[0])
            assert surface.objective(arrays()).evaluate(w, b)[0].min() >= lowest - 1e-12

    @pytest.mark.parametrize("rule", ["gd", "momentum", "nag"])
    def test_a_descent_from_its_start_with_its_eta_goes_down(self, name, rule):
        surface = MADE[name]
        by = method(rule, problem=surface)
        assert by.eta == surface.eta
        begun = begin(by, *surface.start)
        ended = advance(by, begun, 1000, lambda _row: None)
        assert ended.iteration == 1000
        assert math.isfinite(ended.loss)
        if not surface.minima:
            assert ended.loss < begun.loss - 1e6
            return
        lowest, *_ = found(name, *surface.minima[0])
        assert ended.loss - lowest < 0.4 * (begun.loss - lowest)
        if not (name == "rosenbrock" and rule == "gd"):  # it is still half-way along the valley
            assert math.hypot(ended.dw, ended.db) < 0.5
            assert near_a_minimum(name, ended.w, ended.b) < 0.15

    def test_it_has_no_points(self, name):
        assert MADE[name].size == 0
        assert MADE[name].batch(()) is MADE[name]
        assert SURFACES[name].make() is MADE[name]


@each_surface
class TestFarOut:
    @pytest.mark.parametrize("w", [0.0, -0.0, 5e-324, 1e200, -1e308, math.inf, -math.inf, math.nan])
    def test_floats_never_raise_and_arrays_agree(self, name, w):
        for b in (0.0, 1e-200, -1e200, 1e308, math.inf, -math.inf, math.nan):
            for place in ((w, b), (b, w)):
                ones = found(name, *place)
                assert all(type(number) is float for number in ones)
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    many = found(name, *map(np.array, ([place[0]], [place[1]])), arrays())
                for one, other in zip(ones, many, strict=True):
                    assert math.isfinite(one) == bool(np.isfinite(other).all()), place

    @pytest.mark.parametrize("rule", ["gd", "momentum", "nag", "adam"])
    def test_a_descent_from_there_ends_at_the_first_row_that_is_not_finite(self, name, rule):
        history = History(method(rule, problem=MADE[name]), 1e200, -1e200)
        history.extend(100)
        assert history.last == 1
        assert not history.row(1).is_finite

    def test_newton_comes_back_from_there_or_ends_likewise(self, name):
        history = History(method("newton", problem=MADE[name]), 1e200, -1e200)
        history.extend(100)
        assert history.last == 100 or not history.row(history.last).is_finite


def test_the_tilted_bowl_has_its_curvatures_and_its_start_along_the_turned_axes():
    *_, ww, wb, bb = found("tilted", 0.0, 0.0)
    np.testing.assert_allclose(np.linalg.eigvalsh([[ww, wb], [wb, bb]]), [1.0, 100.0], rtol=1e-14)
    w, b = MADE["tilted"].start
    np.testing.assert_allclose([(w + b) / math.sqrt(2), (b - w) / math.sqrt(2)], [-2.5, 1.0], rtol=1e-15)


def test_himmelblau_has_its_published_hilltop():
    loss, dw, db, ww, wb, bb = found("himmelblau", -0.270845, -0.923039)
    assert loss == pytest.approx(181.617, abs=5e-4)
    assert max(abs(dw), abs(db)) < 1e-4
    assert max(np.linalg.eigvalsh([[ww, wb], [wb, bb]])) < 0.0


class TestSaddle:
    @staticmethod
    def end(w, b):
        by = method("gd", problem=MADE["saddle"])
        return advance(by, begin(by, w, b), 1000, lambda _row: None)

    def test_on_its_axis_a_descent_stays_for_ever(self):
        ended = self.end(1.5, 0.0)
        assert ended.b == 0.0
        assert abs(ended.w) < 1e-15

    def test_from_its_start_it_leaves(self):
        assert self.end(*MADE["saddle"].start).loss < -1e6


class TestRipple:
    def test_its_ring(self):
        losses = {
            radius / 1000: found("ripple", 0.6 * radius / 1000, 0.8 * radius / 1000)[0] for radius in range(500, 900)
        }
        radius = min(losses, key=losses.get)
        assert radius == pytest.approx(0.665, abs=3e-3)
        assert losses[radius] == pytest.approx(0.388, abs=5e-4)

    @pytest.mark.parametrize("distance", [1e-9, 1e-5, 1e-3, 0.02])
    def test_close_to_the_middle(self, distance):
        w, b = -0.28 * distance, 0.96 * distance
        with mpmath.workdps(50):
            step = mpf(distance) / 10**20
            derivatives = [mpmath.diff(FORMULAS["ripple"], (mpf(w), mpf(b)), order, h=step) for order in ORDERS]
        assert found("ripple", w, b)[1:] == pytest.approx([float(x) for x in derivatives], rel=1e-10)

    def test_in_the_kink_the_gradient_is_0_and_the_curvature_that_along_a_ray(self):
        with mpmath.workdps(50):
            along = mpmath.diff(lambda x: FORMULAS["ripple"](x, 0), mpf("1e-30"), 2, h=mpf("1e-32"))
        for zero in (0.0, -0.0):
            loss, *derivatives = found("ripple", zero, zero)
            assert loss == pytest.approx(float(FORMULAS["ripple"](0, 0)), abs=1e-15)
            assert derivatives == pytest.approx([0.0, 0.0, float(along), 0.0, float(along)], rel=1e-10)


def test_momentum_finds_the_deep_well_and_gd_the_near_one():
    ends = {}
    for rule in ("gd", "momentum"):
        by = method(rule, problem=MADE["two-wells"])
        ends[rule] = advance(by, begin(by, *by.problem.start), 1000, lambda _row: None).loss
    assert ends == pytest.approx({"gd": LOCAL["two-wells"], "momentum": LOWEST["two-wells"]}, abs=5e-5)
