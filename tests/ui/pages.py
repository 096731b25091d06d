"""A page of view 3 in an app of its own, so that its tests need no keys."""

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

AROUND = 5
"""Lines of the whole program that are not the page's."""


class Shown(App[None]):
    """An app that is nothing but the page."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (80, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16 - AROUND, "-low"), (24 - AROUND, "-high")]
    theme: Reactive[str] = Reactive("ansi-dark")

    def __init__(self, page: Callable[[Glyphs], Any], session: Session, *, ascii_only: bool) -> None:
        super().__init__(css_path=[stylesheet.own()])
        self.session = session
        self.page = page(glyphs.ASCII if ascii_only else glyphs.UNICODE)

    def compose(self) -> ComposeResult:
        yield self.page.add_class("-shown")

    def on_lines_resized(self) -> None:
        self.draw()

    def draw(self) -> None:
        self.page.look_up(self.session)
        self.page.draw(self.session)

    def do(self, *commands: Command) -> None:
        for command in commands:
            self.session.do(command)
        self.draw()

    @property
    def lines(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@asynccontextmanager
async def showing(
    page: Callable[[Glyphs], Any],
    session: Session | None = None,
    size: tuple[int, int] = (80, 24),
    *,
    ascii_only: bool = False,
) -> AsyncIterator[tuple[Shown, Pilot[None]]]:
    """The page on a screen of that size, of which the rest of the program takes its lines."""
    app = Shown(page, session or Session(Recipe()), ascii_only=ascii_only)
    async with app.run_test(size=(size[0], size[1] - AROUND)) as pilot:
        await pilot.pause()
        app.draw()
        await pilot.pause()
        yield app, pilot
