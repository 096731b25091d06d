"""The memory of the optimizer at the current iteration, and the update that leads on from there, in numbers."""

from collections.abc import Iterator, Sequence

from gdtui.engine.analysis.update import NextUpdate, without_bias
from gdtui.session.numerals import plain, rough, signed
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
    gradient = session.row.dw, session.row.db
    yield labelled("gradient", *gradient)
    if method.batches.size is not None:
        yield labelled("of batch", update.dw, update.db)
        yield [("points".ljust(LABEL), "quiet"), (listed(update.places), PLAIN)]
    for name, of_w, of_b in zip(rule.memory, *state.memory, strict=True):
        yield labelled(name, of_w, of_b)
    for name, (of_w, of_b) in without_bias(method, state).items():
        yield labelled(f"{name}hat", of_w, of_b)
    yield labelled("next step", *update.step)
    if update.trials and not rule.uses_eta:
        yield from trials(update)
    else:
        for_w, for_b = (-step / g if g else None for step, g in zip(update.step, (update.dw, update.db), strict=True))
        yield labelled("eff. eta", for_w, for_b)
    if update.remark:
        yield [(update.remark, PLAIN)]


def trials(update: NextUpdate) -> Iterator[Line]:
    """Each eta that was tried, with the loss it led to; the one that is taken is marked."""
    yield [(f"{'tried':<{LABEL}} {'eta':<11} loss", "quiet")]
    for trial in update.trials:
        taken = rough(trial.eta) == rough(update.eta)
        yield [
            (f"{'  taken' if taken else '':<{LABEL}}", "cursor"),
            (f" {rough(trial.eta):<11} {plain(trial.loss)}", PLAIN),
        ]


def labelled(label: str, of_w: float | None, of_b: float | None) -> Line:
    """A quantity of w and of b; nothing where there is none."""
    texts = ("" if value is None else signed(value, 11) for value in (of_w, of_b))
    return [(f"{label:<{LABEL}}", "quiet"), ("".join(text.ljust(12) for text in texts), PLAIN)]


def listed(places: Sequence[int]) -> str:
    """The numbers of the points, counted from 1."""
    numbers = ", ".join(str(place + 1) for place in places[:4])
    return f" {numbers}{', ...' if len(places) > 4 else ''} ({len(places):,})"
