"""View 2: the error surface as a map, with the numbers of the current iteration beside it."""

import math
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Offset

from gdtui.engine.analysis.landscape import Landscape, Parameter, Slice, slice_along, survey, visible
from gdtui.engine.analysis.speed import Speed
from gdtui.engine.analysis.trace import Trace
from gdtui.engine.history import History, Row
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import Point, Problem, Window
from gdtui.session.numerals import rough, signed
from gdtui.session.session import Session
from gdtui.ui.glyphs import UNICODE, Glyphs
from gdtui.ui.views.curves import linear, outlines, span
from gdtui.ui.views.descent import curve
from gdtui.ui.widgets import axes
from gdtui.ui.widgets.axes import Axis
from gdtui.ui.widgets.heatmap import Heatmap, Overlay, width_of
from gdtui.ui.widgets.lines import PLAIN, Line, Lines
from gdtui.ui.widgets.mesh import Pose, Station, wire_frame
from gdtui.ui.widgets.plot import Plot

BESIDE = 34
"""Characters that the numbers beside the map take at the least."""

AROUND = 5
"""Characters that the axes of the map take beside it, if the labels are short."""

LONGEST = 4.0
"""Where a window is so much longer one way than the other, a unit of w cannot be as long as one of b."""

MARGIN = 0.1
"""How near to the edge, in parts of the window, a point that is followed may come."""

NEAREST, FARTHEST = 1e-9, 1e3
"""How much smaller and larger than the whole window the part looked at may be."""

TANGENT = 1 / 6
"""How far a tangent goes to each side, in parts of the window."""

BESIDES = ("legend", "slices", "speed")
"""What there is to choose from under the numbers."""


@dataclass(frozen=True)
class Sight:
    """What of the plane is looked at: so much of the whole window, around a place."""

    centre: Point | None = None
    """The middle of the window where it is None."""
    scale: float = 1.0

    def on(self, window: Window, columns: int, rows: int) -> Window:
        """The part that fills a map of so many square samples."""
        w_low, w_high, b_low, b_high = window
        w, b = self.centre or ((w_low + w_high) / 2.0, (b_low + b_high) / 2.0)
        wide, high = w_high - w_low, b_high - b_low
        if is_square_enough(window):
            unit = max(wide / columns, high / rows)
            wide, high = unit * columns, unit * rows
        wide, high = wide * self.scale / 2.0, high * self.scale / 2.0
        return visible(Window(w - wide, w + wide, b - high, b + high))


def is_square_enough(window: Window) -> bool:
    """Whether w and b can have the same scale."""
    w_low, w_high, b_low, b_high = window
    wide, high = w_high - w_low, b_high - b_low
    return 0.0 < high <= LONGEST * wide <= LONGEST * LONGEST * high


