"""The sampled surface: the loss where a sample says, bands that show it, and what cannot be sampled."""

import math
import random
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.analysis.landscape import (
    FEWEST_BANDS,
    GAP,
    MOST_BANDS,
    even_levels,
    logarithmic_levels,
    slice_along,
    survey,
)
from gdtui.engine.analysis.speed import BLOCK, Speed
from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.history import History
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import Objective, Window
from gdtui.engine.problems.neuron import Neuron
from gdtui.engine.problems.surfaces import Surface
from gdtui.session.recipe import Recipe

WHOLE = Window(-1.0, 1.0, -1.0, 1.0)
NAMES = [name for name, problem in PROBLEMS.items() if not problem.asks]


def problem(loss, *, window=WHOLE, minima=()):
    """A surface whose loss is a function of arrays or floats."""
    return Surface(
        "made up", window, (0.5, 0.5), 0.1, minima, lambda _: Objective(lambda w, b: (loss(w, b), w, b), None)
    )


def evaluated(of, w, b):
    return of.objective(FLOATS).evaluate(w, b)[0]


class TestSamples:
    @pytest.mark.parametrize("name", NAMES)
    def test_each_is_the_loss_at_its_middle(self, name):
        of = PROBLEMS[name].make()
        landscape = survey(of, of.window, 60, 40)
        draw = random.Random(name)
        for _ in range(20 if name == "sparse" else 200):
            column, row = draw.randrange(60), draw.randrange(40)
            w, b = landscape.point(column, row)
            assert landscape.loss[row, column] == pytest.approx(evaluated(of, w, b), rel=1e-12, abs=1e-12)
            assert tuple(map(math.floor, landscape.place(w, b))) == (column, row)

    def test_north_is_the_larger_b_and_east_the_larger_w(self):
        landscape = survey(problem(lambda w, b: w + 10.0 * b), WHOLE, 4, 4)
        assert (np.diff(landscape.loss, axis=0) < 0).all()
        assert (np.diff(landscape.loss, axis=1) > 0).all()
        assert landscape.place(-1.0, 1.0) == (0.0, 0.0)
        assert landscape.place(1.0, -1.0) == (4.0, 4.0)

    def test_a_loss_that_is_one_number(self):
        landscape = survey(problem(lambda w, b: 3.0), WHOLE, 5, 3)
        assert landscape.loss.tolist() == [[3.0] * 5] * 3

    @pytest.mark.parametrize("reduction", ["sum", "mean"])
    def test_many_points_are_thinned_and_it_is_said(self, reduction):
        draw = random.Random(1)
        points = tuple((x := draw.random(), x * x) for _ in range(20_000))
        of = Neuron(points, reduction=reduction)
        landscape = survey(of, of.window, 100, 60)
        assert 100 < landscape.points_used < of.size
        w, b = landscape.point(30, 20)
        assert landscape.loss[20, 30] == pytest.approx(evaluated(of, w, b), rel=0.05)
        assert survey(PROBLEMS["sparse"].make(), of.window, 100, 60).points_used == 100


