"""The derivative as sensitivity: by how much y changes when x does, as the change of x shrinks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from textual.app import ComposeResult
from textual.geometry import Offset

from gdtui.engine.analysis.landscape import Parameter, slice_along, visible
from gdtui.engine.analysis.slope import (
    NOTES,
    CentralDifference,
    Secant,
    agreeing_digits,
    central_differences,
    loss_by_b,
    loss_by_w,
    part_of_steepest,
    secants,
)
from gdtui.engine.digits import rough
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import Window, or_nan
from gdtui.session.numerals import exact, plain, signed
from gdtui.session.session import Session
from gdtui.session.stopping import NotFinite
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.keys import Keys
from gdtui.ui.views.curves import Points, curve, linear, span
from gdtui.ui.views.view import View
from gdtui.ui.widgets import axes
from gdtui.ui.widgets.axes import Axis
from gdtui.ui.widgets.lines import PLAIN, Line, Lines
from gdtui.ui.widgets.plot import Plot

WIDTHS = (0.5, *(float(f"1e-{power}") for power in range(1, 13)))
"""The notes' dx, then one more digit of the derivative at each; the last ones are spoilt by rounding."""

BEGINNING, STRIDE, LEAST, MOST = 2.0, 0.5, -1.0, 2.5
"""Where the exercise on x^2 begins, as the notes do, how far a key moves x, and where it ends."""

SAMPLES = 121
"""Places at which a curve is drawn."""

TANGENT = 1 / 4
"""How far a straight line goes beyond its points, in parts of the chart's width."""

STEEP, GENTLE = 0.5, 0.05
"""Parts of the steepest slope in sight that are called steep, and not yet flat."""


@dataclass(frozen=True)
class Exercise:
    """A curve, a place on it, and what the secants from there on are."""

    title: str
    x_name: str
    y_name: str
    x: float
    y: float
    derivative: str
    """What it is called."""
    slope: float
    """The derivative at x."""
    secants: list[Secant]
    """For each width so far, the one in hand the last."""
    check: CentralDifference
    """With the width in hand."""
    points: Points
    """Of the curve, from left to right; those where it is finite."""
    low: float
    high: float


