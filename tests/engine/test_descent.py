import math
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.descent import Method, advance, begin
from gdtui.engine.numbers import FLOATS
from gdtui.engine.optimizers.plain import GD
from gdtui.engine.problems.neuron import LECTURE
from tests.engine.reference import RUNS
from tests.engine.rules import ADAM, EXPONENTIAL, HALVE_ON_RISE, LINE_SEARCH, MOMENTUM, NAG, one_by_one
from tests.engine.surfaces import QUARTIC, Formula

START = (-2.0, -2.0)
LOSS, ETA = 4, 5


def unrecorded(_row):
    """Go on."""


def descend(method, start=START, n=1000):
    """The rows of a descent, as tuples, row 0 first."""
    state = begin(method, *start)
    rows = [(state.w, state.b, state.dw, state.db, state.loss, state.eta)]
    advance(method, state, n, rows.append)
    return rows


def losses(*args, **kwargs):
    return [row[LOSS] for row in descend(*args, **kwargs)]


def first_below(loss, method, start=START, at_most=10_000):
    """The first iteration with a loss below another one; None if there is none."""
    state = advance(method, begin(method, *start), at_most, lambda row: row[LOSS] < loss)
    return state.iteration if state.loss < loss else None


def gd(eta=1.0):
    return Method(LECTURE, GD, eta)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("gd", Method(LECTURE, GD, 1.0)),
        ("gd_start_m4m4", Method(LECTURE, GD, 1.0)),
        ("momentum_lecture", Method(LECTURE, MOMENTUM, 1.0)),
        ("nag_lecture", Method(LECTURE, NAG, 1.0)),
        ("adam_inside", Method(LECTURE, ADAM, 0.1)),
        ("line_search_argmin", Method(LECTURE, LINE_SEARCH, 1.0)),
        ("sgd_cyclic", Method(LECTURE, GD, 1.0, batches=one_by_one)),
        ("sched_exp_lecture", Method(LECTURE, GD, 1.0, EXPONENTIAL)),
    ],
)
def test_a_thousand_updates_against_fifty_digits(name, method):
    run = RUNS[name]
    assert method.eta == run.eta
    rows = descend(method, run.start)
    assert len(rows) == 1001
    assert len(run.rows) == 26
    for truth in run.rows:
        assert truth.is_met_by(*rows[truth.iteration]), (truth, rows[truth.iteration])


