"""The driver in a real pseudo-terminal: what it sends and when, and that it gives the terminal back."""

import os
import re
import select
import signal
import subprocess
import sys
import time
import tty
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gdtui.ui import terminal as module
from gdtui.ui.cells import CLEAR, CellScreen
from gdtui.ui.terminal import ASK, SYNC_END, SYNC_START, Painter
from tests.ui.pseudo_terminal import QUESTION, PseudoTerminal

TINY = """
import os, random, sys, threading
from textual.app import App
from textual.geometry import Offset
from textual.widgets import Footer, Static
from gdtui.ui.terminal import driver_class

class Tiny(App):
    ENABLE_COMMAND_PALETTE = False
    CSS = "#noise {height: 1fr; color: $accent; text-style: bold} #link {text-style: underline}"
    BINDINGS = [("s", "step", "Step"), ("n", "noise", "Noise"), ("q", "quit", "Quit"), ("ctrl+c", "quit")]
    BINDINGS += [("ctrl+l", "repaint"), ("ctrl+z", "suspend_process"), ("c", "cursor"), ("t", "threads"), ("f", "fail")]
    count = 0

    def compose(self):
        yield Static("count 0", id="count")
        yield Static("[link='https://example.org']a link[/], \\u6f22\\u5b57 and e\\u0301.", id="link")
        yield Static("", id="noise", markup=False)
        yield Footer()

    def action_step(self):
        self.count += 1
        self.query_one("#count").update(f"count {self.count} {'<' * (self.count % 7)}")

    def action_noise(self):
        width, height = self.size
        line = lambda: "".join(random.choices("abcdefghijkl\\u28ff", k=width))
        self.query_one("#noise").update("\\n".join(line() for _ in range(height - 3)))

    def action_cursor(self):
        self.cursor_position = Offset(7, 3)
        self.screen.refresh()

    def action_threads(self):
        names = sorted(thread.name for thread in threading.enumerate() if not thread.name.startswith("asyncio"))
        self.query_one("#count").update(f"threads {names}")

    def action_repaint(self):
        self._driver.repaint()

    def action_fail(self):
        self._driver._painter.tell(lambda: 1 / 0)

before = len(os.listdir("/dev/fd"))
app = Tiny(driver_class=driver_class())
app.run()
code = app.return_code or 0
if [thread.name for thread in threading.enumerate()] != ["MainThread"] or len(os.listdir("/dev/fd")) != before:
    code = 77
if len(sys.argv) > 1:
    open(sys.argv[1], "w").write(str(code))
sys.exit(code)
"""
TINY_COMMAND = [sys.executable, "-c", TINY]
ONE_OF_EACH = "threads ['MainThread', 'gdtui-painter', 'textual-input']"


def started(terminal: PseudoTerminal) -> PseudoTerminal:
    """The terminal when the tiny app in it has started and is at rest."""
    terminal.wait_for("count 0")
    terminal.wait_for("Quit")
    terminal.wait_quiet()
    return terminal


@contextmanager
def tiny(size: tuple[int, int] = (80, 24), *, answering: bool = True) -> Iterator[PseudoTerminal]:
    with PseudoTerminal(TINY_COMMAND, size=size, answering=answering) as terminal:
        yield started(terminal)


Seen = list[list[tuple[object, ...]]]


def cells(terminal: PseudoTerminal) -> Seen:
    """What a person sees; of a space only what shows."""
    screen = terminal.screen
    rows = [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]
    return [
        [(c.data, c.bg, c.reverse, c.underscore, *((c.fg, c.bold, c.italics) if c.data != " " else ())) for c in row]
        for row in rows
    ]


# --- What is sent ---

TERMINALS: dict[str, dict[str, str | None]] = {
    "truecolor": {},
    "256 colours": {"COLORTERM": None},
    "16 colours": {"TERM": "linux", "COLORTERM": None},
    "no colour": {"NO_COLOR": "1"},
    "the terminal's own colours": {"TEXTUAL_THEME": "ansi-dark"},
}


