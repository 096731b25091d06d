"""View 2: the error surface as a map, with the numbers of the current iteration beside it."""

import math

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Offset

from gdtui.engine.analysis.landscape import Landscape
from gdtui.engine.digits import rough
from gdtui.engine.numbers import FLOATS
from gdtui.session.numerals import signed
from gdtui.session.session import Session
from gdtui.ui.glyphs import UNICODE, Glyphs
from gdtui.ui.keys import Keys
from gdtui.ui.views.pace import Pace
from gdtui.ui.views.sight import Sight, is_in
from gdtui.ui.views.slices import Slices
from gdtui.ui.views.surface_map import AROUND, NARROWEST, SurfaceMap
from gdtui.ui.views.view import View
from gdtui.ui.widgets.bands import Banded
from gdtui.ui.widgets.heatmap import Overlay
from gdtui.ui.widgets.lines import PLAIN, Line, Lines
from gdtui.ui.widgets.mesh import Pose, Station, wire_frame

BESIDE = 35
"""Characters that the numbers beside the map take at the least, and their gap."""

TALL = 30
"""Lines from which on there is room for the legend over whatever else was chosen."""

PART = 0.25
"""Of what is seen, how far a key moves it."""

ANGLE = 15.0
"""Degrees that a key turns the wire frame."""


