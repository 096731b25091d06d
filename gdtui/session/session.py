"""The session: one run under a cursor, and the paths that were left."""

from dataclasses import dataclass, replace

from gdtui.engine.descent import Method
from gdtui.engine.history import History, Row
from gdtui.session.commands import Back, Command, Forward, GoTo, Restart, SetEta, Step
from gdtui.session.numerals import exact
from gdtui.session.recipe import Recipe
from gdtui.session.stopping import Goal, Limit, NotFinite

GHOSTS = 3
"""Left paths that are kept."""


@dataclass(frozen=True)
class Ghost:
    """A path that was left at an iteration, for another one."""

    history: History
    left_at: int


Reason = Goal | Limit | NotFinite


class Session:
    """A run that a person steps. It has one current iteration, the cursor, and everything shown is of that one."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.history = History(recipe.method(), *recipe.start)
        self.cursor = 0
        self.ghosts: tuple[Ghost, ...] = ()
        self._changed: Method | None = None  # a change in the past that no step has been taken with yet

    @property
    def row(self) -> Row:
        """The current iteration."""
        return self.history.row(self.cursor)

    @property
    def method(self) -> Method:
        """The method in hand: by it the next step is taken."""
        return self._changed or self.history.method(self.cursor)

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
                self._use(replace(self.method, eta=eta))
            case Restart(start):
                self._restart(start or self.recipe.start)
        return None

    def changes(self) -> list[str]:
        """Each change made on the way to the last row, in words."""
        return [f"at iteration {at:,}: eta {exact(method.eta)}" for at, method in self.history.changes[1:]]

    def _step(self, n: int) -> Reason | None:
        n -= self._walk(n)
        if n == 0:
            return None
        room = self.recipe.limit - self.cursor % self.recipe.limit
        reason = self._extend(min(n, room), self.recipe.stop)
        return reason or (Limit(self.history.last) if room <= n else None)

    def _forward(self, n: int, until: Goal | None) -> Reason | None:
        if until is not None:
            losses = self.history.column("loss")
            reached = until.watch(losses[: self.cursor + 1])
            recorded = losses[self.cursor + 1 : self.cursor + 1 + n] if self._changed is None else ()
            for walked, loss in enumerate(recorded, start=1):
                if reached(loss):
                    self._walk(walked)
                    return until
        n -= self._walk(n)
        return self._extend(n, until) if n else None

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
        stop = goal.watch(self.history.column("loss")) if goal is not None else None
        reached = self.history.extend(n, stop)
        self.cursor = self.history.last
        if not self.row.is_finite:
            return NotFinite(self.row)
        return goal if reached else None

    def _look_at(self, iteration: int) -> None:
        iteration = max(0, min(iteration, self.history.last))
        if iteration != self.cursor:
            self.cursor, self._changed = iteration, None

    def _use(self, method: Method) -> None:
        if self.cursor == self.history.last:
            self._change(method)
        else:
            self._changed = method if method != self.history.method(self.cursor) else None

    def _change(self, method: Method) -> None:
        """Go on from the last row by another method; at iteration 0 the run has then begun with it."""
        self.history.change(method)
        if self.history.last == 0:
            self.recipe = replace(self.recipe, eta=method.eta)

    def _restart(self, start: tuple[float, float]) -> None:
        method = self.method
        self.recipe = replace(self.recipe, start=start, eta=method.eta)
        self._leave_path(History(method, *start), 0)
        self.cursor, self._changed = 0, None

    def _leave_path(self, path: History, at: int) -> None:
        """Go on with another path, and keep the present one as a ghost if it led anywhere from there."""
        if self.history.last > at:
            self.ghosts = (*self.ghosts, Ghost(self.history, at))[-GHOSTS:]
        self.history = path
