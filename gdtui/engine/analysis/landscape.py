"""The error surface: the loss over a window of the plane, sampled, in bands, and cut along one parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from gdtui.engine.history import Row
from gdtui.engine.numbers import arrays
from gdtui.engine.problems.definition import Point, Problem, Window
from gdtui.engine.problems.neuron import Neuron

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Losses: TypeAlias = NDArray[Any]

Parameter: TypeAlias = Literal["w", "b"]

FEWEST_BANDS, MOST_BANDS = 8, 11

WORK = 10_000_000
"""Data points looked at for one landscape, once for each sample: about a quarter of a second."""

SLICE_WORK = 500_000
"""The same for a slice, which is cut anew at every step."""

FARTHEST = 1e300
"""Windows end here, and levels lie within: the arithmetic of what is farther out would overflow."""

CONCENTRATED = 0.15
"""Where half of the window lies so low in the range of its losses, even bands would show nothing of it."""

DEEPEST = 0.005
"""The part of the window that a logarithm is not asked to look into: on the way to a minimum it has no end."""

ROUND_STEPS = (1.0, 2.0, 5.0, 2.5, 4.0, 3.0, 8.0, 6.0, 1.5, 1.25)
"""Of even levels, the roundest first; no two neighbours, times a power of ten, are farther apart than 4/3."""

WHOLE_DECADES = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 60)
"""Of logarithmic levels farther apart than 1, 3, 10."""

GAP = -1
"""The band of a sample where the loss is not finite."""


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss at the middle of each sample; the first row of samples is the one with the largest b."""

    window: Window
    loss: Losses
    levels: tuple[float, ...]
    """The losses at which a band ends and the next one begins, from low to high; none where the loss is constant."""
    logarithmic: bool
    points_used: int
    """The data points whose loss this is, scaled to that of all; fewer than all where those take too long."""
    bands: Losses
    """The number of each sample's band, from 0 for the lowest; GAP where the loss is not finite."""

    @property
    def columns(self) -> int:
        """How many samples it has along w."""
        return int(self.loss.shape[1])

    @property
    def rows(self) -> int:
        """How many samples it has along b."""
        return int(self.loss.shape[0])

    @cached_property
    def edges(self) -> Losses:
        """The samples at which a band ends: the next one to the right or below is in another."""
        import numpy

        edges = numpy.zeros(self.bands.shape, dtype=bool)
        edges[:, :-1] |= self.bands[:, :-1] != self.bands[:, 1:]
        edges[:-1] |= self.bands[:-1] != self.bands[1:]
        return edges

    @cached_property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest finite loss sampled; both nan where none is finite."""
        return finite_range(self.loss)

    def place(self, w: float, b: float) -> tuple[float, float]:
        """Where a point lies, in samples from the left and from the top; it may lie outside."""
        w_low, w_high, b_low, b_high = self.window
        return (w - w_low) / (w_high - w_low) * self.columns, (b_high - b) / (b_high - b_low) * self.rows

    def point(self, column: int, row: int) -> Point:
        """The w and b of a sample's middle."""
        w_low, w_high, b_low, b_high = self.window
        w = w_low + (column + 0.5) / self.columns * (w_high - w_low)
        return w, b_high - (row + 0.5) / self.rows * (b_high - b_low)


