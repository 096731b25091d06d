"""Textual's terminal driver for slow lines: it sends the cells that changed, no faster than the far end draws them.

Textual takes no difference between screens: it sends whole spans of a widget again, and queues frames that the line has
not taken. Here the difference is taken once, below every widget:

    Textual's frames --> CellScreen: wanted | shown --difference--> Painter --> terminal
                                                                       ^            |
                                                                       +--answers---+

Behind each difference the terminal is asked where its cursor is (ESC [ 6 n). It answers when it has drawn what came
before, so two open questions mean that the far end is behind, and the next difference waits: whatever buffers lie
between, a person looks at the present, never at a queue of past screens. A terminal that never answers is not waited
for.

The painter writes through a file description of its own that never blocks. So neither the event loop nor the end of the
program hangs on the line, and the terminal is given back as it was found even while nobody reads.

Private names of Textual 8.2 that this stands on: Driver._app, ._loop, ._debug, ._auto_restart; LinuxDriver._file,
._writer_thread, ._must_signal_resume, ._sigtstp_application; textual._xterm_parser. And three habits of its output: a
frame begins with a cursor position (perhaps behind newlines) and ends with the cursor's place, each segment's style is
written from nothing, and what is not a frame neither draws nor moves the cursor.
"""

import os
import re
import select
import shutil
import signal
import socket
import sys
import unicodedata
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache, partial
from itertools import repeat
from math import inf
from threading import Event, Thread
from time import monotonic
from traceback import format_exception
from typing import Any, NamedTuple, TypeAlias

from rich.cells import cell_len
from textual import events
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.message import Message

if sys.platform == "win32":  # where `driver_class` leaves the choice to Textual
    LinuxDriver = Driver
else:
    import termios

    from textual.drivers.linux_driver import LinuxDriver


def driver_class() -> type[Driver] | None:
    """The driver to give to the App; None, which lets Textual choose, on request, on the web and on Windows."""
    chosen = os.environ.get("GDTUI_DRIVER") == "textual" or os.environ.get("TEXTUAL_DRIVER")
    return None if chosen or sys.platform == "win32" else CellDriver


# --- Cells, and the shortest way to say things to a terminal ---


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


# --- The screen wanted, the screen shown, and what to send ---

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


# --- Sending it ---

ASK = "\x1b[6n"
IN_FLIGHT = 2  # open questions that hold the next difference back
SLOW = 0.05  # seconds that an answer takes beyond the quickest, from which on one question is enough: the line is full
PATIENCE, SLOWEST = 3.0, 1000  # seconds, and bytes a second, that an answer may take before none is expected any more
LAST_ANSWERS = 1.5  # seconds that leaving waits for answers, which a shell would take for typed
STALL = 1.0  # seconds without a byte taken until leaving drops what the line has not taken
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
FRAME = re.compile(r"\n*\x1b\[\d+;\d+H")
LAY_DOWN = "\x1b]8;;\x1b\\\x1b[m\x1b[?1016l"  # the link, the style and the mouse's pixels, which Textual forgets
CUT = "\x18" + SYNC_END  # behind a sequence that was cut short


