"""View 2 in an app of its own, so that its tests need no keys."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.style import Style
from textual.pilot import Pilot

from gdtui.engine.definition import Choice
from gdtui.engine.problems.definition import Objective, Problem, ProblemDefinition, Window
from gdtui.engine.problems.surfaces import Surface as Formula
from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from gdtui.ui.views.surface import Surface
from gdtui.ui.widgets.heatmap import Heatmap
from tests.ui.shown import AROUND_THE_VIEW, Shown

SQUARE = Window(-1.0, 1.0, -1.0, 1.0)


def formula(
    loss: Callable[[Any, Any], Any], window: Window = SQUARE, minima: Any = (), start: Any = (0.5, 0.5)
) -> Problem:
    """A problem whose loss is a function of floats or arrays."""

    def evaluate(w: Any, b: Any) -> tuple[Any, Any, Any]:
        value = loss(w, b)
        return (float(value) if isinstance(w, float) else value), 2.0 * w, 2.0 * b

    return Formula("made up", window, start, 0.1, minima, lambda _: Objective(evaluate, lambda _w, _b: (2.0, 0.0, 2.0)))


def recipe_of(problem: Problem, **arguments: Any) -> Recipe:
    """A run on any problem."""
    definition = ProblemDefinition("made-up", "made up", "", "", "", {}, lambda: problem)
    return Recipe(problem=Choice(definition, ()), **arguments)


class SurfaceShown(Shown):
    """View 2 in an app of its own, with what its tests look at."""

    @property
    def map(self) -> Heatmap:
        return self.query_one(Heatmap)

    @property
    def cells(self) -> list[list[tuple[str, Style]]]:
        """What each cell of the screen shows."""
        return [
            [(character, segment.style or Style()) for segment in strip for character in segment.text]
            for strip in self.screen._compositor.render_strips()
        ]

    def find(self, mark: str) -> list[tuple[int, int]]:
        """Where a character stands on the map, in its cells from the upper left."""
        lines, wide = self.lines, self.landscape.columns
        gutter, area = lines[0].index("b") + 2, lines[1 : self.map.size.height - 1]
        return [(x, y) for y, line in enumerate(area) for x, c in enumerate(line[gutter : gutter + wide]) if c == mark]

    @property
    def landscape(self) -> Any:
        assert self.view._map.landscape is not None
        return self.view._map.landscape

    @property
    def gutter(self) -> int:
        return self.lines[0].index("b") + 2


@asynccontextmanager
async def surface(
    recipe: Recipe | None = None,
    size: tuple[int, int] = (80, 24),
    *,
    ascii_only: bool = False,
    colours: str = "truecolor",
    env: dict[str, str] | None = None,
) -> AsyncIterator[tuple[SurfaceShown, Pilot[None]]]:
    """The view on a screen of that size, where the rest of the program takes four lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.constants.COLOR_SYSTEM", colours)
        patch.delenv("NO_COLOR", raising=False)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        app = SurfaceShown(Surface, Session(recipe or Recipe()), ascii_only=ascii_only)
    async with app.run_test(size=(size[0], size[1] - AROUND_THE_VIEW)) as pilot:
        await settled(app, pilot)
        yield app, pilot


async def settled(app: SurfaceShown, pilot: Pilot[None]) -> None:
    """Draw, and draw again where that changed a size."""
    for _ in range(2):
        await pilot.pause()
        app.draw()
    await pilot.pause()
