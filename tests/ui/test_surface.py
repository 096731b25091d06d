"""View 2: what its keys do, what stands beside the map, and what nothing may break."""

import math
import random
import re
from typing import Any

import numpy as np
import pytest

from gdtui.engine.catalog import PROBLEMS
from gdtui.engine.digits import rough
from gdtui.engine.problems.definition import Window
from gdtui.session.commands import GoTo, SetProblem, Step
from gdtui.session.numerals import signed
from gdtui.session.recipe import Recipe, problem
from tests.ui.surfaces import SQUARE, SurfaceShown, formula, recipe_of, settled, surface


def window(app: SurfaceShown) -> Window:
    shown = app.landscape.window
    assert isinstance(shown, Window)
    return shown


def beside(app: SurfaceShown) -> list[str]:
    return [line[app.map.size.width :].rstrip() for line in app.lines]


class TestLooking:
    async def test_zoom_to_and_fro(self) -> None:
        async with surface() as (app, _):
            whole = window(app)
            app.view.action_zoom(2.0)
            app.draw()
            assert window(app) == tuple(pytest.approx(end / 2.0) for end in whole)
            app.view.action_zoom(0.5)
            app.draw()
            assert window(app) == whole

    async def test_pan_by_parts_of_what_is_seen_and_back_to_the_whole(self) -> None:
        async with surface() as (app, _):
            whole = window(app)
            app.view.action_zoom(2.0)
            app.draw()
            app.view.action_pan(2, 1)
            app.draw()
            assert window(app) == tuple(pytest.approx(x) for x in (0.0, 6.0, -1.5, 4.5))
            app.view.action_whole()
            app.draw()
            assert window(app) == whole

    async def test_as_near_and_as_far_as_numbers_reach(self) -> None:
        async with surface(Recipe(problem=problem("rosenbrock"))) as (app, pilot):
            app.view.action_follow()
            for factor in (2.0, 0.5):
                for _ in range(45):
                    app.view.action_zoom(factor)
                    app.draw()
                await settled(app, pilot)
                assert all(map(math.isfinite, window(app)))
                assert len(app.find("●")) == 1
                assert app.lines[app.map.size.height - 1][: app.map.size.width].rstrip().endswith("w")

    async def test_following_keeps_the_point_in_sight_and_moves_seldom(self) -> None:
        async with surface() as (app, _):
            app.view.action_follow()
            app.view.action_zoom(8.0)
            seen = set()
            for _ in range(60):
                app.do(Step(2))
                seen.add(window(app))
                assert len(app.find("●")) == 1
            assert 1 < len(seen) < 10
            assert "following" in app.lines[0]

    async def test_another_problem_is_looked_at_whole(self) -> None:
        async with surface() as (app, pilot):
            app.view.action_zoom(4.0)
            app.view.action_levels()
            app.do(SetProblem(problem("rosenbrock")))
            await settled(app, pilot)
            assert window(app)[:2] == (-2.0, 2.0)
            assert app.landscape.logarithmic

    async def test_the_other_kind_of_bands(self) -> None:
        async with surface() as (app, _):
            assert not app.landscape.logarithmic
            for expected in (True, False):
                app.view.action_levels()
                app.draw()
                assert app.landscape.logarithmic is expected
                assert ("logarithmic" in app.lines[0]) is expected

    async def test_contours(self) -> None:
        async with surface() as (app, _):
            black = app.map._style("contour").bgcolor

            def drawn() -> int:
                return sum(black in (style.color, style.bgcolor) for row in app.cells[1:-1] for _, style in row[3:39])

            without = drawn()
            app.view.action_contours()
            app.draw()
            assert drawn() > without + 100
            app.view.action_contours()
            app.draw()
            assert drawn() == without


class TestBeside:
    async def test_the_numbers_of_the_current_iteration(self) -> None:
        async with surface() as (app, _):
            assert "none yet" in beside(app)[3]
            app.do(Step(90))
            row, before = app.session.row, app.session.history.row(89)
            words = [line.split() for line in beside(app)[:5]]
            assert words[0] == ["w", "b"]
            assert words[1] == ["here", signed(row.w).strip(), signed(row.b).strip()]
            assert words[2] == ["dL/d", signed(row.dw).strip(), signed(row.db).strip()]
            assert words[3] == ["step", signed(row.w - before.w).strip(), signed(row.b - before.b).strip()]
            length = math.hypot(row.w - before.w, row.b - before.b)
            assert words[4] == ["loss", signed(row.loss).strip(), "|step|", rough(length, 4)]
            assert app.view.cursor_position == (app.map.size.width + 1, 1)

    async def test_slices_show_the_derivative_as_a_slope(self) -> None:
        async with surface() as (app, pilot):
            app.view.action_beside()
            app.do(Step(80))
            await settled(app, pilot)
            row = app.session.row
            assert f"loss along w, slope dL/dw {rough(row.dw)}" in app.text
            assert f"loss along b, slope dL/db {rough(row.db)}" in app.text
            assert sum(line.count("●") for line in beside(app)) == 2

    async def test_slices_of_a_run_that_flies_away(self) -> None:
        """However steep it is where it has come to; and where nothing is finite there are none."""
        async with surface(Recipe(problem=problem("rosenbrock"), eta=1.0), (100, 40)) as (app, pilot):
            app.view.action_beside()
            await settled(app, pilot)
            while app.session.row.is_finite:
                assert "slope dL/dw" in app.text
                app.do(Step())
                await pilot.pause()
            assert "slope dL/dw" not in app.text

    async def test_gentle_slopes_move_slowly_and_steep_ones_fast(self) -> None:
        async with surface() as (app, pilot):
            app.view.action_beside()
            app.view.action_beside()
            app.do(Step(120))
            await settled(app, pilot)
            found = re.findall(r"(first|longest|last), at (\d+) +(\S+) +(\S+)", app.text)
            assert [(name, int(at)) for name, at, _, _ in found] == [("first", 0), ("longest", 81), ("last", 119)]
            for _, at, gradient, step in found:
                row = app.session.history.row(int(at))
                assert gradient == step == rough(math.hypot(row.dw, row.db), 4)  # eta is 1
            app.do(GoTo(3))
            assert "last, at 2 " in app.text
            app.view.action_beside()
            await settled(app, pilot)
            assert "and more" in app.text

    async def test_of_how_many_points_the_map_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gdtui.engine.analysis.landscape.WORK", 60_000)
        async with surface(Recipe(problem=problem("sparse"))) as (app, _):
            assert re.search(r"loss, of \d\d points", app.lines[0])


