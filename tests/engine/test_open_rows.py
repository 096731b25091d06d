"""Rows that a batch's update on large data leaves open, beside those of a run that pays for all of them."""

import math
from unittest.mock import patch

import numpy as np
import pytest

from gdtui.engine import descent
from gdtui.engine.batches import Batches
from gdtui.engine.descent import LARGE, advance, begin
from gdtui.engine.history import History
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.neuron import Neuron
from gdtui.engine.problems.points import Columns
from tests.engine import textbook
from tests.engine.choices import method

START = (-2.0, -2.0)


def data(count):
    numbers = np.random.default_rng(4)
    return Columns(numbers.uniform(-3, 3, count), numbers.uniform(0, 1, count))


BIG = Neuron(data(LARGE + 1), reduction="mean")
SMALL = Neuron(data(100), reduction="mean")
paying = patch.object(descent, "LARGE", 10**9)
"""Every run pays for all points."""
sparing = patch.object(descent, "LARGE", 50)
"""Also a hundred points are large."""


def grown(by, n, stop=None, start=START):
    path = History(by, *start)
    path.extend(n, stop)
    return path


def rows(path):
    return [path.row(k) for k in range(path.last + 1)]


def paid(by, n, start=START):
    with paying:
        return rows(grown(by, n, start=start))


class TestWhatIsLeftOpen:
    @pytest.mark.parametrize("problem", [SMALL, Neuron(data(LARGE))])
    def test_nothing_of_a_run_on_few_points(self, problem):
        path = grown(method(problem=problem, batches=Batches(32)), 5)
        assert not any(math.isnan(loss) for loss in path.column("loss"))

    def test_nothing_of_a_run_on_all_points(self):
        path = grown(method(problem=BIG), 5)
        assert not any(math.isnan(loss) for loss in path.column("loss"))

    def test_gradient_and_loss_of_a_batchs_row_until_somebody_looks(self):
        path = grown(method(problem=BIG, batches=Batches(32, "shuffle")), 5)
        for name in ("dw", "db", "loss"):
            assert [math.isnan(value) for value in path.column(name)] == [False] + [True] * 5
        assert not any(math.isnan(value) for name in ("w", "b", "eta") for value in path.column(name))
        assert (path.known(0, 6), path.known(1, 6)) == (0, None)
        loss, dw, db = BIG.objective(FLOATS).evaluate(path.column("w")[3], path.column("b")[3])
        assert path.row(3)[3:6] == (dw, db, loss)
        assert path.column("loss")[3] == loss
        assert (path.known(1, 6), path.known(4, 6), path.known(1, 3)) == (3, None, None)

    def test_a_step_does_not_look_at_the_whole_data(self, monkeypatch):
        by, looked_at = method(problem=BIG, batches=Batches(32)), []
        state = begin(by, *START)
        evaluate = Columns.blocks
        monkeypatch.setattr(Columns, "blocks", lambda self: looked_at.append(len(self)) or evaluate(self))
        advance(by, state, 400, lambda _row: None)
        assert sum(looked_at) <= 32 * 400


@pytest.mark.parametrize("rule", ["gd", "nag", "adam", "armijo:alpha0=1", "newton"])
@pytest.mark.parametrize("batches", [Batches(32, "shuffle", 3), Batches(999)])
def test_rows_looked_at_are_those_that_were_paid_for(rule, batches):
    by = method(rule, problem=BIG, batches=batches)
    path = grown(by, 60)
    assert path.row(17) == paid(by, 17)[17]
    assert rows(path) == paid(by, 60)
    assert path.losses(0, 61).tolist() == [row.loss for row in paid(by, 60)]


def test_large_data_is_descended_on_as_the_textbook_does():
    problem = Neuron(data(LARGE + 1))
    path = grown(method("adam", problem=problem, batches=Batches(3, "shuffle", 9)), 12)
    written = textbook.Neuron(tuple(problem.points))
    run = textbook.Recipe("adam", batch=3, order="shuffle", seed=9, problem=written, start=START).descent(
        textbook.DOUBLE
    )
    for k in range(1, 13):
        run.step()
        w, b = run.state.theta
        row = path.row(k)
        assert (row.w, row.b) == (pytest.approx(w, abs=1e-12), pytest.approx(b, abs=1e-12))
    loss, gradient = written.at(textbook.DOUBLE, textbook.Pair((row.w, row.b)))
    assert row[3:6] == pytest.approx((*gradient, loss), abs=1e-13 * problem.size)


