"""What a person can tell the session to do; each command is a value, so that a run can be told again."""

from dataclasses import dataclass
from typing import TypeAlias

from gdtui.engine.catalog import Optimizer, ProblemDefinition, Schedule
from gdtui.engine.definition import Choice
from gdtui.session.recipe import Source
from gdtui.session.stopping import Goal


@dataclass(frozen=True)
class Step:
    """Go forward n iterations, pausing where the recipe's stop rules say so."""

    n: int = 1


@dataclass(frozen=True)
class Forward:
    """Go forward exactly n iterations, past any stop rule; or until a goal is reached, n at the most."""

    n: int
    until: Goal | None = None


@dataclass(frozen=True)
class Back:
    """Go back n iterations, as far as there are any."""

    n: int = 1


@dataclass(frozen=True)
class GoTo:
    """Look at an iteration that is on record, or the last one before it."""

    iteration: int


@dataclass(frozen=True)
class SetEta:
    """Use another eta from the current iteration on."""

    eta: float


@dataclass(frozen=True)
class SetOptimizer:
    """Go on by another optimizer, with its default eta unless one is given, or by other values of its parameters."""

    optimizer: Choice[Optimizer]
    eta: float | None = None


@dataclass(frozen=True)
class SetSchedule:
    """Go on by another schedule, or by other values of its parameters."""

    schedule: Choice[Schedule]


@dataclass(frozen=True)
class SetProblem:
    """Begin a new run on another problem, at its own start, by the method in hand.

    An eta that suits a problem's slopes is the new problem's own; batches that it has no points for are left.
    """

    problem: Choice[ProblemDefinition]
    source: Source | None = None


@dataclass(frozen=True)
class Restart:
    """Begin again at iteration 0 by the method in hand: at the same start, or at a given (w, b)."""

    start: tuple[float, float] | None = None


@dataclass(frozen=True)
class KeepGuess:
    """Keep a guess at the parameters, with its loss; the run stays as it is."""

    w: float
    b: float


Command: TypeAlias = (
    Step | Forward | Back | GoTo | SetEta | SetOptimizer | SetSchedule | SetProblem | Restart | KeepGuess
)
