"""The driver in a real pseudo-terminal: what it sends and when, and that it gives the terminal back."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ui.pseudo_terminal import QUESTION, PseudoTerminal

TINY = """
import os, random, sys, threading
from textual.app import App
from textual.geometry import Offset
from textual.widgets import Footer, Input, Static
from gdtui.ui.terminal import CellDriver, driver_class

class Tiny(App):
    ENABLE_COMMAND_PALETTE = False
    CSS = "#noise {height: 1fr; color: $accent; text-style: bold} #link {text-style: underline}"
    BINDINGS = [("s", "step", "Step"), ("n", "noise", "Noise"), ("c", "cursor"), ("t", "threads"), ("q", "quit", "Quit")]
    BINDINGS += [("ctrl+l", "repaint"), ("ctrl+z", "suspend_process"), ("ctrl+c", "quit")]
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


@contextmanager
def tiny(**options: object) -> Iterator[PseudoTerminal]:
    """The tiny app, started and at rest."""
    with PseudoTerminal(TINY_COMMAND, **options) as terminal:  # type: ignore[arg-type]
        terminal.wait_for("count 0")
        terminal.wait_for("Quit")
        terminal.wait_quiet()
        yield terminal


def cells(terminal: PseudoTerminal) -> list[list[tuple[object, ...]]]:
    """What a person sees; of a space only what shows."""
    screen = terminal.screen
    rows = [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]
    return [
        [(c.data, c.bg, c.reverse, c.underscore, *((c.fg, c.bold, c.italics) if c.data != " " else ())) for c in row]
        for row in rows
    ]


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"COLORTERM": None},
        {"TERM": "linux", "COLORTERM": None},
        {"NO_COLOR": "1"},
        {"TEXTUAL_THEME": "ansi-dark"},
    ],
    ids=["truecolor", "256", "16", "no-color", "ansi"],
)
def test_the_screen_is_that_of_textuals_own_driver(env: dict[str, str | None]) -> None:
    seen, sent = [], []
    for choice in ("", "textual"):
        with tiny(env={**env, "GDTUI_DRIVER": choice}) as terminal:
            terminal.press(*"sss")
            terminal.wait_for("count 3")
            terminal.wait_quiet()
            seen.append(cells(terminal))
            sent.append(len(terminal.received))
            assert (QUESTION in terminal.received) == (choice == "")
    assert seen[0] == seen[1]
    assert sent[0] < sent[1]


