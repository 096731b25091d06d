from dataclasses import replace

import mpmath
import numpy as np
import pytest

from gdtui.engine.analysis.arithmetic import MEMORY, arithmetic, symbols
from gdtui.engine.batches import Batches
from gdtui.engine.catalog import OPTIMIZERS, PROBLEMS
from gdtui.engine.descent import advance, begin
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.neuron import Neuron
from gdtui.engine.problems.points import points
from gdtui.engine.traced import Traced, definition
from tests.engine import textbook
from tests.engine.choices import LECTURE, method
from tests.engine.textbook import FIFTY, PADHAI, Pair

PROBLEM = {
    "lecture": LECTURE,
    "six points, tanh, mean": Neuron(PADHAI, activation="tanh", reduction="mean"),
    "cross-entropy": replace(LECTURE, loss="cross-entropy"),
}
CONVENTIONS = ("lecture", "pytorch")
CLIPPED = "clip=0.005"


def after(by, n, start=(-2.0, -2.0)):
    return advance(by, begin(by, *start), n, lambda _row: None)


def of(found, name):
    """The formulas of a name."""
    return [formula for formula in found.formulas if formula.name == name]


def by_textbook(by, state, settings):
    """One step from a state, in fifty digits."""
    real, problem, rule = FIFTY, by.problem, by.optimizer.definition
    memory = {}
    if state.updates:
        memory = {
            name: Pair(map(real.number, pair))
            for name, pair in zip(rule.memory, zip(*state.memory, strict=True), strict=True)
        }
        if rule.name == "rprop":
            memory["before"] = memory.pop("g")
        if "1-P" in memory:
            memory["P"] = 1 - memory.pop("1-P")[0]
    options = textbook.DEFAULTS[rule.name] | textbook.read(settings)
    options = {key: real.number(value) if isinstance(value, float) else value for key, value in options.items()}
    if "etas" in options:
        options["etas"] = tuple(map(real.number, options["etas"]))
    places = by.batches.places(problem, state.iteration)
    used = textbook.Neuron(problem.points, problem.activation, problem.loss, problem.reduction).only(places)
    theta, eta = Pair(map(real.number, (state.w, state.b))), real.number(by.next_eta(state))
    descent = textbook.Descent(real, by.convention, options, theta, eta, used, state.updates + 1, memory)
    textbook.RULES[rule.name](descent)
    if rule.name == "rprop":
        descent.memory["g"] = descent.memory["before"]
    if "1-P" in rule.memory and by.convention == "pytorch":
        descent.memory["1-P"] = Pair((1 - descent.memory["P"],) * 2)
    return descent


def is_near(value, truth, near=1e-11):
    return abs(float(value) - truth) <= near * max(abs(truth), 1e-6 if near > 1e-11 else 1e-9)


@pytest.mark.parametrize("settings", ["", CLIPPED])
@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("problem", PROBLEM)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_number_of_a_step_is_what_fifty_digits_say(name, problem, convention, settings):
    by = method(f"{name}:{settings}" if settings else name, problem=PROBLEM[problem], convention=convention)
    for n in (0, 1, 7):
        state = after(by, n)
        found, truth = arithmetic(by, state), by_textbook(by, state, settings)
        (theta,) = of(found, "theta")
        assert all(is_near(value, exact, 1e-9) for value, exact in zip((theta.w, theta.b), truth.theta, strict=True))
        g = Pair(truth.points.at(FIFTY, Pair(map(FIFTY.number, (state.w, state.b))))[1])
        assert all(is_near(value, exact) for value, exact in zip((found.dw, found.db), g, strict=True))
        for memory in (formula for formula in found.formulas if formula.part == MEMORY):
            pair = zip((memory.w, memory.b), truth.memory[memory.name], strict=True)
            assert all(value is not None and is_near(value, exact, 1e-10) for value, exact in pair), memory.name