def open_line(fileno: int) -> int:
    """Open the terminal again: a description of our own can be non-blocking without the shell's becoming so."""
    for path in (os.ttyname, lambda _: "/dev/tty"):
        with suppress(OSError):
            return os.open(path(fileno), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    return os.dup(fileno)


class Flight(NamedTuple):
    """A question that is open: the bytes that went with it, and when."""

    size: int
    sent: float


class Painter:
    """Sends controls and differences, from the start of application mode to its end.

    What it is told are orders in a queue. Telling takes no lock and never blocks, so the event loop never waits for the
    line, and a signal handler may tell too, whatever it interrupted.
    """

    def __init__(self, screen: CellScreen, fileno: int, encoding: str, failed: Callable[[Exception], None]) -> None:
        self.thread = Thread(target=self._run, name="gdtui-painter", daemon=True)
        self.synchronises = False  # whether the terminal knows synchronised updates
        self._screen, self._encoding, self._failed = screen, encoding, failed
        self.line = open_line(fileno)
        self._chunk = 256 if os.get_blocking(self.line) else 1 << 16  # a line that blocks takes so much at once
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)
        self._orders: deque[Callable[[], None]] = deque()
        self._controls: list[str] = []
        self._unsent = b""
        self._flights: deque[Flight] = deque()  # the questions that are open
        self._quickest = self._slowness = inf  # seconds of the quickest answer, and of the last one beyond it
        self._answers = False  # whether this terminal answers at all
        self._started = self._moved = monotonic()  # and when something was last sent or answered
        self._drawing, self._ending = True, False
        self._settled = Event()

    def tell(self, order: Callable[..., None], *arguments: object) -> None:
        """Have the painter's thread do something."""
        self._orders.append(partial(order, *arguments))
        with suppress(OSError):  # the bell's buffer is full, which is loud enough
            self._bell.send(b"\a")

    def draw(self, frame: str, width: int, height: int) -> None:
        """An order: take a frame of Textual's."""
        self._screen.resize(width, height)
        self._screen.draw(frame)

    def control(self, sequence: str) -> None:
        """An order: send a sequence as it is, before the next difference."""
        self._controls.append(sequence)

    def answered(self) -> None:
        """An order: the terminal has answered the oldest question."""
        self._answers, self._moved = True, monotonic()
        if self._flights:
            took = self._moved - self._flights.popleft().sent
            self._quickest = min(self._quickest, took)
            self._slowness = took - self._quickest
        if not (self._flights or self._drawing):
            self._settled.set()

    def rest(self) -> None:
        """An order: draw no more, and keep the controls for the farewell."""
        self._drawing = False
        mute = not self._answers and monotonic() > self._started + LAST_ANSWERS
        if not self._flights or self._unsent or mute or not os.isatty(self.line):
            self._settled.set()  # no answer is on its way

    def settle(self) -> None:
        """Come to rest, and wait for the answers that are on their way."""
        if self.thread.is_alive():
            self.tell(self.rest)
            self._settled.wait(LAST_ANSWERS)

    def farewell(self) -> None:
        """End: drop what the line does not take, send the controls that were kept, and let go of the line."""
        self._ending = True
        self.tell(self.rest)
        if self.thread.is_alive():
            self.thread.join(STALL)
        self._obey()
        controls = "".join(self._controls)
        with suppress(OSError):  # the line is gone
            if not self._deliver((CUT if self._unsent else "") + controls):
                with suppress(termios.error):
                    termios.tcflush(self.line, termios.TCOFLUSH)
                self._deliver(CUT + controls)
        os.close(self.line)
        self._bell.close()
        self._ear.close()

    def _run(self) -> None:
        """Carry out orders, and send what there is to send: as fast as the line takes it and the terminal answers."""
        try:
            while not self._ending:
                waiting = self._behind and self._drawing and not self._unsent and self._screen.dirty
                timeout = max(0.0, self._deadline - monotonic()) if waiting else None
                if select.select([self._ear], [self.line] if self._unsent else [], [], timeout)[1]:
                    self._unsent = self._unsent[self._write(self._unsent) :]
                    self._moved = monotonic()
                self._obey()
                if self._drawing and not self._unsent:
                    self._compose()
        except Exception as error:
            if not self._ending:
                self._failed(error)
        finally:
            self._settled.set()

    @property
    def _behind(self) -> bool:
        """Whether the terminal has yet to draw what it was sent."""
        return self._answers and len(self._flights) >= (1 if self._slowness > SLOW else IN_FLIGHT)

    @property
    def _deadline(self) -> float:
        """When to stop expecting an answer."""
        return self._moved + PATIENCE + sum(flight.size for flight in self._flights) / SLOWEST

    def _obey(self) -> None:
        with suppress(BlockingIOError):
            self._ear.recv(4096)
        while self._orders:
            self._orders.popleft()()

    def _compose(self) -> None:
        """Put together what to send next."""
        if self._behind and monotonic() >= self._deadline:  # an answer was lost, or the terminal has become mute
            self._answers = False
            self._flights.clear()
        text = "".join(self._controls)
        self._controls.clear()
        if not self._behind and (difference := self._screen.difference()):
            if self.synchronises and difference.startswith(CLEAR):
                difference = SYNC_START + difference + SYNC_END
            text += difference + ASK
        self._unsent = text.encode(self._encoding, "replace")
        self._flights.extend([Flight(len(self._unsent), monotonic())] * text.count(ASK))

    def _write(self, data: bytes) -> int:
        """The number of bytes that the line has taken."""
        try:
            return os.write(self.line, data[: self._chunk])
        except BlockingIOError:
            return 0

    def _deliver(self, text: str) -> bool:
        """Send a text to its end, unless the line stalls."""
        data, deadline = text.encode(self._encoding, "replace"), monotonic() + STALL
        while data and (left := deadline - monotonic()) > 0:
            if select.select([], [self.line], [], left)[1] and (count := self._write(data)):
                data, deadline = data[count:], monotonic() + STALL
        return not data


