"""One neuron with two weights, f(x) = a(w x + b), fitted to points (x, y).

    L = sum over the points of 1/2 (f - y)^2, or of the cross-entropy
    dL/dw = sum dL/dz x        dL/db = sum dL/dz        z = w x + b

Source: CS7015 Deep Learning, lecture 5, slides 4-9 and 27-29. Loss and gradient are summed over the points; with
`reduction=mean` they are divided by the number of points used.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from gdtui.engine.definition import Text, Word
from gdtui.engine.mistakes import BadInput
from gdtui.engine.numbers import FLOATS, Numbers, Real, arrays
from gdtui.engine.problems.activations import ACTIVATIONS
from gdtui.engine.problems.definition import START, Evaluate, Objective, Point, ProblemDefinition, Window
from gdtui.engine.problems.losses import LOSSES
from gdtui.engine.problems.points import Columns, Few, Points

WINDOW = Window(-6.0, 6.0, -6.0, 6.0)
PARAMETERS = {
    "activation": Word(tuple(ACTIVATIONS), "sigmoid"),
    "loss": Word(tuple(LOSSES), "squared"),
    "reduction": Word(("sum", "mean"), "sum"),
}


class Terms(NamedTuple):
    """What one point (x, y) contributes, in the order in which a person computes it; the last two are sums' terms."""

    z: Real
    f: Real
    error: Real
    loss: Real
    slope: Real
    delta: Real
    dw: Real
    db: Real