@pytest.mark.parametrize("batches", [Batches(), Batches(4, "shuffle", 3)])
@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("settings", ["", CLIPPED])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_they_are_those_of_the_next_row_bit_for_bit(name, settings, convention, batches):
    by = (
        method(f"{name}:{settings}", problem=Neuron(PADHAI), batches=batches, convention=convention)
        if settings
        else (method(name, law="step:every=2", problem=Neuron(PADHAI), batches=batches, convention=convention))
    )
    for n in (0, 1, 2, 9):
        state, then = after(by, n), after(by, n + 1)
        found = arithmetic(by, state)
        (theta,) = of(found, "theta")
        assert repr((float(theta.w), float(theta.b))) == repr((then.w, then.b))
        assert found.then == then
        for at, memory in enumerate(by.optimizer.definition.memory):
            for formula in (formula for formula in of(found, memory) if formula.part == MEMORY):
                assert (formula.w, formula.b) == (then.memory[0][at], then.memory[1][at])


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_no_formula_means_an_old_memory_by_a_name_that_is_new_already(name, convention):
    by = method(name, convention=convention)
    new = set()
    for formula in arithmetic(by, after(by, 5)).formulas:
        for x in (formula.w, formula.b):
            old = set()
            definition(x, lambda y, old=old: (old.add(y.name) if not y.operands else None) or y.name)
            assert not (old & new & set(by.optimizer.definition.memory)), formula.name
        if formula.part == MEMORY:
            new.add(formula.name)


def test_adam_reads_as_in_the_lecture():
    by = method("adam")
    assert {formula.name: symbols(formula) for formula in arithmetic(by, after(by, 3)).formulas} == {
        "m": ["beta1 m + (1 - beta1) g"],
        "v": ["beta2 v + (1 - beta2) g^2"],
        "theta": ["theta - eta (m / (1 - beta1^n)) / sqrt(v / (1 - beta2^n) + eps)"],
    }


def test_where_w_and_b_differ_both_are_written():
    by = method("newton")
    (theta,) = of(arithmetic(by, after(by, 3)), "theta")
    assert symbols(theta) == [
        "w - ((H_bb + damping) dw - H_wb db) / determinant",
        "b - ((H_ww + damping) db - H_wb dw) / determinant",
    ]


def test_nag_says_where_it_looks():
    by = method("nag")
    state = after(by, 3)
    found = arithmetic(by, state)
    (u_w,), (u_b,) = state.memory
    there = state.w - 0.9 * u_w, state.b - 0.9 * u_b
    assert (of(found, "w'")[0].w, of(found, "b'")[0].w) == there
    (g,) = of(found, "g'")
    assert (g.w, g.b) == LECTURE.objective(FLOATS).evaluate(*there)[1:]


@pytest.mark.parametrize("name", ["line-search:etas=0.1/10/1", "armijo:alpha0=1000", "line-search:clip=0.001"])
def test_every_eta_that_was_tried(name):
    by = method(name)
    for n in range(12):
        state = after(by, n)
        found = arithmetic(by, state)
        scale = 1.0
        if by.optimizer.arguments["clip"]:
            scale = min(1.0, 0.001 / float(np.hypot(state.dw, state.db)))
        for attempt in found.attempts:
            place = state.w - attempt.eta * state.dw * scale, state.b - attempt.eta * state.db * scale
            assert LECTURE.objective(FLOATS).evaluate(*place)[0] == pytest.approx(attempt.loss, rel=1e-12)
        assert [float(a.eta) for a in found.attempts if a.is_taken] == ([found.then.eta] if found.then.eta else [])
        if name.startswith("line"):
            assert [float(a.eta) for a in found.attempts] == list(by.optimizer.arguments["etas"])


