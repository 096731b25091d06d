"""What a view is: one way of showing the session, with keys of its own."""

from typing import ClassVar

from textual.geometry import Offset
from textual.widget import Widget

from gdtui.session.session import Session
from gdtui.ui.keys import Keys


class View(Widget):
    """Told to draw, it draws what it has looked up; a key of its own runs an action of its own."""

    TITLE: ClassVar[str]
    KEYS: ClassVar[tuple[Keys, ...]] = ()
    PAGES: ClassVar[tuple[type["View"], ...]] = ()
    """Views that it shows one at a time."""
    OWNS_KEYS: ClassVar[bool] = False
    """Whether it is a mode: while it is shown no other keys work, and the footer names its own."""

    @property
    def keys(self) -> tuple[Keys, ...]:
        """The keys that are its own as it is looked at now."""
        return self.KEYS

    def binding_of(self, key: str) -> "tuple[str, View] | None":
        """What a key of its own does, and whose action that is."""
        actions = (action for group in self.KEYS for keys, action in group.actions.items() if key in keys.split(","))
        return next(((action, self) for action in actions), None)

    def look_up(self, session: Session) -> None:
        """Have at hand all that drawing takes from the problem: where that is a person's own function, in a thread."""

    def draw(self, session: Session) -> None:
        """Show the session as it is now."""
        raise NotImplementedError

    def sentence(self, _session: Session) -> str:
        """What it has to say instead of how the descent goes."""
        return ""

    @property
    def left_out(self) -> str:
        """What this size of screen has no room for."""
        return ""

    @property
    def cursor_position(self) -> Offset:
        """Where a screen reader finds the current iteration."""
        return self.region.offset
