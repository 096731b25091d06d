"""What the first and the second order of Taylor's expansion promise of a step, beside what it does to the loss."""

import math
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.geometry import Offset

from gdtui.engine.analysis.taylor import (
    Promise,
    Turned,
    against_the_gradient,
    by_angle,
    largest_falling_eta,
    promises,
    turned,
)
from gdtui.engine.descent import LARGE
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import or_nan
from gdtui.session.numerals import plain, short, signed
from gdtui.session.session import Session
from gdtui.session.stopping import NotFinite
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.keys import Keys
from gdtui.ui.views.curves import curve, linear, span
from gdtui.ui.views.view import View
from gdtui.ui.widgets import axes
from gdtui.ui.widgets.axes import Axis
from gdtui.ui.widgets.lines import PLAIN, Line, Lines
from gdtui.ui.widgets.plot import Plot

FACTORS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Times the current eta: the row of etas."""

STRAIGHT_DOWN = 180.0
"""Degrees from the gradient to the direction of gradient descent."""

APART, FAR_APART = 5, 30
"""Degrees between two places of the chart; where there are many points, each place takes long."""

WITH_ERRORS = 70
"""Characters from which on the table has room for the errors of both orders."""


@dataclass(frozen=True)
class Expansion:
    """What the expansion says at an iteration."""

    eta: float
    loss: float
    dw: float
    db: float
    rows: list[Promise]
    """For u = -g, by eta."""
    around: list[Turned]
    """All around at the current eta, u as long as the gradient."""
    farthest: float | None
    """What `largest_falling_eta` says."""
    is_searched: bool
    """Whether it was asked."""


class Taylor(View):
    """A table of steps with what either order promises of them, over a chart of the change by the step's direction."""

    TITLE = "Taylor"
    KEYS = (
        Keys(
            "h l",
            "turn the direction of the step",
            {"h": "turn(-15)", "l": "turn(15)"},
            "turn",
            ("turn the direction back", "turn the direction on"),
        ),
    )

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="taylor")
        self._glyphs = glyphs
        self._numbers, self._plot = Lines(id="expansion"), Plot(id="by-angle")
        self._angle = STRAIGHT_DOWN
        self._here: tuple[object, ...] = ()
        self._expansion: Expansion | None = None
        self._turned: tuple[float, Promise] | None = None

    def compose(self) -> ComposeResult:
        """The table over the chart."""
        yield self._numbers
        yield self._plot

    def action_turn(self, degrees: float) -> None:
        """Turn the direction of the step farther away from the gradient, counterclockwise."""
        self._angle = (self._angle + degrees) % 360.0

    def look_up(self, session: Session) -> None:
        """Ask the problem for the losses around the current iteration, unless they are known."""
        row = session.row
        if not row.is_finite:
            return
        if self._here != session.here:
            self._expansion = self._turned = None
            self._here = session.here
        if self._expansion is None:
            self._expansion = expand(session)
        if self._turned is None or self._turned[0] != self._angle:
            objective, eta = or_nan(session.method.problem.objective(FLOATS)), self._expansion.eta
            u = turned(row.dw, row.db, self._angle)
            self._turned = self._angle, promises(objective, row.w, row.b, u, [eta])[0]

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        errors = [] if self.size.width >= WITH_ERRORS else ["the errors of both orders"]
        return ", ".join(errors + ([] if self._plot.has_room else ["the chart by direction"]))

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the row of the current eta."""
        rows = rows_that_fit(self._numbers.size.height)
        return self._numbers.region.offset + Offset(0, 2 + rows // 2)

    def draw(self, session: Session) -> None:
        """Show what was looked up."""
        if not session.row.is_finite:
            self._say(f"There is no expansion: {NotFinite(session.row)}.")
        elif self._expansion is None or self._turned is None or self._here != session.here:
            self._say("The losses around this iteration are not known.")
        else:
            self._numbers.draw(table(self._expansion, *self._turned, *self._numbers.size))
            if self._plot.has_room:
                self._draw_chart(self._plot, self._expansion, *self._turned)

    def _say(self, sentence: str) -> None:
        self._numbers.draw([[(sentence, PLAIN)]])
        self._plot.draw([])

    def _draw_chart(self, plot: Plot, expansion: Expansion, angle: float, promise: Promise) -> None:
        """The change of the loss all around, with a mark at the direction in hand."""
        around = expansion.around
        first = [(each.angle, linear(each.first)) for each in around if math.isfinite(each.first)]
        real = [(each.angle, linear(each.change)) for each in around if math.isfinite(each.change)]
        y = axes.from_zero(*span([first, real]), plot.steps)
        curves = [
            curve(first, "fit", self._glyphs.ghost),
            curve(real, "loss", self._glyphs.line, joined=True),
        ]
        if math.isfinite(promise.change):
            curves.append(curve([(angle, linear(promise.change))], "cursor", self._glyphs.cursor))
        lowest = min(around, key=lambda each: each.change if math.isfinite(each.change) else math.inf)
        title: Line = [
            ("true change", "loss"),
            (" and ", "quiet"),
            (f"{self._glyphs.ghost * 3} first order", "fit"),
            (f" by degrees from the gradient; lowest at {lowest.angle:.0f}", "quiet"),
        ]
        plot.draw_chart(title, Axis(0.0, 360.0, [(tick, f"{tick}") for tick in range(0, 361, 45)]), y, curves)


def expand(session: Session) -> Expansion:
    """The expansion at the current iteration, beside the losses that it is about."""
    objective, row, eta = or_nan(session.method.problem.objective(FLOATS)), session.row, session.eta
    is_small = session.method.problem.size <= LARGE
    degrees = range(0, 361, APART if is_small else FAR_APART)
    return Expansion(
        eta=eta,
        loss=row.loss,
        dw=row.dw,
        db=row.db,
        rows=against_the_gradient(objective, row.w, row.b, around(eta)),
        around=by_angle(objective, row.w, row.b, eta * math.hypot(row.dw, row.db), degrees),
        farthest=largest_falling_eta(objective, row.w, row.b) if is_small else None,
        is_searched=is_small,
    )


def rows_that_fit(height: int) -> int:
    """How many etas the table shows in so many lines: an odd number, the current one in the middle."""
    most = min(len(FACTORS), height - 5)
    return max(1, most - 1 + most % 2)


def table(expansion: Expansion, angle: float, promise: Promise, width: int, height: int) -> list[Line]:
    """The steps against the gradient, the one in the direction in hand, and how far the first order holds."""
    errors = width >= WITH_ERRORS
    cut = (len(FACTORS) - rows_that_fit(height)) // 2
    u, cosine = turned(expansion.dw, expansion.db, angle), math.cos(math.radians(angle))
    length = plain(math.hypot(expansion.dw, expansion.db))
    headings = f"  {'eta':<9}{' true change':<13}"
    for order in ("1st", "2nd"):
        headings += f"{f' {order} order':<13}" + (f"{' its error':<11}" if errors else "")
    direction = f"u turned: {angle:.0f} degrees from g, cos {cosine:.4f}"
    direction += f", u ({plain(u[0])}, {plain(u[1])})" if errors else ""
    return [
        [("L(theta + eta u)", "strong"), (f" - {plain(expansion.loss)}, for u = -g, |g| = {length}", PLAIN)],
        [(headings, "quiet")],
        *(
            step(short(row.eta), row, is_current=at == len(FACTORS) // 2, errors=errors)
            for at, row in list(enumerate(expansion.rows))[cut : len(FACTORS) - cut]
        ),
        [(direction, "quiet")],
        step(f"{angle:.0f} deg", promise, is_current=False, errors=errors),
        [(how_far(expansion, width), PLAIN)],
    ]


def around(eta: float) -> list[float]:
    """The row of etas."""
    return [float(f"{eta * factor:.5g}") if factor != 1.0 else eta for factor in FACTORS]


def step(label: str, promise: Promise, *, is_current: bool, errors: bool) -> Line:
    """A step's row: what it does to the loss, and what either order says it does."""
    numbers = f"{signed(promise.change, 11):<13}"
    for order, error in ((promise.first, promise.first_error), (promise.second, promise.second_error)):
        numbers += f"{signed(order, 11):<13}" + (f"{signed(error, 9):<11}" if errors else "")
    first, change = promise.first, promise.change
    predicted = (first < 0.0, first > 0.0) == (change < 0.0, change > 0.0)
    verdict = "" if predicted else "rises" if change > 0.0 else "stays" if change == 0.0 else "falls"
    if not math.isfinite(change):
        verdict = "no value"
    mark = ">" if is_current else " "
    return [(f"{mark} {label:<9}", "cursor" if is_current else PLAIN), (numbers, PLAIN), (verdict, "alarm")]


def how_far(expansion: Expansion, width: int) -> str:
    """The largest eta for which the first order still predicts that the loss falls."""
    if not expansion.is_searched:
        return "On so many points the reach of the first order is not known."
    if expansion.dw == expansion.db == 0.0:
        return "The gradient is 0: the first order promises no change."
    if expansion.farthest is None:
        return "Here no eta lowers the loss by more than rounding."
    words = "The first order predicts the sign "
    if math.isinf(expansion.farthest):
        words, more = f"{words}at every eta tried", ": none leads higher"
    else:
        beyond = next((row.change for row in expansion.rows if row.eta > expansion.farthest), 0.0)
        what = "has no value" if math.isnan(beyond) else "rises"
        words, more = f"{words}up to eta {plain(expansion.farthest)}", f"; beyond, the loss {what}"
    return f"{words}{more}." if len(words + more) < width else f"{words}."
