"""The arithmetic of one step: every number between a state and the next, with the formula that it came from.

The formulas are not written here. The rule and the loss are run once more, on numbers that remember how they came
about; so what is shown is what was computed, bit for bit.
"""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from gdtui.engine.descent import Method, State, advance
from gdtui.engine.numbers import FLOATS, Real, arrays
from gdtui.engine.problems.definition import Objective
from gdtui.engine.problems.neuron import Neuron, Terms
from gdtui.engine.problems.points import Columns
from gdtui.engine.problems.surfaces import Surface
from gdtui.engine.traced import TRACED, Traced, definition, definitions, given, named

FORWARD, ERROR, GRADIENT, MEMORY, UPDATE = PARTS = ("forward", "error", "gradient", "memory", "update")
"""The parts of a step, in their order."""

LARGEST = 32
"""Points whose terms are looked for as the largest."""


@dataclass(frozen=True)
class Formula:
    """A quantity that the rule computes, for w and for b; the very same number twice where it is one for both.

    Where the two went different ways, one of them may have no such quantity: None. The new w and b are `theta`.
    """

    part: str
    name: str
    w: Traced | None
    b: Traced | None

    @property
    def order(self) -> int:
        """It is computed after those of a smaller order."""
        return min(x.order for x in (self.w, self.b) if x is not None)


@dataclass(frozen=True)
class Attempt:
    """A step that a rule tried: so many times the gradient, and the loss it led to."""

    eta: Traced
    loss: float
    is_taken: bool


@dataclass(frozen=True)
class PointByPoint:
    """What each point in use contributes to the loss and to the gradient."""

    neuron: Neuron
    """On the points in use."""
    w: float
    b: float

    def point(self, i: int) -> tuple[float, float]:
        """The x and the y of a point, by its place among those in use."""
        ((x, y),) = self.neuron.batch([i]).points
        return x, y

    def at(self, i: int) -> Terms:
        """The terms of a point."""
        return self.neuron.terms(FLOATS)(self.w, self.b, *self.point(i))

    def traced(self, i: int) -> Terms:
        """The same, each with the formula that it came from."""
        x, y = self.point(i)
        return self.neuron.terms(TRACED)(given("w", self.w), given("b", self.b), given("x", x), given("y", y))

    @cached_property
    def sums(self) -> tuple[float, float, float]:
        """Of the loss, of dL/dw and of dL/db, over the points in use."""
        return replace(self.neuron, reduction="sum").objective(FLOATS).evaluate(self.w, self.b)

    def rest(self, left_out: Sequence[int]) -> tuple[float, float, float]:
        """The same sums without some of the points."""
        points = self.neuron.points
        if isinstance(points, Columns):
            without = [self.at(i) for i in left_out]
            loss, dw, db = self.sums
            return (
                loss - math.fsum(terms.loss for terms in without),
                dw - math.fsum(terms.dw for terms in without),
                db - math.fsum(terms.db for terms in without),
            )
        others = [self.at(i) for i in range(len(points)) if i not in left_out]
        return (
            math.fsum(terms.loss for terms in others),
            math.fsum(terms.dw for terms in others),
            math.fsum(terms.db for terms in others),
        )

    @cached_property
    def largest(self) -> Sequence[int]:
        """The points with the largest terms of the gradient, the largest first; of many points only so many."""
        points = self.neuron.points
        if isinstance(points, Columns):
            return _largest(self.neuron, points, self.w, self.b)
        pulls = [math.hypot(terms.dw, terms.db) for terms in map(self.at, range(len(points)))]
        return sorted(range(len(points)), key=lambda i: -pulls[i])


def _largest(neuron: Neuron, columns: Columns, w: float, b: float) -> Sequence[int]:
    import numpy

    of_points = neuron.terms(arrays())
    places, pulls, first = numpy.empty(0, dtype=int), numpy.empty(0), 0
    with numpy.errstate(all="ignore"):
        for x, y in columns.blocks():
            terms = of_points(w, b, x, y)
            pull = numpy.hypot(terms.dw, terms.db)
            least = pulls[-1] if len(pulls) == LARGEST else -1.0
            (stronger,) = numpy.nonzero(pull > least)
            places, pulls = numpy.append(places, first + stronger), numpy.append(pulls, pull[stronger])
            most = numpy.argsort(-pulls, kind="stable")[:LARGEST]
            places, pulls, first = places[most], pulls[most], first + len(x)
    kept: Sequence[int] = places.tolist()
    return kept


