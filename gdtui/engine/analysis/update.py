"""What an update looks at and does: the points of its batch and their gradient, the losses it tries, its step."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gdtui.engine.descent import Method, State, advance
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
    eta: float
    """The one that it uses."""
    step: tuple[float, float]
    """By how much it moves w and b."""
    trials: Sequence[Trial]
    remark: str
    """What the rule itself says of this place."""


def next_update(method: Method, state: State) -> NextUpdate:
    """What the update from this state will look at and do; a trial at the state itself is left out."""
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
    then = advance(method, state, 1, bool)
    return NextUpdate(
        places=places,
        dw=dw,
        db=db,
        eta=then.eta,
        step=(then.w - w, then.b - b),
        trials=trials,
        remark=remark(w, b, objective) if remark is not None else "",
    )


def without_bias(method: Method, state: State) -> dict[str, tuple[float, float]]:
    """Of w and of b, the means in a state's memory freed of their bias towards the 0 they began at: m / (1 - beta^n).

    None before the first update, and none where the rule is told to do without.
    """
    definition, arguments = method.optimizer.definition, method.optimizer.arguments
    if state.updates == 0 or arguments.get("bias_correction") == "no":
        return {}
    memory = dict(zip(definition.memory, zip(*state.memory, strict=True), strict=True))
    weights = {name: 1.0 - arguments[beta] ** state.updates for name, beta in definition.corrected.items()}
    return {name: (memory[name][0] / weight, memory[name][1] / weight) for name, weight in weights.items()}
