"""What can be picked: optimizers, problems and schedules, with their parameters, by keys alone."""

import pytest

from gdtui.engine.catalog import OPTIMIZERS, PROBLEMS, SCHEDULES
from gdtui.engine.definition import text_of
from gdtui.session.commands import Step
from gdtui.session.recipe import optimizer, problem, schedule
from gdtui.ui.app import farewell
from tests.ui.watched import Watched, running

KINDS = {"o": OPTIMIZERS, "p": PROBLEMS, "s": SCHEDULES}


def listed(app: Watched) -> list[str]:
    """The names in the list, from the top."""
    lines = app.lines[2 : app.query_one("#picker").region.bottom]
    return [line[2:].split()[0] for line in lines if line[2:3].strip() and line[:2] in ("  ", "> ")]


def marked(app: Watched) -> str:
    return next(line[2:].split()[0] for line in app.lines if line.startswith("> "))


class TestList:
    @pytest.mark.parametrize("key", KINDS)
    async def test_all_there_is_and_the_one_in_force_marked(self, key: str) -> None:
        async with running(size=(80, 40)) as (app, pilot):
            await pilot.press(key)
            assert listed(app) == list(KINDS[key])
            assert marked(app) == {"o": "gd", "p": "lecture", "s": "constant"}[key]
            assert f"> {marked(app)} *" in app.text

    async def test_letters_narrow_it_down_and_backspace_takes_them_back(self) -> None:
        async with running(size=(80, 40)) as (app, pilot):
            await pilot.press("o", "a", "d", "a", "m")
            assert listed(app) == ["adam", "adamw", "adamax", "nadam", "radam", "amsgrad"]
            assert marked(app) == "adam"
            await pilot.press("w")
            assert listed(app) == ["adamw"]
            await pilot.press(*["backspace"] * 5)
            assert (listed(app), marked(app)) == (list(OPTIMIZERS), "gd")

    async def test_it_finds_what_stands_in_the_words_too(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("o", *"looks where")
            assert listed(app) == ["nag"]

    async def test_where_nothing_is_called_so(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("o", *"adamm")
            assert listed(app) == []
            await pilot.press("enter")
            assert app.sentence.startswith("There is no optimizer 'adamm': adam or")
            await pilot.press("backspace", "enter")
            assert app.session.method.optimizer == optimizer("adam")

    async def test_what_there_is_no_room_for_is_counted(self) -> None:
        async with running(size=(60, 16)) as (app, pilot):
            await pilot.press("o")
            rows = app.query_one("#picker").size.height - 1
            assert f"  ... {len(OPTIMIZERS) - rows + 1} more" in app.text
            seen = set()
            for _ in OPTIMIZERS:
                seen.add(marked(app))
                await pilot.press("down")
            assert seen == set(OPTIMIZERS)
            assert "... 9 more" in app.text
            await pilot.press("home")
            assert marked(app) == "gd"

    @pytest.mark.parametrize("size", [(60, 16), (80, 24)])
    @pytest.mark.parametrize("key", KINDS)
    async def test_each_entry_shows_its_formula_and_every_parameter(self, key: str, size: tuple[int, int]) -> None:
        async with running(size=size) as (app, pilot):
            await pilot.press(key)
            await pilot.press("home")
            for definition in KINDS[key].values():
                assert marked(app) == definition.name
                shown = " ".join(" ".join(line[app._picker._left :].split()) for line in app.lines[2:])
                assert definition.formula.split(";  ")[0] in shown
                for name, parameter in {**definition.asks, **definition.parameters}.items():
                    assert f" {name} " in f" {shown}"
                    if parameter.default is not None:
                        assert text_of(parameter.default) in shown
                    if size[0] >= 80 and len(parameter.bounds) <= 30:
                        assert parameter.bounds in shown
                if size[0] >= 80:
                    assert definition.about.split()[0] in shown
                await pilot.press("down")

    async def test_in_the_convention_in_force(self) -> None:
        for convention, formula in (("lecture", "theta = theta - u"), ("pytorch", "theta = theta - eta u")):
            async with running(convention=convention) as (app, pilot):
                await pilot.press("o", *"mom")
                assert any(line.rstrip().endswith(formula) for line in app.lines)


class TestParameters:
    async def test_typed_ones_are_taken(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("o", *"adam", "tab", "down", *"0.99", "enter")
            assert app.session.method.optimizer == optimizer("adam:beta2=0.99")
            assert "-picking" not in app.screen.classes

    async def test_all_in_one_packet(self) -> None:
        """What is typed ahead meets the list that the key before it opened."""
        async with running() as (app, _):
            app.send("o", *"adam", "tab", "down", *"0.99", "enter", "right", "right")
            await app.until(lambda: app.cursor == 2)
            assert app.session.method.optimizer == optimizer("adam:beta2=0.99")

    async def test_the_first_letter_takes_the_place_of_what_stands_there_and_backspace_edits_it(self) -> None:
        async with running(optimizer=optimizer("momentum:beta=0.85")) as (app, pilot):
            await pilot.press("o", "tab", "backspace", "0", "enter")
            assert app.session.method.optimizer == optimizer("momentum:beta=0.80")
            await pilot.press("o", "tab", *"0.5", "enter")
            assert app.session.method.optimizer == optimizer("momentum:beta=0.5")
            await pilot.press("o", "tab", "ctrl+u", "enter")
            assert app.session.method.optimizer == optimizer("momentum")

    async def test_words_are_gone_through(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("p", "tab")
            assert "sigmoid or tanh or linear or relu" in app.sentence
            await pilot.press("right", "right", "left", "enter")
            assert app.session.recipe.problem == problem("lecture:activation=tanh")

    async def test_a_bad_value_gets_a_sentence_and_another_try(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("o", *"adam", "tab", "1", "enter")
            assert app.sentence == "Beta1 of adam must be a number from 0 below 1, not '1'."
            assert app.session.changes() == []
            await pilot.press("backspace", *"0.8", "enter")
            assert app.session.method.optimizer == optimizer("adam:beta1=0.8")

    async def test_what_was_typed_stays_while_another_one_is_looked_at(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("o", *"adam", "tab", *"0.7", "tab", "down", "up", "enter")
            assert app.session.method.optimizer == optimizer("adam:beta1=0.7")

    async def test_editing_keeps_the_memory_and_stepping_back_undoes_it(self) -> None:
        async with running(optimizer=optimizer("momentum")) as (app, pilot):
            app.do(Step(5))
            memory = app.session.departure.memory
            await pilot.press("o", "tab", *"0.5", "enter")
            assert app.session.departure.memory == memory
            assert app.session.method.optimizer == optimizer("momentum:beta=0.5")
            app.do(Step())
            await pilot.press("left", "left")
            assert app.session.method.optimizer == optimizer("momentum")

    async def test_while_playing(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("space", "o", *"adam", "tab", *"0.8", "enter")
            assert app.player.playing
            assert app.session.method.optimizer == optimizer("adam:beta1=0.8")
            here = app.cursor
            await app.until(lambda: app.cursor > here)


class TestTaking:
    async def test_another_optimizer_goes_on_from_here_and_stepping_back_undoes_it(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(3))
            await pilot.press("o", "down", "down", "enter")
            assert app.session.method.optimizer == optimizer("momentum")
            assert "Momentum" in app.lines[0]
            app.do(Step(2))
            u = app.session.departure.memory
            await pilot.press("left", "left", "left")
            assert "GD" in app.lines[0]
            app.do(Step(3))
            assert app.session.departure.memory == u

    async def test_a_schedule(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("s", "down", "enter")
            assert app.session.method.schedule == schedule("step")
            app.do(Step(6))
            assert "eta 0.5 step" in app.lines[0]

    async def test_a_problem_begins_a_new_run_at_its_own_start_with_its_own_eta(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(3))
            await pilot.press("p", *"rosen", "enter")
            assert app.lines[0].startswith("Rosenbrock   GD   eta 0.001 ")
            assert (app.cursor, app.session.history.last, app.session.ghosts) == (0, 0, ())
            assert (app.session.row.w, app.session.row.b) == problem("rosenbrock").definition.make().start
            assert farewell(app.session)[0].startswith("gdtui --problem rosenbrock --optimizer gd --eta 0.001 ")

    @pytest.mark.parametrize("key", KINDS)
    async def test_esc_leaves_everything_as_it_was(self, key: str) -> None:
        async with running() as (app, pilot):
            method, recipe = app.session.method, app.session.recipe
            await pilot.press(key, "down", "tab", "1", "escape")
            assert (app.session.method, app.session.recipe) == (method, recipe)
            assert app.lines[1].startswith("loss")
            await pilot.press("right")
            assert app.cursor == 1

    async def test_the_same_again_changes_nothing(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(5))
            for key in KINDS:
                await pilot.press(key, "enter")
            assert (app.cursor, app.session.changes()) == (5, [])

    async def test_where_eta_rests(self) -> None:
        async with running(optimizer=optimizer("line-search")) as (app, pilot):
            assert "eta rests" in app.lines[0]
            await pilot.press("plus")
            assert "eta rests" in app.text
            assert app.session.changes() == []

    @pytest.mark.parametrize("size", [(80, 24), (60, 16)])
    async def test_adam_on_rosenbrock_with_a_cosine_and_back(self, size: tuple[int, int]) -> None:
        async with running(size=size) as (app, pilot):
            await pilot.press("p", *"rosenb", "enter", "o", *"adam", "tab", "down", *"0.99", "enter")
            await pilot.press("s", *"cos", "enter")
            (command,) = farewell(app.session)
            assert command == (
                "gdtui --problem rosenbrock --optimizer adam:beta2=0.99 --eta 0.1 --start -1.2 1.0 --schedule cosine"
            )
            await pilot.press("p", *"lecture", "enter", "o", *"gd", "enter", "s", *"const", "enter")
            assert farewell(app.session) == ["gdtui --optimizer gd --eta 1.0 --start -2.0 -2.0"]
