"""`--function` on the command line."""

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.pseudo_terminal import REPOSITORY, PseudoTerminal

GDTUI = [sys.executable, "-m", "gdtui"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.py"
    path.write_text(
        "def bowl(x, y): return x * x + 10 * y * y\n"
        "def fails(x, y):\n    if x > -1.5: raise ValueError('too far')\n    return x * x + y * y\n"
        "def loops(x, y):\n    while x > -1.5: pass\n    return x * x + y * y\n"
        "def text(x, y): return 'text'\n"
    )
    return path


def ran(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run([*GDTUI, "run", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_it_descends_and_says_how_the_gradient_is_found(own: Path) -> None:
    code, out, said = ran("--function", f"{own}:bowl", "--eta", "0.04", "--steps", "3", "--format", "csv")
    assert (code, said) == (0, "gdtui: The gradient of bowl is by complex step, exact to about 15 digits.\n")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [float(row["w"]) for row in rows] == pytest.approx([-2.0 * 0.92**t for t in range(4)])
    assert [float(row["b"]) for row in rows] == pytest.approx([-2.0 * 0.2**t for t in range(4)])


def test_a_failure_on_the_way_keeps_the_rows_so_far(own: Path) -> None:
    code, out, said = ran("--function", f"{own}:fails", "--eta", "0.1", "--format", "csv")
    assert code == 2
    assert [line.split(",")[0] for line in out.splitlines()] == ["iteration", "0", "1"]
    assert re.search(r"fails\(-1\.28\d*, -1\.28\d*\) raises ValueError in line 3: too far\n$", said)
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--function", "own.py:text"], "text(-2.0, -2.0) must give a number, not str 'text'"),
        (
            ["--function", "own.py:bowl", "--batch", "2"],
            "--batch takes some of the points, and function has none",
        ),
        (
            ["--problem", "himmelblau", "--batch", "2"],
            "--batch takes some of the points, and himmelblau has none",
        ),
        (
            ["--problem", "lecture", "--function", "own.py:bowl"],
            "--function brings a function for",
        ),
        (
            ["--problem", "function"],
            "--problem function needs a function of your own: --function",
        ),
        (
            ["--function", "own.py:bowl", "--data", "x.csv"],
            "--function brings a function for --problem",
        ),
    ],
)
def test_what_cannot_be(own: Path, arguments: list[str], sentence: str) -> None:
    code, out, said = ran(*(argument.replace("own.py", str(own)) for argument in arguments))
    assert (code, out.count("\n") <= 1) == (2, True)
    assert sentence in said
    assert "Traceback" not in said


def test_ctrl_c_ends_a_loop(own: Path) -> None:
    with PseudoTerminal([*GDTUI, "run", "--function", f"{own}:loops", "--eta", "0.1", "--format", "csv"]) as terminal:
        terminal.wait_for("0,-2.0")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 130
        assert "stopped by Ctrl+C" in terminal.text
        assert "Traceback" not in terminal.text
