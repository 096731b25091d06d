"""The session: one run under a cursor, and the paths that were left."""

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from gdtui.engine.analysis.diagnosis import Diagnosis, diagnose
from gdtui.engine.analysis.update import NextUpdate, next_update
from gdtui.engine.batches import ALL_POINTS
from gdtui.engine.catalog import Optimizer, ProblemDefinition
from gdtui.engine.definition import Choice
from gdtui.engine.descent import Method, State, take_up
from gdtui.engine.history import History, Row, Stop
from gdtui.engine.mistakes import BadInput
from gdtui.session.commands import (
    Back,
    Command,
    Forward,
    GoTo,
    KeepGuess,
    Restart,
    SetEta,
    SetOptimizer,
    SetProblem,
    SetSchedule,
    Step,
)
from gdtui.session.guesses import Guess, loss_at
from gdtui.session.numerals import exact
from gdtui.session.recipe import CONSTANT, Recipe, Source
from gdtui.session.stopping import Failed, Goal, Limit, NotFinite, Waiting

GHOSTS = 3
"""Left paths that are kept."""


@dataclass(frozen=True)
class Ghost:
    """A path that was left at an iteration, for another one."""

    history: History
    left_at: int


Reason = Goal | Limit | NotFinite | Failed | Waiting


class Session:
    """A run that a person steps. It has one current iteration, the cursor, and everything shown is of that one."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.history = History(recipe.method(), *recipe.beginning)
        self.cursor = 0
        self.ghosts: tuple[Ghost, ...] = ()
        self.guesses: tuple[Guess, ...] = ()
        self._changed: Method | None = None  # a change in the past that no step has been taken with yet
        self._departed: tuple[tuple[History, int, Method], State] | None = None
        self._looked_back: tuple[tuple[History, int, Method], Diagnosis] | None = None
        self._looked_ahead: tuple[tuple[History, int, Method], NextUpdate] | None = None

    @property
    def row(self) -> Row:
        """The current iteration."""
        return self.history.row(self.cursor)

    @property
    def method(self) -> Method:
        """The method in hand: by it the next step is taken."""
        return self._changed or self.history.method(self.cursor)

    @property
    def departure(self) -> State:
        """The current iteration, whole, as the method in hand takes it up; recomputed once, which may take long."""
        if self._departed is None or self._departed[0] != self.here:
            self._departed = self.here, self._departure()
        return self._departed[1]

    def _departure(self) -> State:
        if self._changed is None:
            return self.history.departure(self.cursor)
        arrived_by = self.history.method(max(self.cursor - 1, 0))
        return take_up(self.history.state(self.cursor), arrived_by, self._changed)

    @property
    def eta(self) -> float:
        """The eta of the next update, as the schedule has it."""
        return self.method.eta if self.method.is_constant else self.method.next_eta(self.departure)

    @property
    def halvings(self) -> int:
        """How often the schedule has halved the eta in hand."""
        return 0 if self.method.is_constant else self.departure.watch.halvings

    @property
    def here(self) -> tuple[History, int, Method]:
        """What is looked up at the current iteration holds as long as this is the same."""
        return self.history, self.cursor, self.method

    @property
    def next_update(self) -> NextUpdate | None:
        """What the next update looks at and does, where that has been looked up."""
        if self._looked_ahead is None or self._looked_ahead[0] != self.here:
            return None
        return self._looked_ahead[1]

    def look_ahead(self) -> None:
        """Look up what the next update does, unless it is known."""
        if self.next_update is None:
            self._looked_ahead = self.here, next_update(self.method, self.departure)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """How it goes up to the current iteration, where that has been looked up."""
        if self._looked_back is None or self._looked_back[0] != self.here:
            return None
        return self._looked_back[1]

    def look_back(self) -> None:
        """Look up how it goes, and where the schedule is, unless that is known."""
        _ = self.eta
        if self.diagnosis is None:
            self._looked_back = self.here, diagnose(self.history, self.cursor)

    def do(self, command: Command) -> Reason | None:
        """Carry out a command; the reason, where it paused before its end."""
        match command:
            case Step(n):
                return self._step(n)
            case Forward(n, until):
                return self._forward(n, until)
            case Back(n):
                self._look_at(self.cursor - n)
            case GoTo(iteration):
                self._look_at(iteration)
            case SetEta(eta):
                self._set_eta(eta)
            case SetOptimizer(optimizer, eta):
                self._set_optimizer(optimizer, eta)
            case SetSchedule(schedule):
                self._use(replace(self.method, schedule=schedule))
            case SetProblem(problem, source):
                self._set_problem(problem, source)
            case Restart(start):
                self._restart(start or self.recipe.beginning)
            case KeepGuess(w, b):
                self.guesses = (*self.guesses, Guess(w, b, loss_at(self.method.problem, w, b)))
        return None

    def changes(self) -> list[str]:
        """Each change made on the way to the last row, in words."""
        methods = self.history.changes
        return [f"at iteration {at:,}: {difference(before, after)}" for (_, before), (at, after) in pairwise(methods)]

    def _step(self, n: int) -> Reason | None:
        n -= self._walk(n)
        if n == 0:
            return None
        room = self.recipe.limit - self.cursor % self.recipe.limit
        reason = self._extend(min(n, room), self.recipe.stop)
        return reason or (Limit(self.history.last) if room <= n else None)

    def _forward(self, n: int, until: Goal | None) -> Reason | None:
        if until is not None:
            reached = self._watch(until)
            recorded = min(n, self.history.last - self.cursor) if self._changed is None else 0
            for walked in range(1, recorded + 1):
                if reached(self.history.row(self.cursor + walked).loss):
                    self._walk(walked)
                    return until
        n -= self._walk(n)
        return self._extend(n, until) if n else None

    def _watch(self, goal: Goal) -> Stop:
        """Whether the goal is reached, for the losses after the current iteration."""
        end = self.cursor + 1
        return goal.watch(self.history.losses(max(0, end - goal.looks_back), end))

    def _walk(self, n: int) -> int:
        """Repeat up to n iterations that are on record; how many there were."""
        if self._changed is not None:
            return 0
        walked = min(n, self.history.last - self.cursor)
        self.cursor += walked
        return walked

    def _extend(self, n: int, goal: Goal | None) -> Reason | None:
        """Take n new iterations, on a branch where something was changed in the past."""
        if self._changed is not None:
            self._leave_path(self.history.fork(self.cursor), self.cursor)
            self._change(self._changed)
            self._changed = None
        try:
            reached = self.history.extend(n, self._watch(goal) if goal is not None else None)
        finally:  # a person's own function may have no value on the way
            self.cursor = self.history.last
        if not self.history.leads_on:
            return NotFinite(self.row)
        return goal if reached else None

    def _look_at(self, iteration: int) -> None:
        iteration = max(0, min(iteration, self.history.last))
        if iteration != self.cursor:
            self.cursor, self._changed = iteration, None

    def _set_eta(self, eta: float) -> None:
        self._use(self._with_eta(self.method, eta))

    def _set_optimizer(self, optimizer: Choice[Optimizer], eta: float | None) -> None:
        method = replace(self.method, optimizer=optimizer)
        if eta is None and optimizer.definition is not self.method.optimizer.definition:
            eta = optimizer.definition.eta_on(method.problem)
        self._use(method if eta is None else self._with_eta(method, eta))

    def _with_eta(self, method: Method, eta: float) -> Method:
        """The same eta again is a change all the same where it has been halved since."""
        method = replace(method, eta=eta)
        return replace(method, eta_taken_up=self.cursor) if self.halvings else method

    def _use(self, method: Method) -> None:
        if self.cursor == self.history.last:
            self._change(method)
        else:
            self._changed = method if method != self.history.method(self.cursor) else None

    def _change(self, method: Method) -> None:
        """Go on from the last row by another method; at iteration 0 the run has then begun with it."""
        self.history.change(method)
        if self.history.last == 0:
            self.recipe = beginning_with(self.recipe, method)

    def _restart(self, start: tuple[float, float]) -> None:
        method = self.method
        path = History(method, *start)  # first, for a person's own function may fail there
        self.recipe = replace(beginning_with(self.recipe, method), start=start)
        self._leave_path(path, 0)
        self.cursor, self._changed = 0, None

    def _set_problem(self, problem: Choice[ProblemDefinition], source: Source | None) -> None:
        recipe = beginning_with(self.recipe, self.method)
        eta = None if self.method.optimizer.definition.default_eta is None else recipe.eta
        recipe = replace(recipe, problem=problem, source=source, start=None, eta=eta, batches=ALL_POINTS)
        with suppress(BadInput):  # more points than there are
            recipe = replace(recipe, batches=self.recipe.batches)
        self.history = History(recipe.method(), *recipe.beginning)
        self.recipe, self.cursor, self.ghosts, self.guesses, self._changed = recipe, 0, (), (), None

    def _leave_path(self, path: History, at: int) -> None:
        """Go on with another path, and keep the present one as a ghost if it led anywhere from there."""
        if self.history.last > at:
            self.ghosts = (*self.ghosts, Ghost(self.history, at))[-GHOSTS:]
        self.history = path


def beginning_with(recipe: Recipe, method: Method) -> Recipe:
    """The recipe of a run that begins by a method; what its optimizer has no use for is left out."""
    rule = method.optimizer.definition
    return replace(
        recipe,
        optimizer=method.optimizer,
        eta=method.eta if rule.uses_eta else None,
        schedule=method.schedule if rule.uses_schedule and method.schedule != CONSTANT else None,
    )


def difference(before: Method, after: Method) -> str:
    """What another method does differently, in words."""
    words = []
    if after.optimizer != before.optimizer:
        words.append(f"optimizer {after.optimizer}")
    if after.schedule != before.schedule:
        words.append(f"schedule {after.schedule}")
    if (after.eta, after.eta_taken_up) != (before.eta, before.eta_taken_up) and after.optimizer.definition.uses_eta:
        words.append(f"eta {exact(after.eta)}")
    return ", ".join(words)
