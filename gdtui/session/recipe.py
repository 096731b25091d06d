"""A run's recipe: all that decides it until the person intervenes."""

from dataclasses import dataclass

from gdtui.engine.catalog import OPTIMIZERS, PROBLEMS, find
from gdtui.engine.descent import Method
from gdtui.session.numerals import exact
from gdtui.session.stopping import Settled

LIMIT = 10_000
"""Iterations after which the app pauses, unless told otherwise."""


@dataclass(frozen=True)
class Recipe:
    """What is descended on, from where, and how. BadInput where a name is not known."""

    start: tuple[float, float] = (-2.0, -2.0)
    eta: float = 1.0
    optimizer: str = "gd"
    problem: str = "lecture"
    limit: int = LIMIT
    stop: Settled | None = None

    def method(self) -> Method:
        """The method that the recipe begins with."""
        return Method(find("problem", self.problem, PROBLEMS), find("optimizer", self.optimizer, OPTIMIZERS), self.eta)

    def command_line(self) -> str:
        """The command that starts this run again."""
        w, b = self.start
        words = [
            "gdtui",
            "--optimizer",
            self.optimizer,
            "--eta",
            exact(self.eta),
            "--start",
            exact(w),
            exact(b),
        ]
        if self.limit != LIMIT:
            words += ["--steps", str(self.limit)]
        if self.stop is not None:
            words += ["--stop", f"{exact(self.stop.change)}/{self.stop.over}"]
        return " ".join(words)