class Surface(View):
    """The map; beside it the numbers, and under them the legend, two slices, or how fast it goes."""

    TITLE = "error surface"
    KEYS = (
        Keys("v", "beside it: legend, slices through the point, speed", {"v": "beside"}, "beside"),
        Keys("d", "3-D, or flat again", {"d": "mesh"}, "3-D"),
        Keys("z Z", "zoom in, out", {"z": "zoom(2.0)", "Z": "zoom(0.5)"}, "zoom", ("zoom in", "zoom out")),
        Keys(
            "h j k l",
            "look farther left, down, up, right; turn the 3-D form",
            {"h": "pan(-1, 0)", "j": "pan(0, -1)", "k": "pan(0, 1)", "l": "pan(1, 0)"},
            commands=("look left", "look down", "look up", "look right"),
        ),
        Keys("a", "look at all of the window again", {"a": "whole"}, "all"),
        Keys("c", "keep the current point in sight, or no longer", {"c": "follow"}),
        Keys("y", "bands evenly spaced or logarithmic", {"y": "levels"}),
        Keys("x", "lines at the edges of the bands", {"x": "contours"}),
    )

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="surface")
        self._glyphs = glyphs
        self._map = SurfaceMap(glyphs, id="map")
        self._numbers, self._legend = Lines(id="here"), Banded(id="legend")
        self._slices, self._pace = Slices(glyphs), Pace(glyphs)
        self._choices = [self._legend, self._slices, self._pace]
        self._is_solid = False
        self._pose = Pose()

    def compose(self) -> ComposeResult:
        """The map, and what stands beside it."""
        yield self._map
        with Vertical(id="beside"):
            yield self._numbers
            yield self._legend
            yield self._slices
            yield self._pace

    # What the keys do.

    def action_zoom(self, factor: float) -> None:
        """Look at so many times less of the plane."""
        self._map.zoom(factor)

    def action_pan(self, right: int, up: int) -> None:
        """Look farther to a side, or walk around the wire frame."""
        if not self._shows_mesh:
            self._map.pan(PART * right, PART * up)
            return
        elevation = max(5.0, min(self._pose.elevation + ANGLE * up, 85.0))
        self._pose = Pose((self._pose.turn + ANGLE * right) % 360.0, elevation)

    def action_whole(self) -> None:
        """Look at the whole window again, from where one looked first."""
        self._map.sight, self._map.is_following, self._pose = Sight(), False, Pose()

    def action_follow(self) -> None:
        """Keep the current point in sight, or no longer."""
        self._map.is_following = not self._map.is_following

    def action_levels(self) -> None:
        """Show the other kind of bands, even or logarithmic."""
        self._map.toggle_levels()

    def action_contours(self) -> None:
        """Draw lines where bands end, or no longer."""
        self._map.has_contours = not self._map.has_contours

    def action_mesh(self) -> None:
        """Show the surface as a wire frame, or as a map again."""
        self._is_solid = not self._is_solid

    def action_beside(self) -> None:
        """Go on to the next choice of what stands under the numbers."""
        self._choices.append(self._choices.pop(0))

    # What the app asks.

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        if not self._has_room:
            return "the map"
        beside = self._choices[0]
        return beside.left_out if isinstance(beside, Slices | Pace) else ""

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the current iteration."""
        return self._numbers.region.offset + Offset(0, 1)

    @property
    def _has_room(self) -> bool:
        return self._map.display and self.size.width >= AROUND + BESIDE + NARROWEST and self.size.height >= 8

    @property
    def _shows_mesh(self) -> bool:
        """Whether the wire frame is asked for and would be read: else the map says more."""
        has_room = self._map.size.width >= 36 and self._map.size.height >= 16
        return self._is_solid and self._glyphs is UNICODE and has_room

    def look_up(self, session: Session) -> None:
        """The landscape in sight, and the slices through it."""
        if not self._has_room:
            return
        problem, row = session.method.problem, session.row
        landscape = self._map.survey(problem, (row.w, row.b), self.size.width - BESIDE, self.size.height)
        if self._choices[0] is self._slices and landscape is not None:
            self._slices.look_up(problem, landscape.window, row)

    def draw(self, session: Session) -> None:
        """Show the session as it is now."""
        self._numbers.draw(numbers(session))
        landscape = self._map.landscape_of(session.method.problem) if self._has_room else None
        for choice in self._choices:
            is_legend_too = choice is self._legend and self.size.height >= TALL
            choice.display = landscape is not None and (choice is self._choices[0] or is_legend_too)
        if landscape is None:
            self._map.styles.width = max(0, self.size.width - BESIDE)
            self._map.draw([[("The losses around are not known.", "quiet")]])
            return
        self._map.styles.width = self._map.characters
        overlay = self._map.overlay(session)
        title = self._map.title(session.method.problem)
        if self._shows_mesh:
            self._draw_mesh(title, landscape, overlay, session)
        else:
            why = ", flat: 3-D needs braille" if self._glyphs is not UNICODE else ", no room for 3-D"
            self._map.draw_map([*title, (why, "quiet")] if self._is_solid else title, landscape, overlay)
        if self._legend.display:
            self._draw_legend(landscape, session.row.loss, overlay)
        if self._slices.display:
            self._slices.draw()
        if self._pace.display:
            self._pace.draw(session)

    def _draw_mesh(self, title: Line, landscape: Landscape, overlay: Overlay, session: Session) -> None:
        """The wire frame with the path on it, a mark for each cell of the map that it was in."""
        marks, history, path = self._map.marks, session.history, overlay.path
        assert path is not None
        rows = [history.row(at) for at in sorted(path.visited.values()) if at <= session.cursor]
        stations = [Station(row.w, row.b, row.loss, marks.step) for row in rows]
        evaluate = session.method.problem.objective(FLOATS).evaluate  # of a minimum: a person's function knows none
        for place, mark in overlay.places:
            if is_in(place, landscape.window):
                loss = history.row(0).loss if mark == marks.start else evaluate(*place)[0]
                stations.append(Station(*place, loss, mark))
        if is_in(overlay.here, landscape.window):
            ink = "here" if self._map.is_coloured else "here-plain"
            stations.append(Station(*overlay.here, session.row.loss, marks.here, ink))
        width, height = self._map.size
        picture = wire_frame(landscape, stations, self._pose, width, height - 1, is_coloured=self._map.is_coloured)
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
    lines += [[("here  ", "cursor"), (in_columns(row.w, row.b), PLAIN)]]
    lines += [[("dL/d  ", "quiet"), (in_columns(row.dw, row.db), PLAIN)]]
    if before is None:
        return [*lines, [("step  none yet", "quiet")], [("loss  ", "quiet"), (signed(row.loss), PLAIN)]]
    step = row.w - before.w, row.b - before.b
    lines += [[("step  ", "quiet"), (in_columns(*step), PLAIN)]]
    length = rough(math.hypot(*step), 4)
    loss: Line = [("loss  ", "quiet"), (f"{signed(row.loss):<13}", PLAIN), ("|step| ", "quiet"), (length, PLAIN)]
    return [*lines, loss]


def in_columns(w: float, b: float) -> str:
    """Two numbers under one another's."""
    return f"{signed(w):<14}{signed(b)}"
