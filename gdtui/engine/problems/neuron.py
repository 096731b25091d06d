"""One neuron with two weights, f(x) = a(w x + b), fitted to points (x, y).

    L = sum over the points of 1/2 (f - y)^2, or of the cross-entropy
    dL/dw = sum dL/dz x        dL/db = sum dL/dz        z = w x + b

Source: CS7015 Deep Learning, lecture 5, slides 4-9 and 27-29. Loss and gradient are summed over the points; with
`reduction=mean` they are divided by the number of points used.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gdtui.engine.definition import Word
from gdtui.engine.mistakes import BadInput
from gdtui.engine.numbers import Numbers, Real
from gdtui.engine.problems.activations import ACTIVATIONS
from gdtui.engine.problems.definition import Objective, Point, ProblemDefinition, Window
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
    start: Point = (-2.0, -2.0)
    window: Window = WINDOW
    eta: float = 1.0
    minima: Sequence[Point] = ()

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
NEURON = ProblemDefinition(
    name="neuron",
    title="A neuron on your points",
    about="Your own points, from a file: --data FILE.csv.",
    formula=LECTURE.formula,
    reference="CS7015 lecture 5, slides 4-9",
    parameters=PARAMETERS,
    make=Neuron,
)
