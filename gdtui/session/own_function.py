"""A person's own f(x, y), in a process of its own: whatever it does there, the program stays alive.

Its derivatives are the file's own where it has NAME_gradient, else by complex step where the function takes complex
numbers, else by central differences; the Hessian is by central differences of the gradient.
"""

import os
import select
import struct
import subprocess
import sys
import weakref
from array import array
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

from gdtui.engine.mistakes import BadInput, NoValue, printable, quoted
from gdtui.engine.numbers import FLOATS, Numbers, Real
from gdtui.engine.problems.definition import Objective, Point, Problem, Window
from gdtui.session import function_process

STEP = sys.float_info.epsilon ** (1 / 3)
"""Of the Hessian's differences, for a number of size 1."""

WAYS = {
    function_process.GIVEN: "is {name}_gradient of the file",
    function_process.COMPLEX: "is by complex step, exact to about 15 digits",
    function_process.DIFFERENCES: "is by central differences, exact to about 9 digits",
}


class OwnFunction:
    """The function `name` of a file, as a problem; its process starts when it is first asked."""

    start: Point = (-2.0, -2.0)
    window = Window(-6.0, 6.0, -6.0, 6.0)
    eta = 1.0
    minima: Sequence[Point] = ()
    size = 0

    def __init__(self, path: str, name: str) -> None:
        self.path, self.name = path, name
        self._process: _Process | None = None

    @classmethod
    def parse(cls, text: str) -> "OwnFunction":
        """Read FILE.py:NAME, and the file."""
        path, colon, name = text.rpartition(":")
        if not colon or not path or not name.isidentifier():
            raise BadInput(f"--function must be FILE.py:NAME, like bowl.py:f, not {quoted(text)}")
        try:
            with open(path, "rb"):
                return cls(path, name)
        except OSError as error:
            raise BadInput(f"--function must name a Python file, not {quoted(path)}: {error.strerror}") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnFunction) and (self.path, self.name) == (other.path, other.name)

    def __hash__(self) -> int:
        return hash((self.path, self.name))

    @property
    def flags(self) -> Mapping[str, str | None]:
        """What brings it on the command line."""
        return {"function": f"{self.path}:{self.name}"}

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the problem takes of it: the function is the problem."""
        return {"function": self}

    @property
    def title(self) -> str:
        """What a person reads on the screen."""
        return printable(f"{self.name} of {os.path.basename(self.path)}")

    @property
    def note(self) -> str:
        """How the gradient is found, and how exact it is."""
        way = WAYS[self._running().way].format(name=self.name)
        return f"The gradient of {self.name} {way}{self._agreement()}."

    def batch(self, _places: Any) -> Problem:
        """All of it: it has no points to leave out."""
        return self

    def objective(self, numbers: Numbers) -> Objective:
        """The loss and its derivatives, on floats or on arrays of places."""
        return Objective(self._evaluate if numbers is FLOATS else self._evaluate_arrays, self._hessian)

    def end(self) -> None:
        """End the process, from whatever thread: a question that waits is answered with BadInput."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _running(self) -> "_Process":
        """The process, which can be ended while it is still reading the file."""
        if self._process is not None:
            return self._process
        process = self._process = _Process(self.path, self.name)
        try:
            process.greet()
        except _Gone as gone:
            self._process = None
            raise BadInput(f"{self.name} of {quoted(self.path)} {gone}") from None
        except BadInput as wrong:
            self.end()
            raise BadInput(f"{quoted(self.path)}: {wrong}") from None
        return process

    def _ask(self, kind: bytes, places: "array[float]") -> "array[float]":
        process = self._running()
        try:
            return process.ask(kind, places)
        except _Gone as gone:
            self._process = None
            raise BadInput(f"{self.name}({places[0]}, {places[1]}) of {quoted(self.path)} {gone}") from None

    def _evaluate(self, w: float, b: float) -> tuple[float, float, float]:
        loss, dw, db = self._ask(b"g", array("d", (w, b)))
        return loss, dw, db

    def _evaluate_arrays(self, w: Real, b: Real) -> tuple[Real, Real, Real]:
        """All places in one question; nan where the function fails."""
        import numpy

        places = numpy.stack([each.ravel() for each in numpy.broadcast_arrays(w, b)], axis=1)
        answer = numpy.frombuffer(self._ask(b"m", array("d", places.tobytes())), dtype=float)
        shape = numpy.broadcast_shapes(numpy.shape(w), numpy.shape(b))
        loss, dw, db = answer.reshape(-1, 3).T.reshape(3, *shape)
        return loss, dw, db

    def _hessian(self, w: Real, b: Real) -> tuple[Real, Real, Real]:
        """By central differences of the gradient; the mixed one is the mean of its two forms."""
        h, k = STEP * max(1.0, abs(w)), STEP * max(1.0, abs(b))
        places = array("d", (w + h, b, w - h, b, w, b + k, w, b - k))
        answer = self._ask(b"g", places)
        right, left, high, low = (answer[i : i + 3] for i in (0, 3, 6, 9))
        width, height = (w + h) - (w - h), (b + k) - (b - k)
        mixed = 0.5 * ((right[2] - left[2]) / width + (high[1] - low[1]) / height)
        return (right[1] - left[1]) / width, mixed, (high[2] - low[2]) / height

    def _agreement(self) -> str:
        """Of a gradient that the file gives: whether differences agree at the start, for slips are easily made."""
        if self._running().way != function_process.GIVEN:
            return ""
        w, b = self.start
        h = STEP * max(1.0, abs(w))
        right, left, high, low = self._ask(b"v", array("d", (w + h, b, w - h, b, w, b + h, w, b - h)))
        _, *given = self._evaluate(w, b)
        for label, mine, there in zip("xy", given, ((right - left) / (2 * h), (high - low) / (2 * h)), strict=True):
            if not abs(mine - there) <= 1e-5 * max(1.0, abs(there)):
                return f", but by {label} it gives {mine:.6g} at {self.start} where differences give {there:.6g}"
        return ", and differences agree with it at the start"