class CellDriver(LinuxDriver):
    """Textual's driver, sending differences, and giving the terminal back whatever ends the program."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._screen = CellScreen()
        self._painter: Painter | None = None  # in application mode
        self._size_drawn = (0, 0)
        self._handlers: dict[int, Any] = {}  # the signal handlers that application mode replaces

    @property
    def can_suspend(self) -> bool:
        """Whether someone could bring the program back: a shell that gave it a process group of its own."""
        return os.getpgrp() != os.getsid(0)

    def repaint(self) -> None:
        """Clear the terminal and draw the whole screen, which mends whatever else was written on it."""
        if self._painter is not None:
            self._painter.tell(self._screen.forget)

    def write(self, data: str) -> None:
        """Take a frame or a control from Textual."""
        if self._painter is None:
            return
        if FRAME.match(data):
            self._size_drawn = self._app.size
            self._painter.tell(self._painter.draw, data, *self._size_drawn)
        elif data in (SYNC_START, SYNC_END):
            self._painter.synchronises = True
        else:
            self._painter.tell(self._painter.control, data)

    def start_application_mode(self) -> None:
        """Take the terminal, and draw the screen if there is one already."""
        if self._painter is not None:  # a SIGCONT without a suspension before it: the terminal may have been set anew
            self.suspend_application_mode()
        output = self._file or sys.stderr
        self._screen.forget()
        self._painter = Painter(self._screen, output.fileno(), output.encoding, self._leave)
        # SIGHUP even if it was ignored, for the line is gone all the same. The loop's handlers also have every signal
        # wake the loop: Textual's for SIGCONT would wait for a key where another thread than the main one was told.
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.getsignal(number)
            self._loop.add_signal_handler(number, partial(self._app.exit, return_code=128 + number))
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is None:  # in the background, where a shell's `bg` put us: wait for its `fg`
            self._let_go()
            return
        self._writer_thread.stop()
        self._writer_thread = None
        signal.signal(signal.SIGWINCH, partial(self._on_resize, signal.getsignal(signal.SIGWINCH)))
        self.write(ASK)
        self._painter.thread.start()

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if self._painter is None:
            return
        try:
            self._painter.settle()
            self.write(LAY_DOWN)
            super().stop_application_mode()
        finally:
            self._let_go()

    def close(self) -> None:
        """Give the terminal back, if that has not been done."""
        self.stop_application_mode()
        super().close()

    def process_message(self, message: Message) -> None:
        """Take an answer of the terminal's to the painter, and everything else to the app."""
        if not isinstance(message, events.CursorPosition):
            super().process_message(message)
        elif self._painter is not None:
            self._painter.tell(self._painter.answered)

    def run_input_thread(self) -> None:
        """Read the keyboard. Textual's own loop spins for ever at the end of the input, and dies of bad UTF-8."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        try:
            while not self.exit_event.is_set():
                if select.select([self.fileno], [], [], 0.1)[0]:
                    if not (data := os.read(self.fileno, 4096)):
                        raise OSError("the terminal has hung up")
                    for message in parser.feed(decode(data)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
        except OSError as error:
            self._leave(error)

    def _let_go(self) -> None:
        painter, self._painter = self._painter, None
        if painter is not None:
            painter.farewell()
        for number, handler in self._handlers.items():
            self._loop.remove_signal_handler(number)
            signal.signal(number, handler or signal.SIG_DFL)

    def _leave(self, error: Exception) -> None:
        """Have the app exit: the line is gone or, a bug, the painter has failed."""
        gone = isinstance(error, OSError)
        code, message = (128 + signal.SIGHUP, None) if gone else (1, "".join(format_exception(error)))
        with suppress(RuntimeError):  # the loop has ended before
            self._loop.call_soon_threadsafe(partial(self._app.exit, return_code=code, message=message))

    def _on_resize(self, told: Any, number: int, frame: object) -> None:
        """Tell Textual, which draws nothing if the size is the old one again; but the terminal may have lost a part."""
        told(number, frame)
        if shutil.get_terminal_size() == self._size_drawn:
            self.repaint()

    def _sigtstp_application(self, *_: object) -> None:
        """Stop the whole job, as the terminal would: a launcher that ran on would keep the shell waiting for it."""
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.kill(0 if self.can_suspend else os.getpid(), signal.SIGSTOP)
