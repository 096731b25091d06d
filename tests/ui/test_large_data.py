"""The screen of a neuron on a person's own points, many of them and far out."""

from unittest.mock import patch

import numpy as np

from gdtui.engine import descent
from gdtui.engine.batches import Batches
from gdtui.engine.problems.points import Columns
from gdtui.session.commands import Forward
from gdtui.session.data import Data
from gdtui.session.recipe import problem
from tests.ui.watched import running


def own(x: np.ndarray, y: np.ndarray) -> Data:
    return Data("f.csv", None, None, Columns(x, y))


class TestFit:
    async def test_of_many_points_some_are_drawn_with_those_farthest_out(self) -> None:
        x = np.linspace(-3.0, 3.0, 200_000)
        data = own(x, np.where(x == x[777], 30.0, 0.5))
        async with running(problem=problem("neuron"), source=data) as (app, pilot):
            await pilot.press("right")
            chart = [line[40:] for line in app.lines[1:12]]
            assert chart[0].startswith("fit f(x), 30")
            assert chart[0].rstrip().endswith(" of 200,000 points")
            assert chart[1].split()[0] == "30"

    async def test_a_point_below_0_and_one_at_the_end_of_the_numbers_are_on_the_chart(self) -> None:
        data = Data("f.csv", None, None, ((1e308, -1.5), (-1e308, 0.5)))
        async with running(problem=problem("neuron"), source=data) as (app, _pilot):
            labels = [line[40:].split()[0] for line in app.lines[2:12] if line[40:].strip()]
            assert labels[0].startswith("1")
            assert any(label.startswith("-") for label in labels)


class TestRowsLeftOpen:
    @patch.object(descent, "LARGE", 100)
    async def test_those_on_the_screen_are_filled_in_and_the_chart_goes_on_past_the_others(self) -> None:
        numbers = np.random.default_rng(0)
        data = own(numbers.uniform(-3, 3, 1000), numbers.uniform(0, 1, 1000))
        async with running(problem=problem("neuron:reduction=mean"), source=data, batches=Batches(10)) as (app, pilot):
            await pilot.press(*["right"] * 3)
            app.do(Forward(300))
            await app.settle(pilot)
            assert "nan" not in app.text
            history = app.session.history
            first, last = app._view._table._first, history.last
            assert last == 303
            known = [k for k in range(4, last + 1) if history.known(k, k + 1)]
            assert known[-(last - first + 2) :] == list(range(first - 1, last + 1))
            assert len(known) <= last - first + 2 + 5  # and the few that the diagnosis looks back at
