"""View 3: every number of the step between this iteration and the next, in the order in which a person computes it."""

from textwrap import wrap

from textual.app import ComposeResult
from textual.geometry import Offset

from gdtui.engine.analysis.arithmetic import ERROR, FORWARD, GRADIENT, PARTS, arithmetic
from gdtui.engine.analysis.arithmetic import Arithmetic as Step
from gdtui.engine.descent import Method
from gdtui.session.numerals import plain
from gdtui.session.session import Session
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.keys import Keys
from gdtui.ui.views.algorithm import NARROWEST, algorithm
from gdtui.ui.views.part_sentence import sentence
from gdtui.ui.views.terms import Table
from gdtui.ui.views.view import View
from gdtui.ui.views.working import Row, Working, parts_of
from gdtui.ui.widgets.lines import PLAIN, Line, Lines

WIDE = 100
"""Characters from which on the algorithm stands beside a problem that has no table of points."""

WIDE_ENOUGH = 160
"""Characters from which on it stands beside the table even of more points than there is room for."""

ESSENTIAL = (60, 9)
"""Characters and lines below which only the new w and b are shown."""

ABOUT_THE_REST = 26
"""Characters of the words on what is not in sight."""

PUT_IN = {
    FORWARD: (("z", "z"), ("f", "f")),
    ERROR: (("f - y", "error"), ("L", "loss")),
    GRADIENT: (("f'", "slope"), ("dL/dz", "delta"), ("dL/dw", "dw"), ("dL/db", "db")),
}
"""Of each part, what is worked out for one point as an example."""


