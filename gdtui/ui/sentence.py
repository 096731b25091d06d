"""One sentence on how it goes at the current iteration."""

import math
from collections.abc import Mapping

from gdtui.engine.analysis.diagnosis import Diagnosis, Lever
from gdtui.engine.history import Row
from gdtui.session.numerals import exact, rough
from gdtui.session.session import Session, difference
from gdtui.session.stopping import NotFinite

SLOW = 1e-4
"""A step that lowers the loss by less than this part of it is called slow."""

ROUNDING = 1e-14
"""A step that moves (w, b) by no more than this part of it is rounding: there the loss rises and falls by chance."""


def on_how_it_goes(session: Session) -> str:
    """What the last step did, or what the next one will do differently."""
    row = session.row
    if not row.is_finite:
        # A batch's update may lead on from where the loss of all points is not finite.
        way_on = session.method.leads_on(*row[1:6])
        return f"{'Far out' if way_on else 'No way on'}: {NotFinite(row)}. Step back and try a smaller eta."
    if session.cursor < session.history.last and session.method != session.history.method(session.cursor):
        other = difference(session.history.method(session.cursor), session.method)
        return f"The next step leaves the recorded path: from here with {other}."
    if session.cursor == 0:
        return f"At the start: the loss is {rough(row.loss)}, the gradient {rough(length(row))} long."
    return after_a_step(session.history.row(session.cursor - 1), row)


def after_a_step(before: Row, row: Row) -> str:
    """What the step from one row to the next did to the loss."""
    fall = before.loss - row.loss
    moved = math.hypot(row.w - before.w, row.b - before.b)
    gradient = rough(length(row))
    if fall == 0.0 or moved <= ROUNDING * math.hypot(row.w, row.b):
        return f"At rest: the gradient is {gradient}, and the loss stays {rough(row.loss)}."
    if fall < 0.0:
        return f"Overshot: a step of {rough(moved)} at eta {exact(row.eta)} raised the loss by {rough(-fall)}."
    if fall < SLOW * row.loss:
        return f"Slow: gradient {gradient}; at this rate 1 % less loss takes {more(row, fall)} iterations."
    return f"Descending: gradient {gradient}, step {rough(moved)}, the loss fell by {rough(fall)}."


def length(row: Row) -> float:
    """The length of the gradient."""
    return math.hypot(row.dw, row.db)


def more(row: Row, fall: float) -> str:
    """Iterations until the loss is 1 % less, if each lowers it as the last one did."""
    iterations = float(f"{0.01 * row.loss / fall:.2g}")
    return f"{iterations:,.0f}" if iterations < 1e6 else rough(iterations, 2)


KEY_OF: Mapping[Lever, str] = {
    "nothing": "",
    "smaller eta": "-",
    "larger eta": "+",
    "optimizer": "o",
    "start": "R",
    "forward": "f",
}
"""The key that does what a diagnosis would try."""


def advice(diagnosis: Diagnosis) -> str:
    """What to try, and the key for it."""
    words, key = diagnosis.advice, KEY_OF[diagnosis.lever]
    return f"{words[0].upper()}{words[1:]}{f'; press {key}' if key else ''}."
