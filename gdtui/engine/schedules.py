"""How eta changes from update to update.

A schedule counts updates t from its own start. Each is one definition: its law (eta0, t) -> eta and, for the one that
watches the loss, what it learns from an epoch.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from gdtui.engine.definition import Count, Definition, Number, Parameter

Law: TypeAlias = Callable[[float, int], float]
"""(eta0, t) -> the eta of update t."""

WARMUP = Count(0)


class Watch(NamedTuple):
    """What a schedule that watches the loss remembers."""

    halvings: int = 0
    at_start: float | None = None
    """The loss at the start of the epoch under way; None where the epoch does not count."""


@dataclass(frozen=True)
class Schedule(Definition):
    """A law for eta by name."""

    make: Callable[..., Law]
    """(its parameters but `warmup`) -> law."""
    halves_on_rise: bool = False

    def law(self, warmup: int, **arguments: Any) -> Law:
        """The law with its parameters filled in: for `warmup` updates eta rises to eta0, then the law begins."""
        law = self.make(**arguments)
        if not warmup:
            return law
        return lambda eta0, t: eta0 * (t + 1) / warmup if t < warmup else law(eta0, t - warmup)


SCHEDULES: dict[str, Schedule] = {}


def schedule(
    name: str,
    title: str,
    *,
    about: str,
    formula: str,
    reference: str,
    halves_on_rise: bool = False,
    **parameters: Parameter,
) -> Callable[[Callable[..., Law]], Schedule]:
    """Define a schedule by the function that makes its law."""

    def define(make: Callable[..., Law]) -> Schedule:
        every = {**parameters, "warmup": WARMUP}
        SCHEDULES[name] = Schedule(name, title, about, formula, reference, every, make, halves_on_rise)
        return SCHEDULES[name]

    return define


@schedule("constant", "constant", about="The same eta always.", formula="eta = eta0", reference="CS7015 lecture 5")
def constant() -> Law:
    return lambda eta0, _t: eta0


@schedule(
    "step",
    "step",
    about="Lower by a factor every so many updates.",
    formula="eta = eta0 factor^floor(t / every)",
    reference="CS7015 lecture 5, slide 74",
    factor=Number(0.5, above=0.0),
    every=Count(5, at_least=1),
)
def step(factor: float, every: int) -> Law:
    def law(eta0: float, t: int) -> float:
        try:
            return eta0 * factor ** (t // every)
        except OverflowError:
            return math.inf

    return law


@schedule(
    "exponential",
    "exponential",
    about="Falls by the same share at every update.",
    formula="eta = eta0 exp(-k t)",
    reference="CS7015 lecture 5, slide 74 (which prints eta0^(-kt))",
    k=Number(0.01, at_least=0.0),
)
def exponential(k: float) -> Law:
    return lambda eta0, t: eta0 * math.exp(-k * t)


@schedule(
    "inverse",
    "inverse",
    about="Falls quickly at first, then ever more slowly.",
    formula="eta = eta0 / (1 + k t)",
    reference="Robbins, Monro 1951; CS7015 lecture 5, slide 74",
    k=Number(0.01, at_least=0.0),
)
def inverse(k: float) -> Law:
    return lambda eta0, t: eta0 / (1.0 + k * t)


@schedule(
    "cosine",
    "cosine",
    about="Falls along half a cosine to eta_min, and stays there.",
    formula="eta = eta_min + (eta0 - eta_min) (1 + cos(pi min(t, steps) / steps)) / 2",
    reference="Loshchilov, Hutter 2017",
    steps=Count(1000, at_least=1),
    eta_min=Number(0.0, at_least=0.0),
)
def cosine(steps: int, eta_min: float) -> Law:
    return lambda eta0, t: eta_min + (eta0 - eta_min) * (1.0 + math.cos(math.pi * min(t, steps) / steps)) / 2.0


@schedule(
    "triangular",
    "triangular",
    about="Up and down between two etas, again and again; eta0 is not used.",
    formula="eta from eta_min up to eta_max in half_period updates, down again in as many, and so on",
    reference="Smith 2017; CS7015, 2022 deck",
    eta_min=Number(0.001, at_least=0.0),
    eta_max=Number(0.1, above=0.0),
    half_period=Count(30, at_least=1),
)
def triangular(eta_min: float, eta_max: float, half_period: int) -> Law:
    def law(_eta0: float, t: int) -> float:
        place = t % (2 * half_period)
        share = min(place, 2 * half_period - place) / half_period
        return eta_min + (eta_max - eta_min) * share

    return law


@schedule(
    "halve-on-rise",
    "halve on rise",
    about="Half of eta after every epoch in which the loss rose; the step is kept.",
    formula="eta = eta0 / 2^(epochs so far at whose end the loss was above that at their start)",
    reference="CS7015 lecture 5, slide 73, with the training loss",
    halves_on_rise=True,
)
def halve_on_rise() -> Law:
    return lambda eta0, _t: eta0


def learn(watch: Watch, before: float, after: float, *, counts: bool, first: bool, last: bool) -> Watch:
    """What `halve-on-rise` remembers after an update that took the loss of all points from `before` to `after`.

    `first` and `last` say whether the update began and ended an epoch, `counts` whether eta had warmed up.
    """
    halvings, at_start = watch
    if first:
        at_start = before if counts else None
    if last and at_start is not None and after > at_start:
        halvings += 1
    return Watch(halvings, at_start)