def test_the_screen_is_that_of_textuals_own_driver() -> None:
    with ExitStack() as stack:
        pairs = [
            [
                stack.enter_context(PseudoTerminal(TINY_COMMAND, env={**env, "GDTUI_DRIVER": choice}))
                for choice in ("", "textual")
            ]
            for env in TERMINALS.values()
        ]
        for name, (ours, textuals) in zip(TERMINALS, pairs, strict=True):
            for terminal in (ours, textuals):
                terminal.wait_for("Quit")
                terminal.press(*"sss")
            for terminal in (ours, textuals):
                terminal.wait_for("count 3")
                terminal.wait_quiet()
            assert cells(ours) == cells(textuals), name
            assert len(ours.received) < len(textuals.received), name
            assert QUESTION in ours.received
            assert QUESTION not in textuals.received


def test_a_step_sends_little_and_nothing_is_sent_while_idle() -> None:
    with tiny() as terminal:
        terminal.press("s")
        terminal.wait_for("count 1")
        assert terminal.wait_quiet() <= 40
        before = terminal.cpu_ticks()
        assert terminal.wait_quiet(1.0) == 0
        assert terminal.cpu_ticks() - before <= 1


def test_repainting_mends_what_somebody_else_wrote() -> None:
    with tiny() as terminal:
        before = cells(terminal)
        terminal.garble("\x1b[1;31m\x1b[4hBroadcast message\x1b[5;20r\x1b[?7h" + "rubbish \r\n" * 30)
        terminal.wait_for("rubbish")
        terminal.press("s")
        terminal.wait_quiet()
        assert "rubbish" in terminal.text
        terminal.press("ctrl+l")
        terminal.wait_for("count 1")
        terminal.wait_quiet()
        assert cells(terminal)[1:] == before[1:]


def test_resizing() -> None:
    with tiny() as terminal:
        terminal.press("n")
        for size in ((40, 10), (100, 30), (1, 1), (80, 24)):
            terminal.resize(*size)
            terminal.wait_quiet()
        terminal.press("s")
        terminal.wait_for("count 1")
        before = cells(terminal)
        terminal.resize(30, 24)  # and back before the program has seen it: the terminal has lost what was at the right
        terminal.resize(80, 24)
        terminal.wait_quiet()
        assert cells(terminal) == before
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_the_cursor_is_where_textual_puts_it() -> None:
    with tiny() as terminal:
        assert terminal.cursor == (0, 0)
        terminal.press("c")
        terminal.wait_for(lambda: terminal.cursor == (7, 3))
        terminal.press("s")
        terminal.wait_for("count 1")
        terminal.wait_quiet()
        assert terminal.cursor == (7, 3)


# --- Only as fast as the terminal draws ---


def test_screens_are_never_queued() -> None:
    with tiny() as terminal:
        terminal.answering = False
        start = len(terminal.received)
        for _ in range(10):
            terminal.press("s")
            terminal.wait_quiet(0.1)
        assert terminal.received.count(QUESTION, start) == 2
        assert "count 2" in terminal.text
        terminal.answer()  # so late that the line must be full: one open question is enough
        terminal.wait_quiet(0.1)
        assert terminal.received.count(QUESTION, start) == 2
        terminal.answer()
        terminal.wait_for("count 10", 2.0)
        assert terminal.received.count(QUESTION, start) == 3
        terminal.answering = True
        terminal.answer()
        terminal.press("s")
        terminal.wait_for("count 11", 2.0)


def test_a_mute_terminal_is_not_waited_for() -> None:
    with tiny(answering=False) as terminal:
        for number in range(1, 10):
            terminal.press("s")
            terminal.wait_for(f"count {number}", 2.0)