class _Gone(Exception):
    """There is no answer any more; the rest of a sentence says why."""


class _Process:
    """The process behind a function, and the pipes to it. One thread asks; any other may end it."""

    def __init__(self, path: str, name: str) -> None:
        requests, self._requests = os.pipe()
        self._replies, replies = os.pipe()
        alive, self._alive = os.pipe()
        theirs = requests, replies, alive
        self._child = subprocess.Popen(
            [sys.executable, function_process.__file__, path, name, *map(str, theirs)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=theirs,
            start_new_session=True,
        )
        for end in theirs:
            os.close(end)
        self._close = weakref.finalize(self, _close, self._child, (self._requests, self._replies, self._alive))
        self._ended_after: float | None = None
        self._asked_at = monotonic()
        self.way = 0

    def greet(self) -> None:
        """Wait until it has read the file and knows how the gradient is found."""
        self.way = self._reply(1)[0]

    def ask(self, kind: bytes, places: "array[float]") -> "array[float]":
        """The numbers for so many places; NoValue with the function's complaint, _Gone where there is no answer."""
        count = len(places) // 2
        self._asked_at = monotonic()
        try:
            request = struct.pack("=cI", kind, count) + places.tobytes()
            while request:
                request = request[os.write(self._requests, request) :]
        except OSError:
            self._end_of_child()
        answer = array("d")
        answer.frombytes(self._reply(8 * count * (1 if kind == b"v" else 3)))
        return answer

    def end(self) -> None:
        """Kill it; who waits for an answer learns that there will be none."""
        self._ended_after = monotonic() - self._asked_at
        self._child.kill()

    def _reply(self, size: int) -> bytes:
        if self._read(1) == b"k":
            return self._read(size)
        (length,) = struct.unpack("I", self._read(4))
        raise NoValue(printable(self._read(length).decode(errors="replace"), 200))

    def _read(self, size: int) -> bytes:
        parts = []
        while size:
            select.select([self._replies], [], [])
            if not (part := os.read(self._replies, min(size, 1 << 20))):
                self._end_of_child()
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _end_of_child(self) -> None:
        code = self._child.wait()
        self._close()
        if self._ended_after is not None:
            raise _Gone(f"had not answered after {self._ended_after:.1f} s and was ended")
        raise _Gone(f"ended its process, with {f'signal {-code}' if code < 0 else f'exit code {code}'}")


def _close(child: "subprocess.Popen[bytes]", pipes: Sequence[int]) -> None:
    """Leave nothing behind: no process and no open pipe."""
    child.kill()
    child.wait()
    for pipe in pipes:
        os.close(pipe)
