"""The run without a screen: rows as they come, and rows as text; none is kept, so a run may be as long as it likes.

What a run comes to is a diagnosis, and for that its rows are kept.
"""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from gdtui.engine.analysis.diagnosis import Diagnosis
from gdtui.engine.descent import Record, State, Values, advance, begin
from gdtui.engine.history import History, Row, Stop
from gdtui.session.numerals import WIDTH, exact, signed
from gdtui.session.recipe import Recipe
from gdtui.session.stopping import LABELS, Limit, NotFinite, Settled

CHUNK = 1024
"""Iterations between two questions whether to go on: about a millisecond, and little to keep."""

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
    chunk = _Chunk(recipe.stop.watch([state.loss]) if recipe.stop is not None else None)
    write([_row(state)])
    while (reason := _reason(recipe, _row(state), chunk.stopped)) is None and go_on(state.iteration):
        first = state.iteration + 1
        state = advance(method, state, min(recipe.limit - state.iteration, CHUNK, ROWS_AT_ONCE * every), chunk.record)
        if rows := chunk.take(first, every):
            write(rows)
    if state.iteration % every != 0:
        write([_row(state)])
    return Ending(_row(state), reason)


class _Chunk:
    """The rows of the iterations since the last question, and whether the stop rule ended them."""

    def __init__(self, stop: Stop | None) -> None:
        self._values: list[Values] = []
        self._stop = stop
        self.stopped = False
        # Most runs have no stop rule, and then nothing in Python is called to record a row.
        self.record: Record = self._values.append if stop is None else self._record_and_ask

    def _record_and_ask(self, values: Values) -> bool:
        self._values.append(values)
        self.stopped = self._stop is not None and self._stop(values[4])
        return self.stopped

    def take(self, first: int, every: int) -> list[Row]:
        """Those whose number `every` divides, where `first` is the number of the first; none is left."""
        wanted = range(-first % every, len(self._values), every)
        rows = [Row(first + i, *self._values[i]) for i in wanted]
        self._values.clear()
        return rows


def keep(recipe: Recipe, go_on: Callable[[int], bool]) -> tuple[History, Ending]:
    """Descend as the recipe says and keep all rows."""
    history = History(recipe.method(), *recipe.beginning)
    stop = recipe.stop.watch([history.row(0).loss]) if recipe.stop is not None else None
    stopped = False
    while (reason := _reason(recipe, history.row(history.last), stopped)) is None and go_on(history.last):
        stopped = history.extend(min(recipe.limit - history.last, CHUNK), stop)
    return history, Ending(history.row(history.last), reason)


def _reason(recipe: Recipe, row: Row, stopped: bool) -> Reason | None:
    if not row.is_finite:
        return NotFinite(row)
    if stopped:
        return recipe.stop
    return Limit(recipe.limit, recipe.stop) if row.iteration == recipe.limit else None


_fields: Callable[[State], tuple[float, ...]] = attrgetter(*Row._fields)


def _row(state: State) -> Row:
    return Row._make(_fields(state))


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


def diagnosis_line(diagnosis: Diagnosis) -> str:
    """A diagnosis as a line of JSON; its form is a promise to programs that read it."""
    import json

    members = {
        "verdict": diagnosis.verdict,
        "because": diagnosis.because,
        "try": diagnosis.advice,
        "iteration": diagnosis.iteration,
    }
    return json.dumps(members) + "\n"
