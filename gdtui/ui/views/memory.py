"""The memory of the optimizer at the current iteration, and the update that leads on from there, in numbers."""

from collections.abc import Iterator, Sequence
from math import isclose

from gdtui.engine.analysis.update import NextUpdate, bias_corrections
from gdtui.engine.digits import rough
from gdtui.session.numerals import plain, signed
from gdtui.session.session import Session
from gdtui.ui.widgets.lines import PLAIN, Line, Lines

LABEL = 12
"""Characters of a label and its gap."""


class Memory(Lines):
    """For w and for b: the gradient, what the rule remembers, its next step, and how long that is for its gradient."""

    def draw_next(self, session: Session) -> None:
        """Show the current iteration."""
        lines, height = list(memory_lines(session)), self.size.height
        if len(lines) > height > 2:  # the first and the last of what was tried tell most
            hidden = len(lines) - height + 1
            lines[height // 2 : height // 2 + hidden] = [[(f"... {hidden} more", "quiet")]]
        self.draw(lines)


def memory_lines(session: Session) -> Iterator[Line]:
    """One quantity a line."""
    method, state, update = session.method, session.departure, session.next_update
    rule = method.optimizer.definition
    yield [(f"{rule.title[: LABEL - 1]:<{LABEL}} {'w':<11} b", "quiet")]
    if update is None:
        yield [("The next step is not known.", PLAIN)]
        return
    gradient = session.row.dw, session.row.db
    yield labelled("gradient", *gradient)
    if method.batches.size is not None:
        yield labelled("of batch", update.dw, update.db)
        yield [("points".ljust(LABEL), "quiet"), (listed(update.places), PLAIN)]
    corrections = bias_corrections(method, state)
    for name, of_w, of_b in zip(rule.memory, *state.memory, strict=True):
        # With what it is still to be divided by: m / 0.271 is mhat.
        divisor = f"/{rough(corrections[name])}" if name in corrections else ""
        yield labelled(name, of_w, of_b, divisor)
    yield labelled("next step", *update.step)
    if update.trials and not rule.uses_eta:
        yield from trials(update)
    else:
        steps = zip(update.step, (update.dw, update.db), strict=True)
        etas = (f" {rough(-step / g)}" if g else "" for step, g in steps)
        yield [("eff. eta".ljust(LABEL), "quiet"), ("".join(eta.ljust(12) for eta in etas), PLAIN)]
    if update.remark:
        yield [(update.remark, PLAIN)]


def trials(update: NextUpdate) -> Iterator[Line]:
    """Each eta that was tried, with the loss it led to; the one that is taken is marked."""
    yield [(f"{'tried':<{LABEL}} {'eta':<11} loss", "quiet")]
    for trial in update.trials:
        taken = isclose(trial.eta, update.eta, rel_tol=1e-9)
        yield [
            (f"{'  taken' if taken else '':<{LABEL}}", "cursor"),
            (f" {rough(trial.eta):<11} {plain(trial.loss)}", PLAIN),
        ]


def labelled(label: str, of_w: float, of_b: float, behind: str = "") -> Line:
    """A quantity of w and of b, perhaps with something behind its label."""
    numbers = f"{signed(of_w, 11):<12}{signed(of_b, 11)}"
    return [(label, "quiet"), (f"{behind:>{LABEL - 1 - len(label)}} {numbers}", PLAIN)]


def listed(places: Sequence[int]) -> str:
    """The numbers of the points, counted from 1."""
    numbers = ", ".join(str(place + 1) for place in places[:4])
    return f" {numbers}{', ...' if len(places) > 4 else ''} ({len(places):,})"
