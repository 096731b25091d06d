"""The app, driven by keys: what each does, what a question takes, and what goes on by itself.

A pilot's key press costs a tenth of a second, so the session and the actions are driven directly where no key is meant.
"""

import asyncio
import math
import re
from itertools import pairwise
from typing import Any

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.timer import Timer
from textual.widgets import Input

from gdtui.engine.mistakes import BadInput
from gdtui.session.commands import Forward, GoTo, Restart, SetEta, Step
from gdtui.session.recipe import Recipe
from gdtui.session.stopping import Settled
from gdtui.ui.app import EVERYWHERE, VIEWS, Gdtui, farewell, neighbour
from gdtui.ui.help import Help
from gdtui.ui.player import SPEEDS
from gdtui.ui.views.view import View
from tests.ui.watched import answer, running

ALL_KEYS = [*EVERYWHERE, *(keys for view in VIEWS for keys in view.KEYS)]


async def test_frames_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as (app, _):
        monkeypatch.setattr("gdtui.ui.app.FRAME", 3600.0)
        app.draw()
        before = app.lines[0]
        app.do(Step(3))
        app.do(Step(4))
        assert app.cursor == 7
        assert app.lines[0] == before
        assert app._next_frame is not None
        app.draw()
        assert "iteration 7" in app.lines[0]
        assert app._next_frame is None


class TestKeys:
    @pytest.mark.parametrize("number", range(len(VIEWS)))
    async def test_every_key_runs_an_action_that_there_is(self, number: int) -> None:
        async with running() as (app, pilot):
            await pilot.press(str(number + 1))
            ran: list[str] = []

            async def note(action: Any, *_: Any, **__: Any) -> bool:
                ran.append(action)
                return True

            app.run_action = note  # type: ignore[method-assign]
            for of, groups in ((app, EVERYWHERE), (app._view, app._view.KEYS)):
                for group in groups:
                    for keys, action in group.actions.items():
                        assert hasattr(of, f"action_{action.split('(')[0]}"), action
                        for key in keys.split(","):
                            ran.clear()
                            app.send(key)
                            await pilot.pause()
                            assert ran == [action], key

    def test_every_key_that_is_named_is_bound(self) -> None:
        names = {"→": "right", "←": "left", "PgDn": "pagedown", "PgUp": "pageup", "Esc": "escape"}
        elsewhere = {"ctrl+p", "ctrl+c"}  # Textual's, and one that works in a question too
        for group in ALL_KEYS:
            bound = {key for keys in group.actions for key in keys.split(",")}
            for shown in group.shown.split():
                name = _character_to_key(shown) if len(shown) == 1 else shown.lower()
                assert names.get(shown, name) in bound | elsewhere, shown

    @pytest.mark.parametrize("view", VIEWS)
    def test_no_key_has_two_meanings(self, view: type[View]) -> None:
        keys = [key for group in (*EVERYWHERE, *view.KEYS) for keys in group.actions for key in keys.split(",")]
        assert len(set(keys)) == len(keys)

    def test_the_palette_has_a_name_for_every_action(self) -> None:
        assert all(len(group.commands or (group.does,)) == len(group.actions) for group in ALL_KEYS)