def survey(problem: Problem, window: Window, columns: int, rows: int, *, logarithmic: bool | None = None) -> Landscape:
    """Sample a problem's loss; its bands are even or logarithmic as its range asks for, unless one is told.

    The bands divide the losses in the problem's own window, as far as it is in sight: what is around it may be much
    higher.
    """
    import numpy

    window = visible(window)
    w_low, w_high, b_low, b_high = window
    w = w_low + (numpy.arange(columns) + 0.5) / columns * (w_high - w_low)
    b = b_high - (numpy.arange(rows) + 0.5) / rows * (b_high - b_low)
    part, scale = _fewer_points(problem, WORK // max(columns * rows, 1))
    loss = numpy.broadcast_to(scale * _losses(part, w, b[:, None]), (rows, columns))
    own = problem.window
    telling = ((own.w_low <= w) & (w <= own.w_high))[None, :] & ((own.b_low <= b) & (b <= own.b_high))[:, None]
    finite = loss[numpy.isfinite(loss) & telling] if telling.any() else loss[numpy.isfinite(loss)]
    finite = finite.clip(-FARTHEST, FARTHEST)
    if logarithmic is None:
        logarithmic = _is_concentrated(finite)
    if logarithmic:
        inside = [(w, b) for w, b in problem.minima if w_low <= w <= w_high and b_low <= b <= b_high]
        known = (scale * _losses(part, *numpy.array(inside).T)).tolist() if inside else []
        levels = logarithmic_levels(finite, known)
    else:
        levels = even_levels(*finite_range(finite))
    bands = numpy.where(numpy.isfinite(loss), numpy.searchsorted(levels, loss, side="right"), GAP).astype(numpy.int8)
    return Landscape(window, loss, levels, logarithmic, part.size, bands)


def even_levels(low: float, high: float) -> tuple[float, ...]:
    """Round levels with even steps, strictly between two losses."""
    if not has_range(low, high):
        return ()
    power = 10.0 ** math.floor(math.log10((high - low) / MOST_BANDS))
    for step in (each * power * scale for scale in (1.0, 10.0) for each in ROUND_STEPS):
        first, last = math.floor(low / step) + 1, math.ceil(high / step) - 1
        if FEWEST_BANDS <= last - first + 2 <= MOST_BANDS:
            return tuple(k * step for k in range(first, last + 1))
    raise AssertionError((low, high))


def logarithmic_levels(losses: Losses, minima: Sequence[float]) -> tuple[float, ...]:
    """Levels at round distances, in even steps of their logarithms, above the lowest of the losses and known minima."""
    import numpy

    low, high = finite_range(losses)
    if not has_range(low, high):
        return ()
    base = min([low, *(loss for loss in minima if math.isfinite(loss))])
    above = losses - base
    bottom, top = (math.log10(x) for x in numpy.quantile(above[above > 0.0], (DEEPEST, 1.0)))
    rungs = _rungs(bottom, top)
    if 0.0 <= base < rungs[0]:
        base = 0.0  # so that the levels themselves are round
    levels = [base + rung for rung in rungs]
    return tuple(level for level, before in zip(levels, [base, *levels], strict=False) if level > before)


def _rungs(bottom: float, top: float) -> list[float]:
    """Round numbers between powers of ten, on a ladder on which they are few enough; not too few, though, below."""
    for mantissas, decades in [((1, 2, 5), 1), ((1, 3), 1), *(((1,), each) for each in WHOLE_DECADES)]:
        lowest = math.floor(bottom / decades) - FEWEST_BANDS
        ladder = [(each, k * decades) for k in range(lowest, math.ceil(top / decades) + 1) for each in mantissas]
        rungs = [float(f"{each}e{power}") for each, power in ladder if math.log10(each) + power < top - 1e-9]
        needed = sum(rung > 0.0 and math.log10(rung) > bottom for rung in rungs)
        if needed < MOST_BANDS:
            break
    return [rung for rung in rungs[-max(needed, FEWEST_BANDS - 1) :] if rung > 0.0]


def has_range(low: float, high: float) -> bool:
    """Whether two losses differ by more than rounding."""
    return high - low > max(1e-13 * max(abs(low), abs(high)), 1e-306)


def finite_range(losses: Losses) -> tuple[float, float]:
    """The lowest and the highest finite one; both nan where none is finite."""
    import numpy

    finite = losses[numpy.isfinite(losses)]
    return (float(finite.min()), float(finite.max())) if finite.size else (math.nan, math.nan)


def _is_concentrated(losses: Losses) -> bool:
    import numpy

    low, high = finite_range(losses)
    return has_range(low, high) and float(numpy.median(losses)) - low < CONCENTRATED * (high - low)


def _losses(problem: Problem, w: Losses, b: Losses) -> Losses:
    """The loss at many points, with no warning of what overflows on the way."""
    import numpy

    with numpy.errstate(all="ignore"):
        evaluate: Any = problem.objective(arrays()).evaluate  # a formula takes floats and arrays
        loss, _, _ = evaluate(w, b)
    return numpy.broadcast_to(loss, numpy.broadcast_shapes(w.shape, b.shape))


def visible(window: Window) -> Window:
    """A window that has a width and a height in which numbers can be told apart, however small it was."""
    return Window(*_apart(*window[:2]), *_apart(*window[2:]))


def _apart(low: float, high: float) -> tuple[float, float]:
    low, high = sorted(0.0 if math.isnan(end) else max(-FARTHEST, min(end, FARTHEST)) for end in (low, high))
    middle = low + (high - low) / 2.0
    least = max(1.0, abs(middle)) if low == high else max(1e-9 * abs(middle), 1e-300)
    return (low, high) if high - low >= least else (middle - least, middle + least)


def _fewer_points(problem: Problem, most: int) -> tuple[Problem, float]:
    """So many of the points, evenly spaced, and by what their loss falls short of that of all."""
    most = max(1, most)
    if problem.size <= most:
        return problem, 1.0
    part = problem.batch([k * problem.size // most for k in range(most)])
    is_mean = isinstance(problem, Neuron) and problem.reduction == "mean"
    return part, 1.0 if is_mean else problem.size / most


@dataclass(frozen=True)
class Slice:
    """The loss along one parameter through a point, the other held, and the tangent there."""

    places: Sequence[float]
    losses: Sequence[float]
    at: float
    loss: float
    slope: float
    """The derivative at the point."""
    points_used: int
    """The data points whose loss the places have; that at the point is of all."""

    def tangent(self, place: float) -> float:
        """The straight line through the point whose slope is the derivative."""
        return self.loss + self.slope * (place - self.at)


def slice_along(problem: Problem, window: Window, row: Row, parameter: Parameter, samples: int) -> Slice:
    """Cut the surface through an iteration along w or along b, from one end of the window to the other."""
    import numpy

    low, high = visible(window)[:2] if parameter == "w" else visible(window)[2:]
    places = numpy.linspace(low, high, samples)
    part, scale = _fewer_points(problem, SLICE_WORK // samples)
    held = numpy.full(1, row.b if parameter == "w" else row.w)
    losses = scale * (_losses(part, places, held) if parameter == "w" else _losses(part, held, places))
    at, slope = (row.w, row.dw) if parameter == "w" else (row.b, row.db)
    return Slice(places.tolist(), losses.tolist(), at, row.loss, slope, part.size)
