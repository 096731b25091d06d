"""What the record of a run shows of how it goes, up to one of its rows.

All of it is relative: lengths are held against the problem's window, losses against what is left to gain, the gradient
against the curvature. For a gradient by itself says little: on the lecture's window it is below 0.01 on 42 % of the
plane, and the minimum is on a small part of that. The cost does not depend on how long the run is: some hundred recent
rows are looked at, a few single ones further back, and the stretches that the charts use too.
"""

import math
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from gdtui.engine.analysis.curvature import Curvature, curvature
from gdtui.engine.descent import Method, advance
from gdtui.engine.history import History, Row
from gdtui.engine.mistakes import NoValue
from gdtui.engine.numbers import FLOATS
from gdtui.engine.overview import bounds
from gdtui.engine.problems.definition import or_nan

RECENT = 256
"""Steps that are looked at one by one, at the most."""

LATELY = 10
"""Epochs, or steps where an epoch is one step, after which what happened is no longer spoken of."""

STRETCHES = 48
"""Stretches in which the losses of a whole run are looked through."""

LEFT = 1e-8
"""Of the loss at the start, or by itself: a run that has no more than this left to gain has converged."""

SINGULAR = 1e-9
"""An eigenvalue of less than this part of the other one is called 0: it cannot be told from it along a curve."""

ROUNDING = 1e-15
"""Who moves by no more than this part of (w, b) a step is at rest."""


class Pace(NamedTuple):
    """What changes in one iteration, on the average of the last few."""

    fall: float
    """Of the loss."""
    growth: float
    """Of the natural logarithm of the gradient's length: 0.01 where the gradient grows by 1 % an iteration."""
    moved: float
    """How far (w, b) has come, or the last step, if it is longer."""


class Path(NamedTuple):
    """The recent steps as one path: how long it is, how large the box around it, and how the loss went on it."""

    steps: int
    length: float
    extent: float
    low: float
    high: float
    """The lowest and the highest loss."""
    fall: float
    """How much lower the mean loss of its later half is than that of the earlier one, by iterations between them."""


class Arrival(NamedTuple):
    """A step that led from elsewhere to where the run has stayed since."""

    iteration: int
    length: float