@dataclass(frozen=True)
class Neuron:
    """The neuron on its points."""

    points: Points
    activation: str = "sigmoid"
    loss: str = "squared"
    reduction: str = "sum"
    start: Point = START
    window: Window = WINDOW
    eta: float = 1.0

    def __post_init__(self) -> None:
        if self.loss == "cross-entropy":
            if self.activation != "sigmoid":
                raise BadInput(f"loss=cross-entropy needs activation=sigmoid, not {self.activation}")
            if (strange := self._outside(0.0, 1.0)) is not None:
                raise BadInput(f"loss=cross-entropy needs every y from 0 to 1, not {strange!r}")

    def _outside(self, low: float, high: float) -> float | None:
        """A y that is not between two numbers, if there is one."""
        if isinstance(self.points, Columns):
            ys = [float(self.points.y.min()), float(self.points.y.max())]
        else:
            ys = [y for _, y in self.points]
        return next((y for y in ys if not low <= y <= high), None)

    @property
    def title(self) -> str:
        """What a person reads on the screen."""
        count = len(self.points)
        return f"{self.activation.capitalize()} neuron, {count:,} point{'s' if count != 1 else ''}"

    @property
    def size(self) -> int:
        """How many points it has."""
        return len(self.points)

    @property
    def minima(self) -> Sequence[Point]:
        """Where the curve goes through the points, which two points say beforehand.

        There the squared error is 0, and the cross-entropy the least it can be, for its dL/dz is f - y.
        """
        if isinstance(self.points, Columns) or len(self.points) != 2:
            return ()
        (x1, y1), (x2, y2) = self.points
        if x1 == x2:
            return ()
        inverse = ACTIVATIONS[self.activation].inverse
        z1, z2 = inverse(y1), inverse(y2)
        w = (z2 - z1) / (x2 - x1)
        b = z1 - w * x1
        return ((w, b),) if math.isfinite(w) and math.isfinite(b) else ()

    @property
    def sample(self) -> Few:
        """The points, or some of them that show where the rest are."""
        return self.points.sample if isinstance(self.points, Columns) else self.points

    def batch(self, places: Sequence[int]) -> "Neuron":
        """The same neuron on some of its points."""
        points = self.points
        chosen = points.at(places) if isinstance(points, Columns) else tuple(points[place] for place in places)
        return replace(self, points=chosen)

    def objective(self, numbers: Numbers) -> Objective:
        """The loss over all points with its derivatives, as functions of (w, b)."""
        if not isinstance(self.points, Columns):
            summed = self._point_by_point(numbers)
        elif numbers is FLOATS:
            summed = self._in_blocks(self.points)
        else:
            summed = shorter_loop(len(self.points), self._in_blocks(self.points), self._point_by_point(numbers))
        return summed if self.reduction == "sum" else divided(summed, len(self.points))

    def _point_by_point(self, numbers: Numbers) -> Objective:
        """Sums over the points on plain floats, or on arrays of starts."""
        activation, loss = ACTIVATIONS[self.activation], LOSSES[self.loss]
        neuron = activation.value_and_slope(numbers)
        cost = loss.value_and_slope(numbers)
        points, is_squared = self.points, self.loss == "squared"

        def evaluate(w: Real, b: Real) -> tuple[Real, Real, Real]:
            total = dw = db = 0.0
            for x, y in points:
                z = w * x + b
                f, slope = neuron(z)
                if is_squared:  # as in `squared`, without a call for each point: a tenth of a step on two
                    error = f - y
                    value, delta = 0.5 * error * error, error * slope
                else:
                    value, delta = cost(z, f, slope, y)
                total += value
                dw += delta * x
                db += delta
            return total, dw, db

        def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
            ww = wb = bb = 0.0
            for x, y in points:
                f, slope = neuron(w * x + b)
                bend = loss.bend(f, slope, activation.bend(f, slope), y)
                ww += bend * x * x
                wb += bend * x
                bb += bend
            return ww, wb, bb

        return Objective(evaluate, hessian)

    def _in_blocks(self, columns: Columns) -> Objective:
        """The same sums for one start, a block of the points at a time."""
        import numpy

        numbers = arrays()
        activation, loss = ACTIVATIONS[self.activation], LOSSES[self.loss]
        neuron = activation.value_and_slope(numbers)
        cost: Callable[..., tuple[Any, Any]] = loss.value_and_slope(numbers)
        is_squared = self.loss == "squared"

        def evaluate(w: float, b: float) -> tuple[float, float, float]:
            total = dw = db = 0.0
            with numpy.errstate(all="ignore"):
                for x, y in columns.blocks():
                    z = w * x + b
                    f, slope = neuron(z)
                    if is_squared:  # as in `squared`, without two passes over the block: a tenth of a step
                        error: Any = f - y
                        delta = error * slope
                        total += 0.5 * (error @ error)
                    else:
                        value, delta = cost(z, f, slope, y)
                        total += value.sum()
                    dw += delta @ x
                    db += delta.sum()
            return float(total), float(dw), float(db)

        def hessian(w: float, b: float) -> tuple[float, float, float]:
            ww = wb = bb = 0.0
            with numpy.errstate(all="ignore"):
                for x, y in columns.blocks():
                    f, slope = neuron(w * x + b)
                    bend: Any = loss.bend(f, slope, activation.bend(f, slope), y)
                    ww += (bend * x) @ x
                    wb += bend @ x
                    bb += bend.sum()
            return float(ww), float(wb), float(bb)

        return Objective(evaluate, hessian)

    def terms(self, numbers: Numbers) -> Callable[[Real, Real, Real, Real], Terms]:
        """The function (w, b, x, y) -> what a point contributes to the loss and to its derivatives."""
        neuron, cost = ACTIVATIONS[self.activation].value_and_slope(numbers), LOSSES[self.loss].value_and_slope(numbers)
        named = numbers.named

        def of_point(w: Real, b: Real, x: Real, y: Real) -> Terms:
            z = named("z", w * x + b)
            f, slope = neuron(z)
            f, slope = named("f", f), named("f'", slope)
            loss, delta = cost(z, f, slope, y)
            loss, delta = named("L", loss), named("dL/dz", delta)
            return Terms(z, f, f - y, loss, slope, delta, named("dL/dw", delta * x), named("dL/db", delta))

        return of_point

    def curve(self, numbers: Numbers, w: float, b: float) -> Callable[[float], float]:
        """The fitted function x -> f at the given parameters."""
        neuron = ACTIVATIONS[self.activation].value_and_slope(numbers)
        return lambda x: neuron(w * x + b)[0]