class Surface(Horizontal):
    """The map; beside it the numbers, and under them the legend, two slices, or how fast it goes."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="surface")
        self._glyphs = glyphs
        self._map = Heatmap(glyphs, id="map")
        self._numbers, self._legend = Lines(id="here"), Lines(id="legend")
        self._along_w, self._along_b = Plot(id="along-w"), Plot(id="along-b")
        self._steps, self._pace = Plot(id="steps"), Lines(id="pace")
        self._beside = 0
        self._sight = Sight()
        self._following = False
        self._logarithmic: bool | None = None
        self._is_solid = False
        self._pose = Pose()
        self._landscape: Landscape | None = None
        self._surveyed: tuple[object, ...] = ()
        self._problem: Problem | None = None
        self._here: Point = (0.0, 0.0)
        self._traces: dict[tuple[History, int], Trace] = {}
        self._speed: Speed | None = None

    def compose(self) -> ComposeResult:
        """The map, and what stands beside it."""
        yield self._map
        with Vertical(id="beside"):
            yield self._numbers
            yield self._legend
            yield self._along_w
            yield self._along_b
            yield self._steps
            yield self._pace

    # What the keys do.

    def zoom(self, factor: float) -> None:
        """Look at so many times less of the plane, around the point that is followed or the middle."""
        scale = max(NEAREST, min(self._sight.scale / factor, FARTHEST))
        self._sight = Sight(self._here if self._following else self._sight.centre, scale)

    def pan(self, right: float, up: float) -> None:
        """Look farther to the right and up, in parts of what is seen."""
        if self._landscape is not None:
            w_low, w_high, b_low, b_high = self._landscape.window
            w, b = (w_low + w_high) / 2.0, (b_low + b_high) / 2.0
            self._sight = Sight((w + right * (w_high - w_low), b + up * (b_high - b_low)), self._sight.scale)

    def whole(self) -> None:
        """Look at the whole window again."""
        self._sight, self._following = Sight(), False

    def toggle_follow(self) -> None:
        """Keep the current point in sight, or no longer."""
        self._following = not self._following

    def toggle_levels(self) -> None:
        """Show the other kind of bands, even or logarithmic."""
        self._logarithmic = not (self._landscape and self._landscape.logarithmic)

    def toggle_contours(self) -> None:
        """Draw lines where bands end, or no longer."""
        self._map.has_contours = not self._map.has_contours

    def toggle_mesh(self) -> None:
        """Show the surface as a wire frame, or as a map again."""
        self._is_solid = not self._is_solid

    def turn(self, degrees: float) -> None:
        """Walk around the wire frame."""
        self._pose = replace(self._pose, turn=(self._pose.turn + degrees) % 360.0)

    def switch_beside(self) -> None:
        """Go on to the next choice of what stands under the numbers."""
        self._beside = (self._beside + 1) % len(BESIDES)

    # What the app asks.

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        return "" if self._has_room else "the map"

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the current iteration."""
        return self._numbers.region.offset + Offset(0, 1)

    @property
    def _has_room(self) -> bool:
        return self._map.display and self.size.width >= AROUND + BESIDE + 16 and self.size.height >= 8

    def draw(self, session: Session) -> None:
        """Show the session as it is now."""
        row = session.row
        if session.method.problem is not self._problem:
            self._problem, self._sight, self._logarithmic = session.method.problem, Sight(), None
        self._here = row.w, row.b
        self._numbers.draw(numbers(session))
        if self._has_room:
            self._draw_map(session.method.problem, session)

    def _draw_map(self, problem: Problem, session: Session) -> None:
        landscape = self._look(problem, session.row)
        overlay = self._overlay(landscape, session)
        title = self._title(landscape, problem)
        if self._is_solid and self._has_room_for_mesh:
            self._draw_mesh(title, landscape, overlay, session)
        else:
            self._map.draw_map(title, landscape, overlay)
        chosen = BESIDES[self._beside]
        self._legend.display = chosen == "legend"
        self._along_w.display = self._along_b.display = chosen == "slices"
        self._steps.display = self._pace.display = chosen == "speed"
        if chosen == "legend":
            self._draw_legend(landscape, session.row.loss, overlay)
        elif chosen == "slices":
            self._draw_slices(problem, landscape.window, session.row)
        else:
            self._draw_speed(session)

    def _look(self, problem: Problem, row: Row) -> Landscape:
        """The landscape in sight: the same one until the problem, the window, the size or the bands change."""
        own, cells = visible(problem.window), self.size.height - 2
        columns = columns_of(own, self.size.width - AROUND - BESIDE, 2 * cells)
        if self._following and row.is_finite:
            self._follow(self._sight.on(own, columns, 2 * cells))
        window = self._sight.on(own, columns, 2 * cells)
        excess = width_of(window, columns, cells) - (self.size.width - BESIDE)
        if excess > 0:  # of long labels
            columns = max(1, columns - excess)
            window = self._sight.on(own, columns, 2 * cells)
        wanted = window, columns, cells * self._map.samples_in_cell, self._logarithmic
        if self._landscape is None or self._surveyed != (problem, *wanted):
            self._surveyed = (problem, *wanted)
            self._landscape = survey(problem, *wanted[:3], logarithmic=self._logarithmic)
            self._traces.clear()
            self._map.styles.width = width_of(window, columns, cells)
        return self._landscape

    def _follow(self, window: Window) -> None:
        """Look elsewhere when the point comes near an edge."""
        (w, b), (w_low, w_high, b_low, b_high) = self._here, window
        across, up = MARGIN * (w_high - w_low), MARGIN * (b_high - b_low)
        if not (w_low + across <= w <= w_high - across and b_low + up <= b <= b_high - up):
            self._sight = Sight(self._here, self._sight.scale)

    def _overlay(self, landscape: Landscape, session: Session) -> Overlay:
        paths = [(session.history, 0), *((ghost.history, ghost.left_at) for ghost in session.ghosts)]
        rows = landscape.rows // self._map.samples_in_cell
        self._traces = {
            path: self._traces.get(path) or Trace(path[0], landscape.window, landscape.columns, rows, path[1])
            for path in paths
        }
        for trace in self._traces.values():
            trace.catch_up()
        path, *left = self._traces.values()
        first = session.history.row(0)
        minima = session.method.problem.minima
        return Overlay(path, session.cursor, self._here, (first.w, first.b), minima, left)

    def _title(self, landscape: Landscape, problem: Problem) -> Line:
        words = [", logarithmic" if landscape.logarithmic else ""]
        words += [f", of {landscape.points_used:,} points" if landscape.points_used < problem.size else ""]
        words += [", not to scale" if not is_square_enough(visible(problem.window)) else ""]
        words += [", following" if self._following else ""]
        if self._is_solid and self._glyphs is not UNICODE:
            words = [", flat: 3-D needs braille"]
        elif self._is_solid and not self._has_room_for_mesh:
            words = [", no room for 3-D"]
        return [("loss", "loss"), ("".join(words), "quiet")]

    @property
    def _has_room_for_mesh(self) -> bool:
        """Whether a wire frame would be read: else the map says more."""
        return self._glyphs is UNICODE and self._map.size.width >= 36 and self._map.size.height >= 16

    def _draw_mesh(self, title: Line, landscape: Landscape, overlay: Overlay, session: Session) -> None:
        """The wire frame with the path on it, a mark for each cell of the map that it was in."""
        marks, history, is_coloured = self._map.marks, session.history, self._map.is_coloured
        iterations = sorted(at for at in overlay.path.visited.values() if at <= session.cursor)
        rows = [history.row(at) for at in iterations]
        stations = [Station(row.w, row.b, row.loss, marks.step) for row in rows]
        evaluate = session.method.problem.objective(FLOATS).evaluate
        places = [(minimum, marks.minimum) for minimum in overlay.minima] + [(overlay.start, marks.start)]
        places = [(place, mark) for place, mark in places if is_in(place, landscape.window)]
        stations += [Station(*place, evaluate(*place)[0], mark) for place, mark in places]
        if is_in(overlay.here, landscape.window):
            ink = "here" if is_coloured else "here-plain"
            stations.append(Station(*overlay.here, session.row.loss, marks.here, ink))
        width, height = self._map.size
        picture = wire_frame(landscape, stations, self._pose, width, height - 1, is_coloured=is_coloured)
        self._map.draw([title, *picture])

    def _draw_legend(self, landscape: Landscape, loss: float, overlay: Overlay) -> None:
        width, height = self._legend.size
        key = self._map.key(overlay, width)
        key += [""] if height - len(key) > len(landscape.levels) + 2 else []
        bands = self._map.legend(landscape, loss, width, height - len(key))
        self._legend.draw([*([(line, PLAIN)] for line in key), *bands])

    def _draw_slices(self, problem: Problem, window: Window, row: Row) -> None:
        cuts: tuple[tuple[Plot, Parameter], ...] = (self._along_w, "w"), (self._along_b, "b")
        for plot, parameter in cuts:
            if plot.has_room and row.is_finite:
                cut = slice_along(problem, window, row, parameter, 2 * plot.size.width)
                self._draw_slice(plot, cut, parameter)

    def _draw_slice(self, plot: Plot, cut: Slice, parameter: Parameter) -> None:
        """The loss along a parameter, and the derivative as the slope of a tangent."""
        places = [(place, linear(loss)) for place, loss in zip(cut.places, cut.losses, strict=True)]
        line = [(place, loss) for place, loss in places if math.isfinite(loss)]
        low, high = cut.places[0], cut.places[-1]
        ends = cut.at - TANGENT * (high - low), cut.at + TANGENT * (high - low)
        x, y = Axis(low, high, axes.inside(low, high, 4)), axes.linear(*span([line]), plot.steps)
        curves = [curve(line, parameter, self._glyphs.line, joined=True)]
        curves += [curve([(end, cut.tangent(end)) for end in ends], "data", self._glyphs.second_line, joined=True)]
        curves += [curve([(cut.at, cut.loss)], "cursor", self._glyphs.cursor)]
        title = [
            ("loss along ", "quiet"),
            (parameter, parameter),
            (f", slope dL/d{parameter} {rough(cut.slope)}", "quiet"),
        ]
        plot.draw_chart(title, x, y, curves)

    def _draw_speed(self, session: Session) -> None:
        """The length of each step over the iterations, and three of them beside the gradient they came of."""
        if self._speed is None or self._speed.history is not session.history:
            self._speed = Speed(session.history)
        speed, plot = self._speed, self._steps
        speed.catch_up()
        if plot.has_room:
            x = axes.of_iterations(session.history.last)
            lines = list(outlines(speed.overview.stretches(x.high / (2 * plot.size.width)), linear))
            y = axes.from_zero(*span(lines), plot.steps)
            curves = [curve(line, "fit", self._glyphs.line, joined=True) for line in lines]
            if session.cursor and math.isfinite(here := linear(speed.steps[session.cursor])):
                curves.append(curve([(session.cursor, here)], "cursor", self._glyphs.cursor))
            plot.draw_chart([("|step|", "fit"), (" over the iterations", "quiet")], x, y, curves)
        self._pace.draw(pace(speed, session.cursor))


