from dataclasses import replace

import pytest

from gdtui.engine.analysis.update import bias_corrections, next_update
from gdtui.engine.batches import Batches
from gdtui.engine.catalog import OPTIMIZERS
from gdtui.engine.descent import advance, begin
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.neuron import Neuron
from tests.engine.choices import LECTURE, method
from tests.engine.textbook import PADHAI


def after(by, n, start=(-2.0, -2.0)):
    return advance(by, begin(by, *start), n, lambda _row: None)


class TestTrials:
    @pytest.mark.parametrize("clip", ["", ",clip=0.001"])
    @pytest.mark.parametrize("updates", [0, 3, 200, 300, 350])
    def test_line_search_tries_each_eta_however_short_the_step(self, updates, clip):
        by = method("line-search:etas=0.1/10/1" + clip)
        state = after(by, updates)
        found = next_update(by, state)
        assert [trial.eta for trial in found.trials] == pytest.approx([0.1, 10.0, 1.0], rel=1e-14)
        row = after(by, updates + 1)
        here = LECTURE.objective(FLOATS).evaluate(state.w, state.b)[0]
        lowest = min(found.trials, key=lambda trial: trial.loss)
        if lowest.loss < here:
            assert (row.eta, row.loss) == (pytest.approx(lowest.eta, rel=1e-14), lowest.loss)
        else:
            assert row.eta == 0.0

    @pytest.mark.parametrize("settings", ["", ":alpha0=100,rho=0.7,c=0.3", ":clip=0.01,alpha0=1000"])
    def test_armijo_tries_ever_shorter_ones_and_takes_the_last(self, settings):
        by = method("armijo" + settings, problem=Neuron(PADHAI))
        values = by.optimizer.arguments
        most = 0
        for n in range(0, 30, 3):
            trials = next_update(by, after(by, n)).trials
            most = max(most, len(trials))
            expected = [values["alpha0"] * values["rho"] ** k for k in range(len(trials))]
            assert [trial.eta for trial in trials] == pytest.approx(expected, rel=1e-13)
            state = after(by, n + 1)
            assert state.eta == pytest.approx(trials[-1].eta, rel=1e-13)
            assert state.loss == trials[-1].loss
        assert most > 1

    @pytest.mark.parametrize("name", sorted(set(OPTIMIZERS) - {"line-search", "armijo", "nag"}))
    def test_the_others_try_none(self, name):
        by = method(name)
        assert next_update(by, after(by, 5)).trials == []

    def test_a_gradient_of_nought_has_none(self):
        by = method("line-search", problem=replace(LECTURE, activation="relu"))
        assert next_update(by, begin(by, -2.0, -2.0)).trials == []


class TestBatch:
    @pytest.mark.parametrize("order", ["cyclic", "shuffle"])
    def test_its_points_and_its_gradient_are_those_of_the_update(self, order):
        by = method("gd:clip=1e6", problem=Neuron(PADHAI, reduction="mean"), batches=Batches(4, order, 3))
        for n in range(7):
            state = after(by, n)
            found = next_update(by, state)
            assert list(found.places) == list(by.batches.places(by.problem, n))
            assert len(found.places) == (2 if n % 2 else 4)
            then = after(by, n + 1)
            assert (then.w, then.b) == (state.w - found.dw, state.b - found.db)
            part = replace(by.problem, points=tuple(PADHAI[place] for place in found.places))
            assert (found.dw, found.db) == part.objective(FLOATS).evaluate(state.w, state.b)[1:]

    def test_all_points_are_the_gradient_of_the_row(self):
        by = method("adam")
        state = after(by, 4)
        found = next_update(by, state)
        assert (found.dw, found.db, list(found.places)) == (state.dw, state.db, [0, 1])


class TestNewton:
    def test_it_says_where_it_damps_and_by_how_much(self):
        by = method("newton")
        assert next_update(by, begin(by, -2.0, -2.0)).remark.startswith("Newton damps by 0.0")
        assert next_update(by, begin(by, 1.8, -2.3)).remark == ""

    def test_of_the_batch_in_use(self):
        by = method("newton", batches=Batches(1))  # one point bends along one direction only
        assert next_update(by, begin(by, 1.8, -2.3)).remark.startswith("Newton damps by 0.001: ")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_looking_changes_nothing(name):
    by = method(name)
    state = after(by, 5)
    before = repr(state)
    next_update(by, state)
    assert repr(state) == before


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_step_and_its_eta_are_those_of_the_row_it_leads_to(name):
    by = method(name, problem=Neuron(PADHAI), batches=Batches(4, "shuffle"))
    for n in (0, 1, 7):
        state, then = after(by, n), after(by, n + 1)
        found = next_update(by, state)
        assert found.step == (then.w - state.w, then.b - state.b)
        assert found.eta == then.eta


class TestBiasCorrections:
    def test_they_make_the_mean_of_equal_gradients_that_gradient(self):
        """After n updates with the same g, m is (1 - beta1^n) g and v is (1 - beta2^n) g^2."""
        line = Neuron(((1.0, 0.0),), activation="linear")
        by = method("adam:beta1=0.8,beta2=0.9", eta=1e-12, problem=line)
        for n in (1, 2, 9):
            state = after(by, n, start=(0.5, 0.25))
            corrections = bias_corrections(by, state)
            m, v = state.memory[0]
            assert m / corrections["m"] == pytest.approx(0.75, rel=1e-9)
            assert v / corrections["v"] == pytest.approx(0.75**2, rel=1e-9)

    @pytest.mark.parametrize(("name", "updates"), [("adam", 0), ("adam:bias_correction=no", 3), ("momentum", 3)])
    def test_none(self, name, updates):
        by = method(name)
        assert bias_corrections(by, after(by, updates)) == {}