class Evidence:
    """A run at one of its rows; each quantity is worked out when it is first asked for."""

    def __init__(self, history: History, cursor: int) -> None:
        self._history = history
        self._w, self._b = history.column("w"), history.column("b")
        self._losses = history.column("loss")
        self.iteration = cursor
        self.row = history.row(cursor)
        self.start = history.row(0)
        self.method: Method = history.method(max(cursor - 1, 0))
        """By which the row was reached: a change that no step has been taken with yet shows nothing."""
        begun = max((at for at, _ in history.changes if at < cursor), default=0)
        self.steps = cursor - begun
        """Taken by that method."""
        self.epoch = self.method.batches.in_epoch(self.method.problem)

    @cached_property
    def gradient(self) -> float:
        """The length of the gradient."""
        return math.hypot(self.row.dw, self.row.db)

    @cached_property
    def curvature(self) -> Curvature:
        """How the loss of all points bends here."""
        return curvature(or_nan(self.method.problem.objective(FLOATS)), self.row.w, self.row.b)

    @cached_property
    def is_level(self) -> bool:
        """Whether the loss bends up along one direction only, and along the other not at all."""
        return self.curvature.high > 0.0 and abs(self.curvature.low) <= SINGULAR * self.curvature.high

    @cached_property
    def is_bowl(self) -> bool:
        """Whether the Hessian is positive definite here; on a surface a level floor will do, as of a round valley.

        On points a level floor is the far end of a valley that a sigmoid leaves, and not the bottom of it.
        """
        return not self.method.problem.size if self.is_level else self.curvature.low > 0.0

    @cached_property
    def against_curvature(self) -> float:
        """The gradient against the curvature: 1/2 g.|H|^-1.g, with the eigenvalues by their size.

        In a bowl this is the loss that is left to gain. Inf where the loss does not bend; along a floor that is level
        it is what the slope gains across the window.
        """
        bend, row = self.curvature, self.row
        low = abs(row.dw * bend.direction_low[0] + row.db * bend.direction_low[1])
        high = abs(row.dw * bend.direction_high[0] + row.db * bend.direction_high[1])
        if not (bend.low or bend.high):
            return math.inf
        along = low * self.across if self.is_level else FLOATS.divide(0.5 * low * low, abs(bend.low)) if low else 0.0
        return along + (FLOATS.divide(0.5 * high * high, abs(bend.high)) if high else 0.0)

    @cached_property
    def floor(self) -> float | None:
        """A loss that no place is below, where one is known: 0 on points, that of the known minima on a surface."""
        problem = self.method.problem
        if problem.size:
            return 0.0
        evaluate = problem.objective(FLOATS).evaluate
        return min((evaluate(w, b)[0] for w, b in problem.minima), default=None)

    @cached_property
    def left(self) -> float:
        """The loss that is left to gain, by the curvature or down to the floor, whichever is less.

        Where neither is known, the size of the loss and of its change since the start stand for it.
        """
        known = [self.against_curvature] if self.is_bowl else []
        if self.floor is not None:
            known.append(self.row.loss - self.floor)
        return max(min(known), 0.0) if known else max(abs(self.row.loss), abs(self.start.loss - self.row.loss))

    @property
    def little(self) -> float:
        """A loss that is as good as nothing."""
        return LEFT * max(1.0, abs(self.start.loss))

    @cached_property
    def across(self) -> float:
        """The longer side of the problem's window: the length by which places are far from one another."""
        window = self.method.problem.window
        return max(window.w_high - window.w_low, window.b_high - window.b_low)

    @cached_property
    def is_outside(self) -> bool:
        """Whether (w, b) has left the window by more than its width."""
        window = self.method.problem.window
        return not (
            2.0 * window.w_low - window.w_high <= self.row.w <= 2.0 * window.w_high - window.w_low
            and 2.0 * window.b_low - window.b_high <= self.row.b <= 2.0 * window.b_high - window.b_low
        )

    @cached_property
    def pace(self) -> Pace:
        """The pace of the last three steps, or of an epoch if it is longer; at iteration 0, that of the first step.

        nan where the first step leads to where a person's own function has no value.
        """
        if self.iteration == 0:
            try:
                state = advance(self.method, self._history.departure(0), 1, bool)
            except NoValue:
                return Pace(math.nan, math.nan, math.nan)
            return _pace(self.start, Row(1, state.w, state.b, state.dw, state.db, state.loss, state.eta))
        pace = _pace(self._history.row(self.iteration - min(self.steps, max(3, self.epoch))), self.row)
        return pace._replace(moved=max(pace.moved, self._distance_from(self.iteration - 1)))

    @cached_property
    def is_at_rest(self) -> bool:
        """Whether (w, b) stays where it is, but for rounding."""
        return self.pace.moved <= ROUNDING * math.hypot(self.row.w, self.row.b)

    @cached_property
    def lately(self) -> list[float]:
        """The losses of the last rows, this one the last; the mean losses of the last epochs where there are batches.

        Of an epoch 32 rows are enough for its mean.
        """
        epochs = min(LATELY, self.steps // self.epoch)
        if self.epoch == 1:
            return list(self._losses[self.iteration - epochs : self.iteration + 1])
        if not epochs:
            return [self.row.loss]
        ends = range(self.iteration - (epochs - 1) * self.epoch, self.iteration + 1, self.epoch)
        between = math.ceil(self.epoch / 32)
        sampled = [self._losses[end : end - self.epoch : -between] for end in ends]
        return [sum(losses) / len(losses) for losses in sampled]

    @cached_property
    def swings(self) -> list[Row]:
        """The last rows, seven at the most and this one the last: those at the ends of epochs where there are batches.

        What single batches do within an epoch is no sign of anything.
        """
        count = min(6, self.steps // self.epoch)
        return [self._history.row(self.iteration - back * self.epoch) for back in range(count, -1, -1)]

    @cached_property
    def alternates(self) -> bool:
        """Whether each of the last four steps or more points against the one before, by more than 120 degrees."""
        steps = [(after.w - before.w, after.b - before.b) for before, after in pairwise(self.swings)]
        return len(steps) >= 4 and all(
            w0 * w1 + b0 * b1 < -0.5 * math.hypot(w0, b0) * math.hypot(w1, b1) for (w0, b0), (w1, b1) in pairwise(steps)
        )

    @cached_property
    def path(self) -> Path:
        """The later half of the steps by this method, or the last few hundred."""
        steps = min(self.steps, RECENT, max(8, self.steps // 2))
        recent = slice(self.iteration - steps, self.iteration + 1)
        ws, bs, losses = self._w[recent], self._b[recent], self._losses[recent]
        length = sum(math.dist(before, after) for before, after in pairwise(zip(ws, bs, strict=True)))
        extent = math.hypot(max(ws) - min(ws), max(bs) - min(bs))
        half = max(1, len(losses) // 2)
        fall = (sum(losses[:half]) - sum(losses[-half:])) / half / max(1, len(losses) - half)
        return Path(steps, length, extent, min(losses), max(losses), fall)

    @cached_property
    def pace_of_the_path(self) -> Pace:
        """The pace over all of it."""
        return _pace(self._history.row(self.iteration - self.path.steps), self.row)

    @cached_property
    def lowest(self) -> float:
        """The lowest loss so far."""
        return self._bounds(0)[0]

    @cached_property
    def lowest_by_this_method(self) -> float:
        """The lowest loss of the rows that this method led to or began at."""
        return self._bounds(self.iteration - self.steps)[0]

    @cached_property
    def highest(self) -> float:
        """The highest loss so far."""
        return self._bounds(0)[1]

    def _bounds(self, first: int) -> tuple[float, float]:
        """The lowest and the highest loss from a row on."""
        low = high = self.row.loss
        for stretch in self._history.overview("loss").stretches(self.iteration / STRETCHES):
            if stretch.first > self.iteration:
                break
            lows, highs = stretch.low, stretch.high
            if stretch.first < first or stretch.last > self.iteration:
                lows, highs = bounds(self._losses[max(stretch.first, first) : min(stretch.last, self.iteration) + 1])
            low, high = min(low, lows), max(high, highs)
        return low, high

    @cached_property
    def arrival(self) -> Arrival | None:
        """The step that led from afar to within a tenth of that way; None where the run has never been afar.

        Found by bisection: there may be others, when it went away again and came back.
        """
        far = self._distance_from(0)
        if not far:
            return None
        away, near = 0, self.iteration
        while near - away > 1:
            middle = (away + near) // 2
            away, near = (away, middle) if self._distance_from(middle) < 0.1 * far else (middle, near)
        length = math.dist((self._w[near - 1], self._b[near - 1]), (self._w[near], self._b[near]))
        return Arrival(near, length)

    def _distance_from(self, iteration: int) -> float:
        return math.hypot(self._w[iteration] - self.row.w, self._b[iteration] - self.row.b)

    def row_at(self, iteration: int) -> Row:
        """An earlier row."""
        return self._history.row(iteration)


def _pace(before: Row, after: Row) -> Pace:
    iterations = after.iteration - before.iteration
    shorter, longer = math.hypot(before.dw, before.db), math.hypot(after.dw, after.db)
    known = 0.0 < shorter < math.inf and 0.0 < longer < math.inf
    growth = math.log(longer) - math.log(shorter) if known else 0.0
    moved = math.hypot(after.w - before.w, after.b - before.b)
    return Pace((before.loss - after.loss) / iterations, growth / iterations, moved / iterations)
