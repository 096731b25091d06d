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

from gdtui.engine.definition import Text, Word
from gdtui.engine.mistakes import BadInput
from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.problems.activations import ACTIVATIONS
from gdtui.engine.problems.definition import START, Objective, Point, ProblemDefinition, Window
from gdtui.engine.problems.losses import LOSSES

Points = tuple[tuple[float, float], ...]

WINDOW = Window(-6.0, 6.0, -6.0, 6.0)
PARAMETERS = {
    "activation": Word(tuple(ACTIVATIONS), "sigmoid"),
    "loss": Word(tuple(LOSSES), "squared"),
    "reduction": Word(("sum", "mean"), "sum"),
}


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
            if strange := [y for _, y in self.points if not 0.0 <= y <= 1.0]:
                raise BadInput(f"loss=cross-entropy needs every y from 0 to 1, not {strange[0]!r}")

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
        if self.size != 2:
            return ()
        (x1, y1), (x2, y2) = self.points
        if x1 == x2:
            return ()
        inverse = ACTIVATIONS[self.activation].inverse
        z1, z2 = inverse(y1), inverse(y2)
        w = (z2 - z1) / (x2 - x1)
        b = z1 - w * x1
        return ((w, b),) if math.isfinite(w) and math.isfinite(b) else ()

    def batch(self, places: Sequence[int]) -> "Neuron":
        """The same neuron on some of its points."""
        return replace(self, points=tuple(self.points[place] for place in places))

    def objective(self, numbers: Numbers) -> Objective:
        """The loss over all points with its derivatives, as functions of (w, b)."""
        activation, loss = ACTIVATIONS[self.activation], LOSSES[self.loss]
        neuron = activation.value_and_slope(numbers)
        cost = loss.value_and_slope(numbers)
        points, is_squared = self.points, self.loss == "squared"
        share = len(points) if self.reduction == "mean" else 1

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

        def evaluate_mean(w: Real, b: Real) -> tuple[Real, Real, Real]:
            total, dw, db = evaluate(w, b)
            return total / share, dw / share, db / share

        def hessian(w: Real, b: Real) -> tuple[Real, Real, Real]:
            ww = wb = bb = 0.0
            for x, y in points:
                f, slope = neuron(w * x + b)
                bend = loss.bend(f, slope, activation.bend(f, slope), y)
                ww += bend * x * x
                wb += bend * x
                bb += bend
            return ww / share, wb / share, bb / share

        return Objective(evaluate if share == 1 else evaluate_mean, hessian)

    def curve(self, numbers: Numbers, w: float, b: float) -> Callable[[float], float]:
        """The fitted function x -> f at the given parameters."""
        neuron = ACTIVATIONS[self.activation].value_and_slope(numbers)
        return lambda x: neuron(w * x + b)[0]


def on_points(name: str, about: str, points: Points, reference: str) -> ProblemDefinition:
    """The neuron on points that have a name."""
    return ProblemDefinition(
        name=name,
        title=Neuron(points).title,
        about=about,
        formula="f(x) = a(w x + b);  L = sum 1/2 (f - y)^2",
        reference=reference,
        parameters=PARAMETERS,
        make=lambda **arguments: Neuron(points, **arguments),
    )


LECTURE = on_points(
    "lecture",
    "The lecture's two points, which the sigmoid can meet exactly.",
    ((0.5, 0.2), (2.5, 0.9)),
    "CS7015 lecture 5, slide 4",
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
        "data": Text("a file of points, FILE.csv"),
        "x": Text("the column that holds x, where it is not called x and is not the first"),
        "y": Text("the column that holds y, where it is not called y and is not the second"),
    },
)
