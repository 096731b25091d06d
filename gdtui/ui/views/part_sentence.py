"""One plain sentence for each part of a step, out of the numbers of the step."""

import math

from gdtui.engine.analysis.arithmetic import ERROR, FORWARD, GRADIENT, MEMORY, UPDATE, Arithmetic
from gdtui.engine.descent import Method
from gdtui.engine.digits import rough
from gdtui.session.numerals import exact, short

LONGEST = 80
"""Characters of a sentence."""

FLAT = 0.05
"""Below this df/dz, of 0.25 at the most for a sigmoid, a point is called saturated."""

CLOSE = 0.01
"""Within this an f is called as good as its y."""

CANCELLED = 0.1
"""Where of all that the points pull less than this share remains, they are said to pull against each other."""


def sentence(part: str, method: Method, step: Arithmetic) -> str:
    """What happens in a part of the step, or in all of it."""
    return {FORWARD: forward, ERROR: error, GRADIENT: gradient, MEMORY: memory, UPDATE: update}.get(part, whole)(
        method, step
    )


def whole(method: Method, step: Arithmetic) -> str:
    """How long the step is, and why it is not longer."""
    rule, slope = method.optimizer.definition, math.hypot(step.dw, step.db)
    moved, along = math.hypot(step.then.w - step.state.w, step.then.b - step.state.b), step.then.eta * slope
    why = cause(step) or f"the gradient is {rough(slope)} long"
    if moved and slope and not rule.uses_eta:
        by = f"eta {exact(step.then.eta)}" if step.attempts else f"{rough(moved / slope)} times |g|"
        return f"A step of {rough(moved)}, by {by}: {why}."
    if along and moved and rule.uses_eta and rule.name != "gd":
        says = f"A step of {rough(moved)}, {rough(moved / along)} times eta |g|: {why}."
        if len(says) <= LONGEST:
            return says
    return f"A step of {rough(moved)}: {why}." if moved else f"No step at all: {why}."


def forward(_method: Method, step: Arithmetic) -> str:
    """What is computed first."""
    if step.points is None:
        return "Forward: the loss at w and b as they are."
    return "Forward: what the neuron says, f, at each x, with w and b as they are."


def error(_method: Method, step: Arithmetic) -> str:
    """How far off the points are."""
    says = "The error: how far f is from y at each point"
    if step.points is None or step.points.sums[0] <= 0.0:
        return f"{says}."
    strongest = max(step.points.largest, key=lambda i: _loss(step, i))
    share = _loss(step, strongest) / step.points.sums[0]
    return f"{says}; point {step.places[strongest] + 1:,} has {100 * share:.0f} % of the loss."


def gradient(_method: Method, step: Arithmetic) -> str:
    """What makes it as small or as large as it is."""
    if step.points is None:
        return "The gradient: how much the loss rises for a little more of w, and of b."
    why = cause(step) or "each point pulls at b by dL/dz, and at w by dL/dz times x"
    return f"The gradient: {why}{': small whatever f - y' if 'saturated' in why else ''}."


def memory(method: Method, step: Arithmetic) -> str:
    """What is remembered: how much of it from before, and how much from this gradient."""
    names = " and ".join(method.optimizer.definition.memory[:2])
    if step.state.updates == 0:
        return f"The memory: {names} from 0 at the start, and this gradient."
    for formula in step.formulas:
        if formula.part == MEMORY and formula.w is not None and formula.w.operation == "+":
            kept, new = map(rough, formula.w.operands)
            return f"The memory: {formula.name}_w {rough(formula.w)} is {kept} kept from before and {new} new."
    return f"The memory: {names}, each from what it was and from this gradient."


def update(method: Method, step: Arithmetic) -> str:
    """Where it leads, and what that is worth."""
    rule = method.optimizer.definition
    if not rule.uses_eta:
        chosen = f"{rule.title} takes eta {exact(step.then.eta)}" if step.attempts else f"{rule.title} needs no eta"
    else:
        chosen = f"eta is {short(step.then.eta, 3)}"
    change = step.then.loss - step.state.loss
    return f"The update: {chosen}; the loss {'falls' if change <= 0.0 else 'rises'} by {rough(abs(change))}."


def cause(step: Arithmetic) -> str:
    """Why the gradient is small, where the points tell: flat, met, or pulling against each other."""
    points = step.points
    if points is None:
        return ""
    looked_at = points.largest
    terms = [points.at(i) for i in looked_at]
    count = len(terms)
    of = f"{count} points" if count == points.neuron.size else f"{count} strongest"
    if all(abs(term.error) < CLOSE for term in terms):
        return f"every f is within {CLOSE:g} of its y"
    flat = sum(term.slope < FLAT for term in terms)
    if flat > count / 2 and points.neuron.loss == "squared":
        return f"{flat} of {of} saturated, f' < {FLAT:g}"
    pulls = sum(abs(term.dw) for term in terms), sum(abs(term.db) for term in terms)
    left = zip(points.sums[1:], pulls, strict=True)
    if count == points.neuron.size and all(abs(total) < CANCELLED * pull for total, pull in left):
        return "the pulls of the points cancel"
    return ""


def _loss(step: Arithmetic, i: int) -> float:
    assert step.points is not None
    return step.points.at(i).loss
