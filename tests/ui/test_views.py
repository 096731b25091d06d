"""The views by their digits, and what every view has in common."""

import re
from pathlib import Path

import pytest

from gdtui.engine.mistakes import BadInput
from gdtui.session.commands import Step
from gdtui.session.numerals import signed
from gdtui.session.own_function import OwnFunction
from gdtui.session.recipe import optimizer, problem
from gdtui.ui.app import VIEWS
from gdtui.ui.views.surface import Surface
from tests.ui.test_own import file, on_function  # noqa: F401
from tests.ui.watched import Watched, answer, running

DIGITS = [str(number) for number, _ in enumerate(VIEWS, start=1)]


def shown(app: Watched) -> list[type]:
    return [type(view) for view in app.query("Screen > View") if view.display]


class TestSwitching:
    async def test_each_digit_shows_its_view_alone_and_the_same_keys_step_in_it(self) -> None:
        async with running() as (app, pilot):
            for digit, view in zip([*DIGITS, "1"], [*VIEWS, VIEWS[0]], strict=True):
                before = app.cursor
                await pilot.press(digit, "right")
                await app.settle(pilot)
                assert shown(app) == [view]
                assert app.cursor == before + 1
                assert f"iteration {before + 1}" in app.lines[0]
                assert not app._view.left_out

    async def test_a_view_keeps_how_it_was_looked_at(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("v", "2", "z", "1", "2")
            await app.settle(pilot)
            landscape = app.query_one(Surface)._map.landscape
            assert landscape is not None
            assert landscape.window == (-3.0, 3.0, -3.0, 3.0)
            await pilot.press("1")
            assert "w and b" in app.lines[1]

    async def test_keys_typed_ahead_meet_the_view_that_was_asked_for(self) -> None:
        async with running() as (app, pilot):
            app.send("2", "v", "v", "right", "y")
            await app.settle(pilot)
            assert "loss, logarithmic" in app.lines[1]
            assert "|step| over the iterations" in app.text

    async def test_on_a_surface_each_press_shows_another_chart_and_comes_round(self) -> None:
        async with running(problem=problem("booth")) as (app, pilot):
            titles = []
            for _ in range(7):
                await app.settle(pilot)
                titles.append(app.lines[1][40:].split(",")[0].split("  ")[0].strip())
                await pilot.press("v")
            assert titles[:3] == titles[3:6]
            assert len(set(titles)) == 3

    @pytest.mark.parametrize("digit", DIGITS)
    @pytest.mark.parametrize("size", [(60, 16), (120, 40), (200, 60), (40, 10), (59, 30), (2, 2)])
    async def test_every_view_in_every_size(self, digit: str, size: tuple[int, int]) -> None:
        async with running(size) as (app, pilot):
            await pilot.press(digit, ">", "v", "v", "v")
            await app.settle(pilot)
            assert app.return_code is None
            assert app.cursor == 10
            if size[0] >= 60 and size[1] >= 24:
                assert "Hidden" not in app.text


class TestOwnFunction:
    async def test_where_it_fails_the_map_has_a_gap(self, file: Path) -> None:  # noqa: F811
        async with running() as (app, pilot):
            await on_function(app, file, "fails")
            await pilot.press("2")
            await app.settle(pilot)
            landscape = app.query_one(Surface)._map.landscape
            assert landscape is not None
            gaps = [band < 0 for band in landscape.bands[0]]
            assert gaps == [landscape.point(column, 0)[0] >= -1.5 for column in range(landscape.columns)]
            assert "not finite" in app.text
            assert "the first step leads to where the loss has no value" in " ".join(app.sentence.split())

    async def test_a_map_that_does_not_end_is_waited_for_and_can_be_left(self, file: Path) -> None:  # noqa: F811
        async with running() as (app, pilot):
            await on_function(app, file, "loops")
            app.send("2")
            await app.until(lambda: app.sentence == "loops has not answered yet.")
            app.send("escape")
            await app.until(lambda: "had not answered after" in app.sentence)
            await pilot.press("1", "e", *"0.01", "enter", "right")
            await app.settle(pilot)
            assert app.cursor == 1

    async def test_a_map_of_the_problem_before_is_not_shown(self, file: Path) -> None:  # noqa: F811
        async with running() as (app, pilot):
            await pilot.press("2")
            await app.settle(pilot)
            assert app.lines[1].startswith(" b loss")
            await on_function(app, file, "bowl")
            await app.settle(pilot)
            landscape = app.query_one(Surface)._map.landscape_of(app.session.method.problem)
            assert landscape is not None
            w, b = landscape.point(0, 0)
            assert landscape.loss[0, 0] == w * w + 10.0 * b * b
            assert app.lines[1].startswith(" b loss")

    async def test_a_map_that_was_given_up_is_asked_for_where_something_else_is_in_sight(self, file: Path) -> None:  # noqa: F811
        async with running() as (app, pilot):
            await on_function(app, file, "bowl")
            await pilot.press("2")
            await app.settle(pilot)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(OwnFunction, "_evaluate_arrays", gone)
                await pilot.press("z")
                await app.settle(pilot)
                assert app.sentence == "gone."
            await pilot.press("right")
            await app.settle(pilot)
            assert app.query_one(Surface)._map.landscape is None
            assert "The losses around are not known." in app.text
            assert f"here  {signed(app.session.row.w)}" in app.text
            assert app.cursor == 1
            await pilot.press("a")
            await app.settle(pilot)
            landscape = app.query_one(Surface)._map.landscape
            assert landscape is not None
            assert landscape.window == (-6.0, 6.0, -6.0, 6.0)


class TestFourQuestions:
    """The README's walk-through, by its keys."""

    async def test_why_was_this_step_so_small(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("3")
            await app.settle(pilot)
            assert app.lines[1].rstrip() == "A step of 0.00947: 2 of 2 points saturated, f' < 0.05."
            (slopes,) = [line.split()[-2:] for line in app.lines if "f' = f (1 - f)" in line]
            assert all(float(slope) < 0.05 for slope in slopes)

    async def test_what_would_eta_10_do(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("3", "v")
            await app.settle(pilot)
            (said,) = [re.findall(r"\b10\.0 +(\S+)", line) for line in app.lines if " 10.0 " in line]
            await pilot.press("e")
            await answer(app, pilot, "10")
            await pilot.press("right")
            assert signed(app.session.row.loss).strip() == said[0]

    async def test_is_this_a_minimum(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(1000))
            await pilot.press("3", "v")
            await app.settle(pilot)
            words = " ".join(app.text.split())
            assert "Is this a minimum? Yes: H is positive definite" in words
            assert "2/lambda_max = 24.87" in words  # by 50 digits at the minimum: 0.08041
            await pilot.press("p", *"saddle", "enter", "R")
            await answer(app, pilot, "0 0")
            await app.settle(pilot)
            assert "Is this a minimum? No, a saddle: the gradient is 0" in " ".join(app.text.split())

    async def test_what_does_momentum_add(self) -> None:
        async with running(optimizer=optimizer("momentum")) as (app, pilot):
            app.do(Step(60))
            await pilot.press("3")
            await app.settle(pilot)
            assert "step = -eta g + more:" in app.lines[-5]
            await pilot.press(*["tab"] * 4)
            await app.settle(pilot)
            assert app.lines[1].startswith("The memory: u_w ")


def gone(*_: object) -> None:
    raise BadInput("gone")
