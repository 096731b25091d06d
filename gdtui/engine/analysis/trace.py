"""Where a path goes on a grid of cells, kept up as the path grows, so that a look costs the same at any length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from gdtui.engine.history import History
from gdtui.engine.problems.definition import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grid: TypeAlias = NDArray[Any]

Cell: TypeAlias = tuple[int, int]
"""A column and a row, from the upper left."""

BLOCK = 65_536
"""Rows of a history that are placed at a time."""

MOST_LEAPS = 1_000
"""Lines between points farther apart than a cell; of a path that leaps more often, they would cover everything."""


class Trace:
    """The cells that a path was in, and those that it leapt over, each with the iteration of the first time.

    Where a descent is slow, its points lie in neighbouring cells; where it is fast, it leaps.
    """

    def __init__(self, history: History, window: Window, columns: int, rows: int, first: int = 0) -> None:
        self._history, self._window = history, window
        self._columns, self._rows = columns, rows
        self._first = self._next = first
        self._seen: set[int] = set()
        self.visited: dict[Cell, int] = {}
        self.leapt: dict[Cell, int] = {}

    def catch_up(self) -> None:
        """Follow the path to the end that it has by now."""
        while self._next <= self._history.last:
            self._follow(self._next, self._next + BLOCK)

    def _follow(self, first: int, end: int) -> None:
        import numpy

        before = max(first - 1, self._first)  # a leap has two ends
        w, b = (numpy.array(self._history.column(name)[before:end]) for name in ("w", "b"))
        w_low, w_high, b_low, b_high = self._window
        with numpy.errstate(all="ignore"):
            x = (w - w_low) / (w_high - w_low) * self._columns
            y = (b_high - b) / (b_high - b_low) * self._rows
        self._next = before + len(x)
        self._visit(x, y, before)
        self._leap(x, y, before)

    def _visit(self, x: Grid, y: Grid, first: int) -> None:
        import numpy

        inside = numpy.flatnonzero((x >= 0) & (x < self._columns) & (y >= 0) & (y < self._rows))
        cells = y[inside].astype(int) * self._columns + x[inside].astype(int)
        earliest = numpy.full(self._columns * self._rows, -1)
        earliest[cells[::-1]] = inside[::-1]  # of several, the last one assigned stays
        for cell in numpy.flatnonzero(earliest >= 0).tolist():
            row, column = divmod(cell, self._columns)
            self.visited.setdefault((column, row), first + int(earliest[cell]))

    def _leap(self, x: Grid, y: Grid, first: int) -> None:
        import numpy

        with numpy.errstate(all="ignore"):
            columns = numpy.floor(numpy.nan_to_num(x, nan=-2.0).clip(-2, self._columns + 1)).astype(int)
            rows = numpy.floor(numpy.nan_to_num(y, nan=-2.0).clip(-2, self._rows + 1)).astype(int)
        far = (abs(numpy.diff(columns)) > 1) | (abs(numpy.diff(rows)) > 1)
        is_somewhere = numpy.isfinite(x) & numpy.isfinite(y)
        leaps = numpy.flatnonzero(far & is_somewhere[1:] & is_somewhere[:-1])
        wide, high = self._columns + 4, self._rows + 4
        places = (columns + 2) * high + rows + 2
        keys, at = numpy.unique(places[leaps] * wide * high + places[leaps + 1], return_index=True)
        for key, leap in sorted(zip(keys.tolist(), leaps[at].tolist(), strict=True), key=lambda pair: pair[1]):
            if key in self._seen or len(self._seen) >= MOST_LEAPS:
                continue
            self._seen.add(key)
            for cell in self._between(*x[leap : leap + 2].tolist(), *y[leap : leap + 2].tolist()):
                self.leapt.setdefault(cell, first + leap + 1)

    def _between(self, x: float, to_x: float, y: float, to_y: float) -> Iterator[Cell]:
        """The cells on the straight line between two points, as far as they are on the grid."""
        start, end = 0.0, 1.0
        for at, to, most in ((x, to_x, self._columns), (y, to_y, self._rows)):
            if at == to:
                if not 0 <= at < most:
                    return
                continue
            enters, leaves = sorted(((0.0 - at) / (to - at), (most - at) / (to - at)))
            start, end = max(start, enters), min(end, leaves)
        count = max(abs(to_x - x), abs(to_y - y)) * (end - start)
        if not 0.0 < count < 4.0 * (self._columns + self._rows):
            return
        steps = int(count) + 1
        for k in range(steps + 1):
            share = start + (end - start) * k / steps
            column, row = int(x + (to_x - x) * share), int(y + (to_y - y) * share)
            if 0 <= column < self._columns and 0 <= row < self._rows:
                yield column, row
