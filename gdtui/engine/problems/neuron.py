"""One sigmoid neuron with two weights, fitted to points (x, y) with the squared error.

    f(x) = 1 / (1 + exp(-(w x + b)))
    L    = 1/2 sum (f - y)^2
    dL/dw = sum (f - y) f (1 - f) x        dL/db = sum (f - y) f (1 - f)

Source: CS7015 Deep Learning, lecture 5, slides 4-9 and 27-29. The gradient is summed over the points,
not averaged.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.problems import Objective


def sigmoid(numbers: Numbers) -> Callable[[Real], tuple[Real, Real]]:
    """The function z -> f, df/dz with f = 1 / (1 + exp(-z)) and df/dz = f (1 - f).

    It is computed from exp(-|z|), so that nothing overflows at any z, and 1 - f keeps its digits where f
    rounds to 1: the far plateaus have a slope, however small.
    """
    exp, where = numbers.exp, numbers.where

    def value_and_slope(z: Real) -> tuple[Real, Real]:
        e = exp(-abs(z))
        larger = 1.0 / (1.0 + e)  # the larger one of f and 1 - f
        smaller = e * larger
        return where(z >= 0.0, larger, smaller), larger * smaller

    return value_and_slope


@dataclass(frozen=True)
class Neuron:
    """The neuron on its points."""

    name: str
    title: str
    points: tuple[tuple[float, float], ...]
    start: tuple[float, float] = (-2.0, -2.0)

    def objective(self, numbers: Numbers) -> Objective:
        """The loss and gradient over all points, as a function of (w, b)."""
        activation = sigmoid(numbers)
        points = self.points

        def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
            loss = dw = db = 0.0
            for x, y in points:
                f, slope = activation(w * x + b)
                error = f - y
                delta = error * slope
                loss += 0.5 * error * error
                dw += delta * x
                db += delta
            return loss, dw, db

        return evaluate

    def curve(self, numbers: Numbers, w: float, b: float) -> Callable[[float], float]:
        """The fitted function x -> f at the given parameters."""
        activation = sigmoid(numbers)
        return lambda x: activation(w * x + b)[0]


LECTURE = Neuron("lecture", "Sigmoid neuron, 2 points", ((0.5, 0.2), (2.5, 0.9)))
"""The lecture's two points; its start is the one of the lecture's code."""
