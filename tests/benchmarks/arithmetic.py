"""What a step, a long history and its picture cost."""

import asyncio
import tracemalloc
from time import perf_counter

from textual.events import Key

from gdtui.engine.history import History
from gdtui.session.commands import Forward
from gdtui.session.recipe import Recipe
from gdtui.ui.app import Gdtui
from tests.benchmarks import lecture
from tests.benchmarks.clock import fastest

STEPS = 20_000


def recorded_step() -> tuple[float, float]:
    """Seconds of a step of the lecture's loop, and of one that the history records."""
    method = Recipe().method()
    plain, recorded = fastest(lambda: lecture.descend(STEPS), lambda: History(method, -2.0, -2.0).extend(STEPS))
    return plain / STEPS, recorded / STEPS


def bytes_per_iteration(iterations: int = 1_000_000) -> float:
    """Memory of a history, with the overviews that charts look at."""
    tracemalloc.start()
    history = History(Recipe().method(), -2.0, -2.0)
    before = tracemalloc.get_traced_memory()[0]
    history.extend(iterations)
    history.catch_up()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / iterations


async def _fast_forward() -> tuple[float, float]:
    app = Gdtui(Recipe())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", *"1000000")
        longest, begun = 0.0, perf_counter()
        app.post_message(Key("enter", "\r"))
        while app.player.progress is None:
            await asyncio.sleep(0)
        while app.player.progress is not None:
            pressed, chart = perf_counter(), app._view._second_charts[0]
            app.post_message(Key("v", "v"))
            while app._view._second_charts[0] == chart:
                await asyncio.sleep(0)
            longest = max(longest, perf_counter() - pressed)
            await asyncio.sleep(0.05)
        return perf_counter() - begun, longest


def fast_forward() -> tuple[float, float]:
    """Seconds of a million iterations in the app, and the longest that a key waited meanwhile."""
    return asyncio.run(_fast_forward())


async def _frames() -> tuple[float, float]:
    short, long = Gdtui(Recipe()), Gdtui(Recipe())
    seconds = []
    for app, iterations in ((short, 100), (long, 1_000_000)):
        async with app.run_test(size=(80, 24)):
            app.session.do(Forward(iterations))
            app.draw()
            seconds.append(fastest(app.draw)[0])
    return seconds[0], seconds[1]


def frames() -> tuple[float, float]:
    """Seconds to draw a frame at 100 iterations of history, and at a million."""
    return asyncio.run(_frames())
