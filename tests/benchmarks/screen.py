"""What the program costs a terminal: bytes and time for a key, a slow line, the first frame, and doing nothing."""

import os
import select
import statistics
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic, sleep

from tests.ui.pseudo_terminal import KEYS, QUESTION, PseudoTerminal

PROGRAM = [sys.executable, "-m", "gdtui"]
BASELINE = [sys.executable, "-m", "tests.benchmarks.baseline"]
EMPTY = [*BASELINE, "empty"]
QUIET = 0.2  # seconds without a byte after which a frame is taken to be over


@dataclass
class Costs:
    """Of one key, pressed some times: bytes sent, seconds to the last of them, bytes that a cell difference needs."""

    sent: list[int]
    seconds: list[float]
    floor: list[int]

    @property
    def ratio(self) -> float:
        """Bytes against the floor, median against median."""
        return statistics.median(self.sent) / statistics.median(self.floor)


class Stopwatch(PseudoTerminal):
    """A terminal that measures."""

    def frame(self) -> tuple[int, float]:
        """The bytes until nothing more comes, and the seconds until the last."""
        begun = last = monotonic()
        before = len(self.received)
        while monotonic() - last < QUIET:
            if self._read(0.005):
                last = monotonic()
        return len(self.received) - before, last - begun

    def cells(self) -> list[tuple[object, ...]]:
        """What each cell shows."""
        buffer = self.screen.buffer
        shown = (buffer[y][x] for y in range(self.screen.lines) for x in range(self.screen.columns))
        return [(cell.data, cell.fg, cell.bg, cell.bold, cell.reverse, cell.underscore) for cell in shown]

    def costs(self, key: str, times: int) -> Costs:
        """Press a key so many times, and wait for its frame each time."""
        costs = Costs([], [], [])
        for _ in range(times):
            before = self.cells()
            self.press(key)
            sent, seconds = self.frame()
            costs.sent.append(sent)
            costs.seconds.append(seconds)
            costs.floor.append(floor(before, self.cells(), self.screen.columns))
        return costs

    def ticks(self) -> int:
        """Processor time used so far, in the kernel's ticks."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])


def floor(before: list[tuple[object, ...]], after: list[tuple[object, ...]], columns: int) -> int:
    """Bytes of a plain cell difference: the changed characters, and 8 for each run of them."""
    changed = [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    runs = sum(1 for k, i in enumerate(changed) if k == 0 or changed[k - 1] != i - 1 or i % columns == 0)
    return sum(len(str(after[i][0]).encode()) for i in changed) + 8 * runs


def step_costs(
    size: tuple[int, int], *, truecolor: bool, own_driver: bool = True, recipe: Sequence[str] = (), keys: str = ""
) -> Costs:
    """30 steps of a recipe, after some keys that turn to what is looked at."""
    env = {"COLORTERM": "truecolor" if truecolor else None, "GDTUI_DRIVER": None if own_driver else "textual"}
    with Stopwatch([*PROGRAM, *recipe], size=size, env=env) as terminal:
        terminal.wait_for("? help")
        terminal.frame()
        for key in keys:
            terminal.press(key)
            terminal.frame()
        return terminal.costs("right", 30)


def first_paint(key: str) -> int:
    """Bytes of the first frame of the view behind a key, in 256 colours."""
    with Stopwatch(PROGRAM, env={"COLORTERM": None}) as terminal:
        terminal.wait_for("? help")
        terminal.frame()
        terminal.press(key)
        return terminal.frame()[0]


def baseline_costs() -> Costs:
    """The same of the baseline."""
    with Stopwatch(BASELINE) as terminal:
        terminal.wait_for("dw")
        terminal.frame()
        return terminal.costs("space", 30)


def first_frame(command: list[str], text: str) -> float:
    """Seconds from the start until a text is on the screen."""
    begun = monotonic()
    with Stopwatch(command) as terminal:
        terminal.wait_for(text)
        return monotonic() - begun


def idle() -> tuple[int, int]:
    """Bytes and ticks of three seconds in which nobody presses anything."""
    with Stopwatch(PROGRAM) as terminal:
        terminal.wait_for("? help")
        terminal.press("right")
        terminal.frame()
        sent, ticks = len(terminal.received), terminal.ticks()
        end = monotonic() + 3.0
        while monotonic() < end:
            terminal._read(end - monotonic())
        return len(terminal.received) - sent, terminal.ticks() - ticks


def slow_line(rate: float = 2000.0, round_trip: float = 0.2, seconds: float = 5.0, keys: float = 30.0) -> float:
    """Seconds from the last key until the screen is the present, on a line of so many bytes a second.

    The line holds what it has not delivered; a key, and an answer to a question, need half of `round_trip` up, and a
    byte as long down. The key is pressed so many times a second for so many seconds.
    """
    with Stopwatch(PROGRAM) as terminal:
        terminal.wait_for("? help")
        terminal.frame()
        down: deque[tuple[float, bytes]] = deque()
        up: deque[tuple[float, bytes]] = deque()
        begun = before = last = monotonic()
        allowance, next_key, tail = 0.0, begun, b""
        while (now := monotonic()) < max(begun + seconds, last) + 1.5:
            allowance, before = min(allowance + (now - before) * rate, rate * 0.05 + 64), now
            if allowance >= 1 and select.select([terminal._master], [], [], 0)[0]:
                data = os.read(terminal._master, int(allowance))
                allowance -= len(data)
                down.append((now + round_trip / 2, data))
            while down and down[0][0] <= now:
                tail, last = tail + down.popleft()[1], now
                up.extend([(now + round_trip / 2, b"\x1b[1;1R")] * tail.count(QUESTION))
                tail = tail[tail.rfind(QUESTION) + len(QUESTION) :][-3:] if QUESTION in tail else tail[-3:]
            if next_key <= now < begun + seconds:
                up.append((now + round_trip / 2, KEYS["right"].encode()))
                next_key += 1 / keys
            while up and up[0][0] <= now:
                os.write(terminal._master, up.popleft()[1])
            sleep(0.002)
        return max(0.0, last - begun - seconds)
