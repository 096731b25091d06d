import contextlib
import csv
import fcntl
import io
import json
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pyte
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gdtui
from gdtui import cli
from gdtui.cli import main
from gdtui.engine.batches import Batches
from gdtui.engine.catalog import OPTIMIZERS, PROBLEMS, SCHEDULES
from gdtui.engine.mistakes import BadInput
from gdtui.session import recipe as reading
from gdtui.session.recipe import Recipe
from gdtui.session.stopping import Settled

COMMAND = [sys.executable, "-m", "gdtui"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(gdtui.__file__).parents[1]), "TERM": "xterm-256color"}
HEAVY = {"textual", "rich", "plotext", "numpy"}

REFERENCE = """
0 -2.0 -2.0 -0.0054923192156398628 -0.0077111592152144251 0.41581990101999282
1 -1.9945076807843601372 -1.9922888407847855749 -0.0055584684567576135 -0.0077727154357717713 0.41572985510220245
2 -1.9889492123276025236 -1.9845161253490138035 -0.0056262185668651384 -0.0078351760527735357 0.4156381130345323
20 -1.8754096712358108235 -1.8329379959372850299 -0.0072075227449792752 -0.0091417677440323867 0.41362884273056836
100 1.0029902113597933343 -1.0507858880870959442 -0.014827442158153332 0.02489087498768551 0.01774100962176139
1000 1.7917198301022375763 -2.2821180729166728353 -4.0889702925944281e-7 5.7790799568173401e-7 2.429186571406744e-11
"""
"""t, w, b, dL/dw, dL/db and the loss of the lecture's gradient descent, computed with 50 digits."""


full_disk = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")


def here(*arguments):
    """Exit code, standard output and standard error of the command, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


def there(*arguments, **options):
    """The command in a process of its own, ended."""
    options = {"capture_output": True, "stdin": subprocess.DEVNULL, "env": ENVIRONMENT, "timeout": 20} | options
    return subprocess.run([*COMMAND, *arguments], text=True, check=False, **options)


def started(*arguments, command=COMMAND, **options):
    """The command in a process of its own, running."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([*command, *arguments], text=True, env=ENVIRONMENT, **options)