class Sensitivity(View):
    """A table of secants beside the curve; the notes' x^2, the loss along w, or the loss along b."""

    TITLE = "derivative"
    KEYS = (
        Keys("Tab", "the next curve: x^2, the loss along w, along b", {"tab": "curve"}, "curve"),
        Keys("h l", "move x", {"h": "move(-1)", "l": "move(1)"}, "move x", ("x smaller", "x larger")),
        Keys(
            "j k", "a finer dx, a coarser one", {"j": "shrink(1)", "k": "shrink(-1)"}, "dx", ("finer dx", "coarser dx")
        ),
    )

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="sensitivity")
        self._glyphs = glyphs
        self._numbers, self._plot = Lines(id="secants"), Plot(id="slope")
        self._curves: list[Parameter | None] = [None, "w", "b"]  # None is x^2
        self._x, self._width = BEGINNING, 0
        self._asked: tuple[object, ...] = ()
        self._exercise: Exercise | None = None

    def compose(self) -> ComposeResult:
        """The table, and the curve beside it."""
        yield self._numbers
        yield self._plot

    def action_curve(self) -> None:
        """Go on to the next curve."""
        self._curves.append(self._curves.pop(0))

    def action_move(self, by: int) -> None:
        """Move x of the exercise on x^2 by so many strides; on the loss the point is the current iteration's."""
        if self._curves[0] is None:
            self._x = max(LEAST, min(self._x + by * STRIDE, MOST))

    def action_shrink(self, by: int) -> None:
        """Take a finer dx, or a coarser one where `by` is below 0."""
        self._width = max(0, min(self._width + by, len(WIDTHS) - 1))

    def look_up(self, session: Session) -> None:
        """Ask the problem for its loss along the curve, unless that is known."""
        parameter, asked = self._curves[0], self._question(session)
        if asked == self._asked and self._exercise is not None:
            return
        self._asked, self._exercise = asked, None
        if parameter is None:
            self._exercise = on_the_parabola(self._x, WIDTHS[: self._width + 1])
        elif session.row.is_finite:
            self._exercise = on_the_loss(session, parameter, WIDTHS[: self._width + 1])

    def _question(self, session: Session) -> tuple[object, ...]:
        """What the exercise depends on."""
        parameter = self._curves[0]
        if parameter is None:
            return self._width, self._x
        return self._width, parameter, *session.here

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        return "" if self._plot.has_room else "the curve with its secant and tangent"

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the secant in hand."""
        return self._numbers.region.offset + Offset(0, 1 + rows_that_fit(self._width + 1, self._numbers.size.height))

    def draw(self, session: Session) -> None:
        """Show what was looked up."""
        exercise = self._exercise if self._asked == self._question(session) else None
        if exercise is None:
            words = "The loss around this iteration is not known."
            if not session.row.is_finite:
                words = f"There is no slope: {NotFinite(session.row)}."
            self._numbers.draw([[(line, PLAIN)] for line in wrap(words, max(self._numbers.size.width, 1))])
            self._plot.draw([])
            return
        self._numbers.draw(table(exercise, *self._numbers.size))
        if self._plot.has_room:
            self._draw_curve(self._plot, exercise)

    def _draw_curve(self, plot: Plot, exercise: Exercise) -> None:
        """The curve, the tangent at x, the secant from there, and its two points."""
        glyphs, secant, x = self._glyphs, exercise.secants[-1], axis(exercise.low, exercise.high)
        y = axes.linear(*span([exercise.points]), plot.steps)
        ends = [(exercise.x, exercise.y, "cursor", glyphs.cursor)]
        ends += [(exercise.x + secant.dx, exercise.y + secant.dy, "fit", glyphs.point)]
        curves = [curve(exercise.points, "loss", glyphs.line, joined=True)]
        if math.isfinite(secant.slope):
            curves += [curve(straight(exercise, secant.slope, secant.dx, y), "ghost", glyphs.ghost)]
        curves += [curve(straight(exercise, exercise.slope, 0.0, y), "data", glyphs.second_line, joined=True)]
        curves += [
            curve([(px, linear(py))], ink, marker)
            for px, py, ink, marker in reversed(ends)
            if x.low <= px <= x.high and math.isfinite(py)
        ]
        title: Line = [
            ("curve", "loss"),
            (", ", "quiet"),
            ("tangent", "data"),
            (f", {glyphs.ghost * 3} secant", "ghost"),
        ]
        plot.draw_chart(title, x, y, curves)


def axis(low: float, high: float) -> Axis:
    """From one end of the curve to the other."""
    return Axis(low, high, axes.inside(low, high, 4))


def straight(exercise: Exercise, slope: float, dx: float, y: Axis) -> Points:
    """The line through the point at x, a little farther than from there to x + dx, where it is on the chart."""
    margin = TANGENT * (exercise.high - exercise.low)
    first, last = exercise.x - margin, exercise.x + dx + margin
    places = [first + (last - first) * k / SAMPLES for k in range(SAMPLES + 1)]
    points = [(place, linear(exercise.y + slope * (place - exercise.x))) for place in places]
    return [(px, py) for px, py in points if exercise.low <= px <= exercise.high and y.low <= py <= y.high]


def on_the_parabola(x: float, widths: Sequence[float]) -> Exercise:
    """The notes' x^2 at a place."""
    low, high = LEAST, MOST + WIDTHS[0]
    places = [low + (high - low) * k / (SAMPLES - 1) for k in range(SAMPLES)]
    (check,) = central_differences(NOTES, x, widths[-1:])
    return Exercise(
        title=f"{NOTES.formula}, from x = {exact(x)} on",
        x_name="x",
        y_name="y",
        x=x,
        y=NOTES.value(x),
        derivative="derivative",
        slope=NOTES.derivative(x),
        secants=secants(NOTES, x, widths),
        check=check,
        points=[(place, NOTES.value(place)) for place in places],
        low=low,
        high=high,
    )


