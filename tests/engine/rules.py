"""Rules, schedules and batches that gdtui does not have yet, as the lecture writes them.

They prove that each fits into the engine's own types, and they give its memories something to remember.
"""

import math
from dataclasses import replace
from itertools import cycle, islice

from gdtui.engine.numbers import FLOATS
from gdtui.engine.optimizers.definition import Optimizer, each_parameter
from gdtui.engine.schedules import Schedule

BETA, BETA1, BETA2, EPS = 0.9, 0.9, 0.999, 1e-8


def momentum(_numbers):
    """u = beta u + eta g; theta = theta - u."""

    def rule(theta, g, eta, _n, memory):
        (u,) = memory
        u = BETA * u + eta * g
        return theta - u, (u,)

    return each_parameter(rule)


def nag(_numbers):
    """The same with g taken at theta - beta u."""

    def update(w, b, _dw, _db, eta, _n, memory, objective):
        uw, ub = memory
        _, dw, db = objective(w - BETA * uw, b - BETA * ub)
        uw, ub = BETA * uw + eta * dw, BETA * ub + eta * db
        return w - uw, b - ub, (uw, ub), eta

    return update


def adam(numbers):
    """theta = theta - eta mhat / sqrt(vhat + eps)."""

    def rule(theta, g, eta, n, memory):
        m, v = memory
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g * g
        mhat, vhat = m / (1 - BETA1**n), v / (1 - BETA2**n)
        return theta - eta * mhat / numbers.sqrt(vhat + EPS), (m, v)

    return each_parameter(rule)


def line_search(numbers):
    """The eta of a few that leads lowest; none if none leads down."""
    where = numbers.where

    def update(w, b, dw, db, _eta, _n, memory, objective):
        lowest, best = objective(w, b)[0], 0.0
        for eta in (0.1, 0.5, 1.0, 5.0, 10.0):
            loss = objective(w - eta * dw, b - eta * db)[0]
            best = where(loss < lowest, eta, best)
            lowest = where(loss < lowest, loss, lowest)
        return w - best * dw, b - best * db, memory, best

    return update


def _optimizer(name, memory, rule, eta):
    return Optimizer(name=name, title=name, formula="", reference="", default_eta=eta, memory=memory, rule=rule)


MOMENTUM = _optimizer("momentum", ((0.0,), (0.0,)), momentum, 1.0)
NAG = _optimizer("nag", (0.0, 0.0), nag, 1.0)
ADAM = _optimizer("adam", ((0.0, 0.0), (0.0, 0.0)), adam, 0.1)
LINE_SEARCH = _optimizer("line-search", (), line_search, 1.0)

EXPONENTIAL = Schedule("exponential", rate=lambda eta, t, _memory: eta * math.exp(-0.01 * t))


def _halve(_t, loss, memory):
    factor, before = memory
    return factor / 2 if loss > before else factor, loss


HALVE_ON_RISE = Schedule(
    "halve-on-rise", rate=lambda eta, _t, memory: eta * memory[0], memory=(1.0, math.inf), learn=_halve
)


def one_by_one(problem, t):
    """Update t uses one point, the next update the next point, and so on in a circle."""
    points = [replace(problem, points=(point,)).objective(FLOATS) for point in problem.points]
    return islice(cycle(points), t % len(points), None)
