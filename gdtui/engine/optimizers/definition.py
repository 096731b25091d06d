"""What an optimizer is: a name, a formula for people, and the same formula as a function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gdtui.engine.definition import Definition, Number, Parameter
from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.problems.definition import Objective, Problem

Memory: TypeAlias = tuple[Any, ...]
"""What a rule remembers from update to update: a pair, w's first, each a tuple in the order of `Optimizer.memory`."""

Update: TypeAlias = tuple[Real, Real, Memory, Real]
"""The new w and b, what the rule remembers of it, and the eta that it really used."""

Rule: TypeAlias = Callable[[Real, Real, Real, Real, Real, int, Memory, Objective], Update]
"""(w, b, dL/dw, dL/db, eta, n, memory, objective) -> update.

The gradient is that of the points in use at (w, b), and n counts the rule's updates from 1. A rule that needs the
gradient elsewhere (Nesterov), the loss (line search) or the Hessian (Newton) asks the objective.
"""

ParameterRule: TypeAlias = Callable[[Real, Real, Real, int, Memory], tuple[Real, Memory]]
"""(theta, g, eta, n, memory) -> (theta, memory) for one parameter, as most textbooks write a rule."""

CLIP = Number(None, above=0.0)


@dataclass(frozen=True)
class Optimizer(Definition):
    """One way of descending."""

    default_eta: float | None
    """The eta unless another is given; None for a rule that moves by eta times a gradient: it takes the problem's."""
    memory: tuple[str, ...]
    make: Callable[..., Rule]
    """(numbers, convention, its parameters but `clip`) -> rule."""
    pytorch_formula: str = ""
    """Where it differs from the lecture's."""
    uses_eta: bool = True
    uses_schedule: bool = True
    remark: Callable[[float, float, Objective], str] | None = None
    """(w, b, objective) -> what there is to say of the update from here, if anything."""
    corrected: Mapping[str, str] = field(default_factory=dict)
    """Of the memory, each mean that the rule frees of its bias towards 0, with the beta that it is taken by."""

    def form(self, convention: str) -> str:
        """Its formula in a convention."""
        return self.pytorch_formula if convention == "pytorch" and self.pytorch_formula else self.formula

    def facts(self) -> list[str]:
        """Its own eta, and its memory."""
        usual = f"eta {self.default_eta or 1.0:g} unless another is given"
        usual = f"{usual}; a surface has its own" if self.default_eta is None else usual
        eta = [usual] if self.uses_eta else ["no use for eta and schedules"]
        if self.uses_eta and not self.uses_schedule:
            eta = [*eta, "no use for schedules"]
        memory = [f"remembers {', '.join(self.memory)}"] if self.memory else []
        return [*eta, *memory]

    def rule(self, numbers: Numbers, convention: str, clip: float | None, **arguments: Any) -> Rule:
        """The rule with its parameters filled in."""
        rule = self.make(numbers, convention, **arguments)
        return rule if clip is None else clipped(rule, numbers, clip)

    def eta_on(self, problem: Problem) -> float:
        """The eta on a problem unless another is given."""
        return problem.eta if self.default_eta is None else self.default_eta

    @property
    def beginning(self) -> Memory:
        """The memory before the first update: every part of it is 0."""
        return ((0.0,) * len(self.memory),) * 2


OPTIMIZERS: dict[str, Optimizer] = {}


def optimizer(
    name: str,
    title: str,
    *,
    about: str,
    formula: str,
    reference: str,
    default_eta: float | None = 0.1,
    memory: tuple[str, ...] = (),
    pytorch_formula: str = "",
    uses_eta: bool = True,
    uses_schedule: bool = True,
    remark: Callable[[float, float, Objective], str] | None = None,
    corrected: Mapping[str, str] | None = None,
    **parameters: Parameter,
) -> Callable[[Callable[..., Rule]], Optimizer]:
    """Define an optimizer by the function that makes its rule."""

    def define(make: Callable[..., Rule]) -> Optimizer:
        OPTIMIZERS[name] = Optimizer(
            name,
            title,
            about,
            formula,
            reference,
            {**parameters, "clip": CLIP},
            default_eta,
            memory,
            make,
            pytorch_formula,
            uses_eta,
            uses_schedule,
            remark,
            corrected or {},
        )
        return OPTIMIZERS[name]

    return define


def each_parameter(rule: ParameterRule) -> Rule:
    """Apply a rule written for one parameter to w and to b."""

    def update(w: Real, b: Real, dw: Real, db: Real, eta: Real, n: int, memory: Memory, objective: Objective) -> Update:
        w, memory_w = rule(w, dw, eta, n, memory[0])
        b, memory_b = rule(b, db, eta, n, memory[1])
        return w, b, (memory_w, memory_b), eta

    return update


def clipped(rule: Rule, numbers: Numbers, most: float) -> Rule:
    """The rule with every gradient scaled down to a norm of `most` where it is longer."""
    hypot, divide, where, named = numbers.hypot, numbers.divide, numbers.where, numbers.named

    def shorten(dw: Real, db: Real) -> tuple[Real, Real]:
        norm = hypot(dw, db)
        scale = where(norm > most, divide(most, norm), 1.0)
        return named("g", dw * scale), named("g", db * scale)

    def update(w: Real, b: Real, dw: Real, db: Real, eta: Real, n: int, memory: Memory, objective: Objective) -> Update:
        def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
            loss, dw, db = objective.evaluate(w, b)
            return loss, *shorten(dw, db)

        return rule(w, b, *shorten(dw, db), eta, n, memory, Objective(evaluate, objective.hessian))

    return update
