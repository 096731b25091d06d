"""The loss along w and along b through the current point, so that a derivative is seen as a slope."""

import math

from textual.app import ComposeResult
from textual.containers import Vertical

from gdtui.engine.analysis.landscape import Parameter, Slice, slice_along
from gdtui.engine.digits import rough
from gdtui.engine.history import Row
from gdtui.engine.problems.definition import Problem, Window
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.views.curves import curve, linear, span
from gdtui.ui.widgets import axes
from gdtui.ui.widgets.axes import Axis
from gdtui.ui.widgets.lines import Line
from gdtui.ui.widgets.plot import Plot

TANGENT = 1 / 6
"""How far a tangent goes to each side, in parts of the window."""


class Slices(Vertical):
    """Two charts, each with the tangent whose slope is the derivative."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="slices")
        self._glyphs = glyphs
        self._plots: dict[Parameter, Plot] = {"w": Plot(id="along-w"), "b": Plot(id="along-b")}
        self._cuts: dict[Parameter, Slice] = {}
        self._of = 0

    def compose(self) -> ComposeResult:
        """Along w, and along b."""
        yield from self._plots.values()

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        return " ".join(f"loss along {name}" for name, plot in self._plots.items() if not plot.has_room)

    def look_up(self, problem: Problem, window: Window, row: Row) -> None:
        """The slices through an iteration."""
        self._of = problem.size
        self._cuts = {
            parameter: slice_along(problem, window, row, parameter, 2 * plot.size.width)
            for parameter, plot in self._plots.items()
            if plot.has_room and row.is_finite
        }

    def draw(self) -> None:
        """Show the slices that were looked up."""
        for parameter, plot in self._plots.items():
            if parameter in self._cuts:
                self._draw_slice(plot, self._cuts[parameter], parameter)
            else:
                plot.draw([])

    def _draw_slice(self, plot: Plot, cut: Slice, parameter: Parameter) -> None:
        places = [(place, linear(loss)) for place, loss in zip(cut.places, cut.losses, strict=True)]
        line = [(place, loss) for place, loss in places if math.isfinite(loss)]
        low, high = cut.places[0], cut.places[-1]
        ends = cut.at - TANGENT * (high - low), cut.at + TANGENT * (high - low)
        x, y = Axis(low, high, axes.inside(low, high, 4)), axes.linear(*span([line]), plot.steps)
        curves = [
            curve(line, parameter, self._glyphs.line, joined=True),
            curve([(end, linear(cut.tangent(end))) for end in ends], "data", self._glyphs.second_line, joined=True),
            curve([(cut.at, linear(cut.loss))], "cursor", self._glyphs.cursor),
        ]
        some = f" of {cut.points_used:,} points" if cut.points_used < self._of else ""
        slope = f"{some}, slope dL/d{parameter} {rough(cut.slope)}"
        title: Line = [("loss along ", "quiet"), (parameter, parameter), (slope, "quiet")]
        plot.draw_chart(title, x, y, curves)
