"""What a problem is, and what a rule may ask about the points in use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from gdtui.engine.definition import Definition
from gdtui.engine.numbers import Numbers, Real

Evaluate: TypeAlias = Callable[[Real, Real], tuple[Real, Real, Real]]
"""(w, b) -> (loss, dL/dw, dL/db)."""

Hessian: TypeAlias = Callable[[Real, Real], tuple[Real, Real, Real]]
"""(w, b) -> (d2L/dw2, d2L/dwdb, d2L/db2)."""


@dataclass(frozen=True, slots=True)
class Objective:
    """The loss of the points in use, all of them or one batch, with what is derived from it."""

    evaluate: Evaluate
    hessian: Hessian


class Problem(Protocol):
    """A loss over two parameters, with the place where a descent on it usually starts."""

    @property
    def title(self) -> str:
        """What a person reads on the screen."""

    @property
    def start(self) -> tuple[float, float]:
        """Its usual (w, b) at iteration 0."""

    @property
    def size(self) -> int:
        """How many data points it has; 0 where it has none, and so no batches."""

    def objective(self, numbers: Numbers) -> Objective:
        """The loss over all its points, on floats or on arrays of starts."""

    def batch(self, places: Any) -> "Problem":
        """The same loss over some of its points only, by their places in the data."""


@dataclass(frozen=True)
class ProblemDefinition(Definition):
    """A problem by name; `make` takes its parameters, and the points where a person gives them."""

    make: Callable[..., Problem]
