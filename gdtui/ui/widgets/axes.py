"""Axes with round ends, so that they move seldom and in jumps."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gdtui.engine.digits import rough

SHORTEST = 20
"""Iterations that the axis of iterations has room for at the least."""


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, with a label at each tick."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]


def round_up(x: float, round_numbers: Sequence[float] = (1.0, 2.0, 5.0, 10.0)) -> float:
    """The least of the round numbers, times a power of ten, that is not below x, for x above 0."""
    power = 10.0 ** math.floor(math.log10(x))
    return next(number * power for number in round_numbers if number * power >= x * (1 - 1e-12))


def of_iterations(last: int) -> Axis:
    """From 0 to a round number not below the last iteration, and at most half as much again."""
    high = int(round_up(max(last, SHORTEST), (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)))
    return Axis(0, high, [(tick, f"{tick:,}") for tick in (0, high // 2, high)])


def linear(low: float, high: float, steps: int, least: float = 0.0) -> Axis:
    """At most so many round steps around two finite values, which are taken to span `least` at least.

    One more where a round number lies between them that the steps go through; of two, the ends alone are labelled.
    """
    span = max(high - low, least, 1e-4 * max(abs(low), abs(high)), 1e-300)
    ends = [_round_ends(low, span, round_up(span / n, (1.0, 2.0, 2.5, 5.0, 10.0))) for n in range(steps, 0, -1)]
    # Of the ends that waste the least room, those with the most labels.
    step, first, last = min(ends, key=lambda end: end[0] * (end[2] - end[1]))
    every = 1 if steps > 1 else last - first
    label = _labels(step, max(abs(first), abs(last)))
    return Axis(first * step, last * step, [(k * step, label(k * step)) for k in range(first, last + 1, every)])


def _round_ends(low: float, span: float, step: float) -> tuple[float, int, int]:
    """A step, and how many of it the lower and the upper end are from 0."""
    first = math.floor(low / step + 1e-9)
    return step, first, max(first + 1, math.ceil((low + span) / step - 1e-9))


def from_zero(low: float, high: float, steps: int) -> Axis:
    """The same, with 0 on it."""
    return linear(min(low, 0.0), max(high, 0.0), steps)


def logarithmic(low: float, high: float, steps: int) -> Axis:
    """Whole decades around two base-ten logarithms, with at most so many steps."""
    first, last = math.floor(low), math.ceil(high)
    last = max(last, first + 1)
    every = math.ceil((last - first) / steps)
    return Axis(first, last, [(k, f"1e{k}") for k in range(last, first - 1, -every)][::-1])


def inside(low: float, high: float, steps: int) -> list[tuple[float, str]]:
    """Round numbers between two ends that stay as they are, at most so many steps apart, each with its label.

    More steps where there would be none.
    """
    step = round_up((high - low) / steps)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if first > last:
        return inside(low, high, steps + 1)
    label = _labels(step, max(abs(first), abs(last)))
    return [(k * step, label(k * step)) for k in range(first, last + 1)]


def _labels(step: float, most: int) -> Callable[[float], str]:
    """Text for up to so many steps from 0: with as many digits as tell them apart."""
    decimals = next((n for n in range(6) if math.isclose(round(step, n), step, rel_tol=1e-9)), None)
    if decimals is not None and most * step < 1e6:
        return lambda value: f"{value:.{decimals}f}"
    return lambda value: rough(value, max(3, len(str(most)) + 2))