class TestStepping:
    async def test_to_and_fro(self) -> None:
        async with running() as (app, pilot):
            seen = []
            for key in ("right", ".", "left", ",", ">", "<", "shift+right", "shift+left"):
                await pilot.press(key)
                seen.append(app.cursor)
            assert seen == [1, 2, 1, 0, 10, 0, 10, 0]
            seen = []
            for key in ("pagedown", "pagedown", "pageup", "home", "end", "left", "home", "pageup"):
                await pilot.press(key)
                seen.append(app.cursor)
            assert seen == [100, 200, 100, 0, 200, 199, 0, 0]
            assert app.session.history.last == 200
            assert app.session.ghosts == ()

    async def test_the_screen_shows_the_row_of_the_cursor(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("right")
            assert app.lines[0].endswith("paused   iteration 1")
            marked = [line for line in app.lines if line.startswith(">")]
            assert marked == [">     1 -1.994508   -1.992289   -0.00555847 -0.00777272  0.415730    0.00946718 "]
            assert app.sentence.startswith("Descending: ")
            assert app.cursor_position == (0, app.lines.index(marked[0]))

    async def test_stop_rules_pause_and_let_go_on(self) -> None:
        async with running(limit=5, stop=Settled(1.0, 2)) as (app, pilot):
            await pilot.press("pagedown")
            assert app.cursor == 2
            assert app.sentence == "Paused: the loss changed by less than 1.0 over 2 iterations; you may go on."
            await pilot.press("pagedown")
            assert app.cursor == 5
            assert app.sentence == "Paused: the limit of 5 iterations is reached; you may go on."
            await pilot.press("right")
            assert app.cursor == 6
            assert "Paused" not in app.sentence


class TestEta:
    @pytest.mark.parametrize(
        ("eta", "larger", "smaller"),
        [
            (1.0, 2.0, 0.5),
            (0.5, 1.0, 0.2),
            (0.3, 0.5, 0.2),
            (7.0, 10.0, 5.0),
            (0.001, 0.002, 0.0005),
            (999.0, 1000.0, 500.0),
            (1000.0, 2000.0, 500.0),
            (5e300, 5e300, 2e300),
            (1.7e308, 1.7e308, 5e300),
            (1e-300, 2e-300, 1e-300),
            (5e-324, 5e-324, 5e-324),
        ],
    )
    def test_the_ladder(self, eta: float, larger: float, smaller: float) -> None:
        assert neighbour(eta, 1) in (larger, 1e-300)  # out of denormal numbers too
        assert neighbour(eta, -1) == smaller

    def test_up_and_down_the_ladder_again(self) -> None:
        rungs = [1.0]
        while rungs[-1] < 1e6:
            rungs.append(neighbour(rungs[-1], 1))
        assert [neighbour(rung, -1) for rung in rungs[1:]] == rungs[:-1]
        assert all(1.9 < b / a < 2.6 for a, b in pairwise(rungs))
        assert [repr(rung) for rung in rungs[:5]] == ["1.0", "2.0", "5.0", "10.0", "20.0"]

    async def test_larger_and_smaller(self) -> None:
        async with running() as (app, pilot):
            seen = []
            for key in ("+", "=", "-", "minus", "-"):
                await pilot.press(key)
                seen.append(app.eta)
            assert seen == [2.0, 5.0, 2.0, 1.0, 0.5]
            assert "eta 0.5 " in app.lines[0]

    async def test_a_change_in_the_past_is_announced_and_leaves_a_ghost(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(30))
            app.do(GoTo(10))
            await pilot.press("+")
            assert app.sentence == "The next step leaves the recorded path: from here with eta 2.0."
            assert "left" not in app.lines[1]
            await pilot.press("right")
            assert [ghost.left_at for ghost in app.session.ghosts] == [10]
            assert "··· left at 10: eta 1.0" in app.lines[1]
            assert app.lines[0].endswith("iteration 11")
            charts = app.query_one("#charts").region
            loss = [line[: charts.width // 2] for line in app.lines[charts.y + 1 : charts.bottom]]
            assert sum(line.count("·") for line in loss) >= 5
            assert sum(line.count("●") for line in loss) == 1

    async def test_a_bad_one_gets_a_sentence_and_another_try(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(3))
            await pilot.press("e")
            for bad in ("0", "-1", "nan", "inf", "-inf", "1e999", "many", "", "0,5", "1 2"):
                await answer(app, pilot, bad)
                assert app.sentence == f"eta must be a finite number above 0, not {bad!r}"
                assert app.is_asking
                assert app.query_one(Input).value == bad
                assert (app.eta, app.cursor) == (1.0, 3)
            await answer(app, pilot, " 0.25 ")
            assert not app.is_asking
            assert (app.eta, app.cursor) == (0.25, 3)
            assert app.sentence.startswith("Descending")

    async def test_typing_takes_the_place_of_what_stands_there(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("e", "7", "enter")
            assert app.eta == 7.0

    async def test_what_is_typed_ahead_counts_in_its_order(self) -> None:
        """On a slow line many keys come in one packet."""
        async with running() as (app, pilot):
            for keys, eta, cursor in [
                ("e 0 . 5 enter", 0.5, 3),
                ("e 0 . 5 enter . right", 0.5, 5),
                ("e 7 8 backspace 9 enter", 79.0, 3),
                ("e 1 2 ctrl+u 3 enter", 3.0, 3),
                ("e 2 5 left . home 1 enter", 12.5, 3),
                ("e 2 5 left left delete enter", 5.0, 3),
                ("e end 5 enter", 1.05, 3),
                ("e 0 enter backspace 2 enter", 2.0, 3),
                ("e 5 escape right", 1.0, 4),
                ("i 1 enter", 1.0, 1),
            ]:
                app._set_eta(1.0)
                app.do(Restart())
                app.do(Step(3))
                app.send(*keys.split())
                await app.settle(pilot)
                assert (app.eta, app.cursor) == (eta, cursor), keys
                assert not app.is_asking

    async def test_escape_leaves(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("e", "7", "escape")
            assert not app.is_asking
            assert app.eta == 1.0
            assert "the first step lowers" in app.sentence
            await pilot.press("right")
            assert app.cursor == 1


class TestQuestions:
    async def test_it_owns_the_keys(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(3))
            await pilot.press("i")
            assert app.is_asking
            assert "Enter takes it, Esc leaves" in app.lines[-1]
            asked = app.lines[-1]
            app.send(*"q.,><+-r[]vy?: ", "right", "pagedown", "home", "end", "ctrl+p")
            await pilot.pause()
            assert app.is_asking
            assert len(app.screen_stack) == 1
            assert app.return_code is None
            assert (app.cursor, app.eta, app.player.playing, app.player.speed) == (3, 1.0, False, 10)
            assert app.lines[-1] != asked
            assert app.session.ghosts == ()

    async def test_an_iteration_on_record(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(2000))
            for typed, cursor in {"0": 0, "7": 7, "2000": 2000, "1e1": 10, "1_3": 13, "1,300": 1300}.items():
                await pilot.press("i")
                await answer(app, pilot, typed)
                assert (app.cursor, app.session.history.last) == (cursor, 2000)

    async def test_an_iteration_beyond_is_computed(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(20))
            app.do(GoTo(5))
            await pilot.press("i")
            await answer(app, pilot, "1234")
            await app.until(lambda: app.cursor == 1234 and app.player.progress is None)
            assert app.session.history.last == 1234
            assert app.lines[0].endswith("iteration 1,234")

    async def test_an_iteration_that_cannot_be(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("i")
            for bad in ("-1", "1.5", "1e12", "nan", "ten"):
                await answer(app, pilot, bad)
                assert app.sentence == f"the iteration must be a whole number from 0 to 1,000,000,000, not {bad!r}"
                assert app.is_asking

    async def test_restart_from_typed_w_and_b(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(20))
            app.do(SetEta(5.0))
            await pilot.press("R")
            assert app.query_one(Input).value == "-2.0 -2.0"
            for bad in ("1", "1 2 3", "a b", "nan 1", "1 inf", ""):
                await answer(app, pilot, bad)
                assert app.sentence == f"w and b must be two finite numbers, like -2 -2, not {bad!r}"
                assert app.is_asking
            await answer(app, pilot, "0.5, -1e0")
            assert not app.is_asking
            assert (app.session.row.w, app.session.row.b, app.cursor, app.eta) == (0.5, -1.0, 0, 5.0)
            assert len(app.session.ghosts) == 1

    async def test_restart_from_the_same(self) -> None:
        async with running(start=(1.0, 2.0)) as (app, pilot):
            app.do(Step(20))
            await pilot.press("r")
            assert (app.cursor, app.session.history.last) == (0, 0)
            assert (app.session.row.w, app.session.row.b) == (1.0, 2.0)

    async def test_asking_pauses(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("space")
            assert app.player.playing
            await pilot.press("e", "escape")
            assert not app.player.playing


class TestPredictions:
    async def test_a_right_one_takes_the_step_and_a_slip_is_named(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("t")
            await answer(app, pilot, "b=-2.0077")
            assert not app.is_asking
            assert "The sign is wrong: a step goes against the gradient" in app.sentence
            assert app.cursor == 0
            await pilot.press("t")
            await answer(app, pilot, "b -1.9923")
            assert app.sentence == "Right to 5 digits: b is -1.992289."
            assert app.cursor == 1

    async def test_what_is_none_is_asked_for_again(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("t")
            for text in ("eta 3", "w three"):
                await answer(app, pilot, text)
                assert app.is_asking
            assert "a number is needed" in app.sentence
            await pilot.press("escape")
            assert app.cursor == 0


class TestCharts:
    async def test_the_second_one_goes_round(self) -> None:
        async with running() as (app, pilot):
            titles = []
            for _ in range(5):
                titles.append(app.lines[1][40:].strip())
                await pilot.press("v")
                await app.settle(pilot)
            assert titles == ["fit f(x) at (0.5, 0.2) (2.5, 0.9)", "w and b", "dL/dw and dL/db", "b loss", titles[0]]

    async def test_the_surface_in_small(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("v", "v", "v", ">", ">")
            await app.settle(pilot)
            small = [line[40:] for line in app.lines[1:13]]
            assert [line.count("●") for line in small].count(1) == 2  # on the map, and beside its band
            assert [line.split()[-2:] for line in small[1:10]] == [
                *(["from", level] for level in ("0.64", "0.56", "0.48", "0.4", "0.32", "0.24", "0.16", "0.08")),
                ["to", "0.08"],
            ]

    async def test_the_loss_on_the_other_axis(self) -> None:
        async with running() as (app, pilot):
            assert app.lines[1].startswith("loss  ")
            assert app.lines[2].startswith("0.5")
            await pilot.press("y")
            assert app.lines[1].startswith("loss, logarithmic ")
            assert app.lines[2].startswith(" 1e0")
            await pilot.press("y")
            assert app.lines[2].startswith("0.5")

    async def test_the_cursors_marker_stands_on_the_curve(self) -> None:
        """A braille curve has dots of a quarter of a row; the marker is rounded to whole rows."""
        async with running() as (app, _):
            app.do(Step(60))
            charts = app.query_one("#charts").region
            for cursor in range(5, 60, 6):
                app.session.do(GoTo(cursor))
                app.draw()
                loss = [line[:40] for line in app.lines[charts.y + 1 : charts.bottom - 1]]
                (y,) = [y for y, line in enumerate(loss) if "●" in line]
                x = loss[y].index("●")
                beside = [loss[row][column] for row in range(len(loss)) for column in (x - 1, x + 1) if row == y]
                assert any("\u2801" <= character <= "\u28ff" for character in beside), cursor

    async def test_left_paths_in_every_chart(self) -> None:
        async with running() as (app, pilot):
            for at in (5, 6, 7):
                app.do(Step(20))
                app.do(GoTo(at))
                app.do(SetEta(neighbour(app.eta, 1)))
            app.do(Step(20))
            assert [ghost.left_at for ghost in app.session.ghosts] == [5, 6, 7]
            await pilot.press("v")
            assert app.lines[1].count("left at 7: eta 5.0") == 2
            await pilot.press("v", "y")
            assert app.lines[1].rstrip() == f"{'loss, logarithmic   ··· left path':40}dL/dw and dL/db   ··· left path"

    async def test_far_out(self) -> None:
        async with running() as (app, pilot):
            for w, b in [(1e300, 1e300), (-1e300, 1e300), (1e308, -1e308), (1.7e308, 1.7e308), (0.0, 0.0)]:
                app._start_at(f"{w} {b}")
                for eta in (1.0, 1.7e308):
                    app._set_eta(eta)
                    for _ in range(3):
                        await app._view.action_second_chart()
                        for _ in range(2):
                            app._view.action_log_loss()
                            app.do(Step(2))
                            app.draw()
            await app.settle(pilot)
            assert app.lines[0].endswith(f"iteration {app.cursor}")


class TestFastForward:
    async def test_so_many_iterations(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("f")
            await answer(app, pilot, "500")
            await app.until(lambda: app.player.progress is None)
            assert app.cursor == 500
            assert not app.is_asking
            assert "Paused" not in app.sentence

    async def test_until_the_loss_is_below(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("f")
            await answer(app, pilot, "<0.3")
            await app.until(lambda: app.player.progress is None)
            losses = app.session.history.column("loss")
            assert losses[app.cursor] < 0.3 <= losses[app.cursor - 1]
            assert app.sentence == "Paused: the loss is below 0.3; you may go on."

    async def test_until_it_settles(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("f")
            await answer(app, pilot, "1e-6/100")
            await app.until(lambda: app.player.progress is None)
            losses, here = app.session.history.column("loss"), app.cursor
            assert abs(losses[here] - losses[here - 100]) < 1e-6 <= abs(losses[here - 1] - losses[here - 101])
            assert app.sentence == "Paused: the loss changed by less than 1e-6 over 100 iterations; you may go on."

    async def test_the_limit_comes_first(self) -> None:
        async with running(limit=300) as (app, pilot):
            await pilot.press("f")
            await answer(app, pilot, "<1e-9")
            await app.until(lambda: app.player.progress is None)
            assert app.cursor == 300
            words = "Paused: the limit of 300 iterations is reached before the loss is below 1e-9; you may go on."
            assert app.sentence == words

    async def test_what_cannot_be(self) -> None:
        whole = "the number of iterations must be a whole number from 1 to 1,000,000,000"
        async with running() as (app, pilot):
            await pilot.press("f")
            for bad, sentence in {
                "0": f"{whole}, not '0'",
                "soon": f"{whole}, not 'soon'",
                "x" * 99: f"{whole}, not '{'x' * 39}…'",
                "<-1": "the loss to get below must be a finite number above 0, not '-1'",
                "1e-6/0": "N of a stop rule X/N must be a whole number from 1 to 1,000,000, not '0'",
                "x/5": "X of a stop rule X/N must be a finite number above 0, not 'x'",
            }.items():
                await answer(app, pilot, bad)
                assert app.sentence == sentence  # all of it, on two lines if need be
                assert app.is_asking
            assert app.cursor == 0

    async def test_escape_keeps_the_rows_so_far(self) -> None:
        async with running() as (app, _):
            app._run_forward(10**9, None)
            await app.until(lambda: app.cursor > 1000)
            assert "Esc stops" in app.lines[-1]
            assert "of 1,000,000,000" in app.lines[-1]
            assert "fast forward" in app.lines[0]
            app.send("escape")
            await app.until(lambda: app.player.progress is None)
            await app.workers.wait_for_complete()
            assert app.session.history.last == app.cursor < 10**8
            assert app.session.history.row(app.cursor) == app.session.row
            fresh = Gdtui(Recipe()).session
            fresh.do(Forward(app.cursor))
            assert fresh.row == app.session.row

    async def test_keys_are_answered_meanwhile_and_those_that_would_disturb_it_are_not(self) -> None:
        async with running() as (app, _):
            app._run_forward(10**9, None)
            await app.until(lambda: app.cursor > 100)
            for key, done in {
                "v": lambda: "w and b" in app.lines[1],
                "y": lambda: "logarithmic" in app.lines[1],
                "]": lambda: app.player.speed == SPEEDS[4],
            }.items():
                app.send(key)
                await app.until(done)
                assert app.player.progress is not None, key
            before = app.cursor
            app.send("home", "left", "+", "e", "r", "f", "i", "R", "pageup")
            await app.until(lambda: app.cursor > before + 1000)
            assert app.player.progress is not None
            assert not app.is_asking
            assert (app.eta, app.session.ghosts) == (1.0, ())
            app.send("space")
            await app.until(lambda: app.player.progress is None)
            assert not app.player.playing

    async def test_help_meanwhile(self) -> None:
        async with running() as (app, _):
            app._run_forward(10**9, None)
            await app.until(lambda: app.cursor > 100)
            app.send("question_mark")
            await app.until(lambda: isinstance(app.screen, Help))
            before = app.cursor
            await app.until(lambda: app.cursor > before + 1000)
            app.send("escape")
            await app.until(lambda: not isinstance(app.screen, Help))
            app.send("escape")
            await app.until(lambda: app.player.progress is None)

    async def test_over_what_is_on_record_and_on(self) -> None:
        async with running() as (app, _):
            app.do(Step(200))
            app.do(GoTo(0))
            await app.player.forward(300, None)
            assert app.cursor == app.session.history.last == 300
            app.do(GoTo(0))
            app.do(SetEta(2.0))
            await app.player.forward(300, None)
            assert app.cursor == app.session.history.last == 300
            assert len(app.session.ghosts) == 1


class TestPlaying:
    async def test_it_advances_by_itself_until_space(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("space")
            assert "playing 10/s" in app.lines[0]
            await app.until(lambda: app.cursor >= 3)
            await pilot.press("space")
            assert "paused" in app.lines[0]
            assert not app.player.playing
            assert app.session.history.last == app.cursor

    async def test_speed_and_eta_while_playing(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("space", "]")
            assert "playing 20/s" in app.lines[0]
            await pilot.press("[", "[")
            assert "playing 5/s" in app.lines[0]
            app.player.change_speed(5)
            await pilot.press("+")
            assert app.player.playing
            changed_at = app.session.history.changes[-1][0]
            await app.until(lambda: app.cursor >= changed_at + 3)
            await pilot.press("space")
            etas = app.session.history.column("eta").tolist()
            assert set(etas[1 : changed_at + 1]) <= {1.0}
            assert set(etas[changed_at + 1 :]) == {2.0}
            assert app.session.ghosts == ()

    async def test_the_speeds_end_somewhere(self) -> None:
        async with running() as (app, _):
            for _ in range(20):
                app.action_speed(1)
            assert app.player.speed == SPEEDS[-1]
            for _ in range(20):
                app.action_speed(-1)
            assert app.player.speed == SPEEDS[0]

    async def test_a_fast_one_takes_several_iterations_a_frame(self) -> None:
        async with running() as (app, _):
            app.player.speed = 10_000
            app.player.play()
            await app.until(lambda: app.cursor >= 3000)
            app.player.pause()
            assert app.cursor % 1000 == 0

    async def test_it_pauses_where_a_stop_rule_says_so(self) -> None:
        async with running(limit=4) as (app, _):
            app.player.speed = 50
            app.player.play()
            await app.until(lambda: not app.player.playing)
            assert app.cursor == 4
            await app.until(lambda: app.sentence == "Paused: the limit of 4 iterations is reached; you may go on.")

    async def test_a_step_pauses(self) -> None:
        async with running() as (app, pilot):
            app.player.play()
            await pilot.press("right")
            assert not app.player.playing


class TestHelpAndPalette:
    async def test_help_lists_every_key_and_goes_again(self) -> None:
        async with running(size=(100, 80)) as (app, pilot):
            await pilot.press("?")
            for group in ALL_KEYS:
                assert any(f"{group.shown:<13}{group.does}" in line for line in app.lines), group.shown
            assert "w of row t+1  =  w of row t  -  eta * dL/dw of row t" in app.text
            await pilot.press("?")
            for key in ("escape", "q", "enter"):
                app.action_help()
                await pilot.pause()
                assert isinstance(app.screen, Help)
                await pilot.press(key)
                assert not isinstance(app.screen, Help)
            assert app.return_code is None

    @pytest.mark.parametrize("size", [(80, 24), (76, 24), (60, 16)])
    async def test_all_of_it_can_be_read_on_any_screen(self, size: tuple[int, int]) -> None:
        async with running(size=size) as (app, pilot):
            await pilot.press("?")
            seen: list[str] = []
            while seen[-len(app.lines) + 2 :] != app.lines[1:-1]:
                seen += app.lines[1:-1]
                app.send("pagedown")
                for _ in range(3):
                    await pilot.pause()
            words = " ".join(" ".join(re.findall(r"│(.*?)[▁▂▃▄▅▆▇█ ]*│", "\n".join(seen))).split())
            for group in ALL_KEYS:
                assert group.does in words, group.shown
            assert "eta * dL/dw of row t" in words
            assert "another start." in words

    async def test_help_says_how_to_leave_it(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("?")
            assert "Esc" in app.lines[-1]

    async def test_no_line_of_the_help_is_broken_at_80_columns(self) -> None:
        assert max(len(group.does) for group in ALL_KEYS) <= 57
        async with running(size=(80, 80)) as (app, pilot):
            await pilot.press("?")
            assert "Row t holds w and b after t updates, the gradient and the loss there;" in app.text

    async def test_the_palette_runs_an_action(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("colon")
            await pilot.press(*"hundred forw")
            await pilot.pause()
            await pilot.press("enter")
            await app.until(lambda: app.cursor == 100)
            assert len(app.screen_stack) == 1

    async def test_the_palette_offers_every_action_under_its_own_name_with_its_own_key(self) -> None:
        async with running() as (app, _):
            commands = {command.title: command.help for command in app.get_system_commands(app.screen)}
            assert len(commands) == 1 + sum(len(group.actions) for group in (*EVERYWHERE, *VIEWS[0].KEYS))
            assert commands["a hundred back"] == "PgUp"
            assert commands["smaller eta"] == "-"
            assert commands["one iteration forward"] == "→ ."
            assert "theme" in "".join(commands)

    @pytest.mark.parametrize("key", ["o", "s", "colon", "question_mark"])
    async def test_keys_held_down_in_front_of_another_screen(self, key: str) -> None:
        async with running() as (app, pilot):
            await pilot.press(key)
            app.send(*["enter"] * 5)
            await pilot.pause()
            app.send(*["escape"] * 5)
            await pilot.pause()
            await app.until(lambda: len(app.screen_stack) == 1)
            await pilot.press("right")
            assert app.return_code is None

    @pytest.mark.parametrize("keys", [["question_mark"], ["e"], ["colon"], []])
    async def test_ctrl_c_quits_from_everywhere(self, keys: list[str]) -> None:
        async with running() as (app, pilot):
            await pilot.press(*keys)
            await pilot.press("ctrl+c")
            assert app.return_code == 0

    async def test_q_quits(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("q")
            assert app.return_code == 0

    async def test_what_is_printed_then(self) -> None:
        async with running(start=(0.5, -1.0), eta=2.0, limit=77, stop=Settled(1e-05, 10)) as (app, _):
            app.do(Forward(5))
            app.do(SetEta(0.1))
            app.do(Forward(5))
            assert farewell(app.session) == [
                "gdtui --optimizer gd --eta 2.0 --start 0.5 -1.0 --steps 77 --stop 1e-5/10",
                "  at iteration 5: eta 0.1",
            ]


class TestSizes:
    async def test_from_one_to_the_next(self) -> None:
        """A terminal is dragged to another size: everything is drawn for that one, and nothing waits for a key."""
        async with running() as (app, pilot):
            app.do(Step(12))
            for size in [(120, 40), (60, 16), (59, 16), (80, 24), (1, 1), (200, 60), (30, 8), (60, 15), (80, 24)]:
                await pilot.resize_terminal(*size)
                await app.until(lambda size=size: app.size == size)  # type: ignore[misc]
                await app.settle(pilot)
                assert len(app.lines) == size[1]
                assert {len(line) for line in app.lines} == {size[0]}
                table = app.query_one("#table").region
                if size[0] >= 60:
                    assert app.lines[0].endswith("iteration 12")
                    assert ">    12 -1.92" in app.text
                assert all(strip.cell_length == table.width for strip in app._view._table._strips)
                if size[0] >= 60 and size[1] >= 16:
                    assert app.lines[1].startswith("loss")
                    assert app.query_one("#second").region.right <= size[0]
                if size[0] >= 80 and size[1] >= 24:
                    assert "Hidden" not in app.text
                elif size[0] >= 59:
                    assert "Hidden: " + ("" if size[1] >= 16 and size[0] >= 60 else "charts ") + "dL/dw" in app.text

    async def test_any_size(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(12))
            for width in (1, 2, 3, 7, 16, 33, 59, 61, 79, 100):
                for height in (1, 2, 4, 6, 8, 17, 23, 60):
                    app._driver.send_message(Resize(Size(width, height), Size(width, height)))
                    await asyncio.sleep(0)
                    await app._view.action_second_chart()
                    app.draw()
                await app.until(lambda width=width: app.size.width == width)
                await pilot.pause()
            assert app.return_code is None

    async def test_the_cursors_row_is_in_sight_on_a_small_screen(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(12))
            for height in range(7, 16, 2):
                await pilot.resize_terminal(60, height)
                await app.settle(pilot)
                assert any(line.startswith(">    12") for line in app.lines), height

    async def test_what_is_typed_is_seen(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("f", "1", "2", "3")
            for width in (20, 30, 45, 60, 80):
                await pilot.resize_terminal(width, 10)
                await app.settle(pilot)
                assert app.lines[-1].startswith("forward: 123 "), width

    async def test_60_by_16(self) -> None:
        async with running(size=(60, 16)) as (app, pilot):
            app.do(Step(3))
            await app.settle(pilot)
            assert "Hidden: dL/dw dL/db |step|" in app.text
            assert app.lines[1].startswith("loss")
            assert any(line.startswith(">     3 -1.983323   -1.976681    0.415545") for line in app.lines)


class TestColours:
    async def test_a_theme_changes_the_styles(self) -> None:
        async with running() as (app, pilot):
            app.do(Step(9))
            plot = app._view._loss
            colours = []
            for theme in ("ansi-dark", "textual-dark", "textual-light"):
                app.theme = theme
                await pilot.pause()
                colours.append(plot._style("loss").color)
                styles = [segment.style for strip in plot._strips for segment in strip if "\u28c0" in segment.text]
                assert {style.color for style in styles if style} == {colours[-1]}
            assert colours[0] != colours[1]
            assert colours[0] != colours[2]

    async def test_ascii(self) -> None:
        async with running(ascii_only=True) as (app, pilot):
            app.do(Step(30))
            app.do(GoTo(10))
            app.do(SetEta(5.0))
            app.do(Step(5))
            for keys in ("v", "v y", "e", "escape f", "escape question_mark", "escape colon", "p"):
                await pilot.press(*keys.split())
                assert app.text.isascii(), [c for c in app.text if not c.isascii()]

    async def test_every_ink_has_a_style(self) -> None:
        async with running() as (app, _):
            inks = [name.removeprefix("ink--") for name in app.query_one("#loss").COMPONENT_CLASSES]
            for theme in ("ansi-dark", "ansi-light", "textual-dark"):
                app.theme = theme
                styles = {ink: app.query_one("#loss")._style(ink) for ink in inks}
                assert styles["cursor"].bold
                assert styles["strong"].bold
                assert styles["w"] != styles["b"]


class TestIdle:
    async def test_no_clock_runs_while_paused(self) -> None:
        async with running() as (app, pilot):
            app.player.play()
            await app.until(lambda: app.cursor >= 2)
            await pilot.press("e", "escape", "right", "space", "space")
            await app.until(lambda: app._next_frame is None)
            timers: list[Timer] = [
                timer for node in [app, *app.screen.walk_children(with_self=True)] for timer in node._timers
            ]
            assert [timer.name for timer in timers if timer._active.is_set()] == []
            assert app.player._timer is None

    async def test_no_cursor_blinks_in_a_question_nor_in_the_palette(self) -> None:
        async with running() as (app, pilot):
            await pilot.press("e")
            assert not app.query_one(Input).cursor_blink
            await pilot.press("escape", "colon")
            assert not app.screen.query_one(Input).cursor_blink

    async def test_a_burst_of_keys_is_a_few_frames(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gdtui.ui.app.FRAME", 1 / 15)
        async with running() as (app, _):
            frames = 0
            draw = app._view.draw

            def counted(session: Any) -> None:
                nonlocal frames
                frames += 1
                draw(session)

            app._view.draw = counted  # type: ignore[method-assign]
            app.send(*["right"] * 100)
            await app.until(lambda: app.cursor == 100)
            assert frames < 20
            await app.until(lambda: app.lines[0].endswith("iteration 100"))


def test_a_bad_theme_is_refused_in_words() -> None:
    from gdtui.ui.app import run

    with pytest.raises(BadInput, match="there is no theme 'mono'"):
        run(Recipe(), css=None, ascii_only=False, theme="mono")


def test_a_step_on_the_screen_can_be_checked_by_hand() -> None:
    """What the help says of a row: w of row t+1 = w of row t - eta * dL/dw of row t."""
    session = Gdtui(Recipe(eta=0.7)).session
    session.do(Forward(30))
    for before, after in pairwise(session.history.row(k) for k in range(31)):
        assert after.w == before.w - after.eta * before.dw
        assert math.isclose(after.b, before.b - after.eta * before.db)
