"""The neuron's function over the data points."""

import math

from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.neuron import Neuron
from gdtui.session.numerals import exact
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.views.curves import curve, linear
from gdtui.ui.widgets import axes
from gdtui.ui.widgets.plot import Plot


def draw_fit(plot: Plot, problem: Neuron, w: float, b: float, glyphs: Glyphs) -> None:
    """Show what the neuron says at these parameters, and what it should."""
    points = [(linear(px), linear(py)) for px, py in problem.sample]
    (left, right), (low, high) = ((min(each), max(each)) for each in zip(*points, strict=True))
    margin = (right - left) / 2
    x = axes.linear(left - margin, right + margin, 5)
    f = problem.curve(FLOATS, w, b)
    dots = max(2 * plot.size.width, 1)
    places = [x.low + (x.high - x.low) * dot / dots for dot in range(dots + 1)]
    line = [(place, value) for place in places if math.isfinite(value := f(place))]
    y = axes.linear(min(low, 0.0), max(high, 1.0), plot.steps)
    some = f", {len(points)} of {problem.size:,} points"
    if len(points) == problem.size:
        some = " at " + " ".join(f"({exact(px)}, {exact(py)})" for px, py in points[:2])
    title = [("fit", "fit"), (f" f(x){some}" if len(some) + 8 < plot.size.width else " f(x)", "quiet")]
    curves = [curve(line, "fit", glyphs.line, joined=True), curve(points, "data", glyphs.point)]
    plot.draw_chart(title, x, y, curves)
