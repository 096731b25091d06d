"""Predictions as a person types them, and what is said of them."""

import pytest

from gdtui.engine.mistakes import BadInput
from gdtui.session.commands import GoTo, SetEta, Step
from gdtui.session.prediction import in_words, mark, read_prediction
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("w -1.99", ("w", "-1.99")),
        ("loss=0.4", ("loss", "0.4")),
        ("-1.9945", ("w", "-1.9945")),
        (" dL/dw =  -1e-3 ", ("dL/dw", "-1e-3")),
    ],
)
def test_what_can_be_typed(text, read):
    assert read_prediction(text) == read


@pytest.mark.parametrize("text", ["", "w", "minus 1.99", "eta 1", "w=", "\x1b[31m 1"])
def test_what_cannot(text):
    with pytest.raises(BadInput, match=r"like w -1\.99, not '"):
        read_prediction(text)


def said(session, name, number):
    return in_words(mark(session, name, number), name)


def test_the_next_row_is_marked_and_the_session_stays():
    session = Session(Recipe())
    assert said(session, "w", "-1.9945") == "Right to 5 digits: w is -1.994508."  # the lecture's first step
    assert said(session, "w", "-2.00549") == (
        "No. The sign is wrong: a step goes against the gradient, so it is subtracted."
    )
    assert said(session, "w", "17") == "No. None of the usual slips leads there."
    assert (session.cursor, session.history.last) == (0, 0)
    with pytest.raises(BadInput):
        mark(session, "w", "much")


def test_it_is_of_the_step_that_would_be_taken():
    session = Session(Recipe())
    session.do(Step(9))
    session.do(GoTo(0))
    session.do(SetEta(10.0))
    assert said(session, "w", "-1.945") == "Right to 4 digits: w is -1.945077."  # -2 + 10 x 0.0054923
