"""The derivative as sensitivity: by how much y changes when x does, and how that settles as the change shrinks.

Source: CS7015 lecture 5, slide 31, and the notes, which take y = x^2 from 2 to 2.5: dy / dx is 4.5, a secant's slope,
and the derivative at 2 is 4.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from gdtui.engine.problems.definition import Objective

MOST_DIGITS = 16
"""Decimal digits that a float has, at the most."""


@dataclass(frozen=True)
class Curve:
    """A function of one variable with its derivative."""

    formula: str
    value: Callable[[float], float]
    derivative: Callable[[float], float]


NOTES = Curve("y = x^2", lambda x: x * x, lambda x: 2.0 * x)


def loss_by_w(objective: Objective, b: float) -> Curve:
    """The loss as w alone changes."""
    return Curve("L(w)", lambda w: objective.evaluate(w, b)[0], lambda w: objective.evaluate(w, b)[1])


def loss_by_b(objective: Objective, w: float) -> Curve:
    """The loss as b alone changes."""
    return Curve("L(b)", lambda b: objective.evaluate(w, b)[0], lambda b: objective.evaluate(w, b)[2])


class Secant(NamedTuple):
    """The line through two points of a curve: so far to the right, so far up, and how steep that is."""

    dx: float
    dy: float
    slope: float


def secants(curve: Curve, x: float, widths: Iterable[float]) -> list[Secant]:
    """The secants from x on, for each of several widths."""
    y = curve.value(x)
    rises = [(dx, curve.value(x + dx) - y) for dx in widths]
    return [Secant(dx, dy, dy / dx) for dx, dy in rises]


class CentralDifference(NamedTuple):
    """The slope of a curve from h to the left of a place to h to the right, and its digits that are the derivative's.

    The error is of the order of h^2 as long as h is not so small that the rounding of the two values shows.
    """

    h: float
    slope: float
    digits: int


def central_differences(curve: Curve, x: float, widths: Iterable[float]) -> list[CentralDifference]:
    """The central differences at a place of a curve, for each of several h."""
    derivative = curve.derivative(x)
    slopes = [(h, (curve.value(x + h) - curve.value(x - h)) / (2.0 * h)) for h in widths]
    return [CentralDifference(h, slope, agreeing_digits(slope, derivative)) for h, slope in slopes]


def part_of_steepest(slope: float, points: Sequence[tuple[float, float]]) -> float:
    """How steep a slope of a curve is, against the steepest between its neighbouring points, from left to right.

    1 where it is the steepest itself; nan where all of it is level.
    """
    rises = [abs((y1 - y0) / (x1 - x0)) for (x0, y0), (x1, y1) in pairwise(points) if x1 > x0]
    most = max([*rises, abs(slope)])
    return abs(slope) / most if most else math.nan


def agreeing_digits(x: float, truth: float) -> int:
    """How many significant digits of x are right: n, where it is off by less than 10^-n of the truth."""
    if x == truth:
        return MOST_DIGITS
    if not truth or not math.isfinite(x) or not math.isfinite(truth):
        return 0
    error = abs(x - truth) / abs(truth)
    return max(0, min(MOST_DIGITS, math.floor(-math.log10(error)))) if 0.0 < error < math.inf else 0
