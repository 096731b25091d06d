"""A view in an app of its own, so that its tests need no keys."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.reactive import Reactive

from gdtui.session.commands import Command
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from gdtui.ui import glyphs, stylesheet
from gdtui.ui.glyphs import Glyphs
from tests.ui.watched import Readable

AROUND_THE_VIEW = 4
"""Lines of the whole program that are not the view's."""


class Shown(Readable, App[None]):
    """An app that is nothing but the view, in the screen's place of the whole program."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (80, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16 - AROUND_THE_VIEW, "-low"), (24 - AROUND_THE_VIEW, "-high")]
    theme: Reactive[str] = Reactive("ansi-dark")

    def __init__(self, view: Callable[[Glyphs], Any], session: Session, *, ascii_only: bool) -> None:
        super().__init__(css_path=[stylesheet.own()])
        self.session = session
        self.view = view(glyphs.ASCII if ascii_only else glyphs.UNICODE)

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


@asynccontextmanager
async def showing(
    view: Callable[[Glyphs], Any],
    session: Session | None = None,
    size: tuple[int, int] = (80, 24),
    *,
    ascii_only: bool = False,
    kind: type[Shown] = Shown,
) -> AsyncIterator[tuple[Any, Pilot[None]]]:
    """The view on a screen of that size, of which the rest of the program takes its lines."""
    app = kind(view, session or Session(Recipe()), ascii_only=ascii_only)
    async with app.run_test(size=(size[0], size[1] - AROUND_THE_VIEW)) as pilot:
        await pilot.pause()
        app.draw()
        await pilot.pause()
        yield app, pilot
