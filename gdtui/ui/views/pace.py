"""How fast a descent moves: gentle slopes slowly, steep ones fast."""

import math

from textual.app import ComposeResult
from textual.containers import Vertical

from gdtui.engine.analysis.speed import Speed
from gdtui.engine.digits import rough
from gdtui.session.session import Session
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.views.curves import curve, linear, outlines, span
from gdtui.ui.widgets import axes
from gdtui.ui.widgets.lines import PLAIN, Line, Lines
from gdtui.ui.widgets.plot import Plot


class Pace(Vertical):
    """The length of each step over the iterations, and three of them beside the gradient that they came of."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="pace")
        self._glyphs = glyphs
        self._plot, self._three = Plot(id="steps"), Lines(id="three-steps")
        self._speed: Speed | None = None

    def compose(self) -> ComposeResult:
        """The chart over the table."""
        yield self._plot
        yield self._three

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        return "" if self._plot.has_room else "the chart of |step|"

    def draw(self, session: Session) -> None:
        """Show the session as it is now."""
        if self._speed is None or self._speed.history is not session.history:
            self._speed = Speed(session.history)
        self._speed.catch_up()
        if self._plot.has_room:
            self._draw_chart(self._plot, self._speed, session.cursor)
        self._three.draw(three_steps(self._speed, session.cursor))

    def _draw_chart(self, plot: Plot, speed: Speed, cursor: int) -> None:
        x = axes.of_iterations(speed.history.last)
        lines = list(outlines(speed.overview.stretches(x.high / (2 * plot.size.width)), linear))
        y = axes.from_zero(*span(lines), plot.steps)
        curves = [curve(line, "fit", self._glyphs.line, joined=True) for line in lines]
        if math.isfinite(here := linear(speed.steps[cursor])):
            curves.append(curve([(cursor, here)], "cursor", self._glyphs.cursor))
        plot.draw_chart([("|step|", "fit"), (" over the iterations", "quiet")], x, y, curves)


def three_steps(speed: Speed, cursor: int) -> list[Line]:
    """The first step, the longest, and the last one before the cursor."""
    lines: list[Line] = [[(f"{'':15}{'|gradient|':<11}|step|", "quiet")]]
    for iteration, name in {1: "first", speed.longest: "longest", cursor: "last"}.items():
        if 0 < iteration < len(speed.steps):
            before = speed.history.row(iteration - 1)
            gradient, step = math.hypot(before.dw, before.db), speed.steps[iteration]
            label, values = f"{name}, at {iteration - 1:,}", f"{rough(gradient, 4):<11}{rough(step, 4)}"
            lines.append([(f"{label:<15}", "quiet"), (values, PLAIN)])
    return lines
