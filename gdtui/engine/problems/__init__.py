"""What is descended on: problems, and what a rule may ask of one."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from gdtui.engine.numbers import Numbers, Real

Objective: TypeAlias = Callable[[Real, Real], tuple[Real, Real, Real]]
"""(w, b) -> (loss, dL/dw, dL/db) on the points in use: all of them or one batch."""


class Problem(Protocol):
    """A loss over two parameters, with the place where a descent on it usually starts."""

    @property
    def name(self) -> str:
        """The word that chooses it."""

    @property
    def title(self) -> str:
        """What a person reads on the screen."""

    @property
    def start(self) -> tuple[float, float]:
        """Its usual (w, b) at iteration 0."""

    def objective(self, numbers: Numbers) -> Objective:
        """The loss and gradient over all its points, on floats or on arrays of starts."""
