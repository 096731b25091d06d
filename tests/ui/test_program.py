"""The real program in a real pseudo-terminal, read back as a person would read it."""

import csv
import io
import os
import random
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from time import monotonic

import pytest

from gdtui.ui.app import VIEWS
from tests.ui.pseudo_terminal import REPOSITORY, PseudoTerminal

GDTUI = [sys.executable, "-m", "gdtui"]
COLOUR = re.compile(r"\x1b\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m")

STATUS = "Sigmoid neuron, 2 points   GD   eta 1.0"
FOOTER = f"space play  → step  ← back  + - eta  ? help  q quit  1-{len(VIEWS)} view  v chart  m memory"
ASCII_FOOTER = f"space play  right step  left back  + - eta  ? help  q quit  1-{len(VIEWS)} view  v chart"
TABLE = [
    "iteration w           b           dL/dw       dL/db       loss        |step|",
    "      0 -2.000000   -2.000000   -0.00549232 -0.00771116  0.415820",
    "      1 -1.994508   -1.992289   -0.00555847 -0.00777272  0.415730    0.00946718",
    ">     2 -1.988949   -1.984516   -0.00562622 -0.00783518  0.415638    0.00955571",
]
NARROW = [
    "iteration w           b           loss",
    "      0 -2.000000   -2.000000    0.415820",
    "      1 -1.994508   -1.992289    0.415730",
    ">     2 -1.988949   -1.984516    0.415638",
]
SENTENCE = "Descending: gradient 0.00965, and the last step lowered the loss by 9.17e-5."


def program(
    *arguments: str, size: tuple[int, int] = (80, 24), env: Mapping[str, str | None] | None = None
) -> PseudoTerminal:
    """The program on a screen of its own."""
    return PseudoTerminal([*GDTUI, *arguments], size=size, env=env)


def start(terminal: PseudoTerminal) -> None:
    """Wait for the first whole screen."""
    terminal.wait_for("iteration 0")
    terminal.wait_for("quit" if terminal.screen.columns >= 40 else "help")


def iteration(terminal: PseudoTerminal) -> str:
    return terminal.row(0).split("iteration ")[-1].strip()


def reach(terminal: PseudoTerminal, where: str, seconds: float = 10.0) -> None:
    terminal.wait_for(lambda: iteration(terminal) == where, seconds)


SHOWS = {
    "right": "iteration 1",
    "v": "w and b",
    "y": "logarithmic",
    "e": "eta: 1.0",
    "f": "forward: 1000",
    "?": "play or pause",
    ":": "Search for commands",
    "space": "playing",
}
"""Keys, and a text by which one sees that they were answered."""


def open_and_close(terminal: PseudoTerminal, *keys: str) -> Iterator[str]:
    """Press keys one after the other, each when the one before was answered, and take back what can be."""
    for key in keys:
        terminal.press(key)
        terminal.wait_for(SHOWS[key])
        yield key
        if key in ("e", "f", "?", ":", "space"):
            terminal.press("space" if key == "space" else "escape")
            terminal.wait_for(lambda key=key: SHOWS[key] not in terminal.text)  # type: ignore[misc]
            yield f"{key} and back"


def two_steps(terminal: PseudoTerminal) -> list[str]:
    """The screen after two steps."""
    start(terminal)
    terminal.press("right", "right")
    reach(terminal, "2")
    terminal.wait_quiet()
    return lines(terminal)


def lines(terminal: PseudoTerminal) -> list[str]:
    return [row.rstrip() for row in terminal.rows]


def numbers(terminal: PseudoTerminal) -> dict[int, list[str]]:
    """The rows of the table on the screen, by iteration."""
    rows = [re.fullmatch(r"[> ] *(\d+)((?: +-?\d\S*)+) *", row) for row in terminal.rows]
    return {int(row[1]): row[2].split() for row in rows if row}


