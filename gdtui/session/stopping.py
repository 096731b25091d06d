"""Why a descent pauses. Every reason says itself in a sentence, and none is an end: the person may go on."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

from gdtui.engine.history import Row
from gdtui.engine.mistakes import BadInput, quoted
from gdtui.session.numerals import exact, positive, whole

MOST_ITERATIONS = 1_000_000_000
LABELS = {"w": "w", "b": "b", "dw": "dL/dw", "db": "dL/db", "loss": "the loss"}


class Goal(Protocol):
    """A condition on the loss that a descent can run up to."""

    @property
    def looks_back(self) -> int:
        """How many losses it has to know of those before."""

    def watch(self, losses: Sequence[float], /) -> Callable[[float], bool]:
        """A function that is told each loss after those in `losses`, and says whether to stop there."""


@dataclass(frozen=True)
class Below:
    """The loss fell below a number."""

    loss: float
    looks_back = 0

    def watch(self, _losses: Sequence[float]) -> Callable[[float], bool]:
        """True at every loss below; those before do not matter."""
        return lambda loss: loss < self.loss

    def __str__(self) -> str:
        return f"the loss is below {exact(self.loss)}"


@dataclass(frozen=True)
class Settled:
    """The loss changed by less than so much over so many iterations: |L(t) - L(t - over)| < change.

    The rule of the lecture's notes: no visible change in the loss, so stop.
    """

    change: float
    over: int

    @classmethod
    def parse(cls, text: str) -> "Settled":
        """Read the rule as a person writes it: `1e-6/100`."""
        change, slash, over = text.partition("/")
        if not slash:
            raise BadInput(
                f"a stop rule is X/N, like 1e-6/100 for less than 1e-6 over 100 iterations, not {quoted(text)}"
            )
        return cls(positive(change, "X of a stop rule X/N"), whole(over, "N of a stop rule X/N", 1, 1_000_000))

    @property
    def looks_back(self) -> int:
        """As many as it spans."""
        return self.over + 1

    def watch(self, losses: Sequence[float]) -> Callable[[float], bool]:
        """True at the first loss for which the rule holds, and again only after it has not."""
        recent = deque(losses[-self.looks_back :], maxlen=self.looks_back)

        def holds() -> bool:
            return len(recent) > self.over and abs(recent[-1] - recent[0]) < self.change

        held = holds()

        def told(loss: float) -> bool:
            nonlocal held
            before = held
            recent.append(loss)
            held = holds()
            return held and not before

        return told

    def __str__(self) -> str:
        return f"the loss changed by less than {exact(self.change)} over {self.over:,} iterations"


@dataclass(frozen=True)
class Limit:
    """The limit on iterations is reached, perhaps before a goal was."""

    iterations: int
    sought: Goal | None = None

    def __str__(self) -> str:
        before = f" before {self.sought}" if self.sought is not None else ""
        return f"the limit of {self.iterations:,} iterations is reached{before}"


@dataclass(frozen=True)
class NotFinite:
    """A parameter, the gradient or the loss is no finite number any more."""

    row: Row

    def __str__(self) -> str:
        bad = [
            f"{label} is {getattr(self.row, name)}"
            for name, label in LABELS.items()
            if not isfinite(getattr(self.row, name))
        ]
        return f"at iteration {self.row.iteration:,} {', '.join(bad)}"


@dataclass(frozen=True)
class Failed:
    """A person's own function gave no answer."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Waiting:
    """A person's own function has given no answer yet."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence


def read_goal(text: str) -> int | Goal:
    """How far to go, as a person types it: `500` iterations, `<0.001` for a loss below, `1e-6/100` for settled."""
    if text.startswith("<"):
        return Below(positive(text[1:], "the loss to get below"))
    if "/" in text:
        return Settled.parse(text)
    return whole(text, "the number of iterations", 1, MOST_ITERATIONS)