class TestTheLecturesNumbers:
    @pytest.mark.parametrize(
        ("start", "at_0", "at_100", "at_1000", "solved"),
        [
            ((-2.0, -2.0), 0.415820, 0.017741, 0.0, 183),
            ((-2.0, -4.0), 0.423573, 0.423221, 0.0, 462),
            ((-4.0, -4.0), 0.424508, 0.424476, 0.423767, 1893),
            ((-5.0, -5.0), 0.424890, 0.424888, 0.424872, 7664),
            ((6.0, 6.0), 0.324901, 0.324900, 0.324887, 8170),
        ],
    )
    def test_flat_starts(self, start, at_0, at_100, at_1000, solved):
        found = losses(gd(), start, 10_000)
        assert [found[0], found[100], found[1000]] == pytest.approx([at_0, at_100, at_1000], abs=5.1e-7)
        assert found[10_000] < 1e-20
        assert first_below(1e-3, gd(), start) == solved

    def test_flatter_than_ten_thousand_updates(self):
        found = losses(gd(), (-6.0, -6.0), 40_000)
        assert [found[0], found[1000], found[10_000]] == pytest.approx([0.424975, 0.424975, 0.424964], abs=5.1e-7)
        assert next(t for t, loss in enumerate(found) if loss < 1e-3) == 33141

    def test_the_valley_it_never_leaves(self):
        found = losses(gd(), (-6.0, 6.0), 100_000)
        assert [found[0], found[100], found[1000]] == pytest.approx([0.688073, 0.405073, 0.405000], abs=5.1e-7)
        assert min(found) > 0.4

    @pytest.mark.parametrize(
        ("start", "solved"),
        [
            ((-2.0, -2.0), 148),
            ((-2.0, -4.0), 215),
            ((-4.0, -4.0), 358),
            ((-5.0, -5.0), 955),
            ((-6.0, -6.0), 3523),
            ((6.0, 6.0), 869),
        ],
    )
    def test_momentum_escapes_sooner(self, start, solved):
        assert first_below(1e-3, Method(LECTURE, MOMENTUM, 1.0), start) == solved

    def test_momentum_overshoots_where_gd_does_not(self):
        assert first_below(1e-4, gd(), (3.0, 3.0)) == 294
        assert first_below(1e-4, Method(LECTURE, MOMENTUM, 1.0), (3.0, 3.0)) == 2276

    @pytest.mark.parametrize(
        ("method", "start", "updates"),
        [
            (gd(), START, [113, 183, 276]),
            (gd(), (-4.0, -4.0), [1824, 1893, 1986]),
            (Method(LECTURE, MOMENTUM, 1.0), START, [32, 148, 161]),
            (Method(LECTURE, MOMENTUM, 1.0), (-4.0, -4.0), [228, 358, 372]),
            (Method(LECTURE, NAG, 1.0), START, [29, 31, 96]),
            (Method(LECTURE, NAG, 1.0), (-4.0, -4.0), [222, 224, 296]),
            (Method(LECTURE, ADAM, 0.1), START, [52, 74, 98]),
            (Method(LECTURE, ADAM, 0.1), (-4.0, -4.0), [66, 83, 95]),
        ],
    )
    def test_updates_to_a_hundredth_a_thousandth_and_so_on(self, method, start, updates):
        assert [first_below(loss, method, start) for loss in (1e-2, 1e-3, 1e-4)] == updates

    @pytest.mark.parametrize(("start", "epochs"), [(START, [111, 179, 270]), ((-4.0, -4.0), [1822, 1889, 1981])])
    def test_epochs_of_one_point_at_a_time(self, start, epochs):
        found = losses(Method(LECTURE, GD, 1.0, batches=one_by_one), start, 4000)[::2]
        assert [next(t for t, loss in enumerate(found) if loss < bound) for bound in (1e-2, 1e-3, 1e-4)] == epochs


class TestEta:
    @pytest.mark.parametrize(
        ("eta", "updates"),
        [(0.1, 2750), (0.5, 551), (1.0, 276), (5.0, 56), (10.0, 20), (20.0, 22), (24.0, 26), (26.0, 75)],
    )
    def test_updates_to_a_loss_of_1e_4(self, eta, updates):
        assert first_below(1e-4, gd(eta)) == updates

    def test_ten_rises_once_and_is_better_than_one(self):
        found = losses(gd(10.0), n=100)
        assert [t for t, (before, after) in enumerate(pairwise(found), start=1) if after > before] == [12]
        assert found[100] == pytest.approx(1.8e-12, rel=0.03)
        assert all(after < before for before, after in pairwise(losses(gd(1.0))))

    @pytest.mark.parametrize(("eta", "holds"), [(24.5, True), (25.0, False)])
    def test_the_minimum_holds_up_to_2_over_the_largest_curvature(self, eta, holds):
        w, b = math.log(6.0), -math.log(4.0) - math.log(6.0) / 2.0
        found = losses(gd(eta), (w + 1e-6, b + 1e-6), 500)
        assert (found[500] < found[0] / 10) is holds
        assert (found[500] > found[0] * 10) is not holds

    def test_twenty_six_cycles_round_the_minimum(self):
        found = losses(gd(26.0), n=5000)
        rises = sum(after > before for before, after in pairwise(found))
        assert 2000 < rises < 3000
        assert 1e-6 < min(found[1000:]) <= max(found[1000:]) < 1e-2

    @pytest.mark.parametrize(("eta", "plateau"), [(50.0, 0.325), (100.0, 0.425), (500.0, 0.425)])
    def test_it_is_thrown_onto_a_plateau(self, eta, plateau):
        *_, (_, _, dw, db, loss, _) = descend(gd(eta))
        assert loss == pytest.approx(plateau, abs=1e-4)
        assert math.hypot(dw, db) < 1e-4
        assert first_below(1e-4, gd(eta)) is None


