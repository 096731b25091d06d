"""Textual's terminal driver for slow lines: it sends the cells that changed, no faster than the far end draws them.

Textual takes no difference between screens: it sends whole spans of a widget again, and queues frames that the line has
not taken. Here the difference is taken once, below every widget:

    Textual's frames --> CellScreen: wanted | shown --difference--> Painter --> terminal
                                                                       ^            |
                                                                       +--answers---+

Behind each difference the terminal is asked where its cursor is (ESC [ 6 n). It answers when it has drawn what came
before, so open questions mean that the far end is behind, and the next difference waits: whatever buffers lie
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
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import inf
from threading import Event, Thread
from time import monotonic
from traceback import format_exception
from typing import Any, NamedTuple

from textual import events
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.message import Message

from gdtui.ui.cells import CLEAR, CellScreen

if sys.platform == "win32":  # where `driver_class` leaves the choice to Textual
    LinuxDriver = Driver
else:
    import termios

    from textual.drivers.linux_driver import LinuxDriver


def driver_class() -> type[Driver] | None:
    """The driver to give to the App; None, which lets Textual choose, on request, on the web and on Windows."""
    chosen = os.environ.get("GDTUI_DRIVER") == "textual" or os.environ.get("TEXTUAL_DRIVER")
    return None if chosen or sys.platform == "win32" else CellDriver


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
