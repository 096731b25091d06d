import shlex
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine.batches import Batches
from gdtui.engine.descent import advance
from gdtui.engine.history import Row
from gdtui.session.commands import Back, Forward, GoTo, Restart, SetEta, SetOptimizer, SetSchedule, Step
from gdtui.session.data import Data
from gdtui.session.recipe import CONSTANT, LIMIT, Recipe, optimizer, problem, schedule
from gdtui.session.session import GHOSTS, Session
from gdtui.session.stopping import Below, Limit, NotFinite, Settled
from tests.engine.surfaces import QUARTIC, chosen


def rows(path, first=0, last=None):
    """The rows of a history, bit for bit."""
    return [repr(path.row(k)) for k in range(first, (path.last if last is None else last) + 1)]


def everything(session):
    return (
        session.recipe,
        session.cursor,
        session.method,
        session.history.changes,
        rows(session.history),
        [(ghost.left_at, rows(ghost.history)) for ghost in session.ghosts],
    )


def started(*commands, **recipe):
    session = Session(Recipe(**recipe))
    for command in commands:
        session.do(command)
    return session


class TestStepping:
    def test_forward_and_back_and_forward_again_is_the_same(self):
        session = started(Step(200))
        there = rows(session.history)
        seen = [session.row]
        for _ in range(200):
            session.do(Back())
            seen.append(session.row)
        assert session.cursor == 0
        assert rows(session.history) == there
        assert [repr(row) for row in reversed(seen)] == there
        for k in range(1, 201):
            assert session.do(Step()) is None
            assert (session.cursor, repr(session.row)) == (k, there[k])
        assert session.history.last == 200
        assert session.ghosts == ()

    def test_one_by_one_is_all_at_once(self):
        assert everything(started(*[Step()] * 60)) == everything(started(Step(60))) == everything(started(Forward(60)))

    def test_the_cursor_ends_where_the_record_does(self):
        session = started(Step(30), Back(1000))
        assert session.cursor == 0
        session.do(Back())
        assert session.cursor == 0
        for asked, found in [(17, 17), (31, 30), (10**9, 30), (-1, 0)]:
            session.do(GoTo(asked))
            assert session.cursor == session.row.iteration == found
        assert session.history.last == 30

    def test_new_rows_follow_where_the_record_ends(self):
        session = started(Step(30), Back(10), Step(25))
        assert session.cursor == session.history.last == 45
        assert rows(session.history) == rows(started(Step(45)).history)

    def test_no_step_is_no_change(self):
        session = started(Step(30), Back(10), SetEta(5.0))
        before = everything(session)
        assert session.do(Step(0)) is session.do(Forward(0)) is session.do(Back(0)) is None
        assert everything(session) == before


class TestEta:
    def test_it_shows_in_the_next_row(self):
        session = started(Step(50), SetEta(2.0), Step(10))
        assert session.history.column("eta").tolist() == [1.0] * 51 + [2.0] * 10
        before, after = session.history.row(50), session.history.row(51)
        assert (after.w, after.b) == (before.w - 2.0 * before.dw, before.b - 2.0 * before.db)
        assert session.ghosts == ()

    def test_at_iteration_0_it_is_the_one_of_row_0(self):
        session = started(SetEta(2.0))
        assert session.row.eta == 2.0
        session.do(Step(20))
        assert rows(session.history) == rows(started(Step(20), eta=2.0).history)

    def test_the_one_in_hand_is_the_one_of_the_next_step(self):
        session = started(Step(50), SetEta(2.0), Step(50), SetEta(3.0))
        for iteration, eta in [(100, 3.0), (99, 2.0), (50, 2.0), (49, 1.0), (0, 1.0)]:
            session.do(GoTo(iteration))
            assert session.method.eta == eta

    def test_one_set_at_the_end_stays_where_it_was_set(self):
        session = started(Step(50), SetEta(2.0), Back(20), Step(30))
        assert session.history.column("eta").tolist() == [1.0] * 51 + [2.0] * 10


