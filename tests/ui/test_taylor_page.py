"""The page of Taylor's expansion: its numbers against independent ones, and what nothing may break."""

import re

import pytest
from mpmath import exp, mp, mpf

from gdtui.session.commands import Forward, GoTo, SetEta, Step
from gdtui.session.recipe import Recipe, problem
from gdtui.session.session import Session
from gdtui.ui.views.taylor import Taylor
from tests.ui.shown import Shown, showing

NUMBER = re.compile(r"-?\d[\d.]*(?:e-?\d+)?")


def numbers(line: str) -> list[float]:
    return [float(text) for text in NUMBER.findall(line)]


def loss(w: mpf, b: mpf) -> mpf:
    """The lecture's, in fifty digits."""
    return (
        sum((1 / (1 + exp(-(w * x + b))) - y) ** 2 for x, y in ((mpf("0.5"), mpf("0.2")), (mpf("2.5"), mpf("0.9")))) / 2
    )


def row(app: Shown, label: str) -> list[float]:
    """The numbers of the table's row that begins with a label."""
    (line,) = [line for line in app.lines if line[2:].startswith(f"{label} ")]
    return numbers(line[11:])


class TestTable:
    @pytest.mark.parametrize("eta", ["0.1", "1.0", "10.0"])
    async def test_the_lectures_first_step_in_fifty_digits(self, eta: str) -> None:
        """L, its gradient and its second derivative along it, by differences of a step that fifty digits allow."""
        async with showing(Taylor) as (app, _):
            found = row(app, eta)
        with mp.workdps(50):
            w = b = mpf(-2)
            h = mpf("1e-15")
            dw, db = (loss(w + h, b) - loss(w - h, b)) / (2 * h), (loss(w, b + h) - loss(w, b - h)) / (2 * h)
            t = mpf(eta)
            change = loss(w - t * dw, b - t * db) - loss(w, b)
            first = -t * (dw * dw + db * db)
            bend = (loss(w - h * dw, b - h * db) - 2 * loss(w, b) + loss(w + h * dw, b + h * db)) / h**2
            second = first + t * t / 2 * bend
            truth = [float(x) for x in (change, first, first - change, second, second - change)]
        for shown, true, digits in zip(found, truth, (5e-6, 5e-6, 1e-3, 5e-6, 1e-2), strict=True):
            assert shown == pytest.approx(true, rel=digits)

    async def test_on_a_bowl_the_second_order_has_no_error(self) -> None:
        """L = w^2 + b^2 at (3, 4): g = (6, 8), |g| = 10; eta 0.1 leads to (2.4, 3.2), where L = 16."""
        session = Session(Recipe(problem=problem("sphere"), start=(3.0, 4.0)))
        session.do(SetEta(0.1))
        async with showing(Taylor, session) as (app, _):
            assert "- 25.00000, for u = -g, |g| = 10.00000" in app.lines[0]
            change, first, error, second, _ = row(app, "0.1")
            assert (change, first, error, second) == (-9.0, -10.0, -1.0, -9.0)
            # 1 times the gradient leads to (-3, -4), as high as here: the first order is wrong from there on.
            assert row(app, "1.0")[:4] == [0.0, -100.0, -100.0, 0.0]
            assert app.lines[8].rstrip().endswith("stays")
            last = numbers(next(line for line in app.lines if "predicts the sign" in line).split("eta")[1])
            assert last[0] == pytest.approx(1.0, rel=1e-6)

    async def test_the_current_eta_is_marked_among_its_neighbours(self) -> None:
        async with showing(Taylor) as (app, _):
            app.do(SetEta(5.0))
            table = app.lines[2:9]
            assert [line[2:9].strip() for line in table] == ["0.5", "1.0", "2.5", "5.0", "10.0", "25.0", "50.0"]
            assert [line[0] for line in table] == [" "] * 3 + [">"] + [" "] * 3
            assert app.view.cursor_position.y == 5

    async def test_where_the_first_order_says_falls_and_the_loss_rises(self) -> None:
        """On w^2 + b^2 any eta above 1 overshoots."""
        session = Session(Recipe(problem=problem("sphere"), start=(3.0, 4.0)))
        session.do(SetEta(0.5))
        async with showing(Taylor, session) as (app, _):
            assert [line.rstrip()[-5:] == "rises" for line in app.lines[2:9]] == [False] * 5 + [True] * 2

    async def test_it_follows_the_iteration_and_comes_back(self) -> None:
        async with showing(Taylor) as (app, _):
            before = app.text
            app.do(Step(1))
            assert app.text != before
            app.do(GoTo(0))
            assert app.text == before


class TestDirection:
    async def test_most_negative_at_180_degrees(self) -> None:
        async with showing(Taylor) as (app, _):
            changes = {}
            for _ in range(8):
                line = next(line for line in app.lines if " deg " in line)
                angle, *found = numbers(line)
                changes[angle] = found
                app.view.action_turn(45.0)
                app.draw()
            assert sorted(changes) == [0, 45, 90, 135, 180, 225, 270, 315]
            assert min(changes, key=lambda angle: changes[angle][0]) == 180
            assert min(changes, key=lambda angle: changes[angle][1]) == 180
            assert changes[0][1] == -changes[180][1]
            assert changes[135][1] / changes[180][1] == pytest.approx(0.5**0.5, rel=1e-5)
            assert abs(changes[90][1]) < 1e-15

    async def test_the_vector_is_told(self) -> None:
        """g = (6, 8) at (3, 4), turned by a quarter: (-8, 6)."""
        session = Session(Recipe(problem=problem("sphere"), start=(3.0, 4.0)))
        async with showing(Taylor, session) as (app, _):
            app.view.action_turn(-90.0)
            app.draw()
            assert "90 degrees from g, cos 0.0000, u (-8.00000, 6.000000)" in app.text.replace("-8.000000", "-8.00000")

    async def test_the_chart_says_where_it_is_lowest(self) -> None:
        async with showing(Taylor) as (app, _):
            assert "lowest at 180" in app.text
            assert "●" in app.text


class TestSizesAndOddPlaces:
    @pytest.mark.parametrize("size", [(60, 12), (60, 16), (80, 24), (120, 35), (200, 55), (30, 8), (10, 6)])
    async def test_every_size_and_ascii(self, size: tuple[int, int]) -> None:
        session = Session(Recipe())
        session.do(Forward(100, None))
        async with showing(Taylor, session, size, ascii_only=True) as (app, _):
            assert app.text.isascii()
            assert ("chart" in app.view.left_out) == (size[0] < 60 or size[1] < 24)
            assert ("errors" in app.view.left_out) == (size[0] < 70)
            if size[0] >= 60:
                assert any(line.startswith("> 1.0 ") for line in app.lines)

    async def test_nothing_looked_up_yet(self) -> None:
        async with showing(Taylor) as (app, _):
            app.session.do(Step(1))
            app.view.draw(app.session)
            assert "not known" in app.text

    @pytest.mark.parametrize(
        ("start", "eta", "words"),
        [
            ((0.0, 0.0), 1.0, "The gradient is 0"),
            ((3.0, 4.0), 1e300, "predicts the sign up to eta 1.0"),
            ((1e200, 1.0), 0.1, "There is no expansion: at iteration 0 the loss is inf"),
        ],
    )
    async def test_on_a_bowl_at_odd_places(self, start: tuple[float, float], eta: float, words: str) -> None:
        session = Session(Recipe(problem=problem("sphere"), start=start))
        session.do(SetEta(eta))
        async with showing(Taylor, session) as (app, _):
            assert words in app.text
