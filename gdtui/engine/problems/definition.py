"""What a problem is, and what a rule may ask about the points in use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, NamedTuple, Protocol, TypeAlias

from gdtui.engine.definition import Definition
from gdtui.engine.mistakes import NoValue
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


def or_nan(objective: Objective) -> Objective:
    """The same on floats, but nan where a person's own function complains: a place tried may lie where it ends."""

    def evaluate(w: float, b: float) -> tuple[float, float, float]:
        try:
            return objective.evaluate(w, b)
        except NoValue:
            return nan, nan, nan

    def hessian(w: float, b: float) -> tuple[float, float, float]:
        try:
            return objective.hessian(w, b)
        except NoValue:
            return nan, nan, nan

    return Objective(evaluate, hessian)


Point: TypeAlias = tuple[float, float]
"""A w and a b."""

START: Point = (-2.0, -2.0)
"""Where a descent starts that has no start of its own."""


class Window(NamedTuple):
    """The part of the plane that is looked at first."""

    w_low: float
    w_high: float
    b_low: float
    b_high: float


class Problem(Protocol):
    """A loss over two parameters, with the place where a descent on it usually starts."""

    @property
    def title(self) -> str:
        """What a person reads on the screen."""

    @property
    def start(self) -> Point:
        """Its usual (w, b) at iteration 0."""

    @property
    def window(self) -> Window:
        """What of its plane is usually looked at."""

    @property
    def eta(self) -> float:
        """The usual eta of a rule that moves by eta times a gradient: with it a descent from the start goes down."""

    @property
    def minima(self) -> Sequence[Point]:
        """The minima that are known beforehand."""

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
    guesses: Sequence[Point] = ()
    """Those that its source tells of, in their order."""

    def facts(self) -> list[str]:
        """Its usual start."""
        return [f"start {START[0]:g} {START[1]:g} unless another is given"]
