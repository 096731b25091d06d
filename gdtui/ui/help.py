"""The help: every key, and how to read the screen."""

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from gdtui.ui.glyphs import ASCII, Glyphs
from gdtui.ui.keys import Keys

READING = """\
Row t holds w and b after t updates, the gradient and the loss there;
eta and |step| belong to the update that led to row t. So, by hand:
    w of row t+1  =  w of row t  -  eta * dL/dw of row t
Dots show the paths that were left, for another eta or another start."""


class Help(ModalScreen[None]):
    """Closed by the key that opened it, by Esc, q or Enter."""

    AUTO_FOCUS = "#help"
    BINDINGS = [Binding("question_mark,escape,q,enter", "app.pop_screen", "close the help", show=False)]

    def __init__(self, groups: Mapping[str, Sequence[Keys]], glyphs: Glyphs) -> None:
        super().__init__(classes="-ascii" if glyphs is ASCII else "")
        self._groups = groups
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """A page that scrolls where it does not fit."""
        lines: list[str] = []
        for where, groups in self._groups.items():
            lines += ["", where] if lines else []
            lines += [f"{self._glyphs.spell(group.shown):<13}{self._glyphs.spell(group.does)}" for group in groups]
        with VerticalScroll(id="help") as page:
            page.border_subtitle = "arrows scroll, Esc closes"
            yield Static("\n".join([*lines, "", READING]), markup=False)
