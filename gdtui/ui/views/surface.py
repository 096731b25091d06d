"""View 2: the error surface as a map, with the numbers of the current iteration beside it."""

import math
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Offset

from gdtui.engine.analysis.landscape import Landscape, survey, visible
from gdtui.engine.analysis.trace import Trace
from gdtui.engine.history import History, Row
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import Point, Problem
from gdtui.session.numerals import rough, signed
from gdtui.session.session import Session
from gdtui.ui.glyphs import UNICODE, Glyphs
from gdtui.ui.views.pace import Pace
from gdtui.ui.views.sight import Sight, columns_of, is_in, is_square_enough
from gdtui.ui.views.slices import Slices
from gdtui.ui.widgets.heatmap import Heatmap, Overlay, width_of
from gdtui.ui.widgets.lines import PLAIN, Line, Lines
from gdtui.ui.widgets.mesh import Pose, Station, wire_frame

BESIDE = 34
"""Characters that the numbers beside the map take at the least."""

AROUND = 5
"""Characters that the axes of the map take beside it, if the labels are short."""

TALL = 30
"""Lines from which on there is room for the legend over whatever else was chosen."""


class Surface(Horizontal):
    """The map; beside it the numbers, and under them the legend, two slices, or how fast it goes."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="surface")
        self._glyphs = glyphs
        self._map = Heatmap(glyphs, id="map")
        self._numbers, self._legend = Lines(id="here"), Lines(id="legend")
        self._slices, self._pace = Slices(glyphs), Pace(glyphs)
        self._choices = [self._legend, self._slices, self._pace]
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

    def compose(self) -> ComposeResult:
        """The map, and what stands beside it."""
        yield self._map
        with Vertical(id="beside"):
            yield self._numbers
            yield self._legend
            yield self._slices
            yield self._pace

    # What the keys do.

    def zoom(self, factor: float) -> None:
        """Look at so many times less of the plane, around the point that is followed or the middle."""
        sight = replace(self._sight, centre=self._here) if self._following else self._sight
        self._sight = sight.zoomed(factor)

    def pan(self, right: float, up: float) -> None:
        """Look farther to the right and up, in parts of what is seen."""
        if self._landscape is not None:
            w_low, w_high, b_low, b_high = self._landscape.window
            w = (w_low + w_high) / 2.0 + right * (w_high - w_low)
            b = (b_low + b_high) / 2.0 + up * (b_high - b_low)
            self._sight = replace(self._sight, centre=(w, b))

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
        self._choices.append(self._choices.pop(0))

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
        chosen = self._choices[0]
        for choice in self._choices:
            choice.display = self._has_room and (
                choice is chosen or (choice is self._legend and self.size.height >= TALL)
            )
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
        if self._legend.display:
            self._draw_legend(landscape, session.row.loss, overlay)
        if self._slices.display:
            self._slices.draw(problem, landscape.window, session.row)
        if self._pace.display:
            self._pace.draw(session)

    def _look(self, problem: Problem, row: Row) -> Landscape:
        """The landscape in sight: the same one until the problem, the window, the size or the bands change."""
        own, cells = visible(problem.window), self.size.height - 2
        columns = columns_of(own, self.size.width - AROUND - BESIDE, 2 * cells)
        if self._following and row.is_finite:
            self._sight = self._sight.following(self._here, self._sight.on(own, columns, 2 * cells))
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
    length = rough(math.hypot(*step), 4)
    loss: Line = [("loss  ", "quiet"), (f"{signed(row.loss):<13}", PLAIN), ("|step| ", "quiet"), (length, PLAIN)]
    return [*lines, loss]


def pair(w: float, b: float) -> str:
    """Two numbers under one another's."""
    return f"{signed(w):<14}{signed(b)}"
