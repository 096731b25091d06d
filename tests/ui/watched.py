"""The app without a terminal, watched: what is on its screen, and when it is drawn."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from gdtui.session.recipe import Recipe
from gdtui.ui.app import Gdtui

PATIENCE = 10.0
"""Seconds until a test gives up; none waits that long."""


class Readable:
    """What is on the screen of an app."""

    screen: Any

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)


class Watched(Readable, Gdtui):
    """The app, and word of every frame it draws."""

    drawn: asyncio.Event

    def draw(self) -> None:
        super().draw()
        self.drawn.set()

    def on_mount(self) -> None:
        self.drawn = asyncio.Event()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Look at every frame until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.drawn.wait()
                self.drawn.clear()

    async def settle(self, pilot: Pilot[None]) -> None:
        """Wait for the last frame."""
        await pilot.pause()
        await self.until(lambda: self._next_frame is None)
        await pilot.pause()

    def send(self, *keys: str) -> None:
        """Press keys as a terminal does: without waiting for what comes of them."""
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            self.post_message(Key(name, key if len(key) == 1 else None))

    @property
    def sentence(self) -> str:
        """The words over the footer."""
        region = self.query_one("#sentence").region
        return " ".join(line.strip() for line in self.lines[region.y : region.bottom]).strip()

    @property
    def cursor(self) -> int:
        return self.session.cursor

    @property
    def eta(self) -> float:
        return self.session.method.eta

    @property
    def is_asking(self) -> bool:
        return self.screen_stack[0].has_class("-asking")


@asynccontextmanager
async def running(
    size: tuple[int, int] = (80, 24), *, ascii_only: bool = False, **recipe: Any
) -> AsyncIterator[tuple[Watched, Pilot[None]]]:
    app = Watched(Recipe(**recipe), ascii_only=ascii_only)
    async with app.run_test(size=size) as pilot:

        async def press(*keys: str) -> None:
            """All keys, and one wait: a pilot waits twice for each."""
            app.send(*keys)
            await pilot.pause()

        pilot.press = press  # type: ignore[method-assign]
        await pilot.pause()
        yield app, pilot


async def answer(app: Watched, pilot: Pilot[None], text: str) -> None:
    """Type an answer over what stands there, and give it."""
    app.query_one(Input).value = text
    await pilot.press("enter")
