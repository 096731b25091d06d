"""The map of a session's error surface: what of it is in sight, and the descent on it."""

import math
from dataclasses import replace

from gdtui.engine.analysis.landscape import Landscape, survey, visible
from gdtui.engine.analysis.trace import Trace
from gdtui.engine.history import History
from gdtui.engine.problems.definition import Point, Problem
from gdtui.session.session import Session
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.views.sight import Sight, columns_of, is_square_enough
from gdtui.ui.widgets.heatmap import Heatmap, Overlay, width_of
from gdtui.ui.widgets.lines import Line

AROUND = 5
"""Characters that the axes take beside a map, if their labels are short."""

NARROWEST = 16
"""Columns of a map that still shows something."""

BRIEF = 12
"""Characters of a legend that still says something."""


class SurfaceMap(Heatmap):
    """A map that is surveyed once for each problem, part of the plane and size."""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(glyphs, id=id)
        self.sight = Sight()
        self.is_following = False
        self.logarithmic: bool | None = None
        """The kind of bands; what the losses ask for where it is None."""
        self.landscape: Landscape | None = None
        self._surveyed: tuple[object, ...] = ()
        self._problem: Problem | None = None
        self._at: Point = (0.0, 0.0)
        self._traces: dict[tuple[History, int], Trace] = {}

    # What a person looks at.

    def zoom(self, factor: float) -> None:
        """Look at so many times less of the plane, around the point that is followed or the middle."""
        sight = replace(self.sight, centre=self._at) if self.is_following else self.sight
        self.sight = sight.zoomed(factor)

    def pan(self, right: float, up: float) -> None:
        """Look farther to the right and up, in parts of what is seen."""
        if self.landscape is not None:
            w_low, w_high, b_low, b_high = self.landscape.window
            w = (w_low + w_high) / 2.0 + right * (w_high - w_low)
            b = (b_low + b_high) / 2.0 + up * (b_high - b_low)
            self.sight = replace(self.sight, centre=(w, b))

    def toggle_levels(self) -> None:
        """Show the other kind of bands, even or logarithmic."""
        self.logarithmic = not (self.landscape and self.landscape.logarithmic)

    # What is looked up, and drawn.

    def survey(self, problem: Problem, here: Point, width: int, height: int) -> Landscape | None:
        """The landscape in sight, for so many characters and lines: the same one until something of it changes.

        None where a person's own function gave no answer to the same question before: it is not asked again.
        """
        if problem is not self._problem:
            if self._problem is not None:
                self.sight, self.logarithmic = Sight(), None
            self._problem, self._surveyed, self.landscape = problem, (), None
        self._at = here
        own, cells = visible(problem.window), height - 2
        columns = columns_of(own, width - AROUND, 2 * cells)
        if self.is_following and all(map(math.isfinite, here)):
            self.sight = self.sight.following(here, self.sight.on(own, columns, 2 * cells))
        window = self.sight.on(own, columns, 2 * cells)
        excess = width_of(window, columns, cells) - width
        if excess > 0:  # of long labels
            columns = max(1, columns - excess)
            window = self.sight.on(own, columns, 2 * cells)
        wanted = problem, window, columns, cells * self.samples_in_cell, self.logarithmic
        if self._surveyed != wanted:
            self._surveyed, self.landscape = wanted, None
            self._traces.clear()
            self.landscape = survey(*wanted[:4], logarithmic=self.logarithmic)
        return self.landscape

    def landscape_of(self, problem: Problem) -> Landscape | None:
        """The one in sight; none where what was looked up last was of another problem."""
        return self.landscape if problem is self._problem else None

    @property
    def characters(self) -> int:
        """How wide the landscape in sight is drawn, with its axes."""
        assert self.landscape is not None
        return width_of(self.landscape.window, self.landscape.columns, self.landscape.rows // self.samples_in_cell)

    def overlay(self, session: Session) -> Overlay:
        """The descent of a session, with the paths that it left."""
        assert self.landscape is not None
        paths = [(session.history, 0), *((ghost.history, ghost.left_at) for ghost in session.ghosts)]
        rows = self.landscape.rows // self.samples_in_cell
        self._traces = {
            path: self._traces.get(path) or Trace(path[0], self.landscape.window, self.landscape.columns, rows, path[1])
            for path in paths
        }
        for trace in self._traces.values():
            trace.catch_up()
        path, *left = self._traces.values()
        row, first = session.row, session.history.row(0)
        places = [(minimum, self.marks.minimum) for minimum in session.method.problem.minima]
        places.append(((first.w, first.b), self.marks.start))
        return Overlay((row.w, row.b), places, path, session.cursor, left)

    @property
    def has_room(self) -> bool:
        """Whether a map can be seen in this size."""
        return self.size.width >= NARROWEST + AROUND and self.size.height >= 5

    def draw_small(self, title: Line, overlay: Overlay, loss: float) -> None:
        """The map with the legend at its right where there is room for all of it."""
        assert self.landscape is not None
        wide, high = self.size.width - self.characters - 1, self.size.height - 2
        has_room = wide >= BRIEF and high > len(self.landscape.levels)
        legend = self.legend(self.landscape, loss, wide, high) if has_room else []
        self.draw_map(title, self.landscape, overlay, legend)

    def title(self, problem: Problem) -> Line:
        """What the map shows, and what is not as one would think."""
        assert self.landscape is not None
        words = [", logarithmic" if self.landscape.logarithmic else ""]
        words += [f", of {self.landscape.points_used:,} points" if self.landscape.points_used < problem.size else ""]
        words += [", not to scale" if not is_square_enough(visible(problem.window)) else ""]
        words += [", following" if self.is_following else ""]
        words += [", no lines: bands are characters" if self.has_contours and not self.is_coloured else ""]
        return [("loss", "loss"), ("".join(words), "quiet")]