class TestMesh:
    async def test_there_and_back(self) -> None:
        async with surface() as (app, _):
            flat = app.text
            app.view.action_mesh()
            app.do(Step(100))
            solid = app.text
            assert "w 6 b -6" in solid
            assert sum(line.count("●") for line in solid.splitlines()) >= 2
            app.view.action_pan(6, 0)
            app.draw()
            assert "w -6 b 6" in app.text
            app.view.action_pan(-6, 0)
            app.draw()
            assert app.text == solid
            app.view.action_mesh()
            app.do(GoTo(0))
            assert app.lines[0].rstrip() == flat.splitlines()[0]
            assert len(app.find("●")) == 1

    @pytest.mark.parametrize(
        ("size", "arguments", "word"), [((60, 16), {}, "no room"), ((80, 24), {"ascii_only": True}, "braille")]
    )
    async def test_where_the_flat_form_is_better_it_stays(
        self, size: tuple[int, int], arguments: dict[str, Any], word: str
    ) -> None:
        async with surface(size=size, **arguments) as (app, _):
            app.view.action_mesh()
            app.draw()
            assert word in app.lines[0]
            assert app.find("@" if arguments else "●")


class TestSizes:
    @pytest.mark.parametrize("size", [(59, 24), (80, 15), (20, 6), (30, 40), (1, 5)])
    async def test_the_numbers_alone(self, size: tuple[int, int]) -> None:
        async with surface(size=size) as (app, _):
            assert app.view.left_out == "the map"
            assert "▀" not in app.text
            assert size[0] < 34 or f"here  {signed(-2.0)}" in app.text

    async def test_a_storm_of_sizes(self) -> None:
        draw = random.Random(5)
        async with surface() as (app, pilot):
            app.do(Step(50))
            for _ in range(12):
                await pilot.resize_terminal(
                    draw.choice([1, 3, 59, 60, 75, 80, 133]), draw.choice([1, 2, 11, 12, 20, 36])
                )
                app.draw()
            for look in (app.view.action_beside, app.view.action_beside, app.view.action_mesh):
                look()
                await pilot.resize_terminal(draw.randrange(1, 100), draw.randrange(1, 40))
                app.draw()
            await pilot.resize_terminal(80, 20)
            await settled(app, pilot)
            assert app.view.left_out == ""


class TestOddities:
    @pytest.mark.parametrize(
        ("loss", "own"),
        [
            (lambda w, b: 0.4, SQUARE),
            (lambda w, b: math.nan, SQUARE),
            (lambda w, b: np.where(np.abs(w) < 0.3, np.inf, w) + b, SQUARE),
            (lambda w, b: np.exp(600.0 * np.minimum(w, 1.0)) + 0.0 * b, SQUARE),
            (lambda w, b: w * w + b * b, Window(0.5, 0.5, 0.5, 0.5)),
            (lambda w, b: w * w + b * b, Window(-1e300, 1e300, -1.0, 1.0)),
        ],
    )
    async def test_any_surface_and_window(self, loss: Any, own: Window) -> None:
        async with surface(recipe_of(formula(loss, own, minima=[(0.5, 0.5)]))) as (app, pilot):
            for look in (
                app.view.action_levels,
                app.view.action_contours,
                lambda: app.view.action_zoom(3.0),
                lambda: app.view.action_pan(1, -1),
                app.view.action_beside,
                app.view.action_beside,
                app.view.action_mesh,
                lambda: app.view.action_pan(5, 1),
                app.view.action_follow,
            ):
                look()
                app.do(Step(1))
            await settled(app, pilot)

    async def test_a_gap_is_neither_band_nor_crash(self) -> None:
        async with surface(recipe_of(formula(lambda w, b: np.where(w < 0.0, np.nan, w) + 0.0 * b))) as (app, _):
            character, style = app.cells[3][app.gutter + 1]
            assert character == " "
            assert style.bgcolor is None or style.bgcolor.is_default
            assert "not finite" in app.text

    async def test_a_constant_loss_says_so(self) -> None:
        async with surface(recipe_of(formula(lambda w, b: 0.25 + 0.0 * w * b))) as (app, _):
            assert "the loss is 0.250000 all over" in app.text

    async def test_every_problem_is_drawn(self) -> None:
        async with surface() as (app, pilot):
            for name in (name for name, problem in PROBLEMS.items() if not problem.asks):
                app.do(SetProblem(problem(name)), Step(3))
                await settled(app, pilot)
                assert window(app).w_low <= PROBLEMS[name].make().window.w_low + 1e-9
                assert len(app.find("●")) == 1
                assert len(app.landscape.levels) >= 7
