"""Any optimizer, schedule and batch order, changed on the way, stepped back and forth."""

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from gdtui.engine.batches import ALL_POINTS, Batches
from gdtui.engine.catalog import CONVENTIONS, OPTIMIZERS, SCHEDULES
from gdtui.engine.descent import advance
from gdtui.session import recipe as reading
from gdtui.session.commands import Back, Forward, GoTo, Restart, SetEta, SetOptimizer, SetSchedule, Step
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from tests.engine import textbook
from tests.engine.textbook import DOUBLE, FIFTY

PROBLEMS = ["lecture", "padhai", "padhai:reduction=mean", "padhai:activation=tanh", "lecture:loss=cross-entropy"]
SETTINGS = [
    "adam:beta2=0.9,eps_place=outside",
    "adam:bias_correction=no",
    "momentum:beta=0.5",
    "nag:beta_max=0.9,clip=0.1",
]
LAWS = [
    "step:every=3",
    "halve-on-rise",
    "halve-on-rise:warmup=5",
    "exponential:k=0.1,warmup=3",
    "triangular:half_period=2",
]

OPTIMIZER = st.sampled_from([*OPTIMIZERS, *SETTINGS]).map(reading.optimizer)
SCHEDULE = st.sampled_from([*SCHEDULES, *LAWS]).map(reading.schedule)
ETA = st.sampled_from([0.05, 0.1, 1.0, 3.0, 30.0])
BATCHES = st.sampled_from([ALL_POINTS, Batches(1), Batches(2, "shuffle", 5), Batches(1, "shuffle"), Batches(2)])


@st.composite
def recipes(draw):
    optimizer = draw(OPTIMIZER)
    rule = optimizer.definition
    return Recipe(
        problem=reading.problem(draw(st.sampled_from(PROBLEMS))),
        start=draw(st.sampled_from([None, (0.5, -0.5)])),
        optimizer=optimizer,
        eta=draw(st.none() | ETA) if rule.uses_eta else None,
        schedule=draw(st.none() | SCHEDULE) if rule.uses_schedule else None,
        batches=draw(BATCHES),
        convention=draw(st.sampled_from(CONVENTIONS)),
    )


CHANGES = [
    st.builds(SetEta, ETA),
    st.builds(SetOptimizer, OPTIMIZER, st.none() | ETA),
    st.builds(SetSchedule, SCHEDULE),
]
MOVES = [
    st.builds(Step, st.integers(0, 15)),
    st.builds(Forward, st.integers(0, 15)),
    st.builds(Back, st.integers(0, 30)),
    st.builds(GoTo, st.integers(0, 60)),
]
COMMANDS = st.lists(st.one_of(*MOVES, *CHANGES, st.just(Restart())), max_size=20)


def states(of):
    """Every state as it is and as the update takes it up that leads on, bit for bit."""
    path = of.history
    return [repr((path.row(k), path.state(k), path.departure(k))) for k in range(path.last + 1)]


def carried_out(recipe, commands):
    session = Session(recipe)
    for command in commands:
        session.do(command)
    return session


