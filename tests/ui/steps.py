"""The arithmetic of a step in an app of its own."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from gdtui.session.recipe import Recipe
from gdtui.session.session import Session
from gdtui.ui.views.arithmetic import Arithmetic
from tests.ui.shown import Shown, showing


class Steps(Shown):
    """The app, with what its tests press and look at."""

    def take(self, part: str) -> None:
        """Press Tab until a part is in hand."""
        for _ in range(6):
            if self.view.part == part:
                return
            self.view.action_substep(1)
            self.draw()
        raise AssertionError(part)

    @property
    def marked(self) -> list[str]:
        return [line for line in self.lines if line.startswith(">")]


def steps(
    size: tuple[int, int] = (80, 24), *, ascii_only: bool = False, **recipe: Any
) -> AbstractAsyncContextManager[tuple[Any, Any]]:
    return showing(Arithmetic, Session(Recipe(**recipe)), size, ascii_only=ascii_only, kind=Steps)