class TestBands:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("logarithmic", [None, False, True])
    def test_there_are_enough_and_each_sample_is_in_its_own(self, name, logarithmic):
        of = PROBLEMS[name].make()
        landscape = survey(of, of.window, 80, 60, logarithmic=logarithmic)
        assert FEWEST_BANDS <= len(landscape.levels) + 1 <= MOST_BANDS
        edges = [-math.inf, *landscape.levels, math.inf]
        for band in range(len(edges) - 1):
            losses = landscape.loss[landscape.bands == band]
            assert ((edges[band] <= losses) & (losses < edges[band + 1])).all()

    def test_which_surfaces_ask_for_logarithms(self):
        asked = {name for name in NAMES if survey(of := PROBLEMS[name].make(), of.window, 60, 60).logarithmic}
        assert {"rosenbrock", "himmelblau", "beale"} <= asked
        assert not {"lecture", "padhai", "sphere", "rastrigin", "saddle"} & asked

    def test_a_deep_valley_is_more_than_one_band(self):
        of = PROBLEMS["rosenbrock"].make()
        bands = survey(of, of.window, 80, 80).bands
        assert np.bincount(bands.ravel()).max() < 0.4 * bands.size

    def test_the_levels_are_those_of_the_problems_own_window(self):
        of = PROBLEMS["bowl"].make()
        own, around = survey(of, of.window, 40, 20), survey(of, Window(-60.0, 60.0, -30.0, 30.0), 400, 200)
        assert around.levels == own.levels
        assert around.range[1] > 50.0 * own.range[1]

    @given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e6))
    def test_even_levels(self, low, span):
        levels = even_levels(low, low + span)
        assert FEWEST_BANDS <= len(levels) + 1 <= MOST_BANDS
        assert low < levels[0] <= levels[-1] < low + span
        steps = np.diff(levels)
        assert steps.max() - steps.min() < 1e-6 * span
        mantissa = steps[0] / 10.0 ** math.floor(math.log10(steps[0] * 1.0001))
        assert round(mantissa, 6) in {1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0}

    @given(st.floats(-300.0, 290.0), st.floats(0.1, 600.0))
    def test_logarithmic_levels(self, bottom, decades):
        exponents = np.linspace(bottom, min(bottom + decades, 300.0), 500)
        levels = logarithmic_levels(10.0**exponents, [])
        assert 1 <= len(levels) < MOST_BANDS
        assert list(levels) == sorted(set(levels))
        assert levels[-1] < 10.0 ** exponents[-1]

    def test_levels_stand_above_a_minimum_that_is_known(self):
        landscape = survey(
            problem(lambda w, b: 5.0 + w**4 + b**4, minima=[(0.0, 0.0)]), WHOLE, 40, 40, logarithmic=True
        )
        assert all(level > 5.0 for level in landscape.levels)
        assert [round(level - 5.0, 9) for level in landscape.levels[-2:]] == [0.3, 1.0]

    def test_edges_are_where_bands_end(self):
        landscape = survey(problem(lambda w, b: w + 0.0 * b), WHOLE, 40, 4)
        ends = np.flatnonzero(np.diff(landscape.bands[0]))
        assert len(ends) == len(landscape.levels)
        assert [np.flatnonzero(row).tolist() for row in landscape.edges] == [ends.tolist()] * 4


