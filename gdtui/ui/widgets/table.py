"""The table of iterations: a page at a time, the cursor's row marked."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gdtui.engine.history import History, Row
from gdtui.session.numerals import WIDTH, signed
from gdtui.ui.widgets.lines import PLAIN, Line, Lines

COUNTER = 8  # the mark, six digits and a gap


@dataclass(frozen=True)
class Column:
    """A heading, and the text of a row; it is given the row before too."""

    heading: str
    value: Callable[[Row, Row | None], float | None]


def step_length(row: Row, before: Row | None) -> float | None:
    """How far the update that led to a row moved (w, b)."""
    return math.hypot(row.w - before.w, row.b - before.b) if before else None


STEP = Column("|step|", step_length)
ETA = Column("eta", lambda row, _: row.eta)
GRADIENT = (Column("dL/dw", lambda row, _: row.dw), Column("dL/db", lambda row, _: row.db))
COLUMNS = (
    Column("w", lambda row, _: row.w),
    Column("b", lambda row, _: row.b),
    *GRADIENT,
    Column("loss", lambda row, _: row.loss),
    STEP,
    ETA,
)
DROPPED_FIRST = ((ETA,), (STEP,), GRADIENT)
"""What a narrow table leaves out, in this order."""


def columns_for(width: int) -> list[Column]:
    """The columns that a table of so many characters has room for."""
    columns = list(COLUMNS)
    for dropped in DROPPED_FIRST:
        if COUNTER + WIDTH * len(columns) > width:
            columns = [column for column in columns if column not in dropped]
    return columns


class Table(Lines):
    """A page of rows; it turns when the cursor leaves it, and the row before the cursor's stays in sight."""

    marked = 0
    """The line of the cursor's row."""

    _first = 0
    """The first row of the page."""

    def draw_rows(self, history: History, cursor: int) -> None:
        """Show the page of the cursor."""
        columns = columns_for(self.size.width)
        wide = max(3, min(WIDTH, (self.size.width - COUNTER) // len(columns)))
        heading = f"{'iteration':<{COUNTER + 2}}" + "".join(f"{column.heading:<{wide}}" for column in columns)
        self.draw([[(heading, "quiet")], *self._rows(history, cursor, columns, wide)])

    @property
    def left_out(self) -> str:
        """The headings that there is no room for."""
        shown = columns_for(self.size.width)
        return " ".join(column.heading for column in COLUMNS if column not in (*shown, ETA))

    def _rows(self, history: History, cursor: int, columns: list[Column], wide: int) -> Iterator[Line]:
        first = self._first = self._page(cursor, self.size.height - 2)
        before = history.row(first - 1) if first else None
        for iteration in range(first, min(first + self.size.height - 2, history.last) + 1):
            row = history.row(iteration)
            values = [column.value(row, before) for column in columns]
            # A sign begins the next column: the number before it must leave a gap.
            rooms = [wide - (after is not None and math.copysign(1.0, after) < 0.0) for after in (*values[1:], None)]
            texts = ("" if value is None else signed(value, room) for value, room in zip(values, rooms, strict=True))
            numbers = "".join(text.ljust(wide) for text in texts)
            if iteration == cursor:
                self.marked = 1 + iteration - first
            yield [_counter(iteration, at_cursor=iteration == cursor), (numbers, PLAIN)]
            before = row

    def _page(self, cursor: int, turn: int) -> int:
        """The first row of the page with the cursor's, if it shares its last row with the next."""
        if turn <= 0:
            return cursor
        if cursor == self._first + turn + 1:  # a step off the page turns it
            return cursor - 1
        # A leap lands at the end of a page, so that what led there is in sight.
        return self._first if self._first < cursor <= self._first + turn else max(0, cursor - turn)


def _counter(iteration: int, *, at_cursor: bool) -> tuple[str, str]:
    number = f"{iteration} "[: COUNTER - 1]  # a seventh digit takes the gap's place
    if iteration >= 10_000_000:
        number = f"~{iteration % 1_000_000:06}"  # the status line has them all
    return f"{'>' if at_cursor else ' '}{number:>{COUNTER - 1}}", "cursor" if at_cursor else PLAIN
