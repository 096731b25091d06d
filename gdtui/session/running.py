"""The run without a screen: rows as they come, and rows as text; none is kept, so a run may be as long as it likes.

What a run comes to is a diagnosis, and for that its rows are kept.
"""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from gdtui.engine.descent import Method, Record, State, Values, advance, begin
from gdtui.engine.history import History, Row, Stop
from gdtui.session.numerals import WIDTH, exact, signed
from gdtui.session.recipe import Recipe
from gdtui.session.stopping import LABELS, Limit, NotFinite, Settled

if TYPE_CHECKING:  # which the first frame does without
    from gdtui.engine.analysis.diagnosis import Diagnosis

CHUNK = 1024
"""Iterations between two questions whether to go on: about a millisecond, and little to keep."""

POINTS_AT_ONCE = 2_000_000
"""Points looked at between two such questions: on large data some milliseconds."""

ROWS_AT_ONCE = 16
"""Rows handed over together: on a slow line this is what a run still writes after it was told to stop."""

Reason: TypeAlias = Settled | Limit | NotFinite


class Ending(NamedTuple):
    """Where a run ended and why; it has no reason of its own where it was told not to go on."""

    last: Row
    reason: Reason | None


def run(
    recipe: Recipe,
    every: int,
    write: Callable[[Sequence[Row]], object],
    go_on: Callable[[int], bool],
) -> Ending:
    """Descend as the recipe says and write row 0, every so many-th row and the last, none of them twice.

    From time to time `go_on` is told the iteration reached; where its answer is false, the run ends.
    """
    method = recipe.method()
    state = begin(method, *recipe.beginning)
    chunk = _Chunk(method, recipe.stop.watch([state.loss]) if recipe.stop is not None else None)
    most = min(CHUNK, ROWS_AT_ONCE * every, max(1, POINTS_AT_ONCE // max(method.points_in_use, 1)))

    def reason() -> Reason | None:
        if not method.leads_on(state.w, state.b, state.dw, state.db, state.loss):
            return NotFinite(_row(method, state))
        return _reason(recipe, state.iteration, chunk.stopped)

    write([_row(method, state)])
    while reason() is None and go_on(state.iteration):
        first = state.iteration + 1
        try:
            state = advance(method, state, min(recipe.limit - state.iteration, most), chunk.record)
        finally:  # a person's own function may fail at any row
            if rows := chunk.take(first, every):
                write(rows)
    last = _row(method, state)
    if state.iteration % every != 0:
        write([last])
    return Ending(last, reason())


class _Chunk:
    """The rows of the iterations since the last question, and whether the stop rule ended them."""

    def __init__(self, method: Method, stop: Stop | None) -> None:
        self._values: list[Values] = []
        self._method, self._stop = method, stop
        self.stopped = False
        # Most runs have no stop rule, and then nothing in Python is called to record a row.
        self.record: Record = self._values.append if stop is None else self._record_and_ask

    def _record_and_ask(self, values: Values) -> bool:
        values = self._method.filled(values)
        self._values.append(values)
        self.stopped = self._stop is not None and self._stop(values[4])
        return self.stopped

    def take(self, first: int, every: int) -> list[Row]:
        """Those whose number `every` divides, where `first` is the number of the first; none is left."""
        wanted = range(-first % every, len(self._values), every)
        rows = [Row(first + i, *self._method.filled(self._values[i])) for i in wanted]
        self._values.clear()
        return rows


def keep(recipe: Recipe, go_on: Callable[[int], bool]) -> tuple[History, Ending]:
    """Descend as the recipe says and keep all rows."""
    method = recipe.method()
    history = History(method, *recipe.beginning)
    stop = recipe.stop.watch([history.row(0).loss]) if recipe.stop is not None else None
    most = min(CHUNK, max(1, POINTS_AT_ONCE // max(method.points_in_use, 1)))
    stopped = False

    def reason() -> Reason | None:
        if not history.leads_on:
            return NotFinite(history.row(history.last))
        return _reason(recipe, history.last, stopped)

    while reason() is None and go_on(history.last):
        stopped = history.extend(min(recipe.limit - history.last, most), stop)
    return history, Ending(history.row(history.last), reason())


def _reason(recipe: Recipe, iteration: int, stopped: bool) -> Reason | None:
    """Why a descent that could go on ends here, if it does."""
    if stopped:
        return recipe.stop
    return Limit(recipe.limit, recipe.stop) if iteration == recipe.limit else None


def _row(method: Method, state: State) -> Row:
    values = state.w, state.b, state.dw, state.db, state.loss, state.eta
    return Row(state.iteration, *method.filled(values))


class Format(NamedTuple):
    """One way of writing rows: what stands above them, and the line of each."""

    header: str
    line: Callable[[Row], str]


def _table_line(row: Row) -> str:
    """For people, the decimal points under one another: 78 characters at an eta like 1.0."""
    numbers = " ".join(f"{signed(x):{WIDTH}}" for x in row[1:6])
    return f"{row.iteration:>9} {numbers} {exact(row.eta)}\n"


def _table_header() -> str:
    names = ("w", "b", LABELS["dw"], LABELS["db"], "loss")
    return f"iteration {' '.join(f' {name:{WIDTH - 1}}' for name in names)} eta\n"


def _csv_line(row: Row) -> str:
    return ",".join(map(repr, row)) + "\n"


def _json_line(row: Row) -> str:
    """JSON has no word for a number that is not finite: null."""
    members = (f'"{name}": {x if isfinite(x) else "null"}' for name, x in zip(Row._fields, row, strict=True))
    return "{" + ", ".join(members) + "}\n"


FORMATS: Mapping[str, Format] = {
    "table": Format(_table_header(), _table_line),
    "csv": Format(",".join(Row._fields) + "\n", _csv_line),
    "jsonl": Format("", _json_line),
}


def diagnosis_line(diagnosis: "Diagnosis") -> str:
    """A diagnosis as a line of JSON; its form is a promise to programs that read it."""
    import json

    members = {
        "verdict": diagnosis.verdict,
        "because": diagnosis.because,
        "try": diagnosis.advice,
        "iteration": diagnosis.iteration,
    }
    return json.dumps(members) + "\n"