def test_nothing_that_is_typed_confuses_it() -> None:
    """F3 with a modifier looks like the answer to a question that nobody asked."""
    with tiny() as terminal:
        for number, typed in enumerate([b"\xff\xe9\xc3", *["\x1b[1;2R\x1b[1;2R\x1bOR"] * 5], 1):
            terminal.send(typed)
            terminal.press("s")
            terminal.wait_for(f"count {number}", 2.0)


class Line:
    """A painter, and the far end of its line."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.failures: list[Exception] = []
        self.painter = Painter(CellScreen(), self.slave, "utf-8", self.failures.append)
        self.painter.thread.start()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        if self.painter.thread.is_alive():
            self.painter.farewell()
        os.close(self.master)
        os.close(self.slave)

    def show(self, text: str) -> None:
        self.painter.tell(self.painter.draw, f"\x1b[1;1H{text}\x1b[1;1H", 20, 2)

    def read(self, seconds: float = 2.0, *, until: str = ASK) -> str:
        """What comes until something comes, or within so long."""
        data, deadline = b"", time.monotonic() + seconds
        while until.encode() not in data and (left := deadline - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                data += os.read(self.master, 4096)
        return data.decode()


def test_an_answer_that_is_lost_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.4)
    with Line() as line:
        line.show("a")
        assert line.read().startswith(CLEAR)
        line.painter.tell(line.painter.answered)
        for text in "bc":
            line.show(text)
            assert line.read() == f"{text}\r{ASK}"
        line.show("d")
        assert line.read(0.2) == ""
        assert line.read() == f"d\r{ASK}"
        for text in "efghi":
            line.show(text)
            assert line.read(0.3) == f"{text}\r{ASK}"
        line.painter.tell(line.painter.answered)
        line.show("j")
        assert line.read(0.3) == ""  # it answers again, and is waited for again


def test_controls_are_not_held_back() -> None:
    with Line() as line:
        line.painter.tell(line.painter.answered)
        for text in "ab":
            line.show(text)
            line.read()
        line.show("c")
        line.painter.tell(line.painter.control, "\a")
        assert line.read(until="\a") == "\a"
        assert line.read(0.1) == ""


def test_an_update_is_synchronised_where_it_clears() -> None:
    with Line() as line:
        line.painter.synchronises = True
        line.show("a")
        text = line.read()
        assert text.startswith(SYNC_START + CLEAR)
        assert text.endswith(SYNC_END + ASK)
        line.show("b")
        assert line.read() == f"b\r{ASK}"


def test_the_descriptions_that_others_have_of_the_terminal_stay_blocking() -> None:
    with Line() as line:
        assert os.get_blocking(line.slave)
        assert not os.get_blocking(line.painter.line)


def test_a_sequence_cut_short_is_ended() -> None:
    with Line() as line:
        line.painter.tell(line.painter.draw, f"\x1b[1;1H{'x' * 99000}\x1b[1;1H", 99000, 1)
        assert select.select([line.master], [], [], 2.0)[0]
        line.painter.tell(line.painter.control, "the end")
        with ThreadPoolExecutor() as pool:
            leaving = pool.submit(line.painter.farewell)
            assert re.fullmatch(r"[^\x18]*\x18[^x]*x{1,98999}\x18\x1b\[\?2026lthe end", line.read(until="the end"))
            leaving.result()


def test_a_line_that_can_only_block_is_given_back_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "open_line", os.dup)
    with Line() as line:
        for number in range(4):
            line.painter.tell(line.painter.draw, f"\x1b[1;1H{str(number) * 9000}\x1b[1;1H", 9000, 1)
            assert select.select([line.master], [], [], 2.0)[0]
        line.painter.tell(line.painter.control, "the end")
        start = time.monotonic()
        line.painter.farewell()
        assert time.monotonic() - start < 3.0
        assert line.read(until="the end").endswith("the end")


def test_a_failing_painter_says_so_and_gives_the_terminal_back() -> None:
    with Line() as line:
        line.painter.tell(lambda: 1 / 0)
        line.painter.thread.join(2.0)
        assert [type(failure) for failure in line.failures] == [ZeroDivisionError]
        line.painter.tell(line.painter.control, "the end")
        line.painter.farewell()
        assert line.read(until="the end") == "the end"
    with tiny() as terminal:
        terminal.press("f")
        assert terminal.wait_exit() == 1
        assert b"ZeroDivisionError" in terminal.received
        assert terminal.not_restored() == []


# --- The end ---

ENDS = {"q": 0, "ctrl+c": 0, signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGHUP: 128 + signal.SIGHUP}


def end(terminal: PseudoTerminal, how: str | signal.Signals) -> None:
    if isinstance(how, signal.Signals):
        terminal.signal(how)
    else:
        terminal.press(how)


def test_the_terminal_is_left_as_it_was_found() -> None:
    with ExitStack() as stack:
        terminals = [stack.enter_context(PseudoTerminal(TINY_COMMAND)) for _ in ENDS]
        for terminal, (how, code) in zip(terminals, ENDS.items(), strict=True):
            started(terminal)
            assert terminal.not_restored() != []
            end(terminal, how)
            assert terminal.wait_exit(2.0) == code
            assert terminal.not_restored() == []
            assert terminal.received.count(b"\x18") == CLEAR.count("\x18")  # nothing was cut


def test_the_terminal_is_left_as_it_was_found_while_nobody_reads() -> None:
    """The far end stops reading with a big screen under way; what it finds when it reads again restores it."""
    with ExitStack() as stack:
        terminals = [stack.enter_context(PseudoTerminal(TINY_COMMAND, size=(200, 60))) for _ in ENDS]
        for terminal in terminals:
            started(terminal)
        for _ in range(4):
            for terminal in terminals:
                terminal.press("n")
            time.sleep(0.15)  # there is nothing to wait for: nobody reads
        start = time.monotonic()
        for terminal, how in zip(terminals, ENDS, strict=True):
            end(terminal, how)
        for terminal, code in zip(terminals, ENDS.values(), strict=True):
            assert terminal.wait_exit(8.0, reading=False) == code
            assert time.monotonic() - start < 8.0
            assert terminal.attributes == terminal.attributes_before
            assert terminal.not_restored() == []
            assert b"\x18" in terminal.received.rpartition(CLEAR.encode())[2]


def test_the_last_answers_are_not_left_to_the_shell() -> None:
    with tiny() as terminal:
        terminal.answering = False
        terminal.press("s")
        terminal.wait_for("count 1")
        terminal.press("q")
        terminal.wait_quiet(0.3)
        terminal.answer()
        assert terminal.wait_exit(1.0) == 0
        assert terminal.left_to_read() == b""


@pytest.mark.parametrize("prefix", ["", "trap '' HUP; "], ids=["heard", "ignored"])
def test_sighup_ends_the_program_even_where_it_was_ignored(prefix: str) -> None:
    with PseudoTerminal(["sh", "-c", f'{prefix}exec "$@"', "sh", *TINY_COMMAND]) as terminal:
        started(terminal).signal(signal.SIGHUP)
        assert terminal.wait_exit(2.0) == 129
        assert terminal.not_restored() == []


def test_a_line_that_is_gone_ends_the_program(tmp_path: Path) -> None:
    """Without any signal: the program is in a session of its own, and finds the end of its input."""
    launch = "import subprocess, sys; subprocess.call(sys.argv[1:], start_new_session=True)"
    ended = tmp_path / "ended"
    with PseudoTerminal([sys.executable, "-c", launch, *TINY_COMMAND, str(ended)]) as terminal:
        started(terminal).hang_up()
        deadline = time.monotonic() + 3
        while not (ended.exists() and ended.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert ended.read_text() == "129"


# --- The job of a shell ---


@contextmanager
def job(command: str = '"$PYTHON" -c "$TINY"') -> Iterator[PseudoTerminal]:
    """The tiny app as the job of a shell."""
    shell = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
    with PseudoTerminal(shell, env={"PS1": "prompt> ", "TINY": TINY, "PYTHON": sys.executable}) as terminal:
        terminal.wait_for("prompt>")
        terminal.send(f"{command}\r")
        yield started(terminal)


def in_shell(terminal: PseudoTerminal) -> None:
    """Wait for the shell's prompt."""
    terminal.wait_for(lambda: terminal.received.endswith(b"prompt> "), 5.0)


