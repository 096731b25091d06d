"""What it costs that a neuron says f where the data say y.

A loss is a function (z, f, df/dz, y) -> (L, dL/dz) of one point, and its bend a function of the same and of d2f/dz2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gdtui.engine.numbers import Numbers, Real

PointLoss: TypeAlias = Callable[[Real, Real, Real, Real], tuple[Real, Real]]


@dataclass(frozen=True)
class Loss:
    """A loss of one point with its first derivative by z, and its second."""

    value_and_slope: Callable[[Numbers], PointLoss]
    bend: Callable[[Real, Real, Real, Real], Real]
    """(f, df/dz, d2f/dz2, y) -> d2L/dz2."""


def squared(_numbers: Numbers) -> PointLoss:
    """The squared error: L = 1/2 (f - y)^2, dL/dz = (f - y) df/dz."""

    def value_and_slope(_z: Real, f: Real, slope: Real, y: Real) -> tuple[Real, Real]:
        error = f - y
        return 0.5 * error * error, error * slope

    return value_and_slope


def cross_entropy(numbers: Numbers) -> PointLoss:
    """Of a sigmoid: L = -(y ln f + (1 - y) ln(1 - f)) = ln(1 + exp(-|z|)) + ((z > 0) - y) z, dL/dz = f - y.

    From z, so that it stays finite where f rounds to 0 or 1, and keeps its digits where f comes near a y of 0 or 1.
    """
    exp, log1p, where = numbers.exp, numbers.log1p, numbers.where

    def value_and_slope(z: Real, f: Real, _slope: Real, y: Real) -> tuple[Real, Real]:
        return log1p(exp(-abs(z))) + where(z > 0.0, 1.0 - y, -y) * z, f - y

    return value_and_slope


LOSSES: Mapping[str, Loss] = {
    "squared": Loss(squared, lambda f, slope, bend, y: slope * slope + (f - y) * bend),
    "cross-entropy": Loss(cross_entropy, lambda _f, slope, _bend, _y: slope),
}
