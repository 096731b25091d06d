"""A question on the last line: it owns the keys until it is answered or left."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label

from gdtui.engine.mistakes import BadInput


class Question(Horizontal):
    """Asks for one line of text; an answer that cannot be is said to be so, and asked for again."""

    def __init__(self) -> None:
        super().__init__(id="question")
        self._answer: Callable[[str], None] = lambda _: None
        self._complain: Callable[[str], None] = lambda _: None

    def compose(self) -> ComposeResult:
        """What is asked, the place to type, and how to end."""
        yield Label(id="asked")
        yield Input(id="typed", compact=True)
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
        self.screen.add_class("-asking")
        entry.focus()
        entry.action_end()

    def leave(self) -> None:
        """Take the question back."""
        self.screen.remove_class("-asking")
        self.screen.set_focus(None)

    def on_input_submitted(self, submitted: Input.Submitted) -> None:
        """Enter: the answer is given."""
        submitted.stop()
        try:
            self._answer(submitted.value.strip())
        except BadInput as mistake:
            self._complain(str(mistake))
        else:
            self.leave()