def divided(summed: Objective, count: int) -> Objective:
    """The mean over so many points, from the sums."""

    def of(sums: Evaluate) -> Evaluate:
        def mean(w: Real, b: Real) -> tuple[Real, Real, Real]:
            first, second, third = sums(w, b)
            return first / count, second / count, third / count

        return mean

    return Objective(of(summed.evaluate), of(summed.hessian))


def shorter_loop(count: int, one_start: Objective, point_by_point: Objective) -> Objective:
    """On arrays of starts: one start after the other where they are fewer than the points."""
    import numpy

    def of(one: Evaluate, many: Evaluate) -> Evaluate:
        by_start: Evaluate = numpy.vectorize(one, otypes=[float] * 3)
        return lambda w, b: (by_start if numpy.broadcast(w, b).size < count else many)(w, b)

    return Objective(of(one_start.evaluate, point_by_point.evaluate), of(one_start.hessian, point_by_point.hessian))


def on_points(
    name: str, about: str, points: Points, reference: str, guesses: Sequence[Point] = ()
) -> ProblemDefinition:
    """The neuron on points that have a name."""
    return ProblemDefinition(
        name=name,
        title=Neuron(points).title,
        about=about,
        formula="f(x) = a(w x + b);  L = sum 1/2 (f - y)^2",
        reference=reference,
        parameters=PARAMETERS,
        make=lambda **arguments: Neuron(points, **arguments),
        guesses=guesses,
    )


LECTURE = on_points(
    "lecture",
    "The lecture's two points, which the sigmoid can meet exactly.",
    ((0.5, 0.2), (2.5, 0.9)),
    "CS7015 lecture 5, slide 4",
    guesses=((0.5, 0.0), (-0.1, 0.0), (0.94, -0.94), (1.42, -1.73), (1.65, -2.08), (1.78, -2.27)),  # slide 8
)
PADHAI = on_points(
    "padhai",
    "Six points that no sigmoid meets: the least loss is 0.0697.",
    ((3.5, 0.5), (0.35, 0.5), (3.2, 0.5), (-2.0, 0.5), (1.5, 0.1), (-0.5, 0.3)),
    "PadhAI course notebook on gradient descent",
)


@cache
def rare_inputs() -> Points:
    """A hundred points about the sigmoid of x - 3, of which 80 have an x of 0: those tell nothing of w.

    They are the same everywhere: `random()` is what Python promises never to change of its generator, and rounding
    hides that `exp` has other last digits elsewhere.
    """
    from random import Random

    random = Random(17).random
    points = []
    for _ in range(100):
        x = round(0.5 * random(), 3) if random() > 0.8 else 0.0
        z = x - 3.0 + 0.2 * (random() - 0.5)
        points.append((x, round(1.0 / (1.0 + math.exp(-z)), 4)))
    return tuple(points)


SPARSE = ProblemDefinition(
    name="sparse",
    title="A neuron on 100 points, 80 of them at x = 0",
    about="A rare input gives w next to no gradient: GD leaves it behind, AdaGrad moves it nearly as fast as b.",
    formula=LECTURE.formula,
    reference="Made like the sparse data of CS7015 lecture 5, which are not published",
    parameters=PARAMETERS,
    make=lambda **arguments: Neuron(rare_inputs(), **arguments),
)
NEURON = ProblemDefinition(
    name="neuron",
    title="A neuron on your points",
    about="Your own points, from a file: --data FILE.csv.",
    formula=LECTURE.formula,
    reference="CS7015 lecture 5, slides 4-9",
    parameters=PARAMETERS,
    make=Neuron,
    asks={
        "data": Text("a file of points, FILE.csv", needed=True),
        "x": Text("the column that holds x, where it is not called x and is not the first"),
        "y": Text("the column that holds y, where it is not called y and is not the second"),
    },
)