@dataclass(frozen=True)
class Arithmetic:
    """All of one step."""

    state: State
    then: State
    """The next one; loss and gradient of both are of all points, filled in where they were left open."""
    places: Sequence[int]
    """Of the points in use, in the data."""
    loss: Real
    dw: Real
    db: Real
    """Of the points in use; where the problem is a formula, they know what they came from."""
    formulas: Sequence[Formula]
    """In the order in which the rule computes them; the last but what is only remembered is the new w and b."""
    attempts: Sequence[Attempt]
    points: PointByPoint | None


def arithmetic(method: Method, state: State) -> Arithmetic:
    """The step that leads on from a state: its numbers are those that `advance` arrives at."""
    problem, batches = method.problem, method.batches
    places = batches.places(problem, state.iteration)
    part = problem if batches.size is None else problem.batch(places)
    objective = part.objective(FLOATS)
    loss, dw, db = state.loss, state.dw, state.db
    if isinstance(part, Surface):
        loss, dw, db = part.objective(TRACED).evaluate(given("w", state.w), given("b", state.b))
    elif batches.size is not None:
        loss, dw, db = objective.evaluate(state.w, state.b)
    formulas, attempts = _trace(method, state, objective, (float(loss), float(dw), float(db)))
    return Arithmetic(
        state=_filled(method, state),
        then=_filled(method, advance(method, state, 1, bool)),
        places=places,
        loss=loss,
        dw=dw,
        db=db,
        formulas=formulas,
        attempts=attempts,
        points=PointByPoint(part, state.w, state.b) if isinstance(part, Neuron) else None,
    )


def _filled(method: Method, state: State) -> State:
    _, _, dw, db, loss, _ = method.filled((state.w, state.b, state.dw, state.db, state.loss, state.eta))
    return replace(state, dw=dw, db=db, loss=loss)


def _trace(
    method: Method, state: State, objective: Objective, here: tuple[float, float, float]
) -> tuple[Sequence[Formula], Sequence[Attempt]]:
    """Run the rule on numbers that remember, and read off what it computed and what it tried."""
    rule = method.optimizer.definition
    w, b = given("w", state.w), given("b", state.b)
    loss, dw, db = (given(name, value) for name, value in zip(("L", "dw", "db"), here, strict=True))
    asked: list[tuple[Real, float]] = []

    def evaluate(to_w: Real, to_b: Real) -> tuple[Real, Real, Real]:
        if to_w is w and to_b is b:
            return loss, dw, db
        there = objective.evaluate(float(to_w), float(to_b))
        asked.append((to_w, there[0]))
        if rule.uses_eta:
            to_w, to_b = named("w'", to_w), named("b'", to_b)
        at = to_w, to_b
        of_w, of_b = Traced(there[1], "dL/dw", at, "g'"), Traced(there[2], "dL/db", at, "g'")
        return Traced(there[0], "L", at, "L'"), of_w, of_b

    def hessian(to_w: Real, to_b: Real) -> tuple[Real, Real, Real]:
        at, names = (to_w, to_b), (("d2L/dw2", "H_ww"), ("d2L/dwdb", "H_wb"), ("d2L/db2", "H_bb"))
        values = zip(names, objective.hessian(float(to_w), float(to_b)), strict=True)
        ww, wb, bb = (Traced(value, operation, at, name) for (operation, name), value in values)
        return ww, wb, bb

    def length(x: Real, y: Real) -> Real:
        gradients = {"dw": "|g|", "g": "|g|", "g'": "|g'|"}
        name = gradients.get(x.name) if isinstance(x, Traced) else None
        return named(name, TRACED.hypot(x, y)) if name else TRACED.hypot(x, y)

    update = rule.rule(replace(TRACED, hypot=length), method.convention, **_traced(method.optimizer.arguments))
    eta, n = given("eta", method.next_eta(state)), given("n", state.updates + 1)
    count: Any = n  # a rule does with it what it does with a whole number
    memory = tuple(tuple(map(given, rule.memory, of_parameter)) for of_parameter in state.memory)
    new_w, new_b, new_memory, used = update(w, b, dw, db, eta, count, memory, Objective(evaluate, hessian))
    attempts = [] if rule.uses_eta else [_attempt(place, there, used) for place, there in asked]
    kept = [_kept(rule.memory, before, after) for before, after in zip(memory, new_memory, strict=True)]
    return _formulas([named("theta", new_w), *kept[0]], [named("theta", new_b), *kept[1]]), attempts


