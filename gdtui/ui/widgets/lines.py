"""Lines of text in named inks, of which only those that changed are drawn again."""

from collections.abc import Sequence
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

Line: TypeAlias = Sequence[tuple[str, str]]
"""Pieces of text, each with the name of its ink; the inks are component classes of the stylesheet.

Of two inks, `band-3 on band-5`, the ground of the first draws on the ground of the second: a half block in both.
"""

PLAIN = ""


class Lines(Widget):
    """A widget that is told its lines; it computes nothing."""

    class Resized(Message):
        """The widget has another size: whoever draws on it should do it again."""

    COMPONENT_CLASSES = {
        "ink--quiet",
        "ink--strong",
        "ink--cursor",
        "ink--alarm",
        "ink--ghost",
        "ink--loss",
        "ink--fit",
        "ink--data",
        "ink--w",
        "ink--b",
    }

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._strips: list[Strip] = []
        self._styles: dict[str, Style] = {}

    def on_resize(self) -> None:
        """Textual's word that the size is another."""
        self.post_message(self.Resized())

    def draw(self, lines: Sequence[Line]) -> None:
        """Show these lines from the top; what does not fit is cut."""
        width, height = self.size
        lines = [*lines[:height], *[()] * (height - len(lines))]
        known = len(self._lines) == height and [strip.cell_length for strip in self._strips] == [width] * height
        if not known:  # first drawn, or in another size or style
            self._lines, self._strips = lines, [self._strip(line) for line in lines]
            self.refresh()
            return
        for y, (before, line) in enumerate(zip(self._lines, lines, strict=True)):
            if before != line:
                self._strips[y] = self._strip(line)
                self.refresh(Region(0, y, width, 1))
        self._lines = lines

    def render_line(self, y: int) -> Strip:
        """Textual's question for one line."""
        if not self._strips:
            self._strips = [self._strip(line) for line in self._lines]
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self._style(PLAIN))

    def notify_style_update(self) -> None:
        """Textual's word that the stylesheet or the theme changed; the inks have not changed yet."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    def _strip(self, line: Line) -> Strip:
        segments = [Segment(text, self._style(ink)) for text, ink in line if text]
        return Strip(segments).adjust_cell_length(self.size.width, self._style(PLAIN))

    def _style(self, ink: str) -> Style:
        """The style of an ink; asking the stylesheet takes longer than drawing."""
        if ink not in self._styles:
            above, _, below = ink.partition(" on ")
            if below:
                style = Style(color=self._style(above).bgcolor, bgcolor=self._style(below).bgcolor)
            else:
                style = self.get_component_rich_style(f"ink--{ink}") if ink else self.rich_style
            self._styles[ink] = style
        return self._styles[ink]
