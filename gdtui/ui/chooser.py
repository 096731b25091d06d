"""A list to choose from by name."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from gdtui.engine.definition import Definition
from gdtui.ui.glyphs import ASCII, Glyphs


class Chooser(ModalScreen[str]):
    """Answers with the name chosen, or with nothing where it is left."""

    AUTO_FOCUS = "OptionList"
    BINDINGS = [Binding("escape,q", "dismiss", "leave everything as it is", show=False)]

    def __init__(self, what: str, definitions: Mapping[str, Definition], current: str, glyphs: Glyphs) -> None:
        super().__init__(classes="-ascii" if glyphs is ASCII else "")
        self._what = what
        self._definitions = definitions
        self._current = current

    def compose(self) -> ComposeResult:
        """A line for each definition; the one in force is marked."""
        wide = max(map(len, self._definitions)) + 1
        options = [
            Option(f"{'>' if name == self._current else ' '} {name:<{wide}} {definition.about}", id=name)
            for name, definition in self._definitions.items()
        ]
        with Vertical(id="chooser"):
            yield Label(f"{self._what}: Enter takes it, Esc leaves")
            choices = OptionList(*options, markup=False, compact=True)
            choices.highlighted = list(self._definitions).index(self._current)
            yield choices

    def on_option_list_option_selected(self, selected: OptionList.OptionSelected) -> None:
        """Enter."""
        self.dismiss(selected.option_id)
