"""Charts, drawn by plotext: the only place that calls it.

plotext has one figure for the whole program, so it is cleared and sized at each use.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TypeAlias

import plotext

from gdtui.ui.widgets.axes import Axis
from gdtui.ui.widgets.lines import PLAIN, Line, Lines

Point: TypeAlias = tuple[float, float]

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
        draw = plotext.plot if curve.joined else plotext.scatter
        for piece in pieces(curve, x, y):
            xs, ys = [px for px, _ in piece], [py for _, py in piece]
            if curve.marker != "braille":
                xs, ys = list(map(across, xs)), list(map(down, ys))
            draw(xs, ys, marker=curve.marker, color=inks.index(curve.ink) + 1)
    return [inked(line, inks) for line in plotext.build().splitlines()]


def pieces(curve: Curve, x: Axis, y: Axis) -> list[list[Point]]:
    """A curve, of a line only what is on the chart: plotext goes dot by dot over all of it, however far it leads."""
    points = list(zip(curve.xs, curve.ys, strict=True))
    if not curve.joined or all(x.low <= px <= x.high and y.low <= py <= y.high for px, py in points):
        return [points]
    found: list[list[Point]] = []
    for start, end in pairwise(points):
        ends = clipped(start, end, (x, y))
        if ends and found and found[-1][-1] == ends[0]:
            found[-1].append(ends[1])
        elif ends:
            found.append(list(ends))
    return found


def clipped(start: Point, end: Point, axes: tuple[Axis, Axis]) -> tuple[Point, Point] | None:
    """The ends of what is on the chart of a straight line."""
    enters, leaves = 0.0, 1.0
    for at, to, axis in zip(start, end, axes, strict=True):
        if at == to and not axis.low <= at <= axis.high:
            return None
        if at != to:
            first, last = sorted(((axis.low - at) / (to - at), (axis.high - at) / (to - at)))
            enters, leaves = max(enters, first), min(leaves, last)
    if enters > leaves:
        return None

    def place(share: float) -> Point:
        # Of a line that leads very far, rounding alone may lead off the chart.
        px, py = (
            max(axis.low, min(at + (to - at) * share, axis.high)) for at, to, axis in zip(start, end, axes, strict=True)
        )
        return px, py

    return (start if enters == 0.0 else place(enters)), (end if leaves == 1.0 else place(leaves))


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
