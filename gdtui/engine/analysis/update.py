"""What an update looks at: the points of its batch and their gradient, and the losses it tries."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gdtui.engine.descent import Method, State
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import Objective


@dataclass(frozen=True)
class Trial:
    """A point where a rule asked for the loss, as so many times the gradient, clipped, against it from here."""

    eta: float
    loss: float


@dataclass(frozen=True)
class NextUpdate:
    """The update that leads on from a state."""

    places: Sequence[int]
    """Of the points that it uses, in the data."""
    dw: float
    db: float
    """Their gradient here, not clipped."""
    trials: Sequence[Trial]
    remark: str
    """What the rule itself says of this place."""


def next_update(method: Method, state: State) -> NextUpdate:
    """What the update from this state will look at; a trial at the state itself is left out."""
    problem, batches = method.problem, method.batches
    places = batches.places(problem, state.iteration)
    part = problem if batches.size is None else problem.batch(places)
    objective = part.objective(FLOATS)
    w, b = state.w, state.b
    _, dw, db = objective.evaluate(w, b)
    asked: list[tuple[float, float, float]] = []

    def evaluate(to_w: float, to_b: float) -> tuple[float, float, float]:
        values = objective.evaluate(w + to_w, b + to_b)
        asked.append((to_w, to_b, values[0]))
        return values

    # The rule is asked with the origin here: so a step much shorter than w keeps all its digits.
    watched = Objective(evaluate, lambda to_w, to_b: objective.hessian(w + to_w, b + to_b))
    method.rule(FLOATS)(0.0, 0.0, dw, db, state.eta, state.updates + 1, state.memory, watched)
    norm, clip = math.hypot(dw, db), method.optimizer.arguments["clip"]
    used = norm if clip is None else min(norm, clip)
    trials = [
        Trial(-(to_w * (dw / norm) + to_b * (db / norm)) / used, loss) for to_w, to_b, loss in asked if to_w or to_b
    ]
    remark = method.optimizer.definition.remark
    return NextUpdate(places, dw, db, trials, remark(w, b, objective) if remark is not None else "")
