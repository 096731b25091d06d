"""The page of the derivative as sensitivity, by the lecture's own example and by fifty digits."""

import re

import pytest
from mpmath import mp, mpf

from gdtui.session.commands import Forward, Step
from gdtui.session.recipe import Recipe, problem
from gdtui.session.session import Session
from gdtui.ui.views.sensitivity import Sensitivity
from tests.ui.shown import Shown, showing
from tests.ui.test_taylor_page import loss, numbers


def marked(app: Shown) -> list[float]:
    """dx, dy, dy/dx and the digits that agree, of the secant in hand."""
    return numbers(next(line for line in app.lines if line.startswith(">"))[:41])


def derivative(app: Shown) -> float:
    return numbers(next(line for line in app.lines if "by formula" in line or line.startswith("  derivative"))[22:41])[
        0
    ]


def words(app: Shown) -> str:
    """What stands under the table."""
    return re.sub(r"\s+", " ", " ".join(line[:41] for line in app.lines))


class TestTheNotes:
    async def test_from_2_to_2_5_it_is_4_5_and_the_derivative_4(self) -> None:
        async with showing(Sensitivity) as (app, _):
            assert marked(app) == [0.5, 2.25, 4.5, 0]
            assert derivative(app) == 4.0
            assert "y = x^2, from x = 2.0 on" in app.lines[0]
            assert "y up by 2.25, 4.50 times as much. The derivative is 4.00: steep." in words(app)

    async def test_as_dx_shrinks_it_settles(self) -> None:
        """(2 + h)^2 - 4 = 4 h + h^2."""
        async with showing(Sensitivity) as (app, _):
            for h in (0.5, 0.1, 0.01, 1e-3):
                dx, dy, slope, _ = marked(app)
                assert (dx, dy, slope) == (h, pytest.approx(4 * h + h * h, rel=1e-6), pytest.approx(4 + h, rel=1e-6))
                app.view.action_shrink(1)
                app.draw()
            app.view.action_shrink(-9)
            app.draw()
            assert marked(app)[0] == 0.5

    @pytest.mark.parametrize(
        ("by", "slope", "word"),
        [(0, 4.0, "steep."), (-3, 1.0, "less steep."), (-4, 0.0, "the vertex"), (-5, -1.0, "less")],
    )
    async def test_steep_less_steep_and_the_vertex(self, by: int, slope: float, word: str) -> None:
        async with showing(Sensitivity) as (app, _):
            app.view.action_move(by)
            app.draw()
            assert derivative(app) == slope
            assert f": {word}" in words(app)

    async def test_it_ends_where_the_chart_ends(self) -> None:
        async with showing(Sensitivity) as (app, _):
            for by in (99, -99):
                app.view.action_move(by)
                app.draw()
                assert "●" in app.text

    async def test_a_step_of_the_descent_leaves_it_alone(self) -> None:
        async with showing(Sensitivity) as (app, _):
            before = app.text
            app.do(Step(1))
            assert app.text == before


class TestTheLoss:
    @pytest.mark.parametrize(("turns", "name"), [(1, "w"), (2, "b")])
    async def test_in_fifty_digits(self, turns: int, name: str) -> None:
        async with showing(Sensitivity) as (app, _):
            for _ in range(turns):
                app.view.action_curve()
            app.view.action_shrink(2)
            app.draw()
            dx, dy, slope, digits = marked(app)
            found = derivative(app)
            both = numbers(next(line for line in app.lines if f"to {name}+d{name}" in line)[21:41])
        with mp.workdps(50):
            at = mpf(-2)
            along = (lambda x: loss(x, at)) if name == "w" else (lambda x: loss(at, x))
            h, tiny = mpf("0.01"), mpf("1e-20")
            truth = (along(at + tiny) - along(at - tiny)) / (2 * tiny)
            rise, both_sides = along(at + h) - along(at), (along(at + h) - along(at - h)) / (2 * h)
        assert dx == 0.01
        assert [dy, slope] == pytest.approx([float(rise), float(rise / h)], rel=1e-5)
        assert found == pytest.approx(float(truth), rel=5e-6)
        assert both[0] == pytest.approx(float(both_sides), rel=5e-6)
        for value, count in ((rise / h, digits), (both_sides, both[1])):
            assert 10.0 ** -(count + 1) <= abs(value / truth - 1) < 10.0**-count

    async def test_the_point_is_the_iterations(self) -> None:
        async with showing(Sensitivity) as (app, _):
            app.view.action_curve()
            app.draw()
            app.view.action_move(1)
            app.draw()
            assert "from w = -2.000000 on" in app.lines[0]
            assert "Only a step of the descent moves w." in words(app)
            app.do(Step(1))
            assert "from w = -1.994508 on" in app.lines[0]  # the lecture's second row

    async def test_many_digits_agree_before_rounding_takes_them(self) -> None:
        async with showing(Sensitivity) as (app, _):
            app.view.action_curve()
            counts = []
            for _ in range(13):
                app.draw()
                counts.append(marked(app)[3])
                app.view.action_shrink(1)
            assert max(counts) >= 6 > counts[-1]
            assert counts[0] == 0


class TestSizesAndOddPlaces:
    @pytest.mark.parametrize("size", [(60, 12), (60, 16), (80, 24), (120, 35), (200, 55), (20, 8)])
    async def test_every_size_and_ascii(self, size: tuple[int, int]) -> None:
        session = Session(Recipe())
        session.do(Forward(60, None))
        async with showing(Sensitivity, session, size, ascii_only=True) as (app, _):
            app.view.action_shrink(12)
            for _ in range(3):
                app.draw()
                assert app.text.isascii()
                assert bool(app.view.left_out) == (size[0] < 80 or size[1] < 16)
                assert app.lines[app.view.cursor_position.y][0] == ">"
                app.view.action_curve()

    async def test_nothing_looked_up_yet(self) -> None:
        async with showing(Sensitivity) as (app, _):
            app.view.action_curve()
            app.view.draw(app.session)
            assert "is not known" in words(app)

    async def test_far_outside_the_window(self) -> None:
        session = Session(Recipe(problem=problem("sphere"), start=(1e150, 3.0)))
        async with showing(Sensitivity, session) as (app, _):
            app.view.action_curve()
            app.draw()
            assert "from w = 1.000" in app.lines[0]
            app.view.action_curve()
            app.draw()
            assert derivative(app) == 6.0

    async def test_what_is_not_finite_is_said(self) -> None:
        session = Session(Recipe(problem=problem("sphere"), start=(1e200, 3.0)))
        async with showing(Sensitivity, session) as (app, _):
            app.view.action_curve()
            app.draw()
            assert "There is no slope: at iteration 0 the loss is inf." in words(app)
