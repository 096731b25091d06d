"""The other side of `own_function`: a process that has a person's function, and nothing of gdtui.

    python function_process.py FILE NAME REQUESTS REPLIES

A request is a byte for what is asked (v value, g value and gradient, m the same for a map), a count of places as an
unsigned 32-bit number, and two doubles a place. A reply is the byte k and the doubles, or e, the length of a sentence
and the sentence. The first reply comes unasked, when the file has been read: k and a byte for how the gradient is
found.
"""

import math
import os
import struct
import sys
import threading
import traceback
from array import array
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

GIVEN, COMPLEX, DIFFERENCES = b"gcd"
TINY = 1e-20
"""A step along the imaginary axis: its square is lost beside 1, so the derivative has every digit of f's own."""

CUBE_ROOT = sys.float_info.epsilon ** (1 / 3)
PLACES = ((-2.0, -2.0), (0.3, 0.7), (-0.4, 1.3), (1.7, -0.6), (2.6, 1.1))
"""Where a complex step is held against differences: abs, max and comparisons give something else, on one side of 0."""

Function = Callable[[Any, Any], Any]


class Wrong(Exception):
    """What a person has to know, in words."""


def load(path: str, name: str) -> tuple[Function, Function | None]:
    """The function of that name, and its gradient where the file has one."""
    sys.path[0] = os.path.dirname(path)  # as `python FILE` has it, and not this file's folder
    spec = spec_from_file_location("own_function", path)
    if spec is None or spec.loader is None:
        raise Wrong("it is not a Python file: FILE.py:NAME is what is needed")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise Wrong(f"line {error.lineno} is no Python: {error.msg}") from None
    except BaseException as error:
        raise Wrong(f"it cannot be read: {told(error, path)}") from None
    functions = {key: value for key, value in vars(module).items() if callable(value) and not key.startswith("_")}
    if name not in functions:
        there = f"{', '.join(list(functions)[:8])} would be right" if functions else "it has no functions"
        raise Wrong(f"there is no function {name!r} in it: {there}")
    return functions[name], functions.get(f"{name}_gradient")


def told(error: BaseException, path: str) -> str:
    """An exception in words, with the line of the person's file where it happened."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    where = f" in line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}: {error}" if str(error) else f"{type(error).__name__}{where}"


class Evaluator:
    """A function with its gradient, and how that is found."""

    def __init__(self, path: str, name: str) -> None:
        self._path, self._name = path, name
        self._function, self._given = load(path, name)
        self.way = GIVEN if self._given is not None else COMPLEX if self._takes_complex_steps() else DIFFERENCES

    def value(self, x: float, y: float) -> float:
        """The function's value; Wrong, in words, where it has none."""
        result = self._call(self._function, self._name, x, y)
        return self._number(result, self._name, x, y)

    def with_gradient(self, x: float, y: float) -> tuple[float, float, float]:
        """The value and the two partial derivatives."""
        value = self.value(x, y)
        if self.way == COMPLEX:
            dx = self._function(complex(x, TINY), y)
            dy = self._function(x, complex(y, TINY))
            return value, complex(dx).imag / TINY, complex(dy).imag / TINY
        if self.way == DIFFERENCES:
            return value, *self._differences(x, y)
        name = f"{self._name}_gradient"
        gradient = self._call(self._given, name, x, y)
        try:
            dx, dy = gradient
        except (TypeError, ValueError):
            raise Wrong(f"{name}({x}, {y}) must give two numbers, not {shown(gradient)}") from None
        return value, self._number(dx, name, x, y), self._number(dy, name, x, y)

    def for_a_map(self, x: float, y: float) -> tuple[float, float, float]:
        """The same, but nan where the function fails: a map has a gap there."""
        try:
            return self.with_gradient(x, y)
        except Exception:
            return math.nan, math.nan, math.nan

    def _call(self, function: Function | None, name: str, x: float, y: float) -> Any:
        assert function is not None
        try:
            return function(x, y)
        except BaseException as error:
            raise Wrong(f"{name}({x}, {y}) raises {told(error, self._path)}") from None

    def _number(self, result: Any, name: str, x: float, y: float) -> float:
        if isinstance(result, (str, bytes)):
            raise Wrong(f"{name}({x}, {y}) must give a number, not {shown(result)}")
        try:
            return float(result)
        except (TypeError, ValueError):
            raise Wrong(f"{name}({x}, {y}) must give a number, not {shown(result)}") from None
        except OverflowError:
            return math.inf

    def _differences(self, x: float, y: float) -> tuple[float, float]:
        """Central differences, with an error of the order of the step squared (Numerical Recipes, section 5.7)."""
        h, k = CUBE_ROOT * max(1.0, abs(x)), CUBE_ROOT * max(1.0, abs(y))
        left, right, low, high = x - h, x + h, y - k, y + k
        dx = (self.value(right, y) - self.value(left, y)) / (right - left)
        return dx, (self.value(x, high) - self.value(x, low)) / (high - low)

    def _takes_complex_steps(self) -> bool:
        """Whether df/dx = Im f(x + ih) / h (Squire, Trapp 1998) agrees with differences wherever both are finite."""
        agreed = 0
        for x, y in PLACES:
            try:
                steps = self._function(complex(x, TINY), y), self._function(x, complex(y, TINY))
                found = [complex(step).imag / TINY for step in steps]
                expected = self._differences(x, y)
            except BaseException:
                return False
            if not all(map(math.isfinite, (*found, *expected))):
                continue
            if any(abs(a - b) > 1e-5 * max(1.0, abs(b)) for a, b in zip(found, expected, strict=True)):
                return False
            agreed += 1
        return agreed > 0


def shown(value: Any) -> str:
    """A result as a sentence can hold it."""
    return f"{type(value).__name__} {value!r}"[:60]


def serve(path: str, name: str, requests: int, replies: int) -> None:
    """Answer until nobody asks any more."""

    def read(count: int) -> bytes:
        data = b""
        while len(data) < count:
            if not (more := os.read(requests, count - len(data))):
                os._exit(0)
            data += more
        return data

    def write(data: bytes) -> None:
        while data:
            data = data[os.write(replies, data) :]

    def complain(wrong: Wrong) -> None:
        words = str(wrong).encode(errors="replace")
        write(b"e" + struct.pack("I", len(words)) + words)

    try:
        evaluator = Evaluator(path, name)
    except Wrong as wrong:
        complain(wrong)
        return
    write(b"k" + bytes([evaluator.way]))
    while True:
        kind, count = struct.unpack("=cI", read(5))
        places = array("d")
        places.frombytes(read(16 * count))
        pairs = zip(places[::2], places[1::2], strict=True)
        try:
            if kind == b"v":
                answer = array("d", [evaluator.value(x, y) for x, y in pairs])
            else:
                evaluate = evaluator.for_a_map if kind == b"m" else evaluator.with_gradient
                answer = array("d", [number for x, y in pairs for number in evaluate(x, y)])
        except Wrong as wrong:
            complain(wrong)
        except BaseException as error:  # a complex step at a place where the function does not take one
            complain(Wrong(f"{name} raises {told(error, path)}"))
        else:
            write(b"k" + answer.tobytes())


def end_with_parent(alive: int) -> None:
    """End the process when the other end of a pipe is closed, whatever the function is doing."""
    os.read(alive, 1)
    os._exit(0)


if __name__ == "__main__":
    file, function, asked, answered, parent = sys.argv[1:]
    file = os.path.abspath(file)
    threading.Thread(target=end_with_parent, args=(int(parent),), daemon=True).start()
    serve(file, function, int(asked), int(answered))
