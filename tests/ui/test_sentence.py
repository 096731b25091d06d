"""The sentence on how it goes: true, checked against numbers computed here."""

import math
import re
from itertools import pairwise
from textwrap import wrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine.history import Row
from gdtui.session.commands import Back, GoTo, SetEta, Step
from gdtui.session.numerals import exact
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from gdtui.session.stopping import MOST_ITERATIONS, Below, Limit, NotFinite, Settled, read_goal
from gdtui.ui.sentence import after_a_step, on_how_it_goes
from tests.engine.surfaces import QUARTIC, chosen

POINTS = ((0.5, 0.2), (2.5, 0.9))


def said(*commands: object, **recipe: Any) -> str:
    session = Session(Recipe(**recipe))
    for command in commands:
        session.do(command)
    return on_how_it_goes(session)


def sigmoid(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z))


def loss(w: float, b: float) -> float:
    """As the slide has it."""
    return sum(0.5 * (sigmoid(w * x + b) - y) ** 2 for x, y in POINTS)


def gradient(w: float, b: float) -> tuple[float, float]:
    slopes = [(x, (f - y) * f * (1.0 - f)) for x, y in POINTS for f in [sigmoid(w * x + b)]]
    return sum(slope * x for x, slope in slopes), sum(slope for _, slope in slopes)


def steps(n: int, w: float = -2.0, b: float = -2.0, eta: float = 1.0) -> list[tuple[float, float]]:
    """The lecture's loop."""
    path = [(w, b)]
    for _ in range(n):
        dw, db = gradient(w, b)
        w, b = w - eta * dw, b - eta * db
        path.append((w, b))
    return path


def numbers(sentence: str) -> list[float]:
    return [float(text.replace(",", "")) for text in re.findall(r"-?\d[\d,.]*(?:e[+-]?\d+)?(?<![.,])", sentence)]


def three(value: float) -> Any:
    """Equal to three digits."""
    return pytest.approx(value, rel=5.1e-3)


class TestOnTheLecturesNeuron:
    def test_at_the_start(self) -> None:
        sentence = said()
        assert sentence == "At the start: the loss is 0.416, the gradient 0.00947 long."
        assert numbers(sentence) == [three(loss(-2, -2)), three(math.hypot(*gradient(-2, -2)))]

    @pytest.mark.parametrize("n", [1, 50, 100, 400])
    def test_falling(self, n: int) -> None:
        before, here = steps(n)[-2:]
        sentence = said(Step(n))
        assert sentence.startswith("Descending: ")
        assert numbers(sentence) == [
            three(math.hypot(*gradient(*here))),
            three(math.dist(before, here)),
            three(loss(*before) - loss(*here)),
        ]

    def test_rising(self) -> None:
        eta = 40.0
        path = steps(60, eta=eta)
        n = next(n for n, (a, b) in enumerate(pairwise(path), start=1) if loss(*b) > loss(*a))
        sentence = said(Step(n), eta=eta)
        assert sentence.startswith("Overshot: ")
        assert numbers(sentence) == [
            three(math.dist(path[n - 1], path[n])),
            eta,
            three(loss(*path[n]) - loss(*path[n - 1])),
        ]

    def test_the_eta_of_an_overshot_step_is_that_of_the_step_and_not_the_one_in_hand(self) -> None:
        path = steps(60, eta=40.0)
        n = next(n for n, (a, b) in enumerate(pairwise(path), start=1) if loss(*b) > loss(*a))
        assert "eta 40.0" in said(Step(n), SetEta(1.0), eta=40.0)

    def test_resting(self) -> None:
        sentence = said(Step(3), start=(-60.0, -60.0))
        assert sentence.startswith("At rest: ")
        assert numbers(sentence)[1] == three(loss(-60, -60))
        assert numbers(sentence)[0] == three(math.hypot(*gradient(-60, -60)))

    @pytest.mark.parametrize("eta", [0.3, 1.0, 20.0, 24.0])
    def test_at_the_minimum_rounding_is_no_descent_and_no_overshot(self, eta: float) -> None:
        session = Session(Recipe(eta=eta))
        session.do(Step(9999))
        for _ in range(20):
            session.do(Step(1))
            sentence = on_how_it_goes(session)
            assert sentence.startswith("At rest: ")
            assert numbers(sentence)[1] < 1e-25

    def test_slow(self) -> None:
        start = (-4.0, -4.0)
        before, here = steps(1, *start)
        sentence = said(Step(1), start=start)
        assert sentence.startswith("Slow: ")
        length, percent, more = numbers(sentence)
        assert length == three(math.hypot(*gradient(*here)))
        assert percent == 1
        # Two digits of an estimate: so many steps like the last one lower the loss by a hundredth.
        fall = loss(*before) - loss(*here)
        assert more * fall == pytest.approx(0.01 * loss(*here), rel=0.06)

    @given(
        st.tuples(st.floats(-8, 8), st.floats(-8, 8)), st.sampled_from([0.1, 1.0, 10.0, 30.0, 1e6]), st.integers(1, 40)
    )
    @settings(max_examples=200, deadline=None)
    def test_the_first_word_is_true_and_every_sentence_fits_into_80_columns(
        self, start: tuple[float, float], eta: float, n: int
    ) -> None:
        session = Session(Recipe(start=start, eta=eta))
        session.do(Step(n))
        sentence = on_how_it_goes(session)
        before, row = session.history.row(n - 1), session.row
        kind = sentence.split(":")[0]
        fall = before.loss - row.loss
        if math.dist(before[1:3], row[1:3]) <= 1e-14 * math.hypot(row.w, row.b):
            fall = 0.0  # what rounding does is no fall
        assert kind == (
            "Overshot" if fall < 0 else "At rest" if fall == 0 else "Slow" if fall < 1e-4 * row.loss else "Descending"
        )
        assert len(sentence) <= 80
        assert "nan" not in sentence
        assert "inf" not in sentence