class TestHistory:
    BY = method("momentum", problem=SMALL, batches=Batches(7, "shuffle"))

    @sparing
    def test_any_state_is_recomputed_bit_for_bit(self):
        path = grown(self.BY, 1200)
        rows(path)  # what is filled in changes no state
        for k in (1, 100, 512, 777):
            assert repr(path.state(k)) == repr(advance(self.BY, begin(self.BY, *START), k, lambda _row: None))

    @sparing
    def test_a_fork_has_what_is_known_and_fills_in_its_own(self):
        path = grown(self.BY, 50)
        path.row(10)
        fork = path.fork(30)
        fork.row(20)
        assert [fork.known(k, k + 1) is not None for k in (10, 20, 30)] == [True, True, False]
        assert [path.known(k, k + 1) is not None for k in (10, 20, 30)] == [True, False, False]
        assert rows(fork) == paid(self.BY, 30)
        assert rows(path) == paid(self.BY, 50)

    @sparing
    def test_charts_learn_of_it(self):
        path = grown(self.BY, 5000)
        overview = path.overview("loss")
        list(overview.stretches(1))
        looked_at = {k: path.row(k).loss for k in (3, 4, 2000, 4999)}
        for rows_at_once in (1, 64, 6000):
            for stretch in overview.stretches(rows_at_once):
                known = [
                    loss for k, loss in {0: path.row(0).loss, **looked_at}.items() if stretch.first <= k <= stretch.last
                ]
                expected = (min(known), max(known)) if known else (math.nan, math.nan)
                assert repr((stretch.low, stretch.high)) == repr(expected)

    @sparing
    def test_a_run_ends_where_w_or_b_is_not_finite(self):
        by = method(eta=1e155, problem=Neuron(data(100), "linear"), batches=Batches(50))
        path = grown(by, 100)
        assert not path.leads_on
        assert path.last < 10
        assert not math.isfinite(path.row(path.last).w)
        before = path.row(path.last - 1)
        assert math.isfinite(before.w)
        assert before.loss == math.inf  # by which a run that pays would have ended

    @sparing
    def test_a_change_leads_on_from_a_row_that_is_open(self):
        other = method("adam", problem=SMALL, batches=Batches(7, "shuffle"))
        path = grown(self.BY, 20)
        path.change(other)
        path.extend(20)
        with paying:
            beside = grown(self.BY, 20)
            beside.change(other)
            beside.extend(20)
        assert rows(path) == rows(beside)


class TestStop:
    BY = method(problem=SMALL, batches=Batches(7))

    @sparing
    def test_it_is_told_the_loss_of_every_row(self):
        told = []
        path = grown(self.BY, 100, lambda loss: told.append(loss) or len(told) == 40)
        assert told == [row.loss for row in paid(self.BY, 40)][1:]
        assert path.last == 40
        assert path.column("loss")[1:].tolist() == told
        assert repr(path.state(40)) == repr(grown(self.BY, 40).state(40))

    @sparing
    def test_losses_are_filled_in_only_where_they_are_asked_for(self):
        path = grown(self.BY, 20)
        assert path.losses(8, 11).tolist() == [row.loss for row in paid(self.BY, 20)][8:11]
        assert [k for k in range(1, 21) if path.known(k, k + 1) is not None] == [8, 9, 10]


class TestHalveOnRise:
    @sparing
    @pytest.mark.parametrize("law", ["halve-on-rise", "halve-on-rise:warmup=20"])
    @pytest.mark.parametrize("batches", [Batches(7), Batches(13, "shuffle", 2), Batches(100, "shuffle")])
    def test_it_halves_where_a_run_that_pays_does(self, law, batches):
        by = method(eta=60.0, law=law, problem=SMALL, batches=batches)
        path = grown(by, 300)
        assert path.row(300).eta < 60.0
        assert rows(path) == paid(by, 300)

    @sparing
    def test_it_looks_at_the_loss_twice_an_epoch(self):
        by = method(law="halve-on-rise", problem=SMALL, batches=Batches(10))
        path = grown(by, 60)
        assert [k for k in range(61) if path.known(k, k + 1) is not None] == list(range(0, 61, 10))

    @sparing
    @pytest.mark.parametrize("portion", [1, 3, 10, 17])
    def test_portions_make_no_difference(self, portion):
        by = method(eta=60.0, law="halve-on-rise", problem=SMALL, batches=Batches(10))
        path = History(by, *START)
        while path.last < 170:
            path.extend(portion)
        assert rows(path)[:171] == rows(grown(by, 170))

    @sparing
    @pytest.mark.parametrize("at", [15, 20])
    def test_it_may_begin_in_the_middle_of_a_run(self, at):
        before = method(eta=60.0, problem=SMALL, batches=Batches(10))
        halving = method(eta=60.0, law="halve-on-rise", problem=SMALL, batches=Batches(10))
        path = grown(before, at)
        path.change(halving)
        path.extend(100)
        with paying:
            beside = grown(before, at)
            beside.change(halving)
            beside.extend(100)
        assert rows(path) == rows(beside)
        assert beside.row(beside.last).eta < 60.0
