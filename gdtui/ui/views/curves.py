"""Columns of a history as curves of a chart."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from gdtui.engine.history import History
from gdtui.engine.overview import Stretch
from gdtui.ui.widgets.plot import Curve

Points: TypeAlias = list[tuple[float, float]]
Scale: TypeAlias = Callable[[float], float]
"""The position of a value on an axis; nan where it has none."""


FARTHEST = 1e300
"""What lies farther out is drawn here: the arithmetic of axes and charts would overflow."""


def linear(value: float) -> float:
    """The position on a linear axis."""
    return max(-FARTHEST, min(value, FARTHEST)) if math.isfinite(value) else math.nan


def log10(value: float) -> float:
    """The position on a logarithmic axis."""
    return math.log10(value) if value > 0.0 else math.nan


def outlines(
    stretches: Iterable[Stretch], scale: Scale, known: Callable[[int, int], int | None] = lambda first, _end: first
) -> Iterator[Points]:
    """Lines through the lowest and highest value of each stretch; a new line after a gap.

    A stretch of which nothing is known, as `History.known` says, is no gap.
    """
    line: Points = []
    for first, last, low, high in stretches:
        middle = (first + last) / 2
        ends = [y for y in (scale(low), scale(high)) if not math.isnan(y)]
        if not ends and known(first, last + 1) is None:
            continue
        if not ends:
            if line:
                yield line
            line = []
            continue
        if line and abs(ends[-1] - line[-1][1]) < abs(ends[0] - line[-1][1]):
            ends.reverse()  # a falling curve comes from above
        line += [(middle, y) for y in (ends if first < last else ends[:1])]
    if line:
        yield line


def trail(history: History, name: str, first: int, last: int, most: int, scale: Scale) -> Points:
    """At most so many of the points of a column between two iterations."""
    every = max(1, math.ceil((last - first) / most))
    column, end = history.column(name), min(last, history.last) + 1
    rows = (history.known(i, min(i + every, end)) for i in range(first, end, every))
    points = [(float(i), scale(column[i])) for i in rows if i is not None]
    return [(x, y) for x, y in points if math.isfinite(y)]


def span(points: Iterable[Sequence[tuple[float, float]]]) -> tuple[float, float]:
    """The lowest and the highest position of all; 0 and 1 where there is none."""
    ys = [y for line in points for _, y in line]
    return (min(ys), max(ys)) if ys else (0.0, 1.0)


def curve(points: Points, ink: str, marker: str, *, joined: bool = False) -> Curve:
    """Points as plotext takes them."""
    return Curve([x for x, _ in points], [y for _, y in points], ink, marker, joined)
