"""A person's own data and function in the app, by keys alone; and what is waited for."""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock, Thread, current_thread, main_thread
from typing import Any

import pytest

from gdtui.engine.catalog import ProblemDefinition
from gdtui.session.data import Cancelled
from gdtui.session.own_function import OwnFunction
from gdtui.session.recipe import Recipe, problem
from gdtui.ui.app import farewell
from tests.ui.watched import Watched, running


@pytest.fixture
def points(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    path.write_text("hours;passed\n0.5;0.2\n2.5;0.9\n1.5;0.5\n")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.py"
    path.write_text(
        "def bowl(x, y): return x * x + 10 * y * y\n"
        "def fails(x, y):\n    if x > -1.5: raise ValueError('too \\x1b[31m far')\n    return x * x + y * y\n"
        "def loops(x, y):\n    while x > -1.5: pass\n    return x * x + y * y\n"
        "def always(x, y):\n    while True: pass\n"
        "def nan(x, y): return float('nan')\n"
        "def slow(x, y):\n    import time\n    time.sleep(0.004)\n    return x * x + y * y\n"
    )
    return path


class TestData:
    async def test_by_keys_alone_and_what_q_prints(self, points: Path) -> None:
        async with running() as (app, pilot):
            await pilot.press("p", *"neuron", "tab", *str(points), "enter")
            await app.until(lambda: app.session.recipe.source is not None)
            await app.settle(pilot)
            assert app.lines[0].startswith("Sigmoid neuron, 3 points")
            assert farewell(app.session)[0].startswith(f"gdtui --problem neuron --data {points} --optimizer gd")
            await pilot.press("p")
            assert str(points)[:20] in app.text

    async def test_columns_by_name(self, points: Path) -> None:
        async with running() as (app, pilot):
            await pilot.press("p", *"neuron", "tab", *str(points), "down", *"passed", "down", *"hours", "enter")
            await app.until(lambda: app.session.recipe.source is not None)
            assert list(app.session.method.problem.points) == [(0.2, 0.5), (0.9, 2.5), (0.5, 1.5)]  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "Data of neuron must be a file of points, FILE.csv."),
            ("none.csv", "--data must be a file of points, not 'none.csv': No such file or directory."),
        ],
    )
    async def test_what_cannot_be_leaves_everything_as_it_was(self, text: str, sentence: str) -> None:
        async with running() as (app, pilot):
            await pilot.press("right", "p", *"neuron", "tab", *text, "enter")
            await app.until(lambda: app.sentence == sentence)
            await pilot.press("escape")
            assert (app.session.recipe.problem, app.cursor) == (problem("lecture"), 1)

    async def test_reading_shows_how_far_it_is_and_esc_cancels_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def bring(_problem: ProblemDefinition, _asked: Mapping[str, str], go_on: Callable[[float], bool]) -> None:
            while go_on(0.25):
                pass
            raise Cancelled

        monkeypatch.setattr("gdtui.ui.app.bring", bring)
        async with running() as (app, pilot):
            await pilot.press("p", *"neuron", "tab", *"large.csv", "enter")
            await app.until(lambda: "██████████░" in app.text and "Reading 'large.csv'." in app.text)
            await pilot.press("right", "o")
            assert app.cursor == 0
            await pilot.press("escape")
            await app.until(lambda: app.sentence == "Left as it was.")
            await pilot.press("right")
            assert app.cursor == 1

    async def test_batches_that_do_not_fit_are_left_and_that_is_said(self) -> None:
        from gdtui.engine.batches import Batches

        async with running(batches=Batches(1)) as (app, pilot):
            await pilot.press("p", *"himmel", "enter")
            assert app.session.recipe.batches == Batches()
            assert app.sentence == "Himmelblau has too few points for the batches: all are used."


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[Thread | None]:
    """Those that ask the function, in their order; None for one that asks while another waits for its answer."""
    asked: list[Thread | None] = []
    ask, free = OwnFunction._ask, Lock()

    def watched(own: OwnFunction, kind: bytes, places: Any) -> Any:
        is_alone = free.acquire(blocking=False)
        asked.append(current_thread() if is_alone else None)
        try:
            return ask(own, kind, places)
        finally:
            if is_alone:
                free.release()

    monkeypatch.setattr(OwnFunction, "_ask", watched)
    return asked


async def on_function(app: Watched, file: Path, name: str) -> None:
    app.send("p", *"function", "tab", *f"{file}:{name}", "enter")
    await app.until(lambda: isinstance(app.session.recipe.source, OwnFunction) and app._aside is None)


