"""View 3: why the next step goes where it goes, on pages that are turned."""

from textual.app import ComposeResult
from textual.geometry import Offset

from gdtui.session.session import Session
from gdtui.ui.glyphs import Glyphs
from gdtui.ui.keys import Keys
from gdtui.ui.views.arithmetic import Arithmetic
from gdtui.ui.views.reasons import Reasons
from gdtui.ui.views.sensitivity import Sensitivity
from gdtui.ui.views.taylor import Taylor
from gdtui.ui.views.view import View


class Explanation(View):
    """The arithmetic of the step, the reasons of the diagnosis, Taylor's expansion, and the derivative."""

    TITLE = "why"
    PAGES = (Arithmetic, Reasons, Taylor, Sensitivity)
    KEYS = (Keys("v", f"page: {', '.join(page.TITLE for page in PAGES)}", {"v": "turn"}, "page"),)

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="explanation")
        self._pages: list[View] = [page(glyphs) for page in self.PAGES]
        self._pages[0].add_class("-shown")

    def compose(self) -> ComposeResult:
        """All pages; one is shown."""
        yield from self._pages

    def action_turn(self) -> None:
        """Turn to the next page."""
        self._pages[0].remove_class("-shown")
        self._pages.append(self._pages.pop(0))
        self._pages[0].add_class("-shown")

    @property
    def keys(self) -> tuple[Keys, ...]:
        """Its own, and those of the page."""
        return (*self.KEYS, *self._pages[0].KEYS)

    def binding_of(self, key: str) -> tuple[str, View] | None:
        """What a key does here or on the page."""
        return super().binding_of(key) or self._pages[0].binding_of(key)

    def look_up(self, session: Session) -> None:
        """What the page shows."""
        self._pages[0].look_up(session)

    def draw(self, session: Session) -> None:
        """Show the page."""
        self._pages[0].draw(session)

    @property
    def left_out(self) -> str:
        """What the page has no room for."""
        return self._pages[0].left_out

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the current iteration."""
        return self._pages[0].cursor_position
