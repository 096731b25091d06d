"""What an optimizer is: a name, a formula for people, and the same formula as a function."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.problems import Objective

Memory: TypeAlias = tuple[Any, ...]
"""What a rule remembers from update to update; its shape is the rule's own affair."""


Update: TypeAlias = tuple[Real, Real, Memory, Real]
"""The new w and b, what the rule remembers of it, and the eta that it really used."""

Rule: TypeAlias = Callable[[Real, Real, Real, Real, Real, int, Memory, Objective], Update]
"""(w, b, dL/dw, dL/db, eta, n, memory, objective) -> update.

The gradient is that of the points in use at (w, b), and n counts the rule's updates from 1. A rule that needs the
gradient elsewhere (Nesterov) or the loss (line search) asks the objective.
"""

ParameterRule: TypeAlias = Callable[[Real, Real, Real, int, Memory], tuple[Real, Memory]]
"""(theta, g, eta, n, memory) -> (theta, memory) for one parameter, as most textbooks write a rule."""


@dataclass(frozen=True)
class Optimizer:
    """One way of descending."""

    name: str
    title: str
    formula: str
    default_eta: float
    reference: str
    memory: Memory
    rule: Callable[[Numbers], Rule]


def each_parameter(rule: ParameterRule) -> Rule:
    """Apply a rule written for one parameter to w and to b; its memory is a pair, w's first."""

    def update(w: Real, b: Real, dw: Real, db: Real, eta: Real, n: int, memory: Memory, objective: Objective) -> Update:
        w, memory_w = rule(w, dw, eta, n, memory[0])
        b, memory_b = rule(b, db, eta, n, memory[1])
        return w, b, (memory_w, memory_b), eta

    return update