class TestAdvance:
    def test_a_row_shows_the_state_and_the_eta_that_led_there(self):
        state = begin(gd(5.0), *START)
        assert (state.iteration, state.w, state.b, state.eta) == (0, -2.0, -2.0, 5.0)
        rows = []
        reached = advance(gd(5.0), state, 1, rows.append)
        ((w, b, dw, db, loss, eta),) = rows
        assert (w, b) == (-2.0 - 5.0 * state.dw, -2.0 - 5.0 * state.db)
        assert (loss, dw, db) == LECTURE.objective(FLOATS)(w, b)
        assert (reached.w, reached.b, reached.dw, reached.db, reached.loss, reached.eta) == rows[0]
        assert (reached.iteration, reached.updates, reached.scheduled, eta) == (1, 1, 1, 5.0)

    def test_a_schedule_is_in_force_from_the_first_update(self):
        method = Method(LECTURE, GD, 1.0, EXPONENTIAL)
        assert [row[ETA] for row in descend(method, n=3)] == [1.0, 1.0, math.exp(-0.01), math.exp(-0.02)]

    def test_the_eta_of_a_row_is_the_one_really_used(self):
        rows = descend(Method(LECTURE, LINE_SEARCH, 1.0), n=400)
        assert {0.0, 5.0, 10.0} <= {row[ETA] for row in rows[1:]}  # 0 where no eta leads down any more
        for before, after in pairwise(rows):
            assert after[:2] == (before[0] - after[ETA] * before[2], before[1] - after[ETA] * before[3])

    def test_a_schedule_learns_from_the_loss(self):
        rows = descend(Method(LECTURE, GD, 30.0, HALVE_ON_RISE), n=200)
        etas = [30.0, 30.0]
        for before, after in pairwise(row[LOSS] for row in rows):
            etas.append(etas[-1] / 2 if after > before else etas[-1])
        assert [row[ETA] for row in rows] == etas[:-1]
        assert len(set(etas)) > 1

    def test_a_rule_asks_the_objective_of_the_points_in_use(self):
        def rule(_numbers):
            return lambda w, b, _dw, _db, _eta, _n, memory, objective: (w, b, memory, objective(w, b)[0])

        asking = replace(GD, rule=rule)
        first, second = (0.5 * (1.0 / (1.0 + math.exp(2.0 + 2.0 * x)) - y) ** 2 for x, y in LECTURE.points)
        rows = descend(Method(LECTURE, asking, 1.0, batches=one_by_one), n=3)
        assert [row[ETA] for row in rows[1:]] == pytest.approx([first, second, first])
        assert descend(Method(LECTURE, asking, 1.0), n=1)[1][ETA] == pytest.approx(first + second)

    def test_optimizer_schedule_and_batches_each_count_their_own_updates(self):
        method = Method(LECTURE, ADAM, 0.1, EXPONENTIAL, one_by_one)
        started = replace(begin(method, *START), iteration=1, updates=5, scheduled=30)
        rows = []
        state = advance(method, started, 2, rows.append)
        assert (state.iteration, state.updates, state.scheduled) == (3, 7, 32)
        assert [row[ETA] for row in rows] == [0.1 * math.exp(-0.3), 0.1 * math.exp(-0.31)]
        _, dw, _ = replace(LECTURE, points=LECTURE.points[1:]).objective(FLOATS)(*START)
        mhat, vhat = 0.1 * dw / (1 - 0.9**6), 0.001 * dw * dw / (1 - 0.999**6)
        assert rows[0][0] == pytest.approx(-2.0 - rows[0][ETA] * mhat / math.sqrt(vhat + 1e-8), abs=1e-14)

    def test_no_update_is_no_change(self):
        state = begin(gd(), *START)
        assert advance(gd(), state, 0, pytest.fail) == state

    def test_the_given_state_stays_as_it_is(self):
        method = Method(LECTURE, ADAM, 0.1, HALVE_ON_RISE)
        state = advance(method, begin(method, *START), 10, unrecorded)
        before = repr(state)
        assert advance(method, state, 50, unrecorded) != state
        assert repr(state) == before
        with pytest.raises(FrozenInstanceError):
            state.w = 1.0
        with pytest.raises(FrozenInstanceError):
            method.eta = 1.0

    def test_it_stops_early_where_record_says_so(self):
        rows = []

        def record(row):
            rows.append(row)
            return len(rows) == 7

        state = advance(gd(), begin(gd(), *START), 100, record)
        assert (state.iteration, len(rows)) == (7, 7)
        assert (state.w, state.loss) == (rows[-1][0], rows[-1][LOSS])
        assert state == advance(gd(), begin(gd(), *START), 7, unrecorded)