class TestPoints:
    @pytest.mark.parametrize("activation", ["sigmoid", "tanh", "linear", "relu"])
    @pytest.mark.parametrize("reduction", ["sum", "mean"])
    def test_each_term_is_what_fifty_digits_say(self, activation, reduction):
        neuron = Neuron(PADHAI, activation=activation, reduction=reduction)
        found = arithmetic(method(problem=neuron, eta=0.1), after(method(problem=neuron, eta=0.1), 2, (0.5, 0.25)))
        truth, (w, b) = textbook.Neuron(PADHAI, activation), map(FIFTY.number, (found.state.w, found.state.b))
        for i, (loss, delta, _, x) in enumerate(truth.in_points(FIFTY, (w, b))):
            y, z = FIFTY.number(PADHAI[i][1]), w * x + b
            f = truth.f(FIFTY, z)
            slope, _ = truth.slopes(z, f)
            expected = (z, f, f - y, loss, slope, delta, delta * x, delta)
            for terms in (found.points.at(i), found.points.traced(i)):
                assert all(is_near(value, exact, 1e-10) for value, exact in zip(terms, expected, strict=True))

    def test_the_sums_are_those_that_the_rule_is_given(self):
        for problem in PROBLEM.values():
            found = arithmetic(method(problem=problem), after(method(problem=problem), 3))
            sums = found.points.sums
            if problem.reduction == "mean":
                sums = tuple(x / 6 for x in sums)
            assert sums == (found.loss, found.dw, found.db) == (found.state.loss, found.state.dw, found.state.db)

    def test_of_many_points_the_largest_and_the_rest(self):
        random = np.random.default_rng(0)
        x, y = random.normal(size=20_000), random.random(20_000)
        neuron = Neuron(points(x, y))
        by = method(problem=neuron)
        found = arithmetic(by, begin(by, 0.5, -0.5)).points
        f = 1.0 / (1.0 + np.exp(-(0.5 * x - 0.5)))
        delta = (f - y) * f * (1.0 - f)
        pull = np.hypot(delta * x, delta)
        assert list(found.largest) == list(np.argsort(-pull)[: len(found.largest)])
        few = [0, *found.largest[:3], 19_999]
        others = np.delete(np.arange(20_000), few)
        expected = (0.5 * (f - y)[others] ** 2).sum(), (delta * x)[others].sum(), delta[others].sum()
        assert found.rest(few) == pytest.approx(expected, rel=1e-10)
        assert tuple(found.at(7))[:2] == pytest.approx((0.5 * x[7] - 0.5, f[7]), rel=1e-14)

    def test_of_a_batch_only_its_points(self):
        by = method(problem=Neuron(PADHAI), batches=Batches(4, "shuffle", 3))
        found = arithmetic(by, after(by, 4))
        assert [found.points.point(i) for i in range(4)] == [PADHAI[place] for place in found.places]
        assert found.points.rest([1, 3]) == pytest.approx(
            [sum(found.points.at(i)[k] for i in (0, 2)) for k in (3, 6, 7)], rel=1e-15
        )


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("rosenbrock", lambda w, b: (1 - w) ** 2 + 100 * (b - w**2) ** 2),
        ("himmelblau", lambda w, b: (w**2 + b - 11) ** 2 + (w + b**2 - 7) ** 2),
        ("flower", lambda w, b: w**2 + b**2 + w * mpmath.sin(b) + b * mpmath.sin(w)),
    ],
)
def test_a_formula_is_derived_and_right_in_fifty_digits(name, loss):
    by = method("gd", problem=PROBLEMS[name].make())
    state = after(by, 3, by.problem.start)
    found = arithmetic(by, state)
    with mpmath.workdps(50):
        w, b = mpmath.mpf(state.w), mpmath.mpf(state.b)
        expected = loss(w, b), mpmath.diff(loss, (w, b), (1, 0)), mpmath.diff(loss, (w, b), (0, 1))
        for value, exact in zip((found.loss, found.dw, found.db), expected, strict=True):
            assert isinstance(value, Traced)
            assert abs(float(value) - exact) <= 1e-12 * max(1, abs(exact))
    assert (found.loss, found.dw, found.db) == (state.loss, state.dw, state.db)
    assert found.points is None
