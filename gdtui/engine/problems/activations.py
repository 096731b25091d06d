"""What a neuron makes of z = w x + b.

An activation is a function z -> (f, df/dz), and its bend a function (f, df/dz) -> d2f/dz2. The slope keeps its digits
where f saturates: the far plateaus have a slope, however small.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gdtui.engine.numbers import Numbers, Real

ValueAndSlope: TypeAlias = Callable[[Real], tuple[Real, Real]]


@dataclass(frozen=True)
class Activation:
    """A function of z with its two derivatives."""

    value_and_slope: Callable[[Numbers], ValueAndSlope]
    bend: Callable[[Real, Real], Real]
    inverse: Callable[[float], float]
    """f -> the z that makes it; nan where none does, or more than one."""


def sigmoid(numbers: Numbers) -> ValueAndSlope:
    """The function f = 1 / (1 + exp(-z)), with df/dz = f (1 - f)."""
    return numbers.logistic


def tanh(numbers: Numbers) -> ValueAndSlope:
    """The function f = tanh z, with df/dz = 1 - f^2 = 4 exp(-2|z|) / (1 + exp(-2|z|))^2."""
    exp, hyperbolic_tangent = numbers.exp, numbers.tanh

    def value_and_slope(z: Real) -> tuple[Real, Real]:
        e = exp(-2.0 * abs(z))
        return hyperbolic_tangent(z), 4.0 * e / ((1.0 + e) * (1.0 + e))

    return value_and_slope


def linear(_numbers: Numbers) -> ValueAndSlope:
    """The function f = z."""
    return lambda z: (z, 1.0)


def relu(numbers: Numbers) -> ValueAndSlope:
    """The function f = max(z, 0); its slope at 0 is taken as 0."""
    maximum, where = numbers.maximum, numbers.where
    return lambda z: (maximum(z, 0.0), where(z > 0.0, 1.0, 0.0))


def logit(f: float) -> float:
    """The z of which f is the sigmoid."""
    return math.log(f) - math.log1p(-f) if 0.0 < f < 1.0 else math.nan


ACTIVATIONS: Mapping[str, Activation] = {
    "sigmoid": Activation(sigmoid, lambda f, slope: slope * (1.0 - 2.0 * f), logit),
    "tanh": Activation(tanh, lambda f, slope: -2.0 * f * slope, lambda f: math.atanh(f) if abs(f) < 1.0 else math.nan),
    "linear": Activation(linear, lambda _f, _slope: 0.0, lambda f: f),
    "relu": Activation(relu, lambda _f, _slope: 0.0, lambda f: f if f > 0.0 else math.nan),
}