class TestBranches:
    def test_the_first_step_after_a_change_in_the_past_starts_one(self):
        session = started(Step(100))
        left = rows(session.history)
        session.do(GoTo(40))
        session.do(SetEta(5.0))
        assert (session.method.eta, session.history.last, session.ghosts) == (5.0, 100, ())
        session.do(Step())
        (ghost,) = session.ghosts
        assert (ghost.left_at, rows(ghost.history)) == (40, left)
        assert session.cursor == session.history.last == 41
        assert rows(session.history, last=40) == left[:41]
        assert rows(session.history) == rows(started(Step(40), SetEta(5.0), Step()).history)

    def test_forward_starts_one_too(self):
        stepped = started(Step(100), GoTo(40), SetEta(5.0), Step(30))
        assert everything(started(Step(100), GoTo(40), SetEta(5.0), Forward(30))) == everything(stepped)
        assert everything(started(Step(100), GoTo(40), SetEta(5.0), Forward(30, Below(0.0)))) == everything(stepped)

    def test_three_changes_before_a_step_are_one(self):
        once = started(Step(100), GoTo(40), SetEta(5.0), Step(10))
        thrice = started(Step(100), GoTo(40), SetEta(3.0), SetEta(0.1), SetEta(5.0), Step(10))
        assert everything(once) == everything(thrice)
        assert len(thrice.ghosts) == 1

    def test_a_change_and_back_is_none(self):
        session = started(Step(100), GoTo(40), SetEta(5.0), SetEta(1.0), Step(10))
        assert session.ghosts == ()
        assert (session.cursor, session.history.last) == (50, 100)
        assert session.history.changes == started().history.changes

    @pytest.mark.parametrize("away", [Back(), GoTo(60), Back(100)])
    def test_moving_away_drops_a_change_that_no_step_was_taken_with(self, away):
        session = started(Step(100), GoTo(40), SetEta(5.0), away)
        assert session.method.eta == 1.0
        session.do(GoTo(40))
        assert session.method.eta == 1.0
        session.do(Step(100))
        assert session.ghosts == ()
        assert set(session.history.column("eta")) == {1.0}

    @pytest.mark.parametrize("stay", [GoTo(40), Back(0)])
    def test_staying_does_not(self, stay):
        assert started(Step(100), GoTo(40), SetEta(5.0), stay).method.eta == 5.0

    def test_a_branch_at_an_earlier_change_replaces_it(self):
        session = started(Step(50), SetEta(2.0), Step(50), GoTo(50), SetEta(3.0), Step(10))
        assert session.history.column("eta").tolist() == [1.0] * 51 + [3.0] * 10
        assert session.changes() == ["at iteration 50: eta 3.0"]
        assert len(session.ghosts) == 1

    def test_a_branch_may_undo_an_earlier_change(self):
        session = started(Step(50), SetEta(2.0), Step(50), GoTo(50), SetEta(1.0), Step(10))
        assert rows(session.history) == rows(started(Step(60)).history)
        assert session.changes() == []
        assert len(session.ghosts) == 1

    def test_a_branch_may_start_at_iteration_0(self):
        session = started(Step(50), GoTo(0), SetEta(2.0), Step(10))
        assert rows(session.history) == rows(started(Step(10), eta=2.0).history)
        assert [ghost.left_at for ghost in session.ghosts] == [0]

    def test_the_branch_goes_on_like_any_run(self):
        session = started(Step(100), GoTo(40), SetEta(5.0), Step(10), SetEta(3.0), Step(5))
        assert session.history.column("eta").tolist() == [1.0] * 41 + [5.0] * 10 + [3.0] * 5
        assert len(session.ghosts) == 1

    def test_the_last_ghosts_are_kept(self):
        session = started(Step(50))
        for k, eta in enumerate([2.0, 3.0, 4.0, 5.0, 6.0], start=1):
            for command in (GoTo(k), SetEta(eta), Step(20)):
                session.do(command)
        assert [ghost.left_at for ghost in session.ghosts] == [3, 4, 5]
        assert [ghost.history.row(ghost.left_at + 1).eta for ghost in session.ghosts] == [3.0, 4.0, 5.0]
        assert len(session.ghosts) == GHOSTS


