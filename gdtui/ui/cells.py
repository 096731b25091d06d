"""The screen wanted beside the screen shown, as cells; and the shortest way to tell a terminal the difference.

Nothing here reads or writes: frames of Textual's go in, sequences for the terminal come out.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

from rich.cells import cell_len


class Style(NamedTuple):
    """How a cell looks: codes of Select Graphic Rendition, and the address it links to."""

    attributes: frozenset[str] = frozenset()
    foreground: str = "39"
    background: str = "49"
    link: str = ""


Cell: TypeAlias = tuple[str, Style]  # a character with what combines with it; "" is the right half of a wide one
Place: TypeAlias = tuple[int, int]  # row and column

PLAIN = Style()
BLANK: Cell = (" ", PLAIN)
UNKNOWN: Cell = ("\0", PLAIN)  # equal to no cell that is wanted
SEEN_ON_SPACES = frozenset({"4", "7", "9", "21", "51", "52", "53"})  # underlined, reversed, struck, framed, overlined
UNDO = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29", "21": "24"}
SUBSTITUTE = "\N{REPLACEMENT CHARACTER}"  # for a control character, which must not reach the terminal
is_control = re.compile(r"[\0-\x1f\x7f-\x9f]").match

# Characters that take one cell, or two, on every terminal. About others, emoji and all that combines, opinions differ.
_NARROW = (
    " ~\xa0\xac\xae\u02ff\u0370\u0482\u1e00\u1fff\u2010\u2027\u2030\u205e\u2070\u20bf\u2100\u22ff\u2500\u25fc"
    "\u2713\u2718\u27c0\u27ef\u2800\u28ff\u2900\u2aff"
)  # from a first character to a last one, and again
_WIDE = "\u3001\u3029\u3041\u3096\u309b\u30ff\u3400\u4dbf\u4e00\ua48c\uac00\ud7a3\uff01\uff60"
_FIRST_LAST = zip(map(ord, _NARROW[::2]), map(ord, _NARROW[1::2]), strict=True)
NARROW = frozenset(chr(code) for first, last in _FIRST_LAST for code in range(first, last + 1))


def is_wide(text: str) -> bool:
    """Whether a character takes two cells on every terminal."""
    return len(text) == 1 and any(_WIDE[at] <= text <= _WIDE[at + 1] for at in range(0, len(_WIDE), 2))


def is_certain(text: str) -> bool:
    """Whether every terminal agrees about the cells that a character takes."""
    return text in NARROW or not text or is_wide(text)


@lru_cache(4096)
def style_of(sgr: str, link: str = "") -> Style:
    """The style that a Select Graphic Rendition sequence sets from nothing."""
    attributes: set[str] = set()
    foreground, background = PLAIN.foreground, PLAIN.background
    codes = iter(sgr.split(";"))
    for code in codes:
        if code in ("38", "48"):
            kind = next(codes, "5")
            colour = ";".join([code, kind, *(next(codes, "0") for _ in range(3 if kind == "2" else 1))])
            foreground, background = (colour, background) if code == "38" else (foreground, colour)
        elif code in ("", "0"):
            attributes, foreground, background = set(), PLAIN.foreground, PLAIN.background
        elif 30 <= int(code) <= 39 or 90 <= int(code) <= 97:
            foreground = code
        elif 40 <= int(code) <= 49 or 100 <= int(code) <= 107:
            background = code
        else:
            attributes.add(code)
    return Style(frozenset(attributes), foreground, background, link)


@lru_cache(4096)
def blank_of(style: Style) -> Style:
    """What of a style shows on a space: only its background, unless it is underlined or the like."""
    return style if style.link or style.attributes & SEEN_ON_SPACES else Style(background=style.background)


@lru_cache(4096)
def transition(old: Style, new: Style) -> str:
    """The shortest sequence that turns the pen from one style to another."""
    link = f"\x1b]8;{'id=1' if new.link else ''};{new.link}\x1b\\" if new.link != old.link else ""
    if old[:3] == new[:3]:
        return link

    def codes(old: Style) -> list[str]:
        undone = {UNDO[attribute] for attribute in old.attributes - new.attributes}
        added = {a for a in new.attributes if a not in old.attributes or UNDO.get(a) in undone}
        colours = zip(old[1:3], new[1:3], strict=True)
        return [*sorted(undone), *sorted(added), *(after for before, after in colours if before != after)]

    ways = [";".join(["0", *codes(PLAIN)]) if new[:3] != PLAIN[:3] else ""]
    if old.attributes - new.attributes <= UNDO.keys():
        ways.append(";".join(codes(old)))
    return f"{link}\x1b[{min(ways, key=len)}m"


def steps(count: int, forth: str, back: str) -> str:
    """The cursor moved by so many cells forth or, if negative, back."""
    return f"\x1b[{abs(count) if abs(count) > 1 else ''}{forth if count > 0 else back}" if count else ""


@lru_cache(4096)
def sideways(old: int, new: int) -> str:
    """The shortest sequence that moves the cursor within a row."""
    ways = [steps(new - old, "C", "D"), "\r" + steps(new, "C", "D"), f"\x1b[{new + 1}G"]
    return min(ways if new >= old else [*ways, "\b" * (old - new)], key=len)


def movement(old: Place | None, new: Place) -> str:
    """The shortest sequence that moves the cursor, which may be anywhere if `old` is None."""
    y, x = new
    absolute = f"\x1b[{y + 1 if y else ''}{f';{x + 1}' if x else ''}H"
    return absolute if old is None else min(steps(y - old[0], "B", "A") + sideways(old[1], x), absolute, key=len)


@lru_cache(4096)
def clusters(text: str) -> list[tuple[str, int]]:
    """The characters of a text, each with what combines with it, and the cells that Textual's layout gives them."""
    parts: list[str] = []
    for character in text:
        if is_control(character):
            parts.append(SUBSTITUTE)
        elif parts and (not cell_len(character) or cell_len(parts[-1] + character) == cell_len(parts[-1])):
            parts[-1] += character
        else:
            parts.append(character)
    return [(part, cell_len(part)) for part in parts]


