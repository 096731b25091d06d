"""The surfaces of the textbooks, L(w, b), with exact gradients and Hessians; w is the textbook's x, b its y.

Each is one definition. It states a window in which its character shows, a start, an eta with which gradient descent
from there goes down, and its minima. Products stand for small powers, since `x**2` raises where `x * x` is inf.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.problems.definition import Objective, Point, Problem, ProblemDefinition, Window


@dataclass(frozen=True)
class Surface:
    """A loss that is a formula in w and b: it has no points."""

    title: str
    window: Window
    start: Point
    eta: float
    minima: Sequence[Point]
    objective: Callable[[Numbers], Objective]
    size: int = 0

    def batch(self, _places: Any) -> Problem:
        """All of it, for there are no points to leave out."""
        return self


SURFACES: dict[str, ProblemDefinition] = {}


def surface(
    name: str,
    title: str,
    *,
    about: str,
    formula: str,
    reference: str,
    window: tuple[float, float, float, float],
    start: Point,
    eta: float,
    minima: Sequence[Point],
) -> Callable[[Callable[[Numbers], Objective]], Surface]:
    """Define a surface by the function that makes its loss, gradient and Hessian out of `Numbers`."""

    def define(objective: Callable[[Numbers], Objective]) -> Surface:
        made = Surface(title, Window(*window), start, eta, minima, objective)
        SURFACES[name] = ProblemDefinition(name, title, about, formula, reference, {}, lambda: made)
        return made

    return define


@surface(
    "sphere",
    "Sphere",
    about="A round bowl: the gradient points straight away from the minimum.",
    formula="L = w^2 + b^2",
    reference="De Jong 1975, F1",
    window=(-2.0, 2.0, -2.0, 2.0),
    start=(1.5, 1.5),
    eta=0.1,
    minima=((0.0, 0.0),),
)
def sphere(_numbers: Numbers) -> Objective:
    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        return w * w + b * b, 2.0 * w, 2.0 * b

    return Objective(evaluate, lambda _w, _b: (2.0, 0.0, 2.0))


@surface(
    "rosenbrock",
    "Rosenbrock",
    about="A long bent valley: soon reached, and slow to follow to its lowest point.",
    formula="L = (1 - w)^2 + 100 (b - w^2)^2",
    reference="Rosenbrock 1960",
    window=(-2.0, 2.0, -1.0, 3.0),
    start=(-1.0, -1.0),
    eta=0.001,
    minima=((1.0, 1.0),),
)
def rosenbrock(_numbers: Numbers) -> Objective:
    def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
        short, off = 1.0 - w, b - w * w
        return short * short + 100.0 * off * off, -2.0 * short - 400.0 * w * off, 200.0 * off

    def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
        return 2.0 - 400.0 * (b - 3.0 * w * w), -400.0 * w, 200.0

    return Objective(evaluate, hessian)
