"""A program in a real pseudo-terminal, and the emulator that shows what a person would see of it.

    with PseudoTerminal([sys.executable, "-m", "gdtui"], size=(80, 24)) as terminal:
        terminal.wait_for("iteration")
        terminal.press("right", "right")
        terminal.wait_for(lambda: "iteration 2" in terminal.row(0))
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.not_restored() == []

Bytes are read only inside the waiting calls, so that a test stalls the line by not waiting, or with `reading=False`.
The program leads the terminal's session, as under `ssh -t host gdtui`; to have it as a shell's job, run a shell.
"""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import tty
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

import pyte

REPOSITORY = Path(__file__).resolve().parents[2]
KEYS = {
    "right": "\x1b[C",
    "left": "\x1b[D",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "shift+right": "\x1b[1;2C",
    "shift+left": "\x1b[1;2D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f3": "\x1bOR",
    "shift+f3": "\x1b[1;2R",
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "backspace": "\x7f",
    **{f"ctrl+{letter}": chr(ord(letter) & 31) for letter in "abcdefghijklmnopqrstuvwxyz"},
}
# What the child does first: take the terminal for its session, then become the program.
LAUNCH = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
QUESTION = b"\x1b[6n"


class Emulator(pyte.Screen):
    """pyte's screen, whose answers go somewhere."""

    def __init__(self, columns: int, lines: int, answer: Callable[[str], None]) -> None:
        super().__init__(columns, lines)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        """Answer where the cursor is."""
        self._answer(data)


class PseudoTerminal:
    """A program in a pseudo-terminal."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str | None] | None = None,
        cwd: Path = REPOSITORY,
        answering: bool = True,
    ) -> None:
        """Start the program. `env` adds variables, or with None takes them away; `answering` may be switched later."""
        self.answering = answering
        self.received = bytearray()  # all that the program has written
        self.unanswered: list[str] = []  # what the terminal would have answered
        self.screen = Emulator(*size, self._answer)
        self._stream = pyte.ByteStream(self.screen)
        variables = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(REPOSITORY)}
        changes = {"NO_COLOR": None, "COLUMNS": None, "LINES": None, **variables, **(env or {})}
        self._master, self._slave = os.openpty()  # the slave is kept: the terminal outlives the program
        self.resize(*size)
        self.attributes_before = self.attributes
        self.process = subprocess.Popen(
            [sys.executable, "-ESsc", LAUNCH, *command],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            cwd=cwd,
            env={name: value for name, value in {**os.environ, **changes}.items() if value is not None},
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()
        os.close(self._slave)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    # What a person does

    def press(self, *keys: str) -> None:
        """Press keys, each a name of KEYS or the characters themselves."""
        for place, key in enumerate(keys, start=1):
            self.send(KEYS.get(key, key))
            if key == "escape" and place < len(keys):  # by the pause behind it, it is told from a sequence's beginning
                self.wait_quiet()

    def send(self, data: str | bytes) -> None:
        """Send characters to the program, or bytes that are none."""
        os.write(self._master, data.encode() if isinstance(data, str) else data)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size; the kernel tells the program."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def garble(self, data: str) -> None:
        """Have somebody else write to the terminal."""
        os.write(self._slave, data.encode())

    def hang_up(self) -> None:
        """Close the line."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program, or if that is a shell, to the job in front."""
        os.kill(self.foreground, number)

    @property
    def foreground(self) -> int:
        """The process group in front: the program's, or if that is a shell, its job's."""
        return os.tcgetpgrp(self._master)

    # What a person sees

    @property
    def rows(self) -> list[str]:
        """The rows of the screen."""
        return list(self.screen.display)

    @property
    def text(self) -> str:
        """The screen."""
        return "\n".join(self.rows)

    def row(self, y: int) -> str:
        """One row of the screen."""
        return self.rows[y]

    @property
    def cursor(self) -> tuple[int, int]:
        """The column and the row of the cursor."""
        return self.screen.cursor.x, self.screen.cursor.y

    @property
    def attributes(self) -> list[Any]:
        """The terminal's attributes (termios)."""
        return termios.tcgetattr(self._slave)

    def left_to_read(self) -> bytes:
        """What was typed and the program has not read: its shell would."""
        tty.setraw(self._slave, termios.TCSANOW)
        return os.read(self._slave, 4096) if select.select([self._slave], [], [], 0)[0] else b""

    def cpu_ticks(self) -> int:
        """The time that the program has used, in hundredths of a second; 0 where the system does not say (macOS)."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            return 0
        return int(fields[11]) + int(fields[12])

    def not_restored(self) -> list[str]:
        """What is not as it was before the program: of modes, of style, of attributes."""
        text = self.received.decode(errors="replace")
        on = {7, 25}
        found = set(on)
        for numbers, switch in re.findall(r"\x1b\[\?([\d;]+)([hl])", text):
            modes = {*map(int, numbers.split(";"))}
            found = found | modes if switch == "h" else found - modes
        complaints = [f"mode {number}" for number in sorted(found ^ on)]
        if len(re.findall(r"\x1b\[>\d*u", text)) > len(re.findall(r"\x1b\[<u", text)):
            complaints.append("kitty keyboard protocol")
        if (re.findall(r"\x1b\[([\d;]*)m", text) or ["0"])[-1] not in ("", "0"):
            complaints.append("style")
        if (re.findall(r"\x1b\]8;[^;]*;([^\x07\x1b]*)", text) or [""])[-1]:
            complaints.append("link")
        if self.attributes != self.attributes_before:
            complaints.append("attributes")
        return complaints

    # Waiting

    def wait_for(self, what: str | Callable[[], bool], seconds: float = 10.0) -> None:
        """Read until a text is on the screen, or a condition holds."""
        deadline = monotonic() + seconds
        while not (what() if callable(what) else what in self.text):
            if monotonic() > deadline:
                raise AssertionError(f"waited {seconds} s for {what!r}; the screen:\n{self.text}")
            self._read(0.02)

    def wait_quiet(self, seconds: float = 0.2, longest: float = 10.0) -> int:
        """Read until the program has written nothing for so long; how many bytes it wrote."""
        before, deadline = len(self.received), monotonic() + longest
        while self._read(seconds):
            assert monotonic() < deadline, f"not quiet within {longest} s"
        return len(self.received) - before

    def wait_exit(self, seconds: float = 5.0, *, reading: bool = True) -> int:
        """Wait for the program's end; its exit code, or minus the signal that killed it."""
        deadline = monotonic() + seconds
        while self.process.poll() is None and monotonic() < deadline:
            if reading and self._master >= 0:
                self._read(0.02)
            else:
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.02)
        code = self.process.poll()
        assert code is not None, f"still running after {seconds} s"
        while self._master >= 0 and self._read(0):
            pass
        return code

    def answer(self) -> None:
        """Give the oldest answer that was held back."""
        self.send(self.unanswered.pop(0))

    def _answer(self, data: str) -> None:
        if self.answering:
            self.send(data)
        else:
            self.unanswered.append(data)

    def _read(self, seconds: float) -> bool:
        """Read what comes within so long; whether something came."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        data = os.read(self._master, 1 << 16)
        self.received += data
        self._stream.feed(data)
        return bool(data)