class Arithmetic(View):
    """The arithmetic of the next step, whole or a part at a time, with the lecture's algorithm beside it."""

    TITLE = "arithmetic"
    KEYS = (
        Keys(
            "Tab",
            "the next part of the step: forward, error, gradient, ...",
            {"tab": "substep(1)"},
            "part",
        ),
        Keys("Shift+Tab", "the part before", {"shift+tab": "substep(-1)"}),
        Keys("j k", "scroll down, up", {"j": "pan(0, -1)", "k": "pan(0, 1)"}, commands=("scroll down", "scroll up")),
        Keys(
            "h l",
            "the points before, the points after",
            {"h": "pan(-1, 0)", "l": "pan(1, 0)"},
            commands=("the points before", "the points after"),
        ),
    )

    def __init__(self, _glyphs: Glyphs) -> None:
        super().__init__(id="arithmetic")
        self._lines = Lines(id="working")
        self._here: tuple[object, ...] = ()
        self._step: Step | None = None  # none where no step leads on
        self._part = ""
        self._parts: list[str] = [""]
        self._top = 0
        self._page = 0
        self._wants_in_sight = False
        self._marked = 0

    def compose(self) -> ComposeResult:
        """All of it is lines."""
        yield self._lines

    def look_up(self, session: Session) -> None:
        """Have the step at hand, which may ask a person's own function."""
        if self._here != session.here:
            leads_on = session.method.leads_on(*session.row[1:6])
            self._step = arithmetic(session.method, session.departure) if leads_on else None
            self._here = session.here

    # What the keys do.

    def action_substep(self, by: int) -> None:
        """Take the next part of the step in hand, or the one before; after the last comes the whole."""
        at = self._parts.index(self._part) if self._part in self._parts else 0
        self._part = self._parts[(at + by) % len(self._parts)]
        self._wants_in_sight = True

    def action_pan(self, right: int, up: int) -> None:
        """Scroll by so many lines, and turn so many pages of points."""
        self._top = max(0, self._top - up)
        self._page = max(0, self._page + right)
        self._wants_in_sight = False

    # What the app asks.

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for; what can be scrolled to is said on the last line."""
        return "" if self._has_room or not self._lines.size.width else "all but the new w and b"

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the part in hand."""
        return self._lines.region.offset + Offset(0, self._marked)

    @property
    def part(self) -> str:
        """The part of the step in hand; nothing for the whole."""
        return self._part

    def draw(self, session: Session) -> None:
        """Show the step that leads on from the current iteration."""
        width, height = self._lines.size
        if not width:
            return
        if self._here != session.here or self._step is None:
            is_known = self._here == session.here
            says = "No step leads on from here." if is_known else "The next step is not known."
            self._lines.draw([[(says, PLAIN)]])
            return
        method, step = session.method, self._step
        if not self._has_room:
            working = Working(method, step, width)
            rows = [*working.essence(), *working.outcome()]
            self._lines.draw([self._marked_line(row, False) for row in rows])
            return
        rows = self._rows(method, step, width, height)
        self._parts = ["", *(part for part in PARTS if part in parts_of(rows))]
        if self._part not in self._parts:
            self._part = ""
        above = 1 if width >= 80 else 2
        said = [*wrap(sentence(self._part, method, step), width), ""][:above]
        self._lines.draw(
            [
                *([(line, "strong")] for line in said),
                *self._window(rows, height - above, above, outcome(step, width - ABOUT_THE_REST)),
            ]
        )

    @property
    def _has_room(self) -> bool:
        return self._lines.size.width >= ESSENTIAL[0] and self._lines.size.height >= ESSENTIAL[1]

    def _rows(self, method: Method, step: Step, width: int, height: int) -> list[Row]:
        """The points or the formula of the loss with the algorithm beside them, and under them what the rule does."""
        working = Working(method, step, width)
        if step.points is not None:
            table = self._table(method, step, width)
            top, used = [*in_batch(method, step), *table.rows()], table.width
        else:
            used = width - 44 if width >= WIDE else width
            table, top = None, list(Working(method, step, used).loss_and_gradient())
        below: list[Row] = []
        if table is not None and self._part in PUT_IN:
            below.append(Row("", [(f"  point {table.first_number:,}:", "quiet")]))
            named = [(name, getattr(table.first, at)) for name, at in PUT_IN[self._part] if at in table.needed]
            below += working.put_in(self._part, named)
            if self._part == GRADIENT and (sums := table.added_up()):
                below += [Row("", [("  all points:", "quiet")]), *working.added_up(sums)]
        below += [*working.formulas(), *working.outcome()]
        if width - used < NARROWEST:
            return [*top, *below, Row("", []), *self._algorithm(method, width, height)]
        beside = self._algorithm(method, width - used, height if table is None else len(top))
        top += [Row("", [])] * (len(beside) - len(top))
        beside += [Row("", [])] * (len(top) - len(beside))
        return [*(_joined(left, used, right) for left, right in zip(top, beside, strict=True)), *below]

    def _table(self, method: Method, step: Step, width: int) -> Table:
        """With the algorithm beside it where the points leave room for both."""
        assert step.points is not None
        is_batch = method.batches.size is not None
        table = Table(step.points, step.places, width - NARROWEST, self._page, is_batch=is_batch)
        if table.pages and width < WIDE_ENOUGH:
            table = Table(step.points, step.places, width, self._page, is_batch=is_batch)
        self._page = min(self._page, table.pages)
        return table

    def _algorithm(self, method: Method, width: int, height: int) -> list[Row]:
        return [Row("", line) for line in algorithm(method, self._part, width, height)]

    def _window(self, rows: list[Row], height: int, above: int, result: str) -> list[Line]:
        """The rows that are in sight, and a line that says where the rest is, and what comes of it."""
        of_part = [at for at, row in enumerate(rows) if self._part and row.part == self._part]
        room = height if len(rows) <= height else height - 1
        if self._wants_in_sight:
            self._wants_in_sight = False
            self._top = 0
            if of_part and of_part[-1] >= room:
                self._top = min(of_part[-1] - room + 1, of_part[0])
        self._top = min(self._top, max(0, len(rows) - room))
        seen = rows[self._top : self._top + room]
        self._marked = above + max(0, (of_part[0] if of_part else 0) - self._top)
        lines = [self._marked_line(row, bool(self._part) and row.part == self._part) for row in seen]
        if len(rows) > height:
            under = len(rows) - self._top - len(seen)
            words = [f"{under} more below: j" if under else "", f"{self._top} more above: k" if self._top else ""]
            says = f"  ... {', '.join(filter(None, words))}"
            lines.append([(f"{says:<{ABOUT_THE_REST}}", "quiet"), (result if under and not self._top else "", PLAIN)])
        return lines

    def _marked_line(self, row: Row, is_in_hand: bool) -> Line:
        if not is_in_hand or not row.line:
            return row.line
        (text, ink), *others = row.line
        return [(">", "cursor"), (text[1:], "cursor" if ink == "quiet" else ink), *others]


def in_batch(method: Method, step: Step) -> list[Row]:
    """Which batch it is, where there are batches."""
    batches, problem = method.batches, method.problem
    if batches.size is None:
        return []
    count = batches.in_epoch(problem)
    epoch, batch = divmod(step.state.iteration, count)
    says = f"  epoch {epoch + 1:,}, batch {batch + 1:,} of {count:,}: {len(step.places):,} of {problem.size:,} points"
    return [Row("", [(says, "quiet")])]


def outcome(step: Step, room: int) -> str:
    """Where the step leads, in so many characters."""
    then = step.then
    place, loss = f"new w {plain(then.w)}  b {plain(then.b)}", f"  L {plain(then.loss)}"
    return place + loss if len(place + loss) <= room else place


def _joined(left: Row, width: int, right: Row) -> Row:
    """Two rows beside each other."""
    length = sum(len(text) for text, _ in left.line)
    return Row(left.part, [*left.line, (" " * (width - length), PLAIN), *right.line])