class TestBackAndForth:
    @given(recipes(), COMMANDS)
    @settings(deadline=None)
    def test_back_then_forward_is_the_same_state_bit_for_bit(self, recipe, commands):
        session = carried_out(recipe, [*commands, Step(5)])
        there, ghosts = states(session), session.ghosts
        last = session.history.last
        session.do(GoTo(last))
        for k in range(last - 1, -1, -1):
            session.do(Back())
            assert session.cursor == k
            assert repr(session.departure) == repr(session.history.departure(k))
        for k in range(1, last + 1):
            session.do(Step())
            assert session.cursor == k
            assert repr(session.departure) == repr(session.history.departure(k))
        assert states(session) == there
        assert session.ghosts == ghosts

    @given(recipes(), COMMANDS, st.data())
    @settings(deadline=None)
    def test_the_same_way_again_from_any_row_gives_the_same_rows(self, recipe, commands, data):
        """A branch that changes nothing would differ in nothing: every state is whole."""
        session = carried_out(recipe, [*commands, Step(5)])
        path = session.history
        k = data.draw(st.integers(0, path.last))
        for at in range(k, path.last):
            state = advance(path.method(at), path.departure(at), 1, lambda _row: None)
            assert repr(state) == repr(path.state(at + 1))

    @given(recipes(), COMMANDS, st.lists(st.one_of(*CHANGES), min_size=3, max_size=3), st.integers(1, 40))
    @settings(deadline=None)
    def test_three_changes_one_branch(self, recipe, commands, changes, back):
        session = carried_out(recipe, [*commands, Step(20)])
        left = states(session)
        ghosts = len(session.ghosts)
        session.do(Back(back))
        at = session.cursor
        for change in changes:
            session.do(change)
            assert session.history.last == len(left) - 1  # nothing is lost before a step is taken
        session.do(Step())
        assert len(session.ghosts) in {ghosts, ghosts + 1, 3}
        assert states(session)[: at + 1] == left[: at + 1] or session.history.last == at + 1
        if session.history.last == at + 1 < len(left) - 1:
            event("branched")
            assert states(session.ghosts[-1]) == left

    @given(recipes(), st.integers(1, 30), st.data())
    @settings(deadline=None)
    def test_a_change_and_the_change_back_are_none(self, recipe, back, data):
        session = carried_out(recipe, [Step(40), Back(back)])
        before, state = session.method, session.departure
        if data.draw(st.booleans()):
            session.do(SetOptimizer(data.draw(OPTIMIZER)))
            session.do(SetOptimizer(before.optimizer, before.eta))
        else:
            session.do(SetSchedule(data.draw(SCHEDULE)))
            session.do(SetSchedule(before.schedule))
        if state.watch.halvings == 0 or session.method == before:
            assert session.method == before
            assert repr(session.departure) == repr(state)
            session.do(Step())
            assert session.ghosts == ()
            assert session.history.last > session.cursor or session.history.last == 40 or not session.row.is_finite


@given(recipes(), COMMANDS)
@settings(deadline=None, max_examples=50)
def test_told_again_the_same(recipe, commands):
    """With the same seed, that is, and another one leads elsewhere."""
    first, again = (carried_out(recipe, commands) for _ in range(2))
    assert states(first) == states(again)
    assert first.changes() == again.changes()


def test_another_seed_is_another_run():
    runs = [
        carried_out(Recipe(problem=reading.problem("padhai"), batches=Batches(2, "shuffle", seed)), [Step(30)])
        for seed in (1, 1, 2)
    ]
    assert states(runs[0]) == states(runs[1]) != states(runs[2])


def some_of(kinds):
    """One, two or three changes at the same row, each of another kind: a change twice would count once."""
    return st.integers(1, len(kinds)).flatmap(lambda n: st.tuples(*kinds[:n]))


class TestChangesAgainstTheTextbook:
    """What a change in the middle of a run keeps and what it begins afresh, in 50 digits."""

    @given(
        recipes(),
        st.lists(st.tuples(st.permutations(CHANGES).flatmap(some_of), st.integers(1, 12)), min_size=1, max_size=5),
        st.integers(1, 12),
    )
    @settings(deadline=None, max_examples=80)
    def test_any_changes(self, recipe, parts, before):
        session = carried_out(recipe, [Step(before)])
        runs = [textbook_run(recipe, real) for real in (FIFTY, DOUBLE, DOUBLE)]
        runs[2].state.theta = textbook.Pair(np.nextafter(x, 9.0).item() for x in runs[2].state.theta)
        noise = compare(session, runs, before, 0.0)
        for changes, n in parts:
            if noise is None:
                break
            for change in changes:
                session.do(change)
                for run in runs:
                    apply(change, run)
            session.do(Step(n))
            noise = compare(session, runs, n, noise)


