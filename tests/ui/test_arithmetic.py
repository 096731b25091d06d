"""View 3: the arithmetic of a step, as a person reads it."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.engine.analysis.arithmetic import PARTS, arithmetic
from gdtui.engine.batches import Batches
from gdtui.engine.catalog import OPTIMIZERS
from gdtui.engine.mistakes import BadInput
from gdtui.engine.numbers import FLOATS
from gdtui.engine.problems.definition import Objective
from gdtui.engine.problems.neuron import Neuron
from gdtui.engine.problems.points import points
from gdtui.session.commands import Back, GoTo, Restart, SetEta, SetOptimizer, Step
from gdtui.session.recipe import Recipe, optimizer, problem
from gdtui.session.session import Session
from gdtui.ui.views.part_sentence import sentence
from gdtui.ui.views.working import Working
from tests.engine import textbook
from tests.engine.textbook import FIFTY, Pair
from tests.session.test_variants import COMMANDS, recipes
from tests.ui.steps import steps
from tests.ui.surfaces import recipe_of
from tests.ui.test_table import drawn


def numbers_of(app: Any, label: str, end: int | None = None) -> list[float]:
    """The numbers of the line that begins so, up to a column."""
    (line,) = [line[:end] for line in app.lines if line[2:].startswith(label)]
    return [float(text) for text in line[2 + len(label) :].split() if re.fullmatch(r"-?\d[\d.]*(e-\d+)?", text)]


class TestNumbers:
    @pytest.mark.parametrize("start", [(-2.0, -2.0), (0.5, -1.0), (3.0, 3.0)])
    async def test_the_lecture_by_hand(self, start: tuple[float, float]) -> None:
        """Every number on the screen is that of fifty digits, to the digits that are shown."""
        truth = textbook.Neuron(textbook.LECTURE)
        async with steps(start=start) as (app, _):
            w, b = map(FIFTY.number, start)
            terms = list(truth.in_points(FIFTY, (w, b)))
            f = [truth.f(FIFTY, w * x + b) for _, _, _, x in terms]
            loss, g = truth.at(FIFTY, Pair((w, b)))
            expected = {
                "z = w x + b": [w * x + b for _, _, _, x in terms],
                "f = 1/(1 + exp(-z))": f,
                "f - y": [each - y for each, (_, y) in zip(f, textbook.numbers(FIFTY, textbook.LECTURE), strict=True)],
                "L = 0.5 (f - y)^2": [*(value for value, *_ in terms), loss],
                "f' = f (1 - f)": [each * (1 - each) for each in f],
                "dL/dz = (f - y) f'": [delta for _, delta, _, _ in terms],
                "dL/dw = dL/dz x": [*(delta * x for _, delta, _, x in terms), g[0]],
                "dL/db = dL/dz": [*(delta for _, delta, _, _ in terms), g[1]],
                "new w": [w - g[0]],
                "new b": [b - g[1]],
            }
            for label, values in expected.items():
                is_new = label.startswith("new")
                shown = numbers_of(app, label, None if is_new else 55)[-1 if is_new else 0 :]
                assert shown == [pytest.approx(float(value), rel=2e-4) for value in values], label
                if label.startswith(("dL/dw", "dL/db", "new")):
                    assert shown[-1] == pytest.approx(float(values[-1]), rel=1e-5)
            app.do(Step())
            assert numbers_of(app, "L = 0.5 (f - y)^2", 55)[-1] == pytest.approx(app.session.row.loss, rel=1e-5)

    @given(recipes(), COMMANDS, st.integers(0, 30))
    @settings(deadline=None, max_examples=120)
    def test_the_new_w_is_the_next_row_of_the_table_to_the_last_digit(
        self, recipe: Recipe, commands: Any, at: int
    ) -> None:
        session = Session(recipe)
        for command in [*commands, GoTo(at)]:
            session.do(command)
        if not session.row.is_finite:
            return
        step = arithmetic(session.method, session.departure)
        rows = [row.line for row in Working(session.method, step, 80).essence()]
        lines = ["".join(text for text, _ in line) for line in rows if line[0][1] != "quiet"]
        session.do(Step())
        table = drawn(session, 80, 20)
        _, iteration, *columns = table.text[table.marked].split()
        assert int(iteration) == session.cursor == step.then.iteration
        results = [line.rpartition(" = ")[2].strip() for line in lines if " = " in line]
        assert results == columns[:2]


class TestParts:
    async def test_tab_walks_through_the_parts_and_back_to_the_whole(self) -> None:
        async with steps(optimizer=optimizer("adam")) as (app, _):
            walked = []
            for _ in range(6):
                app.view.action_substep(1)
                app.draw()
                walked.append(app.view.part)
                assert bool(app.marked) == bool(app.view.part)
            assert walked == [*PARTS, ""]
            app.view.action_substep(-1)
            app.draw()
            assert app.view.part == "update"
            assert any(line.startswith("> new w") for line in app.marked)
            assert any("> theta = theta - eta" in line[50:] for line in app.lines)  # of the algorithm

    @pytest.mark.parametrize(
        ("recipe", "missing"),
        [
            ({}, {"memory"}),
            ({"problem": problem("rosenbrock")}, {"memory", "error"}),
            ({"problem": problem("rosenbrock"), "optimizer": optimizer("momentum")}, {"error"}),
        ],
    )
    async def test_what_a_step_has_not_is_skipped(self, recipe: Any, missing: set[str]) -> None:
        async with steps(**recipe) as (app, _):
            seen = set()
            for _ in range(6):
                app.view.action_substep(1)
                app.draw()
                seen.add(app.view.part)
            assert seen == {"", *PARTS} - missing

    async def test_a_part_that_is_gone_gives_way_to_the_whole(self) -> None:
        async with steps(optimizer=optimizer("momentum")) as (app, _):
            app.take("memory")
            app.do(SetOptimizer(optimizer("gd")))
            assert app.view.part == ""

    async def test_the_numbers_of_one_point_are_put_in(self) -> None:
        async with steps() as (app, _):
            app.take("forward")
            assert "> z       -2.000000 * 0.5 + (-2.000000)" in app.text
            app.take("gradient")
            (line,) = [line for line in app.lines if line.startswith("> dL/dw   -0.00344639 + (")]
            assert float(line.split(" = ")[1]) == pytest.approx(app.session.row.dw, rel=1e-5)

    async def test_the_cross_entropy_does_without_the_slope(self) -> None:
        async with steps(problem=problem("lecture:loss=cross-entropy")) as (app, _):
            app.take("gradient")
            assert "dL/dz = f - y" in app.text
            assert "f'" not in app.text


class TestReasons:
    async def test_why_the_step_was_so_small(self) -> None:
        async with steps(start=(-4.0, -4.0)) as (app, _):
            assert "2 of 2 points saturated, f' < 0.05" in app.lines[0]
            app.do(Restart((1.8, -2.28)))
            assert "every f is within 0.01 of its y" in app.lines[0]

    async def test_what_momentum_adds(self) -> None:
        async with steps(optimizer=optimizer("momentum")) as (app, _):
            app.do(Step(5))
            before, g = app.session.row, (app.session.row.dw, app.session.row.db)
            (line,) = [line for line in app.lines if "-eta g + more" in line]
            app.do(Step())
            after = app.session.row
            shown = re.findall(r"([wb]) (\S+) ([+-]) (\S+)", line.partition(": ")[2])
            for (of, along, sign, more), slope in zip(shown, g, strict=True):
                moved = getattr(after, of) - getattr(before, of)
                assert float(along) == pytest.approx(-slope, rel=1e-5)
                assert float(along) + float(sign + more) == pytest.approx(moved, rel=1e-5)
            assert "times eta |g|" in app.lines[0]

    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_every_sentence_is_one_line(self, name: str) -> None:
        for on in ("lecture", "padhai:reduction=mean", "sparse", "himmelblau"):
            session = Session(Recipe(optimizer=optimizer(name), problem=problem(on)))
            for n in (0, 1, 150):
                session.do(Step(n))
                if session.row.is_finite:
                    step = arithmetic(session.method, session.departure)
                    for part in ("", *PARTS):
                        assert 20 < len(sentence(part, session.method, step)) <= 80


class TestRules:
    @pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (60, 16), (200, 60), (50, 12)])
    async def test_nothing_is_wider_than_the_screen_and_all_of_it_is_ascii(self, width: int, height: int) -> None:
        async with steps((width, height), ascii_only=True) as (app, _):
            for name in OPTIMIZERS:
                for on in ("lecture", "padhai:reduction=mean", "beale"):
                    app.session = Session(Recipe(optimizer=optimizer(name), problem=problem(on)))
                    app.do(Step(2))
                    for _ in range(3 if width == 80 else 1):
                        assert app.text.isascii()
                        lines = ["".join(text for text, _ in line) for line in app.view._lines._lines]
                        wide = [line for line in lines if len(line.rstrip()) > width]
                        assert not wide, (name, on, wide)
                        assert len(lines) == app.view._lines.size.height
                        app.view.action_substep(1)
                        app.draw()

    async def test_every_eta_that_a_line_search_tries_with_its_loss(self) -> None:
        async with steps(optimizer=optimizer("line-search")) as (app, _):
            row = app.session.row
            tried = {}
            for taken, eta, loss in re.findall(r"(\*?)(\d+\.\d): (\S+)", "\n".join(app.lines[1:])):
                tried[float(eta)] = float(loss)
                assert bool(taken) == (eta == "10.0")
            evaluate = app.session.method.problem.objective(FLOATS).evaluate
            assert tried == {
                eta: pytest.approx(evaluate(row.w - eta * row.dw, row.b - eta * row.db)[0], rel=1e-5)
                for eta in (0.1, 0.5, 1.0, 5.0, 10.0)
            }

    async def test_a_batch_and_no_other_points(self) -> None:
        async with steps(problem=problem("padhai"), batches=Batches(4)) as (app, _):
            app.do(Step())
            assert "point 5" in app.text
            assert "point 6" in app.text
            assert "point 1" not in app.text
            assert "batch sum" in app.text
            assert "epoch 1, batch 2 of 2: 2 of 6 points" in app.text
            assert "of all points" in app.text

    async def test_a_formula_stands_there_only_if_it_is_that_of_every_point(self) -> None:
        async with steps((120, 40), problem=problem("padhai:activation=relu"), start=(1.0, 0.0)) as (app, _):
            assert "f = max(z, 0)" in app.text
            assert "f' =" not in app.text  # 1 at some points, 0 at others
            assert numbers_of(app, "f' ") == [1.0, 1.0, 1.0, 0.0, 1.0, 0.0]

    async def test_a_mean_is_divided(self) -> None:
        async with steps((120, 40), problem=problem("padhai:reduction=mean")) as (app, _):
            *_, total, mean = numbers_of(app, "dL/dw = dL/dz x")
            assert mean == pytest.approx(total / 6, rel=1e-5)
            assert mean == pytest.approx(app.session.row.dw, rel=1e-5)


class TestManyPoints:
    async def test_the_first_the_largest_the_last_and_the_rest(self) -> None:
        async with steps(problem=problem("padhai")) as (app, _):
            step = arithmetic(app.session.method, app.session.departure)
            assert step.points is not None
            largest = next(i for i in step.points.largest if i not in {0, 5})
            assert re.findall(r"point (\d)", app.lines[1]) == ["1", str(largest + 1), "6"]
            *terms, rest, total = numbers_of(app, "dL/db = dL/dz")
            assert len(terms) == 3
            assert sum(terms) + rest == pytest.approx(total, rel=1e-3)
            for first in (1, 4, 4):  # pages of three, up to the last
                app.view.action_pan(1, 0)
                app.draw()
                assert re.findall(r"point (\d)", app.lines[1]) == [str(first + k) for k in range(3)]
            app.view.action_pan(-1, 0)
            app.draw()
            assert "point 1" in app.lines[1]

    async def test_of_twenty_thousand_few_are_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        random = np.random.default_rng(1)
        many = Neuron(points(random.normal(size=20_000), random.random(20_000)))
        async with steps(**vars_of(recipe_of(many, eta=1e-4))) as (app, _):
            asked = []
            at = many.__class__.terms
            monkeypatch.setattr(Neuron, "terms", lambda self, numbers: asked.append(numbers) or at(self, numbers))
            app.do(Step())
            assert len(asked) < 200
            assert "rest" in app.lines[1]
            assert numbers_of(app, "dL/db = dL/dz")[-1] == pytest.approx(app.session.row.db, rel=1e-5)

    async def test_a_loss_that_was_left_open_is_filled_in(self) -> None:
        random = np.random.default_rng(1)
        many = Neuron(points(random.normal(size=20_000), random.random(20_000)))
        async with steps(**vars_of(recipe_of(many, eta=1e-2)), batches=Batches(100)) as (app, _):
            app.do(Step(3))
            before = app.session.row.loss
            (line,) = [line for line in app.lines if line.startswith("  new L")]
            app.do(Step())
            assert [float(x) for x in re.findall(r"\d[\d.]+", line)[:2]] == [
                pytest.approx(loss, rel=1e-6) for loss in (app.session.row.loss, before)
            ]


class TestScrolling:
    async def test_down_to_the_last_line_and_up_again(self) -> None:
        async with steps(optimizer=optimizer("adam")) as (app, _):
            first = app.text
            assert "more below: j" in app.lines[-1]
            assert "-eta g + more" not in first
            for _ in range(40):
                app.view.action_pan(0, -1)
                app.draw()
            assert "more above: k" in app.lines[-1]
            assert "below" not in app.lines[-1]
            assert "-eta g + more" in app.text
            for _ in range(40):
                app.view.action_pan(0, 1)
                app.draw()
            assert app.text == first

    async def test_the_part_in_hand_comes_into_sight(self) -> None:
        async with steps(optimizer=optimizer("adam")) as (app, _):
            app.take("update")
            assert [line[:7] for line in app.marked if line.startswith("> new")] == ["> new w", "> new b", "> new L"]
            y = app.view.cursor_position.y
            assert app.lines[y].startswith("> theta")

    async def test_below_60x13_the_new_w_and_b_alone(self) -> None:
        async with steps((58, 14), optimizer=optimizer("momentum")) as (app, _):
            assert app.view.left_out == "all but the new w and b"
            assert "new w" in app.text
            assert "u_w" not in app.text
        async with steps((60, 16)) as (app, _):
            assert app.view.left_out == ""


class TestNeverAsksWhileDrawing:
    async def test_a_function_of_ones_own(self) -> None:
        answers = True

        class Own:
            title, start, window, eta, minima, size = "own", (1.0, 2.0), (-2.0, 2.0, -2.0, 2.0), 0.1, (), 0

            def objective(self, _numbers: Any) -> Objective:
                def evaluate(w: float, b: float) -> tuple[float, float, float]:
                    if not answers:
                        raise BadInput("asked while drawing")
                    return w * w + b * b, 2.0 * w, 2.0 * b

                return Objective(evaluate, lambda _w, _b: (2.0, 0.0, 2.0))

            def batch(self, _places: Any) -> Any:
                return self

        for name in OPTIMIZERS:
            async with steps(**vars_of(recipe_of(Own(), optimizer=optimizer(name)))) as (app, _):  # type: ignore[arg-type]
                app.do(Step())
                shown = app.text
                answers = False
                app.view.draw(app.session)
                answers = True
                assert app.text == shown
                assert "L at w, b, as the function answers" in shown

    async def test_what_was_not_looked_up_is_not_shown(self) -> None:
        async with steps() as (app, _):
            app.session.do(Step())
            app.view.draw(app.session)
            assert app.lines[0].startswith("The next step is not known.")
            app.draw()
            assert "new w" in app.text

    async def test_no_step_leads_on_from_where_it_is_not_finite(self) -> None:
        async with steps(problem=problem("rosenbrock"), eta=100.0) as (app, _):
            app.do(Step(50))
            assert not app.session.row.is_finite
            assert app.lines[0].startswith("No step leads on from here.")
            app.do(Back(2))
            assert "new w" in app.text

    async def test_a_change_on_the_way_is_seen_at_once(self) -> None:
        async with steps() as (app, _):
            app.do(Step(3), SetEta(5.0))
            assert " - 5.0 * (" in app.text
            app.do(Back(2), SetEta(2.0))
            assert " - 2.0 * (" in app.text


def vars_of(recipe: Recipe) -> dict[str, Any]:
    return {name: getattr(recipe, name) for name in ("problem", "optimizer", "eta")}
