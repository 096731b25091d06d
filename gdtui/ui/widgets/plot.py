"""Charts, drawn by plotext: the only place that calls it.

plotext has one figure for the whole program, so it is cleared and sized at each use.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import plotext

from gdtui.ui.widgets.axes import Axis
from gdtui.ui.widgets.lines import PLAIN, Line, Lines

PIECE = re.compile(r"\x1b\[(?:38;5;(\d+)|0)m|([^\x1b]+)")


@dataclass(frozen=True)
class Curve:
    """Points in one ink, joined by lines or each with a marker of its own."""

    xs: Sequence[float]
    ys: Sequence[float]
    ink: str
    marker: str
    joined: bool = False


class Plot(Lines):
    """A title over a chart."""

    def draw_chart(self, title: Line, x: Axis, y: Axis, curves: Sequence[Curve]) -> None:
        """Show curves over two axes; a later curve covers an earlier one."""
        width, height = self.size
        self.draw([title, *chart(width, height - 1, x, y, curves)])

    @property
    def has_room(self) -> bool:
        """Whether a chart can be seen in this size."""
        return self.size.width >= 16 and self.size.height >= 4

    @property
    def steps(self) -> int:
        """How many steps an upright axis has room to label."""
        return max(1, min(5, self.size.height // 2 - 1))


def chart(width: int, height: int, x: Axis, y: Axis, curves: Sequence[Curve]) -> list[Line]:
    """The lines of a chart."""
    plotext.clear_data()
    plotext.theme("clear")
    plotext.limit_size(False, False)
    plotext.plotsize(width, height)
    plotext.frame(False)
    plotext.xlim(x.low, x.high)
    plotext.ylim(y.low, y.high)
    columns, rows = width - max(len(label) for _, label in y.ticks), height - 1
    # Where a line of dots, two by four in a character, goes through, there its markers and its labels stand.
    dots = any(curve.marker == "braille" for curve in curves)
    across, down = (partial(centred, x, columns, 2), partial(centred, y, rows, 4)) if dots else (float, float)
    plotext.xticks([across(tick) for tick, _ in x.ticks], [label for _, label in x.ticks])
    plotext.yticks([down(tick) for tick, _ in y.ticks], [label for _, label in y.ticks])
    inks = sorted({curve.ink for curve in curves})
    for curve in curves:
        if curve.marker == "braille":
            xs, ys = list(curve.xs), list(curve.ys)
        else:
            xs, ys = [across(each) for each in curve.xs], [down(each) for each in curve.ys]
        draw = plotext.plot if curve.joined else plotext.scatter
        draw(xs, ys, marker=curve.marker, color=inks.index(curve.ink) + 1)
    return [inked(line, inks) for line in plotext.build().splitlines()]


def centred(axis: Axis, cells: int, dots: int, value: float) -> float:
    """The middle of the character that a dot at this value is in: plotext rounds dots and characters each by itself."""
    if cells < 2 or not axis.low <= value <= axis.high:
        return value
    span = axis.high - axis.low
    cell = math.floor(0.5 + (dots * cells - 1) * (value - axis.low) / span) // dots
    return axis.low + span * cell / (cells - 1)


def inked(line: str, inks: Sequence[str]) -> Line:
    """A line of plotext's with its colour numbers turned into inks; axes and labels are quiet."""
    pieces = []
    ink = "quiet"
    for colour, text in PIECE.findall(line):
        if text:
            pieces.append((text, ink if text.strip() else PLAIN))
        else:
            ink = inks[int(colour) - 1] if colour else "quiet"
    return pieces
