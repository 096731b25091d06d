"""The descent: a state, and `advance`, which takes it any number of updates further."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice, repeat
from typing import TypeAlias

from gdtui.engine.batches import ALL_POINTS, Batches
from gdtui.engine.definition import Choice
from gdtui.engine.numbers import FLOATS, Numbers
from gdtui.engine.optimizers.definition import Memory, Optimizer, Rule
from gdtui.engine.problems.definition import Problem
from gdtui.engine.schedules import Law, Schedule, Watch, learn

Values: TypeAlias = tuple[float, float, float, float, float, float]
"""w, b, dL/dw, dL/db, loss and eta of one iteration."""

LARGE = 10_000
"""Points beyond which a batch's update does not pay for the loss and the gradient of all of them."""

Record: TypeAlias = Callable[[Values], object]
"""Told each row reached; a true answer stops the descent there."""


@dataclass(frozen=True)
class Method:
    """All that decides where an update leads from a given state."""

    problem: Problem
    optimizer: Choice[Optimizer]
    schedule: Choice[Schedule]
    eta: float
    batches: Batches = ALL_POINTS
    convention: str = "lecture"
    eta_taken_up: int = 0
    """The iteration at which the same eta was set anew, which clears halvings."""

    def rule(self, numbers: Numbers) -> Rule:
        """The optimizer's rule on floats or on arrays."""
        return self.optimizer.definition.rule(numbers, self.convention, **self.optimizer.arguments)

    def law(self) -> Law:
        """The schedule's law; beside an optimizer that has no use for it, it rests, and eta stays as it is."""
        if not self.optimizer.definition.uses_schedule:
            return lambda eta0, _t: eta0
        return self.schedule.definition.law(**self.schedule.arguments)

    def eta0(self, watch: Watch) -> float:
        """The eta that the law begins with, halved as often as a schedule that does not rest has halved it."""
        return self.eta * 0.5**watch.halvings if self.optimizer.definition.uses_schedule else self.eta

    @property
    def is_constant(self) -> bool:
        """Whether eta stays as it is from update to update, so that no law need be asked."""
        return self.schedule.definition.name == "constant" and not self.schedule.arguments["warmup"]

    @property
    def leaves_open(self) -> bool:
        """Whether rows are recorded without the gradient and the loss of all points: nan, until somebody looks."""
        return self.batches.size is not None and self.problem.size > LARGE

    @property
    def points_in_use(self) -> int:
        """How many points an update looks at."""
        return self.problem.size if self.batches.size is None else self.batches.size

    def filled(self, row: Values) -> Values:
        """The row with its gradient and loss filled in, where they were left open."""
        w, b, _, _, loss, eta = row
        if not (self.leaves_open and math.isnan(loss)):
            return row
        loss, dw, db = self.problem.objective(FLOATS).evaluate(w, b)
        return w, b, dw, db, loss, eta

    def leads_on(self, w: float, b: float, dw: float, db: float, loss: float) -> bool:
        """Whether an update can follow on these numbers: they are finite, as far as they are not left open."""
        return all(map(math.isfinite, (w, b) if self.leaves_open else (w, b, dw, db, loss)))

    def next_eta(self, state: "State") -> float:
        """The eta of the update that leads on from a state, as the schedule has it."""
        return self.law()(self.eta0(state.watch), state.scheduled)


@dataclass(frozen=True, slots=True)
class State:
    """One iteration, whole: nothing else is needed to go on from it, bit for bit.

    The loss and the gradient are those of all points at (w, b), or nan where the method leaves them open. `eta` belongs
    to the update that led here; at iteration 0 it is the one of the first update.
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
    watch: Watch


def begin(method: Method, w: float, b: float) -> State:
    """The state at iteration 0."""
    loss, dw, db = method.problem.objective(FLOATS).evaluate(w, b)
    state = State(0, w, b, dw, db, loss, math.nan, method.optimizer.definition.beginning, 0, 0, Watch())
    finds_its_own = not method.optimizer.definition.uses_eta
    return replace(state, eta=advance(method, state, 1, bool).eta if finds_its_own else method.next_eta(state))


def take_up(state: State, before: Method, method: Method) -> State:
    """The state as another method takes it up.

    A new optimizer begins its memory and its count afresh, a new schedule its count, a new eta, and so the one that
    comes with a new optimizer, clears the halvings of the old one; other values of the same parameters leave all of it
    alone.
    """
    if method.optimizer.definition is not before.optimizer.definition:
        watch = state.watch._replace(halvings=0)
        state = replace(state, memory=method.optimizer.definition.beginning, updates=0, watch=watch)
    if method.schedule.definition is not before.schedule.definition:
        state = replace(state, scheduled=0, watch=Watch())
    if (method.eta, method.eta_taken_up) != (before.eta, before.eta_taken_up):
        state = replace(state, watch=state.watch._replace(halvings=0))
    return state


def advance(method: Method, state: State, n: int, record: Record) -> State:
    """Take n updates from a state and record each row reached.

    It stops early where `record` says so, and at a row with a number that is not finite. The loop runs on plain local
    floats: a state is built at its end only.
    """
    problem, batches = method.problem, method.batches
    everything = problem.objective(FLOATS)
    leaves_open = method.leaves_open
    evaluate = _open if leaves_open else everything.evaluate
    update, law = method.rule(FLOATS), method.law()
    watches, in_epoch = method.schedule.definition.halves_on_rise, batches.in_epoch(problem)
    warmup: int = method.schedule.arguments["warmup"]
    w, b, dw, db, loss, eta = state.w, state.b, state.dw, state.db, state.loss, state.eta
    memory, count = state.memory, state.updates
    t, watch = state.scheduled, state.watch
    eta0 = method.eta0(watch)
    is_constant = method.is_constant
    iteration = state.iteration
    if watches and leaves_open and iteration % in_epoch == 0:  # an epoch's first and last loss are looked at
        loss, _, _ = everything.evaluate(w, b)
    for batch in islice(repeat(None) if batches.size is None else batches.from_update(problem, iteration), n):
        count += 1
        eta = eta0 if is_constant else law(eta0, t)
        if batch is None:
            w, b, memory, eta = update(w, b, dw, db, eta, count, memory, everything)
        else:
            points = batch.objective(FLOATS)
            _, gw, gb = points.evaluate(w, b)
            w, b, memory, eta = update(w, b, gw, gb, eta, count, memory, points)
        before = loss
        loss, dw, db = evaluate(w, b)
        iteration += 1
        if watches:
            first, last = (iteration - 1) % in_epoch == 0, iteration % in_epoch == 0
            if leaves_open and last:
                loss, dw, db = everything.evaluate(w, b)
            watch = learn(watch, before, loss, counts=t >= warmup, first=first, last=last)
            eta0 = method.eta0(watch)
        t += 1
        if record((w, b, dw, db, loss, eta)):
            break
        # One sum tells nearly always; finite numbers can add up to inf, so a suspicion is looked into.
        if (w + b + dw + db + loss) * 0.0 != 0.0 and not method.leads_on(w, b, dw, db, loss):
            break
    return State(iteration, w, b, dw, db, loss, eta, memory, count, t, watch)


def _open(_w: float, _b: float) -> tuple[float, float, float]:
    """The loss and the gradient where they are left open."""
    return math.nan, math.nan, math.nan
