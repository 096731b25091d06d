"""View 1: the loss, a second chart, and the table of iterations."""

import math
from collections.abc import Callable, Mapping
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Offset

from gdtui.engine.problems.neuron import Neuron
from gdtui.session.session import Session, difference
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.keys import Keys
from gdtui.ui.views.curves import Scale, curve, linear, log10, outlines, span, trail
from gdtui.ui.views.fit import draw_fit
from gdtui.ui.views.memory import Memory
from gdtui.ui.views.surface_map import SurfaceMap
from gdtui.ui.views.view import View
from gdtui.ui.widgets import axes
from gdtui.ui.widgets.axes import Axis
from gdtui.ui.widgets.lines import Line
from gdtui.ui.widgets.plot import Plot
from gdtui.ui.widgets.table import Table


class Descent(View):
    """The numbers and the charts of one descent."""

    TITLE = "descent"
    KEYS = (
        Keys("v", "second chart: the fit, w and b, the gradient, the surface", {"v": "second_chart"}, "chart"),
        Keys("m", "the optimizer's memory and its next step, in numbers", {"m": "memory"}, "memory"),
        Keys("y", "loss on a linear or a logarithmic axis", {"y": "log_loss"}),
    )

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="descent")
        self._glyphs = glyphs
        self._loss, self._second, self._table = Plot(id="loss"), Plot(id="second"), Table(id="table")
        self._map, self._memory = SurfaceMap(glyphs, id="small-map"), Memory(id="memory")
        self._map.display = False
        self._second_charts = [self._draw_fit, self._draw_parameters, self._draw_gradient, self._draw_surface]
        self._has_fit = True
        self._log = False

    def compose(self) -> ComposeResult:
        """Two charts over the table and, beside it, the memory."""
        with Horizontal(id="charts"):
            yield self._loss
            yield self._second
        with Horizontal(id="numbers"):
            yield self._table
            yield self._memory

    async def action_second_chart(self) -> None:
        """Go on to the next choice of the second chart; the map is made when it is first asked for."""
        passed = 1 if self._has_fit or self._second_charts[0] != self._draw_fit else 2
        self._second_charts = [*self._second_charts[passed:], *self._second_charts[:passed]]
        if self._second_charts[0] == self._draw_surface and not self._map.is_attached:
            await self.query_one("#charts").mount(self._map)

    def action_log_loss(self) -> None:
        """Show the loss on the other kind of axis."""
        self._log = not self._log

    def action_memory(self) -> None:
        """Show what the optimizer remembers beside the table, or no longer."""
        self.toggle_class("-remembering")

    def look_up(self, session: Session) -> None:
        """What the memory says of the next step, and the surface where it is shown."""
        if self.has_class("-remembering"):
            session.look_ahead()
        if self._map.display and self._map.has_room:
            row, size = session.row, self._map.size
            self._map.survey(session.method.problem, (row.w, row.b), size.width, size.height)

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        charts = "" if self._loss.has_room else "charts "
        return charts + (self._table.left_out if self._table.size.width else "the table")

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the current iteration."""
        return self._table.region.offset + Offset(0, self._table.marked)

    def draw(self, session: Session) -> None:
        """Show the session as it is now."""
        if self._table.size.width:
            self._table.draw_rows(session.history, session.cursor)
        if self._memory.size.width:
            self._memory.draw_next(session)
        if self._loss.has_room:
            self._draw_loss(self._loss, session)
            self._draw_second(session)

    def _draw_second(self, session: Session) -> None:
        """The choice of the second chart; a surface has no fit, but shows the next one in its place."""
        self._has_fit = isinstance(session.method.problem, Neuron)
        chart = next(chart for chart in self._second_charts if self._has_fit or chart != self._draw_fit)
        shows_map = chart == self._draw_surface
        self._map.display, self._second.display = shows_map, not shows_map
        if (self._map if shows_map else self._second).has_room:  # none before it is laid out
            chart(self._second, session)

    def _draw_loss(self, plot: Plot, session: Session) -> None:
        inks = {"loss": "loss"}
        if self._log:
            title = [("loss", "loss"), (", logarithmic", "quiet")]
            self._draw_history(plot, session, title, inks, axes.logarithmic, log10)
        else:
            self._draw_history(plot, session, [("loss", "loss")], inks, axes.from_zero)

    def _draw_parameters(self, plot: Plot, session: Session) -> None:
        title = [("w", "w"), (" and ", "quiet"), ("b", "b")]
        self._draw_history(plot, session, title, {"w": "w", "b": "b"}, partial(axes.linear, least=1.0))

    def _draw_gradient(self, plot: Plot, session: Session) -> None:
        title = [("dL/dw", "w"), (" and ", "quiet"), ("dL/db", "b")]
        self._draw_history(plot, session, title, {"dw": "w", "db": "b"}, axes.from_zero)

    def _draw_history(
        self,
        plot: Plot,
        session: Session,
        title: Line,
        inks: Mapping[str, str],
        axis: Callable[[float, float, int], Axis],
        scale: Scale = linear,
    ) -> None:
        """Columns over the iterations, the left paths behind them, and the cursor on each."""
        glyphs, history = self._glyphs, session.history
        x = axes.of_iterations(history.last)
        rows = x.high / (2 * plot.size.width)  # to a dot
        lines = {name: list(outlines(history.overview(name).stretches(rows), scale, history.known)) for name in inks}
        left = [
            trail(ghost.history, name, ghost.left_at, int(x.high), plot.size.width, scale)
            for ghost in session.ghosts
            for name in inks
        ]
        here = {name: scale(history.column(name)[session.cursor]) for name in inks}
        y = axis(*span([*left, *(line for of_name in lines.values() for line in of_name)]), plot.steps)
        curves = [curve(points, "ghost", glyphs.ghost) for points in left]
        curves += [curve(points, inks[name], glyphs.line, joined=True) for name in inks for points in lines[name]]
        curves += [
            curve([(session.cursor, here[name])], "cursor", glyphs.cursor if len(inks) == 1 else inks[name])
            for name in inks
            if math.isfinite(here[name])
        ]
        if any(left):
            newest = session.ghosts[-1]
            other = difference(history.method(newest.left_at), newest.history.method(newest.left_at))
            room = plot.size.width - sum(len(text) for text, _ in title)
            words = (f" left at {newest.left_at:,}{': ' if other else ''}{other}", " left path", " left", "")
            legend = next((text for each in words if len(text := f"   {glyphs.ghost * 3}{each}") <= room), "")
            title = [*title, (legend, "ghost")]
        plot.draw_chart(title, x, y, curves)

    def _draw_surface(self, _plot: Plot, session: Session) -> None:
        """The error surface in small, with its legend where there is room."""
        if self._map.landscape_of(session.method.problem) is None:
            self._map.draw([])
        else:
            title = self._map.title(session.method.problem)
            self._map.draw_small(title, self._map.overlay(session), session.row.loss)

    def _draw_fit(self, plot: Plot, session: Session) -> None:
        problem, row = session.method.problem, session.row
        assert isinstance(problem, Neuron)
        draw_fit(plot, problem, row.w, row.b, self._glyphs)
