"""The descent: a state, and `advance`, which takes it any number of updates further."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any, TypeAlias

from gdtui.engine.numbers import FLOATS
from gdtui.engine.optimizers.definition import Memory, Optimizer
from gdtui.engine.problems import Objective, Problem
from gdtui.engine.schedules import CONSTANT, Schedule

Values: TypeAlias = tuple[float, float, float, float, float, float]
"""w, b, dL/dw, dL/db, loss and eta of one iteration."""

Record: TypeAlias = Callable[[Values], object]
"""Told each row reached; a true answer stops the descent there."""

Batches: TypeAlias = Callable[[Problem, int], Iterator[Objective | None]]
"""(problem, t) -> the objective of update t, of t + 1 and so on; None stands for all points."""


def all_points(_problem: Problem, _t: int) -> Iterator[None]:
    """Every update uses every point."""
    return repeat(None)


@dataclass(frozen=True)
class Method:
    """All that decides where an update leads from a given state."""

    problem: Problem
    optimizer: Optimizer
    eta: float
    schedule: Schedule = CONSTANT
    batches: Batches = all_points


@dataclass(frozen=True, slots=True)
class State:
    """One iteration, whole: nothing else is needed to go on from it, bit for bit.

    The loss and the gradient are those of all points at (w, b). `eta` belongs to the update that led here; at
    iteration 0 it is the one of the first update.
    """

    iteration: int
    w: float
    b: float
    dw: float
    db: float
    loss: float
    eta: float
    memory: Memory
    updates: int  # of the optimizer since it began
    scheduled: int  # updates since the schedule began
    schedule_memory: Any


def begin(method: Method, w: float, b: float) -> State:
    """The state at iteration 0."""
    loss, dw, db = method.problem.objective(FLOATS)(w, b)
    eta = method.schedule.rate(method.eta, 0, method.schedule.memory)
    return State(0, w, b, dw, db, loss, eta, method.optimizer.memory, 0, 0, method.schedule.memory)


def advance(method: Method, state: State, n: int, record: Record) -> State:
    """Take n updates from a state and record each row reached.

    It stops early where `record` says so, and at a row with a number that is not finite. The loop runs on plain
    local floats: a state is built at its end only.
    """
    evaluate = method.problem.objective(FLOATS)
    update = method.optimizer.rule(FLOATS)
    eta0, rate, learn = method.eta, method.schedule.rate, method.schedule.learn
    w, b, dw, db, loss, eta = state.w, state.b, state.dw, state.db, state.loss, state.eta
    memory, count = state.memory, state.updates
    t, past = state.scheduled, state.schedule_memory
    iteration = state.iteration
    for batch in islice(method.batches(method.problem, iteration), n):
        count += 1
        if batch is None:
            w, b, memory, eta = update(w, b, dw, db, rate(eta0, t, past), count, memory, evaluate)
        else:
            _, gw, gb = batch(w, b)
            w, b, memory, eta = update(w, b, gw, gb, rate(eta0, t, past), count, memory, batch)
        loss, dw, db = evaluate(w, b)
        if learn is not None:
            past = learn(t, loss, past)
        t += 1
        iteration += 1
        if record((w, b, dw, db, loss, eta)):
            break
        # One sum tells nearly always; finite numbers can add up to inf, so a suspicion is looked into.
        if (w + b + dw + db + loss) * 0.0 != 0.0 and not all(map(math.isfinite, (w, b, dw, db, loss))):
            break
    return State(iteration, w, b, dw, db, loss, eta, memory, count, t, past)
