"""The same numbers on Textual's DataTable and textual-plotext: what a step costs without line widgets and cells.

Run as a program: space steps, q quits.
"""

import math

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Header
from textual_plotext import PlotextPlot

POINTS = ((0.5, 0.2), (2.5, 0.9))


class Baseline(App[None]):
    """A table and two charts that are drawn whole at each step."""

    CSS = "Horizontal { height: 1fr } PlotextPlot { width: 1fr } DataTable { width: 50 }"
    BINDINGS = [("space", "step", "step"), ("q", "quit", "quit")]

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield DataTable()
            with Vertical():
                yield PlotextPlot(id="loss")
                yield PlotextPlot(id="w")

    def on_mount(self) -> None:
        self.w = self.b = -2.0
        self.rows: list[tuple[float, ...]] = []
        self.query_one(DataTable).add_columns("it", "w", "b", "dw", "db", "loss")
        self.action_step()

    def action_step(self) -> None:
        dw = db = loss = 0.0
        for x, y in POINTS:
            f = 1 / (1 + math.exp(-(self.w * x + self.b)))
            delta = (f - y) * f * (1 - f)
            dw, db, loss = dw + delta * x, db + delta, loss + 0.5 * (f - y) ** 2
        self.rows.append((self.w, self.b, dw, db, loss))
        self.w, self.b = self.w - dw, self.b - db
        table = self.query_one(DataTable)
        table.add_row(str(len(self.rows) - 1), *(f"{value:.6f}" for value in self.rows[-1]))
        table.move_cursor(row=table.row_count - 1)
        for name, column in (("#loss", 4), ("#w", 0)):
            plot = self.query_one(name, PlotextPlot)
            plot.plt.clear_data()
            plot.plt.plot(list(range(len(self.rows))), [row[column] for row in self.rows], marker="braille")
            plot.refresh()


class Empty(App[None]):
    """What any Textual program costs to start."""

    def compose(self) -> ComposeResult:
        from textual.widgets import Footer

        yield Header()
        yield Footer()


if __name__ == "__main__":
    import sys

    (Empty if "empty" in sys.argv else Baseline)().run()
