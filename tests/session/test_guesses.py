"""Guess work: the lecture's table, and what a descent needs instead."""

import math

import pytest

from gdtui.session.commands import GoTo, KeepGuess, SetProblem, Step
from gdtui.session.data import Cancelled
from gdtui.session.guesses import GOOD, MOST_STEPS, guesses_needed, steps_needed
from gdtui.session.recipe import LECTURE, Recipe, problem
from gdtui.session.session import Session

TABLE = (  # 50 digits, rounded to 11; slide 8 prints three of them otherwise
    (0.5, 0.0, 0.073113570931),
    (-0.1, 0.0, 0.1481324325),
    (0.94, -0.94, 0.021672075504),
    (1.42, -1.73, 0.0028917965784),
    (1.65, -2.08, 0.00034437752464),
    (1.78, -2.27, 1.7272881990943697e-06),
)


def guessing() -> Session:
    session = Session(Recipe())
    for w, b, _ in TABLE:
        session.do(KeepGuess(w, b))
    return session


def test_the_lectures_table():
    assert tuple(LECTURE.definition.guesses) == tuple((w, b) for w, b, _ in TABLE)
    for guess, (w, b, loss) in zip(guessing().guesses, TABLE, strict=True):
        assert (guess.w, guess.b) == (w, b)
        assert guess.loss == pytest.approx(loss, rel=1e-8)


def test_how_many_guesses_it_took():
    guesses = guessing().guesses
    assert guesses_needed(guesses) == 4
    assert guesses_needed(guesses[:3]) is None
    assert guesses_needed(()) is None


def test_the_run_stays_as_it_is():
    session = Session(Recipe())
    session.do(Step(5))
    session.do(GoTo(2))
    before = session.row, session.history.last
    session.do(KeepGuess(1.0, 1.0))
    assert (session.row, session.history.last) == before
    session.do(SetProblem(problem("bowl")))
    assert session.guesses == ()


class TestSteps:
    def test_as_many_as_a_plain_loop_takes(self):
        w, b, steps = 0.5, 0.0, 0
        points = ((0.5, 0.2), (2.5, 0.9))
        while True:
            f = [1.0 / (1.0 + math.exp(-(w * x + b))) for x, _ in points]
            if sum(0.5 * (fx - y) ** 2 for fx, (_, y) in zip(f, points, strict=True)) < GOOD:
                break
            slopes = [(fx - y) * fx * (1.0 - fx) for fx, (_, y) in zip(f, points, strict=True)]
            w -= sum(slope * x for slope, (x, _) in zip(slopes, points, strict=True))
            b -= sum(slopes)
            steps += 1
        assert steps_needed(Recipe().method(), 0.5, 0.0, lambda _: True) == steps

    def test_none_where_it_is_good_already(self):
        assert steps_needed(Recipe().method(), 1.79, -2.28, lambda _: True) == 0

    def test_a_plateau_has_no_end(self):
        asked = []
        assert steps_needed(Recipe().method(), -6.0, 6.0, lambda share: asked.append(share) or True) is None
        assert len(asked) == MOST_STEPS // 50
        assert asked == sorted(asked)

    def test_nowhere(self):
        assert steps_needed(Recipe(problem=problem("bowl"), eta=10.0).method(), 1.0, 1.0, lambda _: True) is None

    def test_it_can_be_ended(self):
        with pytest.raises(Cancelled):
            steps_needed(Recipe().method(), -2.0, -2.0, lambda _: False)