class TestFunction:
    async def test_by_keys_alone_and_how_its_gradient_is_found(self, file: Path) -> None:
        async with running() as (app, pilot):
            await on_function(app, file, "bowl")
            await app.settle(pilot)
            assert app.lines[0].startswith("bowl of own.py   GD   eta 1.0")
            assert app.sentence == "The gradient of bowl is by complex step, exact to about 15 digits."
            await pilot.press("right", "m")
            await app.settle(pilot)
            assert app.cursor == 1
            assert "next step" in app.text
            assert farewell(app.session)[0].startswith(f"gdtui --problem function --function {file}:bowl")

    async def test_nan_at_the_start_is_said(self, file: Path) -> None:
        async with running() as (app, pilot):
            await on_function(app, file, "nan")
            await app.settle(pilot)
            assert app.sentence.startswith("No way on: at iteration 0 dL/dw is nan, dL/db is nan, the loss is nan.")

    async def test_an_edited_file_is_read_again(self, file: Path) -> None:
        async with running() as (app, pilot):
            await on_function(app, file, "bowl")
            before = app.session.row.loss
            file.write_text("def bowl(x, y): return x * x + y * y\n")
            await pilot.press("p", "enter")
            await app.until(lambda: app._aside is None and app.session.row.loss != before)
            assert (before, app.session.row.loss) == (44.0, 8.0)

    async def test_a_failure_gets_a_sentence_and_the_app_lives(self, file: Path) -> None:
        async with running() as (app, pilot):
            await on_function(app, file, "fails")
            await pilot.press("e", *"0.1", "enter", "right", "right", "right")
            await app.settle(pilot)
            assert "raises ValueError in line 3: too \\x1b[31m far." in app.sentence
            assert app.cursor == app.session.history.last == 1
            await pilot.press("left")
            assert app.cursor == 0
            await pilot.press("p", *"lecture", "enter", "right")
            assert (app.session.recipe.problem, app.cursor) == (problem("lecture"), 1)

    @pytest.mark.parametrize("keys", [("right",), ("space",), ("f", "9", "enter"), ("m",)])
    async def test_a_loop_is_waited_for_and_esc_ends_it(self, file: Path, keys: tuple[str, ...]) -> None:
        async with running(eta=0.1) as (app, pilot):
            await on_function(app, file, "loops")
            await pilot.press("e", *"0.1", "enter", "right")
            assert app.cursor == 1
            app.send(*keys)
            await app.until(lambda: app.sentence == "loops has not answered yet.")
            app.send("escape")
            await app.until(lambda: "had not answered after" in app.sentence)
            await app.settle(pilot)
            assert not app.player.playing
            await pilot.press("left")
            assert app.cursor == 0

    async def test_a_loop_at_once_leaves_the_run_as_it_was(self, file: Path) -> None:
        async with running() as (app, pilot):
            app.send("right", "p", *"function", "tab", *f"{file}:always", "enter")
            await app.until(lambda: app.sentence == "always has not answered yet.")
            app.send("escape")
            await app.until(lambda: "had not answered after" in app._note)
            await app.settle(pilot)
            assert (app.session.recipe, app.cursor) == (Recipe(), 1)

    async def test_while_it_is_waited_for_nothing_else_takes_keys(self, file: Path) -> None:
        async with running() as (app, pilot):
            await on_function(app, file, "loops")
            await pilot.press("e", *"0.1", "enter", "space", "o")
            await app.until(lambda: app.sentence == "loops has not answered yet.")
            await pilot.press(*"adam", "enter")
            assert app._aside is not None
            await pilot.press("escape")
            await app.until(lambda: app._aside is None)
            await pilot.press("escape", "left")
            assert app.session.method.optimizer.definition.name == "gd"

    async def test_one_that_fails_where_it_had_answered_gets_a_sentence(self, tmp_path: Path) -> None:
        """A state is recomputed when it is looked at again."""
        path, enough = tmp_path / "moody.py", tmp_path / "enough"
        path.write_text(
            "import os\n"
            f"def moody(x, y):\n    if os.path.exists({str(enough)!r}): raise ValueError('enough')\n"
            "    return x * x + y * y\n"
        )
        async with running(eta=0.1) as (app, pilot):
            await on_function(app, path, "moody")
            await pilot.press("m", "e", *"0.1", "enter")
            for _ in range(20):
                await pilot.press("right")
            enough.touch()
            last = app.session.history.last
            await pilot.press("left", "left")
            assert "raises ValueError in line 3: enough" in app.text
            assert app.cursor == last - 2
            assert app.return_code is None

    async def test_drawing_asks_nothing(self, file: Path, threads: list[Thread | None]) -> None:
        """Not even where a step back makes a state be recomputed, or eta is changed there."""
        async with running(eta=0.1) as (app, pilot):
            await on_function(app, file, "bowl")
            await pilot.press("e", *"0.01", "enter", "right", "right", "right", "left", "+", "left", "-", "right")
            await app.settle(pilot)
            assert threads
            assert main_thread() not in threads

    async def test_a_slow_one_is_gone_on_with(self, file: Path, threads: list[Thread | None]) -> None:
        async with running(eta=0.1) as (app, _):
            await on_function(app, file, "slow")
            app.send("e", *"0.01", "enter", "i", "1", "2", "enter")
            await app.until(lambda: app.cursor == 12 and app._aside is None and "Descending" in app.sentence)
            app.send("space")
            await app.until(lambda: app.cursor > 14)
            assert app.player.playing
            app.player.pause()
            await app.until(lambda: app._aside is None)
            assert None not in threads

    async def test_one_question_at_a_time(self, file: Path, threads: list[Thread | None]) -> None:
        async with running(eta=0.1) as (app, pilot):
            await on_function(app, file, "slow")
            app.send("e", *"0.01", "enter", "3")
            await app.settle(pilot)
            await app.until(lambda: app._aside is None)
            app.send("space", "2")
            await app.until(lambda: app._aside is not None)
            app.send("escape")
            await app.until(lambda: app._aside is None and not app.player.playing)
            assert None not in threads

    async def test_leaving_ends_a_loop(self, file: Path) -> None:
        async with running() as (app, _):
            app.send("p", *"function", "tab", *f"{file}:always", "enter")
            await app.until(lambda: app.sentence == "always has not answered yet.")
            app.send("q")
        assert app.return_code == 0
