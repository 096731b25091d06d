"""The clock: it turns time into steps, while playing and while going fast forward."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from textual.app import App
from textual.timer import Timer

from gdtui.session.commands import Command, Forward, Step
from gdtui.session.session import Reason, Session
from gdtui.session.stopping import Goal, Limit, Waiting

SPEEDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
"""Iterations a second."""

FRAMES = 10
"""Frames a second while playing; a faster run takes several iterations a frame."""

SLICE = 0.004
"""Seconds of arithmetic between two looks at the keyboard."""

TOLD = 0.2
"""Seconds between two frames of a fast forward; so a frame that answers a key has not to wait for one."""

HOPS = 4
"""Turns of the event loop between two slices: from a key to its frame it takes several."""


@dataclass
class Progress:
    """How far a fast-forward has come."""

    total: int
    begun: float
    done: int = 0

    @property
    def seconds_left(self) -> float:
        """At the rate so far."""
        return (perf_counter() - self.begun) / max(self.done, 1) * (self.total - self.done)


class Player:
    """Steps a session by the clock and tells when there is something new to see."""

    def __init__(
        self,
        app: App[None],
        session: Session,
        carry_out: Callable[[Command], Reason | None],
        changed: Callable[[Reason | None], None],
    ) -> None:
        self._app = app
        self._session = session
        self._carry_out = carry_out
        self._changed = changed
        self._timer: Timer | None = None
        self.speed = SPEEDS[3]
        self.progress: Progress | None = None

    @property
    def playing(self) -> bool:
        """Whether the clock is running."""
        return self._timer is not None

    def play(self) -> None:
        """Start the clock."""
        frames = min(self.speed, FRAMES)
        self._timer = self._app.set_interval(1 / frames, lambda: self._tick(self.speed // frames))

    def pause(self) -> None:
        """Stop the clock, and a fast-forward too."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.progress = None

    def change_speed(self, by: int) -> None:
        """Go so many places up or down the speeds."""
        place = SPEEDS.index(self.speed) + by
        self.speed = SPEEDS[max(0, min(place, len(SPEEDS) - 1))]
        if self.playing:
            self.pause()
            self.play()

    async def forward(self, n: int, until: Goal | None) -> None:
        """Take n iterations as fast as they go, or up to a goal, with a look at the keyboard in between."""
        self.pause()
        progress = self.progress = Progress(n, perf_counter())
        portion = 1  # on a million points that is milliseconds
        reason = None
        told = progress.begun
        while progress is self.progress and progress.done < n and reason is None:
            begun, before = perf_counter(), self._session.cursor
            reason = self._carry_out(Forward(min(portion, n - progress.done), until))
            progress.done += self._session.cursor - before
            portion = max(1, int(portion * SLICE / max(perf_counter() - begun, SLICE / 4)))
            self._session.history.catch_up()
            if perf_counter() - told >= TOLD:
                self._changed(None)
                told = perf_counter()
            for _ in range(HOPS):
                await asyncio.sleep(0)
        if progress is self.progress:
            self.progress = None
            self._changed(Limit(n, until) if until is not None and reason is None else reason)

    def _tick(self, n: int) -> None:
        reason = self._carry_out(Step(n))
        if reason is not None and not isinstance(reason, Waiting):  # then the clock goes on when there is an answer
            self.pause()
        self._changed(reason)
