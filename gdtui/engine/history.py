"""The record of a descent: its rows in compact columns, and a few states from which any other is recomputed.

On large data a method leaves the gradient and the loss of its rows open; they are filled in when a row is looked at.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from copy import copy
from math import isfinite, isnan
from operator import attrgetter, itemgetter
from struct import Struct
from typing import NamedTuple, TypeAlias

from gdtui.engine.descent import Method, Record, State, Values, advance, begin, take_up
from gdtui.engine.mistakes import NoValue
from gdtui.engine.overview import Overview

SPACING = 512
"""Iterations between two states kept; a state between them is recomputed from the one before, bit for bit."""

WORK = 20_000
"""Points that may be looked at to recompute a state: on large data, states are kept closer."""

CHARTED = ("w", "b", "dw", "db", "loss")

Stop: TypeAlias = Callable[[float], bool]
"""Told the loss of each new row; a true answer ends the descent there."""


class Row(NamedTuple):
    """One iteration: gradient and loss are those at (w, b); eta is the one of the update that led here."""

    iteration: int
    w: float
    b: float
    dw: float
    db: float
    loss: float
    eta: float

    @property
    def is_finite(self) -> bool:
        """Whether a descent can go on from here."""
        return all(map(isfinite, self[1:6]))


class History:
    """The rows 0, 1, 2, ... of one descent, 49 bytes each, and the methods by which they were reached."""

    def __init__(self, method: Method, w: float, b: float) -> None:
        self._tip = begin(method, w, b)
        self._states = [self._tip]
        self._changes = [(0, method)]
        self._spacing = max(8, min(SPACING, WORK // max(method.points_in_use, 1)))
        self._columns = {name: array("d", [getattr(self._tip, name)]) for name in Row._fields[1:]}
        self._overviews = {name: Overview(self._columns[name]) for name in CHARTED}
        self._known = bytearray([1])  # of each row, whether its gradient and loss are

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self._tip.iteration

    @property
    def changes(self) -> tuple[tuple[int, Method], ...]:
        """The methods in the order they came into force, each with the row from which it leads on."""
        return tuple(self._changes)

    @property
    def leads_on(self) -> bool:
        """Whether an update can follow on the last row: one that is not finite is the end."""
        tip = self._tip
        return self._changes[-1][1].leads_on(tip.w, tip.b, tip.dw, tip.db, tip.loss)

    def row(self, iteration: int) -> Row:
        """One row, with what it was left open filled in; IndexError where there is none."""
        if iteration < 0:
            raise IndexError(iteration)
        if not self._known[iteration]:
            self._fill_in(iteration)
        return Row(iteration, *(column[iteration] for column in self._columns.values()))

    def _fill_in(self, iteration: int) -> None:
        values = self.method(iteration).filled(tuple(column[iteration] for column in self._columns.values()))
        for (name, column), value in zip(self._columns.items(), values, strict=True):
            column[iteration] = value
            if name in self._overviews:
                self._overviews[name].amend(iteration)
        self._known[iteration] = 1

    def losses(self, first: int, end: int) -> array[float]:
        """The losses of range(first, end), each filled in where it was left open."""
        while (iteration := self._known.find(0, first, end)) >= 0:
            self._fill_in(iteration)
        return self._columns["loss"][first:end]

    def known(self, first: int, end: int) -> int | None:
        """The first row in range(first, end) whose gradient and loss are known, if there is one."""
        iteration = self._known.find(1, first, end)
        return iteration if iteration >= 0 else None

    def column(self, name: str) -> array[float]:
        """A quantity of every row, by its name in `Row`; nan where it is not known."""
        return self._columns[name]

    def overview(self, name: str) -> Overview:
        """The same in a few hundred stretches, for charts; of w, b, dw, db and loss."""
        return self._overviews[name]

    def catch_up(self) -> None:
        """Bring every overview up to date, so that none has a long way to go when somebody looks."""
        for overview in self._overviews.values():
            overview.catch_up()

    def method(self, iteration: int) -> Method:
        """The method of the update that leaves a row."""
        return self._changes[bisect_right(self._changes, iteration, key=itemgetter(0)) - 1][1]

    def state(self, iteration: int) -> State:
        """The state at a row, recomputed from the last one kept before it."""
        if iteration == self.last:
            return self._tip
        state = self._states[bisect_right(self._states, iteration, key=attrgetter("iteration")) - 1]
        while state.iteration < iteration:
            later = bisect_right(self._changes, state.iteration, key=itemgetter(0))
            end = self._changes[later][0] if later < len(self._changes) else iteration
            n = min(end, iteration) - state.iteration
            state = advance(self._changes[later - 1][1], self._taken_up(state), n, _go_on)
        return state

    def departure(self, iteration: int) -> State:
        """The same as the method takes it up by which the update leads on."""
        return self._taken_up(self.state(iteration))

    def _taken_up(self, state: State) -> State:
        place = bisect_right(self._changes, state.iteration, key=itemgetter(0)) - 1
        at, method = self._changes[place]
        return take_up(state, self._changes[place - 1][1], method) if at == state.iteration and at > 0 else state

    def extend(self, n: int, stop: Stop | None = None) -> bool:
        """Take n more updates, fewer where a number is not finite or `stop` says so; whether it did.

        NoValue where a person's own function has none; the rows up to there are kept.
        """
        rows: list[Values] = []
        stopped = False

        def record_and_ask(row: Values) -> bool:
            nonlocal stopped
            row = method.filled(row)
            rows.append(row)
            stopped = stop is not None and stop(row[4])
            return stopped

        record: Record = rows.append if stop is None else record_and_ask
        method, end = self._changes[-1][1], self.last + n
        while self.last < end and not stopped:
            n = min(end - self.last, self._spacing - self.last % self._spacing)
            tip = self._taken_up(self._tip)
            try:
                tip = advance(method, tip, n, record)
            except NoValue:
                if rows:  # the state at the end of them has to be computed
                    self._append(rows, advance(method, tip, len(rows), _go_on))
                raise
            self._append(rows, tip)
            rows.clear()
            if not self.leads_on:
                break
        return stopped

    def _append(self, rows: list[Values], tip: State) -> None:
        """Keep rows, and the state at their end."""
        # An array takes packed bytes three times as fast as it takes floats one by one.
        pack = Struct(f"{len(rows)}d").pack
        for column, values in zip(self._columns.values(), zip(*rows, strict=True), strict=True):
            column.frombytes(pack(*values))
        leaves_open = self._changes[-1][1].leaves_open
        self._known += bytes(not isnan(row[4]) for row in rows) if leaves_open else b"\1" * len(rows)
        self._tip = tip
        if self.last % self._spacing == 0:
            self._states.append(tip)

    def change(self, method: Method) -> None:
        """Lead on from the last row by another method."""
        if self._changes[-1][0] == self.last:
            self._changes.pop()
        if not self._changes or self._changes[-1][1] != method:
            self._changes.append((self.last, method))
        if self.last == 0:  # row 0 shows the eta of the first update
            self._tip = begin(method, self._tip.w, self._tip.b)
            self._states = [self._tip]
            self._columns["eta"][0] = self._tip.eta

    def fork(self, iteration: int) -> History:
        """A history of its own with the rows up to an iteration."""
        fork = copy(self)
        fork._tip = self.state(iteration)
        fork._states = [state for state in self._states if state.iteration <= iteration]
        fork._changes = [change for change in self._changes if change[0] <= iteration]
        fork._columns = {name: column[: iteration + 1] for name, column in self._columns.items()}
        fork._known = self._known[: iteration + 1]
        fork._overviews = {name: self._overviews[name].of(fork._columns[name]) for name in CHARTED}
        return fork


def _go_on(_row: Values) -> None:
    """Recompute without recording."""
