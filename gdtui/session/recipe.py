"""A run's recipe: all that decides it until the person intervenes."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gdtui.engine.batches import ALL_POINTS, ORDERS, Batches
from gdtui.engine.catalog import CONVENTIONS, OPTIMIZERS, PROBLEMS, SCHEDULES, Optimizer, ProblemDefinition, Schedule
from gdtui.engine.definition import Choice, choose
from gdtui.engine.descent import Method
from gdtui.engine.mistakes import BadInput
from gdtui.session.data import Data, GoOn, read
from gdtui.session.numerals import exact
from gdtui.session.own_function import OwnFunction
from gdtui.session.stopping import Settled

LIMIT = 10_000
"""Iterations after which the app pauses, unless told otherwise."""


def optimizer(text: str) -> Choice[Optimizer]:
    """An optimizer as a person writes it: `adam:beta2=0.99`."""
    return choose("optimizer", text, OPTIMIZERS)


def schedule(text: str) -> Choice[Schedule]:
    """A schedule as a person writes it: `step:factor=0.5,every=100`."""
    return choose("schedule", text, SCHEDULES)


def problem(text: str) -> Choice[ProblemDefinition]:
    """A problem as a person writes it: `padhai:activation=tanh`."""
    return choose("problem", text, PROBLEMS)


Source: TypeAlias = Data | OwnFunction
"""What a person brings from a file."""


def bring(problem: ProblemDefinition, asked: Mapping[str, str | None], go_on: GoOn) -> Source | None:
    """What a problem asks for from outside; BadInput where it cannot be had, `Cancelled` where `go_on` says so."""
    if "data" in problem.asks:
        path = asked["data"]
        if not path:
            raise BadInput("--problem neuron needs points of your own: --data FILE.csv brings them")
        return read(path, asked["x"] or None, asked["y"] or None, go_on)
    if "function" in problem.asks:
        function = asked["function"]
        if not function:
            raise BadInput("--problem function needs a function of your own: --function FILE.py:NAME brings it")
        return OwnFunction.parse(function)
    return None


LECTURE, GD, CONSTANT = problem("lecture"), optimizer("gd"), schedule("constant")


@dataclass(frozen=True)
class Recipe:
    """What is descended on, from where, and how. BadInput where things do not fit together.

    An eta of None is the optimizer's own, a schedule of None is a constant eta.
    """

    problem: Choice[ProblemDefinition] = LECTURE
    source: Source | None = None
    start: tuple[float, float] | None = None
    optimizer: Choice[Optimizer] = GD
    eta: float | None = None
    schedule: Choice[Schedule] | None = None
    batches: Batches = ALL_POINTS
    convention: str = CONVENTIONS[0]
    limit: int = LIMIT
    stop: Settled | None = None

    def __post_init__(self) -> None:
        rule = self.optimizer.definition
        if self.eta is not None and not rule.uses_eta:
            raise BadInput(f"{rule.name} finds its steps itself and has no use for --eta: leave it out")
        if self.schedule is not None and not rule.uses_schedule:
            raise BadInput(f"{rule.name} has no use for --schedule: leave it out")
        size = self.method().problem.size
        if self.batches.size is not None and size == 0:
            raise BadInput(
                f"--batch takes some of the points, and {self.problem.definition.name} has none: leave it out"
            )
        if self.batches.size is not None and not 1 <= self.batches.size <= size:
            raise BadInput(f"--batch must be all or a whole number from 1 to {size:,}, not {self.batches.size:,}")

    def method(self) -> Method:
        """The method that the recipe begins with."""
        brought = self.source.arguments if self.source is not None else {}
        problem = self.problem.definition.make(**self.problem.arguments, **brought)
        return Method(
            problem=problem,
            optimizer=self.optimizer,
            schedule=self.schedule or CONSTANT,
            eta=self.optimizer.definition.eta_on(problem) if self.eta is None else self.eta,
            batches=self.batches,
            convention=self.convention,
        )

    @property
    def beginning(self) -> tuple[float, float]:
        """The w and b of iteration 0: the problem's own, unless others were asked for."""
        return self.start or self.method().problem.start

    def command_line(self) -> str:
        """The command that starts this run again."""
        method = self.method()
        flags: dict[str, object] = {"problem": None if self.problem == LECTURE else self.problem}
        if self.source is not None:
            flags |= self.source.flags
        flags["optimizer"] = self.optimizer
        if self.optimizer.definition.uses_eta:
            flags["eta"] = exact(method.eta)
        flags["start"] = self.beginning
        flags |= {"schedule": self.schedule, "batch": self.batches.size}
        if self.batches.order != ORDERS[0]:
            flags |= {"order": self.batches.order, "seed": self.batches.seed}
        if self.convention != CONVENTIONS[0]:
            flags["convention"] = self.convention
        if self.limit != LIMIT:
            flags["steps"] = self.limit
        if self.stop is not None:
            flags["stop"] = f"{exact(self.stop.change)}/{self.stop.over}"
        words = ["gdtui"]
        for flag, value in flags.items():
            if value is not None:
                words += [f"--{flag}", *(map(exact, value) if isinstance(value, tuple) else [str(value)])]
        return shlex.join(words)
