"""The next update in numbers: what it uses, what it tries, and what its rule remembers."""

from collections.abc import Iterator, Sequence

from gdtui.engine.analysis.update import NextUpdate, next_update
from gdtui.session.numerals import plain, rough, signed
from gdtui.session.session import Session
from gdtui.ui.widgets.lines import PLAIN, Line


def next_step(session: Session, most: int) -> list[Line]:
    """At most so many lines."""
    method, state = session.method, session.departure
    rule = method.optimizer.definition
    update = next_update(method, state)
    lines: list[Line] = [[(rule.formula, "quiet")]]
    lines += [[(f"         {'w':<12} {'b'}", "quiet")]]
    lines += [[("gradient ", "quiet"), (pair_of(state.dw, state.db), PLAIN)]]
    if method.batches.size is not None:
        lines += [[("of batch ", "quiet"), (pair_of(update.dw, update.db), PLAIN)]]
        lines += [[("points   ", "quiet"), (listed(update.places), PLAIN)]]
    for name, of_w, of_b in zip(rule.memory, *state.memory, strict=True):
        lines += [[(f"{name:<9}", "quiet"), (pair_of(of_w, of_b), PLAIN)]]
    if not rule.uses_eta:
        lines += trials(update)
    if update.remark:
        lines += [[(update.remark, PLAIN)]]
    return lines[:most]


def trials(update: NextUpdate) -> Iterator[Line]:
    """Each eta that was tried, with the loss it led to."""
    if update.trials:
        yield [(f"{'tried eta':<12} loss", "quiet")]
    for trial in update.trials:
        yield [(f"{rough(trial.eta):<12} {plain(trial.loss)}", PLAIN)]


def pair_of(w: float, b: float) -> str:
    """Two numbers under one another's."""
    return f"{signed(w):<13}{signed(b)}"


def listed(places: Sequence[int]) -> str:
    """The numbers of the points, counted from 1."""
    numbers = ", ".join(str(place + 1) for place in places[:6])
    return f"{numbers}{', ...' if len(places) > 6 else ''} ({len(places)})"
