"""A map of the error surface: bands of colour, and what lies over them.

Two samples stand in each cell, one over the other, as a half block in the colours of their bands. In ASCII, and where
there are no colours or too few, a cell is one sample, and its band is a character.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from gdtui.engine.analysis.landscape import Landscape
from gdtui.engine.analysis.trace import Cell, Trace
from gdtui.engine.digits import rough
from gdtui.engine.problems.definition import Point, Window
from gdtui.ui.glyphs import ASCII, Glyphs
from gdtui.ui.widgets import axes
from gdtui.ui.widgets.bands import NO_BAND, Banded, band_ink, legend, padded, shade
from gdtui.ui.widgets.lines import PLAIN, Line

Piece = tuple[str, str]
"""A character and its ink."""


@dataclass(frozen=True)
class Marks:
    """The characters of what lies over a map."""

    here: str
    start: str
    minimum: str
    step: str
    leap: str
    left: str
    arrows: str
    """Up and left, up, up and right; left, nowhere, right; and so on."""


UNICODE_MARKS = Marks("●", "○", "×", "•", "·", "◦", "↖↑↗← →↙↓↘")
ASCII_MARKS = Marks("@", "S", "X", "o", ".", ",", "\\^/< >/v\\")


@dataclass(frozen=True)
class Overlay:
    """What lies over a map."""

    here: Point
    places: Sequence[tuple[Point, str]]
    """Points with a mark each; a later one covers an earlier one."""
    path: Trace | None = None
    cursor: int = 0
    """How far on its path a descent is."""
    left: Sequence[Trace] = ()


class Heatmap(Banded):
    """The map between its axes: w to the right, b upwards."""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(id=id)
        self._is_ascii = glyphs is ASCII
        self.marks = ASCII_MARKS if self._is_ascii else UNICODE_MARKS
        self.has_contours = False
        """Whether lines are drawn where bands end: their colours show it as well, and lines hide what is narrow."""
        self._ground_of: tuple[Landscape, bool, bool] | None = None
        self._cells: list[list[Piece]] = []
        self._ground: list[Line] = []

    @property
    def is_coloured(self) -> bool:
        """Whether bands are colours: the sixteen of a terminal's palette have no order."""
        has_colours = not self.app.no_color and self.app.console.color_system in ("256", "truecolor")
        return has_colours and not self._is_ascii

    @property
    def samples_in_cell(self) -> int:
        """How many samples stand over one another in a cell."""
        return 2 if self.is_coloured else 1

    def draw_map(self, title: Line, landscape: Landscape, overlay: Overlay, beside: Sequence[Line] = ()) -> None:
        """Show a landscape with what lies over it, and lines beside it."""
        lines = self._framed(title, landscape, overlay)
        wide = width_of(landscape.window, landscape.columns, landscape.rows // self.samples_in_cell) + 1
        right = [(), *beside, *[()] * len(lines)]
        self.draw([[*padded(line, wide), *other] if other else line for line, other in zip(lines, right, strict=False)])

    def _framed(self, title: Line, landscape: Landscape, overlay: Overlay) -> list[Line]:
        """The map with its title and its axes."""
        columns, rows = landscape.columns, landscape.rows // self.samples_in_cell
        w_low, w_high, b_low, _ = landscape.window
        upright = upright_labels(landscape.window, rows)
        gutter = gutter_of(upright)
        labels = {self._cell(landscape, w_low, b)[1]: label for b, label in upright}
        lines: list[Line] = [[(f"{'b':>{gutter - 1}} ", "quiet"), *title]]
        for row, line in enumerate(self._map_lines(landscape, overlay)):
            lines.append([(f"{labels.get(row, ''):>{gutter - 1}} ", "quiet"), *line])
        level = axes.inside(w_low, w_high, max(2, columns // 6))
        places = [(self._cell(landscape, w, b_low)[0], label) for w, label in level]
        lines.append([(" " * gutter + labelled(places, columns) + " w", "quiet")])
        return lines

    def legend(self, landscape: Landscape, loss: float, width: int, height: int) -> list[Line]:
        """The losses of the bands, the one of a loss marked."""
        return legend(landscape, loss, width, height, self.marks.here, is_coloured=self.is_coloured)

    def key(self, overlay: Overlay, width: int) -> list[str]:
        """What the marks mean, in lines."""
        marks = self.marks
        standing = {mark for _, mark in overlay.places}
        words = [f"{marks.here} here"]
        words += [f"{marks.start} start"] if marks.start in standing else []
        words += [f"{marks.step} path"] if overlay.path is not None else []
        words += [f"{marks.minimum} minimum"] if marks.minimum in standing else []
        words += [f"{marks.left} left"] if overlay.left else []
        lines = [words[0]]
        for word in words[1:]:
            if len(longer := f"{lines[-1]}  {word}") <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _map_lines(self, landscape: Landscape, overlay: Overlay) -> Iterator[Line]:
        """The lines of the map; only those are put together anew on which a mark lies."""
        ground_of = landscape, self.is_coloured, self.has_contours
        if self._ground_of != ground_of:
            self._ground_of = ground_of
            self._cells = list(self._in_colours(landscape) if self.is_coloured else self._in_shades(landscape))
            self._ground = [runs(cells) for cells in self._cells]
        pieces: dict[int, dict[int, Piece]] = {}
        for (column, row), piece in self._pieces(landscape, overlay).items():
            pieces.setdefault(row, {})[column] = piece
        for row, (cells, ground) in enumerate(zip(self._cells, self._ground, strict=True)):
            over = pieces.get(row)
            yield runs([over.get(column, cell) for column, cell in enumerate(cells)]) if over else ground

    def _in_colours(self, landscape: Landscape) -> Iterator[list[Piece]]:
        inks = [[band_ink(landscape, band) for band in bands] for bands in landscape.bands.tolist()]
        if self.has_contours:
            edges = landscape.edges.tolist()
            inks = [
                ["contour" if edge else ink for ink, edge in zip(*row, strict=True)]
                for row in zip(inks, edges, strict=True)
            ]
        for above, below in zip(inks[::2], inks[1::2], strict=True):
            yield list(half_blocks(above, below))

    def _in_shades(self, landscape: Landscape) -> Iterator[list[Piece]]:
        for bands in landscape.bands.tolist():
            yield [(shade(landscape, band), PLAIN) for band in bands]

    def _pieces(self, landscape: Landscape, overlay: Overlay) -> Mapping[Cell, Piece]:
        """The marks by their cells; a later one covers an earlier one."""
        marks = self.marks
        characters: dict[Cell, str] = {}
        for left in overlay.left:
            characters.update(dict.fromkeys(left.visited, marks.left))
        if overlay.path is not None:
            path, cursor = overlay.path, overlay.cursor
            characters.update({cell: marks.leap for cell, at in path.leapt.items() if at <= cursor})
            characters.update({cell: marks.leap for cell, at in path.visited.items() if at > cursor})
            characters.update({cell: marks.step for cell, at in path.visited.items() if at <= cursor})
        rows = landscape.rows // self.samples_in_cell
        places = [(self._cell(landscape, *place), mark) for place, mark in overlay.places]
        characters.update({(x, y): mark for (x, y), mark in places if 0 <= x < landscape.columns and 0 <= y < rows})
        pieces = {cell: (character, self._ink_over(landscape, cell)) for cell, character in characters.items()}
        return pieces | dict(self._here(landscape, overlay.here, rows))

    def _here(self, landscape: Landscape, here: Point, rows: int) -> Iterator[tuple[Cell, Piece]]:
        """The current point or, where it lies outside, an arrow to it with its distance."""
        if not all(map(math.isfinite, here)):
            return
        ink = "here" if self.is_coloured else "here-plain"
        column, row = self._cell(landscape, *here)
        across, up = side(column, landscape.columns), side(row, rows)
        if not across and not up:
            yield (column, row), (self.marks.here, ink)
            return
        w_low, w_high, b_low, b_high = landscape.window
        beyond = math.hypot(max(w_low - here[0], here[0] - w_high, 0.0), max(b_low - here[1], here[1] - b_high, 0.0))
        arrow = self.marks.arrows[3 * (up + 1) + across + 1]
        text = f"{rough(beyond)} {arrow}" if across > 0 else f"{arrow} {rough(beyond)}"
        row = max(0, min(row, rows - 1))
        column = max(0, min(column, landscape.columns - len(text)))
        for place, character in enumerate(text, start=column):
            yield (place, row), (character, ink)

    def _cell(self, landscape: Landscape, w: float, b: float) -> Cell:
        """The cell of a point; far outside, and on the very end of an axis, the nearest that says so."""
        x, y = landscape.place(w, b)
        rows = landscape.rows // self.samples_in_cell
        return within(x, landscape.columns), within(y / self.samples_in_cell, rows)

    def _ink_over(self, landscape: Landscape, cell: Cell) -> str:
        """The ink in which a mark is read on its cell."""
        column, row = cell
        if not self.is_coloured:
            return "strong"
        return band_ink(landscape, int(landscape.bands[2 * row, column])).replace(NO_BAND, PLAIN)


def half_blocks(above: Sequence[str], below: Sequence[str]) -> Iterator[Piece]:
    """Cells whose upper and lower halves have the grounds of two inks."""
    ground = ""
    for upper, lower in zip(above, below, strict=True):
        if upper == lower:
            yield " ", upper
            ground = upper
        elif lower != NO_BAND and upper in (ground, NO_BAND):  # the ground stays what it was: fewer bytes
            yield "▄", f"{lower} on {upper}"
            ground = upper
        else:
            yield "▀", f"{upper} on {lower}"
            ground = lower


def width_of(window: Window, columns: int, rows: int) -> int:
    """How many characters a map of so many cells takes with its axes."""
    return gutter_of(upright_labels(window, rows)) + columns + len(" w")


def upright_labels(window: Window, rows: int) -> list[tuple[float, str]]:
    """The ticks along b, for so many lines."""
    return axes.inside(window.b_low, window.b_high, max(2, rows // 3))


def gutter_of(labels: Iterable[tuple[float, str]]) -> int:
    """How many characters the upright axis takes."""
    return max(len(label) for _, label in labels) + 1


def within(place: float, count: int) -> int:
    """The number of a cell from 0 to count - 1; -1 or count for a place before or behind them."""
    if place == count:
        return count - 1
    return -1 if place < 0 else min(int(min(place, count)), count)


def side(number: int, count: int) -> int:
    """Whether a cell is before (-1), among (0) or behind (1) so many."""
    return -1 if number < 0 else int(number >= count)


def runs(cells: Iterable[Piece]) -> Line:
    """Neighbouring cells in one ink as one piece."""
    return [("".join(text for text, _ in run), ink) for ink, run in groupby(cells, key=lambda cell: cell[1])]


def labelled(places: Iterable[tuple[int, str]], width: int) -> str:
    """A line with labels centred at their places, as many as do not touch."""
    line = ""
    for place, label in places:
        start = max(0, min(place - len(label.lstrip("-")) // 2 - label.startswith("-"), width - len(label)))
        if not line or start > len(line):
            line = line.ljust(start) + label
    return line.ljust(width)