def printed(*arguments: str) -> dict[int, dict[str, float]]:
    """What `gdtui run` prints, by iteration."""
    command = [*GDTUI, "run", "--format", "csv", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    rows = csv.DictReader(io.StringIO(done.stdout.decode()))
    return {int(row["iteration"]): {name: float(text) for name, text in row.items()} for row in rows}


def farewell(terminal: PseudoTerminal) -> list[str]:
    """What the program printed when the screen was given back."""
    return terminal.received.decode().split("\x1b[?1049l")[-1].replace("\r", "").split("gdtui ", 1)[-1].splitlines()


def answered(terminal: PseudoTerminal, key: str, condition: Callable[[], bool], what: str) -> None:
    """Press a key and print how long the answer took; a second is far too long, but no machine is that busy."""
    begun = monotonic()
    terminal.press(key)
    terminal.wait_for(condition)
    seconds = monotonic() - begun
    print(f"{what}: {1000 * seconds:.0f} ms")
    assert seconds < 1.0, what


class TestNumbers:
    def test_200_forward_200_back_and_200_forward_show_the_same(self) -> None:
        with program() as terminal:
            start(terminal)
            seen = []
            for key, there in [(".", "200"), (",", "0 of 200"), ("right", "200"), ("<", "0 of 200"), (">", "200")]:
                terminal.press(*[key] * (20 if key in "<>" else 200))
                reach(terminal, there)
                terminal.wait_quiet()
                seen.append(terminal.text)
            assert seen[0] == seen[2] == seen[4]
            assert seen[1] == seen[3]
            assert numbers(terminal)[200]
            assert "left path" not in terminal.text

    def test_they_are_those_of_a_run_without_a_screen(self) -> None:
        expected = printed("--steps", "2")
        with program() as terminal:
            assert two_steps(terminal)[13 : 13 + len(TABLE)] == TABLE
            shown = numbers(terminal)
        assert shown.keys() == expected.keys() == {0, 1, 2}
        for k, row in expected.items():
            for text, name in zip(shown[k], ("w", "b", "dw", "db", "loss"), strict=False):
                assert float(text) == float(f"{row[name]:.{7 if abs(row[name]) >= 1 else 6}g}")
        moved = ((expected[1]["w"] + 2) ** 2 + (expected[1]["b"] + 2) ** 2) ** 0.5
        assert shown[1][5] == f"{moved:.6g}"

    def test_a_change_of_eta_at_50_shows_from_51_on(self) -> None:
        with program(size=(120, 40)) as terminal:
            start(terminal)
            terminal.press(*">>>>>")
            reach(terminal, "50")
            terminal.press("+")
            terminal.wait_for("eta 2.0")
            terminal.press("right", "right")
            reach(terminal, "52")
            terminal.wait_quiet()
            shown = numbers(terminal)
            assert [float(shown[k][-1]) for k in (49, 50, 51, 52)] == [1.0, 1.0, 2.0, 2.0]
            for before, after in ((50, 51), (51, 52)):
                w, dw = (float(text) for text in (shown[before][0], shown[before][2]))
                assert float(shown[after][0]) == pytest.approx(w - 2.0 * dw, abs=2e-6)
            terminal.press("q")
            assert terminal.wait_exit() == 0
            assert farewell(terminal)[1:] == ["  at iteration 50: eta 2.0"]

    def test_what_q_prints_starts_the_run_again(self) -> None:
        rows = []
        arguments = ["--eta", "0.3", "--start", "0.25", "-1e-3"]
        for _ in range(2):
            with program(*arguments) as terminal:
                start(terminal)
                terminal.press(">", ">")
                reach(terminal, "20")
                terminal.wait_quiet()
                rows.append(numbers(terminal)[20])
                terminal.press("q")
                assert terminal.wait_exit() == 0
                (command,) = farewell(terminal)
            assert command == "--optimizer gd --eta 0.3 --start 0.25 -0.001"
            arguments = shlex.split(command)
        assert rows[0] == rows[1]
        row = printed(*arguments, "--steps", "20")[20]
        assert float(rows[0][0]) == pytest.approx(row["w"], abs=1e-6)


class TestAnswers:
    def test_while_playing(self) -> None:
        with program() as terminal:
            start(terminal)
            answered(terminal, "space", lambda: "playing 10/s" in terminal.row(0), "play")
            answered(terminal, "]", lambda: "playing 20/s" in terminal.row(0), "faster")
            answered(terminal, "[", lambda: "playing 10/s" in terminal.row(0), "slower")
            answered(terminal, "+", lambda: "eta 2.0" in terminal.row(0), "larger eta")
            answered(terminal, "-", lambda: "eta 1.0" in terminal.row(0), "smaller eta")
            answered(terminal, "v", lambda: "w and b" in terminal.row(1), "chart")
            answered(terminal, "space", lambda: "paused" in terminal.row(0), "pause")
            terminal.wait_quiet()
            here = iteration(terminal)
            assert int(here) > 0
            assert terminal.wait_quiet(0.4) == 0
            assert iteration(terminal) == here
            answered(terminal, "right", lambda: iteration(terminal) == str(int(here) + 1), "step")

    def test_while_a_million_iterations_go_by(self) -> None:
        with program() as terminal:
            start(terminal)
            terminal.press("f")
            terminal.wait_for("forward: 1000")
            terminal.send("1e6\r")
            terminal.wait_for("of 1,000,000, ")
            begun = monotonic()
            answered(terminal, "v", lambda: "w and b" in terminal.row(1), "chart while going forward")
            assert "fast forward" in terminal.row(0)
            answered(terminal, "y", lambda: "logarithmic" in terminal.row(1), "axis while going forward")
            reach(terminal, "1,000,000", 60.0)
            print(f"a million iterations: {monotonic() - begun:.1f} s")
            terminal.wait_quiet()
            assert "paused" in terminal.row(0)
            assert "Converged: " in terminal.text
            assert lines(terminal)[-1] == FOOTER
            assert ">1000000 " in terminal.text
            answered(terminal, "left", lambda: iteration(terminal) == "999,999 of 1,000,000", "a step back from there")

    def test_escape_stops_one(self) -> None:
        with program() as terminal:
            start(terminal)
            terminal.press("f")
            terminal.wait_for("forward: 1000")
            terminal.send("1e9\r")
            terminal.wait_for("Esc stops")
            answered(terminal, "escape", lambda: "paused" in terminal.row(0), "Esc")
            terminal.wait_quiet()
            assert lines(terminal)[-1] == FOOTER
            assert len(numbers(terminal)) > 1

    def test_keys_that_come_in_one_packet(self) -> None:
        """As on a slow line, or from a script."""
        with program() as terminal:
            start(terminal)
            terminal.send("e0.9\x7f5\r..+.")
            reach(terminal, "3")
            terminal.wait_for("eta 1.0")
            terminal.send("f30\r")
            reach(terminal, "33")
            terminal.send("\x1b[H-.q")
            assert terminal.wait_exit() == 0
            assert farewell(terminal) == ["--optimizer gd --eta 0.2 --start -2.0 -2.0"]

    def test_keys_held_down(self) -> None:
        """Each is counted, and none is late."""
        with program() as terminal:
            start(terminal)
            for _ in range(60):
                terminal.press("right")
                terminal.wait_quiet(0.005)
            answered(terminal, "right", lambda: iteration(terminal) == "61", "the last of many steps")


class TestTheTerminal:
    @pytest.mark.parametrize(
        ("before", "end", "code"),
        [
            ("", "q", 0),
            ("", "ctrl+c", 0),
            ("", signal.SIGTERM, 128 + signal.SIGTERM),
            ("", signal.SIGHUP, 128 + signal.SIGHUP),
            ("?", "ctrl+c", 0),
            ("e", "ctrl+c", 0),
            ("space", signal.SIGTERM, 128 + signal.SIGTERM),
        ],
    )
    def test_is_as_it_was_found(self, before: str, end: str | signal.Signals, code: int) -> None:
        with program() as terminal:
            start(terminal)
            if before:
                terminal.press(before)
                terminal.wait_for({"?": "play or pause", "e": "eta: 1.0", "space": "playing"}[before])
            if isinstance(end, signal.Signals):
                terminal.signal(end)
            else:
                terminal.press(end)
            assert terminal.wait_exit() == code
            assert terminal.not_restored() == []

    def test_is_given_back_and_taken_again_under_a_shell(self) -> None:
        env = {"PS1": "$ ", "HISTFILE": None}
        with PseudoTerminal(["bash", "--norc", "--noprofile", "-i"], env=env) as terminal:
            terminal.wait_for("$ ")
            terminal.send(f"{shlex.join(GDTUI)}\r")
            start(terminal)
            terminal.press("right")
            reach(terminal, "1")
            terminal.wait_quiet()
            before = lines(terminal)
            terminal.press("ctrl+z")
            terminal.wait_for("Stopped")
            # The attributes and the bracketed paste are the shell's own now.
            assert [mode for mode in terminal.not_restored() if mode not in ("attributes", "mode 2004")] == []
            terminal.send("echo in the $((20 + 3))\r")
            terminal.wait_for("in the 23")
            terminal.send("fg\r")
            terminal.wait_for(lambda: lines(terminal) == before)
            terminal.press("right")
            reach(terminal, "2")
            terminal.press("q")
            terminal.wait_for("gdtui --optimizer gd --eta 1.0 --start -2.0 -2.0")
            terminal.send("exit\r")
            terminal.wait_exit()
            assert terminal.not_restored() == []

    def test_garbage_is_mended_by_ctrl_l(self) -> None:
        with program() as terminal:
            start(terminal)
            terminal.wait_quiet()
            before = terminal.rows
            terminal.garble("\x1b[3;3Hwall: the server goes down\r\n\x1b[7m\n\n\n")
            terminal.wait_for("goes down")
            terminal.press("ctrl+l")
            terminal.wait_for(lambda: terminal.rows == before)
            terminal.press("?")
            terminal.wait_for("play or pause")
            terminal.wait_quiet()
            helped = terminal.rows
            terminal.garble("\x1b[2J")
            terminal.wait_for(lambda: not terminal.text.strip())
            terminal.press("ctrl+l")  # in the help as well
            terminal.wait_for(lambda: terminal.rows == helped)

    def test_nothing_is_sent_while_nothing_happens(self) -> None:
        with program() as terminal:
            start(terminal)
            for key in open_and_close(terminal, "right", "e", "?", ":", "space"):
                if key in ("right", "e", "?", "space and back"):
                    terminal.wait_quiet(0.3)
                    assert terminal.wait_quiet(0.5) == 0, key

    def test_a_dragged_window(self) -> None:
        """Sizes come faster than frames, with keys between them; then the last one is drawn whole."""
        with program() as terminal:
            start(terminal)
            dice = random.Random(7)
            for _ in range(60):
                terminal.resize(dice.randint(1, 200), dice.randint(1, 60))
                terminal.press(dice.choice([*"vy+-?212dz", "right", "left", "right", "space", "escape"]))
                terminal.wait_quiet(dice.choice([0, 0, 0.01, 0.05]))
            terminal.resize(80, 24)
            terminal.wait_for(lambda: "arrows scroll" in terminal.text or terminal.row(23).startswith("space play"))
            terminal.wait_quiet(0.3)
            if "arrows scroll" in terminal.text:
                terminal.press("?")
            terminal.press("1")
            terminal.press("home")
            terminal.wait_for(
                lambda: (
                    "paused" in terminal.row(0)
                    and iteration(terminal).startswith("0")
                    and terminal.row(23).rstrip() == FOOTER
                )
            )
            terminal.wait_quiet()
            dragged = terminal.rows
            terminal.press("ctrl+l")
            terminal.wait_quiet()
            assert terminal.rows == dragged  # nothing was left behind
            assert lines(terminal)[-1] == FOOTER
            assert lines(terminal)[13] == TABLE[0]


class TestSizes:
    def test_80_by_24(self) -> None:
        with program() as terminal:
            shown = two_steps(terminal)
            assert shown[0] == f"{STATUS}{'paused   iteration 2':>41}"
            assert shown[1] == f"{'loss':40}fit f(x) at (0.5, 0.2) (2.5, 0.9)"
            assert shown[12].split() == ["0", "10", "20", "-1", "0", "1", "2", "3", "4"]
            assert shown[13:17] == TABLE
            assert SENTENCE in shown
            assert shown[-1] == FOOTER
            assert [line[:3] for line in shown[2:12] if line[:1].isdigit()] == [
                "0.5",
                "0.4",
                "0.3",
                "0.2",
                "0.1",
                "0.0",
            ]
            assert "Hidden" not in terminal.text
            assert terminal.cursor == (0, 16)  # where a screen reader finds the present row

    @pytest.mark.parametrize(("width", "height"), [(120, 40), (200, 60)])
    def test_larger(self, width: int, height: int) -> None:
        with program(size=(width, height)) as terminal:
            shown = two_steps(terminal)
            assert shown[0] == f"{STATUS}{'paused   iteration 2':>{width - len(STATUS)}}"
            assert shown[1] == f"{'loss':{width // 2}}fit f(x) at (0.5, 0.2) (2.5, 0.9)"
            top = shown.index(f"{TABLE[0]}      eta")
            for line, row in zip(shown[top + 1 : top + 4], TABLE[1:], strict=True):
                assert line == f"{row:81}1.000000"
            more = "o optimizer  p problem  f forward" + ("  g guess" if width == 200 else "")
            assert shown[-1] == FOOTER.replace("? help", f"{more}  ? help")
            assert SENTENCE in shown

    def test_60_by_16(self) -> None:
        with program(size=(60, 16)) as terminal:
            shown = two_steps(terminal)
            assert shown[0] == "Sigmoid neuron, 2 points  GD  eta 1.0    paused  iteration 2"
            assert shown[1] == f"{'loss':30}fit f(x)"
            top = shown.index(NARROW[0])
            assert shown[top : top + 4] == NARROW
            assert shown[-4:] == [
                "Descending: gradient 0.00965, and the last step lowered the",
                "loss by 9.17e-5. Go on; press f.",
                "Hidden: dL/dw dL/db |step|",
                "space play  → step  ← back  + - eta  ? help  q quit",
            ]

    @pytest.mark.parametrize("size", [(59, 16), (60, 15)])
    def test_below_it_the_numbers_alone(self, size: tuple[int, int]) -> None:
        with program(size=size) as terminal:
            shown = two_steps(terminal)
            assert shown[1:5] == NARROW
            assert "Hidden: charts dL/dw dL/db |step|" in shown
            assert not any("\u2800" <= character <= "\u28ff" for character in terminal.text)

    def test_a_tiny_one(self) -> None:
        with program(size=(30, 7)) as terminal:
            start(terminal)
            terminal.press("right")
            terminal.wait_for(">     1")
            assert iteration(terminal) == "1"


class TestColours:
    def test_no_color_sends_none(self) -> None:
        with program(env={"NO_COLOR": "1"}) as terminal:
            start(terminal)
            assert len(list(open_and_close(terminal, *SHOWS))) == len(SHOWS) + 5
            assert COLOUR.findall(terminal.received.decode()) == []

    def test_otherwise_the_terminals_own(self) -> None:
        with program() as terminal:
            start(terminal)
            terminal.press("right", "v")
            terminal.wait_for("w and b")
            terminal.wait_quiet()
            colours = COLOUR.findall(terminal.received.decode())
            assert colours
            assert not [colour for colour in colours if "38;" in colour or "48;" in colour]

    @pytest.mark.parametrize(
        ("arguments", "env"),
        [
            (["--ascii"], {}),
            ([], {"LANG": "C", "LC_ALL": None, "LC_CTYPE": None}),
            ([], {"LC_ALL": "POSIX"}),
            ([], {"TERM": "linux"}),
        ],
    )
    def test_ascii(self, arguments: list[str], env: dict[str, str | None]) -> None:
        with program(*arguments, env=env) as terminal:
            terminal.wait_for("quit")
            terminal.press(">", "home", "+", ">")
            terminal.wait_for("left at 0: eta 1.0")
            list(open_and_close(terminal, "v", "y", "f", "?", ":"))
            wrong = {character for character in terminal.received.decode() if ord(character) > 127}
            assert wrong == set()
            assert lines(terminal)[-1] == ASCII_FOOTER
            assert "@" in terminal.text

    @pytest.mark.parametrize("env", [{"LANG": "C.UTF-8", "LC_ALL": None}, {"LANG": None, "LC_ALL": "en_US.UTF-8"}])
    def test_utf_8_is_utf_8(self, env: dict[str, str | None]) -> None:
        with program(env={"LC_CTYPE": None, **env}) as terminal:
            terminal.wait_for("quit")
            assert lines(terminal)[-1] == FOOTER


def test_redirected_it_says_so_in_a_sentence() -> None:
    env = {**os.environ, "TERM": "xterm"}
    done = subprocess.run(GDTUI, cwd=REPOSITORY, input=b"", capture_output=True, check=False, env=env)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().startswith("gdtui: standard input is not a terminal")
    assert done.stderr.count(b"\n") == 1
