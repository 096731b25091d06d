"""Small problems on which a descent does what the neuron never does."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Formula:
    """A problem out of a function (w, b) -> loss, dL/dw, dL/db."""

    function: Callable[[float, float], tuple[float, float, float]]
    name: str = "formula"
    title: str = "A formula"
    start: tuple[float, float] = (10.0, 1.0)

    def objective(self, _numbers):
        return self.function


QUARTIC = Formula(lambda w, b: (w * w * w * w + b * b, 4.0 * w * w * w, 2.0 * b))
"""L = w^4 + b^2: from its start, with eta 1, it overflows after a few updates."""
