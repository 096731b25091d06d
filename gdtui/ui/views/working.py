"""The formulas of a step as lines: in letters, with their numbers put in, and what comes out."""

import math
from collections.abc import Iterator, Sequence, Set
from textwrap import wrap
from typing import NamedTuple

from gdtui.engine.analysis.arithmetic import FORWARD, GRADIENT, MEMORY, UPDATE, Arithmetic, Formula, symbols
from gdtui.engine.descent import Method
from gdtui.engine.numbers import Real
from gdtui.engine.traced import Traced, constant, definition, definitions
from gdtui.session.numerals import AS_TYPED, WIDTH, exact, plain, short, signed
from gdtui.ui.widgets.lines import PLAIN, Line

LABEL = 8
"""Characters of what stands before a formula with its numbers put in, with its gap."""

RESULT = WIDTH + 3
"""Characters of what comes out."""

LONGEST = 110
"""Characters of a line with its result: farther apart, the eye would not find it."""

MORE = 26
"""Characters of a step as a sum of two."""


class Row(NamedTuple):
    """A line of the view, and the part of the step that it belongs to."""

    part: str
    line: Line


class Working:
    """The lines of a step in so many characters."""

    def __init__(self, method: Method, step: Arithmetic, width: int) -> None:
        self._method, self._step, self._width = method, step, min(width, LONGEST)
        self._typed = {*method.optimizer.arguments, "eta", "x", "y"}

    def loss_and_gradient(self) -> Iterator[Row]:
        """Of a problem that is a formula, and of one that says no more than its values."""
        step = self._step
        values = (("L", step.loss, FORWARD), ("dL/dw", step.dw, GRADIENT), ("dL/db", step.db, GRADIENT))
        if not any(isinstance(value, Traced) for _, value, _ in values):
            for name, value, part in values:
                yield from self._worked(part, "", f"{name} at w, b, as the function answers", value)
            return
        for x in definitions(*(value for _, value, _ in values)):
            yield from self._explained(FORWARD, x.name, x, _in_letters(x))
        for name, value, part in values:
            letters = definition(value, _name) if isinstance(value, Traced) else constant(value)
            yield from self._explained(part, name, value, letters)

    def formulas(self) -> Iterator[Row]:
        """What the rule computes, in its order, and what it tries."""
        yield from self._attempts()
        schedule = self._method.schedule
        if self._method.optimizer.definition.uses_schedule and schedule.definition.name != "constant":
            says = f"eta = {plain(self._step.then.eta)} by the schedule, {schedule.definition.formula}"
            yield from (Row(UPDATE, [(f"  {line}", "quiet")]) for line in self._said(says))
        for formula in self._step.formulas:
            if formula.w is formula.b and formula.w is not None:
                yield from self._explained(formula.part, formula.name, formula.w, symbols(formula)[0])
            else:
                yield from self._pair(formula)

    def essence(self) -> Iterator[Row]:
        """The new w and b, and no more."""
        (theta,) = (formula for formula in self._step.formulas if formula.name == "theta")
        yield from self._pair(theta)

    def outcome(self) -> Iterator[Row]:
        """What the step did to the loss, and how it differs from one along the gradient."""
        before, after = self._step.state.loss, self._step.then.loss
        of_all = " of all points" if self._method.batches.size is not None else ""
        text = f"{plain(after)} (was {plain(before)}){of_all}, change"
        yield from self._worked(UPDATE, "new L", text, after - before)
        more, says = self._more_than_plain(), "  step = -eta g + more:  "
        together = "  ".join(more).rstrip()
        if len(says) + len(together) <= self._width:
            more = [together] if more else []
        else:
            says = "  -eta g + more: "
        yield from (Row(UPDATE, [(says, "quiet"), (each, PLAIN)]) for each in more)

    def put_in(self, part: str, named: Sequence[tuple[str, Real]]) -> Iterator[Row]:
        """Some numbers with what they came from."""
        for name, value in named:
            if isinstance(value, Traced):
                yield from self._worked(part, name, definition(value, self._figure, " * "), value)

    def added_up(self, sums: Sequence[tuple[str, str, float]]) -> Iterator[Row]:
        """The sums of the gradient with their terms put in."""
        for name, terms, total in sums:
            yield from self._worked(GRADIENT, name, terms, total)

    def _pair(self, formula: Formula) -> Iterator[Row]:
        """A formula once in letters where w's and b's are alike, and then in numbers for each."""
        letters = symbols(formula)
        pair = [(of, x) for of, x in (("w", formula.w), ("b", formula.b)) if x is not None]
        for at, (of, x) in enumerate(pair):
            if at < len(letters):
                name = formula.name if len(letters) == 1 else _label(formula.name, of)
                said = self._said(f"{name} = {letters[at]}")
                if x.operation in {"dL/dw", "dL/db"}:
                    yield from self._worked(formula.part, "", f"{name} = {letters[at]}", x)
                    continue
                yield from (Row(formula.part, [(f"  {line}", "quiet")]) for line in said)
            text = definition(x, self._figure, " * ")
            if formula.part == MEMORY and not x.operation:
                memory = self._step.state.memory["wb".index(of)]
                text = f"it was {plain(memory[self._method.optimizer.definition.memory.index(x.name)])}"
            is_new = formula.name == "theta"
            room = self._room_in_table(of) if is_new else WIDTH
            yield from self._worked(formula.part, _label(formula.name, of), text, x, of if is_new else PLAIN, room)

    def _explained(self, part: str, name: str, value: Real, letters: str) -> Iterator[Row]:
        """One number: letters, figures and what comes out, on one line if they fit."""
        in_letters = f"{name} = {letters}"
        figures = definition(value, self._figure, " * ") if isinstance(value, Traced) else letters
        if figures == letters or (isinstance(value, Traced) and value.operation.startswith("d2L")):
            yield from self._worked(part, "", in_letters, value)
        elif len(in_letters) + len(figures) + 3 <= self._width - RESULT - 2:
            yield from self._worked(part, "", f"{in_letters} = {figures}", value)
        else:
            yield from (Row(part, [(f"  {line}", "quiet")]) for line in self._said(in_letters))
            yield from self._worked(part, name if len(name) < LABEL else "", figures, value)

    def _worked(
        self, part: str, label: str, text: str, result: float, ink: str = PLAIN, digits: int = WIDTH
    ) -> Iterator[Row]:
        """Figures, in as many lines as they take, and in the last one what comes out, always in its place."""
        indent = LABEL if label else 0
        room = self._width - 2 - indent - RESULT
        lines = wrap(text, max(room, 10), break_long_words=False, break_on_hyphens=False) or [""]
        for at, line in enumerate(lines):
            beginning = f"  {label if at == 0 else '':<{indent}}"
            if at < len(lines) - 1:
                yield Row(part, [(beginning, ink), (line, PLAIN)])
            else:
                yield Row(
                    part, [(beginning, ink), (f"{line:<{room}} = ", PLAIN), (signed(result, digits), ink or "strong")]
                )

    def _room_in_table(self, of: str) -> int:
        """Characters that the new w, or b, has in the table of iterations: one less before a negative number."""
        then = self._step.then
        return WIDTH - (math.copysign(1.0, then.b if of == "w" else then.dw) < 0.0)

    def _said(self, text: str) -> list[str]:
        room = max(self._width - 2, 10)
        return wrap(text, room, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)

    def _attempts(self) -> Iterator[Row]:
        """Each eta that was tried with the loss that it led to; the one that is taken is marked."""
        attempts = self._step.attempts
        if not attempts:
            return
        yield Row(UPDATE, [("  tried, eta: L of the points in use at theta - eta g", "quiet")])
        each = 26
        in_a_line = max(1, (self._width - 2) // each)
        for first in range(0, len(attempts), in_a_line):
            pieces: list[tuple[str, str]] = [("  ", PLAIN)]
            for attempt in attempts[first : first + in_a_line]:
                text = f"{'*' if attempt.is_taken else ' '}{short(attempt.eta)}: {plain(attempt.loss)}"
                pieces.append((text.ljust(each), "cursor" if attempt.is_taken else PLAIN))
            yield Row(UPDATE, pieces)
        if not any(attempt.is_taken for attempt in attempts):
            yield Row(UPDATE, [("  none lowers the loss: the point stays", PLAIN)])

    def _more_than_plain(self) -> list[str]:
        """Of w and of b, the step as one of plain gradient descent and what the rule adds to it, if it does."""
        step, rule = self._step, self._method.optimizer.definition
        if not rule.uses_eta or rule.name == "gd":
            return []
        texts = []
        for of, before, after, g in (
            ("w", step.state.w, step.then.w, step.dw),
            ("b", step.state.b, step.then.b, step.db),
        ):
            along = -step.then.eta * g
            more = after - before - along
            texts.append(f"{of} {plain(along)} {'-' if more < 0.0 else '+'} {plain(abs(more))}".ljust(MORE))
        return texts

    def _figure(self, x: Traced) -> str:
        """A number as it is put in: what a person typed as it was typed, a count without decimals."""
        if x.name == "n":
            return f"{int(x)}"
        if x.name in self._typed and not x.operands and len(exact(x)) <= AS_TYPED:
            return exact(x)
        return plain(x)


def in_brackets(figure: str) -> str:
    """A number as a summand."""
    return f"({figure})" if figure.startswith("-") else figure


def parts_of(rows: Sequence[Row]) -> Set[str]:
    """The parts of the step that there are lines of."""
    return {row.part for row in rows}


def _label(name: str, of: str) -> str:
    return f"new {of}" if name == "theta" else f"{name}_{of}"


def _name(x: Traced) -> str:
    return x.name


def _in_letters(x: Traced) -> str:
    return definition(x, _name)
