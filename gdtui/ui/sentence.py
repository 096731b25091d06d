"""One sentence on how it goes at the current iteration."""

import re
from collections.abc import Mapping
from textwrap import wrap

from gdtui.engine.analysis.diagnosis import Diagnosis, Lever
from gdtui.session.session import Session, difference
from gdtui.session.stopping import NotFinite

LINES = 2
"""That the sentence has room for."""


def on_how_it_goes(session: Session, width: int) -> list[str]:
    """The diagnosis and under it what to try, if there is room; or what the next step will do differently."""
    width = max(width, 1)
    row, diagnosis = session.row, session.diagnosis
    if not row.is_finite:
        # A batch's update may lead on from where the loss of all points is not finite.
        way_on = session.method.leads_on(*row[1:6])
        return wrap(
            f"{'Far out' if way_on else 'No way on'}: {NotFinite(row)}. Step back and try a smaller eta.", width
        )
    if session.cursor < session.history.last and session.method != session.history.method(session.cursor):
        other = difference(session.history.method(session.cursor), session.method)
        return wrap(f"The next step leaves the recorded path: from here with {other}.", width)
    if diagnosis is None:
        return []
    reason, more = wrap(verdict(diagnosis), width), wrap(advice(diagnosis), width)
    if len(reason) + len(more) <= LINES:
        return [*reason, *more]
    # The evidence in full is on a page of view 3; here its last clauses go first, and then those of the advice.
    both = (
        wrap(f"{said} {tried}", width)
        for tried in shorter(advice(diagnosis), 1)
        for said in shorter(verdict(diagnosis), 2)
    )
    return next((lines for lines in both if len(lines) <= LINES), reason[:LINES])


def shorter(sentence: str, least: int) -> list[str]:
    """The sentence, and the same without its last clauses, of so many at the least; the key to press stays."""
    words, press, key = sentence.rstrip(".").partition("; press ")
    clauses = re.split(r"(?<=\S)(?=; |, |: )", words)
    return [f"{''.join(clauses[:n])}{press}{key}." for n in range(len(clauses), least - 1, -1)]


def verdict(diagnosis: Diagnosis) -> str:
    """The verdict and its evidence."""
    word = "Not finite" if diagnosis.verdict == "nonfinite" else diagnosis.verdict.capitalize()
    return f"{word}: {diagnosis.because}."


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