METHODS = st.builds(
    Method,
    problem=st.just(LECTURE),
    optimizer=st.sampled_from([GD, MOMENTUM, NAG, ADAM, LINE_SEARCH]),
    eta=st.sampled_from([0.1, 1.0, 10.0, 30.0]),
    schedule=st.sampled_from([EXPONENTIAL, HALVE_ON_RISE, gd().schedule]),
    batches=st.sampled_from([one_by_one, gd().batches]),
)


@given(METHODS, st.lists(st.integers(0, 20), max_size=8), st.floats(-6, 6), st.floats(-6, 6))
def test_many_updates_at_once_are_as_many_one_by_one(method, portions, w, b):
    at_once, in_portions, one_by_one_ = [], [], []
    start = begin(method, w, b)
    state = advance(method, start, sum(portions), at_once.append)
    in_parts = single = start
    for n in portions:
        in_parts = advance(method, in_parts, n, in_portions.append)
        for _ in range(n):
            single = advance(method, single, 1, one_by_one_.append)
    assert repr(at_once) == repr(in_portions) == repr(one_by_one_)  # repr tells every bit, -0.0 from 0.0 too
    assert repr(state) == repr(in_parts) == repr(single)


class TestNotFinite:
    def test_it_stops_at_the_first_row_that_is_not_finite(self):
        rows = descend(Method(QUARTIC, GD, 1.0), (10.0, 1.0), 1000)
        assert 3 < len(rows) < 20
        assert all(math.isfinite(number) for row in rows[:-1] for number in row)
        assert not math.isfinite(rows[-1][LOSS])

    def test_the_state_is_the_one_of_that_row(self):
        method = Method(QUARTIC, GD, 1.0)
        rows = descend(method, (10.0, 1.0), 1000)
        state = advance(method, begin(method, 10.0, 1.0), 1000, unrecorded)
        assert state.iteration == len(rows) - 1
        assert repr((state.w, state.b, state.dw, state.db, state.loss, state.eta)) == repr(rows[-1])

    @pytest.mark.parametrize("place", range(3))
    @pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
    def test_any_number_of_a_row_may_be_the_one(self, place, bad):
        def function(w, _b):
            answer = [w, 1.0, 1.0]
            if w < -3.5:
                answer[place] = bad
            return tuple(answer)

        assert len(descend(Method(Formula(function), GD, 1.0), (0.0, 0.0), 100)) == 5

    def test_a_parameter_may_be_the_one(self):
        flat = Formula(lambda _w, _b: (1.0, -1e308, 0.0))
        rows = descend(Method(flat, GD, 1.0), (1.0, 0.0), 100)
        assert [math.isfinite(row[0]) for row in rows] == [True, True, False]

    def test_finite_numbers_whose_sum_overflows_do_not_stop_it(self):
        huge = Formula(lambda _w, _b: (1.7e308, 1.7e308, 1.7e308))
        assert len(descend(Method(huge, GD, 0.0), n=100)) == 101


def test_a_method_is_a_value():
    assert gd(2.0) == gd(2.0) != gd(1.0)
    assert replace(gd(2.0), eta=1.0) == gd(1.0)
