"""Guess work: parameters set by hand, how good each was, and what a descent needs from the first one."""

from collections.abc import Sequence
from dataclasses import dataclass

from gdtui.engine.descent import Method
from gdtui.engine.history import History
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import Problem
from gdtui.session.data import Cancelled, GoOn

GOOD = 0.01
"""A loss below this ends the search."""

MOST_STEPS = 10_000
"""Of the descent that the guesses are compared with."""

PORTION = 50
"""Steps between two questions whether to go on."""


@dataclass(frozen=True)
class Guess:
    """A w and a b, and their loss."""

    w: float
    b: float
    loss: float


def loss_at(problem: Problem, w: float, b: float) -> float:
    """The loss of all points."""
    return problem.objective(FLOATS).evaluate(w, b)[0]


def guesses_needed(guesses: Sequence[Guess]) -> int | None:
    """How many guesses it took until the loss was below `GOOD`; None where it is not yet."""
    return next((number for number, guess in enumerate(guesses, start=1) if guess.loss < GOOD), None)


def steps_needed(method: Method, w: float, b: float, go_on: GoOn) -> int | None:
    """How many updates it takes from there; None where `MOST_STEPS` are too few, or lead nowhere.

    `Cancelled` where `go_on` says so.
    """
    history = History(method, w, b)
    is_good = history.row(0).loss < GOOD
    while not is_good and history.last < MOST_STEPS and history.leads_on:
        if not go_on(history.last / MOST_STEPS):
            raise Cancelled
        is_good = history.extend(PORTION, lambda loss: loss < GOOD)
    return history.last if is_good else None
