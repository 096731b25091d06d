"""Predict, then reveal: what a person says a number of the next row will be, and the answer in words."""

from collections.abc import Mapping

from gdtui.engine.analysis.usual_slips import Mark, Quantity
from gdtui.engine.analysis.usual_slips import Step as StepToMark
from gdtui.engine.analysis.usual_slips import mark as mark_number
from gdtui.engine.mistakes import BadInput, quoted
from gdtui.session.numerals import plain
from gdtui.session.session import Session

NAMES: Mapping[str, Quantity] = {
    "w": "w",
    "b": "b",
    "dw": "dw",
    "db": "db",
    "dL/dw": "dw",
    "dL/db": "db",
    "loss": "loss",
}


def read_prediction(text: str) -> tuple[str, str]:
    """The name of a number and the number as typed, out of `w -1.99` or `loss = 0.4`; a number alone is w's.

    BadInput where it is neither.
    """
    name, _, number = text.replace("=", " ").strip().partition(" ")
    if not number and name[-1:].isdigit():
        name, number = "w", name
    if name not in NAMES or not number.strip():
        raise BadInput(f"a prediction is one of w, b, dw, db and loss with a number, like w -1.99, not {quoted(text)}")
    return name, number.strip()


def mark(session: Session, name: str, number: str) -> Mark:
    """Mark a prediction of the row after the current iteration; BadInput where the number is none."""
    before = session.history.row(session.cursor - 1) if session.cursor else None
    return mark_number(StepToMark(session.method, session.departure, before), NAMES[name], number)


def in_words(found: Mark, name: str) -> str:
    """Right, to how many digits; or by which slip it is wrong."""
    if found.is_right:
        return f"Right to {found.digits} digit{'s' if found.digits != 1 else ''}: {name} is {plain(found.truth)}."
    why = found.slip.sentence if found.slip is not None else "None of the usual slips leads there."
    return f"No. {why}"
