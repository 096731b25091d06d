"""What the gradient, and then the Hessian, promise of a step, beside what the step really does to the loss.

    L(theta + eta u) = L + eta u.g + eta^2/2 u.H.u + ...

Source: CS7015 lecture 5, slides 22-25. Of all unit directions u the first order falls most along -g, and it is right
while eta is small: how small, is seen here.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gdtui.engine.analysis.curvature import Direction, curvature
from gdtui.engine.problems.definition import Objective

GROWTH = math.sqrt(2.0)
"""Each trial of `largest_falling_eta` is so many times the one before."""

MOST_DOUBLINGS = 60
"""Beyond 2^60 times its first trial, `largest_falling_eta` looks no further."""


@dataclass(frozen=True, slots=True)
class Promise:
    """How much the loss changes by a step eta u: to first order, to second order, and really."""

    eta: float
    loss: float
    """Before the step."""
    change: float
    first: float
    second: float

    @property
    def first_error(self) -> float:
        """By how much the first order is too high."""
        return self.first - self.change

    @property
    def second_error(self) -> float:
        """By how much the second order is too high."""
        return self.second - self.change


@dataclass(frozen=True, slots=True)
class Turned:
    """How much the loss changes along a unit direction that is so many degrees away from the gradient."""

    angle: float
    direction: Direction
    change: float
    first: float


def losses_after(objective: Objective, w: float, b: float, etas: Iterable[float]) -> list[float]:
    """The loss after one step of plain gradient descent from (w, b), for each of several eta."""
    _, dw, db = objective.evaluate(w, b)
    return [objective.evaluate(w - eta * dw, b - eta * db)[0] for eta in etas]


def promises(objective: Objective, w: float, b: float, u: tuple[float, float], etas: Iterable[float]) -> list[Promise]:
    """What the expansion at (w, b) says of the step eta u, for each of several eta."""
    loss, dw, db = objective.evaluate(w, b)
    slope, bend = u[0] * dw + u[1] * db, curvature(objective, w, b).along(u)
    rows = []
    for eta in etas:
        there, _, _ = objective.evaluate(w + eta * u[0], b + eta * u[1])
        rows.append(Promise(eta, loss, there - loss, eta * slope, eta * slope + 0.5 * eta * eta * bend))
    return rows


def against_the_gradient(objective: Objective, w: float, b: float, etas: Iterable[float]) -> list[Promise]:
    """The same of gradient descent's step, u = -g."""
    _, dw, db = objective.evaluate(w, b)
    return promises(objective, w, b, (-dw, -db), etas)


def turned(dw: float, db: float, degrees: float) -> tuple[float, float]:
    """A vector as long as the gradient, turned away from it counterclockwise."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return dw * cosine - db * sine, dw * sine + db * cosine


def by_angle(objective: Objective, w: float, b: float, eta: float, degrees: Iterable[float]) -> list[Turned]:
    """The change of the loss by steps of the length eta, by the angle beta from the gradient, counterclockwise.

    The first order is eta |g| cos(beta): lowest at 180 degrees. Where the gradient is 0, w's axis stands for it.
    """
    loss, dw, db = objective.evaluate(w, b)
    towards = math.atan2(db, dw)
    rows = []
    for angle in degrees:
        u = (math.cos(towards + math.radians(angle)), math.sin(towards + math.radians(angle)))
        there, _, _ = objective.evaluate(w + eta * u[0], b + eta * u[1])
        rows.append(Turned(angle, u, there - loss, eta * (u[0] * dw + u[1] * db)))
    return rows


def largest_falling_eta(objective: Objective, w: float, b: float) -> float | None:
    """The eta up to which gradient descent's step lowers the loss, as its first order says of every eta.

    None where the gradient is 0, or so small that no step's change is seen in floats; inf where the loss still falls
    at the end of the search. Limits: the search goes up by factors of sqrt(2) from an eta that the curvature
    suggests and at which the loss falls, so a rise that begins and ends between two trials is passed over. Where it
    meets the first rise, bisection gives the place to the last digit that the loss can tell.
    """
    loss, dw, db = objective.evaluate(w, b)

    def falls(eta: float) -> bool:
        return objective.evaluate(w - eta * dw, b - eta * db)[0] < loss

    bend = curvature(objective, w, b).along((dw, db))
    square = dw * dw + db * db
    low = square / abs(bend) if bend and square / abs(bend) < math.inf else 1.0
    for _ in range(MOST_DOUBLINGS):
        if falls(low):
            break
        low *= 0.5
    else:
        return None
    for _ in range(2 * MOST_DOUBLINGS):
        high = low * GROWTH
        if not falls(high):
            return _boundary(falls, low, high)
        low = high
    return math.inf


def _boundary(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The last float for which a condition holds, when it holds at `low` and not at `high`."""
    while low < (middle := 0.5 * (low + high)) < high:
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
