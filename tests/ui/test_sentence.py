"""The sentence on how it goes: true, checked against numbers computed here."""

import math
import re
from textwrap import wrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.session.commands import Back, GoTo, SetEta, Step
from gdtui.session.numerals import exact
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from gdtui.session.stopping import MOST_ITERATIONS, Below, Limit, NotFinite, Settled, read_goal
from gdtui.ui.sentence import advice, on_how_it_goes
from tests.engine.surfaces import QUARTIC, chosen

POINTS = ((0.5, 0.2), (2.5, 0.9))


def said(*commands: object, width: int = 80, **recipe: Any) -> str:
    session = Session(Recipe(**recipe))
    for command in commands:
        session.do(command)
    session.look_back()
    return " ".join(on_how_it_goes(session, width))


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
        assert sentence.startswith("Descending: gradient 0.00947, and the first step lowers the loss by ")
        (here, there) = steps(1)
        assert numbers(sentence) == [three(math.hypot(*gradient(*here))), three(loss(*here) - loss(*there))]

    def test_with_what_to_try_and_the_key_for_it(self) -> None:
        sentence = said(Step(300))
        assert sentence.endswith("A larger eta would be faster: it can be at most 21.8 here; press +.")
        narrow = said(Step(300), width=60)
        assert (
            narrow
            == "Descending: gradient 0.00113. A larger eta would be faster: it can be at most 21.8 here; press +."
        )

    @pytest.mark.parametrize(
        ("verdict", "key", "recipe", "n"),
        [  # the lecture's cases, LECTURE section 6 and its slides
            ("Converged", "", {}, 1000),
            ("Cycling", "-", {"eta": 26.0}, 500),
            ("Thrown", "-", {"eta": 50.0}, 900),
            ("Plateau", "f", {"start": (-5.0, -5.0)}, 1000),
            ("Plateau", "R", {"start": (-6.0, 6.0)}, 1000),
        ],
    )
    def test_the_lectures_cases(self, verdict: str, key: str, recipe: dict[str, Any], n: int) -> None:
        session = Session(Recipe(**recipe))
        session.do(Step(n))
        session.look_back()
        assert session.diagnosis is not None
        for width in (60, 80):
            lines = on_how_it_goes(session, width)
            assert len(lines) <= 2
            assert lines[0].startswith(f"{verdict}: ")
            assert lines[-1].endswith(f"press {key}." if key else ".")
        assert advice(session.diagnosis).endswith(f"; press {key}." if key else ".")
        assert ("press" in advice(session.diagnosis)) == bool(key)

    def test_nothing_is_said_of_what_was_not_looked_up(self) -> None:
        session = Session(Recipe())
        session.look_back()
        session.do(Step(1))
        assert on_how_it_goes(session, 80) == []

    @given(
        st.tuples(st.floats(-8, 8), st.floats(-8, 8)),
        st.sampled_from([0.1, 1.0, 10.0, 30.0, 1e6]),
        st.integers(0, 40),
        st.sampled_from([60, 80, 200]),
    )
    @settings(max_examples=100, deadline=None)
    def test_it_fits(self, start: tuple[float, float], eta: float, n: int, width: int) -> None:
        sentence = said(Step(n), start=start, eta=eta, width=width) if n else said(start=start, eta=eta, width=width)
        assert len(wrap(sentence, width)) <= (2 if width >= 80 else 3)
        assert not re.search(r"\b(nan|inf)\b", sentence)


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
        sentence = " ".join(on_how_it_goes(session, 80))
        assert sentence.startswith(f"No way on: at iteration {session.cursor} ")
        assert "eta" in sentence
        bad = [name for name in ("w", "b", "dw", "db", "loss") if not math.isfinite(getattr(session.row, name))]
        assert bad
        for name, label in {"w": "w is", "b": "b is", "dw": "dL/dw is", "db": "dL/db is", "loss": "loss is"}.items():
            assert (f" {label}" in sentence) == (name in bad)
        session.do(Back(1))
        session.look_back()
        assert on_how_it_goes(session, 80)[0].startswith("Diverging")

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
