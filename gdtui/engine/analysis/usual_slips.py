"""Mark a number that a person worked out by hand: right, or made by one of the usual slips.

A slip is worked out like the right answer, with one thing wrong in it, and is named where it comes to exactly the
number typed, to the digits typed. Most of them stand in students' copies of the lecture's code.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from gdtui.engine.descent import Method, State, advance
from gdtui.engine.history import Row
from gdtui.engine.mistakes import BadInput, quoted
from gdtui.engine.numbers import FLOATS
from gdtui.engine.optimizers.definition import Memory
from gdtui.engine.problems.definition import Evaluate, Objective, Problem
from gdtui.engine.problems.neuron import Neuron

Quantity: TypeAlias = Literal["w", "b", "dw", "db", "loss"]
"""What was asked for, each as it is after the next update."""

EXACT = 1e-12
"""Of the larger one of 1 and a number: what two right programs may differ by."""

NOUGHT = 5e-7
"""A number below this may be called 0."""


class Answer(NamedTuple):
    """The numbers of the next row, right or by a slip; nan where the slip has nothing to do with them."""

    w: float = math.nan
    b: float = math.nan
    dw: float = math.nan
    db: float = math.nan
    loss: float = math.nan


class Step:
    """The update whose numbers are asked for, with all that goes into it.

    The state is as the method takes it up; `before` is the row before it, if there is one.
    """

    def __init__(self, method: Method, state: State, before: Row | None = None) -> None:
        self.method, self.state, self.before = method, state, before
        self.rule = method.optimizer.definition.name
        self.arguments = method.optimizer.arguments
        self.eta = method.law()(method.eta0(state.watch), state.scheduled)
        self.n = state.updates + 1
        problem, batches = method.problem, method.batches
        self.part = problem if batches.size is None else problem.batch(batches.places(problem, state.iteration))
        """The points in use."""

    @cached_property
    def right(self) -> Answer:
        """The numbers of the next row."""
        after = advance(self.method, self.state, 1, bool)
        return Answer(after.w, after.b, after.dw, after.db, after.loss)

    @cached_property
    def gradient(self) -> tuple[float, float]:
        """The gradient that the update uses, of the points in use."""
        _, dw, db = self.part.objective(FLOATS).evaluate(self.state.w, self.state.b)
        return dw, db

    def update(
        self,
        *,
        method: Method | None = None,
        objective: Objective | None = None,
        gradient: tuple[float, float] | None = None,
        eta: float | None = None,
        memory: Memory | None = None,
    ) -> Answer:
        """The w and b that the rule leads to with something else in place of what belongs there."""
        objective = objective or self.part.objective(FLOATS)
        state = self.state
        dw, db = gradient or objective.evaluate(state.w, state.b)[1:]
        eta, memory = self.eta if eta is None else eta, state.memory if memory is None else memory
        w, b, _, _ = (method or self.method).rule(FLOATS)(state.w, state.b, dw, db, eta, self.n, memory, objective)
        return Answer(w, b)


@dataclass(frozen=True)
class Slip:
    """One thing that people get wrong: what it is called, what to say of it, and the numbers that it makes."""

    name: str
    sentence: str
    answer: Callable[[Step], Answer]


class Mark(NamedTuple):
    """Whether a number is right, to so many of the significant digits typed, and if not, by which slip it is wrong."""

    is_right: bool
    digits: int
    truth: float
    slip: Slip | None


SLIPS: list[Slip] = []
"""The likeliest first: with few digits typed, two of them may come to the same."""

NOTHING = Answer()


def mark(step: Step, quantity: Quantity, text: str) -> Mark:
    """Mark what a person typed for a number of the next row; BadInput where it is no number."""
    typed = _read(text)
    truth = getattr(step.right, quantity)
    digits = max(1, len(typed.as_tuple().digits))
    # The old value is not the new one, though with few digits both may be written alike.
    old = getattr(step.state, quantity)
    is_old = typed == Decimal(old) or (_rounds(typed, old) and not _rounds(typed, truth))
    if _says(typed, truth) and not (is_old and abs(Decimal(truth) - typed) > EXACT):
        return Mark(True, digits, truth, None)
    for slip in SLIPS:
        if _says(typed, getattr(slip.answer(step), quantity)):
            return Mark(False, digits, truth, slip)
    return Mark(False, digits, truth, None)


def _read(text: str) -> Decimal:
    try:
        typed = Decimal(text.strip())
    except InvalidOperation:
        typed = Decimal("nan")
    if not typed.is_finite():
        raise BadInput(f"a number is needed, like -1.9945, not {quoted(text)}")
    return typed


def _says(typed: Decimal, value: float) -> bool:
    """Whether the digits typed are those of a value, rounded or cut off; a bare 0 says only what is next to nothing."""
    if not math.isfinite(value):
        return False
    if not typed and abs(value) >= NOUGHT:
        return False
    off = abs(Decimal(value) - typed)
    is_cut_off = abs(typed) <= abs(Decimal(value)) and typed.is_signed() == (value < 0.0) and off < _unit(typed)
    return _rounds(typed, value) or is_cut_off or off <= Decimal(EXACT * max(1.0, abs(value)))


def _rounds(typed: Decimal, value: float) -> bool:
    """Whether a value, rounded to so many digits, is the number typed."""
    return math.isfinite(value) and abs(Decimal(value) - typed) <= _unit(typed) / 2


def _unit(typed: Decimal) -> Decimal:
    """One in the last digit typed."""
    return Decimal(1).scaleb(int(typed.as_tuple().exponent))


def slip(name: str, sentence: str) -> Callable[[Callable[[Step], Answer]], Slip]:
    """Define a slip by the function that makes its numbers."""

    def define(answer: Callable[[Step], Answer]) -> Slip:
        SLIPS.append(Slip(name, sentence, answer))
        return SLIPS[-1]

    return define


# Of what is asked for


@slip("old value", "That is the value before the step.")
def old_value(step: Step) -> Answer:
    return Answer(step.state.w, step.state.b, step.state.dw, step.state.db, step.state.loss)


@slip("half old place", "One of w and b is the old one there: both are new after a step.")
def half_old_place(step: Step) -> Answer:
    """The gradient of the next row at a place that is half a step away; b by a gradient that already saw the new w."""
    _, dw, _ = step.method.problem.objective(FLOATS).evaluate(step.right.w, step.state.b)
    _, _, db = step.method.problem.objective(FLOATS).evaluate(step.state.w, step.right.b)
    _, _, early = step.part.objective(FLOATS).evaluate(step.right.w, step.state.b)
    return Answer(b=step.update(gradient=(step.gradient[0], early)).b, dw=dw, db=db)


# Of the update


@slip("no eta", "The step is taken without eta.")
def no_eta(step: Step) -> Answer:
    return step.update(eta=1.0) if step.method.optimizer.definition.uses_eta else NOTHING


@slip("uphill", "The sign is wrong: a step goes against the gradient, so it is subtracted.")
def uphill(step: Step) -> Answer:
    w, b = 2.0 * step.state.w - step.right.w, 2.0 * step.state.b - step.right.b
    return Answer(w, b)


@slip("y - f", "The sign is wrong: the error is f - y.")
def y_minus_f(step: Step) -> Answer:
    return Answer(dw=-step.right.dw, db=-step.right.db)


@slip("old gradient", "The gradient is that of the iteration before: it is taken anew at each place.")
def old_gradient(step: Step) -> Answer:
    return step.update(gradient=(step.before.dw, step.before.db)) if step.before is not None else NOTHING


@slip("no momentum", "What is kept of the last step is missing.")
def no_momentum(step: Step) -> Answer:
    return step.update(memory=((0.0,), (0.0,))) if step.rule in {"momentum", "nag"} else NOTHING


@slip("no bias correction", "m and v are used as they are: they are divided by 1 - beta^n first.")
def no_bias_correction(step: Step) -> Answer:
    if step.rule != "adam":
        return NOTHING
    optimizer = step.method.optimizer
    values = tuple((key, "no" if key == "bias_correction" else value) for key, value in optimizer.values)
    return step.update(method=replace(step.method, optimizer=replace(optimizer, values=values)))


@slip("eps outside the fraction", "eps is added to eta / sqrt(v): it belongs to the denominator.")
def eps_outside(step: Step) -> Answer:
    """The line `(eta / np.sqrt(v) + eps) * m`."""
    eps = step.arguments.get("eps", 0.0)
    return _scaled(step, lambda g: g * g, lambda m, v: (FLOATS.divide(step.eta, FLOATS.sqrt(v)) + eps) * m)


@slip("v not squared", "v is a mean of squares, and the gradient in it is not squared.")
def v_not_squared(step: Step) -> Answer:
    eps, place = step.arguments.get("eps", 0.0), step.arguments.get("eps_place")
    is_inside = (place or ("outside" if step.method.convention == "pytorch" else "inside")) == "inside"

    def root(v: float) -> float:
        return FLOATS.sqrt(v + eps) if is_inside else FLOATS.sqrt(v) + eps

    return _scaled(step, lambda g: g, lambda m, v: FLOATS.divide(step.eta * m, root(v)))


def _scaled(step: Step, square: Callable[[float], float], moved: Callable[[float, float], float]) -> Answer:
    """The update of AdaGrad, RMSProp or Adam with another square in v, or another step of the means m and v."""
    arguments, n = step.arguments, step.n

    def means(g: float, memory: Memory) -> tuple[float, float] | None:
        if step.rule == "adagrad":
            return g, memory[0] + square(g)
        if step.rule == "rmsprop":
            return g, arguments["beta"] * memory[0] + (1.0 - arguments["beta"]) * square(g)
        if step.rule == "adam":
            beta1, beta2 = arguments["beta1"], arguments["beta2"]
            m, v = beta1 * memory[0] + (1.0 - beta1) * g, beta2 * memory[1] + (1.0 - beta2) * square(g)
            return (m / (1.0 - beta1**n), v / (1.0 - beta2**n)) if arguments["bias_correction"] == "yes" else (m, v)
        return None

    (dw, db), (memory_w, memory_b) = step.gradient, step.state.memory
    of_w, of_b = means(dw, memory_w), means(db, memory_b)
    if of_w is None or of_b is None:
        return NOTHING
    return Answer(step.state.w - moved(*of_w), step.state.b - moved(*of_b))


# Of the loss and its gradient


def _by(step: Step, alter: Callable[[Neuron], Evaluate | None]) -> Answer:
    """The next row of a neuron whose loss and gradient are altered."""
    problem, part = step.method.problem, step.part
    if not isinstance(problem, Neuron) or not isinstance(part, Neuron):
        return NOTHING
    of_all, of_part = alter(problem), alter(part)
    if of_all is None or of_part is None:
        return NOTHING
    loss, dw, db = of_all(step.right.w, step.right.b)
    w, b, *_ = step.update(objective=Objective(of_part, part.objective(FLOATS).hessian))
    return Answer(w, b, dw, db, loss)


def _evaluate(problem: Problem) -> Evaluate:
    return problem.objective(FLOATS).evaluate


@slip("first point only", "That is the first point alone: loss and gradient are sums over all points.")
def first_point_only(step: Step) -> Answer:
    return _by(step, lambda neuron: _evaluate(neuron.batch([0])) if neuron.size > 1 else None)


@slip("last point only", "That is the last point alone: the sum is overwritten instead of added to.")
def last_point_only(step: Step) -> Answer:
    return _by(step, lambda neuron: _evaluate(neuron.batch([neuron.size - 1])) if neuron.size > 1 else None)


@slip("divided by N", "That is divided by the number of points, and the loss here is a sum.")
def divided_by_n(step: Step) -> Answer:
    return _by(step, lambda neuron: _evaluate(replace(neuron, reduction="mean")) if neuron.reduction == "sum" else None)


@slip("not divided by N", "That is the sum over the points, and the loss here is a mean.")
def not_divided_by_n(step: Step) -> Answer:
    return _by(step, lambda neuron: _evaluate(replace(neuron, reduction="sum")) if neuron.reduction == "mean" else None)


@slip("no x", "The factor x of dL/dw is missing: without it, it is dL/db.")
def no_x(step: Step) -> Answer:
    def alter(neuron: Neuron) -> Evaluate:
        evaluate = _evaluate(neuron)

        def without_x(w: float, b: float) -> tuple[float, float, float]:
            loss, _, db = evaluate(w, b)
            return loss, db, db

        return without_x

    w, _, dw, _, _ = _by(step, alter)
    return Answer(w=w, dw=dw)


@slip("no f(1-f)", "The slope of the activation is missing: f (1 - f) for a sigmoid.")
def no_slope(step: Step) -> Answer:
    def alter(neuron: Neuron) -> Evaluate | None:
        if neuron.loss != "squared":
            return None
        evaluate, share = _evaluate(neuron), neuron.size if neuron.reduction == "mean" else 1

        def without_slope(w: float, b: float) -> tuple[float, float, float]:
            f = neuron.curve(FLOATS, w, b)
            errors = [((f(x) - y) / share, x) for x, y in neuron.points]
            return evaluate(w, b)[0], sum(error * x for error, x in errors), sum(error for error, _ in errors)

        return without_slope

    return _by(step, alter)._replace(loss=math.nan)


@slip("no 1/2", "The 1/2 in front of the squared error is missing.")
def no_half(step: Step) -> Answer:
    def alter(neuron: Neuron) -> Evaluate | None:
        if neuron.loss != "squared":
            return None
        evaluate = _evaluate(neuron)

        def doubled(w: float, b: float) -> tuple[float, float, float]:
            loss, dw, db = evaluate(w, b)
            return 2.0 * loss, 2.0 * dw, 2.0 * db

        return doubled

    return _by(step, alter)


@slip("the other one", "That is the number of the other parameter.")
def the_other_one(step: Step) -> Answer:
    w, b, dw, db, _ = step.right
    return Answer(b, w, db, dw)