class TestRows:
    """Far from where the lecture's neuron goes."""

    def row(self, k: int, loss: float, **values: float) -> Row:
        return Row(k, **{"w": 1.0 * k, "b": 0.0, "dw": 3.0, "db": -4.0, "eta": 0.5, **values}, loss=loss)

    @pytest.mark.parametrize(
        ("before", "after", "sentence"),
        [
            (2.0, 1.5, "Descending: gradient 5.00, step 1.00, the loss fell by 0.500."),
            (1.5, 2.0, "Overshot: a step of 1.00 at eta 0.5 raised the loss by 0.500."),
            (2.0, 2.0, "At rest: the gradient is 5.00, and the loss stays 2.00."),
            (2.00001, 2.0, "Slow: gradient 5.00; at this rate 1 % less loss takes 2,000 iterations."),
            (1e300, 1e-300, "Descending: gradient 5.00, step 1.00, the loss fell by 1.00e+300."),
        ],
    )
    def test_sentences(self, before: float, after: float, sentence: str) -> None:
        assert after_a_step(self.row(0, before), self.row(1, after)) == sentence

    @given(st.floats(0.0, 1e308), st.floats(0.0, 1e308))
    def test_any_losses(self, before: float, after: float) -> None:
        assert len(after_a_step(self.row(0, before), self.row(1, after))) <= 80

    def test_slower_than_can_be_waited_for(self) -> None:
        sentence = after_a_step(self.row(0, math.nextafter(0.425, 1)), self.row(1, 0.425))
        assert sentence.startswith("Slow: ")
        assert len(sentence) <= 80


class TestAChangeInThePast:
    def test_it_says_what_the_next_step_will_do(self) -> None:
        changed = (Step(10), GoTo(4), SetEta(2.0))
        assert said(*changed) == "The next step leaves the recorded path: from here with eta 2.0."
        assert "leaves" not in said(*changed, Step(1))
        assert "leaves" not in said(*changed, SetEta(1.0))
        assert "leaves" not in said(*changed, Back(1))

    def test_at_the_start_too(self) -> None:
        assert said(Step(10), GoTo(0), SetEta(2.0)).startswith("The next step leaves")

    def test_at_the_end_nothing_is_left(self) -> None:
        assert said(Step(10), SetEta(2.0)) == said(Step(10))

    def test_an_old_change_is_none(self) -> None:
        assert said(Step(4), SetEta(2.0), Step(4), GoTo(2)).startswith("Descending")
        assert said(Step(4), SetEta(2.0), Step(4), GoTo(4)).startswith("Descending")


class TestNotFinite:
    def test_it_says_where_and_what_and_a_way_out(self) -> None:
        session = Session(Recipe(problem=chosen(QUARTIC), start=(3.0, 3.0), eta=10.0))
        assert isinstance(session.do(Step(100)), NotFinite)
        sentence = on_how_it_goes(session)
        assert sentence.startswith(f"No way on: at iteration {session.cursor} ")
        assert "eta" in sentence
        bad = [name for name in ("w", "b", "dw", "db", "loss") if not math.isfinite(getattr(session.row, name))]
        assert bad
        for name, label in {"w": "w is", "b": "b is", "dw": "dL/dw is", "db": "dL/db is", "loss": "loss is"}.items():
            assert (f" {label}" in sentence) == (name in bad)
        session.do(Back(1))
        assert on_how_it_goes(session).startswith("Overshot")

    @pytest.mark.parametrize("eta", [10.0, 1e100, 1e308])
    def test_it_fits_into_two_lines_of_80_columns(self, eta: float) -> None:
        assert len(wrap(said(Step(100), problem=chosen(QUARTIC), start=(3.0, 3.0), eta=eta), 80)) <= 2


class TestWhyItPaused:
    """These stand in the place of the sentence, as `Paused: ...; you may go on.`"""

    @pytest.mark.parametrize(
        "reason",
        [
            Limit(10_000),
            Limit(MOST_ITERATIONS),
            Limit(10_000, Below(1e-30)),
            Limit(10_000, Below(0.001)),
            Limit(10_000, Settled(1e-06, 100)),
            Settled(1e-06, 1000),
            Settled(1.5e-10, 1_000_000),
            Below(0.001),
        ],
    )
    def test_it_fits_into_two_lines_of_80_columns(self, reason: object) -> None:
        assert len(wrap(f"Paused: {reason}; you may go on.", 80)) <= 2

    def test_a_goal_reads_back_what_it_says(self) -> None:
        for goal in (Below(0.001), Settled(1e-06, 100)):
            text = f"<{exact(goal.loss)}" if isinstance(goal, Below) else f"{exact(goal.change)}/{goal.over}"
            assert read_goal(text) == goal