class TestOddities:
    def test_a_gap_where_the_loss_is_not_finite(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            landscape = survey(problem(lambda w, b: np.log(w) + b / (b > 0)), WHOLE, 40, 40)
        assert np.isnan(landscape.loss[5, 5])
        assert (landscape.bands[:, :20] == GAP).all()
        assert (landscape.bands[20:] == GAP).all()
        assert (landscape.bands[:20, 20:] != GAP).all()
        assert all(map(math.isfinite, landscape.range))

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_nothing_finite(self, value):
        landscape = survey(problem(lambda w, b: value), WHOLE, 6, 4)
        assert landscape.levels == ()
        assert (landscape.bands == GAP).all()
        assert all(map(math.isnan, landscape.range))

    @pytest.mark.parametrize("logarithmic", [None, False, True])
    @pytest.mark.parametrize("value", [0.0, 0.4, -1e300, 1e308])
    def test_a_constant_loss_is_one_band(self, value, logarithmic):
        landscape = survey(problem(lambda w, b: value + 0.0 * w), WHOLE, 6, 4, logarithmic=logarithmic)
        assert landscape.levels == ()
        assert (landscape.bands == 0).all()

    @pytest.mark.parametrize("logarithmic", [None, False, True])
    def test_from_1e_300_to_1e300(self, logarithmic):
        of = problem(lambda w, b: 10.0 ** (300.0 * w) + 0.0 * b)
        landscape = survey(of, WHOLE, 200, 10, logarithmic=logarithmic)
        assert landscape.logarithmic is (logarithmic is not False)
        assert FEWEST_BANDS <= len(landscape.levels) + 1 <= MOST_BANDS
        if landscape.logarithmic:
            assert np.bincount(landscape.bands.ravel()).min() > 0.03 * landscape.bands.size

    @pytest.mark.parametrize("low_high", [(-1.7e308, 1.7e308), (1e-300, 1e308)])
    @pytest.mark.parametrize("logarithmic", [None, False, True])
    def test_the_largest_numbers_there_are(self, low_high, logarithmic):
        low, high = low_high
        of = problem(lambda w, b: np.where(w < 0.0, low, high) + 0.0 * b)
        landscape = survey(of, WHOLE, 20, 10, logarithmic=logarithmic)
        assert set(landscape.bands[:, 0].tolist()) == {0}
        assert set(landscape.bands[:, -1].tolist()) == {len(landscape.levels)}

    @pytest.mark.parametrize(
        "window",
        [
            Window(2.0, 2.0, -3.0, -3.0),
            Window(1.0, -1.0, 1.0, -1.0),
            Window(0.0, 0.0, 0.0, 5e-324),
            Window(1e15, 1e15, 1.0, 1.0 + 1e-15),
            Window(math.nan, math.nan, -math.inf, math.inf),
            Window(-1.7e308, 1.7e308, 1e-320, 1e-320),
        ],
    )
    def test_any_window_is_widened_to_one_with_different_samples(self, window):
        landscape = survey(PROBLEMS["sphere"].make(), window, 50, 50)
        points = [landscape.point(k, k) for k in range(50)]
        assert len({w for w, _ in points}) == len({b for _, b in points}) == 50
        assert all(map(math.isfinite, (*points[0], *points[-1])))

    def test_one_sample(self):
        landscape = survey(PROBLEMS["sphere"].make(), WHOLE, 1, 1)
        assert (landscape.point(0, 0), landscape.loss.tolist(), landscape.levels) == ((0.0, 0.0), [[0.0]], ())


class TestSlices:
    def test_the_loss_along_each_parameter_and_the_slope_of_its_tangent(self):
        recipe = Recipe()
        of = recipe.method().problem
        row = History(recipe.method(), -1.0, 0.5).row(0)
        for parameter in ("w", "b"):
            cut = slice_along(of, of.window, row, parameter, 101)
            assert (cut.places[0], cut.places[-1], len(cut.places)) == (-6.0, 6.0, 101)
            for place, loss in zip(cut.places, cut.losses, strict=True):
                assert loss == pytest.approx(evaluated(of, *((place, 0.5) if parameter == "w" else (-1.0, place))))
            assert cut.tangent(cut.at) == row.loss
            near = 1e-6
            w, b = (row.w + near, row.b) if parameter == "w" else (row.w, row.b + near)
            assert cut.tangent(cut.at + near) == pytest.approx(evaluated(of, w, b), abs=1e-11)


class TestSpeed:
    def test_how_far_each_update_moved(self):
        history = History(Recipe(optimizer=Recipe().optimizer).method(), -2.0, -2.0)
        speed = Speed(history)
        for n in (0, 1, 30, 120):
            history.extend(n)
            speed.catch_up()
            w, b = history.column("w"), history.column("b")
            moved = [math.hypot(w[t] - w[t - 1], b[t] - b[t - 1]) for t in range(1, history.last + 1)]
            assert speed.steps[1:].tolist() == pytest.approx(moved, rel=1e-15)
            assert speed.longest == (1 + moved.index(max(moved)) if moved else 0)
        assert speed.longest == 82  # on the steep part, which GD reaches late

    def test_a_long_history_and_one_that_ends(self):
        history = History(Recipe().method(), -2.0, -2.0)
        history.extend(BLOCK + 10)
        speed = Speed(history)
        speed.catch_up()
        assert len(speed.steps) == history.last + 1
        history = History(Recipe(eta=1e300).method(), 0.0, 0.0)
        history.extend(5)
        speed = Speed(history)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            speed.catch_up()
        assert len(speed.steps) == history.last + 1


class TestTextbooks:
    """What the textbooks' pictures show, counted in the samples."""

    @staticmethod
    def wells(name, columns, rows):
        """Samples that are lower than the eight around them, as points."""
        of = PROBLEMS[name].make()
        landscape = survey(of, of.window, columns, rows)
        loss = landscape.loss
        around = [
            np.roll(loss, (down, right), (0, 1))
            for down in (-1, 0, 1)
            for right in (-1, 0, 1)
            if (down, right) != (0, 0)
        ]
        lowest = np.min(around, axis=0)
        inside = (loss < lowest)[1:-1, 1:-1]
        return [landscape.point(column + 1, row + 1) for row, column in zip(*np.nonzero(inside), strict=True)]

    def test_himmelblau_has_four_wells(self):
        known = [(3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)]  # Himmelblau 1972
        found = self.wells("himmelblau", 160, 160)
        assert len(found) == 4
        assert all(min(math.dist(place, well) for well in found) < 0.1 for place in known)

    def test_rastrigin_has_one_at_every_pair_of_whole_numbers(self):
        window = PROBLEMS["rastrigin"].make().window
        whole = range(math.ceil(window.w_low), math.floor(window.w_high) + 1)
        found = {(round(w), round(b)) for w, b in self.wells("rastrigin", 201, 201)}
        assert found == {(w, b) for w in whole for b in whole}

    def test_the_valley_of_rosenbrock_is_a_parabola(self):
        of = PROBLEMS["rosenbrock"].make()
        landscape = survey(of, of.window, 80, 400)
        for column in range(landscape.columns):
            row = int(np.argmin(landscape.loss[:, column]))
            w, b = landscape.point(column, row)
            if w * w < of.window.b_high:
                assert b == pytest.approx(w * w, abs=0.02)
