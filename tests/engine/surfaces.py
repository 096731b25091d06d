"""Small problems on which a descent does what the neuron never does."""

from collections.abc import Callable
from dataclasses import dataclass

from gdtui.engine.definition import Choice
from gdtui.engine.problems.definition import Objective, ProblemDefinition, Window

WINDOW = Window(-6.0, 6.0, -6.0, 6.0)


@dataclass(frozen=True)
class Formula:
    """A problem out of a function (w, b) -> loss, dL/dw, dL/db, and perhaps another -> its second derivatives."""

    function: Callable[[float, float], tuple[float, float, float]]
    hessian: Callable[[float, float], tuple[float, float, float]] | None = None
    title: str = "A formula"
    start: tuple[float, float] = (10.0, 1.0)
    size: int = 0
    eta: float = 1.0
    window: Window = WINDOW
    minima: tuple[tuple[float, float], ...] = ()

    def objective(self, _numbers):
        return Objective(self.function, self.hessian)

    def batch(self, places):
        raise AssertionError("it has no points")


QUARTIC = Formula(lambda w, b: (w * w * w * w + b * b, 4.0 * w * w * w, 2.0 * b), lambda w, b: (12.0 * w * w, 0.0, 2.0))
"""L = w^4 + b^2: from its start, with eta 1, it overflows after a few updates."""


def chosen(problem):
    """A problem as a person would have chosen it by name."""
    return Choice(ProblemDefinition("own", "Own", "", "", "", {}, lambda: problem), ())