def textbook_run(recipe, real):
    method = recipe.method()
    problem = method.problem
    written = textbook.Recipe(
        recipe.optimizer.definition.name,
        given_values(recipe.optimizer),
        recipe.convention,
        method.eta,
        method.schedule.definition.name,
        given_values(method.schedule),
        recipe.batches.size,
        recipe.batches.order,
        recipe.batches.seed,
        textbook.Neuron(problem.points, problem.activation, problem.loss, problem.reduction),
        recipe.beginning,
    )
    return written.descent(real)


def given_values(choice):
    return {key: value for key, value in choice.values if value is not None}


def apply(change, run):
    match change:
        case SetEta(eta):
            run.set_eta(eta)
        case SetOptimizer(optimizer, eta):
            name = optimizer.definition.name
            if name == run.optimizer:
                run.edit_optimizer(given_values(optimizer))
                if eta is not None:
                    run.set_eta(eta)
            else:
                run.use_optimizer(name, given_values(optimizer), eta)
        case SetSchedule(schedule):
            name = schedule.definition.name
            if name == run.schedule:
                run.edit_schedule(given_values(schedule))
            else:
                run.use_schedule(name, given_values(schedule))


def compare(session, runs, n, noise):
    """Follow the textbook's runs for n updates; the noise so far, None once the runs part."""
    truth, *floats = runs
    for _ in range(n):
        try:
            for run in runs:
                run.step()
        except (OverflowError, ZeroDivisionError):
            return None
        exact = truth.state.theta
        noise = max(
            [noise, *(abs(float(a - b)) for run in floats for a, b in zip(exact, run.state.theta, strict=True))]
        )
        if not noise <= 1e-9 or truth.sharpness < 1:
            return None
        row = session.history.row(truth.iteration)
        near = max(1e-12, 50 * noise)
        assert abs(row.w - exact[0]) <= near * max(1, abs(exact[0])), (truth.iteration, row, exact)
        assert abs(row.b - exact[1]) <= near * max(1, abs(exact[1])), (truth.iteration, row, exact)
        assert row.eta == pytest.approx(float(truth.state.eta), rel=1e-12), truth.iteration
    return noise


def choice(text):
    return reading.optimizer(text)


def with_law(text, **fields):
    return Recipe(schedule=reading.schedule(text), **fields)


HALVED = with_law("halve-on-rise", eta=30.0)
"""Its eta is halved at update 12 or so."""