class TestRestart:
    def test_it_begins_again_with_the_eta_in_hand(self):
        session = started(Step(50), SetEta(2.0), Step(50))
        left = rows(session.history)
        session.do(Restart())
        assert (session.cursor, session.history.last, session.changes()) == (0, 0, [])
        assert session.row == started(eta=2.0).row
        assert [(ghost.left_at, rows(ghost.history)) for ghost in session.ghosts] == [(0, left)]
        session.do(Step(20))
        assert rows(session.history) == rows(started(Step(20), eta=2.0).history)

    def test_in_hand_is_what_the_next_step_would_take(self):
        session = started(Step(50), SetEta(2.0), Step(50), GoTo(30), Restart())
        assert session.method.eta == 1.0
        session = started(Step(50), SetEta(2.0), Step(50), GoTo(30), SetEta(7.0), Restart())
        assert session.method.eta == session.recipe.eta == 7.0

    def test_at_another_start_and_then_at_that_one_again(self):
        session = started(Step(5), Restart((0.0, 0.0)), Step(5), Restart())
        assert (session.row.w, session.row.b) == session.recipe.start == (0.0, 0.0)
        assert (session.ghosts[-1].history.row(0).w, session.ghosts[0].history.row(0).w) == (0.0, -2.0)

    def test_nothing_is_left_where_nothing_was_stepped(self):
        assert started(Restart(), Restart((1.0, 1.0)), Restart()).ghosts == ()

    def test_a_change_not_stepped_with_is_not_carried_to_the_new_run_s_first_rows(self):
        session = started(Step(50), GoTo(0), SetEta(2.0), Restart(), SetEta(3.0), Step(3), Back(3), Step(3))
        assert session.history.column("eta").tolist() == [3.0] * 4
        assert len(session.ghosts) == 1


class TestLimit:
    def test_it_pauses_at_each_multiple(self):
        session = started(limit=100)
        for iterations in (100, 200, 300):
            assert session.do(Step(1000)) == Limit(iterations)
            assert session.cursor == iterations

    def test_however_one_comes_there(self):
        session = started(Step(99), limit=100)
        assert session.do(Step()) == Limit(100)
        assert session.do(Step()) is None
        assert session.do(Step(98)) is None
        assert session.do(Step(1)) == Limit(200)

    def test_not_on_rows_that_are_on_record(self):
        session = started(Step(100), Step(100), GoTo(50), limit=100)
        assert session.do(Step(120)) is None
        assert session.cursor == 170
        assert session.do(Step(130)) == Limit(300)

    def test_it_counts_the_iterations_of_the_branch(self):
        session = started(Step(100), Step(30), GoTo(50), SetEta(5.0), limit=100)
        assert session.do(Step(1000)) == Limit(100)
        assert session.cursor == session.history.last == 100

    def test_forward_goes_past_it(self):
        session = started(limit=100)
        assert session.do(Forward(250)) is None
        assert session.cursor == 250
        assert session.do(Step(1000)) == Limit(300)