def cells_of(text: str, style: Style) -> list[Cell]:
    """The cells that a text fills; a mark that combines with nothing in it fills none."""
    space = (" ", blank_of(style))
    if NARROW.issuperset(text):
        return [space if c == " " else (c, style) for c in text] if " " in text else list(zip(text, repeat(style)))
    cells: list[Cell] = []
    for part, width in clusters(text):
        cells += [space if part == " " else (part, style), *repeat(("", style), width - 1)][:width]
    return cells


def cut(cells: list[Cell], width: int) -> list[Cell]:
    """The cells that fit into a width; a blank for a wide character that would stick out."""
    if 0 < width < len(cells) and not cells[width][0]:
        return [*cells[: width - 1], (" ", blank_of(cells[width][1]))]
    return cells[: max(0, width)]


def fits(cell: Cell, pen: Style) -> bool:
    """Whether a cell looks the same when it is drawn with this pen."""
    text, style = cell
    return style == pen or (text == " " and style == blank_of(pen))


def bridges(gap: list[Cell], pen: Style) -> bool:
    """Whether a gap of unchanged cells is no longer to send again than to move over."""
    return (
        len(gap) <= 5
        and all(is_certain(cell[0]) and fits(cell, pen) for cell in gap)
        and len("".join(text for text, _ in gap).encode()) <= len(steps(len(gap), "C", "D"))
    )


PIECES = re.compile(
    r"(?:\x1b\[([\d;]*)([Hm])"  # a move, or a style
    r"|\x1b\]8;[^;\x07\x1b]*;([^\x07\x1b]*)(\x07|\x1b\\)"  # a hyperlink begins or, without an address, ends
    r"|(\r?\n|\r)"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[^@-~]*[@-~]?|\x1b[ -/]*.?)?"  # other sequences are not passed on
    r"([^\x1b\r\n]*)"  # the text behind it
)
# Mend whatever there is: a sequence cut short, a link, a style, the character set, a scroll region, insert mode, origin
# mode, line wrap, a cursor in sight. Then clear.
CLEAR = "\x18\x1b]8;;\x1b\\\x1b[m\x1b(B\x0f\x1b[r\x1b[4l\x1b[?6l\x1b[?7l\x1b[?25l\x1b[H\x1b[2J"


class Run(NamedTuple):
    """A stretch of a row that is sent in one go."""

    y: int
    x: int
    end: int
    text: str
    style: Style
    certain: bool = True  # every terminal's cursor is at `end` behind it