class TestWhatAChangeKeeps:
    def test_a_new_optimizer_begins_afresh_with_its_own_eta_and_the_schedule_runs_on(self):
        session = carried_out(with_law("exponential", optimizer=choice("adam")), [Step(20)])
        before = session.departure
        session.do(SetOptimizer(choice("momentum")))
        state = session.departure
        assert (state.w, state.b, state.iteration, state.scheduled) == (before.w, before.b, 20, 20)
        assert (state.memory, state.updates, session.method.eta) == (((0.0,), (0.0,)), 0, 1.0)
        assert session.eta == pytest.approx(np.exp(-0.2), rel=1e-15)

    def test_or_with_the_eta_that_is_typed(self):
        session = carried_out(Recipe(), [Step(20), SetOptimizer(choice("adam"), 0.7), Step(1)])
        assert (session.method.eta, session.row.eta) == (0.7, 0.7)

    def test_the_same_optimizer_again_keeps_memory_and_counts(self):
        session = carried_out(with_law("halve-on-rise", optimizer=choice("momentum"), eta=9.0), [Step(60)])
        before = session.departure
        assert before.watch.halvings > 0
        session.do(SetOptimizer(choice("momentum:beta=0.5")))
        assert repr(session.departure) == repr(before)
        assert session.method.optimizer.arguments["beta"] == 0.5
        assert session.method.eta == 9.0

    def test_a_new_schedule_begins_at_0_and_the_optimizer_goes_on(self):
        session = carried_out(with_law("exponential", optimizer=choice("adam")), [Step(20)])
        before = session.departure
        session.do(SetSchedule(reading.schedule("inverse:warmup=4")))
        state = session.departure
        assert (state.scheduled, state.memory, state.updates) == (0, before.memory, 20)
        assert session.eta == 0.1 / 4

    def test_another_value_of_its_parameter_does_not_begin_a_schedule_anew(self):
        session = carried_out(with_law("exponential"), [Step(20), SetSchedule(reading.schedule("exponential:k=0.1"))])
        assert session.eta == pytest.approx(np.exp(-2.0), rel=1e-15)

    @pytest.mark.parametrize("eta", [30.0, 7.0])
    def test_eta_by_hand_clears_the_halvings_also_where_it_is_the_same_and_leaves_t_alone(self, eta):
        session = carried_out(HALVED, [Step(60)])
        before = session.departure
        assert (session.eta, before.watch.halvings) == (15.0, 1)
        session.do(SetEta(eta))
        state = session.departure
        assert (session.eta, state.watch.halvings, state.scheduled) == (eta, 0, 60)
        session.do(Step())
        assert session.row.eta == eta
        session.do(Back())
        assert (session.eta, session.departure.watch.halvings) == (eta, 0)
        session.do(Back())
        assert (session.eta, session.departure.watch.halvings) == (15.0, 1)

    @pytest.mark.parametrize("name", ["rmsprop", "adagrad", "gd"])
    def test_the_eta_of_a_new_optimizer_is_not_halved_for_what_the_old_one_did(self, name):
        """Also where the two have the same eta."""
        recipe = with_law(
            "halve-on-rise", optimizer=choice("adam"), eta=0.1, problem=reading.problem("padhai:activation=linear")
        )
        session = carried_out(recipe, [Step(60)])
        assert session.departure.watch.halvings > 0
        session.do(SetOptimizer(choice(name)))
        assert session.eta == {"gd": 1.0}.get(name, 0.1)

    def test_where_nothing_was_halved_the_same_eta_is_no_change(self):
        session = carried_out(with_law("halve-on-rise"), [Step(20), Back(10), SetEta(1.0), Step(5)])
        assert (session.ghosts, session.history.last, session.changes()) == ((), 20, [])

    def test_a_schedule_rests_beside_rprop(self):
        session = carried_out(with_law("step:every=1"), [Step(10), SetOptimizer(choice("rprop")), Step(5)])
        assert session.history.column("eta").tolist()[-5:] == [0.01] * 5
        memory = carried_out(Recipe(optimizer=choice("rprop")), [Step(1)]).departure.memory
        assert [size for size, _ in memory] == [0.01, 0.01]
        alone = carried_out(
            Recipe(optimizer=choice("rprop"), start=(session.history.row(10).w, session.history.row(10).b)), [Step(5)]
        )
        assert [(session.history.row(10 + k).w) for k in range(6)] == [alone.history.row(k).w for k in range(6)]

    @pytest.mark.parametrize("name", ["line-search", "armijo", "newton"])
    def test_eta_and_schedule_rest_beside_those_that_search(self, name):
        session = carried_out(with_law("step:every=1"), [Step(10), SetOptimizer(choice(name)), Step(3)])
        alone = carried_out(
            Recipe(optimizer=choice(name), start=(session.history.row(10).w, session.history.row(10).b)), [Step(3)]
        )
        assert [repr(session.history.row(10 + k)[1:]) for k in (1, 2, 3)] == [
            repr(alone.history.row(k)[1:]) for k in (1, 2, 3)
        ]
        session.do(SetOptimizer(choice("gd")))
        assert session.eta == 0.5**13

    def test_a_new_schedule_within_an_epoch_waits_for_the_next_one(self):
        recipe = Recipe(problem=reading.problem("padhai"), batches=Batches(2), eta=4.0)
        session = carried_out(recipe, [Step(19), SetSchedule(reading.schedule("halve-on-rise")), Step(60)])
        loss, etas = session.history.column("loss"), session.history.column("eta")
        rises = [k for k in range(18, 76, 3) if loss[k + 3] > loss[k]]
        assert rises[0] == 18  # the epoch under way, which does not count
        assert len(rises) > 1
        for k in range(20, 80):
            assert etas[k] == 4.0 * 0.5 ** sum(k > rise + 3 for rise in rises[1:])