def on_the_loss(session: Session, parameter: Parameter, widths: Sequence[float]) -> Exercise:
    """The loss along w or along b at the current iteration, the other parameter held."""
    row, problem = session.row, session.method.problem
    objective = or_nan(problem.objective(FLOATS))
    along_w = parameter == "w"
    loss = loss_by_w(objective, row.b) if along_w else loss_by_b(objective, row.w)
    x, slope, held = (row.w, row.dw, "b") if along_w else (row.b, row.db, "w")
    window = visible(around(problem.window, row.w, row.b))
    low, high = window[:2] if along_w else window[2:]
    if problem.size:
        cut = slice_along(problem, window, row, parameter, SAMPLES)
        places, losses = cut.places, cut.losses
    else:  # one by one, for a person's own function may have no value at some of them
        places = [low + (high - low) * k / (SAMPLES - 1) for k in range(SAMPLES)]
        losses = [loss.value(place) for place in places]
    points = [(place, linear(value)) for place, value in zip(places, losses, strict=True)]
    (check,) = central_differences(loss, x, widths[-1:])
    return Exercise(
        title=f"{loss.formula}, {held} held, from {parameter} = {plain(x)} on",
        x_name=parameter,
        y_name="L",
        x=x,
        y=row.loss,
        derivative=f"dL/d{parameter} by formula",
        slope=slope,
        secants=secants(loss, x, widths),
        check=check,
        points=[(place, value) for place, value in points if math.isfinite(value)],
        low=low,
        high=high,
    )


def around(window: Window, w: float, b: float) -> Window:
    """The window, as much wider as it takes to have a point and the first secant from there in it."""
    (w_low, w_high), (b_low, b_high) = (
        (min(low, x), max(high, x + WIDTHS[0])) for low, high, x in ((*window[:2], w), (*window[2:], b))
    )
    return Window(w_low, w_high, b_low, b_high)


def rows_that_fit(count: int, height: int) -> int:
    """How many of the secants so far there is room for."""
    return max(1, min(count, height - 8))


def table(exercise: Exercise, columns: int, height: int) -> list[Line]:
    """The secants so far, the derivative, how many digits agree, and what that means."""
    x, y = exercise.x_name, exercise.y_name
    lines: list[Line] = [[(exercise.title, "strong")]]
    lines += [[(f"  {f'd{x}':<7}{f' d{y}':<13}{f' d{y}/d{x}':<12}digits", "quiet")]]
    for secant in exercise.secants[-rows_that_fit(len(exercise.secants), height) :]:
        digits = agreeing_digits(secant.slope, exercise.slope)
        numbers = f"{few(secant.dx):<7}{signed(secant.dy, 12):<13}{signed(secant.slope, 11):<12}{digits:>4}"
        mark, ink = (">", "cursor") if secant is exercise.secants[-1] else (" ", PLAIN)
        lines.append([(f"{mark} {numbers}", ink)])
    check = exercise.check
    lines += [[(f"  {exercise.derivative:<20}", "quiet"), (signed(exercise.slope, 11), "strong")]]
    both_sides = f"check, {x}-d{x} to {x}+d{x}"
    lines += [[(f"  {both_sides:<20}", "quiet"), (f"{signed(check.slope, 11):<12}{check.digits:>4}", PLAIN)]]
    return [*lines, *([(line, PLAIN)] for line in wrap(in_words(exercise), max(columns, 1)))]


def few(dx: float) -> str:
    """A dx as short as it can be."""
    return exact(dx) if dx >= 1e-3 else f"1e{math.log10(dx):.0f}"


def in_words(exercise: Exercise) -> str:
    """How sensitive y is to x here, and how steep that is beside the rest of the curve."""
    x, y, secant = exercise.x_name, exercise.y_name, exercise.secants[-1]
    stays = "" if x == "x" else f" Only a step of the descent moves {x}."
    if not math.isfinite(secant.dy):
        return f"{y} is no finite number at {x} + d{x}.{stays}"
    change = f"{x} up by {few(secant.dx)}: {y} {'down' if secant.dy < 0.0 else 'up'} by {rough(abs(secant.dy))}"
    times = f"{rough(abs(secant.slope))} times as much"
    return f"{change}, {times}. The derivative is {rough(exercise.slope)}: {steepness(exercise)}.{stays}"


def steepness(exercise: Exercise) -> str:
    """The lecture's words for the slope here, by the steepest slope in sight."""
    if exercise.slope == 0.0:
        return "the vertex, dy/dx is zero" if exercise.x_name == "x" else "level"
    part = part_of_steepest(exercise.slope, exercise.points)
    return "steep" if part >= STEEP else "less steep" if part >= GENTLE else "nearly flat"