class CellScreen:
    """The screen wanted beside the screen that the terminal shows: frames go in, differences come out."""

    def __init__(self) -> None:
        self.wanted: list[list[Cell]] = []
        self.shown: list[list[Cell]] = []
        self._touched: set[int] = set()  # the rows where they may differ
        self._cursor: Place = (0, 0)  # where it is wanted
        self._place: Place | None = None  # where it is, None where terminals may disagree
        self._pen = PLAIN
        self._lost = True

    @property
    def dirty(self) -> bool:
        """Whether there may be a difference."""
        return bool(self.wanted) and (self._lost or bool(self._touched) or self._place != self._cursor)

    def forget(self) -> None:
        """Take it that the terminal shows anything: the next difference clears it and draws the whole screen."""
        self._lost = True

    def resize(self, width: int, height: int) -> None:
        """Take another size. What a terminal then leaves on its screen, none can know."""
        if not self.wanted or (width, height) != (len(self.wanted[0]), len(self.wanted)):
            height = height if width else 0
            rows = [cut(row + [BLANK] * (width - len(row)), width) for row in self.wanted[:height]]
            self.wanted = rows + [[BLANK] * width for _ in range(height - len(rows))]
            self._cursor = (0, 0)
            self.forget()

    def draw(self, frame: str) -> None:
        """Apply one frame of Textual's to the screen wanted."""
        x = y = 0
        sgr = link = ""
        for parameters, final, address, hyperlink, newline, text in PIECES.findall(frame):
            if final == "m":
                sgr = parameters
            elif final:
                row, _, column = parameters.partition(";")
                y, x = max(0, int(row or 1) - 1), max(0, int(column or 1) - 1)
            elif hyperlink:
                link = address if address.isprintable() else ""
            elif newline:
                x, y = 0, y + ("\n" in newline)
            if text and y < len(self.wanted):
                cells = cells_of(text, style_of(sgr, link))
                self._put(y, x, cells)
                x += len(cells)
        if self.wanted:
            self._cursor = min(y, len(self.wanted) - 1), min(x, len(self.wanted[0]) - 1)

    def _put(self, y: int, x: int, cells: list[Cell]) -> None:
        """Write cells into a row; a wide character that loses a half leaves a blank."""
        row = self.wanted[y]
        if fitting := cut(cells, len(row) - x):
            end = x + len(fitting)
            if not row[x][0]:
                row[x - 1] = (" ", blank_of(row[x - 1][1]))
            if end < len(row) and not row[end][0]:
                row[end] = (" ", blank_of(row[end][1]))
            row[x:end] = fitting
            self._touched.add(y)

    def difference(self) -> str:
        """What to send so that the terminal shows the screen wanted; it counts as shown from here on."""
        if not self.wanted:
            return ""
        out: list[str] = []
        if self._lost:
            out.append(CLEAR)
            self._lost, self._pen, self._place = False, PLAIN, (0, 0)
            self.shown = [[BLANK] * len(row) for row in self.wanted]
            self._touched = set(range(len(self.wanted)))
        runs = [run for y in sorted(self._touched) for run in self._runs(y)]
        self._touched.clear()
        for run in self._ordered(runs):
            if self._place != (run.y, run.x):
                out.append(movement(self._place, (run.y, run.x)))
            out += transition(self._pen, run.style), run.text
            self._pen = run.style
            self._place = (run.y, run.end) if run.certain and run.end < len(self.wanted[0]) else None
        if self._place != self._cursor:
            out.append(movement(self._place, self._cursor))
            self._place = self._cursor
        return "".join(out)

    def _runs(self, y: int) -> Iterator[Run]:
        """The stretches of a row that changed, each in one style, joined over short gaps; they count as shown."""
        wanted, shown = self.wanted[y], self.shown[y]
        if wanted == shown:
            return
        parts: list[str] = []
        start, end, pen, blank = 0, 0, PLAIN, PLAIN
        for x, (cell, before) in enumerate(zip(wanted, shown, strict=True)):
            text, style = cell
            if cell == before or not text:
                continue
            if x == end and parts and text in NARROW and (style is pen or (style is blank and text == " ")):
                parts.append(text)  # as most do
                end += 1
                continue
            certain = is_certain(text)
            if parts:
                only_spaces = style != pen and blank_of(style) == pen and not "".join(parts).strip(" ")
                joint = style if only_spaces else pen  # which draws the spaces as well
                if certain and fits(cell, joint) and (x == end or bridges(wanted[end:x], joint)):
                    parts += [text for text, _ in wanted[end:x]]
                    pen = joint
                else:
                    yield Run(y, start, end, "".join(parts), pen)
                    parts = []
            if not parts:
                start, pen = x, style
            blank = blank_of(pen)
            end = x + 1 + (wanted[x + 1 : x + 2] == [("", style)])
            if certain:
                parts.append(text)
            else:  # drawn on spaces, in case that it is drawn narrow; and what it may be drawn over is drawn again
                over = slice(end, x + 2 * sum(unicodedata.category(part)[0] not in "MC" for part in text))
                shown[over] = [UNKNOWN] * len(shown[over])
                yield Run(y, x, end, f"  \x1b[{x + 1}G{text}" if end > x + 1 else text, style, certain)
        if parts:
            yield Run(y, start, end, "".join(parts), pen)
        shown[:] = wanted

    def _ordered(self, runs: list[Run]) -> Iterable[Run]:
        """First what may be drawn over its neighbours, from left to right; then style by style, the pen's own first."""
        near = self._pen
        by_blank = {blank_of(style): style for style in (*(run.style for run in runs if run.text.strip(" ")), near)}

        def in_pen(run: Run) -> Run:
            """Spaces in a pen that is at hand."""
            pen = by_blank.get(run.style, near._replace(background=run.style.background))
            return run._replace(style=pen) if blank_of(pen) == run.style and not run.text.strip(" ") else run

        def rank(run: Run) -> tuple[Any, ...]:
            attributes, foreground, background, link = run.style
            strange = run.style != near, background != near.background
            return (True, *strange, background, sorted(attributes), foreground, link) if run.certain else (False,)

        return sorted(map(in_pen, runs), key=rank)