def back_in_front(terminal: PseudoTerminal) -> None:
    """Have the shell bring the program back."""
    before = terminal.received.count(b"\x1b[?1049h")
    terminal.send("fg\r")
    terminal.wait_for(lambda: terminal.received.count(b"\x1b[?1049h") > before)
    terminal.wait_quiet()


def alive(pid: int) -> bool:
    """Whether a process runs or is stopped; a shell may be late to bury it."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return state.strip()[:1] not in ("", "Z")


def test_suspended_and_resumed() -> None:
    with job() as terminal:
        before = cells(terminal)
        for number in (1, 2):
            terminal.press("ctrl+z")
            in_shell(terminal)
            assert terminal.not_restored() == []
            back_in_front(terminal)
            assert cells(terminal)[1:] == before[1:]
            terminal.press("s")
            terminal.wait_for(f"count {number}")
        terminal.press("t")
        terminal.wait_for(ONE_OF_EACH)
        terminal.press("q")
        in_shell(terminal)
        terminal.send("echo code=$?\r")
        terminal.wait_for("code=0")
        assert terminal.not_restored() == []


def test_suspended_while_nobody_reads() -> None:
    with job() as terminal:
        terminal.resize(200, 60)
        terminal.wait_quiet()
        for _ in range(4):
            terminal.press("n")
            time.sleep(0.1)  # there is nothing to wait for: nobody reads
        program, deadline = terminal.foreground, time.monotonic() + 8.0
        terminal.press("ctrl+z")
        while terminal.foreground == program and time.monotonic() < deadline:
            time.sleep(0.02)
        assert terminal.foreground != program
        in_shell(terminal)
        assert terminal.not_restored() == []
        back_in_front(terminal)
        terminal.press("s")
        terminal.wait_for("count 1")


def test_a_suspended_program_can_be_ended() -> None:
    """As any other: its handlers are there while it has the terminal."""
    with job() as terminal:
        program = terminal.foreground
        terminal.press("ctrl+z")
        in_shell(terminal)
        terminal.send("kill %1\r")
        terminal.wait_for(lambda: not alive(program), 3.0)


def test_stopped_and_continued_by_others() -> None:
    with job() as terminal:
        terminal.signal(signal.SIGSTOP)
        in_shell(terminal)
        back_in_front(terminal)
        terminal.press("s", "t")
        terminal.wait_for(ONE_OF_EACH)
        terminal.press("q")
        in_shell(terminal)
        assert terminal.not_restored() == []


def test_a_launcher_is_suspended_with_the_program() -> None:
    """Such as `uv run`, which waits in the same process group."""
    launch = "import subprocess, sys; subprocess.call([sys.executable, *sys.argv[1:]])"
    with job(f'"$PYTHON" -c "{launch}" -c "$TINY"') as terminal:
        terminal.press("ctrl+z")
        in_shell(terminal)
        back_in_front(terminal)
        terminal.press("s")
        terminal.wait_for("count 1")


def test_where_nobody_could_bring_it_back_it_is_not_suspended() -> None:
    with tiny() as terminal:  # which leads the session, as under `ssh -t`
        terminal.press("ctrl+z", "s")
        terminal.wait_for("count 1")
        assert b"\x1b[?1049l" not in terminal.received