def waiting(pipe):
    """Bytes in a pipe that are not read yet."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"    "))[0]


def rows(text):
    return list(csv.DictReader(text.splitlines()))


def iterations(text):
    return [int(row["iteration"]) for row in rows(text)]


class Terminal:
    """A pseudo-terminal, and what a person would see on it."""

    def __init__(self, columns=160, lines=60):
        self.outside, self.inside = pty.openpty()
        fcntl.ioctl(self.inside, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        os.close(self.outside)
        self.hang_up()

    def hang_up(self):
        """Leave the inner end to the command alone, so that its end is seen."""
        if self.inside is not None:
            os.close(self.inside)
            self.inside = None

    def read(self, timeout):
        """What has come; nothing after the end or the timeout."""
        if not select.select([self.outside], [], [], timeout)[0]:
            return b""
        try:
            received = os.read(self.outside, 65536)
        except OSError:
            return b""
        self.received += received
        self._stream.feed(received)
        return received

    def read_until(self, text):
        while text not in self.received:
            assert self.read(20), f"{text!r} never came, but {self.received!r}"

    def read_to_the_end(self):
        self.hang_up()
        while self.read(20):
            pass

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display if line.strip()]


@pytest.fixture
def terminal():
    with Terminal() as terminal:
        yield terminal


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def app(monkeypatch):
    """The app replaced by a list of what it was started with."""
    calls = []
    module = ModuleType("gdtui.ui.app")
    module.run = lambda recipe, **options: calls.append((recipe, options)) or 0
    monkeypatch.setitem(sys.modules, "gdtui.ui.app", module)
    monkeypatch.setenv("TERM", "xterm")
    return calls


def at_a_terminal(*arguments, **streams):
    """Exit code and standard error of the command where both are a terminal, unless other streams are given."""
    streams = {"stdin": Tty(), "stderr": Tty()} | streams
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        return main(arguments), streams["stderr"] and streams["stderr"].getvalue()


class TestApp:
    PLAIN = {"css": None, "ascii_only": False, "theme": None}

    def test_without_arguments_it_gets_the_recipe_of_the_lecture(self, app):
        assert at_a_terminal() == (0, "")
        assert app == [(Recipe(), self.PLAIN)]

    def test_it_gets_what_the_flags_say(self, app, tmp_path):
        css = tmp_path / "my.tcss"
        css.write_text("")
        recipe = ["--optimizer", "gd", "--eta", "0.5", "--start", "-4", "1e-3", "--steps", "1e6", "--stop", "1e-6/100"]
        assert at_a_terminal(*recipe, "--css", str(css), "--ascii", "--theme", "nord") == (0, "")
        expected = Recipe(start=(-4.0, 1e-3), eta=0.5, limit=1_000_000, stop=Settled(1e-6, 100))
        assert app == [(expected, {"css": css, "ascii_only": True, "theme": "nord"})]

    @pytest.mark.parametrize(
        "recipe",
        [
            Recipe(),
            Recipe(start=(-4.5, 1e-300), eta=1e22, limit=77, stop=Settled(1e-6, 100)),
            Recipe(optimizer=reading.optimizer("newton:clip=0.5"), batches=Batches(1)),
            Recipe(optimizer=reading.optimizer("line-search:etas=0.3/20.0"), batches=Batches(2, "shuffle")),
            Recipe(optimizer=reading.optimizer("adam:bias_correction=no,eps=1e-12"), convention="pytorch"),
            Recipe(
                problem=reading.problem("padhai:activation=tanh,reduction=mean"),
                schedule=reading.schedule("cosine:steps=7,eta_min=0.25,warmup=3"),
                batches=Batches(4, "shuffle", 12345),
                eta=0.1 + 0.2,
            ),
        ],
    )
    def test_the_command_line_of_a_recipe_is_read_back(self, app, recipe):
        assert at_a_terminal(*shlex.split(recipe.command_line())[1:]) == (0, "")
        eta = recipe.method().eta if recipe.optimizer.definition.uses_eta else None
        assert app[0][0] == replace(recipe, start=recipe.beginning, eta=eta)

    def test_its_exit_code_is_the_commands(self, app, monkeypatch):
        monkeypatch.setattr(sys.modules["gdtui.ui.app"], "run", lambda *_, **__: 143)
        assert at_a_terminal() == (143, "")

    def test_what_it_refuses_is_said_in_its_sentence(self, app, monkeypatch):
        def refuse(*_arguments, **_options):
            raise BadInput("there is no theme 'x\x1b[2J': nord would be right")

        monkeypatch.setattr(sys.modules["gdtui.ui.app"], "run", refuse)
        said = "gdtui: there is no theme 'x\\x1b[2J': nord would be right\n"
        assert at_a_terminal("--theme", "x") == (2, said)

    @pytest.mark.parametrize("stream", ["stdin", "stderr"])
    @pytest.mark.parametrize("closed", [True, False])
    def test_a_stream_that_is_no_terminal_keeps_it_from_starting(self, app, stream, closed):
        assert at_a_terminal(**{stream: None if closed else io.StringIO()})[0] == 2
        assert app == []

    def test_standard_output_may_be_redirected(self, app):
        assert at_a_terminal(stdout=io.StringIO()) == (0, "")

    @pytest.mark.parametrize("term", ["", "dumb", "unknown", None])
    def test_a_terminal_that_cannot_draw_is_refused(self, app, monkeypatch, term):
        monkeypatch.delenv("TERM") if term is None else monkeypatch.setenv("TERM", term)
        code, said = at_a_terminal()
        assert (code, app) == (2, [])
        assert said.startswith(f"gdtui: TERM is {term or ''!r}, ")
        assert said.endswith("or use `gdtui run`\n")

    def test_a_stylesheet_that_cannot_be_read_is_refused(self, app, tmp_path, monkeypatch):
        css = tmp_path / "my.tcss"
        css.write_text("")
        monkeypatch.setattr(os, "access", lambda *_: False)  # a superuser may read anything
        for name, wrong in (
            ("none", "there is none of that name"),
            (".", "that is a folder"),
            (css, "you may not read it"),
        ):
            code, said = at_a_terminal("--css", str(tmp_path / name))
            assert (code, app) == (2, [])
            assert re.fullmatch(rf"gdtui: --css must be a file that can be read, not '.+': {wrong}\n", said)


class TestTerminalOfTheApp:
    def test_a_redirected_input_is_refused_in_words(self, terminal):
        assert there(capture_output=False, stderr=terminal.inside).returncode == 2
        terminal.read_to_the_end()
        assert terminal.lines == [
            "gdtui: standard input is not a terminal, and the keys come from there: "
            "leave out the redirection, or use `gdtui run`"
        ]

    def test_a_redirected_error_is_refused_in_words(self, terminal):
        refused = there(stdin=terminal.inside)
        assert refused.returncode == 2
        assert refused.stdout == ""
        assert refused.stderr == (
            "gdtui: standard error is not a terminal, and the screen is drawn there: "
            "leave out the redirection, or use `gdtui run`\n"
        )

    def test_a_dumb_terminal_is_refused_in_words(self, terminal):
        env = ENVIRONMENT | {"TERM": "dumb"}
        refused = there(stdin=terminal.inside, stderr=terminal.inside, capture_output=False, env=env)
        assert refused.returncode == 2
        terminal.read_to_the_end()
        assert terminal.lines[0].startswith("gdtui: TERM is 'dumb', ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["run", "--help"],
        ["run", "--version"],
        ["run", "--steps", "3"],
        ["run", "--steps", "3", "--optimizer", "adam", "--schedule", "cosine", "--batch", "1", "--problem", "padhai"],
        ["list"],
        ["--eta", "0"],
        [],
    ],
)
def test_what_only_the_app_needs_is_imported_for_the_app_alone(arguments):
    code = f"import sys; from gdtui.cli import main; main({arguments!r}); sys.exit(str(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert not HEAVY & {name.strip("[]'").split(".")[0] for name in run.stderr.splitlines()[-1].split(", ")}


class TestHelp:
    @pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
    def test_it_fits_80_columns_and_shows_the_defaults(self, arguments):
        code, out, err = here(*arguments)
        assert (code, err) == (0, "")
        assert out.isascii()
        assert max(map(len, out.splitlines())) <= 80
        defaults = [
            "gd",
            "the optimizer's",
            "the problem's, -2 -2 for points",
            "lecture",
            "constant",
            "all",
            "cyclic",
            "0",
        ]
        for default in defaults:
            assert f"[default: {default}]" in " ".join(out.split())
        for name in (*OPTIMIZERS, *SCHEDULES, *PROBLEMS):
            assert re.search(rf"\b{name}\b", out), name

    def test_the_limits_are_the_commands_own(self):
        assert "[default: 10,000]" in here("--help")[1]
        assert "[default: 1,000]" in here("run", "--help")[1]

    def test_it_says_where_the_keys_are_and_lists_run(self):
        out = here("--help")[1]
        assert "? shows all the keys" in out
        assert re.search(r"^Commands:\n  list +\w.*\n  run +\w", out, re.MULTILINE)

    @pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
    def test_python_m_calls_itself_gdtui(self, arguments):
        assert there(*arguments).stdout.startswith(f"Usage: {' '.join(['gdtui', *arguments[:-1]])} [OPTIONS]")

    @pytest.mark.parametrize("arguments", [["--version"], ["run", "--version"], ["run", "--version", "--eta", "0"]])
    def test_the_version(self, arguments):
        code, out, err = here(*arguments)
        assert (code, err) == (0, "")
        assert re.fullmatch(r"gdtui \S.*\n", out)

    def test_the_version_is_the_packages(self, monkeypatch):
        monkeypatch.setattr("importlib.metadata.version", lambda name: f"1.2.3 of {name}")
        assert here("--version")[1] == "gdtui 1.2.3 of gdtui\n"


REFUSED = [
    ("run --eta 0", "--eta must be a finite number above 0, not '0'"),
    ("run --eta -1", "--eta must be a finite number above 0, not '-1'"),
    ("run --eta nan", "--eta must be a finite number above 0, not 'nan'"),
    ("run --eta inf", "--eta must be a finite number above 0, not 'inf'"),
    ("run --eta fast", "--eta must be a finite number above 0, not 'fast'"),
    ("--eta fast", "--eta must be a finite number above 0, not 'fast'"),
    ("run --start nan 1", "--start must be two finite numbers, like -2 -2, not 'nan 1'"),
    ("run --start 1 -inf", "--start must be two finite numbers, like -2 -2, not '1 -inf'"),
    ("run --start -2 --eta 1", "--start must be two finite numbers, like -2 -2, not '-2 --eta'"),
    ("run --start -2", "option '--start' requires 2 arguments: --help shows what would be right"),
    ("run --eta", "option '--eta' requires an argument: --help shows what would be right"),
    ("run --optimizer gdd", "there is no optimizer 'gdd': gd would be right"),
    ("--optimizer gdd", "there is no optimizer 'gdd': gd would be right"),
    ("run --steps -1", "--steps must be a whole number from 0 to 1,000,000,000, not '-1'"),
    ("run --steps 1e12", "--steps must be a whole number from 0 to 1,000,000,000, not '1e12'"),
    ("run --steps 1.5", "--steps must be a whole number from 0 to 1,000,000,000, not '1.5'"),
    ("run --steps many", "--steps must be a whole number from 0 to 1,000,000,000, not 'many'"),
    ("--steps 0", "--steps must be a whole number from 1 to 1,000,000,000, not '0'"),
    ("run --every 0", "--every must be a whole number from 1 to 1,000,000,000, not '0'"),
    (
        "run --stop 1e-6",
        "a stop rule is X/N, like 1e-6/100 for less than 1e-6 over 100 iterations, not '1e-6'",
    ),
    ("run --stop 0/100", "X of a stop rule X/N must be a finite number above 0, not '0'"),
    ("run --stop 1e-6/0", "N of a stop rule X/N must be a whole number from 1 to 1,000,000, not '0'"),
    ("run --format cvs", "there is no format 'cvs': csv would be right"),
    ("run --format xml", "there is no format 'xml': table or csv or jsonl would be right"),
    ("run --formt x", "there is no option '--formt': --format would be right"),
    ("run --colour red", "there is no option '--colour': --help shows what would be right"),
    ("run -x", "there is no option '-x': --help shows what would be right"),
    ("--ascii=1", "option '--ascii' does not take a value: --help shows what would be right"),
    ("rnu", "there is no command 'rnu': run would be right"),
    ("12", "there is no command '12': run or list would be right"),
    ("run 12", "got unexpected extra argument (12): --help shows what would be right"),
    ("--eta 2 run", "--eta stands before `run`: what a run takes stands after it"),
    ("--ascii run --steps 3", "--ascii stands before `run`: what a run takes stands after it"),
]


class TestRefusals:
    @pytest.mark.parametrize(("line", "sentence"), REFUSED)
    def test_one_sentence_and_exit_code_2(self, line, sentence):
        code, out, err = here(*line.split())
        assert (code, out, err) == (2, "", f"gdtui: {sentence}\n")

    def test_the_process_says_and_returns_the_same(self):
        refused = there("run", "--eta", "0")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr == "gdtui: --eta must be a finite number above 0, not '0'\n"

    @given(
        before=st.sampled_from(
            [
                [],
                ["run"],
                ["run", "-"],
                ["run", "--"],
                ["run", "--eta"],
                ["run", "--steps"],
                ["run", "--every"],
                ["run", "--stop"],
                ["run", "--start", "1"],
                ["run", "--optimizer"],
                ["run", "--format"],
                ["run", "--output", "/none/"],
                ["--css", "/none/"],
                ["--theme", "x"],
            ]
        ),
        text=st.text(st.characters(exclude_characters="\0"), max_size=60),
    )
    @example(["run", "--"], "\x1b]0;title\x07")
    @example(["run"], "\x1b[2J\r\n\u202e\udc80")
    @settings(deadline=None)
    def test_no_text_reaches_the_terminal_with_control_characters(self, before, text):
        *words, last = before or [""]
        glued = last.startswith("/") or last in {"-", "--"}
        code, out, err = here(*words, *([last + text] if glued else [last, text] if before else [text]), "--steps", "1")
        if code == 0:
            return  # a number, perhaps
        assert code == 2
        assert out == ""
        assert re.fullmatch(r"gdtui: [^\n]+\n", err)
        assert err[:-1].isprintable()

    def test_a_closed_standard_error_changes_nothing_else(self):
        command = ["sh", "-c", 'exec "$@" 2>&-', "sh", *COMMAND]
        with started("run", "--eta", "0", command=command) as run:
            assert run.stdout.read() == ""
        assert run.returncode == 2

    @full_disk
    def test_a_full_standard_error_changes_nothing_else(self):
        with open("/dev/full", "w") as full:
            assert there("run", "--eta", "0", capture_output=False, stderr=full).returncode == 2


class TestRows:
    def test_they_are_those_of_the_reference(self):
        code, out, err = here("run", "--format", "csv")
        assert (code, err) == (0, "")
        assert iterations(out) == list(range(1001))
        for line in REFERENCE.strip().splitlines():
            t, w, b, dw, db, loss = map(float, line.split())
            row = {name: float(text) for name, text in rows(out)[int(t)].items()}
            assert row["w"] == pytest.approx(w, rel=1e-12, abs=1e-12)
            assert row["b"] == pytest.approx(b, rel=1e-12, abs=1e-12)
            assert row["dw"] == pytest.approx(dw, rel=0, abs=2e-13)
            assert row["db"] == pytest.approx(db, rel=0, abs=2e-13)
            assert row["loss"] == pytest.approx(loss, rel=0, abs=2e-13)
            assert row["eta"] == 1.0

    def test_csv_to_the_letter(self):
        assert there("run", "--steps", "1", "--format", "csv").stdout == (
            "iteration,w,b,dw,db,loss,eta\n"
            "0,-2.0,-2.0,-0.0054923192156398635,-0.007711159215214426,0.4158199010199929,1.0\n"
            "1,-1.99450768078436,-1.9922888407847856,-0.005558468456757615,-0.0077727154357717715,"
            "0.41572985510220245,1.0\n"
        )

    def test_a_table_to_the_letter(self):
        assert there("run", "--steps", "100", "--every", "50").stdout == (
            "iteration  w            b            dL/dw        dL/db        loss        eta\n"
            "        0 -2.000000    -2.000000    -0.00549232  -0.00771116   0.415820    1.0\n"
            "       50 -1.585498    -1.513488    -0.0137925   -0.0127280    0.407245    1.0\n"
            "      100  1.002990    -1.050786    -0.0148274    0.0248909    0.0177410   1.0\n"
        )

    def test_jsonl_has_the_numbers_of_csv(self):
        lines = here("run", "--steps", "50", "--format", "jsonl")[1].splitlines()
        table = rows(here("run", "--steps", "50", "--format", "csv")[1])
        assert [{name: repr(x) for name, x in json.loads(line).items()} for line in lines] == table

    @given(steps=st.integers(0, 400), every=st.integers(1, 500))
    @example(steps=0, every=1)
    @settings(max_examples=50, deadline=None)
    def test_the_first_every_kth_and_the_last(self, steps, every):
        code, out, err = here("run", "--format", "csv", "--steps", str(steps), "--every", str(every))
        assert (code, err) == (0, "")
        assert iterations(out) == sorted({*range(0, steps + 1, every), steps})

    @given(w=st.floats(allow_nan=False, allow_infinity=False), b=st.floats(allow_nan=False, allow_infinity=False))
    @settings(deadline=None)
    def test_it_begins_where_it_is_told_to(self, w, b):
        code, out, _ = here("run", "--format", "csv", "--steps", "0", "--start", repr(w), repr(b))
        assert code == 0
        [row] = rows(out)
        assert (row["w"], row["b"]) == (repr(w), repr(b))

    def test_a_stop_rule_ends_it_in_words(self):
        code, out, err = here("run", "--format", "csv", "--stop", "1e-6/100", "--every", "1000")
        assert code == 0
        assert iterations(out) == [0, 583]
        assert err == "gdtui: stopped at iteration 583: the loss changed by less than 1e-6 over 100 iterations\n"

    def test_the_limit_before_the_stop_rule_is_said(self):
        code, out, err = here("run", "--format", "csv", "--stop", "1e-6/100", "--steps", "10")
        assert code == 0
        assert iterations(out)[-1] == 10
        assert err == (
            "gdtui: the limit of 10 iterations is reached before "
            "the loss changed by less than 1e-6 over 100 iterations\n"
        )

    @pytest.mark.parametrize(("form", "w"), [("csv", "-inf"), ("jsonl", None)])
    def test_a_number_that_is_not_finite_ends_it_in_words(self, form, w):
        far = ["--start", "-1.7976931348623157e308", "8.988465674311579e307", "--eta", "1e308"]
        code, out, err = here("run", *far, "--every", "7", "--format", form)
        assert code == 0
        assert err == "gdtui: stopped: at iteration 1 w is -inf\n"
        read = rows(out) if form == "csv" else [json.loads(line) for line in out.splitlines()]
        assert [int(row["iteration"]) for row in read] == [0, 1]
        assert read[1]["w"] == w


class TestOutput:
    def test_a_file_gets_the_rows(self, tmp_path):
        file = tmp_path / "rows.csv"
        file.write_text("what was there " * 1000)
        arguments = ["run", "--steps", "20", "--format", "csv"]
        assert here(*arguments, "--output", str(file)) == (0, "", "")
        assert file.read_text() == here(*arguments)[1]

    @pytest.mark.parametrize("where", ["none/rows.csv", ".", "file/rows.csv"])
    def test_a_place_that_takes_no_file_is_refused_before_any_computation(self, tmp_path, where):
        (tmp_path / "file").touch()
        code, out, err = here("run", "--steps", "1e9", "--output", str(tmp_path / where))
        assert (code, out) == (2, "")
        assert re.fullmatch(r"gdtui: --output must be a file that you may write, .+, not '.+': .+\n", err)

    def test_no_permission_is_refused(self, tmp_path, monkeypatch):
        def refuse(*_arguments, **_options):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", refuse)  # a superuser may write anywhere
        code, _, err = here("run", "--output", "rows.csv")
        assert code == 2
        assert err.endswith("not 'rows.csv': Permission denied\n")

    def test_a_wrong_flag_leaves_the_file_alone(self, tmp_path):
        file = tmp_path / "rows.csv"
        file.write_text("kept")
        assert here("run", "--output", str(file), "--optimizer", "gdd")[0] == 2
        assert file.read_text() == "kept"

    @full_disk
    def test_a_full_disk(self):
        full = there("run", "--output", "/dev/full")
        assert (full.returncode, full.stdout) == (1, "")
        assert full.stderr == "gdtui: cannot write to '/dev/full': No space left on device\n"

    @full_disk
    @pytest.mark.parametrize("arguments", [["run"], ["run", "--steps", "0"], ["--help"], ["run", "--version"]])
    def test_a_full_disk_behind_standard_output(self, arguments):
        with open("/dev/full", "w") as full:
            run = there(*arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE)
        assert run.returncode == 1
        assert re.fullmatch(r"gdtui: [^\n]+: No space left on device\n", run.stderr)

    def test_a_closed_standard_output(self):
        with started("run", command=["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND]) as run:
            assert run.stderr.read() == ("gdtui: standard output is closed, and the rows go there: use --output FILE\n")
        assert run.returncode == 2

    @pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
    def test_a_reader_who_leaves_early_ends_it_in_silence(self, form):
        with started("run", "--steps", "1e9", "--format", form) as run:
            assert run.stdout.readline()
            run.stdout.close()
            assert run.stderr.read() == ""
        assert run.returncode == 0

    @pytest.mark.parametrize("arguments", [["run"], ["--help"], ["--version"]])
    def test_a_reader_who_was_never_there(self, arguments):
        reader, writer = os.pipe()
        os.close(reader)
        run = there(*arguments, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        assert (run.returncode, run.stderr) == (0, "")


class TestCtrlC:
    ENDLESS = ("run", "--steps", "1e9", "--format", "csv", "--every")

    @pytest.mark.parametrize("every", ["1", "1000", "1e9"])
    def test_it_ends_with_whole_lines_a_sentence_and_130(self, every):
        with started(*self.ENDLESS, every) as run:
            out = run.stdout.readline()
            run.send_signal(signal.SIGINT)
            out += run.stdout.read()
            err = run.stderr.read()
        assert run.returncode == 130
        assert out.endswith("\n")
        assert {line.count(",") for line in out.splitlines()} == {6}
        last = iterations(out)[-1]
        assert err == f"gdtui: stopped by Ctrl+C at iteration {last:,}\n"
        assert iterations(out) == sorted({*range(0, last + 1, int(float(every))), last})

    def test_again_it_ends_at_once_though_nobody_reads(self):
        with started(*self.ENDLESS, "1") as run:
            deadline = time.monotonic() + 20
            written = []
            while len(written) < 4 or len(set(written[-4:])) > 1 or not written[-1]:  # until the pipe is full
                assert time.monotonic() < deadline
                written.append(waiting(run.stdout))
                select.select([], [], [], 0.05)
            while run.poll() is None and time.monotonic() < deadline:
                run.send_signal(signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    run.wait(0.1)
            assert run.returncode == 130
            # On a machine that had no time to fill the pipe it has come to the end of a row.
            assert re.fullmatch(r"gdtui: stopped by Ctrl\+C( at iteration [\d,]+)?\n", run.stderr.read())

    def test_where_it_is_ignored_it_stays_ignored(self):
        ignoring = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *COMMAND]
        with started("run", "--steps", "20000", "--format", "csv", command=ignoring) as run:
            run.stdout.readline()
            run.send_signal(signal.SIGINT)
            out, err = run.stdout.read(), run.stderr.read()
        assert (run.returncode, err) == (0, "")
        assert out.splitlines()[-1].startswith("20000,")

    def test_before_the_run_it_ends_in_words(self, monkeypatch):
        def press(*_arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr(cli, "_print_run", press)
        assert here("run") == (130, "", "gdtui: stopped by Ctrl+C\n")


def test_ctrl_c_while_a_file_is_read_ends_the_program(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with started("run", "--data", str(path)) as run, path.open("w") as pipe:
        pipe.write("x,y\n" + "1,2\n" * 1000)
        pipe.flush()
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
        assert run.communicate(timeout=20) == ("", "gdtui: stopped by Ctrl+C\n")
    assert run.returncode == 130


BAR = rb"\d+%: [\d,]+ of [\d,]+ iterations, at most \d+:\d\d left"


class TestProgress:
    def test_a_long_run_shows_it_and_leaves_no_trace(self, terminal):
        began = time.monotonic()
        with started("run", "--steps", "1e9", "--every", "1e9", "--format", "csv", stderr=terminal.inside) as run:
            terminal.read_until(b"left")
            assert time.monotonic() - began >= cli.PATIENCE
            assert re.search(BAR, terminal.received)
            run.send_signal(signal.SIGINT)
            last = iterations(run.communicate(timeout=20)[0])[-1]
        terminal.read_to_the_end()
        assert terminal.lines == [f"gdtui: stopped by Ctrl+C at iteration {last:,}"]

    def test_a_short_run_shows_none(self, terminal):
        with started("run", "--steps", "1000", stderr=terminal.inside, stdout=subprocess.DEVNULL) as run:
            terminal.read_to_the_end()
        assert run.returncode == 0
        assert terminal.received == b""

    def test_where_standard_error_is_no_terminal_there_is_none(self):
        impatient = [sys.executable, "-c", IMPATIENT]
        with started("run", "--steps", "5000", command=impatient) as run:
            assert run.communicate(timeout=20)[1] == ""

    def test_reading_a_large_file_shows_it_and_leaves_no_trace(self, terminal, tmp_path):
        path = tmp_path / "points.csv"
        path.write_text("x,y\n" + "0.25,0.5\n" * 50_000)
        arguments = ["run", "--data", str(path), "--steps", "0"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": terminal.inside}
        with started(*arguments, command=[sys.executable, "-c", IMPATIENT], **quiet) as run:
            terminal.read_to_the_end()
        assert run.returncode == 0
        assert len(re.findall(rb"\d+%: of 'points.csv' read, at most \d:\d\d left", terminal.received)) > 5
        assert terminal.lines == []

    def test_rows_on_the_same_terminal_stay_whole(self, terminal):
        arguments = ["run", "--steps", "60000", "--every", "2000", "--format", "csv"]
        both = {"stdout": terminal.inside, "stderr": terminal.inside}
        with started(*arguments, command=[sys.executable, "-c", IMPATIENT], **both) as run:
            terminal.read_to_the_end()
        assert run.returncode == 0
        assert len(re.findall(BAR, terminal.received)) > 30
        assert terminal.lines == here(*arguments)[1].splitlines()

    @pytest.mark.parametrize("columns", [20, 100])
    def test_it_is_drawn_ten_times_a_second_on_one_line_after_a_second_of_silence(self, monkeypatch, columns):
        now = 0.0
        monkeypatch.setattr(cli, "monotonic", lambda: now)
        with Terminal(columns, 5) as terminal, open(terminal.inside, "w", closefd=False) as stderr:
            monkeypatch.setattr(sys, "stderr", stderr)
            progress = cli._Progress()
            drawn = {}
            for tick in range(1, 400):
                now = tick / 100
                if tick == 250:
                    progress.make_way()
                progress.show(tick / 1000, "of it")
                if terminal.read(0):
                    drawn[tick] = terminal.lines
                    assert terminal.screen.cursor.x == terminal.screen.cursor.y == 0
        ticks = list(drawn)
        assert ticks[0] == 100
        assert drawn[100] == ["10%: of it, at most 0:09 left"[: columns - 1]]
        assert drawn[250] == []
        assert [t for t in ticks if 250 < t <= 350] == [350]
        assert len(ticks) <= 1 + 15 + 1 + 5
        assert all(len(lines) <= 1 for lines in drawn.values())

    def test_a_terminal_that_is_gone_is_let_go(self, monkeypatch):
        monkeypatch.setattr(cli, "PATIENCE", 0.0)
        monkeypatch.setattr(cli, "REDRAWN", 0.0)
        with Terminal() as terminal, open(terminal.inside, "w", closefd=False) as stderr:
            monkeypatch.setattr(sys, "stderr", stderr)
            progress = cli._Progress()
            monkeypatch.setattr(os, "get_terminal_size", lambda _fd: (_ for _ in ()).throw(OSError(5, "gone")))
            progress.show(0.1, "of it")
            progress.show(0.2, "of it")
            progress.make_way()
            assert terminal.read(0) == b""


IMPATIENT = "import sys; from gdtui import cli; cli.PATIENCE = cli.REDRAWN = 0.0; sys.exit(cli.main())"


class TestDiagnose:
    @pytest.mark.parametrize(
        ("flags", "verdict", "iteration"),
        [
            ((), "converged", 1000),
            (("--steps", "0"), "descending", 0),
            (("--start", "-5", "-5"), "plateau", 1000),
            (("--eta", "50", "--steps", "100"), "thrown", 100),
            (("--optimizer", "rmsprop", "--steps", "5000"), "cycling", 5000),
            (("--problem", "padhai", "--batch", "1", "--eta", "0.1"), "descending", 1000),
            (("--stop", "1e-6/100"), "descending", 583),
            (("--problem", "sphere", "--eta", "2"), "nonfinite", 323),
        ],
    )
    def test_one_line_of_json_instead_of_the_rows(self, flags, verdict, iteration):
        code, out, _ = here("run", *flags, "--diagnose")
        assert code == 0
        assert out.count("\n") == 1
        assert out.endswith("\n")
        said = json.loads(out)
        assert list(said) == ["verdict", "because", "try", "iteration"]
        assert (said["verdict"], said["iteration"]) == (verdict, iteration)
        assert said["because"]
        assert said["try"]

    def test_why_it_stopped_is_said_beside_it(self):
        assert here("run", "--diagnose", "--stop", "1e-6/100")[2].startswith("gdtui: stopped at iteration 583: ")
        assert here("run", "--diagnose")[2] == ""

    def test_into_a_file(self, tmp_path):
        file = tmp_path / "diagnosis.json"
        assert here("run", "--diagnose", "--output", str(file)) == (0, "", "")
        assert json.loads(file.read_text())["verdict"] == "converged"

    @full_disk
    def test_output_that_cannot_be_written(self):
        code, _, err = here("run", "--diagnose", "--output", "/dev/full")
        assert (code, err.count("\n")) == (1, 1)