def test_a_step_sends_little_and_nothing_is_sent_while_idle() -> None:
    with tiny() as terminal:
        terminal.press("s")
        terminal.wait_for("count 1")
        assert terminal.wait_quiet() <= 40
        ticks = sum(map(int, Path(f"/proc/{terminal.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        assert terminal.wait_quiet(2.0) == 0
        after = sum(map(int, Path(f"/proc/{terminal.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        assert after - ticks <= 2


def test_repainting_mends_what_somebody_else_wrote() -> None:
    with tiny() as terminal:
        before = cells(terminal)
        terminal.garble("\x1b[1;31m\x1b[4hBroadcast message\x1b[5;20r\x1b[?7h" + "rubbish \r\n" * 30 + "\x1b]8;;http://x/\x1b\\")
        terminal.wait_for("rubbish")
        terminal.press("s")
        terminal.wait_quiet()
        assert cells(terminal) != before
        terminal.press("ctrl+l")
        terminal.wait_for("count 1")
        terminal.wait_quiet()
        assert "rubbish" not in terminal.text
        assert cells(terminal)[1:] == before[1:]


def test_resizing() -> None:
    with tiny() as terminal:
        terminal.press("n")
        for size in ((40, 10), (100, 30), (20, 3), (1, 1), (80, 24)):
            terminal.resize(*size)
            terminal.wait_quiet()
        terminal.press("s")
        terminal.wait_for("count 1")
        before = cells(terminal)
        terminal.resize(30, 24)  # and back, before the program has seen it: the terminal has lost what was at the right
        terminal.resize(80, 24)
        terminal.wait_quiet()
        assert cells(terminal) == before
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_the_cursor_is_where_textual_puts_it() -> None:
    with tiny() as terminal:
        assert terminal.cursor == (0, 0)
        terminal.press("c", "s")
        terminal.wait_for(lambda: terminal.cursor == (7, 3))
        terminal.wait_for("count 1")
        terminal.wait_quiet()
        assert terminal.cursor == (7, 3)


def test_f3_confuses_nothing() -> None:
    """With a modifier it looks like the answer to a question that nobody asked."""
    with tiny() as terminal:
        for number in range(1, 6):
            terminal.press("shift+f3", "shift+f3", "f3", "s")
            terminal.wait_for(f"count {number}", 2.0)


# --- Only as fast as the terminal draws ---


def test_frames_are_never_queued() -> None:
    with tiny() as terminal:
        terminal.answering = False
        start = len(terminal.received)
        for _ in range(10):
            terminal.press("s")
            terminal.wait_quiet(0.1)
        assert terminal.received.count(QUESTION, start) == 2
        assert "count 2" in terminal.text
        terminal.answer()
        terminal.wait_for("count 10", 2.0)
        assert terminal.received.count(QUESTION, start) == 3
        terminal.answering = True
        terminal.answer()
        terminal.answer()
        terminal.press("s")
        terminal.wait_for("count 11", 2.0)


def test_a_mute_terminal_is_not_waited_for() -> None:
    with tiny(answering=False) as terminal:
        for number in range(1, 10):
            terminal.press("s")
            terminal.wait_for(f"count {number}", 2.0)
        terminal.press("q")
        assert terminal.wait_exit(3.0) == 0
        assert terminal.not_restored() == []


def test_a_terminal_that_falls_silent_is_waited_for_once() -> None:
    with tiny() as terminal:
        terminal.answering = False
        for number in range(1, 10):
            terminal.press("s")
            terminal.wait_for(f"count {number}", 5.0 if number == 3 else 1.0)


# --- The end ---

ENDS = {"q": 0, "ctrl+c": 0, signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGHUP: 128 + signal.SIGHUP}


def end(terminal: PseudoTerminal, how: str | signal.Signals) -> None:
    if isinstance(how, signal.Signals):
        terminal.signal(how)
    else:
        terminal.press(how)


@pytest.mark.parametrize("how", ENDS)
def test_the_terminal_is_left_as_it_was_found(how: str | signal.Signals) -> None:
    with tiny() as terminal:
        assert terminal.not_restored() != []
        end(terminal, how)
        assert terminal.wait_exit(2.0) == ENDS[how]
        assert terminal.not_restored() == []
        assert b"\x18" not in terminal.received.partition(b"Quit")[2]


@pytest.mark.parametrize("how", ENDS)
def test_the_terminal_is_left_as_it_was_found_while_nobody_reads(how: str | signal.Signals) -> None:
    """The far end stops reading with a big screen under way; what it finds when it reads again restores it."""
    with tiny(size=(200, 60)) as terminal:
        for _ in range(4):
            terminal.press("n")
            time.sleep(0.1)  # nothing can be awaited: nobody reads
        end(terminal, how)
        assert terminal.wait_exit(3.0, reading=False) == ENDS[how]
        assert terminal.attributes == terminal.attributes_before
        assert terminal.not_restored() == []


@pytest.mark.parametrize("prefix", ["", "trap '' HUP; "], ids=["heard", "ignored"])
def test_sighup_ends_the_program_even_where_it_was_ignored(prefix: str) -> None:
    with PseudoTerminal(["sh", "-c", f'{prefix}exec "$@"', "sh", *TINY_COMMAND]) as terminal:
        terminal.wait_for("count 0")
        terminal.signal(signal.SIGHUP)
        assert terminal.wait_exit(2.0) == 129
        assert terminal.not_restored() == []


def test_a_line_that_is_gone_ends_the_program(tmp_path: Path) -> None:
    """Without any signal: the program is in a session of its own, and finds the end of its input."""
    launch = "import subprocess, sys; subprocess.call(sys.argv[1:], start_new_session=True)"
    ended = tmp_path / "ended"
    with PseudoTerminal([sys.executable, "-c", launch, *TINY_COMMAND, str(ended)]) as terminal:
        terminal.wait_for("count 0")
        terminal.wait_quiet()
        terminal.hang_up()
        deadline = time.monotonic() + 3
        while not (ended.exists() and ended.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert ended.read_text() == "129"


# --- A job of a shell ---


@contextmanager
def job(command: str = '"$PYTHON" -c "$TINY"') -> Iterator[PseudoTerminal]:
    """The tiny app as the job of a shell."""
    shell = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
    with PseudoTerminal(shell, env={"PS1": "prompt> ", "TINY": TINY, "PYTHON": sys.executable}) as terminal:
        terminal.wait_for("prompt>")
        terminal.attributes_before = terminal.attributes
        terminal.received.clear()
        terminal.send(f"{command}\r")
        terminal.wait_for("count 0")
        terminal.wait_quiet()
        yield terminal


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def in_shell(terminal: PseudoTerminal) -> None:
    """Wait for the shell's prompt."""
    terminal.wait_for(lambda: terminal.received.endswith(b"prompt> "), 5.0)


def back_in_front(terminal: PseudoTerminal) -> None:
    """Have the shell bring the program back."""
    before = terminal.received.count(b"\x1b[?1049h")
    terminal.send("fg\r")
    terminal.wait_for(lambda: terminal.received.count(b"\x1b[?1049h") > before)
    terminal.wait_quiet()


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
        terminal.wait_for("threads ['MainThread', 'gdtui-painter', 'textual-input']")
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
            time.sleep(0.1)
        job_in_front = terminal.foreground
        terminal.press("ctrl+z")
        deadline = time.monotonic() + 3
        while terminal.foreground == job_in_front and time.monotonic() < deadline:
            time.sleep(0.02)
        assert terminal.foreground != job_in_front
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
        terminal.wait_for("threads ['MainThread', 'gdtui-painter', 'textual-input']")
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