class TestSettled:
    rule = Settled(1e-3, 10)

    @staticmethod
    def holding(session, rule):
        """The iterations at which a rule holds but did not at the one before, by its definition."""
        loss = session.history.column("loss")
        holds = [k >= rule.over and abs(loss[k] - loss[k - rule.over]) < rule.change for k in range(len(loss))]
        return [k for k, (before, now) in enumerate(pairwise(holds), start=1) if now and not before]

    def test_it_pauses_at_the_first_row_where_the_rule_holds_and_again_after_it_has_not(self):
        expected = self.holding(started(Step(1000)), self.rule)
        assert len(expected) == 2  # on the flat start and at the minimum
        session, paused = started(stop=self.rule), []
        while session.cursor < 1000:
            if reason := session.do(Step(1000 - session.cursor)):
                assert reason is session.recipe.stop
                paused.append(session.cursor)
        assert paused == expected

    def test_step_by_step_it_pauses_at_the_same_rows(self):
        session = started(stop=self.rule)
        told = [k for k in range(1, 1001) if session.do(Step()) is not None]
        assert told == self.holding(session, self.rule)

    def test_rows_on_record_do_not_pause(self):
        session = started(stop=self.rule)
        assert session.do(Step(1000)) == self.rule
        first = session.cursor
        session.do(Back(5))
        assert session.do(Step(7)) is None
        assert session.cursor == first + 2

    def test_a_branch_is_judged_by_its_own_rows(self):
        session = started(Step(1000), stop=self.rule)
        first = session.cursor
        session.do(Back(3))
        session.do(SetEta(1.01))
        assert session.do(Step(1000)) == self.rule
        assert session.cursor == self.holding(session, self.rule)[0] <= first

    def test_forward_goes_past_it(self):
        session = started(stop=self.rule)
        assert session.do(Forward(1000)) is None
        assert session.cursor == 1000

    def test_forward_may_run_up_to_it_over_recorded_rows(self):
        session = started(Step(1000))
        expected = self.holding(session, self.rule)
        session.do(GoTo(0))
        for k in expected:
            assert session.do(Forward(1000, self.rule)) == self.rule
            assert session.cursor == k
        assert session.do(Forward(20, self.rule)) is None
        assert (session.cursor, session.history.last) == (expected[-1] + 20, 1000)


