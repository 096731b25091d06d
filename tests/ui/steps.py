"""View 3 in an app of its own, so that its tests need no keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.reactive import Reactive

from gdtui.session.commands import Command
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from gdtui.ui import glyphs, stylesheet
from gdtui.ui.views.arithmetic import Arithmetic

AROUND_THE_VIEW = 4
"""Lines of the app that are not the view's."""


class Shown(App[None]):
    """An app that is nothing but the view, in the screen's place of the whole program."""

    theme: Reactive[str] = Reactive("ansi-dark")

    def __init__(self, recipe: Recipe, *, ascii_only: bool) -> None:
        super().__init__(css_path=[stylesheet.own()])
        self.session = Session(recipe)
        self.view = Arithmetic(glyphs.ASCII if ascii_only else glyphs.UNICODE)

    def compose(self) -> ComposeResult:
        yield self.view.add_class("-shown")

    def on_lines_resized(self) -> None:
        self.draw()

    def draw(self) -> None:
        self.view.look_up(self.session)
        self.view.draw(self.session)

    def do(self, *commands: Command) -> None:
        for command in commands:
            self.session.do(command)
        self.draw()

    def take(self, part: str) -> None:
        """Press Tab until a part is in hand."""
        for _ in range(6):
            if self.view.part == part:
                return
            self.view.action_substep(1)
            self.draw()
        raise AssertionError(part)

    @property
    def lines(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)

    @property
    def marked(self) -> list[str]:
        return [line for line in self.lines if line.startswith(">")]


@asynccontextmanager
async def steps(
    size: tuple[int, int] = (80, 24), *, ascii_only: bool = False, **recipe: Any
) -> AsyncIterator[tuple[Shown, Pilot[None]]]:
    """The view on a screen of that size, where the rest of the program takes some lines."""
    app = Shown(Recipe(**recipe), ascii_only=ascii_only)
    async with app.run_test(size=(size[0], size[1] - AROUND_THE_VIEW)) as pilot:
        await pilot.pause()
        app.draw()
        yield app, pilot
