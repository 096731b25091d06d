"""A person's own function, in a real process of its own."""

import gc
import math
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from gdtui.engine.mistakes import BadInput
from gdtui.engine.numbers import FLOATS, arrays
from gdtui.engine.problems.surfaces import SURFACES
from gdtui.session.own_function import OwnFunction
from gdtui.session.recipe import Recipe, problem
from gdtui.session.running import run

FILE = """
import math, os, sys

def rosenbrock(x, y):
    print("noise on standard output")
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2

def rosenbrock_by_hand(x, y):
    return rosenbrock(x, y)

def rosenbrock_by_hand_gradient(x, y):
    return -2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)

def rosenbrock_of_floats(x, y):
    return rosenbrock(float(x), float(y))

def kink(x, y):
    return abs(x) + y * y

def slip_gradient(x, y):
    return 2 * x, y

def slip(x, y):
    return x * x + y * y

def loops(x, y):
    while True:
        pass

def text(x, y):
    return "a text"

def nothing(x, y):
    pass

def listed(x, y):
    return [x, y]

def complex_result(x, y):
    return 1j

def not_a_number(x, y):
    return float("nan")

def divides(x, y):
    return 1 / (x + 2)

def colours(x, y):
    raise ValueError("red \\x1b[31m\\nand more")

def one(x):
    return x

def dies(x, y):
    os._exit(3)

def bad_gradient(x, y):
    return x

def bad(x, y):
    return x * y

_hidden = text
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.py"
    path.write_text(FILE)
    return path


@pytest.fixture
def own(file: Path):
    made: list[OwnFunction] = []

    def own(name: str) -> OwnFunction:
        made.append(OwnFunction.parse(f"{file}:{name}"))
        return made[-1]

    yield own
    for function in made:
        function.end()
    gc.collect()


class TestDerivatives:
    EXACT = SURFACES["rosenbrock"].make().objective(FLOATS)

    @pytest.mark.parametrize(
        ("name", "gradient", "hessian", "way"),
        [
            ("rosenbrock", 1e-14, 1e-9, "is by complex step, exact to about 15 digits."),
            ("rosenbrock_of_floats", 1e-8, 1e-3, "is by central differences, exact to about 9 digits."),
            (
                "rosenbrock_by_hand",
                0.0,
                1e-9,
                "is rosenbrock_by_hand_gradient of the file, and differences agree",
            ),
        ],
    )
    def test_each_way_says_itself_and_is_as_exact_as_it_says(self, own, name, gradient, hessian, way):
        function = own(name)
        assert way in function.note
        objective = function.objective(FLOATS)
        for place in [(-2.0, -2.0), (0.3, 0.2), (1.5, -0.4), (-1.2, 1.0), (1.0, 1.0)]:
            found, exact = objective.evaluate(*place), self.EXACT.evaluate(*place)
            assert found == pytest.approx(exact, rel=gradient, abs=1e-7 if gradient > 1e-10 else 1e-12)
            assert objective.hessian(*place) == pytest.approx(
                self.EXACT.hessian(*place), rel=hessian, abs=hessian * 100
            )

    def test_a_kink_that_a_complex_step_would_not_see(self, own):
        function = own("kink")
        assert "central differences" in function.note
        assert function.objective(FLOATS).evaluate(-2.0, 3.0)[1:] == pytest.approx((-1.0, 6.0), rel=1e-8)

    def test_a_slip_in_a_gradient_is_said(self, own):
        assert "but by y it gives -2 at (-2.0, -2.0) where differences give -4" in own("slip").note

    def test_arrays_are_the_same_in_one_question(self, own):
        function = own("rosenbrock")
        w, b = np.linspace(-2, 2, 7)[None, :], np.linspace(-1, 3, 5)[:, None]
        found = function.objective(arrays()).evaluate(w, b)
        one_by_one = [[function.objective(FLOATS).evaluate(x, y) for x in w[0]] for y in b[:, 0]]
        assert np.array_equal(np.stack(found, axis=-1), np.array(one_by_one))

    def test_on_arrays_it_is_nan_where_it_fails(self, own):
        loss, dw, db = own("divides").objective(arrays()).evaluate(np.array([-3.0, -2.0, 2.0]), np.array(0.0))
        assert loss.tolist()[::2] == [-1.0, 0.25]
        assert np.isnan([loss[1], dw[1], db[1]]).all()

    @pytest.mark.parametrize("name", ["rosenbrock", "rosenbrock_of_floats", "rosenbrock_by_hand"])
    def test_it_walks_as_the_surface_does(self, own, name):
        def last(recipe):
            return run(recipe, 200, lambda _rows: None, lambda _iteration: True).last

        mine = last(Recipe(problem=problem("function"), source=own(name), start=(-1.2, 1.0), eta=0.001, limit=200))
        theirs = last(Recipe(problem=problem("rosenbrock"), start=(-1.2, 1.0), eta=0.001, limit=200))
        assert mine[:3] == pytest.approx(theirs[:3], abs=1e-9 if name != "rosenbrock_of_floats" else 1e-8)


class TestMistakes:
    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("text", "text(-2.0, -2.0) must give a number, not str 'a text'"),
            ("nothing", "nothing(-2.0, -2.0) must give a number, not NoneType None"),
            ("listed", "listed(-2.0, -2.0) must give a number, not list [-2.0, -2.0]"),
            ("complex_result", "complex_result(-2.0, -2.0) must give a number, not complex 1j"),
            ("divides", "divides(-2.0, -2.0) raises ZeroDivisionError in line 46: float division by zero"),
            ("colours", "colours(-2.0, -2.0) raises ValueError in line 49: red \\x1b[31m\\nand more"),
            ("bad", "bad_gradient(-2.0, -2.0) must give two numbers, not float -2.0"),
        ],
    )
    def test_of_a_call(self, own, name, sentence):
        with pytest.raises(BadInput) as raised:
            own(name).objective(FLOATS).evaluate(-2.0, -2.0)
        assert str(raised.value) == sentence

    def test_too_few_arguments(self, own):
        with pytest.raises(BadInput, match=r"one\(-2\.0, -2\.0\) raises TypeError: one\(\) takes 1 pos"):
            own("one").objective(FLOATS).evaluate(-2.0, -2.0)

    def test_a_process_that_ends_itself(self, own):
        function = own("dies")
        with pytest.raises(BadInput, match="ended its process, with exit code 3"):
            function.objective(FLOATS).evaluate(-2.0, -2.0)

    def test_nan_is_a_number(self, own):
        assert math.isnan(own("not_a_number").objective(FLOATS).evaluate(-2.0, -2.0)[0])

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("def f(x, y)\n    return x\n", "line 1 is no Python: expected ':'"),
            ("import not_there_at_all\n", "it cannot be read: ModuleNotFoundError in line 1: No module named"),
            ("def g(x, y): return x\n", "there is no function 'f' in it: g would be right"),
            ("x = 1\n", "there is no function 'f' in it: it has no functions"),
        ],
    )
    def test_of_a_file(self, tmp_path, text, sentence):
        path = tmp_path / "wrong.py"
        path.write_text(text)
        with pytest.raises(BadInput) as raised:
            _ = OwnFunction.parse(f"{path}:f").note
        assert sentence in str(raised.value)

    @pytest.mark.parametrize("text", ["own.py", ":f", "own.py:", "own.py:1f", "own.py:f x"])
    def test_of_the_flag(self, text):
        with pytest.raises(BadInput, match=r"^--function must be FILE\.py:NAME, like bowl\.py:f, not "):
            OwnFunction.parse(text)

    def test_of_a_path(self, tmp_path):
        with pytest.raises(BadInput, match="No such file or directory"):
            OwnFunction.parse(f"{tmp_path}/none.py:f")
        with pytest.raises(BadInput, match="Is a directory"):
            OwnFunction.parse(f"{tmp_path}:f")


class TestEnding:
    def test_a_loop_is_ended_from_another_thread_and_the_next_question_begins_anew(self, own):
        function = own("loops")
        asked = threading.Event()
        complaints: list[str] = []

        def ask() -> None:
            asked.set()
            try:
                function.objective(FLOATS).evaluate(-2.0, -2.0)
            except BadInput as mistake:
                complaints.append(str(mistake))

        for _ in range(2):
            asker = threading.Thread(target=ask)
            asker.start()
            asked.wait()
            while function._process is None and asker.is_alive():
                asker.join(0.01)
            function.end()
            asker.join(5)
            assert not asker.is_alive()
            asked.clear()
        assert len(complaints) == 2
        assert all("had not answered after " in complaint for complaint in complaints)

    def test_it_ends_with_the_program_even_in_a_loop(self, file):
        """Also where the program is killed and can end nothing."""
        code = (
            "import sys, threading; from gdtui.session.own_function import OwnFunction\n"
            "function = OwnFunction.parse(sys.argv[1])\n"
            "asker = threading.Thread(target=lambda: function.note, daemon=True)\n"
            "asker.start()\nwhile function._process is None: pass\n"
            "print(function._process._child.pid, flush=True); asker.join()"
        )
        with subprocess.Popen([sys.executable, "-c", code, f"{file}:loops"], stdout=subprocess.PIPE) as program:
            assert program.stdout is not None
            child = int(program.stdout.readline())
            program.send_signal(signal.SIGKILL)
            program.wait()
        for _ in range(500):
            try:
                os.kill(child, 0)
            except ProcessLookupError:
                return
            if Path(f"/proc/{child}/stat").exists() and Path(f"/proc/{child}/stat").read_text().split()[2] == "Z":
                return
            threading.Event().wait(0.01)
        os.kill(child, signal.SIGKILL)
        raise AssertionError("the function's process outlived the program")

    def test_nothing_is_left_behind(self, file):
        function = OwnFunction.parse(f"{file}:rosenbrock")
        function.objective(FLOATS).evaluate(0.0, 0.0)
        process = function._process
        assert process is not None
        pid = process._child.pid
        del function, process
        gc.collect()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
