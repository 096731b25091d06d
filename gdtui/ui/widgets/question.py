"""A question on the last line: it owns the keys until it is answered or left."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Key
from textual.widgets import Input, Label
from textual.widgets.input import Selection

from gdtui.engine.mistakes import BadInput

EDITING = {
    key: binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding) and "(" not in binding.action
    for key in binding.key.split(",")
}
"""Keys that move and delete, and what they do."""


class Question(Horizontal):
    """Asks for one line of text; an answer that cannot be is said to be so, and asked for again."""

    def __init__(self) -> None:
        super().__init__(id="question")
        self._answer: Callable[[str], None] = lambda _: None
        self._complain: Callable[[str], None] = lambda _: None

    def compose(self) -> ComposeResult:
        """What is asked, the place to type, and how to end."""
        yield Label(id="asked")
        yield Input(id="typed", compact=True, select_on_focus=False)
        yield Label("Enter takes it, Esc leaves", id="answering")

    @property
    def is_open(self) -> bool:
        """Whether an answer is awaited."""
        return self.screen.has_class("-asking")

    def ask(self, asked: str, typed: str, answer: Callable[[str], None], complain: Callable[[str], None]) -> None:
        """Ask, with a text already typed; `answer` raises BadInput where it cannot take one."""
        self._answer, self._complain = answer, complain
        self.query_one("#asked", Label).update(asked)
        entry = self.query_one(Input)
        entry.value = typed
        entry.selection = Selection(0, len(typed))
        self.screen.add_class("-asking")
        self.screen.set_focus(entry)

    def leave(self) -> None:
        """Take the question back."""
        self.screen.remove_class("-asking")
        self.screen.set_focus(None)

    def press(self, key: Key) -> None:
        """Take a key, in the order of typing: Textual's Input inserts a letter before a Backspace that came earlier."""
        entry = self.query_one(Input)
        if key.key == "enter":
            self._take(entry.value.strip())
        elif key.character is not None and key.is_printable:
            entry.replace(key.character, *sorted(entry.selection))
        elif key.key in EDITING:
            getattr(entry, f"action_{EDITING[key.key]}")()

    def _take(self, answer: str) -> None:
        try:
            self._answer(answer)
        except BadInput as mistake:
            self._complain(str(mistake))
        else:
            self.leave()
