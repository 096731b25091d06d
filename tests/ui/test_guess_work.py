"""Guess work, by keys alone."""

from pathlib import Path

import pytest

from gdtui.session.numerals import signed
from gdtui.session.recipe import problem
from gdtui.ui.views.descent import Descent
from gdtui.ui.views.guess_work import GuessWork
from gdtui.ui.views.surface import Surface
from tests.ui.test_own import file, on_function  # noqa: F401
from tests.ui.watched import Watched, answer, running

STORY = [
    ("0.5", "0", "0.0731", ""),
    ("-0.1", "0", "0.1481", "worse"),
    ("0.94", "-0.94", "0.0217", "better"),
    ("1.42", "-1.73", "0.0029", "better"),
    ("1.65", "-2.08", "0.0003", "better"),
    ("1.78", "-2.27", "0.0000", "better"),
]
"""The lecture's guesses, their losses rounded, and what it says of them."""


def table(app: Watched) -> list[list[str]]:
    return [line.replace(">", " ").split() for line in app.lines if line[:9].strip(" >").isdigit()]


async def test_the_lectures_story_by_arrows_and_typing() -> None:
    async with running((80, 30)) as (app, pilot):
        await pilot.press("g", "e")
        await answer(app, pilot, "0.5 0")
        await pilot.press("enter", *["left"] * 6, "enter")
        await pilot.press(*["right"] * 10, *["down"] * 9, "[", *["right"] * 4, *["down"] * 4, "enter")
        for w, b, *_ in STORY[3:]:
            await pilot.press("e")
            await answer(app, pilot, f"{w} {b}")
            await pilot.press("enter")
        await app.settle(pilot)
        assert [(guess.w, guess.b) for guess in app.session.guesses] == [(float(w), float(b)) for w, b, *_ in STORY]
        for number, (line, (w, b, loss, word)) in enumerate(zip(table(app), STORY, strict=True), start=1):
            assert line[:3] == [str(number), signed(float(w)).strip(), signed(float(b)).strip()]
            assert line[4] == loss
            assert line[5:6] == ([word] if word else [])
        assert "Below 0.01 after 4 guesses." in app.sentence
        assert app.session.history.last == 0


async def test_the_lectures_guesses_replayed_and_compared_with_the_descent() -> None:
    async with running((80, 30)) as (app, pilot):
        await pilot.press("g", *"nnnnnn", "n")
        await app.settle(pilot)
        assert [line[4] for line in table(app)] == [loss for *_, loss, _ in STORY]
        assert all(mark in "".join(line[43:65] for line in app.lines[2:14]) for mark in "123")  # 4 and 5 lie under 6
        await pilot.press("c")
        await app.until(lambda: "From guess 1 GD needs" in app.sentence)
        steps = int(app.sentence.split("needs ")[1].split()[0])
        await pilot.press("pageup", *["pageup"] * 9, "r")
        await app.settle(pilot)
        assert (app.session.row.w, app.session.row.b) == (0.5, 0.0)
        await pilot.press("f")
        await answer(app, pilot, "<0.01")
        await app.until(lambda: app.player.progress is None and app.cursor > 0)
        assert app.cursor == steps


async def test_loss_and_fit_follow_at_once() -> None:
    async with running() as (app, pilot):
        await pilot.press("g")
        await app.settle(pilot)
        before, charts = app.lines[-5:], app.lines[1:12]
        assert "now -2.000000   -2.000000    0.415820" in app.text
        await pilot.press("]", "right", "right")
        await app.settle(pilot)
        assert "now  0.000000   -2.000000    0.308" in app.text
        assert app.lines[1:12] != charts
        assert app.lines[-5:] != before


@pytest.mark.parametrize(("digit", "view"), [("1", Descent), ("2", Surface)])
async def test_it_owns_the_keys_and_gives_them_back(digit: str, view: type) -> None:
    async with running() as (app, pilot):
        await pilot.press(digit, "right", "g", "space", "1", "q", "m", "+", ".")
        await app.settle(pilot)
        assert isinstance(app._view, GuessWork)
        assert (app.cursor, app.eta, app.player.playing) == (1, 1.0, False)
        assert "guess work" in app.lines[0]
        assert app.lines[-1].rstrip().endswith("Enter keep  Esc leave")
        await pilot.press("enter", "enter", "escape", "right")
        assert type(app._view) is view
        assert (app.cursor, len(app.session.guesses)) == (2, 1)
        await pilot.press("g", "enter")
        assert len(app.session.guesses) == 1  # the same again


async def test_a_typed_guess_that_is_none() -> None:
    async with running() as (app, pilot):
        await pilot.press("g", "e")
        await answer(app, pilot, "1")
        assert "two finite numbers" in app.sentence
        await pilot.press("escape")
        assert isinstance(app._view, GuessWork)
        assert not app.is_asking
        await pilot.press("c")
        assert app.sentence == "Keep a guess first: Enter."


async def test_finer_and_coarser() -> None:
    async with running() as (app, pilot):
        await pilot.press("g", "[", "[", "[", "up")
        assert app._guess_work.place == (-2.0, -1.999)
        await pilot.press("]", "]", "]", "]", "right")
        assert app._guess_work.place == (-1.0, -1.999)


@pytest.mark.parametrize("size", [(60, 16), (120, 40), (40, 10), (1, 1)])
async def test_any_size(size: tuple[int, int]) -> None:
    async with running(size) as (app, pilot):
        await pilot.press("g", "n", "up")
        await app.settle(pilot)
        assert size[0] < 40 or "now" in app.text


async def test_a_surface_has_no_fit_and_the_lecture_no_guesses_on_it() -> None:
    async with running(problem=problem("himmelblau")) as (app, pilot):
        await pilot.press("g", "n", "enter")
        await app.settle(pilot)
        assert "fit" not in app.lines[1]
        assert len(app.session.guesses) == 1


async def test_a_function_that_does_not_answer_can_be_left(file: Path) -> None:  # noqa: F811
    async with running() as (app, pilot):
        await on_function(app, file, "loops")
        app.send("g", "right", "]", "right")
        await app.until(lambda: app.sentence == "loops has not answered yet.")
        app.send("escape")
        await app.until(lambda: "had not answered after" in app.sentence)
        await pilot.press("escape", "1")
        assert isinstance(app._view, Descent)


async def test_a_comparison_is_that_of_the_method_in_hand() -> None:
    async with running((80, 30)) as (app, pilot):
        await pilot.press("g", "n", "c")
        await app.until(lambda: "From guess 1 GD needs" in app.sentence)
        await pilot.press("escape", "+", "g")
        await app.settle(pilot)
        assert "c counts what GD needs instead" in app.sentence
        await pilot.press("escape", "-", "g")
        await app.settle(pilot)
        assert "From guess 1 GD needs" in app.sentence


async def test_a_place_without_a_loss_does_not_show_the_last_ones(file: Path) -> None:  # noqa: F811
    async with running() as (app, pilot):
        await on_function(app, file, "fails")
        await pilot.press("g", "]", "right")
        await app.settle(pilot)
        assert "raises ValueError" in app.sentence
        (now,) = (line.split() for line in app.lines if "now" in line)
        assert now == [">", "now", "-1.000000", "-2.000000", "nan"]


async def test_begun_again_from_the_palette_it_is_left_for_the_view_behind() -> None:
    async with running() as (app, pilot):
        await pilot.press("g")
        await app.run_action("guess")
        await pilot.press("escape")
        assert isinstance(app._view, Descent)
