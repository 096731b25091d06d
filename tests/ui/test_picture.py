"""Pictures of what the program shows: the README's, and three surfaces as any eye knows them.

GDTUI_DRAW=1 draws them anew.
"""

import html
import os
import re
from pathlib import Path

import pytest

from gdtui.session.commands import GoTo, SetEta, Step
from gdtui.session.recipe import Recipe, problem
from gdtui.ui.app import Gdtui
from tests.ui.watched import running

HERE = Path(__file__).parent


def texts(svg: str) -> list[str]:
    """What is written in a picture, without how."""
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def colours(svg: str) -> set[str]:
    """What it is written and painted in."""
    return set(re.findall(r"fill[:=][\" ]*(#[0-9a-f]{6})", svg))


@pytest.mark.parametrize(
    ("name", "keys"), [("descent", ()), ("surface", ("2",)), ("guesses", ("g", *"nnnn")), ("why", ("3",))]
)
async def test_the_picture_shows_the_program_as_it_is(
    name: str, keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "truecolor")
    app = Gdtui(Recipe())
    async with app.run_test(size=(80, 24)) as pilot:
        for command in (Step(140), GoTo(85), SetEta(5.0), Step(33)):
            app.session.do(command)
        app.draw()
        await pilot.press(*keys)
        await pilot.pause()
        svg = app.export_screenshot(title="gdtui")
    picture = HERE / f"{name}.svg"
    if os.environ.get("GDTUI_DRAW"):
        picture.write_text(svg)
    assert texts(svg) == texts(picture.read_text())
    assert colours(svg) == colours(picture.read_text())
    assert any("iteration\xa0118" in text for text in texts(svg))


@pytest.mark.parametrize("name", ["rosenbrock", "himmelblau", "rastrigin"])
async def test_a_surface_looks_as_its_textbook_shows_it(name: str) -> None:
    async with running(ascii_only=True, problem=problem(name)) as (app, pilot):
        await pilot.press("2")
        await app.settle(pilot)
        shown = "\n".join(line.rstrip() for line in app.lines[1:-3]) + "\n"
    snapshot = HERE / f"{name}.txt"
    if os.environ.get("GDTUI_DRAW"):
        snapshot.write_text(shown)
    assert shown == snapshot.read_text()