def _traced(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's parameters by their names, each of the etas of a line search by the name of eta."""

    def traced(name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(given("eta", each) for each in value)
        return given(name, value) if isinstance(value, float) else value

    return {name: traced(name, value) for name, value in arguments.items()}


def _attempt(place: Real, loss: float, used: Real) -> Attempt:
    """The eta is the first one on the way from a place that was tried to what it came from."""
    waiting = [place]
    for x in waiting:
        if isinstance(x, Traced):
            if x.name in {"eta", "alpha"}:
                return Attempt(x, loss, x is used)
            waiting += x.operands
    raise ValueError(place)


def _kept(names: Sequence[str], before: Sequence[Traced], after: Sequence[Real]) -> list[Traced]:
    """The new memory under its names, without what a rule never uses: it stays the 0 that it begins as."""
    pairs = zip(names, before, after, strict=True)
    return [named(name, new) for name, old, new in pairs if isinstance(new, Traced) or new != 0.0 or old != 0.0]


def _formulas(roots_w: Sequence[Traced], roots_b: Sequence[Traced]) -> Sequence[Formula]:
    """The definitions behind w's and b's new values, and behind what is kept of each, side by side."""
    kept = {x.order for x in (*roots_w[1:], *roots_b[1:])}
    of_w, of_b = (_worth_telling(definitions(*roots)) for roots in (roots_w, roots_b))
    for_both = {x.order for x in of_w} & {x.order for x in of_b}
    found = [Formula(_part(x, kept), x.name, x, x) for x in of_w if x.order in for_both]
    twins = {(x.name, x.order in kept): x for x in of_b if x.order not in for_both}
    for x in of_w:
        if x.order not in for_both:
            y = twins.pop((x.name, x.order in kept), None)
            is_one = y is not None and _is_same(x, y)  # computed once for w and once more for b
            found.append(Formula(_part(x, kept), x.name, x, x if is_one else y))
    found += [Formula(_part(y, kept), y.name, None, y) for y in twins.values()]
    return sorted(found, key=lambda formula: formula.order)


def _worth_telling(found: Sequence[Traced]) -> Sequence[Traced]:
    """Without a gradient that was not clipped, and without the values that a search has left behind."""
    replaced = {y.order for x in found if x.name == "alpha" for y in x.operands if isinstance(y, Traced)}
    is_plain = {x.order for x in found if x.name == "g" and x.operation == "*" and 1.0 in x.operands[1:]}
    return [x for x in found if x.order not in replaced | is_plain]


def _is_same(x: float, y: float) -> bool:
    """Whether two numbers came from the very same ones in the same way."""
    if x is y or not (isinstance(x, Traced) and isinstance(y, Traced) and x.operands):
        return x is y or (x == y and not isinstance(x, Traced))
    return x.operation == y.operation and all(map(_is_same, x.operands, y.operands))


def _part(x: Traced, kept: Set[int]) -> str:
    if x.order in kept:
        return MEMORY
    return GRADIENT if x.name in {"g", "g'", "|g|", "|g'|", "w'", "b'"} else UPDATE


def symbols(formula: Formula) -> Sequence[str]:
    """A formula in letters: once where w's and b's read alike, with theta for the parameter and g for its gradient."""
    if formula.w is formula.b and formula.w is not None:
        return [definition(formula.w, _letter)]
    own, alike = (
        [definition(x, text) for x in (formula.w, formula.b) if x is not None] for text in (_letter, _common_letter)
    )
    names = [_names(x) for x in (formula.w, formula.b) if x is not None]
    mixes = any(each & {"w", "dw"} and each & {"b", "db"} for each in names)
    return own if mixes or len(set(alike)) > 1 else alike[:1]


def _letter(x: Traced) -> str:
    return f"({x.name})" if "-" in x.name else x.name


def _common_letter(x: Traced) -> str:
    return {"w": "theta", "b": "theta", "dw": "g", "db": "g"}.get(x.name) or _letter(x)


def _names(x: Traced) -> set[str]:
    """The names that its definition is written with."""
    found: set[str] = set()

    def note(y: Traced) -> str:
        found.add(y.name)
        return y.name

    definition(x, note)
    return found