def is_in(point: Point, window: Window) -> bool:
    """Whether a point can be seen in a window."""
    return window.w_low <= point[0] <= window.w_high and window.b_low <= point[1] <= window.b_high


def columns_of(window: Window, most: int, rows: int) -> int:
    """How many square samples wide a map is, of so many rows: as its window is, but a square at the least."""
    w_low, w_high, b_low, b_high = window
    if not is_square_enough(window):
        return most
    return min(max(rows, round(rows * (w_high - w_low) / (b_high - b_low))), most)


def numbers(session: Session) -> list[Line]:
    """Where the current iteration is, how the loss slopes there, and what the step to it was."""
    row = session.row
    before = session.history.row(session.cursor - 1) if session.cursor else None
    lines: list[Line] = [[(f"{'':7}{'w':<14}b", "quiet")]]
    lines += [[("here  ", "cursor"), (pair(row.w, row.b), PLAIN)]]
    lines += [[("dL/d  ", "quiet"), (pair(row.dw, row.db), PLAIN)]]
    if before is None:
        return [*lines, [("step  none yet", "quiet")], [("loss  ", "quiet"), (signed(row.loss), PLAIN)]]
    step = row.w - before.w, row.b - before.b
    lines += [[("step  ", "quiet"), (pair(*step), PLAIN)]]
    lines += [
        [
            ("loss  ", "quiet"),
            (f"{signed(row.loss):<13}", PLAIN),
            ("|step| ", "quiet"),
            (rough(math.hypot(*step), 4), PLAIN),
        ]
    ]
    return lines


def pair(w: float, b: float) -> str:
    """Two numbers under one another's."""
    return f"{signed(w):<14}{signed(b)}"


def pace(speed: Speed, cursor: int) -> list[Line]:
    """The first step, the longest and the last one before the cursor, each with the gradient that it came of."""
    lines: list[Line] = [[(f"{'':16}{'|gradient|':<12}|step|", "quiet")]]
    named = {1: "first", speed.longest: "longest", cursor: "last"}
    for iteration, name in named.items():
        if 0 < iteration < len(speed.steps):
            before = speed.history.row(iteration - 1)
            gradient = rough(math.hypot(before.dw, before.db), 4)
            label = f"{name}, at {iteration - 1:,}"
            lines.append([(f"{label:<16}", "quiet"), (f"{gradient:<12}{rough(speed.steps[iteration], 4)}", PLAIN)])
    return lines