class TestBelow:
    def test_forward_runs_up_to_the_first_row_below(self):
        session = started()
        assert session.do(Forward(10_000, Below(1e-3))) == Below(1e-3)
        assert session.cursor == session.history.last == 183
        assert session.row.loss < 1e-3 <= session.history.row(182).loss

    def test_over_recorded_rows_too(self):
        session = started(Step(500), GoTo(0))
        assert session.do(Forward(10_000, Below(1e-3))) == Below(1e-3)
        assert (session.cursor, session.history.last) == (183, 500)

    @pytest.mark.parametrize("recorded", [0, 100, 182, 183])
    def test_wherever_the_record_ends(self, recorded):
        session = started(Step(recorded), GoTo(recorded // 2))
        assert session.do(Forward(10_000, Below(1e-3))) == Below(1e-3)
        assert session.cursor == session.history.last == 183

    @pytest.mark.parametrize("recorded", [0, 50, 182, 183, 500])
    def test_n_iterations_at_the_most(self, recorded):
        session = started(Step(recorded), GoTo(20))
        assert session.do(Forward(182 - session.cursor, Below(1e-3))) is None
        assert session.cursor == 182
        assert session.do(Forward(1, Below(1e-3))) == Below(1e-3)

    def test_recorded_rows_do_not_count_after_a_change(self):
        session = started(Step(500), GoTo(100), SetEta(10.0))
        assert session.do(Forward(10_000, Below(1e-3))) == Below(1e-3)
        assert 100 < session.cursor == session.history.last < 183


class TestNotFinite:
    @pytest.fixture
    def session(self):
        return Session(Recipe(chosen(QUARTIC)))

    @pytest.mark.parametrize("command", [Step(1000), Forward(1000), Forward(1000, Below(0.0))])
    def test_it_pauses_at_the_first_such_row_and_says_what_it_is(self, session, command):
        reason = session.do(command)
        assert isinstance(reason, NotFinite)
        assert reason.row == session.row
        assert session.cursor == session.history.last == 4
        assert not session.row.is_finite
        assert session.history.row(3).is_finite
        assert str(reason) == "at iteration 4 dL/dw is inf, the loss is inf"

    def test_it_is_no_crash_to_go_on_or_back(self, session):
        session.do(Step(1000))
        assert isinstance(session.do(Step(1000)), NotFinite)
        session.do(GoTo(2))
        session.do(SetEta(1e-60))
        assert session.do(Step(5)) is None
        assert session.row.is_finite
        assert len(session.ghosts) == 1


ETAS = st.sampled_from([0.1, 1.0, 5.0, 30.0])
GOALS = st.sampled_from([None, Below(0.41), Below(1e-3), Settled(1e-4, 3), Settled(1e-2, 10)])
COMMANDS = st.one_of(
    st.builds(Step, st.integers(0, 40)),
    st.builds(Forward, st.integers(0, 40), GOALS),
    st.builds(Back, st.integers(0, 60)),
    st.builds(GoTo, st.integers(-5, 150)),
    st.builds(SetEta, ETAS),
    st.builds(Restart, st.one_of(st.none(), st.tuples(st.floats(-6, 6), st.floats(-6, 6)))),
)
RECIPES = st.builds(
    Recipe,
    start=st.sampled_from([(-2.0, -2.0), (3.0, 3.0)]),
    eta=ETAS,
    limit=st.sampled_from([7, 30, LIMIT]),
    stop=st.sampled_from([None, Settled(1e-3, 4)]),
)


class TestAnyCommands:
    @given(RECIPES, st.lists(COMMANDS, max_size=25))
    @settings(deadline=None)
    def test_told_again_they_lead_to_the_same(self, recipe, commands):
        first, again = Session(recipe), Session(recipe)
        reasons = [first.do(command) for command in commands]
        assert [again.do(command) for command in commands] == reasons
        assert everything(again) == everything(first)

    @given(RECIPES, st.lists(COMMANDS, max_size=25))
    @settings(deadline=None)
    def test_every_row_follows_from_the_one_before(self, recipe, commands):
        session = Session(recipe)
        for command in commands:
            session.do(command)
            assert 0 <= session.cursor <= session.history.last
            assert session.row.iteration == session.cursor
            assert len(session.ghosts) <= GHOSTS
            assert all(ghost.left_at < ghost.history.last for ghost in session.ghosts)
        for path in (session.history, *(ghost.history for ghost in session.ghosts)):
            state = path.state(0)
            assert path.row(0).eta == path.method(0).eta
            for k in range(path.last):
                state = advance(path.method(k), state, 1, lambda _row: None)
                assert repr(path.row(k + 1)) == repr(Row(*(getattr(state, name) for name in Row._fields)))

    @given(RECIPES, st.lists(COMMANDS, max_size=25))
    @settings(deadline=None)
    def test_back_to_the_start_and_forward_again_shows_the_same(self, recipe, commands):
        session = Session(recipe)
        for command in commands:
            session.do(command)
        there, ghosts = rows(session.history), session.ghosts
        session.do(Back(session.cursor))
        assert repr(session.row) == there[0]
        session.do(GoTo(0))
        if session.method != session.history.method(0):  # a change just made at iteration 0 would start a branch
            session.do(SetEta(session.history.method(0).eta))
        seen = [repr(session.row)]
        for _ in range(session.history.last):
            session.do(Step())
            seen.append(repr(session.row))
        assert seen == rows(session.history) == there
        assert session.ghosts == ghosts

    @given(st.lists(COMMANDS, max_size=15), st.integers(0, 60), ETAS)
    @settings(deadline=None)
    def test_a_change_in_the_past_keeps_all_that_was(self, commands, back, eta):
        session = started(*commands, Step(30))
        there, at = rows(session.history), max(0, session.cursor - back)
        session.do(Back(back))
        branches = at < session.history.last and eta != session.method.eta
        session.do(SetEta(eta))
        session.do(Step())
        assert rows(session.history, last=at) == there[: at + 1] or at == 0
        assert session.history.row(at + 1).eta == eta
        if branches:
            assert (session.ghosts[-1].left_at, rows(session.ghosts[-1].history)) == (at, there)
            assert session.history.last == at + 1


class TestTellingTheRun:
    @staticmethod
    def read(recipe):
        """The options of a command line, as the shell would take it apart."""
        program, *words = shlex.split(recipe.command_line())
        assert program == "gdtui"
        options = {}
        for word in words:
            if word.startswith("--"):
                options[word] = found = []
            else:
                found.append(word)
        return options

    @given(st.tuples(st.floats(-1e300, 1e300), st.floats(-9, 9)), st.floats(0, 1e300, exclude_min=True))
    def test_the_command_line_has_every_digit(self, start, eta):
        options = self.read(Recipe(start=start, eta=eta))
        assert options["--optimizer"] == ["gd"]
        assert [float(word) for word in options["--start"]] == list(start)
        assert [float(word) for word in options["--eta"]] == [eta]

    def test_the_limit_and_the_rule_stand_in_it_where_they_are_not_the_usual_ones(self):
        assert set(self.read(Recipe())) == {"--optimizer", "--eta", "--start"}
        options = self.read(Recipe(limit=500, stop=Settled(1e-7, 250)))
        assert options["--steps"] == ["500"]
        assert Settled.parse(*options["--stop"]) == Settled(1e-7, 250)

    def test_as_it_is_printed(self):
        assert Recipe(eta=1e-5).command_line() == "gdtui --optimizer gd --eta 1e-5 --start -2.0 -2.0"

    def test_changes_in_words(self):
        session = started(Step(50), SetEta(2.0), Step(1500), SetEta(1e-5), Step(1))
        assert session.changes() == ["at iteration 50: eta 2.0", "at iteration 1,550: eta 1e-5"]
        assert started(Step(50)).changes() == []

    @pytest.mark.parametrize(
        "commands",
        [
            [SetEta(5.0), Step(3)],
            [Step(20), GoTo(0), SetEta(5.0), Step(3)],
            [Step(20), Restart((1.0, 1.0)), SetEta(5.0), Step(3)],
        ],
    )
    def test_an_eta_set_at_iteration_0_is_not_forgotten(self, commands):
        session = started(*commands)
        recipe, changes = session.recipe, session.changes()
        assert changes == []
        again = Session(recipe)
        again.do(Step(3))
        assert rows(again.history) == rows(session.history)

    def test_only_what_is_not_usual_stands_in_it(self):
        choices = {
            "problem": problem("padhai:activation=tanh"),
            "optimizer": optimizer("adam:beta2=0.99,eps_place=outside"),
            "schedule": schedule("step:every=7"),
            "batches": Batches(4, "shuffle", 3),
            "convention": "pytorch",
        }
        assert Recipe(**choices).command_line() == (
            "gdtui --problem padhai:activation=tanh --optimizer adam:beta2=0.99,eps_place=outside --eta 0.1 "
            "--start -2.0 -2.0 --schedule step:every=7 --batch 4 --order shuffle --seed 3 --convention pytorch"
        )
        newton = Recipe(optimizer=optimizer("newton"))
        assert newton.command_line() == "gdtui --optimizer newton --start -2.0 -2.0"
        data = Data("my file.csv", "t", None, ((1.0, 2.0), (3.0, 4.0)))
        own = Recipe(problem=problem("neuron"), source=data, start=(0.0, 0.5))
        assert own.command_line() == (
            "gdtui --problem neuron --data 'my file.csv' --x t --optimizer gd --eta 1.0 --start 0.0 0.5"
        )

    def test_changes_of_optimizer_and_schedule_in_words(self):
        adam, step = optimizer("adam:eps=1e-4"), schedule("step:every=7,warmup=3")
        session = started(Step(5), SetOptimizer(adam), SetSchedule(step), Step(2), SetSchedule(CONSTANT), Step(1))
        assert session.changes() == [
            "at iteration 5: optimizer adam:eps=0.0001, schedule step:every=7,warmup=3, eta 0.1",
            "at iteration 7: schedule constant",
        ]

    def test_a_recipe_is_a_value(self):
        assert Recipe() == Recipe(problem=problem("lecture"), optimizer=optimizer("gd"))
        assert replace(Recipe(), eta=2.0) != Recipe()
